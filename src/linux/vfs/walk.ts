/** From a path's text to a place: components, `..`, mounts, symbolic links, permissions (path_resolution(7)). */
import { E, fail } from '../errno.ts';
import { type Inode, isDirectory, isSymlink } from './inode.ts';
import { crossDown, crossUp, Dentry, type Path } from './mount.ts';

/** Who asks. Capabilities as bits of a number below 2^41. */
export interface Credentials {
  uid: number;
  gid: number;
  readonly groups: readonly number[];
  /** CAP_DAC_OVERRIDE. */
  readonly override: boolean;
}

export interface Viewpoint {
  readonly root: Path;
  readonly cwd: Path;
  readonly who: Credentials;
}

/** Links followed in one resolution (MAXSYMLINKS). */
const LINKS = 40;

export const MAY = { exec: 1, write: 2, read: 4 } as const;

/** Whether the file's mode lets `who` do this (`MAY` bits). */
export function mayAccess(inode: Inode, who: Credentials, want: number): boolean {
  if (who.override) return !(want & MAY.exec) || isDirectory(inode.mode) || (inode.mode & 0o111) !== 0;
  let bits = inode.mode & 7;
  if (who.uid === inode.uid) bits = (inode.mode >> 6) & 7;
  else if (who.gid === inode.gid || who.groups.includes(inode.gid)) bits = (inode.mode >> 3) & 7;
  return (bits & want) === want;
}

export function demand(inode: Inode, who: Credentials, want: number): void {
  if (!mayAccess(inode, who, want)) fail(E.ACCES);
}

/** A symbolic link that leads to a place, not to a name: /proc/pid/exe, cwd, root, fd/N. */
export interface MagicLink {
  follow(): Path | null;
}

export const isMagicLink = (inode: Inode): inode is Inode & MagicLink => 'follow' in inode;

/** The entry `name` of a directory, or null. */
export function child(dir: Dentry, name: string): Dentry | null {
  const known = dir.children.get(name);
  if (known && (known.pinned || !dir.inode.volatile)) return known;
  const inode = dir.inode.lookup(name);
  if (!inode) {
    if (known && !known.mounts) dir.children.delete(name);
    return null;
  }
  if (known && known.inode === inode) return known;
  const dentry = new Dentry(dir, name, inode);
  dir.children.set(name, dentry);
  return dentry;
}

class Walk {
  private readonly view: Viewpoint;
  private links = 0;

  constructor(view: Viewpoint) {
    this.view = view;
  }

  /** Goes along a path; where its last component does not exist, `last` is its name. */
  go(base: Path, text: string, followLast: boolean): { at: Path; last: string | null; slash: boolean } {
    if (text.length >= 4096) fail(E.NAMETOOLONG);
    let at = text.startsWith('/') ? this.view.root : base;
    const parts = text.split('/').filter((p) => p !== '' && p !== '.');
    const slash = text.endsWith('/') || text.endsWith('/.') || text === '.';
    for (let i = 0; i < parts.length; i++) {
      const name = parts[i]!;
      const isLast = i === parts.length - 1;
      if (!isDirectory(at.dentry.inode.mode)) fail(E.NOTDIR);
      demand(at.dentry.inode, this.view.who, MAY.exec);
      if (name === '..') {
        at = this.up(at);
        continue;
      }
      if (name.length > 255) fail(E.NAMETOOLONG);
      const dentry = child(at.dentry, name);
      if (!dentry) {
        if (!isLast) fail(E.NOENT);
        return { at, last: name, slash };
      }
      const next = crossDown({ mount: at.mount, dentry });
      if (isSymlink(next.dentry.inode.mode) && (!isLast || followLast || slash)) {
        const target = this.follow(next.dentry.inode);
        if ('dentry' in target) at = target;
        else {
          const there = this.go(at, target.text, true);
          if (there.last !== null) {
            if (!isLast) fail(E.NOENT);
            return { ...there, slash: slash || there.slash };
          }
          at = there.at;
        }
      } else at = next;
    }
    if (slash && !isDirectory(at.dentry.inode.mode) && !(parts.length === 0)) fail(E.NOTDIR);
    return { at, last: null, slash };
  }

  private up(at: Path): Path {
    const { root } = this.view;
    if (at.mount === root.mount && at.dentry === root.dentry) return at;
    const from = crossUp(at);
    if (from.mount === root.mount && from.dentry === root.dentry) return from;
    return crossDown({ mount: from.mount, dentry: from.dentry.parent ?? from.dentry });
  }

  private follow(inode: Inode): Path | { text: string } {
    if (++this.links > LINKS) fail(E.LOOP);
    if (isMagicLink(inode)) {
      const path = inode.follow();
      if (path) return path;
    }
    const text = inode.readlink();
    if (text === '') fail(E.NOENT);
    return { text };
  }
}

/** The place a path names; fails with ENOENT where there is nothing. */
export function resolve(view: Viewpoint, base: Path, text: string, follow = true): Path {
  if (text === '') fail(E.NOENT);
  const { at, last } = new Walk(view).go(base, text, follow);
  if (last !== null) fail(E.NOENT);
  return at;
}

/** The same, or the directory and the name it would have (links at the end followed if `follow`). */
export function resolveNew(
  view: Viewpoint,
  base: Path,
  text: string,
  follow: boolean,
): { at: Path; last: string | null; slash: boolean } {
  if (text === '') fail(E.NOENT);
  return new Walk(view).go(base, text, follow);
}

/** The directory and last component of a path that is to be made, removed or renamed; the component is not followed. */
export function resolveParent(view: Viewpoint, base: Path, text: string): { dir: Path; name: string; slash: boolean } {
  if (text === '') fail(E.NOENT);
  const trimmed = text.replace(/\/+$/, '');
  const cut = trimmed.lastIndexOf('/');
  const name = trimmed.slice(cut + 1);
  const before = cut < 0 ? '.' : trimmed.slice(0, cut + 1);
  const dir = resolve(view, base, trimmed === '' ? '/' : before);
  if (!isDirectory(dir.dentry.inode.mode)) fail(E.NOTDIR);
  demand(dir.dentry.inode, view.who, MAY.exec);
  return { dir, name, slash: trimmed.length < text.length };
}
