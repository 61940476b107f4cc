/** Multiplication. */
import {
  EXPO16, EXPO32, EXPO64, FRAC16, FRAC32, FRAC64, RNE, inexactAccrued, infinity, invalid, isNaNPattern, isNormal32,
  isNormal64, magnitude, propagateNaN, signMask, signOf,
} from './format';
import { exponentOf, roundPack, shiftRightSticky, significandOf } from './round';
import { multiplyHigh } from './wide';

/** a × b by integer arithmetic: every format, mode and flag. */
export function multiply(a: u64, b: u64, frac: i32, expo: i32, rm: u32): u64 {
  if (isNaNPattern(a, frac, expo) || isNaNPattern(b, frac, expo)) return propagateNaN(a, b, frac, expo);
  const sign = signOf(a, frac, expo) ^ signOf(b, frac, expo);
  const signBit = sign ? signMask(frac, expo) : 0;
  const magA = magnitude(a, frac, expo);
  const magB = magnitude(b, frac, expo);
  const top = infinity(frac, expo);
  if (magA == top || magB == top) return magA == 0 || magB == 0 ? invalid(frac, expo) : top | signBit;
  if (magA == 0 || magB == 0) return signBit;

  let exp = exponentOf(a, frac, expo) + exponentOf(b, frac, expo);
  // Leading ones at bit 63 make the high half of the product lead at bit 63 or 62.
  const sigA = significandOf(a, frac, expo) << 1;
  const sigB = significandOf(b, frac, expo) << 1;
  let sig = multiplyHigh(sigA, sigB) | u64(sigA * sigB != 0);
  if (<i64>sig < 0) {
    sig = shiftRightSticky(sig, 1);
    exp++;
  }
  return roundPack(sign, exp, sig, frac, expo, rm);
}

/** Whether two binary64 significands have so few bits between them that their product cannot need rounding. */
// @ts-ignore: decorator
@inline export function productFits64(a: u64, b: u64): bool {
  const hidden = (<u64>1) << FRAC64;
  return ctz(a | hidden) + ctz(b | hidden) > 52;
}

/** In RNE and inside the normal range, NX is all that a native product can raise; a zero operand gives an exact zero. */
export function f64Mul(a: u64, b: u64, rm: u32): u64 {
  if (rm == RNE) {
    const x = reinterpret<f64>(a);
    const y = reinterpret<f64>(b);
    const r = x * y;
    const bits = reinterpret<u64>(r);
    if (isNormal64(bits)) {
      if (inexactAccrued() || productFits64(a, b)) return bits;
    } else if (r == 0 && (x == 0 || y == 0)) return bits;
  }
  return multiply(a, b, FRAC64, EXPO64, rm);
}

/** As f64Mul; binary64 holds the product of two binary32 numbers exactly and so tells whether it was rounded. */
export function f32Mul(a: u32, b: u32, rm: u32): u32 {
  if (rm == RNE) {
    const x = reinterpret<f32>(a);
    const y = reinterpret<f32>(b);
    const r: f32 = x * y;
    const bits = reinterpret<u32>(r);
    if (isNormal32(bits)) {
      if (inexactAccrued() || <f64>x * <f64>y == <f64>r) return bits;
    } else if (r == 0 && (x == 0 || y == 0)) return bits;
  }
  return <u32>multiply(a, b, FRAC32, EXPO32, rm);
}

export function f16Mul(a: u32, b: u32, rm: u32): u32 {
  return <u32>multiply(a, b, FRAC16, EXPO16, rm);
}
