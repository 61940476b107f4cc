/** The processor time of a control group: how much it may use in a period, and what it used (cpu.max, cpu.stat). */

/** Microseconds of processor time in each period. */
export interface CpuMax {
  readonly quota: number;
  readonly period: number;
}

/** All in nanoseconds but `max`. */
export class CpuTime {
  max: CpuMax = { quota: Number.POSITIVE_INFINITY, period: 100_000 };
  usage = 0;
  periods = 0;
  throttledPeriods = 0;
  throttled = 0;
  private start = 0;
  private inPeriod = 0;
  /** The period it was last held back in. */
  private throttledIn = -1;

  get limited(): boolean {
    return Number.isFinite(this.max.quota);
  }

  private roll(now: number): void {
    const period = this.max.period * 1000;
    if (now - this.start < period) return;
    if (this.limited) {
      this.periods++;
      // What was used beyond the quota is owed to the next periods.
      const passed = Math.floor((now - this.start) / period);
      this.inPeriod = Math.max(0, this.inPeriod - passed * this.max.quota * 1000);
    } else this.inPeriod = 0;
    this.start = now - ((now - this.start) % period);
  }

  book(ns: number, now: number): void {
    this.roll(now);
    this.usage += ns;
    this.inPeriod += ns;
  }

  /** When it may run again: 0 unless its quota is spent. */
  readyAt(now: number): number {
    if (!this.limited) return 0;
    this.roll(now);
    return this.inPeriod < this.max.quota * 1000 ? 0 : this.start + this.max.period * 1000;
  }

  /** It is held back until `until` for its quota; counted once a period. */
  noteThrottled(now: number, until: number): void {
    if (!this.limited || this.inPeriod < this.max.quota * 1000 || this.throttledIn === this.start) return;
    this.throttledIn = this.start;
    this.throttledPeriods++;
    this.throttled += until - now;
  }
}
