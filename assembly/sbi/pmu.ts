// The performance monitoring unit (SBI 2.0, chapter 11). Counters by their number: 0 cycle, 2 instret, 3 and up hpmcounter; there is no 1,
// which is time. Filters by privilege mode are hints, and not followed; there is no overflow interrupt and no firmware counter.
import { HPM_COUNTERS, HPM_FIRST, MCOUNTEREN, PMU_FIXED } from '../generated/layout';
import { CSR_CYCLE } from '../generated/csr';
import { eventCounter } from '../generated/pmu';
import { COUNTER_CYCLE, COUNTER_INSTRET, fixedRuns, letFixedRun, setFixed } from '../cpu/csr';
import { hpmCounter, hpmEvent, hpmFollow, hpmRead, hpmRuns, hpmStart, hpmStop } from '../cpu/hpm';
import {
  ALREADY_STARTED, ALREADY_STOPPED, INVALID_PARAM, NOT_SUPPORTED, SUCCESS, answer, argument,
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
const START_INIT: u64 = 1;
const STOP_RESET: u64 = 1;

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

function startAt(counter: u32, value: u64): void {
  if (!isFixed(counter)) {
    hpmStart(counter - FIRST, value);
    return;
  }
  letFixedRun(counter, true);
  setFixed(counter, value);
}

function clear(counter: u32): void {
  if (isFixed(counter)) setFixed(counter, 0);
  else hpmStop(counter - FIRST, 0);
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
  else if (call > 6) answer(NOT_SUPPORTED, 0);
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

/** Finds a counter among those given that can count the event, and sets it up. */
function configure(): void {
  const flags = argument(2);
  const event = argument(3);
  const fixed: u32 = event == EVENT_CYCLES ? COUNTER_CYCLE : event == EVENT_INSTRUCTIONS ? COUNTER_INSTRET : COUNT;
  const followed = follow(event, argument(4));
  for (let left = chosen; left; left &= left - 1) {
    const counter = <u32>ctz(left);
    if (counter == 1 || (isUsed(counter) && !(flags & CONFIG_SKIP_MATCH))) continue;
    if (isFixed(counter)) {
      if (counter != fixed) continue;
      store<u32>(PMU_FIXED, load<u32>(PMU_FIXED) | (1 << counter));
    } else {
      if (!followed) continue;
      hpmFollow(counter - FIRST, followed);
      store<u64>(MCOUNTEREN, load<u64>(MCOUNTEREN) | (1 << counter));
    }
    if (flags & CONFIG_CLEAR) clear(counter);
    if (flags & CONFIG_START) startAt(counter, flags & CONFIG_CLEAR || isFixed(counter) ? 0 : hpmRead(counter - FIRST));
    answer(SUCCESS, counter);
    return;
  }
  answer(NOT_SUPPORTED, 0);
}

function start(): void {
  let error = SUCCESS;
  for (let left = chosen; left; left &= left - 1) {
    const counter = <u32>ctz(left);
    if (!exists(counter) || (!isFixed(counter) && !isUsed(counter))) error = INVALID_PARAM;
    else if (runs(counter)) error = ALREADY_STARTED;
    else if (argument(2) & START_INIT) startAt(counter, argument(3));
    else if (isFixed(counter)) letFixedRun(counter, true);
    else hpmStart(counter - FIRST, hpmRead(counter - FIRST));
  }
  answer(error, 0);
}

function stop(): void {
  let error = SUCCESS;
  for (let left = chosen; left; left &= left - 1) {
    const counter = <u32>ctz(left);
    if (!exists(counter)) {
      error = INVALID_PARAM;
      continue;
    }
    if (!runs(counter)) error = ALREADY_STOPPED;
    else if (isFixed(counter)) letFixedRun(counter, false);
    else hpmStop(counter - FIRST, hpmRead(counter - FIRST));
    if (!(argument(2) & STOP_RESET)) continue;
    if (isFixed(counter)) store<u32>(PMU_FIXED, load<u32>(PMU_FIXED) & ~(1 << counter));
    else hpmFollow(counter - FIRST, 0);
  }
  answer(error, 0);
}
