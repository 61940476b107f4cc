/** The tables of the laws: one for each kind of law and of figure, as figures of two kinds never share a column. */
import type { LawRow, LawsResult } from '../../abi/result.ts';
import { isLawFailure } from '../laws/law.ts';
import { formatCount } from './format.ts';
import { type Column, column, type Entry, NONE, type Table, text } from './tables.ts';

/** In the order in which they are shown. */
export const LAW_GROUPS = [
  { kind: 'exact', figure: 'counted', title: 'exact laws', summary: 'equalities between counters' },
  {
    kind: 'shape',
    figure: 'counted',
    title: 'shape laws, counted',
    summary: 'orders and bands of counts, beside the published figure',
  },
  {
    kind: 'shape',
    figure: 'modelled',
    title: 'shape laws, modelled',
    summary: 'orders and bands of modelled cycles, beside the published figure',
  },
  {
    kind: 'shape',
    figure: 'measured',
    title: 'shape laws, measured',
    summary: 'orders of wall time on this host, which no verdict rests on, beside the published figure',
  },
] as const satisfies readonly (Pick<LawRow, 'kind' | 'figure'> & {
  readonly title: string;
  readonly summary: string;
})[];

/** The rows of a group. */
export const lawsOf = (rows: readonly LawRow[], { kind, figure }: (typeof LAW_GROUPS)[number]): LawRow[] =>
  rows.filter((row) => row.kind === kind && row.figure === figure);

/** pass; FAIL; or, where it was not expected to hold or depends on the host, differs. */
export const verdictOf = (row: LawRow): 'pass' | 'FAIL' | 'differs' =>
  row.pass ? 'pass' : isLawFailure(row) ? 'FAIL' : 'differs';

const TONES = { pass: 'good', FAIL: 'bad', differs: 'dim' } as const;

/** A figure of a law, which may be in words. */
export const shownFigure = (value: number | string): string => (typeof value === 'number' ? formatCount(value) : value);

const noteOf = (row: LawRow): string =>
  `${row.id}${row.case === '' ? '' : ` (${row.case})`}: ${row.deviation === null ? '' : `${row.deviation}. `}${row.detail}`;

/** One table a group that has rows, and one of what was left out. */
export function lawTables(result: LawsResult): Table[] {
  const tables = LAW_GROUPS.flatMap((group): Table[] => {
    const rows = lawsOf(result.laws, group);
    if (rows.length === 0) return [];
    const shape = group.kind === 'shape';
    const more: Column[] = [
      column('published', null, 0, 'left'),
      ...(group.figure === 'modelled' ? [column('profile', null, 3, 'left')] : []),
    ];
    return [
      {
        title: group.title,
        caption: group.summary,
        columns: [
          column('law', null, 0, 'left'),
          column('case', null, 0, 'left'),
          column('expected', group.figure, shape ? 1 : 0, shape ? 'left' : 'right'),
          column(group.figure, group.figure, 0),
          ...(shape ? more : []),
          column('', null, 0, 'left'),
        ],
        rows: rows.map((row): Entry[] => [
          text(row.id),
          text(row.case),
          text(shownFigure(row.expected)),
          text(shownFigure(row.counted)),
          ...(shape ? [row.published ? text(`${row.published.value} [${row.published.tag}]`) : NONE] : []),
          ...(shape && group.figure === 'modelled' ? [text(row.profile ?? '')] : []),
          { text: verdictOf(row), tone: TONES[verdictOf(row)] },
        ]),
        notes: rows.filter((row) => !row.pass).map(noteOf),
      },
    ];
  });
  if (result.leftOut.length === 0) return tables;
  const leftOut: Table = {
    title: 'left out',
    caption: '',
    columns: [column('law', null, 0, 'left'), column('why', null, 0, 'left')],
    rows: result.leftOut.map((line) => {
      const cut = line.indexOf(': ');
      return [text(line.slice(0, cut)), text(line.slice(cut + 2))];
    }),
    notes: [],
  };
  return [...tables, leftOut];
}
