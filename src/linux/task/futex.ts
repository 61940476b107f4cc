/** Futexes: words in memory that tasks sleep on (futex(2)). */
import { E, fail } from '../errno.ts';
import type { Kernel } from '../kernel.ts';
import type { AddressSpace } from '../memory/space.ts';
import { intIn } from '../memory/user.ts';
import { keyOf } from './futex-key.ts';
import { afterRequeue, leavePi } from './futex-pi.ts';
import { type Condition, PiWait } from './pi.ts';
import type { Task } from './task.ts';

/** Wakes up to `count` tasks that wait with one of `bits`. Returns how many. */
export function futexWake(
  kernel: Kernel,
  space: AddressSpace,
  va: number,
  count: number,
  bits: number,
  isPrivate: boolean,
): number {
  const key = keyOf(kernel, space, va, isPrivate);
  // Those are handed on by who holds them.
  if (kernel.piFutexes.has(key)) fail(E.INVAL);
  const waiters = kernel.futexes.get(key);
  if (!waiters) return 0;
  let woken = 0;
  for (const waiter of [...waiters]) {
    if (woken >= count) break;
    if (!(waiter.bits & bits)) continue;
    if ((waiter.task.progress as FutexWait).condition) fail(E.INVAL);
    waiters.splice(waiters.indexOf(waiter), 1);
    (waiter.task.progress as FutexWait).woken = true;
    kernel.ready(waiter.task);
    woken++;
  }
  if (waiters.length === 0) kernel.futexes.delete(key);
  return woken;
}

class FutexWait {
  woken = false;
  key: string;
  readonly condition: Condition | null;
  constructor(key: string, condition: Condition | null) {
    this.key = key;
    this.condition = condition;
  }
}

/**
 * FUTEX_WAIT, FUTEX_WAIT_BITSET and, with the address of a lock, FUTEX_WAIT_REQUEUE_PI: sleeps while the word is `value`; `timeout` in
 * nanoseconds.
 */
export function futexWait(
  kernel: Kernel,
  task: Task,
  va: number,
  value: number,
  bits: number,
  isPrivate: boolean,
  timeout: number,
  lock: number | null = null,
): number {
  const { space } = task.process;
  if (task.progress instanceof FutexWait) {
    const { woken, condition } = task.progress;
    if (woken) return 0;
    if (condition && (condition.pi || !task.timedOut)) return afterRequeue(kernel, task, condition);
    forget(kernel, task, task.progress.key);
    if (task.timedOut) return -E.TIMEDOUT;
    // A signal, or a wake-up that was for somebody else: look at the word again.
  }
  if (intIn(space, va) !== (value | 0)) return -E.AGAIN;
  const key = keyOf(kernel, space, va, isPrivate);
  const target = lock === null ? null : keyOf(kernel, space, lock, isPrivate);
  if (target === key) fail(E.INVAL);
  task.progress = new FutexWait(key, target === null ? null : { target, pi: null });
  const waiters = kernel.futexes.get(key);
  if (waiters) waiters.push({ task, bits });
  else kernel.futexes.set(key, [{ task, bits }]);
  return kernel.sleep(task, [], timeout);
}

function forget(kernel: Kernel, task: Task, key: string): void {
  const waiters = kernel.futexes.get(key)?.filter((w) => w.task !== task);
  if (waiters?.length) kernel.futexes.set(key, waiters);
  else kernel.futexes.delete(key);
}

/** A task that sleeps on a futex was interrupted or has died. */
export function leaveFutex(kernel: Kernel, task: Task): void {
  const { progress } = task;
  const pi =
    progress instanceof FutexWait ? (progress.condition?.pi ?? null) : progress instanceof PiWait ? progress : null;
  if (pi) leavePi(kernel, pi);
  else if (progress instanceof FutexWait) forget(kernel, task, progress.key);
}

/** Whether a task that sleeps on a futex was given what it waits for, so that no signal interrupts it any more. */
export const hasFutex = ({ progress }: Task): boolean =>
  progress instanceof PiWait
    ? progress.granted
    : progress instanceof FutexWait && (progress.woken || progress.condition?.pi?.granted === true);

/** Whether what it sleeps for is waited for again after any handler. */
export const insistsOnFutex = ({ progress }: Task): boolean =>
  progress instanceof PiWait || (progress instanceof FutexWait && progress.condition !== null);

/** FUTEX_REQUEUE and FUTEX_CMP_REQUEUE: wakes some, and lets others wait for another word. */
export function futexRequeue(
  kernel: Kernel,
  space: AddressSpace,
  from: number,
  to: number,
  wake: number,
  move: number,
  isPrivate: boolean,
): number {
  const woken = futexWake(kernel, space, from, wake, 0xffff_ffff, isPrivate);
  const key = keyOf(kernel, space, from, isPrivate);
  const target = keyOf(kernel, space, to, isPrivate);
  const waiters = kernel.futexes.get(key);
  if (!waiters || key === target) return woken;
  const moved = waiters.splice(0, move);
  for (const waiter of moved) (waiter.task.progress as FutexWait).key = target;
  if (waiters.length === 0) kernel.futexes.delete(key);
  if (moved.length) kernel.futexes.set(target, [...(kernel.futexes.get(target) ?? []), ...moved]);
  return woken + moved.length;
}
