/** /proc/pid: what one process shows of itself (proc(5)). */

import { E, fail } from '../errno.ts';
import type { Kernel } from '../kernel.ts';
import { PAGE } from '../machine.ts';
import type { AddressSpace } from '../memory/space.ts';
import { copyIn } from '../memory/user.ts';
import type { Credential } from '../task/credential.ts';
import type { PidNamespace } from '../task/pid.ts';
import { bit } from '../task/signals.ts';
import type { Process, Task } from '../task/task.ts';
import { mayTrace } from '../task/tracing.ts';
import { PROT, RLIMITS } from '../uapi.ts';
import { Dentry, mountsOf, nameOf, type Path } from '../vfs/mount.ts';
import { idMapNode, setgroupsNode } from './id-map.ts';
import { MemoryKind } from './memory.ts';
import { NamespaceFile } from './namespace-file.ts';
import { netNode } from './net.ts';
import { directory, type Node, text } from './nodes.ts';
import { timeOffsetsNode } from './time-offsets.ts';

const hex = (n: number, digits = 0): string => n.toString(16).padStart(digits, '0');

/** One line an area, as in the kernel. */
export function mapsOf(space: AddressSpace): string {
  return space.areas
    .map((a) => {
      const flags = `${a.prot & PROT.READ ? 'r' : '-'}${a.prot & PROT.WRITE ? 'w' : '-'}${a.prot & PROT.EXEC ? 'x' : '-'}${a.shared ? 's' : 'p'}`;
      const head = `${hex(a.start)}-${hex(a.end)} ${flags} ${hex(a.pages ? a.first * PAGE : 0, 8)} 00:00 0`;
      return a.name ? `${head.padEnd(73)}${a.name}\n` : `${head}\n`;
    })
    .join('');
}

function memoryText(space: AddressSpace, start: number, end: number): string {
  try {
    return new TextDecoder('latin1').decode(copyIn(space, start, end - start));
  } catch {
    return '';
  }
}

const STATE = {
  runnable: 'R (running)',
  sleeping: 'S (sleeping)',
  stopped: 'T (stopped)',
  dead: 'Z (zombie)',
} as const;

const maskText = (mask: bigint): string => BigInt.asUintN(64, mask).toString(16).padStart(16, '0');

const leaderOf = (p: Process): Task | null => p.leader ?? null;
/** Of a thread of a process; a process that has ended has none. */
const stateOf = (p: Process, thread: Task | null): string => {
  const live = p.status === null ? thread : null;
  return live?.trace?.stop ? 't (tracing stop)' : STATE[live?.state ?? 'dead'];
};

function statusOf(task: Task, ns: PidNamespace<Task>, { user }: Credential): string {
  const p = task.process;
  const c = task.credential;
  const set = (pick: (handler: number) => boolean): bigint =>
    p.handlers.actions.reduce((mask, a, signal) => (signal && pick(a.handler) ? mask | bit(signal) : mask), 0n);
  const pending = (list: Task['pending']): string => maskText(list.reduce((m, q) => m | bit(q.signal), 0n));
  const kib = (pages: number): string => `${String(pages * 4).padStart(8)} kB`;
  const rows: [string, string | number][] = [
    ['Name', task.name],
    ['Umask', p.place.umask.toString(8).padStart(4, '0')],
    ['State', stateOf(p, task)],
    ['Tgid', p.pid.in(ns)],
    ['Ngid', 0],
    ['Pid', task.pid.in(ns)],
    ['PPid', p.parent?.pid.in(ns) ?? 0],
    ['TracerPid', task.trace?.tracer.pid.in(ns) ?? 0],
    ['Uid', [c.uid, c.euid, c.suid, c.fsuid].map((id) => user.shownUid(id)).join('\t')],
    ['Gid', [c.gid, c.egid, c.sgid, c.fsgid].map((id) => user.shownGid(id)).join('\t')],
    ['FDSize', 256],
    ['Groups', c.groups.map((id) => user.shownGid(id)).join(' ')],
    ['VmSize', kib(p.space.size / PAGE)],
    ['VmRSS', kib(p.space.resident)],
    ['VmPTE', kib(p.space.table.size)],
    ['Threads', p.threads.size],
    ['SigPnd', pending(task.pending)],
    ['ShdPnd', pending(p.pending)],
    ['SigBlk', maskText(task.mask)],
    ['SigIgn', maskText(set((h) => h === 1))],
    ['SigCgt', maskText(set((h) => h > 1))],
    ['CapInh', maskText(c.inheritable)],
    ['CapPrm', maskText(c.permitted)],
    ['CapEff', maskText(c.effective)],
    ['CapBnd', maskText(c.bounding)],
    ['CapAmb', maskText(c.ambient)],
    ['NoNewPrivs', c.noNewPrivileges ? 1 : 0],
    ['Seccomp', task.strict ? 1 : task.seccomp ? 2 : 0],
    ['Seccomp_filters', task.seccomp?.count ?? 0],
    ['Cpus_allowed', 1],
    ['Cpus_allowed_list', 0],
  ];
  return rows.map(([key, value]) => `${key}:\t${value}\n`).join('');
}

/** Of a process by its leader, or of one of its threads. */
function statOf(p: Process, ns: PidNamespace<Task>, thread: Task | null): string {
  const shown = thread ?? leaderOf(p);
  const ticks = (nanoseconds: number): number => Math.floor(nanoseconds / 1e7);
  const fields = [
    (thread ?? p).pid.in(ns),
    `(${shown?.name ?? ''})`,
    stateOf(p, shown)[0],
    p.parent?.pid.in(ns) ?? 0,
    p.group.in(ns),
    p.session.in(ns),
    p.terminal ? 0x8800 : 0,
    -1,
    0,
    p.minorFaults,
    0,
    0,
    0,
    ticks((thread ?? p).time),
    0,
    ticks(p.childTime),
    0,
    20 + p.nice,
    p.nice,
    p.threads.size,
    0,
    ticks(p.startedAt + (leaderOf(p)?.namespaces.time.boottime ?? 0)),
    p.space.size,
    p.space.resident,
    '18446744073709551615',
  ];
  return `${fields.join(' ')}${' 0'.repeat(52 - fields.length)}\n`;
}

const mountOptions = (flags: { readOnly: boolean; nosuid: boolean; nodev: boolean; noexec: boolean }): string =>
  [flags.readOnly ? 'ro' : 'rw', flags.nosuid && 'nosuid', flags.nodev && 'nodev', flags.noexec && 'noexec', 'relatime']
    .filter(Boolean)
    .join(',');

/** Mounts that can be seen from a process's root. */
function mounts(p: Process, task: Task): { name: string; mount: Path['mount'] }[] {
  return mountsOf(task.namespaces.mnt.root).flatMap((mount) => {
    const name = nameOf({ mount, dentry: mount.root }, p.place.root);
    return name === null ? [] : [{ name, mount }];
  });
}

const mountTable = (p: Process, task: Task): string =>
  mounts(p, task)
    .map(({ name, mount: m }) => `${m.source} ${name} ${m.fs.type} ${mountOptions(m.flags)} 0 0\n`)
    .join('');

const mountInfo = (p: Process, task: Task): string =>
  mounts(p, task)
    .map(({ name, mount: m }) => {
      const inside = nameOf({ mount: m, dentry: m.root }, { mount: m, dentry: m.root }) ?? '/';
      return `${m.id} ${m.parent?.id ?? m.id} 0:${m.fs.device} ${inside} ${name} ${mountOptions(m.flags)} - ${m.fs.type} ${m.source} ${m.flags.readOnly ? 'ro' : 'rw'}\n`;
    })
    .join('');

const showPath = (path: Path | null, viewer: Process): string => (path && nameOf(path, viewer.place.root)) ?? '';

const link = (viewer: () => Process, follow: () => Path | null): Node => ({
  kind: 'link',
  target: () => showPath(follow(), viewer()),
  follow,
});

function descriptorNode(p: Process, fd: number, viewer: () => Process): Node {
  const { file } = p.files.slot(fd);
  if (file.path) return link(viewer, () => file.path);
  const { type } = file.inode.fs;
  const prefix = type === 'pipefs' ? 'pipe' : type === 'sockfs' ? 'socket' : 'anon_inode';
  const name = `${prefix}:[${file.inode.ino}]`;
  const place = (): Path => ({ mount: viewer().place.root.mount, dentry: new Dentry(null, name, file.inode) });
  return { kind: 'link', target: () => name, follow: place };
}

function limitsOf(p: Process): string {
  const show = (n: number): string => (Number.isFinite(n) ? String(n) : 'unlimited');
  const rows = RLIMITS.map(
    ({ id, unit }, i) =>
      `${id.padEnd(26)}${show(p.limits[i]!.soft).padEnd(21)}${show(p.limits[i]!.hard).padEnd(21)}${unit.padEnd(10)}\n`,
  );
  return `${'Limit'.padEnd(26)}${'Soft Limit'.padEnd(21)}${'Hard Limit'.padEnd(21)}${'Units'.padEnd(10)}\n${rows.join('')}`;
}

/** Names under ns, and what stands behind them. */
const NAMESPACES = {
  cgroup: 'cgroup',
  ipc: 'ipc',
  mnt: 'mnt',
  net: 'net',
  pid: 'pid',
  pid_for_children: 'pidForChildren',
  time: 'time',
  time_for_children: 'timeForChildren',
  user: 'user',
  uts: 'uts',
} as const;

function namespaceNode(task: Task, name: keyof typeof NAMESPACES, viewer: () => Process): Node {
  const file = new NamespaceFile(name.replace('_for_children', ''), task.namespaces[NAMESPACES[name]]);
  return {
    kind: 'link',
    target: () => file.name,
    follow: () => ({ mount: viewer().place.root.mount, dentry: file.entry() }),
  };
}

const namesOf = <T extends object>(table: T): (keyof T & string)[] => Object.keys(table) as (keyof T & string)[];

function setOomScore(kernel: Kernel, p: Process, line: string): void {
  const value = Number(line.trim() || Number.NaN);
  if (!Number.isInteger(value) || value < -1000 || value > 1000) fail(E.INVAL);
  if (value < p.oomScoreAdj && !kernel.current?.credential.can('sys_resource')) fail(E.ACCES);
  p.oomScoreAdj = value;
}

/** The directory of one thread, or of a process by its leader. */
export function taskNode(kernel: Kernel, task: Task, ns: PidNamespace<Task>, withThreads: boolean): Node {
  const p = task.process;
  const viewer = (): Process => kernel.current?.process ?? p;
  const { args } = p.space;
  const live = p.status === null;
  const { euid: uid, egid: gid } = task.credential;
  /** What only who may trace it sees. */
  const demandTrace = (): void => {
    if (kernel.current && !mayTrace(kernel.current, task)) fail(E.ACCES);
  };
  const guarded = (place: () => Path | null): Node =>
    link(viewer, () => {
      demandTrace();
      return place();
    });
  const entries: Readonly<Record<string, () => Node>> = {
    cgroup: () => text(() => `0::${p.cgroup.pathFrom((kernel.current ?? task).namespaces.cgroup.root)}\n`),
    cmdline: () => text(() => (live ? memoryText(p.space, args.start, args.end) : '')),
    comm: () =>
      text(
        () => `${task.name}\n`,
        (name) => {
          task.name = name.trim().slice(0, 15);
        },
      ),
    cwd: () => guarded(() => p.place.cwd),
    environ: () => ({
      kind: 'text',
      mode: 0o400,
      read() {
        demandTrace();
        return live ? memoryText(p.space, args.end, args.envEnd) : '';
      },
    }),
    exe: () => guarded(() => p.exe),
    fd: () => ({
      kind: 'directory',
      mode: 0o500,
      names: () => {
        demandTrace();
        return p.files.numbers().map(String);
      },
      lookup: (name) => {
        demandTrace();
        return p.files.numbers().includes(Number(name)) ? descriptorNode(p, Number(name), viewer) : null;
      },
    }),
    gid_map: () => idMapNode(kernel, task, 'gids'),
    limits: () => text(() => limitsOf(p)),
    maps: () =>
      text(() => {
        demandTrace();
        return mapsOf(p.space);
      }),
    mem: () => ({ kind: 'special', mode: 0o600, open: () => new MemoryKind(p.space, demandTrace) }),
    mountinfo: () => text(() => mountInfo(p, task)),
    mounts: () => text(() => mountTable(p, task)),
    net: () => netNode(task.namespaces.net.stack),
    ns: () =>
      directory(Object.fromEntries(namesOf(NAMESPACES).map((name) => [name, () => namespaceNode(task, name, viewer)]))),
    oom_score_adj: () =>
      text(
        () => `${p.oomScoreAdj}\n`,
        (line) => setOomScore(kernel, p, line),
      ),
    root: () => guarded(() => p.place.root),
    setgroups: () => setgroupsNode(kernel, task),
    stat: () => text(() => statOf(p, ns, withThreads ? null : task)),
    statm: () => text(() => `${p.space.size / PAGE} ${p.space.resident} 0 0 0 0 0\n`),
    status: () => text(() => statusOf(task, ns, (kernel.current ?? task).credential)),
    timens_offsets: () => timeOffsetsNode(kernel, task),
    uid_map: () => idMapNode(kernel, task, 'uids'),
    ...(withThreads && {
      task: (): Node => ({
        kind: 'directory',
        names: () => [...p.threads].map((t) => String(t.pid.in(ns))),
        lookup: (name) => {
          const thread = [...p.threads].find((t) => String(t.pid.in(ns)) === name);
          return thread ? taskNode(kernel, thread, ns, false) : null;
        },
      }),
    }),
  };
  // Of one that may not be looked into, only the directory shows whose it is.
  return directory(entries, { uid, gid }, p.dumpable ? { uid, gid } : { uid: 0, gid: 0 });
}
