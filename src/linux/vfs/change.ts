/** What changes the tree: making, removing, linking, renaming entries. The file systems do it, names are kept in step. */
import { E, fail } from '../errno.ts';
import { S } from '../uapi.ts';
import { type Birth, type Inode, isDirectory } from './inode.ts';
import { Dentry, type Path, pin } from './mount.ts';
import { IN, notifyEntry, notifyGone, notifyLinks, notifyMove } from './notify.ts';
import { type Credentials, child, demand, MAY, overrides } from './walk.ts';

/** Who may write to a directory, on a mount that may be written to. */
function demandWrite(dir: Path, who: Credentials): void {
  if (dir.mount.flags.readOnly) fail(E.ROFS);
  demand(dir.dentry.inode, who, MAY.write | MAY.exec);
}

function demandName(name: string): void {
  if (name === '' || name === '.' || name === '..') fail(E.EXIST);
  if (new TextEncoder().encode(name).length > 255) fail(E.NAMETOOLONG);
}

/** In a sticky directory only the owner of an entry or of the directory may take it away. */
function demandSticky(dir: Inode, inode: Inode, who: Credentials): void {
  if (dir.mode & S.ISVTX && !overrides(who, inode) && who.uid !== inode.uid && who.uid !== dir.uid) fail(E.PERM);
}

/** Files of a set-group-id directory have its group; directories have the bit as well. */
function inherited(dir: Inode, birth: Birth): Birth {
  if (!(dir.mode & S.ISGID)) return birth;
  return { ...birth, gid: dir.gid, mode: isDirectory(birth.mode) ? birth.mode | S.ISGID : birth.mode };
}

/** Makes a file, directory, device, pipe or socket. */
export function make(dir: Path, name: string, birth: Birth, who: Credentials): Path {
  demandName(name);
  if (child(dir.dentry, name)) fail(E.EXIST);
  return makeAbsent(dir, name, birth, who);
}

/** The same where it was looked for just now, and is not there. */
export function makeAbsent(dir: Path, name: string, birth: Birth, who: Credentials): Path {
  demandName(name);
  if (dir.dentry.gone) fail(E.NOENT);
  demandWrite(dir, who);
  const inode = dir.dentry.inode.create(name, inherited(dir.dentry.inode, birth));
  return entered(dir, name, inode);
}

function entered(dir: Path, name: string, inode: Inode): Path {
  const dentry = new Dentry(dir.dentry, name, inode);
  dir.dentry.children.set(name, dentry);
  notifyEntry(dir.dentry.inode, IN.CREATE, name, inode);
  return { mount: dir.mount, dentry };
}

export function makeSymlink(dir: Path, name: string, target: string, birth: Birth, who: Credentials): void {
  demandName(name);
  if (child(dir.dentry, name)) fail(E.EXIST);
  demandWrite(dir, who);
  entered(dir, name, dir.dentry.inode.symlink(name, target, inherited(dir.dentry.inode, birth)));
}

export function makeLink(dir: Path, name: string, from: Path, who: Credentials): void {
  demandName(name);
  if (child(dir.dentry, name)) fail(E.EXIST);
  if (from.mount !== dir.mount) fail(E.XDEV);
  if (isDirectory(from.dentry.inode.mode)) fail(E.PERM);
  demandWrite(dir, who);
  const { inode } = from.dentry;
  // What has lost its last name gets none again.
  if (inode.nlink === 0 && !inode.linkable) fail(E.NOENT);
  dir.dentry.inode.link(name, inode);
  inode.linkable = false;
  dir.dentry.children.delete(name);
  notifyLinks(inode);
  notifyEntry(dir.dentry.inode, IN.CREATE, name, inode);
}

/** unlink(2), or with `directory` rmdir(2). */
export function remove(dir: Path, name: string, directory: boolean, slash: boolean, who: Credentials): void {
  if (directory && name === '.') fail(E.INVAL);
  if (directory && name === '..') fail(E.NOTEMPTY);
  if (name === '') fail(E.BUSY);
  if (!directory && (name === '.' || name === '..')) fail(E.ISDIR);
  const dentry = child(dir.dentry, name) ?? fail(E.NOENT);
  demandWrite(dir, who);
  demandSticky(dir.dentry.inode, dentry.inode, who);
  if (directory && !isDirectory(dentry.inode.mode)) fail(E.NOTDIR);
  if (!directory && isDirectory(dentry.inode.mode)) fail(E.ISDIR);
  if (!directory && slash) fail(E.NOTDIR);
  if (dentry.mounts) fail(E.BUSY);
  if (directory) dir.dentry.inode.rmdir(name);
  else dir.dentry.inode.unlink(name);
  dentry.gone = true;
  dir.dentry.children.delete(name);
  if (!directory) notifyLinks(dentry.inode);
  notifyGone(dentry.inode);
  notifyEntry(dir.dentry.inode, IN.DELETE, name, dentry.inode);
}

const RENAME = { NOREPLACE: 1, EXCHANGE: 2 } as const;

/** renameat2(2). */
export function move(from: Path, name: string, to: Path, newName: string, flags: number, who: Credentials): void {
  if (flags & ~(RENAME.NOREPLACE | RENAME.EXCHANGE)) fail(E.INVAL);
  if ([name, newName].some((n) => n === '' || n === '.' || n === '..')) fail(E.BUSY);
  if (from.mount !== to.mount) fail(E.XDEV);
  const dentry = child(from.dentry, name) ?? fail(E.NOENT);
  const there = child(to.dentry, newName);
  demandWrite(from, who);
  demandWrite(to, who);
  demandSticky(from.dentry.inode, dentry.inode, who);
  if (there) demandSticky(to.dentry.inode, there.inode, who);
  for (let up: Dentry | null = to.dentry; up; up = up.parent) if (up === dentry) fail(E.INVAL);
  for (let up: Dentry | null = from.dentry; up; up = up.parent)
    if (up === there) fail(flags & RENAME.EXCHANGE ? E.INVAL : E.NOTEMPTY);
  if (flags & RENAME.NOREPLACE && there) fail(E.EXIST);
  if (dentry.mounts || there?.mounts) fail(E.BUSY);
  if (flags & RENAME.EXCHANGE) {
    if (!there) fail(E.NOENT);
    exchange(from, dentry, to, there);
    return;
  }
  if (there && there.inode === dentry.inode) return;
  if (there && isDirectory(there.inode.mode) && !isDirectory(dentry.inode.mode)) fail(E.ISDIR);
  if (there && !isDirectory(there.inode.mode) && isDirectory(dentry.inode.mode)) fail(E.NOTDIR);
  from.dentry.inode.rename(name, to.dentry.inode, newName);
  if (there) there.gone = true;
  from.dentry.children.delete(name);
  movePins(dentry, from.dentry, to.dentry);
  dentry.name = newName;
  dentry.parent = to.dentry;
  to.dentry.children.set(newName, dentry);
  notifyMove(from.dentry.inode, name, to.dentry.inode, newName, dentry.inode, there?.inode ?? null);
  if (there) notifyGone(there.inode);
}

/** A directory with mounts below it goes elsewhere. */
function movePins(dentry: Dentry, from: Dentry, to: Dentry): void {
  if (!dentry.pinned) return;
  pin(from, -dentry.pinned);
  pin(to, dentry.pinned);
}

/** Swaps two entries by way of a name that nobody has. */
function exchange(from: Path, a: Dentry, to: Path, b: Dentry): void {
  const aside = `.exchange-${a.inode.ino}-${b.inode.ino}`;
  const [aName, bName] = [a.name, b.name];
  from.dentry.inode.rename(aName, from.dentry.inode, aside);
  try {
    to.dentry.inode.rename(bName, from.dentry.inode, aName);
  } catch (e) {
    from.dentry.inode.rename(aside, from.dentry.inode, aName);
    throw e;
  }
  from.dentry.inode.rename(aside, to.dentry.inode, bName);
  movePins(a, from.dentry, to.dentry);
  movePins(b, to.dentry, from.dentry);
  b.name = aName;
  b.parent = from.dentry;
  a.name = bName;
  a.parent = to.dentry;
  from.dentry.children.set(aName, b);
  to.dentry.children.set(bName, a);
  notifyMove(from.dentry.inode, aName, to.dentry.inode, bName, a.inode, null);
  notifyMove(to.dentry.inode, bName, from.dentry.inode, aName, b.inode, null);
}
