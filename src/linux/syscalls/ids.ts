/** Calls on user and group ids and capabilities (credentials(7)). */
import { E, fail } from '../errno.ts';
import { copyIn, copyOut, intIn, intOut } from '../memory/user.ts';
import type { Credential } from '../task/credential.ts';
import type { Task } from '../task/task.ts';
import type { Call } from './call.ts';

export const getuid: Call = (_k, t) => t.credential.uid;
export const geteuid: Call = (_k, t) => t.credential.euid;
export const getgid: Call = (_k, t) => t.credential.gid;
export const getegid: Call = (_k, t) => t.credential.egid;

/** −1 leaves an id as it is. */
const pick = (wanted: number, old: number): number => ((wanted | 0) === -1 ? old : wanted >>> 0);

function setUsers(t: Task, real: number, effective: number, saved: number): number {
  const c = t.credential;
  const own = [c.uid, c.euid, c.suid];
  if (!c.can('setuid') && [real, effective, saved].some((id) => !own.includes(id))) fail(E.PERM);
  const before = { uid: c.uid, euid: c.euid, suid: c.suid };
  Object.assign(c, { uid: real, euid: effective, suid: saved, fsuid: effective });
  c.afterIds(before);
  return 0;
}

function setGroupsIds(t: Task, real: number, effective: number, saved: number): number {
  const c = t.credential;
  const own = [c.gid, c.egid, c.sgid];
  if (!c.can('setgid') && [real, effective, saved].some((id) => !own.includes(id))) fail(E.PERM);
  Object.assign(c, { gid: real, egid: effective, sgid: saved, fsgid: effective });
  return 0;
}

export const setuid: Call = (_k, t, id) => {
  const c = t.credential;
  const uid = id >>> 0;
  return c.can('setuid') ? setUsers(t, uid, uid, uid) : setUsers(t, c.uid, uid, c.suid);
};
export const setgid: Call = (_k, t, id) => {
  const c = t.credential;
  const gid = id >>> 0;
  return c.can('setgid') ? setGroupsIds(t, gid, gid, gid) : setGroupsIds(t, c.gid, gid, c.sgid);
};
export const setreuid: Call = (_k, t, real, effective) => {
  const c = t.credential;
  const [r, e] = [pick(real, c.uid), pick(effective, c.euid)];
  return setUsers(t, r, e, (real | 0) !== -1 || e !== c.uid ? e : c.suid);
};
export const setregid: Call = (_k, t, real, effective) => {
  const c = t.credential;
  const [r, e] = [pick(real, c.gid), pick(effective, c.egid)];
  return setGroupsIds(t, r, e, (real | 0) !== -1 || e !== c.gid ? e : c.sgid);
};
export const setresuid: Call = (_k, t, r, e, s) => {
  const c = t.credential;
  return setUsers(t, pick(r, c.uid), pick(e, c.euid), pick(s, c.suid));
};
export const setresgid: Call = (_k, t, r, e, s) => {
  const c = t.credential;
  return setGroupsIds(t, pick(r, c.gid), pick(e, c.egid), pick(s, c.sgid));
};

function threeOut(t: Task, at: readonly number[], ids: readonly number[]): number {
  for (const [i, va] of at.entries()) intOut(t.process.space, va, ids[i]!);
  return 0;
}
export const getresuid: Call = (_k, t, r, e, s) =>
  threeOut(t, [r, e, s], [t.credential.uid, t.credential.euid, t.credential.suid]);
export const getresgid: Call = (_k, t, r, e, s) =>
  threeOut(t, [r, e, s], [t.credential.gid, t.credential.egid, t.credential.sgid]);

export const setfsuid: Call = (_k, t, id) => {
  const c = t.credential;
  const old = c.fsuid;
  if (c.can('setuid') || [c.uid, c.euid, c.suid].includes(id >>> 0)) c.fsuid = id >>> 0;
  return old;
};
export const setfsgid: Call = (_k, t, id) => {
  const c = t.credential;
  const old = c.fsgid;
  if (c.can('setgid') || [c.gid, c.egid, c.sgid].includes(id >>> 0)) c.fsgid = id >>> 0;
  return old;
};

export const getgroups: Call = (_k, t, size, va) => {
  const { groups } = t.credential;
  if (size === 0) return groups.length;
  if (size < groups.length) fail(E.INVAL);
  copyOut(t.process.space, va, new Uint8Array(Uint32Array.from(groups).buffer));
  return groups.length;
};

export const setgroups: Call = (_k, t, size, va) => {
  if (!t.credential.can('setgid')) fail(E.PERM);
  if (size < 0 || size > 65536) fail(E.INVAL);
  t.credential.groups = Array.from(new Uint32Array(copyIn(t.process.space, va, size * 4).buffer));
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
  if (inheritable & ~(c.inheritable | c.permitted) && !c.can('setpcap')) fail(E.PERM);
  Object.assign(c, { effective, permitted, inheritable });
  return 0;
};
