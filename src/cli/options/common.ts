/** Options that compare, sweep and laws share. */
import { existsSync } from 'node:fs';
import { type Command, Option } from 'commander';
import { InputError } from '../../abi/errors.ts';
import type { Profile } from '../../abi/profile.ts';
import { WORKLOADS } from '../../abi/workloads.ts';
import type { CommonRequest, WorkloadChoice } from '../../lab/api.ts';
import { ENVIRONMENTS, environmentById } from '../../lab/environments.ts';
import { suggest } from '../../lab/nearest.ts';
import { PROFILES, parseProfile, profileByName } from '../../lab/profile.ts';
import { readInput } from '../files.ts';
import { addMachineOptions, machinePatch } from './machine.ts';
import { atLeast, count, duration, type Setting, setting } from './values.ts';

/** What commander collected for one command. */
export type Options = Readonly<Record<string, unknown>>;

const text = (options: Options, key: string): string | undefined => options[key] as string | undefined;

/** Adds --profile, --seed, --budget, --timeout, --parallel, --quiet and the machine's options. */
export function addCommonOptions(command: Command): Command {
  command
    .option(
      '--profile <NAME|FILE>',
      `cost profile (${PROFILES.map((p) => p.name).join(', ')}) or a JSON file of your own`,
      'skylake',
    )
    .option('--seed <N>', 'seed of the order of samples, the bootstrap and random replacement (default 1)')
    .option('--budget <N>', 'instructions one run may take at most (default 20G)')
    .option('--timeout <TIME>', 'how long one run may take at most (default 120s)')
    .option('--parallel <N>', 'runs counted at once (default: cores − 1); wall time is always taken one run at a time')
    .option('-q, --quiet', 'no progress');
  return addMachineOptions(command);
}

/** A shipped profile by name, or a file: anything with a dot or a slash is one. */
function profile(name: string): Profile {
  const looksLikeFile = /[./\\]/.test(name);
  if (!looksLikeFile && !existsSync(name)) return profileByName(name);
  return parseProfile(new TextDecoder('utf-8', { ignoreBOM: true }).decode(readInput(name, '--profile')), name);
}

/** @throws InputError for malformed values */
export function commonRequest(options: Options): CommonRequest {
  const given = <T>(key: string, read: (value: string) => T): T | undefined => {
    const value = text(options, key);
    return value === undefined ? undefined : read(value);
  };
  const seed = given('seed', (v) => count('--seed', v));
  const budget = given('budget', (v) => atLeast(1, '--budget', v));
  const timeoutMs = given('timeout', (v) => duration('--timeout', v));
  const parallel = given('parallel', (v) => atLeast(1, '--parallel', v));
  return {
    profile: profile(text(options, 'profile') ?? 'skylake'),
    config: machinePatch(options),
    ...(seed !== undefined && { seed }),
    ...(budget !== undefined && { budget }),
    ...(timeoutMs !== undefined && { timeoutMs }),
    ...(parallel !== undefined && { parallel }),
  };
}

const GROUPS = [...new Set(WORKLOADS.map((w) => w.group))];

/** The option that names workloads. */
export const workloadOption = (): Option =>
  new Option(
    '-w, --workload <LIST>',
    `workloads by id, or whole groups (${GROUPS.join(', ')}), or all; see \`trapframe list workloads\``,
  );

/**
 * Workloads from a comma-separated list of ids and groups, each with the settings that name one of its parameters.
 * @throws InputError for an unknown id or parameter
 */
export function workloads(names: readonly string[], settings: readonly Setting[]): WorkloadChoice[] {
  const rows = names.flatMap((name) => {
    const found = WORKLOADS.filter((w) => name === 'all' || w.group === name || w.id === name);
    if (found.length > 0) return found;
    const known = [...WORKLOADS.map((w) => w.id), ...GROUPS, 'all'];
    throw new InputError(`unknown workload “${name}”`, suggest(name, known));
  });
  const unique = [...new Set(rows)];
  for (const s of settings) {
    const among = unique.filter((w) => s.workload === null || w.id === s.workload);
    if (among.length === 0) {
      throw new InputError(
        `--param ${s.workload}.${s.name}: ${s.workload} is not among the workloads`,
        suggest(
          s.workload!,
          unique.map((w) => w.id),
        ),
      );
    }
    if (!among.some((w) => w.params.some((p) => p.name === s.name))) {
      const known = [...new Set(among.flatMap((w) => w.params.map((p) => p.name)))];
      throw new InputError(
        `--param: ${among.map((w) => w.id).join(', ')} has no parameter “${s.name}”`,
        suggest(s.name, known),
      );
    }
  }
  return unique.map((w) => {
    const mine = settings.filter((s) => (s.workload ?? w.id) === w.id && w.params.some((p) => p.name === s.name));
    return { id: w.id, params: Object.fromEntries(mine.map((s) => [s.name, s.value])) };
  });
}

/** The option that names environments. */
export const environmentOption = (): Option =>
  new Option('-e, --env <LIST>', 'environments by id; see `trapframe list environments`');

/** `--type2`, of every command that takes environments. */
export const type2Option = (): Option =>
  new Option(
    '--type2',
    'take the type 2 form of every environment that has one (its VMM is a process of a host system)',
  );

/**
 * Environments from a comma-separated list.
 * @throws InputError for an unknown id, or with `type2` for one whose VMM has no type 2 form
 */
export function environments(names: readonly string[], type2: boolean): string[] {
  const known = new Set(ENVIRONMENTS.map((e) => e.id));
  return names.map((name) => {
    const { id, hosting, config } = environmentById(name);
    const hasVmm = hosting === 'machine' && config.strategy !== 'bare' && config.hosting !== 'type2';
    if (!type2 || !hasVmm) return id;
    if (known.has(`${id}-type2`)) return `${id}-type2`;
    const forms = ENVIRONMENTS.filter((e) => e.config.hosting === 'type2').map((e) => e.id);
    throw new InputError(`--type2: ${id} has no type 2 form`, `known: ${forms.join(', ')}`);
  });
}

/** The option for parameters, repeatable. */
export const paramOption = (): Option =>
  new Option(
    '-p, --param <NAME=VALUE>',
    'value of a workload’s parameter, as name=value or workload.name=value; repeatable',
  ).argParser((value: string, before: Setting[] | undefined) => [...(before ?? []), setting('--param', value)]);
