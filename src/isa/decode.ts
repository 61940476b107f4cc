/** From an instruction word to its row and operands. */
import { encodingOf, extract } from './encoding.ts';
import { baseRow, COMPRESSED_ROWS, FULL_ROWS, isCompressed } from './rows.ts';
import type { BaseRow, Operand, Operands, Row } from './types.ts';

export interface Decoded {
  readonly row: Row;
  readonly operands: Operands;
  /** Bytes. */
  readonly length: 2 | 4;
}

/** An instruction reduced to the row that holds its meaning. */
export interface Expanded {
  readonly row: BaseRow;
  readonly operands: Operands;
  readonly length: 2 | 4;
}

function bitCount(mask: number): number {
  let count = 0;
  for (let rest = mask; rest; rest &= rest - 1) count++;
  return count;
}

/** Rows that match the same word stand with the more specific one (more literal bits) first: it takes precedence. */
export function bySpecificity<R extends Row>(rows: readonly R[]): R[] {
  return rows
    .map((row) => ({ row, bits: bitCount(encodingOf(row).mask) }))
    .sort((a, b) => b.bits - a.bits)
    .map(({ row }) => row);
}

/** Literal bits nearly every encoding has, by which rows are looked up: opcode and funct3, quadrant and the top three. */
interface Key {
  readonly mask: number;
  readonly of: (word: number) => number;
  /** The word with that key, all other bits 0. */
  readonly word: (key: number) => number;
}

const FULL_KEY: Key = {
  mask: 0x707f,
  of: (word) => (((word >>> 12) & 7) << 7) | (word & 0x7f),
  word: (key) => ((key >>> 7) << 12) | (key & 0x7f),
};

const COMPRESSED_KEY: Key = {
  mask: 0xe003,
  of: (word) => (((word >>> 13) & 7) << 2) | (word & 3),
  word: (key) => ((key >>> 2) << 13) | (key & 3),
};

/** The rows that a word may match, by its key: made when they are first asked for, since most keys never are. */
function index(rows: readonly Row[], key: Key): (word: number) => readonly Row[] {
  let ordered: readonly { readonly row: Row; readonly match: number; readonly mask: number }[] | null = null;
  const found: (readonly Row[])[] = [];
  return (word) => {
    const k = key.of(word);
    ordered ??= bySpecificity(rows).map((row) => {
      const { match, mask } = encodingOf(row);
      return { row, match, mask: mask & key.mask };
    });
    const literal = key.word(k);
    found[k] ??= ordered.filter(({ match, mask }) => ((literal ^ match) & mask) === 0).map(({ row }) => row);
    return found[k];
  };
}

const full = index(FULL_ROWS, FULL_KEY);
const compressed = index(COMPRESSED_ROWS, COMPRESSED_KEY);

/** Bytes of the instruction that starts with this half-word (only 16- and 32-bit encodings exist). */
export function instructionLength(word: number): 2 | 4 {
  return (word & 3) === 3 ? 4 : 2;
}

/** Values of the rm field no mode has (7 asks for the dynamic one). */
export const RESERVED_ROUNDING: readonly number[] = [5, 6];

/** The operands of a word that is known to be an instruction of the row. */
export function operandsOf(row: Row, word: number): Operands {
  const operands: Operands = {};
  for (const [operand, field] of encodingOf(row).fields) operands[operand] = extract(field, word);
  return operands;
}

/** Decodes a word; of a compressed instruction only the low 16 bits count. Undefined: an illegal instruction. */
export function decode(word: number): Decoded | undefined {
  const length = instructionLength(word);
  const bits = length === 4 ? word >>> 0 : word & 0xffff;
  for (const row of length === 4 ? full(bits) : compressed(bits)) {
    const { match, mask } = encodingOf(row);
    if ((bits & mask) >>> 0 !== match) continue;
    const operands = operandsOf(row, bits);
    if (isCompressed(row) && isForbidden(row.forbid, operands)) continue;
    if (operands.rm !== undefined && RESERVED_ROUNDING.includes(operands.rm)) return undefined;
    return { row, operands, length };
  }
  return undefined;
}

function isForbidden(forbid: Partial<Record<Operand, readonly number[]>> | undefined, operands: Operands): boolean {
  return Object.entries(forbid ?? {}).some(([operand, values]) => values.includes(operands[operand as Operand]!));
}

/** The base row behind a decoded instruction, with that row's operands. */
export function expand(decoded: Decoded): Expanded {
  const { row, operands, length } = decoded;
  if (!isCompressed(row)) return { row, operands, length };
  return { row: baseRow(row), operands: { ...operands, ...row.fixed }, length };
}
