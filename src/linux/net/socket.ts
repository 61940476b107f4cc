/** What every family of sockets is to the system calls (socket(7)). */
import { u32 } from '../../abi/bytes.ts';
import { E, fail } from '../errno.ts';
import { O, TTY } from '../uapi.ts';
import { FileKind, type IoctlArgument, type OpenFile } from '../vfs/file.ts';
import { WaitQueue } from '../wait.ts';
import { interfaceIoctl } from './ioctl.ts';
import type { NetStack } from './stack.ts';

export const SOCK = { STREAM: 1, DGRAM: 2, RAW: 3, SEQPACKET: 5 } as const;
export const SOL_SOCKET = 1;
export const MSG = {
  OOB: 1,
  PEEK: 2,
  DONTROUTE: 4,
  CTRUNC: 8,
  TRUNC: 0x20,
  DONTWAIT: 0x40,
  WAITALL: 0x100,
  ERRQUEUE: 0x2000,
  NOSIGNAL: 0x4000,
  MORE: 0x8000,
  WAITFORONE: 0x1_0000,
  CMSG_CLOEXEC: 0x4000_0000,
} as const;

/** Options of SOL_SOCKET; the values of the generic ABI. */
export const SO = {
  DEBUG: 1,
  REUSEADDR: 2,
  TYPE: 3,
  ERROR: 4,
  DONTROUTE: 5,
  BROADCAST: 6,
  SNDBUF: 7,
  RCVBUF: 8,
  KEEPALIVE: 9,
  OOBINLINE: 10,
  PRIORITY: 12,
  LINGER: 13,
  REUSEPORT: 15,
  PASSCRED: 16,
  PEERCRED: 17,
  RCVLOWAT: 18,
  SNDLOWAT: 19,
  RCVTIMEO: 20,
  SNDTIMEO: 21,
  BINDTODEVICE: 25,
  ATTACH_FILTER: 26,
  DETACH_FILTER: 27,
  TIMESTAMP: 29,
  ACCEPTCONN: 30,
  SNDBUFFORCE: 32,
  RCVBUFFORCE: 33,
  MARK: 36,
  PROTOCOL: 38,
  DOMAIN: 39,
  BUSY_POLL: 46,
} as const;

const TIOCOUTQ = 0x5411;
const LEAST_BUFFER = 2304;
const MOST_BUFFER = 425_984;
/** What a socket has that is asked for nothing else (rmem_default). */
export const DEFAULT_BUFFER = 212_992;

/** Options that are on or off. */
const SWITCHES: ReadonlySet<number> = new Set([
  SO.REUSEADDR,
  SO.REUSEPORT,
  SO.BROADCAST,
  SO.KEEPALIVE,
  SO.OOBINLINE,
  SO.DONTROUTE,
  SO.PASSCRED,
  SO.TIMESTAMP,
]);

/** A process as another sees it (struct ucred). */
export interface Ucred {
  readonly pid: number;
  readonly uid: number;
  readonly gid: number;
}

/** The process that made a socket, listens on it or connected it, with the ids it had then; `pid` as it sees itself. */
export interface Peer extends Ucred {
  /** As who asks sees it: in its own PID and user namespaces (SO_PEERCRED). */
  readonly seenBy: (who: object) => Ucred;
}

/** What a socket asks of the task that uses it. */
export interface Caller {
  readonly owner: Peer;
  /** Who it is, to what shows itself differently to others. */
  readonly self: object;
  can(capability: 'net_admin' | 'net_raw' | 'net_bind_service'): boolean;
  /** The socket bound to a unix name. */
  lookUp(name: string): Socket;
  /** The network of a process, or of an open /proc/pid/ns/net. */
  network(by: 'pid' | 'fd', number: number): NetStack;
  /** Binds a unix name; returns how to give it up. */
  claim(name: string, socket: Socket): () => void;
}

/** A control message beside data (cmsg(3)). */
export interface Control {
  readonly level: number;
  readonly type: number;
  readonly data: Uint8Array;
}

export interface Received {
  readonly data: Uint8Array;
  /** Length of the whole message; more than `data` where it was cut. */
  readonly whole: number;
  /** Address of the sender, as the family writes it; null: none. */
  readonly from: Uint8Array | null;
  readonly files: readonly OpenFile[];
  readonly control: readonly Control[];
}

export interface Sending {
  /** Where to, as the family writes it; null: to the peer. */
  readonly to: Uint8Array | null;
  readonly files: readonly OpenFile[];
  readonly control: readonly Control[];
  readonly flags: number;
}

export const PLAIN_SENDING: Sending = { to: null, files: [], control: [], flags: 0 };
export const NO_BYTES = new Uint8Array(0);

/** One 32-bit number of an option's value. */
export function intOf(value: Uint8Array): number {
  if (value.length < 4) fail(E.INVAL);
  return value[0]! | (value[1]! << 8) | (value[2]! << 16) | (value[3]! << 24);
}

/** struct timeval in nanoseconds; zero is for ever. */
function timeOf(value: Uint8Array): number {
  if (value.length < 16) fail(E.INVAL);
  const view = new DataView(value.buffer, value.byteOffset);
  const [seconds, micros] = [Number(view.getBigInt64(0, true)), Number(view.getBigInt64(8, true))];
  if (micros < 0 || micros >= 1_000_000) fail(E.INVAL);
  if (seconds < 0) return 0;
  return seconds || micros ? seconds * 1e9 + micros * 1e3 : Number.POSITIVE_INFINITY;
}

function timevalOf(ns: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(16));
  if (Number.isFinite(ns)) {
    view.setBigInt64(0, BigInt(Math.floor(ns / 1e9)), true);
    view.setBigInt64(8, BigInt(Math.floor((ns % 1e9) / 1e3)), true);
  }
  return new Uint8Array(view.buffer);
}

const clampBuffer = (size: number): number => Math.max(LEAST_BUFFER, Math.min(MOST_BUFFER, size * 2));

export abstract class Socket extends FileKind {
  override readonly queue: WaitQueue = new WaitQueue();
  abstract readonly domain: number;
  abstract readonly type: number;
  abstract readonly protocol: number;
  readonly owner: Peer;
  /** The network it is of. */
  readonly stack: NetStack;
  /** Nanoseconds a blocking call waits (SO_RCVTIMEO, SO_SNDTIMEO). */
  override receiveTimeout = Number.POSITIVE_INFINITY;
  override sendTimeout = Number.POSITIVE_INFINITY;
  sendBuffer = DEFAULT_BUFFER;
  receiveBuffer = DEFAULT_BUFFER;
  /** Options that are nothing but kept: SO_PRIORITY and the like, by number. */
  private readonly kept = new Map<number, number>();

  constructor(stack: NetStack, owner: Peer) {
    super();
    this.stack = stack;
    this.owner = owner;
  }

  bind(_address: Uint8Array, _caller: Caller): void {
    fail(E.OPNOTSUPP);
  }
  /** Connects; EINPROGRESS: it will be known later whether, EAGAIN: no room now. */
  connect(_address: Uint8Array, _caller: Caller): void {
    fail(E.OPNOTSUPP);
  }
  listen(_backlog: number, _caller: Caller): void {
    fail(E.OPNOTSUPP);
  }
  /** The next connection; EAGAIN: none yet. */
  accept(): Socket {
    return fail(E.OPNOTSUPP);
  }
  /** Sends; returns the bytes taken. */
  abstract send(data: Uint8Array, sending: Sending, caller: Caller): number;
  /** Takes what has come, up to `length` bytes. Flags of `MSG`. */
  abstract receive(length: number, flags: number): Received;
  shutdown(_how: number): void {
    fail(E.OPNOTSUPP);
  }
  /** Its own address, as the family writes it. */
  abstract name(): Uint8Array;
  /** The peer's address; ENOTCONN where there is none. */
  peerName(): Uint8Array {
    return fail(E.NOTCONN);
  }
  /** What a blocked sender waits for. */
  sendQueues(): readonly WaitQueue[] {
    return [this.queue];
  }
  /** Takes the error that is pending, if any (SO_ERROR). */
  takeError(): number {
    return 0;
  }
  get listening(): boolean {
    return false;
  }
  /** A boolean option was set, or a buffer's size. */
  protected optionSet(_option: number): void {}

  flag(option: number): boolean {
    return (this.kept.get(option) ?? 0) !== 0;
  }

  protected copyOptions(from: Socket): void {
    for (const [key, value] of from.kept) this.kept.set(key, value);
    this.receiveTimeout = from.receiveTimeout;
    this.sendTimeout = from.sendTimeout;
    this.sendBuffer = from.sendBuffer;
    this.receiveBuffer = from.receiveBuffer;
  }

  setOption(level: number, option: number, value: Uint8Array, caller: Caller): void {
    if (level !== SOL_SOCKET) fail(E.NOPROTOOPT);
    switch (option) {
      case SO.RCVTIMEO:
        this.receiveTimeout = timeOf(value);
        return;
      case SO.SNDTIMEO:
        this.sendTimeout = timeOf(value);
        return;
      case SO.SNDBUF:
      case SO.SNDBUFFORCE:
        this.sendBuffer = clampBuffer(intOf(value));
        break;
      case SO.RCVBUF:
      case SO.RCVBUFFORCE:
        this.receiveBuffer = clampBuffer(intOf(value));
        break;
      case SO.LINGER: {
        if (value.length < 8) fail(E.INVAL);
        this.kept.set(SO.LINGER, intOf(value) ? 1 : 0);
        this.kept.set(-SO.LINGER, intOf(value.subarray(4)));
        return;
      }
      case SO.MARK:
      case SO.DEBUG:
        if (!caller.can('net_admin')) fail(option === SO.MARK ? E.PERM : E.ACCES);
        this.kept.set(option, intOf(value));
        break;
      case SO.PRIORITY:
      case SO.RCVLOWAT:
      case SO.BUSY_POLL:
        this.kept.set(option, intOf(value));
        break;
      default:
        // What else there is can't be set.
        if (!SWITCHES.has(option)) fail(E.NOPROTOOPT);
        this.kept.set(option, intOf(value) ? 1 : 0);
    }
    this.optionSet(option);
  }

  /** The linger time in seconds, or null where it is off. */
  get linger(): number | null {
    return this.flag(SO.LINGER) ? (this.kept.get(-SO.LINGER) ?? 0) : null;
  }

  getOption(level: number, option: number, _caller: Caller): Uint8Array {
    if (level !== SOL_SOCKET) fail(E.NOPROTOOPT);
    switch (option) {
      case SO.TYPE:
        return u32(this.type);
      case SO.DOMAIN:
        return u32(this.domain);
      case SO.PROTOCOL:
        return u32(this.protocol);
      case SO.ERROR:
        return u32(this.takeError());
      case SO.SNDBUF:
        return u32(this.sendBuffer);
      case SO.RCVBUF:
        return u32(this.receiveBuffer);
      case SO.ACCEPTCONN:
        return u32(this.listening ? 1 : 0);
      case SO.RCVTIMEO:
        return timevalOf(this.receiveTimeout);
      case SO.SNDTIMEO:
        return timevalOf(this.sendTimeout);
      case SO.LINGER:
        return Uint8Array.of(...u32(this.flag(SO.LINGER) ? 1 : 0), ...u32(this.kept.get(-SO.LINGER) ?? 0));
      case SO.RCVLOWAT:
      case SO.SNDLOWAT:
        return u32(this.kept.get(option) ?? 1);
      case SO.PRIORITY:
      case SO.MARK:
      case SO.DEBUG:
      case SO.BUSY_POLL:
        return u32(this.kept.get(option) ?? 0);
      default:
        return SWITCHES.has(option) ? u32(this.kept.get(option) ?? 0) : fail(E.NOPROTOOPT);
    }
  }

  /** Bytes that can be read, and that are not sent or not acknowledged yet; EINVAL: this kind can't tell. */
  protected readable(): number {
    return fail(E.INVAL);
  }
  protected unsent(): number {
    return fail(E.INVAL);
  }

  override ioctl(_file: OpenFile, request: number, argument: IoctlArgument): number {
    if (request === TTY.FIONREAD) argument.out(u32(this.readable()));
    else if (request === TIOCOUTQ) argument.out(u32(this.unsent()));
    else interfaceIoctl(this.stack, request, argument);
    return 0;
  }

  override read(_file: OpenFile, into: Uint8Array): number {
    const { data, files } = this.receive(into.length, 0);
    for (const file of files) file.release();
    into.set(data);
    return data.length;
  }

  override write(_file: OpenFile, from: Uint8Array): number {
    // A connected socket asks nothing of who writes to it.
    return this.send(from, PLAIN_SENDING, NOBODY);
  }
}

const NO_PEER: Peer = { pid: 0, uid: -1, gid: -1, seenBy: () => NO_PEER };
const NOBODY: Caller = {
  owner: NO_PEER,
  self: {},
  can: () => false,
  lookUp: () => fail(E.DESTADDRREQ),
  claim: () => fail(E.INVAL),
  network: () => fail(E.SRCH),
};

export const nonBlocking = (flags: number): number => flags & O.NONBLOCK;
