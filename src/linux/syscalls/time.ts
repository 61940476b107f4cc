/** Calls on time: clocks, sleeping, timer descriptors. */
import { secondsOf } from '../clock.ts';
import { E, fail, SysError } from '../errno.ts';
import type { Kernel } from '../kernel.ts';
import { wordOut } from '../memory/user.ts';
import { type Task, Unfinished } from '../task/task.ts';
import { O, POLL } from '../uapi.ts';
import { anonymousInode } from '../vfs/anonymous.ts';
import { FileKind, OpenFile } from '../vfs/file.ts';
import { WaitQueue } from '../wait.ts';
import type { Call } from './call.ts';
import { install } from './open.ts';
import { timeIn } from './processes.ts';

export const CLOCK = {
  REALTIME: 0,
  MONOTONIC: 1,
  PROCESS: 2,
  THREAD: 3,
  RAW: 4,
  REALTIME_COARSE: 5,
  MONOTONIC_COARSE: 6,
  BOOTTIME: 7,
  TAI: 11,
} as const;

/** A clock as seconds and nanoseconds. */
export function readClock(k: Kernel, t: Task, clock: number): [number, number] {
  switch (clock) {
    case CLOCK.REALTIME:
    case CLOCK.REALTIME_COARSE:
    case CLOCK.TAI:
      return secondsOf(k.clock.realtime());
    case CLOCK.MONOTONIC:
    case CLOCK.MONOTONIC_COARSE:
    case CLOCK.RAW:
      return split(k.now() + t.namespaces.time.monotonic);
    case CLOCK.BOOTTIME:
      return split(k.now() + t.namespaces.time.boottime);
    case CLOCK.PROCESS:
      return split(k.cpuTime(t.process));
    case CLOCK.THREAD:
      return split(k.cpuTime(t));
    default:
      return fail(E.INVAL);
  }
}

const split = (ns: number): [number, number] => [Math.floor(ns / 1e9), Math.floor(ns % 1e9)];

export function timeOut(t: Task, va: number, [seconds, rest]: readonly [number, number]): void {
  wordOut(t.process.space, va, seconds);
  wordOut(t.process.space, va + 8, rest);
}

export const clockGettime: Call = (k, t, clock, out) => {
  timeOut(t, out, readClock(k, t, clock));
  return 0;
};

export const clockGetres: Call = (k, t, clock, out) => {
  readClock(k, t, clock);
  if (out) timeOut(t, out, [0, 1]);
  return 0;
};

export const gettimeofday: Call = (k, t, out) => {
  const [seconds, ns] = readClock(k, t, CLOCK.REALTIME);
  if (out) timeOut(t, out, [seconds, Math.floor(ns / 1000)]);
  return 0;
};

const TIMER_ABSTIME = 1;

/** Nanoseconds from now on that a timer is set to: so many, or with TIMER_ABSTIME up to a time of its clock; 0: it is off. */
export function spanOf(k: Kernel, t: Task, clock: number, flags: number, value: number): number {
  const [seconds, ns] = readClock(k, t, clock);
  return flags & TIMER_ABSTIME && value > 0 ? Math.max(1, value - (seconds * 1e9 + ns)) : value;
}

/** struct itimerspec of what is left of a timer. */
export function timerOut(t: Task, va: number, left: { readonly value: number; readonly interval: number }): void {
  timeOut(t, va, split(left.interval));
  timeOut(t, va + 16, split(left.value));
}

/** A sleep that a signal may end early: it tells then how much of it was left. */
class Sleep extends Unfinished {
  private readonly kernel: Kernel;
  private readonly task: Task;
  private readonly rest: number;
  private readonly deadline: number;

  constructor(kernel: Kernel, task: Task, rest: number, wait: number) {
    super();
    this.kernel = kernel;
    this.task = task;
    this.rest = rest;
    this.deadline = kernel.now() + wait;
  }

  abandon(): void {
    const left = this.deadline - this.kernel.now();
    if (!this.rest || left <= 0) return;
    try {
      timeOut(this.task, this.rest, split(left));
    } catch (e) {
      if (!(e instanceof SysError)) throw e;
    }
  }
}

export const clockNanosleep: Call = (k, t, clock, flags, request, rest) => {
  if (t.timedOut) {
    t.progress = null;
    return 0;
  }
  const wanted = timeIn(t, request);
  const [seconds, ns] = readClock(k, t, clock);
  const absolute = (flags & TIMER_ABSTIME) !== 0;
  const wait = absolute ? wanted - (seconds * 1e9 + ns) : wanted;
  if (wait <= 0) return 0;
  if (!absolute) t.progress ??= new Sleep(k, t, rest, wait);
  return k.sleep(t, [], wait);
};

export const nanosleep: Call = (k, t, request, rest) => clockNanosleep(k, t, CLOCK.MONOTONIC, 0, request, rest, 0, 0);

export const times: Call = (k, t, out) => {
  const ticks = (ns: number): number => Math.floor(ns / 1e7);
  const { process } = t;
  if (out)
    for (const [i, ns] of [k.cpuTime(process), 0, process.childTime, 0].entries())
      wordOut(process.space, out + i * 8, ticks(ns));
  return ticks(k.now());
};

/** A descriptor that can be read when its time has come (timerfd_create(2)). */
class TimerKind extends FileKind {
  override readonly queue = new WaitQueue();
  private expirations = 0;
  private cancel: (() => void) | null = null;
  private interval = 0;
  private at = 0;
  private readonly kernel: Kernel;
  readonly clock: number;

  constructor(kernel: Kernel, clock: number) {
    super();
    this.kernel = kernel;
    this.clock = clock;
  }

  set(value: number, interval: number): void {
    this.cancel?.();
    this.cancel = null;
    this.expirations = 0;
    this.interval = interval;
    if (value > 0) this.arm(value);
  }

  private arm(value: number): void {
    this.at = this.kernel.now() + value;
    this.cancel = this.kernel.timers.add(this.at, () => {
      this.cancel = null;
      this.expirations++;
      if (this.interval > 0) this.arm(this.interval);
      this.queue.wake();
    });
  }

  get left(): { value: number; interval: number } {
    return { value: this.cancel ? Math.max(1, this.at - this.kernel.now()) : 0, interval: this.interval };
  }

  override read(_file: OpenFile, into: Uint8Array): number {
    if (into.length < 8) fail(E.INVAL);
    if (this.expirations === 0) fail(E.AGAIN);
    into.set(new Uint8Array(BigUint64Array.of(BigInt(this.expirations)).buffer));
    this.expirations = 0;
    return 8;
  }

  override poll(): number {
    return this.expirations ? POLL.IN : 0;
  }

  override close(): void {
    this.cancel?.();
  }
}

export const timerfdCreate: Call = (k, t, clock, flags) => {
  const file = new OpenFile(
    new TimerKind(k, clock),
    anonymousInode('anon', k.clock.coarse()),
    null,
    O.RDWR | (flags & O.NONBLOCK),
  );
  return install(t, file, flags);
};

const timerOf = (t: Task, fd: number): TimerKind => {
  const { kind } = t.process.files.get(fd);
  return kind instanceof TimerKind ? kind : fail(E.INVAL);
};

export const timerfdSettime: Call = (k, t, fd, flags, wanted, old) => {
  const timer = timerOf(t, fd);
  const [interval, value] = [timeIn(t, wanted), timeIn(t, wanted + 16)];
  if (old) timerOut(t, old, timer.left);
  timer.set(spanOf(k, t, timer.clock, flags, value), interval);
  return 0;
};

export const timerfdGettime: Call = (_k, t, fd, out) => {
  timerOut(t, out, timerOf(t, fd).left);
  return 0;
};
