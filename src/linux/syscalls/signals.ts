/** Calls on signals (signal(7)). */
import { E, fail } from '../errno.ts';
import { type Kernel, REGISTERS_SET } from '../kernel.ts';
import { copyIn, copyOut } from '../memory/user.ts';
import { infoBytes, interrupted, returnFromHandler, SignalWait, send, take } from '../task/signal.ts';
import { bit, defaultOf, type Queued, SI, SIG_IGN, UNBLOCKABLE } from '../task/signals.ts';
import type { Process, Task } from '../task/task.ts';
import { RLIMIT, SIG, SIGNALS, UNLIMITED } from '../uapi.ts';
import type { Call } from './call.ts';
import { timeIn } from './processes.ts';

export const demandSignal = (signal: number): void => {
  if (signal < 0 || signal > SIGNALS) fail(E.INVAL);
};

function mayKill(t: Task, to: Process, signal: number): boolean {
  const [own, other] = [t.credential, to.leader?.credential];
  if (
    !other ||
    own.canIn(other.user, 'kill') ||
    own.uid === other.uid ||
    own.euid === other.uid ||
    own.uid === other.suid ||
    own.euid === other.suid
  )
    return true;
  return signal === SIG.CONT && to.session === t.process.session;
}

const fromOutside = (t: Task, to: Process): boolean => t.process.pid.in(to.pid.namespace) === 0;

export function sendAs(k: Kernel, t: Task, to: Process, signal: number, code: number, thread: Task | null): void {
  if (!mayKill(t, to, signal)) fail(E.PERM);
  if (signal === 0) return;
  // As the one who gets it sees the sender.
  const uid = (to.leader?.credential.user ?? t.credential.user).shownUid(t.credential.uid);
  const queued: Queued = { signal, code, pid: t.process.pid.in(to.pid.namespace), uid };
  send(k, to, queued, thread, fromOutside(t, to));
}

export const kill: Call = (k, t, which, signal) => {
  demandSignal(signal);
  const ns = t.namespaces.pid;
  const pid = which | 0;
  if (pid > 0) {
    const process = ns.tasks.get(pid)?.process ?? fail(E.SRCH);
    sendAs(k, t, process, signal, SI.USER, null);
    return 0;
  }
  const members = [...k.processes].filter((p) => {
    if (p.status !== null || p.pid.in(ns) === 0 || p === k.init) return false;
    if (pid === -1) return p !== t.process && p.pid.in(ns) !== 1;
    return pid === 0 ? p.group === t.process.group : p.group.in(ns) === -pid;
  });
  if (members.length === 0) fail(E.SRCH);
  const allowed = members.filter((p) => mayKill(t, p, signal));
  if (allowed.length === 0) fail(E.PERM);
  for (const process of allowed) sendAs(k, t, process, signal, SI.USER, null);
  return 0;
};

export const tgkill: Call = (k, t, tgid, tid, signal) => {
  demandSignal(signal);
  const task = t.namespaces.pid.tasks.get(tid) ?? fail(E.SRCH);
  if (tgid !== -1 && task.process.pid.in(t.namespaces.pid) !== tgid) fail(E.SRCH);
  sendAs(k, t, task.process, signal, SI.TKILL, task);
  return 0;
};

export const tkill: Call = (k, t, tid, signal) => tgkill(k, t, -1, tid, signal, 0, 0, 0);

export const rtSigqueueinfo: Call = (k, t, pid, signal, info) => {
  demandSignal(signal);
  const process = t.namespaces.pid.tasks.get(pid)?.process ?? fail(E.SRCH);
  const view = new DataView(copyIn(t.process.space, info, 128).buffer);
  if (!mayKill(t, process, signal)) fail(E.PERM);
  if (process.pending.length >= process.limit(RLIMIT.SIGPENDING)) fail(E.AGAIN);
  if (signal)
    send(k, process, {
      signal,
      code: view.getInt32(8, true),
      pid: view.getInt32(16, true),
      uid: view.getInt32(20, true),
      value: Number(view.getBigInt64(24, true)),
    });
  return 0;
};

/** struct sigaction of the kernel: handler, flags, mask. */
export const rtSigaction: Call = (_k, t, signal, action, old, size) => {
  if (size !== 8 || signal < 1 || signal > SIGNALS) fail(E.INVAL);
  const { space, handlers, threads } = t.process;
  const was = handlers.actions[signal]!;
  if (old) {
    const view = new DataView(new ArrayBuffer(24));
    view.setBigUint64(0, BigInt(was.handler), true);
    view.setBigUint64(8, BigInt(was.flags), true);
    view.setBigUint64(16, was.mask, true);
    copyOut(space, old, new Uint8Array(view.buffer));
  }
  if (!action) return 0;
  if (signal === SIG.KILL || signal === SIG.STOP) fail(E.INVAL);
  const view = new DataView(copyIn(space, action, 24).buffer);
  const handler = Number(view.getBigUint64(0, true));
  handlers.actions[signal] = {
    handler,
    flags: view.getUint32(8, true),
    mask: view.getBigUint64(16, true) & ~UNBLOCKABLE,
  };
  if (handler === SIG_IGN || (handler === 0 && defaultOf(signal) === 'ignore')) {
    for (const list of [t.process, ...threads]) list.pending = list.pending.filter((q) => q.signal !== signal);
  }
  return 0;
};

const maskIn = (t: Task, va: number): bigint =>
  new DataView(copyIn(t.process.space, va, 8).buffer).getBigUint64(0, true) & ~UNBLOCKABLE;

function maskOut(t: Task, va: number, mask: bigint): void {
  copyOut(t.process.space, va, new Uint8Array(BigUint64Array.of(mask).buffer));
}

export const rtSigprocmask: Call = (_k, t, how, set, old, size) => {
  if (size !== 8) fail(E.INVAL);
  const was = t.mask;
  if (set) {
    const mask = maskIn(t, set);
    if (how === 0) t.mask |= mask;
    else if (how === 1) t.mask &= ~mask;
    else if (how === 2) t.mask = mask;
    else fail(E.INVAL);
    t.attention = true;
  }
  if (old) maskOut(t, old, was);
  return 0;
};

export const rtSigpending: Call = (_k, t, out) => {
  const all = [...t.pending, ...t.process.pending].reduce((set, q) => set | bit(q.signal), 0n);
  maskOut(t, out, all & t.mask);
  return 0;
};

/** Lets a call have its own mask while it waits; the old one comes back with the next look at the signals. */
export function borrowMask(t: Task, va: number): void {
  if (!va || t.savedMask !== null) return;
  t.savedMask = t.mask;
  t.mask = maskIn(t, va);
  t.attention = true;
}

export const rtSigsuspend: Call = (k, t, set) => {
  if (t.inCall && interrupted(t)) return -E.INTR;
  borrowMask(t, set);
  if (interrupted(t)) return -E.INTR;
  return k.sleep(t, []);
};

export const rtSigtimedwait: Call = (k, t, set, info, timeout) => {
  const wanted = new DataView(copyIn(t.process.space, set, 8).buffer).getBigUint64(0, true) & ~UNBLOCKABLE;
  const queued = take(t, wanted);
  if (queued) {
    if (info) copyOut(t.process.space, info, infoBytes(queued));
    return queued.signal;
  }
  if (t.timedOut) return -E.AGAIN;
  if (t.inCall && interrupted(t)) return -E.INTR;
  const limit = timeout ? timeIn(t, timeout) : UNLIMITED;
  if (limit === 0) return -E.AGAIN;
  t.progress = new SignalWait(wanted);
  return k.sleep(t, [], limit);
};

export const rtSigreturn: Call = (k, t) => {
  returnFromHandler(k, t);
  return REGISTERS_SET;
};

/** stack_t. */
export const sigaltstack: Call = (k, t, wanted, old) => {
  const { space } = t.process;
  const { altStack } = t;
  const sp = k.machine.x[4]! + k.machine.x[5]! * 2 ** 32;
  const onIt = sp > altStack.base && sp <= altStack.base + altStack.size;
  const next = wanted ? new DataView(copyIn(space, wanted, 24).buffer) : null;
  if (old) {
    const view = new DataView(new ArrayBuffer(24));
    view.setBigUint64(0, BigInt(altStack.base), true);
    view.setInt32(8, onIt ? 1 : altStack.flags, true);
    view.setBigUint64(16, BigInt(altStack.size), true);
    copyOut(space, old, new Uint8Array(view.buffer));
  }
  if (!next) return 0;
  if (onIt) fail(E.PERM);
  const flags = next.getInt32(8, true);
  if (flags & ~2) fail(E.INVAL);
  const size = Number(next.getBigUint64(16, true));
  if (!(flags & 2) && size < 2048) fail(E.NOMEM);
  t.altStack =
    flags & 2 ? { base: 0, size: 0, flags: 2 } : { base: Number(next.getBigUint64(0, true)), size, flags: 0 };
  return 0;
};
