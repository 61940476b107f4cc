/** A: load-reserved, store-conditional and read-modify-write (unprivileged specification, chapter 14), and Zawrs. */
import { i32, i64, low, old, rs2 } from '../expr.ts';
import type { BaseRow, Effect, Expr } from '../types.ts';

/** Both widths of one operation. The 32-bit tree computes in i32. */
function pair(name: string, funct5: string, effect: (bytes: 4 | 8) => Effect, source = 'rs2'): BaseRow[] {
  return ([4, 8] as const).map((bytes) => ({
    name: `${name}.${bytes === 4 ? 'w' : 'd'}`,
    extension: 'A',
    layout: `${funct5} aq rl ${source} rs1 ${bytes === 4 ? '010' : '011'} rd 0101111`,
    syntax: source === 'rs2' ? 'rd,rs2,(rs1)' : 'rd,(rs1)',
    effect: effect(bytes),
  }));
}

const amo = (name: string, funct5: string, value32: Expr, value64: Expr): BaseRow[] =>
  pair(name, funct5, (bytes) => ({ kind: 'amo', bytes, value: bytes === 4 ? value32 : value64 }));

const old32 = old('i32');
const old64 = old('i64');
const source32 = low(rs2);

export const ATOMIC_ROWS: readonly BaseRow[] = [
  ...pair('lr', '00010', (bytes) => ({ kind: 'loadReserved', bytes }), '00000'),
  ...pair('sc', '00011', (bytes) => ({ kind: 'storeConditional', bytes })),
  ...amo('amoswap', '00001', source32, rs2),
  ...amo('amoadd', '00000', i32.add(old32, source32), i64.add(old64, rs2)),
  ...amo('amoxor', '00100', i32.xor(old32, source32), i64.xor(old64, rs2)),
  ...amo('amoand', '01100', i32.and(old32, source32), i64.and(old64, rs2)),
  ...amo('amoor', '01000', i32.or(old32, source32), i64.or(old64, rs2)),
  ...amo(
    'amomin',
    '10000',
    i32.select(old32, source32, i32.lt_s(old32, source32)),
    i64.select(old64, rs2, i64.lt_s(old64, rs2)),
  ),
  ...amo(
    'amomax',
    '10100',
    i32.select(old32, source32, i32.gt_s(old32, source32)),
    i64.select(old64, rs2, i64.gt_s(old64, rs2)),
  ),
  ...amo(
    'amominu',
    '11000',
    i32.select(old32, source32, i32.lt_u(old32, source32)),
    i64.select(old64, rs2, i64.lt_u(old64, rs2)),
  ),
  ...amo(
    'amomaxu',
    '11100',
    i32.select(old32, source32, i32.gt_u(old32, source32)),
    i64.select(old64, rs2, i64.gt_u(old64, rs2)),
  ),
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
