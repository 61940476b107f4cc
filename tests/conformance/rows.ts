/** Tests that run over a table in memory. */
import { R } from '../support/asm.ts';
import type { Program } from './environment.ts';

const { s6, s7 } = R;

/** A loop over rows of doublewords at a label: `body` sees the row's address in s6; gp counts up each round. */
export function overRows(p: Program, rows: readonly (readonly bigint[])[], body: () => void): void {
  const table = p.fresh('table');
  const loop = p.fresh('loop');
  const after = p.fresh('after');
  p.test();
  p.la(s6, table);
  p.li(s7, rows.length);
  p.label(loop);
  body();
  p.addi(s6, s6, 8 * rows[0]!.length);
  p.addi(R.gp, R.gp, 1);
  p.addi(s7, s7, -1);
  p.bne(s7, 0, loop);
  p.j(after);
  p.align(8);
  p.label(table);
  for (const row of rows) for (const value of row) p.dword(value);
  p.label(after);
}

/** All pairs of the values. */
export const pairs = (values: readonly bigint[]): [bigint, bigint][] =>
  values.flatMap((a) => values.map((b) => [a, b] as [bigint, bigint]));
