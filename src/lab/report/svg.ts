/** Plots as inline SVG: no script, colours from the page's variables, a title and description for who cannot see them. */
import { axesOf } from './axes.ts';
import { formatCount } from './format.ts';

/** Escapes text for HTML and SVG, attributes included. */
export const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

const WIDTH = 760;
const LABELS = 150;
const VALUES = 150;
const BARS = WIDTH - LABELS - VALUES;
const ROW = 26;
const BAR = 16;

export interface BarPart {
  /** Index of the colour variable `--c0` … `--c7`. */
  readonly colour: number;
  readonly name: string;
  readonly value: number;
}

export interface BarRow {
  readonly label: string;
  readonly parts: readonly BarPart[];
  readonly text: string;
  /** Ends of an interval drawn as a whisker over the bar. */
  readonly interval?: { readonly low: number; readonly high: number };
}

const svg = (height: number, title: string, body: string): string =>
  `<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escaped(title)}"><title>${escaped(title)}</title>${body}</svg>`;

const px = (value: number): string => value.toFixed(1);

/** Horizontal bars of stacked parts, all on one scale from zero. */
export function barPlot(title: string, rows: readonly BarRow[]): string {
  const sum = (row: BarRow): number => row.parts.reduce((total, part) => total + part.value, 0);
  const widest = Math.max(...rows.map((row) => Math.max(sum(row), row.interval?.high ?? 0)), Number.MIN_VALUE);
  const scale = (value: number): number => (value / widest) * BARS;
  const body = rows.map((row, i) => {
    const y = i * ROW + (ROW - BAR) / 2;
    const middle = y + BAR / 2;
    let x = LABELS;
    const bars = row.parts
      .filter((part) => part.value > 0)
      .map((part) => {
        const w = scale(part.value);
        const bar = `<rect x="${px(x)}" y="${y}" width="${px(Math.max(w, 0.5))}" height="${BAR}" fill="var(--c${part.colour})"><title>${escaped(`${row.label}, ${part.name}: ${formatCount(part.value)}`)}</title></rect>`;
        x += w;
        return bar;
      })
      .join('');
    const end = LABELS + scale(Math.max(sum(row), row.interval?.high ?? 0)) + 8;
    return (
      `<text x="${LABELS - 8}" y="${middle}" class="label end">${escaped(row.label)}</text>${bars}${whisker(row, middle, scale)}` +
      `<text x="${px(end)}" y="${middle}" class="value">${escaped(row.text)}</text>`
    );
  });
  return svg(rows.length * ROW, title, body.join(''));
}

function whisker(row: BarRow, middle: number, scale: (value: number) => number): string {
  if (!row.interval) return '';
  const [low, high] = [LABELS + scale(row.interval.low), LABELS + scale(row.interval.high)];
  return `<path class="whisker" d="M${px(low)} ${middle - 4}v8M${px(low)} ${middle}H${px(high)}M${px(high)} ${middle - 4}v8"/>`;
}

export interface Series {
  readonly label: string;
  readonly colour: number;
  /** null: no figure at this place. */
  readonly values: readonly (number | null)[];
}

export interface Marker {
  readonly x: number;
  readonly text: string;
}

const PLOT = { left: 88, right: 130, top: 16, bottom: 44, height: 340 };

/** Lines over a common axis; axes that span much are logarithmic (x as log(1 + x), so that 0 has a place). */
export function linePlot(
  title: string,
  axes: { readonly x: string; readonly y: string },
  xs: readonly number[],
  series: readonly Series[],
  markers: readonly Marker[],
): string {
  const scales = axesOf(
    xs,
    series.map((s) => s.values),
  );
  if (!scales) return '';
  const plotWidth = WIDTH - PLOT.left - PLOT.right;
  const plotHeight = PLOT.height - PLOT.top - PLOT.bottom;
  const at = {
    x: (x: number): number => PLOT.left + scales.x(x) * plotWidth,
    y: (y: number): number => PLOT.top + (1 - scales.y(y)) * plotHeight,
  };
  const bottom = PLOT.top + plotHeight;
  const grid = scales.ticks.map(
    (y) =>
      `<path class="grid" d="M${PLOT.left} ${px(at.y(y))}h${plotWidth}"/><text class="tick end" x="${PLOT.left - 8}" y="${px(at.y(y))}">${formatCount(y)}</text>`,
  );
  const every = Math.ceil(xs.length / 10);
  const columns = xs
    .filter((_, i) => i % every === 0 || i === xs.length - 1)
    .map((x) => `<text class="tick middle" x="${px(at.x(x))}" y="${bottom + 16}">${formatCount(x)}</text>`);
  const crossings = markers.map(
    ({ x, text }, i) =>
      `<path class="cross" d="M${px(at.x(x))} ${PLOT.top}V${bottom}"><title>${escaped(text)}</title></path><text class="tick" x="${px(at.x(x) + 4)}" y="${PLOT.top + 6 + (i % 5) * 14}">${escaped(formatCount(x))}</text>`,
  );
  const lines = series.map((s) => line(s, xs, at));
  const names = spread(
    series.map((s) => ({ s, y: at.y(s.values.findLast((v) => v !== null) ?? scales.least) })),
    16,
  ).map(
    ({ s, y }) =>
      `<text class="value" x="${WIDTH - PLOT.right + 10}" y="${px(y)}" style="fill:var(--c${s.colour})">${escaped(s.label)}</text>`,
  );
  const captions =
    `<text class="tick middle" x="${PLOT.left + plotWidth / 2}" y="${PLOT.height - 8}">${escaped(axes.x)}</text>` +
    `<text class="tick middle" transform="translate(12 ${PLOT.top + plotHeight / 2}) rotate(-90)">${escaped(axes.y)}</text>`;
  return svg(PLOT.height, title, [...grid, ...columns, ...crossings, ...lines, ...names, captions].join(''));
}

interface Place {
  x(x: number): number;
  y(y: number): number;
}

function line(s: Series, xs: readonly number[], at: Place): string {
  let path = '';
  const dots: string[] = [];
  for (const [i, value] of s.values.entries()) {
    if (value === null) continue;
    const [x, y] = [px(at.x(xs[i]!)), px(at.y(value))];
    path += `${path !== '' && s.values[i - 1] !== null ? 'L' : 'M'}${x} ${y}`;
    dots.push(
      `<circle cx="${x}" cy="${y}" r="3" fill="var(--c${s.colour})"><title>${escaped(`${s.label}, ${formatCount(xs[i]!)}: ${formatCount(value)}`)}</title></circle>`,
    );
  }
  return `<path d="${path}" fill="none" stroke="var(--c${s.colour})" stroke-width="2"/>${dots.join('')}`;
}

/** Moves labels apart until none is nearer than `gap` to the next. */
function spread<T extends { y: number }>(labels: readonly T[], gap: number): T[] {
  const out = [...labels].sort((a, b) => a.y - b.y).map((label) => ({ ...label }));
  for (let i = 1; i < out.length; i++) out[i]!.y = Math.max(out[i]!.y, out[i - 1]!.y + gap);
  return out;
}
