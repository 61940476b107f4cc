/** What a container is asked for, in the Docker Engine API's words (POST /containers/create, version 1.43). */
import { z } from 'zod';
import { InputError } from '../../abi/errors.ts';
import { issuesOf } from './spec.ts';

const words = z
  .array(z.string())
  .nullish()
  .transform((list) => list ?? []);
const amount = z
  .number()
  .int()
  .nonnegative()
  .nullish()
  .transform((n) => n ?? 0);

const ulimit = z.object({ Name: z.string(), Soft: z.number().int(), Hard: z.number().int() });

/** Limits of a block device, of which there are none: io.max of a bundle's config.json takes the numbers of file systems. */
const throttle = z.array(z.unknown()).max(0, 'there is no block device that could be limited').nullish();

/** The API's longer form of a bind, a volume or a folder in memory. */
const mount = z
  .object({
    Type: z.enum(['bind', 'volume', 'tmpfs']),
    Source: z.string().nullish(),
    Target: z.string().startsWith('/', 'has to be an absolute path'),
    ReadOnly: z.boolean().nullish(),
    TmpfsOptions: z.object({ SizeBytes: amount, Mode: z.number().int().nullish() }).nullish(),
  })
  .refine(({ Type, Source }) => Type === 'tmpfs' || Source, 'has to name its source');
type MountRequest = z.infer<typeof mount>;

const bindText = ({ Source, Target, ReadOnly }: MountRequest): string => `${Source}:${Target}${ReadOnly ? ':ro' : ''}`;

function tmpfsEntry({ Target, ReadOnly, TmpfsOptions: options }: MountRequest): [target: string, options: string] {
  const size = options?.SizeBytes ? [`size=${options.SizeBytes}`] : [];
  const mode = options?.Mode ? [`mode=${options.Mode.toString(8)}`] : [];
  return [Target, [...(ReadOnly ? ['ro'] : []), ...size, ...mode].join(',')];
}

const hostFields = z.object({
  Memory: amount,
  MemoryReservation: amount,
  NanoCpus: amount,
  CpuShares: amount,
  PidsLimit: z.number().int().nullish(),
  OomScoreAdj: z.number().int().nullish(),
  Binds: words,
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
const hostConfig = hostFields.transform(({ Mounts, ...host }) => {
  const [inMemory, others] = [true, false].map((tmpfs) => (Mounts ?? []).filter((m) => (m.Type === 'tmpfs') === tmpfs));
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

const create = z.object({
  Image: z.string().nullish(),
  /** A folder of the host that is the container's root; this engine's own. */
  Rootfs: z.string().startsWith('/', 'has to be an absolute path').nullish(),
  Cmd: commandLine,
  Entrypoint: commandLine,
  Env: words,
  WorkingDir: z.string().nullish(),
  User: z.string().nullish(),
  Hostname: z.string().max(64).nullish(),
  Tty: z.boolean().nullish(),
  OpenStdin: z.boolean().nullish(),
  /** `80/tcp`: ports that --publish-all publishes beside those of the image. */
  ExposedPorts: z.record(z.string(), z.unknown()).nullish(),
  Labels: z.record(z.string(), z.string()).nullish(),
  StopSignal: z.string().nullish(),
  StopTimeout: z.number().int().nonnegative().nullish(),
  ConsoleSize: z.tuple([z.number().int(), z.number().int()]).nullish(),
  HostConfig: hostConfig.prefault({}),
  NetworkingConfig: z
    .object({
      EndpointsConfig: z
        .record(
          z.string(),
          z
            .object({ Aliases: words })
            .nullable()
            .transform((e) => e ?? { Aliases: [] }),
        )
        .nullish(),
    })
    .nullish(),
});

export type CreateRequest = z.infer<typeof create>;
export type CreateInput = z.input<typeof create>;

const exec = z.object({
  Cmd: z.array(z.string()).min(1, 'has to name a program'),
  Env: words,
  WorkingDir: z.string().nullish(),
  User: z.string().nullish(),
  Tty: z.boolean().nullish(),
  AttachStdin: z.boolean().nullish(),
  Privileged: z.boolean().nullish(),
  ConsoleSize: z.tuple([z.number().int(), z.number().int()]).nullish(),
});

export type ExecRequest = z.infer<typeof exec>;
export type ExecInput = z.input<typeof exec>;

const labels = z
  .record(z.string(), z.string())
  .nullish()
  .transform((all) => all ?? {});

const network = z.object({
  Name: z.string().min(1, 'has to be given'),
  Driver: z
    .string()
    .refine((driver) => driver === '' || driver === 'bridge', 'can only be bridge')
    .nullish(),
  Internal: z
    .boolean()
    .refine((on) => !on, 'is not offered')
    .nullish(),
  IPAM: z.object({ Config: z.array(z.unknown()).max(0, 'addresses are chosen here').nullish() }).nullish(),
  Labels: labels,
});
export type NetworkRequest = z.infer<typeof network>;

/** POST /networks/ID/connect and disconnect. */
const endpoint = z.object({
  Container: z.string().min(1, 'has to be given'),
  EndpointConfig: z.object({ Aliases: words }).nullish(),
});
export type EndpointRequest = z.infer<typeof endpoint>;

const volume = z.object({
  Name: z.string().nullish(),
  Driver: z
    .string()
    .refine((driver) => driver === '' || driver === 'local', 'can only be local')
    .nullish(),
});
export type VolumeRequest = z.infer<typeof volume>;

function read<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value ?? {});
  if (!result.success) throw new InputError(`the request: ${issuesOf(result.error)}`);
  return result.data;
}

/** POST /containers/ID/update; 0 or nothing leaves a limit as it is. */
const update = z.object({
  Memory: amount,
  MemoryReservation: amount,
  NanoCpus: amount,
  CpuShares: amount,
  PidsLimit: z.number().int().nullish(),
});
export type UpdateRequest = z.infer<typeof update>;

/** @throws InputError that names every field that is wrong */
export const readCreate = (value: unknown): CreateRequest => read(create as z.ZodType<CreateRequest>, value);
export const readExec = (value: unknown): ExecRequest => read(exec as z.ZodType<ExecRequest>, value);
export const readNetwork = (value: unknown): NetworkRequest => read(network as z.ZodType<NetworkRequest>, value);
export const readEndpoint = (value: unknown): EndpointRequest => read(endpoint as z.ZodType<EndpointRequest>, value);
export const readVolume = (value: unknown): VolumeRequest => read(volume as z.ZodType<VolumeRequest>, value);
export const readUpdate = (value: unknown): UpdateRequest => read(update as z.ZodType<UpdateRequest>, value);
