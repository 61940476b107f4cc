// What a snapshot needs beyond the linear memory: the few flags that live in globals, and decoded code, which is not stored but
// decoded again from the memory it came from. So a restored machine goes on exactly as the one that was saved, in every counter.
import { CODE_BASE, CODE_FRAMES, CODE_PAGE } from './generated/layout';
import { OP_HALT, OP_PAGE_END, decode } from './generated/decode';
import { joinAround } from './cpu/pairs';
import { isUnfinished, setUnfinished } from './cpu/run';
import { takePointersStale, takeRootsDropped, markPointersStale, markRootsDropped } from './vmm/shadow-pages';
import { linearOfFrame } from './vmm/frames';
import { isStale, setStale } from './vmm/paravirt';

const UNFINISHED: u32 = 1;
const POINTERS_STALE: u32 = 2;
const ROOTS_DROPPED: u32 = 4;
const PARAVIRT_STALE: u32 = 8;

/** The flags that live in globals, as bits. They stay as they are. */
export function saveFlags(): u32 {
  let flags: u32 = 0;
  if (isUnfinished()) flags |= UNFINISHED;
  if (takePointersStale()) flags |= POINTERS_STALE;
  if (takeRootsDropped()) flags |= ROOTS_DROPPED;
  if (isStale()) flags |= PARAVIRT_STALE;
  restoreFlags(flags);
  return flags;
}

/** Sets the flags as they were saved. */
export function restoreFlags(flags: u32): void {
  setUnfinished((flags & UNFINISHED) != 0);
  markPointersStale((flags & POINTERS_STALE) != 0);
  markRootsDropped((flags & ROOTS_DROPPED) != 0);
  setStale((flags & PARAVIRT_STALE) != 0);
}

const HALFWORDS: u32 = 2048;

/** Writes the 2,048 bits of which halfwords of a slot of decoded code have a record; returns how many. */
export function savedRecords(slot: u32, bits: u32): u32 {
  const records = load<u32>(CODE_BASE) + slot * CODE_PAGE;
  let count: u32 = 0;
  for (let i: u32 = 0; i < HALFWORDS; i += 8) {
    let byte: u32 = 0;
    for (let j: u32 = 0; j < 8; j++) {
      if (!(load<u16>(records + ((i + j) << 4)) & ~OP_HALT)) continue;
      byte |= 1 << j;
      count++;
    }
    store<u8>(bits + (i >> 3), <u8>byte);
  }
  return count;
}

/** Decodes the halfwords of a slot whose bits are set, from the page whose frame owns the slot. Counts nothing. */
export function restoreRecords(slot: u32, bits: u32): void {
  const records = load<u32>(CODE_BASE) + slot * CODE_PAGE;
  memory.fill(records, 0, CODE_PAGE);
  store<u16>(records + (HALFWORDS << 4), <u16>OP_PAGE_END);
  const page = linearOfFrame(load<u32>(load<u32>(CODE_FRAMES) + (slot << 2)));
  for (let i: u32 = 0; i < HALFWORDS; i++) {
    if (!((load<u8>(bits + (i >> 3)) >> (i & 7)) & 1)) continue;
    const low: u32 = load<u16>(page + (i << 1));
    decode(records + (i << 4), i << 1, (low & 3) == 3 ? load<u32>(page + (i << 1)) : low);
    joinAround(records + (i << 4), i << 1);
  }
}
