// The fast TLB: three direct-mapped arrays of 4,096 entries {u64 virtual page, u32 linear address of the page}, those for loads and for stores
// in turn, that the
// interpreter checks inline with `va ^ tag <= 4096 - size`. It is a pure accelerator: always a subset of what the
// modelled first-level TLB holds for the current context, so no outcome and no count depends on it.
//
// An invalid entry of slot i holds a page whose index bits differ from i; no address that maps to the slot can match it.
import {
  TLB_READ, TLB_WRITE, TLB_FETCH, TLB_ENTRIES, JOURNAL_READ, JOURNAL_WRITE, JOURNAL_FETCH, JOURNAL_R, JOURNAL_W,
  JOURNAL_F, PAGE_KEPT,
} from '../generated/layout';

/** Entries of a table are 1 << lg bytes apart: a constant wherever this is used. */
const DATA: u32 = 5;
const FETCH: u32 = 4;

@inline function slotOf(va: u64, lg: u32): u32 {
  return <u32>(va >> (12 - lg)) & ((TLB_ENTRIES - 1) << lg);
}

@inline function invalidate(table: usize, slot: u32, lg: u32): void {
  store<u64>(table + slot, <u64>(slot ^ (1 << lg)) << (12 - lg));
}

@inline function reset(table: usize, lg: u32): void {
  for (let slot: u32 = 0; slot < TLB_ENTRIES << lg; slot += 1 << lg) invalidate(table, slot, lg);
}

/** Empties all three tables, whatever the journals say. */
export function resetFast(): void {
  reset(TLB_READ, DATA);
  reset(TLB_WRITE, DATA);
  reset(TLB_FETCH, FETCH);
  store<u32>(JOURNAL_R, 0);
  store<u32>(JOURNAL_W, 0);
  store<u32>(JOURNAL_F, 0);
  store<u32>(PAGE_KEPT, 0);
}

// Every fill is journalled, so that dropping the whole of a table costs as much as what was filled since the last time.
@inline function fill(table: usize, journal: usize, length: usize, va: u64, linear: u32, lg: u32): u32 {
  const slot = slotOf(va, lg);
  const n = load<u32>(length);
  if (n < TLB_ENTRIES) {
    store<u32>(journal + (n << 2), slot);
    store<u32>(length, n + 1);
  } else {
    store<u32>(length, TLB_ENTRIES + 1);
  }
  store<u64>(table + slot, va & ~0xfff);
  store<u32>(table + slot + 8, linear);
  return slot;
}

@inline function drop(table: usize, journal: usize, length: usize, lg: u32): void {
  const n = load<u32>(length);
  if (!n) return;
  store<u32>(length, 0);
  if (n > TLB_ENTRIES) {
    reset(table, lg);
    return;
  }
  for (let i: u32 = 0; i < n; i++) invalidate(table, load<u32>(journal + (i << 2)), lg);
}

/** Lets loads of a page go straight to linear memory. */
export function fillRead(va: u64, linear: u32): void {
  fill(TLB_READ, JOURNAL_READ, JOURNAL_R, va, linear, DATA);
}

/** Lets stores to a page go straight to linear memory. */
export function fillWrite(va: u64, linear: u32): void {
  fill(TLB_WRITE, JOURNAL_WRITE, JOURNAL_W, va, linear, DATA);
}

/** A fetch entry also holds, at +12, the address of the page's decoded records. */
export function fillFetch(va: u64, linear: u32, records: u32): void {
  const slot = fill(TLB_FETCH, JOURNAL_FETCH, JOURNAL_F, va, linear, FETCH);
  store<u32>(TLB_FETCH + slot + 12, records);
}

/** Loads of every page ask the model again. */
export function dropFastReads(): void {
  drop(TLB_READ, JOURNAL_READ, JOURNAL_R, DATA);
}

/** Stores to every page ask the model again. */
export function dropFastWrites(): void {
  drop(TLB_WRITE, JOURNAL_WRITE, JOURNAL_W, DATA);
}

/** Fetches from every page ask the model again. */
export function dropFastFetches(): void {
  drop(TLB_FETCH, JOURNAL_FETCH, JOURNAL_F, FETCH);
  store<u32>(PAGE_KEPT, 0);
}

/** The translation context changed: nothing of the old one may be used. */
export function dropFast(): void {
  dropFastReads();
  dropFastWrites();
  dropFastFetches();
}

@inline function dropOne(table: usize, va: u64, lg: u32): void {
  const slot = slotOf(va, lg);
  if (load<u64>(table + slot) == va) invalidate(table, slot, lg);
}

/** Drops what the fast TLB holds of one data page; a superpage drops everything, since its parts are not indexed. */
export function dropFastDataPage(va: u64, level: u32): void {
  if (level) {
    dropFastReads();
    dropFastWrites();
    return;
  }
  dropOne(TLB_READ, va, DATA);
  dropOne(TLB_WRITE, va, DATA);
}

/** The same for the instruction side of one page. */
export function dropFastFetchPage(va: u64, level: u32): void {
  if (level) {
    dropFastFetches();
    return;
  }
  dropOne(TLB_FETCH, va, FETCH);
  store<u32>(PAGE_KEPT, 0);
}
