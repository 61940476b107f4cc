/** Comparisons, minimum and maximum, classification. */
import {
  EXPO16, EXPO32, EXPO64, FRAC16, FRAC32, FRAC64, NV, canonicalNaN, infinity, isNaNPattern, isSignaling, magnitude,
  raiseFlags, signOf,
} from './format';

/** The pattern of a number as an integer that orders as the numbers do, −0 just below +0. */
// @ts-ignore: decorator
@inline function ordinal(a: u64, frac: i32, expo: i32): i64 {
  return signOf(a, frac, expo) ? ~(<i64>magnitude(a, frac, expo)) : <i64>a;
}

/** minimumNumber and maximumNumber of IEEE 754-2019: a NaN loses against a number, −0 is less than +0 (20.6). */
function extreme(a: u64, b: u64, frac: i32, expo: i32, maximum: bool): u64 {
  const nanA = isNaNPattern(a, frac, expo);
  const nanB = isNaNPattern(b, frac, expo);
  if (nanA || nanB) {
    if (isSignaling(a, frac, expo) || isSignaling(b, frac, expo)) raiseFlags(NV);
    return !nanA ? a : !nanB ? b : canonicalNaN(frac, expo);
  }
  const below = ordinal(a, frac, expo) < ordinal(b, frac, expo);
  return below == maximum ? b : a;
}

/** Both NaN tests of a comparison; `quiet` ones object to signaling NaNs only. */
function unordered(a: u64, b: u64, frac: i32, expo: i32, quiet: bool): bool {
  if (!isNaNPattern(a, frac, expo) && !isNaNPattern(b, frac, expo)) return false;
  if (!quiet || isSignaling(a, frac, expo) || isSignaling(b, frac, expo)) raiseFlags(NV);
  return true;
}

function equal(a: u64, b: u64, frac: i32, expo: i32): u64 {
  if (unordered(a, b, frac, expo, true)) return 0;
  return u64(a == b || magnitude(a | b, frac, expo) == 0);
}

function less(a: u64, b: u64, frac: i32, expo: i32): u64 {
  if (unordered(a, b, frac, expo, false)) return 0;
  return u64(magnitude(a | b, frac, expo) != 0 && ordinal(a, frac, expo) < ordinal(b, frac, expo));
}

function lessOrEqual(a: u64, b: u64, frac: i32, expo: i32): u64 {
  if (unordered(a, b, frac, expo, false)) return 0;
  return u64(magnitude(a | b, frac, expo) == 0 || ordinal(a, frac, expo) <= ordinal(b, frac, expo));
}

/**
 * The class of a number as one bit of ten (20.9): −inf, −normal, −subnormal, −0, +0, +subnormal, +normal, +inf,
 * signaling NaN, quiet NaN.
 */
function classify(a: u64, frac: i32, expo: i32): u64 {
  if (isNaNPattern(a, frac, expo)) return isSignaling(a, frac, expo) ? 1 << 8 : 1 << 9;
  const mag = magnitude(a, frac, expo);
  let positive = 6;
  if (mag == 0) positive = 4;
  else if (mag >> frac == 0) positive = 5;
  else if (mag == infinity(frac, expo)) positive = 7;
  return (<u64>1) << (signOf(a, frac, expo) ? 7 - positive : positive);
}

// The native comparisons decide all but NaN (and, for the extremes, zeros of either sign).

export function f64Min(a: u64, b: u64): u64 {
  const x = reinterpret<f64>(a);
  const y = reinterpret<f64>(b);
  if (x < y) return a;
  if (y < x) return b;
  return extreme(a, b, FRAC64, EXPO64, false);
}

export function f64Max(a: u64, b: u64): u64 {
  const x = reinterpret<f64>(a);
  const y = reinterpret<f64>(b);
  if (x > y) return a;
  if (y > x) return b;
  return extreme(a, b, FRAC64, EXPO64, true);
}

export function f64Eq(a: u64, b: u64): u64 {
  const x = reinterpret<f64>(a);
  const y = reinterpret<f64>(b);
  if (x == y) return 1;
  if (x < y || x > y) return 0;
  return equal(a, b, FRAC64, EXPO64);
}

export function f64Lt(a: u64, b: u64): u64 {
  const x = reinterpret<f64>(a);
  const y = reinterpret<f64>(b);
  if (x < y) return 1;
  if (x >= y) return 0;
  return less(a, b, FRAC64, EXPO64);
}

export function f64Le(a: u64, b: u64): u64 {
  const x = reinterpret<f64>(a);
  const y = reinterpret<f64>(b);
  if (x <= y) return 1;
  if (x > y) return 0;
  return lessOrEqual(a, b, FRAC64, EXPO64);
}

export function f64Classify(a: u64): u64 {
  return classify(a, FRAC64, EXPO64);
}

export function f32Min(a: u32, b: u32): u32 {
  const x = reinterpret<f32>(a);
  const y = reinterpret<f32>(b);
  if (x < y) return a;
  if (y < x) return b;
  return <u32>extreme(a, b, FRAC32, EXPO32, false);
}

export function f32Max(a: u32, b: u32): u32 {
  const x = reinterpret<f32>(a);
  const y = reinterpret<f32>(b);
  if (x > y) return a;
  if (y > x) return b;
  return <u32>extreme(a, b, FRAC32, EXPO32, true);
}

export function f32Eq(a: u32, b: u32): u64 {
  const x = reinterpret<f32>(a);
  const y = reinterpret<f32>(b);
  if (x == y) return 1;
  if (x < y || x > y) return 0;
  return equal(a, b, FRAC32, EXPO32);
}

export function f32Lt(a: u32, b: u32): u64 {
  const x = reinterpret<f32>(a);
  const y = reinterpret<f32>(b);
  if (x < y) return 1;
  if (x >= y) return 0;
  return less(a, b, FRAC32, EXPO32);
}

export function f32Le(a: u32, b: u32): u64 {
  const x = reinterpret<f32>(a);
  const y = reinterpret<f32>(b);
  if (x <= y) return 1;
  if (x > y) return 0;
  return lessOrEqual(a, b, FRAC32, EXPO32);
}

export function f32Classify(a: u32): u64 {
  return classify(a, FRAC32, EXPO32);
}

export function f16Min(a: u32, b: u32): u32 {
  return <u32>extreme(a, b, FRAC16, EXPO16, false);
}

export function f16Max(a: u32, b: u32): u32 {
  return <u32>extreme(a, b, FRAC16, EXPO16, true);
}

export function f16Eq(a: u32, b: u32): u64 {
  return equal(a, b, FRAC16, EXPO16);
}

export function f16Lt(a: u32, b: u32): u64 {
  return less(a, b, FRAC16, EXPO16);
}

export function f16Le(a: u32, b: u32): u64 {
  return lessOrEqual(a, b, FRAC16, EXPO16);
}

export function f16Classify(a: u32): u64 {
  return classify(a, FRAC16, EXPO16);
}
