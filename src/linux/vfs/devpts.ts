/** Pseudo-terminals: /dev/pts, one of its own for each mount (pty(7), devpts of the kernel's docs). */
import { joined, u32 } from '../../abi/bytes.ts';
import { E, fail } from '../errno.ts';
import { POLL, S, TTY } from '../uapi.ts';
import { WaitQueue } from '../wait.ts';
import { FileKind, type IoctlArgument, type OpenFile, type SpecialFile } from './file.ts';
import { type DirectoryEntry, FileSystem, Inode } from './inode.ts';
import type { Terminal } from './terminal.ts';

/** Bytes the master has not read yet; who writes more waits. */
const CAPACITY = 65_536;
/** First major number of Unix 98 slaves, and that of /dev/ptmx. */
const SLAVE_MAJOR = 136;
const PTMX = (5 << 8) | 2;

export interface DevptsOptions {
  readonly now: () => number;
  /** A terminal whose output goes to `write`. */
  readonly makeTerminal: (write: (bytes: Uint8Array) => void) => Terminal;
  /** Who opens one now. */
  readonly owner: () => { readonly uid: number; readonly gid: number };
  readonly mode: number;
  readonly ptmxMode: number;
  /** Group of every slave; null: its owner's. */
  readonly gid: number | null;
  readonly most: number;
}

/** The side of a terminal emulator. */
class Master extends FileKind {
  override readonly queue = new WaitQueue();
  private chunks: Uint8Array[] = [];
  private waiting = 0;
  private readonly fs: DevptsFs;
  readonly slave: Slave;
  locked = true;

  constructor(fs: DevptsFs, number: number) {
    super();
    this.fs = fs;
    const terminal = fs.options.makeTerminal((bytes) => this.show(bytes));
    this.slave = new Slave(fs, number, terminal, this);
  }

  private show(bytes: Uint8Array): void {
    this.chunks.push(bytes);
    this.waiting += bytes.length;
    if (this.waiting >= CAPACITY) this.slave.terminal.hold(true);
    this.queue.wake();
  }

  override read(_file: OpenFile, into: Uint8Array): number {
    // All slaves were closed: there is nothing to wait for.
    if (!this.waiting) fail(this.slave.wasOpened && !this.slave.isOpen ? E.IO : E.AGAIN);
    const all = this.chunks.length === 1 ? this.chunks[0]! : joined(this.chunks);
    const n = Math.min(all.length, into.length);
    into.set(all.subarray(0, n));
    this.chunks = n < all.length ? [all.subarray(n)] : [];
    this.waiting -= n;
    if (this.waiting < CAPACITY) this.slave.terminal.hold(false);
    return n;
  }

  override write(_file: OpenFile, from: Uint8Array): number {
    this.slave.terminal.input(from.slice());
    return from.length;
  }

  override poll(): number {
    const hungUp = this.slave.wasOpened && !this.slave.isOpen;
    return (this.waiting ? POLL.IN : 0) | POLL.OUT | (hungUp ? POLL.HUP : 0);
  }

  override ioctl(file: OpenFile, request: number, argument: IoctlArgument): number {
    switch (request) {
      case TTY.TIOCGPTN:
        argument.out(u32(this.slave.number));
        return 0;
      case TTY.TIOCSPTLCK:
        this.locked = u32Of(argument.in(4)) !== 0;
        return 0;
      case TTY.FIONREAD:
        argument.out(u32(this.waiting));
        return 0;
      case TTY.TIOCGWINSZ:
      case TTY.TIOCSWINSZ:
      case TTY.TCGETS:
      case TTY.TCSETS:
      case TTY.TCSETSW:
      case TTY.TCSETSF:
      case TTY.TCGETS2:
      case TTY.TCSETS2:
      case TTY.TCSETSW2:
      case TTY.TCSETSF2:
        return this.slave.terminal.ioctl(file, request, argument);
      default:
        return fail(E.NOTTY);
    }
  }

  override close(): void {
    this.fs.slaves.delete(this.slave.number);
    this.slave.terminal.hangUp();
  }
}

const u32Of = (bytes: Uint8Array): number => new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);

/** The entry of a terminal. */
class Slave extends Inode implements SpecialFile {
  readonly fs: DevptsFs;
  readonly ino: number;
  readonly number: number;
  readonly terminal: Terminal;
  private readonly master: Master | null;
  private users = 0;
  wasOpened = false;

  constructor(fs: DevptsFs, number: number, terminal: Terminal, master: Master | null) {
    const { owner, gid, mode, now } = fs.options;
    const who = owner();
    super(
      { mode: S.IFCHR | mode, uid: who.uid, gid: gid ?? who.gid, rdev: (SLAVE_MAJOR << 8) | (number & 0xff) },
      now(),
    );
    this.fs = fs;
    this.number = number;
    this.ino = number + 3;
    this.terminal = terminal;
    this.master = master;
  }

  get isOpen(): boolean {
    return this.users > 0;
  }

  override acquire(): void {
    this.users++;
    this.wasOpened = true;
  }

  override release(): void {
    this.users--;
    this.master?.queue.wake();
  }

  kindOf(): FileKind {
    if (this.master?.locked) fail(E.IO);
    return this.terminal;
  }
}

/** Opening it makes a new terminal and gives its master. */
class Ptmx extends Inode implements SpecialFile {
  readonly fs: DevptsFs;
  readonly ino = 2;
  constructor(fs: DevptsFs) {
    super({ mode: S.IFCHR | fs.options.ptmxMode, uid: 0, gid: 0, rdev: PTMX }, fs.options.now());
    this.fs = fs;
  }
  kindOf(): FileKind {
    return this.fs.open();
  }
}

class Directory extends Inode {
  readonly fs: DevptsFs;
  readonly ino = 1;
  override readonly volatile = true;
  private readonly ptmx: Ptmx;

  constructor(fs: DevptsFs) {
    super({ mode: S.IFDIR | 0o755, uid: 0, gid: 0 }, fs.options.now());
    this.fs = fs;
    this.ptmx = new Ptmx(fs);
  }

  override lookup(name: string): Inode | null {
    if (name === 'ptmx') return this.ptmx;
    return /^(0|[1-9]\d*)$/.test(name) ? (this.fs.slaves.get(Number(name)) ?? null) : null;
  }

  override entries(): DirectoryEntry[] {
    const rows: readonly Inode[] = [this.ptmx, ...this.fs.slaves.values()];
    const names = ['ptmx', ...this.fs.slaves.keys()];
    return rows.map((inode, i) => ({ name: String(names[i]), ino: inode.ino, type: S.IFCHR }));
  }
}

export class DevptsFs extends FileSystem {
  readonly type = 'devpts';
  readonly magic = 0x1cd1;
  readonly root: Inode;
  readonly options: DevptsOptions;
  readonly slaves = new Map<number, Slave>();

  constructor(options: DevptsOptions) {
    super();
    this.options = options;
    this.root = new Directory(this);
  }

  private freeNumber(): number {
    let number = 0;
    while (this.slaves.has(number)) number++;
    return number < this.options.most ? number : fail(E.NOSPC);
  }

  /** A new terminal; its master. */
  open(): FileKind {
    const master = new Master(this, this.freeNumber());
    this.slaves.set(master.slave.number, master.slave);
    return master;
  }

  /** The number of a terminal's entry, or null. */
  numberOf(terminal: Terminal): number | null {
    for (const [number, slave] of this.slaves) if (slave.terminal === terminal) return number;
    return null;
  }

  /** Gives a terminal whose other side is the host an entry. */
  adopt(terminal: Terminal): void {
    const number = this.freeNumber();
    this.slaves.set(number, new Slave(this, number, terminal, null));
  }
}
