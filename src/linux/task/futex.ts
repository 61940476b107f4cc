/** Futexes: words in memory that tasks sleep on (futex(2)). */
import { E, fail } from '../errno.ts';
import type { Kernel } from '../kernel.ts';
import type { AddressSpace } from '../memory/space.ts';
import { intIn } from '../memory/user.ts';
import type { Task } from './task.ts';

/** The identity of a word: shared mappings of one page meet, private ones are the address space's own. */
function keyOf(kernel: Kernel, space: AddressSpace, va: number, isPrivate: boolean): string {
  if (va % 4) fail(E.INVAL);
  const linear = space.linear(va, false);
  const shared = !isPrivate && space.areaAt(va)?.shared;
  return shared ? `f${linear - kernel.machine.ram}` : `p${space.table.root}:${va}`;
}

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
  const waiters = kernel.futexes.get(key);
  if (!waiters) return 0;
  let woken = 0;
  for (const waiter of [...waiters]) {
    if (woken >= count) break;
    if (!(waiter.bits & bits)) continue;
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
  constructor(key: string) {
    this.key = key;
  }
}

/** FUTEX_WAIT and FUTEX_WAIT_BITSET: sleeps while the word is `value`; `timeout` in nanoseconds. */
export function futexWait(
  kernel: Kernel,
  task: Task,
  va: number,
  value: number,
  bits: number,
  isPrivate: boolean,
  timeout: number,
): number {
  const { space } = task.process;
  if (task.progress instanceof FutexWait) {
    if (task.progress.woken) return 0;
    forget(kernel, task, task.progress.key);
    if (task.timedOut) return -E.TIMEDOUT;
    // A signal, or a wake-up that was for somebody else: look at the word again.
  }
  if (intIn(space, va) !== (value | 0)) return -E.AGAIN;
  const key = keyOf(kernel, space, va, isPrivate);
  task.progress = new FutexWait(key);
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
  if (task.progress instanceof FutexWait) forget(kernel, task, task.progress.key);
}

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
