/** Telling a parent that a child has ended, stopped or gone on. */
import type { Kernel } from '../kernel.ts';
import { SA, SIG } from '../uapi.ts';
import { bit, type Queued, SI, SIG_DFL, SIG_IGN } from './signals.ts';
import type { Process } from './task.ts';

/** Wait statuses of children that live: the signal that stopped one stands above this, or one goes on. */
const STOPPED = 0x7f;
const CONTINUED = 0xffff;

/** si_code and si_status of a wait status. */
export function outcomeOf(status: number): { readonly code: number; readonly value: number } {
  if (status === CONTINUED) return { code: SI.CLD_CONTINUED, value: SIG.CONT };
  const signal = status & 0x7f;
  if (signal === STOPPED) return { code: SI.CLD_STOPPED, value: status >> 8 };
  if (signal === 0) return { code: SI.CLD_EXITED, value: status >> 8 };
  return { code: status & 0x80 ? SI.CLD_DUMPED : SI.CLD_KILLED, value: signal };
}

/** What the parent's siginfo says of a child. */
function news(child: Process): Queued {
  const pid = child.parent ? child.pid.in(child.parent.pid.namespace) : 0;
  const signal = child.status === null ? SIG.CHLD : child.exitSignal;
  const status = child.status ?? (child.stopped ? (child.stopped << 8) | STOPPED : CONTINUED);
  return { signal, pid, uid: 0, ...outcomeOf(status) };
}

/** Whether a parent wants no zombies: it ignores SIGCHLD or says SA_NOCLDWAIT. */
export function discardsZombies(parent: Process): boolean {
  const action = parent.handlers.actions[SIG.CHLD]!;
  return action.handler === SIG_IGN || (action.flags & SA.NOCLDWAIT) !== 0;
}

/** Wakes a parent that waits, and sends it the signal it is to get. */
export function notifyParent(kernel: Kernel, child: Process): void {
  if (child.parent) tellOf(kernel, child.parent, news(child), child.status === null);
}

/** A signal for a process, from the kernel itself, whoever is to take it. */
export function post(kernel: Kernel, process: Process, q: Queued): void {
  if (!process.pending.some((p) => p.signal === q.signal)) process.pending.push(q);
  process.signalled.wake();
  for (const task of process.threads) {
    task.attention = true;
    const due = !(task.mask & bit(q.signal)) || task.progress !== null;
    if ((task.state === 'sleeping' && due) || (task.state === 'stopped' && q.signal === SIG.KILL)) kernel.ready(task);
  }
}

/** Tells a process of a change of a child, or of what it traces; `lives`: SA_NOCLDSTOP does without the signal. */
export function tellOf(kernel: Kernel, parent: Process, q: Queued, lives: boolean): void {
  const action = parent.handlers.actions[q.signal];
  const mute = lives && action && action.flags & SA.NOCLDSTOP;
  // A tracer of the parent sees its signals whatever it does with them.
  const traced = [...parent.threads].some((t) => t.trace !== null);
  const wanted = q.signal !== 0 && action && (action.handler !== SIG_IGN || traced) && !mute;
  if (wanted && (traced || action.handler !== SIG_DFL || [...parent.threads].some((t) => t.mask & bit(q.signal))))
    post(kernel, parent, q);
  parent.childExit.wake();
}
