// The performance monitoring unit (SBI 2.0, chapter 11). Counters by their number: 0 cycle, 2 instret, 3 and up hpmcounter; there is no 1,
// which is time. Programmable ones follow filters by privilege mode and overflow; there is no firmware counter.
import { HPM_COUNTERS, HPM_FIRST, MCOUNTEREN, PMU_FIXED, PMU_SHARED } from '../generated/layout';
import { CSR_CYCLE } from '../generated/csr';
import { eventCounter } from '../generated/pmu';
import { COUNTER_CYCLE, COUNTER_INSTRET, csrRead, fixedRuns, letFixedRun, setFixed } from '../cpu/csr';
import {
  IN_M, IN_S, IN_U, hpmCounter, hpmEvent, hpmFollow, hpmOverflowed, hpmRun, hpmRuns, hpmSetOverflowed, hpmWrite,
} from '../cpu/hpm';
import { deviceMemory } from '../bus/devices';
import { guestPage } from '../vmm/frames';
import {
  ALREADY_STARTED, ALREADY_STOPPED, INVALID_ADDRESS, INVALID_PARAM, NOT_SUPPORTED, NO_SHARED_MEMORY, SUCCESS, answer, argument,
} from './call';

const FIRST: u32 = HPM_FIRST;
const COUNT: u32 = FIRST + HPM_COUNTERS;
/** Width of a counter less one, in place. */
const WIDTH: u64 = 63 << 12;

const EVENT_CYCLES: u64 = 1;
const EVENT_INSTRUCTIONS: u64 = 2;
const EVENT_RAW: u64 = 0x2_0000;

const CONFIG_SKIP_MATCH: u64 = 1;
const CONFIG_CLEAR: u64 = 2;
const CONFIG_START: u64 = 4;
const CONFIG_UINH: u64 = 1 << 5;
const CONFIG_SINH: u64 = 1 << 6;
const CONFIG_MINH: u64 = 1 << 7;
const START_INIT: u64 = 1;
const START_SNAPSHOT: u64 = 2;
const STOP_RESET: u64 = 1;
const STOP_SNAPSHOT: u64 = 2;

/** The page a guest shares (11.4): a bit for each counter that overflowed, then values; both by their place in the call's mask. */
const SNAPSHOT_BYTES: u32 = 4096;
const SNAPSHOT_VALUES: u32 = 8;

@inline function isFixed(counter: u32): bool {
  return counter == COUNTER_CYCLE || counter == COUNTER_INSTRET;
}

@inline function exists(counter: u64): bool {
  return counter < COUNT && counter != 1;
}

@inline function isUsed(counter: u32): bool {
  return isFixed(counter) ? ((load<u32>(PMU_FIXED) >> counter) & 1) != 0 : hpmEvent(counter - FIRST) != 0;
}

@inline function runs(counter: u32): bool {
  return isFixed(counter) ? fixedRuns(counter) : hpmRuns(counter - FIRST);
}

function run(counter: u32, on: bool): void {
  if (isFixed(counter)) letFixedRun(counter, on);
  else {
    if (on) hpmSetOverflowed(counter - FIRST, false);
    hpmRun(counter - FIRST, on);
  }
}

function set(counter: u32, value: u64): void {
  if (isFixed(counter)) setFixed(counter, value);
  else hpmWrite(counter - FIRST, value);
}

/** The counters of the first two arguments, a base and a mask, one bit each; `invalid` where one lies beyond the last. */
let chosen: u64 = 0;
function readCounters(): bool {
  const base = argument(0);
  const mask = argument(1);
  chosen = mask << base;
  return base < COUNT && mask >> (COUNT - base) == 0;
}

/** Serves the function `call`. */
export function pmu(call: u64): void {
  if (call == 0) answer(SUCCESS, COUNT);
  else if (call == 1) info(argument(0));
  else if (call == 7) share();
  else if (call > 7) answer(NOT_SUPPORTED, 0);
  else if (call > 4 || !readCounters()) answer(INVALID_PARAM, 0);
  else if (call == 2) configure();
  else if (call == 3) start();
  else stop();
}

function info(counter: u64): void {
  if (exists(counter)) answer(SUCCESS, WIDTH | (CSR_CYCLE + counter));
  else answer(INVALID_PARAM, 0);
}

/** Address of the counter of the lab that counts an event; 0: none does. */
function follow(event: u64, data: u64): u32 {
  if (event != EVENT_RAW) return eventCounter(<u32>event);
  return hpmCounter(data);
}

function filterOf(flags: u64): u8 {
  return (flags & CONFIG_UINH ? IN_U : 0) | (flags & CONFIG_SINH ? IN_S : 0) | (flags & CONFIG_MINH ? IN_M : 0);
}

/** The counter among a set that can count the event and is free (or, as the caller says, its own); COUNT: there is none. */
function choose(set: u64, fixed: u32, followed: u32, flags: u64): u32 {
  for (; set; set &= set - 1) {
    const counter = <u32>ctz(set);
    if (counter == 1 || (isUsed(counter) && !(flags & CONFIG_SKIP_MATCH))) continue;
    if (isFixed(counter) ? counter == fixed : followed != 0) return counter;
  }
  return COUNT;
}

const FIXED: u64 = (1 << COUNTER_CYCLE) | (1 << COUNTER_INSTRET);

/** Finds a counter among those given that can count the event, and sets it up: a programmable one first, as those overflow. */
function configure(): void {
  const flags = argument(2);
  const event = argument(3);
  const fixed: u32 = event == EVENT_CYCLES ? COUNTER_CYCLE : event == EVENT_INSTRUCTIONS ? COUNTER_INSTRET : COUNT;
  const followed = follow(event, argument(4));
  let counter = choose(chosen & ~FIXED, fixed, followed, flags);
  if (counter == COUNT) counter = choose(chosen & FIXED, fixed, followed, flags);
  if (counter == COUNT) {
    answer(NOT_SUPPORTED, 0);
    return;
  }
  if (isFixed(counter)) {
    store<u32>(PMU_FIXED, load<u32>(PMU_FIXED) | (1 << counter));
  } else {
    hpmFollow(counter - FIRST, followed, filterOf(flags));
    store<u64>(MCOUNTEREN, load<u64>(MCOUNTEREN) | (1 << counter));
  }
  if (flags & CONFIG_CLEAR || (flags & CONFIG_START && isFixed(counter))) set(counter, 0);
  if (flags & CONFIG_START) run(counter, true);
  answer(SUCCESS, counter);
}

/** Takes the page that a hart shares, or none (all ones). */
function share(): void {
  const page = argument(0);
  const none = page == u64.MAX_VALUE && argument(1) == u64.MAX_VALUE;
  if (argument(2) || (!none && page & (SNAPSHOT_BYTES - 1))) answer(INVALID_PARAM, 0);
  else if (!none && (argument(1) || !guestPage(page) || !deviceMemory(<f64>page, SNAPSHOT_BYTES, 1))) answer(INVALID_ADDRESS, 0);
  else {
    store<u64>(PMU_SHARED, none ? 0 : page);
    answer(SUCCESS, 0);
  }
}

/** Linear address of the page that is shared; 0: none, or no longer RAM that may be written. */
function shared(): u32 {
  const page = load<u64>(PMU_SHARED);
  return page ? deviceMemory(<f64>page, SNAPSHOT_BYTES, 1) : 0;
}

function start(): void {
  const flags = argument(2);
  const values = flags & START_SNAPSHOT ? shared() : 0;
  if (flags & START_SNAPSHOT && (!values || flags & START_INIT)) {
    answer(values ? INVALID_PARAM : NO_SHARED_MEMORY, 0);
    return;
  }
  let error = SUCCESS;
  for (let left = chosen; left; left &= left - 1) {
    const counter = <u32>ctz(left);
    if (!exists(counter) || (!isFixed(counter) && !isUsed(counter))) error = INVALID_PARAM;
    else if (runs(counter)) error = ALREADY_STARTED;
    else {
      if (flags & START_INIT) set(counter, argument(3));
      else if (values) set(counter, load<u64>(values + SNAPSHOT_VALUES + ((counter - <u32>argument(0)) << 3)));
      run(counter, true);
    }
  }
  answer(error, 0);
}

function stop(): void {
  const flags = argument(2);
  const values = flags & STOP_SNAPSHOT ? shared() : 0;
  if (flags & STOP_SNAPSHOT && !values) {
    answer(NO_SHARED_MEMORY, 0);
    return;
  }
  let error = SUCCESS;
  let overflowed: u64 = 0;
  for (let left = chosen; left; left &= left - 1) {
    const counter = <u32>ctz(left);
    if (!exists(counter)) {
      error = INVALID_PARAM;
      continue;
    }
    if (!runs(counter)) error = ALREADY_STOPPED;
    else run(counter, false);
    if (values) {
      const place = counter - <u32>argument(0);
      store<u64>(values + SNAPSHOT_VALUES + (place << 3), csrRead(CSR_CYCLE + counter));
      if (!isFixed(counter) && hpmOverflowed(counter - FIRST)) overflowed |= (<u64>1) << place;
    }
    if (!(flags & STOP_RESET)) continue;
    if (isFixed(counter)) store<u32>(PMU_FIXED, load<u32>(PMU_FIXED) & ~(1 << counter));
    else hpmFollow(counter - FIRST, 0, 0);
  }
  if (values) store<u64>(values, overflowed);
  answer(error, 0);
}
