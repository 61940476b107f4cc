/** The namespaces config.json asks for: new ones, or those of a process that runs. */
import { InputError } from '../../abi/errors.ts';
import { SysError } from '../../linux/errno.ts';
import { setUp } from '../../linux/net/configure.ts';
import { sysctlOwner, writeSysctl } from '../../linux/proc/sysctl.ts';
import type { System } from '../../linux/system.ts';
import { UserNamespace } from '../../linux/task/namespace.ts';
import {
  CgroupNamespace,
  IpcNamespace,
  type Namespaces,
  NetNamespace,
  TimeNamespace,
  UtsNamespace,
} from '../../linux/task/namespaces.ts';
import { PidNamespace } from '../../linux/task/pid.ts';
import type { Task } from '../../linux/task/task.ts';
import type { NAMESPACE_TYPES, Spec } from './spec.ts';

type Type = (typeof NAMESPACE_TYPES)[number];

/** By the specification's name: the kernel's, and how a new one is made. */
const KINDS: Readonly<
  Record<
    Exclude<Type, 'mount'>,
    {
      key: Exclude<keyof Namespaces<Task>, 'mnt' | 'pidForChildren' | 'timeForChildren'>;
      make(task: Task, spec: Spec): Namespaces<Task>[keyof Namespaces<Task>];
    }
  >
> = {
  pid: { key: 'pid', make: (task) => new PidNamespace<Task>(task.namespaces.pid) },
  network: { key: 'net', make: newNetwork },
  ipc: { key: 'ipc', make: (task) => new IpcNamespace(task.namespaces.ipc.mqueue.now) },
  uts: { key: 'uts', make: (task) => new UtsNamespace(task.namespaces.uts.host, task.namespaces.uts.domain) },
  user: { key: 'user', make: newUsers },
  cgroup: { key: 'cgroup', make: (task) => new CgroupNamespace(task.process.cgroup) },
  time: { key: 'time', make: newTime },
};

/** A container's clocks are ahead by what the bundle says. */
function newTime(_task: Task, { linux }: Spec): TimeNamespace {
  const made = new TimeNamespace();
  for (const clock of ['monotonic', 'boottime'] as const) {
    const offset = linux.timeOffsets[clock];
    if (offset) made[clock] = offset.secs * 1e9 + offset.nanosecs;
  }
  made.entered = true;
  return made;
}

/** Its ids are those the bundle maps; without a map they are the first namespace's. */
function newUsers(task: Task, { linux }: Spec): UserNamespace {
  const made = new UserNamespace(task.namespaces.user);
  for (const [map, mappings] of [
    [made.uids, linux.uidMappings],
    [made.gids, linux.gidMappings],
  ] as const)
    map.extents = mappings.length
      ? mappings.map(({ containerID, hostID, size }) => ({ inside: containerID, outside: hostID, count: size }))
      : task.namespaces.user.uids.extents;
  return made;
}

/** A container's own network has a loopback that is up. */
function newNetwork(task: Task): NetNamespace {
  const made = new NetNamespace(task.namespaces.net.stack.host);
  setUp(made.stack, made.stack.interfaces.loopback, true);
  return made;
}

/** /proc/PID/ns/NAME, the number as the first namespace sees it. */
const PATH = /^\/proc\/(\d+)\/ns\/(pid|net|ipc|uts|user|cgroup|time)$/;

export const namespacePath = (pid: number, type: Exclude<Type, 'mount'>): string =>
  `/proc/${pid}/ns/${KINDS[type].key}`;

function joined(system: System, type: Exclude<Type, 'mount'>, path: string): Namespaces<Task>[keyof Namespaces<Task>] {
  const match = PATH.exec(path);
  const { key } = KINDS[type];
  if (!match || match[2] !== key) throw new InputError(`linux.namespaces: ${type}: ${path} is not /proc/PID/ns/${key}`);
  const task = system.kernel.pids.tasks.get(Number(match[1]));
  if (!task) throw new InputError(`linux.namespaces: ${type}: there is no process ${match[1]}`);
  return task.namespaces[key];
}

/** Only what is of a namespace the container has for itself may be set: nothing else on the machine changes by it. */
export function checkSysctls({ linux }: Spec): void {
  for (const key of Object.keys(linux.sysctl)) {
    const owner = sysctlOwner(key);
    if (!owner) throw new InputError(`linux.sysctl: ${key} is none that a container can have of its own`);
    if (!linux.namespaces.some(({ type, path }) => type !== 'mount' && KINDS[type].key === owner && !path))
      throw new InputError(`linux.sysctl: ${key} would change the ${owner} namespace of others`);
  }
}

function writeSysctls({ kernel }: System, task: Task, { linux }: Spec): void {
  for (const [key, value] of Object.entries(linux.sysctl)) {
    try {
      writeSysctl(kernel, task.namespaces, key, value);
    } catch (e) {
      if (e instanceof SysError) throw new InputError(`linux.sysctl: ${key}: “${value}” is not for it`);
      throw e;
    }
  }
}

/** Puts a task that is being made into them; its control group is set already. The mount namespace is made later. */
export function enterNamespaces(system: System, task: Task, spec: Spec): void {
  const { linux, hostname, domainname } = spec;
  const types = new Set(linux.namespaces.map((n) => n.type));
  if (!types.has('mount')) throw new InputError('linux.namespaces: mount is missing: a container has files of its own');
  const next = { ...task.namespaces };
  for (const { type, path } of linux.namespaces) {
    if (type === 'mount') {
      if (path) throw new InputError('linux.namespaces: mount: a container can’t have the mounts of another');
      continue;
    }
    const kind = KINDS[type];
    Object.assign(next, { [kind.key]: path ? joined(system, type, path) : kind.make(task, spec) });
  }
  next.pidForChildren = next.pid;
  next.timeForChildren = next.time;
  const owner = next.user.level === 0 ? null : next.user;
  for (const { type, path } of linux.namespaces)
    if (!path && type !== 'mount' && type !== 'user') next[KINDS[type].key].owner = owner;
  task.join(next);
  for (const [name, value] of [
    ['hostname', hostname],
    ['domainname', domainname],
  ] as const) {
    if (value === undefined) continue;
    if (!types.has('uts')) throw new InputError(`${name} needs linux.namespaces to have uts`);
    if (name === 'hostname') next.uts.host = value;
    else next.uts.domain = value;
  }
  writeSysctls(system, task, spec);
}
