/** What calls on names have in common: where a path begins, what stat shows. */
import { E, fail } from '../errno.ts';
import { stringIn } from '../memory/user.ts';
import { viewOf } from '../task/exec.ts';
import type { UserNamespace } from '../task/namespace.ts';
import type { Task } from '../task/task.ts';
import { AT } from '../uapi.ts';
import type { Inode } from '../vfs/inode.ts';
import type { Path } from '../vfs/mount.ts';
import { RESOLVE, resolve, resolveNew, resolveParent } from '../vfs/walk.ts';

/** Where a relative path begins: the directory of a descriptor, or the working directory. */
export function baseOf(task: Task, fd: number, text: string): Path {
  if (text.startsWith('/')) return task.process.place.root;
  if (fd === AT.FDCWD) return task.process.place.cwd;
  return task.process.files.get(fd).path ?? fail(E.NOTDIR);
}

/** The place an *at call names; with AT_EMPTY_PATH and no text, the descriptor's own. */
export function pathAt(task: Task, fd: number, va: number, flags: number): Path {
  const text = stringIn(task.process.space, va);
  if (text === '' && flags & AT.EMPTY_PATH) {
    return fd === AT.FDCWD ? task.process.place.cwd : (task.process.files.get(fd).path ?? fail(E.BADF));
  }
  return resolve(viewOf(task), baseOf(task, fd, text), text, !(flags & AT.SYMLINK_NOFOLLOW));
}

export const parentAt = (task: Task, fd: number, va: number): { dir: Path; name: string; slash: boolean } => {
  const text = stringIn(task.process.space, va);
  return resolveParent(viewOf(task), baseOf(task, fd, text), text);
};

export function newAt(
  task: Task,
  fd: number,
  text: string,
  follow: boolean,
  limits = 0,
): ReturnType<typeof resolveNew> {
  if (limits === 0) return resolveNew(viewOf(task), baseOf(task, fd, text), text, follow);
  // What may not be left begins at the descriptor, whatever the path says.
  const base = baseOf(task, fd, limits & RESOLVE.IN_ROOT ? '' : text);
  return resolveNew({ ...viewOf(task), resolve: limits }, base, text, follow);
}

/** The number of a device from its parts, and back. */
export const makeDevice = (major: number, minor: number): number =>
  ((major & 0xfff) << 8) | (minor & 0xff) | ((minor & ~0xff) << 12);
export const majorOf = (device: number): number => (device >> 8) & 0xfff;
export const minorOf = (device: number): number => (device & 0xff) | ((device >> 12) & ~0xff);

/** What a structure is put together in before it is copied to a program, as words (all hosts are little-endian) and bytes. */
const words = new Uint32Array(64);
const STAT = new Uint8Array(words.buffer, 0, 128);
const STATX = new Uint8Array(words.buffer, 0, 256);

/** A 64-bit word, of which a number holds the whole; `at` counts 32-bit words. */
function putWord(at: number, value: number): void {
  words[at] = value;
  words[at + 1] = value < 2 ** 32 && value >= 0 ? 0 : Math.floor(Math.trunc(value) / 2 ** 32);
}

/** Milliseconds as seconds and nanoseconds. */
function putTime(at: number, ms: number): void {
  const seconds = Math.floor(ms / 1000);
  putWord(at, seconds);
  words[at + 2] = (ms - seconds * 1000) * 1e6;
}

/** struct stat of asm-generic; the bytes are good until the next one. */
export function statBytes(inode: Inode, user: UserNamespace): Uint8Array {
  inode.refresh();
  words.fill(0, 0, 32);
  words[0] = inode.fs.device;
  putWord(2, inode.ino);
  words[4] = inode.mode;
  words[5] = inode.nlink;
  words[6] = user.shownUid(inode.uid);
  words[7] = user.shownGid(inode.gid);
  words[8] = inode.rdev;
  putWord(12, inode.size);
  words[14] = 4096;
  putWord(16, inode.blocks);
  putTime(18, inode.atime);
  putTime(22, inode.mtime);
  putTime(26, inode.ctime);
  return STAT;
}

/** struct statx with the basic fields (STATX_BASIC_STATS); the bytes are good until the next one. */
export function statxBytes(inode: Inode, user: UserNamespace): Uint8Array {
  inode.refresh();
  words.fill(0);
  words[0] = 0x7ff;
  words[1] = 4096;
  words[4] = inode.nlink;
  words[5] = user.shownUid(inode.uid);
  words[6] = user.shownGid(inode.gid);
  words[7] = inode.mode;
  putWord(8, inode.ino);
  putWord(10, inode.size);
  putWord(12, inode.blocks);
  putTime(16, inode.atime);
  putTime(24, inode.ctime);
  putTime(28, inode.mtime);
  words[32] = majorOf(inode.rdev);
  words[33] = minorOf(inode.rdev);
  words[34] = majorOf(inode.fs.device);
  words[35] = minorOf(inode.fs.device);
  return STATX;
}
