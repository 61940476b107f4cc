/** What seccomp makes of a call before it is served. */
import { E } from '../errno.ts';
import type { Kernel } from '../kernel.ts';
import { exitGroup, exitTask } from '../task/exit.ts';
import { ACTION, AUDIT_ARCH, actionOf, dataOf, STRICT_CALLS } from '../task/seccomp.ts';
import { SeccompListener } from '../task/seccomp-listener.ts';
import { sendFault } from '../task/signal.ts';
import type { Task } from '../task/task.ts';
import { EVENT, TRACE } from '../task/trace.ts';
import { SIG } from '../uapi.ts';
import { nameOf } from '../vfs/mount.ts';

/** It is served; or its result is this, BLOCKED while another decides; or the task goes on with nothing of it (a signal, its end). */
export type Judgement = 'serve' | 'nothing' | 'trace' | number;

/** si_code of SIGSYS. */
const SYS_SECCOMP = 1;
const MAX_ERRNO = 4095;

/** The audit record of AUDIT_SECCOMP. */
function tell(kernel: Kernel, task: Task, number: number, signal: number, verdict: number): void {
  const { process, credential } = task;
  const seconds = (kernel.clock.realtime() / 1000).toFixed(3);
  const exe = (process.exe && nameOf(process.exe, process.place.root)) ?? '(null)';
  kernel.say(
    `audit: type=1326 audit(${seconds}:${kernel.messages.length}): auid=4294967295 uid=${credential.uid} gid=${credential.gid} ses=4294967295 ` +
      `pid=${process.pid.in(kernel.pids)} comm="${task.name}" exe="${exe}" sig=${signal} arch=${AUDIT_ARCH.toString(16)} syscall=${number} compat=0 ` +
      `ip=0x${(kernel.machine.getPc() + 4).toString(16)} code=0x${actionOf(verdict).toString(16)}`,
  );
}

/** Asks the filters of a task about the call whose registers are on the machine. */
export function judge(kernel: Kernel, task: Task, number: number): Judgement {
  const { machine } = kernel;
  const { process, seccomp } = task;
  if (task.strict) {
    if (STRICT_CALLS.has(number)) return 'serve';
    tell(kernel, task, number, SIG.KILL, ACTION.KILL_THREAD);
    exitTask(kernel, task, SIG.KILL);
    return 'nothing';
  }
  if (!seccomp) return 'serve';
  const verdict = seccomp.judge(number, machine.getPc() + 4, machine.x);
  const action = actionOf(verdict);
  if (action === ACTION.ALLOW) return 'serve';
  if (seccomp.logs && action !== ACTION.LOG) tell(kernel, task, number, 0, verdict);
  switch (action) {
    case ACTION.LOG:
      tell(kernel, task, number, 0, verdict);
      return 'serve';
    case ACTION.ERRNO:
      return -Math.min(dataOf(verdict), MAX_ERRNO);
    case ACTION.TRACE: {
      const { trace } = task;
      if (!trace?.wants(TRACE.SECCOMP)) return -E.NOSYS;
      trace.event(EVENT.SECCOMP, dataOf(verdict));
      return 'trace';
    }
    case ACTION.USER_NOTIF: {
      const pc = machine.getPc() + 4;
      const listener = seccomp.asker(number, pc, machine.x)?.listener;
      if (!(listener instanceof SeccompListener) || listener.closed) return -E.NOSYS;
      task.progress = listener.ask(task, number, pc, machine.x);
      return kernel.sleep(task, []);
    }
    case ACTION.TRAP: {
      const address = machine.getPc() + 4;
      machine.setPc(address);
      sendFault(task, {
        signal: SIG.SYS,
        code: SYS_SECCOMP,
        address,
        call: { number, arch: AUDIT_ARCH, errno: dataOf(verdict) },
      });
      return 'nothing';
    }
    case ACTION.KILL_THREAD:
      tell(kernel, task, number, SIG.SYS, verdict);
      if (process.threads.size > 1) exitTask(kernel, task, SIG.SYS);
      else exitGroup(kernel, process, SIG.SYS | 0x80);
      return 'nothing';
    // What is none of these kills, as in the kernel.
    default:
      tell(kernel, task, number, SIG.SYS, verdict);
      exitGroup(kernel, process, SIG.SYS | 0x80);
      return 'nothing';
  }
}
