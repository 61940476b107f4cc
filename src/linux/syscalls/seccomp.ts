/** seccomp(2) and its older form in prctl(2). */
import { E, fail } from '../errno.ts';
import { copyIn, intIn, intOut, wordIn } from '../memory/user.ts';
import { type Instruction, MAX_INSTRUCTIONS } from '../task/bpf.ts';
import { ACTION, SeccompFilter } from '../task/seccomp.ts';
import type { Task } from '../task/task.ts';
import type { Call } from './call.ts';

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

function filter(t: Task, va: number, flags: number): number {
  if (flags & ~(FLAG.TSYNC | FLAG.LOG | FLAG.SPEC_ALLOW | FLAG.TSYNC_ESRCH)) fail(E.INVAL);
  if (t.strict) fail(E.INVAL);
  const { credential, process } = t;
  if (!credential.noNewPrivileges && !credential.canHere('sys_admin')) fail(E.ACCES);
  const made = new SeccompFilter(t.seccomp, programIn(t, va), (flags & FLAG.LOG) !== 0);
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
  return 0;
}

/** What filters may answer here: nobody listens to USER_NOTIF, and TRACE has no tracer. */
const AVAILABLE: readonly number[] = [
  ACTION.KILL_PROCESS,
  ACTION.KILL_THREAD,
  ACTION.TRAP,
  ACTION.ERRNO,
  ACTION.TRACE,
  ACTION.LOG,
  ACTION.ALLOW,
];

export const seccomp: Call = (_k, t, operation, flags, va) => {
  switch (operation) {
    case OP.SET_MODE_STRICT:
      return flags || va ? fail(E.INVAL) : strict(t);
    case OP.SET_MODE_FILTER:
      return filter(t, va, flags);
    case OP.GET_ACTION_AVAIL:
      if (flags) fail(E.INVAL);
      return AVAILABLE.includes(intIn(t.process.space, va) >>> 0) ? 0 : fail(E.OPNOTSUPP);
    case OP.GET_NOTIF_SIZES:
      // struct seccomp_notif, seccomp_notif_resp, seccomp_data.
      intOut(t.process.space, va, 80 | (24 << 16));
      intOut(t.process.space, va + 4, 64);
      return 0;
    default:
      return fail(E.INVAL);
  }
};

/** PR_SET_SECCOMP. */
export function setSeccomp(t: Task, mode: number, va: number): number {
  if (mode === MODE.STRICT) return strict(t);
  return mode === MODE.FILTER ? filter(t, va, 0) : fail(E.INVAL);
}
