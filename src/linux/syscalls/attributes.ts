/** Extended attributes (xattr(7)): of a path, of a link itself, of a descriptor. */
import { E, fail } from '../errno.ts';
import { copyIn, copyOut, encode, stringIn } from '../memory/user.ts';
import type { Task } from '../task/task.ts';
import { AT } from '../uapi.ts';
import { type Inode, isDirectory, isRegular } from '../vfs/inode.ts';
import type { Dentry } from '../vfs/mount.ts';
import { IN, notify } from '../vfs/notify.ts';
import { demand, MAY } from '../vfs/walk.ts';
import type { Call } from './call.ts';
import { pathAt } from './paths.ts';

const FLAG = { CREATE: 1, REPLACE: 2 } as const;
const NAME_MAX = 255;
const SIZE_MAX = 65_536;

interface Place {
  readonly inode: Inode;
  readonly dentry: Dentry | null;
  readonly readOnly: boolean;
}

/** How a call names its file. */
type Finder = (task: Task, where: number) => Place;

const byPath =
  (flags: number): Finder =>
  (task, va) => {
    const { mount, dentry } = pathAt(task, AT.FDCWD, va, flags);
    return { inode: dentry.inode, dentry, readOnly: mount.flags.readOnly };
  };
const byDescriptor: Finder = (task, fd) => {
  const { inode, path } = task.process.files.get(fd);
  return { inode, dentry: path?.dentry ?? null, readOnly: path?.mount.flags.readOnly ?? false };
};

/** The name of an attribute whose kind there is. */
function nameAt(task: Task, va: number): string {
  const name = stringIn(task.process.space, va);
  if (name === '' || encode(name).length > NAME_MAX) fail(E.RANGE);
  return /^(user|trusted|security)\../.test(name) ? name : fail(E.OPNOTSUPP);
}

/** Who may see or set it: trusted ones are the administrator's, a user's belong to files and directories only. */
function demandAccess(task: Task, { inode }: Place, name: string, want: number): void {
  const admin = task.credential.can('sys_admin');
  if (name.startsWith('trusted.') && !admin) fail(want === MAY.read ? E.NODATA : E.PERM);
  if (name.startsWith('security.') && want === MAY.write && !admin) fail(E.PERM);
  if (!name.startsWith('user.')) return;
  if (!isRegular(inode.mode) && !isDirectory(inode.mode)) fail(want === MAY.read ? E.NODATA : E.PERM);
  demand(inode, task.credential.forFiles, want);
}

/** Gives an answer to a buffer of `size` bytes; without room for any, how long it is. */
function answer(task: Task, value: Uint8Array, va: number, size: number): number {
  if (size === 0) return value.length;
  if (value.length > size) fail(E.RANGE);
  copyOut(task.process.space, va, value);
  return value.length;
}

const set =
  (find: Finder): Call =>
  (_k, t, where, nameVa, valueVa, size, flags) => {
    if (flags & ~(FLAG.CREATE | FLAG.REPLACE)) fail(E.INVAL);
    const name = nameAt(t, nameVa);
    if (size < 0 || size > SIZE_MAX) fail(E.TOOBIG);
    const value = copyIn(t.process.space, valueVa, size);
    const place = find(t, where);
    if (place.readOnly) fail(E.ROFS);
    demandAccess(t, place, name, MAY.write);
    const there = place.inode.attribute(name) !== null;
    if (flags & FLAG.CREATE && there) fail(E.EXIST);
    if (flags & FLAG.REPLACE && !there) fail(E.NODATA);
    place.inode.setAttribute(name, value);
    if (place.dentry) notify(place.dentry, IN.ATTRIB);
    return 0;
  };

const get =
  (find: Finder): Call =>
  (_k, t, where, nameVa, valueVa, size) => {
    const name = nameAt(t, nameVa);
    const place = find(t, where);
    demandAccess(t, place, name, MAY.read);
    return answer(t, place.inode.attribute(name) ?? fail(E.NODATA), valueVa, size);
  };

const list =
  (find: Finder): Call =>
  (_k, t, where, va, size) => {
    const admin = t.credential.can('sys_admin');
    const names = find(t, where)
      .inode.attributes()
      .filter((name) => admin || !name.startsWith('trusted.'));
    return answer(t, encode(names.map((name) => `${name}\0`).join('')), va, size);
  };

const remove =
  (find: Finder): Call =>
  (_k, t, where, nameVa) => {
    const name = nameAt(t, nameVa);
    const place = find(t, where);
    if (place.readOnly) fail(E.ROFS);
    demandAccess(t, place, name, MAY.write);
    if (place.inode.attribute(name) === null) fail(E.NODATA);
    place.inode.setAttribute(name, null);
    if (place.dentry) notify(place.dentry, IN.ATTRIB);
    return 0;
  };

const [followed, itself] = [byPath(0), byPath(AT.SYMLINK_NOFOLLOW)];

export const setxattr = set(followed);
export const lsetxattr = set(itself);
export const fsetxattr = set(byDescriptor);
export const getxattr = get(followed);
export const lgetxattr = get(itself);
export const fgetxattr = get(byDescriptor);
export const listxattr = list(followed);
export const llistxattr = list(itself);
export const flistxattr = list(byDescriptor);
export const removexattr = remove(followed);
export const lremovexattr = remove(itself);
export const fremovexattr = remove(byDescriptor);
