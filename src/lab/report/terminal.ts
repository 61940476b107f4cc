/** Reports for a terminal: aligned columns, as many as the width holds; colour only when asked for. */
import type { SweepResult } from '../../abi/result.ts';
import { sweptCycles } from '../sweep.ts';
import type { AnyResult } from './json.ts';
import { lawTables } from './law-tables.ts';
import { type Column, comparisonTables, type Entry, exitTables, sweepTable, type Table } from './tables.ts';
import { terminalPlot } from './terminal-plot.ts';

export interface TerminalOptions {
  /** Columns of the terminal; at least 60 are used. */
  readonly width: number;
  /** Whether escape sequences may be used: a TTY, and NO_COLOR is not set. */
  readonly colour: boolean;
}

const ESC = '\u001b[';
const SGR: Readonly<Record<NonNullable<Entry['tone']> | 'bold', string>> = {
  good: '32',
  bad: '31',
  dim: '2',
  bold: '1',
};
const GAP = '  ';
/** Stands between kinds of figures. */
const SEPARATOR = '  │ ';
const BAR_WIDTH = 10;
const LEAST_WIDTH = 60;

/** Cells a text takes up: combining marks and wide letters do not occur in reports. */
const widthOf = (text: string): number => [...text].length;

const padded = (text: string, width: number, align: Column['align']): string => {
  const fill = ' '.repeat(Math.max(0, width - widthOf(text)));
  return align === 'left' ? text + fill : fill + text;
};

/** A bar of eighths. */
function bar(share: number): string {
  const eighths = Math.max(share > 0 ? 1 : 0, Math.round(share * BAR_WIDTH * 8));
  const full = '█'.repeat(Math.floor(eighths / 8));
  const rest = eighths % 8;
  return padded(full + (rest > 0 ? '▏▎▍▌▋▊▉'[rest - 1]! : ''), BAR_WIDTH, 'left');
}

interface Shown {
  readonly column: Column;
  readonly index: number;
  readonly width: number;
  readonly bar: boolean;
}

function layOut(table: Table, available: number): Shown[] {
  let shown = table.columns.map((column, index): Shown => {
    const widths = table.rows.map((row) => widthOf(row[index]!.text));
    const hasBar = table.rows.some((row) => row[index]!.bar !== undefined);
    return { column, index, width: Math.max(widthOf(column.title), ...widths), bar: hasBar };
  });
  const total = (): number =>
    shown.reduce(
      (sum, s, i) => sum + wide(s) + (i === 0 ? 0 : startsKind(shown, i) ? SEPARATOR.length : GAP.length),
      0,
    );
  if (total() > available) shown = shown.map((s) => ({ ...s, bar: false }));
  while (total() > available) {
    const rank = Math.max(...shown.map((s) => s.column.rank));
    if (rank === 0) break;
    const last = shown.findLastIndex((s) => s.column.rank === rank);
    shown = shown.filter((_, i) => i !== last);
  }
  return shown;
}

const startsKind = (shown: readonly Shown[], i: number): boolean =>
  i > 0 && shown[i]!.column.kind !== null && shown[i]!.column.kind !== shown[i - 1]!.column.kind;

const wide = (s: Shown): number => s.width + (s.bar ? BAR_WIDTH + 1 : 0);

/** One table as lines, without a final line break. */
export function terminalTable(table: Table, options: TerminalOptions): string {
  const paint = (text: string, tone: keyof typeof SGR | undefined): string =>
    options.colour && tone ? `${ESC}${SGR[tone]}m${text}${ESC}0m` : text;
  const shown = layOut(table, Math.max(LEAST_WIDTH, options.width));
  const line = (render: (s: Shown) => string): string =>
    shown
      .map((s, i) => `${i === 0 ? '' : startsKind(shown, i) ? SEPARATOR : GAP}${render(s)}`)
      .join('')
      .trimEnd();
  const titles = line((s) => padded(padded(s.column.title, s.width, s.column.align), wide(s), 'left'));
  const rule = '─'.repeat(Math.max(widthOf(titles), 1));
  const rows = table.rows.map((row) =>
    line((s) => {
      const entry = row[s.index]!;
      const drawn = s.bar ? ` ${entry.bar === undefined ? ' '.repeat(BAR_WIDTH) : bar(entry.bar)}` : '';
      return paint(padded(entry.text, s.width, s.column.align), entry.tone) + drawn;
    }),
  );
  const caption = table.caption === '' ? '' : paint(`  ${table.caption}`, 'dim');
  return [
    `${paint(table.title, 'bold')}${caption}`,
    ...(table.columns.some((c) => c.kind === 'measured') ? [paint(kindLine(shown), 'dim')] : []),
    paint(titles, 'dim'),
    paint(rule, 'dim'),
    ...rows,
    ...table.notes.map((note) => `  ${note}`),
  ].join('\n');
}

/** Each kind of figure over the first column of its group. */
function kindLine(shown: readonly Shown[]): string {
  let out = '';
  let at = 0;
  for (const [i, s] of shown.entries()) {
    at += i === 0 ? 0 : startsKind(shown, i) ? SEPARATOR.length : GAP.length;
    const { kind } = s.column;
    if (kind !== null && (i === 0 || shown[i - 1]!.column.kind !== kind)) out = `${out.padEnd(at)}${kind}`;
    at += wide(s);
  }
  return out;
}

/** Several tables, an empty line between. */
export const terminalTables = (tables: readonly Table[], options: TerminalOptions): string =>
  tables.map((table) => terminalTable(table, options)).join('\n\n');

/** The sweep as lines below its table, with every crossover. */
function sweepPlot(result: SweepResult, options: TerminalOptions): string {
  const { param, values, environments } = result.experiment;
  const lines = environments.map(({ id }) => ({
    label: id,
    values: result.points.map(({ cells }) => sweptCycles(cells.find((cell) => cell.environment === id))),
  }));
  const crossings = result.crossovers.map(({ at }) => at);
  const plot = terminalPlot(param, values, lines, crossings, Math.max(LEAST_WIDTH, options.width));
  return plot.length === 0 ? '' : `\n\n${plot.join('\n')}`;
}

/** A whole result for a terminal. Exits by reason are left out of comparisons unless asked for. */
export function terminalReport(result: AnyResult, options: TerminalOptions & { readonly exits?: boolean }): string {
  switch (result.schema) {
    case 'trapframe.result/1': {
      const exits = options.exits ? exitTables(result.cells, result.profile) : [];
      return terminalTables([...comparisonTables(result), ...exits], options);
    }
    case 'trapframe.sweep/1':
      return `${terminalTables([sweepTable(result)], options)}${sweepPlot(result, options)}`;
    case 'trapframe.laws/1':
      return terminalTables(lawTables(result), options);
  }
}
