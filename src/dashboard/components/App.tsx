import { signal } from '@preact/signals';
import type { JSX } from 'preact';
import { lazy, Suspense } from 'preact/compat';
import { Counters } from './Counters.tsx';
import { Downloads } from './Downloads.tsx';
import { Laws } from './Laws.tsx';
import { Results } from './Results.tsx';
import { Settings } from './Settings.tsx';
import { Status } from './Status.tsx';
import { Sweep } from './Sweep.tsx';

/** Only who opens it loads the terminal. */
const Linux = lazy(async () => ({ default: (await import('../linux/Linux.tsx')).Linux }));

const TABS = [
  { id: 'compare', title: 'Compare', show: Results },
  { id: 'counters', title: 'Counters', show: Counters },
  { id: 'sweep', title: 'Sweep', show: Sweep },
  { id: 'laws', title: 'Laws', show: Laws },
  { id: 'linux', title: 'Linux', show: Linux },
] as const;

const tab = signal<(typeof TABS)[number]['id']>('compare');

/** Arrow keys move between tabs, as screen readers announce it. */
function onKey(e: KeyboardEvent): void {
  const step = { ArrowLeft: -1, ArrowRight: 1 }[e.key];
  if (step === undefined) return;
  const at = TABS.findIndex((t) => t.id === tab.value);
  const next = TABS[(at + step + TABS.length) % TABS.length]!;
  tab.value = next.id;
  document.getElementById(`tab-${next.id}`)?.focus();
}

function Tabs(): JSX.Element {
  return (
    <div role="tablist" aria-label="Views" onKeyDown={onKey}>
      {TABS.map(({ id, title }) => (
        <button
          key={id}
          id={`tab-${id}`}
          type="button"
          role="tab"
          aria-selected={tab.value === id}
          aria-controls="view"
          tabIndex={tab.value === id ? 0 : -1}
          onClick={() => {
            tab.value = id;
          }}
        >
          {title}
        </button>
      ))}
    </div>
  );
}

/** The whole page. */
export function App(): JSX.Element {
  const View = TABS.find((t) => t.id === tab.value)!.show;
  return (
    <>
      <a class="skip" href="#view">
        Skip to the results
      </a>
      <header>
        <h1>
          Trapframe <span class="faint">{__VERSION__}</span>
        </h1>
        <Tabs />
        {tab.value !== 'linux' && <Downloads view={tab.value} />}
      </header>
      <div class={tab.value === 'linux' ? '' : 'columns'}>
        {tab.value !== 'linux' && <Settings />}
        <main>
          {tab.value !== 'linux' && <Status />}
          <div id="view" role="tabpanel" aria-labelledby={`tab-${tab.value}`} tabIndex={-1}>
            <Suspense fallback={<p class="faint">Loading…</p>}>
              <View />
            </Suspense>
          </div>
        </main>
      </div>
    </>
  );
}
