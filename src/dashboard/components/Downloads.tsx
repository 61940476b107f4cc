import type { JSX } from 'preact';
import { COMPARISON_FORMATS, type Format, LAWS_FORMATS, SWEEP_FORMATS } from '../../lab/report/formats.ts';
import { saveFile } from '../save.ts';
import { laws, result, swept } from '../session.ts';

const save = <R,>({ extension, mediaType, render }: Format<R>, done: R, name: string): void =>
  saveFile(`${name}.${extension}`, `${mediaType};charset=utf-8`, render(done));

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
