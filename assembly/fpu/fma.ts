/** Fused multiply-add: a × b + c with one rounding. */
import { cancelledZero, sumError64 } from './add';
import {
  EXPO16, EXPO32, EXPO64, FRAC16, FRAC32, FRAC64, NV, RNE, inexactAccrued, infinity, invalid,
  isNormal32, isNormal64, isSignaling, magnitude, propagateNaN, raiseFlags, signMask, signOf,
} from './format';
import { exponentOf, roundPack, significandOf } from './round';
import { multiplyHigh } from './wide';

/** NaN and infinite operands. inf × 0 is invalid even where c is a quiet NaN (20.6). */
function special(a: u64, b: u64, c: u64, frac: i32, expo: i32): u64 {
  const magA = magnitude(a, frac, expo);
  const magB = magnitude(b, frac, expo);
  const magC = magnitude(c, frac, expo);
  const top = infinity(frac, expo);
  if ((magA == top && magB == 0) || (magA == 0 && magB == top)) return invalid(frac, expo);
  if (magA > top || magB > top || magC > top) {
    if (isSignaling(c, frac, expo)) raiseFlags(NV);
    return propagateNaN(a, b, frac, expo);
  }
  const sign = signOf(a, frac, expo) ^ signOf(b, frac, expo);
  if (magA != top && magB != top) return c;
  if (magC == top && signOf(c, frac, expo) != sign) return invalid(frac, expo);
  return top | (sign ? signMask(frac, expo) : 0);
}

/** a × b + c by 128-bit integer arithmetic: every format, mode and flag. */
export function multiplyAdd(a: u64, b: u64, c: u64, frac: i32, expo: i32, rm: u32): u64 {
  const magA = magnitude(a, frac, expo);
  const magB = magnitude(b, frac, expo);
  const magC = magnitude(c, frac, expo);
  const top = infinity(frac, expo);
  if (magA >= top || magB >= top || magC >= top) return special(a, b, c, frac, expo);
  let sign = signOf(a, frac, expo) ^ signOf(b, frac, expo);
  const differ = sign != signOf(c, frac, expo);
  if (magA == 0 || magB == 0) return magC == 0 && differ ? cancelledZero(frac, expo, rm) : c;

  // The product as high:low × 2^(exp − 126), its leading one at bit 126.
  let exp = exponentOf(a, frac, expo) + exponentOf(b, frac, expo) + 1;
  const sigA = significandOf(a, frac, expo) << 1;
  const sigB = significandOf(b, frac, expo);
  let high = multiplyHigh(sigA, sigB);
  let low = sigA * sigB;
  if (high >> 62 == 0) {
    high = (high << 1) | (low >> 63);
    low <<= 1;
    exp--;
  }
  if (magC != 0) {
    // The addend in the same form; the one of lesser exponent is shifted right by the distance, its last bit sticky.
    const expC = exponentOf(c, frac, expo);
    let smallHigh = significandOf(c, frac, expo);
    let smallLow: u64 = 0;
    let distance = exp - expC;
    if (distance < 0 || (distance == 0 && smallHigh > high)) {
      const productHigh = high;
      const productLow = low;
      high = smallHigh;
      low = smallLow;
      smallHigh = productHigh;
      smallLow = productLow;
      distance = -distance;
      exp = expC;
      if (differ) sign ^= 1;
    }
    if (distance > 127) {
      smallLow = 1;
      smallHigh = 0;
    } else {
      if (distance > 63) {
        smallLow = smallHigh | u64(smallLow != 0);
        smallHigh = 0;
        distance -= 64;
      }
      if (distance > 0) {
        const lost = smallLow << (64 - distance);
        smallLow = (smallHigh << (64 - distance)) | (smallLow >> distance) | u64(lost != 0);
        smallHigh >>= distance;
      }
    }
    if (differ) {
      high = high - smallHigh - u64(low < smallLow);
      low -= smallLow;
      if ((high | low) == 0) return cancelledZero(frac, expo, rm);
      if (high == 0) {
        high = low;
        low = 0;
        exp -= 64;
      }
      // A difference of leading bit 127 is impossible, but `high` taken from `low` may have bit 63 set.
      const shift = <i32>clz(high) - 1;
      if (shift < 0) {
        low = high << 63;
        high >>= 1;
      } else if (shift > 0) {
        high = (high << shift) | (low >> (64 - shift));
        low <<= shift;
      }
      exp -= shift;
    } else {
      low += smallLow;
      high += smallHigh + u64(low < smallLow);
      if (<i64>high < 0) {
        low = (high << 63) | (low >> 1) | (low & 1);
        high >>= 1;
        exp++;
      }
    }
  }
  return roundPack(sign, exp, high | u64(low != 0), frac, expo, rm);
}

/** Dekker's split: the upper 26 bits of a binary64 significand; NaN where x is too large for it. */
// @ts-ignore: decorator
@inline function upperHalf(x: f64): f64 {
  const spread = x * 134217729.0;
  return spread - (spread - x);
}

/**
 * WebAssembly has no fused operator. The native product and sum have errors that are numbers themselves: a × b + c is
 * exactly sum + (sumTail + productTail), and unless the tails' own rounding may matter, adding them rounds once (RNE).
 */
export function f64MulAdd(a: u64, b: u64, c: u64, rm: u32): u64 {
  if (rm == RNE) {
    const x = reinterpret<f64>(a);
    const y = reinterpret<f64>(b);
    const z = reinterpret<f64>(c);
    const p = x * y;
    const s = p + z;
    // Well above 2^-970 nothing of the product's tail is lost to underflow.
    if (<u32>((reinterpret<u64>(p) >> 52) & 0x7ff) - 64 < 1976) {
      const xUpper = upperHalf(x);
      const yUpper = upperHalf(y);
      const xLower = x - xUpper;
      const yLower = y - yUpper;
      const productTail = xLower * yLower - (p - xUpper * yUpper - xLower * yUpper - xUpper * yLower);
      const sumTail = sumError64(p, z, s);
      const tail = productTail + sumTail;
      const r = s + tail;
      if (isNormal64(reinterpret<u64>(r))) {
        if (inexactAccrued()) {
          if (productTail == 0 || sumTail == 0) return reinterpret<u64>(r);
          // The tails' sum is off by half a last place at most: do both ends of twice that give the same result?
          const slack = tail * 2.220446049250313e-16;
          if (s + (tail - slack) == s + (tail + slack)) return reinterpret<u64>(r);
        } else if (productTail == 0 && sumTail == 0) return reinterpret<u64>(r);
      }
    } else if ((x == 0 || y == 0) && abs(s) < Infinity) return reinterpret<u64>(s);
  }
  return multiplyAdd(a, b, c, FRAC64, EXPO64, rm);
}

/**
 * Binary64 holds the product exactly; its sum with c, rounded to binary64 and then again, is right unless it fell on the
 * midpoint of two binary32 numbers (RNE).
 */
export function f32MulAdd(a: u32, b: u32, c: u32, rm: u32): u32 {
  if (rm == RNE) {
    const p = <f64>reinterpret<f32>(a) * <f64>reinterpret<f32>(b);
    const z = <f64>reinterpret<f32>(c);
    const s = p + z;
    const bits = reinterpret<u32>(<f32>s);
    if (isNormal32(bits)) {
      const dropped = reinterpret<u64>(s) & 0x1fffffff;
      if (inexactAccrued() ? dropped != 0x10000000 : dropped == 0 && sumError64(p, z, s) == 0) return bits;
    } else if (s == 0) return bits;
  }
  return <u32>multiplyAdd(a, b, c, FRAC32, EXPO32, rm);
}

export function f16MulAdd(a: u32, b: u32, c: u32, rm: u32): u32 {
  return <u32>multiplyAdd(a, b, c, FRAC16, EXPO16, rm);
}
