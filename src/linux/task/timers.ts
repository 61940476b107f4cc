/** Timers of a process that end in a signal: those of timer_create(2) and of setitimer(2). */
import { type Queued, SI } from './signals.ts';

/** What a timer goes by: the kernel's clock, or the processor time of a process or a thread. */
export interface TimeSource {
  /** Nanoseconds. */
  now(): number;
  /** Calls `ring` once that time has come; returns how to call it off. */
  at(time: number, ring: () => void): () => void;
}

/** What waits for processor time to be used: looked at once a turn. */
export interface CpuAlarm {
  readonly at: number;
  now(): number;
  ring(): void;
}

/** Those of a process whose time has come ring. */
export function ringCpuAlarms(alarms: Set<CpuAlarm>): void {
  for (const alarm of [...alarms]) {
    if (alarm.now() < alarm.at) continue;
    alarms.delete(alarm);
    alarm.ring();
  }
}

/** An alarm that repeats, or not. */
export class Alarm {
  private readonly source: TimeSource;
  private readonly ring: () => void;
  /** Nanoseconds; 0: once. */
  interval = 0;
  /** When it rings next; null: it does not. */
  at: number | null = null;
  private cancel: () => void = () => {};

  constructor(source: TimeSource, ring: () => void) {
    this.source = source;
    this.ring = ring;
  }

  get now(): number {
    return this.source.now();
  }

  /** Nanoseconds that are left; 0: it is not set. */
  get left(): number {
    return this.at === null ? 0 : Math.max(1, this.at - this.now);
  }

  /** Rings in `value` nanoseconds, then every `interval`; 0: not at all. */
  set(value: number, interval: number): void {
    this.stop();
    this.interval = interval;
    if (value > 0) this.aim(this.now + value);
  }

  aim(at: number): void {
    this.at = at;
    this.cancel = this.source.at(at, () => this.expire());
  }

  stop(): void {
    this.at = null;
    this.cancel();
    this.cancel = () => {};
  }

  private expire(): void {
    const { at, interval } = this;
    this.at = null;
    if (at !== null && interval > 0) this.aim(Math.max(at + interval, this.now));
    this.ring();
  }
}

/** Where a timer's signal goes. */
export interface Notice {
  readonly signal: number;
  readonly value: number;
  /** Sends it; returns whether it waits to be taken. */
  send(queued: Queued): boolean;
  /** Takes it back. */
  withdraw(queued: Queued): void;
}

/** Expirations that are counted at most (DELAYTIMER_MAX). */
const MOST_OVERRUNS = 0x7fff_ffff;

/**
 * timer_create(2). Its signal is queued once: what expires while it waits is an overrun, counted when it is taken, and the alarm
 * rests meanwhile.
 */
export class PosixTimer {
  readonly id: number;
  readonly clock: number;
  private readonly alarm: Alarm;
  private readonly notice: Notice | null;
  private queued: Queued | null = null;
  /** When the expiration that is queued was due. */
  private due = 0;
  /** Of the signal that was taken last. */
  overrun = 0;

  constructor(id: number, clock: number, source: TimeSource, notice: Notice | null) {
    this.id = id;
    this.clock = clock;
    this.notice = notice;
    this.alarm = new Alarm(source, () => this.ring());
  }

  private ring(): void {
    const { notice, alarm } = this;
    if (!notice) return;
    this.due = alarm.now;
    alarm.stop();
    this.queued = {
      signal: notice.signal,
      code: SI.TIMER,
      pid: this.id,
      uid: 0,
      value: notice.value,
      taken: () => this.taken(),
    };
    // Ignored, or like one that waits: nobody will take it.
    if (!notice.send(this.queued)) this.goOn();
  }

  /** Rests no more; returns how often it would have rung meanwhile. */
  private goOn(): number {
    this.queued = null;
    const { alarm } = this;
    if (alarm.interval <= 0) return 0;
    const passed = Math.max(0, Math.floor((alarm.now - this.due) / alarm.interval));
    alarm.aim(this.due + (passed + 1) * alarm.interval);
    return Math.min(passed, MOST_OVERRUNS);
  }

  /** Its signal is taken: how many more it stands for. */
  private taken(): number {
    this.overrun = this.goOn();
    return this.overrun;
  }

  /** Nanoseconds to the next expiration, and the period. */
  get left(): { readonly value: number; readonly interval: number } {
    const { alarm } = this;
    const { interval } = alarm;
    if (!this.queued || interval <= 0) return { value: alarm.left, interval };
    return { value: Math.max(1, interval - ((alarm.now - this.due) % interval)), interval };
  }

  set(value: number, interval: number): void {
    this.withdraw();
    this.overrun = 0;
    this.alarm.set(value, interval);
  }

  private withdraw(): void {
    if (this.queued) this.notice?.withdraw(this.queued);
    this.queued = null;
  }

  delete(): void {
    this.withdraw();
    this.alarm.stop();
  }
}
