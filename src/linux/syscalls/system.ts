/** Calls on the system: its name, memory, random numbers, scheduling, mounts. */
import { E, fail } from '../errno.ts';
import type { Kernel } from '../kernel.ts';
import { PAGE } from '../machine.ts';
import { copyIn, copyOut, encode, stringIn } from '../memory/user.ts';
import { NamespaceFile } from '../proc/namespace-file.ts';
import { viewOf } from '../task/exec.ts';
import { enterTime } from '../task/fork.ts';
import { UserNamespace } from '../task/namespace.ts';
import { MountNamespace, TimeNamespace } from '../task/namespaces.ts';
import type { Task } from '../task/task.ts';
import { AT, CLONE, O, S } from '../uapi.ts';
import { OpenFile, REGULAR } from '../vfs/file.ts';
import { isDirectory } from '../vfs/inode.ts';
import {
  attach,
  cloneTree,
  detach,
  dropTree,
  type FileSystemType,
  Mount,
  type MountFlags,
  mountsOf,
  type Path,
  PLAIN,
  rootDentry,
} from '../vfs/mount.ts';
import { SEAL, Tmpfs, TmpfsInode } from '../vfs/tmpfs.ts';
import { resolve } from '../vfs/walk.ts';
import type { Call } from './call.ts';
import { install } from './open.ts';
import { pathAt } from './paths.ts';
import { RELEASE } from './release.ts';

const FIELD = 65;

export const uname: Call = (_k, t, out) => {
  const { uts } = t.namespaces;
  const bytes = new Uint8Array(FIELD * 6);
  [RELEASE.system, uts.host, RELEASE.release, RELEASE.version, RELEASE.machine, uts.domain].forEach((text, i) => {
    bytes.set(encode(text).subarray(0, FIELD - 1), i * FIELD);
  });
  copyOut(t.process.space, out, bytes);
  return 0;
};

function nameIn(t: Task, va: number, length: number): string {
  if (!t.credential.canIn(t.namespaces.uts.owner, 'sys_admin')) fail(E.PERM);
  if (length < 0 || length > 64) fail(E.INVAL);
  return new TextDecoder().decode(copyIn(t.process.space, va, length));
}

export const sethostname: Call = (_k, t, va, length) => {
  t.namespaces.uts.host = nameIn(t, va, length);
  return 0;
};
export const setdomainname: Call = (_k, t, va, length) => {
  t.namespaces.uts.domain = nameIn(t, va, length);
  return 0;
};

/** struct sysinfo. */
export const sysinfo: Call = (k, t, out) => {
  const view = new DataView(new ArrayBuffer(112));
  const words = [
    Math.floor((k.now() + t.namespaces.time.boottime) / 1e9),
    0,
    0,
    0,
    k.frames.total * PAGE,
    k.frames.available * PAGE,
    0,
    k.caches.size * PAGE,
    0,
    0,
  ];
  words.forEach((word, i) => {
    view.setBigUint64(i * 8, BigInt(word), true);
  });
  view.setUint16(80, k.tasks.size, true);
  view.setUint32(104, 1, true);
  copyOut(t.process.space, out, new Uint8Array(view.buffer));
  return 0;
};

export const getrandom: Call = (k, t, va, length) => {
  if (length < 0) fail(E.FAULT);
  const bytes = new Uint8Array(Math.min(length, 1 << 20));
  k.random(bytes);
  copyOut(t.process.space, va, bytes);
  return bytes.length;
};

export const schedYield: Call = () => 0;
export const schedGetaffinity: Call = (_k, t, _pid, size, out) => {
  if (size < 8) fail(E.INVAL);
  copyOut(t.process.space, out, Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0));
  return 8;
};
export const zero: Call = () => 0;
export const schedGetparam: Call = (_k, t, _pid, out) => {
  copyOut(t.process.space, out, new Uint8Array(4));
  return 0;
};
export const getcpu: Call = (_k, t, cpu, node) => {
  for (const va of [cpu, node]) if (va) copyOut(t.process.space, va, new Uint8Array(4));
  return 0;
};

/** riscv_hwprobe: pairs of key and value; what is asked for and unknown gets key −1. */
const HWPROBE: Readonly<Record<number, bigint>> = { 3: 1n, 4: 3n, 5: 3n };
export const hwprobe: Call = (_k, t, pairs, count) => {
  if (count < 0 || count > 1024) fail(E.INVAL);
  const view = new DataView(copyIn(t.process.space, pairs, count * 16).buffer);
  for (let i = 0; i < count; i++) {
    const key = Number(view.getBigInt64(i * 16, true));
    const value = HWPROBE[key];
    if (value === undefined) view.setBigInt64(i * 16, -1n, true);
    view.setBigUint64(i * 16 + 8, value ?? 0n, true);
  }
  copyOut(t.process.space, pairs, new Uint8Array(view.buffer));
  return 0;
};

export const membarrier: Call = (_k, _t, command) => (command === 0 ? 0x1f : 0);

const MFD = { CLOEXEC: 1, ALLOW_SEALING: 2, NOEXEC_SEAL: 8, ALL: 0x1f } as const;

export const memfdCreate: Call = (k, t, va, flags) => {
  stringIn(t.process.space, va, 250);
  if (flags & ~MFD.ALL) fail(E.INVAL);
  const fs = new Tmpfs({ now: () => k.clock.coarse(), owner: t.process.cgroup });
  const inode = new TmpfsInode(fs, { mode: S.IFREG | 0o777, uid: t.credential.euid, gid: t.credential.egid });
  inode.nlink = 0;
  inode.seals = flags & (MFD.ALLOW_SEALING | MFD.NOEXEC_SEAL) ? 0 : SEAL.SEAL;
  return install(t, new OpenFile(REGULAR, inode, null, O.RDWR), flags & 1 ? O.CLOEXEC : 0);
};

export const syslog: Call = (k, t, action, va, length) => {
  if (action === 10) return k.messages.reduce((sum, m) => sum + m.length + 1, 0);
  if (action !== 3 && action !== 4) return 0;
  const bytes = encode(k.messages.map((m) => `${m}\n`).join('')).slice(-length);
  copyOut(t.process.space, va, bytes);
  return bytes.length;
};

const MS = {
  RDONLY: 1,
  NOSUID: 2,
  NODEV: 4,
  NOEXEC: 8,
  REMOUNT: 32,
  BIND: 4096,
  MOVE: 8192,
  REC: 16384,
  UNBINDABLE: 1 << 17,
  PRIVATE: 1 << 18,
  SLAVE: 1 << 19,
  SHARED: 1 << 20,
} as const;

const mountFlags = (flags: number): MountFlags => ({
  readOnly: (flags & MS.RDONLY) !== 0,
  nosuid: (flags & MS.NOSUID) !== 0,
  nodev: (flags & MS.NODEV) !== 0,
  noexec: (flags & MS.NOEXEC) !== 0,
});

/** Who may change the mounts it sees. */
function demandAdmin(t: Task): void {
  if (!t.credential.canIn(t.namespaces.mnt.owner, 'sys_admin')) fail(E.PERM);
}

/** File systems that root of a user namespace may mount in there, and the namespace they show, which has to be its own. */
const USER_TYPES: Readonly<Record<string, 'pid' | 'net' | 'ipc' | 'cgroup' | null>> = {
  proc: 'pid',
  sysfs: 'net',
  mqueue: 'ipc',
  cgroup2: 'cgroup',
  tmpfs: null,
  devpts: null,
  overlay: null,
};
/** Those that show the system: only where they are shown already, with nothing that hides a part. */
const REVEALING: readonly string[] = ['proc', 'sysfs'];

/** Fails where a user namespace may not mount a type; the flags it is mounted with. */
function userFlags(t: Task, type: string, wanted: MountFlags): MountFlags {
  const { namespaces, credential } = t;
  const { mnt } = namespaces;
  if (!mnt.owner) return wanted;
  if (!Object.hasOwn(USER_TYPES, type)) fail(E.PERM);
  const shows = USER_TYPES[type];
  if (shows && !credential.canIn(namespaces[shows].owner, 'sys_admin')) fail(E.PERM);
  const whole = (m: Mount): boolean =>
    m.fs.type === type && m.root === rootDentry(m.fs) && ![...m.children.values()].flat().some((c) => c.fixed);
  if (REVEALING.includes(type) && !mountsOf(mnt.root).some((m) => whole(m) && (wanted.readOnly || !m.flags.readOnly)))
    fail(E.PERM);
  // Devices are not theirs to make, nor the limits of a group they are the root of theirs to lift.
  return { ...wanted, nodev: true, readOnly: wanted.readOnly || type === 'cgroup2' };
}

/** File systems that mount(2) can make, by type; what is given here at boot. */
export function mountCall(types: ReadonlyMap<string, FileSystemType<Kernel, Task>>): Call {
  return (k, t, sourceVa, targetVa, typeVa, flags, dataVa) => {
    demandAdmin(t);
    const { space, place } = t.process;
    const target = pathAt(t, AT.FDCWD, targetVa, 0);
    if (flags & MS.REMOUNT) {
      if (target.dentry !== target.mount.root) fail(E.INVAL);
      const wanted = mountFlags(flags);
      if (!target.mount.permits(wanted)) fail(E.PERM);
      target.mount.flags = wanted;
      return 0;
    }
    if (flags & (MS.PRIVATE | MS.SLAVE | MS.SHARED | MS.UNBINDABLE)) return 0;
    const source = sourceVa ? stringIn(space, sourceVa) : '';
    if (flags & MS.BIND) {
      const from = resolve(viewOf(t), place.cwd, source);
      if (isDirectory(from.dentry.inode.mode) !== isDirectory(target.dentry.inode.mode)) fail(E.NOTDIR);
      const recursive = (flags & MS.REC) !== 0;
      if (!recursive && [...from.mount.children.values()].flat().some((m) => m.fixed)) fail(E.INVAL);
      attach(bind(from, recursive), target);
      return 0;
    }
    if (flags & MS.MOVE) {
      const from = resolve(viewOf(t), place.cwd, source);
      if (from.dentry !== from.mount.root || !from.mount.parent || from.mount.fixed) fail(E.INVAL);
      detach(from.mount);
      attach(from.mount, target);
      return 0;
    }
    const name = stringIn(space, typeVa);
    const type = types.get(name) ?? fail(E.NODEV);
    const wanted = userFlags(t, name, mountFlags(flags));
    const fs = type({ kernel: k, task: t, source, data: dataVa ? stringIn(space, dataVa) : '' });
    if (!isDirectory(target.dentry.inode.mode)) fail(E.NOTDIR);
    // A tree of files belongs to who makes it.
    if (fs instanceof Tmpfs && name === 'tmpfs')
      Object.assign(fs.root, { uid: t.credential.fsuid, gid: t.credential.fsgid });
    const made = new Mount(fs, rootDentry(fs), source || fs.type, wanted);
    if (t.namespaces.mnt.owner) made.locked = { ...PLAIN, nodev: true, readOnly: name === 'cgroup2' };
    attach(made, target);
    return 0;
  };
}

/** A second mount of what is seen at a place. */
export function bind(from: Path, recursive: boolean): Mount {
  const copy = new Mount(from.mount.fs, from.dentry, from.mount.source, { ...from.mount.flags });
  copy.locked = from.mount.locked;
  if (!recursive) return copy;
  for (const [dentry, stack] of from.mount.children) {
    let up: typeof dentry | null = dentry;
    while (up && up !== from.dentry) up = up.parent;
    if (up) for (const child of stack) attach(cloneTree(child, new Map()), { mount: copy, dentry });
  }
  return copy;
}

const MNT_DETACH = 2;

export const umount2: Call = (k, t, va, flags) => {
  demandAdmin(t);
  const { mount, dentry } = pathAt(t, AT.FDCWD, va, 0);
  if (dentry !== mount.root || !mount.parent || mount.fixed) fail(E.INVAL);
  if (!(flags & MNT_DETACH)) {
    if (mount.children.size) fail(E.BUSY);
    for (const { process } of k.tasks) {
      const used = [process.place.cwd, process.place.root, process.exe].some((p) => p?.mount === mount);
      if (used || process.files.numbers().some((fd) => process.files.get(fd).path?.mount === mount)) fail(E.BUSY);
    }
  }
  dropTree(mount);
  return 0;
};

export const pivotRoot: Call = (k, t, newVa, putVa) => {
  demandAdmin(t);
  const fresh = pathAt(t, AT.FDCWD, newVa, 0);
  const put = pathAt(t, AT.FDCWD, putVa, 0);
  const { root } = t.process.place;
  if (fresh.dentry !== fresh.mount.root || !fresh.mount.parent || root.dentry !== root.mount.root) fail(E.INVAL);
  if (fresh.mount === root.mount) fail(E.BUSY);
  if (fresh.mount.fixed) fail(E.INVAL);
  const { parent, point } = root.mount;
  detach(fresh.mount);
  if (parent && point) {
    detach(root.mount);
    attach(fresh.mount, { mount: parent, dentry: point });
  }
  // `pivot_root(".", ".")` stacks the old root onto the new one.
  const samePlace = put.mount === fresh.mount && put.dentry === fresh.dentry;
  attach(root.mount, samePlace ? { mount: fresh.mount, dentry: fresh.mount.root } : put);
  const { mnt } = t.namespaces;
  if (mnt.root === root.mount) mnt.root = fresh.mount;
  for (const task of k.tasks) {
    if (task.namespaces.mnt !== mnt) continue;
    const { place } = task.process;
    if (place.root.mount === root.mount && place.root.dentry === root.dentry) place.root = fresh;
    if (place.cwd.mount === root.mount && place.cwd.dentry === root.dentry) place.cwd = fresh;
  }
  return 0;
};

/** The flag of clone(2) that stands for each kind. */
const NAMESPACE_OF: Readonly<Record<string, number>> = {
  time: CLONE.NEWTIME,
  mnt: CLONE.NEWNS,
  cgroup: CLONE.NEWCGROUP,
  uts: CLONE.NEWUTS,
  ipc: CLONE.NEWIPC,
  user: CLONE.NEWUSER,
  pid: CLONE.NEWPID,
  net: CLONE.NEWNET,
};

/** setns(2) with a file of /proc/pid/ns. */
export const setns: Call = (_k, t, fd, flags) => {
  const { inode } = t.process.files.get(fd);
  if (!(inode instanceof NamespaceFile)) fail(E.INVAL);
  const { kind, namespace } = inode;
  if (flags && NAMESPACE_OF[kind] !== flags) fail(E.INVAL);
  const { credential } = t;
  if (namespace instanceof UserNamespace) {
    if (namespace === credential.user || t.process.threads.size > 1) fail(E.INVAL);
    if (!credential.canIn(namespace, 'sys_admin')) fail(E.PERM);
    t.join({ ...t.namespaces, user: namespace });
    credential.enter(namespace);
    return 0;
  }
  if (!credential.canIn(namespace.owner, 'sys_admin') || !credential.canHere('sys_admin')) fail(E.PERM);
  if (kind === 'mnt' && !credential.canHere('sys_chroot')) fail(E.PERM);
  if (namespace instanceof TimeNamespace) {
    if (t.process.threads.size > 1) fail(E.USERS);
    t.join({ ...t.namespaces, time: enterTime(namespace), timeForChildren: namespace });
    return 0;
  }
  // A process's own number never changes: its children are born there.
  t.join({ ...t.namespaces, [kind === 'pid' ? 'pidForChildren' : kind]: namespace });
  if (namespace instanceof MountNamespace) {
    const place = { mount: namespace.root, dentry: namespace.root.root };
    t.process.place = { ...t.process.place, root: place, cwd: place };
  }
  return 0;
};
