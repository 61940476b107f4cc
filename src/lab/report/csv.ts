/** Reports as CSV (RFC 4180): a row a cell, a column a figure; the kind of figure is the column's prefix. */
import type { Cell, LawsResult, Result, SweepResult } from '../../abi/result.ts';
import { COST_CLASSES } from '../costs.ts';

const field = (value: string | number | null): string => {
  const text = value === null ? '' : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

const lines = (rows: readonly (readonly (string | number | null)[])[]): string =>
  rows.map((row) => `${row.map(field).join(',')}\r\n`).join('');

function cellTable(cells: readonly Cell[]): string {
  const params = [...new Set(cells.flatMap((cell) => Object.keys(cell.params)))];
  const counters = [...new Set(cells.flatMap((cell) => Object.keys(cell.counters ?? {})))].sort();
  const head = [
    'workload',
    'environment',
    ...params.map((name) => `param.${name}`),
    'status',
    'message',
    'iterations',
    'checksum',
    'digest',
    'image_sha256',
    ...counters.map((id) => `counted.${id}`),
    'modelled.cycles',
    'modelled.cycles_per_iteration',
    'modelled.whole',
    ...COST_CLASSES.map(({ id }) => `modelled.${id}`),
    'measured.n',
    'measured.median_ms',
    'measured.mean_ms',
    'measured.ci95_low_ms',
    'measured.ci95_high_ms',
  ];
  const rows = cells.map((cell) => [
    cell.workload,
    cell.environment,
    ...params.map((name) => cell.params[name] ?? null),
    cell.status,
    cell.message,
    cell.iterations,
    cell.checksum,
    cell.digest,
    cell.imageSha256,
    // A counter the machine left out is zero; a cell without counters has none.
    ...counters.map((id) => (cell.counters ? (cell.counters[id] ?? 0) : null)),
    cell.modelled?.cycles ?? null,
    cell.modelled?.perIteration ?? null,
    cell.modelled ? Number(cell.modelled.whole) : null,
    ...COST_CLASSES.map(({ id }) => cell.modelled?.breakdown[id] ?? null),
    cell.wall?.n ?? null,
    cell.wall?.median ?? null,
    cell.wall?.mean ?? null,
    cell.wall?.ci95?.low ?? null,
    cell.wall?.ci95?.high ?? null,
  ]);
  return lines([head, ...rows]);
}

/** A row a cell, a column a figure (RFC 4180). */
export const comparisonCsv = (result: Result): string => cellTable(result.cells);

/** The same for every cell of every point. */
export const sweepCsv = (result: SweepResult): string => cellTable(result.points.flatMap(({ cells }) => cells));

/** A row a case of a law. */
export function lawsCsv(result: LawsResult): string {
  const head = [
    'id',
    'case',
    'kind',
    'statement',
    'expected',
    'counted',
    'figure',
    'pass',
    'deviation',
    'published',
    'source',
    'profile',
    'detail',
  ];
  const rows = result.laws.map((row) => [
    row.id,
    row.case,
    row.kind,
    row.statement,
    row.expected,
    row.counted,
    row.figure,
    String(row.pass),
    row.deviation,
    row.published?.value ?? null,
    row.published?.source ?? null,
    row.profile,
    row.detail,
  ]);
  return lines([head, ...rows]);
}
