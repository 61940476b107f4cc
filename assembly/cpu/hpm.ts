// Programmable hardware counters of a hart, hpmcounter3 and up: each follows one counter of the lab. One that runs is kept as its
// distance from it, one that stands as its value. The machine's own SBI sets them up (sbi/pmu.ts), or M-mode by mhpmevent and mcountinhibit.
import { COUNTERS, HPM_COUNTERS, HPM_EVENT, HPM_FIRST, HPM_RUNNING, HPM_VALUE } from '../generated/layout';
import { COUNTERS_MOST, isShared } from '../generated/pmu';
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

/** Address of the counter of the lab that has a number; 0: no hart has it. */
export function hpmCounter(number: u64): u32 {
  if (number >= COUNTERS_MOST) return 0;
  const counter = <u32>COUNTERS + (<u32>number << 3);
  return isShared(counter) ? 0 : counter;
}

/** mhpmevent as it reads: the number of what it follows. */
export function hpmNumber(i: u32): u64 {
  const event = hpmEvent(i);
  return event ? (event - <u32>COUNTERS) >> 3 : 0;
}

/** A write of mhpmevent. */
export function hpmSelect(i: u32, number: u64, inhibited: u64): void {
  hpmFollow(i, number ? hpmCounter(number) : 0);
  hpmInhibit(inhibited);
}

/** A write of mhpmcounter. */
export function hpmWrite(i: u32, value: u64): void {
  if (hpmRuns(i)) hpmStart(i, value);
  else hpmStop(i, value);
}

/** Lets those run that follow something and are not inhibited (bits as in mcountinhibit). */
export function hpmInhibit(inhibited: u64): void {
  for (let i: u32 = 0; i < HPM_COUNTERS; i++) {
    const run = hpmEvent(i) != 0 && !((inhibited >> (HPM_FIRST + i)) & 1);
    if (run == hpmRuns(i)) continue;
    if (run) hpmStart(i, hpmRead(i));
    else hpmStop(i, hpmRead(i));
  }
}
