/** Conversions between floating-point formats. */
import {
  EXPO16, EXPO32, EXPO64, FRAC16, FRAC32, FRAC64, RNE, inexactAccrued, infinity, isNaNPattern, isNormal32, magnitude,
  propagateNaN, canonicalNaN, signMask, signOf,
} from './format';
import { exponentOf, roundPack, significandOf } from './round';

/** Converts a pattern from one format to another by integer arithmetic. NaN results are canonical: no payload survives. */
export function convert(a: u64, frac: i32, expo: i32, toFrac: i32, toExpo: i32, rm: u32): u64 {
  if (isNaNPattern(a, frac, expo)) {
    propagateNaN(a, a, frac, expo);
    return canonicalNaN(toFrac, toExpo);
  }
  const sign = signOf(a, frac, expo);
  const signBit = sign ? signMask(toFrac, toExpo) : 0;
  const mag = magnitude(a, frac, expo);
  if (mag == infinity(frac, expo)) return infinity(toFrac, toExpo) | signBit;
  if (mag == 0) return signBit;
  return roundPack(sign, exponentOf(a, frac, expo), significandOf(a, frac, expo), toFrac, toExpo, rm);
}

export function f64ToF32(a: u64, rm: u32): u32 {
  const x = reinterpret<f64>(a);
  const r = <f32>x;
  const bits = reinterpret<u32>(r);
  if (isNormal32(bits)) {
    if (<f64>r == x || (rm == RNE && inexactAccrued())) return bits;
  } else if (x == 0) return bits;
  return <u32>convert(a, FRAC64, EXPO64, FRAC32, EXPO32, rm);
}

/** Always exact; only a signaling NaN raises a flag. */
export function f32ToF64(a: u32): u64 {
  const x = reinterpret<f32>(a);
  if (x == x) return reinterpret<u64>(<f64>x);
  return convert(a, FRAC32, EXPO32, FRAC64, EXPO64, RNE);
}

export function f16ToF32(a: u32): u32 {
  return <u32>convert(a, FRAC16, EXPO16, FRAC32, EXPO32, RNE);
}

export function f16ToF64(a: u32): u64 {
  return convert(a, FRAC16, EXPO16, FRAC64, EXPO64, RNE);
}

export function f32ToF16(a: u32, rm: u32): u32 {
  return <u32>convert(a, FRAC32, EXPO32, FRAC16, EXPO16, rm);
}

export function f64ToF16(a: u64, rm: u32): u32 {
  return <u32>convert(a, FRAC64, EXPO64, FRAC16, EXPO16, rm);
}
