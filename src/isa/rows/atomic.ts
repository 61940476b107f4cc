/**
 * A: load-reserved, store-conditional and read-modify-write (unprivileged specification, chapter 14); Zabha and Zacas,
 * the same on bytes and half-words, and compare-and-swap; Zawrs.
 */
import { c32, i32, i64, low, old, rdOld, rs2 } from '../expr.ts';
import type { BaseRow, Effect, Expr, Extension, Width } from '../types.ts';

/** Both widths of one operation. */
function pair(name: string, funct5: string, effect: (bytes: 4 | 8) => Effect, source = 'rs2'): BaseRow[] {
  return ([4, 8] as const).map((bytes) => ({
    name: `${name}.${bytes === 4 ? 'w' : 'd'}`,
    extension: 'A',
    layout: `${funct5} aq rl ${source} rs1 ${bytes === 4 ? '010' : '011'} rd 0101111`,
    syntax: source === 'rs2' ? 'rd,rs2,(rs1)' : 'rd,(rs1)',
    effect: effect(bytes),
  }));
}

type Fold = (a: Expr, b: Expr) => Expr;

/** The operations of the read-modify-write instructions, on i32 or i64 values. */
const OPERATIONS: readonly (readonly [name: string, funct5: string, on32: Fold, on64: Fold])[] = [
  ['amoswap', '00001', (_, b) => b, (_, b) => b],
  ['amoadd', '00000', i32.add, i64.add],
  ['amoxor', '00100', i32.xor, i64.xor],
  ['amoand', '01100', i32.and, i64.and],
  ['amoor', '01000', i32.or, i64.or],
  ['amomin', '10000', (a, b) => i32.select(a, b, i32.lt_s(a, b)), (a, b) => i64.select(a, b, i64.lt_s(a, b))],
  ['amomax', '10100', (a, b) => i32.select(a, b, i32.gt_s(a, b)), (a, b) => i64.select(a, b, i64.gt_s(a, b))],
  ['amominu', '11000', (a, b) => i32.select(a, b, i32.lt_u(a, b)), (a, b) => i64.select(a, b, i64.lt_u(a, b))],
  ['amomaxu', '11100', (a, b) => i32.select(a, b, i32.gt_u(a, b)), (a, b) => i64.select(a, b, i64.gt_u(a, b))],
];

interface Size {
  readonly suffix: string;
  readonly bytes: Width;
  readonly funct3: string;
  /** The low bits of an i32, extended as the operation compares them: sign or zero. */
  readonly narrow: { readonly signed: (a: Expr) => Expr; readonly unsigned: (a: Expr) => Expr } | null;
}

const BYTE: Size = {
  suffix: 'b',
  bytes: 1,
  funct3: '000',
  narrow: { signed: i32.extend8_s, unsigned: (a) => i32.and(a, c32(0xff)) },
};
const HALF: Size = {
  suffix: 'h',
  bytes: 2,
  funct3: '001',
  narrow: { signed: i32.extend16_s, unsigned: (a) => i32.and(a, c32(0xffff)) },
};
const WORD: Size = { suffix: 'w', bytes: 4, funct3: '010', narrow: null };
const DOUBLE: Size = { suffix: 'd', bytes: 8, funct3: '011', narrow: null };

function row(name: string, funct5: string, size: Size, extension: Extension, value: Expr): BaseRow {
  return {
    name: `${name}.${size.suffix}`,
    extension,
    layout: `${funct5} aq rl rs2 rs1 ${size.funct3} rd 0101111`,
    syntax: 'rd,rs2,(rs1)',
    effect: { kind: 'amo', bytes: size.bytes, value },
  };
}

/** One size of every read-modify-write. */
function operations(size: Size, extension: Extension): BaseRow[] {
  return OPERATIONS.map(([name, funct5, on32, on64]) => {
    if (size.bytes === 8) return row(name, funct5, size, extension, on64(old('i64'), rs2));
    const extend = name.endsWith('u') ? size.narrow?.unsigned : size.narrow?.signed;
    const of = (a: Expr): Expr => (extend ? extend(a) : a);
    return row(name, funct5, size, extension, on32(of(old('i32')), of(low(rs2))));
  });
}

/** Compare-and-swap: memory becomes rs2 if it held rd, and keeps its value otherwise. */
function compareAndSwap(size: Size, extension: Extension): BaseRow {
  if (size.bytes === 8) {
    const same = i64.eq(old('i64'), rdOld);
    return row('amocas', '00101', size, extension, i64.select(rs2, old('i64'), same));
  }
  const of = (a: Expr): Expr => (size.narrow ? size.narrow.unsigned(a) : a);
  const same = i32.eq(old('i32'), of(low(rdOld)));
  return row('amocas', '00101', size, extension, i32.select(low(rs2), old('i32'), same));
}

export const ATOMIC_ROWS: readonly BaseRow[] = [
  ...pair('lr', '00010', (bytes) => ({ kind: 'loadReserved', bytes }), '00000'),
  ...pair('sc', '00011', (bytes) => ({ kind: 'storeConditional', bytes })),
  ...operations(WORD, 'A'),
  ...operations(DOUBLE, 'A'),
  ...operations(BYTE, 'Zabha'),
  ...operations(HALF, 'Zabha'),
  compareAndSwap(WORD, 'Zacas'),
  compareAndSwap(DOUBLE, 'Zacas'),
  compareAndSwap(BYTE, 'Zabha'),
  compareAndSwap(HALF, 'Zabha'),
  {
    name: 'amocas.q',
    extension: 'Zacas',
    layout: '00101 aq rl rs2[4:1] 0 rs1 100 rd[4:1] 0 0101111',
    syntax: 'rd,rs2,(rs1)',
    effect: { kind: 'casPair' },
  },
  // Waiting may end at once (Zawrs: the stall is terminated for any reason).
  {
    name: 'wrs.nto',
    extension: 'Zawrs',
    layout: '000000001101 00000 000 00000 1110011',
    syntax: '',
    effect: { kind: 'none' },
  },
  {
    name: 'wrs.sto',
    extension: 'Zawrs',
    layout: '000000011101 00000 000 00000 1110011',
    syntax: '',
    effect: { kind: 'none' },
  },
];
