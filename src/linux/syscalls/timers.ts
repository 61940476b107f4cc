/** Calls on timers that end in a signal: timer_create(2) and its kin, setitimer(2). */
import { E, fail } from '../errno.ts';
import type { Kernel } from '../kernel.ts';
import { intIn, intOut, wordIn } from '../memory/user.ts';
import { send } from '../task/signal.ts';
import { SI } from '../task/signals.ts';
import type { Process, Task } from '../task/task.ts';
import { Alarm, type CpuAlarm, type Notice, PosixTimer, type TimeSource } from '../task/timers.ts';
import { RLIMIT, SIG, SIGNALS } from '../uapi.ts';
import type { Call } from './call.ts';
import { timeIn } from './processes.ts';
import { CLOCK, spanOf, timeOut, timerOut } from './time.ts';

const clockSource = (k: Kernel): TimeSource => ({ now: () => k.now(), at: (time, ring) => k.timers.add(time, ring) });

/** Processor time of a process or of one of its threads. */
function cpuSource(k: Kernel, of: Process | Task): TimeSource {
  const { cpuAlarms } = 'process' in of ? of.process : of;
  const now = (): number => k.cpuTime(of);
  return {
    now,
    at(time, ring) {
      const alarm: CpuAlarm = { at: time, now, ring };
      cpuAlarms.add(alarm);
      return () => cpuAlarms.delete(alarm);
    },
  };
}

/** The three timers of setitimer(2) by their signals; the first goes by the clock. */
const INTERVAL_SIGNALS = [SIG.ALRM, SIG.VTALRM, SIG.PROF] as const;

/** One of them, made at its first use. */
function intervalTimer(k: Kernel, process: Process, which: number): Alarm {
  const signal = INTERVAL_SIGNALS[which] ?? fail(E.INVAL);
  process.intervalTimers[which] ??= new Alarm(which === 0 ? clockSource(k) : cpuSource(k, process), () =>
    send(k, process, { signal, code: SI.KERNEL }),
  );
  return process.intervalTimers[which]!;
}

/** struct itimerval in nanoseconds: interval, value. */
const intervalIn = (t: Task, va: number): [number, number] => {
  const [a, b, c, d] = [0, 8, 16, 24].map((o) => wordIn(t.process.space, va + o)) as [number, number, number, number];
  if (a < 0 || c < 0 || b < 0 || d < 0 || b >= 1e6 || d >= 1e6) fail(E.INVAL);
  return [a * 1e9 + b * 1000, c * 1e9 + d * 1000];
};

function intervalOut(t: Task, va: number, alarm: Alarm): void {
  const micro = (ns: number): [number, number] => [Math.floor(ns / 1e9), Math.floor((ns % 1e9) / 1000)];
  timeOut(t, va, micro(alarm.interval));
  timeOut(t, va + 16, micro(alarm.at === null ? 0 : Math.max(1000, alarm.left)));
}

export const getitimer: Call = (k, t, which, out) => {
  intervalOut(t, out, intervalTimer(k, t.process, which));
  return 0;
};

export const setitimer: Call = (k, t, which, wanted, old) => {
  const alarm = intervalTimer(k, t.process, which);
  const [interval, value] = wanted ? intervalIn(t, wanted) : [0, 0];
  if (old) intervalOut(t, old, alarm);
  alarm.set(value, interval);
  return 0;
};

const SIGEV = { SIGNAL: 0, NONE: 1, THREAD: 2, THREAD_ID: 4 } as const;

/** Which time a timer of this clock goes by. */
function sourceOf(k: Kernel, t: Task, clock: number): TimeSource {
  switch (clock) {
    case CLOCK.REALTIME:
    case CLOCK.MONOTONIC:
    case CLOCK.BOOTTIME:
    case CLOCK.TAI:
      return clockSource(k);
    case CLOCK.PROCESS:
      return cpuSource(k, t.process);
    case CLOCK.THREAD:
      return cpuSource(k, t);
    case CLOCK.RAW:
    case CLOCK.REALTIME_COARSE:
    case CLOCK.MONOTONIC_COARSE:
      return fail(E.OPNOTSUPP);
    default:
      return fail(E.INVAL);
  }
}

function noticeTo(k: Kernel, process: Process, task: Task | null, signal: number, value: number): Notice {
  const list = task ?? process;
  return {
    signal,
    value,
    send(queued) {
      send(k, process, queued, task);
      return list.pending.includes(queued);
    },
    withdraw(queued) {
      list.pending = list.pending.filter((q) => q !== queued);
    },
  };
}

/** struct sigevent: value, signal, kind, thread. Null: nobody is told. */
function noticeIn(k: Kernel, t: Task, va: number, id: number): Notice | null {
  if (va === 0) return noticeTo(k, t.process, null, SIG.ALRM, id);
  const { space } = t.process;
  const [value, signal, kind] = [wordIn(space, va), intIn(space, va + 8), intIn(space, va + 12)];
  if (kind === SIGEV.NONE) return null;
  if ((kind & ~SIGEV.THREAD_ID) !== SIGEV.SIGNAL && kind !== SIGEV.THREAD) fail(E.INVAL);
  if (signal <= 0 || signal > SIGNALS) fail(E.INVAL);
  if (!(kind & SIGEV.THREAD_ID)) return noticeTo(k, t.process, null, signal, value);
  const task = t.namespaces.pid.tasks.get(intIn(space, va + 16));
  return noticeTo(k, t.process, task?.process === t.process ? task : fail(E.INVAL), signal, value);
}

export const timerCreate: Call = (k, t, clock, event, out) => {
  const { process } = t;
  const source = sourceOf(k, t, clock);
  if (process.timers.size >= process.limit(RLIMIT.SIGPENDING)) fail(E.AGAIN);
  const id = process.lastTimer + 1;
  const notice = noticeIn(k, t, event, id);
  const timer = new PosixTimer(id, clock, source, notice);
  intOut(process.space, out, id);
  process.lastTimer = id;
  process.timers.set(id, timer);
  return 0;
};

const timerOf = (t: Task, id: number): PosixTimer => t.process.timers.get(id) ?? fail(E.INVAL);

export const timerSettime: Call = (k, t, id, flags, wanted, old) => {
  if (!wanted) fail(E.INVAL);
  const [interval, value] = [timeIn(t, wanted), timeIn(t, wanted + 16)];
  const timer = timerOf(t, id);
  if (old) timerOut(t, old, timer.left);
  timer.set(spanOf(k, t, timer.clock, flags, value), interval);
  return 0;
};

export const timerGettime: Call = (_k, t, id, out) => {
  timerOut(t, out, timerOf(t, id).left);
  return 0;
};

export const timerGetoverrun: Call = (_k, t, id) => timerOf(t, id).overrun;

export const timerDelete: Call = (_k, t, id) => {
  timerOf(t, id).delete();
  t.process.timers.delete(id);
  return 0;
};
