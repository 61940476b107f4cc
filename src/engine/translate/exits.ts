/**
 * The ways out of a unit. What each tells is data that its common end reads: the place of a way out costs a number and a branch. At an exit the registers that are newer in locals have to be stored; the sets of such registers of
 * all exits are arranged in chains, each storing what the next smaller one does not, so that all exits together hold each
 * store about once.
 */
import { each, holds, NONE, type RegisterSet, size, without } from './registers.ts';
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

/** What tells sets apart. */
const keyOf = ({ x, f }: RegisterSet): number | string => (f ? `${x} ${f}` : x);

export class Exits {
  /** Smallest set first: outermost block first. */
  private readonly exits: Exit[] = [];
  private readonly bySet = new Map<number | string, Exit>();
  private readonly code: Code;

  /** `sets`: the registers to store at each possible exit. */
  constructor(code: Code, sets: Iterable<RegisterSet>) {
    this.code = code;
    const distinct = new Map([[keyOf(NONE), NONE]]);
    for (const set of sets) distinct.set(keyOf(set), set);
    const bySize = [...distinct.values()].map((set) => ({ set, size: size(set) })).sort((a, b) => a.size - b.size);
    for (const { set } of bySize) {
      const parent = this.exits.findLast((e) => holds(set, e.set)) ?? null;
      const exit = { set, parent, label: { depth: 0 } };
      this.exits.push(exit);
      this.bySet.set(keyOf(set), exit);
    }
  }

  /** Opens the blocks; what is printed next may leave through `to`. */
  open(): void {
    for (const exit of this.exits) exit.label = this.code.block();
  }

  to(set: RegisterSet): Label {
    return this.bySet.get(keyOf(set))!.label;
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
