/**
 * The ways out of a unit. What each tells is data that its common end reads: the place of a way out costs a number and a branch. At an exit the registers that are newer in locals have to be stored; the sets of such registers of
 * all exits are arranged in chains, each storing what the next smaller one does not, so that all exits together hold each
 * store about once.
 */
import { each, holds, NONE, type RegisterSet, same, size, without } from './registers.ts';
import type { Code, Label } from './wasm.ts';

/** What is told of a way out: a SIZES.JIT_SITE. */
export interface Site {
  /** What to add to the account. */
  readonly spending: number;
  /** Where execution goes on and the fetch unit's page, as offsets from the page of the unit's entry. */
  readonly pc: number;
  readonly page: number;
  /** The records of that page; 0: the cells hold it. */
  readonly records: number;
  readonly how: number;
}

/** Where its fields are. */
export const SITE = { spending: 0, pc: 8, page: 12, records: 16, how: 20 } as const;

interface Exit {
  readonly set: RegisterSet;
  readonly parent: Exit | null;
  label: Label;
}

export class Exits {
  /** Smallest set first: outermost block first. */
  private readonly exits: Exit[] = [];
  private readonly code: Code;

  /** `sets`: the registers to store at each possible exit. */
  constructor(code: Code, sets: Iterable<RegisterSet>) {
    this.code = code;
    const distinct: RegisterSet[] = [NONE];
    let last = NONE;
    for (const set of sets) {
      if (!same(set, last) && !distinct.some((known) => same(known, set))) distinct.push(set);
      last = set;
    }
    for (const set of distinct.sort((a, b) => size(a) - size(b))) {
      const parent = this.exits.findLast((e) => holds(set, e.set)) ?? null;
      this.exits.push({ set, parent, label: { depth: 0 } });
    }
  }

  /** Opens the blocks; what is printed next may leave through `to`. */
  open(): void {
    for (const exit of this.exits) exit.label = this.code.block();
  }

  to(set: RegisterSet): Label {
    return this.exits.find((e) => same(e.set, set))!.label;
  }

  /** Closes the blocks; what is printed next is reached by every exit. `store` prints the store of one register. */
  close(store: (file: 'x' | 'f', number: number) => void): void {
    for (const exit of [...this.exits].reverse()) {
      this.code.end();
      if (!exit.parent) continue;
      each(without(exit.set, exit.parent.set), store);
      this.code.br(exit.parent.label);
    }
  }
}
