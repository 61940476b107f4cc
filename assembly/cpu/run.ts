// The run loop: interrupts, the next event, a burst of the interpreter, what stopped it.
import {
  AFTER_SYSTEM, BUDGET, BURST, BURST_END, BURST_LEFT, BURST_MOST, BURST_MOST_LEFT, BURST_NOW, COUNTING, EVENT, HALT, HALT_BREAKPOINT, HARTS, HPM_DEADLINE, IDLE_WAITS, INSTRET, INTERPRETING,
  JIT_RAN, JIT_RELEASED_COUNT, ROI_BEGIN, ROI_END, SLICE_END, SLICE_MORE, STOP, TURN_END, WITHIN, COUNTERS, COUNTERS_BYTES, EVENT_BURST, EVENT_DEVICE, EVENT_HALT,
  EVENT_IDLE, EVENT_NONE, EVENT_REGION_BEGIN, EVENT_REGION_END, EVENT_STALLED,
} from '../generated/layout';
import { interpret, interpretPlain } from '../generated/interpret';
import { settleCounters, settleIdle } from '../counters';
import { counterBlock, hartAt } from '../harts/block';
import { TURN_NONE, TURN_OTHER, addParkedCounters, takeTurn } from '../harts/turns';
import { settleFrames } from '../vmm/frames';
import { disarmStep, isStepping } from './halt';
import { hpmLook } from './hpm';
import { deviceDue, instructionsToDeadline, takeInterrupt } from './interrupts';
import { STOP_HALT, STOP_TRAP } from './raise';
import { rearm } from './translated';
import { deliverException } from './trap';
import { skipToDeadline } from './wait';

/** A slice is bounded so that BUDGET, signed, can't overflow whatever the caller asks for. */
const LONGEST: u64 = 1 << 40;

/** Brings all counters up to date and copies their sums over all harts. */
export function saveCounters(to: usize): void {
  settleCounters();
  memory.copy(to, COUNTERS, COUNTERS_BYTES);
  addParkedCounters(to);
  settleIdle(to - COUNTERS);
  settleFrames(to - COUNTERS);
}

/** Copies the counters of one hart. What is the machine's and no hart's is zero: time skipped, frames. */
export function saveHartCounters(hart: u32, to: usize): void {
  settleCounters();
  memory.copy(to, hartAt(hart) ? counterBlock(hart) : COUNTERS, COUNTERS_BYTES);
}

/**
 * The last slice or burst ended by its length alone. It goes on in the page it was in without a look-up, as it would have,
 * had it been longer: how a run is sliced must not show in what is counted. (After a system instruction the next one is
 * looked up anew in any case.)
 */
let unfinished: bool = false;

/** Execution goes on elsewhere: nothing of the page it was in is kept. */
export function forgetSlice(): void {
  unfinished = false;
  store<u64>(BURST_END, 0);
}

/** For a snapshot. */
export function isUnfinished(): bool {
  return unfinished;
}

/** For a snapshot that is restored. */
export function setUnfinished(value: bool): void {
  unfinished = value;
}

/** Takes instructions, so many of them translated, off what is left of a burst; whether nothing is. */
function burstEnded(instructions: u64, translated: u64): bool {
  const left = load<u64>(BURST_LEFT);
  const mostLeft = load<u64>(BURST_MOST_LEFT);
  const interpreted = min(left, instructions - translated);
  const all = min(mostLeft, instructions);
  store<u64>(BURST_LEFT, left - interpreted);
  store<u64>(BURST_MOST_LEFT, mostLeft - all);
  return interpreted == left || all == mostLeft;
}

/**
 * Runs until `limit` instructions have retired since reset, or an event needs the host. Returns the event's code.
 *
 * With BURST set it also returns after about so many instructions were interpreted, or after BURST_MOST in all (however many slices they take), and goes
 * on where it was when called again (with the same limit). That is no point of the guest's time: INSTRET stays and no interrupt is taken. The same holds of a halt for the debugger,
 * which may come in the midst of a block; it lasts until the host clears HALT.
 */
export function run(limit: u64): u32 {
  if (load<u32>(HALT)) return EVENT_HALT;
  store<u32>(EVENT, EVENT_NONE);
  let now = load<u64>(BURST_NOW);
  let end = load<u64>(BURST_END);
  store<u64>(BURST_END, 0);
  for (;;) {
    if (!end) {
      if (deviceDue()) return EVENT_DEVICE;
      if (load<u32>(HARTS) > 1) {
        const turn = takeTurn();
        if (turn == TURN_OTHER) unfinished = false;
        else if (turn == TURN_NONE) {
          if (load<u32>(IDLE_WAITS)) return EVENT_IDLE;
          if (!skipToDeadline()) return EVENT_STALLED;
          continue;
        }
      }
      if (load<u64>(INSTRET) >= load<u64>(HPM_DEADLINE)) hpmLook();
      if (takeInterrupt()) unfinished = false;
      now = load<u64>(INSTRET);
      if (now >= limit) return EVENT_NONE;
      let n = limit - now;
      const due = instructionsToDeadline();
      if (due < n) n = due;
      const overflow = load<u64>(HPM_DEADLINE) - now;
      if (overflow < n) n = overflow;
      const turn = load<u64>(TURN_END) - now;
      if (turn < n) n = turn;
      if (n > LONGEST) n = LONGEST;
      end = now + n;
    }
    let n = end - now;
    const sampling = load<u64>(BURST);
    const stepping = isStepping();
    if (stepping && <i64>n > 1) n = 1;
    let more: u64 = 0;
    // A block that was halted in its midst may be beyond the end already: it goes on to its own.
    if (sampling && <i64>n > 0) {
      const all = min(n, max(1, load<u64>(BURST_MOST_LEFT)));
      n = min(all, max(1, load<u64>(BURST_LEFT)));
      more = all - n;
    }
    store<u64>(SLICE_MORE, more);
    const ran = load<u64>(JIT_RAN);
    const before = now;
    store<u64>(SLICE_END, now + n);
    store<i64>(BUDGET, <i64>n);
    store<u32>(AFTER_SYSTEM, 0);
    store<u32>(WITHIN, <u32>unfinished);
    store<u32>(INTERPRETING, 1);
    const left = load<u32>(COUNTING) ? interpret(<i64>n) : interpretPlain(<i64>n);
    store<u32>(INTERPRETING, 0);
    // Its end may have come nearer.
    now = load<u64>(SLICE_END) - <u64>left;
    const stop = load<u32>(STOP);
    const ended = sampling && burstEnded(now - before, load<u64>(JIT_RAN) - ran);
    const halted = stop == STOP_HALT;
    unfinished = (!stop || halted) && !load<u32>(AFTER_SYSTEM);
    if (load<u32>(JIT_RELEASED_COUNT)) rearm();
    if (stepping) disarmStep();
    else if (halted && !load<u32>(HALT)) store<u32>(HALT, HALT_BREAKPOINT);
    if (halted) store<u32>(STOP, 0);
    if (halted ? unfinished || now < end : !stop && now < end) {
      if (!load<u32>(HALT) && (stepping || !ended)) continue;
      store<u64>(BURST_NOW, now);
      store<u64>(BURST_END, end);
      if (load<u32>(HALT)) return EVENT_HALT;
      if (!load<u64>(BURST_LEFT)) store<u64>(BURST_LEFT, sampling);
      if (!load<u64>(BURST_MOST_LEFT)) store<u64>(BURST_MOST_LEFT, load<u64>(BURST_MOST));
      return EVENT_BURST;
    }
    end = 0;
    store<u64>(INSTRET, now);
    if (stop && !halted) {
      store<u32>(STOP, 0);
      if (stop == STOP_TRAP) deliverException();
      const event = load<u32>(EVENT);
      if (event) {
        if (event == EVENT_REGION_BEGIN) saveCounters(ROI_BEGIN);
        else if (event == EVENT_REGION_END) saveCounters(ROI_END);
        return event;
      }
    }
    if (load<u32>(HALT)) return EVENT_HALT;
  }
  return EVENT_NONE;
}
