/** The control groups as a file system (cgroup2): one table of files, which the host's own calls go through as well. */
import { E, fail } from '../errno.ts';
import type { Kernel } from '../kernel.ts';
import { PAGE } from '../machine.ts';
import { CONTROLLERS, type ControlGroup, type Controller } from '../task/cgroup.ts';
import { IO_LIMITS, type IoLimits } from '../task/cgroup-io.ts';
import { exitGroup } from '../task/exit.ts';
import { shrink } from '../task/oom.ts';
import { reclaim, reclaimTo } from '../task/reclaim.ts';
import type { Process } from '../task/task.ts';
import { SIG } from '../uapi.ts';
import { type Node, NodeFs } from './nodes.ts';

const CGROUP2 = 0x6367_7270;

const show = (n: number): string => `${Number.isFinite(n) ? Math.floor(n) : 'max'}\n`;

const lines = (rows: Readonly<Record<string, number>>): string =>
  Object.entries(rows)
    .map(([key, value]) => `${key} ${Math.floor(value)}\n`)
    .join('');

/** "max" or a whole number; with `bytes` it may have a binary unit, and is rounded down to pages. */
function parse(word: string, bytes = false): number {
  if (word === 'max') return Number.POSITIVE_INFINITY;
  const match = /^(\d+)([kmgt]?)$/i.exec(word) ?? fail(E.INVAL);
  if (match[2] && !bytes) fail(E.INVAL);
  const value = Number(match[1]) * ({ k: 2 ** 10, m: 2 ** 20, g: 2 ** 30, t: 2 ** 40 }[match[2]!.toLowerCase()] ?? 1);
  return bytes ? Math.floor(value / PAGE) * PAGE : value;
}

function bool(word: string): boolean {
  if (word !== '0' && word !== '1') fail(E.INVAL);
  return word === '1';
}

function cpuMax(group: ControlGroup, line: string): void {
  const [quota = '', length] = line.split(/\s+/);
  const limit = parse(quota);
  const period = length === undefined ? group.cpu.max.period : parse(length);
  if (limit < 1000 || period < 1000 || period > 1_000_000) fail(E.INVAL);
  group.cpu.max = { quota: limit, period };
}

function weight(group: ControlGroup, word: string): void {
  const value = parse(word);
  if (value < 1 || value > 10_000) fail(E.RANGE);
  group.fair.weight = value;
}

const ioStat = (group: ControlGroup): string =>
  Array.from(
    group.io.stats,
    ([device, s]) => `${device} rbytes=${s.rbytes} wbytes=${s.wbytes} rios=${s.rios} wios=${s.wios} dbytes=0 dios=0\n`,
  ).join('');

const ioMaxText = (group: ControlGroup): string =>
  Array.from(
    group.io.limits,
    ([device, limits]) => `${device} ${IO_LIMITS.map((key) => `${key}=${show(limits[key]).trim()}`).join(' ')}\n`,
  ).join('');

/** `major:minor key=value ...` */
function ioMax(group: ControlGroup, line: string): void {
  const [device = '', ...rows] = line.split(/\s+/);
  if (!/^\d+:\d+$/.test(device) || !rows.length) fail(E.INVAL);
  const free = Number.POSITIVE_INFINITY;
  const limits: IoLimits = { rbps: free, wbps: free, riops: free, wiops: free, ...group.io.limits.get(device) };
  for (const row of rows) {
    const [key, value = ''] = row.split('=');
    const which = IO_LIMITS.find((k) => k === key) ?? fail(E.INVAL);
    limits[which] = parse(value) || fail(E.RANGE);
  }
  if (IO_LIMITS.every((key) => limits[key] === free)) group.io.limits.delete(device);
  else group.io.limits.set(device, limits);
}

const processesOf = (group: ControlGroup): Process[] => [...(group.members as Set<Process>)];

/** Numbers as the reader sees them; who is in no namespace of the reader's is 0. */
const numbers = (kernel: Kernel, group: ControlGroup, threads: boolean): string => {
  const ns = kernel.current?.namespaces.pid ?? kernel.pids;
  return processesOf(group)
    .flatMap((p) => (threads ? [...p.threads].map((t) => t.pid.in(ns)) : [p.pid.in(ns)]))
    .map((n) => `${n}\n`)
    .join('');
};

/** Moves a process. What it has charged stays where it was. */
export function moveProcess(process: Process, group: ControlGroup): void {
  // A group with processes has no controllers for groups below, but for the root (no internal processes).
  if (group.parent && group.subtree.size) fail(E.BUSY);
  const from = process.cgroup;
  if (from === group) return;
  from.moveTasks(group, process.threads.size);
  from.members.delete(process);
  process.cgroup = group;
  process.space.owner = group;
  group.members.add(process);
}

function enter(kernel: Kernel, group: ControlGroup, word: string): void {
  if (!/^\d+$/.test(word)) fail(E.INVAL);
  const task = kernel.current ?? kernel.init.leader;
  const number = Number(word);
  const process = number === 0 ? task.process : (task.namespaces.pid.tasks.get(number)?.process ?? fail(E.SRCH));
  const { root } = task.namespaces.cgroup;
  if (!root.contains(process.cgroup) || !root.contains(group)) fail(E.NOENT);
  if (process.status !== null) fail(E.SRCH);
  moveProcess(process, group);
}

function subtreeControl(group: ControlGroup, line: string): void {
  for (const word of line.split(/\s+/).filter(Boolean)) {
    const controller = CONTROLLERS.find((c) => c === word.slice(1)) ?? fail(E.INVAL);
    if (!group.has(controller)) fail(E.NOENT);
    if (word[0] === '+') {
      if (group.parent && group.members.size) fail(E.BUSY);
      group.subtree.add(controller);
    } else if (word[0] === '-') {
      for (const child of group.children.values()) if (child.subtree.has(controller)) fail(E.BUSY);
      group.subtree.delete(controller);
    } else fail(E.INVAL);
  }
}

/** Ends everybody in a group and below. */
export function killGroup(kernel: Kernel, group: ControlGroup): void {
  for (const g of group.down()) for (const process of processesOf(g)) exitGroup(kernel, process, SIG.KILL);
}

/** Freezes a group with all below it, or lets it go on. */
export function freezeGroup(kernel: Kernel, group: ControlGroup, on: boolean): void {
  group.freeze(on);
  if (on) return;
  for (const task of kernel.tasks) if (group.contains(task.process.cgroup)) task.wake();
}

interface ControlFile {
  readonly name: string;
  /** What has to be enabled for it; null: it is always there. */
  readonly controller: Controller | null;
  /** Whether the root of the tree has it too. */
  readonly root?: true;
  read?(group: ControlGroup, kernel: Kernel): string;
  write?(group: ControlGroup, line: string, kernel: Kernel): void;
}

const joinedNames = (names: Iterable<string>): string => `${[...names].sort().join(' ')}\n`;

const FILES: readonly ControlFile[] = [
  {
    name: 'cgroup.controllers',
    controller: null,
    root: true,
    read: (g) => joinedNames(CONTROLLERS.filter((c) => g.has(c))),
  },
  {
    name: 'cgroup.events',
    controller: null,
    read: (g) => lines({ populated: g.tasks > 0 ? 1 : 0, frozen: g.frozen ? 1 : 0 }),
  },
  {
    name: 'cgroup.freeze',
    controller: null,
    read: (g) => `${g.freezing ? 1 : 0}\n`,
    write: (g, word, kernel) => freezeGroup(kernel, g, bool(word)),
  },
  {
    name: 'cgroup.kill',
    controller: null,
    write: (g, word, kernel) => (bool(word) ? killGroup(kernel, g) : fail(E.RANGE)),
  },
  {
    name: 'cgroup.max.depth',
    controller: null,
    root: true,
    read: (g) => show(g.maxDepth),
    write: (g, word) => {
      g.maxDepth = parse(word);
    },
  },
  {
    name: 'cgroup.max.descendants',
    controller: null,
    root: true,
    read: (g) => show(g.maxDescendants),
    write: (g, word) => {
      g.maxDescendants = parse(word);
    },
  },
  {
    name: 'cgroup.procs',
    controller: null,
    root: true,
    read: (g, kernel) => numbers(kernel, g, false),
    write: (g, word, kernel) => enter(kernel, g, word),
  },
  {
    name: 'cgroup.stat',
    controller: null,
    root: true,
    read: (g) => lines({ nr_descendants: g.descendants, nr_dying_descendants: 0 }),
  },
  {
    name: 'cgroup.subtree_control',
    controller: null,
    root: true,
    read: (g) => joinedNames(g.subtree),
    write: subtreeControl,
  },
  { name: 'cgroup.threads', controller: null, root: true, read: (g, kernel) => numbers(kernel, g, true) },
  { name: 'cgroup.type', controller: null, read: () => 'domain\n' },
  {
    name: 'cpu.max',
    controller: 'cpu',
    read: ({ cpu: { max } }) => `${show(max.quota).trim()} ${max.period}\n`,
    write: cpuMax,
  },
  {
    name: 'cpu.stat',
    controller: null,
    root: true,
    read: ({ cpu }) =>
      lines({
        usage_usec: cpu.usage / 1000,
        user_usec: cpu.usage / 1000,
        system_usec: 0,
        nr_periods: cpu.periods,
        nr_throttled: cpu.throttledPeriods,
        throttled_usec: cpu.throttled / 1000,
        nr_bursts: 0,
        burst_usec: 0,
      }),
  },
  { name: 'cpu.weight', controller: 'cpu', read: (g) => show(g.fair.weight), write: weight },
  { name: 'io.max', controller: 'io', read: ioMaxText, write: ioMax },
  { name: 'io.stat', controller: 'io', root: true, read: ioStat },
  { name: 'memory.current', controller: 'memory', read: (g) => show(g.bytes) },
  {
    name: 'memory.events',
    controller: 'memory',
    read: ({ memoryEvents: e }) =>
      lines({ low: e.low, high: e.high, max: e.max, oom: e.oom, oom_kill: e.oomKill, oom_group_kill: e.oomGroupKill }),
  },
  {
    name: 'memory.high',
    controller: 'memory',
    read: (g) => show(g.memoryHigh),
    write: (g, word, kernel) => {
      g.memoryHigh = parse(word, true);
      reclaimTo(kernel, g, g.memoryHigh);
    },
  },
  {
    name: 'memory.low',
    controller: 'memory',
    read: (g) => show(g.memoryLow),
    write: (g, word) => {
      g.memoryLow = parse(word, true);
    },
  },
  {
    name: 'memory.max',
    controller: 'memory',
    read: (g) => show(g.memoryMax),
    write: (g, word, kernel) => {
      g.memoryMax = parse(word, true);
      shrink(kernel, g);
    },
  },
  {
    name: 'memory.min',
    controller: 'memory',
    read: (g) => show(g.memoryMin),
    write: (g, word) => {
      g.memoryMin = parse(word, true);
    },
  },
  {
    name: 'memory.oom.group',
    controller: 'memory',
    read: (g) => `${g.oomGroup ? 1 : 0}\n`,
    write: (g, word) => {
      g.oomGroup = bool(word);
    },
  },
  {
    name: 'memory.reclaim',
    controller: 'memory',
    root: true,
    write: (g, word, kernel) => {
      const wanted = parse(word, true) / PAGE;
      if (reclaim(kernel, g, wanted) < wanted) fail(E.AGAIN);
    },
  },
  { name: 'memory.peak', controller: 'memory', read: (g) => show(g.peakBytes) },
  {
    name: 'memory.stat',
    controller: 'memory',
    root: true,
    read: ({ kinds, pageFaults }) =>
      lines({
        anon: kinds.anon * PAGE,
        file: (kinds.shmem + kinds.file) * PAGE,
        shmem: kinds.shmem * PAGE,
        inactive_file: kinds.file * PAGE,
        pgfault: pageFaults,
        pgmajfault: 0,
      }),
  },
  { name: 'memory.swap.current', controller: 'memory', read: () => '0\n' },
  { name: 'memory.swap.max', controller: 'memory', read: () => '0\n' },
  { name: 'pids.current', controller: 'pids', read: (g) => show(g.tasks) },
  { name: 'pids.events', controller: 'pids', read: (g) => lines({ max: g.pidsRefused }) },
  {
    name: 'pids.max',
    controller: 'pids',
    read: (g) => show(g.pidsMax),
    write: (g, word) => {
      g.pidsMax = parse(word);
    },
  },
  { name: 'pids.peak', controller: 'pids', read: (g) => show(g.pidsPeak) },
];

const BY_NAME: ReadonlyMap<string, ControlFile> = new Map(FILES.map((row) => [row.name, row]));

const isThere = (row: ControlFile, group: ControlGroup): boolean =>
  (group.parent !== null || row.root === true) && (row.controller === null || group.has(row.controller));

/** Writes to a file of a group, from outside. Fails as the write would. */
export function writeControl(kernel: Kernel, group: ControlGroup, name: string, line: string): void {
  const row = BY_NAME.get(name);
  if (!row || !isThere(row, group)) fail(E.NOENT);
  if (!row.write) fail(E.ACCES);
  row.write(group, line.trim(), kernel);
}

/** Reads a file of a group, from outside. */
export function readControl(kernel: Kernel, group: ControlGroup, name: string): string {
  const row = BY_NAME.get(name);
  if (!row?.read || !isThere(row, group)) fail(E.NOENT);
  return row.read(group, kernel);
}

function fileNode(kernel: Kernel, group: ControlGroup, row: ControlFile): Node {
  const { read, write } = row;
  return {
    kind: 'text',
    mode: (read ? 0o444 : 0) | (write ? 0o200 : 0),
    read: () => (read ? read(group, kernel) : fail(E.INVAL)),
    ...(write && { write: (line: string) => write(group, line.trim(), kernel) }),
  };
}

function groupNode(kernel: Kernel, group: ControlGroup): Node {
  return {
    kind: 'directory',
    mode: 0o755,
    of: group,
    names: () => [...FILES.filter((row) => isThere(row, group)).map((row) => row.name), ...group.children.keys()],
    lookup: (name) => {
      const row = BY_NAME.get(name);
      if (row) return isThere(row, group) ? fileNode(kernel, group, row) : null;
      const child = group.children.get(name);
      return child ? groupNode(kernel, child) : null;
    },
    make: (name) => void (BY_NAME.has(name) ? fail(E.EXIST) : group.makeChild(name)),
    remove: (name) => group.removeChild(name),
  };
}

/** The tree of control groups below one (cgroup2). */
export const cgroupFs = (kernel: Kernel, root: ControlGroup): NodeFs =>
  new NodeFs('cgroup2', CGROUP2, () => kernel.clock.coarse(), groupNode(kernel, root));
