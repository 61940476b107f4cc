import { computed } from '@preact/signals';
import type { JSX } from 'preact';
import { COST_CLASSES } from '../../lab/costs.ts';
import { findings } from '../../lab/report/findings.ts';
import { result, shown } from '../session.ts';
import { WorkloadCard } from './WorkloadCard.tsx';

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
