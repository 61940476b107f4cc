import type { JSX } from 'preact';
import type { Result } from '../../abi/result.ts';
import { comparisonCsv } from '../../lab/report/csv.ts';
import { comparisonHtml } from '../../lab/report/html.ts';
import { resultJson } from '../../lab/report/json.ts';
import { comparisonMarkdown } from '../../lab/report/markdown.ts';
import { result } from '../session.ts';

interface Form {
  readonly title: string;
  readonly file: string;
  readonly type: string;
  readonly render: (result: Result) => string;
}

const FORMS: readonly Form[] = [
  { title: 'HTML', file: 'report.html', type: 'text/html', render: comparisonHtml },
  { title: 'JSON', file: 'report.json', type: 'application/json', render: resultJson },
  { title: 'CSV', file: 'report.csv', type: 'text/csv', render: comparisonCsv },
  { title: 'Markdown', file: 'report.md', type: 'text/markdown', render: comparisonMarkdown },
];

function save({ file, type, render }: Form, done: Result): void {
  const url = URL.createObjectURL(new Blob([render(done)], { type: `${type};charset=utf-8` }));
  const link = document.createElement('a');
  link.href = url;
  link.download = file;
  link.click();
  // Not at once: the browser reads it after this turn.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** Buttons that save the shown result as a report. */
export function Downloads(): JSX.Element {
  const done = result.value;
  return (
    <fieldset class="downloads" aria-label="Download the report">
      <span class="faint">Report:</span>
      {FORMS.map((form) => (
        <button key={form.file} type="button" disabled={done === null} onClick={() => done && save(form, done)}>
          {form.title}
        </button>
      ))}
    </fieldset>
  );
}
