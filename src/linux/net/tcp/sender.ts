/** The sending half of a connection: what is not acknowledged yet, what may be sent, and how fast (RFC 5681, 6582). */
import { ByteQueue } from '../../../abi/byte-queue.ts';
import { add, after, later } from './sequence.ts';

const FIRST_WINDOW = 10;
const DUPLICATES = 3;

/** A piece that may be sent now. */
export interface Piece {
  readonly sequence: number;
  readonly data: Uint8Array;
  readonly fin: boolean;
}

export class Sender {
  /** The first number that is not acknowledged; the buffer begins with it once the SYN is. */
  una: number;
  /** The next number to send; behind `most` while sending again. */
  next: number;
  /** Beyond all that was ever sent. */
  most: number;
  readonly buffer = new ByteQueue();
  capacity: number;
  /** Longest piece of data. */
  mss: number;
  noDelay = false;
  /** Holds back what does not fill a segment (TCP_CORK, MSG_MORE). */
  cork = false;
  finQueued = false;
  /** The window the peer offers, and the segment that said so. */
  window = 0;
  private largest = 0;
  private windowAt: { readonly sequence: number; readonly acknowledged: number } | null = null;
  private congestion: number;
  private threshold = Number.POSITIVE_INFINITY;
  private duplicates = 0;
  /** Recovery ends when this is acknowledged. */
  private recover: number | null = null;

  constructor(first: number, capacity: number, mss: number) {
    this.una = first;
    this.next = first;
    this.most = first;
    this.capacity = capacity;
    this.mss = mss;
    this.congestion = FIRST_WINDOW * mss;
  }

  get room(): number {
    return Math.max(0, this.capacity - this.buffer.length);
  }

  get inFlight(): number {
    return after(this.next, this.una);
  }

  get outstanding(): boolean {
    return this.most !== this.una;
  }

  get unsent(): number {
    return Math.max(0, this.buffer.length - this.inFlight) + (this.finQueued && !this.finSent ? 1 : 0);
  }

  private get end(): number {
    return add(this.una, this.buffer.length);
  }

  private get finSent(): boolean {
    return this.finAcknowledged || (this.finQueued && after(this.next, this.end) > 0);
  }

  /** Whether the peer has all, with the FIN. Asked after `acknowledge`. */
  finAcknowledged = false;

  /** The peer's window, as a segment with this number says it. */
  offered(sequence: number, acknowledged: number, window: number): void {
    const { windowAt } = this;
    if (windowAt) {
      const newer = after(sequence, windowAt.sequence);
      if (newer < 0 || (newer === 0 && after(acknowledged, windowAt.acknowledged) < 0)) return;
    }
    this.windowAt = { sequence, acknowledged };
    this.window = window;
    this.largest = Math.max(this.largest, window);
  }

  /** The SYN is acknowledged: data comes next. */
  opened(): void {
    this.una = add(this.una, 1);
    this.next = later(this.next, this.una);
    this.most = later(this.most, this.una);
  }

  /** All up to `to` is acknowledged. */
  acknowledge(to: number): void {
    const count = after(to, this.una);
    const data = Math.min(count, this.buffer.length);
    if (count > data) this.finAcknowledged = true;
    this.buffer.drop(data);
    this.una = to;
    if (after(this.next, to) < 0) this.next = to;
    this.duplicates = 0;
    if (this.recover !== null) {
      if (after(to, this.recover) >= 0) {
        this.recover = null;
        this.congestion = Math.min(this.threshold, this.congestion);
      } else this.congestion = Math.max(this.mss, this.congestion - count + this.mss);
      return;
    }
    this.congestion +=
      this.congestion < this.threshold ? Math.min(count, this.mss) : (this.mss * this.mss) / this.congestion;
    this.congestion = Math.min(this.congestion, 2 ** 30);
  }

  /** Whether a part that went missing has to be sent again as recovery goes on (RFC 6582, partial acknowledgments). */
  get recovering(): boolean {
    return this.recover !== null;
  }

  /** The peer says again what it said. Returns whether the first piece is to be sent again. */
  duplicate(): boolean {
    this.duplicates++;
    if (this.recover !== null) {
      this.congestion += this.mss;
      return false;
    }
    if (this.duplicates !== DUPLICATES) return false;
    this.threshold = Math.max(this.inFlight / 2, 2 * this.mss);
    this.congestion = this.threshold + DUPLICATES * this.mss;
    this.recover = this.most;
    return true;
  }

  /** Nothing was heard: all begins again at the first that is not acknowledged. */
  lost(): void {
    this.threshold = Math.max(after(this.most, this.una) / 2, 2 * this.mss);
    this.congestion = this.mss;
    this.duplicates = 0;
    this.recover = null;
    this.next = this.una;
  }

  /** The first piece that is not acknowledged. */
  first(): Piece {
    const data = this.buffer.slice(0, Math.min(this.mss, this.buffer.length));
    return { sequence: this.una, data, fin: this.finQueued && data.length === this.buffer.length };
  }

  /** What may be sent now, or null. `sent` has to follow. */
  piece(): Piece | null {
    const offset = this.inFlight;
    const left = this.buffer.length - offset;
    if (left < 0 || (left === 0 && (!this.finQueued || this.finSent))) return null;
    const usable = Math.min(this.window, Math.floor(this.congestion)) - offset;
    const length = Math.min(left, this.mss, Math.max(0, usable));
    const last = length === left;
    if (length === 0 && left > 0) return null;
    const again = after(this.next, this.most) < 0;
    if (length < this.mss && !again) {
      // Nagle's rule, corked, and no silly pieces of a window that is short (RFC 9293, 3.7.4 and 3.8.6.2.1).
      if (last && !this.finQueued && (this.cork || (!this.noDelay && offset > 0))) return null;
      if (!last && offset > 0 && length < this.largest / 2) return null;
    }
    return { sequence: this.next, data: this.buffer.slice(offset, length), fin: last && this.finQueued };
  }

  sent(piece: Piece): void {
    this.next = add(piece.sequence, piece.data.length + (piece.fin ? 1 : 0));
    this.most = later(this.most, this.next);
  }
}
