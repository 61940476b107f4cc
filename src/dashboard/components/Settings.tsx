import { signal } from '@preact/signals';
import type { JSX } from 'preact';
import { WORKLOADS } from '../../abi/workloads.ts';
import { ENVIRONMENTS } from '../../lab/environments.ts';
import { PROFILES, parseProfile } from '../../lab/profile.ts';
import * as form from '../form.ts';
import { busy, compare, open } from '../session.ts';
import { Choices } from './Choices.tsx';

const GROUPS = [...new Set(WORKLOADS.map((w) => w.group))];
/** The strategies in their plain form first; their variants are folded away. */
const PLAIN = ['native', 'bare', 'shadow', 'nested', 'paravirt'];
const plain = PLAIN.flatMap((id) => ENVIRONMENTS.filter((e) => e.id === id));
const hostings = ENVIRONMENTS.filter((e) => e.hosting !== 'machine' && e.hosting !== 'native');
const variants = ENVIRONMENTS.filter((e) => !PLAIN.includes(e.id) && !hostings.includes(e));

const profileError = signal<string | null>(null);

async function readProfile(file: File | undefined): Promise<void> {
  if (!file) return;
  try {
    const profile = parseProfile(await file.text(), file.name);
    form.ownProfile.value = profile;
    form.profileName.value = profile.name;
    profileError.value = null;
  } catch (e) {
    profileError.value = e instanceof Error ? e.message : String(e);
  }
}

function ProfilePicker(): JSX.Element {
  const own = form.ownProfile.value;
  const rows = own ? [...PROFILES.filter((p) => p.name !== own.name), own] : PROFILES;
  return (
    <>
      <label class="field">
        Cost profile
        <select
          value={form.profileName.value}
          onChange={(e) => {
            form.profileName.value = e.currentTarget.value;
          }}
        >
          {rows.map((p) => (
            <option key={p.name} value={p.name}>
              {p.name}
            </option>
          ))}
        </select>
      </label>
      <p class="faint">{form.chosenProfile.value.summary}</p>
      <label class="button file">
        Load a profile…
        <input
          type="file"
          accept=".json,application/json"
          onChange={(e) => {
            void readProfile(e.currentTarget.files?.[0]);
            e.currentTarget.value = '';
          }}
        />
      </label>
      {profileError.value && (
        <pre class="error" role="alert">
          {profileError.value}
        </pre>
      )}
    </>
  );
}

/** The left column: what to run, under what, and how. */
export function Settings(): JSX.Element {
  const start = (e: Event) => {
    e.preventDefault();
    if (form.problem.value !== null || busy.value) return;
    history.replaceState(null, '', form.toHash());
    void compare(form.request());
    // On a narrow page the results stand below the choice.
    if (matchMedia('(max-width: 52rem)').matches) document.getElementById('view')?.scrollIntoView();
  };
  return (
    <form class="settings" onSubmit={start} aria-label="Comparison">
      <div class="actions">
        <button type="submit" class="primary" disabled={busy.value || form.problem.value !== null}>
          Compare
        </button>
        <label class="button file">
          Open a result…
          <input
            type="file"
            accept=".json,application/json"
            disabled={busy.value}
            onChange={(e) => {
              const file = e.currentTarget.files?.[0];
              if (file) void open(file);
              e.currentTarget.value = '';
            }}
          />
        </label>
      </div>
      {form.problem.value && (
        <p class="error" role="alert">
          {form.problem.value}
        </p>
      )}
      <section aria-label="Environments">
        <h2>Environments</h2>
        <Choices
          legend="strategies"
          rows={plain}
          known={form.ENVIRONMENT_IDS}
          chosen={form.environments}
          disabled={busy}
        />
        <Choices
          legend="programs of Linux"
          rows={hostings}
          known={form.ENVIRONMENT_IDS}
          chosen={form.environments}
          disabled={busy}
        />
        <details>
          <summary>variants</summary>
          <Choices
            legend="variants"
            rows={variants}
            known={form.ENVIRONMENT_IDS}
            chosen={form.environments}
            disabled={busy}
          />
        </details>
      </section>
      <section aria-label="Workloads">
        <h2>Workloads</h2>
        {GROUPS.map((group) => {
          const rows = WORKLOADS.filter((w) => w.group === group);
          return (
            <Choices
              key={group}
              legend={group}
              rows={rows}
              known={form.WORKLOAD_IDS}
              chosen={form.workloads}
              disabled={busy}
            />
          );
        })}
      </section>
      <section aria-label="Measurement">
        <h2>Measurement</h2>
        <fieldset disabled={busy.value}>
          <label class="field">
            Samples of wall time
            <input
              type="number"
              min="0"
              max="1000"
              required
              value={form.repeat.value}
              onInput={(e) => {
                const n = e.currentTarget.valueAsNumber;
                if (Number.isInteger(n) && n >= 0 && n <= 1000) form.repeat.value = n;
              }}
            />
          </label>
          <label>
            <input
              type="checkbox"
              checked={form.quick.value}
              onChange={(e) => {
                form.quick.value = e.currentTarget.checked;
              }}
            />
            small sizes
          </label>
          <ProfilePicker />
        </fieldset>
      </section>
    </form>
  );
}
