/**
 * Operations too long for a tree, by name. Each has two implementations: AssemblyScript (assembly/fpu and
 * assembly/cpu/arithmetic.ts) for the machine, BigInt (oracle/) for the oracle.
 */
import type { ValueType } from './value-type.ts';

export interface Primitive {
  readonly params: readonly ValueType[];
  readonly result: ValueType;
  /** Where the machine's implementation is. Those of the FPU may raise IEEE flags. */
  readonly home: 'integer' | 'fpu';
  /** Whether the last parameter is a rounding mode, 0…4. */
  readonly rounds: boolean;
}

const integer2 = { params: ['i64', 'i64'], result: 'i64', home: 'integer', rounds: false } as const satisfies Primitive;

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

const float = (params: readonly ValueType[], result: ValueType): Primitive => ({
  params,
  result,
  home: 'fpu',
  rounds: false,
});
/** The rounding mode comes last. */
const rounded = (params: readonly ValueType[], result: ValueType): Primitive => ({
  params: [...params, 'i32'],
  result,
  home: 'fpu',
  rounds: true,
});

/** The formats have the same operations over their own pattern type T. */
function fpu<const P extends 'f16' | 'f32' | 'f64', const T extends ValueType>(prefix: P, type: T) {
  const of = <const N extends string>(name: N, primitive: Primitive) =>
    ({ [`${prefix}${name}`]: primitive }) as Record<`${P}${N}`, Primitive>;
  return {
    ...of('Add', rounded([type, type], type)),
    ...of('Sub', rounded([type, type], type)),
    ...of('Mul', rounded([type, type], type)),
    ...of('Div', rounded([type, type], type)),
    ...of('Sqrt', rounded([type], type)),
    ...of('MulAdd', rounded([type, type, type], type)),
    ...of('Min', float([type, type], type)),
    ...of('Max', float([type, type], type)),
    ...of('Eq', float([type, type], 'i64')),
    ...of('Lt', float([type, type], 'i64')),
    ...of('Le', float([type, type], 'i64')),
    ...of('Classify', float([type], 'i64')),
    ...of('ToI32', rounded([type], 'i64')),
    ...of('ToU32', rounded([type], 'i64')),
    ...of('ToI64', rounded([type], 'i64')),
    ...of('ToU64', rounded([type], 'i64')),
    ...of('FromI32', rounded(['i64'], type)),
    ...of('FromU32', rounded(['i64'], type)),
    ...of('FromI64', rounded(['i64'], type)),
    ...of('FromU64', rounded(['i64'], type)),
  };
}

export const PRIMITIVES = {
  ...INTEGER,
  ...fpu('f16', 'i32'),
  ...fpu('f32', 'i32'),
  ...fpu('f64', 'i64'),
  f64ToF32: rounded(['i64'], 'i32'),
  f64ToF16: rounded(['i64'], 'i32'),
  f32ToF16: rounded(['i32'], 'i32'),
  f16ToF32: float(['i32'], 'i32'),
  f16ToF64: float(['i32'], 'i64'),
  f32ToF64: float(['i32'], 'i64'),
};

export type PrimitiveName = keyof typeof PRIMITIVES;
