/** Division. */
import {
  DZ, EXPO16, EXPO32, EXPO64, FRAC16, FRAC32, FRAC64, RNE, inexactAccrued, infinity, invalid, isNaNPattern,
  isNormal32, isNormal64, magnitude, propagateNaN, raiseFlags, signMask, signOf,
} from './format';
import { productFits64 } from './multiply';
import { exponentOf, roundPack, significandOf } from './round';

/** a ÷ b by integer arithmetic: every format, mode and flag. */
export function divide(a: u64, b: u64, frac: i32, expo: i32, rm: u32): u64 {
  if (isNaNPattern(a, frac, expo) || isNaNPattern(b, frac, expo)) return propagateNaN(a, b, frac, expo);
  const sign = signOf(a, frac, expo) ^ signOf(b, frac, expo);
  const signBit = sign ? signMask(frac, expo) : 0;
  const magA = magnitude(a, frac, expo);
  const magB = magnitude(b, frac, expo);
  const top = infinity(frac, expo);
  if (magA == top) return magB == top ? invalid(frac, expo) : top | signBit;
  if (magB == top) return signBit;
  if (magB == 0) {
    if (magA == 0) return invalid(frac, expo);
    raiseFlags(DZ);
    return top | signBit;
  }
  if (magA == 0) return signBit;

  let exp = exponentOf(a, frac, expo) - exponentOf(b, frac, expo);
  // Integers of 53 bits: eleven more then fit, so that a 64-bit division yields eleven quotient bits at a time.
  let rest = significandOf(a, frac, expo) >> 10;
  const divisor = significandOf(b, frac, expo) >> 10;
  if (rest < divisor) {
    rest <<= 1;
    exp--;
  }
  let quotient: u64 = 1;
  rest -= divisor;
  for (let bits = 0; bits < frac + 2; bits += 11) {
    rest <<= 11;
    const digit = rest / divisor;
    rest -= digit * divisor;
    quotient = (quotient << 11) | digit;
  }
  const sig = (quotient << (<i32>clz(quotient) - 1)) | u64(rest != 0);
  return roundPack(sign, exp, sig, frac, expo, rm);
}

/**
 * As f64Mul. Without NX accrued, the quotient is exact if quotient × divisor is the dividend and fits a significand. (That
 * product may underflow, but then dividend and product are integers of one unit, apart by less than one: equal.)
 */
export function f64Div(a: u64, b: u64, rm: u32): u64 {
  if (rm == RNE) {
    const x = reinterpret<f64>(a);
    const y = reinterpret<f64>(b);
    const r = x / y;
    const bits = reinterpret<u64>(r);
    if (isNormal64(bits)) {
      if (inexactAccrued() || (productFits64(bits, b) && r * y == x)) return bits;
    } else if (r == 0 && x == 0) return bits;
  }
  return divide(a, b, FRAC64, EXPO64, rm);
}

export function f32Div(a: u32, b: u32, rm: u32): u32 {
  if (rm == RNE) {
    const x = reinterpret<f32>(a);
    const y = reinterpret<f32>(b);
    const r: f32 = x / y;
    const bits = reinterpret<u32>(r);
    if (isNormal32(bits)) {
      if (inexactAccrued() || <f64>r * <f64>y == <f64>x) return bits;
    } else if (r == 0 && x == 0) return bits;
  }
  return <u32>divide(a, b, FRAC32, EXPO32, rm);
}

export function f16Div(a: u32, b: u32, rm: u32): u32 {
  return <u32>divide(a, b, FRAC16, EXPO16, rm);
}
