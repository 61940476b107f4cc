/**
 * Random instructions, drawn from the rows of src/isa: the literal bits of a row and random bits everywhere else, then
 * what has to hold for the program to stay in hand (base registers, registers it keeps for itself).
 */
import { decode } from '../../src/isa/decode.ts';
import { encodingOf, type Field, insert } from '../../src/isa/encoding.ts';
import { baseRow, isCompressed, ROWS } from '../../src/isa/rows.ts';
import { memoryWidth } from '../../src/isa/traits.ts';
import type { Row } from '../../src/isa/types.ts';
import { LEFT_OUT } from './deviations.ts';
import { FREE, POINTERS } from './places.ts';
import type { Rng } from './rng.ts';

/** What the generator does with a row. */
export type Use = 'compute' | 'float' | 'memory' | 'atomic' | 'branch' | 'jump' | 'csr' | 'system' | 'reservation';

export interface Template {
  readonly row: Row;
  readonly use: Use;
  readonly match: number;
  /** Bits that are free. */
  readonly free: number;
  readonly length: 2 | 4;
  readonly rd: Field | undefined;
  readonly rs1: Field | undefined;
  readonly rs2: Field | undefined;
  readonly rm: Field | undefined;
  readonly imm: Field | undefined;
  /** rd names an x register. */
  readonly writesX: boolean;
  /** rd and rs1 are one field of an x register. */
  readonly inPlace: boolean;
  readonly bytes: number;
}

function useOf(row: Row): Use {
  const { effect } = baseRow(row);
  switch (effect.kind) {
    case 'write':
      return memoryWidth(effect) > 0
        ? 'memory'
        : effect.file === 'f' || /\bf[sd]\d?/.test(row.syntax)
          ? 'float'
          : 'compute';
    case 'none':
      return 'compute';
    case 'store':
      return 'memory';
    case 'amo':
    case 'casPair':
      return 'atomic';
    case 'loadReserved':
    case 'storeConditional':
      return 'reservation';
    default:
      return effect.kind;
  }
}

function template(row: Row): Template {
  const { match, mask, fields, length } = encodingOf(row);
  const base = baseRow(row);
  const rd = fields.get('rd');
  const rs1 = fields.get('rs1');
  return {
    row,
    use: useOf(row),
    match,
    free: ~mask & (length === 4 ? 0xffff_ffff : 0xffff),
    length,
    rd,
    rs1,
    rs2: fields.get('rs2'),
    rm: fields.get('rm'),
    imm: fields.get('imm'),
    writesX: rd !== undefined && !(base.effect.kind === 'write' && base.effect.file === 'f'),
    inPlace: rd !== undefined && rs1 !== undefined && rd.slices[0]!.at === rs1.slices[0]!.at,
    bytes: memoryWidth(base.effect),
  };
}

/** Templates of all rows but those of extensions left out, by use. */
export function templates(leaveOut: ReadonlySet<string>): ReadonlyMap<Use, readonly Template[]> {
  const groups = new Map<Use, Template[]>();
  for (const row of ROWS) {
    if (leaveOut.has(row.extension) || LEFT_OUT.has(row.name)) continue;
    const made = template(row);
    groups.set(made.use, [...(groups.get(made.use) ?? []), made]);
  }
  return groups;
}

const fieldMask = (field: Field): number =>
  field.slices.reduce((mask, { high, low, at }) => mask | (((2 ** (high - low + 1) - 1) << at) >>> 0), 0);

/** The word with the field holding the value. */
export const place = (word: number, field: Field, value: number): number =>
  ((word & ~fieldMask(field)) | insert(field, value)) >>> 0;

const NARROW_FREE = FREE.filter((register) => register >= 8 && register < 16);
const NARROW_POINTERS = POINTERS.filter((register) => register >= 8);

/** Even registers both of whose pair are free. */
const PAIR_FREE = FREE.filter((register) => register % 2 === 0 && FREE.includes(register + 1));
const isPair = (field: Field): boolean => field.slices.every(({ low }) => low === 1);

const isNarrow = (field: Field): boolean => field.base === 8;
const freeFor = (field: Field): readonly number[] => (isPair(field) ? PAIR_FREE : isNarrow(field) ? NARROW_FREE : FREE);

/** The lab's markers are slti x0, x0, 1…4; to us they mean something. */
const isMarker = (word: number): boolean => (word & 0x000f_ffff) === 0x2013 && word >>> 20 >= 1 && word >>> 20 <= 4;

/** Random bits in a template; registers it may write, base registers for its accesses. */
export function randomWord(rng: Rng, t: Template): number {
  for (;;) {
    let word = (t.match | (rng.u32() & t.free)) >>> 0;
    if (t.rd && t.writesX) word = place(word, t.rd, rng.pick(freeFor(t.rd)));
    if (t.use === 'memory' && t.rs1) word = place(word, t.rs1, rng.pick(isNarrow(t.rs1) ? NARROW_POINTERS : POINTERS));
    // Rounding: dynamic or one of the five mostly, now and then one that does not exist.
    if (t.rm) word = place(word, t.rm, rng.chance(0.97) ? rng.pick([0, 1, 2, 3, 4, 7, 7]) : rng.pick([5, 6]));
    if (isMarker(word)) continue;
    // Reserved operand values make it another instruction or none: draw again.
    if (isCompressed(t.row) && decode(word)?.row !== t.row) continue;
    // c.addi16sp and the like write a pointer, with no field to say so.
    if (writesPointer(t)) continue;
    return word;
  }
}

const writesPointer = (t: Template): boolean =>
  isCompressed(t.row) && (POINTERS as readonly number[]).includes(t.row.fixed?.rd ?? 0);

/** Whether a template can be drawn from at all. */
export const usable = (t: Template): boolean => !writesPointer(t);

/** A word near a valid encoding that is none: one to three bits flipped. */
export function illegalWord(rng: Rng, all: readonly Template[]): number {
  for (;;) {
    if (rng.chance(0.1)) {
      const half = rng.u32() & 0xffff;
      if ((half & 3) !== 3 && !decode(half)) return half;
      continue;
    }
    const t = rng.pick(all);
    let word = (t.match | (rng.u32() & t.free)) >>> 0;
    for (let flips = rng.between(1, 3); flips > 0; flips--) word = (word ^ (1 << rng.below(t.length * 8))) >>> 0;
    const illegal = (word & 3) === 3 ? word : word & 0xffff;
    if (!decode(illegal) && !isLong(illegal)) return illegal;
  }
}

/** Encodings of 48 bits and more (1.5): how many bytes an illegal one has is open. */
function isLong(word: number): boolean {
  return (word & 0x1f) === 0x1f;
}
