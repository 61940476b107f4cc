/** Reports as Markdown (tables of GitHub's dialect). */
import type { LawsResult, Result, SweepResult } from '../../abi/result.ts';
import { findings } from './findings.ts';
import { lawTables } from './law-tables.ts';
import { provenance } from './provenance.ts';
import { breakdownTables, comparisonTables, exitTables, sweepTable, type Table } from './tables.ts';

const escaped = (text: string): string => text.replace(/[\\|*_<>`[\]]/g, (c) => `\\${c}`).replace(/\s*\n\s*/g, ' ');

/** One table under a heading of the given level. */
export function markdownTable(table: Table, level: number): string {
  const title = (i: number): string => {
    const { title: name, kind } = table.columns[i]!;
    return escaped(kind === null || name === '' ? name : `${name} (${kind})`);
  };
  const rule = table.columns.map(({ align }) => (align === 'left' ? ':--' : '--:'));
  const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [
    `${'#'.repeat(level)} ${escaped(table.title)}`,
    '',
    ...(table.caption === '' ? [] : [escaped(table.caption), '']),
    row(table.columns.map((_, i) => title(i))),
    row(rule),
    ...table.rows.map((cells) => row(cells.map((cell) => escaped(cell.text)))),
    ...(table.notes.length === 0 ? [] : ['', ...table.notes.map((note) => `- ${escaped(note)}`)]),
    '',
  ].join('\n');
}

const list = (items: readonly string[]): string => `${items.map((item) => `- ${escaped(item)}`).join('\n')}\n`;

/** Findings, a table a workload, and how it was made. */
export const comparisonMarkdown = (result: Result): string =>
  [
    '# Trapframe: comparison\n',
    list(findings(result)),
    ...comparisonTables(result).map((table) => markdownTable(table, 2)),
    ...breakdownTables(result).map((table) => markdownTable(table, 2)),
    ...exitTables(result.cells, result.profile).map((table) => markdownTable(table, 2)),
    '## How this was made\n',
    list(provenance(result)),
  ].join('\n');

/** Crossovers, the table of the sweep, and how it was made. */
export const sweepMarkdown = (result: SweepResult): string =>
  [
    '# Trapframe: sweep\n',
    markdownTable(sweepTable(result), 2),
    '## How this was made\n',
    list(provenance(result)),
  ].join('\n');

/** The cases in two tables, and how they were made. */
export const lawsMarkdown = (result: LawsResult): string =>
  [
    '# Trapframe: laws\n',
    ...lawTables(result).map((table) => markdownTable(table, 2)),
    '## How this was made\n',
    list(provenance(result)),
  ].join('\n');
