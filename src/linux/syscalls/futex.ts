/** futex(2). */
import { E, fail } from '../errno.ts';
import type { Kernel } from '../kernel.ts';
import { intIn, intOut } from '../memory/user.ts';
import { futexRequeue, futexWait, futexWake } from '../task/futex.ts';
import { lockPi, requeuePi, tryLockPi, unlockPi } from '../task/futex-pi.ts';
import type { Task } from '../task/task.ts';
import { UNLIMITED } from '../uapi.ts';
import type { Call } from './call.ts';
import { timeIn } from './processes.ts';

const FUTEX = {
  WAIT: 0,
  WAKE: 1,
  REQUEUE: 3,
  CMP_REQUEUE: 4,
  WAKE_OP: 5,
  LOCK_PI: 6,
  UNLOCK_PI: 7,
  TRYLOCK_PI: 8,
  WAIT_BITSET: 9,
  WAKE_BITSET: 10,
  WAIT_REQUEUE_PI: 11,
  CMP_REQUEUE_PI: 12,
  LOCK_PI2: 13,
  PRIVATE: 128,
  CLOCK_REALTIME: 256,
} as const;

export const futex: Call = (k, t, va, operation, value, timeout, va2, value3) => {
  const { space } = t.process;
  const own = (operation & FUTEX.PRIVATE) !== 0;
  const command = operation & ~(FUTEX.PRIVATE | FUTEX.CLOCK_REALTIME);
  /** Nanoseconds until a time of one of the clocks. */
  const until = (real: boolean): number =>
    timeout
      ? Math.max(0, timeIn(t, timeout) - (real ? k.clock.realtime() * 1e6 : k.now() + t.namespaces.time.monotonic))
      : UNLIMITED;
  switch (command) {
    case FUTEX.WAIT:
      return futexWait(k, t, va, value, 0xffff_ffff, own, timeout ? timeIn(t, timeout) : UNLIMITED);
    case FUTEX.WAIT_BITSET:
      if (value3 === 0) fail(E.INVAL);
      return futexWait(k, t, va, value, value3, own, until((operation & FUTEX.CLOCK_REALTIME) !== 0));
    case FUTEX.LOCK_PI:
      return lockPi(k, t, va, own, until(true));
    case FUTEX.LOCK_PI2:
      return lockPi(k, t, va, own, until((operation & FUTEX.CLOCK_REALTIME) !== 0));
    case FUTEX.UNLOCK_PI:
      return unlockPi(k, t, va, own);
    case FUTEX.TRYLOCK_PI:
      return tryLockPi(k, t, va, own);
    case FUTEX.WAIT_REQUEUE_PI:
      return futexWait(k, t, va, value, 0xffff_ffff, own, until((operation & FUTEX.CLOCK_REALTIME) !== 0), va2);
    case FUTEX.CMP_REQUEUE_PI:
      if (value !== 1) fail(E.INVAL);
      if (intIn(space, va) !== (value3 | 0)) return -E.AGAIN;
      return requeuePi(k, space, va, va2, Math.max(0, timeout | 0), own);
    case FUTEX.WAKE:
      return futexWake(k, space, va, value | 0, 0xffff_ffff, own);
    case FUTEX.WAKE_BITSET:
      return value3 === 0 ? fail(E.INVAL) : futexWake(k, space, va, value | 0, value3, own);
    case FUTEX.REQUEUE:
    case FUTEX.CMP_REQUEUE:
      if (command === FUTEX.CMP_REQUEUE && intIn(space, va) !== (value3 | 0)) return -E.AGAIN;
      return futexRequeue(k, space, va, va2, value | 0, timeout | 0, own);
    case FUTEX.WAKE_OP:
      return wakeOperation(k, t, va, value, timeout, va2, value3, own);
    default:
      return fail(E.NOSYS);
  }
};

/** FUTEX_WAKE_OP: changes a second word, and wakes its waiters too if its old value compares. */
function wakeOperation(
  k: Kernel,
  t: Task,
  va: number,
  value: number,
  value2: number,
  va2: number,
  code: number,
  own: boolean,
): number {
  const { space } = t.process;
  const field = (shift: number): number => ((code << (20 - shift)) | 0) >> 20;
  const [operand, against] = [field(12), field(0)];
  const argument = (code >>> 28) & 8 ? 1 << (operand & 31) : operand;
  const old = intIn(space, va2);
  const changed =
    [argument, old + argument, old | argument, old & ~argument, old ^ argument][(code >>> 28) & 7] ?? fail(E.NOSYS);
  intOut(space, va2, changed);
  const holds =
    [old === against, old !== against, old < against, old <= against, old > against, old >= against][
      (code >>> 24) & 15
    ] ?? fail(E.NOSYS);
  const woken = futexWake(k, space, va, value | 0, 0xffff_ffff, own);
  return holds ? woken + futexWake(k, space, va2, value2 | 0, 0xffff_ffff, own) : woken;
}
