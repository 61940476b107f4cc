/** The kernel's state: tasks, who runs next, who sleeps until when. What system calls do with it is in the other files. */
import { type Clock, Timers } from './clock.ts';
import type { UserMachine } from './machine.ts';
import { Frames } from './memory/frames.ts';
import type { Area, Pages } from './memory/space.ts';
import type { NetHost } from './net/host.ts';
import { kernelSettings } from './settings.ts';
import { ControlGroup } from './task/cgroup.ts';
import type { PiState } from './task/pi.ts';
import { PidNamespace } from './task/pid.ts';
import type { Process, Task } from './task/task.ts';
import type { FileKind } from './vfs/file.ts';
import type { Mount } from './vfs/mount.ts';
import { PageCaches } from './vfs/pages.ts';
import type { WaitQueue } from './wait.ts';

/** What a call returns that can't go on now: the task sleeps, and the call is tried again when it wakes. */
export const BLOCKED = -512;
/** What a call returns that has set all registers itself (rt_sigreturn, a successful execve). */
export const REGISTERS_SET = -513;

/** Pages to run a program that has used its time are a scheduler's matter; this many instructions it may use at once. */
export const SLICE = 1_000_000;

/** What one user has of inotify. */
export interface InotifyUse {
  instances: number;
  watches: number;
}

export interface KernelOptions {
  readonly machine: UserMachine;
  readonly clock: Clock;
  /** Fills with random bytes. */
  readonly random: (into: Uint8Array) => void;
  readonly hostName: string;
  /** Told what `dmesg` would show. */
  readonly log?: (line: string) => void;
}

/** What the kernel counted; each is a plain number of events. */
export interface KernelCounts {
  /** Calls that are missing, by number. */
  readonly missing: Map<number, number>;
  pageFaults: number;
  switches: number;
  forks: number;
  execs: number;
  oomKills: number;
}

export class Kernel {
  readonly machine: UserMachine;
  readonly clock: Clock;
  readonly random: (into: Uint8Array) => void;
  readonly frames: Frames;
  readonly caches: PageCaches;
  readonly timers = new Timers();
  readonly settings = kernelSettings();
  /** What the networks of its namespaces ask of it. */
  readonly network: NetHost = {
    now: () => this.now(),
    at: (time, fire) => {
      const cancel = this.timers.add(time, fire);
      // A frame from outside may set a timer while the host waits for another.
      this.onRunnable();
      return cancel;
    },
    random: (into) => this.random(into),
  };
  readonly tasks = new Set<Task>();
  readonly processes = new Set<Process>();
  readonly pids = new PidNamespace<Task>(null);
  readonly cgroups = new ControlGroup(null, '');
  readonly hostName: string;
  readonly counts: KernelCounts = {
    missing: new Map(),
    pageFaults: 0,
    switches: 0,
    forks: 0,
    execs: 0,
    oomKills: 0,
  };
  /** The kernel's messages, the latest last. */
  readonly messages: string[] = [];
  /** Reaps orphans of the first PID namespace; no program runs in it. */
  init!: Process;
  /** The mount everything of the first namespace hangs on. */
  rootMount!: Mount;
  current: Task | null = null;
  /** When the turn of the running task began. */
  turnBegan = 0;
  /** The running task is to give way after its call. */
  endTurn = false;
  /** Futexes by what they are a word of: `frame:offset` or `space:address`. */
  readonly futexes = new Map<string, { task: Task; bits: number }[]>();
  /** Those whose word says who holds them, while somebody waits for it. */
  readonly piFutexes = new Map<string, PiState>();
  private readonly inotify = new Map<number, InotifyUse>();
  private readonly log: (line: string) => void;
  /** Character devices by number. */
  readonly devices = new Map<number, (task: Task) => FileKind>();
  /** The page with rt_sigreturn that handlers return to. */
  trampoline: Pages | null = null;
  /** Called when the host has to look whether something can run. */
  onRunnable: () => void = () => {};

  constructor({ machine, clock, random, hostName, log }: KernelOptions) {
    this.machine = machine;
    this.clock = clock;
    this.random = random;
    this.hostName = hostName;
    this.log = log ?? (() => {});
    this.frames = new Frames(machine);
    this.caches = new PageCaches(machine, this.frames);
  }

  /** Writes to the kernel's log. */
  say(line: string): void {
    const stamp = (this.clock.monotonic() / 1e9).toFixed(6).padStart(12);
    this.messages.push(`[${stamp}] ${line}`);
    if (this.messages.length > 1000) this.messages.shift();
    this.log(line);
  }

  inotifyOf(uid: number): InotifyUse {
    let use = this.inotify.get(uid);
    if (!use) {
      use = { instances: 0, watches: 0 };
      this.inotify.set(uid, use);
    }
    return use;
  }

  now(): number {
    return this.clock.monotonic();
  }

  /** Lets a new task run, or one that was stopped or asleep. */
  ready(task: Task): void {
    if (task.state === 'dead') return;
    task.state = 'runnable';
    this.unhook(task);
    task.process.cgroup.fair.add(task);
    this.onRunnable();
  }

  /** The next task whose turn it is, or null. */
  next(): Task | null {
    for (;;) {
      const task = this.cgroups.fair.take() as Task | null;
      if (!task || task.state === 'runnable') return task;
    }
  }

  /** It has used its turn. */
  requeue(task: Task): void {
    if (task.state === 'runnable') task.process.cgroup.fair.add(task);
  }

  /**
   * The present call can't go on: the task sleeps until one of the queues wakes it, a signal comes, or `timeout`
   * nanoseconds after its first try have passed (`task.timedOut` is set then). Returns what the call has to return.
   */
  sleep(task: Task, queues: readonly (WaitQueue | null)[], timeout = Number.POSITIVE_INFINITY): number {
    if (task.deadline === null && timeout < Number.POSITIVE_INFINITY) task.deadline = this.now() + timeout;
    task.state = 'sleeping';
    task.queues = queues.filter((q) => q !== null);
    for (const queue of task.queues) queue.add(task);
    if (task.deadline !== null) {
      task.cancelTimer = this.timers.add(task.deadline, () => {
        task.timedOut = true;
        this.ready(task);
      });
    }
    return BLOCKED;
  }

  /** Nothing it waited for will wake it any more. */
  unhook(task: Task): void {
    for (const queue of task.queues) queue.remove(task);
    task.queues = [];
    task.cancelTimer?.();
    task.cancelTimer = null;
  }

  /** Nanoseconds of processor time of a process or a thread, of the present turn as well. */
  cpuTime(of: Process | Task): number {
    const { current } = this;
    const runs = current !== null && (current === of || current.process === of);
    return of.time + (runs ? this.now() - this.turnBegan : 0);
  }

  /** Loads a task's registers and address space into the machine. */
  switchTo(task: Task): void {
    if (this.current === task) return;
    this.save();
    const { machine } = this;
    machine.x.set(task.x);
    machine.f.set(task.f);
    machine.setPc(task.pc);
    machine.setFcsr(task.fcsr);
    machine.enter(task.process.space.table.root);
    this.current = task;
    this.counts.switches++;
  }

  /** Writes the running task's registers back to it. */
  save(): void {
    const task = this.current;
    if (!task) return;
    const { machine } = this;
    task.x.set(machine.x);
    task.f.set(machine.f);
    task.pc = machine.getPc();
    task.fcsr = machine.getFcsr();
    this.current = null;
  }
}

/** The area every program has at its top, for handlers to return through. */
export const trampolineArea = (pages: Pages, start: number): Area => ({
  start,
  end: start + 4096,
  prot: 5,
  shared: false,
  pages,
  first: 0,
  name: '[vdso]',
  grows: false,
});
