/** One TCP connection (RFC 9293): its states, and what each segment and each alarm does to them. */
import { E } from '../../errno.ts';
import type { NetHost } from '../host.ts';
import type { Endpoint } from '../sockaddr.ts';
import { Receiver } from './receiver.ts';
import { FLAG, Segment, type SegmentFields } from './segment.ts';
import { type Piece, Sender } from './sender.ts';
import { add, after, later } from './sequence.ts';
import { Alarm, RoundTrip } from './timing.ts';

/** As /proc/net/tcp numbers them. */
export const STATE = {
  ESTABLISHED: 1,
  SYN_SENT: 2,
  SYN_RECEIVED: 3,
  FIN_WAIT1: 4,
  FIN_WAIT2: 5,
  TIME_WAIT: 6,
  CLOSED: 7,
  CLOSE_WAIT: 8,
  LAST_ACK: 9,
  LISTEN: 10,
  CLOSING: 11,
} as const;
export type State = (typeof STATE)[keyof typeof STATE];

const SECOND = 1e9;
/** Twice the longest life of a segment, as Linux has it. */
const LINGERS = 60 * SECOND;
const SYN_TRIES = 6;
const SYN_ACK_TRIES = 5;
const TRIES = 15;
/** Of a connection that no program holds any more. */
const ORPHAN_TRIES = 8;
/** Bits windows are shifted by. */
const SCALE = 7;
/** Where a peer says nothing of it (RFC 9293, 3.7.1). */
const DEFAULT_MSS = 536;
const LEAST_MSS = 88;

export interface ConnectionOptions {
  readonly local: Endpoint;
  readonly remote: Endpoint;
  /** First sequence number. */
  readonly first: number;
  /** Longest segment that fits the way. */
  readonly mss: number;
  readonly sendCapacity: number;
  readonly receiveCapacity: number;
}

export interface ConnectionEvents {
  send(segment: Segment): void;
  /** Something a program may wait for has happened. */
  changed(): void;
  /** Asked when the other side has confirmed: false, and it is as if it had not. */
  established(): boolean;
  /** It is no more: nothing that comes is for it. */
  gone(): void;
}

/** SO_KEEPALIVE and its times, in nanoseconds. */
export interface KeepAlive {
  on: boolean;
  idle: number;
  interval: number;
  count: number;
}

export class Connection {
  state: State = STATE.CLOSED;
  readonly local: Endpoint;
  readonly remote: Endpoint;
  readonly sender: Sender;
  readonly receiver: Receiver;
  /** An error that no call has returned yet. */
  error = 0;
  /** The program reads no more. */
  receiveShut = false;
  /** No program holds it any more. */
  orphan = false;
  /** Of one that a listener made: wakes the socket it was given to. */
  accepted: (() => void) | null = null;
  readonly keepAlive: KeepAlive = { on: false, idle: 7200 * SECOND, interval: 75 * SECOND, count: 9 };
  /** TCP_USER_TIMEOUT: how long sent data may stay without an answer; 0: as many tries as there are. */
  userTimeout = 0;
  readonly roundTrip = new RoundTrip();
  retransmissions = 0;
  private readonly host: NetHost;
  private readonly events: ConnectionEvents;
  private readonly passive: boolean;
  private sendScale = 0;
  private receiveScale = 0;
  private scales: boolean;
  /** The number whose answer is timed, and when it was sent. */
  private timed: { readonly sequence: number; readonly at: number } | null = null;
  private tries = 0;
  private waitingSince = 0;
  private probes = 0;
  private heard: number;
  private ackDue = false;
  private readonly again: Alarm;
  private readonly persist: Alarm;
  private readonly idle: Alarm;
  private readonly mss: number;

  /** `syn`: the segment that asks for it, or null, where this side asks. */
  constructor(host: NetHost, options: ConnectionOptions, events: ConnectionEvents, syn: Segment | null) {
    this.host = host;
    this.events = events;
    this.local = options.local;
    this.remote = options.remote;
    this.mss = options.mss;
    this.passive = syn !== null;
    this.sender = new Sender(options.first, options.sendCapacity, options.mss);
    this.receiver = new Receiver(syn ? add(syn.sequence, 1) : 0, options.receiveCapacity);
    this.scales = syn ? syn.scale !== null : true;
    this.heard = host.now();
    this.again = new Alarm(host, () => this.retry());
    this.persist = new Alarm(host, () => this.probe());
    this.idle = new Alarm(host, () => this.lookIdle());
    if (syn) this.greet(syn);
    this.state = syn ? STATE.SYN_RECEIVED : STATE.SYN_SENT;
    this.sendSyn();
  }

  /** What the peer's SYN says of its side. */
  private greet(syn: Segment): void {
    const { sender } = this;
    sender.mss = Math.max(LEAST_MSS, Math.min(this.mss, syn.mss ?? DEFAULT_MSS));
    this.scales = syn.scale !== null;
    if (syn.scale !== null) {
      this.sendScale = syn.scale;
      this.receiveScale = SCALE;
    }
    // The window of a SYN is never shifted.
    sender.offered(syn.sequence, syn.acknowledged, syn.window);
  }

  get synchronized(): boolean {
    return this.state !== STATE.SYN_SENT && this.state !== STATE.SYN_RECEIVED && this.state !== STATE.CLOSED;
  }

  get canSend(): boolean {
    return this.state === STATE.ESTABLISHED || this.state === STATE.CLOSE_WAIT;
  }

  /** Nothing more will come. */
  get ended(): boolean {
    return this.receiver.finished || this.state === STATE.CLOSED;
  }

  // ---- what a program does

  /** Takes what there is room for. Returns the bytes taken. */
  write(bytes: Uint8Array): number {
    const part = bytes.length > this.sender.room ? bytes.subarray(0, this.sender.room) : bytes;
    this.sender.buffer.push(part);
    this.flush();
    return part.length;
  }

  /** Copies what has come; `peek`: it stays. */
  read(into: Uint8Array, peek = false): number {
    const { receiver } = this;
    const n = receiver.queue.copy(into);
    if (!peek) this.took(n);
    return n;
  }

  /** So many bytes of what has come are read. */
  took(count: number): void {
    const { receiver } = this;
    receiver.queue.drop(count);
    if (this.synchronized && !receiver.finished && receiver.worthTelling(this.sender.mss)) this.sendAck();
  }

  /** Sends no more after what is written. */
  finish(): void {
    if (this.state === STATE.ESTABLISHED) this.state = STATE.FIN_WAIT1;
    else if (this.state === STATE.CLOSE_WAIT) this.state = STATE.LAST_ACK;
    else return;
    this.sender.finQueued = true;
    this.sender.cork = false;
    this.flush();
  }

  /** The last program lets go of it. `now`: at once, with a reset (SO_LINGER of 0). */
  close(now: boolean): void {
    this.orphan = true;
    if (this.state === STATE.CLOSED || this.state === STATE.TIME_WAIT) return;
    if (this.state === STATE.SYN_SENT) {
      this.end(0);
      return;
    }
    // What was not read is lost, and the peer has to know (RFC 2525, 2.17).
    if (now || this.state === STATE.SYN_RECEIVED || this.receiver.queue.length > 0) {
      this.abort();
      return;
    }
    this.finish();
    if (this.state === STATE.FIN_WAIT2) this.again.at(this.host.now() + LINGERS);
  }

  /** Ends it with a reset. */
  abort(): void {
    if (this.synchronized || this.state === STATE.SYN_RECEIVED)
      this.emit({ sequence: this.sender.most, flags: FLAG.RST | FLAG.ACK, window: 0 });
    this.end(0);
  }

  /** Sends what may be sent now. */
  flush(): void {
    if (!this.synchronized) return;
    const { sender } = this;
    for (let piece = sender.piece(); piece; piece = sender.piece()) {
      const fresh = after(piece.sequence, sender.most) >= 0;
      if (fresh && this.timed === null && piece.data.length > 0)
        this.timed = { sequence: add(piece.sequence, piece.data.length), at: this.host.now() };
      sender.sent(piece);
      this.sendPiece(piece);
      if (!this.again.set) this.startTimer();
    }
    if (sender.unsent > 0 && !sender.outstanding && sender.window === 0 && !this.persist.set)
      this.persist.at(this.host.now() + this.roundTrip.timeout);
  }

  // ---- what is sent

  private emit(fields: Pick<SegmentFields, 'sequence' | 'flags' | 'window'> & Partial<SegmentFields>): void {
    this.ackDue = false;
    this.events.send(
      new Segment({
        fromPort: this.local.port,
        toPort: this.remote.port,
        acknowledged: fields.flags & FLAG.ACK ? this.receiver.next : 0,
        ...fields,
      }),
    );
  }

  private sendSyn(): void {
    const { sender } = this;
    sender.next = add(sender.una, 1);
    sender.most = later(sender.most, sender.next);
    this.emit({
      sequence: sender.una,
      flags: this.state === STATE.SYN_RECEIVED ? FLAG.SYN | FLAG.ACK : FLAG.SYN,
      window: this.receiver.offer(0),
      mss: this.mss,
      scale: this.scales ? SCALE : null,
    });
    if (this.tries === 0) this.timed = { sequence: sender.next, at: this.host.now() };
    this.startTimer();
  }

  private sendPiece(piece: Piece): void {
    this.emit({
      sequence: piece.sequence,
      flags: FLAG.ACK | (piece.fin ? FLAG.FIN : 0) | (piece.data.length ? FLAG.PSH : 0),
      window: this.receiver.offer(this.receiveScale),
      data: piece.data,
    });
  }

  private sendAck(): void {
    // Not where sending again stands: the peer would take that for old, and its answer to it would be old to us.
    this.emit({ sequence: this.sender.most, flags: FLAG.ACK, window: this.receiver.offer(this.receiveScale) });
  }

  // ---- alarms

  private startTimer(): void {
    if (!this.again.set) this.waitingSince = this.host.now();
    this.again.at(this.host.now() + this.roundTrip.timeout);
  }

  /** Nothing was heard for too long. */
  private retry(): void {
    if (this.state === STATE.TIME_WAIT || this.state === STATE.FIN_WAIT2) {
      this.end(0);
      return;
    }
    this.tries++;
    this.timed = null;
    const most =
      this.state === STATE.SYN_SENT
        ? SYN_TRIES
        : this.state === STATE.SYN_RECEIVED
          ? SYN_ACK_TRIES
          : this.orphan
            ? ORPHAN_TRIES
            : TRIES;
    const late = this.userTimeout > 0 && this.host.now() - this.waitingSince >= this.userTimeout;
    if (this.tries > most || late) {
      this.end(E.TIMEDOUT);
      return;
    }
    this.roundTrip.backOff();
    this.retransmissions++;
    if (!this.synchronized) {
      this.sendSyn();
      return;
    }
    this.sender.lost();
    // At least one segment, whatever the window is now.
    const first = this.sender.first();
    this.sender.sent(first);
    this.sendPiece(first);
    this.startTimer();
  }

  /** The peer's window is shut: asks whether it still is. */
  private probe(): void {
    const { sender } = this;
    if (sender.window > 0 || sender.unsent === 0) return;
    this.probes++;
    if (this.probes > (this.orphan ? ORPHAN_TRIES : TRIES * 4)) {
      this.end(E.TIMEDOUT);
      return;
    }
    this.emit({
      sequence: add(sender.una, -1),
      flags: FLAG.ACK,
      window: this.receiver.offer(this.receiveScale),
    });
    this.persist.at(this.host.now() + Math.min(120 * SECOND, this.roundTrip.timeout * 2 ** Math.min(10, this.probes)));
  }

  /** SO_KEEPALIVE was set, or its times. */
  watchIdle(): void {
    if (this.keepAlive.on && this.synchronized) this.idle.at(this.host.now() + this.keepAlive.idle);
    else this.idle.clear();
  }

  private unanswered = 0;

  private lookIdle(): void {
    const { keepAlive, sender } = this;
    if (!keepAlive.on || this.state === STATE.TIME_WAIT) return;
    const now = this.host.now();
    if (now - this.heard < keepAlive.idle || sender.outstanding) {
      this.unanswered = 0;
      this.idle.at(Math.max(this.heard + keepAlive.idle, now + SECOND));
      return;
    }
    if (this.unanswered++ >= keepAlive.count) {
      this.end(E.TIMEDOUT);
      return;
    }
    this.emit({ sequence: add(sender.una, -1), flags: FLAG.ACK, window: this.receiver.offer(this.receiveScale) });
    this.idle.at(now + keepAlive.interval);
  }

  // ---- what comes

  /** The network says that the way is broken: an error number. */
  unreachable(code: number): void {
    if (this.state === STATE.SYN_SENT) this.end(code);
  }

  /** Takes a segment that belongs to this connection. */
  input(segment: Segment): void {
    if (this.state === STATE.CLOSED) return;
    this.heard = this.host.now();
    if (this.state === STATE.SYN_SENT) this.answered(segment);
    else this.arrived(segment);
    if (this.ackDue && this.synchronized) this.sendAck();
  }

  private answered(segment: Segment): void {
    const { sender } = this;
    const { flags } = segment;
    const acked = (flags & FLAG.ACK) !== 0;
    if (acked && segment.acknowledged !== sender.next) {
      if (!(flags & FLAG.RST)) this.emit({ sequence: segment.acknowledged, flags: FLAG.RST, window: 0 });
      return;
    }
    if (flags & FLAG.RST) {
      if (acked) this.end(E.CONNREFUSED);
      return;
    }
    if (!(flags & FLAG.SYN)) return;
    this.receiver.restart(add(segment.sequence, 1));
    this.greet(segment);
    if (!acked) {
      // Both sides ask at once.
      this.state = STATE.SYN_RECEIVED;
      this.sendSyn();
      return;
    }
    this.confirmed(segment);
    this.ackDue = true;
    this.flush();
  }

  /** Our SYN is acknowledged. */
  private confirmed(segment: Segment): void {
    this.measure(segment.acknowledged);
    this.sender.opened();
    this.tries = 0;
    this.again.clear();
    this.roundTrip.relax();
    this.state = STATE.ESTABLISHED;
    this.watchIdle();
    this.events.changed();
  }

  private measure(acknowledged: number): void {
    const { timed } = this;
    if (!timed || after(acknowledged, timed.sequence) < 0) return;
    this.roundTrip.measured(this.host.now() - timed.at);
    this.timed = null;
  }

  private arrived(segment: Segment): void {
    const { receiver } = this;
    const { flags } = segment;
    if (!receiver.accepts(segment.sequence, segment.length)) {
      if (!(flags & FLAG.RST)) {
        if (this.state === STATE.TIME_WAIT && flags & FLAG.FIN) this.again.at(this.host.now() + LINGERS);
        if (this.state === STATE.SYN_RECEIVED && flags & FLAG.SYN) {
          // One that comes again has not seen our answer; one with an answer is of a peer that asked at the same time.
          if (!(flags & FLAG.ACK)) this.sendSyn();
          else if (this.acknowledged(segment)) this.ackDue = true;
          return;
        }
        if (this.synchronized) this.sendAck();
      }
      // An acknowledgment may still be of use where only the window is shut.
      if (
        receiver.window > 0 ||
        flags & (FLAG.RST | FLAG.SYN) ||
        !(flags & FLAG.ACK) ||
        segment.sequence !== receiver.next
      )
        return;
      this.acknowledged(segment);
      return;
    }
    if (flags & FLAG.RST) {
      // Only the exact number is believed; any other in the window is asked about (RFC 5961, 3).
      if (segment.sequence !== receiver.next) this.sendAck();
      else if (this.state === STATE.TIME_WAIT) this.end(0);
      else this.end(this.state === STATE.CLOSE_WAIT ? E.PIPE : this.passive && !this.synchronized ? 0 : E.CONNRESET);
      return;
    }
    if (flags & FLAG.SYN) {
      if (this.synchronized) this.sendAck();
      return;
    }
    if (!(flags & FLAG.ACK) || !this.acknowledged(segment)) return;
    this.data(segment);
    this.flush();
  }

  /** What a segment acknowledges. False: it is not to be used. */
  private acknowledged(segment: Segment): boolean {
    const { sender } = this;
    const { acknowledged } = segment;
    if (this.state === STATE.SYN_RECEIVED) {
      if (acknowledged !== add(sender.una, 1)) {
        this.emit({ sequence: acknowledged, flags: FLAG.RST, window: 0 });
        return false;
      }
      if (!this.events.established()) return false;
      this.confirmed(segment);
    }
    if (after(acknowledged, sender.most) > 0) {
      this.ackDue = true;
      return false;
    }
    const before = sender.window;
    const window = segment.window * 2 ** this.sendScale;
    const progress = after(acknowledged, sender.una);
    if (progress > 0) {
      this.measure(acknowledged);
      const recovering = sender.recovering;
      sender.acknowledge(acknowledged);
      sender.offered(segment.sequence, acknowledged, window);
      this.tries = 0;
      this.probes = 0;
      this.roundTrip.relax();
      this.again.clear();
      if (sender.outstanding) this.startTimer();
      if (recovering && sender.recovering) this.sendAgain();
      this.events.changed();
      this.advance();
    } else {
      if (progress === 0) sender.offered(segment.sequence, acknowledged, window);
      const same = progress === 0 && segment.length === 0 && sender.window === before && sender.outstanding;
      if (same && sender.duplicate()) this.sendAgain();
    }
    if (sender.window > 0) {
      this.persist.clear();
      this.probes = 0;
    }
    if (progress <= 0 && sender.window !== before) this.flush();
    return this.alive;
  }

  private get alive(): boolean {
    return this.state !== STATE.CLOSED;
  }

  private sendAgain(): void {
    this.timed = null;
    this.retransmissions++;
    this.sendPiece(this.sender.first());
  }

  /** Our FIN has arrived. */
  private advance(): void {
    if (!this.sender.finAcknowledged) return;
    if (this.state === STATE.FIN_WAIT1) {
      this.state = STATE.FIN_WAIT2;
      if (this.orphan) this.again.at(this.host.now() + LINGERS);
    } else if (this.state === STATE.CLOSING) this.linger();
    else if (this.state === STATE.LAST_ACK) this.end(0);
  }

  private data(segment: Segment): void {
    const { receiver } = this;
    const fin = (segment.flags & FLAG.FIN) !== 0;
    if (segment.data.length === 0 && !fin) return;
    if (
      receiver.finished ||
      (this.state !== STATE.ESTABLISHED && this.state !== STATE.FIN_WAIT1 && this.state !== STATE.FIN_WAIT2)
    ) {
      this.ackDue = true;
      return;
    }
    // Nobody will ever read it.
    if (
      this.orphan &&
      after(add(segment.sequence, segment.data.length), receiver.next) > 0 &&
      segment.data.length > 0
    ) {
      this.abort();
      return;
    }
    const fresh = receiver.take(segment.sequence, segment.data, fin);
    this.ackDue = true;
    if (this.receiveShut) receiver.queue.clear();
    if (receiver.finished) this.peerFinished();
    if (fresh) this.events.changed();
  }

  private peerFinished(): void {
    if (this.state === STATE.ESTABLISHED) this.state = STATE.CLOSE_WAIT;
    else if (this.state === STATE.FIN_WAIT1) this.state = STATE.CLOSING;
    else if (this.state === STATE.FIN_WAIT2) this.linger();
  }

  private linger(): void {
    this.state = STATE.TIME_WAIT;
    this.persist.drop();
    this.idle.drop();
    this.again.at(this.host.now() + LINGERS);
    this.events.changed();
  }

  /** It is over; `error`: why, 0 where that is as it should be. */
  private end(error: number): void {
    if (this.state === STATE.CLOSED) return;
    this.state = STATE.CLOSED;
    this.error = error;
    this.ackDue = false;
    this.again.drop();
    this.persist.drop();
    this.idle.drop();
    this.sender.buffer.clear();
    this.events.gone();
    this.events.changed();
  }

  /** Makes room for others where it only waits for segments of the past. */
  forget(): void {
    this.end(0);
  }
}
