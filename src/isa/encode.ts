/** From a name and operands to the instruction word. */
import { encodingOf, insert } from './encoding.ts';
import { findRow, isCompressed } from './rows.ts';
import type { Operand, Operands } from './types.ts';

/** What an operand is when the caller leaves it out: rounding is dynamic, a fence orders everything, the rest is 0. */
const DEFAULTS: Operands = { rm: 7, pred: 15, succ: 15 };

/**
 * The word of an instruction. Immediates are signed numbers in bytes (of lui and auipc the value, low 12 bits 0;
 * of branches and jumps the distance); registers are 0…31, also where the encoding has three bits.
 * Throws a RangeError for an unknown name and for operands that have no encoding.
 */
export function encode(name: string, operands: Operands = {}): number {
  const row = findRow(name);
  if (!row) throw new RangeError(`no instruction ${name}`);
  const encoding = encodingOf(row);
  let word = encoding.match;
  for (const [operand, field] of encoding.fields) {
    word = (word | insert(field, operands[operand] ?? DEFAULTS[operand] ?? 0)) >>> 0;
  }
  for (const operand of Object.keys(operands) as Operand[]) {
    if (!encoding.fields.has(operand)) throw new RangeError(`${name} has no operand ${operand}`);
  }
  if (isCompressed(row)) {
    for (const [operand, values] of Object.entries(row.forbid ?? {})) {
      if (values.includes(operands[operand as Operand] ?? 0))
        throw new RangeError(`${name}: ${operand} may not be ${operands[operand as Operand] ?? 0}`);
    }
  }
  return word;
}
