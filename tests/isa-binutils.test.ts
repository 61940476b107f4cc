/** The disassembler, and so the encodings, against GNU objdump: random operands of every row, and all 16-bit words. */
import { describe, expect, it } from 'vitest';
import { findCsr } from '../src/isa/csr.ts';
import { decode, expand } from '../src/isa/decode.ts';
import { disassemble } from '../src/isa/disassemble.ts';
import { encodingOf } from '../src/isa/encoding.ts';
import { FULL_ROWS } from '../src/isa/rows.ts';
import { assemble, hasBinutils, NO_BINUTILS, objdump } from './support/binutils.ts';

/** Words a row. */
const CASES = 100;

/** A fixed sequence of 32-bit numbers (xorshift). */
function* numbers(): Generator<number, never> {
  let state = 0x2545_f491;
  while (true) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    yield state >>> 0;
  }
}

/** binutils 2.40 prints an immediate form under the register form's name; we keep the name it is assembled by. */
const SHORT =
  /^(add|xor|or|and|sll|srl|sra|sllw|srlw|sraw|addw|ror|rorw|bclr|bext|binv|bset|csrrw|csrrs|csrrc|csrw|csrs|csrc)i(?= )/;
const IMMEDIATE_W = /^(add|sll|srl|sra|ror)iw(?= )/;
const likeBinutils = (text: string): string => text.replace(IMMEDIATE_W, '$1w').replace(SHORT, '$1');

/** Extensions that came after binutils 2.40. */
const NOT_IN_BINUTILS: ReadonlySet<string> = new Set(['Zicond', 'Zacas']);

/** Words where objdump is not asked: what it does not know, or treats as data though the manual makes it legal. */
function skipped(word: number): boolean {
  const decoded = decode(word);
  if (!decoded) return false;
  const { row, operands } = expand(decoded);
  if (NOT_IN_BINUTILS.has(row.extension)) return true;
  // Reserved fields of fences are to be ignored; the modes of exact conversions are not looked at.
  if (row.name.startsWith('fence')) return ((word >>> 7) & 31) !== 0 || ((word >>> 15) & 31) !== 0 || word >>> 28 !== 0;
  if (/^fcvt\.(d\.(w|wu|s|h)|s\.h)$/.test(row.name)) return operands.rm !== 0;
  // CSRs of extensions this machine does not have keep their number.
  if (row.effect.kind === 'csr') return findCsr(operands.csr!) === undefined;
  return row.name === 'add' && operands.rs1 === 0;
}

/** Random operands for every full-length row. */
function sampleWords(): number[] {
  const random = numbers();
  const words: number[] = [];
  for (const row of FULL_ROWS) {
    const { match, mask } = encodingOf(row);
    for (let i = 0; i < CASES; i++) {
      let word = random.next().value;
      // Zero and equal operands, and immediates of −1, are where aliases begin.
      if (i % 4 === 1) word &= ~(31 << 7);
      if (i % 4 === 2) word &= ~(31 << 15);
      if (i % 8 === 3) word &= ~(31 << 20);
      if (i % 8 === 4) word |= 0xfff0_0000;
      if (i % 8 === 5) word = (word & ~(31 << 20)) | (((word >>> 15) & 31) << 20);
      if (i % 8 === 6) word |= 7 << 12;
      words.push(((word & ~mask) | match) >>> 0);
    }
  }
  return words;
}

describe.skipIf(!hasBinutils)(`against objdump${hasBinutils ? '' : ` (${NO_BINUTILS})`}`, () => {
  it('prints every full-length instruction alike', () => {
    const asked = sampleWords().filter((word) => !skipped(word));
    const theirs = objdump(asked);
    const ours = asked.map((word, i) => likeBinutils(disassemble(word, 4 * i).text));
    const different = asked.flatMap((word, i) => {
      const invalidRounding = theirs[i]!.endsWith('unknown') && ours[i]!.startsWith('.4byte');
      return ours[i] === theirs[i] || invalidRounding ? [] : [`${word.toString(16)}: ${ours[i]} / ${theirs[i]}`];
    });
    expect(different).toEqual([]);
    expect(asked.length).toBeGreaterThan(FULL_ROWS.length * CASES * 0.8);
  });

  it('prints text that assembles to the same word', () => {
    // A target needs a place to lead to; a reserved mode has no name.
    const printed = sampleWords().filter((word) => {
      const row = decode(word)?.row;
      return row && !skipped(word) && !row.syntax.includes('target');
    });
    for (const aliases of [true, false]) {
      const texts = printed.map((word) => disassemble(word, 0, { aliases }).text);
      const different = assemble(texts).flatMap((word, i) =>
        word === printed[i] ? [] : [`${printed[i]!.toString(16)}: ${texts[i]} is ${word.toString(16)}`],
      );
      expect(different).toEqual([]);
    }
  });

  it('classifies every 16-bit word alike', () => {
    const words = Array.from({ length: 65536 }, (_, i) => i).filter((word) => (word & 3) !== 3);
    const theirs = objdump(words);
    const different: string[] = [];
    words.forEach((word, i) => {
      const { text } = disassemble(word, 2 * i);
      const theirText = theirs[i]!;
      // HINTs keep their compressed name in objdump; what we expand them to writes x0 or shifts by 0.
      if (/^c\./.test(theirText)) {
        expect(decode(word)?.row.name, `${word.toString(16)}: ${theirText}`).toBe(theirText.replace(/64? .*| .*/, ''));
        return;
      }
      // All zeros is defined to be illegal; C.ADDI16SP by 0 is reserved, which binutils 2.40 overlooks.
      if (word === 0 || word === 0x6101) {
        expect(decode(word)).toBeUndefined();
        return;
      }
      const alike = (a: string) => likeBinutils(a).replace(/^mv (\w+),\1$/, 'add $1,$1,0');
      if (likeBinutils(text) !== theirText && alike(text) !== theirText)
        different.push(`${word.toString(16)}: ${text} / ${theirText}`);
    });
    expect(different).toEqual([]);
  });
});
