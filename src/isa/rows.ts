/** Every instruction: the rows of all extensions, and the way from a name to its row. */
import { ATOMIC_ROWS } from './rows/atomic.ts';
import { BASE_ROWS } from './rows/base.ts';
import { BITMANIP_ROWS } from './rows/bitmanip.ts';
import { COMPRESSED_ROWS } from './rows/compressed.ts';
import { FLOAT_ROWS } from './rows/float.ts';
import { MULTIPLY_ROWS } from './rows/multiply.ts';
import { SYSTEM_ROWS } from './rows/system.ts';
import type { BaseRow, CompressedRow, Row } from './types.ts';

export { COMPRESSED_ROWS };

/** Rows with a meaning of their own (32-bit encodings). */
export const FULL_ROWS: readonly BaseRow[] = [
  ...BASE_ROWS,
  ...MULTIPLY_ROWS,
  ...ATOMIC_ROWS,
  ...SYSTEM_ROWS,
  ...FLOAT_ROWS,
  ...BITMANIP_ROWS,
];

export const ROWS: readonly Row[] = [...FULL_ROWS, ...COMPRESSED_ROWS];

const byName = new Map<string, Row>(ROWS.map((row) => [row.name, row]));
if (byName.size !== ROWS.length) throw new Error('two instructions share a name');

/** Whether the row is another encoding of a base row. */
export function isCompressed(row: Row): row is CompressedRow {
  return row.extension === 'C';
}

/** The row of that name, or undefined. */
export function findRow(name: string): Row | undefined {
  return byName.get(name);
}

/** The row that holds the meaning: the row itself, or the one a compressed row expands to. */
export function baseRow(row: Row): BaseRow {
  if (!isCompressed(row)) return row;
  const base = byName.get(row.expands);
  if (!base || isCompressed(base)) throw new Error(`${row.name} expands to unknown ${row.expands}`);
  return base;
}
