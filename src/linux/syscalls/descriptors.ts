/** Calls on descriptors: open, close, duplicate, seek, control, list a directory. */
import { E, fail } from '../errno.ts';
import type { Kernel } from '../kernel.ts';
import { copyIn, copyOut, intIn, intOut, stringIn, wordIn, wordOut } from '../memory/user.ts';
import { Socket } from '../net/socket.ts';
import { SeccompListener } from '../task/seccomp-listener.ts';
import { type Task, Unfinished } from '../task/task.ts';
import { F, O, RLIMIT, TTY } from '../uapi.ts';
import { anonymousInode } from '../vfs/anonymous.ts';
import type { IoctlArgument, OpenFile } from '../vfs/file.ts';
import { isDirectory, isRegular } from '../vfs/inode.ts';
import { mountedOn } from '../vfs/mount.ts';
import { IN } from '../vfs/notify.ts';
import { truncateFile } from '../vfs/pages.ts';
import { Pipe } from '../vfs/pipe.ts';
import { Terminal } from '../vfs/terminal.ts';
import { SEAL, TmpfsInode } from '../vfs/tmpfs.ts';
import { RESOLVE } from '../vfs/walk.ts';
import type { Call } from './call.ts';
import { transfer } from './io.ts';
import { recordLock } from './locks.ts';
import { install, openAt } from './open.ts';
import { listenerIoctl } from './seccomp.ts';
import { ownerControl, tellerOf } from './sigio.ts';

/** One end of a FIFO that was opened and waits for the other (fifo(7)). */
class HalfOpen extends Unfinished {
  readonly file: OpenFile;
  readonly pipe: Pipe;
  /** How often the other end had been opened before. */
  private readonly before: number;

  constructor(file: OpenFile, pipe: Pipe) {
    super();
    this.file = file;
    this.pipe = pipe;
    this.before = this.opens;
  }

  private get opens(): number {
    return this.file.readable ? this.pipe.writerOpens : this.pipe.readerOpens;
  }

  get waits(): boolean {
    return (this.file.readable ? this.pipe.writers : this.pipe.readers) === 0 && this.opens === this.before;
  }

  abandon(): void {
    this.file.release();
  }
}

/** Opens a file and gives it a descriptor; a FIFO first waits for its other end. */
function openFile(k: Kernel, t: Task, fd: number, va: number, flags: number, mode: number, limits: number): number {
  let half = t.progress instanceof HalfOpen ? t.progress : null;
  if (!half) {
    const file = openAt(k, t, fd, stringIn(t.process.space, va), flags, mode, limits);
    const { kind } = file;
    if (!(kind instanceof Pipe) || !kind.named || file.nonblocking || (file.readable && file.writable))
      return install(t, file, flags);
    half = new HalfOpen(file, kind);
    t.progress = half;
  }
  if (half.waits) return k.sleep(t, [half.pipe.queue]);
  t.progress = null;
  return install(t, half.file, flags);
}

export const openat: Call = (k, t, fd, va, flags, mode) => openFile(k, t, fd, va, flags, mode, 0);

/** struct open_how: flags, mode, resolve. */
const OPEN_HOW = 24;
const KNOWN_LIMITS = Object.values(RESOLVE).reduce((all, bit) => all | bit, 0);
/** All of open(2): O_DIRECT, O_LARGEFILE, O_NOATIME, O_DSYNC, O_SYNC have no name here. */
const KNOWN_FLAGS = 0o37777703;
const PATH_FLAGS = O.PATH | O.DIRECTORY | O.NOFOLLOW | O.CLOEXEC;

export const openat2: Call = (k, t, fd, va, how, size) => {
  const { space } = t.process;
  if (size < OPEN_HOW) fail(E.INVAL);
  if (size > 4096) fail(E.TOOBIG);
  if (copyIn(space, how + OPEN_HOW, size - OPEN_HOW).some((byte) => byte !== 0)) fail(E.TOOBIG);
  const [flags, mode, limits] = [wordIn(space, how), wordIn(space, how + 8), wordIn(space, how + 16)];
  // openat ignores what it does not know.
  if (flags < 0 || flags > 0x7fff_ffff || flags & ~KNOWN_FLAGS) fail(E.INVAL);
  if (limits < 0 || limits > KNOWN_LIMITS || limits & ~KNOWN_LIMITS) fail(E.INVAL);
  if (limits & RESOLVE.BENEATH && limits & RESOLVE.IN_ROOT) fail(E.INVAL);
  const makes = (flags & O.CREAT) !== 0 || (flags & O.TMPFILE) === O.TMPFILE;
  if (mode < 0 || mode > 0o7777 || (mode !== 0 && !makes)) fail(E.INVAL);
  if (flags & O.PATH && flags & ~PATH_FLAGS) fail(E.INVAL);
  if (limits & RESOLVE.CACHED && (makes || flags & O.TRUNC)) fail(E.AGAIN);
  return openFile(k, t, fd, va, flags, mode, limits);
};

export const close: Call = (_k, t, fd) => {
  t.process.files.close(fd);
  return 0;
};

export const closeRange: Call = (_k, t, first, last, flags) => {
  if (first > last) fail(E.INVAL);
  const { files } = t.process;
  for (const fd of files.numbers()) {
    if (fd < first >>> 0 || fd > last >>> 0) continue;
    if (flags & 4) files.slot(fd).cloexec = true;
    else files.close(fd);
  }
  return 0;
};

export const dup: Call = (_k, t, fd) => install(t, t.process.files.get(fd).hold(), 0);

export const dup3: Call = (_k, t, from, to, flags) => {
  const file = t.process.files.get(from);
  if (from === to || flags & ~O.CLOEXEC) fail(E.INVAL);
  if (to < 0 || to >= Math.min(t.process.limit(RLIMIT.NOFILE), 1048576)) fail(E.BADF);
  t.process.files.put(to, file.hold(), (flags & O.CLOEXEC) !== 0);
  return to;
};

const ALL_SEALS = Object.values(SEAL).reduce((all: number, bit) => all | bit, 0);

/** The seals of a file that memfd_create made. */
function sealsOf({ inode }: OpenFile): number {
  return (inode instanceof TmpfsInode ? inode.seals : null) ?? fail(E.INVAL);
}

function addSeals(k: Kernel, file: OpenFile, seals: number): number {
  const have = sealsOf(file);
  if (seals & ~ALL_SEALS) fail(E.INVAL);
  if (!file.writable || have & SEAL.SEAL) fail(E.PERM);
  if (seals & SEAL.WRITE && k.caches.of(file.inode).written) fail(E.BUSY);
  (file.inode as TmpfsInode).seals = have | seals;
  return 0;
}

const SETTABLE = O.APPEND | O.NONBLOCK;

const setFlag = (file: OpenFile, flag: number, on: boolean): void => {
  file.flags = on ? file.flags | flag : file.flags & ~flag;
};

/** Whether a file may be asked to tell of its changes by SIGIO. */
const tellsChanges = ({ kind }: OpenFile): boolean =>
  kind instanceof Pipe || kind instanceof Socket || kind instanceof Terminal;

export const fcntl: Call = (k, t, fd, command, argument) => {
  const slot = t.process.files.slot(fd);
  const { file } = slot;
  switch (command) {
    case F.DUPFD:
    case F.DUPFD_CLOEXEC:
      if (argument < 0 || argument >= t.process.limit(RLIMIT.NOFILE)) fail(E.INVAL);
      return install(t, file.hold(), command === F.DUPFD ? 0 : O.CLOEXEC, argument);
    case F.GETFD:
      return slot.cloexec ? 1 : 0;
    case F.SETFD:
      slot.cloexec = (argument & 1) !== 0;
      return 0;
    case F.GETFL:
      return file.flags | 0o100000;
    case F.SETFL:
      if (tellsChanges(file)) tellerOf(k, file).turn(t, fd, (argument & O.ASYNC) !== 0);
      file.flags = (file.flags & ~SETTABLE) | (argument & SETTABLE);
      return 0;
    case F.GETLK:
    case F.SETLK:
    case F.SETLKW:
    case F.OFD_GETLK:
    case F.OFD_SETLK:
    case F.OFD_SETLKW:
      return recordLock(k, t, file, command, argument);
    case F.ADD_SEALS:
      return addSeals(k, file, argument);
    case F.GET_SEALS:
      return sealsOf(file);
    case F.SETOWN:
    case F.GETOWN:
    case F.SETOWN_EX:
    case F.GETOWN_EX:
    case F.SETSIG:
    case F.GETSIG:
      return ownerControl(tellerOf(k, file), t, command, argument);
    case F.GETPIPE_SZ:
      return file.kind instanceof Pipe ? file.kind.capacity : fail(E.BADF);
    case F.SETPIPE_SZ:
      if (!(file.kind instanceof Pipe)) fail(E.BADF);
      if (argument < 0 || argument > 2 ** 31) fail(E.INVAL);
      if (argument > k.settings.pipeMost && !t.credential.can('sys_resource')) fail(E.PERM);
      file.kind.capacity = Math.max(4096, 2 ** Math.ceil(Math.log2(argument)));
      return file.kind.capacity;
    default:
      return fail(E.INVAL);
  }
};

const IOCTL = { FIONBIO: 0x5421, FIOCLEX: 0x5451, FIONCLEX: 0x5450, FIOASYNC: 0x5452 } as const;
/** What sockets have of fcntl(2)'s owner: FIOSETOWN and SIOCSPGRP, FIOGETOWN and SIOCGPGRP. */
const SOCKET_OWNER = { set: [0x8901, 0x8902], get: [0x8903, 0x8904] } as const;

export const ioctl: Call = (k, t, fd, request, argument) => {
  const slot = t.process.files.slot(fd);
  const { file } = slot;
  const { process } = t;
  const wanted = request >>> 0;
  if (wanted === IOCTL.FIOCLEX || wanted === IOCTL.FIONCLEX) {
    slot.cloexec = wanted === IOCTL.FIOCLEX;
    return 0;
  }
  if (wanted === IOCTL.FIONBIO) {
    setFlag(file, O.NONBLOCK, intIn(process.space, argument) !== 0);
    return 0;
  }
  if (wanted === IOCTL.FIOASYNC) {
    const on = intIn(process.space, argument) !== 0;
    if (on !== ((file.flags & O.ASYNC) !== 0) && !tellsChanges(file)) fail(E.NOTTY);
    if (tellsChanges(file)) tellerOf(k, file).turn(t, fd, on);
    return 0;
  }
  if (file.kind instanceof Socket) {
    const teller = tellerOf(k, file);
    if (SOCKET_OWNER.set.includes(wanted as 0x8901))
      return ownerControl(teller, t, F.SETOWN, intIn(process.space, argument));
    if (SOCKET_OWNER.get.includes(wanted as 0x8903)) {
      intOut(process.space, argument, Number(ownerControl(teller, t, F.GETOWN, 0)));
      return 0;
    }
  }
  if (file.kind instanceof SeccompListener) return listenerIoctl(k, t, file.kind, wanted, argument);
  if (file.kind instanceof Terminal) {
    const mine = process.terminal === file.kind && file.kind.session === process.session;
    if (wanted === TTY.TIOCSCTTY) {
      if (process.session !== process.pid) fail(E.PERM);
      process.terminal = file.kind;
      file.kind.session = process.session;
      file.kind.foreground = process.group;
    } else if ((wanted === TTY.TIOCSPGRP || wanted === TTY.TIOCGPGRP) && !mine) fail(E.NOTTY);
    else if (wanted === TTY.TIOCNOTTY) process.terminal = null;
  }
  return file.kind.ioctl(file, wanted, argumentAt(t, argument));
};

const argumentAt = (t: Task, va: number): IoctlArgument => ({
  in: (length) => copyIn(t.process.space, va, length),
  out: (bytes) => copyOut(t.process.space, va, bytes),
  at: (other) => argumentAt(t, other),
  can: (capability) => t.credential.canIn(t.namespaces.net.owner, capability),
});

const WHENCE = { SET: 0, CUR: 1, END: 2, DATA: 3, HOLE: 4 } as const;

export const lseek: Call = (_k, t, fd, offset, whence) => {
  const file = t.process.files.get(fd);
  if (!file.kind.seekable) fail(E.SPIPE);
  file.inode.refresh();
  const { size } = file.inode;
  let to: number;
  if (whence === WHENCE.SET) to = offset;
  else if (whence === WHENCE.CUR) to = file.position + offset;
  else if (whence === WHENCE.END) to = size + offset;
  else if (whence === WHENCE.DATA) to = offset < size ? offset : fail(E.NXIO);
  else if (whence === WHENCE.HOLE) to = offset < size ? size : fail(E.NXIO);
  else return fail(E.INVAL);
  if (to < 0) fail(E.INVAL);
  file.position = to;
  if (isDirectory(file.inode.mode) && to === 0) file.listing = null;
  return to;
};

export const pipe2: Call = (k, t, va, flags) => {
  if (flags & ~(O.CLOEXEC | O.NONBLOCK)) fail(E.INVAL);
  const inode = anonymousInode('pipe', k.clock.coarse());
  const pipe = new Pipe(false);
  inode.attached = pipe;
  const ends = [O.RDONLY, O.WRONLY].map((access) => pipe.open(inode, access | (flags & O.NONBLOCK)));
  const [read, write] = [install(t, ends[0]!, flags), install(t, ends[1]!, flags)];
  intOut(t.process.space, va, read);
  intOut(t.process.space, va + 4, write);
  return 0;
};

const utf8 = new TextEncoder();

/** Entries of a directory with `.` and `..`, as they are at the first look. */
function listing(file: OpenFile): NonNullable<OpenFile['listing']> {
  if (file.listing) return file.listing;
  const { dentry } = file.path!;
  const up = dentry.parent?.inode ?? dentry.inode;
  const entries = dentry.inode.entries().map((entry) => {
    // A directory that something is mounted on shows what is mounted.
    const child = dentry.children.get(entry.name);
    const top = child && mountedOn({ mount: file.path!.mount, dentry: child });
    return top ? { ...entry, ino: top.root.inode.ino } : entry;
  });
  file.listing = [
    { name: '.', ino: dentry.inode.ino, type: dentry.inode.mode & 0o170000 },
    { name: '..', ino: up.ino, type: up.mode & 0o170000 },
    ...entries,
  ];
  return file.listing;
}

export const getdents64: Call = (_k, t, fd, va, length) => {
  const file = t.process.files.get(fd);
  if (!isDirectory(file.inode.mode)) fail(E.NOTDIR);
  if (file.position === 0) file.listing = null;
  const entries = listing(file);
  const out = new Uint8Array(Math.max(0, Math.min(length, 65536)));
  const view = new DataView(out.buffer);
  let at = 0;
  for (; file.position < entries.length; file.position++) {
    const { name, ino, type } = entries[file.position]!;
    const bytes = utf8.encode(name);
    const size = Math.ceil((19 + bytes.length + 1) / 8) * 8;
    if (at + size > out.length) {
      if (at === 0) fail(E.INVAL);
      break;
    }
    view.setBigUint64(at, BigInt(ino), true);
    view.setBigInt64(at + 8, BigInt(file.position + 1), true);
    view.setUint16(at + 16, size, true);
    out[at + 18] = type >> 12;
    out.set(bytes, at + 19);
    at += size;
  }
  copyOut(t.process.space, va, out.subarray(0, at));
  file.tell(IN.ACCESS);
  return at;
};

export const ftruncate: Call = (_k, t, fd, size) => {
  const file = t.process.files.get(fd);
  if (size < 0 || !isRegular(file.inode.mode) || !file.writable) fail(E.INVAL);
  truncateFile(file.inode, size);
  file.tell(IN.MODIFY);
  return 0;
};

const FALLOC_KEEP_SIZE = 1;
const FALLOC_PUNCH_HOLE = 2;

export const fallocate: Call = (_k, t, fd, mode, offset, length) => {
  const file = t.process.files.get(fd);
  if (!file.writable) fail(E.BADF);
  if (offset < 0 || length <= 0) fail(E.INVAL);
  if (mode === (FALLOC_PUNCH_HOLE | FALLOC_KEEP_SIZE)) {
    const end = Math.min(offset + length, file.inode.size);
    for (let at = offset; at < end; at += 65536) file.kind.writeAt(file, at, new Uint8Array(Math.min(65536, end - at)));
    file.tell(IN.MODIFY);
    return 0;
  }
  if (mode & ~FALLOC_KEEP_SIZE) fail(E.OPNOTSUPP);
  if (!mode && offset + length > file.inode.size) truncateFile(file.inode, offset + length);
  file.tell(IN.MODIFY);
  return 0;
};

export const fsync: Call = (_k, t, fd) => {
  t.process.files.get(fd).inode.data.pages?.sync();
  return 0;
};

/** An offset that a call reads and writes back; null: the file's own position is used. */
function offsetIn(t: Parameters<Call>[1], va: number): number | null {
  return va ? wordIn(t.process.space, va) : null;
}

export const sendfile: Call = (k, t, to, from, offset, length) => {
  const { files, space } = t.process;
  const at = offsetIn(t, offset);
  const n = transfer(k, t, files.get(from), files.get(to), at, null, length);
  if (n > 0 && at !== null) wordOut(space, offset, at + n);
  return n;
};

export const copyFileRange: Call = (k, t, from, fromOffset, to, toOffset, length) => {
  const { files, space } = t.process;
  if (!isRegular(files.get(from).inode.mode) || !isRegular(files.get(to).inode.mode)) fail(E.INVAL);
  const [a, b] = [offsetIn(t, fromOffset), offsetIn(t, toOffset)];
  const n = transfer(k, t, files.get(from), files.get(to), a, b, length);
  if (n > 0 && a !== null) wordOut(space, fromOffset, a + n);
  if (n > 0 && b !== null) wordOut(space, toOffset, b + n);
  return n;
};

export const splice: Call = (k, t, from, fromOffset, to, toOffset, length) => {
  const { files } = t.process;
  if (!(files.get(from).kind instanceof Pipe) && !(files.get(to).kind instanceof Pipe)) fail(E.INVAL);
  return transfer(k, t, files.get(from), files.get(to), offsetIn(t, fromOffset), offsetIn(t, toOffset), length);
};
