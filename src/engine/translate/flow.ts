/** Where registers of a unit live: which locals may hold what memory does not, and which have to be loaded. */
import type { Callee } from './plan.ts';
import { common, NONE, type RegisterSet, same, union, without } from './registers.ts';
import type { Block, Unit } from './unit.ts';

export interface Flow {
  /** Registers that may be newer in their locals than in memory where the block begins. */
  readonly dirty: ReadonlyMap<Block, RegisterSet>;
  /** Registers whose locals have to be right where the block begins. */
  readonly live: ReadonlyMap<Block, RegisterSet>;
}

/** What a block's instructions write. */
const writesIn = (b: Block): RegisterSet => b.body.reduce((set, i) => union(set, i.writes), NONE);

/** What they read before they write it. */
function exposedIn(b: Block): RegisterSet {
  let written = NONE;
  let exposed = NONE;
  for (const i of b.body) {
    exposed = union(exposed, without(i.reads, written));
    written = union(written, i.writes);
  }
  return exposed;
}

export function flowOf(unit: Unit, calleeOf: (b: Block) => Callee | undefined): Flow {
  const { blocks } = unit;
  const writes = new Map(blocks.map((b) => [b, writesIn(b)]));
  const exposed = new Map(blocks.map((b) => [b, exposedIn(b)]));
  const dirty = new Map<Block, RegisterSet>(blocks.map((b) => [b, NONE]));
  for (let changed = true; changed; ) {
    changed = false;
    for (const b of blocks) {
      let out = union(dirty.get(b)!, writes.get(b)!);
      const callee = calleeOf(b);
      if (callee) out = without(out, callee.touched);
      for (const s of b.successors) {
        const before = dirty.get(s)!;
        const now = union(before, out);
        if (same(before, now)) continue;
        dirty.set(s, now);
        changed = true;
      }
    }
  }
  // Whatever is dirty may have to be stored at any exit, and so has to be right.
  const live = new Map<Block, RegisterSet>(blocks.map((b) => [b, union(exposed.get(b)!, dirty.get(b)!)]));
  for (let changed = true; changed; ) {
    changed = false;
    for (const b of [...blocks].reverse()) {
      let after = NONE;
      for (const s of b.successors) after = union(after, live.get(s)!);
      const callee = calleeOf(b);
      // What a callee writes is loaded behind the call.
      if (callee) after = without(after, callee.written);
      const before = live.get(b)!;
      const now = union(before, without(after, writes.get(b)!));
      if (same(before, now)) continue;
      live.set(b, now);
      changed = true;
    }
  }
  return { dirty, live };
}

/** Registers to load again behind a call. */
export function reloads(b: Block, flow: Flow, callee: Callee): RegisterSet {
  let after = NONE;
  for (const s of b.successors) after = union(after, flow.live.get(s)!);
  return common(after, callee.written);
}
