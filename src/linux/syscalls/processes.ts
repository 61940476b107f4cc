/** Calls on processes and threads: clone, exec, exit, groups and sessions, limits. */

import { E, fail } from '../errno.ts';
import { type Kernel, REGISTERS_SET } from '../kernel.ts';
import { PAGE } from '../machine.ts';
import { copyIn, copyOut, intIn, intOut, stringIn, stringsIn, wordIn, wordOut } from '../memory/user.ts';
import { NodeInode } from '../proc/nodes.ts';
import { ControlGroup } from '../task/cgroup.ts';
import { CAPABILITIES } from '../task/credential.ts';
import { execute } from '../task/exec.ts';
import { exitGroup, exitTask } from '../task/exit.ts';
import { type CloneRequest, cloneTask, demandNamespaces, NAMESPACE_FLAGS, newNamespaces } from '../task/fork.ts';
import { pidfdOf } from '../task/pidfd.ts';
import type { Limit, Process, Task } from '../task/task.ts';
import { EVENT, TRACE } from '../task/trace.ts';
import { AT, CLONE, O, RLIMITS, SIG, SIGNALS, UNLIMITED } from '../uapi.ts';
import { demand, MAY } from '../vfs/walk.ts';
import type { Call } from './call.ts';
import { install } from './open.ts';
import { pathAt } from './paths.ts';
import { MODE, setSeccomp } from './seccomp.ts';
import { traceClone, traceExit } from './trace.ts';
import { usageBytes } from './wait.ts';

/** Arguments and environment together may take so much (a quarter of the stack, as Linux has it). */
const ARGUMENTS = 2 * 2 ** 20;

/** Where CLONE_PIDFD puts its descriptor, besides. */
type SpawnRequest = CloneRequest & { readonly pidfd: number };

function spawn(kernel: Kernel, task: Task, request: SpawnRequest): number {
  // A parent that waited for its vfork child is here again.
  if (task.progress instanceof VforkWait) {
    const { child, pid } = task.progress;
    if (child.vforking) return kernel.sleep(task, [child.vforkDone]);
    if (task.trace?.wants(TRACE.VFORK_DONE)) task.trace.event(EVENT.VFORK_DONE, pid);
    return pid;
  }
  const { flags } = request;
  if (flags & CLONE.PIDFD && flags & (CLONE.THREAD | CLONE.DETACHED)) fail(E.INVAL);
  const child = cloneTask(kernel, task, request);
  const pid = child.pid.in(task.namespaces.pid);
  if (flags & CLONE.PIDFD)
    intOut(task.process.space, request.pidfd, install(task, pidfdOf(kernel, child.process), O.CLOEXEC));
  const kind = request.exitSignal === SIG.CHLD ? EVENT.FORK : EVENT.CLONE;
  traceClone(task, child, request.flags & CLONE.VFORK ? EVENT.VFORK : kind);
  if (!(request.flags & CLONE.VFORK)) return pid;
  task.progress = new VforkWait(child.process, pid);
  return kernel.sleep(task, [child.process.vforkDone]);
}

class VforkWait {
  readonly child: Process;
  readonly pid: number;
  constructor(child: Process, pid: number) {
    this.child = child;
    this.pid = pid;
  }
}

export const clone: Call = (k, t, flags, stack, parentTid, tls, childTid) =>
  flags & CLONE.PIDFD && flags & CLONE.PARENT_SETTID
    ? fail(E.INVAL)
    : spawn(k, t, {
        flags: flags & ~0xff,
        exitSignal: flags & 0xff,
        stack,
        parentTid,
        childTid,
        tls,
        pidfd: parentTid,
      });

/** Of the high word: CLONE_CLEAR_SIGHAND, CLONE_INTO_CGROUP. */
const HIGH = { CLEAR_SIGHAND: 1, INTO_CGROUP: 2 } as const;
/** struct clone_args in its three versions. */
const CLONE_ARGS = { least: 64, known: 88 } as const;
/** Levels of PID namespaces. */
const MOST_NUMBERS = 32;

/** The numbers the child is to have, from the innermost namespace outwards. */
function numbersIn(t: Task, va: number, count: number): readonly number[] | undefined {
  if (count < 0 || count > MOST_NUMBERS || (va === 0) !== (count === 0)) fail(E.INVAL);
  return va ? Array.from({ length: count }, (_, i) => intIn(t.process.space, va + i * 4)) : undefined;
}

/** The control group of a descriptor, which the caller may put processes into. */
function groupOf(t: Task, fd: number): ControlGroup {
  const { inode, path } = t.process.files.get(fd);
  const node = inode instanceof NodeInode ? inode.node : null;
  const group = node?.kind === 'directory' && node.of instanceof ControlGroup ? node.of : fail(E.BADF);
  if (group.parent && group.parent.children.get(group.name) !== group) fail(E.NOENT);
  if (!t.namespaces.cgroup.root.contains(group)) fail(E.NOENT);
  if (path?.mount.flags.readOnly) fail(E.ROFS);
  demand(inode.lookup('cgroup.procs')!, t.credential.forFiles, MAY.write);
  return group;
}

export const clone3: Call = (k, t, va, size) => {
  if (size < CLONE_ARGS.least) fail(E.INVAL);
  if (
    size > PAGE ||
    copyIn(t.process.space, va, size)
      .subarray(CLONE_ARGS.known)
      .some((byte) => byte !== 0)
  )
    fail(E.TOOBIG);
  const word = (i: number): number => (i * 8 < size ? wordIn(t.process.space, va + i * 8) : 0);
  const all = word(0);
  const high = Math.floor(all / 2 ** 32);
  if (high < 0 || high > (HIGH.CLEAR_SIGHAND | HIGH.INTO_CGROUP)) fail(E.INVAL);
  const clearHandlers = (high & HIGH.CLEAR_SIGHAND) !== 0;
  const intoGroup = (high & HIGH.INTO_CGROUP) !== 0;
  const flags = all % 2 ** 32;
  const numbers = numbersIn(t, word(8), word(9));
  if (intoGroup && (size < CLONE_ARGS.known || word(10) < 0 || word(10) >= 2 ** 31)) fail(E.INVAL);
  if (flags & 0xff & ~CLONE.NEWTIME || (clearHandlers && flags & CLONE.SIGHAND)) fail(E.INVAL);
  if (word(4) < 0 || word(4) > 64) fail(E.INVAL);
  const [base, length] = [word(5), word(6)];
  return spawn(k, t, {
    flags,
    exitSignal: word(4),
    stack: base ? base + length : 0,
    parentTid: word(3),
    childTid: word(2),
    tls: word(7),
    pidfd: word(1),
    clearHandlers,
    ...(numbers && { numbers }),
    ...(intoGroup && { cgroup: groupOf(t, word(10)) }),
  });
};

export const execve: Call = (k, t, va, argv, envp) => execveat(k, t, AT.FDCWD, va, argv, envp, 0, 0);

export const execveat: Call = (k, t, fd, va, argv, envp, flags) => {
  const { space } = t.process;
  const name = stringIn(space, va);
  const path = pathAt(t, fd, va, flags);
  const args = stringsIn(space, argv, ARGUMENTS);
  const env = stringsIn(space, envp, ARGUMENTS);
  execute(k, t, path, name === '' ? `/dev/fd/${fd}` : name, args, env);
  return REGISTERS_SET;
};

export const exit: Call = (k, t, code) => {
  const shown = traceExit(k, t, (code & 0xff) << 8);
  if (shown !== null) return shown;
  exitTask(k, t, (code & 0xff) << 8);
  return REGISTERS_SET;
};

export const exitAll: Call = (k, t, code) => {
  const shown = traceExit(k, t, (code & 0xff) << 8);
  if (shown !== null) return shown;
  exitGroup(k, t.process, (code & 0xff) << 8);
  return REGISTERS_SET;
};

export const getpid: Call = (_k, t) => t.process.pid.in(t.namespaces.pid);
export const gettid: Call = (_k, t) => t.pid.in(t.namespaces.pid);
export const getppid: Call = (_k, t) => t.process.parent?.pid.in(t.namespaces.pid) ?? 0;

/** The process with a number as the caller sees it; 0 is the caller's own. */
export function processAt(t: Task, pid: number): Process {
  if (pid === 0) return t.process;
  return t.namespaces.pid.tasks.get(pid)?.process ?? fail(E.SRCH);
}

export const setpgid: Call = (k, t, pid, wanted) => {
  const process = processAt(t, pid);
  if (process !== t.process && process.parent !== t.process) fail(E.SRCH);
  if (wanted < 0) fail(E.INVAL);
  if (process !== t.process && process.execed) fail(E.ACCES);
  if (process.session !== t.process.session || process.session === process.pid) fail(E.PERM);
  const own = process.pid.in(t.namespaces.pid);
  if (wanted === 0 || wanted === own) {
    process.group = process.pid;
    return 0;
  }
  const member = [...k.processes].find((p) => p.group.in(t.namespaces.pid) === wanted && p.session === process.session);
  process.group = member?.group ?? fail(E.PERM);
  return 0;
};

export const getpgid: Call = (_k, t, pid) => processAt(t, pid).group.in(t.namespaces.pid);
export const getsid: Call = (_k, t, pid) => processAt(t, pid).session.in(t.namespaces.pid);

export const setsid: Call = (k, t) => {
  const { process } = t;
  if ([...k.processes].some((p) => p.group === process.pid)) fail(E.PERM);
  process.session = process.pid;
  process.group = process.pid;
  process.terminal = null;
  return process.pid.in(t.namespaces.pid);
};

export const setTidAddress: Call = (_k, t, va) => {
  t.clearTid = va;
  return t.pid.in(t.namespaces.pid);
};

export const setRobustList: Call = (_k, t, va, size) => {
  if (size !== 24) fail(E.INVAL);
  t.robustList = va;
  return 0;
};

export const getRobustList: Call = (_k, t, pid, head, length) => {
  const task = pid === 0 ? t : (t.namespaces.pid.tasks.get(pid) ?? fail(E.SRCH));
  wordOut(t.process.space, head, task.robustList);
  wordOut(t.process.space, length, 24);
  return 0;
};

/** struct timespec in nanoseconds. */
export function timeIn(t: Task, va: number): number {
  const [seconds, ns] = [wordIn(t.process.space, va), wordIn(t.process.space, va + 8)];
  if (seconds < 0 || ns < 0 || ns > 999_999_999) fail(E.INVAL);
  return seconds * 1e9 + ns;
}

const limitWord = (limit: number): number => (limit === UNLIMITED ? -1 : limit);
const limitOf = (word: number): number => (word < 0 ? UNLIMITED : word);

function setLimit(t: Task, process: Process, which: number, wanted: Limit): void {
  if (wanted.soft > wanted.hard) fail(E.INVAL);
  const now = process.limits[which]!;
  if (wanted.hard > now.hard && !t.credential.can('sys_resource')) fail(E.PERM);
  process.limits[which] = wanted;
  if (which === 9) process.space.limit = wanted.soft;
}

/** Another process's limits are those of all its ids' owner to see and to set. */
function demandSameUser(t: Task, process: Process): void {
  const [own, other] = [t.credential, process.leader?.credential];
  if (!other || own.canIn(other.user, 'sys_resource')) return;
  if (!other.belongsTo(own)) fail(E.PERM);
}

export const prlimit64: Call = (_k, t, pid, which, wanted, old) => {
  if (which < 0 || which >= RLIMITS.length) fail(E.INVAL);
  const process = processAt(t, pid);
  if (process !== t.process) demandSameUser(t, process);
  const { space } = t.process;
  const was = process.limits[which]!;
  if (wanted)
    setLimit(t, process, which, { soft: limitOf(wordIn(space, wanted)), hard: limitOf(wordIn(space, wanted + 8)) });
  if (old) {
    wordOut(space, old, limitWord(was.soft));
    wordOut(space, old + 8, limitWord(was.hard));
  }
  return 0;
};

export const getrlimit: Call = (k, t, which, out) => prlimit64(k, t, 0, which, 0, out, 0, 0);
export const setrlimit: Call = (k, t, which, wanted) => prlimit64(k, t, 0, which, wanted, 0, 0, 0);

export const getrusage: Call = (k, t, who, out) => {
  const { process } = t;
  const ns = who === -1 ? process.childTime : k.cpuTime(process);
  copyOut(process.space, out, usageBytes(ns, process.minorFaults, process.space.resident));
  return 0;
};

export const unshare: Call = (_k, t, flags) => {
  if (flags & ~(NAMESPACE_FLAGS | CLONE.FS | CLONE.FILES | CLONE.SIGHAND | CLONE.VM | CLONE.THREAD)) fail(E.INVAL);
  if (flags & (CLONE.NEWUSER | CLONE.THREAD) && t.process.threads.size > 1) fail(E.INVAL);
  demandNamespaces(t, flags);
  if (flags & CLONE.FILES && t.process.files.users > 1) {
    const own = t.process.files.copy();
    t.process.files.release();
    t.process.files = own;
  }
  if (flags & (CLONE.FS | CLONE.NEWNS)) t.process.place = { ...t.process.place };
  t.join(newNamespaces(t, t.credential, flags, t.process.place));
  return 0;
};

const PR = {
  SET_PDEATHSIG: 1,
  GET_PDEATHSIG: 2,
  GET_DUMPABLE: 3,
  SET_DUMPABLE: 4,
  GET_KEEPCAPS: 7,
  GET_SECCOMP: 21,
  SET_SECCOMP: 22,
  SET_KEEPCAPS: 8,
  SET_NAME: 15,
  GET_NAME: 16,
  CAPBSET_READ: 23,
  CAPBSET_DROP: 24,
  SET_CHILD_SUBREAPER: 36,
  GET_CHILD_SUBREAPER: 37,
  SET_NO_NEW_PRIVS: 38,
  GET_NO_NEW_PRIVS: 39,
  CAP_AMBIENT: 47,
  SET_VMA: 0x53564d41,
} as const;

const isCapability = (n: number): boolean => n >= 0 && n < CAPABILITIES.length;

export const prctl: Call = (k, t, option, a, b) => {
  const { credential, process } = t;
  switch (option) {
    case PR.SET_NAME: {
      const bytes = copyIn(process.space, a, 16);
      const end = bytes.indexOf(0);
      t.name = new TextDecoder().decode(bytes.subarray(0, end < 0 ? 15 : Math.min(end, 15)));
      return 0;
    }
    case PR.GET_NAME: {
      const bytes = new Uint8Array(16);
      bytes.set(new TextEncoder().encode(t.name).subarray(0, 15));
      copyOut(process.space, a, bytes);
      return 0;
    }
    case PR.GET_DUMPABLE:
      return process.dumpable ? 1 : 0;
    case PR.SET_DUMPABLE:
      if (a !== 0 && a !== 1) fail(E.INVAL);
      process.dumpable = a === 1;
      return 0;
    case PR.SET_PDEATHSIG:
      if (a < 0 || a > SIGNALS) fail(E.INVAL);
      process.deathSignal = a;
      return 0;
    case PR.GET_PDEATHSIG:
      intOut(process.space, a, process.deathSignal);
      return 0;
    case PR.SET_VMA:
      return 0;
    case PR.GET_SECCOMP:
      return t.strict ? MODE.STRICT : t.seccomp ? MODE.FILTER : MODE.DISABLED;
    case PR.SET_SECCOMP:
      return setSeccomp(k, t, a, b);
    case PR.GET_KEEPCAPS:
      return credential.keepCapabilities ? 1 : 0;
    case PR.SET_KEEPCAPS:
      credential.keepCapabilities = a !== 0;
      return 0;
    case PR.CAPBSET_READ:
      return !isCapability(a) ? fail(E.INVAL) : Number((credential.bounding >> BigInt(a)) & 1n);
    case PR.CAPBSET_DROP:
      if (!credential.canHere('setpcap')) fail(E.PERM);
      if (!isCapability(a)) fail(E.INVAL);
      credential.bounding &= ~(1n << BigInt(a));
      return 0;
    case PR.SET_CHILD_SUBREAPER:
      process.subreaper = a !== 0;
      return 0;
    case PR.GET_CHILD_SUBREAPER:
      intOut(process.space, a, process.subreaper ? 1 : 0);
      return 0;
    case PR.SET_NO_NEW_PRIVS:
      if (a !== 1) fail(E.INVAL);
      credential.noNewPrivileges = true;
      return 0;
    case PR.GET_NO_NEW_PRIVS:
      return credential.noNewPrivileges ? 1 : 0;
    case PR.CAP_AMBIENT:
      // PR_CAP_AMBIENT_IS_SET of none; the others would change what is empty.
      if (a !== 4 && !isCapability(b)) fail(E.INVAL);
      return a === 1 ? Number((credential.ambient >> BigInt(b)) & 1n) : a === 4 ? 0 : fail(E.PERM);
    default:
      return fail(E.INVAL);
  }
};
