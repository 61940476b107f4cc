import type { ReadonlySignal, Signal } from '@preact/signals';
import type { JSX } from 'preact';
import { toggled } from '../form.ts';

interface Choice {
  readonly id: string;
  readonly summary: string;
}

interface Props {
  readonly legend: string;
  readonly rows: readonly Choice[];
  /** All ids, in the order of tables. */
  readonly known: readonly string[];
  readonly chosen: Signal<readonly string[]>;
  readonly disabled: ReadonlySignal<boolean>;
}

/** A group of checkboxes with a box for all of them. */
export function Choices({ legend, rows, known, chosen, disabled }: Props): JSX.Element {
  const on = rows.filter((row) => chosen.value.includes(row.id)).length;
  const all = (checked: boolean) => {
    chosen.value = rows.reduce<readonly string[]>((list, row) => toggled(list, row.id, checked, known), chosen.value);
  };
  return (
    <fieldset disabled={disabled.value} class="choices">
      <legend>
        <label>
          <input
            type="checkbox"
            checked={on === rows.length}
            ref={(box: HTMLInputElement | null) => {
              if (box) box.indeterminate = on > 0 && on < rows.length;
            }}
            onChange={(e) => all(e.currentTarget.checked)}
          />
          {legend}
          <span class="faint">
            {on}/{rows.length}
          </span>
        </label>
      </legend>
      {rows.map((row) => (
        <label key={row.id} title={row.summary}>
          <input
            type="checkbox"
            value={row.id}
            checked={chosen.value.includes(row.id)}
            onChange={(e) => {
              chosen.value = toggled(chosen.value, row.id, e.currentTarget.checked, known);
            }}
          />
          {row.id}
        </label>
      ))}
    </fieldset>
  );
}
