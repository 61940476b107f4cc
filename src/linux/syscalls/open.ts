/** open(2): finds or makes a file and what reading and writing it means. */
import { E, fail } from '../errno.ts';
import type { Kernel } from '../kernel.ts';
import type { Task } from '../task/task.ts';
import { O, RLIMIT, S } from '../uapi.ts';
import { makeAbsent } from '../vfs/change.ts';
import { DIRECTORY, isSpecial, OpenFile, REGULAR } from '../vfs/file.ts';
import { isDirectory, isRegular, isSymlink } from '../vfs/inode.ts';
import { Dentry, type Path } from '../vfs/mount.ts';
import { IN } from '../vfs/notify.ts';
import { truncateFile } from '../vfs/pages.ts';
import { Pipe } from '../vfs/pipe.ts';
import { demand, MAY } from '../vfs/walk.ts';
import { newAt } from './paths.ts';

/** O_TMPFILE without the O_DIRECTORY that belongs to it. */
const TMPFILE_ALONE = O.TMPFILE & ~O.DIRECTORY;
/** Flags an open file keeps. */
const STATUS = O.ACCMODE | O.APPEND | O.NONBLOCK | O.PATH;

/** An open file of a place that exists; permissions were looked at. */
export function openPlace(kernel: Kernel, task: Task, path: Path, flags: number): OpenFile {
  const { inode } = path.dentry;
  const status = flags & STATUS;
  if (flags & O.PATH) return new OpenFile(REGULAR, inode, path, status);
  if (isSpecial(inode)) return new OpenFile(inode.kindOf(), inode, path, status);
  switch (inode.mode & S.IFMT) {
    case S.IFREG:
      return new OpenFile(REGULAR, inode, path, status).countWriter();
    case S.IFDIR:
      return new OpenFile(DIRECTORY, inode, path, status);
    case S.IFIFO: {
      if (!(inode.attached instanceof Pipe)) inode.attached = new Pipe(true);
      const pipe = inode.attached as Pipe;
      if (pipe.named && status & O.NONBLOCK && (status & O.ACCMODE) === O.WRONLY && pipe.readers === 0) fail(E.NXIO);
      return pipe.open(inode, status);
    }
    case S.IFCHR: {
      if (path.mount.flags.nodev) fail(E.ACCES);
      const device = kernel.devices.get(inode.rdev) ?? fail(E.NXIO);
      return new OpenFile(device(task), inode, path, status);
    }
    default:
      return fail(E.NXIO);
  }
}

/** A file without a name in a directory (O_TMPFILE); unless O_EXCL says no, linkat(2) may give it one. */
function openUnnamed(kernel: Kernel, task: Task, dir: Path, flags: number, mode: number): OpenFile {
  if (!isDirectory(dir.dentry.inode.mode)) fail(E.NOTDIR);
  if (dir.mount.flags.readOnly) fail(E.ROFS);
  const who = task.credential.forFiles;
  demand(dir.dentry.inode, who, MAY.write | MAY.exec);
  const birth = { mode: S.IFREG | (mode & 0o7777 & ~task.process.place.umask), uid: who.uid, gid: who.gid };
  const inode = dir.dentry.inode.unnamed(birth);
  inode.linkable = !(flags & O.EXCL);
  const dentry = new Dentry(dir.dentry, `#${inode.ino}`, inode);
  dentry.gone = true;
  return openPlace(kernel, task, { mount: dir.mount, dentry }, flags);
}

/** openat(2) without the descriptor; `limits`: `RESOLVE` bits of openat2(2). */
export function openAt(
  kernel: Kernel,
  task: Task,
  fd: number,
  text: string,
  flags: number,
  mode: number,
  limits = 0,
): OpenFile {
  const { process } = task;
  const who = task.credential.forFiles;
  if ((flags & O.TMPFILE) === O.TMPFILE) {
    if ((flags & O.ACCMODE) === O.RDONLY || flags & O.CREAT) fail(E.INVAL);
    const { at, last } = newAt(task, fd, text, !(flags & O.NOFOLLOW), limits);
    return last === null ? openUnnamed(kernel, task, at, flags, mode) : fail(E.NOENT);
  }
  if (flags & TMPFILE_ALONE) fail(E.INVAL);
  const follow = !(flags & O.NOFOLLOW) && !((flags & (O.CREAT | O.EXCL)) === (O.CREAT | O.EXCL));
  const { at, last, slash } = newAt(task, fd, text, follow, limits);
  let path = at;
  let made = false;
  if (last !== null) {
    if (!(flags & O.CREAT)) fail(E.NOENT);
    if (slash) fail(E.ISDIR);
    path = makeAbsent(
      at,
      last,
      { mode: S.IFREG | (mode & 0o7777 & ~process.place.umask), uid: who.uid, gid: who.gid },
      who,
    );
    made = true;
  } else if ((flags & (O.CREAT | O.EXCL)) === (O.CREAT | O.EXCL)) fail(E.EXIST);
  const { inode } = path.dentry;
  const writes = (flags & O.ACCMODE) !== O.RDONLY;
  if (isSymlink(inode.mode) && !(flags & O.PATH)) fail(E.LOOP);
  if (flags & O.DIRECTORY && !isDirectory(inode.mode)) fail(E.NOTDIR);
  if (isDirectory(inode.mode) && (writes || flags & O.CREAT) && !(flags & O.PATH)) fail(E.ISDIR);
  if (!made && !(flags & O.PATH)) {
    const want = ((flags & O.ACCMODE) !== O.WRONLY ? MAY.read : 0) | (writes || flags & O.TRUNC ? MAY.write : 0);
    demand(inode, who, want);
    const special = (inode.mode & S.IFMT) !== S.IFREG && (inode.mode & S.IFMT) !== S.IFDIR;
    if (want & MAY.write && path.mount.flags.readOnly && !special) fail(E.ROFS);
  }
  if ((writes || flags & O.TRUNC) && !(flags & O.PATH) && isRegular(inode.mode)) inode.demandIdle();
  if (writes && !(flags & O.PATH) && isRegular(inode.mode)) inode.openForWriting((flags & O.TRUNC) !== 0);
  const file = openPlace(kernel, task, path, flags);
  if (flags & O.TRUNC && writes && (inode.mode & S.IFMT) === S.IFREG && !isSpecial(inode)) {
    truncateFile(inode, 0);
    file.tell(IN.MODIFY);
  }
  return file;
}

/** Gives a file a descriptor. */
export const install = (task: Task, file: OpenFile, flags: number, from = 0): number =>
  task.process.files.add(file, (flags & O.CLOEXEC) !== 0, Math.min(task.process.limit(RLIMIT.NOFILE), 1048576), from);
