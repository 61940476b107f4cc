/**
 * The versioned shape of what an experiment yields, as zod schemas; docs/result.schema.json is printed from them.
 * Counted, modelled and measured figures stand in objects of their own (`counters`, `modelled`, `wall`) and are never
 * combined: the first are equal on every machine, the second follow from them and a profile, the third are this machine's.
 */
import { z } from 'zod';
import { HOSTINGS, MACHINE_ENGINES, POLICIES, STRATEGIES } from './config.ts';
import { profileSchema } from './profile.ts';
import { PROGRAM_HOSTINGS } from './program.ts';

export const RESULT_SCHEMA = 'trapframe.result/1';
export const SWEEP_SCHEMA = 'trapframe.sweep/1';
export const LAWS_SCHEMA = 'trapframe.laws/1';

/** How a cell ended. Only `ok` cells carry figures; `unavailable` is no failure: there is nothing to run. */
export const CELL_STATUSES = [
  { id: 'ok', failure: false, summary: 'ran, and passed every check' },
  { id: 'unavailable', failure: false, summary: 'this workload has no build for this environment' },
  { id: 'failed', failure: true, summary: 'the guest itself reported a failure' },
  { id: 'crashed', failure: true, summary: 'the guest crashed' },
  { id: 'refused', failure: true, summary: 'the VMM refused what the guest asked for' },
  { id: 'stalled', failure: true, summary: 'the guest waits for an interrupt that cannot come' },
  { id: 'budget', failure: true, summary: 'the instruction budget ran out' },
  { id: 'timeout', failure: true, summary: 'the deadline passed' },
  { id: 'cancelled', failure: true, summary: 'stopped on request' },
  { id: 'error', failure: true, summary: 'the image or the machine could not be used' },
  { id: 'mismatch', failure: true, summary: 'the outcome differs from that of the other environments (law E17)' },
  { id: 'nondeterministic', failure: true, summary: 'two runs of this cell did not count the same' },
] as const;
export type CellStatus = (typeof CELL_STATUSES)[number]['id'];

const ids = <T extends readonly { readonly id: string }[]>(rows: T) =>
  rows.map((row) => row.id) as [T[number]['id'], ...T[number]['id'][]];

const count = z.number().int().nonnegative();
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

const tlbSchema = z.strictObject({ entries: count, ways: count, policy: z.enum(POLICIES) });
const lineCacheSchema = z.strictObject({ lines: count, ways: count });

/** Zod's form of MachineConfig (config.ts); a test holds the two equal. */
export const machineConfigSchema = z.strictObject({
  strategy: z.enum(ids(STRATEGIES)),
  hosting: z.enum(ids(HOSTINGS)),
  memory: count.describe('bytes of guest RAM'),
  harts: count.default(1),
  mmu: z.strictObject({
    l1i: tlbSchema.nullable(),
    l1d: tlbSchema,
    l2: tlbSchema,
    walkCache: count,
    nestedTlb: count,
    caches: z.strictObject({ l1: lineCacheSchema, l2: lineCacheSchema, llc: lineCacheSchema }),
    tagged: z.boolean(),
    seed: z.number().int(),
  }),
  counting: z.boolean(),
  adUpdate: z.enum(['hardware', 'fault']),
  shadow: z.strictObject({ policy: z.enum(['sync', 'unsync']), flood: count, cachedRoots: z.boolean() }),
  hostPages: z.enum(['4k', '2m', '1g']),
  hostLevels: z.union([z.literal(3), z.literal(4)]),
  bootargs: z.string(),
  codePages: count,
  engine: z.enum(MACHINE_ENGINES),
});

export const hostSchema = z.strictObject({
  runtime: z.enum(['node', 'browser']),
  version: z.string().describe('Node’s version, or the user agent'),
  v8: z.string().nullable(),
  platform: z.string().describe('operating system and architecture'),
  cpu: z.string().nullable().describe('processor model; browsers do not tell'),
  cores: count,
  clockResolutionMs: z.number().positive().describe('smallest step of the clock, measured before the run'),
});
export type HostInfo = z.infer<typeof hostSchema>;

export const environmentRecordSchema = z.strictObject({
  id: z.string(),
  summary: z.string(),
  engine: z.enum([...MACHINE_ENGINES, 'native']),
  image: z.enum(['kernel', 'kernel-paravirt', 'native', 'linux', 'wasi']),
  hosting: z
    .enum(['machine', 'native', ...ids(PROGRAM_HOSTINGS)])
    .default('machine')
    .describe('what stands between the program and the machine; machine: the guest kernel'),
  config: machineConfigSchema
    .nullable()
    .describe('null: no machine (native). bootargs differ per cell and are empty here'),
});
export type EnvironmentRecord = z.infer<typeof environmentRecordSchema>;

export const workloadRecordSchema = z.strictObject({
  id: z.string(),
  group: z.string(),
  params: z.record(z.string(), count),
});
export type WorkloadRecord = z.infer<typeof workloadRecordSchema>;

export const modelledSchema = z.strictObject({
  cycles: z.number().nonnegative().describe('Σ count × cost over the measured region'),
  perIteration: z.number().nonnegative().nullable().describe('null where the guest named no iterations'),
  breakdown: z.record(z.string(), z.number().nonnegative()).describe('cost class → cycles; they add up to cycles'),
  whole: z
    .boolean()
    .default(true)
    .describe(
      'false: the program’s own cycles alone, as its kernel is outside of the machine and what that did is in no count',
    ),
});
export type Modelled = z.infer<typeof modelledSchema>;

export const wallSchema = z.strictObject({
  samples: z.array(z.number().nonnegative()).describe('milliseconds of the measured region, in the order taken'),
  n: count,
  warmup: count.describe('runs before the samples, not among them'),
  median: z.number().nonnegative(),
  mean: z.number().nonnegative(),
  ci95: z
    .strictObject({ low: z.number().nonnegative(), high: z.number().nonnegative() })
    .nullable()
    .describe('95 % bootstrap interval of the median; null for fewer than 3 samples'),
  phases: z
    .record(z.string(), z.number().nonnegative())
    .optional()
    .describe('medians of the parts of a start, in milliseconds and in their order; left out where there are none'),
});
export type Wall = z.infer<typeof wallSchema>;

export const cellSchema = z.strictObject({
  workload: z.string(),
  environment: z.string(),
  params: z.record(z.string(), count),
  status: z.enum(ids(CELL_STATUSES)),
  message: z.string().describe('one line: what happened; empty when ok'),
  imageSha256: sha256.nullable(),
  kernel: z.string().nullable().default(null).describe('the real Linux kernel that ran it; null: none did'),
  iterations: count,
  checksum: z
    .string()
    .regex(/^[0-9a-f]{16}$/)
    .nullable()
    .describe('what the workload computed'),
  digest: z
    .string()
    .regex(/^[0-9a-f]{32}$/)
    .nullable()
    .describe('final architectural state of the guest'),
  counters: z.record(z.string(), count).nullable().describe('counted in the measured region; keys sorted'),
  modelled: modelledSchema.nullable(),
  wall: wallSchema.nullable(),
});
export type Cell = z.infer<typeof cellSchema>;

const head = {
  trapframe: z.string().describe('version of this software'),
  created: z.iso.datetime(),
  seed: z.number().int(),
  coreSha256: sha256.describe('the machine: build/trapframe.wasm'),
  host: hostSchema,
  profile: profileSchema,
};

export const resultSchema = z.strictObject({
  schema: z.literal(RESULT_SCHEMA),
  ...head,
  experiment: z.strictObject({
    workloads: z.array(workloadRecordSchema),
    environments: z.array(environmentRecordSchema),
    repeat: count,
    warmup: count,
    quick: z.boolean(),
    parallel: count.describe('cells counted at once; wall-time samples are always taken one at a time'),
  }),
  cells: z.array(cellSchema),
});
export type Result = z.infer<typeof resultSchema>;

export const crossoverSchema = z.strictObject({
  cheaperBelow: z.string().describe('environment with fewer modelled cycles below the crossing'),
  cheaperAbove: z.string(),
  at: z.number().describe('value of the parameter, interpolated between the two neighbouring points'),
  between: z.tuple([z.number(), z.number()]),
});
export type Crossover = z.infer<typeof crossoverSchema>;

export const sweepSchema = z.strictObject({
  schema: z.literal(SWEEP_SCHEMA),
  ...head,
  experiment: z.strictObject({
    workload: workloadRecordSchema.describe('params: those that stay the same'),
    param: z.string(),
    values: z.array(count),
    environments: z.array(environmentRecordSchema),
    quick: z.boolean(),
  }),
  points: z.array(z.strictObject({ value: count, cells: z.array(cellSchema) })),
  crossovers: z.array(crossoverSchema),
});
export type SweepResult = z.infer<typeof sweepSchema>;

const scalar = z.union([z.number(), z.string()]);

export const lawRowSchema = z.strictObject({
  id: z.string().describe('number of the law: E2, S4'),
  case: z.string().describe('which instance of a parametrised law; empty where there is one'),
  kind: z.enum(['exact', 'shape']),
  statement: z.string(),
  expected: scalar.describe('exact: the value the law demands; shape: the order or band it demands'),
  counted: scalar.describe('what was found; `figure` says what kind of figure it is'),
  figure: z
    .enum(['counted', 'modelled', 'measured'])
    .default('counted')
    .describe('counted: equal on every machine; modelled: from counts and a profile; measured: wall time of this host'),
  pass: z.boolean(),
  deviation: z
    .string()
    .nullable()
    .default(null)
    .describe('why a case that does not hold here is not expected to; null for all others'),
  published: z
    .strictObject({ value: z.string(), source: z.string(), tag: z.enum(['S', 'A', '2', 'D']) })
    .nullable()
    .describe('the figure in print beside a shape law; null where none was verified'),
  profile: z.string().nullable().describe('cost profile of a shape law'),
  detail: z.string().describe('what was run, or why it failed'),
});
export type LawRow = z.infer<typeof lawRowSchema>;

export const lawsSchema = z.strictObject({
  schema: z.literal(LAWS_SCHEMA),
  trapframe: z.string(),
  created: z.iso.datetime(),
  coreSha256: sha256,
  host: hostSchema,
  laws: z.array(lawRowSchema),
  leftOut: z.array(z.string()).default([]).describe('what was not checked, and what it needs'),
});
export type LawsResult = z.infer<typeof lawsSchema>;
