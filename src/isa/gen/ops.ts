/**
 * The op numbers of decoded records. Each base row, and each special form of one, has a case of the interpreter's
 * switch for every length and transfer variant it can occur with, so that each case's constants are known.
 */
import { COMPRESSED_ROWS, FULL_ROWS } from '../rows.ts';
import { SPECIALS, type Special } from '../specials.ts';
import type { BaseRow, Effect } from '../types.ts';

export interface Case {
  readonly op: number;
  readonly row: BaseRow;
  readonly id: string;
  readonly effect: Effect;
  readonly length: 2 | 4;
  /**
   * A transfer inside its page, or out of it; null for what is no transfer. An indirect one is far when the instruction
   * straddles two pages: its record is then not among those of its page.
   */
  readonly reach: 'near' | 'far' | null;
}

/** The record has not been decoded. */
export const OP_NOT_DECODED = 0;
/** Execution runs over the end of the page. */
export const OP_PAGE_END = 1;
export const OP_ILLEGAL = 2;
/** Translated code begins here. */
export const OP_TRANSLATED = 3;
const FIRST = 4;
/** Set in the op of a record at which the debugger halts; the rest of the record stays as it is. */
export const OP_HALT = 0x8000;

/** The target is pc plus an immediate: known when the record is decoded. */
export function isDirect(row: BaseRow, effect: Effect): boolean {
  return effect.kind === 'branch' || row.name === 'jal';
}

/** Whether the instruction may go elsewhere, and so has a near and a far case. */
function isTransfer(effect: Effect): boolean {
  return effect.kind === 'branch' || effect.kind === 'jump';
}

function build(): Case[] {
  const cases: Case[] = [];
  const add = (row: BaseRow, id: string, effect: Effect, lengths: readonly (2 | 4)[]): void => {
    for (const length of lengths) {
      for (const reach of isTransfer(effect) ? (['near', 'far'] as const) : [null]) {
        cases.push({ op: FIRST + cases.length, row, id, effect, length, reach });
      }
    }
  };
  for (const row of FULL_ROWS) {
    const short = COMPRESSED_ROWS.some((c) => c.expands === row.name);
    add(row, row.name, row.effect, short ? [4, 2] : [4]);
    for (const special of SPECIALS) if (special.of === row.name) add(row, special.id, special.effect, special.lengths);
  }
  return cases;
}

export const CASES: readonly Case[] = build();

const byKey = new Map(CASES.map((c) => [`${c.id} ${c.length} ${c.reach}`, c.op]));

/** The op number of a form. */
export function opOf(id: string, length: 2 | 4, reach: 'near' | 'far' | null): number {
  const op = byKey.get(`${id} ${length} ${reach}`);
  if (op === undefined) throw new Error(`no case for ${id} of ${length} bytes, ${reach}`);
  return op;
}

export type Transfer = 'direct' | 'indirect' | null;

/** Forms of a row that exist for a length, the row itself last. */
export function formsOf(row: BaseRow, length: 2 | 4): { id: string; when: Special['when']; transfer: Transfer }[] {
  const transfer = (effect: Effect): Transfer =>
    isDirect(row, effect) ? 'direct' : isTransfer(effect) ? 'indirect' : null;
  const specials = SPECIALS.filter((s) => s.of === row.name && s.lengths.includes(length));
  return [
    ...specials.map((s) => ({ id: s.id, when: s.when, transfer: transfer(s.effect) })),
    { id: row.name, when: {}, transfer: transfer(row.effect) },
  ];
}

/** The case of a form; of a direct transfer the near one. */
export function caseOf(id: string, length: 2 | 4): Case {
  const found = CASES.find((c) => c.id === id && c.length === length && c.reach !== 'far');
  if (!found) throw new Error(`no case for ${id} of ${length} bytes`);
  return found;
}
