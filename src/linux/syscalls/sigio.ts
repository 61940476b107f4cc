/** Files that tell of what happens to them by a signal: O_ASYNC, and who gets which signal (fcntl(2), signal-driven I/O). */
import { E, fail } from '../errno.ts';
import type { Kernel } from '../kernel.ts';
import { intIn, intOut } from '../memory/user.ts';
import type { Credential } from '../task/credential.ts';
import type { Pid } from '../task/pid.ts';
import { send, shielded } from '../task/signal.ts';
import { SI } from '../task/signals.ts';
import type { Process, Task } from '../task/task.ts';
import { F, O, POLL, RLIMIT, SIG, SIGNALS } from '../uapi.ts';
import type { OpenFile } from '../vfs/file.ts';
import { Pipe } from '../vfs/pipe.ts';
import { Terminal } from '../vfs/terminal.ts';
import { OWN, type Sleeper } from '../wait.ts';
import type { Call } from './call.ts';

/** Kinds of owners (struct f_owner_ex). */
const OWNER = { TID: 0, PID: 1, PGRP: 2 } as const;

type Owner =
  | { readonly type: typeof OWNER.TID; readonly task: Task }
  | { readonly type: typeof OWNER.PID; readonly process: Process }
  | { readonly type: typeof OWNER.PGRP; readonly group: Pid<Task> };

/** What siginfo_t says of each event: si_code and si_band. */
const REASON = {
  IN: { code: SI.POLL_IN, band: 0x41 },
  OUT: { code: SI.POLL_OUT, band: 0x304 },
  HUP: { code: SI.POLL_HUP, band: 0x18 },
} as const;
type Reason = (typeof REASON)[keyof typeof REASON];

/** Signals whose si_code means something else already; SIGIO's is this one. */
const OWN_CODES: readonly number[] = [SIG.ILL, SIG.FPE, SIG.SEGV, SIG.BUS, SIG.TRAP, SIG.CHLD, SIG.SYS];
const OVER = POLL.HUP | POLL.ERR;

class Teller implements Sleeper {
  /** What F_SETSIG chose; 0: SIGIO, which says nothing of the file. */
  signal = 0;
  private owner: Owner | null = null;
  /** The ids of who chose the owner: what it may send to whom. */
  private chooser: Pick<Credential, 'uid' | 'euid'> = { uid: 0, euid: 0 };
  /** The descriptor it was turned on by. */
  private fd = -1;
  private wasOver = false;
  private readonly kernel: Kernel;
  private readonly file: OpenFile;

  constructor(kernel: Kernel, file: OpenFile) {
    this.kernel = kernel;
    this.file = file;
  }

  /** O_ASYNC. A terminal tells its foreground, or who asks, unless an owner was chosen. */
  turn(t: Task, fd: number, on: boolean): void {
    const { file } = this;
    if (!on) {
      this.end();
      file.flags &= ~O.ASYNC;
      return;
    }
    file.flags |= O.ASYNC;
    this.fd = fd;
    this.wasOver = (file.kind.poll(file) & OVER) !== 0;
    file.kind.queue?.add(this);
    if (!(file.kind instanceof Terminal) || this.owner) return;
    const group = file.kind.foreground;
    const member = group && [...this.kernel.processes].find((p) => p.group === group);
    this.own(t, member ? { type: OWNER.PGRP, group: member.group } : { type: OWNER.PID, process: t.process });
  }

  end(): void {
    this.file.kind.queue?.remove(this);
  }

  own(t: Task, owner: Owner | null): void {
    this.owner = owner;
    const { uid, euid } = t.credential;
    this.chooser = { uid, euid };
  }

  /** Type and number as somebody sees them; an owner that is gone is none. */
  shown(t: Task): { type: number; id: number } {
    const { owner } = this;
    const ns = t.namespaces.pid;
    if (!owner) return { type: OWNER.PID, id: 0 };
    if (owner.type === OWNER.PGRP) return { type: owner.type, id: owner.group.in(ns) };
    if (owner.type === OWNER.TID) return { type: owner.type, id: this.alive(owner.task) ? owner.task.pid.in(ns) : 0 };
    return { type: owner.type, id: owner.process.status === null ? owner.process.pid.in(ns) : 0 };
  }

  wake(what: number = POLL.IN): void {
    const { file } = this;
    const now = file.kind.poll(file);
    if (what === OWN) {
      this.wasOver = (now & OVER) !== 0;
      return;
    }
    if (now & what & POLL.IN) this.tell(REASON.IN);
    if (now & what & POLL.OUT) this.tell(REASON.OUT);
    const over = (now & OVER) !== 0;
    // Of the other end of a pipe one is told as of what can be read or written now: the end of the file, EPIPE.
    if (over && !this.wasOver)
      this.tell(file.kind instanceof Pipe ? (file.readable ? REASON.IN : REASON.OUT) : REASON.HUP);
    this.wasOver = over;
  }

  private tell(reason: Reason): void {
    const { owner } = this;
    if (!owner) return;
    if (owner.type === OWNER.TID) this.send(owner.task.process, owner.task, reason);
    else if (owner.type === OWNER.PID) this.send(owner.process, null, reason);
    else for (const p of [...this.kernel.processes]) if (p.group === owner.group) this.send(p, null, reason);
  }

  private alive(task: Task): boolean {
    return task.process.threads.has(task);
  }

  private send(process: Process, task: Task | null, { code, band }: Reason): void {
    const to = (task ?? process.leader)?.credential;
    if (!to || (task && !this.alive(task))) return;
    const { uid, euid } = this.chooser;
    if (euid !== 0 && ![uid, euid].some((id) => id === to.uid || id === to.suid)) return;
    const { fd, signal } = this;
    const queued = (task ?? process).pending.length;
    // A signal with its descriptor that finds no room in the queue is SIGIO instead.
    const full = signal === 0 || (signal >= 32 && queued >= process.limit(RLIMIT.SIGPENDING));
    const number = full ? SIG.IO : signal;
    if (shielded(process, number, false)) return;
    if (full) send(this.kernel, process, { signal: number, code: SI.KERNEL }, task);
    else {
      const shownCode = OWN_CODES.includes(signal) ? SI.SIGIO : code;
      send(this.kernel, process, { signal, code: shownCode, ready: { band, fd } }, task);
    }
  }
}

export function tellerOf(kernel: Kernel, file: OpenFile): Teller {
  if (!(file.teller instanceof Teller)) file.teller = new Teller(kernel, file);
  return file.teller as Teller;
}

function ownerAt(t: Task, type: number, id: number): Owner | null {
  if (id === 0) return null;
  const ns = t.namespaces.pid;
  if (type === OWNER.PGRP) {
    for (const { process } of ns.tasks.values()) if (process.group.in(ns) === id) return { type, group: process.group };
    return fail(E.SRCH);
  }
  const task = ns.tasks.get(id) ?? fail(E.SRCH);
  if (type === OWNER.TID) return { type, task };
  return type === OWNER.PID ? { type, process: task.process } : fail(E.INVAL);
}

/** The commands of fcntl(2) that say who is told, and how. */
export function ownerControl(teller: Teller, t: Task, command: number, argument: number): ReturnType<Call> {
  const { space } = t.process;
  switch (command) {
    case F.SETOWN: {
      const id = argument | 0;
      if (id === -(2 ** 31)) fail(E.INVAL);
      teller.own(t, ownerAt(t, id < 0 ? OWNER.PGRP : OWNER.PID, Math.abs(id)));
      return 0;
    }
    case F.SETOWN_EX: {
      const type = intIn(space, argument);
      if (type < OWNER.TID || type > OWNER.PGRP) fail(E.INVAL);
      teller.own(t, ownerAt(t, type, intIn(space, argument + 4)));
      return 0;
    }
    case F.GETOWN: {
      const { type, id } = teller.shown(t);
      return type === OWNER.PGRP ? -id : id;
    }
    case F.GETOWN_EX: {
      const { type, id } = teller.shown(t);
      intOut(space, argument, type);
      intOut(space, argument + 4, id);
      return 0;
    }
    case F.SETSIG:
      if (argument < 0 || argument > SIGNALS) fail(E.INVAL);
      teller.signal = argument;
      return 0;
    default:
      return teller.signal;
  }
}
