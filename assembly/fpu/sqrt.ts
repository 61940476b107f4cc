/** Square root. */
import {
  EXPO16, EXPO32, EXPO64, FRAC16, FRAC32, FRAC64, RNE, inexactAccrued, infinity, invalid, isNaNPattern, magnitude,
  propagateNaN, signOf,
} from './format';
import { productFits64 } from './multiply';
import { exponentOf, roundPack, significandOf } from './round';

/** √a in every format and mode, with every flag: the native root of the significand, corrected by its exact remainder. */
export function squareRoot(a: u64, frac: i32, expo: i32, rm: u32): u64 {
  if (isNaNPattern(a, frac, expo)) return propagateNaN(a, a, frac, expo);
  const mag = magnitude(a, frac, expo);
  if (mag == 0) return a;
  if (signOf(a, frac, expo)) return invalid(frac, expo);
  if (mag == infinity(frac, expo)) return a;

  const exp = exponentOf(a, frac, expo);
  // 53 bits, or 54 where that makes the exponent even: radicand × 2^52 is the square of a root of 53 integer bits.
  const radicand = (significandOf(a, frac, expo) >> 10) << (exp & 1);
  const root = <u64>sqrt(<f64>radicand * 4503599627370496.0);
  // To nearest, so that the remainder is no larger than the root and its low 64 bits are all of it.
  const rest = <i64>((radicand << 52) - root * root);
  // A remainder puts the true root strictly between two halves of the last place, above or below.
  let sig = root << 10;
  if (rest > 0) sig |= 1;
  else if (rest < 0) sig -= 1;
  return roundPack(0, exp >> 1, sig, frac, expo, rm);
}

/** The root of a positive finite number is always normal, so that in RNE only NX can arise. */
export function f64Sqrt(a: u64, rm: u32): u64 {
  if (rm == RNE) {
    const x = reinterpret<f64>(a);
    if (x > 0 && x < Infinity) {
      const r = sqrt(x);
      const bits = reinterpret<u64>(r);
      if (inexactAccrued() || (productFits64(bits, bits) && r * r == x)) return bits;
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
