/** What differs between two snapshots. */

import { COUNTER_IDS } from '../abi/counters.ts';
import { CELL_OFFSETS, CELLS, PLACES, RAM_START } from '../abi/layout.ts';
import type { CoreState } from '../engine/snapshot.ts';
import type { MachineState } from './snapshot.ts';

const PAGE = 4096;

export interface Difference {
  /** Registers, cells of the hart and counters: the value in each snapshot. */
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

/** Compares two machines of one configuration. */
export function difference(before: MachineState, after: MachineState): Difference {
  const [a, b] = [reader(before.core), reader(after.core)];
  const places = [
    ...Array.from({ length: 31 }, (_, i) => ({ name: `x${i + 1}`, at: PLACES.X + 8 * (i + 1) })),
    ...CELLS.map((cell) => ({ name: cell, at: CELL_OFFSETS[cell] })),
    ...COUNTER_IDS.map((name, i) => ({ name, at: PLACES.COUNTERS + 8 * i })),
  ];
  const values = places
    .map(({ name, at }) => ({ name, before: a(at), after: b(at) }))
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
