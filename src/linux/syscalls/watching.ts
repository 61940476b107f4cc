/** Descriptors for signals and for processes: signalfd(2), pidfd_open(2), pidfd_send_signal(2), pidfd_getfd(2). */
import { E, fail } from '../errno.ts';
import type { Kernel } from '../kernel.ts';
import { copyIn } from '../memory/user.ts';
import { pidfdOf, processOf } from '../task/pidfd.ts';
import { take } from '../task/signal.ts';
import { bit, type Queued, SI, UNBLOCKABLE } from '../task/signals.ts';
import type { Process, Task } from '../task/task.ts';
import { mayTrace } from '../task/tracing.ts';
import { O, POLL } from '../uapi.ts';
import { anonymousInode } from '../vfs/anonymous.ts';
import { AGAIN, FileKind, OpenFile } from '../vfs/file.ts';
import { type Sleeper, WaitQueue } from '../wait.ts';
import type { Call } from './call.ts';
import { install } from './open.ts';
import { demandSignal, sendAs } from './signals.ts';

/** struct signalfd_siginfo. */
const INFO = 128;

function infoOf({ signal, code, pid, uid, value, address }: Queued): Uint8Array {
  const view = new DataView(new ArrayBuffer(INFO));
  view.setUint32(0, signal, true);
  view.setInt32(8, code, true);
  view.setUint32(12, pid ?? 0, true);
  view.setUint32(16, uid ?? 0, true);
  view.setInt32(40, Number(value ?? 0) | 0, true);
  if (code === SI.TIMER) {
    // Of a timer: its number and how often it expired besides.
    view.setUint32(12, 0, true);
    view.setUint32(16, 0, true);
    view.setUint32(24, pid ?? 0, true);
    view.setUint32(32, uid ?? 0, true);
  }
  if (code < 0) {
    view.setInt32(44, Number(value ?? 0) | 0, true);
    view.setBigUint64(48, BigInt.asUintN(64, BigInt(value ?? 0)), true);
  }
  view.setBigUint64(72, BigInt(address ?? 0), true);
  return new Uint8Array(view.buffer);
}

/** Signals that wait for whoever reads. */
class SignalKind extends FileKind implements Sleeper {
  override readonly queue = new WaitQueue();
  set: bigint;
  private readonly kernel: Kernel;
  private readonly process: Process;

  constructor(kernel: Kernel, process: Process, set: bigint) {
    super();
    this.kernel = kernel;
    this.process = process;
    this.set = set;
    process.signalled.add(this);
  }

  wake(): void {
    this.queue.wake();
  }

  private get reader(): Task | null {
    return this.kernel.current;
  }

  override read(_file: OpenFile, into: Uint8Array): number {
    if (into.length < INFO) fail(E.INVAL);
    let done = 0;
    for (; done + INFO <= into.length; done += INFO) {
      const queued = this.reader ? take(this.reader, this.set) : null;
      if (!queued) break;
      into.set(infoOf(queued), done);
    }
    return done || AGAIN;
  }

  override poll(): number {
    const waiting = [...(this.reader?.pending ?? []), ...(this.reader?.process ?? this.process).pending];
    return waiting.some((q) => this.set & bit(q.signal)) ? POLL.IN : 0;
  }

  override close(): void {
    this.process.signalled.remove(this);
  }
}

export const signalfd4: Call = (k, t, fd, mask, size, flags) => {
  if (size !== 8 || flags & ~(O.CLOEXEC | O.NONBLOCK)) fail(E.INVAL);
  const set = new DataView(copyIn(t.process.space, mask, 8).buffer).getBigUint64(0, true) & ~UNBLOCKABLE;
  if ((fd | 0) !== -1) {
    const { kind } = t.process.files.get(fd);
    if (!(kind instanceof SignalKind)) fail(E.INVAL);
    kind.set = set;
    kind.wake();
    return fd;
  }
  const inode = anonymousInode('anon', k.clock.coarse());
  return install(t, new OpenFile(new SignalKind(k, t.process, set), inode, null, O.RDWR | (flags & O.NONBLOCK)), flags);
};

export const pidfdOpen: Call = (k, t, pid, flags) => {
  if (pid <= 0 || flags & ~O.NONBLOCK) fail(E.INVAL);
  const task = t.namespaces.pid.tasks.get(pid) ?? fail(E.SRCH);
  if (task.pid !== task.process.pid) fail(E.INVAL);
  return install(t, pidfdOf(k, task.process, flags), O.CLOEXEC);
};

export const pidfdSendSignal: Call = (k, t, fd, signal, _info, flags) => {
  const process = processOf(t, fd);
  if (flags !== 0) fail(E.INVAL);
  demandSignal(signal);
  if (process.status !== null && process.threads.size === 0 && !process.parent?.children.has(process)) fail(E.SRCH);
  sendAs(k, t, process, signal, SI.USER, null);
  return 0;
};

export const pidfdGetfd: Call = (_k, t, pidfd, fd, flags) => {
  if (flags !== 0) fail(E.INVAL);
  const process = processOf(t, pidfd);
  if (process.status !== null) fail(E.SRCH);
  if (!mayTrace(t, process.leader)) fail(E.PERM);
  return install(t, process.files.get(fd).hold(), O.CLOEXEC);
};
