/**
 * The vocabulary of the floating-point unit: rounding modes, exception flags, the three binary formats and the
 * predicates over their bit patterns.
 *
 * A format is passed as two numbers, `frac` (fraction bits) and `expo` (exponent bits), so that one body of code serves
 * binary16, binary32 and binary64. Patterns travel in the low bits of a u64; the bits above the sign are zero.
 */
import { FFLAGS } from '../generated/layout';

// Rounding modes as frm and the rm field encode them (RISC-V unprivileged ISA, 20.2).
export const RNE: u32 = 0;
export const RTZ: u32 = 1;
export const RDN: u32 = 2;
export const RUP: u32 = 3;
export const RMM: u32 = 4;

// Accrued exceptions as fflags encodes them.
export const NX: u32 = 1;
export const UF: u32 = 2;
export const OF: u32 = 4;
export const DZ: u32 = 8;
export const NV: u32 = 16;

export const FRAC16: i32 = 10;
export const EXPO16: i32 = 5;
export const FRAC32: i32 = 23;
export const EXPO32: i32 = 8;
export const FRAC64: i32 = 52;
export const EXPO64: i32 = 11;

/** Adds exception flags to the accrued ones. */
// @ts-ignore: decorator
@inline export function raiseFlags(flags: u32): void {
  store<u8>(0, load<u8>(0, FFLAGS) | <u8>flags, FFLAGS);
}

/** Whether NX has accrued already: an inexact result then has nothing left to report. */
// @ts-ignore: decorator
@inline export function inexactAccrued(): bool {
  return (load<u8>(0, FFLAGS) & <u8>NX) != 0;
}

/** The pattern of +infinity. */
// @ts-ignore: decorator
@inline export function infinity(frac: i32, expo: i32): u64 {
  return (((<u64>1) << expo) - 1) << frac;
}

/** The canonical NaN: quiet, positive, no payload (20.3). */
// @ts-ignore: decorator
@inline export function canonicalNaN(frac: i32, expo: i32): u64 {
  return (((<u64>2) << expo) - 1) << (frac - 1);
}

/** The sign bit's mask. */
// @ts-ignore: decorator
@inline export function signMask(frac: i32, expo: i32): u64 {
  return (<u64>1) << (frac + expo);
}

/** The pattern without its sign; magnitudes order as unsigned integers. */
// @ts-ignore: decorator
@inline export function magnitude(a: u64, frac: i32, expo: i32): u64 {
  return a & (signMask(frac, expo) - 1);
}

/** The sign as 0 or 1. */
// @ts-ignore: decorator
@inline export function signOf(a: u64, frac: i32, expo: i32): u32 {
  return <u32>(a >> (frac + expo));
}

// @ts-ignore: decorator
@inline export function isNaNPattern(a: u64, frac: i32, expo: i32): bool {
  return magnitude(a, frac, expo) > infinity(frac, expo);
}

/** Whether the pattern is a signaling NaN: a NaN whose top fraction bit is clear. */
// @ts-ignore: decorator
@inline export function isSignaling(a: u64, frac: i32, expo: i32): bool {
  return isNaNPattern(a, frac, expo) && ((a >> (frac - 1)) & 1) == 0;
}

/** The result of an operation with a NaN among its operands: canonical, NV if one is signaling. */
export function propagateNaN(a: u64, b: u64, frac: i32, expo: i32): u64 {
  if (isSignaling(a, frac, expo) || isSignaling(b, frac, expo)) raiseFlags(NV);
  return canonicalNaN(frac, expo);
}

/** The result of an invalid operation: canonical NaN and NV. */
export function invalid(frac: i32, expo: i32): u64 {
  raiseFlags(NV);
  return canonicalNaN(frac, expo);
}

/**
 * Whether a native result is clear of both ends of binary64's range: exponent field 2..2046. Field 1 is left out, since a
 * result that was rounded up to the least normal number may still be tiny.
 */
// @ts-ignore: decorator
@inline export function isNormal64(bits: u64): bool {
  return <u32>((bits >> 52) & 0x7ff) - 2 < 2045;
}

/** Binary32's counterpart of isNormal64: exponent field 2..254. */
// @ts-ignore: decorator
@inline export function isNormal32(bits: u32): bool {
  return ((bits >> 23) & 0xff) - 2 < 253;
}
