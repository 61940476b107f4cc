/** Trees of files as archives and back: what a container changed as a layer, all it sees as a root file system. */
import { OPAQUE, WHITEOUT } from '../../image/oci/layer.ts';
import type { Source } from '../../image/source.ts';
import type { TarType } from '../../image/tar-format.ts';
import type { NewEntry } from '../../image/tar-write.ts';
import { majorOf, minorOf } from '../../linux/syscalls/paths.ts';
import { S } from '../../linux/uapi.ts';
import type { FileSystem, Inode } from '../../linux/vfs/inode.ts';
import { isDirectory, isRegular, isSymlink } from '../../linux/vfs/inode.ts';
import { OverlayFs } from '../../linux/vfs/overlay.ts';
import { isOpaque, isWhiteout, OWN_ATTRIBUTES } from '../../linux/vfs/overlay-layer.ts';
import { readFile } from '../../linux/vfs/pages.ts';
import { Tmpfs } from '../../linux/vfs/tmpfs.ts';
import { tarTypeOf } from './tar-modes.ts';

/** A file's bytes, as programs see them. */
export const fileSource = (inode: Inode): Source => ({
  size: inode.size,
  read: (position, into) => readFile(inode, position, into),
});

function entryOf(inode: Inode, name: string, type: TarType, link: string): NewEntry {
  const { mode, uid, gid, mtime, rdev } = inode;
  const attributes = inode.attributes().filter((key) => !key.startsWith(OWN_ATTRIBUTES));
  return {
    name,
    type,
    mode: mode & 0o7777,
    uid,
    gid,
    mtime: Math.floor(mtime),
    link,
    device: type === 'character' || type === 'block' ? [majorOf(rdev), minorOf(rdev)] : [0, 0],
    xattrs: new Map(attributes.map((key) => [key, inode.attribute(key)!])),
    ...(type === 'file' && { content: fileSource(inode) }),
  };
}

const MARK = { uid: 0, gid: 0, mtime: 0, link: '', device: [0, 0], xattrs: new Map(), mode: 0, type: 'file' } as const;

/**
 * A tree as members of an archive, names in order; whiteouts and opaque directories as layers write them. `within`:
 * the name its own directory has in the archive. Sockets have no place in one.
 */
export function* treeEntries(root: Inode, within = ''): Generator<NewEntry> {
  const seen = new Map<Inode, string>();
  yield* visit(root, within);

  function* visit(inode: Inode, path: string): Generator<NewEntry> {
    inode.refresh();
    const type = tarTypeOf(inode.mode);
    if (!type) return;
    if (type === 'directory') {
      if (path) yield entryOf(inode, `${path}/`, type, '');
      const prefix = path ? `${path}/` : '';
      if (isOpaque(inode)) yield { ...MARK, name: `${prefix}${OPAQUE}` };
      const names = inode.entries().map(({ name }) => name);
      for (const name of names.sort((a, b) => (a < b ? -1 : 1))) {
        const child = inode.lookup(name);
        if (!child) continue;
        if (isWhiteout(child)) yield { ...MARK, name: `${prefix}${WHITEOUT}${name}` };
        else yield* visit(child, `${prefix}${name}`);
      }
      return;
    }
    // Names of one file of a lower layer are inodes of their own in a union, and one there.
    const first = seen.get(inode.data);
    if (first !== undefined) {
      yield entryOf(inode, path, 'hardlink', first);
      return;
    }
    if (inode.nlink > 1) seen.set(inode.data, path);
    yield entryOf(inode, path, type, type === 'symlink' ? inode.readlink() : '');
  }
}

const CHUNK = 65_536;

/** Copies a tree with its marks into an empty directory: what a stopped container changed, from its layer. */
export function copyTree(from: Inode, to: Inode, now: () => number): void {
  const copied = new Map<Inode, Inode>();
  const finish = (source: Inode, made: Inode): void => {
    for (const key of source.attributes()) made.setAttribute(key, source.attribute(key));
    const { mode, uid, gid, atime, mtime } = source;
    made.change({ mode: mode & 0o7777, uid, gid, atime, mtime }, now());
  };
  const visit = (source: Inode, into: Inode): void => {
    for (const { name } of source.entries()) {
      const child = source.lookup(name)!;
      const known = copied.get(child);
      if (known) {
        into.link(name, known);
        continue;
      }
      const made = isSymlink(child.mode) ? into.symlink(name, child.readlink(), child) : into.create(name, child);
      if (child.nlink > 1 && !isDirectory(child.mode)) copied.set(child, made);
      if (isDirectory(child.mode)) visit(child, made);
      if (isRegular(child.mode)) {
        for (let at = 0; at < child.size; at += CHUNK) {
          const bytes = new Uint8Array(Math.min(CHUNK, child.size - at));
          readFile(child, at, bytes);
          made.write(at, bytes);
        }
      }
      finish(child, made);
    }
  };
  visit(from, to);
  finish(from, to);
}

export interface Change {
  /** Added, changed, deleted: as `docker diff` shows them. */
  readonly kind: 'A' | 'C' | 'D';
  readonly path: string;
}

/** What a container changed: its upper layer against the lower ones. */
export function* changesOf(upper: Inode, lowers: readonly FileSystem[]): Generator<Change> {
  const below = lowers.length
    ? new OverlayFs({ lower: lowers.map(({ root }) => root), upper: null, now: () => 0 }).root
    : null;
  yield* visit(upper, below, '');

  function* visit(inode: Inode, lower: Inode | null, path: string): Generator<Change> {
    const names = inode.entries().map(({ name }) => name);
    for (const name of names.sort((a, b) => (a < b ? -1 : 1))) {
      const child = inode.lookup(name)!;
      const there = lower && isDirectory(lower.mode) ? lower.lookup(name) : null;
      const at = `${path}/${name}`;
      if (isWhiteout(child)) {
        if (there) yield { kind: 'D', path: at };
        continue;
      }
      yield { kind: there ? 'C' : 'A', path: at };
      if (isDirectory(child.mode)) yield* visit(child, isOpaque(child) ? null : there, at);
    }
  }
}

export interface Root {
  readonly fs: OverlayFs;
  /** What the container changes, and nothing else: its size, its diff, its commit. */
  readonly upper: Inode;
  /** Where the upper layer lies; `used` says how many bytes it takes. */
  readonly storage: Tmpfs;
}

/** A root of these layers, the topmost first, and of a new upper layer in memory; `before`: what the upper one held. */
export function makeRoot(
  layers: readonly FileSystem[],
  options: ConstructorParameters<typeof Tmpfs>[0],
  before: FileSystem | null = null,
): Root {
  const storage = new Tmpfs(options);
  const own = { uid: 0, gid: 0, mode: S.IFDIR | 0o755 };
  const upper = storage.root.create('upper', own);
  const work = storage.root.create('work', own);
  // The root is as the layers have it.
  const top = before?.root ?? layers[0]?.root;
  if (before) copyTree(before.root, upper, options.now);
  else if (top) upper.change({ mode: top.mode & 0o7777, uid: top.uid, gid: top.gid, mtime: top.mtime }, options.now());
  const lower = layers.length ? layers.map(({ root }) => root) : [new Tmpfs(options).root];
  return { fs: new OverlayFs({ lower, upper: { root: upper, work }, now: options.now }), upper, storage };
}
