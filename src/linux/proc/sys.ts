/** /sys, as far as programs look: the control groups, and a processor. */
import { E, fail } from '../errno.ts';
import type { Kernel } from '../kernel.ts';
import { PAGE } from '../machine.ts';
import type { ControlGroup } from '../task/cgroup.ts';
import type { Process } from '../task/task.ts';
import { directory, type Node, NodeFs, text } from './nodes.ts';

const SYSFS = 0x6265_6572;
const CGROUP2 = 0x6367_7270;

export const sysFs = (kernel: Kernel): NodeFs =>
  new NodeFs(
    'sysfs',
    SYSFS,
    () => kernel.clock.realtime(),
    directory({
      devices: () =>
        directory({
          system: () =>
            directory({
              cpu: () =>
                directory({
                  online: () => text(() => '0\n'),
                  possible: () => text(() => '0\n'),
                  cpu0: () => directory({}),
                }),
            }),
        }),
      fs: () => directory({ cgroup: () => directory({}) }),
      kernel: () => directory({ mm: () => directory({}) }),
    }),
  );

const show = (n: number): string => (Number.isFinite(n) ? String(n) : 'max');

/** "max" or a number with a binary unit. */
function parse(word: string): number {
  const value = word.trim();
  if (value === 'max') return Number.POSITIVE_INFINITY;
  const match = /^(\d+)([kmg]?)$/i.exec(value) ?? fail(E.INVAL);
  return Number(match[1]) * ({ k: 2 ** 10, m: 2 ** 20, g: 2 ** 30 }[match[2]!.toLowerCase()] ?? 1);
}

function cpuMax(group: ControlGroup, line: string): void {
  const [quota, period] = line.trim().split(/\s+/);
  const limit = parse(quota ?? '');
  const length = period === undefined ? group.cpuMax.period : parse(period);
  if (limit < 1000 || length < 1000 || length > 1_000_000) fail(E.INVAL);
  group.cpuMax = { quota: limit, period: length };
}

const cpuStat = (g: ControlGroup): string =>
  Object.entries({
    usage_usec: g.usage / 1000,
    user_usec: g.usage / 1000,
    system_usec: 0,
    nr_periods: g.periods,
    nr_throttled: g.throttledPeriods,
    throttled_usec: g.throttled / 1000,
  })
    .map(([key, value]) => `${key} ${Math.floor(value)}\n`)
    .join('');

const members = (g: ControlGroup, kernel: Kernel): string =>
  [...(g.members as Set<Process>)].map((p) => `${p.pid.in(kernel.current?.namespaces.pid ?? kernel.pids)}\n`).join('');

/** Moves the process with this number into a group. */
function enter(kernel: Kernel, group: ControlGroup, line: string): void {
  const task = kernel.current ?? fail(E.SRCH);
  const number = Number(line.trim());
  const process = number === 0 ? task.process : (task.namespaces.pid.tasks.get(number)?.process ?? fail(E.SRCH));
  for (const _ of process.threads) {
    process.cgroup.addTask(-1);
    group.addTask(1);
  }
  process.cgroup.members.delete(process);
  process.cgroup = group;
  process.space.owner = group;
  group.members.add(process);
}

function groupNode(kernel: Kernel, group: ControlGroup, isRoot: boolean): Node {
  const limits: Record<string, () => Node> = {
    'cgroup.events': () => text(() => `populated ${group.tasks > 0 ? 1 : 0}\nfrozen 0\n`),
    'cpu.max': () =>
      text(
        () => `${show(group.cpuMax.quota)} ${group.cpuMax.period}\n`,
        (line) => cpuMax(group, line),
      ),
    'cpu.weight': () =>
      text(
        () => `${group.cpuWeight}\n`,
        (line) => {
          group.cpuWeight = Math.max(1, Math.min(10_000, parse(line)));
        },
      ),
    'memory.current': () => text(() => `${group.pages * PAGE}\n`),
    'memory.events': () =>
      text(
        () =>
          `low 0\nhigh 0\nmax ${group.memoryEvents.max}\noom ${group.memoryEvents.oom}\noom_kill ${group.memoryEvents.oomKill}\n`,
      ),
    'memory.max': () =>
      text(
        () => `${show(group.memoryMax)}\n`,
        (line) => {
          group.memoryMax = parse(line);
        },
      ),
    'memory.peak': () => text(() => `${group.peakPages * PAGE}\n`),
    'pids.current': () => text(() => `${group.tasks}\n`),
    'pids.events': () => text(() => `max ${group.pidsRefused}\n`),
    'pids.max': () =>
      text(
        () => `${show(group.pidsMax)}\n`,
        (line) => {
          group.pidsMax = parse(line);
        },
      ),
  };
  const files: Record<string, () => Node> = {
    'cgroup.controllers': () => text(() => 'cpu memory pids\n'),
    'cgroup.procs': () =>
      text(
        () => members(group, kernel),
        (line) => enter(kernel, group, line),
      ),
    'cgroup.subtree_control': () =>
      text(
        () => 'cpu memory pids\n',
        () => {},
      ),
    'cpu.stat': () => text(() => cpuStat(group)),
    ...(isRoot ? {} : limits),
  };
  return {
    kind: 'directory',
    mode: 0o755,
    names: () => [...Object.keys(files), ...group.children.keys()],
    lookup: (name) => {
      if (Object.hasOwn(files, name)) return files[name]!();
      const child = group.children.get(name);
      return child ? groupNode(kernel, child, false) : null;
    },
    make: (name) => void group.makeChild(name),
    remove: (name) => group.removeChild(name),
  };
}

/** The tree of control groups below one (cgroup2). */
export const cgroupFs = (kernel: Kernel, root: ControlGroup): NodeFs =>
  new NodeFs('cgroup2', CGROUP2, () => kernel.clock.realtime(), groupNode(kernel, root, root === kernel.cgroups));
