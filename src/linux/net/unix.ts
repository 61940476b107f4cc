/** Unix sockets (unix(7)): streams, datagrams and sequenced packets between processes, with descriptors on the way. */
import { joined, u32 } from '../../abi/bytes.ts';
import { E, fail } from '../errno.ts';
import { O, POLL } from '../uapi.ts';
import { FileKind, type IoctlArgument, type OpenFile } from '../vfs/file.ts';
import { WaitQueue } from '../wait.ts';

export const SOCK = { STREAM: 1, DGRAM: 2, SEQPACKET: 5 } as const;
/** Bytes that wait on one socket. */
const CAPACITY = 212_992;
const FIONREAD = 0x541b;

export interface Peer {
  readonly pid: number;
  readonly uid: number;
  readonly gid: number;
}

export interface Message {
  readonly data: Uint8Array;
  readonly files: readonly OpenFile[];
  readonly from: string | null;
}

export class UnixSocket extends FileKind {
  override readonly queue = new WaitQueue();
  readonly type: number;
  /** Path, `\0name`, or null where it has none. */
  name: string | null = null;
  peerName: string | null = null;
  peer: UnixSocket | null = null;
  readonly owner: Peer;
  peerOwner: Peer | null = null;
  /** Called when the name is to be given up. */
  unbind: () => void = () => {};
  private inbox: Message[] = [];
  private waiting = 0;
  private backlog: UnixSocket[] | null = null;
  private most = 0;
  private closed = false;
  private receiveShut = false;
  private sendShut = false;
  private wasConnected = false;

  constructor(type: number, owner: Peer) {
    super();
    this.type = type;
    this.owner = owner;
  }

  get listening(): boolean {
    return this.backlog !== null;
  }

  /** Two sockets that talk to each other. */
  static pair(a: UnixSocket, b: UnixSocket): void {
    for (const [one, other] of [
      [a, b],
      [b, a],
    ] as const) {
      one.peer = other;
      one.peerOwner = other.owner;
      one.peerName = other.name;
      one.wasConnected = true;
    }
  }

  listen(most: number): void {
    if (this.type === SOCK.DGRAM) fail(E.OPNOTSUPP);
    if (this.name === null) fail(E.INVAL);
    this.backlog ??= [];
    this.most = Math.max(1, most);
  }

  /** Connects to a bound socket; EAGAIN where its backlog is full. */
  connect(to: UnixSocket): void {
    if (to.type !== this.type) fail(E.PROTOTYPE);
    if (this.type === SOCK.DGRAM) {
      this.peer = to;
      this.peerName = to.name;
      return;
    }
    if (this.peer) fail(E.ISCONN);
    if (!to.backlog || to.closed) fail(E.CONNREFUSED);
    if (to.backlog.length > to.most) fail(E.AGAIN);
    const other = new UnixSocket(this.type, to.owner);
    other.name = to.name;
    UnixSocket.pair(this, other);
    to.backlog.push(other);
    to.queue.wake();
  }

  accept(): UnixSocket {
    if (!this.backlog) fail(E.INVAL);
    return this.backlog.shift() ?? fail(E.AGAIN);
  }

  private canTake(length: number): boolean {
    return this.waiting === 0 || this.waiting + length <= CAPACITY;
  }

  /** Sends to the peer, or a datagram to `to`. Returns the bytes taken. */
  send(data: Uint8Array, files: readonly OpenFile[], to: UnixSocket | null = null): number {
    const target = to ?? this.peer;
    if (this.sendShut) fail(E.PIPE);
    if (!target) fail(this.type === SOCK.DGRAM ? E.DESTADDRREQ : this.wasConnected ? E.PIPE : E.NOTCONN);
    if (target.closed || target.receiveShut) fail(this.type === SOCK.DGRAM ? E.CONNREFUSED : E.PIPE);
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
    target.inbox.push({ data: bytes.slice(), files: files.map((f) => f.hold()), from: this.name });
    target.waiting += bytes.length;
    target.queue.wake();
    return bytes.length;
  }

  /** Takes what has come, up to `length` bytes; of a datagram the rest is lost. `peek` leaves it. */
  receive(
    length: number,
    peek: boolean,
  ): { data: Uint8Array; files: readonly OpenFile[]; from: string | null; whole: number } {
    const first = this.inbox[0];
    if (!first) {
      if (this.listening) fail(E.INVAL);
      if (
        this.receiveShut ||
        (this.type !== SOCK.DGRAM && this.wasConnected && (!this.peer || this.peer.closed || this.peer.sendShut))
      )
        return { data: new Uint8Array(0), files: [], from: null, whole: 0 };
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
        from: first.from,
        whole: first.data.length,
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
    return { data, files, from: this.peerName, whole: total };
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
    this.waiting -= bytes;
    this.peer?.queue.wake();
    this.queue.wake();
  }

  shutdown(how: number): void {
    if (this.type !== SOCK.DGRAM && !this.peer) fail(E.NOTCONN);
    if (how === 0 || how === 2) this.receiveShut = true;
    if (how === 1 || how === 2) this.sendShut = true;
    this.queue.wake();
    this.peer?.queue.wake();
  }

  override read(_file: OpenFile, into: Uint8Array): number {
    const { data, files } = this.receive(into.length, false);
    for (const file of files) file.release();
    into.set(data);
    return data.length;
  }

  override write(_file: OpenFile, from: Uint8Array): number {
    return this.send(from, []);
  }

  override poll(): number {
    if (this.backlog) return this.backlog.length ? POLL.IN : 0;
    const { peer } = this;
    const over = this.type !== SOCK.DGRAM && this.wasConnected && (!peer || peer.closed);
    let events = 0;
    if (this.inbox.length || over || this.receiveShut || (this.type !== SOCK.DGRAM && peer?.sendShut))
      events |= POLL.IN;
    if (over) events |= POLL.HUP | POLL.RDHUP;
    if (peer?.sendShut) events |= POLL.RDHUP;
    if (over || !peer || peer.canTake(4096)) events |= POLL.OUT;
    return events;
  }

  override ioctl(_file: OpenFile, request: number, argument: IoctlArgument): number {
    if (request !== FIONREAD) fail(E.NOTTY);
    argument.out(u32(this.inbox[0] ? (this.type === SOCK.STREAM ? this.waiting : this.inbox[0].data.length) : 0));
    return 0;
  }

  override close(): void {
    this.closed = true;
    this.unbind();
    for (const message of this.inbox) for (const file of message.files) file.release();
    this.inbox = [];
    for (const waiting of this.backlog ?? []) waiting.close();
    const { peer } = this;
    if (peer && peer.peer === this) {
      peer.peer = null;
      peer.queue.wake();
    }
    this.peer = null;
  }
}

export const nonBlocking = (flags: number): number => flags & O.NONBLOCK;
