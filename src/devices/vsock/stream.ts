/** A stream between a port of the host and a port of the guest: what waits in each direction, and the credit for it. */
import { BoundedByteQueue } from '../bounded-byte-queue.ts';
import type { StateReader, StateWriter } from '../state.ts';
import { OP, type Packet, SHUTDOWN } from './packet.ts';

/** Bytes the guest may send that nobody has taken yet: the credit the host gives. */
export const BUFFER = 256 * 1024;
/** Bytes the host may write that the guest has no credit for. */
const MOST_OUTGOING = 1 << 20;
/** Data of one packet, at most. */
export const MOST_DATA = 64 * 1024;

/** What the host does with a stream. Without handlers (after a snapshot, or while paused) what the guest sends waits. */
export interface StreamHandlers {
  /** The guest has accepted the stream. */
  readonly opened?: () => void;
  /** Data has come; the bytes are the callee's. */
  readonly data?: (bytes: Uint8Array) => void;
  /** The guest sends no more. */
  readonly ended?: () => void;
  /** There is room to write again, after `write` had taken less than it was given. */
  readonly drained?: () => void;
  /** The stream is over; nothing else is called. */
  readonly closed?: () => void;
}

/** The ends of a stream's state: one number each in a saved state. */
const STATES = ['connecting', 'open', 'closed'] as const;
type State = (typeof STATES)[number];

/** What the host has said of its own end. */
const ENDS = ['open', 'ending', 'ended'] as const;
type End = (typeof ENDS)[number];

export interface Owner {
  /** There may be something to send. */
  send(): void;
  /** The stream is over; `reset`: the guest is to be told. */
  drop(stream: Stream, reset: boolean): void;
}

export class Stream {
  readonly hostPort: number;
  readonly guestPort: number;
  readonly #owner: Owner;
  #handlers: StreamHandlers = {};
  #paused = true;
  state: State;
  readonly #outgoing = new BoundedByteQueue(MOST_OUTGOING);
  readonly #incoming = new BoundedByteQueue(BUFFER);
  /** Packets without data that are to be sent, each once. */
  readonly #pending = new Set<number>();
  #full = false;
  #end: End = 'open';
  #guestEnded = false;
  #toldEnded = false;
  /** Credit (5.10.6.3), all modulo 2^32: bytes sent, the guest's buffer and what it has taken; bytes taken here, and as last told. */
  #sent = 0;
  #peerBuffer = 0;
  #peerForwarded = 0;
  #forwarded = 0;
  #toldForwarded = 0;

  constructor(owner: Owner, hostPort: number, guestPort: number, state: State) {
    this.#owner = owner;
    this.hostPort = hostPort;
    this.guestPort = guestPort;
    this.state = state;
  }

  // For the host.

  /** Says what is to be done with the stream; what has come meanwhile is delivered. */
  handle(handlers: StreamHandlers): void {
    this.#handlers = handlers;
    this.resume();
  }

  /** Has data wait; the guest stops when its credit is used up. */
  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    if (this.#incoming.length > 0) {
      const bytes = new Uint8Array(this.#incoming.length);
      this.#incoming.shift(bytes);
      this.#take(bytes);
    }
    this.#tellEnd();
    this.#owner.send();
  }

  /** Takes a copy of what there is room for; returns how many bytes. */
  write(bytes: Uint8Array): number {
    if (this.state === 'closed' || this.#end !== 'open') return 0;
    const taken = this.#outgoing.push(bytes);
    this.#full = taken < bytes.length;
    this.#owner.send();
    return taken;
  }

  /** Sends what was written, then says that no more comes. */
  end(): void {
    if (this.state === 'closed' || this.#end !== 'open') return;
    this.#end = 'ending';
    this.#owner.send();
  }

  /** Ends the stream at once, in both directions. */
  destroy(): void {
    if (this.state !== 'closed') this.#owner.drop(this, true);
  }

  // For the device.

  /** Puts a packet without data in line. */
  announce(op: number): void {
    this.#pending.add(op);
  }

  /** The guest has asked for this stream: it is accepted. */
  greet(request: Packet): void {
    this.#peerBuffer = request.buffer;
    this.#peerForwarded = request.forwarded;
    this.announce(OP.RESPONSE);
  }

  /** Takes a packet of this stream; false where it breaks the rules and the stream must be reset. */
  receive(packet: Packet, data: Uint8Array): boolean {
    this.#peerBuffer = packet.buffer;
    this.#peerForwarded = packet.forwarded;
    switch (packet.op) {
      case OP.RESPONSE:
        if (this.state !== 'connecting') return false;
        this.state = 'open';
        this.#handlers.opened?.();
        return true;
      case OP.RW:
        return this.state === 'open' && !this.#guestEnded && this.#accept(data);
      case OP.CREDIT_UPDATE:
        return true;
      case OP.CREDIT_REQUEST:
        this.announce(OP.CREDIT_UPDATE);
        return true;
      case OP.SHUTDOWN:
        if (packet.flags & SHUTDOWN.SEND) this.#guestEnded = true;
        this.#tellEnd();
        if ((packet.flags & SHUTDOWN.both) === SHUTDOWN.both) this.#owner.drop(this, true);
        return true;
      default:
        return false;
    }
  }

  #accept(data: Uint8Array): boolean {
    if (this.#paused) return this.#incoming.push(data) === data.length;
    this.#take(data);
    return true;
  }

  #take(bytes: Uint8Array): void {
    this.#forwarded = (this.#forwarded + bytes.length) >>> 0;
    if ((this.#forwarded - this.#toldForwarded) >>> 0 >= BUFFER / 2) this.announce(OP.CREDIT_UPDATE);
    this.#handlers.data?.(bytes);
  }

  /** Once what the guest sent before its end has been taken. */
  #tellEnd(): void {
    if (!this.#guestEnded || this.#toldEnded || this.#paused || this.#incoming.length > 0) return;
    this.#toldEnded = true;
    this.#handlers.ended?.();
  }

  close(): void {
    if (this.state === 'closed') return;
    this.state = 'closed';
    this.#outgoing.clear();
    this.#handlers.closed?.();
  }

  /** Bytes of data the guest has room for. */
  #credit(): number {
    const unread = (this.#sent - this.#peerForwarded) >>> 0;
    return Math.max(0, this.#peerBuffer - unread);
  }

  /** Whether there is something to send now. */
  get ready(): boolean {
    if (this.#pending.size > 0) return true;
    return this.state === 'open' && (this.#outgoing.length > 0 ? this.#credit() > 0 : this.#end === 'ending');
  }

  /** The next packet for a buffer with room for `room` bytes of data: its op and flags, and the data to fill in. */
  next(room: number): { op: number; flags: number; length: number; fill: (into: Uint8Array) => void } {
    const none = { flags: 0, length: 0, fill: () => {} };
    for (const op of this.#pending) {
      this.#pending.delete(op);
      return { ...none, op };
    }
    const length = Math.min(room, this.#credit(), this.#outgoing.length, MOST_DATA);
    if (length === 0) {
      this.#end = 'ended';
      return { ...none, op: OP.SHUTDOWN, flags: SHUTDOWN.SEND };
    }
    this.#sent = (this.#sent + length) >>> 0;
    return { op: OP.RW, flags: 0, length, fill: (into) => this.#outgoing.shift(into) };
  }

  /** The credit fields of the packet being sent. */
  told(): { buffer: number; forwarded: number } {
    this.#toldForwarded = this.#forwarded;
    return { buffer: BUFFER, forwarded: this.#forwarded };
  }

  /** Called when a packet has gone: whoever waits for room may write. */
  afterSending(): void {
    if (!this.#full || this.#outgoing.room === 0) return;
    this.#full = false;
    this.#handlers.drained?.();
  }

  save(into: StateWriter): void {
    into.u32(this.hostPort).u32(this.guestPort).u32(STATES.indexOf(this.state));
    into.u32(ENDS.indexOf(this.#end)).flag(this.#guestEnded).flag(this.#toldEnded).flag(this.#full);
    into.u32(this.#sent).u32(this.#peerBuffer).u32(this.#peerForwarded).u32(this.#forwarded).u32(this.#toldForwarded);
    into.u32(this.#pending.size);
    for (const op of this.#pending) into.u32(op);
    this.#outgoing.save(into);
    this.#incoming.save(into);
  }

  static restored(owner: Owner, from: StateReader): Stream {
    const stream = new Stream(owner, from.u32(), from.u32(), STATES[from.u32()] ?? 'closed');
    stream.#end = ENDS[from.u32()] ?? 'ended';
    stream.#guestEnded = from.flag();
    stream.#toldEnded = from.flag();
    stream.#full = from.flag();
    stream.#sent = from.u32();
    stream.#peerBuffer = from.u32();
    stream.#peerForwarded = from.u32();
    stream.#forwarded = from.u32();
    stream.#toldForwarded = from.u32();
    for (let count = from.u32(); count > 0; count--) stream.#pending.add(from.u32());
    stream.#outgoing.restore(from);
    stream.#incoming.restore(from);
    return stream;
  }
}
