/** From the choices a person makes to a runtime bundle's config.json, with the defaults container engines have. */
import { z } from 'zod';
import { InputError } from '../../abi/errors.ts';
import { CAPABILITIES, type Capability } from '../../linux/task/credential.ts';
import type { NAMESPACE_TYPES, Resources, SeccompProfile, SpecInput } from './spec.ts';

/** What root may do in a container unless it is said otherwise. */
// biome-ignore format: a table
const DEFAULT_CAPABILITIES: readonly Capability[] = [
  'chown', 'dac_override', 'fsetid', 'fowner', 'mknod', 'net_raw', 'setgid', 'setuid', 'setfcap', 'setpcap',
  'net_bind_service', 'sys_chroot', 'kill', 'audit_write',
];

/** What of /proc and /sys tells of the host, or changes it. */
const MASKED = [
  '/proc/acpi',
  '/proc/asound',
  '/proc/kcore',
  '/proc/keys',
  '/proc/latency_stats',
  '/proc/timer_list',
  '/proc/timer_stats',
  '/proc/sched_debug',
  '/proc/scsi',
  '/proc/interrupts',
  '/sys/devices/system/cpu/cpu0/thermal_throttle',
  '/sys/devices/virtual/powercap',
  '/sys/firmware',
];
const READ_ONLY = ['/proc/bus', '/proc/fs', '/proc/irq', '/proc/sys', '/proc/sysrq-trigger'];

export interface Bind {
  readonly source: string;
  readonly target: string;
  readonly readOnly: boolean;
}

/** A namespace that is the kernel's, or by its number another container's, which is found when it starts. */
export type Shared = 'host' | `container:${string}`;

export interface Choices {
  readonly args: readonly string[];
  readonly env: readonly string[];
  readonly cwd: string;
  readonly user: { readonly uid: number; readonly gid: number; readonly additionalGids: readonly number[] };
  readonly terminal: boolean;
  readonly hostname: string;
  readonly domainname: string;
  /** Namespaces it has not for itself. */
  readonly shared: Readonly<Partial<Record<(typeof NAMESPACE_TYPES)[number], Shared>>>;
  readonly readOnly: boolean;
  readonly binds: readonly Bind[];
  /** Directories in memory, with mount options. */
  readonly tmpfs: Readonly<Record<string, string>>;
  readonly capAdd: readonly string[];
  readonly capDrop: readonly string[];
  readonly noNewPrivileges: boolean;
  readonly seccomp: SeccompProfile | null;
  /** Nothing of /proc and /sys is masked or read-only. */
  readonly openPaths: boolean;
  /** What is, in place of the paths of every container; null: those. */
  readonly maskedPaths: readonly string[] | null;
  readonly readonlyPaths: readonly string[] | null;
  /** Everything may be done. */
  readonly privileged: boolean;
  /** Bytes; 0: no limit. */
  readonly memory: number;
  readonly memoryReservation: number;
  /** Microseconds of processor time in a period of so many; 0: no limit. */
  readonly cpu: { readonly quota: number; readonly period: number };
  readonly cpuShares: number;
  /** Tasks; 0: no limit. */
  readonly pids: number;
  readonly oomScoreAdj: number;
  readonly ulimits: readonly { readonly name: string; readonly soft: number; readonly hard: number }[];
  readonly shmSize: number;
  /** By the names of sysctl(8). */
  readonly sysctls: Readonly<Record<string, string>>;
  readonly extraHosts: readonly string[];
  /** Bytes or operations in a second, of each file system by its device. */
  readonly unified: Readonly<Record<string, string>>;
  readonly cgroupsPath: string;
}

/** Names as `--cap-add` takes them: with or without CAP_, in any case, or ALL. */
function capabilityNames(option: string, names: readonly string[]): Capability[] {
  return names.flatMap((text) => {
    const name = text.toLowerCase().replace(/^cap_/, '');
    if (name === 'all') return [...CAPABILITIES];
    const found = CAPABILITIES.find((c) => c === name);
    if (!found) throw new InputError(`${option}: there is no capability “${text}”`);
    return [found];
  });
}

export function capabilities({
  capAdd,
  capDrop,
  privileged,
}: Pick<Choices, 'capAdd' | 'capDrop' | 'privileged'>): Capability[] {
  if (privileged) return [...CAPABILITIES];
  const add = capabilityNames('--cap-add', capAdd);
  const drop = new Set(capabilityNames('--cap-drop', capDrop));
  const dropsAll = capDrop.some((name) => name.toLowerCase() === 'all');
  const kept = DEFAULT_CAPABILITIES.filter((c) => !drop.has(c));
  return [...new Set([...kept, ...add.filter((c) => dropsAll || !drop.has(c))])];
}

function mounts(choices: Choices): NonNullable<SpecInput['mounts']> {
  const secure = ['nosuid', 'noexec', 'nodev'];
  const mode = choices.privileged ? 'rw' : 'ro';
  return [
    { destination: '/proc', type: 'proc', source: 'proc', options: secure },
    { destination: '/dev', type: 'tmpfs', source: 'tmpfs', options: ['nosuid', 'mode=755', 'size=65536k'] },
    { destination: '/dev/pts', type: 'devpts', source: 'devpts', options: ['nosuid', 'noexec', 'ptmxmode=0666'] },
    {
      destination: '/dev/shm',
      type: 'tmpfs',
      source: 'shm',
      options: [...secure, 'mode=1777', `size=${choices.shmSize}`],
    },
    { destination: '/sys', type: 'sysfs', source: 'sysfs', options: [...secure, mode] },
    { destination: '/sys/fs/cgroup', type: 'cgroup2', source: 'cgroup', options: [...secure, mode] },
    ...Object.entries(choices.tmpfs).map(([destination, options]) => ({
      destination,
      type: 'tmpfs',
      source: 'tmpfs',
      options: options ? options.split(',') : secure,
    })),
    ...choices.binds.map(({ source, target, readOnly }) => ({
      destination: target,
      type: 'bind',
      source,
      options: ['rbind', readOnly ? 'ro' : 'rw'],
    })),
  ];
}

/** Limits, as config.json has them. */
export function resourcesOf(
  choices: Pick<Choices, 'memory' | 'memoryReservation' | 'cpu' | 'cpuShares' | 'pids'>,
): Resources {
  return {
    ...((choices.memory || choices.memoryReservation) && {
      memory: {
        ...(choices.memory && { limit: choices.memory }),
        ...(choices.memoryReservation && { reservation: choices.memoryReservation }),
      },
    }),
    cpu: {
      ...(choices.cpu.quota && { quota: Math.max(1000, choices.cpu.quota), period: choices.cpu.period }),
      ...(choices.cpuShares && { shares: choices.cpuShares }),
    },
    ...(choices.pids && { pids: { limit: choices.pids } }),
  };
}

/** The document; `parseSpec` reads it as it would one of somebody else. */
export function specOf(choices: Choices): SpecInput {
  const caps = capabilities(choices);
  const { uid, gid, additionalGids } = choices.user;
  const isRoot = uid === 0;
  return {
    ociVersion: '1.2.0',
    process: {
      terminal: choices.terminal,
      user: { uid, gid, additionalGids: [...additionalGids] },
      args: [...choices.args],
      env: [...choices.env],
      cwd: choices.cwd,
      capabilities: {
        bounding: caps,
        permitted: isRoot ? caps : [],
        effective: isRoot ? caps : [],
        inheritable: [],
        ambient: [],
      },
      rlimits: choices.ulimits.map(({ name, soft, hard }) => ({
        type: `RLIMIT_${name.toUpperCase()}` as 'RLIMIT_CPU',
        soft,
        hard,
      })),
      noNewPrivileges: choices.noNewPrivileges,
      oomScoreAdj: choices.oomScoreAdj,
    },
    root: { path: 'rootfs', readonly: choices.readOnly },
    ...(choices.shared.uts !== 'host' && {
      hostname: choices.hostname,
      ...(choices.domainname && { domainname: choices.domainname }),
    }),
    mounts: mounts(choices),
    linux: {
      namespaces: (['pid', 'network', 'mount', 'ipc', 'uts', 'cgroup'] as const)
        .filter((type) => choices.shared[type] !== 'host')
        // Whose it is has a number only when it runs.
        .map((type) => ({ type, ...(choices.shared[type] && { path: '/proc/0/ns' }) })),
      cgroupsPath: choices.cgroupsPath,
      resources: { ...resourcesOf(choices), unified: { ...choices.unified } },
      ...(choices.seccomp && { seccomp: choices.seccomp }),
      maskedPaths: [...(choices.maskedPaths ?? (choices.openPaths ? [] : MASKED))],
      readonlyPaths: [...(choices.readonlyPaths ?? (choices.openPaths ? [] : READ_ONLY))],
      sysctl: { ...choices.sysctls },
    },
  };
}

/** Files in which a container finds who it is. */
export const IDENTITY = { hostname: '/etc/hostname', hosts: '/etc/hosts', resolver: '/etc/resolv.conf' } as const;

/** Their contents. */
export function identityFiles(
  { hostname, domainname }: Pick<Choices, 'hostname' | 'domainname'>,
  address: string | null,
  extraHosts: readonly string[],
  resolver: string,
): Readonly<Record<string, string>> {
  const hosts = [
    '127.0.0.1\tlocalhost',
    '::1\tlocalhost ip6-localhost ip6-loopback',
    ...extraHosts.map((row) => {
      const cut = row.indexOf(':');
      if (cut < 1 || !z.union([z.ipv4(), z.ipv6()]).safeParse(row.slice(cut + 1)).success)
        throw new InputError(`--add-host: “${row}” is not NAME:ADDRESS`);
      return `${row.slice(cut + 1)}\t${row.slice(0, cut)}`;
    }),
    `${address ?? '127.0.1.1'}\t${domainname ? `${hostname}.${domainname} ` : ''}${hostname}`,
  ];
  return {
    [IDENTITY.hostname]: `${hostname}\n`,
    [IDENTITY.hosts]: `${hosts.join('\n')}\n`,
    [IDENTITY.resolver]: resolver,
  };
}
