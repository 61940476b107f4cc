/** Sending and receiving on sockets: one buffer, a message with control data, or many messages at once. */
import { E, fail, SysError } from '../errno.ts';
import { BLOCKED, type Kernel } from '../kernel.ts';
import { copyIn, copyOut, intIn, intOut, wordIn, wordOut } from '../memory/user.ts';
import { type Control, MSG, type Received, type Sending, SOCK, SOL_SOCKET } from '../net/socket.ts';
import type { Task } from '../task/task.ts';
import { O, RLIMIT } from '../uapi.ts';
import type { OpenFile } from '../vfs/file.ts';
import type { Call } from './call.ts';
import { callerOf } from './caller.ts';
import { gather, tellBroken, vectorIn, wouldBlock } from './io.ts';
import { timeIn } from './processes.ts';
import { addressIn, addressOut, socketOf } from './sockets.ts';

const SCM_RIGHTS = 1;
const CMSG_HEADER = 16;
/** struct msghdr, struct mmsghdr. */
const MSGHDR = { name: 0, nameLength: 8, vector: 16, count: 24, control: 32, controlLength: 40, flags: 48 } as const;
const MMSGHDR = 64;
const LONGEST = 0x7fff_f000;
const LONGEST_CONTROL = 20_480;
const MOST_MESSAGES = 1024;

const whole8 = (n: number): number => Math.ceil(n / 8) * 8;

function transmit(k: Kernel, t: Task, fd: number, data: Uint8Array, sending: Sending): number {
  const { socket: s, file } = socketOf(t, fd);
  const { flags } = sending;
  const before = typeof t.progress === 'number' ? t.progress : 0;
  const waits = !file.nonblocking && !(flags & MSG.DONTWAIT) && !t.timedOut;
  let sent = before;
  try {
    sent += s.send(data.subarray(before), before ? { ...sending, files: [] } : sending, callerOf(t));
    if (sent === data.length || !waits) return sent;
  } catch (e) {
    if (before && !(e instanceof SysError && wouldBlock(e) && waits)) return before;
    if (s.type === SOCK.STREAM && !(flags & MSG.NOSIGNAL)) tellBroken(k, t, e);
    if (!wouldBlock(e) || !waits) throw e;
  }
  t.progress = sent;
  return k.sleep(t, s.sendQueues(), s.sendTimeout);
}

export const sendto: Call = (k, t, fd, va, length, flags, name, nameLength) => {
  if (length < 0) fail(E.INVAL);
  const to = name ? addressIn(t, name, nameLength) : null;
  const data = copyIn(t.process.space, va, Math.min(length, LONGEST));
  return transmit(k, t, fd, data, { to, files: [], control: [], flags });
};

/** Receives, or sleeps; null: it sleeps. */
function take(k: Kernel, t: Task, fd: number, length: number, flags: number): Received | null {
  const { socket: s, file } = socketOf(t, fd);
  try {
    return s.receive(length, flags);
  } catch (e) {
    if (!wouldBlock(e) || file.nonblocking || t.timedOut || flags & (MSG.DONTWAIT | MSG.ERRQUEUE)) throw e;
    k.sleep(t, [s.queue], s.receiveTimeout);
    return null;
  }
}

export const recvfrom: Call = (k, t, fd, va, length, flags, name, nameLength) => {
  if (length < 0) fail(E.INVAL);
  const wanted = Math.min(length, LONGEST);
  const { socket: s } = socketOf(t, fd);
  // MSG_WAITALL of a stream: what came before is in the program's memory already.
  const all = flags & MSG.WAITALL && s.type === SOCK.STREAM && !(flags & MSG.PEEK);
  let before = typeof t.progress === 'number' ? t.progress : 0;
  for (;;) {
    let got: Received | null;
    try {
      got = take(k, t, fd, wanted - before, flags);
    } catch (e) {
      if (before) return before;
      throw e;
    }
    if (!got) return BLOCKED;
    for (const file of got.files) file.release();
    copyOut(t.process.space, va + before, got.data);
    if (name) addressOut(t, got.from, name, nameLength);
    if (!all) return flags & MSG.TRUNC ? got.whole : got.data.length;
    before += got.data.length;
    if (got.data.length === 0 || before === wanted) return before;
    t.progress = before;
  }
};

/** The control messages of a msghdr: open files of SCM_RIGHTS, and the others as they are. */
function controlIn(t: Task, va: number, length: number): { files: OpenFile[]; control: Control[] } {
  const files: OpenFile[] = [];
  const control: Control[] = [];
  if (length < 0 || length > LONGEST_CONTROL) fail(E.NOBUFS);
  const bytes = copyIn(t.process.space, va, length);
  const view = new DataView(bytes.buffer);
  for (let at = 0; at + CMSG_HEADER <= length; ) {
    const size = Number(view.getBigUint64(at, true));
    if (size < CMSG_HEADER || at + size > length) fail(E.INVAL);
    const [level, type] = [view.getInt32(at + 8, true), view.getInt32(at + 12, true)];
    if (level !== SOL_SOCKET) control.push({ level, type, data: bytes.slice(at + CMSG_HEADER, at + size) });
    else if (type !== SCM_RIGHTS) fail(E.INVAL);
    else for (let i = CMSG_HEADER; i < size; i += 4) files.push(t.process.files.get(view.getInt32(at + i, true)));
    at += whole8(size);
  }
  return { files, control };
}

function sendOne(k: Kernel, t: Task, fd: number, va: number, flags: number): number {
  const { space } = t.process;
  const name = wordIn(space, va + MSGHDR.name);
  const control = wordIn(space, va + MSGHDR.control);
  const data = gather(t, vectorIn(t, wordIn(space, va + MSGHDR.vector), wordIn(space, va + MSGHDR.count)));
  const to = name ? addressIn(t, name, intIn(space, va + MSGHDR.nameLength)) : null;
  const beside = control ? controlIn(t, control, wordIn(space, va + MSGHDR.controlLength)) : { files: [], control: [] };
  return transmit(k, t, fd, data, { to, ...beside, flags });
}

export const sendmsg: Call = (k, t, fd, va, flags) => sendOne(k, t, fd, va, flags);

/** One control message in its place; the bytes it takes. */
function putControl(t: Task, va: number, room: number, { level, type, data }: Control): number {
  const size = CMSG_HEADER + data.length;
  if (size > room) return 0;
  const bytes = new Uint8Array(Math.min(room, whole8(size)));
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(size), true);
  view.setInt32(8, level, true);
  view.setInt32(12, type, true);
  bytes.set(data, CMSG_HEADER);
  copyOut(t.process.space, va, bytes);
  return bytes.length;
}

/** Hands over what came beside the data; the bytes of control written, and flags to be told. */
function controlOut(
  t: Task,
  got: Received,
  va: number,
  room: number,
  flags: number,
): { written: number; told: number } {
  let written = 0;
  let told = 0;
  for (const one of got.control) {
    const n = va ? putControl(t, va + written, room - written, one) : 0;
    if (n === 0) told |= MSG.CTRUNC;
    written += n;
  }
  if (got.files.length === 0) return { written, told };
  const fits = va ? Math.min(got.files.length, Math.floor((room - written - CMSG_HEADER) / 4)) : 0;
  if (fits < got.files.length) told |= MSG.CTRUNC;
  const cloexec = flags & MSG.CMSG_CLOEXEC ? O.CLOEXEC : 0;
  const fds = got.files
    .slice(0, Math.max(0, fits))
    .map((file) => t.process.files.add(file, cloexec !== 0, t.process.limit(RLIMIT.NOFILE)));
  for (const file of got.files.slice(fds.length)) file.release();
  if (fds.length) {
    const data = new Uint8Array(Int32Array.from(fds).buffer);
    putControl(t, va + written, room - written, { level: SOL_SOCKET, type: SCM_RIGHTS, data });
    written += CMSG_HEADER + data.length;
  }
  return { written, told };
}

/** Receives into one msghdr; null: it sleeps. */
function receiveOne(k: Kernel, t: Task, fd: number, va: number, flags: number): number | null {
  const { space } = t.process;
  const parts = vectorIn(t, wordIn(space, va + MSGHDR.vector), wordIn(space, va + MSGHDR.count));
  const room = parts.reduce((sum, p) => sum + p.length, 0);
  const { socket: s } = socketOf(t, fd);
  const got = take(k, t, fd, Math.min(room, LONGEST), flags);
  if (!got) return null;
  let at = 0;
  for (const part of parts) {
    copyOut(space, part.at, got.data.subarray(at, at + part.length));
    at += part.length;
  }
  const name = wordIn(space, va + MSGHDR.name);
  if (name) addressOut(t, s.type === SOCK.STREAM && s.domain !== 1 ? null : got.from, name, va + MSGHDR.nameLength);
  const control = wordIn(space, va + MSGHDR.control);
  const { written, told } = controlOut(t, got, control, wordIn(space, va + MSGHDR.controlLength), flags);
  wordOut(space, va + MSGHDR.controlLength, written);
  intOut(space, va + MSGHDR.flags, told | (got.whole > got.data.length && s.type !== SOCK.STREAM ? MSG.TRUNC : 0));
  return flags & MSG.TRUNC ? got.whole : got.data.length;
}

export const recvmsg: Call = (k, t, fd, va, flags) => receiveOne(k, t, fd, va, flags) ?? BLOCKED;

export const sendmmsg: Call = (k, t, fd, va, count, flags) => {
  const most = Math.min(count >>> 0, MOST_MESSAGES);
  for (let i = 0; i < most; i++) {
    let n: number;
    try {
      // Only the first may wait: those before it are sent.
      n = sendOne(k, t, fd, va + i * MMSGHDR, i ? flags | MSG.DONTWAIT : flags);
    } catch (e) {
      if (i && e instanceof SysError) return i;
      throw e;
    }
    if (n === BLOCKED) return BLOCKED;
    intOut(t.process.space, va + i * MMSGHDR + 56, n);
  }
  return most;
};

export const recvmmsg: Call = (k, t, fd, va, count, flags, timeout) => {
  const most = Math.min(count >>> 0, MOST_MESSAGES);
  const { socket: s } = socketOf(t, fd);
  let done = typeof t.progress === 'number' ? t.progress : 0;
  const limit = timeout ? timeIn(t, timeout) : Number.POSITIVE_INFINITY;
  while (done < most) {
    const more = done > 0 && (flags & MSG.WAITFORONE || t.timedOut) ? MSG.DONTWAIT : 0;
    let n: number | null;
    try {
      n = receiveOne(k, t, fd, va + done * MMSGHDR, (flags & ~MSG.WAITFORONE) | more);
    } catch (e) {
      if (done && e instanceof SysError) return done;
      throw e;
    }
    if (n === null) {
      t.progress = done;
      return limit < s.receiveTimeout ? k.sleep(t, [s.queue], limit) : BLOCKED;
    }
    intOut(t.process.space, va + done * MMSGHDR + 56, n);
    done++;
    t.progress = done;
  }
  return done;
};
