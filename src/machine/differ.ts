/** What differs between two snapshots. */

import { COUNTER_IDS } from '../abi/counters.ts';
import { CELL_OFFSETS, CELLS, HART_CELLS, PLACES, RAM_START, SIZES } from '../abi/layout.ts';
import type { CoreState } from '../engine/snapshot.ts';
import type { MachineState } from './snapshot.ts';

const PAGE = 4096;

export interface Difference {
  /** Registers and cells of each hart, cells of the machine, and counters: the value in each snapshot. */
  readonly values: readonly { readonly name: string; readonly before: bigint; readonly after: bigint }[];
  /** Ranges of host memory behind the guest that differ, as offsets from its start, in bytes. */
  readonly ranges: readonly { readonly start: number; readonly end: number }[];
  /** Pages of guest memory and of the VMM's tables that differ. */
  readonly pages: number;
}

/** Finds a page of a state; null where it is zero. */
function pager({ pages, contents }: CoreState): (page: number) => Uint8Array | null {
  const index = new Map<number, number>();
  pages.forEach((page, i) => {
    index.set(page, i);
  });
  return (page) => {
    const i = index.get(page);
    return i === undefined ? null : contents.subarray(i * PAGE, (i + 1) * PAGE);
  };
}

function reader(state: CoreState): (at: number) => bigint {
  const page = pager(state);
  return (at) => {
    const bytes = page(Math.floor(at / PAGE));
    return bytes ? new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(at % PAGE, true) : 0n;
  };
}

const isZero = (bytes: Uint8Array): boolean => bytes.every((b) => b === 0);

function same(a: Uint8Array | null, b: Uint8Array | null): boolean {
  if (a && b) return a.every((byte, i) => byte === b[i]);
  return (a ?? b) === null || isZero((a ?? b)!);
}

/** Something of a machine that has a value, and how to read it from a state. */
interface Place {
  readonly name: string;
  readonly read: (at: (address: number) => bigint) => bigint;
}

const RUNNING = CELL_OFFSETS.HART;

/** What to add to the address of a live place to have a hart's own: its block's, unless it is the one that runs. */
const away = (at: (address: number) => bigint, hart: number, inBlock: number, live: number): number =>
  Number(at(RUNNING)) === hart ? 0 : PLACES.HARTS_AT + hart * SIZES.HART_BLOCK + inBlock - live;

/** Registers and cells of one of several harts, or of the only one. */
function hartPlaces(hart: number, harts: number): Place[] {
  const own = [
    ...Array.from({ length: 31 }, (_, i) => ({ name: `x${i + 1}`, address: PLACES.X + 8 * (i + 1) })),
    ...HART_CELLS.map((cell) => ({ name: cell as string, address: CELL_OFFSETS[cell] })),
  ];
  return own.map(({ name, address }) => ({
    name: harts === 1 ? name : `hart ${hart} ${name}`,
    read: (at) => at(address + away(at, hart, 0, PLACES.X)),
  }));
}

/** Everything that has a name; counters are sums over the harts. */
function placesOf(harts: number): Place[] {
  const numbers = Array.from({ length: harts }, (_, hart) => hart);
  const ofHarts = new Set<string>(HART_CELLS);
  return [
    ...numbers.flatMap((hart) => hartPlaces(hart, harts)),
    ...CELLS.filter((cell) => !ofHarts.has(cell)).map(
      (cell): Place => ({ name: cell, read: (at) => at(CELL_OFFSETS[cell]) }),
    ),
    ...COUNTER_IDS.map((name, i): Place => {
      const address = PLACES.COUNTERS + 8 * i;
      const one = (at: (address: number) => bigint, hart: number): bigint =>
        at(address + away(at, hart, SIZES.HART_COUNTERS, PLACES.COUNTERS));
      return { name, read: (at) => numbers.reduce((sum, hart) => sum + one(at, hart), 0n) };
    }),
  ];
}

/** Compares two machines of one configuration. */
export function difference(before: MachineState, after: MachineState): Difference {
  const [a, b] = [reader(before.core), reader(after.core)];
  const values = placesOf(Number(a(CELL_OFFSETS.HARTS)))
    .map(({ name, read }) => ({ name, before: read(a), after: read(b) }))
    .filter((row) => row.before !== row.after);
  const ram = Number(a(CELL_OFFSETS.RAM_BASE));
  const [left, right] = [pager(before.core), pager(after.core)];
  const all = [...new Set([...before.core.pages, ...after.core.pages])].filter((page) => page * PAGE >= ram);
  const changed = all.filter((page) => !same(left(page), right(page))).sort((x, y) => x - y);
  const ranges: { start: number; end: number }[] = [];
  for (const page of changed) {
    const start = page * PAGE - ram + RAM_START;
    const last = ranges.at(-1);
    if (last?.end === start) last.end += PAGE;
    else ranges.push({ start, end: start + PAGE });
  }
  return { values, ranges, pages: changed.length };
}
