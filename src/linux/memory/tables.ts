/** Sv39 page tables in frames of the machine (privileged specification 12.4). All entries of user mode fit one word. */
import { E, fail } from '../errno.ts';
import { FIRST_PPN, type UserMachine } from '../machine.ts';
import type { Frames } from './frames.ts';

/** Bits of an entry. */
export const PTE = { V: 1, R: 2, W: 4, X: 8, U: 16, A: 64, D: 128 } as const;

/** The end of what user mode may address under Sv39. */
export const USER_END = 2 ** 38;

export class PageTable {
  readonly root: number;
  private readonly words: Uint32Array;
  private readonly frames: Frames;
  private readonly tables: number[];

  constructor(machine: UserMachine, frames: Frames) {
    this.words = machine.words;
    this.frames = frames;
    this.root = frames.alloc() || fail(E.NOMEM);
    this.tables = [this.root];
  }

  private slot(table: number, index: number): number {
    return (this.frames.at(table) >>> 2) + index * 2;
  }

  /** Frame an entry points at. */
  static frameOf(entry: number): number {
    return (entry >>> 10) - FIRST_PPN;
  }

  /** Where the leaf entry of `va` lies among the machine's words; 0: there is no table for it. */
  find(va: number): number {
    // Below 2^38 a page's number is a small integer.
    const page = (va / 4096) | 0;
    const top = this.words[this.slot(this.root, page >>> 18)]!;
    if (!top) return 0;
    const middle = this.words[this.slot(PageTable.frameOf(top), (page >>> 9) & 511)]!;
    if (!middle) return 0;
    return this.slot(PageTable.frameOf(middle), page & 511);
  }

  /** The same, making tables where there are none; 0: no frame is left for them. */
  make(va: number): number {
    let table = this.root;
    for (const size of [2 ** 30, 2 ** 21]) {
      const at = this.slot(table, (va / size) & 511);
      const entry = this.words[at]!;
      if (entry) {
        table = PageTable.frameOf(entry);
        continue;
      }
      table = this.frames.alloc();
      if (!table) return 0;
      this.tables.push(table);
      this.words[at] = ((table + FIRST_PPN) << 10) | PTE.V;
    }
    return this.slot(table, (va / 4096) & 511);
  }

  /** Visits the present entries of a range; tables that do not exist are stepped over. */
  each(start: number, end: number, visit: (at: number, entry: number, va: number) => void): void {
    const { words } = this;
    for (let va = start; va < end; ) {
      const at = this.find(va);
      if (!at) {
        va = (Math.floor(va / 2 ** 21) + 1) * 2 ** 21;
        continue;
      }
      const stop = Math.min(end, (Math.floor(va / 2 ** 21) + 1) * 2 ** 21);
      for (let slot = at; va < stop; va += 4096, slot += 2) {
        const entry = words[slot]!;
        if (entry) visit(slot, entry, va);
      }
    }
  }

  get(at: number): number {
    return this.words[at]!;
  }

  set(at: number, entry: number): void {
    this.words[at] = entry;
  }

  /** Frames the tables take. */
  get size(): number {
    return this.tables.length;
  }

  /** Gives the tables' frames back; the pages they map are the caller's. */
  free(): void {
    for (const table of this.tables) this.frames.release(table);
    this.tables.length = 0;
  }
}

/** An entry that maps a frame for user mode. */
export const leaf = (frame: number, bits: number): number => ((frame + FIRST_PPN) << 10) | PTE.V | PTE.U | bits;
