/** System V semaphores (semop(2)): sets of values that are changed together or not at all. */
import { E, fail } from '../errno.ts';
import type { Credential } from '../task/credential.ts';
import { WaitQueue } from '../wait.ts';
import { IpcObject, IpcTable } from './objects.ts';

/** SEMMSL, SEMMNS, SEMOPM, SEMMNI: /proc/sys/kernel/sem. */
const LIMITS = { perSet: 32_000, all: 1_024_000, operations: 500, sets: 4096 };
/** SEMVMX. */
export const SEM_MAX = 32_767;
export const SEM_UNDO = 0x1000;

export interface SemOperation {
  readonly num: number;
  readonly change: number;
  readonly flags: number;
}

/** A task that waits for one of the values to grow, or (`zero`) to be nothing. */
export interface SemWaiter {
  readonly num: number;
  readonly zero: boolean;
}

/** What is undone when a process ends: changes by set. */
export type SemUndo = Map<SemSet, Int32Array>;

export class SemSet extends IpcObject {
  readonly values: Uint16Array;
  /** Who changed each last. */
  readonly pids: Int32Array;
  readonly queue = new WaitQueue();
  readonly waiters = new Set<SemWaiter>();
  /** Of the processes that asked for it. */
  readonly undos = new Set<SemUndo>();
  operatedAt = 0;

  constructor(key: number, mode: number, size: number, who: Credential, now: number) {
    super(key, mode, who, now);
    this.values = new Uint16Array(size);
    this.pids = new Int32Array(size);
  }

  remove(): void {
    for (const undo of this.undos) undo.delete(this);
    this.undos.clear();
    this.queue.wake();
  }

  /** Does all operations, or none: then says which one can't be done now. */
  operate(operations: readonly SemOperation[], pid: number, undo: SemUndo, now: number): SemOperation | null {
    const before = new Map<number, number>();
    const revert = (): void => {
      for (const [num, value] of before) this.values[num] = value;
    };
    const undone = new Map<number, number>();
    for (const operation of operations) {
      const { num, change, flags } = operation;
      const value = this.values[num]!;
      if (change === 0 ? value !== 0 : value + change < 0) {
        revert();
        return operation;
      }
      if (value + change > SEM_MAX) {
        revert();
        fail(E.RANGE);
      }
      if (!before.has(num)) before.set(num, value);
      this.values[num] = value + change;
      if (flags & SEM_UNDO) undone.set(num, (undone.get(num) ?? 0) - change);
    }
    this.book(undo, undone);
    for (const { num } of operations) this.pids[num] = pid;
    this.operatedAt = now;
    if (operations.some((operation) => operation.change !== 0)) this.queue.wake();
    return null;
  }

  private book(undo: SemUndo, changes: ReadonlyMap<number, number>): void {
    if (changes.size === 0) return;
    let own = undo.get(this);
    if (!own) {
      own = new Int32Array(this.values.length);
      undo.set(this, own);
      this.undos.add(undo);
    }
    for (const [num, change] of changes) own[num]! += change;
  }

  /** SETVAL and SETALL: nobody undoes anything of these any more. */
  set(num: number, value: number, pid: number): void {
    this.values[num] = value;
    this.pids[num] = pid;
    for (const undo of this.undos) undo.get(this)![num] = 0;
  }

  /** A process ends: its changes are taken back as far as they can be. */
  undo(undo: SemUndo, pid: number): void {
    const own = undo.get(this);
    if (!own) return;
    own.forEach((change, num) => {
      if (change === 0) return;
      this.values[num] = Math.max(0, Math.min(SEM_MAX, this.values[num]! + change));
      this.pids[num] = pid;
    });
    undo.delete(this);
    this.undos.delete(undo);
    this.queue.wake();
  }
}

export class SemTable extends IpcTable<SemSet> {
  readonly limits = { ...LIMITS };
  constructor(space: IpcObject['space']) {
    super(() => this.limits.sets, space);
  }

  /** semget(2). */
  open(key: number, size: number, flags: number, who: Credential, now: number): number {
    if (size < 0 || size > this.limits.perSet) fail(E.INVAL);
    return this.get(
      key,
      flags,
      who,
      () => {
        if (size === 0) fail(E.INVAL);
        const used = this.all().reduce((sum, set) => sum + set.values.length, 0);
        if (used + size > this.limits.all) fail(E.NOSPC);
        return new SemSet(key, flags, size, who, now);
      },
      (there) => {
        if (size > there.values.length) fail(E.INVAL);
      },
    );
  }
}
