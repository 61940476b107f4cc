/** The forms in which each kind of result can be written; the order is that of the help. */
import type { LawsResult, Result, SweepResult } from '../abi/result.ts';
import { comparisonCsv, lawsCsv, sweepCsv } from '../lab/report/csv.ts';
import { comparisonHtml, lawsHtml, sweepHtml } from '../lab/report/html.ts';
import { type AnyResult, resultJson } from '../lab/report/json.ts';
import { comparisonMarkdown, lawsMarkdown, sweepMarkdown } from '../lab/report/markdown.ts';
import type { Format } from './options/output.ts';

const formats = <R extends AnyResult>(
  csv: (result: R) => string,
  markdown: (result: R) => string,
  html: (result: R) => string,
): readonly Format<R>[] => [
  { id: 'json', extension: 'json', summary: 'the whole result as JSON', render: resultJson },
  { id: 'csv', extension: 'csv', summary: 'the figures as CSV', render: csv },
  { id: 'markdown', extension: 'md', summary: 'a report in Markdown', render: markdown },
  { id: 'html', extension: 'html', summary: 'a report with plots, one self-contained HTML file', render: html },
];

export const COMPARISON_FORMATS = formats<Result>(comparisonCsv, comparisonMarkdown, comparisonHtml);
export const SWEEP_FORMATS = formats<SweepResult>(sweepCsv, sweepMarkdown, sweepHtml);
export const LAWS_FORMATS = formats<LawsResult>(lawsCsv, lawsMarkdown, lawsHtml);
