/** Calls on names: make, remove, link, rename, look up, change what a file's inode says. */
import { E, fail } from '../errno.ts';
import type { Kernel } from '../kernel.ts';
import { copyOut, encode, stringIn, wordIn } from '../memory/user.ts';
import type { Task } from '../task/task.ts';
import { AT, S } from '../uapi.ts';
import { make, makeAbsent, makeLink, makeSymlink, move, remove } from '../vfs/change.ts';
import { type Change, isDirectory, isRegular, isSymlink } from '../vfs/inode.ts';
import { mountsOf, nameOf, type Path } from '../vfs/mount.ts';
import { IN, notify } from '../vfs/notify.ts';
import { truncateFile } from '../vfs/pages.ts';
import { demand, isMagicLink, MAY, mayAccess } from '../vfs/walk.ts';
import type { Call } from './call.ts';
import { gidIn, uidIn } from './ids.ts';
import { newAt, parentAt, pathAt, statBytes, statxBytes } from './paths.ts';

const birth = (task: Task, mode: number, rdev = 0) => ({
  mode,
  uid: task.credential.fsuid,
  gid: task.credential.fsgid,
  rdev,
});

export const mkdirat: Call = (_k, t, fd, va, mode) => {
  const text = stringIn(t.process.space, va);
  const { at, last } = newAt(t, fd, text, false);
  if (last === null) fail(E.EXIST);
  makeAbsent(at, last, birth(t, S.IFDIR | (mode & 0o1777 & ~t.process.place.umask)), t.credential.forFiles);
  return 0;
};

export const mknodat: Call = (_k, t, fd, va, mode, device) => {
  const { dir, name } = parentAt(t, fd, va);
  const type = mode & S.IFMT || S.IFREG;
  if ((type === S.IFCHR || type === S.IFBLK) && !t.credential.can('mknod')) fail(E.PERM);
  if (type === S.IFDIR) fail(E.INVAL);
  make(dir, name, birth(t, type | (mode & 0o7777 & ~t.process.place.umask), device), t.credential.forFiles);
  return 0;
};

export const unlinkat: Call = (_k, t, fd, va, flags) => {
  if (flags & ~AT.REMOVEDIR) fail(E.INVAL);
  const { dir, name, slash } = parentAt(t, fd, va);
  remove(dir, name, (flags & AT.REMOVEDIR) !== 0, slash, t.credential.forFiles);
  return 0;
};

export const symlinkat: Call = (_k, t, target, fd, va) => {
  const text = stringIn(t.process.space, target);
  if (text === '') fail(E.NOENT);
  const { dir, name, slash } = parentAt(t, fd, va);
  if (slash) fail(E.NOENT);
  makeSymlink(dir, name, text, birth(t, S.IFLNK | 0o777), t.credential.forFiles);
  return 0;
};

export const linkat: Call = (_k, t, fromFd, fromVa, toFd, toVa, flags) => {
  if (flags & ~(AT.SYMLINK_FOLLOW | AT.EMPTY_PATH)) fail(E.INVAL);
  if (flags & AT.EMPTY_PATH && !t.credential.can('dac_read_search')) fail(E.NOENT);
  const from = pathAt(
    t,
    fromFd,
    fromVa,
    (flags & AT.SYMLINK_FOLLOW ? 0 : AT.SYMLINK_NOFOLLOW) | (flags & AT.EMPTY_PATH),
  );
  const { dir, name } = parentAt(t, toFd, toVa);
  makeLink(dir, name, from, t.credential.forFiles);
  return 0;
};

export const renameat2: Call = (_k, t, fromFd, fromVa, toFd, toVa, flags) => {
  const from = parentAt(t, fromFd, fromVa);
  const to = parentAt(t, toFd, toVa);
  const source = from.slash || to.slash ? from.dir.dentry.inode.lookup(from.name) : null;
  if (source && !isDirectory(source.mode)) fail(E.NOTDIR);
  move(from.dir, from.name, to.dir, to.name, flags, t.credential.forFiles);
  return 0;
};

export const readlinkat: Call = (_k, t, fd, va, buffer, size) => {
  if (size <= 0) fail(E.INVAL);
  const path = pathAt(t, fd, va, AT.SYMLINK_NOFOLLOW | AT.EMPTY_PATH);
  const { inode } = path.dentry;
  if (!isSymlink(inode.mode)) fail(E.INVAL);
  const place = isMagicLink(inode) ? inode.follow() : null;
  const target = encode(place ? (nameOf(place, t.process.place.root) ?? inode.readlink()) : inode.readlink());
  copyOut(t.process.space, buffer, target.subarray(0, size));
  return Math.min(target.length, size);
};

export const newfstatat: Call = (_k, t, fd, va, out, flags) => {
  const empty = flags & AT.EMPTY_PATH && (va === 0 || stringIn(t.process.space, va) === '');
  const inode = empty && fd !== AT.FDCWD ? t.process.files.get(fd).inode : pathAt(t, fd, va, flags).dentry.inode;
  copyOut(t.process.space, out, statBytes(inode, t.credential.user));
  return 0;
};

export const fstat: Call = (_k, t, fd, out) => {
  copyOut(t.process.space, out, statBytes(t.process.files.get(fd).inode, t.credential.user));
  return 0;
};

export const statx: Call = (_k, t, fd, va, flags, _mask, out) => {
  const empty = flags & AT.EMPTY_PATH && (va === 0 || stringIn(t.process.space, va) === '');
  const inode = empty && fd !== AT.FDCWD ? t.process.files.get(fd).inode : pathAt(t, fd, va, flags).dentry.inode;
  copyOut(t.process.space, out, statxBytes(inode, t.credential.user));
  return 0;
};

function access(t: Task, fd: number, va: number, want: number, flags: number, effective: boolean): number {
  const path = pathAt(t, fd, va, flags);
  const { credential } = t;
  const who = effective
    ? credential.forFiles
    : {
        uid: credential.uid,
        gid: credential.gid,
        groups: credential.groups,
        override: credential.uid === credential.root && credential.canHere('dac_override'),
        user: credential.user,
      };
  if (want & MAY.write && path.mount.flags.readOnly && !((path.dentry.inode.mode & S.IFMT) === S.IFCHR)) fail(E.ROFS);
  if (want && !mayAccess(path.dentry.inode, who, want)) fail(E.ACCES);
  return 0;
}

const AT_EACCESS = 0x200;
export const faccessat: Call = (_k, t, fd, va, want) => access(t, fd, va, want, 0, false);
export const faccessat2: Call = (_k, t, fd, va, want, flags) =>
  access(t, fd, va, want, flags & ~AT_EACCESS, (flags & AT_EACCESS) !== 0);

/** What inotify tells of a change: a time that was set alone stands for the read or the write it usually comes of. */
function eventsOf({ mode, uid, gid, atime, mtime }: Change): number {
  const one = (atime === undefined) !== (mtime === undefined);
  if (mode === undefined && uid === undefined && gid === undefined && one)
    return atime === undefined ? IN.MODIFY : IN.ACCESS;
  return IN.ATTRIB;
}

/** Who may change what an inode says. */
function change(k: Kernel, t: Task, path: Path | null, inode: Path['dentry']['inode'], what: Change): number {
  if (path?.mount.flags.readOnly) fail(E.ROFS);
  const { credential } = t;
  const owner = credential.fsuid === inode.uid || credential.canOn(inode, 'fowner');
  if (what.uid !== undefined && what.uid !== inode.uid && !credential.canOn(inode, 'chown')) fail(E.PERM);
  if (
    what.gid !== undefined &&
    !credential.canOn(inode, 'chown') &&
    !(owner && (what.gid === credential.fsgid || credential.groups.includes(what.gid)))
  )
    fail(E.PERM);
  if (what.mode !== undefined && !owner) fail(E.PERM);
  if ((what.atime !== undefined || what.mtime !== undefined) && !owner) demand(inode, credential.forFiles, MAY.write);
  // A new owner takes set-id bits away from programs.
  const strip =
    (what.uid !== undefined || what.gid !== undefined) && isRegular(inode.mode) && inode.mode & (S.ISUID | S.ISGID);
  inode.change(strip ? { ...what, mode: inode.mode & 0o7777 & ~(S.ISUID | S.ISGID) } : what, k.clock.coarse());
  if (path) notify(path.dentry, eventsOf(what));
  return 0;
}

export const fchmod: Call = (k, t, fd, mode) => {
  const file = t.process.files.get(fd);
  return change(k, t, file.path, file.inode, { mode });
};

export const fchmodat: Call = (k, t, fd, va, mode, flags) => {
  const path = pathAt(t, fd, va, flags);
  if (isSymlink(path.dentry.inode.mode)) fail(E.OPNOTSUPP);
  return change(k, t, path, path.dentry.inode, { mode });
};
export const fchmodat1: Call = (k, t, fd, va, mode) => fchmodat(k, t, fd, va, mode, 0, 0, 0);

const owners = (t: Task, uid: number, gid: number): Change => ({
  ...((uid | 0) !== -1 && { uid: uidIn(t, uid) }),
  ...((gid | 0) !== -1 && { gid: gidIn(t, gid) }),
});

export const fchown: Call = (k, t, fd, uid, gid) => {
  const file = t.process.files.get(fd);
  return change(k, t, file.path, file.inode, owners(t, uid, gid));
};

export const fchownat: Call = (k, t, fd, va, uid, gid, flags) => {
  const path = pathAt(t, fd, va, flags);
  return change(k, t, path, path.dentry.inode, owners(t, uid, gid));
};

const UTIME = { NOW: 0x3fff_ffff, OMIT: 0x3fff_fffe } as const;

export const utimensat: Call = (k, t, fd, va, times, flags) => {
  const now = k.clock.coarse();
  const { space } = t.process;
  const one = (at: number): number | undefined => {
    if (times === 0) return now;
    const ns = wordIn(space, at + 8);
    if (ns === UTIME.OMIT) return undefined;
    if (ns === UTIME.NOW) return now;
    if (ns < 0 || ns > 999_999_999) fail(E.INVAL);
    return wordIn(space, at) * 1000 + ns / 1e6;
  };
  const [atime, mtime] = [one(times), one(times + 16)];
  const file = va === 0 ? t.process.files.get(fd) : null;
  const path = file ? file.path : pathAt(t, fd, va, flags);
  return change(k, t, path, file ? file.inode : path!.dentry.inode, {
    ...(atime !== undefined && { atime }),
    ...(mtime !== undefined && { mtime }),
  });
};

export const truncate: Call = (_k, t, va, size) => {
  const path = pathAt(t, AT.FDCWD, va, 0);
  const { inode } = path.dentry;
  if (isDirectory(inode.mode)) fail(E.ISDIR);
  if (size < 0 || !isRegular(inode.mode)) fail(E.INVAL);
  if (path.mount.flags.readOnly) fail(E.ROFS);
  demand(inode, t.credential.forFiles, MAY.write);
  inode.demandIdle();
  truncateFile(inode, size);
  notify(path.dentry, IN.MODIFY);
  return 0;
};

export const getcwd: Call = (_k, t, va, size) => {
  const { cwd, root } = t.process.place;
  const bytes = encode(`${nameOf(cwd, root) ?? '(unreachable)'}\0`);
  if (size < bytes.length) fail(E.RANGE);
  if (cwd.dentry.gone) fail(E.NOENT);
  copyOut(t.process.space, va, bytes);
  return bytes.length;
};

const enterable = (t: Task, path: Path): Path => {
  if (!isDirectory(path.dentry.inode.mode)) fail(E.NOTDIR);
  demand(path.dentry.inode, t.credential.forFiles, MAY.exec);
  return path;
};

export const chdir: Call = (_k, t, va) => {
  t.process.place.cwd = enterable(t, pathAt(t, AT.FDCWD, va, 0));
  return 0;
};

export const fchdir: Call = (_k, t, fd) => {
  t.process.place.cwd = enterable(t, t.process.files.get(fd).path ?? fail(E.NOTDIR));
  return 0;
};

export const chroot: Call = (_k, t, va) => {
  if (!t.credential.canHere('sys_chroot')) fail(E.PERM);
  t.process.place.root = enterable(t, pathAt(t, AT.FDCWD, va, 0));
  return 0;
};

export const umask: Call = (_k, t, mask) => {
  const { place } = t.process;
  const old = place.umask;
  place.umask = mask & 0o777;
  return old;
};

const ST = { RDONLY: 1, NOSUID: 2, NODEV: 4, NOEXEC: 8, RELATIME: 4096 } as const;

/** struct statfs. */
function statfsBytes(path: Path): Uint8Array {
  const { fs, flags } = path.mount;
  const { total, free } = fs.usage();
  const bits =
    (flags.readOnly ? ST.RDONLY : 0) |
    (flags.nosuid ? ST.NOSUID : 0) |
    (flags.nodev ? ST.NODEV : 0) |
    (flags.noexec ? ST.NOEXEC : 0);
  const blocks = [Math.floor(total / 4096), Math.floor(free / 4096), Math.floor(free / 4096)];
  const words = [fs.magic, 4096, ...blocks, 1 << 20, 1 << 20, fs.device, 255, 4096, bits | ST.RELATIME, 0, 0, 0, 0];
  return new Uint8Array(BigInt64Array.from(words.map(BigInt)).buffer);
}

export const statfs: Call = (_k, t, va, out) => {
  copyOut(t.process.space, out, statfsBytes(pathAt(t, AT.FDCWD, va, 0)));
  return 0;
};

export const fstatfs: Call = (_k, t, fd, out) => {
  const path = t.process.files.get(fd).path ?? { mount: t.namespaces.mnt.root, dentry: t.namespaces.mnt.root.root };
  copyOut(t.process.space, out, statfsBytes(path));
  return 0;
};

export const sync: Call = (_k, t) => {
  for (const mount of mountsOf(t.namespaces.mnt.root)) mount.fs.root.data.pages?.sync();
  return 0;
};
