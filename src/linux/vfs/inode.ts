/** Files as file systems hold them. A file system overrides what its files can do; the rest fails as Linux says. */
import { E, fail } from '../errno.ts';
import { S } from '../uapi.ts';
import type { FileLocks } from './locks.ts';

export interface DirectoryEntry {
  readonly name: string;
  readonly ino: number;
  /** Mode bits of its type (`S.IFMT`). */
  readonly type: number;
}

/** What is set when a file is made. */
export interface Birth {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Of a device: its number. */
  readonly rdev?: number;
}

export interface Change {
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
  /** Milliseconds since 1970. */
  readonly atime?: number;
  readonly mtime?: number;
}

export interface Usage {
  /** Bytes, and of them free; both 0 where it means nothing. */
  readonly total: number;
  readonly free: number;
}

/** The cached pages of a file, as the file system and calls on the file deal with them. */
export interface CachedPages {
  /** Puts what mappings wrote over what was read from the file. */
  onRead(position: number, into: Uint8Array): void;
  /** Brings mapped pages up to date with what was written to the file. */
  onWrite(position: number, from: Uint8Array): void;
  /** The file has a new size. */
  onTruncate(size: number): void;
  /** Writes what mappings changed to the file. */
  sync(): void;
  /** Gives back the frames that nobody maps. */
  trim(): void;
  /** Whether shared mappings may write to it. */
  readonly written: boolean;
  /** The file is gone. */
  drop(): void;
}

/** Who watches an inode (inotify). */
export interface Watcher {
  /** Something happened to the inode, or (with a name) to an entry of it, whose name may be `gone` by now. */
  tell(events: number, name: string, cookie: number, gone: boolean): void;
  /** The inode is gone: nothing more will be told. */
  end(): void;
  /** Its file system is mounted nowhere any more. */
  unmounted(): void;
}

let lastDevice = 0;

export abstract class FileSystem {
  /** As in /proc/filesystems. */
  abstract readonly type: string;
  /** statfs(2): f_type. */
  abstract readonly magic: number;
  abstract readonly root: Inode;
  /** st_dev. */
  readonly device: number = ++lastDevice;
  /** The same as `major:minor`. */
  readonly number: string = `0:${this.device}`;
  /** Inodes of it that somebody watches. */
  readonly watched = new Set<Inode>();
  private users = 0;

  /** Whether its files are charged to who made them, wherever else their pages are. */
  get charges(): boolean {
    return false;
  }

  usage(): Usage {
    return { total: 0, free: 0 };
  }

  /** It is mounted somewhere, or a part of what is; the last one out lets go of what it holds. */
  hold(): void {
    this.users++;
  }

  release(): void {
    if (--this.users > 0) return;
    for (const { watchers } of [...this.watched]) for (const watcher of [...(watchers ?? [])]) watcher.unmounted();
    this.dispose();
  }

  /** Nobody can reach it any more: memory that it takes is given back. */
  protected dispose(): void {}
}

export const isDirectory = (mode: number): boolean => (mode & S.IFMT) === S.IFDIR;
export const isRegular = (mode: number): boolean => (mode & S.IFMT) === S.IFREG;
export const isSymlink = (mode: number): boolean => (mode & S.IFMT) === S.IFLNK;

export abstract class Inode {
  abstract readonly fs: FileSystem;
  abstract readonly ino: number;
  mode: number;
  uid: number;
  gid: number;
  nlink = 1;
  rdev: number;
  /** Milliseconds since 1970. */
  atime: number;
  mtime: number;
  ctime: number;
  /** Its page cache, once it was mapped. */
  pages: CachedPages | null = null;
  /** What hangs on it while it is open: a pipe, a listening socket. */
  attached: object | null = null;
  /** Locks on it, once there were any. */
  locks: FileLocks | null = null;
  /** Who watches it, and how many open files there are of it. */
  watchers: Set<Watcher> | null = null;
  openFiles = 0;
  /** Open files that may write to it, and processes that run it: there is only one of the two (ETXTBSY). */
  writers = 0;
  runners = 0;
  /** It never had a name and may be given one. */
  linkable = false;
  /** Names in it change behind the kernel's back (the host's, an upper layer's), so none is believed without a look. */
  volatile = false;

  constructor(birth: Birth, now: number) {
    this.mode = birth.mode;
    this.uid = birth.uid;
    this.gid = birth.gid;
    this.rdev = birth.rdev ?? 0;
    this.atime = now;
    this.mtime = now;
    this.ctime = now;
  }

  get size(): number {
    return 0;
  }

  /** Blocks of 512 bytes it takes. */
  get blocks(): number {
    return Math.ceil(this.size / 4096) * 8;
  }

  /** The inode that holds the bytes: itself, or under a union the layer's. */
  get data(): Inode {
    return this;
  }

  /** Brings what stat shows up to date. */
  refresh(): void {}

  /** An open file, a mapping, a program uses it; and no longer does. */
  acquire(): void {}
  release(): void {}

  /** It is going to be written: fails where it is executed. */
  demandIdle(): void {
    if (this.runners > 0) fail(E.TXTBSY);
  }
  /** It is going to be executed: fails where somebody has it open, or a name of it mapped, for writing. */
  demandUnwritten(): void {
    if (this.writers > 0 || (this.nlink > 0 && this.data.pages?.written)) fail(E.TXTBSY);
  }

  /** Somebody opens it for writing; with `truncate` nothing of it is kept. Under a union it is copied up now. */
  openForWriting(_truncate: boolean): void {}

  /** An extended attribute (xattr(7)), or null. */
  attribute(_name: string): Uint8Array | null {
    return null;
  }
  /** Names of all extended attributes. */
  attributes(): string[] {
    return [];
  }
  /** Sets an extended attribute, or with null takes it away. */
  setAttribute(_name: string, _value: Uint8Array | null): void {
    fail(E.OPNOTSUPP);
  }

  lookup(_name: string): Inode | null {
    return fail(E.NOTDIR);
  }
  create(_name: string, _birth: Birth): Inode {
    return fail(E.PERM);
  }
  /** Makes a file without a name in the directory (O_TMPFILE). */
  unnamed(_birth: Birth): Inode {
    return fail(E.OPNOTSUPP);
  }
  symlink(_name: string, _target: string, _birth: Birth): Inode {
    return fail(E.PERM);
  }
  link(_name: string, _inode: Inode): void {
    fail(E.PERM);
  }
  unlink(_name: string): void {
    fail(E.PERM);
  }
  rmdir(_name: string): void {
    fail(E.PERM);
  }
  /** Moves the entry `name` to `newName` of a directory of the same file system, in place of what was there. */
  rename(_name: string, _to: Inode, _newName: string): void {
    fail(E.PERM);
  }
  entries(): DirectoryEntry[] {
    return fail(E.NOTDIR);
  }
  readlink(): string {
    return fail(E.INVAL);
  }
  /** Its bytes lie in memory: they may be moved page by page. */
  get inMemory(): boolean {
    return false;
  }
  /** A program is going to write so much: fails with ENOMEM where there is no memory for the whole, with EPERM where a seal is. */
  makeRoom(_position: number, _length: number): void {}
  /** `read` to a place of a larger buffer. */
  readTo(position: number, bytes: Uint8Array, at: number, length: number): number {
    return this.read(position, bytes.subarray(at, at + length));
  }
  /** Reads into a buffer from `position`; fewer bytes than it has room for only at the end. */
  read(_position: number, _into: Uint8Array): number {
    return fail(E.INVAL);
  }
  write(_position: number, _from: Uint8Array): number {
    return fail(E.INVAL);
  }
  truncate(_size: number): void {
    fail(E.INVAL);
  }
  change(change: Change, now: number): void {
    if (change.mode !== undefined) this.mode = (this.mode & S.IFMT) | (change.mode & 0o7777);
    if (change.uid !== undefined) this.uid = change.uid;
    if (change.gid !== undefined) this.gid = change.gid;
    if (change.atime !== undefined) this.atime = change.atime;
    if (change.mtime !== undefined) this.mtime = change.mtime;
    this.ctime = now;
  }
}
