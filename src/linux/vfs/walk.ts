/** From a path's text to a place: components, `..`, mounts, symbolic links, permissions (path_resolution(7)). */
import { E, fail } from '../errno.ts';
import { type Inode, isDirectory, isSymlink } from './inode.ts';
import { crossDown, crossUp, Dentry, type Path } from './mount.ts';

/** Who asks. Capabilities as bits of a number below 2^41. */
export interface Credentials {
  readonly uid: number;
  readonly gid: number;
  readonly groups: readonly number[];
  /** CAP_DAC_OVERRIDE, over files whose ids have names in `user`. */
  readonly override: boolean;
  readonly user?: { maps(uid: number, gid: number): boolean };
}

/** Root, whom no mode binds. */
export const SUPERUSER: Credentials = { uid: 0, gid: 0, groups: [], override: true };

/** Whether modes do not bind `who` at a file. */
export const overrides = ({ override, user }: Credentials, { uid, gid }: Inode): boolean =>
  override && (user === undefined || user.maps(uid, gid));

export interface Viewpoint {
  readonly root: Path;
  readonly cwd: Path;
  readonly who: Credentials;
  /** `RESOLVE` bits: where the way may not lead (openat2(2)). */
  readonly resolve?: number;
}

export const RESOLVE = {
  NO_XDEV: 1,
  NO_MAGICLINKS: 2,
  NO_SYMLINKS: 4,
  BENEATH: 8,
  IN_ROOT: 0x10,
  CACHED: 0x20,
} as const;
const SCOPED = RESOLVE.BENEATH | RESOLVE.IN_ROOT;

/** Links followed in one resolution (MAXSYMLINKS). */
const LINKS = 40;

export const MAY = { exec: 1, write: 2, read: 4 } as const;

/** Whether the file's mode lets `who` do this (`MAY` bits). */
export function mayAccess(inode: Inode, who: Credentials, want: number): boolean {
  if (overrides(who, inode)) return !(want & MAY.exec) || isDirectory(inode.mode) || (inode.mode & 0o111) !== 0;
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

const SLASH = 47;
const DOT = 46;

/** Whether a component that means something follows: slashes and single dots do not. */
function goesOn(text: string, from: number): boolean {
  for (let at = from; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === SLASH) continue;
    if (code !== DOT) return true;
    const next = text.charCodeAt(at + 1);
    if (next !== SLASH && at + 1 < text.length) return true;
  }
  return false;
}

/** Where a path led; `slash`: it ended in one. */
interface Found {
  readonly at: Path;
  /** The name that does not exist there. */
  readonly last: string | null;
  readonly slash: boolean;
}

class Walk {
  private readonly view: Viewpoint;
  private readonly limits: number;
  /** Where it began, if it may not leave that. */
  private readonly scope: Path;
  private links = 0;

  constructor(view: Viewpoint, base: Path) {
    this.view = view;
    this.limits = view.resolve ?? 0;
    this.scope = this.limits & SCOPED ? base : view.root;
  }

  /** Where an absolute path, or link, begins. */
  private top(at: Path): Path {
    if (this.limits & RESOLVE.BENEATH) fail(E.XDEV);
    const { scope } = this;
    if (this.links > 0) this.demandSameMount(at, scope);
    return scope;
  }

  private demandSameMount(at: Path, next: Path): void {
    if (this.limits & RESOLVE.NO_XDEV && at.mount !== next.mount) fail(E.XDEV);
  }

  /** Goes along a path; where its last component does not exist, `last` is its name. */
  go(base: Path, text: string, followLast: boolean): Found {
    const { length } = text;
    if (length >= 4096) fail(E.NAMETOOLONG);
    let at = text.charCodeAt(0) === SLASH ? this.top(base) : base;
    let slash = false;
    let any = false;
    for (let from = 0; from < length; ) {
      if (text.charCodeAt(from) === SLASH) {
        from++;
        slash = true;
        continue;
      }
      let to = text.indexOf('/', from);
      if (to < 0) to = length;
      const name = to - from === length ? text : text.slice(from, to);
      from = to;
      while (from < length && text.charCodeAt(from) === SLASH) from++;
      const isLast = !goesOn(text, from);
      slash = to < length || name === '.';
      if (name === '.') continue;
      any = true;
      const { inode } = at.dentry;
      if (!isDirectory(inode.mode)) fail(E.NOTDIR);
      demand(inode, this.view.who, MAY.exec);
      if (name === '..') {
        at = this.up(at);
        continue;
      }
      if (name.length > 255) fail(E.NAMETOOLONG);
      const dentry = child(at.dentry, name);
      if (!dentry) {
        if (!isLast) fail(E.NOENT);
        return { at, last: name, slash: to < length };
      }
      const next = crossDown({ mount: at.mount, dentry });
      if (this.limits) this.demandSameMount(at, next);
      if (isSymlink(next.dentry.inode.mode) && (!isLast || followLast || to < length)) {
        const target = this.follow(next.dentry.inode);
        if ('dentry' in target) {
          this.demandSameMount(at, target);
          at = target;
        } else {
          const there = this.go(at, target.text, true);
          if (there.last !== null) {
            if (!isLast) fail(E.NOENT);
            return { ...there, slash: to < length || there.slash };
          }
          at = there.at;
        }
      } else at = next;
    }
    if (slash && any && !isDirectory(at.dentry.inode.mode)) fail(E.NOTDIR);
    return { at, last: null, slash };
  }

  private up(at: Path): Path {
    const { scope: root } = this;
    if (at.mount === root.mount && at.dentry === root.dentry) return this.limits & RESOLVE.BENEATH ? fail(E.XDEV) : at;
    const from = crossUp(at);
    if (from.mount === root.mount && from.dentry === root.dentry) return from;
    const up = crossDown({ mount: from.mount, dentry: from.dentry.parent ?? from.dentry });
    if (this.limits) this.demandSameMount(at, up);
    return up;
  }

  private follow(inode: Inode): Path | { text: string } {
    if (++this.links > LINKS || this.limits & RESOLVE.NO_SYMLINKS) fail(E.LOOP);
    if (isMagicLink(inode)) {
      if (this.limits & RESOLVE.NO_MAGICLINKS) fail(E.LOOP);
      if (this.limits & SCOPED) fail(E.XDEV);
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
  const { at, last } = new Walk(view, base).go(base, text, follow);
  if (last !== null) fail(E.NOENT);
  return at;
}

/** The same, or the directory and the name it would have (links at the end followed if `follow`). */
export function resolveNew(view: Viewpoint, base: Path, text: string, follow: boolean): Found {
  if (text === '') fail(E.NOENT);
  return new Walk(view, base).go(base, text, follow);
}

/** The directory and last component of a path that is to be made, removed or renamed; the component is not followed. */
export function resolveParent(view: Viewpoint, base: Path, text: string): { dir: Path; name: string; slash: boolean } {
  if (text === '') fail(E.NOENT);
  let end = text.length;
  while (end > 0 && text.charCodeAt(end - 1) === SLASH) end--;
  const cut = text.lastIndexOf('/', end - 1);
  const name = text.slice(cut + 1, end);
  // Nothing but slashes: the root, and no name in it.
  const before = end === 0 ? '/' : text.slice(0, cut + 1);
  const dir = before === '' ? base : resolve(view, base, before);
  if (!isDirectory(dir.dentry.inode.mode)) fail(E.NOTDIR);
  demand(dir.dentry.inode, view.who, MAY.exec);
  return { dir, name, slash: end < text.length };
}
