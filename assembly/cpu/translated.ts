// Translated code as the interpreter meets it. An entry point is a decoded record whose op is OP_TRANSLATED and whose
// immediate is the number of an entry; the entry keeps what the record held before. So a page that loses its records
// loses its entry points, and nothing has to be looked up to find one.
//
// Entries belong to a module, modules depend on pages: each decoded page has a list of the modules that were made of its
// code, and a change of the page undoes them all.
import {
  CODE_BASE, CODE_FRAMES, CODE_PAGE, CODE_TRANSLATED, DELTA, JIT_ENTRIES, JIT_ENTRY, JIT_LEFT_BY, JIT_MODULE, JIT_MODULES, JIT_NODE, JIT_NODES,
  JIT_RELEASED, JIT_RELEASED_COUNT, JIT_RELEASED_MOST, JIT_STALE, PAGE_HOST, PAGE_REC, PAGE_VA, PC,
} from '../generated/layout';
import { OP_TRANSLATED } from '../generated/decode';
import { linearOfFrame } from '../vmm/frames';

/** Execution goes on at PC, in the page and without a check of the budget. */
export const LEFT_WITHIN: u32 = 0;
/** A transfer to PC, out of the page, is under way: fetch, then check the budget. */
export const LEFT_FOR: u32 = 1;
/** The budget is spent or STOP is set: the run loop is next. */
export const LEFT_OFF: u32 = 2;
/** A transfer inside the page was made: check the budget. */
export const LEFT_NEAR: u32 = 3;
/** Of JIT_LEFT_BY; its higher bits tell the cause. */
export const LEFT_MASK: u32 = 3;

@inline function entryAt(number: u32): u32 {
  return load<u32>(JIT_ENTRIES) + number * JIT_ENTRY;
}

/**
 * Runs translated code from the record at `ip`, which is at `pc`, with `n` instructions left. Returns what is left then;
 * PC, JIT_LEFT_BY and the fetch unit's page are written.
 */
export function callTranslated(ip: u32, pc: u64, n: i64): i64 {
  store<u32>(JIT_STALE, 0);
  const left = call_indirect<i64>(load<u32>(entryAt(load<u32>(ip, 8))), n, pc & ~0xfff);
  const records = load<u32>(PAGE_REC);
  const slot = (records - load<u32>(CODE_BASE)) / CODE_PAGE;
  store<u64>(DELTA, load<u64>(PAGE_VA) - <u64>(records >> 3));
  store<u32>(PAGE_HOST, linearOfFrame(load<u32>(load<u32>(CODE_FRAMES) + (slot << 2))));
  return left;
}

/** The record at PC, which is in the fetch unit's page. */
@inline export function recordHere(): u32 {
  return load<u32>(PAGE_REC) + (((<u32>load<u64>(PC)) & 0xffe) << 3);
}

@inline function restore(number: u32): void {
  const entry = entryAt(number);
  const record = load<u32>(entry, 4);
  if (load<u16>(record) != <u16>OP_TRANSLATED || load<u32>(record, 8) != number) return;
  store<u16>(record, load<u16>(entry, 12));
  store<i32>(record, load<i32>(entry, 8), 8);
}

/**
 * Translated code did nothing for the record at `ip`, if there is any: the interpreter has to. The record is itself until
 * `rearm`. (Beyond JIT_RELEASED_MOST for good: the translator takes it for gone.)
 */
export function release(ip: u32): void {
  if (load<u16>(ip) != <u16>OP_TRANSLATED) return;
  const number = load<u32>(ip, 8);
  restore(number);
  const n = load<u32>(JIT_RELEASED_COUNT);
  if (n >= JIT_RELEASED_MOST) return;
  store<u32>(load<u32>(JIT_RELEASED) + (n << 2), number);
  store<u32>(JIT_RELEASED_COUNT, n + 1);
}

/** Gives released entries of modules that stand their translations back. */
export function rearm(): void {
  const n = load<u32>(JIT_RELEASED_COUNT);
  for (let i: u32 = 0; i < n; i++) {
    const number = load<u32>(load<u32>(JIT_RELEASED) + (i << 2));
    const entry = entryAt(number);
    const record = load<u32>(entry, 4);
    if (!load<u32>(load<u32>(JIT_MODULES) + load<u16>(entry, 14) * JIT_MODULE, 8)) continue;
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
