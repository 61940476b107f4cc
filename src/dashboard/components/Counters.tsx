import { computed, type Signal, signal } from '@preact/signals';
import type { JSX } from 'preact';
import { COUNTER_IDS, COUNTERS } from '../../abi/counters.ts';
import { formatRatio } from '../../lab/report/format.ts';
import { cells, keyOf, shown } from '../session.ts';

const SUMMARIES = new Map(COUNTERS.map((c) => [c.id, `${c.summary} (${c.unit})`]));

const workload = signal('');
const left = signal('');
const right = signal('');
const filter = signal('');
const onlyDifferent = signal(true);

const counted = (w: string) => shown.value.environments.filter((e) => cells.value.get(keyOf(w, e))?.counters);
const workloads = computed(() => shown.value.workloads.filter((w) => counted(w).length > 0));
/** What is chosen, or the first of what there is. */
const current = (chosen: string, among: readonly string[], otherwise = 0): string =>
  among.includes(chosen) ? chosen : (among[otherwise] ?? among[0] ?? '');

const number = (n: number) => n.toLocaleString('en-US');
const signed = (n: number) => (n > 0 ? `+${number(n)}` : n < 0 ? `−${number(-n)}` : '0');

function Select(props: {
  label: string;
  value: string;
  among: readonly string[];
  chosen: Signal<string>;
}): JSX.Element {
  return (
    <label class="field">
      {props.label}
      <select
        value={props.value}
        onChange={(e) => {
          props.chosen.value = e.currentTarget.value;
        }}
      >
        {props.among.map((id) => (
          <option key={id} value={id}>
            {id}
          </option>
        ))}
      </select>
    </label>
  );
}

/** Every counter of two environments, side by side. */
export function Counters(): JSX.Element {
  if (workloads.value.length === 0) {
    return (
      <div class="empty">
        <h2>Every counter of two environments, side by side</h2>
        <p>
          There is nothing counted yet: run a comparison, or open a saved result. The environment <code>native</code>{' '}
          has no counters.
        </p>
      </div>
    );
  }
  const w = current(workload.value, workloads.value);
  const among = counted(w);
  const a = current(left.value, among);
  const b = current(right.value, among, 1);
  const of = (environment: string) => cells.value.get(keyOf(w, environment))!.counters!;
  const [x, y] = [of(a), of(b)];
  const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
  const rows = COUNTER_IDS.map((id) => ({ id, x: x[id] ?? 0, y: y[id] ?? 0 })).filter((row) => {
    const text = `${row.id} ${SUMMARIES.get(row.id) ?? ''}`.toLowerCase();
    const wanted = onlyDifferent.value ? row.x !== row.y : row.x !== 0 || row.y !== 0;
    return wanted && words.every((word) => text.includes(word));
  });
  return (
    <>
      <div class="toolbar">
        <Select label="Workload" value={w} among={workloads.value} chosen={workload} />
        <Select label="Environment" value={a} among={among} chosen={left} />
        <Select label="against" value={b} among={among} chosen={right} />
        <label class="field">
          Filter
          <input
            type="search"
            placeholder="exit, tlb, walk…"
            value={filter.value}
            onInput={(e) => {
              filter.value = e.currentTarget.value;
            }}
          />
        </label>
        <label>
          <input
            type="checkbox"
            checked={onlyDifferent.value}
            onChange={(e) => {
              onlyDifferent.value = e.currentTarget.checked;
            }}
          />
          only differences
        </label>
      </div>
      <article class="card">
        <h3>
          {w}: {b} against {a} <span class="faint">{rows.length} counters</span>
        </h3>
        <div class="scroll tall">
          <table>
            <thead>
              <tr>
                <th scope="col">counter</th>
                <th scope="col" class="number">
                  {a}
                </th>
                <th scope="col" class="number">
                  {b}
                </th>
                <th scope="col" class="number">
                  difference
                </th>
                <th scope="col" class="number">
                  ratio
                </th>
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <tr key={row.id}>
                  <th scope="row" title={SUMMARIES.get(row.id)}>
                    {row.id}
                    <small class="faint">{SUMMARIES.get(row.id)}</small>
                  </th>
                  <td class="number">{number(row.x)}</td>
                  <td class="number">{number(row.y)}</td>
                  <td class="number">{signed(row.y - row.x)}</td>
                  <td class="number">{row.x > 0 && row.y > 0 ? formatRatio(row.y / row.x) : '–'}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
        {rows.length === 0 && <p class="faint">No counter fits.</p>}
      </article>
    </>
  );
}
