import type { JSX } from 'preact';
import { COMPARISON_FORMATS, type Format, LAWS_FORMATS, SWEEP_FORMATS } from '../../lab/report/formats.ts';
import { laws, result, swept } from '../session.ts';

function save<R>({ extension, mediaType, render }: Format<R>, done: R, name: string): void {
  const url = URL.createObjectURL(new Blob([render(done)], { type: `${mediaType};charset=utf-8` }));
  const link = document.createElement('a');
  link.href = url;
  link.download = `${name}.${extension}`;
  link.click();
  // Not at once: the browser reads it after this turn.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

function Buttons<R>({ name, rows, done }: { name: string; rows: readonly Format<R>[]; done: R | null }): JSX.Element {
  return (
    <fieldset class="downloads" aria-label="Download the report">
      <span class="faint">Report:</span>
      {rows.map((format) => (
        <button
          key={format.extension}
          type="button"
          disabled={done === null}
          onClick={() => done !== null && save(format, done, name)}
        >
          {format.title}
        </button>
      ))}
    </fieldset>
  );
}

/** Buttons that save what the open view shows as a report. */
export function Downloads({ view }: { view: 'compare' | 'counters' | 'sweep' | 'laws' }): JSX.Element {
  if (view === 'sweep') return <Buttons name="sweep" rows={SWEEP_FORMATS} done={swept.value} />;
  if (view === 'laws') return <Buttons name="laws" rows={LAWS_FORMATS} done={laws.value} />;
  return <Buttons name="report" rows={COMPARISON_FORMATS} done={result.value} />;
}
