/** What a law is: its words, and a check that yields a row for each of its cases. */
import type { Counters } from '../../abi/counters.ts';
import type { LawRow } from '../../abi/result.ts';
import type { ConfigPatch } from '../api.ts';
import type { RunRecord } from '../record.ts';

/** One case of a law as its check found it. */
export interface LawCase {
  readonly case: string;
  readonly expected: number | string;
  readonly counted: number | string;
  readonly pass: boolean;
  readonly detail: string;
  readonly published?: NonNullable<LawRow['published']>;
  /** What kind of figure `counted` is; left out: counted for an exact law, modelled for a shape law. */
  readonly figure?: LawRow['figure'];
  /** Why it is known not to hold here, which is then shown and no failure. */
  readonly deviation?: string;
}

export interface Law {
  readonly id: string;
  readonly kind: 'exact' | 'shape';
  readonly statement: string;
  /** Cost profile of a shape law. */
  readonly profile?: string;
  /** Whether it takes wall time, so that nothing may run beside it. */
  readonly timed?: true;
  check(bench: Bench): Promise<LawCase[]>;
}

/** What a workload is run with beside its environment. */
export interface RunChoice {
  readonly params?: Readonly<Record<string, number>>;
  readonly config?: ConfigPatch;
}

/** Samples in milliseconds, and medians of the parts of a start. */
export interface Timed {
  readonly ms: readonly number[];
  readonly median: number;
  readonly phases: Readonly<Record<string, number>>;
}

/** A case that does not hold, and was expected to: wall time depends on the host, and deviations are known. */
export const isLawFailure = ({ pass, figure, deviation }: LawRow): boolean =>
  !pass && figure !== 'measured' && deviation === null;

/** What a check works with. A run that does not end well throws, and the law fails with the guest's message. */
export interface Bench {
  /** One run of a workload, at its quick size unless `params` say otherwise. Equal runs are made once. */
  run(workload: string, environment: string, choice?: RunChoice): Promise<RunRecord>;
  /** Wall time of one run after the other, alone: a first one that does not count, then five. */
  time(workload: string, environment: string, choice?: RunChoice): Promise<Timed>;
  /** Whether there is a real Linux kernel of our configuration; where not, says that `what` is left out. */
  hasKernel(what: string): Promise<boolean>;
  /** One run of the law probe (bench/laws): `event` is its part of the command line. */
  probe(event: string, n: number, config: ConfigPatch): Promise<RunRecord>;
}

/**
 * A case whose value is still to be found. Where the run behind it fails, the case fails with the guest's message and
 * the law's other cases go on.
 */
export async function decide<T>(
  found: Omit<LawCase, 'counted' | 'pass'>,
  value: T | PromiseLike<T>,
  holds: (value: T) => boolean,
  show: (value: T) => number | string,
): Promise<LawCase> {
  try {
    const counted = await value;
    return { ...found, counted: show(counted), pass: holds(counted) };
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    return { ...found, counted: 'none', pass: false, detail };
  }
}

/** An exact case: passes where both are equal. */
export const exact = (
  name: string,
  expected: number,
  counted: number | Promise<number>,
  detail: string,
): Promise<LawCase> =>
  decide(
    { case: name, expected, detail },
    counted,
    (value) => value === expected,
    (value) => value,
  );

/** A counter of a run; counters the machine leaves out are zero. */
export const count = (record: RunRecord, id: string): number => record.counters?.[id] ?? 0;

/** The sum of all counters whose id matches. */
export const countAll = (record: RunRecord, id: RegExp): number =>
  Object.entries(record.counters ?? {}).reduce((sum, [name, value]) => (id.test(name) ? sum + value : sum), 0);

/** What each further event of the probe counts: the difference between 2n and n events, divided by n. */
export async function eachEvent(bench: Bench, event: string, n: number, config: ConfigPatch): Promise<Counters> {
  return perEvent(await bench.probe(event, n, config), await bench.probe(event, 2 * n, config), n);
}

/** The same for a workload; `param` is the parameter that counts its operations. */
export async function eachOperation(
  bench: Bench,
  workload: string,
  environment: string,
  param: string,
  n: number,
  choice: RunChoice = {},
): Promise<Counters> {
  const run = (value: number): Promise<RunRecord> =>
    bench.run(workload, environment, { ...choice, params: { ...choice.params, [param]: value } });
  return perEvent(await run(n), await run(2 * n), n);
}

function perEvent(once: RunRecord, twice: RunRecord, n: number): Counters {
  const ids = new Set([...Object.keys(once.counters ?? {}), ...Object.keys(twice.counters ?? {})]);
  return Object.fromEntries([...ids].map((id) => [id, (count(twice, id) - count(once, id)) / n]));
}
