/** Unix sockets (unix(7)): streams, datagrams and sequenced packets between processes, with descriptors on the way. */
import { joined } from '../../abi/bytes.ts';
import { E, fail } from '../errno.ts';
import { encode } from '../memory/user.ts';
import { POLL } from '../uapi.ts';
import type { OpenFile } from '../vfs/file.ts';
import { OWN, type WaitQueue } from '../wait.ts';
import { AF } from './sockaddr.ts';
import {
  type Caller,
  MSG,
  NO_BYTES,
  type Peer,
  type Received,
  type Sending,
  SO,
  SOCK,
  SOL_SOCKET,
  Socket,
} from './socket.ts';
import type { NetStack } from './stack.ts';

/** Bytes that wait on one socket. */
const CAPACITY = 212_992;
const LONGEST_NAME = 110;
const NOTHING: Received = { data: NO_BYTES, whole: 0, from: null, files: [], control: [] };

/** sockaddr_un as a name: a path, or with a NUL in front an abstract one; empty: no name. */
function nameOf(address: Uint8Array): string {
  if (address.length < 2 || address.length > LONGEST_NAME) fail(E.INVAL);
  if ((address[0]! | (address[1]! << 8)) !== AF.UNIX) fail(E.INVAL);
  const rest = address.subarray(2);
  if (rest.length && rest[0] === 0) return new TextDecoder('latin1').decode(rest);
  const end = rest.indexOf(0);
  return new TextDecoder().decode(end < 0 ? rest : rest.subarray(0, end));
}

function addressOf(name: string | null): Uint8Array {
  if (name === null) return Uint8Array.of(AF.UNIX, 0);
  const text = name.startsWith('\0') ? Uint8Array.from(name, (c) => c.charCodeAt(0)) : encode(`${name}\0`);
  return Uint8Array.of(AF.UNIX, 0, ...text);
}

interface Message {
  readonly data: Uint8Array;
  readonly files: readonly OpenFile[];
  readonly from: string | null;
}

export class UnixSocket extends Socket {
  readonly domain = AF.UNIX;
  readonly protocol = 0;
  readonly type: number;
  /** Path, `\0name`, or null where it has none. */
  private bound: string | null = null;
  private peerBound: string | null = null;
  private peer: UnixSocket | null = null;
  /** Whose room the last send waited for. */
  private awaited: UnixSocket | null = null;
  private peerOwner: Peer | null = null;
  private unbind: () => void = () => {};
  private inbox: Message[] = [];
  private waiting = 0;
  private backlog: UnixSocket[] | null = null;
  private most = 0;
  private closed = false;
  private receiveShut = false;
  private sendShut = false;
  private wasConnected = false;
  /** Reported once: the other end was closed with something unread. */
  private error = 0;

  constructor(stack: NetStack, type: number, owner: Peer) {
    super(stack, owner);
    this.type = type;
  }

  override get listening(): boolean {
    return this.backlog !== null;
  }

  /** Two sockets that talk to each other. */
  static pair(a: UnixSocket, b: UnixSocket, ownerOfA: Peer = a.owner, ownerOfB: Peer | null = b.owner): void {
    for (const [one, other, owner] of [
      [a, b, ownerOfB],
      [b, a, ownerOfA],
    ] as const) {
      one.peer = other;
      one.peerOwner = owner;
      one.peerBound = other.bound;
      one.wasConnected = true;
    }
  }

  override bind(address: Uint8Array, caller: Caller): void {
    if (this.bound !== null) fail(E.INVAL);
    const name = nameOf(address);
    if (name === '') fail(E.INVAL);
    this.unbind = caller.claim(name, this);
    this.bound = name;
  }

  override listen(most: number, caller: Caller): void {
    if (this.type === SOCK.DGRAM) fail(E.OPNOTSUPP);
    if (this.bound === null) fail(E.INVAL);
    this.peerOwner = caller.owner;
    this.backlog ??= [];
    this.most = Math.max(1, most);
  }

  private static found(address: Uint8Array, caller: Caller): UnixSocket {
    const found = caller.lookUp(nameOf(address));
    return found instanceof UnixSocket ? found : fail(E.CONNREFUSED);
  }

  /** Connects to a bound socket; EAGAIN where its backlog is full. */
  override connect(address: Uint8Array, caller: Caller): void {
    const to = UnixSocket.found(address, caller);
    if (to.type !== this.type) fail(E.PROTOTYPE);
    if (this.type === SOCK.DGRAM) {
      this.peer = to;
      this.peerBound = to.bound;
      return;
    }
    if (this.peer) fail(E.ISCONN);
    if (!to.backlog || to.closed) fail(E.CONNREFUSED);
    this.awaited = to;
    if (to.backlog.length > to.most) fail(E.AGAIN);
    const other = new UnixSocket(to.stack, this.type, to.owner);
    other.bound = to.bound;
    UnixSocket.pair(this, other, caller.owner, to.peerOwner);
    to.backlog.push(other);
    to.queue.wake();
  }

  override name(): Uint8Array {
    return addressOf(this.bound);
  }

  override peerName(): Uint8Array {
    if (!this.peer) fail(E.NOTCONN);
    return addressOf(this.peerBound);
  }

  override sendQueues(): readonly WaitQueue[] {
    const other = this.awaited ?? this.peer;
    return other ? [this.queue, other.queue] : [this.queue];
  }

  override accept(): UnixSocket {
    if (!this.backlog) fail(E.INVAL);
    const next = this.backlog.shift() ?? fail(E.AGAIN);
    // Others wait for its place.
    this.queue.wake(0);
    return next;
  }

  private canTake(length: number): boolean {
    return this.waiting === 0 || this.waiting + length <= CAPACITY;
  }

  /** Sends to the peer, or a datagram to `to`. Returns the bytes taken. */
  override send(data: Uint8Array, { to, files, flags }: Sending, caller: Caller): number {
    if (flags & MSG.OOB) fail(E.OPNOTSUPP);
    const target = to ? UnixSocket.found(to, caller) : this.peer;
    this.awaited = target;
    if (this.sendShut) fail(E.PIPE);
    if (!target) fail(this.type === SOCK.DGRAM ? E.DESTADDRREQ : this.wasConnected ? E.PIPE : E.NOTCONN);
    if (this.type === SOCK.DGRAM && target.closed) {
      if (target === this.peer) this.peer = null;
      fail(E.CONNREFUSED);
    }
    if (target.closed || target.receiveShut) fail(E.PIPE);
    let bytes = data;
    if (this.type === SOCK.STREAM) {
      const room = CAPACITY - target.waiting;
      if (room <= 0) fail(E.AGAIN);
      if (bytes.length > room) bytes = bytes.subarray(0, room);
    } else {
      if (bytes.length > CAPACITY) fail(E.MSGSIZE);
      if (!target.canTake(bytes.length)) fail(E.AGAIN);
    }
    if (bytes.length === 0 && this.type === SOCK.STREAM) return 0;
    target.inbox.push({ data: bytes.slice(), files: files.map((f) => f.hold()), from: this.bound });
    target.waiting += bytes.length;
    target.queue.wake();
    return bytes.length;
  }

  /** Takes what has come, up to `length` bytes; of a datagram the rest is lost. `peek` leaves it. */
  override receive(length: number, flags: number): Received {
    const peek = (flags & MSG.PEEK) !== 0;
    const first = this.inbox[0];
    if (!first || this.type !== SOCK.STREAM) this.failPending();
    if (!first) {
      if (this.listening) fail(E.INVAL);
      if (this.receiveShut) return NOTHING;
      if (this.type !== SOCK.DGRAM && !this.peer) fail(E.NOTCONN);
      return fail(E.AGAIN);
    }
    if (this.type !== SOCK.STREAM) {
      if (!peek) {
        this.inbox.shift();
        this.took(first.data.length);
      }
      return {
        data: first.data.subarray(0, length),
        files: peek ? [] : first.files,
        from: addressOf(first.from),
        whole: first.data.length,
        control: [],
      };
    }
    const parts: Uint8Array[] = [];
    let files: readonly OpenFile[] = [];
    let total = 0;
    for (let i = 0; total < length && i < this.inbox.length; i++) {
      const message = this.inbox[i]!;
      // Descriptors mark where a read ends.
      if (message.files.length && i > 0) break;
      if (!peek && message.files.length) files = message.files;
      const part = message.data.subarray(0, length - total);
      parts.push(part);
      total += part.length;
      if (message.files.length) break;
    }
    const data = joined(parts);
    if (!peek) this.consume(total);
    return { data, files, from: addressOf(this.peerBound), whole: total, control: [] };
  }

  private consume(bytes: number): void {
    let left = bytes;
    while (left > 0) {
      const message = this.inbox[0]!;
      if (message.data.length <= left) {
        left -= message.data.length;
        this.inbox.shift();
      } else {
        this.inbox[0] = { data: message.data.subarray(left), files: [], from: message.from };
        left = 0;
      }
    }
    this.took(bytes);
  }

  private took(bytes: number): void {
    const full = !this.canTake(4096);
    this.waiting -= bytes;
    this.peer?.queue.wake(full && this.canTake(4096) ? POLL.OUT : 0);
    this.queue.wake(0);
  }

  override shutdown(how: number): void {
    if (this.type !== SOCK.DGRAM && !this.peer) fail(E.NOTCONN);
    this.shut(how !== 1, how !== 0);
    this.queue.wake(OWN);
    const { peer, type } = this;
    // Who sends datagrams to one hears of it when they are refused.
    if (!peer || type === SOCK.DGRAM) return;
    peer.shut(how !== 0, how !== 1);
    peer.queue.wake(how === 1 ? POLL.IN : 0);
  }

  private shut(receive: boolean, send: boolean): void {
    this.receiveShut ||= receive;
    this.sendShut ||= send;
  }

  override takeError(): number {
    const { error } = this;
    this.error = 0;
    return error;
  }

  private failPending(): void {
    const error = this.takeError();
    if (error) fail(error);
  }

  override getOption(level: number, option: number, caller: Caller): Uint8Array {
    if (level !== SOL_SOCKET || option !== SO.PEERCRED) return super.getOption(level, option, caller);
    const { pid, uid, gid } = this.peerOwner?.seenBy(caller.self) ?? { pid: 0, uid: -1, gid: -1 };
    return new Uint8Array(Int32Array.of(pid, uid, gid).buffer);
  }

  override poll(): number {
    if (this.backlog) return this.backlog.length ? POLL.IN : 0;
    const { peer, receiveShut, sendShut } = this;
    const unconnected = this.type !== SOCK.DGRAM && !this.wasConnected;
    let events = this.error ? POLL.ERR : 0;
    if (this.inbox.length || receiveShut) events |= POLL.IN;
    if (receiveShut) events |= POLL.RDHUP;
    if (unconnected || (receiveShut && sendShut)) events |= POLL.HUP;
    if (!peer || peer.closed || peer.canTake(4096)) events |= POLL.OUT;
    return events;
  }

  protected override readable(): number {
    return this.inbox[0] ? (this.type === SOCK.STREAM ? this.waiting : this.inbox[0].data.length) : 0;
  }

  protected override unsent(): number {
    return this.peer?.waiting ?? 0;
  }

  override close(): void {
    this.closed = true;
    this.unbind();
    const unread = this.inbox.length > 0;
    for (const message of this.inbox) for (const file of message.files) file.release();
    this.inbox = [];
    for (const waiting of this.backlog ?? []) waiting.close();
    const { peer } = this;
    // A datagram that is sent here is refused, and then its sender has no peer any more.
    if (peer?.peer === this && this.type !== SOCK.DGRAM) {
      peer.peer = null;
      if (unread) peer.error = E.CONNRESET;
      peer.shut(true, true);
      peer.queue.wake(0);
    }
    this.peer = null;
  }
}
