/** Calls on System V shared memory (shmget(2), shmop(2), shmctl(2)). */
import { E, fail } from '../errno.ts';
import { IPC, PERM_SIZE } from '../ipc/objects.ts';
import { ShmSegment } from '../ipc/shm.ts';
import { PAGE } from '../machine.ts';
import { pageUp } from '../memory/space.ts';
import { USER_END } from '../memory/tables.ts';
import { copyOut } from '../memory/user.ts';
import type { Task } from '../task/task.ts';
import { PROT } from '../uapi.ts';
import type { Call } from './call.ts';
import { commandOf, control, type IpcKind, pidOf, seconds } from './ipc.ts';

const SHM = {
  RDONLY: 0o10000,
  RND: 0o20000,
  REMAP: 0o40000,
  EXEC: 0o100000,
  DEST: 0o1000,
  LOCK: 11,
  UNLOCK: 12,
  STAT: 13,
  INFO: 14,
  STAT_ANY: 15,
} as const;
const SIZE = 112;

export const shmget: Call = (k, t, key, size, flags) => {
  const { shm } = t.namespaces.ipc;
  const { process } = t;
  return shm.get(
    key | 0,
    flags,
    t.credential,
    () => {
      if (size < 1 || size > USER_END) fail(E.INVAL);
      shm.demandRoom(size);
      return new ShmSegment(
        { key: key | 0, mode: flags, size, pid: pidOf(t) },
        t.credential,
        { frames: k.frames, owner: process.cgroup },
        () => seconds(k),
        (segment) => shm.unmapped(segment),
      );
    },
    (there) => {
      if (size > there.size) fail(E.INVAL);
    },
  );
};

export const shmat: Call = (_k, t, id, address, flags) => {
  const { space } = t.process;
  const segment = t.namespaces.ipc.shm.at(id | 0);
  let start = address;
  if (start % PAGE) {
    if (!(flags & SHM.RND)) fail(E.INVAL);
    start -= start % PAGE;
  }
  if (flags & SHM.REMAP && start === 0) fail(E.INVAL);
  const writes = !(flags & SHM.RDONLY);
  const prot = PROT.READ | (writes ? PROT.WRITE : 0) | (flags & SHM.EXEC ? PROT.EXEC : 0);
  segment.demand(t.credential, (writes ? 0o600 : 0o400) | (flags & SHM.EXEC ? 0o100 : 0));
  const length = pageUp(segment.size);
  if (start === 0) start = space.findFree(length) || fail(E.NOMEM);
  else if (start < 0 || start + length > USER_END) fail(E.INVAL);
  else if (flags & SHM.REMAP) space.unmap(start, start + length);
  else if (!space.isFree(start, start + length)) fail(E.INVAL);
  const name = `/SYSV${(segment.key >>> 0).toString(16).padStart(8, '0')} (deleted)`;
  space.map({ start, end: start + length, prot, shared: true, pages: segment, first: 0, name, grows: false });
  segment.lpid = pidOf(t);
  return start;
};

export const shmdt: Call = (_k, t, address) => {
  const { space } = t.process;
  const first = address % PAGE === 0 ? space.areaAt(address) : null;
  const segment = first?.pages;
  if (!(segment instanceof ShmSegment) || first!.start !== address || first!.first !== 0) fail(E.INVAL);
  segment.lpid = pidOf(t);
  const end = address + pageUp(segment.size);
  for (const area of space.areas.filter((a) => a.start >= address && a.end <= end && a.pages === segment))
    space.unmap(area.start, area.end);
  return 0;
};

/** struct shmid64_ds. */
function statBytes(t: Task, segment: ShmSegment): Uint8Array {
  const view = new DataView(new ArrayBuffer(SIZE));
  segment.permBytes(view, t.credential, segment.doomed ? SHM.DEST : 0);
  [segment.size, segment.attachedAt, segment.detachedAt, segment.changed].forEach((value, i) => {
    view.setBigUint64(PERM_SIZE + i * 8, BigInt(value), true);
  });
  view.setInt32(80, segment.cpid, true);
  view.setInt32(84, segment.lpid, true);
  view.setBigUint64(88, BigInt(segment.attached), true);
  return new Uint8Array(view.buffer);
}

/** Limits, or what is used, as longs. */
const longs = (values: readonly (number | bigint)[]): Uint8Array =>
  new Uint8Array(BigUint64Array.from(values.map(BigInt)).buffer);

const NO_LIMIT = 18_446_744_073_692_774_399n;
const limit = (value: number): number | bigint => (Number.isFinite(value) ? value : NO_LIMIT);

const KIND: IpcKind<ShmSegment> = {
  STAT: SHM.STAT,
  STAT_ANY: SHM.STAT_ANY,
  size: SIZE,
  statBytes,
  remove: (t, segment) => t.namespaces.ipc.shm.doom(segment),
};

export const shmctl: Call = (k, t, id, wanted, va) => {
  const { shm } = t.namespaces.ipc;
  const { space } = t.process;
  const command = commandOf(wanted);
  switch (command) {
    case IPC.INFO: {
      const { bytes, pages, segments } = shm.limits;
      copyOut(space, va, longs([limit(bytes), 1, segments, segments, limit(pages), 0, 0, 0, 0]));
      return shm.highestPlace;
    }
    case SHM.INFO: {
      const all = shm.all();
      const resident = all.reduce((sum, segment) => sum + segment.resident, 0);
      copyOut(space, va, longs([all.length, shm.pages, resident, 0, 0, 0]));
      return shm.highestPlace;
    }
    case SHM.LOCK:
    case SHM.UNLOCK: {
      const segment = shm.at(id | 0);
      if (!t.credential.canHere('ipc_lock')) segment.demandOwner(t.credential);
      return 0;
    }
    default:
      return control(k, t, shm, KIND, id | 0, command, va);
  }
};
