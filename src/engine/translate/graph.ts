/** From the decoded records of a page to basic blocks and to the parts of the page that are translated as one function. */
import { SIZES } from '../../abi/layout.ts';
import { decode, expand } from '../../isa/decode.ts';
import { CASES, type Case, isDirect, OP_TRANSLATED } from '../../isa/gen/ops.ts';
import type { Operands } from '../../isa/types.ts';

const FIRST_OP = CASES[0]!.op;
const PAGE = 4096;

export interface Instruction {
  /** Offset in the page. */
  readonly at: number;
  readonly length: 2 | 4;
  readonly form: Case;
  readonly operands: Operands;
  /** The instruction's bits, as its record keeps them. */
  readonly word: number;
}

export interface Block {
  readonly at: number;
  readonly body: readonly Instruction[];
  /** Where the next instruction is; of a block that ends in a transfer: the one behind it. */
  readonly next: number;
  /** Blocks control may pass to without leaving the page. */
  readonly successors: Block[];
  /** Ends in a direct transfer to this offset in the page (which may have no block), or undefined. */
  readonly target: number | undefined;
}

export interface Part {
  readonly blocks: readonly Block[];
  /** Blocks that are entered from outside. */
  readonly entries: readonly Block[];
}

/** What the translator makes code of; anything else is left to the interpreter, at its pc. */
function translatable({ effect }: Case): boolean {
  return (
    effect.kind === 'none' ||
    effect.kind === 'write' ||
    effect.kind === 'store' ||
    effect.kind === 'branch' ||
    effect.kind === 'jump'
  );
}

const isTransfer = ({ form }: Instruction): boolean => form.effect.kind === 'branch' || form.effect.kind === 'jump';
const isCall = ({ form, operands }: Instruction): boolean =>
  form.effect.kind === 'jump' && form.effect.link && operands.rd !== 0;
const isConditional = ({ form }: Instruction): boolean =>
  form.effect.kind === 'branch' && form.effect.condition.kind !== 'const';

/** The instructions of a page that have been executed, and so have a record, by offset. */
export function instructionsOf(view: DataView, records: number, entries: number): Map<number, Instruction> {
  const out = new Map<number, Instruction>();
  for (let at = 0; at < PAGE; at += 2) {
    const record = records + at * 8;
    let op = view.getUint16(record, true);
    if (op === OP_TRANSLATED)
      op = view.getUint16(entries + view.getUint32(record + 8, true) * SIZES.JIT_ENTRY + 20, true);
    if (op < FIRST_OP) continue;
    const form = CASES[op - FIRST_OP]!;
    if (!translatable(form)) continue;
    const word = view.getUint32(record + 12, true);
    const decoded = decode(word);
    if (!decoded) continue;
    out.set(at, { at, length: form.length, form, operands: expand(decoded).operands, word });
  }
  return out;
}

/** The offset a direct transfer goes to, or undefined: not a direct one, or out of the page. */
function targetOf(i: Instruction): number | undefined {
  if (!isTransfer(i) || !isDirect(i.form.row, i.form.effect)) return undefined;
  const to = i.at + i.operands.imm!;
  return to >= 0 && to < PAGE ? to : undefined;
}

/** The parts of a page, each closed under direct control flow inside the page; returns from calls belong to the caller. */
export function partsOf(code: ReadonlyMap<number, Instruction>): Part[] {
  const leaders = new Set<number>();
  const outside = new Set<number>();
  const fallen = new Set<number>();
  for (const i of code.values()) {
    const next = i.at + i.length;
    const to = targetOf(i);
    if (to !== undefined) {
      leaders.add(to);
      if (isCall(i) || to <= i.at) outside.add(to);
    }
    if (isTransfer(i)) {
      leaders.add(next);
      if (isCall(i)) outside.add(next);
    } else fallen.add(next);
  }
  for (const at of code.keys()) if (!fallen.has(at)) leaders.add(at);

  const blocks = new Map<number, Block>();
  for (const at of leaders) {
    if (!code.has(at)) continue;
    const body: Instruction[] = [];
    let next = at;
    for (;;) {
      const i = code.get(next);
      if (!i || (body.length && leaders.has(next))) break;
      body.push(i);
      next += i.length;
      if (isTransfer(i)) break;
    }
    blocks.set(at, { at, body, next, successors: [], target: targetOf(body.at(-1)!) });
  }

  const parent = new Map<Block, Block>();
  const find = (b: Block): Block => {
    let root = b;
    while (parent.has(root)) root = parent.get(root)!;
    if (root !== b) parent.set(b, root);
    return root;
  };
  const join = (a: Block, b: Block): void => {
    const [x, y] = [find(a), find(b)];
    if (x !== y) parent.set(x, y);
  };
  const entered = new Set<Block>();
  for (const b of blocks.values()) {
    const last = b.body.at(-1)!;
    const behind = blocks.get(b.next);
    const to = b.target === undefined ? undefined : blocks.get(b.target);
    if (to && !isCall(last)) b.successors.push(to);
    if (behind && (!isTransfer(last) || isConditional(last))) b.successors.push(behind);
    if (behind && isCall(last)) join(b, behind);
    for (const s of b.successors) {
      entered.add(s);
      join(b, s);
    }
  }
  const groups = new Map<Block, Block[]>();
  for (const b of [...blocks.values()].sort((x, y) => x.at - y.at)) {
    const root = find(b);
    const group = groups.get(root);
    if (group) group.push(b);
    else groups.set(root, [b]);
  }
  return [...groups.values()].map((group) => ({
    blocks: group,
    entries: group.filter((b) => outside.has(b.at) || !entered.has(b)),
  }));
}
