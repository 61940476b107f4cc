/** From samples to the figures of `npm run bench:boot`. */

import { formatMs, formatRatio } from '../../src/lab/report/format.ts';
import type { Table } from '../../src/lab/report/tables.ts';
import { type Interval, median } from '../../src/lab/stats.ts';
import type { About } from '../engines/lab-host.ts';
import { passes } from '../engines/limits.ts';
import { ratioOf } from '../engines/summary.ts';
import { machineNote, PROMISE_COLUMNS, promiseEntries, range } from '../engines/table.ts';
import { BOOTERS, type Booter } from './measure.ts';

/** Times that of QEMU at most; null: nothing is promised. */
const LIMITS: Readonly<Record<Booter, number | null>> = { qemu: null, interp: null, jit: 1 };

export interface BootRow {
  readonly booter: Booter;
  /** Median from the start of the process to the prompt. */
  readonly ms: number;
  /** Times the time of QEMU in the same rounds. */
  readonly ratio: number;
  readonly ci95: Interval | null;
  readonly limit: number | null;
  readonly pass: boolean | null;
  readonly samples: readonly number[];
}

export interface BootReport extends About {
  readonly schema: 'trapframe.boot/1';
  readonly rows: readonly BootRow[];
}

/** The rows of some samples; `seed` is that of the bootstrap. */
export const bootRows = (samples: Readonly<Record<Booter, readonly number[]>>, seed: number): BootRow[] =>
  BOOTERS.map((booter) => {
    const { ratio, ci95 } = ratioOf(samples[booter], samples.qemu, seed);
    const limit = LIMITS[booter];
    const pass = limit === null ? null : passes('at most', limit, ratio);
    return { booter, ms: median(samples[booter]), ratio, ci95, limit, pass, samples: samples[booter] };
  });

/** The report as a table. */
export const bootTable = ({ rows, host }: BootReport): Table => ({
  title: 'Boot of the built kernel',
  caption: 'medians by turns, from the start of the process to the prompt of a shell',
  columns: [
    { title: 'who boots', align: 'left', kind: null, rank: 0 },
    { title: 'ms', align: 'right', kind: 'measured', rank: 1 },
    { title: ':qemu', align: 'right', kind: 'measured', rank: 0 },
    { title: '95 %', align: 'right', kind: 'measured', rank: 2 },
    ...PROMISE_COLUMNS,
  ],
  rows: rows.map(({ booter, ms, ratio, ci95, limit, pass }) => [
    { text: booter === 'qemu' ? 'qemu-system-riscv64' : booter },
    { text: formatMs(ms) },
    { text: formatRatio(ratio) },
    range(booter === 'qemu' ? null : ci95),
    ...promiseEntries('at most', limit, pass),
  ]),
  notes: [
    'the same Image, RAM disk, memory and command line; Node’s own start is inside, QEMU’s firmware too',
    machineNote(host, `${host.cores} cores, `),
  ],
});
