/** The primitives of semantics trees on BigInts: integer ones here, floating-point ones from ieee754.ts. */
import { PRIMITIVES, type PrimitiveName } from '../primitives.ts';
import * as ieee754 from './ieee754.ts';

const mask64 = (a: bigint): bigint => BigInt.asUintN(64, a);
const signed = (a: bigint): bigint => BigInt.asIntN(64, a);

/** The carry-less product: a polynomial over GF(2). */
function carryless(a: bigint, b: bigint): bigint {
  let product = 0n;
  for (let i = 0n; i < 64n; i++) if ((b >> i) & 1n) product ^= a << i;
  return product;
}

/** Each group of `bits` bits of b as an index into those of a. */
function permute(a: bigint, b: bigint, bits: number): bigint {
  const width = BigInt(bits);
  const ones = (1n << width) - 1n;
  let result = 0n;
  for (let at = 0n; at < 64n; at += width) result |= ((a >> (((b >> at) & ones) * width)) & ones) << at;
  return result;
}

const INTEGER: Record<string, (a: bigint, b: bigint) => bigint> = {
  mulHigh: (a, b) => (signed(a) * signed(b)) >> 64n,
  mulHighU: (a, b) => (a * b) >> 64n,
  mulHighSU: (a, b) => (signed(a) * b) >> 64n,
  clmul: carryless,
  clmulHigh: (a, b) => carryless(a, b) >> 64n,
  clmulReversed: (a, b) => carryless(a, b) >> 63n,
  xperm4: (a, b) => permute(a, b, 4),
  xperm8: (a, b) => permute(a, b, 8),
};

type FloatFunction = (...args: (bigint | number)[]) => ieee754.Outcome;

/** Calls a primitive with unsigned arguments; a rounding mode, where it takes one, is its last. */
export function callPrimitive(name: PrimitiveName, args: readonly bigint[]): { value: bigint; flags: number } {
  const { home, rounds } = PRIMITIVES[name];
  if (home === 'integer') return { value: mask64(INTEGER[name]!(args[0]!, args[1]!)), flags: 0 };
  const operation = (ieee754 as unknown as Record<string, FloatFunction>)[name]!;
  const { value, flags } = operation(...args.map((arg, i) => (rounds && i === args.length - 1 ? Number(arg) : arg)));
  return { value, flags };
}
