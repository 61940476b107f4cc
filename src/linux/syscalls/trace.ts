/** ptrace(2), and reading and writing another's memory (process_vm_readv(2)). */
import { E, fail, SysError } from '../errno.ts';
import { BLOCKED, type Kernel } from '../kernel.ts';
import { copyIn, copyOut, peek, poke, wordIn, wordOut } from '../memory/user.ts';
import { AUDIT_ARCH } from '../task/seccomp.ts';
import { infoBytes, send } from '../task/signal.ts';
import { type Queued, SI, UNBLOCKABLE } from '../task/signals.ts';
import type { Process, Task } from '../task/task.ts';
import { EVENT, groupStop, INTERRUPTED, TRACE, type Trace } from '../task/trace.ts';
import { attach, detach, mayTrace, restartTraced, stopTraced } from '../task/tracing.ts';
import { SIG, SIGNALS } from '../uapi.ts';
import type { Call } from './call.ts';
import { vectorIn } from './io.ts';

const REQUEST = {
  TRACEME: 0,
  PEEKTEXT: 1,
  PEEKDATA: 2,
  POKETEXT: 4,
  POKEDATA: 5,
  CONT: 7,
  KILL: 8,
  ATTACH: 16,
  DETACH: 17,
  SYSCALL: 24,
  SETOPTIONS: 0x4200,
  GETEVENTMSG: 0x4201,
  GETSIGINFO: 0x4202,
  SETSIGINFO: 0x4203,
  GETREGSET: 0x4204,
  SETREGSET: 0x4205,
  SEIZE: 0x4206,
  INTERRUPT: 0x4207,
  LISTEN: 0x4208,
  GETSIGMASK: 0x420a,
  SETSIGMASK: 0x420b,
  GET_SYSCALL_INFO: 0x420e,
} as const;

/** The register of the last argument, a3. */
const DATA = 13;
const ALL_OPTIONS = Object.values(TRACE).reduce((all: number, bit) => all | bit, 0);
/** Kinds of register sets: pc and x1 to x31; f0 to f31 and fcsr. */
const NOTE = { PRSTATUS: 1, PRFPREG: 2 } as const;

/** A task that somebody is about to trace. */
function targetOf(k: Kernel, t: Task, pid: number): Task {
  const task = t.namespaces.pid.tasks.get(pid) ?? fail(E.SRCH);
  if (task.state === 'dead' || task.process.status !== null || task.process === k.init) fail(E.SRCH);
  if (task.process === t.process || task.trace || !mayTrace(t, task)) fail(E.PERM);
  return task;
}

function seize(k: Kernel, t: Task, pid: number, options: number, seized: boolean): number {
  if (options & ~ALL_OPTIONS) fail(E.IO);
  const task = targetOf(k, t, pid);
  const trace = attach(task, t.process, seized, options);
  const { stopped } = task.process;
  if (task.state === 'stopped') stopTraced(k, task, groupStop(trace, stopped));
  else if (!seized) send(k, task.process, { signal: SIG.STOP, code: SI.USER, pid: 0, uid: 0 }, task, true);
  return 0;
}

function traceMe(k: Kernel, t: Task): number {
  const { parent } = t.process;
  if (t.trace || !parent || parent === k.init) fail(E.PERM);
  attach(t, parent, false, 0);
  return 0;
}

/** A task that stands still for its tracer, the caller. */
function stoppedOf(t: Task, pid: number): { task: Task; trace: Trace<Process> } {
  const task = t.namespaces.pid.tasks.get(pid);
  const trace = task?.trace;
  if (!task || !trace || trace.tracer !== t.process || !trace.stop || trace.listening) fail(E.SRCH);
  return { task, trace };
}

/** As the program was left: past the instruction of a call that is about to be served. */
const shownPc = (task: Task): number => task.pc + (task.trace?.stop?.kind === 'enter' ? 4 : 0);

/** The result of a call at whose end a task stands. */
function resultOf(task: Task): number {
  return task.trace?.stop?.result ?? task.x[20]! + (task.x[21]! | 0) * 2 ** 32;
}

function registersOf(task: Task, kind: number): Uint8Array {
  if (kind === NOTE.PRSTATUS) {
    const words = new Uint32Array(64);
    const pc = shownPc(task);
    words[0] = pc;
    words[1] = pc / 2 ** 32;
    words.set(task.x.subarray(2), 2);
    words[20] = resultOf(task);
    words[21] = Math.floor(resultOf(task) / 2 ** 32);
    return new Uint8Array(words.buffer);
  }
  if (kind !== NOTE.PRFPREG) fail(E.INVAL);
  const words = new Uint32Array(66);
  words.set(task.f);
  words[64] = task.fcsr;
  return new Uint8Array(words.buffer);
}

function setRegisters(task: Task, kind: number, bytes: Uint8Array): void {
  const whole = registersOf(task, kind);
  whole.set(bytes.subarray(0, whole.length));
  const words = new Uint32Array(whole.buffer);
  if (kind === NOTE.PRFPREG) {
    task.f.set(words.subarray(0, 64));
    task.fcsr = words[64]! & 0xff;
    return;
  }
  task.pc += words[0]! + words[1]! * 2 ** 32 - shownPc(task);
  const kept = task.x.slice(20, 22);
  task.x.set(words.subarray(2), 2);
  // What only seems to be the result is not taken over.
  if (task.trace?.stop?.result !== undefined) task.x.set(kept, 20);
}

/** struct iovec of a register set: what fits is moved, and its length written back. */
function registerSet(t: Task, task: Task, kind: number, va: number, set: boolean): number {
  const { space } = t.process;
  const [at, room] = [wordIn(space, va), wordIn(space, va + 8)];
  const bytes = registersOf(task, kind);
  const length = Math.min(room, bytes.length);
  if (length < 0 || length % 8) fail(E.INVAL);
  if (set) setRegisters(task, kind, copyIn(space, at, length));
  else copyOut(space, at, bytes.subarray(0, length));
  wordOut(space, va + 8, length);
  return 0;
}

/** struct ptrace_syscall_info: none, at a call's beginning, at its end. */
function callInfo(t: Task, task: Task, room: number, va: number): number {
  const view = new DataView(new ArrayBuffer(88));
  const word = (at: number, register: number): void => {
    view.setUint32(at, task.x[register * 2]!, true);
    view.setUint32(at + 4, task.x[register * 2 + 1]!, true);
  };
  const kind = task.trace?.stop?.kind;
  view.setUint8(0, kind === 'enter' ? 1 : kind === 'exit' ? 2 : 0);
  view.setUint32(4, AUDIT_ARCH, true);
  view.setBigUint64(8, BigInt(shownPc(task)), true);
  word(16, 2);
  let length = 24;
  if (kind === 'enter') {
    word(24, 17);
    for (let i = 0; i < 6; i++) word(32 + i * 8, 10 + i);
    length = 80;
  } else if (kind === 'exit') {
    const result = resultOf(task);
    view.setBigInt64(24, BigInt(result), true);
    view.setUint8(32, result < 0 && result >= -4095 ? 1 : 0);
    length = 33;
  }
  copyOut(t.process.space, va, new Uint8Array(view.buffer, 0, Math.max(0, Math.min(room, length))));
  return length;
}

/** siginfo_t as a signal that waits. */
function infoIn(t: Task, va: number): Queued {
  const view = new DataView(copyIn(t.process.space, va, 128).buffer);
  return {
    signal: view.getInt32(0, true),
    code: view.getInt32(8, true),
    pid: view.getInt32(16, true),
    uid: view.getInt32(20, true),
    value: Number(view.getBigInt64(24, true)),
  };
}

/** CONT, SYSCALL, DETACH: it goes on. */
function goOn(k: Kernel, t: Task, pid: number, request: number, signal: number): number {
  if (signal < 0 || signal > SIGNALS) fail(E.IO);
  const { task, trace } = stoppedOf(t, pid);
  trace.calls = request === REQUEST.SYSCALL;
  if (request !== REQUEST.DETACH) {
    restartTraced(k, task, signal);
    return 0;
  }
  const group = trace.stop!.kind === 'group';
  restartTraced(k, task, group ? 0 : signal);
  const { inject } = trace;
  detach(task);
  if (inject) task.pending.unshift(inject);
  // What its group stopped for still holds.
  if (group && task.process.stopped) task.state = 'stopped';
  return 0;
}

function signalMask(t: Task, task: Task, set: boolean, size: number, va: number): number {
  if (size !== 8) fail(E.INVAL);
  const { space } = t.process;
  if (set) {
    task.mask = new DataView(copyIn(space, va, 8).buffer).getBigUint64(0, true) & ~UNBLOCKABLE;
    task.attention = true;
  } else copyOut(space, va, new Uint8Array(BigUint64Array.of(task.mask).buffer));
  return 0;
}

export const ptrace: Call = (k, t, wanted, pid, address, data) => {
  const request = wanted | 0;
  switch (request) {
    case REQUEST.TRACEME:
      return traceMe(k, t);
    case REQUEST.ATTACH:
      return seize(k, t, pid, 0, false);
    case REQUEST.SEIZE:
      return address === 0 ? seize(k, t, pid, data, true) : fail(E.IO);
    case REQUEST.CONT:
    case REQUEST.SYSCALL:
    case REQUEST.DETACH:
      return goOn(k, t, pid, request, data);
    case REQUEST.INTERRUPT: {
      const task = t.namespaces.pid.tasks.get(pid);
      if (task?.trace?.tracer !== t.process) fail(E.SRCH);
      if (!task.trace.seized) fail(E.IO);
      if (task.trace.listening) {
        stopTraced(k, task, INTERRUPTED);
        return 0;
      }
      task.trace.interrupt = true;
      task.attention = true;
      if (task.state === 'sleeping') k.ready(task);
      return 0;
    }
    default:
      return inspect(k, t, request, pid, address, data);
  }
};

/** Requests on a task that stands still. */
function inspect(k: Kernel, t: Task, request: number, pid: number, address: number, data: number): number {
  const { task, trace } = stoppedOf(t, pid);
  const { space } = t.process;
  switch (request) {
    case REQUEST.PEEKTEXT:
    case REQUEST.PEEKDATA:
      copyOut(space, data, peek(task.process.space, address, 8));
      return 0;
    case REQUEST.POKETEXT:
    case REQUEST.POKEDATA:
      // The whole word, which no number holds.
      poke(task.process.space, address, new Uint8Array(k.machine.x.slice(DATA * 2, DATA * 2 + 2).buffer));
      return 0;
    case REQUEST.KILL:
      send(k, task.process, { signal: SIG.KILL, code: SI.USER, pid: 0, uid: 0 }, null, true);
      return 0;
    case REQUEST.SETOPTIONS:
      if (data & ~ALL_OPTIONS) fail(E.INVAL);
      trace.options = data;
      return 0;
    case REQUEST.GETEVENTMSG:
      wordOut(space, data, trace.message);
      return 0;
    case REQUEST.GETSIGINFO:
      copyOut(space, data, infoBytes(trace.stop!.info ?? fail(E.INVAL)));
      return 0;
    case REQUEST.SETSIGINFO:
      if (!trace.stop!.info) fail(E.INVAL);
      trace.stop!.info = infoIn(t, data);
      return 0;
    case REQUEST.GETREGSET:
    case REQUEST.SETREGSET:
      return registerSet(t, task, address, data, request === REQUEST.SETREGSET);
    case REQUEST.LISTEN:
      if (!trace.seized || trace.stop!.status >> 8 !== EVENT.STOP) fail(E.IO);
      if (trace.news) {
        trace.news = false;
        stopTraced(k, task, INTERRUPTED);
      } else trace.listening = true;
      return 0;
    case REQUEST.GETSIGMASK:
    case REQUEST.SETSIGMASK:
      return signalMask(t, task, request === REQUEST.SETSIGMASK, address, data);
    case REQUEST.GET_SYSCALL_INFO:
      return callInfo(t, task, address, data);
    default:
      return fail(E.IO);
  }
}

/** Tells the tracer of a task that has made another, which is traced like itself. */
export function traceClone(task: Task, child: Task, event: number): void {
  const { trace } = task;
  if (!trace?.wants(1 << event)) return;
  const made = attach(child, trace.tracer, trace.seized, trace.options);
  if (trace.seized) made.interrupt = true;
  else child.pending.push({ signal: SIG.STOP, code: SI.USER, pid: 0, uid: 0 });
  child.attention = true;
  trace.event(event, child.pid.in(trace.tracer.pid.namespace));
}

/** A process is about to end by itself: its tracer may look at it first. Returns what the call then returns, else null. */
export function traceExit(k: Kernel, t: Task, status: number): number | null {
  const { trace } = t;
  if (!trace?.wants(TRACE.EXIT) || trace.leaving) return null;
  trace.leaving = true;
  trace.event(EVENT.EXIT, status);
  k.sleep(t, []);
  return BLOCKED;
}

/** process_vm_readv and process_vm_writev: from the parts of one side to those of the other, as far as both go. */
function moveMemory(
  t: Task,
  pid: number,
  own: number,
  ownCount: number,
  other: number,
  otherCount: number,
  writes: boolean,
): number {
  const task = t.namespaces.pid.tasks.get(pid) ?? fail(E.SRCH);
  const [here, there] = [vectorIn(t, own, ownCount), vectorIn(t, other, otherCount)];
  if (task.process.status !== null) fail(E.SRCH);
  if (!mayTrace(t, task)) fail(E.PERM);
  const [mine, its] = [t.process.space, task.process.space];
  let done = 0;
  let [i, at] = [0, 0];
  try {
    for (const part of there) {
      for (let used = 0; used < part.length && i < here.length; ) {
        const n = Math.min(part.length - used, here[i]!.length - at, 65_536);
        if (n > 0) {
          if (writes) copyOut(its, part.at + used, copyIn(mine, here[i]!.at + at, n));
          else copyOut(mine, here[i]!.at + at, copyIn(its, part.at + used, n));
        }
        used += n;
        at += n;
        done += n;
        if (at === here[i]!.length) [i, at] = [i + 1, 0];
      }
    }
  } catch (e) {
    if (!(e instanceof SysError) || done === 0) throw e;
  }
  return done;
}

export const processVmReadv: Call = (_k, t, pid, own, ownCount, other, otherCount, flags) =>
  flags ? fail(E.INVAL) : moveMemory(t, pid, own, ownCount, other, otherCount, false);
export const processVmWritev: Call = (_k, t, pid, own, ownCount, other, otherCount, flags) =>
  flags ? fail(E.INVAL) : moveMemory(t, pid, own, ownCount, other, otherCount, true);
