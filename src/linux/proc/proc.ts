/** /proc: the system and its processes, as one PID namespace sees them (proc(5)). */
import type { Kernel } from '../kernel.ts';
import { PAGE } from '../machine.ts';
import { INOTIFY_LIMITS } from '../syscalls/inotify.ts';
import { RELEASE } from '../syscalls/release.ts';
import type { PidNamespace } from '../task/pid.ts';
import type { Task } from '../task/task.ts';
import { netSysctl, networkOf } from './net.ts';
import { directory, type Node, NodeFs, text } from './nodes.ts';
import { taskNode } from './process.ts';
import { IPC_SYSCTLS, sysvIpc } from './sysvipc.ts';

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

const CPUINFO =
  'processor\t: 0\nhart\t\t: 0\nisa\t\t: rv64imafdc_zicbom_zicboz_zicntr_zicsr_zifencei_zba_zbb_zbs\nmmu\t\t: sv39\n\n';

function uuid(kernel: Kernel): string {
  const b = new Uint8Array(16);
  kernel.random(b);
  b[6] = (b[6]! & 0x0f) | 0x40;
  b[8] = (b[8]! & 0x3f) | 0x80;
  const h = Array.from(b, (x) => x.toString(16).padStart(2, '0')).join('');
  return `${h.slice(0, 8)}-${h.slice(8, 12)}-${h.slice(12, 16)}-${h.slice(16, 20)}-${h.slice(20)}\n`;
}

/** The sysctls that programs look at. */
function sysctl(kernel: Kernel): Node {
  const uts = (): Task['namespaces']['uts'] | undefined => kernel.current?.namespaces.uts;
  return directory({
    fs: () =>
      directory({
        'file-max': () => text(() => '9223372036854775807\n'),
        inotify: () =>
          directory(
            Object.fromEntries(Object.entries(INOTIFY_LIMITS).map(([name, n]) => [name, () => text(() => `${n}\n`)])),
          ),
        'pipe-max-size': () => text(() => '1048576\n'),
      }),
    kernel: () =>
      directory({
        cap_last_cap: () => text(() => '40\n'),
        hostname: () => text(() => `${uts()?.host ?? kernel.hostName}\n`),
        ngroups_max: () => text(() => '65536\n'),
        ...Object.fromEntries(
          Object.entries(IPC_SYSCTLS).map(([name, value]) => [name, () => text(() => `${value}\n`)]),
        ),
        osrelease: () => text(() => `${RELEASE.release}\n`),
        ostype: () => text(() => `${RELEASE.system}\n`),
        overflowuid: () => text(() => '65534\n'),
        pid_max: () => text(() => '4194304\n'),
        random: () => directory({ boot_id: () => text(() => uuid(kernel)), uuid: () => text(() => uuid(kernel)) }),
        version: () => text(() => `${RELEASE.version}\n`),
      }),
    net: () => netSysctl(() => networkOf(kernel)),
    vm: () => directory({ max_map_count: () => text(() => '65530\n'), overcommit_memory: () => text(() => '1\n') }),
  });
}

export function procFs(kernel: Kernel, ns: PidNamespace<Task>): NodeFs {
  const own = (): Task | null => kernel.current;
  const fixed: Readonly<Record<string, () => Node>> = {
    cmdline: () => text(() => '\n'),
    cpuinfo: () => text(() => CPUINFO),
    filesystems: () =>
      text(() => ['proc', 'sysfs', 'tmpfs', 'devtmpfs', 'overlay', 'cgroup2'].map((t) => `nodev\t${t}\n`).join('')),
    loadavg: () => text(() => `0.00 0.00 0.00 1/${kernel.tasks.size} ${ns.newest}\n`),
    meminfo: () => text(() => meminfo(kernel)),
    mounts: () => ({ kind: 'link', target: () => 'self/mounts' }),
    net: () => ({ kind: 'link', target: () => 'self/net' }),
    self: () => ({ kind: 'link', target: () => String(own()?.process.pid.in(ns) ?? '') }),
    stat: () => text(() => statText(kernel)),
    sys: () => sysctl(kernel),
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
