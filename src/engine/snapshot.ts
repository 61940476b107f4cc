/**
 * The whole state of a core, sparse: its linear memory without what can be made again (decoded and translated code), and which
 * instructions were decoded. A core of the same configuration that takes it up goes on as this one would have, in every counter.
 */
import { CELL_OFFSETS, CELLS, PLACES } from '../abi/layout.ts';
import type { Core } from './core.ts';

const PAGE = 4096;
const WORDS = PAGE / 8;
/** Bytes that say which halfwords of one page have a record. */
const BITS = 256;
/** Begins of the places that are saved: below lie the compiler's static data. */
const FIRST = PLACES.X - (PLACES.X % PAGE);
/** Where bits are exchanged: the host's own scratch. */
const SCRATCH = PLACES.SNAPSHOT;

/** Cells of the translator, which starts anew. */
const TRANSLATORS = CELLS.filter((cell) => /^(JIT_|BURST|SAMPLES$)/.test(cell));

export interface CoreState {
  readonly flags: number;
  /** Bytes of the linear memory: a core of another size is another machine. */
  readonly size: number;
  /** Numbers of the pages that are not zero, ascending, and their contents in that order. */
  readonly pages: Uint32Array;
  readonly contents: Uint8Array;
  /** Slots of decoded code in use, and their bits, 256 bytes each. */
  readonly slots: Uint32Array;
  readonly bits: Uint8Array;
}

const number = (core: Core, cell: Parameters<Core['get']>[0]): number => Number(core.get(cell));

/** Pages that are not zero among those that are saved; `ram`: guest memory and the tables of the VMM too. */
function usedPages(core: Core, ram = true): number[] {
  const words = new BigUint64Array(core.memory.buffer);
  const pages: number[] = [];
  const code = number(core, 'CODE_BASE');
  const scan = (from: number, to: number): void => {
    for (let at = from; at < to; at += PAGE) {
      const first = at / 8;
      for (let i = first; i < first + WORDS; i++) {
        if (words[i] === 0n) continue;
        pages.push(at / PAGE);
        break;
      }
    }
  };
  // The page in which decoded code begins holds other tables too.
  scan(FIRST, Math.ceil(code / PAGE) * PAGE);
  if (ram) scan(number(core, 'RAM_BASE'), core.bytes.length);
  return pages;
}

/** Copies the state out; the core must be between two calls of `run`. */
export function saveCore(core: Core): CoreState {
  const flags = core.saveFlags();
  const pages = Uint32Array.from(usedPages(core));
  const contents = new Uint8Array(pages.length * PAGE);
  pages.forEach((page, i) => {
    contents.set(core.bytes.subarray(page * PAGE, (page + 1) * PAGE), i * PAGE);
  });
  const slots: number[] = [];
  const frames = number(core, 'CODE_FRAMES');
  const most = number(core, 'CODE_PAGES');
  const bits: Uint8Array[] = [];
  const scratch = core.bytes.slice(SCRATCH, SCRATCH + BITS);
  for (let slot = 0; slot < most; slot++) {
    if (core.view.getUint32(frames + slot * 4, true) === 0) continue;
    core.savedRecords(slot, SCRATCH);
    slots.push(slot);
    bits.push(core.bytes.slice(SCRATCH, SCRATCH + BITS));
  }
  core.bytes.set(scratch, SCRATCH);
  const all = new Uint8Array(bits.length * BITS);
  bits.forEach((b, i) => {
    all.set(b, i * BITS);
  });
  return { flags, size: core.bytes.length, pages, contents, slots: Uint32Array.from(slots), bits: all };
}

/** Takes a state up, in a core of the same configuration; a core that is `fresh` has nothing in its memory yet. */
export function restoreCore(core: Core, state: CoreState, fresh: boolean): void {
  if (state.size !== core.bytes.length) throw new Error('a state of a machine of another size');
  const kept = TRANSLATORS.map((cell) => core.get(cell));
  const wanted = new Set(state.pages);
  for (const page of usedPages(core, !fresh)) if (!wanted.has(page)) core.bytes.fill(0, page * PAGE, (page + 1) * PAGE);
  // Runs of pages at once.
  for (let i = 0; i < state.pages.length; ) {
    let n = 1;
    while (i + n < state.pages.length && state.pages[i + n] === state.pages[i]! + n) n++;
    core.bytes.set(state.contents.subarray(i * PAGE, (i + n) * PAGE), state.pages[i]! * PAGE);
    i += n;
  }
  TRANSLATORS.forEach((cell, i) => {
    core.view.setBigUint64(CELL_OFFSETS[cell], kept[i]!, true);
  });
  const scratch = core.bytes.slice(SCRATCH, SCRATCH + BITS);
  state.slots.forEach((slot, i) => {
    core.bytes.set(state.bits.subarray(i * BITS, (i + 1) * BITS), SCRATCH);
    core.restoreRecords(slot, SCRATCH);
  });
  core.bytes.set(scratch, SCRATCH);
  core.restoreFlags(state.flags);
}
