/**
 * Where the account is looked at. A run has to stop at the first end of a block at which its instructions are spent. Instead of looking at
 * each, a unit looks where it begins, at the heads of loops and behind calls, whether what is left suffices for the longest way to
 * wherever it looks next; where it does not, the interpreter does the rest.
 */
import type { Shape } from './structure.ts';
import type { Block } from './unit.ts';

export interface Looks {
  /** Blocks at whose beginning the account is looked at. */
  readonly at: ReadonlySet<Block>;
  /** Instructions from the beginning of each block to wherever the account is looked at next, at most. */
  readonly needed: ReadonlyMap<Block, number>;
}

export function looksOf({ heads, ordered }: Shape<Block>): Looks {
  const at = new Set<Block>(heads);
  // Turns that are run at once were looked at before.
  const counted = (from: Block, to: Block): boolean => from.end === 'turn' && to.end !== 'run';
  for (const n of ordered) {
    for (const s of n.successors) if (s.order <= n.order && !counted(n.block!, s.block!)) at.add(s.block!);
  }
  const needed = new Map<Block, number>();
  for (let k = ordered.length - 1; k >= 0; k--) {
    const b = ordered[k]!.block!;
    let behind = 0;
    // Behind a call it is looked at.
    if (b.end !== 'call' && b.end !== 'pointer' && b.end !== 'turn') {
      for (const s of b.successors) if (!at.has(s)) behind = Math.max(behind, needed.get(s)!);
    }
    needed.set(b, b.body.length + behind);
  }
  return { at, needed };
}
