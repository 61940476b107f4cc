/** Counters for people: a line each, with a column for each of several harts. */
import type { Counters } from '../abi/counters.ts';

const shown = (value: number): string => value.toLocaleString('en-US');

/** Those that are not zero. `harts`: of each hart; a column for each where there are several. */
export function counterTable(total: Counters, harts: readonly Counters[]): string {
  const parts = harts.length > 1 ? harts : [];
  const rows = Object.entries(total)
    .filter(([, value]) => value !== 0)
    .map(([id, value]) => [id, shown(value), ...parts.map((hart) => shown(hart[id] ?? 0))]);
  if (parts.length) rows.unshift(['', 'all', ...parts.map((_, hart) => `hart ${hart}`)]);
  const width = (column: number): number => Math.max(...rows.map((row) => row[column]!.length));
  const widths = Array.from({ length: parts.length + 2 }, (_, column) => width(column));
  return rows
    .map((row) =>
      row
        .map((text, i) => (i === 0 ? text.padEnd(Math.max(28, widths[0]!)) : text.padStart(widths[i]!)))
        .join('  ')
        .trimEnd(),
    )
    .map((line) => `${line}\n`)
    .join('');
}
