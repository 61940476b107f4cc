/** Sets of registers: one bit each of both files. */
import type { Case } from '../../isa/gen/ops.ts';
import { children, trees } from '../../isa/traits.ts';
import type { Expr, Operands, RegisterFile } from '../../isa/types.ts';

export interface RegisterSet {
  readonly x: number;
  readonly f: number;
}

export const NONE: RegisterSet = { x: 0, f: 0 };

/** Every register but x0. */
export const ALL: RegisterSet = { x: ~1, f: ~0 };

export const union = (a: RegisterSet, b: RegisterSet): RegisterSet => ({ x: a.x | b.x, f: a.f | b.f });
export const common = (a: RegisterSet, b: RegisterSet): RegisterSet => ({ x: a.x & b.x, f: a.f & b.f });
export const without = (a: RegisterSet, b: RegisterSet): RegisterSet => ({ x: a.x & ~b.x, f: a.f & ~b.f });
export const same = (a: RegisterSet, b: RegisterSet): boolean => a.x === b.x && a.f === b.f;
export const holds = (a: RegisterSet, b: RegisterSet): boolean => (b.x & ~a.x) === 0 && (b.f & ~a.f) === 0;

const bits = (n: number): number => {
  let count = 0;
  for (let rest = n; rest; rest &= rest - 1) count++;
  return count;
};
export const size = (a: RegisterSet): number => bits(a.x) + bits(a.f);

/** x0 is in no set. */
export function one(file: RegisterFile, number: number): RegisterSet {
  if (file === 'x') return number ? { x: 1 << number, f: 0 } : NONE;
  return { x: 0, f: 1 << number };
}

export function each(set: RegisterSet, visit: (file: RegisterFile, number: number) => void): void {
  for (let n = 0; n < 32; n++) if ((set.x >>> n) & 1) visit('x', n);
  for (let n = 0; n < 32; n++) if ((set.f >>> n) & 1) visit('f', n);
}

/** What an instruction reads. */
export function readsOf({ effect }: Case, operands: Operands): RegisterSet {
  let set = NONE;
  const visit = (e: Expr): void => {
    if (e.kind === 'reg') set = union(set, one(e.file, operands[e.operand] ?? 0));
    else children(e).forEach(visit);
  };
  trees(effect).forEach(visit);
  switch (effect.kind) {
    case 'amo':
    case 'loadReserved':
    case 'storeConditional':
      set = union(set, one('x', operands.rs1 ?? 0));
      if (effect.kind === 'storeConditional') set = union(set, one('x', operands.rs2 ?? 0));
  }
  return set;
}

/** What it writes. */
export function writesOf({ effect }: Case, operands: Operands): RegisterSet {
  const rd = operands.rd ?? 0;
  switch (effect.kind) {
    case 'write':
      return one(effect.file, rd);
    case 'jump':
      return effect.link ? one('x', rd) : NONE;
    case 'amo':
    case 'loadReserved':
    case 'storeConditional':
      return one('x', rd);
    default:
      return NONE;
  }
}
