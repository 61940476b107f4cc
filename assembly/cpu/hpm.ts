// Programmable hardware counters of a hart, hpmcounter3 and up: each follows one counter of the lab. One that runs is kept as its
// distance from it, one that stands as its value. Firmware sets them up (sbi/pmu.ts); with firmware of the guest's own they read zero.
import { HPM_EVENT, HPM_RUNNING, HPM_VALUE } from '../generated/layout';
import { settleCounters } from '../counters';

@inline function eventAt(i: u32): usize {
  return HPM_EVENT + (i << 3);
}

@inline function valueAt(i: u32): usize {
  return HPM_VALUE + (i << 3);
}

/** Whether it counts. */
@inline export function hpmRuns(i: u32): bool {
  return ((load<u32>(HPM_RUNNING) >> i) & 1) != 0;
}

/** Address of the counter of the lab it follows; 0: it is free. */
@inline export function hpmEvent(i: u32): u32 {
  return load<u32>(eventAt(i));
}

/** The value of a counter. */
export function hpmRead(i: u32): u64 {
  const value = load<u64>(valueAt(i));
  if (!hpmRuns(i)) return value;
  settleCounters();
  return load<u64>(hpmEvent(i)) + value;
}

/** Lets it stand at a value. */
export function hpmStop(i: u32, value: u64): void {
  store<u32>(HPM_RUNNING, load<u32>(HPM_RUNNING) & ~(1 << i));
  store<u64>(valueAt(i), value);
}

/** Lets it run on from a value. */
export function hpmStart(i: u32, value: u64): void {
  settleCounters();
  store<u32>(HPM_RUNNING, load<u32>(HPM_RUNNING) | (1 << i));
  store<u64>(valueAt(i), value - load<u64>(hpmEvent(i)));
}

/** Lets it follow a counter of the lab, or, with 0, none; it stands. */
export function hpmFollow(i: u32, counter: u32): void {
  hpmStop(i, hpmRead(i));
  store<u32>(eventAt(i), counter);
}
