/**
 * Inner loops that go through memory in small steps are printed twice. The second version runs so many turns at once as surely stay in the
 * pages they are in, and in what is left of the account: it looks at neither.
 *
 * What a loop H is replaced by: the edges back to H lead to a block P, which finds how many turns may be made; F, the second version of H,
 * runs them; T, to which F's edges back lead, counts them.
 */
import { type Instruction, PAGE } from './code.ts';
import type { Table } from './facts.ts';
import { type Sum, type Terms, type Turn, turnOf } from './turn.ts';
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

/** What has to be a positive word in every turn, for walks to be what they seem. */
export interface Word {
  readonly terms: Terms;
  readonly low: number;
  /** How far it goes in a turn at most, downwards, and either way. */
  readonly down: number;
  readonly stride: number;
}

/** A loop in two versions. */
export interface Run {
  readonly head: Block;
  readonly fastHead: Block;
  readonly walks: readonly Walk[];
  readonly words: readonly Word[];
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

/** Instructions of a loop that is worth it, walks and words of one, and bytes of a step and of what a turn reaches. */
const INSTRUCTIONS_MOST = 100;
const WALKS_MOST = 6;
const WORDS_MOST = 4;
const STRIDE_MOST = PAGE / 8;
const SPAN_MOST = PAGE / 4;

const STRAIGHT: ReadonlySet<Block['end']> = new Set(['fall', 'branch', 'goto']);

/** How far a sum goes in a turn; null: anywhere. */
function movement(terms: Terms, moves: Turn['moves']): { up: number; down: number } | null {
  let [up, down] = [0, 0];
  for (const [register, times] of terms) {
    const move = moves.get(register);
    if (!move) return null;
    up += move.high * times;
    down -= move.low * times;
  }
  return { up, down };
}

/** What has to be words for sums to be what they seem, in every turn; null: that cannot be told. */
function wordsOf(sums: Iterable<Sum>, moves: Turn['moves']): Word[] | null {
  const words = new Map<string, Word>();
  const open = [...sums];
  for (const { terms, words: needed } of open) {
    // That registers move as they seem to may need more of them.
    for (const [register] of terms) {
      const move = moves.get(register)!;
      if (!open.includes(move)) open.push(move);
    }
    for (const range of needed) {
      const by = movement(range.terms, moves);
      if (!by) return null;
      for (const [register] of range.terms) if (!open.includes(moves.get(register)!)) open.push(moves.get(register)!);
      const down = Math.max(0, by.down);
      const stride = Math.max(down, by.up);
      if (stride > STRIDE_MOST) return null;
      words.set(`${range.terms.join(' ')} ${range.low}`, { terms: range.terms, low: range.low, down, stride });
    }
  }
  return words.size <= WORDS_MOST ? [...words.values()] : null;
}

interface Walks {
  readonly walks: readonly Walk[];
  readonly words: readonly Word[];
  /** By the access. */
  readonly of: ReadonlyMap<Instruction, Walk>;
}

/** The walks of a loop, whose blocks are in order. */
function walksOf(head: Block, body: readonly Block[]): Walks {
  const { addresses, moves } = turnOf(head, body);
  const walks = new Map<string, Walk>();
  const of = new Map<Instruction, Walk>();
  const words = new Map<string, Word>();
  for (const [i, sum] of addresses) {
    const { terms, low, high } = sum;
    const by = movement(terms, moves);
    if (!by || !terms.length || (by.up > 0 && by.down > 0)) continue;
    const stride = Math.max(by.up, by.down);
    const needed = stride <= STRIDE_MOST && wordsOf([sum], moves);
    if (!needed) continue;
    const table = i.facts.table!;
    const end = high + i.facts.width;
    const bias = i.operands.imm ?? 0;
    const key = `${table} ${terms.join(' ')}`;
    const known = walks.get(key);
    if (!known && walks.size === WALKS_MOST) continue;
    const walk = known ?? { table, terms, low, high: end, bias, stride, down: by.down > 0, delta: -1 };
    if (Math.max(walk.high, end) - Math.min(walk.low, low) > SPAN_MOST) continue;
    walks.set(key, walk);
    walk.low = Math.min(walk.low, low);
    walk.high = Math.max(walk.high, end);
    walk.bias = Math.min(walk.bias, bias);
    of.set(i, walk);
    for (const word of needed) words.set(`${word.terms.join(' ')} ${word.low}`, word);
  }
  return { walks: [...walks.values()], words: [...words.values()], of };
}

interface Choice extends Walks {
  readonly head: Block;
  readonly body: readonly Block[];
  readonly turn: number;
}

/** A loop that is worth it, or null. `calls`: whether a miss is served by a call in its midst. */
function choiceOf(head: Block, body: readonly Block[], calls: boolean): Choice | null {
  const inside = body.flatMap((b) => b.body);
  if (inside.length > INSTRUCTIONS_MOST || inside.some((i) => i.facts.asksHart)) return null;
  if (body.some((b) => !STRAIGHT.has(b.end))) return null;
  const { walks, words, of } = walksOf(head, body);
  if (words.length > WORDS_MOST) return null;
  // A call brings things into the TLB in the place of what was found there.
  if (!walks.length || (calls && inside.some((i) => i.facts.table && !of.has(i)))) return null;
  return { head, body, walks, words, of, turn: inside.length };
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
  for (const { head, body, walks, words, of, turn } of chosen) {
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
    const run = { head: copies.get(head)!, fastHead, walks, words, turn };
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
