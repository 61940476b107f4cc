// Translated code as the interpreter meets it. An entry point is a decoded record whose op is OP_TRANSLATED and whose
// immediate is the number of an entry; the entry keeps what the record held before. So a page that loses its records
// loses its entry points, and nothing has to be looked up to find one.
//
// Entries belong to a module, modules depend on pages: each decoded page has a list of the modules that were made of its
// code, and a change of the page undoes them all.
import {
  CODE_BASE, CODE_FRAMES, CODE_PAGE, CODE_TRANSLATED, DELTA, JIT_ENTRIES, JIT_ENTRY, JIT_LEFT_AT, JIT_LEFT_BY, JIT_MODULE, JIT_MODULES, JIT_NODE, JIT_NODES, JIT_RAN,
  JIT_RELEASED, JIT_RELEASED_COUNT, JIT_RELEASED_MOST, JIT_STALE, PAGE_HOST, PAGE_KEPT, PAGE_REC, PAGE_VA, PC, SLICE_END, SLICE_MORE, TLB_FETCH,
  FETCH_TLB_MASK,
} from '../generated/layout';
import { OP_TRANSLATED } from '../generated/decode';
import { split, splitBefore } from './pairs';
import { countFetchPage } from '../mmu/translate';
import { linearOfFrame } from '../vmm/frames';

// Some instructions are left whenever it is: translated code leaves before they might not suffice.
/** Execution goes on at PC, in the page. */
export const LEFT_WITHIN: u32 = 0;
/** A transfer to PC, out of the page, is under way: it is fetched. */
export const LEFT_FOR: u32 = 1;
/** STOP is set: the run loop is next. */
export const LEFT_OFF: u32 = 2;
/** A transfer inside the page was made: there may be an entry at PC. */
export const LEFT_NEAR: u32 = 3;
/** Of JIT_LEFT_BY; its higher bits tell the cause. */
export const LEFT_MASK: u32 = 3;
/** The cause: the instructions left might not suffice. */
const BY_BUDGET: u32 = 0;

@inline function entryAt(number: u32): u32 {
  return load<u32>(JIT_ENTRIES) + number * JIT_ENTRY;
}

/** The fetch unit is in the page that PAGE_VA and PAGE_REC tell. */
@inline function settlePage(): void {
  const records = load<u32>(PAGE_REC);
  const slot = (records - load<u32>(CODE_BASE)) / CODE_PAGE;
  store<u64>(DELTA, load<u64>(PAGE_VA) - <u64>(records >> 3));
  store<u32>(PAGE_HOST, linearOfFrame(load<u32>(load<u32>(CODE_FRAMES) + (slot << 2))));
}

/**
 * A transfer out of the page to `pc`: moves the fetch unit there if the fast TLB has the page, and its instructions are
 * kept. Nothing is done where not.
 */
@inline function followed(pc: u64): bool {
  const slot = <u32>(pc >> 8) & FETCH_TLB_MASK;
  if ((load<u64>(TLB_FETCH + slot) ^ pc) >= 4096) return false;
  countFetchPage();
  store<u32>(PAGE_KEPT, 1);
  store<u64>(PAGE_VA, pc & ~0xfff);
  store<u32>(PAGE_REC, load<u32>(TLB_FETCH + slot + 12));
  return true;
}

/**
 * Runs translated code from the record at `ip`, which is at `pc`, with `n` instructions left, and what it passes on to; SLICE_MORE beyond
 * them are there for translated code alone, which spends them first. Returns what is left of `n` then; PC, JIT_LEFT_BY and the fetch unit's
 * page are written. What did nothing is released.
 */
export function callTranslated(ip: u32, pc: u64, n: i64): i64 {
  const more = load<i64>(SLICE_MORE);
  const given = n + more;
  let left = given;
  let record = ip;
  let at = pc;
  store<u32>(JIT_STALE, 0);
  // It tells the time by what is left of all.
  store<u64>(SLICE_END, load<u64>(SLICE_END) + <u64>more);
  for (;;) {
    left = call_indirect<i64>(load<u32>(entryAt(load<u32>(record, 8))), left, at & ~0xfff);
    const kind = load<u32>(JIT_LEFT_BY) & LEFT_MASK;
    if (kind == LEFT_OFF || kind == LEFT_WITHIN) break;
    at = load<u64>(PC);
    if (kind == LEFT_FOR) {
      // What PMP does not treat alike has no entry.
      if (!followed(at)) break;
      store<u32>(JIT_LEFT_BY, (load<u32>(JIT_LEFT_BY) & ~LEFT_MASK) | LEFT_WITHIN);
    }
    record = recordHere();
    if (load<u16>(record) != <u16>OP_TRANSLATED) break;
  }
  settlePage();
  store<u64>(JIT_RAN, load<u64>(JIT_RAN) + <u64>(given - left));
  store<u64>(JIT_LEFT_AT, load<u64>(PC));
  const rest = min(n, left);
  store<u64>(SLICE_END, load<u64>(SLICE_END) - <u64>(left - rest));
  store<i64>(SLICE_MORE, left - rest);
  const kind = load<u32>(JIT_LEFT_BY) & LEFT_MASK;
  return left == given && (kind == LEFT_WITHIN || kind == LEFT_NEAR) ? release(recordHere(), rest) : rest;
}

/**
 * The entry at `pc` as a number, or -1: none. Moves the fetch unit there from its page, which is at `page` and has these
 * records, if there is one.
 */
export function findUnit(pc: u64, page: u64, records: u32): i32 {
  let there = records;
  const near = (pc ^ page) < 4096;
  if (!near) {
    const slot = <u32>(pc >> 8) & FETCH_TLB_MASK;
    if ((load<u64>(TLB_FETCH + slot) ^ pc) >= 4096) return -1;
    there = load<u32>(TLB_FETCH + slot + 12);
  }
  const record = there + (((<u32>pc) & 0xffe) << 3);
  if (load<u16>(record) != <u16>OP_TRANSLATED) return -1;
  if (!near) {
    countFetchPage();
    store<u32>(PAGE_KEPT, 1);
  }
  return load<i32>(record, 8);
}

/** The record at PC, which is in the fetch unit's page. */
@inline export function recordHere(): u32 {
  return load<u32>(PAGE_REC) + (((<u32>load<u64>(PC)) & 0xffe) << 3);
}

/** The record of a page is about to become an entry: no pair has it. */
export function separate(record: u32): void {
  const off = ((record - load<u32>(CODE_BASE)) % CODE_PAGE) >> 3;
  split(record);
  splitBefore(record, off);
}

@inline function restore(number: u32): void {
  const entry = entryAt(number);
  const record = load<u32>(entry, 4);
  if (load<u16>(record) != <u16>OP_TRANSLATED || load<u32>(record, 8) != number) return;
  store<u16>(record, load<u16>(entry, 12));
  store<i32>(record, load<i32>(entry, 8), 8);
}

/** Instructions the interpreter does before a released entry is tried again. */
const SHORT: i64 = 24;

/**
 * Translated code did nothing for the record at `ip`, if there is any: the interpreter has to. The record is itself until
 * `rearm`, for which the burst is cut short: returns the instructions left of it, of `n`. (Beyond JIT_RELEASED_MOST it is itself for good:
 * the translator takes the entry for gone.)
 */
function release(ip: u32, n: i64): i64 {
  if (load<u16>(ip) != <u16>OP_TRANSLATED) return n;
  const number = load<u32>(ip, 8);
  restore(number);
  const released = load<u32>(JIT_RELEASED_COUNT);
  if (released >= JIT_RELEASED_MOST) return n;
  store<u32>(load<u32>(JIT_RELEASED) + (released << 2), number);
  store<u32>(JIT_RELEASED_COUNT, released + 1);
  // What is too little for it is all that is left.
  if (n <= SHORT || load<u32>(JIT_LEFT_BY) == (BY_BUDGET | LEFT_WITHIN)) return n;
  store<u64>(SLICE_END, load<u64>(SLICE_END) - <u64>(n - SHORT));
  store<i64>(SLICE_MORE, 0);
  return SHORT;
}

/** Gives released entries of modules that stand their translations back. */
export function rearm(): void {
  const n = load<u32>(JIT_RELEASED_COUNT);
  for (let i: u32 = 0; i < n; i++) {
    const number = load<u32>(load<u32>(JIT_RELEASED) + (i << 2));
    const entry = entryAt(number);
    const record = load<u32>(entry, 4);
    if (!load<u32>(load<u32>(JIT_MODULES) + load<u16>(entry, 14) * JIT_MODULE, 8)) continue;
    separate(record);
    if (load<u16>(record) != load<u16>(entry, 12) || load<i32>(record, 8) != load<i32>(entry, 8)) continue;
    store<u16>(record, <u16>OP_TRANSLATED);
    store<u32>(record, number, 8);
  }
  store<u32>(JIT_RELEASED_COUNT, 0);
}

/** Gives all entry points of a module their records back. */
export function dropModule(module: u32): void {
  const at = load<u32>(JIT_MODULES) + module * JIT_MODULE;
  if (!load<u32>(at, 8)) return;
  store<u32>(at, 0, 8);
  const first = load<u32>(at);
  const end = first + load<u32>(at, 4);
  for (let number = first; number < end; number++) restore(number);
}

/** Undoes all modules that depend on a decoded page. Translated code that runs leaves behind what it is doing. */
export function dropTranslations(records: u32): void {
  let next = load<u32>(records, CODE_TRANSLATED);
  store<u32>(records, 0, CODE_TRANSLATED);
  store<u32>(JIT_STALE, 1);
  while (next) {
    const node = load<u32>(JIT_NODES) + (next - 1) * JIT_NODE;
    dropModule(load<u32>(node));
    next = load<u32>(node, 4);
  }
}
