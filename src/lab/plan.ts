/** From a request to the cells of an experiment; everything a user may have got wrong is found here, before any run. */
import type { MachineConfig } from '../abi/config.ts';
import { InputError } from '../abi/errors.ts';
import type { Profile } from '../abi/profile.ts';
import { machineConfigSchema, type WorkloadRecord } from '../abi/result.ts';
import { WORKLOADS, type Workload } from '../abi/workloads.ts';
import type { CommonRequest, ConfigPatch, WorkloadChoice } from './api.ts';
import { type Environment, environmentById, machineOf } from './environments.ts';
import { suggest } from './nearest.ts';
import { profileByName, resolveProfile } from './profile.ts';
import { seededRandom, shuffled } from './random.ts';

/** One workload with its parameters under one environment. */
export interface PlannedCell {
  /** Unique in its plan; names the cell in progress reports. */
  readonly key: string;
  readonly workload: Workload;
  readonly params: Readonly<Record<string, number>>;
  readonly environment: Environment;
  /** null: the engine is `native`. */
  readonly config: MachineConfig | null;
}

/** The part of a request that every kind of experiment shares, with the defaults filled in. */
export interface Settings {
  readonly profile: Profile;
  readonly config: ConfigPatch;
  readonly seed: number;
  readonly budget: number;
  readonly timeoutMs: number;
  readonly parallel: number;
}

export const DEFAULT_PROFILE = 'skylake';
const DEFAULT_BUDGET = 20e9;
const DEFAULT_TIMEOUT_MS = 120_000;

/** A whole number in a range. Throws InputError otherwise. */
export function wholeNumber(
  what: string,
  value: number,
  least: number,
  most: number = Number.MAX_SAFE_INTEGER,
): number {
  if (Number.isSafeInteger(value) && value >= least && value <= most) return value;
  const range = most === Number.MAX_SAFE_INTEGER ? `at least ${least}` : `${least} to ${most}`;
  throw new InputError(`${what}: expected a whole number, ${range}; got ${value}`);
}

/** @param cores processors of this host; decides how many cells are counted at once by default */
export function settingsOf(request: CommonRequest, cores: number): Settings {
  const { profile = DEFAULT_PROFILE, config = {}, seed = 1 } = request;
  return {
    profile: typeof profile === 'string' ? profileByName(profile) : resolveProfile(profile),
    config: { ...config, mmu: { ...config.mmu, seed: config.mmu?.seed ?? seed } },
    seed: wholeNumber('seed', seed, 0, 2 ** 32 - 1),
    budget: wholeNumber('budget (instructions)', request.budget ?? DEFAULT_BUDGET, 1),
    timeoutMs: wholeNumber('timeout (ms)', request.timeoutMs ?? DEFAULT_TIMEOUT_MS, 1, 2 ** 31 - 1),
    parallel: wholeNumber('parallel', request.parallel ?? Math.max(1, cores - 1), 1, 256),
  };
}

/** The workload of this id. Throws InputError with the nearest id. */
export function workloadById(id: string): Workload {
  const found = WORKLOADS.find((workload) => workload.id === id);
  if (found) return found;
  throw new InputError(
    `unknown workload “${id}”`,
    suggest(
      id,
      WORKLOADS.map((workload) => workload.id),
    ),
  );
}

/** A value for every parameter of the workload: the choice's own, else the quick one if asked for, else the default. */
export function paramsOf(
  workload: Workload,
  chosen: Readonly<Record<string, number>>,
  quick: boolean,
): Record<string, number> {
  const names = workload.params.map((param) => param.name);
  for (const [name, value] of Object.entries(chosen)) {
    if (!names.includes(name)) {
      throw new InputError(`workload ${workload.id} has no parameter “${name}”`, suggest(name, names));
    }
    const { least, most } = workload.params.find((param) => param.name === name)!;
    wholeNumber(`${workload.id}: ${name}`, value, least ?? 0, most);
  }
  return Object.fromEntries(
    workload.params.map(({ name, default: normal }) => [
      name,
      chosen[name] ?? (quick ? (workload.quick[name] ?? normal) : normal),
    ]),
  );
}

/** The command line of a guest: the kernel reads it from the device tree. */
export function bootargsOf(workload: Workload, params: Readonly<Record<string, number>>): string {
  return [`workload=${workload.id}`, ...Object.entries(params).map(([name, value]) => `${name}=${value}`)].join(' ');
}

/** The same for a program of Linux or WASI, behind its name. */
export function programArguments(workload: Workload, params: Readonly<Record<string, number>>): string[] {
  const names = workload.params.map(({ name }) => name);
  const operations = workload.operations === undefined ? '-' : String(names.indexOf(workload.operations));
  return [workload.id, operations, ...names.map((name) => String(params[name]))];
}

/** Checks the shape of a machine's configuration. Throws InputError naming what is wrong. */
function checkConfig(config: MachineConfig): MachineConfig {
  const parsed = machineConfigSchema.safeParse(config);
  if (parsed.success) return config;
  const lines = parsed.error.issues.map((issue) => `${issue.path.map(String).join('.')}: ${issue.message}`);
  throw new InputError(`malformed machine configuration\n  ${lines.join('\n  ')}`);
}

/** One cell. `bootargs` stand behind the workload's own. */
export function planCell(
  workload: Workload,
  params: Readonly<Record<string, number>>,
  environment: Environment,
  changes: ConfigPatch,
  bootargs = '',
): PlannedCell {
  const line = [bootargsOf(workload, params), bootargs].filter((part) => part !== '').join(' ');
  const config = machineOf(environment, changes, line);
  return {
    key: `${workload.id}/${environment.id}`,
    workload,
    params,
    environment,
    config: config === null ? null : checkConfig(config),
  };
}

const asChoice = (choice: string | WorkloadChoice): WorkloadChoice =>
  typeof choice === 'string' ? { id: choice } : choice;

export interface Grid {
  readonly workloads: readonly WorkloadRecord[];
  readonly environments: readonly Environment[];
  /** Workload by workload, environments in the order asked for. */
  readonly cells: readonly PlannedCell[];
}

/** Every workload under every environment. */
export function planGrid(
  choices: readonly (string | WorkloadChoice)[],
  environmentIds: readonly string[],
  changes: ConfigPatch,
  quick: boolean,
): Grid {
  if (choices.length === 0)
    throw new InputError(
      'no workload was named',
      suggest(
        '',
        WORKLOADS.map((w) => w.id),
      ),
    );
  if (environmentIds.length === 0) throw new InputError('no environment was named');
  const environments = unique('environment', environmentIds).map(environmentById);
  unique(
    'workload',
    choices.map((choice) => asChoice(choice).id),
  );
  const workloads = choices.map(asChoice).map((choice) => {
    const workload = workloadById(choice.id);
    return { workload, params: paramsOf(workload, choice.params ?? {}, quick) };
  });
  return {
    workloads: workloads.map(({ workload: { id, group }, params }) => ({ id, group, params })),
    environments,
    cells: workloads.flatMap(({ workload, params }) =>
      environments.map((environment) => planCell(workload, params, environment, changes)),
    ),
  };
}

function unique(what: string, names: readonly string[]): readonly string[] {
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw new InputError(`${what} “${twice}” is named twice`);
  return names;
}

/**
 * The order of all timed runs: in every round each cell once, in a new random order, so that a machine that slows
 * down or speeds up does so for all alike.
 */
export function sampleOrder<T>(cells: readonly T[], rounds: number, seed: number): T[][] {
  const random = seededRandom(seed, 3);
  return Array.from({ length: rounds }, () => shuffled(cells, random));
}
