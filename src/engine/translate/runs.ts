/**
 * Inner loops that go through memory in small steps are printed twice. The second version runs so many turns at once as surely stay in the
 * pages they are in, and in what is left of the account: it looks at neither.
 *
 * What a loop H is replaced by: the edges back to H lead to a block P, which finds how many turns may be made; F, the second version of H,
 * runs them; T, to which F's edges back lead, counts them.
 */
import { type Instruction, PAGE } from './code.ts';
import type { Table } from './facts.ts';
import { type Terms, turnOf } from './turn.ts';
import type { Block } from './unit.ts';

/** Accesses whose address, with every turn of a loop, goes on by no more than so much, in one direction. */
export interface Walk {
  readonly table: Table;
  /** What is to be added up, where a turn begins: registers, times something. */
  readonly terms: Terms;
  /** Where the accesses of a turn begin and end, from there. */
  low: number;
  high: number;
  /** The least of the offsets their instructions have. */
  bias: number;
  /** Bytes it goes on in a turn, at most; and whether downwards. */
  readonly stride: number;
  readonly down: boolean;
  /** Local with what makes a linear address out of the low half of an address less the bias, when it is known. */
  delta: number;
}

/** A loop in two versions. */
export interface Run {
  readonly head: Block;
  readonly fastHead: Block;
  readonly walks: readonly Walk[];
  /** Instructions of a turn, at most. */
  readonly turn: number;
}

export interface Versions {
  readonly blocks: readonly Block[];
  /** By P and by T. */
  readonly runs: ReadonlyMap<Block, Run>;
  /** By the instruction, in second versions. */
  readonly walked: ReadonlyMap<Instruction, Walk>;
}

/** Instructions of a loop that is worth it, walks of one, and bytes of a step and of what a turn reaches. */
const INSTRUCTIONS_MOST = 100;
const WALKS_MOST = 6;
const STRIDE_MOST = PAGE / 8;
const SPAN_MOST = PAGE / 4;

const STRAIGHT: ReadonlySet<Block['end']> = new Set(['fall', 'branch', 'goto']);

/** The walks of a loop, whose blocks are ordered, by what tells them apart; and of which an access is. */
function walksOf(head: Block, body: readonly Block[]): { walks: Walk[]; of: Map<Instruction, Walk> } {
  const { addresses, moves } = turnOf(head, body);
  const walks = new Map<string, Walk>();
  const of = new Map<Instruction, Walk>();
  for (const [i, { terms, low, high }] of addresses) {
    let [up, down] = [0, 0];
    for (const [register, times] of terms) {
      const move = moves.get(register);
      up += (move?.high ?? Number.POSITIVE_INFINITY) * times;
      down += (move?.low ?? Number.NEGATIVE_INFINITY) * times;
    }
    if (down < 0 && up > 0) continue;
    const stride = Math.max(up, -down);
    if (stride > STRIDE_MOST || !terms.length) continue;
    const table = i.facts.table!;
    const end = high + i.facts.width;
    const bias = i.operands.imm ?? 0;
    const key = `${table} ${terms.join(' ')}`;
    const walk = walks.get(key) ?? { table, terms, low, high: end, bias, stride, down: down < 0, delta: -1 };
    walks.set(key, walk);
    walk.low = Math.min(walk.low, low);
    walk.high = Math.max(walk.high, end);
    walk.bias = Math.min(walk.bias, bias);
    of.set(i, walk);
  }
  const chosen = new Set([...walks.values()].filter(({ low, high }) => high - low <= SPAN_MOST).slice(0, WALKS_MOST));
  for (const [i, walk] of of) if (!chosen.has(walk)) of.delete(i);
  return { walks: [...chosen], of };
}

interface Choice {
  readonly head: Block;
  readonly body: readonly Block[];
  readonly walks: readonly Walk[];
  readonly of: ReadonlyMap<Instruction, Walk>;
  readonly turn: number;
}

/** A loop that is worth it, or null. `calls`: whether a miss is served by a call in its midst. */
function choiceOf(head: Block, body: readonly Block[], calls: boolean): Choice | null {
  const inside = body.flatMap((b) => b.body);
  if (inside.length > INSTRUCTIONS_MOST || inside.some((i) => i.facts.asksHart)) return null;
  if (body.some((b) => !STRAIGHT.has(b.end))) return null;
  const { walks, of } = walksOf(head, body);
  // A call brings things into the TLB in the place of what was found there.
  if (!walks.length || (calls && inside.some((i) => i.facts.table && !of.has(i)))) return null;
  return { head, body, walks, of, turn: inside.length };
}

/**
 * The versions of a unit's loops, which are told by their heads with all that may be taken for them; or null: none is worth it. `calls`:
 * whether a miss is served by a call in the midst of the unit.
 */
export function versionsOf(
  blocks: readonly Block[],
  loops: ReadonlyMap<Block, readonly (readonly Block[])[]>,
  calls: boolean,
): Versions | null {
  const chosen = [...loops].flatMap(([head, bodies]) => {
    const choices = bodies.flatMap((body) => choiceOf(head, body, calls) ?? []);
    return choices.sort((a, b) => b.of.size - a.of.size).slice(0, 1);
  });
  if (!chosen.length) return null;
  const copies = new Map(blocks.map((b) => [b, { ...b, successors: [] as Block[] }]));
  const added: Block[] = [];
  const runs = new Map<Block, Run>();
  const walked = new Map<Instruction, Walk>();
  /** Where an edge leads instead, by the block it comes from and the one it led to. */
  const back = new Map<Block, { readonly from: ReadonlySet<Block>; readonly to: Block }>();
  for (const { head, body, walks, of, turn } of chosen) {
    const pseudo = (end: Block['end']): Block => ({
      at: head.at,
      body: [],
      next: head.at,
      end,
      target: null,
      successors: [],
    });
    const [begin, count] = [pseudo('run'), pseudo('turn')];
    const seconds = new Map(
      body.map((b): [Block, Block] => {
        const instructions = b.body.map((i) => {
          const second = { ...i };
          const walk = of.get(i);
          if (walk) walked.set(second, walk);
          return second;
        });
        return [b, { ...b, body: instructions, successors: [] }];
      }),
    );
    const fastHead = seconds.get(head)!;
    for (const [b, second] of seconds) {
      for (const s of b.successors) second.successors.push(s === head ? count : (seconds.get(s) ?? copies.get(s)!));
    }
    begin.successors.push(fastHead, copies.get(head)!);
    count.successors.push(fastHead, begin);
    back.set(head, { from: new Set(body), to: begin });
    const run = { head: copies.get(head)!, fastHead, walks, turn };
    runs.set(begin, run);
    runs.set(count, run);
    added.push(begin, ...seconds.values(), count);
  }
  for (const [b, copy] of copies) {
    for (const s of b.successors) {
      const edge = back.get(s);
      copy.successors.push(edge?.from.has(b) ? edge.to : copies.get(s)!);
    }
  }
  return { blocks: [...copies.values(), ...added], runs, walked };
}
