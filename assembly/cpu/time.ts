// Time is instructions retired, plus what the guest slept through: one tick of mtime an instruction.
import { BUDGET, IDLE, INSTRET, SLICE_END } from '../generated/layout';

/**
 * Instructions retired before the current one. Exact inside system instructions, which save BUDGET; a device access in
 * the middle of a block sees the value at the last such point.
 */
@inline export function retired(): u64 {
  return load<u64>(INSTRET);
}

@inline export function timeNow(): u64 {
  return load<u64>(INSTRET) + load<u64>(IDLE);
}

/** Brings INSTRET up to date from BUDGET, which counts the current instruction as spent already. */
@inline export function settleTime(): void {
  store<u64>(INSTRET, load<u64>(SLICE_END) - <u64>load<i64>(BUDGET) - 1);
}
