/** Locks on files: records (fcntl(2), of a process or of an open file) and whole files (flock(2)). They bind who asks for them alone. */
import { WaitQueue } from '../wait.ts';

/** What can be locked: an inode. */
interface Lockable {
  locks: FileLocks | null;
}

export interface RecordLock {
  /** Whose it is: a table of descriptors (a process's), or an open file. */
  readonly owner: object;
  /** What F_GETLK tells of it, by who asks; null: an open file has none. */
  readonly pid: object | null;
  readonly write: boolean;
  /** Bytes from `start` up to `end`, which may be infinity. */
  readonly start: number;
  readonly end: number;
}

export class FileLocks {
  /** Woken when a lock goes. */
  readonly queue = new WaitQueue();
  private records: RecordLock[] = [];
  /** Open files that hold the whole file, and whether alone. */
  private readonly whole = new Map<object, boolean>();

  /** The first record that stands in the way of a lock. */
  conflict({ owner, write, start, end }: RecordLock): RecordLock | null {
    return this.records.find((r) => r.owner !== owner && r.start < end && start < r.end && (write || r.write)) ?? null;
  }

  /** Sets a lock over what its owner had there; nothing may be in the way. */
  set(lock: RecordLock): void {
    this.clear(lock.owner, lock.start, lock.end);
    this.records.push(lock);
  }

  /** Takes an owner's locks off a range; what reaches out of it stays. */
  clear(owner: object, start: number, end: number): void {
    const kept: RecordLock[] = [];
    for (const r of this.records) {
      if (r.owner !== owner || r.end <= start || end <= r.start) {
        kept.push(r);
        continue;
      }
      if (r.start < start) kept.push({ ...r, end: start });
      if (r.end > end) kept.push({ ...r, start: end });
    }
    this.records = kept;
    this.queue.wake();
  }

  /** Locks the whole file for an open file, in place of the lock it had; false: another stands in the way. */
  lockWhole(owner: object, alone: boolean): boolean {
    this.unlockWhole(owner);
    for (const other of this.whole.values()) if (alone || other) return false;
    this.whole.set(owner, alone);
    return true;
  }

  unlockWhole(owner: object): void {
    if (this.whole.delete(owner)) this.queue.wake();
  }
}

/** The locks of a file, made with the first. */
export const locksOf = (inode: Lockable): FileLocks => (inode.locks ??= new FileLocks());

/** An owner closes a file: its locks go. */
export function releaseLocks({ locks }: Lockable, owner: object): void {
  if (!locks) return;
  locks.clear(owner, 0, Number.POSITIVE_INFINITY);
  locks.unlockWhole(owner);
}
