/**
 * The union of any number of read-only layers and one that takes what is written (Documentation/filesystems/overlayfs.rst,
 * with its defaults: redirect_dir, index and metacopy are off). Layers are directories of other file systems.
 */
import { E, fail } from '../errno.ts';
import { S } from '../uapi.ts';
import { type Birth, type Change, type DirectoryEntry, FileSystem, Inode, isDirectory, type Usage } from './inode.ts';
import { isOpaque, isWhiteout, makeOpaque, type OverlayCounts, OWN_ATTRIBUTES, Workshop } from './overlay-layer.ts';

export interface OverlayLayers {
  /** Directories, the topmost first; at least one. They must not change. */
  readonly lower: readonly Inode[];
  /** What is written goes to `upper`, by way of the empty directory `work` of the same file system; null: read-only. */
  readonly upper: { readonly root: Inode; readonly work: Inode } | null;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** Bits of an inode number that are the layer's own; those above say which file system it is of (as xino does). */
const INO_BITS = 2 ** 40;

export class OverlayFs extends FileSystem {
  readonly type = 'overlay';
  readonly magic = 0x794c_7630;
  readonly root: OverlayInode;
  /** Makes what goes to the upper layer; null: there is none. */
  readonly workshop: Workshop | null;
  private readonly layers: OverlayLayers;
  /** Inodes by what they stand for; names of one file of the upper layer are one inode. */
  private readonly known = new WeakMap<Inode, OverlayInode>();
  private readonly systems = new Map<FileSystem, number>();

  constructor(layers: OverlayLayers) {
    super();
    this.layers = layers;
    const { lower, upper, now } = layers;
    this.workshop = upper && new Workshop(upper.work, now);
    const top = upper?.root ?? null;
    this.root = this.inode(null, '', top, top && isOpaque(top) ? [] : visible(lower));
  }

  /** What was copied to the upper layer since it was made. */
  get counts(): OverlayCounts {
    return this.workshop?.counts ?? { copyUps: 0, bytesCopied: 0 };
  }

  now(): number {
    return this.layers.now();
  }

  /** The inode that stands for what the layers have under one name. */
  inode(parent: OverlayInode | null, name: string, upper: Inode | null, lowers: readonly Inode[]): OverlayInode {
    const real = upper ?? lowers[0]!;
    // Names of one file of a lower layer part when one of them is copied up, so each is an inode of its own.
    const shared = upper !== null || isDirectory(real.mode) || real.nlink === 1;
    const found = shared ? this.known.get(real) : undefined;
    if (found) return found;
    const inode = new OverlayInode(this, { parent, name, upper, lowers });
    if (shared) this.known.set(real, inode);
    return inode;
  }

  /** It is of the upper layer from now on. */
  copied(inode: OverlayInode, upper: Inode): void {
    this.known.set(upper, inode);
  }

  /** The number that stands for an inode of a layer. */
  inoOf(fs: FileSystem, ino: number): number {
    let index = this.systems.get(fs);
    if (index === undefined) {
      index = this.systems.size;
      this.systems.set(fs, index);
    }
    return index * INO_BITS + ino;
  }

  override usage(): Usage {
    return (this.layers.upper?.root ?? this.layers.lower[0]!).fs.usage();
  }
}

/** Directories down to the first that hides the rest. */
function visible(directories: readonly Inode[]): readonly Inode[] {
  const opaque = directories.findIndex(isOpaque);
  return opaque < 0 ? directories : directories.slice(0, opaque + 1);
}

/** What an inode of the union stands for. */
interface Standing {
  readonly parent: OverlayInode | null;
  readonly name: string;
  readonly upper: Inode | null;
  /** Of a directory those that are merged, of a file one; empty where only the upper layer has it. */
  readonly lowers: readonly Inode[];
}

export class OverlayInode extends Inode {
  readonly fs: OverlayFs;
  readonly ino: number;
  private parent: OverlayInode | null;
  private name: string;
  private upper: Inode | null;
  private lowers: readonly Inode[];
  private users = 0;
  private removed = false;

  constructor(fs: OverlayFs, { parent, name, upper, lowers }: Standing) {
    const real = upper ?? lowers[0]!;
    super(real, real.mtime);
    this.fs = fs;
    const origin = lowers[0] ?? real;
    this.ino = fs.inoOf(origin.fs, origin.ino);
    this.parent = parent;
    this.name = name;
    this.upper = upper;
    this.lowers = lowers;
    if (upper && isDirectory(upper.mode)) upper.volatile = true;
    this.show();
  }

  private get real(): Inode {
    return this.upper ?? this.lowers[0]!;
  }

  override get data(): Inode {
    return this.real.data;
  }

  override get size(): number {
    return this.real.size;
  }

  override get blocks(): number {
    return this.real.blocks;
  }

  /** Takes over what stat shows. */
  private show(): void {
    const { mode, uid, gid, rdev, nlink, atime, mtime, ctime } = this.real;
    Object.assign(this, { mode, uid, gid, rdev, nlink, atime, mtime, ctime });
    if (this.removed && !this.upper) this.nlink = isDirectory(mode) ? 0 : nlink - 1;
    else if (isDirectory(mode) && this.lowers.length > (this.upper ? 0 : 1)) this.nlink = this.removed ? 0 : 1;
  }

  override refresh(): void {
    this.real.refresh();
    this.show();
  }

  override acquire(): void {
    if (this.users++ === 0) this.real.acquire();
  }

  override release(): void {
    if (--this.users === 0) this.real.release();
  }

  /** The inode of the upper layer, copied there if need be, with all directories above; `size`: bytes to be kept. */
  private copyUp(size = Number.POSITIVE_INFINITY): Inode {
    if (this.upper) return this.upper;
    const workshop = this.fs.workshop ?? fail(E.ROFS);
    const lower = this.real;
    const copy = workshop.copy(lower, size);
    let upper: Inode;
    if (this.removed) {
      upper = workshop.orphan(copy);
      if (this.users === 0) upper.release();
    } else {
      const parent = this.parent!.copyUp();
      const { atime, mtime, ctime } = parent;
      upper = workshop.build(parent, this.name, copy);
      // Nothing changed that anybody can see.
      parent.change({ atime, mtime }, ctime);
      if (this.users > 0) upper.acquire();
    }
    if (this.users > 0) lower.release();
    this.upper = upper;
    if (isDirectory(upper.mode)) upper.volatile = true;
    else this.lowers = [];
    this.fs.copied(this, upper);
    this.show();
    return upper;
  }

  override openForWriting(truncate: boolean): void {
    this.copyUp(truncate ? 0 : undefined);
  }

  /** What the lower layers have under a name: directories to be merged, or one file of another kind. */
  private below(name: string, onlyDirectories = false): readonly Inode[] {
    const found: Inode[] = [];
    for (const directory of this.lowers) {
      const inode = directory.lookup(name);
      if (!inode) continue;
      if (isWhiteout(inode)) break;
      if (!isDirectory(inode.mode)) {
        if (found.length === 0 && !onlyDirectories) found.push(inode);
        break;
      }
      found.push(inode);
      if (isOpaque(inode)) break;
    }
    return found;
  }

  override lookup(name: string): OverlayInode | null {
    if (!isDirectory(this.mode)) fail(E.NOTDIR);
    const upper = this.upper?.lookup(name) ?? null;
    if (!upper) {
      const lowers = this.below(name);
      return lowers.length ? this.fs.inode(this, name, null, lowers) : null;
    }
    if (isWhiteout(upper)) return null;
    const merges = isDirectory(upper.mode) && !isOpaque(upper);
    return this.fs.inode(this, name, upper, merges ? this.below(name, true) : []);
  }

  override entries(): DirectoryEntry[] {
    if (!isDirectory(this.mode)) fail(E.NOTDIR);
    const merged = new Map<string, DirectoryEntry | null>();
    const gone = (directory: Inode, { name, type }: DirectoryEntry): boolean => {
      const inode = type === S.IFCHR ? directory.lookup(name) : null;
      return inode !== null && isWhiteout(inode);
    };
    const { upper } = this;
    for (const entry of upper?.entries() ?? [])
      merged.set(entry.name, gone(upper!, entry) ? null : { ...entry, ino: this.lookup(entry.name)!.ino });
    for (const lower of this.lowers)
      for (const entry of lower.entries()) {
        if (merged.has(entry.name)) continue;
        merged.set(entry.name, gone(lower, entry) ? null : { ...entry, ino: this.fs.inoOf(lower.fs, entry.ino) });
      }
    return [...merged.values()].filter((entry) => entry !== null);
  }

  /** Adds what `make` makes to the directory; over a whiteout it is made aside. */
  private add(name: string, make: (directory: Inode, name: string) => Inode): OverlayInode {
    if (this.removed) fail(E.NOENT);
    if (this.lookup(name)) fail(E.EXIST);
    const upper = this.copyUp();
    let made: Inode;
    if (upper.lookup(name)) {
      made = this.fs.workshop!.build(upper, name, (directory, as) => {
        const inode = make(directory, as);
        if (isDirectory(inode.mode)) {
          makeOpaque(inode);
          // A directory takes no other file's place.
          upper.unlink(name);
        }
        return inode;
      });
    } else made = make(upper, name);
    this.show();
    return this.fs.inode(this, name, made, []);
  }

  override create(name: string, birth: Birth): OverlayInode {
    if ((birth.mode & S.IFMT) === S.IFCHR && !birth.rdev) fail(E.PERM);
    return this.add(name, (directory, as) => directory.create(as, birth));
  }

  override unnamed(birth: Birth): OverlayInode {
    if (this.removed) fail(E.NOENT);
    return this.fs.inode(this, '', this.copyUp().unnamed(birth), []);
  }

  override symlink(name: string, target: string, birth: Birth): OverlayInode {
    return this.add(name, (directory, as) => directory.symlink(as, target, birth));
  }

  override link(name: string, inode: Inode): void {
    const other = inode as OverlayInode;
    if (isDirectory(other.mode)) fail(E.PERM);
    if (this.lookup(name)) fail(E.EXIST);
    const upper = other.copyUp();
    this.add(name, (directory, as) => {
      directory.link(as, upper);
      return upper;
    });
    other.show();
  }

  override unlink(name: string): void {
    const inode = this.lookup(name) ?? fail(E.NOENT);
    if (isDirectory(inode.mode)) fail(E.ISDIR);
    this.takeAway(name, inode);
  }

  override rmdir(name: string): void {
    const inode = this.lookup(name) ?? fail(E.NOENT);
    if (!isDirectory(inode.mode)) fail(E.NOTDIR);
    if (inode.entries().length) fail(E.NOTEMPTY);
    this.takeAway(name, inode);
  }

  private takeAway(name: string, inode: OverlayInode): void {
    const upper = this.copyUp();
    inode.clear();
    if (this.below(name).length) this.fs.workshop!.whiteOut(upper, name);
    else if (isDirectory(inode.mode)) upper.rmdir(name);
    else upper.unlink(name);
    inode.leave();
    this.show();
  }

  /** Takes the whiteouts out of a directory that shows nothing any more. */
  private clear(): void {
    const { upper } = this;
    if (upper && isDirectory(upper.mode)) for (const { name } of upper.entries()) upper.unlink(name);
  }

  /** A name of it is gone. */
  private leave(): void {
    this.removed = isDirectory(this.mode) || !this.upper || this.upper.nlink === 0;
    this.show();
  }

  override rename(name: string, to: Inode, newName: string): void {
    const target = to as OverlayInode;
    const inode = this.lookup(name) ?? fail(E.NOENT);
    const there = target.lookup(newName);
    if (there === inode) return;
    const directory = isDirectory(inode.mode);
    if (there && isDirectory(there.mode) !== directory) fail(directory ? E.NOTDIR : E.ISDIR);
    // What is merged cannot move without a redirection.
    if (directory && inode.lowers.length) fail(E.XDEV);
    if (there && directory && there.entries().length) fail(E.NOTEMPTY);
    const moved = inode.copyUp();
    const [from, into] = [this.copyUp(), target.copyUp()];
    there?.clear();
    const over = into.lookup(newName);
    if (directory) {
      if (over && !isDirectory(over.mode)) into.unlink(newName);
      if (target.below(newName).length) makeOpaque(moved);
    }
    from.rename(name, into, newName);
    if (this.below(name).length) this.fs.workshop!.whiteOut(from, name);
    inode.parent = target;
    inode.name = newName;
    there?.leave();
    for (const changed of [this, target, inode]) changed.show();
  }

  override readlink(): string {
    return this.real.readlink();
  }

  override get inMemory(): boolean {
    return this.real.inMemory;
  }

  override makeRoom(position: number, length: number): void {
    this.real.makeRoom(position, length);
  }

  override readTo(position: number, bytes: Uint8Array, at: number, length: number): number {
    return this.real.readTo(position, bytes, at, length);
  }

  override read(position: number, into: Uint8Array): number {
    return this.real.read(position, into);
  }

  override write(position: number, from: Uint8Array): number {
    const n = this.copyUp().write(position, from);
    this.show();
    return n;
  }

  override truncate(size: number): void {
    this.copyUp(size).truncate(size);
    this.show();
  }

  override change(change: Change, now: number): void {
    this.copyUp().change(change, now);
    this.show();
  }

  override attribute(name: string): Uint8Array | null {
    return name.startsWith(OWN_ATTRIBUTES) ? null : this.real.attribute(name);
  }

  override attributes(): string[] {
    return this.real.attributes().filter((name) => !name.startsWith(OWN_ATTRIBUTES));
  }

  override setAttribute(name: string, value: Uint8Array | null): void {
    if (name.startsWith(OWN_ATTRIBUTES)) fail(E.OPNOTSUPP);
    this.copyUp().setAttribute(name, value);
    this.show();
  }
}
