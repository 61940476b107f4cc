import type { JSX } from 'preact';
import type { Cell } from '../../abi/result.ts';
import { exitTables, modelBaseline, wallBaseline } from '../../lab/report/tables.ts';
import { cells, keyOf, profile, shown } from '../session.ts';
import { COUNTED, cyclesOf, EnvironmentRow, medianOf, scaleOf, widestWall } from './EnvironmentRow.tsx';
import { Samples } from './Samples.tsx';
import { TableView } from './TableView.tsx';

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

/** One workload under every environment shown. */
export function WorkloadCard({ workload }: { workload: string }): JSX.Element {
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
