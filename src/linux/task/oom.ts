/** Memory is at its limit: who is killed, and what the kernel says of it (mm/oom_kill.c, mm/memcontrol.c). */
import type { Kernel } from '../kernel.ts';
import { PAGE } from '../machine.ts';
import { SIG } from '../uapi.ts';
import type { ControlGroup } from './cgroup.ts';
import { exitGroup } from './exit.ts';
import { reclaimTo } from './reclaim.ts';
import type { Process } from './task.ts';

const UNKILLABLE = -1000;

/** Pages a process would give back, shifted by its oom_score_adj in thousandths of all there are. */
const badness = (p: Process, total: number): number =>
  p.space.resident + p.space.table.size + (p.oomScoreAdj * total) / 1000;

const kib = (pages: number): number => (pages * PAGE) / 1024;

/** A page for `process` can't be had: the worst of those that share the limit is killed. */
export function outOfMemory(kernel: Kernel, process: Process): void {
  freeMemory(kernel, process.cgroup.fullGroup(1), process);
}

/** memory.max was set below what is used: takes back what it can, then kills until it is not, or nobody is left. */
export function shrink(kernel: Kernel, group: ControlGroup): void {
  reclaimTo(kernel, group, group.memoryMax);
  while (group.bytes > group.memoryMax) if (!freeMemory(kernel, group, null)) return;
}

/** Returns whether somebody was killed. */
function freeMemory(kernel: Kernel, group: ControlGroup | null, cause: Process | null): boolean {
  const total = group && Number.isFinite(group.memoryMax) ? group.memoryMax / PAGE : kernel.frames.total;
  let victim: Process | null = null;
  for (const p of kernel.processes) {
    if (p.status !== null || p.exiting !== null || p.threads.size === 0 || p === kernel.init) continue;
    if (p.oomScoreAdj === UNKILLABLE || (group && !group.contains(p.cgroup))) continue;
    if (!victim || badness(p, total) > badness(victim, total)) victim = p;
  }
  if (cause) {
    const { name } = cause.leader;
    kernel.say(`${name} invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0, oom_score_adj=${cause.oomScoreAdj}`);
  }
  if (group) {
    group.memoryEvents.oom++;
    kernel.say(
      `memory: usage ${kib(group.pages)}kB, limit ${Number.isFinite(group.memoryMax) ? group.memoryMax / 1024 : 'max'}kB, failcnt ${group.memoryEvents.max}`,
    );
  }
  // Nobody may be killed: who asked has to go, or it would ask for ever.
  victim ??= cause;
  if (!victim) return false;
  kernel.counts.oomKills++;
  const victims = victim.cgroup.oomGroup ? membersOf(kernel, victim.cgroup) : [victim];
  if (victim.cgroup.oomGroup) victim.cgroup.memoryEvents.oomGroupKill++;
  for (const p of victims) kill(kernel, p, group);
  return true;
}

const membersOf = (kernel: Kernel, group: ControlGroup): Process[] =>
  [...kernel.processes].filter((p) => p.status === null && group.contains(p.cgroup));

function kill(kernel: Kernel, victim: Process, group: ControlGroup | null): void {
  for (const g of victim.cgroup.up()) g.memoryEvents.oomKill++;
  const pid = victim.pid.in(kernel.pids);
  const { leader, space } = victim;
  const { uid } = leader.credential;
  const where = group
    ? `CONSTRAINT_MEMCG,nodemask=(null),cpuset=/,mems_allowed=0,oom_memcg=${group.path}`
    : 'CONSTRAINT_NONE,nodemask=(null),cpuset=/,mems_allowed=0,global_oom';
  kernel.say(`oom-kill:constraint=${where},task_memcg=${victim.cgroup.path},task=${leader.name},pid=${pid},uid=${uid}`);
  const reason = group ? 'Memory cgroup out of memory' : 'Out of memory';
  kernel.say(
    `${reason}: Killed process ${pid} (${leader.name}) total-vm:${Math.round(space.size / 1024)}kB, anon-rss:${kib(space.resident)}kB, file-rss:0kB, shmem-rss:0kB, UID:${uid} pgtables:${kib(space.table.size)}kB oom_score_adj:${victim.oomScoreAdj}`,
  );
  exitGroup(kernel, victim, SIG.KILL);
}
