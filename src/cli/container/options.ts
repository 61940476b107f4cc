/** The options of `container run` and `container create`, as a request of the Docker Engine API. */
import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { durationMs } from '../../abi/duration.ts';
import { InputError } from '../../abi/errors.ts';
import { parsePublish, portBindings } from '../../machine/container/ports.ts';
import type { CreateInput } from '../../machine/container/request.ts';
import { readInput } from '../files.ts';

type Options = Readonly<Record<string, unknown>>;
type HostInput = NonNullable<CreateInput['HostConfig']>;

const list = (value: string, before: readonly string[] = []): string[] => [...before, value];

const repeated = (flags: string, description: string): Option =>
  new Option(flags, `${description}; repeatable`).argParser(list);

/** How amounts are read is the caller's: the same readers as of every other command. */
export interface Readers {
  bytes(option: string, text: string): number;
  count(option: string, text: string): number;
}

/** Adds every option that says what a container is. */
export function addCreateOptions(command: Command): Command {
  return command
    .option('--rootfs <DIR>', 'a folder of the host that is the root of its files, in place of an image')
    .option('--name <NAME>', 'its name (default: two words)')
    .option('-i, --interactive', 'keep its standard input open')
    .option('-t, --tty', 'give it a terminal')
    .addOption(repeated('-e, --env <NAME=VALUE>', 'a variable of its environment; NAME alone takes this one’s value'))
    .option('-w, --workdir <DIR>', 'the directory it begins in')
    .option('-u, --user <NAME|UID[:GROUP|GID]>', 'who its first process is')
    .addOption(
      repeated('-v, --volume <HOST:CONTAINER[:ro]>', 'mount a folder or file of the host, or a volume by its name'),
    )
    .addOption(repeated('--volumes-from <NAME[:ro]>', 'mount what another container has mounted'))
    .addOption(repeated('--tmpfs <DIR[:OPTIONS]>', 'an empty folder in memory'))
    .option('--read-only', 'its root can’t be changed')
    .option('--entrypoint <PROGRAM>', 'the program, in place of the image’s; the command is its arguments')
    .option('-h, --hostname <NAME>', 'its host name (default: the beginning of its number)')
    .option('--domainname <NAME>', 'its domain')
    .addOption(repeated('--group-add <NAME|GID>', 'a group its first process is in besides'))
    .addOption(
      new Option(
        '--network <NAME>',
        'bridge: on the network of all containers; none: loopback alone; host: the kernel’s; container:NAME: that of another; or one of `trapframe network`',
      ).default('bridge'),
    )
    .addOption(
      repeated(
        '-p, --publish <[IP:][HOST:]CONTAINER[/udp]>',
        'a port of it that is listened on at the host; 8000-8005:80-85 are six, 8000-8005:80 is the first that is free',
      ),
    )
    .option('-P, --publish-all', 'all ports that it or its image exposes, at any ports of the host')
    .addOption(repeated('--expose <PORT[/udp]>', 'a port that --publish-all publishes too'))
    .addOption(repeated('--network-alias <NAME>', 'a name it is found by on a network of `trapframe network`'))
    .addOption(repeated('--add-host <NAME:ADDRESS>', 'a line of its /etc/hosts'))
    .addOption(repeated('--dns <ADDRESS>', 'who it asks for names, in place of the network’s own'))
    .addOption(repeated('--dns-search <DOMAIN>', 'a domain names are looked up in; . for none'))
    .addOption(repeated('--dns-option <OPTION>', 'an option of its /etc/resolv.conf'))
    .option('--pid <host|container:NAME>', 'the processes it sees, in place of its own')
    .option('--ipc <host|container:NAME>', 'the shared memory, semaphores and queues it sees, in place of its own')
    .option('--uts <host>', 'the kernel’s host name, in place of its own')
    .addOption(repeated('-l, --label <KEY=VALUE>', 'a label'))
    .option('-m, --memory <SIZE>', 'memory.max: who needs more is killed')
    .option('--memory-reservation <SIZE>', 'memory.low')
    .option('--cpus <N>', 'processors it may use, as a fraction: cpu.max')
    .option('--cpu-quota <N>', 'the same as microseconds of a period')
    .option('--cpu-period <N>', 'microseconds of the period (default 100000)')
    .option('--cpu-shares <N>', 'its share where several want the processor (default 1024)')
    .option('--pids <N>', 'processes and threads it may have at once: pids.max')
    .addOption(new Option('--pids-limit <N>', 'the same').hideHelp())
    .option('--shm-size <SIZE>', 'size of /dev/shm', '64M')
    .option('--oom-score-adj <N>', 'how much sooner it is killed when memory runs out (−1000 to 1000)')
    .addOption(repeated('--sysctl <NAME=VALUE>', 'an entry of its own below /proc/sys, such as net.core.somaxconn=64'))
    .addOption(repeated('--ulimit <NAME=SOFT[:HARD]>', 'a limit of its processes, such as nofile=64:128'))
    .addOption(repeated('--cap-add <NAME>', 'a capability it has besides, or ALL'))
    .addOption(repeated('--cap-drop <NAME>', 'a capability it has not, or ALL'))
    .addOption(
      repeated('--security-opt <OPTION>', 'no-new-privileges, seccomp=FILE|builtin|unconfined, systempaths=unconfined'),
    )
    .option('--privileged', 'every capability, every system call, and nothing of /proc and /sys hidden')
    .option('--stop-signal <SIGNAL>', 'what `stop` sends (default TERM)')
    .option('--stop-timeout <SECONDS>', 'how long `stop` waits for it (default 10)')
    .option(
      '--restart <no|on-failure[:N]|always|unless-stopped>',
      'whether it is started again when it ends, and when the background process begins',
    )
    .option(
      '--health-cmd <LINE>',
      'a line for its shell that is run again and again, and says by its exit code whether it is well',
    )
    .option('--health-interval <TIME>', 'how long after one the next is run (default 30s)')
    .option('--health-timeout <TIME>', 'how long it may take (default 30s)')
    .option('--health-start-period <TIME>', 'how long failures say nothing at first')
    .option('--health-retries <N>', 'failures that make it unhealthy (default 3)')
    .option('--no-healthcheck', 'not the image’s either')
    .option('--rm', 'remove it when it ends');
}

const text = (options: Options, key: string): string | undefined => options[key] as string | undefined;
const many = (options: Options, key: string): readonly string[] => (options[key] as string[] | undefined) ?? [];

export function pair(option: string, value: string): [string, string] {
  const cut = value.indexOf('=');
  if (cut < 1) throw new InputError(`${option}: “${value}” is not NAME=VALUE`);
  return [value.slice(0, cut), value.slice(cut + 1)];
}

/** NAME=VALUE, or NAME of this process's environment; a name that is not set is left out. */
export function environment(rows: readonly string[]): string[] {
  return rows.flatMap((row) => {
    if (row.includes('=')) return [row];
    const value = process.env[row];
    return value === undefined ? [] : [`${row}=${value}`];
  });
}

function volume(value: string): string {
  const [source = '', ...rest] = value.split(':');
  if (rest.length === 0 || source === '')
    throw new InputError(`--volume: “${value}” is not HOST:CONTAINER, VOLUME:CONTAINER or one of them with :ro`);
  // What has no slash is a volume, as everywhere.
  return [/^\.|[/\\]/.test(source) ? resolve(source) : source, ...rest].join(':');
}

function ulimit(value: string, { count }: Readers): { Name: string; Soft: number; Hard: number } {
  const [name, limits] = pair('--ulimit', value);
  const [soft, hard] = limits.split(':');
  const Soft = count('--ulimit', soft!);
  return { Name: name, Soft, Hard: hard === undefined ? Soft : count('--ulimit', hard) };
}

/** A profile is read here, where its name means something. */
function security(value: string): string {
  const match = /^seccomp[=:](.+)$/.exec(value);
  if (!match || match[1] === 'unconfined' || match[1] === 'builtin' || match[1]!.trimStart().startsWith('{'))
    return value;
  return `seccomp=${new TextDecoder().decode(readInput(match[1]!, '--security-opt seccomp'))}`;
}

function tmpfs(rows: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    rows.map((row) => {
      const cut = row.indexOf(':');
      const target = cut < 0 ? row : row.slice(0, cut);
      if (!target.startsWith('/')) throw new InputError(`--tmpfs: “${row}” is no absolute path`);
      return [target, cut < 0 ? '' : row.slice(cut + 1)];
    }),
  );
}

const NS = 1e6;

/** What is said of its health; nothing: what its image says. */
function healthcheck(options: Options, { count }: Readers): CreateInput['Healthcheck'] {
  if (options.healthcheck === false) return { Test: ['NONE'] };
  const line = text(options, 'healthCmd');
  const retries = text(options, 'healthRetries');
  const time = (key: string, option: string): number | undefined => {
    const value = text(options, key);
    const ms = value === undefined ? undefined : durationMs(value);
    if (ms === null) throw new InputError(`${option}: “${value}” is no length of time, such as 30s or 1m30s`);
    return ms === undefined ? undefined : Math.round(ms * NS);
  };
  const check = {
    Test: line === undefined ? undefined : ['CMD-SHELL', line],
    Interval: time('healthInterval', '--health-interval'),
    Timeout: time('healthTimeout', '--health-timeout'),
    StartPeriod: time('healthStartPeriod', '--health-start-period'),
    Retries: retries === undefined ? undefined : count('--health-retries', retries),
  };
  return Object.values(check).some((value) => value !== undefined) ? check : undefined;
}

/** `on-failure:3` as the API has it; what is no policy is told by the one who reads the request. */
function restartPolicy(value: string, { count }: Readers): HostInput['RestartPolicy'] {
  const [name = '', most] = value.split(':');
  return {
    Name: name as 'no',
    ...(most !== undefined && { MaximumRetryCount: count('--restart', most) }),
  };
}

/**
 * The request. With --rootfs all arguments are the command, else the first one is the image.
 * @throws InputError for malformed values
 */
export function createRequest(args: readonly string[], options: Options, readers: Readers): CreateInput {
  const { bytes, count } = readers;
  const rootfs = text(options, 'rootfs');
  const [image, ...rest] = rootfs === undefined ? args : [undefined, ...args];
  if (rootfs === undefined && image === undefined) throw new InputError('name an image, or give --rootfs DIR');
  const cmd = rest as string[];
  const amount = (key: string, option: string): number | undefined => {
    const value = text(options, key);
    return value === undefined ? undefined : bytes(option, value);
  };
  const cpus = text(options, 'cpus');
  if (cpus !== undefined && !(Number(cpus) > 0)) throw new InputError(`--cpus: “${cpus}” is not a number above 0`);
  const whole = (key: string, option: string): number | undefined => {
    const value = text(options, key);
    return value === undefined ? undefined : count(option, value);
  };
  const score = text(options, 'oomScoreAdj');
  if (score !== undefined && !/^-?\d+$/.test(score))
    throw new InputError(`--oom-score-adj: “${score}” is not a number from −1000 to 1000`);
  const entrypoint = text(options, 'entrypoint');
  const restart = text(options, 'restart');
  const aliases = [...many(options, 'networkAlias')];
  return {
    ...(rootfs === undefined ? { Image: image! } : { Rootfs: resolve(rootfs) }),
    ...(cmd.length && { Cmd: cmd }),
    ...(entrypoint !== undefined && { Entrypoint: [entrypoint] }),
    Env: environment(many(options, 'env')),
    WorkingDir: text(options, 'workdir'),
    User: text(options, 'user'),
    Hostname: text(options, 'hostname'),
    Domainname: text(options, 'domainname'),
    Tty: options.tty === true,
    OpenStdin: options.interactive === true,
    ExposedPorts: Object.fromEntries(many(options, 'expose').map((port) => [port, {}])),
    Labels: Object.fromEntries(
      many(options, 'label').map((row) => (row.includes('=') ? pair('--label', row) : [row, ''])),
    ),
    Healthcheck: healthcheck(options, readers),
    StopSignal: text(options, 'stopSignal'),
    StopTimeout: whole('stopTimeout', '--stop-timeout'),
    HostConfig: {
      Memory: amount('memory', '--memory'),
      MemoryReservation: amount('memoryReservation', '--memory-reservation'),
      NanoCpus: cpus === undefined ? undefined : Math.round(Number(cpus) * 1e9),
      CpuQuota: whole('cpuQuota', '--cpu-quota'),
      CpuPeriod: whole('cpuPeriod', '--cpu-period'),
      CpuShares: whole('cpuShares', '--cpu-shares'),
      PidsLimit: whole('pids', '--pids') ?? whole('pidsLimit', '--pids-limit'),
      OomScoreAdj: score === undefined ? undefined : Number(score),
      Binds: many(options, 'volume').map(volume),
      VolumesFrom: [...many(options, 'volumesFrom')],
      Tmpfs: tmpfs(many(options, 'tmpfs')),
      ReadonlyRootfs: options.readOnly === true,
      Privileged: options.privileged === true,
      CapAdd: [...many(options, 'capAdd')],
      CapDrop: [...many(options, 'capDrop')],
      SecurityOpt: many(options, 'securityOpt').map(security),
      AutoRemove: options.rm === true,
      ShmSize: amount('shmSize', '--shm-size'),
      Sysctls: Object.fromEntries(many(options, 'sysctl').map((row) => pair('--sysctl', row))),
      Ulimits: many(options, 'ulimit').map((row) => ulimit(row, readers)),
      ExtraHosts: [...many(options, 'addHost')],
      Dns: [...many(options, 'dns')],
      DnsSearch: [...many(options, 'dnsSearch')],
      DnsOptions: [...many(options, 'dnsOption')],
      GroupAdd: [...many(options, 'groupAdd')],
      PidMode: text(options, 'pid'),
      IpcMode: text(options, 'ipc'),
      UTSMode: text(options, 'uts'),
      ...(restart !== undefined && { RestartPolicy: restartPolicy(restart, readers) }),
      NetworkMode: String(options.network),
      PublishAllPorts: options.publishAll === true,
      PortBindings: portBindings(many(options, 'publish').flatMap(parsePublish)),
    },
    ...(aliases.length && {
      NetworkingConfig: { EndpointsConfig: { [String(options.network)]: { Aliases: aliases } } },
    }),
  };
}
