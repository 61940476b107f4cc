/** Accesses that share one look into the fast TLB. */

import type { Instruction } from './code.ts';
import { PAGE } from './code.ts';
import type { Table } from './facts.ts';
import type { Walk } from './runs.ts';
import type { Block } from './unit.ts';

/** Accesses over one unchanged base register, the first of which precedes all others. */
export interface Group {
  readonly base: number;
  readonly table: Table;
  readonly first: Instruction;
  low: number;
  high: number;
  members: number;
  /** Local with the linear address of what is at `low`, once it is known; 0 in it: they are not all in one page. */
  host: number;
  /** Locals with the page that was found last, in a small loop. */
  kept: Kept | null;
}

/** Locals of a page that is kept. */
export interface Kept {
  readonly tag: number;
  readonly addend: number;
  /** Distances from the tag below this are in the page. 0 at first: there is no tag that matches no address. */
  readonly limit: number;
}

/** Blocks of a unit with those that are printed in the midst of each. */
export interface Nesting {
  readonly blocks: readonly Block[];
  readonly loops: ReadonlyMap<Block, readonly Block[]>;
  /** Accesses that need no look. */
  readonly walked: ReadonlyMap<Instruction, Walk>;
  inMidst(block: Block): boolean;
}

const keyOf = (table: Table, base: number): number => base * 2 + (table === 'read' ? 0 : 1);

/** The groups of a unit: of a block and what is printed in its midst. */
export function groupsOf({ blocks, walked, inMidst }: Nesting): Map<Instruction, Group> {
  const groups = new Map<Instruction, Group>();
  const walk = (b: Block, open: Map<number, Group>): void => {
    for (const i of b.body) {
      const { table, width, asksHart } = i.facts;
      if (table && !walked.has(i)) {
        const base = i.operands.rs1 ?? 0;
        const at = i.operands.imm ?? 0;
        const end = at + width;
        const key = keyOf(table, base);
        const group = open.get(key);
        if (group && Math.max(group.high, end) - Math.min(group.low, at) <= PAGE / 4) {
          group.low = Math.min(group.low, at);
          group.high = Math.max(group.high, end);
          group.members++;
          groups.set(i, group);
        } else {
          const made = { base, table, first: i, low: at, high: end, members: 1, host: -1, kept: null };
          open.set(key, made);
          groups.set(i, made);
        }
      }
      if (asksHart) open.clear();
      if (i.writes.x) {
        open.delete(keyOf('read', i.operands.rd!));
        open.delete(keyOf('write', i.operands.rd!));
      }
    }
    const calls = b.end === 'call' || b.end === 'pointer';
    const inside = b.successors.filter(inMidst);
    // What only one of them goes on with need not be copied.
    for (const s of inside) walk(s, calls ? new Map() : inside.length > 1 ? new Map(open) : open);
  };
  for (const b of blocks) if (!inMidst(b)) walk(b, new Map());
  return groups;
}
