/** A layer as a read-only file system: an index of its archive; bytes are read from where they lie, so nothing is unpacked. */

import type { LayerChange } from '../../image/oci/layer.ts';
import type { Source } from '../../image/source.ts';
import { readEntry } from '../../image/tar.ts';
import type { TarEntry } from '../../image/tar-format.ts';
import { E, fail } from '../../linux/errno.ts';
import { makeDevice } from '../../linux/syscalls/paths.ts';
import { S } from '../../linux/uapi.ts';
import { type DirectoryEntry, FileSystem, Inode, isDirectory, type Usage } from '../../linux/vfs/inode.ts';
import { OPAQUE_ATTRIBUTE, YES } from '../../linux/vfs/overlay-layer.ts';
import { FORMATS } from './tar-modes.ts';

/** What a directory is that the archive has files in and does not mention, and what a whiteout is. */
const UNSAID = { uid: 0, gid: 0, mtime: 0, size: 0, link: '', device: [0, 0], xattrs: new Map(), extents: [] } as const;
const DIRECTORY: TarEntry = { ...UNSAID, name: '', type: 'directory', mode: 0o755 };
const GONE: TarEntry = { ...UNSAID, name: '', type: 'character', mode: 0 };

export class LayerFs extends FileSystem {
  readonly type = 'layer';
  readonly magic = 0x0075_7374;
  readonly root: LayerInode;
  readonly source: Source;
  private last = 0;

  /** `changes`: of `layerChanges`, which has checked them. */
  constructor(source: Source, changes: Iterable<LayerChange>) {
    super();
    this.source = source;
    this.root = new LayerInode(this, DIRECTORY);
    // What a layer itself has wins over what it says of lower ones, in whatever order.
    const gone: (readonly string[])[] = [];
    for (const change of changes) {
      const { kind, path } = change;
      if (kind === 'whiteout') gone.push(path);
      else if (kind === 'opaque') this.directory(path).opaque = true;
      else if (path.length === 0) this.root.take(kind === 'entry' ? change.entry : DIRECTORY);
      else {
        const parent = this.directory(path.slice(0, -1));
        const name = path.at(-1)!;
        if (kind === 'link') parent.put(name, this.find(change.target));
        else parent.add(name, change.entry);
      }
    }
    for (const path of gone) {
      const parent = this.directory(path.slice(0, -1));
      const there = parent.lookup(path.at(-1)!);
      if (!there) parent.put(path.at(-1)!, new LayerInode(this, GONE));
      else if (isDirectory(there.mode)) there.opaque = true;
    }
  }

  nextIno(): number {
    return ++this.last;
  }

  private directory(path: readonly string[]): LayerInode {
    let at = this.root;
    for (const name of path) at = at.lookup(name) ?? at.add(name, DIRECTORY);
    return at;
  }

  private find(path: readonly string[]): LayerInode {
    return path.reduce((at, name) => at.lookup(name) ?? fail(E.NOENT), this.root);
  }

  override usage(): Usage {
    return { total: this.source.size, free: 0 };
  }
}

export class LayerInode extends Inode {
  readonly fs: LayerFs;
  readonly ino: number;
  opaque = false;
  private entry: TarEntry;
  private readonly children: Map<string, LayerInode> | null;

  constructor(fs: LayerFs, entry: TarEntry) {
    super({ mode: 0, uid: 0, gid: 0 }, 0);
    this.fs = fs;
    this.ino = fs.nextIno();
    this.entry = entry;
    this.children = entry.type === 'directory' ? new Map() : null;
    this.nlink = this.children ? 2 : 0;
    this.take(entry);
  }

  /** Becomes what an entry says. */
  take(entry: TarEntry): void {
    const { type, mode, uid, gid, mtime, device } = entry;
    this.entry = entry;
    this.mode = FORMATS[type as keyof typeof FORMATS] | mode;
    this.rdev = type === 'character' || type === 'block' ? makeDevice(device[0], device[1]) : 0;
    Object.assign(this, { uid, gid, atime: mtime, mtime, ctime: mtime });
  }

  private names(): Map<string, LayerInode> {
    return this.children ?? fail(E.NOTDIR);
  }

  /** A new entry; a directory that comes again keeps what it has. */
  add(name: string, entry: TarEntry): LayerInode {
    const there = this.names().get(name);
    if (there?.children && entry.type === 'directory') {
      there.take(entry);
      return there;
    }
    const inode = new LayerInode(this.fs, entry);
    this.put(name, inode);
    return inode;
  }

  put(name: string, inode: LayerInode): void {
    const there = this.names().get(name);
    if (there) {
      if (there.children) this.nlink--;
      else there.nlink--;
    }
    this.names().set(name, inode);
    if (inode.children) this.nlink++;
    else inode.nlink++;
  }

  override get size(): number {
    if (this.children) return 4096;
    return this.entry.type === 'symlink' ? new TextEncoder().encode(this.entry.link).length : this.entry.size;
  }

  override lookup(name: string): LayerInode | null {
    return this.names().get(name) ?? null;
  }

  override entries(): DirectoryEntry[] {
    return Array.from(this.names(), ([name, inode]) => ({ name, ino: inode.ino, type: inode.mode & S.IFMT }));
  }

  override readlink(): string {
    return this.entry.type === 'symlink' ? this.entry.link : fail(E.INVAL);
  }

  override read(position: number, into: Uint8Array): number {
    if (this.children) fail(E.ISDIR);
    return readEntry(this.fs.source, this.entry, position, into);
  }

  override attribute(name: string): Uint8Array | null {
    if (name === OPAQUE_ATTRIBUTE) return this.opaque ? YES : null;
    return this.entry.xattrs.get(name) ?? null;
  }

  override attributes(): string[] {
    return [...this.entry.xattrs.keys(), ...(this.opaque ? [OPAQUE_ATTRIBUTE] : [])];
  }

  override setAttribute(): void {
    fail(E.ROFS);
  }

  override change(): void {
    fail(E.ROFS);
  }

  override create(): never {
    return fail(E.ROFS);
  }

  override symlink(): never {
    return fail(E.ROFS);
  }

  override link(): void {
    fail(E.ROFS);
  }

  override unlink(): void {
    fail(E.ROFS);
  }

  override rmdir(): void {
    fail(E.ROFS);
  }

  override rename(): void {
    fail(E.ROFS);
  }

  override write(): number {
    return fail(E.ROFS);
  }

  override truncate(): void {
    fail(E.ROFS);
  }
}
