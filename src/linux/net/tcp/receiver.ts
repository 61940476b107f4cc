/** The receiving half of a connection: what has come in order, what came too early, and the window that is offered. */
import { ByteQueue } from '../../../abi/byte-queue.ts';
import { add, after } from './sequence.ts';

/** Pieces that came too early; more are lost, and come again. */
const MOST_EARLY = 256;

interface Early {
  readonly sequence: number;
  readonly data: Uint8Array;
}

export class Receiver {
  /** The next number that is awaited. */
  next: number;
  readonly queue = new ByteQueue();
  /** Bytes that may wait here. */
  capacity: number;
  /** Number of the peer's FIN, once it has come, in order or not. */
  private finAt: number | null = null;
  finished = false;
  /** By sequence, none overlapping another. */
  private early: Early[] = [];
  /** End of the window that was offered last. */
  private edge: number;

  constructor(next: number, capacity: number) {
    this.next = next;
    this.edge = next;
    this.capacity = capacity;
  }

  /** The peer's first number is known. */
  restart(next: number): void {
    // What the SYN offered counts from here.
    this.edge = add(next, this.window);
    this.next = next;
  }

  /** What the peer may still send. */
  get window(): number {
    return Math.max(0, after(this.edge, this.next));
  }

  private get free(): number {
    return Math.max(0, this.capacity - this.queue.length);
  }

  /** Opens the window as far as there is room: the field of a header, shifted by `scale`. An offer is never taken back. */
  offer(scale: number): number {
    const field = Math.min(0xffff, Math.ceil(Math.max(this.free, this.window) / 2 ** scale));
    const edge = add(this.next, field * 2 ** scale);
    if (after(edge, this.edge) > 0) this.edge = edge;
    return field;
  }

  /** Whether so much room has come that the peer should be told (RFC 9293, 3.8.6.2.2). */
  worthTelling(mss: number): boolean {
    return this.free - this.window >= Math.min(this.capacity / 2, 2 * mss);
  }

  /** Whether a segment lies in the window (RFC 9293, 3.10.7.4). */
  accepts(sequence: number, length: number): boolean {
    const { window } = this;
    const offset = after(sequence, this.next);
    if (length === 0) return window === 0 ? offset === 0 : offset >= 0 && offset < window;
    if (window === 0) return false;
    return offset < window && offset + length > 0;
  }

  /** Takes a segment's data and FIN. Returns whether anything new came in order. */
  take(sequence: number, bytes: Uint8Array, fin: boolean): boolean {
    if (this.finished) return false;
    let data = bytes;
    let at = sequence;
    const old = -after(at, this.next);
    if (old > 0) {
      data = data.subarray(Math.min(old, data.length));
      at = add(at, Math.min(old, bytes.length));
    }
    const room = after(this.edge, at);
    // A FIN beyond the window comes again.
    if (fin && bytes.length - Math.max(old, 0) <= room && this.finAt === null) this.finAt = add(sequence, bytes.length);
    if (data.length > room) data = data.subarray(0, Math.max(0, room));
    if (this.finAt !== null && after(add(at, data.length), this.finAt) > 0)
      data = data.subarray(0, Math.max(0, after(this.finAt, at)));
    const before = this.next;
    if (data.length > 0) {
      if (at === this.next) this.append(data);
      else this.keep(at, data);
    }
    this.drain();
    if (this.finAt !== null && this.next === this.finAt) {
      this.finished = true;
      this.next = add(this.next, 1);
      this.early = [];
    }
    return this.next !== before;
  }

  private append(data: Uint8Array): void {
    this.queue.push(data);
    this.next = add(this.next, data.length);
  }

  private keep(at: number, data: Uint8Array): void {
    let i = 0;
    while (i < this.early.length && after(this.early[i]!.sequence, at) <= 0) i++;
    const before = this.early[i - 1];
    const skip = before ? Math.max(0, after(add(before.sequence, before.data.length), at)) : 0;
    if (skip >= data.length) return;
    const rest = data.subarray(skip);
    const start = add(at, skip);
    // Those it covers are not needed; the one it runs into cuts it short.
    let covered = 0;
    while (i + covered < this.early.length) {
      const next = this.early[i + covered]!;
      if (after(add(next.sequence, next.data.length), add(start, rest.length)) > 0) break;
      covered++;
    }
    const next = this.early[i + covered];
    const length = next ? Math.min(rest.length, after(next.sequence, start)) : rest.length;
    if (length <= 0 || this.early.length - covered >= MOST_EARLY) return;
    this.early.splice(i, covered, { sequence: start, data: rest.slice(0, length) });
  }

  private drain(): void {
    while (this.early.length) {
      const first = this.early[0]!;
      const old = -after(first.sequence, this.next);
      if (old < 0) return;
      this.early.shift();
      if (old < first.data.length) this.append(first.data.subarray(old));
    }
  }
}
