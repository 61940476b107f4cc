/** Calls that a filter has another process decide on (seccomp_unotify(2)). */
import { E } from '../errno.ts';
import type { Kernel } from '../kernel.ts';
import { POLL } from '../uapi.ts';
import { FileKind, type OpenFile } from '../vfs/file.ts';
import { WaitQueue } from '../wait.ts';
import type { SeccompAsker } from './seccomp.ts';
import { type Task, Unfinished } from './task.ts';

/** The call is made after all. */
export const CONTINUE = 'continue';

/** A call that waits to be decided on. */
export class AskedCall extends Unfinished {
  readonly id: number;
  readonly task: Task;
  readonly number: number;
  /** Behind the call. */
  readonly pc: number;
  /** Its arguments, two words each. */
  readonly args: Uint32Array;
  /** Whether the listener has it. */
  sent = false;
  /** What it returns, once that is known. */
  answer: number | typeof CONTINUE | null = null;
  private readonly listener: SeccompListener;

  constructor(listener: SeccompListener, id: number, task: Task, number: number, pc: number, args: Uint32Array) {
    super();
    this.listener = listener;
    this.id = id;
    this.task = task;
    this.number = number;
    this.pc = pc;
    this.args = args;
  }

  /** Whether no signal but SIGKILL ends the wait. */
  get insists(): boolean {
    return this.answer !== null || (this.sent && this.listener.insists);
  }

  abandon(): void {
    this.listener.forget(this);
  }
}

/** The descriptor that a filter's calls are decided on by. */
export class SeccompListener extends FileKind implements SeccompAsker {
  override readonly queue = new WaitQueue();
  readonly calls = new Map<number, AskedCall>();
  /** A call that the listener has is not interrupted (SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV). */
  readonly insists: boolean;
  closed = false;
  private readonly kernel: Kernel;
  private readonly used: (task: Task) => boolean;
  private last = 0;

  /** `used`: whether the filter is one of a task's. */
  constructor(kernel: Kernel, insists: boolean, used: (task: Task) => boolean) {
    super();
    this.kernel = kernel;
    this.insists = insists;
    this.used = used;
  }

  /** A task's call, whose registers are given, waits to be decided on. */
  ask(task: Task, number: number, pc: number, x: Uint32Array): AskedCall {
    const call = new AskedCall(this, ++this.last, task, number, pc, x.slice(20, 32));
    this.calls.set(call.id, call);
    this.queue.wake();
    return call;
  }

  /** The oldest call that nobody has received. */
  next(): AskedCall | null {
    for (const call of this.calls.values()) if (!call.sent) return call;
    return null;
  }

  decide(call: AskedCall, answer: number | typeof CONTINUE): void {
    call.answer = answer;
    this.calls.delete(call.id);
    this.kernel.ready(call.task);
  }

  forget(call: AskedCall): void {
    this.calls.delete(call.id);
    this.queue.wake();
  }

  left(): void {
    this.queue.wake();
  }

  /** Whether there are tasks with the filter. */
  get inUse(): boolean {
    for (const task of this.kernel.tasks) if (this.used(task)) return true;
    return false;
  }

  override poll(): number {
    let events = this.inUse ? 0 : POLL.HUP;
    for (const { sent } of this.calls.values()) events |= sent ? POLL.OUT : POLL.IN;
    return events;
  }

  /** Nobody listens any more: what was asked, and will be, is not there. */
  override close(_file: OpenFile): void {
    this.closed = true;
    for (const call of [...this.calls.values()]) this.decide(call, -E.NOSYS);
  }
}
