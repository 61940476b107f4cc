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

const throttle = z
  .array(z.object({ Path: z.string(), Rate: z.number().int().positive() }))
  .nullish()
  .transform((list) => list ?? []);

const hostConfig = z.object({
  Memory: amount,
  MemoryReservation: amount,
  NanoCpus: amount,
  CpuShares: amount,
  PidsLimit: z.number().int().nullish(),
  OomScoreAdj: z.number().int().nullish(),
  Binds: words,
  Tmpfs: z.record(z.string(), z.string()).nullish(),
  ReadonlyRootfs: z.boolean().nullish(),
  Privileged: z.boolean().nullish(),
  CapAdd: words,
  CapDrop: words,
  SecurityOpt: words,
  AutoRemove: z.boolean().nullish(),
  ShmSize: amount,
  Ulimits: z.array(ulimit).nullish(),
  ExtraHosts: words,
  NetworkMode: z.string().nullish(),
  BlkioDeviceReadBps: throttle,
  BlkioDeviceWriteBps: throttle,
  BlkioDeviceReadIOps: throttle,
  BlkioDeviceWriteIOps: throttle,
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
  Labels: z.record(z.string(), z.string()).nullish(),
  StopSignal: z.string().nullish(),
  StopTimeout: z.number().int().nonnegative().nullish(),
  ConsoleSize: z.tuple([z.number().int(), z.number().int()]).nullish(),
  HostConfig: hostConfig.prefault({}),
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

function read<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value ?? {});
  if (!result.success) throw new InputError(`the request: ${issuesOf(result.error)}`);
  return result.data;
}

/** @throws InputError that names every field that is wrong */
export const readCreate = (value: unknown): CreateRequest => read(create as z.ZodType<CreateRequest>, value);
export const readExec = (value: unknown): ExecRequest => read(exec as z.ZodType<ExecRequest>, value);
