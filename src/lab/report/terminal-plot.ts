/** A plot of lines in characters: points as marks, dots between them, crossovers as columns. */
import { type Axes, axesOf } from './axes.ts';
import { formatCount } from './format.ts';

export interface PlotLine {
  readonly label: string;
  /** null: no figure at this place. */
  readonly values: readonly (number | null)[];
}

/** One mark a line, in order; more lines than marks begin anew. */
const MARKS = ['●', '○', '▲', '△', '■', '□', '◆', '◇'];
const BETWEEN = '·';
const CROSSOVER = '┊';
const ROWS = 14;
const MOST_COLUMNS = 72;
/** Between two labels below the axis. */
const LABEL_GAP = 2;

/**
 * Draws lines over rising places `xs`, at most `width` characters wide; `crossings` are places between them. No lines of
 * text where there is nothing to draw.
 */
export function terminalPlot(
  xName: string,
  xs: readonly number[],
  lines: readonly PlotLine[],
  crossings: readonly number[],
  width: number,
): string[] {
  const axes = axesOf(
    xs,
    lines.map((line) => line.values),
  );
  if (!axes || xs.length < 2) return [];
  const ticks = new Map(axes.ticks.map((tick) => [rowOf(axes, tick), formatCount(tick)]));
  const margin = Math.max(...[...ticks.values()].map((text) => text.length)) + 2;
  const columns = Math.min(width - margin - 2, MOST_COLUMNS);
  const column = (x: number): number => Math.round(axes.x(x) * (columns - 1));
  const canvas = Array.from({ length: ROWS }, () => Array<string>(columns).fill(' '));
  for (const at of crossings) for (const row of canvas) row[column(at)] = CROSSOVER;
  for (const line of lines) join(canvas, axes, column, xs, line.values);
  // Marks last, the first line on top, so that no dots hide one.
  for (const [i, line] of [...lines.entries()].reverse()) {
    for (const [k, value] of line.values.entries()) {
      if (value !== null) canvas[rowOf(axes, value)]![column(xs[k]!)] = markOf(i);
    }
  }
  const drawn = canvas.map((cells, row) => {
    const tick = ticks.get(row);
    return `${(tick ?? '').padStart(margin)} ${tick === undefined ? '│' : '┤'}${cells.join('')}`.trimEnd();
  });
  const indent = ' '.repeat(margin + 2);
  const names = lines.map((line, i) => `${markOf(i)} ${line.label}`);
  if (crossings.length > 0) names.push(`${CROSSOVER} crossover`);
  return [
    ...drawn,
    `${' '.repeat(margin)} └${'─'.repeat(columns)}`,
    `${indent}${placeLabels(xs, crossings, column, columns)}`.trimEnd(),
    `${indent}${xName}   ${names.join('   ')}`,
  ];
}

const markOf = (line: number): string => MARKS[line % MARKS.length]!;

/** Row 0 is the top one. */
const rowOf = (axes: Axes, value: number): number =>
  Math.min(ROWS - 1, Math.max(0, Math.round((1 - axes.y(value)) * (ROWS - 1))));

/** Dots from point to point; a missing value interrupts the line. */
function join(
  canvas: string[][],
  axes: Axes,
  column: (x: number) => number,
  xs: readonly number[],
  values: readonly (number | null)[],
): void {
  for (let k = 1; k < xs.length; k++) {
    const [from, to] = [values[k - 1]!, values[k]!];
    if (from === null || to === null) continue;
    const [first, last] = [column(xs[k - 1]!), column(xs[k]!)];
    for (let c = first + 1; c < last; c++) {
      const share = (c - first) / (last - first);
      const height = axes.y(from) + share * (axes.y(to) - axes.y(from));
      canvas[Math.min(ROWS - 1, Math.max(0, Math.round((1 - height) * (ROWS - 1))))]![c] = BETWEEN;
    }
  }
}

/** Values below the axis, as many as have room: ends and crossovers first. */
function placeLabels(
  xs: readonly number[],
  crossings: readonly number[],
  column: (x: number) => number,
  columns: number,
): string {
  const cells = Array<string>(columns).fill(' ');
  const wanted = [xs.at(-1)!, xs[0]!, ...crossings, ...xs.slice(1, -1)];
  for (const x of wanted) {
    const text = formatCount(x);
    const start = Math.min(Math.max(0, column(x) - Math.floor(text.length / 2)), Math.max(0, columns - text.length));
    const around = cells.slice(Math.max(0, start - LABEL_GAP), start + text.length + LABEL_GAP);
    if (around.every((cell) => cell === ' ')) cells.splice(start, text.length, ...text);
  }
  return cells.join('');
}
