import type { JSX } from 'preact';
import { CELL_STATUSES, type Cell } from '../../abi/result.ts';
import { COST_CLASSES } from '../../lab/costs.ts';
import { formatCount, formatMs, formatRatio, formatShare } from '../../lab/report/format.ts';
import { cyclesText } from '../../lab/report/tables.ts';
import { environmentIndex } from '../colours.ts';
import { activity } from '../session.ts';

/** The counters of the table; the explorer has all of them. */
export const COUNTED = [
  { id: 'instret', title: 'instructions' },
  { id: 'walk.count', title: 'TLB misses' },
  { id: 'walk.references', title: 'references' },
  { id: 'exit.total', title: 'exits' },
] as const;

/** What counts and cycles are divided by: the operations of the workload, or one run. */
const operations = (cell: Cell): number => (cell.iterations > 0 ? cell.iterations : 1);

/** Of a program alone, without its kernel, there is nothing to compare. */
export const cyclesOf = (cell: Cell) => (cell.modelled?.whole ? cell.modelled.cycles : null);
export const medianOf = (cell: Cell) => cell.wall?.median ?? null;
export const widestWall = (row: readonly Cell[]) =>
  Math.max(0, ...row.map((cell) => cell.wall?.ci95?.high ?? cell.wall?.median ?? 0));

export interface Scale {
  /** The figure ratios refer to; null where there is none yet. */
  readonly base: number | null;
  /** The widest bar. */
  readonly most: number;
}

export const scaleOf = (
  row: readonly Cell[],
  figure: (cell: Cell) => number | null,
  baseline: Cell | undefined,
): Scale => ({
  base: baseline ? figure(baseline) : null,
  most: Math.max(0, ...row.map((cell) => figure(cell) ?? 0)),
});

function Ratio({ value, scale }: { value: number | null; scale: Scale }): JSX.Element {
  if (value === null || scale.base === null || scale.base === 0) return <td class="number faint">–</td>;
  return <td class="number">{formatRatio(value / scale.base)}</td>;
}

/** Modelled cycles as a bar of their classes. */
function CycleBar({ cell, scale }: { cell: Cell; scale: Scale }): JSX.Element {
  const { breakdown, cycles } = cell.modelled!;
  const parts = COST_CLASSES.filter(({ id }) => (breakdown[id] ?? 0) > 0);
  const label = parts.map(({ id }) => `${id} ${formatShare(breakdown[id]! / cycles)}`).join(', ');
  return (
    <div class="bar" role="img" aria-label={`${cell.environment}: ${label}`} title={label}>
      {parts.map(({ id }) => (
        <span key={id} class={`part ${id}`} style={{ width: `${(breakdown[id]! / scale.most) * 100}%` }} />
      ))}
    </div>
  );
}

/** Median wall time as a bar, its interval as a whisker. */
function WallBar({ cell, scale }: { cell: Cell; scale: Scale }): JSX.Element {
  const { median, ci95 } = cell.wall!;
  const percent = (value: number) => `${(value / scale.most) * 100}%`;
  return (
    <div class="bar">
      <span class={`part env-${environmentIndex(cell.environment)}`} style={{ width: percent(median) }} />
      {ci95 && (
        <span
          class="whisker"
          style={{ left: percent(ci95.low), width: `calc(${percent(ci95.high)} - ${percent(ci95.low)})` }}
        />
      )}
    </div>
  );
}

/** One environment of a workload: counted, modelled, measured. */
export function EnvironmentRow(props: {
  environment: string;
  cell: Cell | undefined;
  cycles: Scale;
  wall: Scale;
}): JSX.Element {
  const { environment, cell, cycles, wall } = props;
  const head = (
    <th scope="row">
      <span class={`dot env-${environmentIndex(environment)}`} />
      {environment}
    </th>
  );
  if (!cell) {
    return (
      <tr>
        {head}
        <td colSpan={COUNTED.length + 6} class="faint">
          {activity.value === 'comparing' ? 'waiting…' : 'not run'}
        </td>
      </tr>
    );
  }
  if (cell.status !== 'ok') {
    const row = CELL_STATUSES.find((s) => s.id === cell.status)!;
    return (
      <tr class={row.failure ? 'failed' : 'faint'}>
        {head}
        <td colSpan={COUNTED.length + 6}>
          <strong>{cell.status}</strong>: {cell.message || row.summary}
        </td>
      </tr>
    );
  }
  return (
    <tr>
      {head}
      {COUNTED.map(({ id }) => {
        const value = cell.counters?.[id];
        return (
          <td key={id} class="number" title={value === undefined ? '' : `${value.toLocaleString('en-US')} in all`}>
            {value === undefined ? <span class="faint">–</span> : formatCount(value / operations(cell))}
          </td>
        );
      })}
      <td class="number edge">
        {cell.modelled ? (
          <span title={cell.modelled.whole ? '' : 'of the program alone; its kernel is in no model'}>
            {cyclesText(cell)}
          </span>
        ) : (
          <span class="faint">–</span>
        )}
      </td>
      <Ratio value={cyclesOf(cell)} scale={cycles} />
      <td class="bars">{cell.modelled?.whole && <CycleBar cell={cell} scale={cycles} />}</td>
      <td class="number edge">
        {cell.wall ? formatMs(cell.wall.median) : <span class="faint">–</span>}
        {cell.wall?.ci95 && (
          <small>
            {' '}
            {formatMs(cell.wall.ci95.low)}–{formatMs(cell.wall.ci95.high)}
          </small>
        )}
      </td>
      <Ratio value={medianOf(cell)} scale={wall} />
      <td class="bars">{cell.wall && <WallBar cell={cell} scale={wall} />}</td>
    </tr>
  );
}
