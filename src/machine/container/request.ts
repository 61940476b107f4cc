/** What a container is asked for, in the Docker Engine API's words (POST /containers/create, version 1.43). */
import { z } from 'zod';
import { InputError } from '../../abi/errors.ts';
import { asked, oneOf } from './asked.ts';
import { issuesOf } from './spec.ts';

const words = z
  .array(z.string())
  .nullish()
  .transform((list) => list ?? []);
const addresses = z
  .array(z.union([z.ipv4(), z.ipv6()], 'has to be an address'))
  .nullish()
  .transform((list) => list ?? []);
const amount = z
  .number()
  .int()
  .nonnegative()
  .nullish()
  .transform((n) => n ?? 0);

/** Rows and columns of the client's terminal. */
const consoleSize = z.tuple([z.number().int(), z.number().int()]).nullish();

const ulimit = z.object({ Name: z.string(), Soft: z.number().int(), Hard: z.number().int() });

/** Limits of a block device, of which there are none: io.max of a bundle's config.json takes the numbers of file systems. */
const throttle = z.array(z.unknown()).max(0, 'there is no block device that could be limited').nullish();

/** The API's longer form of a bind, a volume or a folder in memory. */
const mount = asked({
  Type: z.enum(['bind', 'volume', 'tmpfs']),
  Source: z.string().nullish(),
  Target: z.string().startsWith('/', 'has to be an absolute path'),
  ReadOnly: z.boolean().nullish(),
  TmpfsOptions: asked({ SizeBytes: amount, Mode: z.number().int().nullish() }).nullish(),
  BindOptions: asked({ Propagation: oneOf('rprivate', 'private') }).nullish(),
}).refine(({ Type, Source }) => Type === 'tmpfs' || Source, 'has to name its source');
type MountRequest = z.infer<typeof mount>;

const bindText = ({ Source, Target, ReadOnly }: MountRequest): string => `${Source}:${Target}${ReadOnly ? ':ro' : ''}`;

function tmpfsEntry({ Target, ReadOnly, TmpfsOptions: options }: MountRequest): [target: string, options: string] {
  const size = options?.SizeBytes ? [`size=${options.SizeBytes}`] : [];
  const mode = options?.Mode ? [`mode=${options.Mode.toString(8)}`] : [];
  return [Target, [...(ReadOnly ? ['ro'] : []), ...size, ...mode].join(',')];
}

/** A namespace: one's own, the kernel's, or that of another container. */
const sharing = z
  .string()
  .regex(/^(private|shareable|host|container:.+)?$/, 'has to be private, shareable, host or container:NAME')
  .nullish();

const restartPolicy = asked({
  Name: z.enum(
    ['', 'no', 'always', 'unless-stopped', 'on-failure'],
    'has to be no, always, unless-stopped or on-failure',
  ),
  MaximumRetryCount: amount,
}).refine(
  ({ Name, MaximumRetryCount: most }) => most === 0 || Name === 'on-failure',
  'a number of times is for on-failure',
);

/** What can be changed while it runs. */
const changeable = {
  RestartPolicy: restartPolicy.nullish().transform((policy) => policy ?? { Name: 'no' as const, MaximumRetryCount: 0 }),
  Memory: amount,
  MemoryReservation: amount,
  /** There is no swap: a limit of it is met. */
  MemorySwap: z.number().int().nullish(),
  NanoCpus: amount,
  CpuPeriod: amount,
  CpuQuota: z.number().int().nullish(),
  CpuShares: amount,
  PidsLimit: z.number().int().nullish(),
};

const hostFields = asked({
  ...changeable,
  MemorySwappiness: z.literal([-1, 0], 'there is no swap').nullish(),
  OomScoreAdj: z.number().int().nullish(),
  Binds: words,
  /** Containers whose mounts it has too. */
  VolumesFrom: words,
  Tmpfs: z.record(z.string(), z.string()).nullish(),
  Mounts: z.array(mount).nullish(),
  ReadonlyRootfs: z.boolean().nullish(),
  Privileged: z.boolean().nullish(),
  CapAdd: words,
  CapDrop: words,
  SecurityOpt: words,
  AutoRemove: z.boolean().nullish(),
  ShmSize: amount,
  Sysctls: z.record(z.string(), z.string()).nullish(),
  Ulimits: z.array(ulimit).nullish(),
  ExtraHosts: words,
  Dns: addresses,
  DnsSearch: words,
  DnsOptions: words,
  GroupAdd: words,
  PidMode: sharing,
  IpcMode: sharing,
  UTSMode: oneOf('host'),
  CgroupnsMode: oneOf('private'),
  UsernsMode: oneOf('host'),
  Isolation: oneOf('default'),
  Runtime: oneOf('trapframe'),
  VolumeDriver: oneOf('local'),
  LogConfig: asked({ Type: oneOf('memory') }).nullish(),
  /** Not given: those every container has. */
  MaskedPaths: z.array(z.string()).nullish(),
  ReadonlyPaths: z.array(z.string()).nullish(),
  ConsoleSize: consoleSize,
  /** Where the client writes the number. */
  ContainerIDFile: z.string().nullish(),
  Annotations: z.record(z.string(), z.string()).nullish(),
  NetworkMode: z.string().nullish(),
  PortBindings: z
    .record(
      z.string(),
      z.array(z.object({ HostIp: z.string().optional(), HostPort: z.string().optional() })).nullable(),
    )
    .nullish(),
  PublishAllPorts: z.boolean().nullish(),
  BlkioDeviceReadBps: throttle,
  BlkioDeviceWriteBps: throttle,
  BlkioDeviceReadIOps: throttle,
  BlkioDeviceWriteIOps: throttle,
});

/** Mounts have the shorter forms of what they ask for. */
const hostConfig = hostFields
  .refine(
    ({ AutoRemove, RestartPolicy: { Name } }) => !AutoRemove || Name === '' || Name === 'no',
    'what is removed when it ends is not started again: AutoRemove and RestartPolicy exclude each other',
  )
  .transform(({ Mounts, ...host }) => {
    const [inMemory, others] = [true, false].map((tmpfs) =>
      (Mounts ?? []).filter((m) => (m.Type === 'tmpfs') === tmpfs),
    );
    return {
      ...host,
      Binds: [...host.Binds, ...others!.map(bindText)],
      Tmpfs: { ...host.Tmpfs, ...Object.fromEntries(inMemory!.map(tmpfsEntry)) },
    };
  });

const commandLine = z
  .union([z.array(z.string()), z.string().transform((s) => [s])])
  .nullish()
  .transform((list) => list ?? null);

/** A health check: NONE, CMD and words, or CMD-SHELL and a line; times are nanoseconds, and nothing stands for what its image says. */
const healthcheck = asked({
  Test: words.refine(
    ([kind, ...rest]) =>
      kind === undefined || (kind === 'NONE' ? !rest.length : /^CMD(-SHELL)?$/.test(kind) && rest.length),
    'has to be NONE, CMD and words, or CMD-SHELL and a line',
  ),
  Interval: amount,
  Timeout: amount,
  StartPeriod: amount,
  StartInterval: amount,
  Retries: amount,
});
export type HealthRequest = z.infer<typeof healthcheck>;

/** A network it is on. */
const endpointConfig = asked({ Aliases: words });

const create = asked({
  Image: z.string().nullish(),
  /** A folder of the host that is the container's root; this engine's own. */
  Rootfs: z.string().startsWith('/', 'has to be an absolute path').nullish(),
  Cmd: commandLine,
  Entrypoint: commandLine,
  Env: words,
  WorkingDir: z.string().nullish(),
  User: z.string().nullish(),
  Hostname: z.string().max(64).nullish(),
  Domainname: z.string().max(64).nullish(),
  Tty: z.boolean().nullish(),
  OpenStdin: z.boolean().nullish(),
  /** Of the client's own connection. */
  AttachStdin: z.boolean().nullish(),
  AttachStdout: z.boolean().nullish(),
  AttachStderr: z.boolean().nullish(),
  StdinOnce: z.boolean().nullish(),
  /** `80/tcp`: ports that --publish-all publishes beside those of the image. */
  ExposedPorts: z.record(z.string(), z.unknown()).nullish(),
  /** Places where volumes are mounted that nobody named. */
  Volumes: z.record(z.string().startsWith('/', 'has to be an absolute path'), z.unknown()).nullish(),
  Labels: z.record(z.string(), z.string()).nullish(),
  Healthcheck: healthcheck.nullish(),
  StopSignal: z.string().nullish(),
  StopTimeout: z.number().int().nonnegative().nullish(),
  ConsoleSize: consoleSize,
  HostConfig: hostConfig.prefault({}),
  NetworkingConfig: asked({
    EndpointsConfig: z
      .record(
        z.string(),
        endpointConfig.nullable().transform((e) => e ?? { Aliases: [] }),
      )
      .nullish(),
  }).nullish(),
});

export type CreateRequest = z.infer<typeof create>;
export type CreateInput = z.input<typeof create>;

const exec = asked({
  Cmd: z.array(z.string()).min(1, 'has to name a program'),
  Env: words,
  WorkingDir: z.string().nullish(),
  User: z.string().nullish(),
  Tty: z.boolean().nullish(),
  AttachStdin: z.boolean().nullish(),
  AttachStdout: z.boolean().nullish(),
  AttachStderr: z.boolean().nullish(),
  Privileged: z.boolean().nullish(),
  /** The client knows it without being told. */
  DetachKeys: z.string().nullish(),
  ConsoleSize: consoleSize,
});

export type ExecRequest = z.infer<typeof exec>;

/** POST /exec/ID/start: whether it has a terminal was said when it was made. */
const execStart = asked({ Detach: z.boolean().nullish(), Tty: z.boolean().nullish(), ConsoleSize: consoleSize });

export type ExecInput = z.input<typeof exec>;

const labels = z
  .record(z.string(), z.string())
  .nullish()
  .transform((all) => all ?? {});

const network = asked({
  Name: z.string().min(1, 'has to be given'),
  Driver: oneOf('bridge'),
  Scope: oneOf('local'),
  /** A name is had once only, asked for or not. */
  CheckDuplicate: z.boolean().nullish(),
  IPAM: asked({
    Driver: oneOf('default'),
    Config: z.array(z.unknown()).max(0, 'addresses are chosen here').nullish(),
  }).nullish(),
  Labels: labels,
});
export type NetworkRequest = z.infer<typeof network>;

/** POST /networks/ID/connect and disconnect. */
const endpoint = asked({
  Container: z.string().min(1, 'has to be given'),
  EndpointConfig: endpointConfig.nullish(),
  Force: z.boolean().nullish(),
});
export type EndpointRequest = z.infer<typeof endpoint>;

const volume = asked({
  Name: z.string().nullish(),
  Driver: oneOf('local'),
  Labels: labels,
});
export type VolumeRequest = z.infer<typeof volume>;

function read<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value ?? {});
  if (!result.success) throw new InputError(`the request: ${issuesOf(result.error)}`);
  return result.data;
}

/** POST /containers/ID/update; 0 or nothing leaves a limit as it is. */
const update = asked({ ...changeable, RestartPolicy: restartPolicy.nullish() });
export type UpdateRequest = z.infer<typeof update>;

/** @throws InputError that names every field that is wrong */
export const readCreate = (value: unknown): CreateRequest => read(create as z.ZodType<CreateRequest>, value);
/** Of an image; null: what it says is no health check. */
export const readHealthcheck = (value: unknown): HealthRequest | null => healthcheck.safeParse(value).data ?? null;
export const readExec = (value: unknown): ExecRequest => read(exec as z.ZodType<ExecRequest>, value);
export const readExecStart = (value: unknown): z.infer<typeof execStart> =>
  read(execStart as z.ZodType<z.infer<typeof execStart>>, value);
export const readNetwork = (value: unknown): NetworkRequest => read(network as z.ZodType<NetworkRequest>, value);
export const readEndpoint = (value: unknown): EndpointRequest => read(endpoint as z.ZodType<EndpointRequest>, value);
export const readVolume = (value: unknown): VolumeRequest => read(volume as z.ZodType<VolumeRequest>, value);
export const readUpdate = (value: unknown): UpdateRequest => read(update as z.ZodType<UpdateRequest>, value);
