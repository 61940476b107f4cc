import { computed, signal } from '@preact/signals';
import type { JSX } from 'preact';
import type { SweepResult } from '../../abi/result.ts';
import { WORKLOADS } from '../../abi/workloads.ts';
import { parseRange } from '../../lab/range.ts';
import { linePlot } from '../../lab/report/svg.ts';
import { crossoverLines, sweepTable } from '../../lab/report/tables.ts';
import { sweptCycles } from '../../lab/sweep.ts';
import { environmentIndex } from '../colours.ts';
import { chosenProfile, environments, quick } from '../form.ts';
import { busy, sweep, swept } from '../session.ts';
import { TableView } from './TableView.tsx';

const workload = signal('update-miss-mix');
const param = signal('updates');
const range = signal('0..4096:x4');

const params = computed(() => WORKLOADS.find((w) => w.id === workload.value)?.params ?? []);
/** Environments with a machine: without one nothing is modelled. */
const machines = computed(() => environments.value.filter((id) => id !== 'native'));

const values = computed((): readonly number[] | string => {
  try {
    return parseRange(range.value.trim());
  } catch (e) {
    return e instanceof Error ? e.message : String(e);
  }
});

const problem = computed(() => {
  if (machines.value.length === 0) return 'Choose at least one environment with a machine, on the left.';
  return typeof values.value === 'string' ? values.value : null;
});

function start(e: Event): void {
  e.preventDefault();
  if (problem.value !== null || typeof values.value === 'string') return;
  void sweep({
    workload: workload.value,
    param: param.value,
    values: values.value,
    environments: machines.value,
    profile: chosenProfile.value,
    quick: quick.value,
  });
}

function Plot({ result }: { result: SweepResult }): JSX.Element {
  const { experiment, points, crossovers } = result;
  const lines = crossoverLines(result);
  const series = experiment.environments.map(({ id }) => ({
    label: id,
    colour: environmentIndex(id),
    values: points.map(({ cells }) => sweptCycles(cells.find((cell) => cell.environment === id))),
  }));
  const markers = crossovers.map(({ at }, i) => ({ x: at, text: lines[i]! }));
  const title = `${experiment.workload.id}: modelled cycles by ${experiment.param}`;
  const svg = linePlot(title, { x: experiment.param, y: 'modelled cycles' }, experiment.values, series, markers);
  // The lab's own SVG: it escapes every text.
  return <div class="plot" dangerouslySetInnerHTML={{ __html: svg }} />;
}

/** One workload over values of one parameter: where does the order of the environments change? */
export function Sweep(): JSX.Element {
  const done = swept.value;
  return (
    <>
      <form class="toolbar" onSubmit={start} aria-label="Sweep">
        <label class="field">
          Workload
          <select
            value={workload.value}
            onChange={(e) => {
              workload.value = e.currentTarget.value;
              param.value = params.value[0]?.name ?? '';
            }}
          >
            {WORKLOADS.filter((w) => w.params.length > 0).map((w) => (
              <option key={w.id} value={w.id}>
                {w.id}
              </option>
            ))}
          </select>
        </label>
        <label class="field">
          Parameter
          <select
            value={param.value}
            onChange={(e) => {
              param.value = e.currentTarget.value;
            }}
          >
            {params.value.map((p) => (
              <option key={p.name} value={p.name} title={p.summary}>
                {p.name}
              </option>
            ))}
          </select>
        </label>
        <label class="field">
          Values
          <input
            type="text"
            value={range.value}
            title="a..b:xK multiplies, a..b:+S adds, or values with commas"
            onInput={(e) => {
              range.value = e.currentTarget.value;
            }}
          />
        </label>
        <button type="submit" class="primary" disabled={busy.value || problem.value !== null}>
          Sweep
        </button>
        {problem.value && (
          <pre class="error" role="alert">
            {problem.value}
          </pre>
        )}
      </form>
      {done ? (
        <article class="card">
          <Plot result={done} />
          <TableView table={sweepTable(done)} />
        </article>
      ) : (
        <div class="empty">
          <h2>Where does the order change?</h2>
          <p>
            Shadow paging pays for every change of a page table, nested paging for every TLB miss. Sweep how often a
            workload does the one, and the lines cross where the other becomes cheaper. The environments are those
            chosen on the left.
          </p>
        </div>
      )}
    </>
  );
}
