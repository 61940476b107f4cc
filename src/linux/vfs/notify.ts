/** What happens to files, told to who watches them (inotify(7)); where nobody does, that costs one look at a number. */
import { type Inode, isDirectory, type Watcher } from './inode.ts';
import type { Dentry } from './mount.ts';

/** Events, and what a watch asks for besides. */
export const IN = {
  ACCESS: 1,
  MODIFY: 2,
  ATTRIB: 4,
  CLOSE_WRITE: 8,
  CLOSE_NOWRITE: 0x10,
  OPEN: 0x20,
  MOVED_FROM: 0x40,
  MOVED_TO: 0x80,
  CREATE: 0x100,
  DELETE: 0x200,
  DELETE_SELF: 0x400,
  MOVE_SELF: 0x800,
  ALL: 0xfff,
  UNMOUNT: 0x2000,
  Q_OVERFLOW: 0x4000,
  IGNORED: 0x8000,
  ONLYDIR: 0x0100_0000,
  DONT_FOLLOW: 0x0200_0000,
  EXCL_UNLINK: 0x0400_0000,
  MASK_CREATE: 0x1000_0000,
  MASK_ADD: 0x2000_0000,
  ISDIR: 0x4000_0000,
  ONESHOT: 0x8000_0000,
} as const;

/** Watches there are, of all kernels. */
let watches = 0;
let lastCookie = 0;

export function watch(inode: Inode, watcher: Watcher): void {
  inode.watchers ??= new Set();
  inode.watchers.add(watcher);
  inode.fs.watched.add(inode);
  watches++;
}

export function unwatch(inode: Inode, watcher: Watcher): void {
  if (!inode.watchers?.delete(watcher)) return;
  watches--;
  if (inode.watchers.size > 0) return;
  inode.watchers = null;
  inode.fs.watched.delete(inode);
}

function tell(inode: Inode, events: number, name: string, cookie: number, gone: boolean): void {
  if (inode.watchers) for (const watcher of [...inode.watchers]) watcher.tell(events, name, cookie, gone);
}

const kindOf = (inode: Inode): number => (isDirectory(inode.mode) ? IN.ISDIR : 0);

/** Something happened to a file, by the name it was opened under: its directory is told first. */
export function notify(dentry: Dentry, events: number): void {
  if (watches === 0) return;
  const { inode, parent } = dentry;
  const all = events | kindOf(inode);
  if (parent) tell(parent.inode, all, dentry.name, 0, dentry.gone);
  tell(inode, all, '', 0, false);
}

/** An entry of a directory came to be, or (`IN.DELETE`) is gone. */
export function notifyEntry(directory: Inode, events: number, name: string, inode: Inode): void {
  if (watches > 0) tell(directory, events | kindOf(inode), name, 0, false);
}

/** A file has a name more or less. */
export function notifyLinks(inode: Inode): void {
  if (watches > 0) tell(inode, IN.ATTRIB | kindOf(inode), '', 0, false);
}

/** An entry went from one directory to another; `over`: what was there. */
export function notifyMove(
  from: Inode,
  name: string,
  to: Inode,
  newName: string,
  inode: Inode,
  over: Inode | null,
): void {
  if (watches === 0) return;
  const cookie = ++lastCookie;
  const kind = kindOf(inode);
  tell(from, IN.MOVED_FROM | kind, name, cookie, false);
  tell(to, IN.MOVED_TO | kind, newName, cookie, false);
  if (over) tell(over, IN.ATTRIB | kindOf(over), '', 0, false);
  tell(inode, IN.MOVE_SELF, '', 0, false);
}

/** Its last name is gone, and nobody has it open: the watches end with it. */
export function notifyGone(inode: Inode): void {
  if (!inode.watchers || inode.openFiles > 0) return;
  inode.refresh();
  if (inode.nlink > 0) return;
  tell(inode, IN.DELETE_SELF, '', 0, false);
  if (inode.watchers) for (const watcher of [...inode.watchers]) watcher.end();
}
