/** From samples to the figures of `npm run bench:scale`. */

import { formatCount, formatRatio } from '../../src/lab/report/format.ts';
import type { Table } from '../../src/lab/report/tables.ts';
import type { Interval } from '../../src/lab/stats.ts';
import type { Params } from '../engines/engines.ts';
import type { About } from '../engines/lab-host.ts';
import { passes } from '../engines/limits.ts';
import { type LimitRow, ratioOf } from '../engines/summary.ts';
import { machineNote, PROMISE_COLUMNS, promiseEntries, range } from '../engines/table.ts';

type Ratio = ReturnType<typeof ratioOf>;

/** Both do the work of one in the time of two. */
function throughput({ one, two }: Samples['ms'], seed: number): Ratio {
  const { ratio, ci95 } = ratioOf(one!, two!, seed);
  return { ratio: 2 * ratio, ci95: ci95 && { low: 2 * ci95.low, high: 2 * ci95.high } };
}

/** What is measured, and what is promised of it, if anything. */
export const KINDS = {
  'two-guests': {
    summary: 'throughput of two guests in two workers : that of one',
    bound: 'at least',
    limit: 1.85,
    ratio: throughput,
  },
  'two-natives': {
    summary: 'the same of their WebAssembly builds: what this computer has to give',
    bound: 'at least',
    limit: null,
    ratio: throughput,
  },
  'cold-start': {
    summary: 'translator : interpreter, a whole run of 50 M instructions in a fresh process',
    bound: 'at most',
    limit: 1.05,
    ratio: ({ interp, jit }: Samples['ms'], seed: number) => ratioOf(jit!, interp!, seed),
  },
  'changing-code': {
    summary: 'the same of a guest whose code changes, or is very much',
    bound: 'at most',
    limit: 2,
    ratio: ({ interp, jit }: Samples['ms'], seed: number) => ratioOf(jit!, interp!, seed),
  },
} as const;
export type Kind = keyof typeof KINDS;

export interface Samples {
  readonly kind: Kind;
  readonly workload: string;
  readonly params: Params;
  /** Of the whole run, where it was counted. */
  readonly instructions: number | null;
  /** Milliseconds in the order taken: `one` and `two` guests, or `interp` and `jit`. */
  readonly ms: Readonly<Partial<Record<'one' | 'two' | 'interp' | 'jit', readonly number[]>>>;
}

export interface ScaleRow extends Samples {
  readonly summary: string;
  readonly ratio: number;
  readonly ci95: Interval | null;
  readonly bound: LimitRow['bound'];
  /** null: nothing is promised. */
  readonly limit: number | null;
  readonly pass: boolean | null;
}

export interface ScaleReport extends About {
  readonly schema: 'trapframe.scale/1';
  readonly rows: readonly ScaleRow[];
}

/** The row of some samples; `seed` is that of its bootstrap. */
export function scaleRow(samples: Samples, seed: number): ScaleRow {
  const { summary, bound, limit, ratio: of } = KINDS[samples.kind];
  const { ratio, ci95 } = of(samples.ms, seed);
  return { ...samples, summary, ratio, ci95, bound, limit, pass: limit === null ? null : passes(bound, limit, ratio) };
}

/** The report as a table. */
export const scaleTable = ({ rows, host }: ScaleReport): Table => ({
  title: 'Scale and cold start',
  caption: 'medians by turns',
  columns: [
    { title: 'what', align: 'left', kind: null, rank: 0 },
    { title: 'workload', align: 'left', kind: null, rank: 0 },
    { title: 'instructions', align: 'right', kind: 'counted', rank: 3 },
    { title: 'ratio', align: 'right', kind: 'measured', rank: 0 },
    { title: '95 %', align: 'right', kind: 'measured', rank: 1 },
    ...PROMISE_COLUMNS,
  ],
  rows: rows.map(({ kind, workload, instructions, ratio, ci95, bound, limit, pass }) => [
    { text: kind },
    { text: workload },
    { text: instructions === null ? '–' : formatCount(instructions) },
    { text: formatRatio(ratio) },
    range(ci95),
    ...promiseEntries(bound, limit, pass),
  ]),
  notes: [
    ...Object.entries(KINDS).map(([kind, { summary }]) => `${kind}: ${summary}`),
    machineNote(host, `${host.cores} cores, `),
  ],
});
