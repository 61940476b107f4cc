// What shortens a page walk: walk caches (a non-leaf entry of one level: virtual prefix → next table), one for each
// level of the guest's and of the host's table; the nested TLB (guest-physical page of a guest table → host page); and
// three caches of 64-byte lines that only the walker uses and that say which level served a reference. All are
// set-associative with FIFO replacement; any can be off.
import {
  C_PWC_FILLS, C_NTLB_FILLS, SERVED_L1, SERVED_L2, SERVED_LLC, SERVED_DRAM, MODEL,
} from '../generated/layout';
import { count } from '../counters';
import { modelAlloc } from './model';

// Descriptors (16 bytes at MODEL + 0x200 + kind * 16): +0 entries' address, +4 sets - 1 (all ones: off), +8 cursors, +12 ways
// Entry (16 bytes): +0 u64 key (prefix), +8 u32 tag | VALID, +12 u32 linear address of the table
const TABLES: u32 = <u32>MODEL + 0x200;
const LINES: u32 = <u32>MODEL + 0x300;
/** Kinds: guest levels 1–4 are 1–4, host levels 1–4 are 5–8 (level: the one whose entry is cached, leaves being 0). */
export const HOST_KIND: u32 = 4;
export const NESTED_TLB: u32 = 9;
const KINDS: u32 = 10;
const OFF: u32 = 0xffff_ffff;
const WAYS: u32 = 4;

/** Makes the walk caches, one for each level of guest and host, and the nested TLB; 0 entries switch one off. */
export function configureTables(walkEntries: u32, nestedEntries: u32): void {
  for (let kind: u32 = 0; kind < KINDS; kind++) {
    const entries = kind == NESTED_TLB ? nestedEntries : walkEntries;
    const ways = entries < WAYS ? entries : WAYS;
    const at = TABLES + (kind << 4);
    store<u32>(at, modelAlloc(entries << 4));
    store<u32>(at, entries ? entries / ways - 1 : OFF, 4);
    store<u32>(at, modelAlloc(entries ? (entries / ways) << 2 : 0), 8);
    store<u32>(at, ways, 12);
  }
}

// Tags hold ASID and VMID; validity is a key that no prefix can have.
const NO_KEY: u64 = 0xffff_ffff_ffff_ffff;

/** Linear address of the table that a cache holds for a prefix and tag, or 0. */
export function cachedTable(kind: u32, key: u64, tag: u32): u32 {
  const at = TABLES + (kind << 4);
  const mask = load<u32>(at, 4);
  if (mask == OFF) return 0;
  const ways = load<u32>(at, 12);
  let e = load<u32>(at) + (<u32>key & mask) * (ways << 4);
  for (let w: u32 = 0; w < ways; w++, e += 16) {
    if (load<u64>(e) == key && load<u32>(e, 8) == tag && load<u32>(e, 12)) return load<u32>(e, 12);
  }
  return 0;
}

/** Holds a table under its prefix and tag, first in first out, and counts the fill. */
export function cacheTable(kind: u32, key: u64, tag: u32, linear: u32): void {
  const at = TABLES + (kind << 4);
  const mask = load<u32>(at, 4);
  if (mask == OFF) return;
  const ways = load<u32>(at, 12);
  const set = <u32>key & mask;
  const base = load<u32>(at) + set * (ways << 4);
  const cursor = load<u32>(at, 8) + (set << 2);
  const way = load<u32>(cursor);
  store<u32>(cursor, way + 1 == ways ? 0 : way + 1);
  const e = base + (way << 4);
  store<u64>(e, key);
  store<u32>(e, tag, 8);
  store<u32>(e, linear, 12);
  count(kind == NESTED_TLB ? C_NTLB_FILLS : C_PWC_FILLS);
}

function dropTables(first: u32, last: u32, byAsid: bool, tag: u32): void {
  for (let kind = first; kind <= last; kind++) {
    const at = TABLES + (kind << 4);
    const mask = load<u32>(at, 4);
    if (mask == OFF) continue;
    const end = load<u32>(at) + (mask + 1) * (load<u32>(at, 12) << 4);
    for (let e = load<u32>(at); e < end; e += 16) {
      const have = load<u32>(e, 8);
      if (have >> 16 != tag >> 16 || (byAsid && have != tag)) continue;
      store<u64>(e, NO_KEY);
      store<u32>(e, 0, 12);
    }
  }
}

/** First-stage entries of one address space, or of all in the VMID of the tag. */
export function dropWalkCaches(byAsid: bool, tag: u32): void {
  dropTables(1, HOST_KIND, byAsid, tag);
}

/** Line caches: +0 entries, +4 sets - 1 (OFF), +8 cursors, +12 ways, at LINES + level * 16. */
export function configureLines(level: u32, lines: u32, ways: u32): void {
  const at = LINES + (level << 4);
  store<u32>(at, modelAlloc(lines << 2));
  store<u32>(at, lines ? lines / ways - 1 : OFF, 4);
  store<u32>(at, modelAlloc(lines ? (lines / ways) << 2 : 0), 8);
  store<u32>(at, ways, 12);
}

function touchLine(level: u32, line: u32): bool {
  const at = LINES + (level << 4);
  const mask = load<u32>(at, 4);
  if (mask == OFF) return false;
  const ways = load<u32>(at, 12);
  const set = line & mask;
  const base = load<u32>(at) + set * (ways << 2);
  if (ways & 3) {
    for (let w: u32 = 0; w < ways; w++) if (load<u32>(base + (w << 2)) == line) return true;
  } else {
    // Without a branch for each way: which it is cannot be foretold.
    const all = i32x4.splat(line);
    let found = i32x4.eq(v128.load(base), all);
    for (let w: u32 = 4; w < ways; w += 4) found = v128.or(found, i32x4.eq(v128.load(base + (w << 2)), all));
    if (v128.any_true(found)) return true;
  }
  const cursor = load<u32>(at, 8) + (set << 2);
  const way = load<u32>(cursor);
  store<u32>(cursor, way + 1 == ways ? 0 : way + 1);
  store<u32>(base + (way << 2), line);
  return false;
}

/** Which level serves a reference to this linear address; a miss fills every level above. */
export function servedBy(linear: u32): u32 {
  const line = linear >> 6;
  if (touchLine(0, line)) return SERVED_L1;
  if (touchLine(1, line)) return SERVED_L2;
  if (touchLine(2, line)) return SERVED_LLC;
  return SERVED_DRAM;
}
