/** What a turn of a loop does to registers, as far as it is sums of what they held when it began. */
import type { Instruction } from './code.ts';
import type { Block } from './unit.ts';

/** Registers and what each is multiplied by, in the order of their numbers. */
export type Terms = readonly (readonly [register: number, times: number])[];

/** A sum of terms and of something from `low` to `high`. */
export interface Range {
  readonly terms: Terms;
  readonly low: number;
  readonly high: number;
}

/** What a register holds. */
export interface Sum extends Range {
  /** It is that only where these are positive words: what adds up words has gone into it. */
  readonly words: readonly Range[];
  /** It is that times 2^32: the upper half is about to be cut off. */
  readonly raised: boolean;
}

/** What registers hold, where it is such a sum. */
type State = ReadonlyMap<number, Sum>;

export interface Turn {
  /** The address of each access, for which it is known. */
  readonly addresses: ReadonlyMap<Instruction, Sum>;
  /** By how much registers have changed when the next turn begins; those that are not here may hold anything then. */
  readonly moves: ReadonlyMap<number, Sum>;
}

/** Sums that are larger than what matters are not looked into. */
const CONSTANT_MOST = 2 ** 20;
const TIMES_MOST = 512;

const sumOf = (terms: Terms): Sum => ({ terms, low: 0, high: 0, words: [], raised: false });
const NOTHING = sumOf([]);

const within = (sum: Sum): Sum | null =>
  Math.abs(sum.low) < CONSTANT_MOST &&
  Math.abs(sum.high) < CONSTANT_MOST &&
  sum.terms.every(([, times]) => Math.abs(times) <= TIMES_MOST)
    ? sum
    : null;

const plus = (a: Sum, by: number): Sum => ({ ...a, low: a.low + by, high: a.high + by });

function added(a: Sum, b: Sum): Sum {
  const times = new Map(a.terms);
  for (const [register, n] of b.terms) times.set(register, (times.get(register) ?? 0) + n);
  const terms = [...times].filter(([, n]) => n !== 0).sort(([x], [y]) => x - y);
  return { terms, low: a.low + b.low, high: a.high + b.high, words: [...a.words, ...b.words], raised: false };
}

/** The same, where it is a positive word. */
const word = (a: Sum): Sum => ({ ...a, words: [...a.words, { terms: a.terms, low: a.low, high: a.high }] });

const multiplied = (a: Sum, by: number): Sum => ({
  ...a,
  terms: a.terms.map(([register, n]) => [register, n * by] as const),
  low: a.low * by,
  high: a.high * by,
});

/** What an instruction leaves in its register, of sums. */
function result({ form, operands }: Instruction, of: (register: number) => Sum | null): Sum | null {
  const first = of(operands.rs1 ?? 0);
  if (!first) return null;
  const by = operands.imm ?? 0;
  if (first.raised) {
    const up = 32 - by;
    return form.row.name === 'srli' && up >= 0 && up < 10
      ? within(multiplied({ ...word({ ...first, raised: false }) }, 2 ** up))
      : null;
  }
  switch (form.row.name) {
    case 'addi':
      return within(plus(first, by));
    case 'addiw':
      return within(word(plus(first, by)));
    case 'slli':
      if (by === 32) return { ...first, raised: true };
      return by < 10 ? within(multiplied(first, 2 ** by)) : null;
    case 'slliw':
      return by < 10 ? within(word(multiplied(first, 2 ** by))) : null;
    case 'add':
    case 'addw': {
      const second = of(operands.rs2 ?? 0);
      if (!second || second.raised) return null;
      const sum = added(first, second);
      return within(form.row.name === 'add' ? sum : word(sum));
    }
    default:
      return null;
  }
}

const alike = (a: Sum, b: Sum): boolean =>
  a.raised === b.raised &&
  a.terms.length === b.terms.length &&
  a.terms.every(([r, n], k) => b.terms[k]![0] === r && b.terms[k]![1] === n);

/** What holds whichever way control came. */
function joined(a: State, b: State): State {
  const both = new Map<number, Sum>();
  for (const [register, x] of a) {
    const y = b.get(register);
    if (y && alike(x, y))
      both.set(register, {
        ...x,
        low: Math.min(x.low, y.low),
        high: Math.max(x.high, y.high),
        words: [...x.words, ...y.words],
      });
  }
  return both;
}

/** Follows a turn of a loop that has no other in it, its blocks in order. */
export function turnOf(head: Block, body: readonly Block[]): Turn {
  const addresses = new Map<Instruction, Sum>();
  const begin = new Map(Array.from({ length: 31 }, (_, n) => [n + 1, sumOf([[n + 1, 1]])] as const));
  const into = new Map<Block, State>([[head, begin]]);
  let end: State | null = null;
  for (const b of body) {
    const state = new Map(into.get(b)!);
    const of = (register: number): Sum | null => (register ? (state.get(register) ?? null) : NOTHING);
    for (const i of b.body) {
      if (i.facts.table) {
        const base = of(i.operands.rs1 ?? 0);
        if (base && !base.raised) addresses.set(i, plus(base, i.operands.imm ?? 0));
      }
      const rd = i.operands.rd ?? 0;
      if (!i.writes.x || !rd) continue;
      const sum = result(i, of);
      if (sum) state.set(rd, sum);
      else state.delete(rd);
    }
    for (const s of b.successors) {
      if (s === head) end = end ? joined(end, state) : state;
      else if (body.includes(s)) into.set(s, into.has(s) ? joined(into.get(s)!, state) : state);
    }
  }
  const moves = new Map<number, Sum>();
  for (const [register, sum] of end ?? []) {
    const [only, ...others] = sum.terms;
    if (!sum.raised && only && !others.length && only[0] === register && only[1] === 1) moves.set(register, sum);
  }
  return { addresses, moves };
}
