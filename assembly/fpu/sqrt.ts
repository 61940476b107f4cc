/** Square root. */
import {
  EXPO16, EXPO32, EXPO64, FRAC16, FRAC32, FRAC64, RNE, inexactAccrued, infinity, invalid, isNaNPattern, isNormal64,
  magnitude, propagateNaN, signOf,
} from './format';
import { productFits64 } from './multiply';
import { exponentOf, roundPack, significandOf } from './round';

/** √a by integer arithmetic, a result bit a step: every format, mode and flag. */
export function squareRoot(a: u64, frac: i32, expo: i32, rm: u32): u64 {
  if (isNaNPattern(a, frac, expo)) return propagateNaN(a, a, frac, expo);
  const mag = magnitude(a, frac, expo);
  if (mag == 0) return a;
  if (signOf(a, frac, expo)) return invalid(frac, expo);
  if (mag == infinity(frac, expo)) return a;

  const exp = exponentOf(a, frac, expo);
  // The radicand is in [1, 4) in units of 2^60, its exponent even; the partial remainder then stays below 2^63.
  let rest = significandOf(a, frac, expo) >> (2 - (exp & 1));
  let root: u64 = 0;
  const last = (<u64>1) << (58 - frac);
  for (let bit = (<u64>1) << 60; bit >= last; bit >>= 1) {
    const trial = (root << 1) + bit;
    if (rest >= trial) {
      rest -= trial;
      root += bit;
    }
    rest <<= 1;
  }
  return roundPack(0, exp >> 1, (root << 2) | u64(rest != 0), frac, expo, rm);
}

/** The root of a positive finite number is always normal, so that in RNE only NX can arise. */
export function f64Sqrt(a: u64, rm: u32): u64 {
  if (rm == RNE) {
    const x = reinterpret<f64>(a);
    if (x > 0 && x < Infinity) {
      const r = sqrt(x);
      const bits = reinterpret<u64>(r);
      if (inexactAccrued() || (isNormal64(a) && productFits64(bits, bits) && r * r == x)) return bits;
    }
  }
  return squareRoot(a, FRAC64, EXPO64, rm);
}

export function f32Sqrt(a: u32, rm: u32): u32 {
  if (rm == RNE) {
    const x = reinterpret<f32>(a);
    if (x > 0 && x < <f32>Infinity) {
      const r: f32 = sqrt<f32>(x);
      if (inexactAccrued() || <f64>r * <f64>r == <f64>x) return reinterpret<u32>(r);
    }
  }
  return <u32>squareRoot(a, FRAC32, EXPO32, rm);
}

export function f16Sqrt(a: u32, rm: u32): u32 {
  return <u32>squareRoot(a, FRAC16, EXPO16, rm);
}
