/** From a request of the Docker Engine API, and what its image says, to the choices a container is made of. */
import { InputError } from '../../abi/errors.ts';
import { SEARCH_PATH } from '../../abi/search-path.ts';
import { SIG } from '../../linux/uapi.ts';
import { type Bind, type Choices, capabilities, type Shared } from './config.ts';
import type { Network } from './networks.ts';
import { bindingsOf, exposedBindings, type PortBinding } from './ports.ts';
import type { CreateRequest, UpdateRequest } from './request.ts';
import type { ImageDefaults } from './roots.ts';
import { securityOf } from './security.ts';
import type { SpecProcess } from './spec.ts';
import type { User } from './users.ts';

const PATH = `PATH=${SEARCH_PATH}`;
const SHM = 64 * 2 ** 20;
/** Microseconds, of cpu.max. */
const PERIOD = 100_000;

/** A signal by number or name, with or without SIG. */
export function signalOf(text: string): number {
  if (/^\d+$/.test(text)) {
    const number = Number(text);
    if (number >= 1 && number <= 64) return number;
  }
  const name = text.toUpperCase().replace(/^SIG/, '');
  const found = Object.hasOwn(SIG, name) ? SIG[name as keyof typeof SIG] : 0;
  if (!found) throw new InputError(`there is no signal “${text}”`);
  return found;
}

/** HOST:CONTAINER[:ro], where HOST is an absolute path or the name of a volume. */
function bindOf(text: string): Bind {
  const match = /^(\/[^:]*|[\w][\w.-]*):(\/[^:]*)(?::([\w,]+))?$/.exec(text);
  if (!match)
    throw new InputError(
      `--volume: “${text}” is not HOST:CONTAINER, VOLUME:CONTAINER or one of them with :ro, with absolute paths`,
    );
  const options = match[3]?.split(',') ?? [];
  for (const option of options)
    if (!['ro', 'rw', 'z', 'Z', 'rprivate', 'private'].includes(option))
      throw new InputError(`--volume: “${text}”: there is no option “${option}”`);
  return { source: match[1]!, target: match[2]!, readOnly: options.includes('ro') };
}

/** Later ones stand for earlier ones of the same name. */
export function environment(...lists: (readonly string[])[]): string[] {
  const all = new Map<string, string>();
  for (const text of lists.flat()) {
    const cut = text.indexOf('=');
    if (cut < 1) throw new InputError(`--env: “${text}” is not NAME=VALUE`);
    all.set(text.slice(0, cut), text);
  }
  return [...all.values()];
}

/** cpu.max: a number of processors, or microseconds of a period. */
function quotaOf({ NanoCpus, CpuPeriod, CpuQuota }: UpdateRequest): { quota: number; period: number } {
  if (NanoCpus && (CpuPeriod || CpuQuota))
    throw new InputError('--cpus says the same as --cpu-period and --cpu-quota: give one of them');
  const period = CpuPeriod || PERIOD;
  return { quota: NanoCpus ? Math.round((NanoCpus / 1e9) * period) : Math.max(0, CpuQuota ?? 0), period };
}

/** Limits as the API has them. */
export const limitsOf = (host: UpdateRequest) => ({
  memory: host.Memory,
  memoryReservation: host.MemoryReservation,
  cpu: quotaOf(host),
  cpuShares: host.CpuShares,
  pids: Math.max(0, host.PidsLimit ?? 0),
});

/** /etc/resolv.conf: what the network says, but for what is asked for. */
export function resolverWith(network: string, { Dns, DnsSearch, DnsOptions }: CreateRequest['HostConfig']): string {
  const own = network.split('\n').filter(Boolean);
  const of = (word: string): string[] => own.filter((line) => line.startsWith(word));
  const rows = [
    ...(Dns.length ? Dns.map((address) => `nameserver ${address}`) : of('nameserver')),
    // A dot is how one asks for none.
    ...(DnsSearch.length ? DnsSearch.filter((name) => name !== '.').map((name) => `search ${name}`) : of('search')),
    ...(DnsOptions.length ? [`options ${DnsOptions.join(' ')}`] : []),
  ];
  return rows.map((row) => `${row}\n`).join('');
}

/** What it runs. An entry point of one's own makes the image's command void. */
function commandOf({ Entrypoint, Cmd }: CreateRequest, defaults: ImageDefaults): string[] {
  const entrypoint = Entrypoint ?? defaults.entrypoint ?? [];
  const args = [...entrypoint, ...(Cmd ?? (Entrypoint ? [] : (defaults.cmd ?? [])))];
  if (!args.length || args[0] === '') throw new InputError('there is nothing to run: name a program after the image');
  return args;
}

/** Ports that are published when it runs. */
export function portsOf(
  { HostConfig: host, ExposedPorts }: CreateRequest,
  defaults: ImageDefaults,
  { driver, name }: Network,
): PortBinding[] {
  const named = bindingsOf(host.PortBindings ?? {});
  const exposed = [...defaults.exposed, ...Object.keys(ExposedPorts ?? {})];
  const ports = host.PublishAllPorts ? [...named, ...exposedBindings(exposed, named)] : named;
  if (ports.length && driver !== 'bridge')
    throw new InputError(`--publish: a container on the network ${name} has no ports of its own`);
  return ports;
}

/** Namespaces that are not its own; `container:` is followed by the number of one. */
function sharedOf(
  { PidMode, IpcMode, UTSMode }: CreateRequest['HostConfig'],
  { driver, name }: Network,
): Choices['shared'] {
  const modes = { pid: PidMode, ipc: IpcMode, uts: UTSMode, network: driver === 'container' ? name : driver };
  const isShared = (row: [string, unknown]): row is [string, Shared] => /^(host$|container:)/.test(String(row[1]));
  return Object.fromEntries(Object.entries(modes).filter(isShared));
}

/** Its user is root here: who it is says its own /etc/passwd, which is read once it is made (`beUser`). */
export function choicesOf(id: string, request: CreateRequest, defaults: ImageDefaults, network: Network): Choices {
  const { HostConfig: host } = request;
  const hostname = request.Hostname || id.slice(0, 12);
  const privileged = host.Privileged === true;
  const terminal = request.Tty === true;
  const own = [PATH, ...(terminal ? ['TERM=xterm'] : []), `HOSTNAME=${hostname}`];
  return {
    args: commandOf(request, defaults),
    env: environment(own, defaults.env, request.Env),
    cwd: request.WorkingDir || defaults.cwd || '/',
    user: { uid: 0, gid: 0, additionalGids: [] },
    terminal,
    hostname,
    domainname: request.Domainname ?? '',
    readOnly: host.ReadonlyRootfs === true,
    binds: host.Binds.map(bindOf),
    tmpfs: host.Tmpfs ?? {},
    capAdd: host.CapAdd,
    capDrop: host.CapDrop,
    ...securityOf(
      host.SecurityOpt,
      capabilities({ capAdd: host.CapAdd, capDrop: host.CapDrop, privileged }),
      privileged,
    ),
    maskedPaths: host.MaskedPaths ?? null,
    readonlyPaths: host.ReadonlyPaths ?? null,
    privileged,
    ...limitsOf(host),
    oomScoreAdj: host.OomScoreAdj ?? 0,
    ulimits: (host.Ulimits ?? []).map(({ Name, Soft, Hard }) => ({ name: Name, soft: Soft, hard: Hard })),
    shmSize: host.ShmSize || SHM,
    sysctls: host.Sysctls ?? {},
    extraHosts: host.ExtraHosts,
    shared: sharedOf(host, network),
    unified: {},
    cgroupsPath: `/trapframe/${id}`,
  };
}

/** Has a process be of a user, who is found in the container. */
export function beUser(process: SpecProcess, { uid, gid, additionalGids, home }: User): void {
  Object.assign(process.user, { uid, gid, additionalGids: [...additionalGids] });
  if (uid !== 0 && process.capabilities) Object.assign(process.capabilities, { effective: [], permitted: [] });
  if (!process.env.some((e) => e.startsWith('HOME='))) process.env.push(`HOME=${home}`);
}
