/** Conversions from integers. A 32-bit operand is the low half of the register. */
import { EXPO16, EXPO32, EXPO64, FRAC16, FRAC32, FRAC64, RNE, inexactAccrued } from './format';
import { roundPack, shiftRightSticky } from './round';

/** The number of magnitude `value`, negated if `sign` is 1. Zero gives +0. */
export function fromMagnitude(sign: u32, value: u64, frac: i32, expo: i32, rm: u32): u64 {
  if (value == 0) return 0;
  const zeros = <i32>clz(value);
  const sig = zeros == 0 ? shiftRightSticky(value, 1) : value << (zeros - 1);
  return roundPack(sign, 63 - zeros, sig, frac, expo, rm);
}

/** A signed operand's number. */
function fromSigned(value: i64, frac: i32, expo: i32, rm: u32): u64 {
  return value < 0 ? fromMagnitude(1, 0 - <u64>value, frac, expo, rm) : fromMagnitude(0, value, frac, expo, rm);
}

/** Every 32-bit integer is a binary64 number: the mode is of no consequence. */
export function f64FromI32(x: u64, rm: u32): u64 {
  return reinterpret<u64>(<f64><i32>x);
}

export function f64FromU32(x: u64, rm: u32): u64 {
  return reinterpret<u64>(<f64><u32>x);
}

export function f64FromI64(x: u64, rm: u32): u64 {
  // Up to 2^53 in magnitude nothing is rounded.
  if (x + 0x20000000000000 <= 0x40000000000000 || (rm == RNE && inexactAccrued())) return reinterpret<u64>(<f64><i64>x);
  return fromSigned(x, FRAC64, EXPO64, rm);
}

export function f64FromU64(x: u64, rm: u32): u64 {
  if (x <= 0x20000000000000 || (rm == RNE && inexactAccrued())) return reinterpret<u64>(<f64>x);
  return fromMagnitude(0, x, FRAC64, EXPO64, rm);
}

export function f32FromI64(x: u64, rm: u32): u32 {
  if (x + 0x1000000 <= 0x2000000 || (rm == RNE && inexactAccrued())) return reinterpret<u32>(<f32><i64>x);
  return <u32>fromSigned(x, FRAC32, EXPO32, rm);
}

export function f32FromU64(x: u64, rm: u32): u32 {
  if (x <= 0x1000000 || (rm == RNE && inexactAccrued())) return reinterpret<u32>(<f32>x);
  return <u32>fromMagnitude(0, x, FRAC32, EXPO32, rm);
}

export function f32FromI32(x: u64, rm: u32): u32 {
  return f32FromI64(<u64><i64><i32>x, rm);
}

export function f32FromU32(x: u64, rm: u32): u32 {
  return f32FromU64(<u64><u32>x, rm);
}

export function f16FromI32(x: u64, rm: u32): u32 {
  return <u32>fromSigned(<i64><i32>x, FRAC16, EXPO16, rm);
}

export function f16FromU32(x: u64, rm: u32): u32 {
  return <u32>fromMagnitude(0, <u64><u32>x, FRAC16, EXPO16, rm);
}

export function f16FromI64(x: u64, rm: u32): u32 {
  return <u32>fromSigned(x, FRAC16, EXPO16, rm);
}

export function f16FromU64(x: u64, rm: u32): u32 {
  return <u32>fromMagnitude(0, x, FRAC16, EXPO16, rm);
}
