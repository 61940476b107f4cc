/** Where registers of a unit live: which locals may hold what memory does not, and which have to be loaded. */
import type { Callee } from './plan.ts';
import { ALL, common, NONE, type RegisterSet, union, without } from './registers.ts';
import type { Block } from './unit.ts';

export interface Flow {
  /** Registers that may be newer in their locals than in memory where the block begins. */
  readonly dirty: ReadonlyMap<Block, RegisterSet>;
  /** Registers whose locals have to be right where the block begins. */
  readonly live: ReadonlyMap<Block, RegisterSet>;
}

/** A block and its sets as they grow, as numbers. */
interface Work {
  readonly block: Block;
  readonly successors: Work[];
  /** What its instructions write, and what its callee leaves alone of what was dirty, and does not write. */
  writesX: number;
  writesF: number;
  readonly untouched: RegisterSet;
  readonly kept: RegisterSet;
  dirtyX: number;
  dirtyF: number;
  liveX: number;
  liveF: number;
}

function workOf(block: Block, callee: Callee | undefined): Work {
  let [writesX, writesF, exposedX, exposedF] = [0, 0, 0, 0];
  for (const { reads, writes } of block.body) {
    exposedX |= reads.x & ~writesX;
    exposedF |= reads.f & ~writesF;
    writesX |= writes.x;
    writesF |= writes.f;
  }
  return {
    block,
    successors: [],
    writesX,
    writesF,
    untouched: without(ALL, callee?.touched ?? NONE),
    kept: without(ALL, callee?.written ?? NONE),
    dirtyX: 0,
    dirtyF: 0,
    // What is read before it is written.
    liveX: exposedX,
    liveF: exposedF,
  };
}

/** The blocks' sets grow until they are what their neighbours ask for. */
export function flowOf(blocks: readonly Block[], calleeOf: (b: Block) => Callee | undefined): Flow {
  const works = new Map(blocks.map((b) => [b, workOf(b, calleeOf(b))]));
  const all = [...works.values()];
  for (const w of all) for (const s of w.block.successors) w.successors.push(works.get(s)!);
  for (let changed = true; changed; ) {
    changed = false;
    for (const w of all) {
      const x = (w.dirtyX | w.writesX) & w.untouched.x;
      const f = (w.dirtyF | w.writesF) & w.untouched.f;
      for (const s of w.successors) {
        if (!(x & ~s.dirtyX) && !(f & ~s.dirtyF)) continue;
        s.dirtyX |= x;
        s.dirtyF |= f;
        changed = true;
      }
    }
  }
  // Whatever is dirty may have to be stored at any exit, and so has to be right.
  for (const w of all) {
    w.liveX |= w.dirtyX;
    w.liveF |= w.dirtyF;
  }
  all.reverse();
  for (let changed = true; changed; ) {
    changed = false;
    for (const w of all) {
      let [x, f] = [0, 0];
      for (const s of w.successors) {
        x |= s.liveX;
        f |= s.liveF;
      }
      // What a callee writes is loaded behind the call.
      x &= w.kept.x & ~w.writesX;
      f &= w.kept.f & ~w.writesF;
      if (!(x & ~w.liveX) && !(f & ~w.liveF)) continue;
      w.liveX |= x;
      w.liveF |= f;
      changed = true;
    }
  }
  return {
    dirty: new Map(all.map((w) => [w.block, { x: w.dirtyX, f: w.dirtyF }])),
    live: new Map(all.map((w) => [w.block, { x: w.liveX, f: w.liveF }])),
  };
}

/** Registers to load again behind a call. */
export function reloads(b: Block, flow: Flow, callee: Callee): RegisterSet {
  let after = NONE;
  for (const s of b.successors) after = union(after, flow.live.get(s)!);
  return common(after, callee.written);
}

/** Every set of registers that may be dirty where a unit may be left. */
export function* exitSets(
  blocks: readonly Block[],
  flow: Flow,
  calleeOf: (b: Block) => Callee | undefined,
): Generator<RegisterSet> {
  for (const b of blocks) {
    let dirty = flow.dirty.get(b)!;
    yield dirty;
    for (const { facts, writes } of b.body) {
      const leaves = facts.table !== null || facts.asksHart || facts.float;
      if (leaves) yield dirty;
      if (writes === NONE) continue;
      dirty = union(dirty, writes);
      // It may have retired.
      if (leaves) yield dirty;
    }
    yield dirty;
    const callee = calleeOf(b);
    if (callee) yield without(dirty, callee.touched);
  }
}
