/** Locks on files: fcntl(2) with struct flock, flock(2). */
import { E, fail } from '../errno.ts';
import type { Kernel } from '../kernel.ts';
import { copyIn, copyOut } from '../memory/user.ts';
import type { Pid } from '../task/pid.ts';
import { type Task, Unfinished } from '../task/task.ts';
import { F, S } from '../uapi.ts';
import type { OpenFile } from '../vfs/file.ts';
import { locksOf, type RecordLock } from '../vfs/locks.ts';
import type { Call } from './call.ts';

const TYPE = { READ: 0, WRITE: 1, UNLOCK: 2 } as const;

/** Who waits for whose lock: a circle is a deadlock. */
const waits = new WeakMap<object, object>();

class LockWait extends Unfinished {
  private readonly owner: object;
  constructor(owner: object) {
    super();
    this.owner = owner;
  }
  abandon(): void {
    waits.delete(this.owner);
  }
}

/** struct flock as a lock; `unlock`: it asks to take off what there is. */
function lockIn(
  t: Task,
  file: OpenFile,
  bytes: Uint8Array,
  ofFile: boolean,
): RecordLock & { readonly unlock: boolean } {
  const view = new DataView(bytes.buffer);
  const [type, whence] = [view.getInt16(0, true), view.getInt16(2, true)];
  const base = [0, file.position, file.inode.size][whence] ?? fail(E.INVAL);
  const at = base + Number(view.getBigInt64(8, true));
  const length = Number(view.getBigInt64(16, true));
  if (type < TYPE.READ || type > TYPE.UNLOCK) fail(E.INVAL);
  if (ofFile && view.getInt32(24, true) !== 0) fail(E.INVAL);
  const start = length < 0 ? at + length : at;
  if (start < 0) fail(E.INVAL);
  const end = length === 0 ? Number.POSITIVE_INFINITY : length < 0 ? at : at + length;
  const { process } = t;
  return {
    owner: ofFile ? file : process.files,
    pid: ofFile ? null : process.pid,
    write: type === TYPE.WRITE,
    start,
    end,
    unlock: type === TYPE.UNLOCK,
  };
}

/** What stands in the way, written over the struct flock that asked. */
function tell(t: Task, va: number, bytes: Uint8Array, found: RecordLock | null): void {
  const view = new DataView(bytes.buffer);
  view.setInt16(0, found ? (found.write ? TYPE.WRITE : TYPE.READ) : TYPE.UNLOCK, true);
  if (found) {
    view.setInt16(2, 0, true);
    view.setBigInt64(8, BigInt(found.start), true);
    view.setBigInt64(16, BigInt(found.end === Number.POSITIVE_INFINITY ? 0 : found.end - found.start), true);
    view.setInt32(24, found.pid ? (found.pid as Pid<Task>).in(t.namespaces.pid) : -1, true);
  }
  copyOut(t.process.space, va, bytes);
}

/** Whether waiting for `other` would never end, since it waits for `owner` in turn. */
function circle(owner: object, other: object): boolean {
  let next: object | undefined = other;
  for (let steps = 0; next && steps < 100; steps++) {
    if (next === owner) return true;
    next = waits.get(next);
  }
  return false;
}

/** F_GETLK, F_SETLK, F_SETLKW and the same of open files. */
export function recordLock(k: Kernel, t: Task, file: OpenFile, command: number, va: number): number {
  const ofFile = command >= F.OFD_GETLK;
  const bytes = copyIn(t.process.space, va, 32);
  const lock = lockIn(t, file, bytes, ofFile);
  const locks = locksOf(file.inode);
  if (command === F.GETLK || command === F.OFD_GETLK) {
    if (lock.unlock && !ofFile) fail(E.INVAL);
    tell(t, va, bytes, locks.conflict(lock));
    return 0;
  }
  if (lock.unlock) {
    locks.clear(lock.owner, lock.start, lock.end);
    return 0;
  }
  if (lock.write ? !file.writable : !file.readable) fail(E.BADF);
  const other = locks.conflict(lock);
  if (!other) {
    locks.set(lock);
    return 0;
  }
  if (command !== F.SETLKW && command !== F.OFD_SETLKW) fail(E.AGAIN);
  if (!ofFile && circle(lock.owner, other.owner)) fail(E.DEADLK);
  waits.set(lock.owner, other.owner);
  t.progress = new LockWait(lock.owner);
  return k.sleep(t, [locks.queue]);
}

const LOCK = { SH: 1, EX: 2, NB: 4, UN: 8 } as const;

export const flock: Call = (k, t, fd, operation) => {
  const file = t.process.files.get(fd);
  const locks = locksOf(file.inode);
  const what = operation & ~LOCK.NB;
  if (what === LOCK.UN) {
    locks.unlockWhole(file);
    return 0;
  }
  if (what !== LOCK.SH && what !== LOCK.EX) fail(E.INVAL);
  if ((file.inode.mode & S.IFMT) === 0) fail(E.BADF);
  if (locks.lockWhole(file, what === LOCK.EX)) return 0;
  if (operation & LOCK.NB) fail(E.AGAIN);
  return k.sleep(t, [locks.queue]);
};
