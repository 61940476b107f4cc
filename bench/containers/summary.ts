/** From samples to the figures of `npm run bench:containers`. */
import { formatCount, formatMs, formatRatio } from '../../src/lab/report/format.ts';
import type { Table } from '../../src/lab/report/tables.ts';
import { bootstrap, type Interval, median } from '../../src/lab/stats.ts';
import type { About } from '../engines/lab-host.ts';
import { passes } from '../engines/limits.ts';
import { ratioOf } from '../engines/summary.ts';
import { machineNote, PROMISE_COLUMNS, promiseEntries, range } from '../engines/table.ts';
import type { Pair } from './measure.ts';

/** What may be promised: milliseconds of a warm start, and a container's time over a process's. */
export const PROMISED = { firstOutputMs: 10, overProcess: 1.05 } as const;

export interface ContainerRow {
  readonly id: string;
  readonly summary: string;
  readonly unit: 'ms' | 'ratio';
  readonly value: number;
  readonly ci95: Interval | null;
  /** At most; null: nothing is promised. */
  readonly limit: number | null;
  readonly pass: boolean | null;
}

/** What a kernel held before a thousand containers and after them; equal, but for the heap, which is measured. */
export interface Leftover {
  readonly what: string;
  readonly before: number;
  readonly after: number;
}

export interface ContainerReport extends About {
  readonly schema: 'trapframe.containers/1';
  readonly rows: readonly ContainerRow[];
  readonly leftovers: readonly Leftover[];
}

/** A median of milliseconds. */
export function timeRow(
  id: string,
  summary: string,
  ms: readonly number[],
  limit: number | null,
  seed: number,
): ContainerRow {
  const value = median(ms);
  const ci95 = bootstrap(ms, median, seed);
  return { id, summary, unit: 'ms', value, ci95, limit, pass: limit === null ? null : passes('at most', limit, value) };
}

/** A container's time over that of the bare process, of one program. */
export function pairRow(workload: string, { instructions, container, process }: Pair, seed: number): ContainerRow {
  const { ratio, ci95 } = ratioOf(container, process, seed);
  const limit = PROMISED.overProcess;
  return {
    id: `container : process, ${workload}`,
    summary: `${formatCount(instructions)} instructions each, ${formatMs(median(container))} ms over ${formatMs(median(process))} ms`,
    unit: 'ratio',
    value: ratio,
    ci95,
    limit,
    pass: passes('at most', limit, ratio),
  };
}

/** The report as tables. */
export function containerTables({ rows, leftovers, host }: ContainerReport): Table[] {
  const costs: Table = {
    title: 'Containers',
    caption: 'medians; a container and a process by turns',
    columns: [
      { title: 'what', align: 'left', kind: null, rank: 0 },
      { title: 'measured', align: 'right', kind: 'measured', rank: 0 },
      { title: '95 %', align: 'right', kind: 'measured', rank: 1 },
      ...PROMISE_COLUMNS,
    ],
    rows: rows.map(({ id, unit, value, ci95, limit, pass }) => [
      { text: id },
      { text: unit === 'ms' ? `${formatMs(value)} ms` : formatRatio(value) },
      range(ci95),
      ...promiseEntries('at most', limit, pass),
    ]),
    notes: [...rows.map(({ id, summary }) => `${id}: ${summary}`), machineNote(host, `${host.cores} cores, `)],
  };
  const left: Table = {
    title: 'What they leave behind',
    caption: 'of the kernel, before and after many more are made, run and removed',
    columns: [
      { title: 'what', align: 'left', kind: null, rank: 0 },
      { title: 'before', align: 'right', kind: 'counted', rank: 0 },
      { title: 'after', align: 'right', kind: 'counted', rank: 0 },
    ],
    rows: leftovers.map(({ what, before, after }) => [
      { text: what },
      { text: String(before) },
      { text: String(after) },
    ]),
    notes: [],
  };
  return [costs, left];
}
