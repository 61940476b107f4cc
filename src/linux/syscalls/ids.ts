/** Calls on user and group ids and capabilities (credentials(7)). */
import { E, fail } from '../errno.ts';
import { copyIn, copyOut, intIn, intOut } from '../memory/user.ts';
import type { Credential } from '../task/credential.ts';
import type { Task } from '../task/task.ts';
import type { Call } from './call.ts';

export const getuid: Call = (_k, { credential: c }) => c.user.shownUid(c.uid);
export const geteuid: Call = (_k, { credential: c }) => c.user.shownUid(c.euid);
export const getgid: Call = (_k, { credential: c }) => c.user.shownGid(c.gid);
export const getegid: Call = (_k, { credential: c }) => c.user.shownGid(c.egid);

/** An id as the task names it, for the kernel; EINVAL where its user namespace has none of it. */
const known = (id: number): number => (id < 0 ? fail(E.INVAL) : id);
export const uidIn = (t: Task, id: number): number => known(t.credential.user.uids.toKernel(id >>> 0));
export const gidIn = (t: Task, id: number): number => known(t.credential.user.gids.toKernel(id >>> 0));

/** −1 leaves an id as it is. */
const pickUid = (t: Task, wanted: number, old: number): number => ((wanted | 0) === -1 ? old : uidIn(t, wanted));
const pickGid = (t: Task, wanted: number, old: number): number => ((wanted | 0) === -1 ? old : gidIn(t, wanted));

function setUsers(t: Task, real: number, effective: number, saved: number): number {
  const c = t.credential;
  const own = [c.uid, c.euid, c.suid];
  if (!c.canHere('setuid') && [real, effective, saved].some((id) => !own.includes(id))) fail(E.PERM);
  const before = { uid: c.uid, euid: c.euid, suid: c.suid };
  if (effective !== c.euid || effective !== c.fsuid) t.process.dumpable = false;
  Object.assign(c, { uid: real, euid: effective, suid: saved, fsuid: effective });
  c.afterIds(before);
  return 0;
}

function setGroupsIds(t: Task, real: number, effective: number, saved: number): number {
  const c = t.credential;
  const own = [c.gid, c.egid, c.sgid];
  if (!c.canHere('setgid') && [real, effective, saved].some((id) => !own.includes(id))) fail(E.PERM);
  if (effective !== c.egid || effective !== c.fsgid) t.process.dumpable = false;
  Object.assign(c, { gid: real, egid: effective, sgid: saved, fsgid: effective });
  return 0;
}

export const setuid: Call = (_k, t, id) => {
  const c = t.credential;
  const uid = uidIn(t, id);
  return c.canHere('setuid') ? setUsers(t, uid, uid, uid) : setUsers(t, c.uid, uid, c.suid);
};
export const setgid: Call = (_k, t, id) => {
  const c = t.credential;
  const gid = gidIn(t, id);
  return c.canHere('setgid') ? setGroupsIds(t, gid, gid, gid) : setGroupsIds(t, c.gid, gid, c.sgid);
};
export const setreuid: Call = (_k, t, real, effective) => {
  const c = t.credential;
  const [r, e] = [pickUid(t, real, c.uid), pickUid(t, effective, c.euid)];
  return setUsers(t, r, e, (real | 0) !== -1 || e !== c.uid ? e : c.suid);
};
export const setregid: Call = (_k, t, real, effective) => {
  const c = t.credential;
  const [r, e] = [pickGid(t, real, c.gid), pickGid(t, effective, c.egid)];
  return setGroupsIds(t, r, e, (real | 0) !== -1 || e !== c.gid ? e : c.sgid);
};
export const setresuid: Call = (_k, t, r, e, s) => {
  const c = t.credential;
  return setUsers(t, pickUid(t, r, c.uid), pickUid(t, e, c.euid), pickUid(t, s, c.suid));
};
export const setresgid: Call = (_k, t, r, e, s) => {
  const c = t.credential;
  return setGroupsIds(t, pickGid(t, r, c.gid), pickGid(t, e, c.egid), pickGid(t, s, c.sgid));
};

function threeOut(t: Task, at: readonly number[], ids: readonly number[]): number {
  for (const [i, va] of at.entries()) intOut(t.process.space, va, ids[i]!);
  return 0;
}
/** Real, effective and saved, as the task sees them. */
function shown({ credential: c }: Task, kind: 'uid' | 'gid'): number[] {
  if (kind === 'uid') return [c.uid, c.euid, c.suid].map((id) => c.user.shownUid(id));
  return [c.gid, c.egid, c.sgid].map((id) => c.user.shownGid(id));
}
export const getresuid: Call = (_k, t, r, e, s) => threeOut(t, [r, e, s], shown(t, 'uid'));
export const getresgid: Call = (_k, t, r, e, s) => threeOut(t, [r, e, s], shown(t, 'gid'));

export const setfsuid: Call = (_k, { credential: c, process }, id) => {
  const old = c.fsuid;
  const wanted = c.user.uids.toKernel(id >>> 0);
  if (wanted >= 0 && (c.canHere('setuid') || [c.uid, c.euid, c.suid].includes(wanted))) {
    if (wanted !== old) process.dumpable = false;
    c.fsuid = wanted;
  }
  return c.user.shownUid(old);
};
export const setfsgid: Call = (_k, { credential: c, process }, id) => {
  const old = c.fsgid;
  const wanted = c.user.gids.toKernel(id >>> 0);
  if (wanted >= 0 && (c.canHere('setgid') || [c.gid, c.egid, c.sgid].includes(wanted))) {
    if (wanted !== old) process.dumpable = false;
    c.fsgid = wanted;
  }
  return c.user.shownGid(old);
};

export const getgroups: Call = (_k, t, size, va) => {
  const { groups, user } = t.credential;
  if (size === 0) return groups.length;
  if (size < groups.length) fail(E.INVAL);
  copyOut(t.process.space, va, new Uint8Array(Uint32Array.from(groups, (gid) => user.shownGid(gid)).buffer));
  return groups.length;
};

export const setgroups: Call = (_k, t, size, va) => {
  const { user } = t.credential;
  if (!t.credential.canHere('setgid')) fail(E.PERM);
  if (!user.setgroups || user.gids.extents.length === 0) fail(E.PERM);
  if (size < 0 || size > 65536) fail(E.INVAL);
  const wanted = new Uint32Array(copyIn(t.process.space, va, size * 4).buffer);
  t.credential.groups = Array.from(wanted, (gid) => gidIn(t, gid));
  return 0;
};

const CAPABILITY_VERSION = 0x2008_0522;

/** Two triples of words: effective, permitted, inheritable; low halves first. */
export const capget: Call = (_k, t, header, data) => {
  const { space } = t.process;
  if (intIn(space, header) !== CAPABILITY_VERSION) {
    intOut(space, header, CAPABILITY_VERSION);
    return data ? -E.INVAL : 0;
  }
  const pid = intIn(space, header + 4);
  const task = pid === 0 ? t : (t.namespaces.pid.tasks.get(pid) ?? fail(E.SRCH));
  if (!data) return 0;
  const c = task.credential;
  const words = [0n, 32n].flatMap((shift) =>
    [c.effective, c.permitted, c.inheritable].map((set) => Number((set >> shift) & 0xffff_ffffn)),
  );
  copyOut(space, data, new Uint8Array(Uint32Array.from(words).buffer));
  return 0;
};

export const capset: Call = (_k, t, header, data) => {
  const { space } = t.process;
  if (intIn(space, header) !== CAPABILITY_VERSION) fail(E.INVAL);
  const pid = intIn(space, header + 4);
  if (pid !== 0 && pid !== t.pid.in(t.namespaces.pid)) fail(E.PERM);
  const words = new Uint32Array(copyIn(space, data, 24).buffer);
  const set = (i: number): bigint => BigInt(words[i]!) | (BigInt(words[i + 3]!) << 32n);
  const c: Credential = t.credential;
  const [effective, permitted, inheritable] = [set(0), set(1), set(2)];
  if (permitted & ~c.permitted || effective & ~permitted) fail(E.PERM);
  if (inheritable & ~(c.inheritable | c.permitted) && !c.canHere('setpcap')) fail(E.PERM);
  Object.assign(c, { effective, permitted, inheritable });
  return 0;
};
