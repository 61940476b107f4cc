/** The WebAssembly operators a semantics tree may use: parameter and result types. */
import type { ValueType } from './value-type.ts';

interface Signature {
  readonly params: readonly ValueType[];
  readonly result: ValueType;
}

const i32x2: Signature = { params: ['i32', 'i32'], result: 'i32' };
const i64x2: Signature = { params: ['i64', 'i64'], result: 'i64' };
const i64Compare: Signature = { params: ['i64', 'i64'], result: 'i32' };
const i32x1: Signature = { params: ['i32'], result: 'i32' };
const i64x1: Signature = { params: ['i64'], result: 'i64' };

export const OPERATORS = {
  'i32.add': i32x2,
  'i32.sub': i32x2,
  'i32.mul': i32x2,
  'i32.div_s': i32x2,
  'i32.div_u': i32x2,
  'i32.rem_s': i32x2,
  'i32.rem_u': i32x2,
  'i32.and': i32x2,
  'i32.or': i32x2,
  'i32.xor': i32x2,
  'i32.shl': i32x2,
  'i32.shr_s': i32x2,
  'i32.shr_u': i32x2,
  'i32.rotl': i32x2,
  'i32.rotr': i32x2,
  'i32.eq': i32x2,
  'i32.ne': i32x2,
  'i32.lt_s': i32x2,
  'i32.lt_u': i32x2,
  'i32.gt_s': i32x2,
  'i32.gt_u': i32x2,
  'i32.clz': i32x1,
  'i32.ctz': i32x1,
  'i32.popcnt': i32x1,
  'i32.eqz': i32x1,
  'i64.add': i64x2,
  'i64.sub': i64x2,
  'i64.mul': i64x2,
  'i64.div_s': i64x2,
  'i64.div_u': i64x2,
  'i64.rem_s': i64x2,
  'i64.rem_u': i64x2,
  'i64.and': i64x2,
  'i64.or': i64x2,
  'i64.xor': i64x2,
  'i64.shl': i64x2,
  'i64.shr_s': i64x2,
  'i64.shr_u': i64x2,
  'i64.rotl': i64x2,
  'i64.rotr': i64x2,
  'i64.eq': i64Compare,
  'i64.ne': i64Compare,
  'i64.lt_s': i64Compare,
  'i64.lt_u': i64Compare,
  'i64.gt_s': i64Compare,
  'i64.gt_u': i64Compare,
  'i64.ge_s': i64Compare,
  'i64.ge_u': i64Compare,
  'i64.eqz': { params: ['i64'], result: 'i32' },
  'i64.clz': i64x1,
  'i64.ctz': i64x1,
  'i64.popcnt': i64x1,
  'i64.extend8_s': i64x1,
  'i64.extend16_s': i64x1,
  'i64.extend_i32_s': { params: ['i32'], result: 'i64' },
  'i64.extend_i32_u': { params: ['i32'], result: 'i64' },
  'i32.wrap_i64': { params: ['i64'], result: 'i32' },
  /** (a, b, c): a if c is not zero, else b. */
  'i32.select': { params: ['i32', 'i32', 'i32'], result: 'i32' },
  'i64.select': { params: ['i64', 'i64', 'i32'], result: 'i64' },
} as const satisfies Record<string, Signature>;

export type OperatorName = keyof typeof OPERATORS;
