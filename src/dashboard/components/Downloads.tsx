import type { JSX } from 'preact';
import { comparisonCsv, lawsCsv, sweepCsv } from '../../lab/report/csv.ts';
import { comparisonHtml, lawsHtml, sweepHtml } from '../../lab/report/html.ts';
import { type AnyResult, resultJson } from '../../lab/report/json.ts';
import { comparisonMarkdown, lawsMarkdown, sweepMarkdown } from '../../lab/report/markdown.ts';
import { laws, result, swept } from '../session.ts';

interface Form<R> {
  readonly title: string;
  readonly extension: string;
  readonly type: string;
  readonly render: (result: R) => string;
}

type Renderer<R> = (result: R) => string;

const forms = <R extends AnyResult>(html: Renderer<R>, csv: Renderer<R>, markdown: Renderer<R>): readonly Form<R>[] => [
  { title: 'HTML', extension: 'html', type: 'text/html', render: html },
  { title: 'JSON', extension: 'json', type: 'application/json', render: resultJson },
  { title: 'CSV', extension: 'csv', type: 'text/csv', render: csv },
  { title: 'Markdown', extension: 'md', type: 'text/markdown', render: markdown },
];

const COMPARISON = forms(comparisonHtml, comparisonCsv, comparisonMarkdown);
const SWEEP = forms(sweepHtml, sweepCsv, sweepMarkdown);
const LAWS = forms(lawsHtml, lawsCsv, lawsMarkdown);

function save<R>({ extension, type, render }: Form<R>, done: R, name: string): void {
  const url = URL.createObjectURL(new Blob([render(done)], { type: `${type};charset=utf-8` }));
  const link = document.createElement('a');
  link.href = url;
  link.download = `${name}.${extension}`;
  link.click();
  // Not at once: the browser reads it after this turn.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

function Buttons<R>({ name, rows, done }: { name: string; rows: readonly Form<R>[]; done: R | null }): JSX.Element {
  return (
    <fieldset class="downloads" aria-label="Download the report">
      <span class="faint">Report:</span>
      {rows.map((form) => (
        <button
          key={form.extension}
          type="button"
          disabled={done === null}
          onClick={() => done !== null && save(form, done, name)}
        >
          {form.title}
        </button>
      ))}
    </fieldset>
  );
}

/** Buttons that save what the open view shows as a report. */
export function Downloads({ view }: { view: 'compare' | 'counters' | 'sweep' | 'laws' }): JSX.Element {
  if (view === 'sweep') return <Buttons name="sweep" rows={SWEEP} done={swept.value} />;
  if (view === 'laws') return <Buttons name="laws" rows={LAWS} done={laws.value} />;
  return <Buttons name="report" rows={COMPARISON} done={result.value} />;
}
