/** When to send again (RFC 6298), and alarms that are cheap to move. */
import type { NetHost } from '../host.ts';

const MS = 1e6;
const LEAST = 200 * MS;
const MOST = 120_000 * MS;

/** The time to wait for an answer, from how long answers took. Nanoseconds. */
export class RoundTrip {
  /** Smoothed round-trip time; 0: none was measured. */
  smoothed = 0;
  variation = 0;
  private base = 1000 * MS;
  private doubled = 0;

  get timeout(): number {
    return Math.min(MOST, this.base * 2 ** this.doubled);
  }

  measured(time: number): void {
    if (this.smoothed === 0) {
      this.smoothed = time;
      this.variation = time / 2;
    } else {
      this.variation += (Math.abs(this.smoothed - time) - this.variation) / 4;
      this.smoothed += (time - this.smoothed) / 8;
    }
    this.base = Math.max(LEAST, Math.min(MOST, this.smoothed + Math.max(MS, 4 * this.variation)));
    this.doubled = 0;
  }

  /** No answer came in time. */
  backOff(): void {
    if (this.timeout < MOST) this.doubled++;
  }

  /** Answers come again. */
  relax(): void {
    this.doubled = 0;
  }
}

/** One thing that is to happen at a time that moves often: moving it later costs nothing. */
export class Alarm {
  private due = Number.POSITIVE_INFINITY;
  private armed = Number.POSITIVE_INFINITY;
  private cancel: (() => void) | null = null;
  private readonly host: NetHost;
  private readonly ring: () => void;

  constructor(host: NetHost, ring: () => void) {
    this.host = host;
    this.ring = ring;
  }

  get set(): boolean {
    return this.due < Number.POSITIVE_INFINITY;
  }

  /** When it rings. */
  get time(): number {
    return this.due;
  }

  at(time: number): void {
    this.due = time;
    if (this.armed <= time) return;
    this.cancel?.();
    this.arm();
  }

  private arm(): void {
    this.armed = this.due;
    this.cancel = this.host.at(this.due, () => this.fired());
  }

  private fired(): void {
    this.armed = Number.POSITIVE_INFINITY;
    this.cancel = null;
    if (!this.set) return;
    if (this.due > this.host.now()) {
      this.arm();
      return;
    }
    this.due = Number.POSITIVE_INFINITY;
    this.ring();
  }

  clear(): void {
    this.due = Number.POSITIVE_INFINITY;
  }

  /** Leaves nothing behind. */
  drop(): void {
    this.clear();
    this.cancel?.();
    this.cancel = null;
    this.armed = Number.POSITIVE_INFINITY;
  }
}
