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
  /** A transfer to an address in a register: returns among them. */
  | 'indirect';

export interface Block {
  readonly at: number;
  readonly body: readonly Instruction[];
  /** Where the next instruction is. */
  readonly next: number;
  readonly end: End;
  /** Of `branch`, `goto` and `call`. */
  readonly target: number | null;
  /** Blocks control may pass to inside the unit. */
  readonly successors: Block[];
}

export interface Unit {
  readonly entry: number;
  /** Page of the entry, to which its addresses are relative. */
  readonly home: number;
  readonly blocks: readonly Block[];
  /** Of its own instructions. */
  readonly reads: RegisterSet;
  readonly writes: RegisterSet;
}

/** Instructions of one unit at most. */
const LONGEST = 2500;

const isCall = ({ form, operands }: Instruction): boolean =>
  form.effect.kind === 'jump' && form.effect.link && operands.rd !== 0;
const isTransfer = ({ form }: Instruction): boolean => form.effect.kind === 'branch' || form.effect.kind === 'jump';
const isUnconditional = ({ form }: Instruction): boolean =>
  form.effect.kind === 'jump' || (form.effect.kind === 'branch' && form.effect.condition.kind === 'const');

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

/** Finds where blocks begin. */
function leadersOf(code: CodeView, entry: number): Set<number> {
  const leaders = new Set([entry]);
  const seen = new Set<number>();
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
        if (!isUnconditional(i) || (call && target !== null)) lead(next);
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
  return leaders;
}

/**
 * The unit of an entry, or null where there is nothing to translate. `callable`: whether a unit for a call's target can be
 * had; other calls are left to the interpreter.
 */
export function unitAt(code: CodeView, entry: number, callable: (target: number) => boolean): Unit | null {
  const leaders = leadersOf(code, entry);
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
        end = target === null ? 'indirect' : isCall(i) ? 'call' : isUnconditional(i) ? 'goto' : 'branch';
        break;
      }
      note(known, i);
    }
    if (body.length) blocks.set(at, { at, body, next, end, target, successors: [] });
  }
  for (const b of blocks.values()) {
    const target = b.target === null ? undefined : blocks.get(b.target);
    const behind = blocks.get(b.next);
    if (target && (b.end === 'branch' || b.end === 'goto')) b.successors.push(target);
    if (behind && (b.end === 'fall' || b.end === 'branch' || (b.end === 'call' && callable(b.target!)))) {
      b.successors.push(behind);
    }
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
  return { entry, home: pageOf(entry), blocks: [...reached], reads, writes };
}

/** Pages a unit has code in. */
export const pagesOf = (unit: Unit): Set<number> => new Set(unit.blocks.map((b) => Math.floor(b.at / PAGE)));
