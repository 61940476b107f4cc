/** Files of the host, mounted: what a host offers is an interface, so that this runs where there are none as well. */
import { E, fail } from '../errno.ts';
import { S } from '../uapi.ts';
import {
  type Birth,
  type Change,
  type DirectoryEntry,
  FileSystem,
  Inode,
  isRegular,
  isSymlink,
  type Usage,
} from './inode.ts';

export interface HostStat {
  /** Identity: the same for all names of a file. */
  readonly id: string;
  readonly mode: number;
  readonly nlink: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  readonly rdev: number;
  /** Milliseconds since 1970. */
  readonly atime: number;
  readonly mtime: number;
  readonly ctime: number;
}

/** A file by its name, or by the handle it is open as: what has been removed or renamed since is found by that alone. */
export type HostFile = readonly string[] | number;

/**
 * A directory of the host. Names are given as components below it and never followed if they are links, nor may any of
 * the directories on the way be one: what is a link is resolved here, inside the mount. Failures are thrown as SysError.
 */
export interface HostFiles {
  stat(at: HostFile): HostStat | null;
  list(path: readonly string[]): string[];
  /** Opens a regular file; the handle is given back by `close`. */
  open(path: readonly string[], write: boolean): number;
  close(handle: number): void;
  read(handle: number, position: number, into: Uint8Array): number;
  write(handle: number, position: number, from: Uint8Array): number;
  truncate(handle: number, size: number): void;
  /** Makes a regular file and opens it to be read and written. */
  create(path: readonly string[], mode: number): number;
  mkdir(path: readonly string[], mode: number): void;
  symlink(path: readonly string[], target: string): void;
  readlink(path: readonly string[]): string;
  link(from: readonly string[], to: readonly string[]): void;
  unlink(path: readonly string[]): void;
  rmdir(path: readonly string[]): void;
  rename(from: readonly string[], to: readonly string[]): void;
  chmod(at: HostFile, mode: number): void;
  utimes(at: HostFile, atime: number, mtime: number): void;
  /** Where owners are kept; not given: they are those of the host's files, and stay so. */
  chown?(at: HostFile, uid: number, gid: number): void;
  usage(): Usage;
}

export class HostFs extends FileSystem {
  readonly type = 'hostfs';
  readonly magic = 0x00c0_ffee;
  readonly files: HostFiles;
  readonly root: HostInode;
  /** Made last and open since, so that who made it need not open it again. */
  private fresh: HostInode | null = null;
  private readonly known = new Map<string, HostInode>();
  private last = 0;

  constructor(files: HostFiles) {
    super();
    this.files = files;
    this.root = this.at([], files.stat([]) ?? fail(E.NOENT));
  }

  /** The inode of a file, the same for as long as it is known. */
  at(path: readonly string[], stat: HostStat): HostInode {
    const found = this.known.get(stat.id);
    if (found && (found.mode & S.IFMT) === (stat.mode & S.IFMT)) {
      found.path = path;
      found.show(stat);
      return found;
    }
    // What nobody has open is found again by its name.
    if (this.known.size > 4096)
      for (const [id, inode] of this.known) if (!inode.used && inode !== this.root) this.known.delete(id);
    const inode = new HostInode(this, ++this.last, path, stat);
    this.known.set(stat.id, inode);
    return inode;
  }

  /** A file was made, of which this is the open handle: it is kept until its first user or the next one is made. */
  made(inode: HostInode | null, handle: number): void {
    if (this.fresh && !this.fresh.used) this.fresh.shut();
    this.fresh = inode;
    inode?.take(handle);
  }

  override usage(): Usage {
    return this.files.usage();
  }

  protected override dispose(): void {
    this.made(null, 0);
    for (const inode of this.known.values()) inode.pages?.trim();
  }
}

class HostInode extends Inode {
  readonly fs: HostFs;
  readonly ino: number;
  path: readonly string[];
  override volatile = true;
  private bytes = 0;
  private users = 0;
  private handle: { number: number; write: boolean } | null = null;

  constructor(fs: HostFs, ino: number, path: readonly string[], stat: HostStat) {
    super(stat, stat.mtime);
    this.fs = fs;
    this.ino = ino;
    this.path = path;
    this.show(stat);
  }

  get used(): boolean {
    return this.users > 0 || this.pages !== null || this.watchers !== null;
  }

  show(stat: HostStat): void {
    const { mode, nlink, uid, gid, rdev, atime, mtime, ctime } = stat;
    // Changed by the host while nobody had it open: what is cached of it is old.
    if (this.users === 0 && (mtime !== this.mtime || stat.size !== this.bytes)) this.pages?.trim();
    Object.assign(this, { mode, nlink, uid, gid, rdev, atime, mtime, ctime });
    this.bytes = stat.size;
  }

  /** The way to it: its handle where there is one. */
  private get place(): HostFile {
    return this.handle?.number ?? this.path;
  }

  override refresh(): void {
    const stat = this.fs.files.stat(this.place);
    if (stat) this.show(stat);
  }

  override get size(): number {
    return this.bytes;
  }

  override acquire(): void {
    this.users++;
    // One that was just made is known.
    if (this.users === 1 && isRegular(this.mode) && !this.handle) this.refresh();
  }

  override release(): void {
    if (--this.users === 0) this.shut();
  }

  /** It is open already. */
  take(number: number): void {
    this.shut();
    this.handle = { number, write: true };
  }

  shut(): void {
    if (this.handle) this.fs.files.close(this.handle.number);
    this.handle = null;
  }

  /** Does something with an open handle, which stays open while the file is in use. */
  private with<T>(write: boolean, work: (handle: number) => T): T {
    if (!isRegular(this.mode)) fail(this.mode & S.IFDIR ? E.ISDIR : E.ACCES);
    if (!this.handle || (write && !this.handle.write)) {
      const number = this.fs.files.open(this.path, write);
      this.shut();
      this.handle = { number, write };
    }
    try {
      return work(this.handle.number);
    } finally {
      if (this.users === 0) this.shut();
    }
  }

  private below(name: string): readonly string[] {
    return [...this.path, name];
  }

  private child(name: string, at: HostFile = this.below(name)): HostInode {
    return this.fs.at(this.below(name), this.fs.files.stat(at) ?? fail(E.NOENT));
  }

  override lookup(name: string): Inode | null {
    const path = this.below(name);
    const stat = this.fs.files.stat(path);
    return stat ? this.fs.at(path, stat) : null;
  }

  override entries(): DirectoryEntry[] {
    return this.fs.files.list(this.path).flatMap((name) => {
      const inode = this.lookup(name);
      return inode ? [{ name, ino: inode.ino, type: inode.mode & S.IFMT }] : [];
    });
  }

  override create(name: string, birth: Birth): Inode {
    const type = birth.mode & S.IFMT;
    if (type === S.IFREG) {
      const handle = this.fs.files.create(this.below(name), birth.mode & 0o7777);
      let inode: HostInode | null = null;
      try {
        inode = this.born(name, birth, handle);
        return inode;
      } finally {
        if (inode) this.fs.made(inode, handle);
        else this.fs.files.close(handle);
      }
    }
    if (type !== S.IFDIR) fail(E.PERM);
    this.fs.files.mkdir(this.below(name), birth.mode & 0o7777);
    return this.born(name, birth);
  }

  override symlink(name: string, target: string, birth: Birth): Inode {
    this.fs.files.symlink(this.below(name), target);
    return this.born(name, birth);
  }

  private born(name: string, { uid, gid }: Birth, at: HostFile = this.below(name)): HostInode {
    this.fs.files.chown?.(at, uid, gid);
    return this.child(name, at);
  }

  override link(name: string, inode: Inode): void {
    this.fs.files.link((inode as HostInode).path, this.below(name));
  }

  override unlink(name: string): void {
    this.fs.files.unlink(this.below(name));
  }

  override rmdir(name: string): void {
    this.fs.files.rmdir(this.below(name));
  }

  override rename(name: string, to: Inode, newName: string): void {
    this.fs.files.rename(this.below(name), (to as HostInode).below(newName));
    (to as HostInode).child(newName);
  }

  override readlink(): string {
    return isSymlink(this.mode) ? this.fs.files.readlink(this.path) : fail(E.INVAL);
  }

  override read(position: number, into: Uint8Array): number {
    return this.with(false, (handle) => this.fs.files.read(handle, position, into));
  }

  override write(position: number, from: Uint8Array): number {
    const n = this.with(true, (handle) => this.fs.files.write(handle, position, from));
    this.bytes = Math.max(this.bytes, position + n);
    return n;
  }

  override truncate(size: number): void {
    this.with(true, (handle) => this.fs.files.truncate(handle, size));
    this.bytes = size;
  }

  override change(change: Change, now: number): void {
    const { uid = this.uid, gid = this.gid } = change;
    if (uid !== this.uid || gid !== this.gid) {
      if (!this.fs.files.chown) fail(E.PERM);
      this.fs.files.chown!(this.place, uid, gid);
    }
    if (change.mode !== undefined) this.fs.files.chmod(this.place, change.mode & 0o7777);
    if (change.atime !== undefined || change.mtime !== undefined)
      this.fs.files.utimes(this.place, change.atime ?? this.atime, change.mtime ?? this.mtime);
    super.change(change, now);
  }
}
