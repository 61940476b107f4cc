/** Netlink sockets (netlink(7)): what is asked is answered at once, and waits to be read. */
import { u32 } from '../../../abi/bytes.ts';
import { E, fail, SysError } from '../../errno.ts';
import { POLL } from '../../uapi.ts';
import { AF, familyOf } from '../sockaddr.ts';
import { type Caller, MSG, type Peer, type Received, type Sending, Socket } from '../socket.ts';
import type { NetStack } from '../stack.ts';
import { FLAG, type Message, message, messagesOf, NLMSG } from './message.ts';
import { dumps, serveRoute } from './route.ts';

export const NETLINK_ROUTE = 0;
const SOL_NETLINK = 270;
/** Bytes of one datagram of a long answer: programs read into pages. */
const DATAGRAM = 3584;
/** Bytes of answers that may wait. */
const MOST_WAITING = 1 << 20;
const SOCKADDR = 12;

export class NetlinkSocket extends Socket {
  readonly domain = AF.NETLINK;
  readonly type: number;
  readonly protocol = NETLINK_ROUTE;
  private inbox: Uint8Array[] = [];
  private waiting = 0;
  private port = 0;
  private groups = 0;
  private closed = false;

  constructor(stack: NetStack, type: number, owner: Peer) {
    super(stack, owner);
    this.type = type;
  }

  /** The number of the process, or where another socket has it one of its own. */
  private takePort(wanted: number): void {
    const { ports } = this.stack;
    if (wanted && ports.has(wanted)) fail(E.ADDRINUSE);
    let port = wanted || this.owner.pid;
    for (let next = 0xffff_f000; ports.has(port); next--) port = next;
    ports.add(port);
    this.port = port;
  }

  override bind(address: Uint8Array): void {
    if (address.length < SOCKADDR) fail(E.INVAL);
    if (familyOf(address) !== AF.NETLINK) fail(E.INVAL);
    const view = new DataView(address.buffer, address.byteOffset);
    const wanted = view.getUint32(4, true);
    if (this.port && wanted && wanted !== this.port) fail(E.INVAL);
    if (!this.port) this.takePort(wanted);
    this.groups = view.getUint32(8, true);
  }

  override connect(address: Uint8Array): void {
    if (familyOf(address) !== AF.NETLINK) fail(E.INVAL);
    if (!this.port) this.takePort(0);
  }

  private static address(port: number, groups: number): Uint8Array {
    const out = new Uint8Array(SOCKADDR);
    const view = new DataView(out.buffer);
    view.setUint16(0, AF.NETLINK, true);
    view.setUint32(4, port, true);
    view.setUint32(8, groups, true);
    return out;
  }

  override name(): Uint8Array {
    return NetlinkSocket.address(this.port, this.groups);
  }

  override peerName(): Uint8Array {
    return NetlinkSocket.address(0, 0);
  }

  override send(data: Uint8Array, _sending: Sending, caller: Caller): number {
    if (!this.port) this.takePort(0);
    for (const request of messagesOf(data)) if (request.flags & FLAG.REQUEST) this.serve(request, caller);
    return data.length;
  }

  private serve(request: Message, caller: Caller): void {
    const { sequence } = request;
    let error = 0;
    try {
      const answers = serveRoute(this.stack, request, caller);
      const many = dumps(request) && request.type % 4 === 2;
      const flags = many ? FLAG.MULTI : 0;
      const list = answers.map(({ type, parts }) => message(type, flags, sequence, this.port, parts));
      if (many) list.push(message(NLMSG.DONE, FLAG.MULTI, sequence, this.port, [u32(0)]));
      this.deliver(list);
      if (many || !(request.flags & FLAG.ACK)) return;
    } catch (e) {
      if (!(e instanceof SysError)) throw e;
      error = e.code;
    }
    const quoted = error ? request.whole : request.whole.subarray(0, 16);
    this.deliver([message(NLMSG.ERROR, 0, sequence, this.port, [u32(-error >>> 0), quoted])]);
  }

  /** A datagram that nobody asked for by a message of its own. */
  tell(datagram: Uint8Array): void {
    this.deliver([datagram]);
  }

  /** Puts messages together into datagrams. */
  private deliver(list: readonly Uint8Array[]): void {
    if (this.closed) return;
    let parts: Uint8Array[] = [];
    let length = 0;
    const finish = (): void => {
      if (parts.length === 0) return;
      const datagram = new Uint8Array(length);
      let at = 0;
      for (const part of parts) {
        datagram.set(part, at);
        at += part.length;
      }
      if (this.waiting + length <= MOST_WAITING) {
        this.inbox.push(datagram);
        this.waiting += length;
      }
      parts = [];
      length = 0;
    };
    for (const one of list) {
      if (length + one.length > DATAGRAM) finish();
      parts.push(one);
      length += one.length;
    }
    finish();
    this.queue.wake();
  }

  override receive(length: number, flags: number): Received {
    const first = this.inbox[0] ?? fail(E.AGAIN);
    if (!(flags & MSG.PEEK)) {
      this.inbox.shift();
      this.waiting -= first.length;
    }
    const from = NetlinkSocket.address(0, 0);
    return { data: first.subarray(0, length), whole: first.length, from, files: [], control: [] };
  }

  override poll(): number {
    return (this.inbox.length ? POLL.IN : 0) | POLL.OUT;
  }

  override setOption(level: number, option: number, value: Uint8Array, caller: Caller): void {
    // Groups and extended acknowledgments: nothing is ever told that was not asked for.
    if (level !== SOL_NETLINK) super.setOption(level, option, value, caller);
  }

  override close(): void {
    this.closed = true;
    this.stack.ports.delete(this.port);
    this.inbox = [];
  }
}
