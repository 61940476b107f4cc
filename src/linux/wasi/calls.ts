/** The functions of WASI preview 1, each as one row: a program imports them by these names. */
import { E, fail, SysError } from '../errno.ts';
import { O, POLL, S } from '../uapi.ts';
import { make, makeLink, makeSymlink, move, remove } from '../vfs/change.ts';
import { type Change, type Inode, isDirectory, isRegular, isSymlink } from '../vfs/inode.ts';
import { truncateFile } from '../vfs/pages.ts';
import { demand, MAY } from '../vfs/walk.ts';
import { ALL_RIGHTS, EVENT, errnoOf, FDFLAG, FSTFLAG, fileType, OFLAG, RIGHT, SUCCESS } from './constants.ts';
import { Exit, type WasiProcess } from './process.ts';

/** Numbers of 64 bits come as BigInt, all others as numbers. */
export type WasiCall = (p: WasiProcess, ...args: never[]) => void;

const utf8 = new TextEncoder();
const MS = 1_000_000n;
const nanoseconds = (ms: number): bigint => BigInt(Math.round(ms * 1000)) * 1000n;

/** NUL-terminated strings, and pointers to them. */
function strings(p: WasiProcess, list: readonly string[], pointers: number, buffer: number): void {
  let at = buffer;
  list.forEach((text, i) => {
    const bytes = utf8.encode(`${text}\0`);
    p.view.setUint32(pointers + 4 * i, at, true);
    p.bytes(at, bytes.length).set(bytes);
    at += bytes.length;
  });
}

function sizes(p: WasiProcess, list: readonly string[], count: number, size: number): void {
  p.view.setUint32(count, list.length, true);
  p.view.setUint32(
    size,
    list.reduce((n, text) => n + utf8.encode(text).length + 1, 0),
    true,
  );
}

function filestat(p: WasiProcess, inode: Inode, at: number): void {
  inode.refresh();
  const { view } = p;
  p.bytes(at, 64).fill(0);
  view.setBigUint64(at, BigInt(inode.fs.device), true);
  view.setBigUint64(at + 8, BigInt(inode.ino), true);
  view.setUint8(at + 16, fileType(inode.mode));
  view.setBigUint64(at + 24, BigInt(inode.nlink), true);
  view.setBigUint64(at + 32, BigInt(inode.size), true);
  [inode.atime, inode.mtime, inode.ctime].forEach((ms, i) => {
    view.setBigUint64(at + 40 + 8 * i, BigInt.asUintN(64, nanoseconds(ms)), true);
  });
}

function times(p: WasiProcess, inode: Inode, atim: bigint, mtim: bigint, flags: number): void {
  const now = Number(p.options.realtime() / MS);
  const one = (set: number, at: number, value: bigint): number | undefined => {
    if (flags & set && flags & at) fail(E.INVAL);
    if (flags & at) return now;
    return flags & set ? Number(value / 1000n) / 1000 : undefined;
  };
  const [atime, mtime] = [one(FSTFLAG.ATIM, FSTFLAG.ATIM_NOW, atim), one(FSTFLAG.MTIM, FSTFLAG.MTIM_NOW, mtim)];
  const change: Change = { ...(atime !== undefined && { atime }), ...(mtime !== undefined && { mtime }) };
  inode.change(change, now);
}

const offset = (value: bigint): number => {
  const number = Number(BigInt.asIntN(64, value));
  return number >= 0 && Number.isSafeInteger(number) ? number : fail(E.INVAL);
};

const readable = (p: WasiProcess, fd: number) => {
  const { file } = p.get(fd);
  return file.readable ? file : fail(E.BADF);
};
const writable = (p: WasiProcess, fd: number) => {
  const { file } = p.get(fd);
  return file.writable ? file : fail(E.BADF);
};

/** Waits where a file has nothing now, as blocking reads and writes do. */
function patiently(p: WasiProcess, fd: number, work: () => number): number {
  for (;;) {
    try {
      return work();
    } catch (e) {
      const again = e instanceof SysError && e.code === E.AGAIN;
      if (!again || p.get(fd).flags & FDFLAG.NONBLOCK) throw e;
      p.options.sleep(MS);
    }
  }
}

/** Goes over the pieces until one is not filled. */
function over(pieces: readonly Uint8Array[], work: (piece: Uint8Array, done: number) => number): number {
  let done = 0;
  for (const piece of pieces) {
    if (!piece.length) continue;
    const n = work(piece, done);
    done += n;
    if (n < piece.length) break;
  }
  return done;
}

function readdir(p: WasiProcess, fd: number, buffer: number, length: number, cookie: bigint, used: number): void {
  const { file } = p.get(fd);
  if (!isDirectory(file.inode.mode)) fail(E.NOTDIR);
  if (cookie === 0n || !file.listing) {
    const { dentry } = file.path!;
    const dots = ['.', '..'].map((name) => ({ name, ino: file.inode.ino, type: S.IFDIR }));
    file.listing = [...dots, ...dentry.inode.entries()];
  }
  const out = p.bytes(buffer, length);
  let at = 0;
  for (let i = Number(cookie); i < file.listing.length && at < out.length; i++) {
    const { name, ino, type } = file.listing[i]!;
    const bytes = utf8.encode(name);
    const entry = new Uint8Array(24 + bytes.length);
    const view = new DataView(entry.buffer);
    view.setBigUint64(0, BigInt(i + 1), true);
    view.setBigUint64(8, BigInt(ino), true);
    view.setUint32(16, bytes.length, true);
    view.setUint8(20, fileType(type));
    entry.set(bytes, 24);
    // The last one may be cut off: the program asks again with a larger buffer.
    const part = entry.subarray(0, out.length - at);
    out.set(part, at);
    at += part.length;
  }
  p.view.setUint32(used, at, true);
}

function pathOpen(
  p: WasiProcess,
  fd: number,
  lookup: number,
  at: number,
  length: number,
  oflags: number,
  rights: bigint,
  _inheriting: bigint,
  fdflags: number,
  out: number,
): void {
  const text = p.text(at, length);
  const { who } = p.options;
  const exclusive = OFLAG.CREAT | OFLAG.EXCL;
  const follow = (lookup & 1) !== 0 && (oflags & exclusive) !== exclusive;
  const found = p.newAt(fd, text, follow);
  const writes = (rights & (RIGHT.WRITE | RIGHT.ALLOCATE | RIGHT.SET_SIZE)) !== 0n || (oflags & OFLAG.TRUNC) !== 0;
  const reads = (rights & RIGHT.READ) !== 0n;
  let path = found.at;
  if (found.last !== null) {
    if (!(oflags & OFLAG.CREAT)) fail(E.NOENT);
    if (found.slash || oflags & OFLAG.DIRECTORY) fail(E.NOENT);
    path = make(found.at, found.last, { mode: S.IFREG | 0o644, uid: who.uid, gid: who.gid }, who);
  } else if ((oflags & exclusive) === exclusive) fail(E.EXIST);
  const { inode } = path.dentry;
  if (isSymlink(inode.mode)) fail(E.LOOP);
  if (oflags & OFLAG.DIRECTORY && !isDirectory(inode.mode)) fail(E.NOTDIR);
  if (found.slash && !isDirectory(inode.mode)) fail(E.NOTDIR);
  const directory = isDirectory(inode.mode);
  // Directories are opened with all rights there are; what may not be done with them fails when it is done.
  if (directory && oflags & (OFLAG.TRUNC | OFLAG.CREAT)) fail(E.ISDIR);
  if (found.last === null)
    demand(inode, who, (reads || directory ? MAY.read : 0) | (writes && !directory ? MAY.write : 0));
  if (writes && !directory && path.mount.flags.readOnly) fail(E.ROFS);
  if (writes && isRegular(inode.mode)) inode.openForWriting((oflags & OFLAG.TRUNC) !== 0);
  const access = directory ? O.RDONLY : writes ? (reads ? O.RDWR : O.WRONLY) : O.RDONLY;
  const file = p.open(path, access | (fdflags & FDFLAG.APPEND ? O.APPEND : 0));
  try {
    if (oflags & OFLAG.TRUNC) truncateFile(inode, 0);
    p.view.setUint32(out, p.add({ file, preopen: null, flags: fdflags }), true);
  } catch (e) {
    file.release();
    throw e;
  }
}

/** Waits until a time has come or a descriptor is ready. */
function pollOneoff(p: WasiProcess, subscriptions: number, events: number, count: number, out: number): void {
  if (count === 0 || count >>> 0 > 4096) fail(E.INVAL);
  const { view } = p;
  const now = (clock: number): bigint => (clock === 0 ? p.options.realtime() : p.options.monotonic());
  const all = Array.from({ length: count }, (_, i) => {
    const at = subscriptions + 48 * i;
    const type = view.getUint8(at + 8);
    const clock = view.getUint32(at + 16, true);
    const timeout = view.getBigUint64(at + 24, true);
    const absolute = (view.getUint16(at + 40, true) & 1) !== 0;
    const deadline = type === EVENT.CLOCK ? (absolute ? timeout : now(clock) + timeout) : 0n;
    return { userdata: view.getBigUint64(at, true), type, clock, deadline, fd: clock };
  });
  for (;;) {
    let ready = 0;
    let soonest = 10_000_000n;
    for (const { userdata, type, clock, deadline, fd } of all) {
      let error = SUCCESS;
      if (type === EVENT.CLOCK) {
        const left = deadline - now(clock);
        if (left > 0n) {
          if (left < soonest || all.length === 1) soonest = left;
          continue;
        }
      } else if (type === EVENT.READ || type === EVENT.WRITE) {
        const descriptor = p.fds.get(fd);
        const wanted = (type === EVENT.READ ? POLL.IN : POLL.OUT) | POLL.HUP | POLL.ERR;
        if (!descriptor) error = errnoOf(E.BADF);
        else if (!(descriptor.file.kind.poll(descriptor.file) & wanted)) continue;
      } else error = errnoOf(E.INVAL);
      const at = events + 32 * ready++;
      p.bytes(at, 32).fill(0);
      p.view.setBigUint64(at, userdata, true);
      p.view.setUint16(at + 8, error, true);
      p.view.setUint8(at + 10, type);
      if (type !== EVENT.CLOCK) p.view.setBigUint64(at + 16, 1n, true);
    }
    if (ready) {
      p.view.setUint32(out, ready, true);
      return;
    }
    p.options.sleep(soonest);
  }
}

const remover =
  (directory: boolean) =>
  (p: WasiProcess, fd: number, at: number, length: number): void => {
    const { dir, name, slash } = p.parentAt(fd, p.text(at, length));
    remove(dir, name, directory, slash, p.options.who);
  };

const noSocket = (p: WasiProcess, fd: number): void => {
  p.get(fd);
  fail(E.NOTSOCK);
};
const flushed = (p: WasiProcess, fd: number): void => p.get(fd).file.inode.data.pages?.sync();

export const CALLS = {
  args_get: (p: WasiProcess, pointers: number, buffer: number) => strings(p, p.options.args, pointers, buffer),
  args_sizes_get: (p: WasiProcess, count: number, size: number) => sizes(p, p.options.args, count, size),
  environ_get: (p: WasiProcess, pointers: number, buffer: number) => strings(p, p.options.env, pointers, buffer),
  environ_sizes_get: (p: WasiProcess, count: number, size: number) => sizes(p, p.options.env, count, size),
  clock_res_get: (p: WasiProcess, clock: number, out: number) => {
    if (clock >>> 0 > 3) fail(E.INVAL);
    p.view.setBigUint64(out, 1000n, true);
  },
  clock_time_get: (p: WasiProcess, clock: number, _precision: bigint, out: number) => {
    if (clock >>> 0 > 3) fail(E.INVAL);
    p.view.setBigUint64(out, clock === 0 ? p.options.realtime() : p.options.monotonic(), true);
  },
  fd_advise: (p: WasiProcess, fd: number) => void p.get(fd),
  fd_allocate: (p: WasiProcess, fd: number, at: bigint, length: bigint) => {
    const { inode } = writable(p, fd);
    const end = offset(at) + offset(length);
    if (end > inode.size) truncateFile(inode, end);
  },
  fd_close: (p: WasiProcess, fd: number) => p.close(fd),
  fd_datasync: flushed,
  fd_fdstat_get: (p: WasiProcess, fd: number, out: number) => {
    const { file, flags } = p.get(fd);
    p.bytes(out, 24).fill(0);
    p.view.setUint8(out, fileType(file.inode.mode));
    p.view.setUint16(out + 2, flags, true);
    // Terminals and pipes have no position, which is how programs tell them.
    const rights = file.kind.seekable ? ALL_RIGHTS : ALL_RIGHTS & ~0x24n;
    p.view.setBigUint64(out + 8, rights, true);
    p.view.setBigUint64(out + 16, ALL_RIGHTS, true);
  },
  fd_fdstat_set_flags: (p: WasiProcess, fd: number, flags: number) => {
    const descriptor = p.get(fd);
    descriptor.flags = flags & 31;
    descriptor.file.flags = (descriptor.file.flags & ~O.APPEND) | (flags & FDFLAG.APPEND ? O.APPEND : 0);
  },
  fd_fdstat_set_rights: (p: WasiProcess, fd: number) => void p.get(fd),
  fd_filestat_get: (p: WasiProcess, fd: number, out: number) => filestat(p, p.get(fd).file.inode, out),
  fd_filestat_set_size: (p: WasiProcess, fd: number, size: bigint) => truncateFile(writable(p, fd).inode, offset(size)),
  fd_filestat_set_times: (p: WasiProcess, fd: number, atim: bigint, mtim: bigint, flags: number) =>
    times(p, p.get(fd).file.inode, atim, mtim, flags),
  fd_pread: (p: WasiProcess, fd: number, vectors: number, count: number, at: bigint, out: number) => {
    const file = readable(p, fd);
    const start = offset(at);
    const n = over(p.pieces(vectors, count), (piece, done) => file.kind.readAt(file, start + done, piece));
    p.view.setUint32(out, n, true);
  },
  fd_prestat_get: (p: WasiProcess, fd: number, out: number) => {
    const { preopen } = p.get(fd);
    if (preopen === null) fail(E.BADF);
    p.view.setUint32(out, 0, true);
    p.view.setUint32(out + 4, utf8.encode(preopen!).length, true);
  },
  fd_prestat_dir_name: (p: WasiProcess, fd: number, at: number, length: number) => {
    const bytes = utf8.encode(p.get(fd).preopen ?? fail(E.BADF));
    if (length < bytes.length) fail(E.NAMETOOLONG);
    p.bytes(at, bytes.length).set(bytes);
  },
  fd_pwrite: (p: WasiProcess, fd: number, vectors: number, count: number, at: bigint, out: number) => {
    const file = writable(p, fd);
    const start = offset(at);
    const n = over(p.pieces(vectors, count), (piece, done) => file.kind.writeAt(file, start + done, piece));
    p.view.setUint32(out, n, true);
  },
  fd_read: (p: WasiProcess, fd: number, vectors: number, count: number, out: number) => {
    const file = readable(p, fd);
    const n = over(p.pieces(vectors, count), (piece, done) =>
      done && !file.kind.seekable ? 0 : patiently(p, fd, () => file.kind.read(file, piece)),
    );
    p.view.setUint32(out, n, true);
  },
  fd_readdir: readdir,
  fd_renumber: (p: WasiProcess, from: number, to: number) => {
    const descriptor = p.get(from);
    p.get(to);
    if (from === to) return;
    p.close(to);
    p.fds.delete(from);
    p.fds.set(to, descriptor);
  },
  fd_seek: (p: WasiProcess, fd: number, by: bigint, whence: number, out: number) => {
    const { file } = p.get(fd);
    if (!file.kind.seekable) fail(E.SPIPE);
    const base = [0, file.position, file.inode.size][whence] ?? fail(E.INVAL);
    file.position = offset(BigInt(base) + by);
    p.view.setBigUint64(out, BigInt(file.position), true);
  },
  fd_sync: flushed,
  fd_tell: (p: WasiProcess, fd: number, out: number) => {
    const { file } = p.get(fd);
    if (!file.kind.seekable) fail(E.SPIPE);
    p.view.setBigUint64(out, BigInt(file.position), true);
  },
  fd_write: (p: WasiProcess, fd: number, vectors: number, count: number, out: number) => {
    const file = writable(p, fd);
    const n = over(p.pieces(vectors, count), (piece) => patiently(p, fd, () => file.kind.write(file, piece)));
    p.view.setUint32(out, n, true);
  },
  path_create_directory: (p: WasiProcess, fd: number, at: number, length: number) => {
    const { uid, gid } = p.options.who;
    const { at: dir, last } = p.newAt(fd, p.text(at, length), false);
    if (last === null) fail(E.EXIST);
    make(dir, last!, { mode: S.IFDIR | 0o755, uid, gid }, p.options.who);
  },
  path_filestat_get: (p: WasiProcess, fd: number, lookup: number, at: number, length: number, out: number) =>
    filestat(p, p.at(fd, p.text(at, length), (lookup & 1) !== 0).dentry.inode, out),
  path_filestat_set_times: (
    p: WasiProcess,
    fd: number,
    lookup: number,
    at: number,
    length: number,
    atim: bigint,
    mtim: bigint,
    flags: number,
  ) => {
    const path = p.at(fd, p.text(at, length), (lookup & 1) !== 0);
    if (path.mount.flags.readOnly) fail(E.ROFS);
    times(p, path.dentry.inode, atim, mtim, flags);
  },
  path_link: (
    p: WasiProcess,
    fd: number,
    lookup: number,
    at: number,
    length: number,
    toFd: number,
    toAt: number,
    toLength: number,
  ) => {
    const from = p.at(fd, p.text(at, length), (lookup & 1) !== 0);
    const { dir, name, slash } = p.parentAt(toFd, p.text(toAt, toLength));
    if (slash) fail(E.NOENT);
    makeLink(dir, name, from, p.options.who);
  },
  path_open: pathOpen,
  path_readlink: (p: WasiProcess, fd: number, at: number, length: number, to: number, room: number, out: number) => {
    const target = utf8.encode(p.at(fd, p.text(at, length), false).dentry.inode.readlink()).subarray(0, room >>> 0);
    p.bytes(to, target.length).set(target);
    p.view.setUint32(out, target.length, true);
  },
  path_remove_directory: remover(true),
  path_rename: (
    p: WasiProcess,
    fd: number,
    at: number,
    length: number,
    toFd: number,
    toAt: number,
    toLength: number,
  ) => {
    const [from, to] = [p.parentAt(fd, p.text(at, length)), p.parentAt(toFd, p.text(toAt, toLength))];
    const source = from.slash || to.slash ? from.dir.dentry.inode.lookup(from.name) : null;
    if (source && !isDirectory(source.mode)) fail(E.NOTDIR);
    move(from.dir, from.name, to.dir, to.name, 0, p.options.who);
  },
  path_symlink: (p: WasiProcess, at: number, length: number, fd: number, toAt: number, toLength: number) => {
    const target = p.text(at, length);
    if (target === '') fail(E.NOENT);
    // It would lead elsewhere for whoever sees these files from outside.
    if (target.startsWith('/')) fail(E.PERM);
    const { dir, name, slash } = p.parentAt(fd, p.text(toAt, toLength));
    if (slash) fail(E.NOENT);
    const { uid, gid } = p.options.who;
    makeSymlink(dir, name, target, { mode: S.IFLNK | 0o777, uid, gid }, p.options.who);
  },
  path_unlink_file: remover(false),
  poll_oneoff: pollOneoff,
  proc_exit: (_p: WasiProcess, code: number) => {
    throw new Exit(code >>> 0);
  },
  proc_raise: (_p: WasiProcess, signal: number) => {
    throw new Exit(128 + signal);
  },
  sched_yield: () => {},
  random_get: (p: WasiProcess, at: number, length: number) => p.options.random(p.bytes(at, length)),
  sock_accept: noSocket,
  sock_recv: noSocket,
  sock_send: noSocket,
  sock_shutdown: noSocket,
} satisfies Record<string, WasiCall>;
