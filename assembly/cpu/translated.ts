// Translated code as the interpreter meets it. An entry point is a decoded record whose op is OP_TRANSLATED and whose
// immediate is the number of an entry; the entry keeps what the record held before. So a page that loses its records
// loses its translations, and nothing has to be looked up to find one.
import { CODE_TRANSLATED, JIT_ENTRIES, JIT_ENTRY, JIT_LEFT_BY, JIT_STALE } from '../generated/layout';
import { OP_TRANSLATED } from '../generated/decode';

/** Execution goes on at PC, in the page and without a check of the budget. */
export const LEFT_WITHIN: u32 = 0;
/** A transfer to PC is under way: fetch, then check the budget. */
export const LEFT_FOR: u32 = 1;
/** The budget is spent or STOP is set: the run loop is next. */
export const LEFT_OFF: u32 = 2;

/**
 * Runs translated code from the record at `ip`, which is at `pc`, with `n` instructions left. Returns what is left then;
 * PC and JIT_LEFT_BY are written.
 */
@inline export function callTranslated(ip: u32, pc: u64, n: i64): i64 {
  const entry = load<u32>(JIT_ENTRIES) + load<u32>(ip, 8) * JIT_ENTRY;
  store<u32>(JIT_STALE, 0);
  store<u32>(JIT_LEFT_BY, LEFT_WITHIN);
  return call_indirect<i64>(load<u32>(entry), n, pc & ~0xfff, load<u32>(entry, 4));
}

/** Gives all entry points of a decoded page their records back. Translated code that runs leaves after its store. */
export function dropTranslations(records: u32): void {
  let next = load<u32>(records, CODE_TRANSLATED);
  store<u32>(records, 0, CODE_TRANSLATED);
  store<u32>(JIT_STALE, 1);
  while (next) {
    const number = next - 1;
    const entry = load<u32>(JIT_ENTRIES) + number * JIT_ENTRY;
    const record = load<u32>(entry, 8);
    if (load<u16>(record) == OP_TRANSLATED && load<u32>(record, 8) == number) {
      store<u16>(record, load<u16>(entry, 20));
      store<i32>(record, load<i32>(entry, 16), 8);
    }
    next = load<u32>(entry, 12);
  }
}
