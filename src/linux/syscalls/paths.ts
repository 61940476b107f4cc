/** What calls on names have in common: where a path begins, what stat shows. */
import { secondsOf } from '../clock.ts';
import { E, fail } from '../errno.ts';
import { stringIn } from '../memory/user.ts';
import { viewOf } from '../task/exec.ts';
import type { Task } from '../task/task.ts';
import { AT } from '../uapi.ts';
import type { Inode } from '../vfs/inode.ts';
import type { Path } from '../vfs/mount.ts';
import { resolve, resolveNew, resolveParent } from '../vfs/walk.ts';

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

export const newAt = (task: Task, fd: number, text: string, follow: boolean): ReturnType<typeof resolveNew> =>
  resolveNew(viewOf(task), baseOf(task, fd, text), text, follow);

/** The number of a device from its parts, and back. */
export const makeDevice = (major: number, minor: number): number =>
  ((major & 0xfff) << 8) | (minor & 0xff) | ((minor & ~0xff) << 12);
export const majorOf = (device: number): number => (device >> 8) & 0xfff;
export const minorOf = (device: number): number => (device & 0xff) | ((device >> 12) & ~0xff);

/** A 64-bit word, of which a number holds the whole. */
function putWord(view: DataView, at: number, value: number): void {
  const whole = Math.trunc(value);
  view.setUint32(at, whole, true);
  view.setUint32(at + 4, Math.floor(whole / 2 ** 32), true);
}

/** struct stat of asm-generic. */
export function statBytes(inode: Inode): Uint8Array {
  inode.refresh();
  const view = new DataView(new ArrayBuffer(128));
  putWord(view, 0, inode.fs.device);
  putWord(view, 8, inode.ino);
  view.setUint32(16, inode.mode, true);
  view.setUint32(20, inode.nlink, true);
  view.setUint32(24, inode.uid, true);
  view.setUint32(28, inode.gid, true);
  putWord(view, 32, inode.rdev);
  putWord(view, 48, inode.size);
  view.setInt32(56, 4096, true);
  putWord(view, 64, inode.blocks);
  const time = (at: number, ms: number): void => {
    const [seconds, rest] = secondsOf(ms);
    putWord(view, at, seconds);
    view.setUint32(at + 8, rest, true);
  };
  time(72, inode.atime);
  time(88, inode.mtime);
  time(104, inode.ctime);
  return new Uint8Array(view.buffer);
}

/** struct statx with the basic fields (STATX_BASIC_STATS). */
export function statxBytes(inode: Inode): Uint8Array {
  inode.refresh();
  const view = new DataView(new ArrayBuffer(256));
  view.setUint32(0, 0x7ff, true);
  view.setUint32(4, 4096, true);
  view.setUint32(16, inode.nlink, true);
  view.setUint32(20, inode.uid, true);
  view.setUint32(24, inode.gid, true);
  view.setUint16(28, inode.mode, true);
  putWord(view, 32, inode.ino);
  putWord(view, 40, inode.size);
  putWord(view, 48, inode.blocks);
  const time = (at: number, ms: number): void => {
    const [seconds, rest] = secondsOf(ms);
    putWord(view, at, seconds);
    view.setUint32(at + 8, rest, true);
  };
  time(64, inode.atime);
  time(96, inode.ctime);
  time(112, inode.mtime);
  view.setUint32(128, majorOf(inode.rdev), true);
  view.setUint32(132, minorOf(inode.rdev), true);
  view.setUint32(136, majorOf(inode.fs.device), true);
  view.setUint32(140, minorOf(inode.fs.device), true);
  return new Uint8Array(view.buffer);
}
