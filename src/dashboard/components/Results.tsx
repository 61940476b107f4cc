import { computed } from '@preact/signals';
import type { JSX } from 'preact';
import { CELL_STATUSES, type Cell } from '../../abi/result.ts';
import { COST_CLASSES } from '../../lab/costs.ts';
import { findings } from '../../lab/report/findings.ts';
import { formatCount, formatMs, formatRatio, formatShare } from '../../lab/report/format.ts';
import { exitTables, modelBaseline, wallBaseline } from '../../lab/report/tables.ts';
import { environmentIndex } from '../colours.ts';
import { activity, cells, keyOf, profile, result, shown } from '../session.ts';
import { Samples } from './Samples.tsx';
import { TableView } from './TableView.tsx';

/** The counters of the table; the explorer has all of them. */
const COUNTED = [
  { id: 'instret', title: 'instructions' },
  { id: 'walk.count', title: 'TLB misses' },
  { id: 'walk.references', title: 'references' },
  { id: 'exit.total', title: 'exits' },
] as const;

/** What counts and cycles are divided by: the operations of the workload, or one run. */
const operations = (cell: Cell): number => (cell.iterations > 0 ? cell.iterations : 1);

const cyclesOf = (cell: Cell) => cell.modelled?.cycles ?? null;
const medianOf = (cell: Cell) => cell.wall?.median ?? null;
const widestWall = (row: readonly Cell[]) =>
  Math.max(0, ...row.map((cell) => cell.wall?.ci95?.high ?? cell.wall?.median ?? 0));

interface Scale {
  /** The figure ratios refer to; null where there is none yet. */
  readonly base: number | null;
  /** The widest bar. */
  readonly most: number;
}

const scaleOf = (row: readonly Cell[], figure: (cell: Cell) => number | null, baseline: Cell | undefined): Scale => ({
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

function EnvironmentRow(props: {
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
        {cell.modelled ? formatCount(cell.modelled.cycles / operations(cell)) : <span class="faint">–</span>}
      </td>
      <Ratio value={cyclesOf(cell)} scale={cycles} />
      <td class="bars">{cell.modelled && <CycleBar cell={cell} scale={cycles} />}</td>
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

/** Exits by reason, a table an environment. */
function Exits({ cells: row }: { cells: readonly Cell[] }): JSX.Element | null {
  const tables = exitTables(row, profile.value);
  if (tables.length === 0) return null;
  return (
    <details>
      <summary>exits by reason</summary>
      <div class="tables">
        {tables.map((table) => (
          <TableView key={table.title} table={table} />
        ))}
      </div>
    </details>
  );
}

function WorkloadCard({ workload }: { workload: string }): JSX.Element {
  const row = shown.value.environments.map((e) => cells.value.get(keyOf(workload, e)));
  const present = row.filter((cell) => cell !== undefined);
  const cycles = scaleOf(present, cyclesOf, modelBaseline(present));
  const wall = { ...scaleOf(present, medianOf, wallBaseline(present)), most: widestWall(present) };
  const params = Object.entries(present[0]?.params ?? {});
  const per = present.some((cell) => cell.iterations > 0) ? 'operation' : 'run';
  return (
    <article class="card" aria-labelledby={`w-${workload}`}>
      <h3 id={`w-${workload}`}>
        {workload}
        <span class="faint">{params.map(([name, value]) => `${name}=${value}`).join(' ')}</span>
      </h3>
      <div class="scroll">
        <table>
          <thead>
            <tr>
              <th rowSpan={2} scope="col">
                environment
              </th>
              <th colSpan={COUNTED.length} scope="colgroup">
                counted, by {per}
              </th>
              <th colSpan={3} scope="colgroup" class="edge">
                modelled, by {per}
              </th>
              <th colSpan={3} scope="colgroup" class="edge">
                measured, by run
              </th>
            </tr>
            <tr>
              {COUNTED.map(({ id, title }) => (
                <th key={id} scope="col" class="number" title={id}>
                  {title}
                </th>
              ))}
              <th scope="col" class="number edge">
                cycles
              </th>
              <th scope="col" class="number">
                ratio
              </th>
              <th scope="col" class="bars">
                by class
              </th>
              <th scope="col" class="number edge">
                ms (95 %)
              </th>
              <th scope="col" class="number">
                ratio
              </th>
              <th scope="col" class="bars">
                wall time
              </th>
            </tr>
          </thead>
          <tbody>
            {shown.value.environments.map((e, i) => (
              <EnvironmentRow key={e} environment={e} cell={row[i]} cycles={cycles} wall={wall} />
            ))}
          </tbody>
        </table>
      </div>
      <Samples workload={workload} />
      <Exits cells={present} />
    </article>
  );
}

const anyFigures = computed(() => shown.value.workloads.length > 0);

/** The comparison: a card a workload, filled as cells finish. */
export function Results(): JSX.Element {
  if (!anyFigures.value) {
    return (
      <div class="empty">
        <h2>One guest program, several ways to translate its addresses</h2>
        <p>
          Choose workloads and environments on the left and press <kbd>Compare</kbd>. Each cell runs on a machine of its
          own, in a worker of this page: what is counted is equal on every computer, what is modelled follows from it
          and the cost profile, and what is measured is the time of this one.
        </p>
      </div>
    );
  }
  return (
    <>
      {result.value && (
        <ul class="findings" aria-label="findings">
          {findings(result.value).map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
      )}
      <ul class="legend" aria-label="classes of modelled cycles">
        {COST_CLASSES.map(({ id, summary }) => (
          <li key={id} title={summary}>
            <span class={`swatch part ${id}`} />
            {id}
          </li>
        ))}
      </ul>
      {shown.value.workloads.map((w) => (
        <WorkloadCard key={w} workload={w} />
      ))}
    </>
  );
}
