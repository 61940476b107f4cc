/** Calls on sockets (socket(2)): making, naming, connecting, options. What is sent and received is in messages.ts. */
import { E, fail, SysError } from '../errno.ts';
import type { Kernel } from '../kernel.ts';
import { copyIn, copyOut, intIn, intOut } from '../memory/user.ts';
import { PROTOCOL } from '../net/ip/packet.ts';
import { NETLINK_ROUTE, NetlinkSocket } from '../net/netlink/socket.ts';
import { AF } from '../net/sockaddr.ts';
import { nonBlocking, SOCK, type Socket } from '../net/socket.ts';
import { DatagramSocket } from '../net/sockets/datagram.ts';
import { PingSocket, RawSocket } from '../net/sockets/raw.ts';
import { StreamSocket } from '../net/sockets/stream.ts';
import { UnixSocket } from '../net/unix.ts';
import type { Task } from '../task/task.ts';
import { O } from '../uapi.ts';
import { anonymousInode } from '../vfs/anonymous.ts';
import { OpenFile } from '../vfs/file.ts';
import type { Call } from './call.ts';
import { callerOf } from './caller.ts';
import { wouldBlock } from './io.ts';
import { install } from './open.ts';

const TYPE_MASK = 0xf;
const LONGEST_ADDRESS = 128;
const LONGEST_OPTION = 4096;

function makeSocket(t: Task, domain: number, type: number, protocol: number): Socket {
  const caller = callerOf(t);
  const { owner } = caller;
  const { stack } = t.namespaces.net;
  if (domain === AF.UNIX) {
    if (protocol && protocol !== AF.UNIX) fail(E.PROTONOSUPPORT);
    if (type !== SOCK.STREAM && type !== SOCK.DGRAM && type !== SOCK.SEQPACKET) fail(E.SOCKTNOSUPPORT);
    return new UnixSocket(stack, type, owner);
  }
  if (domain === AF.NETLINK) {
    if (type !== SOCK.RAW && type !== SOCK.DGRAM) fail(E.SOCKTNOSUPPORT);
    if (protocol !== NETLINK_ROUTE) fail(E.PROTONOSUPPORT);
    return new NetlinkSocket(stack, type, owner);
  }
  if (domain !== AF.INET && domain !== AF.INET6) fail(E.AFNOSUPPORT);
  const icmp = domain === AF.INET6 ? PROTOCOL.icmp6 : PROTOCOL.icmp;
  if (type === SOCK.RAW) {
    if (protocol <= 0 || protocol > 255) fail(protocol === 0 ? E.PROTONOSUPPORT : E.INVAL);
    if (!caller.can('net_raw')) fail(E.PERM);
    return new RawSocket(stack, domain, owner, protocol);
  }
  if (type === SOCK.STREAM) {
    if (protocol && protocol !== PROTOCOL.tcp) fail(E.PROTONOSUPPORT);
    return new StreamSocket(stack, domain, owner);
  }
  if (type !== SOCK.DGRAM) fail(E.SOCKTNOSUPPORT);
  if (protocol === icmp) return new PingSocket(stack, domain, owner);
  if (protocol && protocol !== PROTOCOL.udp) fail(E.PROTONOSUPPORT);
  return new DatagramSocket(stack, domain, owner);
}

const open = (k: Kernel, t: Task, socket: Socket, flags: number): number =>
  install(
    t,
    new OpenFile(socket, anonymousInode('socket', k.clock.coarse()), null, O.RDWR | nonBlocking(flags)),
    flags,
  );

export const socket: Call = (k, t, domain, type, protocol) => {
  if (type & ~(TYPE_MASK | O.NONBLOCK | O.CLOEXEC)) fail(E.INVAL);
  return open(k, t, makeSocket(t, domain, type & TYPE_MASK, protocol), type);
};

export const socketpair: Call = (k, t, domain, type, protocol, out) => {
  const [a, b] = [makeSocket(t, domain, type & TYPE_MASK, protocol), makeSocket(t, domain, type & TYPE_MASK, protocol)];
  if (!(a instanceof UnixSocket && b instanceof UnixSocket)) return fail(E.OPNOTSUPP);
  UnixSocket.pair(a, b);
  intOut(t.process.space, out, open(k, t, a, type));
  intOut(t.process.space, out + 4, open(k, t, b, type));
  return 0;
};

export function socketOf(t: Task, fd: number): { socket: Socket; file: OpenFile } {
  const file = t.process.files.get(fd);
  const { kind } = file;
  return isSocket(kind) ? { socket: kind, file } : fail(E.NOTSOCK);
}

const isSocket = (kind: OpenFile['kind']): kind is Socket => 'getOption' in kind;

export function addressIn(t: Task, va: number, length: number): Uint8Array {
  if (length < 0 || length > LONGEST_ADDRESS) fail(E.INVAL);
  return copyIn(t.process.space, va, length);
}

/** Writes an address and its whole length; null: there is none. */
export function addressOut(t: Task, address: Uint8Array | null, va: number, lengthVa: number): void {
  const { space } = t.process;
  const room = intIn(space, lengthVa);
  if (room < 0) fail(E.INVAL);
  if (address) copyOut(space, va, address.subarray(0, room));
  intOut(space, lengthVa, address?.length ?? 0);
}

export const bind: Call = (_k, t, fd, va, length) => {
  socketOf(t, fd).socket.bind(addressIn(t, va, length), callerOf(t));
  return 0;
};

export const listen: Call = (_k, t, fd, backlog) => {
  socketOf(t, fd).socket.listen(backlog | 0, callerOf(t));
  return 0;
};

export const connect: Call = (k, t, fd, va, length) => {
  const { socket: s, file } = socketOf(t, fd);
  try {
    s.connect(addressIn(t, va, length), callerOf(t));
  } catch (e) {
    if (!(e instanceof SysError) || file.nonblocking) throw e;
    const pending = e.code === E.INPROGRESS || e.code === E.ALREADY;
    if (!pending && !wouldBlock(e)) throw e;
    if (t.timedOut) fail(pending ? E.INPROGRESS : E.AGAIN);
    return k.sleep(t, s.sendQueues(), s.sendTimeout);
  }
  return 0;
};

export const accept4: Call = (k, t, fd, va, lengthVa, flags) => {
  if (flags & ~(O.NONBLOCK | O.CLOEXEC)) fail(E.INVAL);
  const { socket: s, file } = socketOf(t, fd);
  let other: Socket;
  try {
    other = s.accept();
  } catch (e) {
    if (wouldBlock(e) && !file.nonblocking && !t.timedOut) return k.sleep(t, [s.queue], s.receiveTimeout);
    throw e;
  }
  if (va) addressOut(t, peerOf(other), va, lengthVa);
  return open(k, t, other, flags);
};
export const accept: Call = (k, t, fd, va, length) => accept4(k, t, fd, va, length, 0, 0, 0);

/** Of one that was reset before it was accepted, the address is not known any more. */
function peerOf(socket: Socket): Uint8Array | null {
  try {
    return socket.peerName();
  } catch {
    return null;
  }
}

export const getsockname: Call = (_k, t, fd, va, length) => {
  addressOut(t, socketOf(t, fd).socket.name(), va, length);
  return 0;
};

export const getpeername: Call = (_k, t, fd, va, length) => {
  addressOut(t, socketOf(t, fd).socket.peerName(), va, length);
  return 0;
};

export const shutdown: Call = (_k, t, fd, how) => {
  socketOf(t, fd).socket.shutdown(how | 0);
  return 0;
};

export const setsockopt: Call = (_k, t, fd, level, option, va, length) => {
  const { socket: s } = socketOf(t, fd);
  if (length < 0 || length > LONGEST_OPTION) fail(E.INVAL);
  s.setOption(level, option, copyIn(t.process.space, va, length), callerOf(t));
  return 0;
};

export const getsockopt: Call = (_k, t, fd, level, option, va, lengthVa) => {
  const { socket: s } = socketOf(t, fd);
  const room = intIn(t.process.space, lengthVa);
  if (room < 0) fail(E.INVAL);
  const value = s.getOption(level, option, callerOf(t)).subarray(0, room);
  copyOut(t.process.space, va, value);
  intOut(t.process.space, lengthVa, value.length);
  return 0;
};
