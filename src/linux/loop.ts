/** Runs programs: who is next, what a trap asks for, when to wait. */
import { E, SysError } from './errno.ts';
import { BLOCKED, type Kernel, REGISTERS_SET, SLICE } from './kernel.ts';
import type { Fault } from './memory/space.ts';
import type { Call, CallRow, CallTable } from './syscalls/call.ts';
import { judge } from './syscalls/guard.ts';
import type { ControlGroup } from './task/cgroup.ts';
import { hasFutex, insistsOnFutex, leaveFutex } from './task/futex.ts';
import { outOfMemory } from './task/oom.ts';
import { reclaimTo } from './task/reclaim.ts';
import { interruptSequence } from './task/rseq.ts';
import { AskedCall, CONTINUE } from './task/seccomp-listener.ts';
import { deliver, handled, interrupted, restarts, sendFault } from './task/signal.ts';
import { SI } from './task/signals.ts';
import type { Process, Task } from './task/task.ts';
import { ringCpuAlarms } from './task/timers.ts';
import { TRACE, type Trace, type TraceStop } from './task/trace.ts';
import { stopTraced } from './task/tracing.ts';
import { PROT, SIG } from './uapi.ts';

/** Causes of scause (privileged specification, table 12). */
const CAUSE = {
  fetchMisaligned: 0,
  fetchAccess: 1,
  illegal: 2,
  breakpoint: 3,
  loadMisaligned: 4,
  storeMisaligned: 6,
  ecall: 8,
  fetchPage: 12,
  loadPage: 13,
  storePage: 15,
} as const;

/** A register as a signed number. */
function word(x: Uint32Array, i: number): number {
  const high = x[i * 2 + 1]! | 0;
  // Most arguments are small, and stay small integers.
  return high === 0 ? x[i * 2]! : x[i * 2]! + high * 2 ** 32;
}

/** The number a tracer sets for a call that is not to be made. */
const SKIPPED = 0xffff_ffff;

/** What a tracer sees a call return that a signal interrupts and that is made again. */
const ERESTARTSYS = 512;

/** Where a traced task stands at a call. */
function callStop(trace: Trace<Process>, kind: 'enter' | 'exit', result?: number): TraceStop {
  const status = SIG.TRAP | (trace.wants(TRACE.SYSGOOD) ? 0x80 : 0);
  return { kind, status, info: { signal: SIG.TRAP, code: status }, ...(result !== undefined && { result }) };
}

/** Nothing stands above SIGKILL: it is delivered whatever else holds a task. */
const isKilled = (task: Task): boolean =>
  task.attention && [...task.pending, ...task.process.pending].some((q) => q.signal === SIG.KILL);

export class Loop {
  private readonly kernel: Kernel;
  /** Calls by number. */
  private readonly rows: readonly (CallRow | undefined)[];

  constructor(kernel: Kernel, table: CallTable) {
    this.kernel = kernel;
    const rows: (CallRow | undefined)[] = [];
    for (const [number, row] of table) rows[number] = row;
    this.rows = rows;
  }

  /**
   * Runs whoever can run until nobody can or `until` says so. Returns the milliseconds to wait for the next timer
   * (infinity: only something from outside can wake a task), or −1 when it was `until`.
   */
  run(until: () => boolean): number {
    const { kernel } = this;
    // A turn ends when the next begins: the clock is read once for both.
    let now = kernel.now();
    for (;;) {
      kernel.timers.fire(now);
      if (until()) return -1;
      const task = kernel.next();
      if (task) {
        if (!this.held(task, now)) now = this.turn(task, now);
        continue;
      }
      const { next } = kernel.timers;
      if (next === Number.POSITIVE_INFINITY) return next;
      const wait = kernel.clock.idle(next);
      if (wait > 0) return wait;
      now = kernel.now();
    }
  }

  /** Whether its control group has spent its quota or is frozen; it is put off then. */
  private held(task: Task, now: number): boolean {
    const { kernel } = this;
    const { cgroup } = task.process;
    const at = cgroup.runnableAt(now);
    if (at <= now || isKilled(task)) return false;
    task.state = 'sleeping';
    // Frozen: whoever ends that wakes it.
    if (at === Number.POSITIVE_INFINITY) return true;
    cgroup.noteThrottled(now, at);
    task.cancelTimer = kernel.timers.add(at, () => kernel.ready(task));
    return true;
  }

  /** One turn of a task, which begins now: until its slice is used, it sleeps, stops or ends. Returns when that was. */
  private turn(task: Task, from: number): number {
    const { kernel } = this;
    const { machine } = kernel;
    kernel.switchTo(task);
    kernel.turnBegan = from;
    kernel.clock.tick(true);
    const { process } = task;
    kernel.endTurn = false;
    this.resume(task);
    let left = SLICE;
    while (task.state === 'runnable') {
      const before = machine.instructions();
      const stop = machine.run(left);
      left -= machine.instructions() - before;
      if (stop === 'trap') {
        this.trap(task);
        if (task.trace) this.showStop(task);
      }
      if (task.state !== 'runnable') break;
      if (task.attention && task.rseq && interrupted(task)) interruptSequence(kernel, task);
      if (task.attention && !deliver(kernel, task)) break;
      // A trap takes time too: a program of nothing but calls has to give way as well.
      left -= 500;
      if (left <= 0 || kernel.endTurn) break;
    }
    kernel.clock.tick(false);
    const now = kernel.now();
    process.time += now - from;
    task.time += now - from;
    kernel.turnBegan = now;
    if (process.cpuAlarms.size > 0) ringCpuAlarms(process.cpuAlarms);
    for (let group: ControlGroup | null = process.cgroup; group; group = group.parent)
      if (group.wasAboveHigh) reclaimTo(kernel, group, group.memoryHigh);
    process.cgroup.endTurn(now - from, now);
    kernel.requeue(task);
    return now;
  }

  /** A task that slept inside a call tries again, unless a signal interrupts it. */
  private resume(task: Task): void {
    const { trace } = task;
    // Others may have run since.
    if (task.rseq) interruptSequence(this.kernel, task);
    if (trace && this.showStop(task)) return;
    if (task.inCall || trace?.entered) this.retry(task);
    if (task.trace && this.showStop(task)) return;
    if (task.state === 'runnable' && task.attention) deliver(this.kernel, task);
  }

  /** A traced task stands where it is to stand next, if anywhere. */
  private showStop(task: Task): boolean {
    const { trace } = task;
    if (!trace || trace.stop || task.state === 'dead') return false;
    const stop = trace.next.shift();
    if (stop) stopTraced(this.kernel, task, stop);
    return stop !== undefined;
  }

  private retry(task: Task): void {
    const { kernel } = this;
    const { machine } = kernel;
    const row = this.rows[machine.x[34]!];
    // It is delivered next.
    if (isKilled(task)) return;
    if (row && task.inCall && task.attention && interrupted(task) && this.interrupt(task, row)) return;
    this.serve(task);
  }

  /** A signal interrupts the call it sleeps in; false: it does not, as the call is done or waits for signals itself. */
  private interrupt(task: Task, row: CallRow): boolean {
    const asked = task.progress instanceof AskedCall ? task.progress : null;
    if (asked ? asked.insists : row.ownSignals || hasFutex(task)) return false;
    // Where no handler runs, it goes on until its time has come.
    if (!asked && row.resumes && !handled(task)) return true;
    const again = ((asked || row.restart) && restarts(task)) || insistsOnFutex(task);
    leaveFutex(this.kernel, task);
    task.endCall();
    // Left at its ecall, it is made again after the handler.
    if (again) {
      this.leave(task, -ERESTARTSYS);
      return true;
    }
    this.answer(-E.INTR);
    this.leave(task, row.restart ? -ERESTARTSYS : undefined);
    return true;
  }

  private trap(task: Task): void {
    const { kernel } = this;
    const { machine } = kernel;
    const cause = machine.cause();
    if (cause === CAUSE.ecall) {
      this.serve(task);
      return;
    }
    if (cause === CAUSE.loadPage || cause === CAUSE.storePage || cause === CAUSE.fetchPage) {
      this.pageFault(task, cause);
      return;
    }
    const pc = machine.getPc();
    if (cause === CAUSE.breakpoint) sendFault(task, { signal: SIG.TRAP, code: SI.TRAP_BRKPT, address: pc });
    else if (cause === CAUSE.illegal) sendFault(task, { signal: SIG.ILL, code: SI.ILL_ILLOPC, address: pc });
    else if (cause === CAUSE.loadMisaligned || cause === CAUSE.storeMisaligned)
      sendFault(task, { signal: SIG.BUS, code: SI.BUS_ADRALN, address: machine.tval() });
    else sendFault(task, { signal: SIG.SEGV, code: SI.SEGV_ACCERR, address: machine.tval() });
  }

  private pageFault(task: Task, cause: number): void {
    const { kernel } = this;
    const va = kernel.machine.tval();
    const access = cause === CAUSE.storePage ? PROT.WRITE : cause === CAUSE.fetchPage ? PROT.EXEC : PROT.READ;
    kernel.counts.pageFaults++;
    task.process.minorFaults++;
    task.process.cgroup.countFault();
    const outcome: Fault = task.process.space.fault(va, access);
    if (outcome === 'ok') return;
    if (outcome === 'no-memory') {
      outOfMemory(kernel, task.process);
      return;
    }
    if (outcome === 'beyond') sendFault(task, { signal: SIG.BUS, code: SI.BUS_ADRERR, address: va });
    else
      sendFault(task, { signal: SIG.SEGV, code: outcome === 'denied' ? SI.SEGV_ACCERR : SI.SEGV_MAPERR, address: va });
  }

  /** Serves the system call whose registers are on the machine; a tracer sees its beginning and its end. */
  private serve(task: Task): void {
    const { trace } = task;
    if (trace?.calls && !trace.entered && !task.inCall) {
      trace.entered = true;
      trace.next.push(callStop(trace, 'enter'));
      return;
    }
    if (this.perform(task) && task.state !== 'dead') this.leave(task);
  }

  /** A call has come to its end, or (with a result that is only shown) is made again after a signal. */
  private leave({ trace }: Task, result?: number): void {
    if (!trace?.entered) return;
    trace.entered = false;
    trace.judged = false;
    if (trace.calls) trace.next.push(callStop(trace, 'exit', result));
  }

  /** Returns whether the call has come to its end. */
  private perform(task: Task): boolean {
    const { kernel } = this;
    const { x } = kernel.machine;
    const number = x[34]!;
    const { trace } = task;
    if (task.inCall && task.progress instanceof AskedCall) {
      const { answer } = task.progress;
      if (answer === null) {
        kernel.sleep(task, []);
        return false;
      }
      task.endCall();
      if (answer !== CONTINUE) {
        this.answer(answer);
        return true;
      }
    } else if ((task.seccomp || task.strict) && !task.inCall && !trace?.judged) {
      const judgement = judge(kernel, task, number);
      if (judgement === 'trace') {
        trace!.judged = true;
        trace!.entered = true;
        return false;
      }
      if (judgement !== 'serve') {
        if (judgement === BLOCKED) return this.blocked(task);
        if (judgement !== 'nothing') this.answer(judgement);
        return true;
      }
    }
    if (number === SKIPPED && trace?.entered) {
      kernel.machine.setPc(kernel.machine.getPc() + 4);
      return true;
    }
    const row = this.rows[number];
    if (!row?.serve) {
      kernel.counts.missing.set(number, (kernel.counts.missing.get(number) ?? 0) + 1);
      this.answer(-E.NOSYS);
      return true;
    }
    let result: number;
    try {
      result = this.invoke(row.serve, task, x);
    } catch (e) {
      if (!(e instanceof SysError)) throw e;
      result = -e.code;
    }
    if (result === BLOCKED) return this.blocked(task, row.ownSignals);
    task.endCall();
    row.count++;
    if (result !== REGISTERS_SET && kernel.current === task) this.answer(result);
    return true;
  }

  /** The call can't go on now. */
  private blocked(task: Task, ownSignals = false): false {
    task.inCall = true;
    // Woken between the look and the sleep: a signal was there before.
    if (task.attention && interrupted(task) && !ownSignals) this.kernel.ready(task);
    return false;
  }

  private invoke(serve: Call, task: Task, x: Uint32Array): number {
    return serve(this.kernel, task, word(x, 10), word(x, 11), word(x, 12), word(x, 13), word(x, 14), word(x, 15));
  }

  /** Writes a0 and steps over the ecall. */
  private answer(value: number): void {
    const { machine } = this.kernel;
    machine.x[20] = value;
    machine.x[21] = (value | 0) === value ? value >> 31 : Math.floor(value / 2 ** 32);
    machine.setPc(machine.getPc() + 4);
  }
}
