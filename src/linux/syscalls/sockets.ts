/** Calls on sockets (socket(2)). */
import { E, fail, SysError } from '../errno.ts';
import { BLOCKED, type Kernel } from '../kernel.ts';
import { copyIn, copyOut, encode, intIn, intOut, wordIn, wordOut } from '../memory/user.ts';
import { nonBlocking, SOCK, UnixSocket } from '../net/unix.ts';
import { viewOf } from '../task/exec.ts';
import type { Task } from '../task/task.ts';
import { O, RLIMIT, S, UNLIMITED } from '../uapi.ts';
import { anonymousInode } from '../vfs/anonymous.ts';
import { make } from '../vfs/change.ts';
import { OpenFile } from '../vfs/file.ts';
import { demand, MAY, resolve, resolveParent } from '../vfs/walk.ts';
import type { Call } from './call.ts';
import { gather, tellBroken, vectorIn, wouldBlock } from './io.ts';
import { install } from './open.ts';

const AF = { UNIX: 1, INET: 2, INET6: 10, NETLINK: 16 } as const;
const TYPE_MASK = 0xf;
const MSG = { PEEK: 2, TRUNC: 0x20, DONTWAIT: 0x40, CTRUNC: 8, NOSIGNAL: 0x4000, CMSG_CLOEXEC: 0x4000_0000 } as const;

function ownerOf(t: Task) {
  return { pid: t.process.pid.in(t.namespaces.pid), uid: t.credential.euid, gid: t.credential.egid };
}

function unixSocket(t: Task, domain: number, type: number): UnixSocket {
  if (domain !== AF.UNIX) fail(E.AFNOSUPPORT);
  const kind = type & TYPE_MASK;
  if (kind !== SOCK.STREAM && kind !== SOCK.DGRAM && kind !== SOCK.SEQPACKET) fail(E.PROTONOSUPPORT);
  return new UnixSocket(kind, ownerOf(t));
}

const open = (k: Kernel, t: Task, socket: UnixSocket, flags: number): number =>
  install(
    t,
    new OpenFile(socket, anonymousInode('socket', k.clock.realtime()), null, O.RDWR | nonBlocking(flags)),
    flags,
  );

export const socket: Call = (k, t, domain, type) => open(k, t, unixSocket(t, domain, type), type);

export const socketpair: Call = (k, t, domain, type, _protocol, out) => {
  const [a, b] = [unixSocket(t, domain, type), unixSocket(t, domain, type)];
  UnixSocket.pair(a, b);
  intOut(t.process.space, out, open(k, t, a, type));
  intOut(t.process.space, out + 4, open(k, t, b, type));
  return 0;
};

function socketOf(t: Task, fd: number): { socket: UnixSocket; file: OpenFile } {
  const file = t.process.files.get(fd);
  return file.kind instanceof UnixSocket ? { socket: file.kind, file } : fail(E.NOTSOCK);
}

/** sockaddr_un as a name: a path, or with a NUL in front an abstract one; empty: no name. */
function nameIn(t: Task, va: number, length: number): string {
  if (length < 2 || length > 110) fail(E.INVAL);
  const bytes = copyIn(t.process.space, va, length);
  if ((bytes[0]! | (bytes[1]! << 8)) !== AF.UNIX) fail(E.INVAL);
  const rest = bytes.subarray(2);
  if (rest.length && rest[0] === 0) return new TextDecoder('latin1').decode(rest);
  const end = rest.indexOf(0);
  return new TextDecoder().decode(end < 0 ? rest : rest.subarray(0, end));
}

function nameOut(t: Task, name: string | null, va: number, lengthVa: number): void {
  const { space } = t.process;
  const room = intIn(space, lengthVa);
  if (room < 0) fail(E.INVAL);
  const text =
    name === null
      ? new Uint8Array(0)
      : name.startsWith('\0')
        ? Uint8Array.from(name, (c) => c.charCodeAt(0))
        : encode(`${name}\0`);
  const bytes = Uint8Array.of(AF.UNIX, 0, ...text);
  copyOut(space, va, bytes.subarray(0, room));
  intOut(space, lengthVa, bytes.length);
}

export const bind: Call = (_k, t, fd, va, length) => {
  const { socket: s } = socketOf(t, fd);
  if (s.name !== null) fail(E.INVAL);
  const name = nameIn(t, va, length);
  if (name === '') fail(E.INVAL);
  if (name.startsWith('\0')) {
    const { abstract } = t.namespaces.net;
    if (abstract.has(name)) fail(E.ADDRINUSE);
    abstract.set(name, s);
    s.unbind = () => abstract.delete(name);
  } else {
    const { dir, name: last } = resolveParent(viewOf(t), t.process.place.cwd, name);
    const who = t.credential.forFiles;
    try {
      const path = make(
        dir,
        last,
        { mode: S.IFSOCK | (0o777 & ~t.process.place.umask), uid: who.uid, gid: who.gid },
        who,
      );
      path.dentry.inode.attached = s;
    } catch (e) {
      if (e instanceof SysError && e.code === E.EXIST) fail(E.ADDRINUSE);
      throw e;
    }
  }
  s.name = name;
  return 0;
};

/** The socket bound to a name. */
function lookUp(t: Task, name: string): UnixSocket {
  if (name.startsWith('\0')) {
    const found = t.namespaces.net.abstract.get(name);
    return found instanceof UnixSocket ? found : fail(E.CONNREFUSED);
  }
  const { inode } = resolve(viewOf(t), t.process.place.cwd, name).dentry;
  demand(inode, t.credential.forFiles, MAY.write);
  return inode.attached instanceof UnixSocket ? inode.attached : fail(E.CONNREFUSED);
}

export const listen: Call = (_k, t, fd, backlog) => {
  socketOf(t, fd).socket.listen(backlog);
  return 0;
};

export const connect: Call = (k, t, fd, va, length) => {
  const { socket: s, file } = socketOf(t, fd);
  const to = lookUp(t, nameIn(t, va, length));
  try {
    s.connect(to);
  } catch (e) {
    if (wouldBlock(e) && !file.nonblocking) return k.sleep(t, [to.queue]);
    throw e;
  }
  return 0;
};

export const accept4: Call = (k, t, fd, va, lengthVa, flags) => {
  const { socket: s, file } = socketOf(t, fd);
  let other: UnixSocket;
  try {
    other = s.accept();
  } catch (e) {
    if (wouldBlock(e) && !file.nonblocking) return k.sleep(t, [s.queue]);
    throw e;
  }
  s.queue.wake();
  if (va) nameOut(t, other.peerName, va, lengthVa);
  return open(k, t, other, flags);
};
export const accept: Call = (k, t, fd, va, length) => accept4(k, t, fd, va, length, 0, 0, 0);

export const getsockname: Call = (_k, t, fd, va, length) => {
  nameOut(t, socketOf(t, fd).socket.name, va, length);
  return 0;
};

export const getpeername: Call = (_k, t, fd, va, length) => {
  const { socket: s } = socketOf(t, fd);
  if (!s.peer) fail(E.NOTCONN);
  nameOut(t, s.peerName, va, length);
  return 0;
};

function transmit(
  k: Kernel,
  t: Task,
  fd: number,
  data: Uint8Array,
  files: readonly OpenFile[],
  to: UnixSocket | null,
  flags: number,
): number {
  const { socket: s, file } = socketOf(t, fd);
  const before = typeof t.progress === 'number' ? t.progress : 0;
  try {
    const sent = before + s.send(data.subarray(before), before ? [] : files, to);
    if (sent === data.length || file.nonblocking || flags & MSG.DONTWAIT) return sent;
    t.progress = sent;
  } catch (e) {
    if (!(flags & MSG.NOSIGNAL)) tellBroken(k, t, e);
    if (!wouldBlock(e) || file.nonblocking || flags & MSG.DONTWAIT) throw e;
  }
  return k.sleep(t, [s.queue, (to ?? s.peer)?.queue ?? null]);
}

export const sendto: Call = (k, t, fd, va, length, flags, name, nameLength) => {
  const to = name ? lookUp(t, nameIn(t, name, nameLength)) : null;
  return transmit(k, t, fd, copyIn(t.process.space, va, length), [], to, flags);
};

/** Receives, or sleeps; null: it sleeps. */
function take(k: Kernel, t: Task, fd: number, length: number, flags: number): ReturnType<UnixSocket['receive']> | null {
  const { socket: s, file } = socketOf(t, fd);
  try {
    return s.receive(length, (flags & MSG.PEEK) !== 0);
  } catch (e) {
    if (!wouldBlock(e) || file.nonblocking || flags & MSG.DONTWAIT) throw e;
    k.sleep(t, [s.queue], UNLIMITED);
    return null;
  }
}

export const recvfrom: Call = (k, t, fd, va, length, flags, name, nameLength) => {
  const got = take(k, t, fd, length, flags);
  if (!got) return BLOCKED;
  for (const file of got.files) file.release();
  copyOut(t.process.space, va, got.data);
  if (name) nameOut(t, got.from, name, nameLength);
  return flags & MSG.TRUNC ? got.whole : got.data.length;
};

const SOL_SOCKET = 1;
const SCM_RIGHTS = 1;
const CMSG_HEADER = 16;

/** The open files of SCM_RIGHTS messages. */
function rightsIn(t: Task, va: number, length: number): OpenFile[] {
  const view = new DataView(copyIn(t.process.space, va, length).buffer);
  const files: OpenFile[] = [];
  for (let at = 0; at + CMSG_HEADER <= length; ) {
    const size = Number(view.getBigUint64(at, true));
    if (size < CMSG_HEADER || at + size > length) fail(E.INVAL);
    if (view.getInt32(at + 8, true) !== SOL_SOCKET || view.getInt32(at + 12, true) !== SCM_RIGHTS) fail(E.INVAL);
    for (let i = CMSG_HEADER; i < size; i += 4) files.push(t.process.files.get(view.getInt32(at + i, true)));
    at += Math.ceil(size / 8) * 8;
  }
  return files;
}

export const sendmsg: Call = (k, t, fd, va, flags) => {
  const { space } = t.process;
  const [name, nameLength, vector, count, control, controlLength] = [
    wordIn(space, va),
    intIn(space, va + 8),
    wordIn(space, va + 16),
    wordIn(space, va + 24),
    wordIn(space, va + 32),
    wordIn(space, va + 40),
  ];
  const data = gather(t, vectorIn(t, vector, count));
  const to = name ? lookUp(t, nameIn(t, name, nameLength)) : null;
  return transmit(k, t, fd, data, control ? rightsIn(t, control, controlLength) : [], to, flags);
};

export const recvmsg: Call = (k, t, fd, va, flags) => {
  const { space } = t.process;
  const parts = vectorIn(t, wordIn(space, va + 16), wordIn(space, va + 24));
  const room = parts.reduce((sum, p) => sum + p.length, 0);
  const got = take(k, t, fd, room, flags);
  if (!got) return BLOCKED;
  let at = 0;
  for (const part of parts) {
    copyOut(space, part.at, got.data.subarray(at, at + part.length));
    at += part.length;
  }
  const name = wordIn(space, va);
  if (name) nameOut(t, got.from, name, va + 8);
  const control = wordIn(space, va + 32);
  const controlRoom = wordIn(space, va + 40);
  let told = got.whole > got.data.length ? MSG.TRUNC : 0;
  let written = 0;
  if (got.files.length) {
    const fits = control ? Math.min(got.files.length, Math.floor((controlRoom - CMSG_HEADER) / 4)) : 0;
    if (fits < got.files.length) told |= MSG.CTRUNC;
    const cloexec = flags & MSG.CMSG_CLOEXEC ? O.CLOEXEC : 0;
    const fds = got.files
      .slice(0, Math.max(0, fits))
      .map((file) => t.process.files.add(file, cloexec !== 0, t.process.limit(RLIMIT.NOFILE)));
    for (const file of got.files.slice(fds.length)) file.release();
    if (fds.length) {
      written = CMSG_HEADER + fds.length * 4;
      const view = new DataView(new ArrayBuffer(written));
      view.setBigUint64(0, BigInt(written), true);
      view.setInt32(8, SOL_SOCKET, true);
      view.setInt32(12, SCM_RIGHTS, true);
      for (const [i, n] of fds.entries()) view.setInt32(CMSG_HEADER + i * 4, n, true);
      copyOut(space, control, new Uint8Array(view.buffer));
    }
  }
  wordOut(space, va + 40, written);
  intOut(space, va + 48, told);
  return got.data.length;
};

export const shutdown: Call = (_k, t, fd, how) => {
  socketOf(t, fd).socket.shutdown(how);
  return 0;
};

export const setsockopt: Call = (_k, t, fd) => {
  socketOf(t, fd);
  return 0;
};

const SO = { TYPE: 3, ERROR: 4, SNDBUF: 7, RCVBUF: 8, PEERCRED: 17, ACCEPTCONN: 30, DOMAIN: 39 } as const;

export const getsockopt: Call = (_k, t, fd, level, option, va, lengthVa) => {
  const { socket: s } = socketOf(t, fd);
  if (level !== SOL_SOCKET) fail(E.NOPROTOOPT);
  const peer = s.peerOwner ?? { pid: 0, uid: -1, gid: -1 };
  const values: Readonly<Record<number, readonly number[]>> = {
    [SO.TYPE]: [s.type],
    [SO.ERROR]: [0],
    [SO.SNDBUF]: [212_992],
    [SO.RCVBUF]: [212_992],
    [SO.ACCEPTCONN]: [s.listening ? 1 : 0],
    [SO.DOMAIN]: [AF.UNIX],
    [SO.PEERCRED]: [peer.pid, peer.uid, peer.gid],
  };
  const value = values[option] ?? fail(E.NOPROTOOPT);
  const bytes = new Uint8Array(Int32Array.from(value).buffer).subarray(0, intIn(t.process.space, lengthVa));
  copyOut(t.process.space, va, bytes);
  intOut(t.process.space, lengthVa, bytes.length);
  return 0;
};
