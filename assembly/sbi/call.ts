// A call of the SBI as its functions see it: arguments in a0 to a7, error and value back in a0 and a1 (SBI 2.0, chapter 3).
import { HARTS, X } from '../generated/layout';

export const SUCCESS: i64 = 0;
export const FAILED: i64 = -1;
export const NOT_SUPPORTED: i64 = -2;
export const INVALID_PARAM: i64 = -3;
export const INVALID_ADDRESS: i64 = -5;
export const ALREADY_AVAILABLE: i64 = -6;
export const ALREADY_STARTED: i64 = -7;
export const ALREADY_STOPPED: i64 = -8;
export const NO_SHARED_MEMORY: i64 = -9;

@inline export function argument(i: u32): u64 {
  return load<u64>(X + ((10 + i) << 3));
}

@inline export function answer(error: i64, value: u64): void {
  store<i64>(X + 80, error);
  store<u64>(X + 88, value);
}

/** The harts a call is for, one bit each. */
export let targets: u32 = 0;

/** Reads a hart mask (chapter 3.1) from the first two arguments into `targets`. Any hart that is not there is an error. */
export function readHartMask(): i64 {
  const mask = argument(0);
  const base = argument(1);
  const harts = <u64>load<u32>(HARTS);
  targets = 0;
  if (base == u64.MAX_VALUE) {
    targets = (1 << <u32>harts) - 1;
    return SUCCESS;
  }
  if (!mask) return SUCCESS;
  if (base >= harts || base + 63 - clz(mask) >= harts) return INVALID_PARAM;
  targets = <u32>(mask << base);
  return SUCCESS;
}
