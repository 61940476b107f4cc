/** Conversions to integers: values out of range, infinities and NaN saturate and raise NV, not NX (20.7). */
import {
  EXPO16, EXPO64, FRAC16, FRAC64, NV, NX, RDN, RMM, RNE, RTZ, RUP, inexactAccrued, infinity,
  isNaNPattern, magnitude, raiseFlags, signOf,
} from './format';
import { exponentOf, shiftRightSticky, significandOf } from './round';

/** The saturated result for a value beyond the integer type; NaN counts as beyond its upper end. */
function saturate(negative: bool, signed: bool, bits: i32): u64 {
  raiseFlags(NV);
  if (!signed) return negative ? 0 : <u64>(-1);
  const least = <u64>(-1) << (bits - 1);
  return negative ? least : ~least;
}

/** Rounds a pattern to an integer of 32 or 64 bits; a 32-bit result is sign-extended whether `signed` or not. */
export function toInteger(a: u64, frac: i32, expo: i32, rm: u32, signed: bool, bits: i32): u64 {
  if (isNaNPattern(a, frac, expo)) return saturate(false, signed, bits);
  const negative = signOf(a, frac, expo) != 0;
  const mag = magnitude(a, frac, expo);
  if (mag == 0) return 0;
  const exp = exponentOf(a, frac, expo);
  if (mag == infinity(frac, expo) || exp > 63) return saturate(negative, signed, bits);

  let whole: u64;
  let inexact = false;
  const sig = significandOf(a, frac, expo);
  if (exp > 60) {
    // No format has fraction bits this high up.
    whole = exp == 63 ? sig << 1 : sig >> (62 - exp);
  } else {
    // Two bits more than the integer: the half, and whether anything lies below it.
    const fixed = shiftRightSticky(sig, 60 - exp);
    const low = fixed & 3;
    whole = fixed >> 2;
    inexact = low != 0;
    let up = false;
    if (rm == RNE) up = low == 3 || (low == 2 && (whole & 1) != 0);
    else if (rm == RMM) up = low >= 2;
    else if (rm == (negative ? RDN : RUP)) up = inexact;
    whole += u64(up);
  }
  const limit: u64 = signed ? ((<u64>1) << (bits - 1)) - u64(!negative) : negative ? 0 : <u64>(-1) >> (64 - bits);
  if (whole > limit) return saturate(negative, signed, bits);
  if (inexact) raiseFlags(NX);
  const value = negative ? 0 - whole : whole;
  return bits == 32 ? <u64><i64><i32>value : value;
}

/** x rounded to an integral value by the native operator of the mode; NaN (never in range) in RMM, which has none. */
// @ts-ignore: decorator
@inline function roundNative(x: f64, rm: u32): f64 {
  if (rm == RTZ) return trunc(x);
  if (rm == RNE) return nearest(x);
  if (rm == RDN) return floor(x);
  if (rm == RUP) return ceil(x);
  return NaN;
}

/** Whether a value already in range can be answered natively: exact, or with NX accrued. */
// @ts-ignore: decorator
@inline function settled(whole: f64, x: f64): bool {
  return whole == x || inexactAccrued();
}

export function f64ToI32(a: u64, rm: u32): u64 {
  const x = reinterpret<f64>(a);
  const whole = roundNative(x, rm);
  if (whole >= -2147483648.0 && whole <= 2147483647.0 && settled(whole, x)) return <u64><i64>whole;
  return toInteger(a, FRAC64, EXPO64, rm, true, 32);
}

export function f64ToU32(a: u64, rm: u32): u64 {
  const x = reinterpret<f64>(a);
  const whole = roundNative(x, rm);
  if (whole >= 0 && whole <= 4294967295.0 && settled(whole, x)) return <u64><i64><i32><i64>whole;
  return toInteger(a, FRAC64, EXPO64, rm, false, 32);
}

export function f64ToI64(a: u64, rm: u32): u64 {
  const x = reinterpret<f64>(a);
  const whole = roundNative(x, rm);
  if (whole >= -9223372036854775808.0 && whole < 9223372036854775808.0 && settled(whole, x)) return <u64><i64>whole;
  return toInteger(a, FRAC64, EXPO64, rm, true, 64);
}

export function f64ToU64(a: u64, rm: u32): u64 {
  const x = reinterpret<f64>(a);
  const whole = roundNative(x, rm);
  if (whole >= 0 && whole < 18446744073709551616.0 && settled(whole, x)) return <u64>whole;
  return toInteger(a, FRAC64, EXPO64, rm, false, 64);
}

/** A binary32 operand as binary64: exact, and a NaN stays NaN, which is all these conversions ask. */
// @ts-ignore: decorator
@inline function widen(a: u32): u64 {
  return reinterpret<u64>(<f64>reinterpret<f32>(a));
}

export function f32ToI32(a: u32, rm: u32): u64 {
  return f64ToI32(widen(a), rm);
}

export function f32ToU32(a: u32, rm: u32): u64 {
  return f64ToU32(widen(a), rm);
}

export function f32ToI64(a: u32, rm: u32): u64 {
  return f64ToI64(widen(a), rm);
}

export function f32ToU64(a: u32, rm: u32): u64 {
  return f64ToU64(widen(a), rm);
}

export function f16ToI32(a: u32, rm: u32): u64 {
  return toInteger(a, FRAC16, EXPO16, rm, true, 32);
}

export function f16ToU32(a: u32, rm: u32): u64 {
  return toInteger(a, FRAC16, EXPO16, rm, false, 32);
}

export function f16ToI64(a: u32, rm: u32): u64 {
  return toInteger(a, FRAC16, EXPO16, rm, true, 64);
}

export function f16ToU64(a: u32, rm: u32): u64 {
  return toInteger(a, FRAC16, EXPO16, rm, false, 64);
}
