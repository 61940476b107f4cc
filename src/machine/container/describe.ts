/** Containers as JSON, in the Docker Engine API's shapes. */
import { InputError } from '../../abi/errors.ts';
import { macText } from '../../abi/frame.ts';
import type { Process } from '../../linux/task/task.ts';
import { signalName } from '../../linux/uapi.ts';
import { PREFIX } from '../network.ts';
import { type Entry, isActive, stateOf } from './entry.ts';
import type { Exec } from './execs.ts';
import type { Health } from './health.ts';
import type { Network } from './networks.ts';
import { portBindings } from './ports.ts';

const date = (ms: number): string => (ms ? new Date(ms).toISOString() : '0001-01-01T00:00:00Z');

/** “3 minutes”, as `ps` says how long ago something was. */
export function ago(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  for (const [size, name] of [
    [86_400, 'day'],
    [3600, 'hour'],
    [60, 'minute'],
  ] as const) {
    const n = Math.floor(seconds / size);
    if (n >= 1) return `${n} ${name}${n === 1 ? '' : 's'}`;
  }
  return `${seconds} second${seconds === 1 ? '' : 's'}`;
}

/** “Up 3 minutes (Paused)”, “Exited (0) 2 hours ago”. */
export function statusText(entry: Entry, now: number): string {
  const { container: c } = entry;
  if (entry.restarts.pending) return `Restarting (${c.ending.code}) ${ago(now - c.finished)} ago`;
  if (c.state === 'created') return 'Created';
  if (c.state === 'exited') return `Exited (${c.ending.code}) ${ago(now - c.finished)} ago`;
  const { health } = entry;
  const remark = c.state === 'paused' ? 'Paused' : health?.status === 'starting' ? 'health: starting' : health?.status;
  return `Up ${ago(now - c.started)}${remark ? ` (${remark})` : ''}`;
}

const mountsOf = (entry: Entry): object[] =>
  entry.binds.map(({ source, target, readOnly }) => ({
    ...(source.startsWith('/') ? { Type: 'bind' } : { Type: 'volume', Name: source, Driver: 'local' }),
    Source: source,
    Destination: target,
    Mode: readOnly ? 'ro' : '',
    RW: !readOnly,
    Propagation: 'rprivate',
  }));

/** A row of GET /containers/json. */
export const summaryOf = (entry: Entry, now: number): object => ({
  Id: entry.container.id,
  Names: [`/${entry.name}`],
  Image: entry.opened.base.name,
  ImageID: entry.opened.base.imageId,
  Command: entry.args.join(' '),
  Created: Math.floor(entry.container.created / 1000),
  State: stateOf(entry),
  Status: statusText(entry, now),
  Ports: entry.published.map(({ hostIp, hostPort, port, protocol }) => ({
    IP: hostIp,
    PrivatePort: port,
    PublicPort: hostPort,
    Type: protocol,
  })),
  Labels: entry.labels,
  HostConfig: { NetworkMode: entry.network.name },
  NetworkSettings: { Networks: endpointsOf(entry) },
  Mounts: mountsOf(entry),
});

/** Its places on networks, by their names; an address is given while it runs. */
function endpointsOf({ container, network: first, networks }: Entry): Record<string, object> {
  const all: Record<string, object> = {};
  for (const network of networks.list()) {
    const { wire } = network;
    if (!(wire ? container.isOn(wire) : network === first)) continue;
    const place = container.places.find((p) => p.network === wire);
    all[network.name] = {
      NetworkID: network.id,
      EndpointID: place ? container.id : '',
      Gateway: place ? network.gateway : '',
      IPAddress: place?.address ?? '',
      IPPrefixLen: place ? PREFIX : 0,
      MacAddress: place ? macText(place.mac) : '',
      GlobalIPv6Address: '',
      GlobalIPv6PrefixLen: 0,
      IPv6Gateway: '',
      Aliases: null,
      DNSNames: container.namesOn(wire),
    };
  }
  return all;
}

/** A network, with the containers that run on it: GET /networks and /networks/ID. */
export function networkOf(network: Network, users: readonly Entry[]): object {
  const { id, name, driver, subnet, gateway, created, labels } = network;
  const containers = users.flatMap(({ container, name: own }) => {
    const place = container.places.find((p) => p.network === network.wire);
    const row = { Name: own, EndpointID: container.id, MacAddress: '', IPv4Address: '', IPv6Address: '' };
    if (!container.isUp) return [];
    return [
      [
        container.id,
        place ? { ...row, MacAddress: macText(place.mac), IPv4Address: `${place.address}/${PREFIX}` } : row,
      ],
    ];
  });
  return {
    Name: name,
    Id: id,
    Created: date(created),
    Scope: 'local',
    Driver: driver === 'none' ? 'null' : driver,
    EnableIPv6: false,
    IPAM: { Driver: 'default', Options: null, Config: subnet ? [{ Subnet: subnet, Gateway: gateway }] : [] },
    Internal: false,
    Attachable: false,
    Ingress: false,
    ConfigOnly: false,
    Containers: Object.fromEntries(containers),
    Options: {},
    Labels: labels,
  };
}

const healthOf = ({ status, streak, results }: Health): object => ({
  Status: status,
  FailingStreak: streak,
  Log: results.map(({ start, end, code, output }) => ({
    Start: date(start),
    End: date(end),
    ExitCode: code,
    Output: output,
  })),
});

/** GET /containers/ID/json. */
export function inspectionOf(entry: Entry): object {
  const { container: c, request, args } = entry;
  const { process } = c.spec;
  return {
    Id: c.id,
    Created: date(c.created),
    Path: args[0],
    Args: args.slice(1),
    State: {
      Status: stateOf(entry),
      Running: isActive(entry),
      Paused: c.state === 'paused',
      Restarting: entry.restarts.pending,
      OOMKilled: c.oomKilled,
      Dead: false,
      Pid: c.pid,
      ExitCode: c.ending.code,
      Error: '',
      StartedAt: date(c.started),
      FinishedAt: date(c.finished),
      ...(entry.health && { Health: healthOf(entry.health) }),
    },
    Image: entry.opened.base.imageId,
    Name: `/${entry.name}`,
    RestartCount: entry.restarts.count,
    Driver: c.files.root.fs.type,
    SizeRw: entry.opened.used(),
    Platform: 'linux',
    MountLabel: '',
    ProcessLabel: '',
    AppArmorProfile: '',
    HostConfig: request.HostConfig,
    Mounts: mountsOf(entry),
    Config: {
      Hostname: entry.hostname,
      User: request.User ?? '',
      Tty: process.terminal,
      OpenStdin: request.OpenStdin ?? false,
      Env: process.env,
      Cmd: request.Cmd,
      Entrypoint: request.Entrypoint,
      Image: entry.opened.base.name,
      WorkingDir: process.cwd,
      Labels: entry.labels,
      ...(request.Healthcheck && { Healthcheck: request.Healthcheck }),
      StopSignal: signalName(entry.stopSignal),
      StopTimeout: entry.stopSeconds,
    },
    NetworkSettings: {
      Ports: portBindings(entry.published),
      ...((endpoints) => ({ ...(endpoints.bridge ?? { IPAddress: '', Gateway: '' }), Networks: endpoints }))(
        endpointsOf(entry),
      ),
    },
    /** The runtime bundle's document: what was really asked of the kernel. */
    Spec: c.spec,
  };
}

/** GET /exec/ID/json. */
export const execOf = ({ id, entry, request, running, failed }: Exec): object => ({
  ID: id,
  ContainerID: entry.container.id,
  Running: running !== null && running.ending === null,
  ExitCode: running?.ending?.code ?? failed,
  Pid: running && !running.ending ? running.process.pid.in(running.process.pid.namespace) : 0,
  OpenStdin: request.AttachStdin ?? false,
  ProcessConfig: { entrypoint: request.Cmd[0], arguments: request.Cmd.slice(1), tty: request.Tty ?? false },
});

const limit = (n: number): number => (Number.isFinite(n) ? n : 0);

/** What the machine has, for who has no limit of its own. */
export interface Whole {
  readonly memory: number;
  readonly processors: number;
  /** Nanoseconds of processor time there were, of all processors together; may have a fraction, as clocks have. */
  readonly time: number;
}

/** GET /containers/ID/stats; `before` is what was told last, of which rates are made. */
export function statsOf(entry: Entry, read: number, whole: Whole, before: object | null = null): object {
  const { container: c } = entry;
  const { memory, cpu, pids, io } = c.stats();
  const earlier = before as { read: string; cpu_stats: object } | null;
  return {
    id: c.id,
    name: `/${entry.name}`,
    read: date(read),
    preread: earlier?.read ?? date(0),
    num_procs: 0,
    pids_stats: { current: pids.current, limit: limit(pids.max) },
    memory_stats: {
      usage: memory.current,
      max_usage: memory.peak,
      limit: Math.min(memory.max, whole.memory),
      stats: { inactive_file: memory.files },
    },
    cpu_stats: {
      cpu_usage: { total_usage: cpu.usage, usage_in_usermode: cpu.usage, usage_in_kernelmode: 0 },
      // Clients take whole numbers only: `docker stats` ends with “EOF” at a fraction.
      system_cpu_usage: Math.round(whole.time),
      online_cpus: whole.processors,
      throttling_data: {
        periods: cpu.periods,
        throttled_periods: cpu.throttledPeriods,
        throttled_time: cpu.throttled,
      },
    },
    precpu_stats: earlier?.cpu_stats ?? { cpu_usage: { total_usage: 0 }, throttling_data: {} },
    blkio_stats: {
      io_service_bytes_recursive: [
        { major: 0, minor: 0, op: 'read', value: io.read },
        { major: 0, minor: 0, op: 'write', value: io.written },
      ],
    },
    networks: Object.fromEntries(c.traffic().map(({ name, ...counts }) => [name, counts])),
  };
}

/** What ps(1) calls what it shows of a process, its heading, and what it is. */
type PidNamespace = Process['pid']['namespace'];
const COLUMNS: Readonly<
  Record<string, readonly [title: string, show: (p: Process, ns: PidNamespace | undefined) => string]>
> = {
  pid: ['PID', (p, ns) => String(ns ? p.pid.in(ns) : 0)],
  ppid: ['PPID', (p, ns) => String(ns ? (p.parent?.pid.in(ns) ?? 0) : 0)],
  user: ['USER', (p) => String(p.leader.credential.uid)],
  stat: ['STAT', (p) => (p.leader.state === 'runnable' ? 'R' : p.leader.state === 'stopped' ? 'T' : 'S')],
  time: ['TIME', (p) => (p.time / 1e9).toFixed(2)],
  rss: ['RSS', (p) => `${p.space.resident * 4}K`],
  comm: ['COMMAND', (p) => p.leader.name],
};

/** GET /containers/ID/top: all columns, or those `ps -o` names. */
export function processesOf({ container: c }: Entry, psArguments: string): object {
  const match = /^(?:|-ef|-o ?([a-z,]+))$/.exec(psArguments.trim());
  const names = match ? (match[1]?.split(',') ?? Object.keys(COLUMNS)) : [];
  const columns = names.map((name) => (Object.hasOwn(COLUMNS, name) ? COLUMNS[name]! : null));
  if (!match || columns.includes(null))
    throw new InputError(`top: “${psArguments}” is not -o and some of ${Object.keys(COLUMNS).join(',')}`);
  const namespace = c.init?.process.pid.namespace;
  return {
    Titles: columns.map((column) => column![0]),
    Processes: c.processes().map((p) => columns.map((column) => column![1](p, namespace))),
  };
}
