/** Calls that wait for children, and for what is traced (wait(2), ptrace(2)). */
import { E, fail } from '../errno.ts';
import type { Kernel } from '../kernel.ts';
import { copyOut, intOut } from '../memory/user.ts';
import { reap } from '../task/exit.ts';
import { outcomeOf } from '../task/notify.ts';
import type { Pid } from '../task/pid.ts';
import { processOf } from '../task/pidfd.ts';
import { infoBytes } from '../task/signal.ts';
import { SI } from '../task/signals.ts';
import type { Process, Task } from '../task/task.ts';
import { SIG } from '../uapi.ts';
import type { Call } from './call.ts';

const W = { NOHANG: 1, UNTRACED: 2, EXITED: 4, CONTINUED: 8, NOWAIT: 0x0100_0000 } as const;

interface News {
  readonly pid: Pid<Task>;
  readonly process: Process;
  readonly status: number;
  /** It stands still for its tracer. */
  readonly trapped: boolean;
  /** Takes it, so that it is not told again. */
  take(): void;
}

type Matches = (pid: Pid<Task>, process: Process) => boolean;

/** What is traced has something to tell, or null. */
function lookAtTraced(process: Process, matches: Matches): { news: News | null; any: boolean } {
  let any = false;
  for (const ghost of process.ghosts) {
    if (!matches(ghost.pid, ghost.process)) continue;
    const take = (): void => void process.ghosts.splice(process.ghosts.indexOf(ghost), 1);
    return { news: { ...ghost, trapped: false, take }, any: true };
  }
  for (const task of process.tracees) {
    if (!matches(task.pid, task.process)) continue;
    any = true;
    const { trace } = task;
    if (!trace?.stop || trace.told) continue;
    const take = (): void => {
      trace.told = true;
    };
    const news = { pid: task.pid, process: task.process, status: (trace.stop.status << 8) | 0x7f, trapped: true, take };
    return { news, any };
  }
  return { news: null, any };
}

/** A child, or what is traced, that has something to tell, or null; ECHILD where there is none to wait for. */
function look(kernel: Kernel, task: Task, matches: Matches, options: number): News | null {
  const { process } = task;
  const traced = lookAtTraced(process, matches);
  if (traced.news) return traced.news;
  let { any } = traced;
  for (const child of process.children) {
    if (!matches(child.pid, child)) continue;
    any = true;
    const about = { pid: child.pid, process: child, trapped: false };
    const take = (): void => {
      child.report = 'none';
    };
    if (child.status !== null) {
      if (options & W.EXITED) return { ...about, status: child.status, take: () => collect(kernel, process, child) };
      continue;
    }
    // Its stops are told as those of what is traced.
    if (child.leader?.trace?.tracer === process) continue;
    if (child.report === 'stopped' && options & W.UNTRACED)
      return { ...about, status: (child.stopped << 8) | 0x7f, take };
    if (child.report === 'continued' && options & W.CONTINUED) return { ...about, status: 0xffff, take };
  }
  return any ? null : fail(E.CHILD);
}

function collect(kernel: Kernel, process: Process, child: Process): void {
  process.childTime += child.time + child.childTime;
  reap(kernel, child);
}

/** struct rusage: user time, and the page faults. */
export function usageBytes(ns: number, faults: number, resident: number): Uint8Array {
  const words = new BigInt64Array(18);
  words[0] = BigInt(Math.floor(ns / 1e9));
  words[1] = BigInt(Math.floor((ns % 1e9) / 1000));
  words[4] = BigInt(resident * 4);
  words[8] = BigInt(faults);
  return new Uint8Array(words.buffer);
}

export const wait4: Call = (k, t, which, status, options, usage) => {
  const { process } = t;
  const ns = t.namespaces.pid;
  const pid = which | 0;
  const group = pid === 0 ? process.group : null;
  const matches: Matches = (p, c) => {
    if (pid > 0) return p.in(ns) === pid;
    if (pid === -1) return true;
    return group ? c.group === group : c.group.in(ns) === -pid;
  };
  const news = look(k, t, matches, (options & (W.UNTRACED | W.CONTINUED)) | W.EXITED);
  if (!news) return options & W.NOHANG ? 0 : k.sleep(t, [process.childExit]);
  const result = news.pid.in(ns);
  if (status) intOut(process.space, status, news.status);
  if (usage) copyOut(process.space, usage, usageBytes(news.process.time, news.process.minorFaults, 0));
  news.take();
  return result;
};

const P = { ALL: 0, PID: 1, PGID: 2, PIDFD: 3 } as const;

export const waitid: Call = (k, t, type, id, info, options, usage) => {
  const { process } = t;
  const ns = t.namespaces.pid;
  if (!(options & (W.EXITED | W.UNTRACED | W.CONTINUED)) || type > P.PIDFD) fail(E.INVAL);
  const wanted = type === P.PIDFD ? processOf(t, id) : null;
  const matches: Matches = (p, c) => {
    if (type === P.ALL) return true;
    if (wanted) return c === wanted;
    if (type === P.PID) return p.in(ns) === id;
    return id === 0 ? c.group === process.group : c.group.in(ns) === id;
  };
  const news = look(k, t, matches, options);
  if (!news) {
    if (!(options & W.NOHANG)) return k.sleep(t, [process.childExit]);
    if (info) copyOut(process.space, info, new Uint8Array(128));
    return 0;
  }
  const { status, pid, process: child } = news;
  const outcome = news.trapped ? { code: SI.CLD_TRAPPED, value: status >> 8 } : outcomeOf(status);
  if (info) copyOut(process.space, info, infoBytes({ signal: SIG.CHLD, pid: pid.in(ns), uid: 0, ...outcome }));
  if (usage) copyOut(process.space, usage, usageBytes(child.time, child.minorFaults, 0));
  if (!(options & W.NOWAIT)) news.take();
  return 0;
};
