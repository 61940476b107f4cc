/** The forms in which each kind of result can be saved; the command line's options and the page's buttons follow this order. */
import type { LawsResult, Result, SweepResult } from '../../abi/result.ts';
import { comparisonCsv, lawsCsv, sweepCsv } from './csv.ts';
import { comparisonHtml, lawsHtml, sweepHtml } from './html.ts';
import { type AnyResult, resultJson } from './json.ts';
import { comparisonMarkdown, lawsMarkdown, sweepMarkdown } from './markdown.ts';

/** One form of a result of type R. */
export interface Format<R> {
  readonly id: string;
  readonly title: string;
  /** Of a file's name, without the point. */
  readonly extension: string;
  readonly mediaType: string;
  readonly summary: string;
  readonly render: (result: R) => string;
}

type Renderer<R> = (result: R) => string;

const formats = <R extends AnyResult>(
  csv: Renderer<R>,
  markdown: Renderer<R>,
  html: Renderer<R>,
): readonly Format<R>[] => [
  {
    id: 'json',
    title: 'JSON',
    extension: 'json',
    mediaType: 'application/json',
    summary: 'the whole result as JSON',
    render: resultJson,
  },
  { id: 'csv', title: 'CSV', extension: 'csv', mediaType: 'text/csv', summary: 'the figures as CSV', render: csv },
  {
    id: 'markdown',
    title: 'Markdown',
    extension: 'md',
    mediaType: 'text/markdown',
    summary: 'a report in Markdown',
    render: markdown,
  },
  {
    id: 'html',
    title: 'HTML',
    extension: 'html',
    mediaType: 'text/html',
    summary: 'a report with plots, one self-contained HTML file',
    render: html,
  },
];

export const COMPARISON_FORMATS = formats<Result>(comparisonCsv, comparisonMarkdown, comparisonHtml);
export const SWEEP_FORMATS = formats<SweepResult>(sweepCsv, sweepMarkdown, sweepHtml);
export const LAWS_FORMATS = formats<LawsResult>(lawsCsv, lawsMarkdown, lawsHtml);
