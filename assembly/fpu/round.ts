/**
 * Unpacking of finite non-zero patterns and the one place where results are rounded and packed.
 *
 * An unpacked number is (sign, exponent, significand) with the value significand × 2^(exponent − 62), the significand's
 * leading one at bit 62. Bits below the precision are exact except for bit 0, which also stands for everything
 * shifted out below it ("sticky"): ten spare bits or more keep that apart from the rounding bit in every format.
 */
import { NX, OF, RDN, RMM, RNE, RUP, UF, infinity, magnitude, raiseFlags, signMask } from './format';

/** The unbiased exponent of a finite non-zero pattern, as if its significand were normalized. */
export function exponentOf(a: u64, frac: i32, expo: i32): i32 {
  const bias = (1 << (expo - 1)) - 1;
  const mag = magnitude(a, frac, expo);
  const field = <i32>(mag >> frac);
  if (field != 0) return field - bias;
  return 64 - <i32>clz(mag) - bias - frac;
}

/** The normalized significand (leading one at bit 62) of a finite non-zero pattern. */
export function significandOf(a: u64, frac: i32, expo: i32): u64 {
  const mag = magnitude(a, frac, expo);
  const fraction = mag & (((<u64>1) << frac) - 1);
  if (mag != fraction) return (fraction | ((<u64>1) << frac)) << (62 - frac);
  return fraction << (clz(fraction) - 1);
}

/** Shifts right by n ≥ 0, gathering what falls out in bit 0. */
// @ts-ignore: decorator
@inline export function shiftRightSticky(x: u64, n: i32): u64 {
  if (n == 0) return x;
  if (n > 63) return u64(x != 0);
  return (x >> n) | u64(x << (64 - n) != 0);
}

/** The result beyond the largest finite number: infinity, or that number where the mode rounds away from infinity. */
function overflow(sign: u32, frac: i32, expo: i32, rm: u32): u64 {
  raiseFlags(OF | NX);
  const away = rm == RNE || rm == RMM || (rm == RUP && sign == 0) || (rm == RDN && sign != 0);
  return ((<u64>sign) << (frac + expo)) | (infinity(frac, expo) - u64(!away));
}

/**
 * Rounds `sig` × 2^(`exp` − 62) to the format and packs it. `sig` has its leading one at bit 62. Raises NX, OF and UF;
 * tininess is detected after rounding, as RISC-V asks (20.2).
 */
export function roundPack(sign: u32, exp: i32, sig: u64, frac: i32, expo: i32, rm: u32): u64 {
  const bias = (1 << (expo - 1)) - 1;
  const drop = 62 - frac;
  const rest = ((<u64>1) << drop) - 1;
  const half = (<u64>1) << (drop - 1);
  let bump: u64 = 0;
  if (rm == RNE || rm == RMM) bump = half;
  else if (rm == (sign ? RDN : RUP)) bump = rest;

  let field = exp + bias;
  if (field > 2 * bias) return overflow(sign, frac, expo, rm);
  let tiny = false;
  if (field <= 0) {
    // Just below the least normal number a result is not tiny if, with an unbounded exponent, it rounds up to it.
    tiny = field < 0 || <i64>(sig + bump) >= 0;
    sig = shiftRightSticky(sig, 1 - field);
    field = 1;
  }
  const lost = sig & rest;
  let kept = (sig + bump) >> drop;
  if (rm == RNE && lost == half) kept &= ~(<u64>1);
  // The hidden bit adds one to the field of a normal number; a carry out of the fraction adds another.
  const mag = ((<u64>(field - 1)) << frac) + kept;
  if (mag >= infinity(frac, expo)) return overflow(sign, frac, expo, rm);
  if (lost != 0) raiseFlags(tiny ? NX | UF : NX);
  return sign ? mag | signMask(frac, expo) : mag;
}
