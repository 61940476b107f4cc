/** seccomp(2) and its older form in prctl(2). */
import { E, fail } from '../errno.ts';
import type { Kernel } from '../kernel.ts';
import { copyIn, copyOut, intIn, intOut, wordIn } from '../memory/user.ts';
import { type Instruction, MAX_INSTRUCTIONS } from '../task/bpf.ts';
import { ACTION, AUDIT_ARCH, SeccompFilter } from '../task/seccomp.ts';
import { type AskedCall, CONTINUE, SeccompListener } from '../task/seccomp-listener.ts';
import type { Task } from '../task/task.ts';
import { O, RLIMIT } from '../uapi.ts';
import { anonymousInode } from '../vfs/anonymous.ts';
import { OpenFile } from '../vfs/file.ts';
import type { Call } from './call.ts';
import { install } from './open.ts';

const OP = { SET_MODE_STRICT: 0, SET_MODE_FILTER: 1, GET_ACTION_AVAIL: 2, GET_NOTIF_SIZES: 3 } as const;
const FLAG = { TSYNC: 1, LOG: 2, SPEC_ALLOW: 4, NEW_LISTENER: 8, TSYNC_ESRCH: 16, WAIT_KILLABLE_RECV: 32 } as const;
export const MODE = { DISABLED: 0, STRICT: 1, FILTER: 2 } as const;

/** struct sock_fprog. */
function programIn(t: Task, va: number): Instruction[] {
  const { space } = t.process;
  const length = intIn(space, va) & 0xffff;
  if (length === 0 || length > MAX_INSTRUCTIONS) fail(E.INVAL);
  const view = new DataView(copyIn(space, wordIn(space, va + 8), length * 8).buffer);
  return Array.from({ length }, (_, i) => ({
    code: view.getUint16(i * 8, true),
    jt: view.getUint8(i * 8 + 2),
    jf: view.getUint8(i * 8 + 3),
    k: view.getUint32(i * 8 + 4, true),
  }));
}

function strict(t: Task): number {
  if (t.seccomp) fail(E.INVAL);
  t.strict = true;
  return 0;
}

const KNOWN = Object.values(FLAG).reduce((all, flag) => all | flag, 0);

function filter(k: Kernel, t: Task, va: number, flags: number): number {
  const listens = (flags & FLAG.NEW_LISTENER) !== 0;
  if (flags & ~KNOWN) fail(E.INVAL);
  // What is returned would be either a descriptor or a thread.
  if (listens && flags & FLAG.TSYNC && !(flags & FLAG.TSYNC_ESRCH)) fail(E.INVAL);
  if (flags & FLAG.WAIT_KILLABLE_RECV && !listens) fail(E.INVAL);
  if (t.strict) fail(E.INVAL);
  const { credential, process } = t;
  if (!credential.noNewPrivileges && !credential.canHere('sys_admin')) fail(E.ACCES);
  const made = new SeccompFilter(t.seccomp, programIn(t, va), (flags & FLAG.LOG) !== 0);
  if (listens && t.seccomp?.anyListener) fail(E.BUSY);
  if (flags & FLAG.TSYNC) {
    // Threads that went ways of their own can't be brought in step.
    for (const other of process.threads) {
      let up: SeccompFilter | null = t.seccomp;
      while (up && up !== other.seccomp) up = up.before;
      if (other.strict || (other.seccomp && !up))
        return flags & FLAG.TSYNC_ESRCH ? fail(E.SRCH) : other.pid.in(t.namespaces.pid);
    }
    for (const other of process.threads) {
      other.seccomp = made;
      if (credential.noNewPrivileges) other.credential.noNewPrivileges = true;
    }
  }
  t.seccomp = made;
  if (!listens) return 0;
  const used = (task: Task): boolean => task.seccomp?.includes(made) ?? false;
  const listener = new SeccompListener(k, (flags & FLAG.WAIT_KILLABLE_RECV) !== 0, used);
  made.listener = listener;
  const inode = anonymousInode('anon', k.clock.coarse());
  return install(t, new OpenFile(listener, inode, null, O.RDWR), O.CLOEXEC);
}

const NOTIF = {
  RECV: 0xc050_2100,
  SEND: 0xc018_2101,
  ID_VALID: 0x4008_2102,
  ID_VALID_OLD: 0x8008_2102,
  ADDFD: 0x4018_2103,
} as const;
/** struct seccomp_notif, seccomp_notif_resp, seccomp_data. */
const SIZE = { notif: 80, response: 24, data: 64 } as const;
const CONTINUE_FLAG = 1;
const ADD = { SETFD: 1, SEND: 2 } as const;

/** Receives the oldest call that waits. */
function receive(k: Kernel, t: Task, listener: SeccompListener, va: number): number {
  const { space } = t.process;
  if (copyIn(space, va, SIZE.notif).some((byte) => byte !== 0)) fail(E.INVAL);
  const call = listener.next();
  if (!call) return listener.inUse ? k.sleep(t, [listener.queue]) : fail(E.NOENT);
  const bytes = new Uint8Array(SIZE.notif);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(call.id), true);
  view.setUint32(8, call.task.pid.in(t.namespaces.pid), true);
  view.setInt32(16, call.number, true);
  view.setUint32(20, AUDIT_ARCH, true);
  view.setBigUint64(24, BigInt(call.pc), true);
  call.args.forEach((word, i) => {
    view.setUint32(32 + i * 4, word, true);
  });
  copyOut(space, va, bytes);
  call.sent = true;
  listener.queue.wake();
  return 0;
}

/** The call of a number that the listener has. */
function received(listener: SeccompListener, id: number): AskedCall {
  const call = listener.calls.get(id) ?? fail(E.NOENT);
  return call.sent ? call : fail(E.INPROGRESS);
}

function send(t: Task, listener: SeccompListener, va: number): number {
  const { space } = t.process;
  const [id, value, error, flags] = [
    wordIn(space, va),
    wordIn(space, va + 8),
    intIn(space, va + 16),
    intIn(space, va + 20),
  ];
  if (flags & ~CONTINUE_FLAG || (flags && (error || value))) fail(E.INVAL);
  listener.decide(received(listener, id), flags ? CONTINUE : error || value);
  return 0;
}

/** Puts a file into the process whose call waits; with SEND its number is what the call returns. */
function addFile(t: Task, listener: SeccompListener, va: number): number {
  const { space, files } = t.process;
  const id = wordIn(space, va);
  const [flags, from, to, bits] = [8, 12, 16, 20].map((at) => intIn(space, va + at)) as [
    number,
    number,
    number,
    number,
  ];
  if (flags & ~(ADD.SETFD | ADD.SEND) || bits & ~O.CLOEXEC || (to && !(flags & ADD.SETFD))) fail(E.INVAL);
  const file = files.get(from);
  const call = received(listener, id);
  const { process } = call.task;
  const limit = process.limit(RLIMIT.NOFILE);
  if (flags & ADD.SETFD && (to < 0 || to >= limit)) fail(E.BADF);
  const cloexec = (bits & O.CLOEXEC) !== 0;
  if (flags & ADD.SETFD) process.files.put(to, file.hold(), cloexec);
  const number = flags & ADD.SETFD ? to : process.files.add(file.hold(), cloexec, limit);
  if (flags & ADD.SEND) listener.decide(call, number);
  return number;
}

/** ioctl(2) on a listener. */
export function listenerIoctl(k: Kernel, t: Task, listener: SeccompListener, request: number, va: number): number {
  switch (request) {
    case NOTIF.RECV:
      return receive(k, t, listener, va);
    case NOTIF.SEND:
      return send(t, listener, va);
    case NOTIF.ID_VALID:
    case NOTIF.ID_VALID_OLD:
      return listener.calls.get(wordIn(t.process.space, va))?.sent ? 0 : fail(E.NOENT);
    case NOTIF.ADDFD:
      return addFile(t, listener, va);
    default:
      return fail(E.INVAL);
  }
}

/** What filters may answer here. */
const AVAILABLE: readonly number[] = [
  ACTION.KILL_PROCESS,
  ACTION.KILL_THREAD,
  ACTION.TRAP,
  ACTION.ERRNO,
  ACTION.USER_NOTIF,
  ACTION.TRACE,
  ACTION.LOG,
  ACTION.ALLOW,
];

export const seccomp: Call = (k, t, operation, flags, va) => {
  switch (operation) {
    case OP.SET_MODE_STRICT:
      return flags || va ? fail(E.INVAL) : strict(t);
    case OP.SET_MODE_FILTER:
      return filter(k, t, va, flags);
    case OP.GET_ACTION_AVAIL:
      if (flags) fail(E.INVAL);
      return AVAILABLE.includes(intIn(t.process.space, va) >>> 0) ? 0 : fail(E.OPNOTSUPP);
    case OP.GET_NOTIF_SIZES:
      intOut(t.process.space, va, SIZE.notif | (SIZE.response << 16));
      intOut(t.process.space, va + 4, SIZE.data);
      return 0;
    default:
      return fail(E.INVAL);
  }
};

/** PR_SET_SECCOMP. */
export function setSeccomp(k: Kernel, t: Task, mode: number, va: number): number {
  if (mode === MODE.STRICT) return strict(t);
  return mode === MODE.FILTER ? filter(k, t, va, 0) : fail(E.INVAL);
}
