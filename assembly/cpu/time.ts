// Time is instructions retired, plus what the guest slept through: one tick of mtime an instruction.
import { BUDGET, IDLE, INSTRET, SLICE_END } from '../generated/layout';

/**
 * mtime: instructions retired before the current one, and ticks slept. INSTRET is that of the last block's end until
 * `settleTime` is called, which whatever lets the guest see the time does first.
 */
@inline export function timeNow(): u64 {
  return load<u64>(INSTRET) + load<u64>(IDLE);
}

/**
 * Brings INSTRET up to date from BUDGET, which counts the current instruction as spent already. The engines store BUDGET
 * before every system instruction and every access their inline check could not serve; it may be called twice.
 */
@inline export function settleTime(): void {
  store<u64>(INSTRET, load<u64>(SLICE_END) - <u64>load<i64>(BUDGET) - 1);
}
