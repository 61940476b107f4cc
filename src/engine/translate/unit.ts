/**
 * A unit of translation: what can be reached from one entry by direct control flow, calls stepped over. About a guest
 * function, or what is left of one behind an address that was found to be hot.
 */
import { isDirect } from '../../isa/gen/ops.ts';
import { type CodeView, type Instruction, PAGE, pageOf } from './code.ts';
import { type RegisterSet, union } from './registers.ts';

/** How a block ends. */
export type End =
  /** In what follows it. */
  | 'fall'
  | 'branch'
  | 'goto'
  /** A direct call of a unit; the block behind it follows when that returns there. */
  | 'call'
  /** A call of an address in a register; likewise. */
  | 'pointer'
  /** A transfer to an address in a register: returns among them. */
  | 'indirect'
  /** Of none of the guest's: where all that goes through tables goes on, by pc. */
  | 'table'
  /** Of none of the guest's: where turns of a loop that are run at once begin, and are counted (runs.ts). */
  | 'run'
  | 'turn';

export interface Block {
  readonly at: number;
  readonly body: readonly Instruction[];
  /** Where the next instruction is. */
  readonly next: number;
  readonly end: End;
  /** Of `branch`, `goto` and `call`; of `pointer` where it is likely to lead, if that is known. */
  readonly target: number | null;
  /** Blocks control may pass to inside the unit. */
  readonly successors: Block[];
}

export interface Unit {
  readonly entry: number;
  /** Page of the entry, to which its addresses are relative. */
  readonly home: number;
  readonly blocks: readonly Block[];
  /** Whether it goes through tables, which may lead to more than has been executed. */
  readonly tables: boolean;
  /** Where tables lead in it: it may be entered there too. */
  readonly inner: readonly number[];
  /** Of its own instructions. */
  readonly reads: RegisterSet;
  readonly writes: RegisterSet;
}

/** Instructions of one unit at most. */
const LONGEST = 1500;

const isCall = ({ form, operands }: Instruction): boolean =>
  form.effect.kind === 'jump' && form.effect.link && operands.rd !== 0;
const isTransfer = ({ form }: Instruction): boolean => form.effect.kind === 'branch' || form.effect.kind === 'jump';
const isUnconditional = ({ form }: Instruction): boolean =>
  form.effect.kind === 'jump' || (form.effect.kind === 'branch' && form.effect.condition.kind === 'const');

const SP = 2;
/** ra and t0, which the calling convention returns through. */
const RETURN_REGISTERS: ReadonlySet<number> = new Set([1, 5]);

/** Registers whose values are known, as offsets from page 0: what auipc left in them. */
type Known = Map<number, number>;

function note(known: Known, i: Instruction): void {
  const rd = i.operands.rd ?? 0;
  if (i.writes.x) known.delete(rd);
  if (i.form.row.name === 'auipc' && rd) known.set(rd, i.at + i.operands.imm!);
}

/** Where a transfer goes, if that can be told. */
function targetOf(i: Instruction, known: Known): number | null {
  if (isDirect(i.form.row, i.form.effect)) return i.at + i.operands.imm!;
  const base = known.get(i.operands.rs1 ?? 0);
  return base === undefined ? null : base + i.operands.imm! - ((base + i.operands.imm!) & 1);
}

/** A transfer to an address in a register that is no return: where a table leads. */
const isTableJump = (i: Instruction, target: number | null): boolean =>
  isTransfer(i) && !isCall(i) && target === null && !RETURN_REGISTERS.has(i.operands.rs1 ?? 0);

/** How far before and behind a jump through a table its targets are looked for, and how many there may be. */
const TABLE_BEFORE = 2048;
const TABLE_BEHIND = 6144;
const TABLE_MOST = 300;
/** How far a target, or another jump, may be from the first one: what finds it is a table with an entry for each halfword between. */
const TABLE_REACH = 65_536;

/**
 * Jumps through tables from which on a unit may be entered wherever they lead: an interpreter's loop with so many is larger than a unit, so
 * that one passes to the next all the time.
 */
const JUMPS_INNER = 4;

/** How a function begins that has a frame. */
const opensFrame = ({ form, operands }: Instruction): boolean =>
  form.row.name === 'addi' && operands.rd === SP && operands.rs1 === SP && operands.imm! < 0;

/** What may only be reached by a transfer: nothing that was executed runs into it. */
function startsAfresh(code: CodeView, at: number): boolean {
  const short = code.at(at - 2);
  const above = short?.length === 2 ? short : code.at(at - 4);
  if (!above || above.at + above.length !== at) return true;
  return isUnconditional(above) && !isCall(above);
}

/** Where a call through a register is likely to lead: what it holds now, if a function was executed there. */
function likelyTarget(code: CodeView, i: Instruction): number | null {
  const at = code.pointee(i);
  return at !== null && startsAfresh(code, at) ? at : null;
}

/** Where the function of a jump seems to begin, or how far before it is looked. */
function functionOf(code: CodeView, jump: number): number {
  let first = jump;
  for (const least = Math.max(jump - TABLE_BEFORE, (pageOf(jump) - 1) * PAGE); first > least; first -= 2) {
    const i = code.at(first);
    if (i && opensFrame(i)) break;
  }
  return first;
}

/**
 * Where a jump through a table seems to lead: what was executed in the same function and is reached neither from above nor, as far as
 * `seen` tells, by the unit's own transfers, and is not translated yet. `searched`: from where to where was searched for other jumps; that is not done again.
 */
function tableTargets(code: CodeView, jump: number, seen: ReadonlySet<number>, searched: [number, number][]): number[] {
  const targets: number[] = [];
  const inside = searched.find(([from, to]) => from <= jump && jump < to);
  let at = inside ? inside[1] : functionOf(code, jump);
  const first = at;
  const last = jump + TABLE_BEHIND;
  search: while (at < last && targets.length < TABLE_MOST) {
    const before = searched.find(([from, to]) => from <= at && at < to);
    if (before) {
      at = before[1];
      continue;
    }
    const until = searched.reduce((least, [from]) => (from > at ? Math.min(least, from) : least), last);
    for (; targets.length < TABLE_MOST; at += 2) {
      at = code.nextUntranslated(at, until);
      if (at >= until) break;
      const i = seen.has(at) ? null : code.at(at);
      if (!i || !startsAfresh(code, at)) continue;
      if (!opensFrame(i)) targets.push(at);
      else if (at > jump) break search;
    }
  }
  searched.push([first, at]);
  return targets;
}

/** Where blocks begin, and where jumps through tables stand and lead. */
interface Leaders {
  readonly leaders: ReadonlySet<number>;
  readonly jumps: ReadonlySet<number>;
  readonly targets: readonly number[];
}

function leadersOf(code: CodeView, entry: number): Leaders {
  const leaders = new Set([entry]);
  const seen = new Set<number>();
  const jumps = new Set<number>();
  const targets = new Set<number>();
  follow(code, entry, leaders, seen, jumps);
  const searched: [number, number][] = [];
  for (const jump of jumps) {
    for (const at of tableTargets(code, jump, seen, searched)) {
      targets.add(at);
      leaders.add(at);
      follow(code, at, leaders, seen, jumps);
    }
  }
  // A unit may begin where a table leads.
  if (jumps.size && startsAfresh(code, entry)) targets.add(entry);
  const [first] = jumps;
  const near = (at: number): boolean => Math.abs(at - first!) < TABLE_REACH;
  return { leaders, jumps: new Set([...jumps].filter(near)), targets: [...targets].filter(near) };
}

function follow(code: CodeView, entry: number, leaders: Set<number>, seen: Set<number>, jumps: Set<number>): void {
  const work = [entry];
  const lead = (at: number): void => {
    leaders.add(at);
    if (!seen.has(at)) work.push(at);
  };
  for (let start = work.pop(); start !== undefined; start = work.pop()) {
    const known: Known = new Map();
    for (let at = start; !seen.has(at) && seen.size < LONGEST; ) {
      const i = code.at(at);
      if (!i) break;
      seen.add(at);
      const next = at + i.length;
      if (isTransfer(i)) {
        const target = targetOf(i, known);
        const call = isCall(i);
        if (target !== null && !call) lead(target);
        if (!isUnconditional(i) || call) lead(next);
        if (isTableJump(i, target)) jumps.add(i.at);
        break;
      }
      note(known, i);
      if (pageOf(next) !== pageOf(at)) {
        lead(next);
        break;
      }
      at = next;
    }
  }
}

/** What all jumps through tables lead to: an interpreter has a hundred of them, and each leads to all of its handlers. */
function tableOf(jumps: ReadonlySet<number>, targets: readonly number[], blocks: ReadonlyMap<number, Block>): Block {
  // Odd: where no instruction is.
  const at = Math.min(...jumps) + 1;
  const successors = targets.flatMap((to) => blocks.get(to) ?? []);
  return { at, body: [], next: at, end: 'table', target: null, successors };
}

/**
 * The unit of an entry, or null where there is nothing to translate. `callable`: whether a unit for a call's target can be
 * had; other calls are left to the interpreter.
 */
export function unitAt(code: CodeView, entry: number, callable: (target: number) => boolean): Unit | null {
  const { leaders, jumps, targets } = leadersOf(code, entry);
  const blocks = new Map<number, Block>();
  let total = 0;
  for (const at of leaders) {
    const body: Instruction[] = [];
    const known: Known = new Map();
    let next = at;
    let end: End = 'fall';
    let target: number | null = null;
    for (;;) {
      if (body.length && (leaders.has(next) || pageOf(next) !== pageOf(at))) break;
      const i = total < LONGEST ? code.at(next) : null;
      if (!i) break;
      body.push(i);
      total++;
      next += i.length;
      if (isTransfer(i)) {
        target = targetOf(i, known);
        if (isCall(i)) {
          end = target === null ? 'pointer' : 'call';
          target ??= likelyTarget(code, i);
        } else end = target === null ? 'indirect' : isUnconditional(i) ? 'goto' : 'branch';
        break;
      }
      note(known, i);
    }
    if (body.length) blocks.set(at, { at, body, next, end, target, successors: [] });
  }
  const table = tableOf(jumps, targets, blocks);
  for (const b of blocks.values()) {
    const target = b.target === null ? undefined : blocks.get(b.target);
    const behind = blocks.get(b.next);
    if (b.end === 'indirect' && table.successors.length && jumps.has(b.body.at(-1)!.at)) b.successors.push(table);
    if (target && (b.end === 'branch' || b.end === 'goto')) b.successors.push(target);
    const falls = b.end === 'fall' || b.end === 'branch' || b.end === 'pointer';
    if (b.end === 'pointer' && b.target !== null) callable(b.target);
    if (behind && (falls || (b.end === 'call' && callable(b.target!)))) b.successors.push(behind);
  }
  const first = blocks.get(entry);
  if (!first) return null;
  const reached = new Set([first]);
  for (const b of reached) for (const s of b.successors) reached.add(s);
  let reads: RegisterSet = { x: 0, f: 0 };
  let writes: RegisterSet = { x: 0, f: 0 };
  for (const b of reached) {
    for (const i of b.body) {
      reads = union(reads, i.reads);
      writes = union(writes, i.writes);
    }
  }
  const many = [...reached].filter((b) => b.successors[0] === table).length >= JUMPS_INNER;
  const inner = many ? table.successors.flatMap((b) => (b === first ? [] : b.at)) : [];
  return { entry, home: pageOf(entry), blocks: [...reached], tables: jumps.size > 0, inner, reads, writes };
}

/** The shortest way from the entry back to it, or none. */
function cycleOf({ entry, blocks }: Unit): Block[] {
  const from = new Map<Block, Block | null>([[blocks.find(({ at }) => at === entry)!, null]]);
  for (const [b] of from) {
    for (const s of b.successors) {
      if (s.at !== entry) {
        if (!from.has(s)) from.set(s, b);
        continue;
      }
      const cycle: Block[] = [];
      for (let step: Block | null = b; step; step = from.get(step)!) cycle.unshift(step);
      return cycle;
    }
  }
  return [];
}

/**
 * Where the innermost loop around the entry begins: what most lead to, of equals what lies above what leads to it. The entry, if it
 * is in no loop.
 */
export function headOf(unit: Unit): number {
  const cycle = cycleOf(unit);
  const leading = new Map<Block, number>();
  const jumps = unit.blocks.filter((b) => b.successors[0]?.end === 'table').length;
  for (const b of unit.blocks) {
    const ways = b.end === 'table' ? jumps : 1;
    for (const s of new Set(b.successors)) leading.set(s, (leading.get(s) ?? 0) + ways);
  }
  let head: Block | null = null;
  let most = 0;
  cycle.forEach((b, n) => {
    if (b.end === 'table') return;
    const back = cycle.at(n - 1)!.at >= b.at;
    const rank = leading.get(b)! * 2 + (back ? 1 : 0);
    if (rank <= most) return;
    most = rank;
    head = b;
  });
  return (head as Block | null)?.at ?? unit.entry;
}

/** Instructions of a unit. */
export const lengthOf = ({ blocks }: Unit): number => blocks.reduce((sum, b) => sum + b.body.length, 0);

/** Pages a unit has code in. */
export const pagesOf = (unit: Unit): Set<number> => new Set(unit.blocks.map((b) => Math.floor(b.at / PAGE)));
