/** What is promised of the engines' speed, as a table. `npm run bench:engines -- --check` holds a report to it. */
import type { EngineId } from './engines.ts';
import { type EngineReport, geometricMean, type LimitRow } from './summary.ts';

type Figures = Pick<EngineReport, 'rows' | 'means' | 'counting'>;

interface Limit {
  readonly id: string;
  readonly summary: string;
  readonly bound: LimitRow['bound'];
  readonly limit: number;
  /** null where the run did not measure it. */
  readonly value: (figures: Figures) => number | null;
}

const slowdown =
  (workload: string, engine: EngineId) =>
  ({ rows }: Figures): number | null =>
    rows.find((row) => row.workload === workload && row.engine === engine)?.vsNative ?? null;

const meanOf =
  (over: 'all' | 'integer' | 'double', engine: EngineId, figure: 'vsNative' | 'vsQemuSystem') =>
  ({ means }: Figures): number | null =>
    means.find((m) => m.over === over && m.engine === engine)?.[figure] ?? null;

export const LIMITS: readonly Limit[] = [
  {
    id: 'interp-integer-mix',
    summary: 'interpreter : native on integer-mix',
    bound: 'at most',
    limit: 8,
    value: slowdown('integer-mix', 'interp'),
  },
  {
    id: 'interp-sha256',
    summary: 'interpreter : native on sha256',
    bound: 'at most',
    limit: 28,
    value: slowdown('sha256', 'interp'),
  },
  {
    id: 'counting',
    summary: 'counting on : off, geometric mean over what computes',
    bound: 'at most',
    limit: 1.05,
    // Where most accesses miss the TLB there is a walk to model for each, and no such promise.
    value: ({ counting }) => (counting.length > 0 ? geometricMean(counting.map((row) => row.ratio)) : null),
  },
  {
    id: 'jit-qemu-mean',
    summary: 'qemu-system : translator, geometric mean',
    bound: 'at least',
    limit: 2.2,
    value: meanOf('all', 'jit', 'vsQemuSystem'),
  },
  {
    id: 'jit-qemu-least',
    summary: 'qemu-system : translator, the least of all workloads',
    bound: 'at least',
    limit: 1.2,
    value: ({ rows }) => {
      const ratios = rows.filter((row) => row.engine === 'jit').map((row) => row.vsQemuSystem);
      return ratios.length > 0 && ratios.every((r) => r !== null) ? Math.min(...ratios) : null;
    },
  },
  {
    id: 'jit-qemu-double',
    summary: 'qemu-system : translator on double precision, geometric mean',
    bound: 'at least',
    limit: 4,
    value: meanOf('double', 'jit', 'vsQemuSystem'),
  },
  {
    id: 'jit-native-integer',
    summary: 'translator : native on integers, geometric mean',
    bound: 'at most',
    limit: 2.2,
    value: meanOf('integer', 'jit', 'vsNative'),
  },
];

/** Every promise with what was measured. */
export const limitsOf = (figures: Figures): LimitRow[] =>
  LIMITS.map(({ id, summary, bound, limit, value: of }) => {
    const value = of(figures);
    return { id, summary, bound, limit, value, pass: passes(bound, limit, value) };
  });

/** Whether a value keeps its bound; null where there is no value. */
export const passes = (bound: LimitRow['bound'], limit: number, value: number | null): boolean | null =>
  value === null ? null : bound === 'at most' ? value <= limit : value >= limit;

/** Whether no limit is broken. What could not be measured breaks none. */
export const allPass = (rows: readonly Pick<LimitRow, 'pass'>[]): boolean => rows.every((row) => row.pass !== false);
