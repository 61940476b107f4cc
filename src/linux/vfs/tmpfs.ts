/** Files in memory: tmpfs, and read-only the layers of images. */
import { E, fail } from '../errno.ts';
import { PAGE } from '../machine.ts';
import type { MemoryOwner } from '../memory/frames.ts';
import { S } from '../uapi.ts';
import { Content } from './content.ts';
import { type Birth, type Change, type DirectoryEntry, FileSystem, Inode, isDirectory, type Usage } from './inode.ts';

const NAME_MAX = 255;

export interface TmpfsOptions {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Bytes at most; not given: no limit. */
  readonly limit?: number;
  readonly mode?: number;
  readonly owner?: MemoryOwner | null;
  readonly type?: string;
}

export class Tmpfs extends FileSystem {
  readonly type: string;
  readonly magic = 0x01021994;
  readonly root: TmpfsInode;
  readonly now: () => number;
  readonly owner: MemoryOwner | null;
  private readonly limit: number;
  private lastIno = 0;
  /** Bytes its files take. */
  used = 0;
  /** Grows with each change of a file or name, for who wants to know whether there was one. */
  changes = 0;
  /** Pages the owner is charged for. */
  private charged = 0;
  private gone = false;

  constructor({ now, limit = Number.POSITIVE_INFINITY, mode = 0o755, owner = null, type = 'tmpfs' }: TmpfsOptions) {
    super();
    this.now = now;
    this.limit = limit;
    this.owner = owner;
    this.type = type;
    this.root = new TmpfsInode(this, { mode: S.IFDIR | mode, uid: 0, gid: 0 });
  }

  override get charges(): boolean {
    return this.owner !== null;
  }

  nextIno(): number {
    return ++this.lastIno;
  }

  fits(bytes: number): boolean {
    return this.used + bytes <= this.limit;
  }

  /** Fails with ENOSPC, or ENOMEM of the control group, where so many more bytes do not fit. */
  room(bytes: number): void {
    if (bytes <= 0) return;
    if (!this.fits(bytes)) fail(E.NOSPC);
    if (!this.owner) return;
    const pages = Math.ceil((this.used + bytes) / PAGE) - this.charged;
    if (pages <= 0) return;
    if (!this.owner.charge(pages, 'shmem')) fail(E.NOMEM);
    this.charged += pages;
  }

  /** Books bytes that files take now, or gives them back. */
  book(bytes: number): void {
    this.used += bytes;
    if (bytes === 0 || this.gone) return;
    const pages = Math.ceil(this.used / PAGE) - this.charged;
    if (this.owner && pages !== 0 && this.owner.charge(pages, 'shmem')) this.charged += pages;
  }

  protected override dispose(): void {
    // By a list, not by calls: how deep the tree is, is the guest's to say.
    const left = [this.root];
    for (let inode = left.pop(); inode; inode = left.pop()) {
      // What is mapped is given back now, or with the last mapping.
      inode.nlink = 0;
      inode.pages?.trim();
      for (const child of inode.children?.values() ?? []) left.push(child);
    }
    this.owner?.charge(-this.charged, 'shmem');
    this.charged = 0;
    this.gone = true;
  }

  override usage(): Usage {
    const total = Number.isFinite(this.limit) ? this.limit : 2 ** 30;
    return { total, free: Math.max(0, total - this.used) };
  }
}

/** What may not be done any more with a file of memfd_create (fcntl F_ADD_SEALS). */
export const SEAL = { SEAL: 1, SHRINK: 2, GROW: 4, WRITE: 8, FUTURE_WRITE: 0x10, EXEC: 0x20 } as const;

export class TmpfsInode extends Inode {
  readonly fs: Tmpfs;
  readonly ino: number;
  readonly children: Map<string, TmpfsInode> | null;
  content: Content;
  /** `SEAL` bits; null: it is no memfd. */
  seals: number | null = null;
  private readonly xattrs = new Map<string, Uint8Array>();
  private target = '';
  private users = 0;

  constructor(fs: Tmpfs, birth: Birth, content = new Content()) {
    super(birth, fs.now());
    this.fs = fs;
    this.ino = fs.nextIno();
    this.children = isDirectory(birth.mode) ? new Map() : null;
    if (this.children) this.nlink = 2;
    this.content = content;
  }

  override get size(): number {
    if (this.children) return this.children.size * 20 + 40;
    return this.target ? new TextEncoder().encode(this.target).length : this.content.size;
  }

  override get blocks(): number {
    return Math.ceil(this.content.allocated / 4096) * 8;
  }

  override attribute(name: string): Uint8Array | null {
    return this.xattrs.get(name) ?? null;
  }

  override attributes(): string[] {
    return [...this.xattrs.keys()];
  }

  override setAttribute(name: string, value: Uint8Array | null): void {
    const size = (bytes: Uint8Array | null | undefined): number => (bytes ? bytes.length + name.length : 0);
    const more = size(value) - size(this.xattrs.get(name));
    this.fs.room(more);
    this.fs.book(more);
    if (value) this.xattrs.set(name, value.slice());
    else this.xattrs.delete(name);
    this.ctime = this.fs.now();
    this.fs.changes++;
  }

  /** Gives back what its attributes take. */
  private dropAttributes(): void {
    for (const name of this.attributes()) this.setAttribute(name, null);
  }

  private names(): Map<string, TmpfsInode> {
    return this.children ?? fail(E.NOTDIR);
  }

  override acquire(): void {
    this.users++;
  }

  override release(): void {
    this.users--;
    this.free();
  }

  /** The last name and the last user are gone. */
  private free(): void {
    if (this.nlink > 0 || this.users > 0) return;
    if (this.pages) this.pages.drop();
    this.dropAttributes();
    this.resize(() => {
      this.content = new Content();
    });
  }

  private resize(work: () => void): void {
    const before = this.content.allocated;
    work();
    this.fs.book(this.content.allocated - before);
  }

  override change(change: Change, now: number): void {
    super.change(change, now);
    this.fs.changes++;
  }

  override lookup(name: string): TmpfsInode | null {
    return this.names().get(name) ?? null;
  }

  private add(name: string, inode: TmpfsInode): void {
    if (name.length > NAME_MAX) fail(E.NAMETOOLONG);
    this.names().set(name, inode);
    if (inode.children) this.nlink++;
    this.touch();
  }

  private touch(): void {
    const now = this.fs.now();
    this.fs.changes++;
    this.mtime = now;
    this.ctime = now;
  }

  override create(name: string, birth: Birth): TmpfsInode {
    if (this.nlink === 0) fail(E.NOENT);
    if (this.names().has(name)) fail(E.EXIST);
    const inode = new TmpfsInode(this.fs, birth);
    this.add(name, inode);
    return inode;
  }

  override unnamed(birth: Birth): TmpfsInode {
    if (this.nlink === 0) fail(E.NOENT);
    this.names();
    const inode = new TmpfsInode(this.fs, birth);
    inode.nlink = 0;
    return inode;
  }

  override symlink(name: string, target: string, birth: Birth): TmpfsInode {
    const inode = this.create(name, { ...birth, mode: S.IFLNK | 0o777 });
    inode.target = target;
    return inode;
  }

  override readlink(): string {
    return (this.mode & S.IFMT) === S.IFLNK ? this.target : fail(E.INVAL);
  }

  override link(name: string, inode: Inode): void {
    if (this.names().has(name)) fail(E.EXIST);
    if (isDirectory(inode.mode)) fail(E.PERM);
    this.add(name, inode as TmpfsInode);
    inode.nlink++;
    inode.ctime = this.fs.now();
  }

  override unlink(name: string): void {
    const inode = this.names().get(name) ?? fail(E.NOENT);
    if (inode.children) fail(E.ISDIR);
    this.names().delete(name);
    this.touch();
    inode.nlink--;
    inode.ctime = this.mtime;
    inode.free();
  }

  override rmdir(name: string): void {
    const inode = this.names().get(name) ?? fail(E.NOENT);
    if (!inode.children) fail(E.NOTDIR);
    if (inode.children.size) fail(E.NOTEMPTY);
    this.names().delete(name);
    this.nlink--;
    inode.nlink = 0;
    inode.dropAttributes();
    this.touch();
  }

  override rename(name: string, to: Inode, newName: string): void {
    const target = to as TmpfsInode;
    const inode = this.names().get(name) ?? fail(E.NOENT);
    const there = target.names().get(newName);
    if (there === inode) return;
    if (there) {
      if (there.children && !inode.children) fail(E.ISDIR);
      if (!there.children && inode.children) fail(E.NOTDIR);
      if (there.children) target.rmdir(newName);
      else target.unlink(newName);
    }
    this.names().delete(name);
    if (inode.children) this.nlink--;
    this.touch();
    target.add(newName, inode);
    inode.ctime = this.fs.now();
  }

  override entries(): DirectoryEntry[] {
    return Array.from(this.names(), ([name, inode]) => ({ name, ino: inode.ino, type: inode.mode & S.IFMT }));
  }

  override get inMemory(): boolean {
    return true;
  }

  override makeRoom(position: number, length: number): void {
    const { seals } = this;
    if (seals && seals & (SEAL.WRITE | SEAL.FUTURE_WRITE)) fail(E.PERM);
    if (seals && seals & SEAL.GROW && position + length > this.content.size) fail(E.PERM);
    const growth = this.content.growth(position, length);
    // A full file system takes what there is room for.
    if (this.fs.fits(growth)) this.fs.room(growth);
  }

  override read(position: number, into: Uint8Array): number {
    return this.readTo(position, into, 0, into.length);
  }

  override readTo(position: number, bytes: Uint8Array, at: number, length: number): number {
    return this.children ? fail(E.ISDIR) : this.content.read(position, bytes, at, length);
  }

  override write(position: number, from: Uint8Array): number {
    if (this.children) fail(E.ISDIR);
    const { content, fs } = this;
    fs.room(content.growth(position, from.length));
    const before = content.allocated;
    content.write(position, from);
    fs.book(content.allocated - before);
    this.touch();
    return from.length;
  }

  override truncate(size: number): void {
    if (this.children) fail(E.ISDIR);
    const { seals } = this;
    if (seals && seals & SEAL.SHRINK && size < this.content.size) fail(E.PERM);
    if (seals && seals & SEAL.GROW && size > this.content.size) fail(E.PERM);
    this.resize(() => this.content.truncate(size));
    this.touch();
  }
}
