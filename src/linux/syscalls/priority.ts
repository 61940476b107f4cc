/** Calls on nice values (getpriority(2)); turns are shared by control groups' weights alone. */
import { E, fail } from '../errno.ts';
import type { Kernel } from '../kernel.ts';
import type { Process, Task } from '../task/task.ts';
import { RLIMIT } from '../uapi.ts';
import type { Call } from './call.ts';

const PRIO = { PROCESS: 0, PGRP: 1, USER: 2 } as const;

/** The processes that a call means. */
function chosen(k: Kernel, t: Task, which: number, who: number): Process[] {
  const { credential, namespaces, process } = t;
  const live = [...k.processes].filter((p) => p.status === null && p.pid.in(namespaces.pid) > 0 && p !== k.init);
  const uid = who === 0 ? credential.uid : credential.user.uids.toKernel(who >>> 0);
  let found: Process[];
  if (which === PRIO.PROCESS) found = who === 0 ? [process] : live.filter((p) => p.pid.in(namespaces.pid) === who);
  else if (which === PRIO.PGRP)
    found = live.filter((p) => (who === 0 ? p.group === process.group : p.group.in(namespaces.pid) === who));
  else if (which === PRIO.USER) found = live.filter((p) => p.leader.credential.uid === uid);
  else return fail(E.INVAL);
  return found.length ? found : fail(E.SRCH);
}

/** The system call's own form: 20 − nice, of the one that goes first. */
export const getpriority: Call = (k, t, which, who) =>
  Math.max(...chosen(k, t, which, who | 0).map((process) => 20 - process.nice));

export const setpriority: Call = (k, t, which, who, wanted) => {
  const nice = Math.max(-20, Math.min(19, wanted | 0));
  const { credential } = t;
  for (const process of chosen(k, t, which, who | 0)) {
    const other = process.leader.credential;
    const may = credential.canIn(other.user, 'sys_nice');
    if (other.uid !== credential.euid && other.euid !== credential.euid && !may) fail(E.PERM);
    if (nice < process.nice && 20 - nice > process.limit(RLIMIT.NICE) && !credential.can('sys_nice')) fail(E.ACCES);
    process.nice = nice;
  }
  return 0;
};
