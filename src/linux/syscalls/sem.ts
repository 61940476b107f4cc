/** Calls on System V semaphores (semget(2), semop(2), semctl(2)). */
import { E, fail } from '../errno.ts';
import { IPC, PERM_SIZE } from '../ipc/objects.ts';
import { SEM_MAX, type SemOperation, type SemSet, type SemTable, type SemWaiter } from '../ipc/sem.ts';
import type { Kernel } from '../kernel.ts';
import { copyIn, copyOut } from '../memory/user.ts';
import { type Task, Unfinished } from '../task/task.ts';
import { UNLIMITED } from '../uapi.ts';
import type { Call } from './call.ts';
import { commandOf, control, type IpcKind, pidOf, seconds } from './ipc.ts';
import { timeIn } from './processes.ts';

const SEM = {
  GETPID: 11,
  GETVAL: 12,
  GETALL: 13,
  GETNCNT: 14,
  GETZCNT: 15,
  SETVAL: 16,
  SETALL: 17,
  STAT: 18,
  INFO: 19,
  STAT_ANY: 20,
} as const;
const SIZE = 88;

export const semget: Call = (k, t, key, size, flags) =>
  t.namespaces.ipc.sem.open(key | 0, size | 0, flags, t.credential, seconds(k));

/** A task that waits for a set: counted there by GETNCNT and GETZCNT. */
class SemWait extends Unfinished {
  readonly set: SemSet;
  private waiter: SemWaiter | null = null;

  constructor(set: SemSet) {
    super();
    this.set = set;
  }

  on({ num, change }: SemOperation): void {
    this.abandon();
    this.waiter = { num, zero: change === 0 };
    this.set.waiters.add(this.waiter);
  }

  abandon(): void {
    if (this.waiter) this.set.waiters.delete(this.waiter);
    this.waiter = null;
  }
}

function operationsIn(t: Task, va: number, count: number): SemOperation[] {
  const view = new DataView(copyIn(t.process.space, va, count * 6).buffer);
  return Array.from({ length: count }, (_, i) => ({
    num: view.getUint16(i * 6, true),
    change: view.getInt16(i * 6 + 2, true),
    flags: view.getUint16(i * 6 + 4, true),
  }));
}

function operate(k: Kernel, t: Task, id: number, va: number, wanted: number, timeout: number): number {
  const count = wanted >>> 0;
  if (count < 1 || id < 0) fail(E.INVAL);
  if (count > t.namespaces.ipc.sem.limits.operations) fail(E.TOOBIG);
  const operations = operationsIn(t, va, count);
  const waited = t.progress instanceof SemWait ? t.progress : null;
  if (waited?.set.removed) fail(E.IDRM);
  const set = waited?.set ?? t.namespaces.ipc.sem.at(id);
  if (operations.some(({ num }) => num >= set.values.length)) fail(E.FBIG);
  set.demand(t.credential, operations.some(({ change }) => change !== 0) ? 0o222 : 0o444);
  const stuck = set.operate(operations, pidOf(t), t.process.semUndo, seconds(k));
  if (!stuck) return 0;
  if (stuck.flags & IPC.NOWAIT || t.timedOut || timeout === 0) fail(E.AGAIN);
  const wait = waited ?? new SemWait(set);
  wait.on(stuck);
  t.progress = wait;
  return k.sleep(t, [set.queue], timeout);
}

export const semop: Call = (k, t, id, va, count) => operate(k, t, id | 0, va, count, UNLIMITED);
export const semtimedop: Call = (k, t, id, va, count, timeout) =>
  operate(k, t, id | 0, va, count, timeout ? timeIn(t, timeout) : UNLIMITED);

/** struct semid64_ds. */
function statBytes(t: Task, set: SemSet): Uint8Array {
  const view = new DataView(new ArrayBuffer(SIZE));
  set.permBytes(view, t.credential);
  [set.operatedAt, set.changed, set.values.length].forEach((value, i) => {
    view.setBigUint64(PERM_SIZE + i * 8, BigInt(value), true);
  });
  return new Uint8Array(view.buffer);
}

/** struct seminfo; SEM_INFO tells of sets and semaphores in two of its fields. */
function infoBytes({ limits }: SemTable, sets: number, semaphores: number): Uint8Array {
  const { perSet, all, operations, sets: most } = limits;
  return new Uint8Array(
    Int32Array.of(all, most, all, all, perSet, operations, operations, sets, SEM_MAX, semaphores).buffer,
  );
}

const READS: readonly number[] = [SEM.GETPID, SEM.GETVAL, SEM.GETALL, SEM.GETNCNT, SEM.GETZCNT];

const KIND: IpcKind<SemSet> = { STAT: SEM.STAT, STAT_ANY: SEM.STAT_ANY, size: SIZE, statBytes };

export const semctl: Call = (k, t, id, num, wanted, argument) => {
  const { sem } = t.namespaces.ipc;
  const { space } = t.process;
  const command = commandOf(wanted);
  switch (command) {
    case IPC.INFO:
      copyOut(space, argument, infoBytes(sem, 20, SEM_MAX));
      return sem.highestPlace;
    case SEM.INFO: {
      const sets = sem.all();
      copyOut(
        space,
        argument,
        infoBytes(
          sem,
          sets.length,
          sets.reduce((sum, set) => sum + set.values.length, 0),
        ),
      );
      return sem.highestPlace;
    }
    default:
      if (!READS.includes(command) && command !== SEM.SETVAL && command !== SEM.SETALL)
        return control(k, t, sem, KIND, id | 0, command, argument);
      return values(k, t, sem.at(id | 0), num | 0, command, argument);
  }
};

/** Commands on the values of a set. */
function values(k: Kernel, t: Task, set: SemSet, num: number, command: number, argument: number): number {
  const { space } = t.process;
  set.demand(t.credential, READS.includes(command) ? 0o444 : 0o222);
  if (command === SEM.GETALL) {
    copyOut(space, argument, new Uint8Array(set.values.slice().buffer));
    return 0;
  }
  if (command === SEM.SETALL) {
    const all = new Uint16Array(copyIn(space, argument, set.values.length * 2).buffer);
    if (all.some((value) => value > SEM_MAX)) fail(E.RANGE);
    all.forEach((value, i) => {
      set.set(i, value, pidOf(t));
    });
    set.changed = seconds(k);
    set.queue.wake();
    return 0;
  }
  if (num < 0 || num >= set.values.length) fail(E.INVAL);
  const waiting = (zero: boolean): number => [...set.waiters].filter((w) => w.num === num && w.zero === zero).length;
  switch (command) {
    case SEM.GETVAL:
      return set.values[num]!;
    case SEM.GETPID:
      return set.pids[num]!;
    case SEM.GETNCNT:
      return waiting(false);
    case SEM.GETZCNT:
      return waiting(true);
    default: {
      const value = argument | 0;
      if (value < 0 || value > SEM_MAX) fail(E.RANGE);
      set.set(num, value, pidOf(t));
      set.changed = seconds(k);
      set.queue.wake();
      return 0;
    }
  }
}
