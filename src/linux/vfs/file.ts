/** Open files: what a descriptor refers to, and what reading, writing and waiting mean for each kind of file. */
import { E, fail } from '../errno.ts';
import { O, POLL } from '../uapi.ts';
import type { WaitQueue } from '../wait.ts';
import type { DirectoryEntry, Inode } from './inode.ts';
import { releaseLocks } from './locks.ts';
import type { Path } from './mount.ts';
import { IN, notify, notifyGone } from './notify.ts';
import { readFile, writeFile } from './pages.ts';

/** What a read returns that can't go on. */
export const AGAIN = -E.AGAIN;

/** What the arguments of an ioctl are read from and written to. */
export interface IoctlArgument {
  in(length: number): Uint8Array;
  out(bytes: Uint8Array): void;
  /** What another address of the program holds, as pointers in arguments need it. */
  at(address: number): IoctlArgument;
  can(capability: 'net_admin'): boolean;
}

/**
 * What a kind of open file does. Nothing here waits: an operation that can't go on fails with EAGAIN, and the caller,
 * where the file is blocking, sleeps on `queue` and tries again.
 */
export abstract class FileKind {
  /** Woken when what `poll` says may have changed; null: the file is always ready. */
  readonly queue: WaitQueue | null = null;
  /** Whether what is written was taken in or copied when `write` returns, so that it may be given a program's own memory. */
  readonly copies: boolean = false;
  /** Nanoseconds a blocking call waits before it fails with EAGAIN. */
  receiveTimeout = Number.POSITIVE_INFINITY;
  sendTimeout = Number.POSITIVE_INFINITY;
  /** Whether it has a position. */
  readonly seekable: boolean = false;
  /** Returns how many bytes it read, or `AGAIN`, which is cheaper than to fail with EAGAIN and means the same. */
  read(_file: OpenFile, _into: Uint8Array): number {
    return fail(E.INVAL);
  }
  write(_file: OpenFile, _from: Uint8Array): number {
    return fail(E.INVAL);
  }
  readAt(_file: OpenFile, _position: number, _into: Uint8Array): number {
    return fail(E.SPIPE);
  }
  writeAt(_file: OpenFile, _position: number, _from: Uint8Array): number {
    return fail(E.SPIPE);
  }
  /** Events of `POLL` that are true now. */
  poll(_file: OpenFile): number {
    return POLL.IN | POLL.OUT;
  }
  ioctl(_file: OpenFile, _request: number, _argument: IoctlArgument): number {
    return fail(E.NOTTY);
  }
  /** Some descriptor of it, in this table, is closed. */
  closedIn(_table: object): void {}
  /** The last descriptor is closed. */
  close(_file: OpenFile): void {}
}

export class OpenFile {
  readonly kind: FileKind;
  readonly path: Path | null;
  readonly inode: Inode;
  /** `O` bits: access and status. */
  flags: number;
  position = 0;
  /** A directory's entries as they were when it was last read from the beginning. */
  listing: DirectoryEntry[] | null = null;
  /** Who is told of its changes by signals, once somebody was chosen; ends with the file. */
  teller: { end(): void } | null = null;
  private refs = 1;
  private counted = false;

  constructor(kind: FileKind, inode: Inode, path: Path | null, flags: number) {
    this.kind = kind;
    this.inode = inode;
    this.path = path;
    this.flags = flags;
    inode.acquire();
    inode.openFiles++;
    if (path && !(flags & O.PATH)) notify(path.dentry, IN.OPEN);
  }

  get readable(): boolean {
    return (this.flags & O.ACCMODE) !== O.WRONLY && !(this.flags & O.PATH);
  }

  get writable(): boolean {
    return (this.flags & O.ACCMODE) !== O.RDONLY && !(this.flags & O.PATH);
  }

  get nonblocking(): boolean {
    return (this.flags & O.NONBLOCK) !== 0;
  }

  /** Something was read from it or (`IN.MODIFY`) changed by it. */
  tell(events: number): void {
    if (this.path) notify(this.path.dentry, events);
  }

  /** A file that was opened by its name, for writing, is not executed meanwhile; one that never had any may be. */
  countWriter(): this {
    if (!this.writable) return this;
    this.inode.demandIdle();
    this.counted = true;
    this.inode.writers++;
    return this;
  }

  hold(): this {
    this.refs++;
    return this;
  }

  release(): void {
    if (--this.refs > 0) return;
    this.teller?.end();
    this.kind.close(this);
    releaseLocks(this.inode, this);
    const { inode, path } = this;
    if (path && !(this.flags & O.PATH)) notify(path.dentry, this.writable ? IN.CLOSE_WRITE : IN.CLOSE_NOWRITE);
    inode.openFiles--;
    if (this.counted) inode.writers--;
    inode.release();
    notifyGone(inode);
  }
}

/** A file that says itself what it is when it is opened: /proc, devices of a file system. */
export interface SpecialFile {
  kindOf(): FileKind;
}

export const isSpecial = (inode: Inode): inode is Inode & SpecialFile => 'kindOf' in inode;

/** Regular files. */
class RegularKind extends FileKind {
  override readonly copies = true;
  override readonly seekable = true;
  override read(file: OpenFile, into: Uint8Array): number {
    const n = readFile(file.inode, file.position, into);
    file.position += n;
    return n;
  }
  override write(file: OpenFile, from: Uint8Array): number {
    if (file.flags & O.APPEND) file.position = file.inode.size;
    file.inode.makeRoom(file.position, from.length);
    const n = writeFile(file.inode, file.position, from);
    file.position += n;
    return n;
  }
  override readAt(file: OpenFile, position: number, into: Uint8Array): number {
    return readFile(file.inode, position, into);
  }
  override writeAt(file: OpenFile, position: number, from: Uint8Array): number {
    const at = file.flags & O.APPEND ? file.inode.size : position;
    file.inode.makeRoom(at, from.length);
    return writeFile(file.inode, at, from);
  }
}

/** Directories: only getdents64 reads them. */
class DirectoryKind extends FileKind {
  override readonly seekable = true;
  override read(): number {
    return fail(E.ISDIR);
  }
  override readAt(): number {
    return fail(E.ISDIR);
  }
}

export const REGULAR: FileKind = new RegularKind();
export const DIRECTORY: FileKind = new DirectoryKind();
