/** Containers as JSON, in the Docker Engine API's shapes. */
import { signalName } from '../../linux/uapi.ts';
import type { Entry, Exec } from './engine.ts';

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
export function statusText({ container: c }: Entry, now: number): string {
  if (c.state === 'created') return 'Created';
  if (c.state === 'exited') return `Exited (${c.ending.code}) ${ago(now - c.finished)} ago`;
  return `Up ${ago(now - c.started)}${c.state === 'paused' ? ' (Paused)' : ''}`;
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
  State: entry.container.state,
  Status: statusText(entry, now),
  Ports: [],
  Labels: entry.labels,
  HostConfig: { NetworkMode: entry.request.HostConfig?.NetworkMode || 'bridge' },
  NetworkSettings: networksOf(entry),
  Mounts: mountsOf(entry),
});

/** Its place on the lab's network, while it runs. */
const networksOf = ({ container: { place } }: Entry) => ({
  Networks: place ? { bridge: { IPAddress: place.address, IPPrefixLen: 24 } } : {},
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
      Status: c.state,
      Running: c.isUp,
      Paused: c.state === 'paused',
      Restarting: false,
      OOMKilled: c.oomKilled,
      Dead: false,
      Pid: c.pid,
      ExitCode: c.ending.code,
      Error: '',
      StartedAt: date(c.started),
      FinishedAt: date(c.finished),
    },
    Image: entry.opened.base.imageId,
    Name: `/${entry.name}`,
    RestartCount: entry.restarts,
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
      StopSignal: signalName(entry.stopSignal),
      StopTimeout: entry.stopSeconds,
    },
    NetworkSettings: networksOf(entry),
    /** The runtime bundle's document: what was really asked of the kernel. */
    Spec: c.spec,
  };
}

/** GET /exec/ID/json. */
export const execOf = ({ id, entry, request, running }: Exec): object => ({
  ID: id,
  ContainerID: entry.container.id,
  Running: running !== null && running.ending === null,
  ExitCode: running?.ending?.code ?? null,
  Pid: running && !running.ending ? running.process.pid.in(running.process.pid.namespace) : 0,
  OpenStdin: request.AttachStdin ?? false,
  ProcessConfig: { entrypoint: request.Cmd[0], arguments: request.Cmd.slice(1), tty: request.Tty ?? false },
});

const limit = (n: number): number => (Number.isFinite(n) ? n : 0);

/** GET /containers/ID/stats. */
export function statsOf(entry: Entry, read: number): object {
  const { container: c } = entry;
  const { memory, cpu, pids, io } = c.stats();
  return {
    id: c.id,
    name: `/${entry.name}`,
    read: date(read),
    pids_stats: { current: pids.current, limit: limit(pids.max) },
    memory_stats: { usage: memory.current, max_usage: memory.peak, limit: limit(memory.max) },
    cpu_stats: {
      cpu_usage: { total_usage: cpu.usage, usage_in_usermode: cpu.usage, usage_in_kernelmode: 0 },
      online_cpus: 1,
      throttling_data: {
        periods: cpu.periods,
        throttled_periods: cpu.throttledPeriods,
        throttled_time: cpu.throttled,
      },
    },
    blkio_stats: {
      io_service_bytes_recursive: [
        { major: 0, minor: 0, op: 'read', value: io.read },
        { major: 0, minor: 0, op: 'write', value: io.written },
      ],
    },
    networks: {},
  };
}

/** GET /containers/ID/top. */
export function processesOf(entry: Entry): object {
  const { container: c } = entry;
  const namespace = c.init?.process.pid.namespace;
  return {
    Titles: ['PID', 'PPID', 'USER', 'STAT', 'TIME', 'RSS', 'COMMAND'],
    Processes: c
      .processes()
      .map((p) => [
        String(namespace ? p.pid.in(namespace) : 0),
        String(namespace ? (p.parent?.pid.in(namespace) ?? 0) : 0),
        String(p.leader.credential.uid),
        p.leader.state === 'runnable' ? 'R' : p.leader.state === 'stopped' ? 'T' : 'S',
        (p.time / 1e9).toFixed(2),
        `${p.space.resident * 4}K`,
        p.leader.name,
      ]),
  };
}
