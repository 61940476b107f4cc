// Programmable hardware counters of a hart, hpmcounter3 and up: each follows one counter of the lab. One that counts is kept as its
// distance from it, one that stands as its value. The machine's own SBI sets them up (sbi/pmu.ts), or M-mode by mhpmevent and mcountinhibit.
//
// Overflow (Sscofpmf): a counter that may yet wrap is armed. HPM_DEADLINE is the instruction at which the run loop looks: the very one for
// instructions; for any other event one that comes soon enough (POLL). All of it hangs on instructions retired and on what the guest does.
import {
  COUNTERS, C_INSTRET, HPM_ARMED, HPM_COUNTERS, HPM_DEADLINE, HPM_EVENT, HPM_FILTERS, HPM_FIRST, HPM_OVERFLOWED, HPM_RUNNING, HPM_STARTED,
  HPM_VALUE, INSTRET, MIP, PRIV,
} from '../generated/layout';
import { COUNTERS_MOST, EVENT_INSTRUCTIONS, isShared } from '../generated/pmu';
import { settleCounters } from '../counters';
import { pause } from './raise';

const NEVER: u64 = u64.MAX_VALUE;
const MIP_LCOFIP: u64 = 1 << 13;
/** Bits of mhpmevent: it overflowed; modes M, S and U, in which it stands. */
const OF: u64 = 0x8000_0000_0000_0000;
const MINH: u64 = 1 << 62;
const SINH: u64 = 1 << 61;
const UINH: u64 = 1 << 60;
/** Sets of modes, one bit each. */
export const IN_U: u8 = 1;
export const IN_S: u8 = 2;
export const IN_M: u8 = 8;

/** Instructions between two looks at a counter of something else than instructions that is about to wrap. */
const POLL: u64 = 1000;
/** No instruction counts anything 2^20 times. */
const MOST_AT_ONCE: u64 = 20;

@inline function eventAt(i: u32): usize {
  return HPM_EVENT + (i << 3);
}

@inline function valueAt(i: u32): usize {
  return HPM_VALUE + (i << 3);
}

@inline function has(set: usize, i: u32): bool {
  return ((load<u32>(set) >> i) & 1) != 0;
}

@inline function put(set: usize, i: u32, on: bool): void {
  store<u32>(set, (load<u32>(set) & ~(1 << i)) | (<u32>on << i));
}

/** Whether it was started, be it that it stands in this mode. */
export function hpmRuns(i: u32): bool {
  return has(HPM_STARTED, i);
}

/** Address of the counter of the lab it follows; 0: it is free. */
@inline export function hpmEvent(i: u32): u32 {
  return load<u32>(eventAt(i));
}

/** What it follows stands at, after so many more instructions. */
function followed(i: u32, more: u64): u64 {
  settleCounters();
  const event = hpmEvent(i);
  return load<u64>(event) + (event == <u32>C_INSTRET ? more : 0);
}

/** Where what it follows stands when it wraps. */
@inline function wrapsAt(i: u32): u64 {
  return 0 - load<u64>(valueAt(i));
}

/** The value of a counter. */
export function hpmRead(i: u32): u64 {
  const value = load<u64>(valueAt(i));
  return has(HPM_RUNNING, i) ? followed(i, 0) + value : value;
}

function look(i: u32, more: u64): void {
  if (!has(HPM_ARMED, i) || followed(i, more) < wrapsAt(i)) return;
  put(HPM_ARMED, i, false);
  if (has(HPM_OVERFLOWED, i)) return;
  put(HPM_OVERFLOWED, i, true);
  store<u64>(MIP, load<u64>(MIP) | MIP_LCOFIP);
}

function begin(i: u32, value: u64, more: u64): void {
  const now = followed(i, more);
  store<u64>(valueAt(i), value - now);
  put(HPM_RUNNING, i, true);
  // Below, it would have to count from nothing to 2^64.
  put(HPM_ARMED, i, value > now);
}

function end(i: u32, more: u64): void {
  look(i, more);
  store<u64>(valueAt(i), followed(i, more) + load<u64>(valueAt(i)));
  put(HPM_RUNNING, i, false);
  put(HPM_ARMED, i, false);
}

/** Lets it count or stand as it was started and the mode allows. `more`: instructions that still count for what was before. */
function follow(i: u32, more: u64): void {
  const run = has(HPM_STARTED, i) && hpmEvent(i) != 0 && !((load<u8>(HPM_FILTERS + i) >> <u8>load<u32>(PRIV)) & 1);
  if (run == has(HPM_RUNNING, i)) return;
  if (run) begin(i, load<u64>(valueAt(i)), more);
  else end(i, more);
}

/** Looks which counters have wrapped, and sets the instruction at which the run loop looks again. */
export function hpmLook(): void {
  let due = NEVER;
  for (let left = load<u32>(HPM_ARMED); left; left &= left - 1) {
    const i = ctz(left);
    look(i, 0);
    if (!has(HPM_ARMED, i)) continue;
    const counts = wrapsAt(i) - followed(i, 0);
    const instructions = hpmEvent(i) == <u32>C_INSTRET ? counts : max(POLL, counts >> MOST_AT_ONCE);
    if (instructions < due) due = instructions;
  }
  const now = load<u64>(INSTRET);
  store<u64>(HPM_DEADLINE, due > NEVER - now ? NEVER : now + due);
}

/** The current instruction has changed something, or has looked: so does the run loop after it. */
function changed(): void {
  hpmLook();
  pause();
}

/** The mode has changed. */
export function hpmMode(more: u64): void {
  for (let i: u32 = 0; i < HPM_COUNTERS; i++) follow(i, more);
  hpmLook();
}

/** Gives it a value, which the next instruction reads if it counts instructions. */
export function hpmWrite(i: u32, value: u64): void {
  look(i, 0);
  if (has(HPM_RUNNING, i)) begin(i, value, 1);
  else store<u64>(valueAt(i), value);
  changed();
}

/** Starts or stops it. */
export function hpmRun(i: u32, run: bool): void {
  put(HPM_STARTED, i, run);
  follow(i, 1);
  changed();
}

/** Lets it follow a counter of the lab, or, with 0, none; it stands. In modes of the set `filter` it never counts. */
export function hpmFollow(i: u32, counter: u32, filter: u8): void {
  hpmRun(i, false);
  store<u32>(eventAt(i), counter);
  store<u8>(HPM_FILTERS + i, filter);
}

/** Whether it has wrapped since that was forgotten, as of the last look. */
export function hpmOverflowed(i: u32): bool {
  return has(HPM_OVERFLOWED, i);
}

/** Forgets, or says, that it has wrapped. */
export function hpmSetOverflowed(i: u32, overflowed: bool): void {
  look(i, 0);
  put(HPM_OVERFLOWED, i, overflowed);
}

/** scountovf without the gate of mcounteren. */
export function hpmOverflows(): u64 {
  changed();
  return <u64>load<u32>(HPM_OVERFLOWED) << HPM_FIRST;
}

/** Address of the counter of the lab that has a number; 0: no hart has it. */
export function hpmCounter(number: u64): u32 {
  if (number >= COUNTERS_MOST) return 0;
  const counter = <u32>COUNTERS + (<u32>number << 3);
  return isShared(counter) ? 0 : counter;
}

/** mhpmevent as it reads. */
export function hpmSelected(i: u32): u64 {
  changed();
  const event = hpmEvent(i);
  const filter = load<u8>(HPM_FILTERS + i);
  const number = event == <u32>C_INSTRET ? EVENT_INSTRUCTIONS : event ? <u64>((event - <u32>COUNTERS) >> 3) : 0;
  return (
    number | (has(HPM_OVERFLOWED, i) ? OF : 0) | (filter & IN_M ? MINH : 0) | (filter & IN_S ? SINH : 0) | (filter & IN_U ? UINH : 0)
  );
}

/** A write of mhpmevent. */
export function hpmSelect(i: u32, value: u64, inhibited: u64): void {
  const number = value & ~(OF | MINH | SINH | UINH);
  const filter = (value & MINH ? IN_M : 0) | (value & SINH ? IN_S : 0) | (value & UINH ? IN_U : 0);
  hpmFollow(i, number == EVENT_INSTRUCTIONS ? <u32>C_INSTRET : number ? hpmCounter(number) : 0, filter);
  put(HPM_OVERFLOWED, i, (value & OF) != 0);
  hpmInhibit(inhibited);
}

/** Lets those run that follow something and are not inhibited (bits as in mcountinhibit). */
export function hpmInhibit(inhibited: u64): void {
  for (let i: u32 = 0; i < HPM_COUNTERS; i++) {
    put(HPM_STARTED, i, !((inhibited >> (HPM_FIRST + i)) & 1));
    follow(i, 1);
  }
  changed();
}
