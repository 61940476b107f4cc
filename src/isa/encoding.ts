/**
 * Encodings, read from the manual's own notation. A layout lists, most significant bit first, literal bits and fields:
 *
 *   0000000 rs2 rs1 000 rd 0110011            add
 *   imm[12|10:5] rs2 rs1 000 imm[4:1|11] 1100011   beq
 *   011 imm[9] 00010 imm[4|6|8:7|5] 01        c.addi16sp
 *
 * `imm` is sign-extended from its highest bit, `uimm` zero-extended. A prime marks a register field of three bits
 * (x8…x15); `rd/rs1` is one field that names both operands; `rd[4:1] 0` is one that must be even.
 */
import type { Operand, Row } from './types.ts';

/** Bits high…low of the operand stand at bit `at` of the word and above. */
export interface Slice {
  readonly high: number;
  readonly low: number;
  readonly at: number;
}

export interface Field {
  readonly operand: Operand;
  readonly slices: readonly Slice[];
  readonly signed: boolean;
  /** Added to the raw bits: 8 for a primed register. */
  readonly base: number;
}

export interface Encoding {
  /** Bytes. */
  readonly length: 2 | 4;
  /** Literal bits and their mask, as unsigned 32-bit numbers. */
  readonly match: number;
  readonly mask: number;
  readonly fields: ReadonlyMap<Operand, Field>;
}

const WIDTHS: Readonly<Record<string, number>> = {
  rd: 5,
  rs1: 5,
  rs2: 5,
  rs3: 5,
  csr: 12,
  rm: 3,
  aq: 1,
  rl: 1,
  fm: 4,
  pred: 4,
  succ: 4,
};

interface Piece {
  readonly names: readonly string[];
  readonly width: number;
  readonly ranges: readonly (readonly [high: number, low: number])[];
}

function parsePiece(token: string): Piece {
  const scattered = /^(u?imm|rd|rs2)\[([\d:|]+)\]$/.exec(token);
  if (scattered) {
    const ranges = scattered[2]!.split('|').map((range) => {
      const [high, low] = range.split(':').map(Number);
      return [high!, low ?? high!] as const;
    });
    return { names: [scattered[1]!], width: ranges.reduce((sum, [high, low]) => sum + high - low + 1, 0), ranges };
  }
  const names = token.split('/');
  const primed = names[0]!.endsWith("'");
  const width = primed ? 3 : WIDTHS[names[0]!];
  if (width === undefined) throw new Error(`unknown field ${token}`);
  return { names, width, ranges: [[width - 1, 0]] };
}

/** Reads a layout. Throws on one that has not 16 or 32 bits. */
export function parseLayout(layout: string): Encoding {
  const fields = new Map<Operand, { operand: Operand; slices: Slice[]; signed: boolean; base: number }>();
  const parts = layout.split(' ').map((token) => (/^[01]+$/.test(token) ? token : parsePiece(token)));
  const bits = parts.reduce((sum, part) => sum + (typeof part === 'string' ? part.length : part.width), 0);
  if (bits !== 16 && bits !== 32) throw new Error(`layout has ${bits} bits: ${layout}`);
  let match = 0;
  let mask = 0;
  let at = bits;
  for (const piece of parts) {
    if (typeof piece === 'string') {
      at -= piece.length;
      match += Number.parseInt(piece, 2) * 2 ** at;
      mask += (2 ** piece.length - 1) * 2 ** at;
      continue;
    }
    for (const [high, low] of piece.ranges) {
      at -= high - low + 1;
      for (const name of piece.names) {
        const operand = (name.endsWith('imm') ? 'imm' : name.replace("'", '')) as Operand;
        const field = fields.get(operand) ?? {
          operand,
          slices: [],
          signed: name === 'imm',
          base: name.endsWith("'") ? 8 : 0,
        };
        field.slices.push({ high, low, at });
        fields.set(operand, field);
      }
    }
  }
  return { length: bits === 16 ? 2 : 4, match, mask, fields };
}

const parsed = new Map<string, Encoding>();

/** The encoding of a row. */
export function encodingOf(row: Row): Encoding {
  const known = parsed.get(row.layout);
  if (known) return known;
  const encoding = parseLayout(row.layout);
  parsed.set(row.layout, encoding);
  return encoding;
}

/** Number of significant bits of a field. */
export function fieldBits(field: Field): number {
  return Math.max(...field.slices.map((slice) => slice.high)) + 1;
}

/** The value of a field in a word. */
export function extract(field: Field, word: number): number {
  let value = 0;
  for (const { high, low, at } of field.slices) {
    const bits = (word >>> at) & ((2 ** (high - low + 1) - 1) >>> 0);
    value |= bits << low;
  }
  if (field.signed) {
    const shift = 32 - fieldBits(field);
    return (value << shift) >> shift;
  }
  return value + field.base;
}

/** The bits of a field that hold the value. Throws a RangeError when the value has no encoding. */
export function insert(field: Field, value: number): number {
  let word = 0;
  for (const { high, low, at } of field.slices) {
    const bits = ((value - field.base) >>> low) & ((2 ** (high - low + 1) - 1) >>> 0);
    word |= bits << at;
  }
  if (extract(field, word) !== value) throw new RangeError(`${field.operand} = ${value} has no encoding`);
  return word >>> 0;
}
