/** /proc: the system and its processes, as one PID namespace sees them (proc(5)). */
import type { Kernel } from '../kernel.ts';
import { PAGE } from '../machine.ts';
import { commitLimit, committed } from '../memory/commit.ts';
import { RELEASE } from '../syscalls/release.ts';
import type { PidNamespace } from '../task/pid.ts';
import type { Task } from '../task/task.ts';
import { type Node, NodeFs, text } from './nodes.ts';
import { taskNode } from './process.ts';
import { sysctlNode } from './sysctl.ts';
import { sysvIpc } from './sysvipc.ts';

const MAGIC = 0x9fa0;

function meminfo(kernel: Kernel): string {
  const kib = (pages: number): string => `${String((pages * PAGE) / 1024).padStart(8)} kB`;
  const { frames, caches } = kernel;
  const rows: [string, number][] = [
    ['MemTotal', frames.total],
    ['MemFree', frames.available],
    ['MemAvailable', frames.available + caches.size],
    ['Buffers', 0],
    ['Cached', caches.size],
    ['CommitLimit', commitLimit(kernel)],
    ['Committed_AS', committed(kernel)],
    ['SwapTotal', 0],
    ['SwapFree', 0],
  ];
  return rows.map(([key, pages]) => `${`${key}:`.padEnd(16)}${kib(pages)}\n`).join('');
}

function statText(kernel: Kernel): string {
  const ticks = Math.floor([...kernel.processes].reduce((sum, p) => sum + p.time, 0) / 1e7);
  const idle = Math.max(0, Math.floor(kernel.now() / 1e7) - ticks);
  const cpu = `${ticks} 0 0 ${idle} 0 0 0 0 0 0`;
  const boot = Math.floor((kernel.clock.realtime() - kernel.now() / 1e6) / 1000);
  const running = [...kernel.tasks].filter((t) => t.state === 'runnable').length;
  return `cpu  ${cpu}\ncpu0 ${cpu}\nctxt ${kernel.counts.switches}\nbtime ${boot}\nprocesses ${kernel.counts.forks}\nprocs_running ${running}\nprocs_blocked 0\n`;
}

const cpuinfo = (isa: string): string => `processor\t: 0\nhart\t\t: 0\nisa\t\t: ${isa}\nmmu\t\t: sv39\n\n`;

export function procFs(kernel: Kernel, ns: PidNamespace<Task>): NodeFs {
  const own = (): Task | null => kernel.current;
  const fixed: Readonly<Record<string, () => Node>> = {
    cmdline: () => text(() => '\n'),
    cpuinfo: () => text(() => cpuinfo(kernel.machine.isa)),
    filesystems: () =>
      text(() => ['proc', 'sysfs', 'tmpfs', 'devtmpfs', 'overlay', 'cgroup2'].map((t) => `nodev\t${t}\n`).join('')),
    loadavg: () => text(() => `0.00 0.00 0.00 1/${kernel.tasks.size} ${ns.newest}\n`),
    meminfo: () => text(() => meminfo(kernel)),
    mounts: () => ({ kind: 'link', target: () => 'self/mounts' }),
    net: () => ({ kind: 'link', target: () => 'self/net' }),
    self: () => ({ kind: 'link', target: () => String(own()?.process.pid.in(ns) ?? '') }),
    stat: () => text(() => statText(kernel)),
    sys: () => sysctlNode(kernel),
    sysvipc: () => sysvIpc(() => (own() ?? kernel.init.leader).namespaces.ipc),
    'thread-self': () => ({ kind: 'link', target: () => `${own()?.process.pid.in(ns)}/task/${own()?.pid.in(ns)}` }),
    uptime: () => text(() => `${((kernel.now() + (own()?.namespaces.time.boottime ?? 0)) / 1e9).toFixed(2)} 0.00\n`),
    version: () => text(() => `${RELEASE.system} version ${RELEASE.release} ${RELEASE.version}\n`),
  };
  const processes = (): string[] =>
    [...kernel.processes]
      .map((p) => p.pid.in(ns))
      .filter(Boolean)
      .sort((a, b) => a - b)
      .map(String);
  const root: Node = {
    kind: 'directory',
    names: () => [...processes(), ...Object.keys(fixed)],
    lookup: (name) => {
      if (Object.hasOwn(fixed, name)) return fixed[name]!();
      if (!/^[1-9]\d*$/.test(name)) return null;
      const task = ns.tasks.get(Number(name));
      return task ? taskNode(kernel, task, ns, true) : null;
    },
  };
  return new NodeFs('proc', MAGIC, () => kernel.clock.coarse(), root);
}
