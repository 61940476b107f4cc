/**
 * A: load-reserved, store-conditional and read-modify-write (unprivileged specification, chapter 14);
 * Zacas, compare-and-swap; Zawrs.
 */
import { i32, i64, low, old, rdOld, rs2 } from '../expr.ts';
import type { BaseRow, Effect, Expr, Extension } from '../types.ts';

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

function row(name: string, funct5: string, bytes: 4 | 8, extension: Extension, value: Expr): BaseRow {
  return {
    name: `${name}.${bytes === 4 ? 'w' : 'd'}`,
    extension,
    layout: `${funct5} aq rl rs2 rs1 ${bytes === 4 ? '010' : '011'} rd 0101111`,
    syntax: 'rd,rs2,(rs1)',
    effect: { kind: 'amo', bytes, value },
  };
}

const old32 = old('i32');
const old64 = old('i64');

export const ATOMIC_ROWS: readonly BaseRow[] = [
  ...pair('lr', '00010', (bytes) => ({ kind: 'loadReserved', bytes }), '00000'),
  ...pair('sc', '00011', (bytes) => ({ kind: 'storeConditional', bytes })),
  ...OPERATIONS.flatMap(([name, funct5, on32, on64]) => [
    row(name, funct5, 4, 'A', on32(old32, low(rs2))),
    row(name, funct5, 8, 'A', on64(old64, rs2)),
  ]),
  // Compare-and-swap: memory becomes rs2 if it held rd, and keeps its value otherwise.
  row('amocas', '00101', 4, 'Zacas', i32.select(low(rs2), old32, i32.eq(old32, low(rdOld)))),
  row('amocas', '00101', 8, 'Zacas', i64.select(rs2, old64, i64.eq(old64, rdOld))),
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
