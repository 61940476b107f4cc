/**
 * Futexes whose word says who holds them (FUTEX_LOCK_PI and its kin of futex(2)). There are no priorities here to inherit: what is kept
 * is that they are handed on, first come first served, whatever their holders do.
 */
import { E, fail } from '../errno.ts';
import type { Kernel } from '../kernel.ts';
import type { AddressSpace } from '../memory/space.ts';
import { intIn, intOut } from '../memory/user.ts';
import { keyOf } from './futex-key.ts';
import { type Condition, type PiState, PiWait } from './pi.ts';
import type { Task } from './task.ts';

export const FUTEX_WAITERS = 0x8000_0000;
export const FUTEX_OWNER_DIED = 0x4000_0000;
export const FUTEX_TID_MASK = 0x3fff_ffff;

const numberOf = (task: Task): number => task.pid.in(task.namespaces.pid);

/**
 * Has the task hold a free word, else tells who does. Fails with EDEADLK where that is itself, ESRCH where it is nobody there is, and
 * EINVAL where the word says otherwise than the kernel knows.
 */
function take(kernel: Kernel, task: Task, key: string, va: number, more = false): Task | null {
  const { space } = task.process;
  const value = intIn(space, va);
  const owner = value & FUTEX_TID_MASK;
  const state = kernel.piFutexes.get(key);
  if (owner === numberOf(task)) fail(E.DEADLK);
  if (state && owner !== numberOf(state.owner)) fail(E.INVAL);
  if (owner === 0) {
    intOut(space, va, (value & FUTEX_OWNER_DIED) | numberOf(task) | (more ? FUTEX_WAITERS : 0));
    return null;
  }
  intOut(space, va, value | FUTEX_WAITERS);
  if (state) return state.owner;
  const holder = task.namespaces.pid.tasks.get(owner);
  return holder && holder.state !== 'dead' ? holder : fail(E.SRCH);
}

function queue(kernel: Kernel, wait: PiWait, owner: Task): void {
  const state = kernel.piFutexes.get(wait.key) ?? { owner, waiters: [] };
  state.waiters.push(wait);
  kernel.piFutexes.set(wait.key, state);
}

/** It waits no longer. */
export function leavePi(kernel: Kernel, wait: PiWait): void {
  const state = kernel.piFutexes.get(wait.key);
  const at = state?.waiters.indexOf(wait) ?? -1;
  if (at >= 0) state!.waiters.splice(at, 1);
  if (state?.waiters.length === 0) kernel.piFutexes.delete(wait.key);
}

/** Hands a word on to whoever is next; `kept` of its bits stay. */
function handOn(kernel: Kernel, key: string, state: PiState, kept: number): void {
  const next = state.waiters[0]!;
  const { space } = next.task.process;
  intOut(space, next.va, (intIn(space, next.va) & kept) | FUTEX_WAITERS | numberOf(next.task));
  state.waiters.shift();
  state.owner = next.task;
  if (state.waiters.length === 0) kernel.piFutexes.delete(key);
  next.granted = true;
  kernel.ready(next.task);
}

/** FUTEX_LOCK_PI; `timeout` in nanoseconds. */
export function lockPi(kernel: Kernel, task: Task, va: number, isPrivate: boolean, timeout: number): number {
  const { progress } = task;
  if (progress instanceof PiWait) {
    if (progress.granted) return 0;
    if (!task.timedOut) return kernel.sleep(task, []);
    leavePi(kernel, progress);
    return -E.TIMEDOUT;
  }
  const key = keyOf(kernel, task.process.space, va, isPrivate);
  const owner = take(kernel, task, key, va);
  if (!owner) return 0;
  const wait = new PiWait(task, key, va);
  queue(kernel, wait, owner);
  task.progress = wait;
  return kernel.sleep(task, [], timeout);
}

/** FUTEX_TRYLOCK_PI. */
export const tryLockPi = (kernel: Kernel, task: Task, va: number, isPrivate: boolean): number =>
  take(kernel, task, keyOf(kernel, task.process.space, va, isPrivate), va) ? -E.AGAIN : 0;

/** FUTEX_UNLOCK_PI. */
export function unlockPi(kernel: Kernel, task: Task, va: number, isPrivate: boolean): number {
  const { space } = task.process;
  const key = keyOf(kernel, space, va, isPrivate);
  if ((intIn(space, va) & FUTEX_TID_MASK) !== numberOf(task)) return -E.PERM;
  const state = kernel.piFutexes.get(key);
  if (state && state.owner !== task) return -E.INVAL;
  if (state) handOn(kernel, key, state, 0);
  else intOut(space, va, 0);
  return 0;
}

/** A task has ended: what others wait for is theirs. */
export function releasePi(kernel: Kernel, task: Task): void {
  for (const [key, state] of kernel.piFutexes) if (state.owner === task) handOn(kernel, key, state, FUTEX_OWNER_DIED);
}

/** FUTEX_WAIT_REQUEUE_PI, once it has gone to sleep: where it stands with the lock it is moved to. */
export function afterRequeue(kernel: Kernel, task: Task, { pi }: Condition): number {
  if (pi?.granted) return 0;
  if (!task.timedOut) return kernel.sleep(task, []);
  if (pi) leavePi(kernel, pi);
  return -E.TIMEDOUT;
}

/** FUTEX_CMP_REQUEUE_PI: one of those that wait for a condition gets the lock at `to` if it is free, up to `most` others wait for it. */
export function requeuePi(
  kernel: Kernel,
  space: AddressSpace,
  from: number,
  to: number,
  most: number,
  isPrivate: boolean,
): number {
  const key = keyOf(kernel, space, from, isPrivate);
  const target = keyOf(kernel, space, to, isPrivate);
  if (key === target) fail(E.INVAL);
  const waiters = kernel.futexes.get(key) ?? [];
  let moved = 0;
  while (waiters.length > 0 && moved < most + 1) {
    const { task } = waiters[0]!;
    const wait = task.progress as { condition?: Condition | null };
    if (wait.condition?.target !== target) fail(E.INVAL);
    const owner = take(kernel, task, target, to, moved === 0 && waiters.length > 1 && most > 0);
    waiters.shift();
    const pi = new PiWait(task, target, to);
    wait.condition.pi = pi;
    if (owner) queue(kernel, pi, owner);
    else {
      pi.granted = true;
      kernel.ready(task);
    }
    moved++;
  }
  if (waiters.length === 0) kernel.futexes.delete(key);
  return moved;
}
