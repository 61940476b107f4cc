/** What follows from a row's effect and encoding: how an engine has to treat it. */
import { encodingOf } from './encoding.ts';
import { PRIMITIVES } from './primitives.ts';
import type { BaseRow, Effect, Expr, Width } from './types.ts';

/** Direct children of a node. */
export function children(expr: Expr): readonly Expr[] {
  if (expr.kind === 'op' || expr.kind === 'call') return expr.args;
  return expr.kind === 'load' ? [expr.address] : [];
}

/** Trees of an effect. */
export function trees(effect: Effect): readonly Expr[] {
  switch (effect.kind) {
    case 'write':
    case 'amo':
      return [effect.value];
    case 'store':
      return [effect.address, effect.value];
    case 'branch':
      return [effect.condition];
    case 'jump':
      return [effect.target];
    default:
      return [];
  }
}

function some(expr: Expr, test: (e: Expr) => boolean): boolean {
  return test(expr) || children(expr).some((child) => some(child, test));
}

const anywhere = (effect: Effect, test: (e: Expr) => boolean): boolean =>
  trees(effect).some((tree) => some(tree, test));

/** The `load` in a tree, if it has one. */
export function findLoad(expr: Expr): Extract<Expr, { kind: 'load' }> | undefined {
  if (expr.kind === 'load') return expr;
  for (const child of children(expr)) {
    const found = findLoad(child);
    if (found) return found;
  }
  return undefined;
}

/** Whether pc may become anything but the next instruction's address, or what follows may not run. */
export function endsBlock(effect: Effect): boolean {
  return effect.kind === 'branch' || effect.kind === 'jump' || effect.kind === 'csr' || effect.kind === 'system';
}

/** Bytes of its memory access, or 0. */
export function memoryWidth(effect: Effect): Width | 16 | 0 {
  if (effect.kind === 'casPair') return 16;
  if (effect.kind === 'write') return findLoad(effect.value)?.bytes ?? 0;
  return 'bytes' in effect ? effect.bytes : 0;
}

/** Whether it uses the floating-point state: illegal while mstatus.FS is Off. */
export function isFloat(row: BaseRow): boolean {
  return row.extension === 'F' || row.extension === 'D' || row.extension === 'Zfh';
}

/** Whether it has a rounding mode, and so is illegal when that is invalid. */
export function hasRounding(row: BaseRow): boolean {
  return encodingOf(row).fields.has('rm');
}

/** Whether it may accrue IEEE flags. */
export function raisesFlags(effect: Effect): boolean {
  return anywhere(effect, (e) => e.kind === 'call' && PRIMITIVES[e.name].home === 'fpu');
}

/** Whether an f register is written. */
export function writesFloat(effect: Effect): boolean {
  return effect.kind === 'write' && effect.file === 'f';
}

/** Whether the instruction may raise an exception other than in fetch. */
export function mayTrap(row: BaseRow): boolean {
  const { kind } = row.effect;
  return memoryWidth(row.effect) > 0 || kind === 'csr' || kind === 'system' || isFloat(row);
}
