/** /proc/sys (sysctl(8)): what is shown of the kernel and of the namespaces of who looks, and what may be changed of it. */
import { hexBytes } from '../../abi/hex.ts';
import { E, fail } from '../errno.ts';
import type { Kernel } from '../kernel.ts';
import { RELEASE } from '../syscalls/release.ts';
import { OVERFLOW_ID } from '../task/namespace.ts';
import { LEAST_PID_MAX, MOST_PID_MAX } from '../task/pid.ts';
import type { Task } from '../task/task.ts';
import { directory, type Node } from './nodes.ts';

/** Who looks: a task's namespaces, or those of the first process. */
interface Looker {
  readonly kernel: Kernel;
  readonly namespaces: Task['namespaces'];
}

/** Namespaces that have entries of their own. */
export type SysctlOwner = 'ipc' | 'net' | 'uts';

/** By the beginning of the path; the others are the whole kernel's. */
const OWNERS: readonly (readonly [start: string, owner: SysctlOwner])[] = [
  ['fs/mqueue/', 'ipc'],
  ['kernel/domainname', 'uts'],
  ['kernel/hostname', 'uts'],
  ['kernel/msg', 'ipc'],
  ['kernel/sem', 'ipc'],
  ['kernel/shm', 'ipc'],
  ['net/', 'net'],
];

interface Sysctl {
  /** Below /proc/sys. */
  readonly path: string;
  read(of: Looker): string;
  /** Returns how much of the text it took; not given: it can only be read. */
  write?(of: Looker, text: string): number;
}

const NAME_MOST = 64;
const INT_MAX = 2 ** 31 - 1;
/** What means no limit (ULONG_MAX less 2^24). */
const HUGE = 18_446_744_073_692_774_399n;

/** Whole numbers with blanks between, at most so many; what stands behind them is left. */
function numbersOf(
  line: string,
  most: number,
): { readonly values: readonly number[]; readonly taken: number; readonly bad: boolean } {
  const values: number[] = [];
  let at = /^\s*/.exec(line)![0].length;
  while (values.length < most && at < line.length) {
    const word = /^-?\d+(?=\s|\0|$)\s*/.exec(line.slice(at));
    if (!word) return { values, taken: at, bad: true };
    values.push(Number(word[0]));
    at += word[0].length;
  }
  return { values, taken: at, bad: false };
}

type Numbers<K extends string> = Readonly<Record<K, number>>;

/** Some numbers of an object, which may lie between two bounds. `agree` looks at all of them together. */
function numeric<K extends string>(
  path: string,
  of: (looker: Looker) => { [key in K]: number },
  keys: readonly K[],
  [least, most]: readonly [number, number] = [0, INT_MAX],
  agree: (values: Numbers<K>, looker: Looker) => boolean = () => true,
  round: (value: number) => number = (value) => value,
): Sysctl {
  const shown = (value: number): string => (value === Number.POSITIVE_INFINITY ? String(HUGE) : String(value));
  return {
    path,
    read: (looker) => `${keys.map((key) => shown(of(looker)[key])).join('\t')}\n`,
    write: (looker, line) => {
      const { values, taken, bad } = numbersOf(line, keys.length);
      const target = of(looker);
      const wanted = { ...target };
      values.forEach((value, i) => {
        if (value < least || value > most) fail(E.INVAL);
        wanted[keys[i]!] = round(value) as (typeof wanted)[K];
      });
      if (!agree(wanted, looker)) fail(E.INVAL);
      // Those before a word that is none are changed all the same.
      for (const key of keys) target[key] = wanted[key];
      if (bad || values.length === 0) fail(E.INVAL);
      return taken;
    },
  };
}

/** A name up to the end of its line, cut off where it is too long. */
const named = (path: string, key: 'host' | 'domain'): Sysctl => ({
  path,
  read: ({ namespaces }) => `${namespaces.uts[key]}\n`,
  write: ({ namespaces }, line) => {
    namespaces.uts[key] = (/^[^\n\0]*/.exec(line)![0] ?? '').slice(0, NAME_MOST);
    return line.length;
  },
});

/** A switch of the network. */
const toggle = (path: string, of: (looker: Looker) => boolean, set: (looker: Looker, on: boolean) => void): Sysctl => ({
  path,
  read: (looker) => `${of(looker) ? 1 : 0}\n`,
  write: (looker, line) => {
    const { values, taken, bad } = numbersOf(line, 1);
    if (bad || values.length === 0) fail(E.INVAL);
    set(looker, values[0] !== 0);
    return taken;
  },
});

const fixed = (path: string, value: string | number): Sysctl => ({ path, read: () => `${value}\n` });

function uuid(kernel: Kernel): string {
  const b = new Uint8Array(16);
  kernel.random(b);
  b[6] = (b[6]! & 0x0f) | 0x40;
  b[8] = (b[8]! & 0x3f) | 0x80;
  const h = hexBytes(b);
  return `${h.slice(0, 8)}-${h.slice(8, 12)}-${h.slice(12, 16)}-${h.slice(16, 20)}-${h.slice(20)}\n`;
}

const msg = ({ namespaces }: Looker) => namespaces.ipc.msg.limits;
const sem = ({ namespaces }: Looker) => namespaces.ipc.sem.limits;
const shm = ({ namespaces }: Looker) => namespaces.ipc.shm.limits;
const mqueue = ({ namespaces }: Looker) => namespaces.ipc.mqueue.limits;
const net = ({ namespaces }: Looker) => namespaces.net.stack.settings;
const whole = ({ kernel }: Looker) => kernel.settings;
const LIMITLESS = [0, Number.MAX_SAFE_INTEGER] as const;

const SYSCTLS: readonly Sysctl[] = [
  fixed('fs/file-max', '9223372036854775807'),
  ...(['max_queued_events', 'max_user_instances', 'max_user_watches'] as const).map((name) =>
    numeric(`fs/inotify/${name}`, ({ kernel }) => kernel.settings.inotify, [name]),
  ),
  numeric('fs/mqueue/msg_default', mqueue, ['msg_default'], [1, 65_536]),
  numeric('fs/mqueue/msg_max', mqueue, ['msg_max'], [1, 65_536]),
  numeric('fs/mqueue/msgsize_default', mqueue, ['msgsize_default'], [128, 16_777_216]),
  numeric('fs/mqueue/msgsize_max', mqueue, ['msgsize_max'], [128, 16_777_216]),
  numeric('fs/mqueue/queues_max', mqueue, ['queues_max']),
  numeric(
    'fs/pipe-max-size',
    whole,
    ['pipeMost'],
    [0, 2 ** 31],
    () => true,
    (value) => Math.max(4096, 2 ** Math.ceil(Math.log2(value))),
  ),
  fixed('kernel/cap_last_cap', 40),
  named('kernel/domainname', 'domain'),
  named('kernel/hostname', 'host'),
  numeric('kernel/msgmax', msg, ['message']),
  numeric('kernel/msgmnb', msg, ['queue']),
  numeric('kernel/msgmni', msg, ['queues'], [0, 32_768]),
  fixed('kernel/ngroups_max', 65_536),
  fixed('kernel/osrelease', RELEASE.release),
  fixed('kernel/ostype', RELEASE.system),
  fixed('kernel/overflowgid', OVERFLOW_ID),
  fixed('kernel/overflowuid', OVERFLOW_ID),
  numeric('kernel/pid_max', ({ namespaces }) => namespaces.pid, ['most'], [LEAST_PID_MAX, MOST_PID_MAX]),
  { path: 'kernel/random/boot_id', read: ({ kernel }) => uuid(kernel) },
  { path: 'kernel/random/uuid', read: ({ kernel }) => uuid(kernel) },
  numeric('kernel/sem', sem, ['perSet', 'all', 'operations', 'sets']),
  numeric('kernel/shmall', shm, ['pages'], LIMITLESS),
  numeric('kernel/shmmax', shm, ['bytes'], LIMITLESS),
  numeric('kernel/shmmni', shm, ['segments'], [0, 32_768]),
  fixed('kernel/version', RELEASE.version),
  numeric('net/core/somaxconn', net, ['somaxconn']),
  toggle(
    'net/ipv4/icmp_echo_ignore_all',
    (of) => net(of).echoIgnored,
    (of, on) => {
      net(of).echoIgnored = on;
    },
  ),
  numeric('net/ipv4/ip_default_ttl', net, ['hops'], [1, 255]),
  toggle(
    'net/ipv4/ip_forward',
    ({ namespaces }) => namespaces.net.stack.forwarding,
    ({ namespaces }, on) => {
      namespaces.net.stack.forwarding = on;
    },
  ),
  numeric(
    'net/ipv4/ip_local_port_range',
    net,
    ['firstPort', 'lastPort'],
    [1, 65_535],
    ({ firstPort, lastPort }, of) => firstPort <= lastPort && firstPort >= net(of).firstUnprivileged,
  ),
  numeric(
    'net/ipv4/ip_unprivileged_port_start',
    net,
    ['firstUnprivileged'],
    [0, 65_535],
    ({ firstUnprivileged }, of) => firstUnprivileged <= net(of).firstPort,
  ),
  fixed('net/ipv4/tcp_fin_timeout', 60),
  numeric('vm/max_map_count', whole, ['mostMaps']),
  numeric('vm/overcommit_memory', whole, ['overcommit'], [0, 2]),
  numeric('vm/overcommit_ratio', whole, ['overcommitRatio']),
];

const pathOf = (key: string): string => key.replaceAll('.', '/');
const sysctlOf = (key: string): Sysctl | undefined => SYSCTLS.find(({ path }) => path === pathOf(key));

/** Whose an entry is that may be written, as sysctl(8) names it; null: it is the whole kernel's, or there is none to write. */
export const sysctlOwner = (key: string): SysctlOwner | null =>
  (sysctlOf(key)?.write && OWNERS.find(([start]) => pathOf(key).startsWith(start))?.[1]) ?? null;

/** Writes an entry of these namespaces. Throws EINVAL where the text is nothing for it. */
export function writeSysctl(kernel: Kernel, namespaces: Task['namespaces'], key: string, text: string): void {
  const row = sysctlOf(key);
  if (!row?.write) fail(E.NOENT);
  if (row.write({ kernel, namespaces }, text) < text.length) fail(E.INVAL);
}

/** Directories by their names, files last. */
type Tree = { [name: string]: Tree | Sysctl };

const TREE: Tree = {};
for (const row of SYSCTLS) {
  const names = row.path.split('/');
  const last = names.pop()!;
  let at = TREE;
  for (const name of names) {
    at[name] ??= {};
    at = at[name] as Tree;
  }
  at[last] = row;
}

const isFile = (entry: Tree | Sysctl): entry is Sysctl => typeof entry.read === 'function';

function nodeOf(tree: Tree, looker: () => Looker): Node {
  const entries = Object.entries(tree).map(([name, entry]): [string, () => Node] => {
    if (!isFile(entry)) return [name, () => nodeOf(entry, looker)];
    const { write } = entry;
    const take = write ? { take: (line: string) => write(looker(), line) } : { sealed: true };
    return [name, () => ({ kind: 'text', read: () => entry.read(looker()), ...take })];
  });
  return directory(Object.fromEntries(entries));
}

/** A network is its user namespace's root's to configure. */
function ownerOf({ namespaces }: Looker): { uid: number; gid: number } {
  const { owner } = namespaces.net;
  const [uid, gid] = owner ? [owner.uids.toKernel(0), owner.gids.toKernel(0)] : [0, 0];
  return { uid: Math.max(0, uid), gid: Math.max(0, gid) };
}

/** The directory, as the running task sees it. */
export function sysctlNode(kernel: Kernel): Node {
  const looker = (): Looker => ({ kernel, namespaces: (kernel.current ?? kernel.init.leader).namespaces });
  const all = nodeOf(TREE, looker);
  if (all.kind !== 'directory') return all;
  const net = nodeOf(TREE.net as Tree, looker);
  const { lookup } = all;
  return { ...all, lookup: (name) => (name === 'net' ? { ...net, owner: ownerOf(looker()) } : lookup(name)) };
}
