/** From samples of wall time to the figures of `npm run bench:engines`. Pure: measuring is measure.ts's business. */

import type { WorkloadGroup } from '../../src/abi/workloads.ts';
import { bootstrap, bootstrapRatio, type Interval, median } from '../../src/lab/stats.ts';
import { ENGINES, type EngineId, type Params } from './engines.ts';
import type { About } from './lab-host.ts';
import { type Arithmetic, arithmeticOf } from './workloads.ts';

/** What was measured of one workload: milliseconds of the measured region, in the order taken. */
export interface Samples {
  readonly workload: string;
  readonly group: WorkloadGroup;
  /** What each engine ran, and the guest instructions of its region. */
  readonly sizes: Readonly<Partial<Record<EngineId, { readonly params: Params; readonly instructions: number }>>>;
  readonly ms: Readonly<Partial<Record<EngineId, readonly number[]>>>;
  /**
   * What counting costs: the interpreter with the modelled MMU and its counters on and off, as short runs in pairs. A few
   * per cent are asked for, and only neighbours in time are that close on a machine with other work.
   */
  readonly pairs: { readonly on: readonly number[]; readonly off: readonly number[] };
}

/** One engine on one workload. */
export interface EngineRow {
  readonly workload: string;
  readonly group: WorkloadGroup;
  readonly arithmetic: Arithmetic;
  readonly engine: EngineId;
  /** Median time of the region at the size of `params`, which is that of `jit`: shorter runs count by the instruction. */
  readonly ms: number;
  readonly params: Params;
  /** Guest instructions of the region at that size. */
  readonly instructions: number;
  /** Times slower than direct WebAssembly. */
  readonly vsNative: number | null;
  /** 95 % bootstrap interval; null for fewer than three samples. */
  readonly vsNativeCi95: Interval | null;
  /** Times faster than qemu-system-riscv64; null where it is not installed. */
  readonly vsQemuSystem: number | null;
  readonly vsQemuSystemCi95: Interval | null;
  /** What was run and measured, in milliseconds, in the order taken. */
  readonly measured: { readonly params: Params; readonly instructions: number; readonly ms: readonly number[] };
}

/** Geometric means of one engine over workloads of a kind. */
export interface EngineMean {
  readonly over: 'all' | Arithmetic;
  readonly engine: EngineId;
  readonly workloads: number;
  readonly vsNative: number | null;
  readonly vsQemuSystem: number | null;
}

/** What counting costs the interpreter on one workload. */
export interface CountingRow {
  readonly workload: string;
  /** On : off. */
  readonly ratio: number;
  readonly ci95: Interval | null;
}

export interface EngineReport extends About {
  readonly schema: 'trapframe.engines/2';
  readonly seed: number;
  readonly rounds: number;
  readonly rows: readonly EngineRow[];
  readonly means: readonly EngineMean[];
  readonly counting: readonly CountingRow[];
  readonly limits: readonly LimitRow[];
}

/** One promise and what became of it. */
export interface LimitRow {
  readonly id: string;
  readonly summary: string;
  readonly bound: 'at most' | 'at least';
  readonly limit: number;
  /** null: it could not be measured here. */
  readonly value: number | null;
  readonly pass: boolean | null;
}

/**
 * Ratio `a : b` of samples taken by turns, with its interval: the median of each turn's ratio, so that a computer that
 * slows down does so for both. Where one side has fewer samples, the ratio of the medians.
 */
export function ratioOf(
  a: readonly number[],
  b: readonly number[],
  seed: number,
): { readonly ratio: number; readonly ci95: Interval | null } {
  if (a.length === b.length) {
    const ratios = a.map((value, i) => value / b[i]!);
    return { ratio: median(ratios), ci95: bootstrap(ratios, median, seed) };
  }
  const interval = bootstrapRatio(a, b, seed);
  return { ratio: median(a) / median(b), ci95: interval && { low: interval.low, high: interval.high } };
}

export const geometricMean = (values: readonly number[]): number =>
  Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);

/** The rows of one workload, in the order of ENGINES; `seed` is that of its bootstraps. */
export function rowsOf(samples: Samples, seed: number): EngineRow[] {
  const { workload, group, sizes } = samples;
  const engines = ENGINES.map(({ id }) => id).filter((id) => samples.ms[id]?.length);
  const reference = sizes.jit ?? sizes[engines[0]!]!;
  // All at the size of the reference: the region's instructions are counted exactly.
  const at = (id: EngineId): readonly number[] | null =>
    samples.ms[id]?.map((ms) => (ms * reference.instructions) / sizes[id]!.instructions) ?? null;
  const native = at('native');
  const qemu = at('qemu-system');
  return engines.map((engine) => {
    const ms = at(engine)!;
    const slower = native && ratioOf(ms, native, seed);
    const faster = qemu && ratioOf(qemu, ms, seed);
    return {
      workload,
      group,
      arithmetic: arithmeticOf(workload),
      engine,
      ms: median(ms),
      params: reference.params,
      instructions: reference.instructions,
      vsNative: slower?.ratio ?? null,
      vsNativeCi95: slower?.ci95 ?? null,
      vsQemuSystem: faster?.ratio ?? null,
      vsQemuSystemCi95: faster?.ci95 ?? null,
      measured: { ...sizes[engine]!, ms: samples.ms[engine]! },
    };
  });
}

/** The geometric means over all rows, and over those of each arithmetic. */
export function meansOf(rows: readonly EngineRow[]): EngineMean[] {
  const mean = (values: readonly (number | null)[]): number | null =>
    values.length > 0 && values.every((v) => v !== null) ? geometricMean(values) : null;
  return (['all', 'integer', 'double'] as const).flatMap((over) =>
    ENGINES.flatMap(({ id: engine }) => {
      const of = rows.filter((row) => row.engine === engine && (over === 'all' || row.arithmetic === over));
      if (of.length === 0) return [];
      const vsNative = mean(of.map((row) => row.vsNative));
      const vsQemuSystem = mean(of.map((row) => row.vsQemuSystem));
      return [{ over, engine, workloads: of.length, vsNative, vsQemuSystem }];
    }),
  );
}

/** What counting costs, workload by workload. */
export const countingOf = (samples: readonly Samples[], seed: number): CountingRow[] =>
  samples
    .filter(({ pairs }) => pairs.on.length > 0)
    .map(({ workload, pairs }) => ({ workload, ...ratioOf(pairs.on, pairs.off, seed) }));

/** Everything a report says that is computed. */
export function summarise(
  samples: readonly Samples[],
  seed: number,
): Pick<EngineReport, 'rows' | 'means' | 'counting'> {
  const rows = samples.flatMap((s) => rowsOf(s, seed));
  return { rows, means: meansOf(rows), counting: countingOf(samples, seed) };
}
