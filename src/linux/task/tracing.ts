/** Tracing a task: who does, what it is told, who may (ptrace(2)). */
import type { Kernel } from '../kernel.ts';
import { SIG } from '../uapi.ts';
import { tellOf } from './notify.ts';
import { SI } from './signals.ts';
import type { Process, Task } from './task.ts';
import { Trace, type TraceStop } from './trace.ts';

export function attach(task: Task, tracer: Process, seized: boolean, options: number): Trace<Process> {
  const trace = new Trace<Process>(tracer, seized, options);
  task.trace = trace;
  tracer.tracees.add(task);
  return trace;
}

/** Nobody traces it any more. */
export function detach(task: Task): void {
  const { trace } = task;
  if (!trace) return;
  trace.tracer.tracees.delete(task);
  task.trace = null;
}

/** Its tracer's siginfo of it, and who waits. */
function tell(kernel: Kernel, task: Task, tracer: Process, code: number, value: number): void {
  tellOf(
    kernel,
    tracer,
    { signal: SIG.CHLD, code, value, pid: task.pid.in(tracer.pid.namespace), uid: 0 },
    code !== SI.CLD_EXITED,
  );
}

/** The task stands still until its tracer says otherwise. */
export function stopTraced(kernel: Kernel, task: Task, stop: TraceStop): void {
  const trace = task.trace!;
  trace.stop = stop;
  trace.told = false;
  trace.listening = false;
  if (stop.message !== undefined) trace.message = stop.message;
  kernel.unhook(task);
  task.state = 'stopped';
  tell(kernel, task, trace.tracer, SI.CLD_TRAPPED, stop.status & 0x7f);
}

/** The task goes on, with a signal (0: none). */
export function restartTraced(kernel: Kernel, task: Task, signal: number): void {
  const { trace } = task;
  const stop = trace?.stop;
  if (!trace || !stop) return;
  trace.stop = null;
  trace.news = false;
  if (signal !== 0) {
    const own = stop.kind === 'signal' && stop.info?.signal === signal ? stop.info : null;
    const { tracer } = trace;
    const made = { signal, code: SI.USER, pid: tracer.pid.in(task.process.pid.namespace), uid: 0 };
    if (stop.kind === 'signal') trace.inject = own ?? made;
    else if (stop.kind !== 'group') task.pending.push(made);
  }
  task.attention = true;
  kernel.ready(task);
}

/** A traced task ends: its tracer learns of it by wait, if nobody else tells it. */
export function endTraced(kernel: Kernel, task: Task, status: number): void {
  const { trace, process } = task;
  if (!trace) return;
  const { tracer } = trace;
  detach(task);
  const last = process.threads.size === 0;
  if ((last && process.parent === tracer) || tracer.status !== null) return;
  if (!last && task.pid === process.pid) return;
  tracer.ghosts.push({ pid: task.pid, process, status });
  tell(kernel, task, tracer, SI.CLD_EXITED, status >> 8);
}

/**
 * Whether a task may look into another, as ptrace's permission checks have it (PTRACE_MODE_ATTACH_REALCREDS): a user's own, whose
 * ids have not changed, with no more capabilities than itself; or with CAP_SYS_PTRACE over it.
 */
export function mayTrace(by: Task, target: Task): boolean {
  if (by.process === target.process) return true;
  const [own, other] = [by.credential, target.credential];
  if (own.canIn(other.user, 'sys_ptrace')) return true;
  if (!other.belongsTo(own) || !target.process.dumpable) return false;
  return own.user === other.user && (other.permitted & ~own.permitted) === 0n;
}
