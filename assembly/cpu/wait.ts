// Waiting for an interrupt: of one hart, and of the whole machine.
import {
  DEVICE_DEADLINE, EVENT, EVENT_IDLE, EVENT_STALLED, HARTS, HART_STATE, HPM_ARMED, IDLE, IDLE_WAITS, MIE, WAITING,
} from '../generated/layout';
import { HART_STOPPED, hartAt } from '../harts/block';
import { hpmLook } from './hpm';
import { nextTimer, pendingInterrupts } from './interrupts';
import { timeNow } from './time';

const NEVER: u64 = u64.MAX_VALUE;

/** Ticks until an enabled timer of any hart fires or a device of the host is due, or NEVER. */
export function ticksToDeadline(): u64 {
  const now = timeNow();
  const device = load<u64>(DEVICE_DEADLINE);
  let next = device > now ? device : NEVER;
  const harts = load<u32>(HARTS);
  for (let hart: u32 = 0; hart < harts; hart++) {
    const at = hartAt(hart);
    if (load<u32>(at + HART_STATE) == HART_STOPPED) continue;
    const timer = nextTimer(at, now);
    if (timer < next) next = timer;
  }
  return next == NEVER ? NEVER : next - now;
}

/** Lets guest time pass without instructions, as while the guest waits: the host's word for how long it waited. */
export function skipTime(ticks: u64): void {
  store<u64>(IDLE, load<u64>(IDLE) + ticks);
}

/** Skips the time to the next deadline; false: there is none, the guest waits for ever. */
export function skipToDeadline(): bool {
  const ticks = ticksToDeadline();
  if (ticks == NEVER) return false;
  skipTime(ticks);
  return true;
}

/** The running hart waits for an interrupt that is enabled. One of several gives up its turn; the only one takes the machine along. */
export function waitForInterrupt(): void {
  if (load<u32>(HPM_ARMED)) hpmLook();
  if (pendingInterrupts() & load<u64>(MIE)) return;
  if (load<u32>(HARTS) > 1) store<u32>(WAITING, 1);
  else if (load<u32>(IDLE_WAITS)) store<u32>(EVENT, EVENT_IDLE);
  else if (!skipToDeadline()) store<u32>(EVENT, EVENT_STALLED);
}
