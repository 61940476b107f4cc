/** Addition and subtraction. */
import {
  EXPO16, EXPO32, EXPO64, FRAC16, FRAC32, FRAC64, RDN, RNE, inexactAccrued, infinity, invalid, isNaNPattern,
  magnitude, propagateNaN, signMask, signOf,
} from './format';
import { exponentOf, roundPack, shiftRightSticky, significandOf } from './round';

/** The zero an exact cancellation gives: −0 when rounding down, else +0. */
// @ts-ignore: decorator
@inline export function cancelledZero(frac: i32, expo: i32, rm: u32): u64 {
  return rm == RDN ? signMask(frac, expo) : 0;
}

/** a + b by integer arithmetic: every format, mode and flag. */
export function add(a: u64, b: u64, frac: i32, expo: i32, rm: u32): u64 {
  if (isNaNPattern(a, frac, expo) || isNaNPattern(b, frac, expo)) return propagateNaN(a, b, frac, expo);
  if (magnitude(a, frac, expo) < magnitude(b, frac, expo)) {
    const larger = b;
    b = a;
    a = larger;
  }
  const magA = magnitude(a, frac, expo);
  const magB = magnitude(b, frac, expo);
  const signA = signOf(a, frac, expo);
  const differ = signA != signOf(b, frac, expo);
  if (magA == infinity(frac, expo)) return magB == magA && differ ? invalid(frac, expo) : a;
  if (magA == magB && differ) return cancelledZero(frac, expo, rm);
  if (magB == 0) return a;

  let exp = exponentOf(a, frac, expo);
  const distance = exp - exponentOf(b, frac, expo);
  const sigB = shiftRightSticky(significandOf(b, frac, expo), distance);
  let sig = significandOf(a, frac, expo);
  if (differ) {
    // Bits are lost from b only when distance is 11 or more; the difference then loses at most one leading bit.
    sig -= sigB;
    const shift = <i32>clz(sig) - 1;
    sig <<= shift;
    exp -= shift;
  } else {
    sig += sigB;
    if (<i64>sig < 0) {
      sig = shiftRightSticky(sig, 1);
      exp++;
    }
  }
  return roundPack(signA, exp, sig, frac, expo, rm);
}

/** The rounding error of the native sum r = x + y (Knuth's TwoSum); not zero or NaN when it cannot tell. */
// @ts-ignore: decorator
@inline export function sumError64(x: f64, y: f64, r: f64): f64 {
  const yPart = r - x;
  return x - (r - yPart) + (y - yPart);
}

// @ts-ignore: decorator
@inline function sumError32(x: f32, y: f32, r: f32): f32 {
  const yPart: f32 = r - x;
  return x - (r - yPart) + (y - yPart);
}

/**
 * The native sum is the whole answer in RNE when it is finite, and either exact or inexact with NX accrued: a sum
 * below the normal range is always exact, so UF cannot arise.
 */
export function f64Add(a: u64, b: u64, rm: u32): u64 {
  if (rm == RNE) {
    const x = reinterpret<f64>(a);
    const y = reinterpret<f64>(b);
    const r = x + y;
    if (abs(r) < Infinity && (inexactAccrued() || sumError64(x, y, r) == 0)) return reinterpret<u64>(r);
  }
  return add(a, b, FRAC64, EXPO64, rm);
}

export function f64Sub(a: u64, b: u64, rm: u32): u64 {
  return f64Add(a, b ^ signMask(FRAC64, EXPO64), rm);
}

export function f32Add(a: u32, b: u32, rm: u32): u32 {
  if (rm == RNE) {
    const x = reinterpret<f32>(a);
    const y = reinterpret<f32>(b);
    const r: f32 = x + y;
    if (abs(r) < <f32>Infinity && (inexactAccrued() || sumError32(x, y, r) == 0)) return reinterpret<u32>(r);
  }
  return <u32>add(a, b, FRAC32, EXPO32, rm);
}

export function f32Sub(a: u32, b: u32, rm: u32): u32 {
  return f32Add(a, b ^ 0x80000000, rm);
}

export function f16Add(a: u32, b: u32, rm: u32): u32 {
  return <u32>add(a, b, FRAC16, EXPO16, rm);
}

export function f16Sub(a: u32, b: u32, rm: u32): u32 {
  return <u32>add(a, b ^ 0x8000, FRAC16, EXPO16, rm);
}
