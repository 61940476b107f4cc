/** From samples to the figures of `npm run bench:process`. */

import { formatRatio } from '../../src/lab/report/format.ts';
import type { Table } from '../../src/lab/report/tables.ts';
import { type Interval, median } from '../../src/lab/stats.ts';
import type { About } from '../engines/lab-host.ts';
import { passes } from '../engines/limits.ts';
import { ratioOf } from '../engines/summary.ts';
import { machineNote, PROMISE_COLUMNS, promiseEntries, range } from '../engines/table.ts';
import type { Samples } from './measure.ts';
import type { Operation, Program } from './rows.ts';

export interface ProcessRow {
  readonly id: string;
  readonly summary: string;
  readonly unit: 'ns' | 'ms';
  /** Medians. */
  readonly qemu: number;
  readonly fresh: number;
  readonly warm: number;
  /** Here in a warm kernel : under QEMU. */
  readonly ratio: number;
  readonly ci95: Interval | null;
  readonly limit: number | null;
  readonly pass: boolean | null;
  readonly samples: Samples;
}

export interface ProcessReport extends About {
  readonly schema: 'trapframe.process/1';
  readonly rows: readonly ProcessRow[];
  /** Programs that are not here, by name. */
  readonly leftOut: readonly string[];
  /** What failed, and how. */
  readonly failed: readonly string[];
}

/** The row of some samples; `seed` is that of its bootstrap. */
export function processRow(
  { id, summary, limit }: Operation | Program,
  unit: ProcessRow['unit'],
  samples: Samples,
  seed: number,
): ProcessRow {
  const { ratio, ci95 } = ratioOf(samples.warm, samples.qemu, seed);
  const [qemu, fresh, warm] = [median(samples.qemu), median(samples.fresh), median(samples.warm)];
  const pass = limit === null ? null : passes('at most', limit, ratio);
  return { id, summary, unit, qemu, fresh, warm, ratio, ci95, limit, pass, samples };
}

const time = (value: number, unit: ProcessRow['unit']): string => `${value.toPrecision(3)} ${unit}`;

/** The report as a table. */
export const processTable = ({ rows, host, leftOut, failed }: ProcessReport): Table => ({
  title: 'Linux programs without a guest kernel',
  caption: 'medians by turns; an operation is timed by the program, a program from its start to its end',
  columns: [
    { title: 'what', align: 'left', kind: null, rank: 0 },
    { title: 'qemu-riscv64', align: 'right', kind: 'measured', rank: 1 },
    { title: 'fresh', align: 'right', kind: 'measured', rank: 2 },
    { title: 'warm', align: 'right', kind: 'measured', rank: 1 },
    { title: 'warm:qemu', align: 'right', kind: 'measured', rank: 0 },
    { title: '95 %', align: 'right', kind: 'measured', rank: 3 },
    ...PROMISE_COLUMNS,
  ],
  rows: rows.map(({ id, unit, qemu, fresh, warm, ratio, ci95, limit, pass }) => [
    { text: id },
    { text: time(qemu, unit) },
    { text: time(fresh, unit) },
    { text: time(warm, unit) },
    { text: formatRatio(ratio) },
    range(ci95),
    ...promiseEntries('at most', limit, pass),
  ]),
  notes: [
    ...rows.map(({ id, summary }) => `${id}: ${summary}`),
    'fresh: in a new `trapframe process`, whose own start a program’s time includes; warm: in a kernel that has run it before',
    ...leftOut.map(
      (id) =>
        `${id}: left out, its program is not here (trapframe process --fetch-root, trapframe linux --fetch, npm run fetch:esbuild)`,
    ),
    ...failed.map((line) => `FAILED: ${line}`),
    machineNote(host, `${host.cores} cores, `),
  ],
});
