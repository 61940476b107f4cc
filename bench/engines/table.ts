/** The report of `npm run bench:engines` as tables. */
import type { HostInfo } from '../../src/abi/result.ts';
import { formatCount, formatMs, formatRatio } from '../../src/lab/report/format.ts';
import type { Column, Entry, Table } from '../../src/lab/report/tables.ts';
import type { Interval } from '../../src/lab/stats.ts';
import type { EngineId } from './engines.ts';
import type { EngineReport, EngineRow, LimitRow } from './summary.ts';

const NONE: Entry = { text: '–', tone: 'dim' };

/** A column of the table of engines, and what it says of one workload's rows. */
interface Shown {
  readonly title: string;
  readonly kind: Column['kind'];
  readonly rank: number;
  /** Without these engines there is no such column. */
  readonly needs: readonly EngineId[];
  readonly entry: (of: (engine: EngineId) => EngineRow | undefined) => Entry;
}

const ms = (engine: EngineId, rank: number): Shown => ({
  title: `${engine} ms`,
  kind: 'measured',
  rank,
  needs: [engine],
  entry: (of) => {
    const row = of(engine);
    return row ? { text: formatMs(row.ms) } : NONE;
  },
});

type Figure = 'vsNative' | 'vsQemuSystem';

const needed = (engine: EngineId, figure: Figure): EngineId[] => [
  engine,
  figure === 'vsNative' ? 'native' : 'qemu-system',
];

const ratio = (engine: EngineId, figure: Figure, title: string, rank: number): Shown => ({
  title,
  kind: 'measured',
  rank,
  needs: needed(engine, figure),
  entry: (of) => {
    const value = of(engine)?.[figure];
    return value ? { text: formatRatio(value) } : NONE;
  },
});

const interval = (engine: EngineId, figure: Figure, rank: number): Shown => ({
  title: '95 %',
  kind: 'measured',
  rank,
  needs: needed(engine, figure),
  entry: (of) => range(of(engine)?.[`${figure}Ci95`] ?? null),
});

export const range = (ci95: Interval | null): Entry =>
  ci95 ? { text: `${ci95.low.toPrecision(3)}–${ci95.high.toPrecision(3)}`, tone: 'dim' } : NONE;

/** What a report was measured on. */
export const machineNote = (host: HostInfo, more = ''): string =>
  `${host.runtime} ${host.version}, ${host.cpu ?? 'unknown processor'}, ${more}clock steps of ${formatMs(host.clockResolutionMs)} ms`;

const COLUMNS: readonly Shown[] = [
  {
    title: 'instructions',
    kind: 'counted',
    rank: 5,
    needs: [],
    entry: (of) => ({ text: formatCount((of('jit') ?? of('interp'))?.instructions ?? 0) }),
  },
  ms('native', 3),
  ms('interp', 3),
  ratio('interp', 'vsNative', 'interp:native', 1),
  interval('interp', 'vsNative', 6),
  ms('jit', 2),
  ratio('jit', 'vsNative', 'jit:native', 0),
  interval('jit', 'vsNative', 4),
  ms('qemu-system', 3),
  ratio('jit', 'vsQemuSystem', 'qemu-system:jit', 0),
  interval('jit', 'vsQemuSystem', 4),
  ms('qemu-user', 5),
  ratio('qemu-user', 'vsNative', 'qemu-user:native', 5),
];

const MEAN_TITLES = { all: 'all', integer: 'integers', double: 'double precision' } as const;

/** Medians and their ratios, workload by workload; engines that were not there have no columns. */
export function engineTable(report: EngineReport): Table {
  const present = new Set(report.rows.map((row) => row.engine));
  const shown = COLUMNS.filter(({ needs }) => needs.every((engine) => present.has(engine)));
  const workloads = [...new Set(report.rows.map((row) => row.workload))];
  const means = (['all', 'integer', 'double'] as const).flatMap((over) => {
    const mean = report.means.find((m) => m.over === over && m.engine === 'jit');
    if (!mean || mean.vsNative === null) return [];
    const qemu = mean.vsQemuSystem === null ? '' : `, ${formatRatio(mean.vsQemuSystem)} as fast as qemu-system-riscv64`;
    return [
      `geometric mean, ${MEAN_TITLES[over]} (${mean.workloads}): translated code takes ${formatRatio(mean.vsNative)} of direct WebAssembly’s time${qemu}`,
    ];
  });
  return {
    title: 'Engines',
    caption: `medians of ${report.rounds} interleaved rounds and of their ratios; regions only; jit includes finding and translating hot code`,
    columns: [
      { title: 'workload', align: 'left', kind: null, rank: 0 },
      ...shown.map(({ title, kind, rank }): Column => ({ title, align: 'right', kind, rank })),
    ],
    rows: workloads.map((workload) => {
      const of = (engine: EngineId) => report.rows.find((row) => row.workload === workload && row.engine === engine);
      return [{ text: workload }, ...shown.map(({ entry }) => entry(of))];
    }),
    notes: [...means, machineNote(report.host)],
  };
}

/** A promise as a table says it. */
const promised = (bound: LimitRow['bound'], limit: number): Entry => ({
  text: `${bound === 'at most' ? '≤' : '≥'} ${limit}`,
});

const verdict = (pass: boolean): Entry => (pass ? { text: 'holds', tone: 'good' } : { text: 'BROKEN', tone: 'bad' });

/** The columns of a ratio that something is promised of, and of whether that holds. */
export const PROMISE_COLUMNS: readonly Column[] = [
  { title: 'promised', align: 'right', kind: 'measured', rank: 0 },
  { title: '', align: 'left', kind: 'measured', rank: 0 },
];

/** Their entries; null: nothing is promised. */
export const promiseEntries = (bound: LimitRow['bound'], limit: number | null, pass: boolean | null): Entry[] => [
  limit === null ? { text: '–' } : promised(bound, limit),
  pass === null ? { text: '' } : verdict(pass),
];

/** What was promised, and whether it holds. */
export const limitTable = (limits: readonly LimitRow[]): Table => ({
  title: 'Limits',
  caption: '',
  columns: [
    { title: 'what', align: 'left', kind: null, rank: 0 },
    { title: 'measured', align: 'right', kind: 'measured', rank: 0 },
    ...PROMISE_COLUMNS,
  ],
  rows: limits.map(({ summary, bound, limit, value, pass }) => [
    { text: summary },
    value === null ? NONE : { text: formatRatio(value) },
    promised(bound, limit),
    pass === null ? { text: 'not measured', tone: 'dim' } : verdict(pass),
  ]),
  notes: [],
});
