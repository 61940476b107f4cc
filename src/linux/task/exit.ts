/** The end of threads and processes, and of what only they used. */

import { SysError } from '../errno.ts';
import type { Kernel } from '../kernel.ts';
import { intIn, intOut, wordIn } from '../memory/user.ts';
import { SIG } from '../uapi.ts';
import { futexWake, leaveFutex } from './futex.ts';
import { keyOf } from './futex-key.ts';
import { FUTEX_OWNER_DIED, FUTEX_TID_MASK, FUTEX_WAITERS, releasePi } from './futex-pi.ts';
import { discardsZombies, notifyParent, post } from './notify.ts';
import { SI } from './signals.ts';
import type { Process, Task } from './task.ts';
import { TRACE } from './trace.ts';
import { detach, endTraced, restartTraced } from './tracing.ts';

/** Ends a whole process with a wait status (exit code << 8, or the signal). */
export function exitGroup(kernel: Kernel, process: Process, status: number): void {
  if (process.exiting !== null) return;
  process.exiting = status;
  for (const task of [...process.threads]) exitTask(kernel, task, status);
}

/** Ends one thread; the last one ends its process. */
export function exitTask(kernel: Kernel, task: Task, status: number): void {
  if (task.state === 'dead') return;
  const { process } = task;
  if (kernel.current === task) kernel.save();
  releaseFutexes(kernel, task);
  task.endCall();
  kernel.unhook(task);
  task.state = 'dead';
  process.threads.delete(task);
  endTraced(kernel, task, status);
  kernel.tasks.delete(task);
  task.seccomp?.anyListener?.left();
  process.cgroup.addTask(-1);
  if (task.pid !== process.pid) task.pid.free();
  for (const namespace of Object.values(task.namespaces)) namespace.release();
  if (process.threads.size === 0) exitProcess(kernel, process, process.exiting ?? status);
}

/** What other threads wait for: clear_child_tid, and the robust futexes it held (robust_futexes in the kernel's docs). */
function releaseFutexes(kernel: Kernel, task: Task): void {
  const { space } = task.process;
  leaveFutex(kernel, task);
  try {
    if (task.robustList) releaseRobust(kernel, task);
    releasePi(kernel, task);
    if (task.clearTid && (space.users > 1 || task.process.threads.size > 1)) {
      intOut(space, task.clearTid, 0);
      futexWake(kernel, space, task.clearTid, 1, 0xffff_ffff, false);
    }
  } catch (e) {
    if (!(e instanceof SysError)) throw e;
  }
  task.clearTid = 0;
  task.robustList = 0;
}

/** A list that runs in a circle ends here (ROBUST_LIST_LIMIT). */
const ROBUST_LIMIT = 2048;

function releaseRobust(kernel: Kernel, task: Task): void {
  const { space } = task.process;
  const head = task.robustList;
  const offset = wordIn(space, head + 8);
  const tid = task.pid.in(task.namespaces.pid);
  let entry = wordIn(space, head);
  for (let n = 0; entry !== head && entry !== 0 && n < ROBUST_LIMIT; n++) {
    // The lowest bit says that the word is one of those that are handed on.
    const own = entry - (entry % 2);
    const at = own + offset;
    const value = intIn(space, at);
    if ((value & FUTEX_TID_MASK) === tid) {
      intOut(space, at, (value & FUTEX_WAITERS) | FUTEX_OWNER_DIED);
      if (!kernel.piFutexes.has(keyOf(kernel, space, at, false))) futexWake(kernel, space, at, 1, 0xffff_ffff, false);
    }
    entry = wordIn(space, own);
  }
}

/** The last thread of a process has ended. */
function exitProcess(kernel: Kernel, process: Process, status: number): void {
  process.stopTimers();
  for (const set of [...process.semUndo.keys()]) set.undo(process.semUndo, process.pid.in(process.pid.namespace));
  process.files.release();
  process.space.release();
  process.cgroup.members.delete(process);
  process.vforking = false;
  process.vforkDone.wake();
  letGo(kernel, process);
  if (process.pid.in(process.pid.namespace) === 1 && process !== kernel.init) killNamespace(kernel, process);
  adoptOrphans(kernel, process);
  process.terminal?.leave(process.pid);
  process.status = status;
  process.exe = null;
  process.onExit?.(status);
  process.ended.wake();
  const { parent } = process;
  if (!parent || parent === kernel.init || discardsZombies(parent)) {
    // Nobody will wait for it; a waiting parent still learns that it has no child left.
    reap(kernel, process);
    parent?.childExit.wake();
  } else notifyParent(kernel, process);
}

/** What it traced goes on alone, or with PTRACE_O_EXITKILL ends. */
function letGo(kernel: Kernel, tracer: Process): void {
  for (const task of [...tracer.tracees]) {
    const { trace } = task;
    if (trace?.wants(TRACE.EXITKILL)) exitGroup(kernel, task.process, SIG.KILL);
    else {
      restartTraced(kernel, task, 0);
      detach(task);
    }
  }
}

/** The init of a PID namespace is gone: so is everybody in it, and nobody is born there again. */
function killNamespace(kernel: Kernel, init: Process): void {
  const { namespace } = init.pid;
  namespace.closed = true;
  for (const process of [...kernel.processes]) {
    if (process === init || process.pid.in(namespace) === 0 || process.status !== null) continue;
    exitGroup(kernel, process, SIG.KILL);
  }
}

function adoptOrphans(kernel: Kernel, process: Process): void {
  let heir: Process | null = process.parent;
  while (heir && heir !== kernel.init && !heir.subreaper && heir.pid.in(heir.pid.namespace) !== 1) heir = heir.parent;
  // Init of the namespace it lived in.
  const init = [...kernel.processes].find(
    (p) => p.status === null && p.pid.namespace === process.pid.namespace && p.pid.in(p.pid.namespace) === 1,
  );
  if (!heir || heir === kernel.init) heir = init && init !== process ? init : kernel.init;
  for (const child of process.children) {
    child.parent = heir;
    heir.children.add(child);
    if (child.status === null) {
      const { deathSignal: signal } = child;
      if (signal) post(kernel, child, { signal, code: SI.USER, pid: process.pid.in(child.pid.namespace), uid: 0 });
      continue;
    }
    if (heir === kernel.init) reap(kernel, child);
    else notifyParent(kernel, child);
  }
  process.children.clear();
}

/** Forgets a process that has ended and was waited for. */
export function reap(kernel: Kernel, process: Process): void {
  process.parent?.children.delete(process);
  kernel.processes.delete(process);
  process.pid.free();
}
