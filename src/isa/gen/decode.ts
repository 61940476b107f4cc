/** Prints assembly/generated/decode.ts: from an instruction word to a decoded record. */
import { bySpecificity } from '../decode.ts';
import { encodingOf, type Field, fieldBits } from '../encoding.ts';
import { baseRow, COMPRESSED_ROWS, FULL_ROWS, isCompressed } from '../rows.ts';
import { writesFloat } from '../traits.ts';
import type { BaseRow, Operand, Row } from '../types.ts';
import { formsOf, OP_HALT, OP_ILLEGAL, OP_NOT_DECODED, OP_PAGE_END, OP_TRANSLATED, opOf } from './ops.ts';
import { PAIRS } from './pairs.ts';

const hex = (n: number): string => (n < 10 ? String(n) : `0x${n.toString(16)}`);

/** An expression of type u32 (or i32 for an immediate) for a field of `word`. */
function fieldText(field: Field): string {
  const top = fieldBits(field);
  const only = field.slices.length === 1 ? field.slices[0]! : undefined;
  if (field.signed && only && only.at + top - only.low === 32) {
    const shifted = only.at === 0 ? '<i32>word' : `(<i32>word >> ${only.at})`;
    return only.low === 0 ? shifted : `(${shifted} << ${only.low})`;
  }
  const parts = field.slices.map(({ high, low, at }) => {
    const bits = `((word >> ${at}) & ${hex(2 ** (high - low + 1) - 1)})`;
    return low === 0 ? bits : `(${bits} << ${low})`;
  });
  const value = parts.length === 1 ? parts[0]! : `(${parts.join(' | ')})`;
  if (field.signed) return `((<i32>${value} << ${32 - top}) >> ${32 - top})`;
  return field.base ? `(${value} + ${field.base})` : value;
}

/** The operands of the base row: constants where the encoding fixes them. */
function operandText(row: Row, operand: Operand): string | number {
  const fixed = isCompressed(row) ? row.fixed?.[operand] : undefined;
  if (fixed !== undefined) return fixed;
  const field = encodingOf(row).fields.get(operand);
  return field ? fieldText(field) : 0;
}

/** The condition under which an operand has a value (or lies in a range): undefined if always, null if never. */
function condition(row: Row, operand: Operand, wanted: number | readonly [number, number]): string | null | undefined {
  const [first, last] = typeof wanted === 'number' ? [wanted, wanted] : wanted;
  const text = operandText(row, operand);
  if (typeof text === 'number') return text >= first && text <= last ? undefined : null;
  if (encodingOf(row).fields.get(operand)!.base > last) return null;
  if (first !== last) return `${text} >= ${first} && ${text} <= ${last}`;
  return isCompressed(row) && row.forbid?.[operand]?.includes(first) ? null : `${text} == ${first}`;
}

/** Statements that fill the record for a row whose bits have matched. Ends in a return. */
function leafLines(row: Row): string[] {
  const base = baseRow(row);
  const { length } = encodingOf(row);
  const text = (operand: Operand): string | number => operandText(row, operand);
  const lines: string[] = [];
  if (encodingOf(row).fields.has('rm')) lines.push('if (((word >> 12) & 7) - 5 < 2) return illegal(ip, word);');
  const imm = encodingOf(base).fields.has('rm') ? text('rm') : text('imm');
  for (const { id, when, transfer } of formsOf(base, length)) {
    const conditions = Object.entries(when).map(([operand, wanted]) => condition(row, operand as Operand, wanted));
    if (conditions.includes(null)) continue;
    const test = conditions.filter((c) => c !== undefined).join(' && ');
    const operands = `${destination(base, text('rd'))}, ${shifted(text('rs1'))}, ${shifted(text('rs2'))}, <i32>${imm}, word`;
    const ops = transfer ? `${opOf(id, length, 'near')}, ${opOf(id, length, 'far')}` : '';
    const fill = transfer
      ? `${transfer}(ip, off, ${ops}, ${operands})`
      : `put(ip, ${opOf(id, length, null)}, ${operands})`;
    lines.push(`${test ? `if (${test}) ` : ''}return ${fill}; // ${id}`);
    if (!test) break;
  }
  return lines;
}

const shifted = (text: string | number): string => (typeof text === 'number' ? String(text * 8) : `${text} << 3`);

function destination(base: BaseRow, text: string | number): string {
  if (!encodingOf(base).fields.has('rd') || text === 0) return 'SINK';
  if (typeof text === 'number' || writesFloat(base.effect)) return shifted(text);
  return `sink(${text})`;
}

/** The encodings with which a compressed row is another's or reserved. */
function forbidden(row: Row): string {
  if (!isCompressed(row)) return '';
  return Object.entries(row.forbid ?? {})
    .flatMap(([operand, values]) => values.map((value) => `${operandText(row, operand as Operand)} != ${value}`))
    .join(' && ');
}

/** A tree of switches over the literal bits all remaining rows have; `decided` are those already known to match. */
function treeLines(rows: readonly Row[], decided: number): string[] {
  const common = rows.reduce((mask, row) => (mask & encodingOf(row).mask) >>> 0, ~decided >>> 0);
  if (common !== 0 && rows.length > 1) {
    const groups = new Map<number, Row[]>();
    for (const row of rows) {
      const key = (encodingOf(row).match & common) >>> 0;
      groups.set(key, [...(groups.get(key) ?? []), row]);
    }
    const cases = [...groups].sort(([a], [b]) => a - b);
    if (cases.length > 1) {
      return [
        `switch (word & ${hex(common)}) {`,
        ...cases.flatMap(([key, members]) => [
          `  case ${hex(key)}: {`,
          ...treeLines(members, (decided | common) >>> 0).map((line) => `    ${line}`),
          '    break;',
          '  }',
        ]),
        '}',
      ];
    }
  }
  return bySpecificity(rows).flatMap((row) => {
    const { match, mask } = encodingOf(row);
    const left = (mask & ~decided) >>> 0;
    const tests = [left ? `(word & ${hex(left)}) == ${hex((match & left) >>> 0)}` : '', forbidden(row)].filter(Boolean);
    const lines = leafLines(row);
    return tests.length ? [`if (${tests.join(' && ')}) {`, ...lines.map((line) => `  ${line}`), '}'] : lines;
  });
}

/** `break` after a return is dead code, which is an error in a strict reading: drop it. */
function tidy(lines: string[]): string[] {
  return lines.filter((line, i) => !(line.trim() === 'break;' && /^\s*return /.test(lines[i - 1] ?? '')));
}

const indented = (lines: string[]): string => lines.map((line) => `  ${line}`).join('\n');

/** Statements that give the op of a pair by the ops of its instructions. */
function pairCases(): string[] {
  const firsts = [...new Set(PAIRS.map(({ first }) => first))];
  return firsts.flatMap((c) => [
    `case ${c.op}: { // ${c.id}`,
    `  if (length != ${c.length}) return 0;`,
    '  switch (second) {',
    ...PAIRS.filter(({ first }) => first === c).map(
      ({ op, second }) => `    case ${second.op}: return ${op}; // ${second.id}`,
    ),
    '  }',
    '  return 0;',
    '}',
  ]);
}

/** The whole file. */
export function printDecoder(): string {
  return `// Generated from src/isa by \`npm run generate\`. Do not edit.

/** Ops with a meaning of their own; the others are the cases of the interpreter. */
export const OP_NOT_DECODED: u32 = ${OP_NOT_DECODED};
export const OP_PAGE_END: u32 = ${OP_PAGE_END};
export const OP_ILLEGAL: u32 = ${OP_ILLEGAL};
export const OP_TRANSLATED: u32 = ${OP_TRANSLATED};
export const OP_HALT: u32 = ${OP_HALT};

/** Where a write to x0 goes: the slot behind x31. */
const SINK: u32 = 256;

function sink(rd: u32): u32 {
  return rd == 0 ? SINK : rd << 3;
}

/** Fills a record: u16 op, rd, rs1, rs2 (each × 8), i32 immediate, u32 instruction bits. */
function put(ip: u32, op: u32, rd: u32, rs1: u32, rs2: u32, imm: i32, word: u32): void {
  store<u16>(ip, <u16>op);
  store<u16>(ip, <u16>rd, 2);
  store<u16>(ip, <u16>rs1, 4);
  store<u16>(ip, <u16>rs2, 6);
  store<i32>(ip, imm, 8);
  store<u32>(ip, word, 12);
}

function illegal(ip: u32, word: u32): void {
  put(ip, OP_ILLEGAL, SINK, 0, 0, <i32>word, word);
}

/**
 * Whether the record stands alone, not among those of its page: an instruction that straddles two pages (each mapping may
 * give it another second half), or one the caller keeps apart, which it says by an offset outside of every page.
 */
function alone(off: u32, word: u32): bool {
  return off >= 4096 || (off == 0xffe && (word & 3) == 3);
}

/** A transfer by a known distance, which is kept in bytes of records when it stays inside the page. */
function direct(ip: u32, off: u32, near: u32, far: u32, rd: u32, rs1: u32, rs2: u32, imm: i32, word: u32): void {
  if (off + <u32>imm < 4096 && !alone(off, word)) put(ip, near, rd, rs1, rs2, imm << 3, word);
  else put(ip, far, rd, rs1, rs2, imm, word);
}

/** A transfer to where a register says. */
function indirect(ip: u32, off: u32, near: u32, far: u32, rd: u32, rs1: u32, rs2: u32, imm: i32, word: u32): void {
  put(ip, alone(off, word) ? far : near, rd, rs1, rs2, imm, word);
}

/**
 * Fills the record at ip for the instruction at page offset \`off\` (4096 or more: the record stands alone); of a 16-bit
 * instruction only the low half of \`bits\` counts.
 */
export function decode(ip: u32, off: u32, bits: u32): void {
  if ((bits & 3) == 3) decodeFull(ip, off, bits);
  else decodeCompressed(ip, off, bits & 0xffff);
}

function decodeFull(ip: u32, off: u32, word: u32): void {
${indented(tidy(treeLines(FULL_ROWS, 3)))}
  illegal(ip, word);
}

function decodeCompressed(ip: u32, off: u32, word: u32): void {
${indented(tidy(treeLines(COMPRESSED_ROWS, 0)))}
  illegal(ip, word);
}

/** The op of two instructions as a pair, the first one of that length; 0: they have none. */
export function pairOf(first: u32, length: u32, second: u32): u32 {
  switch (first) {
${indented(pairCases().map((line) => `  ${line}`))}
  }
  return 0;
}

/** The op of a record's own instruction, whatever it is paired with. */
export function plainOp(op: u32): u32 {
  switch (op) {
${PAIRS.map(({ op, first }) => `    case ${op}: return ${first.op};`).join('\n')}
  }
  return op;
}
`;
}
