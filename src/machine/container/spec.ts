/** The runtime bundle's config.json (OCI runtime specification 1.2), as far as Linux containers use it. */
import { z } from 'zod';
import { InputError } from '../../abi/errors.ts';
import { CAPABILITIES, type Capability } from '../../linux/task/credential.ts';
import { RLIMITS } from '../../linux/uapi.ts';

const absolute = z.string().startsWith('/', 'has to be an absolute path');
const count = z.number().int();
const amount = count.nonnegative();

const capability = z
  .string()
  .transform((name) => name.toLowerCase().replace(/^cap_/, ''))
  .refine(
    (name): name is Capability => (CAPABILITIES as readonly string[]).includes(name),
    'there is no such capability',
  );
const capabilities = z.array(capability).default([]);

const user = z.object({
  uid: amount.default(0),
  gid: amount.default(0),
  umask: amount.max(0o777).optional(),
  additionalGids: z.array(amount).default([]),
});

const rlimit = z
  .object({ type: z.enum(RLIMITS.map((r) => r.name)), soft: amount, hard: amount })
  .refine(({ soft, hard }) => soft <= hard, 'soft is above hard');

const process = z.object({
  terminal: z.boolean().default(false),
  consoleSize: z.object({ height: amount, width: amount }).optional(),
  user: user.default({ uid: 0, gid: 0, additionalGids: [] }),
  args: z.array(z.string()).min(1, 'has to name a program'),
  env: z.array(z.string().regex(/^[^=]+=/, 'has to be NAME=VALUE')).default([]),
  cwd: absolute.default('/'),
  capabilities: z
    .object({
      bounding: capabilities,
      effective: capabilities,
      inheritable: capabilities,
      permitted: capabilities,
      ambient: capabilities,
    })
    .optional(),
  rlimits: z.array(rlimit).default([]),
  noNewPrivileges: z.boolean().default(false),
  oomScoreAdj: count.min(-1000).max(1000).optional(),
});

const mount = z.object({
  destination: absolute,
  type: z.string().optional(),
  source: z.string().optional(),
  options: z.array(z.string()).default([]),
});

export const NAMESPACE_TYPES = ['pid', 'network', 'mount', 'ipc', 'uts', 'user', 'cgroup', 'time'] as const;

const namespace = z.object({ type: z.enum(NAMESPACE_TYPES), path: absolute.optional() });

const device = z.object({
  path: absolute,
  type: z.enum(['c', 'u', 'b', 'p']),
  major: amount.default(0),
  minor: amount.default(0),
  fileMode: amount.optional(),
  uid: amount.default(0),
  gid: amount.default(0),
});

const timeOffset = z.object({
  secs: z.number().int().default(0),
  nanosecs: z.number().int().min(0).max(999_999_999).default(0),
});
const idMapping = z.object({ containerID: amount, hostID: amount, size: amount });

export const SECCOMP_ACTIONS = [
  'SCMP_ACT_KILL',
  'SCMP_ACT_KILL_PROCESS',
  'SCMP_ACT_KILL_THREAD',
  'SCMP_ACT_TRAP',
  'SCMP_ACT_ERRNO',
  'SCMP_ACT_LOG',
  'SCMP_ACT_ALLOW',
] as const;
export const SECCOMP_OPERATORS = [
  'SCMP_CMP_NE',
  'SCMP_CMP_LT',
  'SCMP_CMP_LE',
  'SCMP_CMP_EQ',
  'SCMP_CMP_GE',
  'SCMP_CMP_GT',
  'SCMP_CMP_MASKED_EQ',
] as const;
const action = z.enum(SECCOMP_ACTIONS);

/** linux.seccomp; also what `--security-opt seccomp=FILE` holds, as far as Docker's form is the same. */
export const seccompSchema = z.object({
  defaultAction: action,
  defaultErrnoRet: amount.max(4095).optional(),
  architectures: z.array(z.string()).default([]),
  syscalls: z
    .array(
      z.object({
        names: z.array(z.string()).min(1),
        action,
        errnoRet: amount.max(4095).optional(),
        args: z
          .array(
            z.object({
              index: amount.max(5),
              value: z.number().nonnegative(),
              valueTwo: z.number().nonnegative().optional(),
              op: z.enum(SECCOMP_OPERATORS),
            }),
          )
          .nullish(),
      }),
    )
    .default([]),
});
export type SeccompProfile = z.infer<typeof seccompSchema>;

/** −1 is no limit. */
const limit = count.min(-1);
const throttle = z.array(z.object({ major: amount, minor: amount, rate: amount })).default([]);

const resources = z.object({
  memory: z.object({ limit: limit.optional(), reservation: limit.optional(), swap: limit.optional() }).optional(),
  cpu: z
    .object({
      shares: amount.optional(),
      quota: limit.optional(),
      period: amount.optional(),
      cpus: z.string().optional(),
    })
    .optional(),
  pids: z.object({ limit }).optional(),
  blockIO: z
    .object({
      weight: amount.optional(),
      throttleReadBpsDevice: throttle,
      throttleWriteBpsDevice: throttle,
      throttleReadIOPSDevice: throttle,
      throttleWriteIOPSDevice: throttle,
    })
    .optional(),
  unified: z.record(z.string(), z.string()).default({}),
});
/** What may be left out is left out. */
export type Resources = z.input<typeof resources>;

const linux = z.object({
  namespaces: z.array(namespace).default([]),
  uidMappings: z.array(idMapping).default([]),
  gidMappings: z.array(idMapping).default([]),
  timeOffsets: z.partialRecord(z.enum(['monotonic', 'boottime']), timeOffset).default({}),
  devices: z.array(device).default([]),
  cgroupsPath: z.string().optional(),
  resources: resources.optional(),
  seccomp: seccompSchema.optional(),
  maskedPaths: z.array(absolute).default([]),
  readonlyPaths: z.array(absolute).default([]),
  sysctl: z.record(z.string(), z.string()).default({}),
});

const schema = z.object({
  ociVersion: z.string().regex(/^1\.\d+\.\d+/, 'has to be 1.x.y'),
  process,
  root: z.object({ path: z.string().min(1), readonly: z.boolean().default(false) }),
  hostname: z.string().max(64).optional(),
  domainname: z.string().max(64).optional(),
  mounts: z.array(mount).default([]),
  hooks: z
    .record(z.string(), z.array(z.unknown()))
    .refine(
      (hooks) => Object.values(hooks).every((list) => list.length === 0),
      'hooks are programs of the host, which are not run',
    )
    .optional(),
  annotations: z.record(z.string(), z.string()).default({}),
  linux: linux.prefault({}),
});

export type Spec = z.infer<typeof schema>;
/** What may be left out is left out. */
export type SpecInput = z.input<typeof schema>;
export type SpecMount = Spec['mounts'][number];
export type SpecProcess = Spec['process'];

/** Says of each mistake where it is. */
export function issuesOf(error: z.ZodError): string {
  return error.issues
    .map(({ path, message }) => `${path.join('.').replace(/\.(\d+)/g, '[$1]') || 'the document'}: ${message}`)
    .join('; ');
}

/**
 * Reads a config.json.
 * @throws InputError that names every field that is wrong
 */
export function parseSpec(value: unknown, what = 'config.json'): Spec {
  const read = schema.safeParse(value);
  if (!read.success) throw new InputError(`${what}: ${issuesOf(read.error)}`);
  const seen = new Set<string>();
  for (const { type } of read.data.linux.namespaces) {
    if (seen.has(type)) throw new InputError(`${what}: linux.namespaces: ${type} stands there twice`);
    seen.add(type);
  }
  return read.data;
}
