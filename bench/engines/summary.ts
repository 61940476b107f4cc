/** From samples of wall time to the table of `npm run bench:engines`. Pure: measuring is measure.ts's business. */
import type { HostInfo } from '../../src/abi/result.ts';
import type { WorkloadGroup } from '../../src/abi/workloads.ts';
import { formatCount, formatMs, formatRatio } from '../../src/lab/report/format.ts';
import type { Column, Entry, Table } from '../../src/lab/report/tables.ts';
import { bootstrapRatio, median } from '../../src/lab/stats.ts';

/** The engines that are compared. */
export const ENGINES = [
  { id: 'native', summary: 'the workload’s own WebAssembly build, no translation' },
  { id: 'interp', summary: 'interpreted on the bare machine, MMU modelled and everything counted' },
  { id: 'jit', summary: 'hot code translated to WebAssembly on the same machine, with the same counters' },
] as const;
export type EngineId = (typeof ENGINES)[number]['id'];

/** How many times slower than `native` the interpreter may be, where that is promised. */
const SLOWDOWN_LIMITS: Readonly<Record<string, number>> = { 'integer-mix': 8, sha256: 28 };

/**
 * How many times slower counting may make the interpreter, over the geometric mean of the workloads that compute. Where
 * most accesses miss the TLB there is a walk to model for each, and no such promise.
 */
const COUNTING_LIMIT = 1.05;

/** What was measured of one workload: milliseconds of the measured region, in the order taken. */
export interface Samples {
  readonly workload: string;
  readonly group: WorkloadGroup;
  readonly params: Readonly<Record<string, number>>;
  /** Instructions in the region. */
  readonly instructions: number;
  readonly ms: Readonly<Record<EngineId, readonly number[]>>;
  /**
   * What counting costs: the interpreter with the modelled MMU and its counters on and off, as short runs in pairs. A few
   * per cent are asked for, and only neighbours in time are that close on a machine with other work.
   */
  readonly pairs: { readonly on: readonly number[]; readonly off: readonly number[] };
}

export interface Ratio {
  readonly ratio: number;
  /** 95 % bootstrap interval; null for fewer than three samples. */
  readonly ci95: { readonly low: number; readonly high: number } | null;
}

export interface EngineRow extends Samples {
  readonly medianMs: Readonly<Record<EngineId, number>>;
  /** Million instructions a second, counting on. */
  readonly mips: number;
  /** interp : native. */
  readonly slowdown: Ratio;
  /** jit : native. */
  readonly translated: Ratio;
  /** interp : jit. */
  readonly speedup: Ratio;
  /** Counting on : off. */
  readonly counting: Ratio;
  readonly limit: number | null;
  /** Whether the limit holds; true where there is none. */
  readonly pass: boolean;
}

export interface EngineReport {
  readonly schema: 'trapframe.engines/1';
  readonly trapframe: string;
  readonly coreSha256: string;
  readonly host: HostInfo;
  readonly seed: number;
  readonly rounds: number;
  readonly rows: readonly EngineRow[];
  /** Geometric mean of `counting` over the rows that compute; null when there are none. */
  readonly counting: { readonly ratio: number; readonly limit: number; readonly pass: boolean } | null;
  /** Geometric means of `translated` and `speedup` over the rows that compute; null when there are none. */
  readonly jit: { readonly vsNative: number; readonly vsInterp: number } | null;
}

function ratioOf(a: readonly number[], b: readonly number[], seed: number): Ratio {
  const interval = bootstrapRatio(a, b, seed);
  return {
    ratio: median(a) / median(b),
    ci95: interval && { low: interval.low, high: interval.high },
  };
}

/** The figures of one workload; `seed` is that of its bootstraps. */
export function summarise(samples: Samples, seed: number): EngineRow {
  const { native, interp, jit } = samples.ms;
  const limit = SLOWDOWN_LIMITS[samples.workload] ?? null;
  const slowdown = ratioOf(interp, native, seed);
  return {
    ...samples,
    medianMs: { native: median(native), interp: median(interp), jit: median(jit) },
    mips: samples.instructions / median(interp) / 1000,
    slowdown,
    translated: ratioOf(jit, native, seed),
    speedup: ratioOf(interp, jit, seed),
    counting: ratioOf(samples.pairs.on, samples.pairs.off, seed),
    limit,
    pass: limit === null || slowdown.ratio <= limit,
  };
}

const geometricMean = (values: readonly number[]): number =>
  Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);

/** What translating gains over the rows that compute. */
export function jitOf(rows: readonly EngineRow[]): EngineReport['jit'] {
  const compute = rows.filter((row) => row.group === 'compute');
  if (compute.length === 0) return null;
  return {
    vsNative: geometricMean(compute.map((row) => row.translated.ratio)),
    vsInterp: geometricMean(compute.map((row) => row.speedup.ratio)),
  };
}

/** What counting costs the rows that compute, and whether that stays within its limit. */
export function countingOf(rows: readonly EngineRow[]): EngineReport['counting'] {
  const ratios = rows.filter((row) => row.group === 'compute').map((row) => row.counting.ratio);
  if (ratios.length === 0) return null;
  const ratio = geometricMean(ratios);
  return { ratio, limit: COUNTING_LIMIT, pass: ratio <= COUNTING_LIMIT };
}

/** Whether every limit holds. */
export const allPass = (report: EngineReport): boolean =>
  report.counting?.pass !== false && report.rows.every((row) => row.pass);

const column = (title: string, rank: number, align: Column['align'] = 'right'): Column => ({
  title,
  align,
  kind: title === 'workload' ? null : title === 'instructions' ? 'counted' : 'measured',
  rank,
});

const range = ({ ci95 }: Ratio): Entry =>
  ci95 ? { text: `${ci95.low.toPrecision(3)}–${ci95.high.toPrecision(3)}`, tone: 'dim' } : { text: '–', tone: 'dim' };

const percent = (ratio: number): string => `${((ratio - 1) * 100).toFixed(1)} %`;

/** The report as a table; ratios are of medians, with their 95 % intervals. */
export function engineTable(report: EngineReport): Table {
  const { counting } = report;
  return {
    title: 'Engines',
    caption: `interpreter and translator against the same C compiled to WebAssembly; medians of ${report.rounds} interleaved rounds`,
    columns: [
      column('workload', 0, 'left'),
      column('instructions', 4),
      column('native ms', 2),
      column('interp ms', 1),
      column('Minstr/s', 2),
      column('interp:native', 0),
      column('95 %', 3),
      column('limit', 1),
      column('jit ms', 1),
      column('jit:native', 0),
      column('95 %', 3),
      column('interp:jit', 0),
      column('95 %', 3),
      column('counting on:off', 0),
      column('95 %', 3),
    ],
    rows: report.rows.map((row) => [
      { text: row.workload },
      { text: formatCount(row.instructions) },
      { text: formatMs(row.medianMs.native) },
      { text: formatMs(row.medianMs.interp) },
      { text: formatCount(Math.round(row.mips)) },
      { text: formatRatio(row.slowdown.ratio), ...(row.limit !== null && { tone: row.pass ? 'good' : 'bad' }) },
      range(row.slowdown),
      row.limit === null
        ? { text: '–', tone: 'dim' }
        : { text: `${row.pass ? '≤' : 'over'} ${row.limit}`, tone: row.pass ? 'good' : 'bad' },
      { text: formatMs(row.medianMs.jit) },
      { text: formatRatio(row.translated.ratio) },
      range(row.translated),
      { text: formatRatio(row.speedup.ratio) },
      range(row.speedup),
      { text: formatRatio(row.counting.ratio) },
      range(row.counting),
    ]),
    notes: [
      ...(counting === null
        ? []
        : [
            `counting on costs computing ${percent(counting.ratio)} over off (geometric mean); ` +
              `limit ${percent(counting.limit)}: ${counting.pass ? 'holds' : 'EXCEEDED'}`,
          ]),
      ...(report.jit === null
        ? []
        : [
            `translated code is ${report.jit.vsInterp.toFixed(2)} times as fast as the interpreter and ` +
              `${report.jit.vsNative.toFixed(2)} times slower than native (geometric means over what computes)`,
          ]),
      `${report.host.runtime} ${report.host.version}, ${report.host.cpu ?? 'unknown processor'}, ` +
        `clock steps of ${formatMs(report.host.clockResolutionMs)} ms`,
    ],
  };
}
