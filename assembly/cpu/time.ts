// Time is instructions retired, plus what the guest slept through. With one hart a tick of mtime is one instruction. Harts run in turn but
// stand for harts that run at once, so while n of them are awake a tick is n instructions, one of each: time = ROUND_TIME +
// (INSTRET - ROUND_AT) / AWAKE + IDLE. It never goes back, whichever hart looks.
import { AWAKE, BUDGET, IDLE, INSTRET, RETIRED, ROUND_AT, ROUND_TIME, SLICE_END, TURN_AT } from '../generated/layout';

const NEVER: u64 = u64.MAX_VALUE;

/** Ticks without those slept. */
@inline export function roundTime(): u64 {
  const awake = <u64>load<u32>(AWAKE);
  const since = load<u64>(INSTRET) - load<u64>(ROUND_AT);
  return load<u64>(ROUND_TIME) + (awake == 1 ? since : since / awake);
}

/**
 * mtime at the current instruction. INSTRET is that of the last block's end until `settleTime` is called, which whatever
 * lets the guest see the time does first.
 */
@inline export function timeNow(): u64 {
  return roundTime() + load<u64>(IDLE);
}

/** Instructions of all harts until it is `time`, which lies ahead; NEVER for NEVER and for what no run lasts to. */
export function instructionsUntil(time: u64): u64 {
  if (time == NEVER) return NEVER;
  const awake = <u64>load<u32>(AWAKE);
  const ticks = time - load<u64>(ROUND_TIME) - load<u64>(IDLE);
  if (ticks > NEVER / awake) return NEVER;
  return ticks * awake - (load<u64>(INSTRET) - load<u64>(ROUND_AT));
}

/** Instructions the running hart has retired. */
@inline export function ownInstret(): u64 {
  return load<u64>(RETIRED) + load<u64>(INSTRET) - load<u64>(TURN_AT);
}

/**
 * Brings INSTRET up to date from BUDGET, which counts the current instruction as spent already. The engines store BUDGET
 * before every system instruction and every access their inline check could not serve; it may be called twice.
 */
@inline export function settleTime(): void {
  store<u64>(INSTRET, load<u64>(SLICE_END) - <u64>load<i64>(BUDGET) - 1);
}
