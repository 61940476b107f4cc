/** Tasks (threads) and processes (thread groups): what each of them has. */
import { E, fail } from '../errno.ts';
import type { SemUndo } from '../ipc/sem.ts';
import type { AddressSpace } from '../memory/space.ts';
import { RLIMIT, RLIMITS, UNLIMITED } from '../uapi.ts';
import type { OpenFile } from '../vfs/file.ts';
import { releaseLocks } from '../vfs/locks.ts';
import type { Path } from '../vfs/mount.ts';
import type { Terminal } from '../vfs/terminal.ts';
import { type Sleeper, WaitQueue } from '../wait.ts';
import type { ControlGroup } from './cgroup.ts';
import type { Credential } from './credential.ts';
import type { Namespaces } from './namespaces.ts';
import type { Pid } from './pid.ts';
import type { Turn } from './schedule.ts';
import type { SeccompFilter } from './seccomp.ts';
import type { Action, Queued } from './signals.ts';
import type { Alarm, CpuAlarm, PosixTimer } from './timers.ts';
import type { Ghost, Trace } from './trace.ts';

export interface Descriptor {
  readonly file: OpenFile;
  cloexec: boolean;
}

/** Descriptors, shared by threads. */
export class FileTable {
  private readonly slots: (Descriptor | undefined)[] = [];
  users = 1;

  /** The file of a descriptor; fails with EBADF. */
  get(fd: number): OpenFile {
    return (this.slots[fd] ?? fail(E.BADF)).file;
  }

  slot(fd: number): Descriptor {
    return this.slots[fd] ?? fail(E.BADF);
  }

  /** Puts a file under the lowest free number from `from` on. Fails with EMFILE at `limit`. */
  add(file: OpenFile, cloexec: boolean, limit: number, from = 0): number {
    let fd = from;
    while (this.slots[fd]) fd++;
    if (fd >= limit) {
      file.release();
      fail(E.MFILE);
    }
    this.slots[fd] = { file, cloexec };
    return fd;
  }

  /** Puts a file under a number, closing what was there. */
  put(fd: number, file: OpenFile, cloexec: boolean): void {
    if (this.slots[fd]) this.close(fd);
    this.slots[fd] = { file, cloexec };
  }

  close(fd: number): void {
    const { file } = this.slot(fd);
    this.slots[fd] = undefined;
    // A process's locks on a file go with any descriptor of it.
    releaseLocks(file.inode, this);
    file.kind.closedIn(this);
    file.release();
  }

  /** Numbers in use. */
  numbers(): number[] {
    return [...this.slots.keys()].filter((fd) => this.slots[fd]);
  }

  copy(): FileTable {
    const table = new FileTable();
    this.slots.forEach((d, fd) => {
      if (d) table.slots[fd] = { file: d.file.hold(), cloexec: d.cloexec };
    });
    return table;
  }

  closeOnExec(): void {
    for (const fd of this.numbers()) if (this.slots[fd]!.cloexec) this.close(fd);
  }

  release(): void {
    if (--this.users > 0) return;
    for (const fd of this.numbers()) this.close(fd);
  }
}

/** Root, working directory and mask, shared by threads. */
export interface Place {
  root: Path;
  cwd: Path;
  umask: number;
}

export interface Limit {
  soft: number;
  hard: number;
}

const DEFAULT_LIMITS: Readonly<Record<number, Limit>> = {
  [RLIMIT.STACK]: { soft: 8 * 2 ** 20, hard: UNLIMITED },
  [RLIMIT.NOFILE]: { soft: 1024, hard: 1048576 },
  4: { soft: 0, hard: UNLIMITED },
  8: { soft: 8 * 2 ** 20, hard: 8 * 2 ** 20 },
  12: { soft: 819200, hard: 819200 },
  11: { soft: 4096, hard: 4096 },
  13: { soft: 0, hard: 0 },
  14: { soft: 0, hard: 0 },
};

export const defaultLimits = (): Limit[] =>
  RLIMITS.map((_, i) => ({ ...(DEFAULT_LIMITS[i] ?? { soft: UNLIMITED, hard: UNLIMITED }) }));

/** Signal handlers, shared by threads. */
export class Handlers {
  /** By number; 0 is unused. */
  readonly actions: Action[];
  constructor(actions: Action[]) {
    this.actions = actions;
  }
}

export class Process {
  pid: Pid<Task>;
  parent: Process | null;
  readonly children = new Set<Process>();
  readonly threads = new Set<Task>();
  space: AddressSpace;
  files: FileTable;
  place: Place;
  handlers: Handlers;
  limits: Limit[];
  /** Signals for any of its threads. */
  pending: Queued[] = [];
  group: Pid<Task>;
  session: Pid<Task>;
  terminal: Terminal | null = null;
  private program: Path | null = null;
  /** wait status once it is dead; null: it lives. */
  status: number | null = null;
  /** Being taken down with this status. */
  exiting: number | null = null;
  /** Stopped by this signal; 0: not. */
  stopped = 0;
  /** A change that wait has not told yet. */
  report: 'none' | 'stopped' | 'continued' = 'none';
  /** What its death tells the parent. */
  exitSignal = 17;
  /** Woken when a signal begins to wait for it or one of its threads. */
  readonly signalled = new WaitQueue();
  /** Woken when it has ended. */
  readonly ended = new WaitQueue();
  /** Parents wait here for children. */
  readonly childExit = new WaitQueue();
  /** Tasks it traces, and what of them ended and was not told yet. */
  readonly tracees = new Set<Task>();
  readonly ghosts: Ghost<Process, Task>[] = [];
  /** A parent that waits for exec or exit after vfork. */
  readonly vforkDone = new WaitQueue();
  vforking = false;
  /** Programs were executed since the fork. */
  execed = false;
  /** Sends orphans here instead of to init (prctl PR_SET_CHILD_SUBREAPER). */
  subreaper = false;
  readonly startedAt: number;
  /** Nanoseconds of processor time: its own, and of children waited for. */
  time = 0;
  childTime = 0;
  minorFaults = 0;
  /** How much sooner (or later) it is killed when memory runs out: −1000 (never) to 1000. */
  oomScoreAdj = 0;
  /** Sent to it when its parent ends (prctl PR_SET_PDEATHSIG); 0: none. */
  deathSignal = 0;
  /** −20 (first) to 19 (last). */
  nice = 0;
  /** Whether others of its user may look into it (prctl PR_SET_DUMPABLE); a change of its ids takes that away. */
  dumpable = true;
  /** Told its wait status when it has ended. */
  onExit: ((status: number) => void) | null = null;
  cgroup: ControlGroup;
  /** Of timer_create, by number; of setitimer; and which of them go by processor time. */
  readonly timers = new Map<number, PosixTimer>();
  lastTimer = -1;
  readonly intervalTimers: (Alarm | undefined)[] = [];
  readonly cpuAlarms = new Set<CpuAlarm>();
  /** Changes of semaphores that are undone at its end. */
  readonly semUndo: SemUndo = new Map();

  constructor(
    parts: Pick<
      Process,
      | 'pid'
      | 'parent'
      | 'space'
      | 'files'
      | 'place'
      | 'handlers'
      | 'limits'
      | 'group'
      | 'session'
      | 'startedAt'
      | 'cgroup'
    >,
  ) {
    this.pid = parts.pid;
    this.parent = parts.parent;
    this.space = parts.space;
    this.files = parts.files;
    this.place = parts.place;
    this.handlers = parts.handlers;
    this.limits = parts.limits;
    this.group = parts.group;
    this.session = parts.session;
    this.startedAt = parts.startedAt;
    this.cgroup = parts.cgroup;
  }

  /** The program it runs, which nobody writes meanwhile. */
  get exe(): Path | null {
    return this.program;
  }
  set exe(path: Path | null) {
    if (path) path.dentry.inode.runners++;
    if (this.program) this.program.dentry.inode.runners--;
    this.program = path;
  }

  /** It executes another program: what timer_create made is gone. */
  deleteTimers(): void {
    for (const timer of this.timers.values()) timer.delete();
    this.timers.clear();
  }

  /** It ends. */
  stopTimers(): void {
    this.deleteTimers();
    for (const alarm of this.intervalTimers) alarm?.stop();
  }

  limit(which: number): number {
    return this.limits[which]!.soft;
  }

  /** Its first thread, or any that is left. */
  get leader(): Task {
    for (const task of this.threads) if (task.pid === this.pid) return task;
    return this.threads.values().next().value!;
  }
}

/** What a call holds from one try to the next and has to let go of if it never comes to its end. */
export abstract class Unfinished {
  abstract abandon(): void;
}

export class Task implements Sleeper, Turn {
  queued = false;
  pid!: Pid<Task>;
  process!: Process;
  /** Nanoseconds of processor time. */
  time = 0;
  /** Registers while it does not run: x, f as on the machine. */
  readonly x = new Uint32Array(64);
  readonly f = new Uint32Array(64);
  pc = 0;
  fcsr = 0;
  state: 'runnable' | 'sleeping' | 'stopped' | 'dead' = 'runnable';
  name = '';
  credential!: Credential;
  /** Filters its calls have to pass, or only the four of the strict mode. */
  seccomp: SeccompFilter | null = null;
  strict = false;
  /** Set by `join`; those of a task that has ended can still be looked at. */
  namespaces!: Namespaces<Task>;
  /** Blocked signals, signal n as bit n − 1. */
  mask = 0n;
  /** The mask to go back to after a call that had its own (sigsuspend, ppoll). */
  savedMask: bigint | null = null;
  pending: Queued[] = [];
  /** Who traces it, or nobody. */
  trace: Trace<Process> | null = null;
  /** Whether a look at the signals is due before it goes on. */
  attention = false;
  altStack = { base: 0, size: 0, flags: 2 };
  clearTid = 0;
  robustList = 0;
  /** Where its restartable sequences are told of, and what stands before the place each leads to. */
  rseq: { readonly va: number; readonly signature: number } | null = null;
  /** The system call it is inside of has to be tried again when it wakes. */
  inCall = false;
  /** Set while it sleeps. */
  queues: readonly WaitQueue[] = [];
  cancelTimer: (() => void) | null = null;
  /** Of the call it is inside of: when it gives up (monotonic), and whether that time has come. */
  deadline: number | null = null;
  timedOut = false;
  /** What a call keeps from one try to the next. */
  progress: unknown = null;
  /** Tells the scheduler. */
  onWake: (task: Task) => void = () => {};

  /** Goes into these namespaces, and leaves what it was in. */
  join(namespaces: Namespaces<Task>): void {
    for (const namespace of Object.values(namespaces)) namespace.hold();
    const left = this.namespaces as Namespaces<Task> | undefined;
    this.namespaces = namespaces;
    if (left) for (const namespace of Object.values(left)) namespace.release();
  }

  /** The call it was inside of has come to its end: nothing is kept for another try. */
  endCall(): void {
    this.inCall = false;
    this.deadline = null;
    this.timedOut = false;
    if (this.progress instanceof Unfinished) this.progress.abandon();
    this.progress = null;
  }

  wake(): void {
    if (this.state === 'sleeping') this.onWake(this);
  }
}
