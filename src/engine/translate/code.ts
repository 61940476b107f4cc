/** Guest code as the interpreter left it: the decoded records of a page and of those around it. */
import { PLACES, SIZES } from '../../abi/layout.ts';
import { decode, expand, operandsOf } from '../../isa/decode.ts';
import { CASES, type Case, OP_HALT, OP_TRANSLATED } from '../../isa/gen/ops.ts';
import { plainOp } from '../../isa/gen/pairs.ts';
import type { Operands } from '../../isa/types.ts';
import type { Core } from '../core.ts';
import { type Facts, factsOf } from './facts.ts';
import { type RegisterSet, readsOf, writesOf } from './registers.ts';

const FIRST_OP = CASES[0]!.op;
export const PAGE = 4096;

/** What an instruction is, wherever it stands. */
interface Meaning {
  readonly length: 2 | 4;
  readonly form: Case;
  readonly facts: Facts;
  readonly operands: Operands;
  /** The instruction's bits, as its record keeps them. */
  readonly word: number;
  readonly reads: RegisterSet;
  readonly writes: RegisterSet;
}

export interface Instruction extends Meaning {
  /** Offset from the first byte of page 0 of its view. */
  readonly at: number;
}

export const pageOf = (at: number): number => Math.floor(at / PAGE);

/** Offset of the entry of the fast TLB for an address. */
export const fetchSlot = (va: bigint): number => Number((va >> 8n) & 0xffff_ffffn) & SIZES.FETCH_TLB_MASK;

const TRANSLATABLE: ReadonlySet<string> = new Set([
  'none',
  'write',
  'store',
  'branch',
  'jump',
  'amo',
  'loadReserved',
  'storeConditional',
]);

const MEANINGS_MOST = 1 << 16;
const meanings = new Map<number, Meaning | null>();

/** By op and bits; null: what is left to the interpreter, at its pc. */
function meaningOf(op: number, word: number): Meaning | null {
  const key = op * 2 ** 32 + word;
  const known = meanings.get(key);
  if (known !== undefined) return known;
  if (meanings.size >= MEANINGS_MOST) meanings.clear();
  const form = CASES[op - FIRST_OP]!;
  let meaning: Meaning | null = null;
  if (TRANSLATABLE.has(form.effect.kind)) {
    const { length, row } = form;
    // What is compressed has a row of its own.
    const operands = length === 4 ? operandsOf(row, word) : expand(decode(word)!).operands;
    const [reads, writes] = [readsOf(form, operands), writesOf(form, operands)];
    meaning = { length, form, facts: factsOf(form), operands, word, reads, writes };
  }
  meanings.set(key, meaning);
  return meaning;
}

/** How far from the page something may be to be part of the same view: an `i32.const` reaches it. */
const REACH = 2 ** 30;

/**
 * Code around a page, as far as the fetch side of the fast TLB knows it: page n of the view is the n-th page behind (or before)
 * it in the address space. That they still stand there is checked by what is made of it, whenever it passes from one to the other.
 */
export class CodeView {
  private readonly core: Core;
  private readonly va: bigint;
  private readonly entries: number;
  private readonly pages = new Map<number, number>();
  private readonly known = new Map<number, Instruction>();

  /** `records`: address of the decoded records of page 0, which is at `va`. */
  constructor(core: Core, records: number, va: bigint) {
    this.core = core;
    this.va = va;
    this.entries = Number(core.get('JIT_ENTRIES'));
    this.pages.set(0, records);
  }

  /** Address of a page's records, or 0: none that can be relied on. */
  records(page: number): number {
    const known = this.pages.get(page);
    if (known !== undefined) return known;
    const { view } = this.core;
    const va = BigInt.asUintN(64, this.va + BigInt(page * PAGE));
    const slot = PLACES.TLB_FETCH + fetchSlot(va);
    const found = view.getBigUint64(slot, true) === va ? view.getUint32(slot + 12, true) : 0;
    const records = found === PLACES.BLANK_PAGE ? 0 : found;
    this.pages.set(page, records);
    return records;
  }

  /** The address of an offset. */
  address(at: number): bigint {
    return BigInt.asUintN(64, this.va + BigInt(at));
  }

  /** Address of the record of an offset, or 0. */
  record(at: number): number {
    const number = pageOf(at);
    const page = this.records(number);
    return page && page + (at - number * PAGE) * 8;
  }

  /** The instruction there, if it was executed before and can be translated. */
  at(at: number): Instruction | null {
    const known = this.known.get(at);
    if (known) return known;
    const found = this.read(at);
    // Most of what is asked for was not executed, and is as soon read again as looked up.
    if (found) this.known.set(at, found);
    return found;
  }

  /** The first offset from one on where something was executed that translated code is not entered at, or `until`. */
  nextUntranslated(at: number, until: number): number {
    const { view } = this.core;
    for (let from = at; from < until; ) {
      const page = pageOf(from);
      const end = Math.min(until, (page + 1) * PAGE);
      let record = this.record(from);
      if (!record) from = end;
      for (; from < end; from += 2, record += 16) if (view.getUint16(record, true) > OP_TRANSLATED) return from;
    }
    return until;
  }

  /** Whether translated code is entered there. */
  isEntry(at: number): boolean {
    const record = this.record(at);
    return record !== 0 && this.core.view.getUint16(record, true) === OP_TRANSLATED;
  }

  /** Where a transfer through a register would lead now, if something was executed there before. */
  pointee({ operands }: Instruction): number | null {
    const base = this.core.view.getBigUint64(PLACES.X + 8 * (operands.rs1 ?? 0), true);
    const by = Number(BigInt.asIntN(64, base + BigInt(operands.imm ?? 0) - this.va));
    const at = by - (by & 1);
    return Math.abs(at) < REACH && this.at(at) ? at : null;
  }

  private read(at: number): Instruction | null {
    const { view } = this.core;
    const record = this.record(at);
    if (!record) return null;
    let op = view.getUint16(record, true);
    if (op === OP_TRANSLATED) {
      op = view.getUint16(this.entries + view.getUint32(record + 8, true) * SIZES.JIT_ENTRY + 12, true);
    }
    // The debugger halts at it.
    if (op < FIRST_OP || op & OP_HALT) return null;
    const meaning = meaningOf(plainOp(op), view.getUint32(record + 12, true));
    if (!meaning) return null;
    // Not spread: that is several times as slow, and each translation reads thousands.
    const { length, form, facts, operands, word, reads, writes } = meaning;
    return { length, form, facts, operands, word, reads, writes, at };
  }
}
