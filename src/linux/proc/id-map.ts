/** uid_map, gid_map and setgroups of /proc/pid: which ids a user namespace has (user_namespaces(7)). */
import { E, fail } from '../errno.ts';
import type { Kernel } from '../kernel.ts';
import type { Extent, IdMap, UserNamespace } from '../task/namespace.ts';
import type { Task } from '../task/task.ts';
import { type Node, text } from './nodes.ts';

/** Lines a map has at most. */
const LINES = 340;
const LAST = 0xffff_ffff;

/** What the ids of a namespace are from where the reader stands: its parent, if the reader is in it. */
function show(map: IdMap, of: UserNamespace, kind: 'uids' | 'gids', reader: UserNamespace): string {
  const from = reader === of && of.parent ? of.parent : reader;
  const cell = (n: number): string => String(n < 0 ? LAST : n).padStart(10);
  return map.extents
    .map(({ inside, outside, count }) => `${cell(inside)} ${cell(from[kind].toInside(outside))} ${cell(count)}\n`)
    .join('');
}

/** Lines of three numbers each; EINVAL for anything else, and where ranges meet. */
function parse(line: string): { inside: number; outside: number; count: number }[] {
  const rows = line.replace(/\n$/, '').split('\n');
  if (rows.length > LINES) fail(E.INVAL);
  const extents = rows.map((row) => {
    const match = /^\s*(\d+)\s+(\d+)\s+(\d+)\s*$/.exec(row) ?? fail(E.INVAL);
    const [inside, outside, count] = [Number(match[1]), Number(match[2]), Number(match[3])];
    if (count === 0 || inside + count > LAST || outside + count > LAST) fail(E.INVAL);
    return { inside, outside, count };
  });
  const meet = (a: number, b: number, n: number, m: number): boolean => a < b + m && b < a + n;
  extents.forEach((a, i) => {
    for (const b of extents.slice(0, i))
      if (meet(a.inside, b.inside, a.count, b.count) || meet(a.outside, b.outside, a.count, b.count)) fail(E.INVAL);
  });
  return extents;
}

/** Writes a map, once. */
function set(kernel: Kernel, of: UserNamespace, kind: 'uids' | 'gids', line: string): void {
  const writer = kernel.current ?? fail(E.PERM);
  const { credential } = writer;
  const { parent } = of;
  if (of[kind].extents.length > 0 || !parent) fail(E.PERM);
  const extents = parse(line);
  if (credential.user !== of && credential.user !== parent) fail(E.PERM);
  if (!credential.canIn(of, 'sys_admin')) fail(E.PERM);
  const mapped = extents.map(({ inside, outside, count }): Extent => {
    const [first, last] = [parent[kind].toKernel(outside), parent[kind].toKernel(outside + count - 1)];
    if (first < 0 || last !== first + count - 1) fail(E.PERM);
    return { inside, outside: first, count };
  });
  if (!isOwn(writer, of, kind, mapped) && !credential.canIn(parent, kind === 'uids' ? 'setuid' : 'setgid'))
    fail(E.PERM);
  of[kind].extents = mapped;
}

/** Without a capability one may map one's own id alone; a group only where setgroups is given up. */
function isOwn({ credential }: Task, of: UserNamespace, kind: 'uids' | 'gids', extents: readonly Extent[]): boolean {
  const [only] = extents;
  if (extents.length !== 1 || only!.count !== 1 || credential.euid !== of.uid) return false;
  return kind === 'uids' ? only!.outside === credential.euid : !of.setgroups && only!.outside === credential.egid;
}

export function idMapNode(kernel: Kernel, task: Task, kind: 'uids' | 'gids'): Node {
  const of = task.namespaces.user;
  return text(
    () => show(of[kind], of, kind, (kernel.current ?? task).namespaces.user),
    (line) => set(kernel, of, kind, line),
  );
}

export function setgroupsNode(kernel: Kernel, task: Task): Node {
  const of = task.namespaces.user;
  return text(
    () => (of.setgroups ? 'allow\n' : 'deny\n'),
    (line) => {
      if (!kernel.current?.credential.canIn(of, 'sys_admin')) fail(E.PERM);
      const wanted = line.trim();
      if (wanted === 'allow') {
        if (!of.setgroups) fail(E.PERM);
      } else if (wanted === 'deny') {
        if (of.gids.extents.length > 0) fail(E.PERM);
        of.setgroups = false;
      } else fail(E.INVAL);
    },
  );
}
