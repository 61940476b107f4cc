/** The axes of a plot of lines, for every form it is drawn in: places are shares of the plot, from 0 to 1. */

export interface Axes {
  /** Place of a value from the left. */
  x(value: number): number;
  /** Place of a value from the bottom. */
  y(value: number): number;
  /** The value at the bottom. */
  readonly least: number;
  /** Round values of the vertical axis, rising. */
  readonly ticks: readonly number[];
}

/** A factor between least and most from which an axis is logarithmic. */
const LOG_Y = 8;
const LOG_X = 30;

/** Round values that cover a range, at most about eight: of a logarithmic axis 1, 2 and 5 in each decade, or powers of ten. */
function ticks(low: number, high: number, log: boolean): number[] {
  const out: number[] = [];
  if (log) {
    const decades = Math.log10(high / low);
    const every = Math.max(1, Math.ceil(decades / 8));
    const within = decades > 2.5 ? [1] : [1, 2, 5];
    for (let e = Math.floor(Math.log10(low)); 10 ** e <= high; e += every) {
      out.push(...within.map((m) => m * 10 ** e).filter((at) => at >= low && at <= high));
    }
    return out;
  }
  const raw = (high - low) / 6;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((m) => m * power).find((s) => s >= raw)!;
  for (let at = Math.ceil(low / step) * step; at <= high * 1.0001; at += step) out.push(at);
  return out;
}

/**
 * Axes for lines over rising places `xs`; null where there is nothing to draw. An axis that spans much is logarithmic
 * (x as log(1 + x), so that 0 has a place).
 */
export function axesOf(xs: readonly number[], lines: readonly (readonly (number | null)[])[]): Axes | null {
  const all = lines.flat().filter((v) => v !== null);
  if (all.length === 0 || xs.length === 0) return null;
  const [lowest, highest] = [Math.min(...all), Math.max(...all)];
  const logY = lowest > 0 && highest / lowest > LOG_Y;
  const [y0, y1] = logY ? [lowest / 1.2, highest * 1.1] : [0, Math.max(highest, Number.MIN_VALUE)];
  const [x0, x1] = [xs[0]!, xs.at(-1)!];
  const logX = x1 / Math.max(x0, 1) > LOG_X;
  const fx = (x: number): number => (logX ? Math.log1p(x) : x);
  const spanX = fx(x1) - fx(x0) || 1;
  return {
    x: (value) => (fx(value) - fx(x0)) / spanX,
    y: (value) => (logY ? Math.log(value / y0) / (Math.log(y1 / y0) || 1) : (value - y0) / (y1 - y0)),
    least: y0,
    ticks: ticks(y0, y1, logY),
  };
}
