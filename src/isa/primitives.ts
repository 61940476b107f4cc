/**
 * Operations too long for a tree, by name. Each has two implementations: AssemblyScript (assembly/fpu and
 * assembly/cpu/arithmetic.ts) for the machine, BigInt (oracle/) for the oracle.
 */
import type { ValueType } from './types.ts';

export interface Primitive {
  readonly params: readonly ValueType[];
  readonly result: ValueType;
  /** Where the machine's implementation is. Those of the FPU may raise IEEE flags. */
  readonly home: 'integer' | 'fpu';
}

const integer2 = { params: ['i64', 'i64'], result: 'i64', home: 'integer' } as const satisfies Primitive;

const INTEGER = {
  /** High half of the 128-bit product: signed × signed, unsigned × unsigned, signed × unsigned. */
  mulHigh: integer2,
  mulHighU: integer2,
  mulHighSU: integer2,
  /** Carry-less product: low half, high half, bits 126…63. */
  clmul: integer2,
  clmulHigh: integer2,
  clmulReversed: integer2,
  /** Lookup of each nibble or byte of b as an index into those of a (0 beyond). */
  xperm4: integer2,
  xperm8: integer2,
} as const satisfies Record<string, Primitive>;

/** The formats have the same operations over their own pattern type T. */
function fpu<const P extends 'f16' | 'f32' | 'f64', const T extends ValueType>(prefix: P, type: T) {
  const of = <const N extends string>(name: N, params: readonly ValueType[], result: ValueType) =>
    ({ [`${prefix}${name}`]: { params, result, home: 'fpu' } }) as Record<`${P}${N}`, Primitive>;
  return {
    ...of('Add', [type, type, 'i32'], type),
    ...of('Sub', [type, type, 'i32'], type),
    ...of('Mul', [type, type, 'i32'], type),
    ...of('Div', [type, type, 'i32'], type),
    ...of('Sqrt', [type, 'i32'], type),
    ...of('MulAdd', [type, type, type, 'i32'], type),
    ...of('Min', [type, type], type),
    ...of('Max', [type, type], type),
    ...of('Eq', [type, type], 'i64'),
    ...of('Lt', [type, type], 'i64'),
    ...of('Le', [type, type], 'i64'),
    ...of('Classify', [type], 'i64'),
    ...of('ToI32', [type, 'i32'], 'i64'),
    ...of('ToU32', [type, 'i32'], 'i64'),
    ...of('ToI64', [type, 'i32'], 'i64'),
    ...of('ToU64', [type, 'i32'], 'i64'),
    ...of('FromI32', ['i64', 'i32'], type),
    ...of('FromU32', ['i64', 'i32'], type),
    ...of('FromI64', ['i64', 'i32'], type),
    ...of('FromU64', ['i64', 'i32'], type),
  };
}

export const PRIMITIVES = {
  ...INTEGER,
  ...fpu('f16', 'i32'),
  ...fpu('f32', 'i32'),
  ...fpu('f64', 'i64'),
  f64ToF32: { params: ['i64', 'i32'], result: 'i32', home: 'fpu' } as Primitive,
  f64ToF16: { params: ['i64', 'i32'], result: 'i32', home: 'fpu' } as Primitive,
  f32ToF16: { params: ['i32', 'i32'], result: 'i32', home: 'fpu' } as Primitive,
  f16ToF32: { params: ['i32'], result: 'i32', home: 'fpu' } as Primitive,
  f16ToF64: { params: ['i32'], result: 'i64', home: 'fpu' } as Primitive,
  f32ToF64: { params: ['i32'], result: 'i64', home: 'fpu' } as Primitive,
};

export type PrimitiveName = keyof typeof PRIMITIVES;
