/**
 * The tables of a report, once for every form it is printed in. Columns belong to one kind of figure each: what was
 * counted comes first, what was modelled from it second, what was measured on this machine third.
 */
import type { Profile } from '../../abi/profile.ts';
import { CELL_STATUSES, type Cell, type Result, type SweepResult } from '../../abi/result.ts';
import { exitLines } from '../model.ts';
import { bootstrapRatio } from '../stats.ts';
import { sweptCycles } from '../sweep.ts';
import { formatCount, formatMs, formatRatio, formatShare } from './format.ts';

export type Kind = 'counted' | 'modelled' | 'measured';

export interface Column {
  readonly title: string;
  readonly align: 'left' | 'right';
  /** null: names the row. */
  readonly kind: Kind | null;
  /** A narrow terminal leaves out the highest first; 0 always stays. */
  readonly rank: number;
}

export interface Entry {
  readonly text: string;
  /** Draws a bar of this share of the widest (0 to 1) behind the text. */
  readonly bar?: number;
  readonly tone?: 'good' | 'bad' | 'dim';
}

export interface Table {
  readonly title: string;
  readonly caption: string;
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly Entry[])[];
  /** Lines below the table: cells without figures and why. */
  readonly notes: readonly string[];
}

export const column = (title: string, kind: Kind | null, rank: number, align: Column['align'] = 'right'): Column => ({
  title,
  align,
  kind,
  rank,
});

export const NONE: Entry = { text: '–', tone: 'dim' };
export const text = (value: string): Entry => ({ text: value });

interface Sum {
  readonly title: string;
  readonly rank: number;
  readonly of: (counters: Readonly<Record<string, number>>) => number;
  /** Shown only where some cell has any. */
  readonly seldom?: true;
}

/** Sums of counters that a comparison shows, each by operation of the workload. */
const SHOWN: readonly Sum[] = [
  { title: 'instructions', rank: 1, of: (c) => c.instret ?? 0 },
  { title: 'TLB misses', rank: 4, of: (c) => c['walk.count'] ?? 0 },
  { title: 'walk refs', rank: 2, of: (c) => c['walk.references'] ?? 0 },
  { title: 'exits', rank: 0, of: (c) => c['exit.total'] ?? 0 },
  { title: 'crossings', rank: 3, of: (c) => c['host.crossings'] ?? 0, seldom: true },
  { title: 'disk', rank: 2, of: (c) => c['disk.bytes'] ?? 0, seldom: true },
];

const isFailure = (cell: Cell): boolean => CELL_STATUSES.some(({ id, failure }) => id === cell.status && failure);

const note = (cell: Cell): string =>
  `${cell.environment}: ${isFailure(cell) ? `${cell.status.toUpperCase()}: ` : ''}${cell.message}`;

/** What the figures of a cell are divided by: its operations, or one run. */
const operations = (cell: Cell): number => (cell.iterations > 0 ? cell.iterations : 1);

const paramsText = (params: Readonly<Record<string, number>>): string =>
  Object.entries(params)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ');

/** The cell all modelled ratios refer to: the bare machine, else nested paging, else the first that has a model of all that was done. */
export const modelBaseline = (cells: readonly Cell[]): Cell | undefined =>
  cells.find((cell) => cell.environment === 'bare' && cell.modelled) ??
  cells.find((cell) => cell.environment === 'nested' && cell.modelled) ??
  cells.find((cell) => cell.modelled?.whole);

/** Modelled cycles of an operation; of a program alone, without its kernel, they are the least there can have been. */
export const cyclesText = (cell: Cell): string =>
  `${cell.modelled!.whole ? '' : '≥ '}${formatCount(cell.modelled!.cycles / operations(cell))}`;

/** Which cells show a program's own cycles alone. */
const ownNotes = (cells: readonly Cell[]): string[] => {
  const names = cells.filter(({ modelled }) => modelled?.whole === false).map(({ environment }) => environment);
  return names.length === 0 ? [] : [`≥: of the program alone; the kernel of ${names.join(', ')} is in no model`];
};

/** The cell all wall-time ratios refer to: the workload without translation, else the bare machine, else the first. */
export const wallBaseline = (cells: readonly Cell[]): Cell | undefined =>
  cells.find((cell) => cell.environment === 'native' && cell.wall) ??
  cells.find((cell) => cell.environment === 'bare' && cell.wall) ??
  cells.find((cell) => cell.wall);

/** One table a workload: environments below each other. */
export function comparisonTables(result: Result): Table[] {
  return result.experiment.workloads.map((workload) => {
    const cells = result.cells.filter((cell) => cell.workload === workload.id);
    const model = modelBaseline(cells);
    const wall = wallBaseline(cells);
    const most = Math.max(...cells.map(({ modelled }) => (modelled?.whole ? modelled.cycles : 0)));
    const per = cells.some((cell) => cell.iterations > 0) ? 'operation' : 'run';
    const params = paramsText(workload.params);
    const shown = SHOWN.filter((sum) => !sum.seldom || cells.some(({ counters }) => counters && sum.of(counters) > 0));
    const phases = [...new Set(cells.flatMap(({ wall }) => Object.keys(wall?.phases ?? {})))];
    return {
      title: params === '' ? workload.id : `${workload.id} (${params})`,
      caption: `counts and modelled cycles by ${per}; wall time by run`,
      columns: [
        column('environment', null, 0, 'left'),
        ...shown.map(({ title, rank }) => column(title, 'counted', rank)),
        column('cycles', 'modelled', 0),
        column(model ? `× ${model.environment}` : '×', 'modelled', 0),
        column('ms', 'measured', 0),
        column('95 % interval', 'measured', 5),
        column(wall ? `× ${wall.environment}` : '×', 'measured', 3),
        ...phases.map((name) => column(name, 'measured', 4)),
      ],
      rows: cells.map((cell) => [
        isFailure(cell) ? { text: cell.environment, tone: 'bad' } : text(cell.environment),
        ...shown.map(({ of }) => (cell.counters ? text(formatCount(of(cell.counters) / operations(cell))) : NONE)),
        cell.modelled
          ? { text: cyclesText(cell), ...(cell.modelled.whole && { bar: cell.modelled.cycles / most }) }
          : NONE,
        cell.modelled?.whole && model?.modelled
          ? text(formatRatio(cell.modelled.cycles / model.modelled.cycles))
          : NONE,
        cell.wall ? text(formatMs(cell.wall.median)) : NONE,
        cell.wall?.ci95 ? text(`${formatMs(cell.wall.ci95.low)} … ${formatMs(cell.wall.ci95.high)}`) : NONE,
        cell.wall && wall?.wall ? text(wallRatio(cell, wall, result.seed)) : NONE,
        ...phases.map((name) => {
          const ms = cell.wall?.phases?.[name];
          return ms === undefined ? NONE : text(formatMs(ms));
        }),
      ]),
      notes: [...kernelNotes(cells), ...ownNotes(cells), ...cells.filter((cell) => cell.status !== 'ok').map(note)],
    };
  });
}

/** Which environments ran the workload on a real Linux, and which. */
function kernelNotes(cells: readonly Cell[]): string[] {
  const kernels = new Set(cells.flatMap(({ kernel }) => (kernel === null ? [] : [kernel])));
  return [...kernels].map((kernel) => {
    const names = cells.filter((cell) => cell.kernel === kernel).map((cell) => cell.environment);
    return `${names.join(', ')}: on a real Linux (${kernel})`;
  });
}

function wallRatio(cell: Cell, baseline: Cell, seed: number): string {
  if (cell === baseline) return formatRatio(1);
  const interval = bootstrapRatio(cell.wall!.samples, baseline.wall!.samples, seed);
  if (!interval) return baseline.wall!.median > 0 ? formatRatio(cell.wall!.median / baseline.wall!.median) : '–';
  return formatRatio(interval.ratio);
}

/** Where the modelled cycles of a workload go, one row an environment, shares of the row's own total. */
export function breakdownTables(result: Result): Table[] {
  return result.experiment.workloads.flatMap((workload) => {
    const cells = result.cells.filter((cell) => cell.workload === workload.id && cell.modelled);
    const classes = Object.keys(cells[0]?.modelled?.breakdown ?? {}).filter((id) =>
      cells.some((cell) => (cell.modelled!.breakdown[id] ?? 0) > 0),
    );
    if (cells.length === 0) return [];
    return {
      title: `${workload.id}: where the modelled cycles go`,
      caption: `profile ${result.profile.name}`,
      columns: [column('environment', null, 0, 'left'), ...classes.map((id, i) => column(id, 'modelled', i))],
      rows: cells.map((cell) => [
        text(cell.environment),
        ...classes.map((id) => share(cell.modelled!.breakdown[id] ?? 0, cell.modelled!.cycles)),
      ]),
      notes: [],
    };
  });
}

const share = (part: number, whole: number): Entry => (part === 0 ? NONE : text(formatShare(part / whole)));

/** Exits by reason in the manner of `perf kvm stat`, for every cell that had any. Time is modelled cycles. */
export function exitTables(cells: readonly Cell[], profile: Profile): Table[] {
  return cells.flatMap((cell) => {
    const lines = cell.counters ? exitLines(cell.counters, profile) : [];
    if (lines.length === 0) return [];
    return {
      title: `${cell.workload} under ${cell.environment}: exits`,
      caption: `time in modelled cycles, profile ${profile.name}`,
      columns: [
        column('VM-EXIT', null, 0, 'left'),
        column('Samples', 'counted', 0),
        column('Samples%', 'counted', 1),
        column('Time', 'modelled', 0),
        column('Time%', 'modelled', 1),
        column('Avg time', 'modelled', 2),
      ],
      rows: lines.map((line) => [
        text(line.reason),
        text(formatCount(line.samples)),
        text(formatShare(line.samplesShare)),
        { text: formatCount(line.cycles), bar: line.cyclesShare },
        text(formatShare(line.cyclesShare)),
        text(formatCount(line.average)),
      ]),
      notes: [],
    };
  });
}

/** Modelled cycles by value of the parameter, one column an environment, the cheapest marked. `found` stands below it. */
export function sweepTable(result: SweepResult, found: readonly string[] = crossoverLines(result)): Table {
  const { workload, param, environments } = result.experiment;
  const failed = result.points.flatMap(({ value, cells }) =>
    cells.filter((cell) => cell.status !== 'ok').map((cell) => `${param}=${value}, ${note(cell)}`),
  );
  return {
    title: `${workload.id}: modelled cycles by ${param}`,
    caption: `profile ${result.profile.name}${Object.keys(workload.params).length > 0 ? `; ${paramsText(workload.params)}` : ''}`,
    columns: [column(param, null, 0), ...environments.map(({ id }, i) => column(id, 'modelled', i))],
    rows: result.points.map(({ value, cells }) => {
      const cycles = environments.map(({ id }) => sweptCycles(cells.find((cell) => cell.environment === id)));
      const least = Math.min(...cycles.filter((c) => c !== null));
      return [
        text(formatCount(value)),
        ...cycles.map(
          (c): Entry => (c === null ? NONE : { text: formatCount(c), ...(c === least && { tone: 'good' }) }),
        ),
      ];
    }),
    notes: [...found, ...failed],
  };
}

/** A sentence for each crossover, or one that there is none. */
export function crossoverLines(result: SweepResult): string[] {
  const { param } = result.experiment;
  if (result.crossovers.length === 0) return ['no crossover in this range'];
  return result.crossovers.map(
    ({ cheaperBelow, cheaperAbove, at }) =>
      `crossover at ${param} ≈ ${formatCount(at)}: ${cheaperBelow} is cheaper below, ${cheaperAbove} above`,
  );
}
