// The run loop: interrupts, the next event, a burst of the interpreter, what stopped it.
import {
  BUDGET, COUNTING, EVENT, INSTRET, PAGE_KEPT, ROI_BEGIN, ROI_END, SLICE_END, STOP, COUNTERS, COUNTERS_BYTES,
} from '../generated/layout';
import { interpret, interpretPlain } from '../generated/interpret';
import { settleCounters } from '../counters';
import { settleFrames } from '../vmm/frames';
import { EVENT_NONE, EVENT_REGION_BEGIN, EVENT_REGION_END } from '../bus/events';
import { takeInterrupt, ticksToDeadline } from './interrupts';
import { STOP_TRAP } from './raise';
import { deliverException } from './trap';

/** A burst is bounded so that BUDGET, signed, can't overflow whatever the caller asks for. */
const BURST: u64 = 1 << 40;

/** Brings all counters up to date and copies them. */
export function saveCounters(to: usize): void {
  settleCounters();
  settleFrames();
  memory.copy(to, COUNTERS, COUNTERS_BYTES);
}

/**
 * The last burst ended by its length alone. It goes on in the page it was in without a look-up, as it would have, had it
 * been longer: how a run is sliced must not show in what is counted.
 */
let unfinished: bool = false;

/** Runs until `limit` instructions have retired since reset, or an event needs the host. Returns the event's code. */
export function run(limit: u64): u32 {
  store<u32>(EVENT, EVENT_NONE);
  for (;;) {
    if (takeInterrupt()) unfinished = false;
    const now = load<u64>(INSTRET);
    if (now >= limit) return EVENT_NONE;
    let n = limit - now;
    const due = ticksToDeadline();
    if (due < n) n = due;
    if (n > BURST) n = BURST;
    const end = now + n;
    store<u64>(SLICE_END, end);
    store<i64>(BUDGET, <i64>n);
    if (unfinished) store<u32>(PAGE_KEPT, 1);
    const left = load<u32>(COUNTING) ? interpret(<i64>n) : interpretPlain(<i64>n);
    store<u64>(INSTRET, end - <u64>left);
    const stop = load<u32>(STOP);
    // A system instruction leaves what is left in BUDGET; the next instruction is looked up anew after it.
    unfinished = !stop && left != load<i64>(BUDGET);
    if (stop) {
      store<u32>(STOP, 0);
      if (stop == STOP_TRAP) deliverException();
      const event = load<u32>(EVENT);
      if (event) {
        if (event == EVENT_REGION_BEGIN) saveCounters(ROI_BEGIN);
        else if (event == EVENT_REGION_END) saveCounters(ROI_END);
        return event;
      }
    }
  }
  return EVENT_NONE;
}
