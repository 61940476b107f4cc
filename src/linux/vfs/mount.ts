/** Names and mounts: directory entries, file systems mounted on them, namespaces of mounts. */
import type { FileSystem, Inode } from './inode.ts';

/** A name in a directory, and what it names; a path's identity. */
export class Dentry {
  parent: Dentry | null;
  name: string;
  inode: Inode;
  readonly children = new Map<string, Dentry>();
  /** How many mounts stand on it, in all namespaces. */
  mounts = 0;
  /** The same, on it and below: while there are any, its name keeps meaning it. */
  pinned = 0;
  /** Removed: getcwd says so. */
  gone = false;

  constructor(parent: Dentry | null, name: string, inode: Inode) {
    this.parent = parent;
    this.name = name;
    this.inode = inode;
  }
}

export interface MountFlags {
  readOnly: boolean;
  noexec: boolean;
  nosuid: boolean;
  nodev: boolean;
}

export const PLAIN: MountFlags = { readOnly: false, noexec: false, nosuid: false, nodev: false };

let lastMount = 0;

export class Mount {
  readonly id: number = ++lastMount;
  readonly fs: FileSystem;
  readonly root: Dentry;
  parent: Mount | null;
  point: Dentry | null;
  /** What stands on this one, by the entry it stands on; the last mounted hides the others. */
  readonly children = new Map<Dentry, Mount[]>();
  readonly source: string;
  flags: MountFlags;
  /** Flags that stay set, since a stronger user namespace set them. */
  locked: Readonly<MountFlags> | null = null;
  /** It stays where it is, as what it hides is not to be seen. */
  fixed = false;

  constructor(fs: FileSystem, root: Dentry, source: string, flags: MountFlags) {
    this.fs = fs;
    this.root = root;
    this.parent = null;
    this.point = null;
    this.source = source;
    this.flags = flags;
    fs.hold();
  }

  /** It goes on in a weaker user namespace. */
  lock(): void {
    this.locked = { ...this.flags };
    this.fixed = true;
  }

  /** Whether flags leave set what is locked. */
  permits(flags: MountFlags): boolean {
    const { locked } = this;
    return !locked || (Object.keys(flags) as (keyof MountFlags)[]).every((key) => flags[key] || !locked[key]);
  }
}

/** Makes a file system for mount(2). */
export type FileSystemType<K, T> = (request: {
  readonly kernel: K;
  readonly task: T;
  readonly source: string;
  readonly data: string;
}) => FileSystem;

/** A place in the tree of files: which mount, and which entry of it. */
export interface Path {
  readonly mount: Mount;
  readonly dentry: Dentry;
}

/** Roots of file systems have one entry, whoever mounts them. */
const roots = new WeakMap<FileSystem, Dentry>();

export function rootDentry(fs: FileSystem): Dentry {
  let dentry = roots.get(fs);
  if (!dentry) {
    dentry = new Dentry(null, '', fs.root);
    roots.set(fs, dentry);
  }
  return dentry;
}

/** Puts a mount onto a place. */
export function attach(mount: Mount, at: Path): void {
  mount.parent = at.mount;
  mount.point = at.dentry;
  const stack = at.mount.children.get(at.dentry);
  if (stack) stack.push(mount);
  else at.mount.children.set(at.dentry, [mount]);
  at.dentry.mounts++;
  pin(at.dentry, 1);
}

/** Books mounts that stand at a place or below it. */
export function pin(at: Dentry, change: number): void {
  for (let dentry: Dentry | null = at; dentry; dentry = dentry.parent) dentry.pinned += change;
}

export function detach(mount: Mount): void {
  const { parent, point } = mount;
  if (!parent || !point) return;
  const stack = parent.children.get(point)!.filter((m) => m !== mount);
  if (stack.length) parent.children.set(point, stack);
  else parent.children.delete(point);
  point.mounts--;
  pin(point, -1);
  mount.parent = null;
}

/** The mount on a place, if there is one. */
export const mountedOn = (at: Path): Mount | undefined =>
  at.dentry.mounts ? at.mount.children.get(at.dentry)?.at(-1) : undefined;

/** Goes up onto whatever is mounted on a place. */
export function crossDown(at: Path): Path {
  let path = at;
  for (let top = mountedOn(path); top; top = mountedOn(path)) path = { mount: top, dentry: top.root };
  return path;
}

/** Goes from the root of a mount to the place it stands on. */
export function crossUp(at: Path): Path {
  let path = at;
  while (path.dentry === path.mount.root && path.mount.parent)
    path = { mount: path.mount.parent, dentry: path.mount.point! };
  return path;
}

/** A copy of a mount and of all that stands below it. `moved` collects where each of them went. */
export function cloneTree(mount: Mount, moved: Map<Mount, Mount>): Mount {
  const copy = new Mount(mount.fs, mount.root, mount.source, { ...mount.flags });
  copy.locked = mount.locked;
  copy.fixed = mount.fixed;
  moved.set(mount, copy);
  for (const [dentry, stack] of mount.children)
    for (const child of stack) attach(cloneTree(child, moved), { mount: copy, dentry });
  return copy;
}

/** Lets go of a tree of mounts, so that the entries they stand on can be removed. */
export function dropTree(mount: Mount): void {
  for (const stack of [...mount.children.values()]) for (const child of [...stack]) dropTree(child);
  detach(mount);
  mount.fs.release();
}

/** All mounts of a tree, parents first. */
export function mountsOf(mount: Mount): Mount[] {
  return [mount, ...[...mount.children.values()].flat().flatMap(mountsOf)];
}

/** The absolute name of a place as seen from a root; null: it can't be reached from there. */
export function nameOf(at: Path, root: Path): string | null {
  const names: string[] = [];
  let path = at;
  let gone = false;
  for (;;) {
    if (path.mount === root.mount && path.dentry === root.dentry) break;
    if (path.dentry === path.mount.root) {
      if (!path.mount.parent) return null;
      path = { mount: path.mount.parent, dentry: path.mount.point! };
      continue;
    }
    // A pipe or a socket: its name stands in no directory.
    if (!path.dentry.parent) return path.dentry.name;
    if (path.dentry.gone) gone = true;
    names.push(path.dentry.name);
    path = { mount: path.mount, dentry: path.dentry.parent };
  }
  return `/${names.reverse().join('/')}${gone ? ' (deleted)' : ''}`;
}
