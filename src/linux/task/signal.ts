/** Sending signals, and what happens to a task that is about to go back to user mode with some pending. */
import { SysError } from '../errno.ts';
import type { Kernel } from '../kernel.ts';
import { copyIn, copyOut } from '../memory/user.ts';
import { SA, SIG } from '../uapi.ts';
import { exitGroup } from './exit.ts';
import { notifyParent } from './notify.ts';
import { bit, defaultOf, type Queued, SIG_DFL, SIG_IGN, UNBLOCKABLE } from './signals.ts';
import type { Process, Task } from './task.ts';
import { groupStop, INTERRUPTED } from './trace.ts';
import { stopTraced } from './tracing.ts';

/** Whether a signal would do nothing: init of a namespace gets only what it handles, and others may ignore it. */
function ignored(process: Process, signal: number): boolean {
  const { handler } = process.handlers.actions[signal]!;
  if (handler === SIG_IGN) return true;
  return handler === SIG_DFL && defaultOf(signal) === 'ignore';
}

/** PID 1 of a namespace is not killed by signals it has no handler for, unless they come from outside of it. */
export const shielded = (process: Process, signal: number, fromOutside: boolean): boolean =>
  process.handlers.actions[signal]!.handler === SIG_DFL &&
  process.pid.in(process.pid.namespace) === 1 &&
  !(fromOutside && (signal === SIG.KILL || signal === SIG.STOP));

/** Sends to a process, or with `task` to this thread of it. */
export function send(
  kernel: Kernel,
  process: Process,
  queued: Queued,
  task: Task | null = null,
  fromOutside = false,
): void {
  const { signal } = queued;
  if (process.status !== null || process.threads.size === 0) return;
  if (signal === SIG.CONT || signal === SIG.KILL) resume(kernel, process, signal);
  const stops = defaultOf(signal) === 'stop';
  for (const list of [process, ...process.threads]) {
    // SIGCONT and stop signals cancel each other.
    if (signal === SIG.CONT) list.pending = list.pending.filter((q) => defaultOf(q.signal) !== 'stop');
    else if (stops) list.pending = list.pending.filter((q) => q.signal !== SIG.CONT);
  }
  if (shielded(process, signal, fromOutside) && queued.code <= 0) return;
  const blockedEverywhere = [...(task ? [task] : process.threads)].every((t) => t.mask & bit(signal));
  // A tracer sees what would be ignored too.
  const traced = [...process.threads].some((t) => t.trace !== null);
  if (ignored(process, signal) && !blockedEverywhere && !traced) return;
  const target = task ?? process;
  // Standard signals do not queue twice.
  if (signal < 32 && target.pending.some((q) => q.signal === signal)) return;
  target.pending.push(queued);
  process.signalled.wake();
  const candidates = task ? [task] : [process.leader, ...process.threads];
  for (const candidate of candidates) {
    if (candidate.mask & bit(signal)) continue;
    arouse(kernel, candidate, signal === SIG.KILL);
    if (signal !== SIG.KILL) return;
  }
  // A thread in sigwait takes what is blocked.
  for (const candidate of candidates)
    if (candidate.state === 'sleeping' && candidate.progress instanceof SignalWait) kernel.ready(candidate);
}

/** What a task in sigtimedwait keeps as its progress. */
export class SignalWait {
  readonly set: bigint;
  constructor(set: bigint) {
    this.set = set;
  }
}

function arouse(kernel: Kernel, task: Task, kill: boolean): void {
  task.attention = true;
  if (task.state === 'sleeping' || (kill && task.state === 'stopped')) kernel.ready(task);
}

function resume(kernel: Kernel, process: Process, signal: number): void {
  if (!process.stopped) return;
  process.stopped = 0;
  for (const task of process.threads) {
    if (task.state !== 'stopped') continue;
    if (task.trace?.listening) stopTraced(kernel, task, INTERRUPTED);
    else if (task.trace?.stop) task.trace.news = task.trace.seized;
    else kernel.ready(task);
  }
  if (signal !== SIG.CONT) return;
  process.report = 'continued';
  notifyParent(kernel, process);
}

/** Sends to every process of a group. Returns how many there are. */
export function sendGroup(kernel: Kernel, group: object, queued: Queued): number {
  let count = 0;
  for (const process of [...kernel.processes]) {
    if (process.group !== group || process.status !== null) continue;
    count++;
    send(kernel, process, queued);
  }
  return count;
}

/** Takes the next signal that `allowed` lets through: synchronous ones first, then by number. */
export function take(task: Task, allowed: bigint): Queued | null {
  for (const list of [task, task.process]) {
    let best: Queued | null = null;
    for (const q of list.pending) if (allowed & bit(q.signal) && (!best || q.signal < best.signal)) best = q;
    if (!best) continue;
    list.pending = list.pending.filter((q) => q !== best);
    return best.taken ? { ...best, uid: best.taken() } : best;
  }
  return null;
}

/** The first signal that waits and that a task would act on. */
const acting = (task: Task): Queued | undefined =>
  [...task.pending, ...task.process.pending].find(
    (q) => !(task.mask & bit(q.signal)) && (task.trace !== null || !ignored(task.process, q.signal)),
  );

/** Whether such a signal waits. */
export const interrupted = (task: Task): boolean => acting(task) !== undefined;

/** Whether the signal that interrupted a call lets it go on after its handler (SA_RESTART), or has no handler. */
export function restarts(task: Task): boolean {
  const q = acting(task);
  if (!q) return true;
  const action = task.process.handlers.actions[q.signal]!;
  return action.handler === SIG_DFL || (action.flags & SA.RESTART) !== 0;
}

/** Whether what interrupted a call has a handler. */
export function handled(task: Task): boolean {
  const q = acting(task);
  return q !== undefined && task.process.handlers.actions[q.signal]!.handler !== SIG_DFL;
}

/** Where handlers return to: the page with rt_sigreturn, below the end of user memory. */
export const TRAMPOLINE = 0x3f_ffff_e000;

// struct rt_sigframe of arch/riscv: siginfo, then ucontext with its mcontext aligned to 16 bytes.
const INFO_SIZE = 128;
const UC_STACK = 16;
const UC_MASK = 40;
const UC_CONTEXT = 176;
const FRAME = INFO_SIZE + UC_CONTEXT + 256 + 528;
const SS_DISABLE = 2;

/**
 * Acts on the signals of the running task before it goes back to user mode. Returns false when it does not go back: it
 * has ended or stopped.
 */
export function deliver(kernel: Kernel, task: Task): boolean {
  task.attention = false;
  for (;;) {
    const { trace } = task;
    let q = trace?.inject ?? null;
    if (trace && q) trace.inject = null;
    else {
      if (trace?.interrupt) {
        trace.interrupt = false;
        stopTraced(kernel, task, INTERRUPTED);
        return false;
      }
      q = take(task, ~task.mask | UNBLOCKABLE);
      if (!q) break;
      if (trace && q.signal !== SIG.KILL) {
        stopTraced(kernel, task, { kind: 'signal', status: q.signal, info: q });
        return false;
      }
    }
    const { process } = task;
    const action = process.handlers.actions[q.signal]!;
    if (action.handler === SIG_IGN) continue;
    if (action.handler === SIG_DFL) {
      const what = defaultOf(q.signal);
      if (what === 'ignore' || what === 'continue') continue;
      if (what === 'stop') {
        stop(kernel, process, q.signal);
        return false;
      }
      exitGroup(kernel, process, q.signal | (what === 'core' ? 0x80 : 0));
      return false;
    }
    if (!enterHandler(kernel, task, q)) {
      exitGroup(kernel, process, SIG.SEGV | 0x80);
      return false;
    }
    // One handler at a time; the others are entered when it has been, by its return.
    task.attention = interrupted(task);
  }
  if (task.savedMask !== null) {
    task.mask = task.savedMask;
    task.savedMask = null;
  }
  return true;
}

function stop(kernel: Kernel, process: Process, signal: number): void {
  process.stopped = signal;
  process.report = 'stopped';
  for (const task of process.threads) {
    if (task.state === 'dead') continue;
    if (task.state === 'sleeping') kernel.unhook(task);
    task.state = 'stopped';
    if (task.trace) stopTraced(kernel, task, groupStop(task.trace, signal));
  }
  notifyParent(kernel, process);
}

/** siginfo_t. */
export function infoBytes(q: Queued): Uint8Array {
  const view = new DataView(new ArrayBuffer(INFO_SIZE));
  view.setInt32(0, q.signal, true);
  view.setInt32(8, q.code, true);
  if (q.call) {
    view.setInt32(4, q.call.errno, true);
    view.setInt32(24, q.call.number, true);
    view.setUint32(28, q.call.arch, true);
  }
  if (q.ready) {
    view.setBigInt64(16, BigInt(q.ready.band), true);
    view.setInt32(24, q.ready.fd, true);
  } else if (q.address !== undefined) view.setBigUint64(16, BigInt(q.address), true);
  else {
    view.setInt32(16, q.pid ?? 0, true);
    view.setInt32(20, q.uid ?? 0, true);
    if (q.value !== undefined) view.setBigInt64(24, BigInt(q.value), true);
  }
  return new Uint8Array(view.buffer);
}

/** Puts a frame on the stack and points the registers at the handler; false: there is no stack. */
function enterHandler(kernel: Kernel, task: Task, q: Queued): boolean {
  const { machine } = kernel;
  const { space, handlers } = task.process;
  const action = handlers.actions[q.signal]!;
  const sp = machine.x[4]! + machine.x[5]! * 2 ** 32;
  const alt = task.altStack;
  const onAlt = sp > alt.base && sp <= alt.base + alt.size;
  const useAlt = action.flags & SA.ONSTACK && !(alt.flags & SS_DISABLE) && !onAlt;
  const top = useAlt ? alt.base + alt.size : sp;
  const frame = Math.floor((top - FRAME) / 16) * 16;
  const view = new DataView(new ArrayBuffer(FRAME));
  new Uint8Array(view.buffer).set(infoBytes(q));
  const uc = INFO_SIZE;
  view.setBigUint64(uc + UC_STACK, BigInt(alt.base), true);
  view.setInt32(uc + UC_STACK + 8, onAlt ? 1 : alt.flags, true);
  view.setBigUint64(uc + UC_STACK + 16, BigInt(alt.size), true);
  view.setBigUint64(uc + UC_MASK, task.savedMask ?? task.mask, true);
  const at = uc + UC_CONTEXT;
  view.setBigUint64(at, BigInt(machine.getPc()), true);
  for (let i = 2; i < 64; i++) view.setUint32(at + i * 4, machine.x[i]!, true);
  for (let i = 0; i < 64; i++) view.setUint32(at + 256 + i * 4, machine.f[i]!, true);
  view.setUint32(at + 512, machine.getFcsr(), true);
  try {
    copyOut(space, frame, new Uint8Array(view.buffer));
  } catch (e) {
    if (e instanceof SysError) return false;
    throw e;
  }
  const set = (register: number, value: number): void => {
    machine.x[register * 2] = value % 2 ** 32;
    machine.x[register * 2 + 1] = Math.floor(value / 2 ** 32);
  };
  set(1, TRAMPOLINE);
  set(2, frame);
  set(10, q.signal);
  set(11, frame);
  set(12, frame + INFO_SIZE);
  machine.setPc(action.handler);
  task.savedMask = null;
  task.mask |= action.mask;
  if (!(action.flags & SA.NODEFER)) task.mask |= bit(q.signal);
  task.mask &= ~UNBLOCKABLE;
  // The top bit of the flags makes them negative where they were read as a signed word.
  if ((action.flags & SA.RESETHAND) !== 0) handlers.actions[q.signal] = { handler: SIG_DFL, flags: 0, mask: 0n };
  return true;
}

/** rt_sigreturn(2): back to what the frame on the stack says. */
export function returnFromHandler(kernel: Kernel, task: Task): void {
  const { machine } = kernel;
  const sp = machine.x[4]! + machine.x[5]! * 2 ** 32;
  const view = new DataView(copyIn(task.process.space, sp, FRAME).buffer);
  const at = INFO_SIZE + UC_CONTEXT;
  task.mask = view.getBigUint64(INFO_SIZE + UC_MASK, true) & ~UNBLOCKABLE;
  machine.setPc(Number(view.getBigUint64(at, true)));
  for (let i = 2; i < 64; i++) machine.x[i] = view.getUint32(at + i * 4, true);
  for (let i = 0; i < 64; i++) machine.f[i] = view.getUint32(at + 256 + i * 4, true);
  machine.setFcsr(view.getUint32(at + 512, true));
  task.attention = true;
}

/** A fault of the running task: its own thread gets the signal, even where it blocks or ignores it. */
export function sendFault(task: Task, q: Queued): void {
  const { handlers } = task.process;
  const action = handlers.actions[q.signal]!;
  if (task.mask & bit(q.signal) || action.handler === SIG_IGN) {
    handlers.actions[q.signal] = { handler: SIG_DFL, flags: 0, mask: 0n };
    task.mask &= ~bit(q.signal);
  }
  task.pending.unshift(q);
  task.attention = true;
}
