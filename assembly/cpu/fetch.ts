// Instruction fetch: from pc to the decoded records of its page.
//
// Each host frame that is executed has 2,048 records of 16 bytes, one a halfword, decoded when first reached. Records
// belong to the physical page, so every mapping of it shares them; a store into the page clears what it touched, and the
// change is seen by the next instruction.
import {
  BLANK_PAGE, CODE_BASE, CODE_FRAMES, CODE_NEXT, CODE_PAGE, CODE_PAGES, CODE_TRANSLATED, C_CODE_DECODED, C_CODE_REWRITTEN, DELTA, FAST_OFF,
  PAGE_HOST, PAGE_KEPT, PAGE_REC, PAGE_VA, PC, PRIV, SCRATCH, TLB_FETCH, FETCH_TLB_MASK, TRAP_FETCH_ACCESS, WITHIN, BREAKS,
} from '../generated/layout';
import { OP_HALT, OP_PAGE_END, decode } from '../generated/decode';
import { count } from '../counters';
import { dropFastFetches, dropFastWrites, fillFetch } from '../mmu/fast';
import { countFetchPage, fetchCacheable, resolveFetch } from '../mmu/translate';
import { PMP_MIXED, PMP_X, pmpRange } from '../mmu/pmp';
import { PRIV_M } from '../mmu/privilege';
import { frameOf, guestPhysical } from '../vmm/frames';
import { armStep, haltsAt, isStepping, plantBreakpoints } from './halt';
import { joinAround, splitBefore } from './pairs';
import { halt, raise } from './raise';
import { dropTranslations } from './translated';

const PAGE_END_AT: u32 = 4096 << 3;

/**
 * The record of the instruction at `pc`; sets DELTA so that pc = DELTA + (record >> 3). 0: a fault was raised, with
 * PC at the target.
 */
export function fetch(pc: u64): u32 {
  const page = load<u64>(PAGE_VA);
  // PAGE_KEPT is cleared when the translation of the page may have changed; the interpreter finishes its block on it.
  if (load<u32>(PAGE_KEPT) && (pc ^ page) < 4096) {
    const records = load<u32>(PAGE_REC);
    store<u64>(DELTA, page - <u64>(records >> 3));
    return records + (((<u32>pc) & 0xffe) << 3);
  }
  return fetchPage(pc);
}

/**
 * The record to begin with at PC. After a burst that ended for no reason of the guest's (WITHIN) execution goes on in its
 * page without asking whether its translation still stands, as it would have without the break.
 */
export function enter(): u32 {
  const ip = reenter();
  if (ip && isStepping()) armStep(ip);
  return ip;
}

@inline function reenter(): u32 {
  const pc = load<u64>(PC);
  if (load<u32>(WITHIN)) {
    store<u32>(WITHIN, 0);
    const page = load<u64>(PAGE_VA);
    const records = load<u32>(PAGE_REC);
    if ((pc ^ page) < 4096 && load<u64>(DELTA) == page - <u64>(records >> 3)) return records + (((<u32>pc) & 0xffe) << 3);
  }
  return fetch(pc);
}

/** The fetch unit moves to another page. */
function fetchPage(pc: u64): u32 {
  countFetchPage();
  const slot = <u32>(pc >> 8) & FETCH_TLB_MASK;
  let records: u32;
  let page: u32;
  if ((load<u64>(TLB_FETCH + slot) ^ pc) < 4096) {
    page = load<u32>(TLB_FETCH + slot + 8);
    records = load<u32>(TLB_FETCH + slot + 12);
  } else {
    const linear = resolveFetch(pc);
    if (!linear) {
      store<u64>(PC, pc);
      return 0;
    }
    page = linear & ~0xfff;
    if (!fetchCacheable()) {
      records = <u32>BLANK_PAGE;
    } else {
      records = recordsOf(page);
      if (load<u32>(BREAKS)) plantBreakpoints(pc & ~0xfff, records);
      if (!load<u32>(FAST_OFF)) fillFetch(pc, page, records);
    }
  }
  const base = pc & ~0xfff;
  store<u64>(PAGE_VA, base);
  store<u32>(PAGE_REC, records);
  store<u32>(PAGE_KEPT, 1);
  store<u32>(PAGE_HOST, page);
  store<u64>(DELTA, base - <u64>(records >> 3));
  return records + (((<u32>pc) & 0xffe) << 3);
}

/** Translated code goes on in another page, which the fast TLB has: what the fetch unit counts and remembers of that. */
export function movePage(): void {
  countFetchPage();
  store<u32>(PAGE_KEPT, 1);
}

/** The decoded records of a host page, making room for them if it has none. */
function recordsOf(page: u32): u32 {
  const frame = frameOf(page);
  let slot: u32 = load<u16>(frame);
  if (slot) return load<u32>(CODE_BASE) + (slot - 1) * CODE_PAGE;
  slot = load<u32>(CODE_NEXT);
  store<u32>(CODE_NEXT, slot + 1 == load<u32>(CODE_PAGES) ? 0 : slot + 1);
  const owner = load<u32>(CODE_FRAMES) + (slot << 2);
  const evicted = load<u32>(owner);
  if (evicted) {
    store<u16>(evicted, 0);
    dropFastFetches();
  }
  store<u32>(owner, frame);
  store<u16>(frame, <u16>(slot + 1));
  // Stores to this frame have to be seen from now on, through whichever address.
  dropFastWrites();
  const records = load<u32>(CODE_BASE) + slot * CODE_PAGE;
  if (load<u32>(records, CODE_TRANSLATED)) dropTranslations(records);
  memory.fill(records, 0, CODE_PAGE);
  store<u16>(records + PAGE_END_AT, <u16>OP_PAGE_END);
  return records;
}

/**
 * Decodes the record at `ip` and returns where to go on: the same record, or a scratch record for an instruction that
 * must be looked at anew each time, because it straddles two pages or PMP differs inside its page. On a fault STOP is set
 * and `ip` comes back.
 */
export function decodeAt(ip: u32): u32 {
  const off = (ip - load<u32>(PAGE_REC)) >> 3;
  const at = load<u32>(PAGE_HOST) + off;
  const low: u32 = load<u16>(at);
  const full = (low & 3) == 3;
  const straddles = full && off == 0xffe;
  // What is decoded anew each time can't be marked.
  if (load<u32>(BREAKS) && load<u32>(PAGE_REC) == <u32>BLANK_PAGE && haltsAt(load<u64>(DELTA) + <u64>(ip >> 3))) {
    halt();
    return ip;
  }
  count(C_CODE_DECODED);
  if (!straddles && load<u32>(PAGE_REC) != <u32>BLANK_PAGE) {
    decode(ip, off, full ? load<u32>(at) : low);
    // The debugger halts at single instructions.
    if (!load<u32>(BREAKS) && !isStepping()) joinAround(ip, off);
    return ip;
  }
  const delta = load<u64>(DELTA);
  const pc = delta + <u64>(ip >> 3);
  if (load<u32>(PAGE_REC) == <u32>BLANK_PAGE && !mayFetch(at, full && !straddles ? 4 : 2, pc)) return ip;
  let word = low;
  if (straddles) {
    if (!fetchPage(pc + 2)) {
      // The instruction is at fault, its second half is what could not be fetched.
      store<u64>(DELTA, delta);
      return ip;
    }
    word |= <u32>load<u16>(load<u32>(PAGE_HOST)) << 16;
  } else if (full) {
    word = load<u32>(at);
  }
  // An offset beyond every page makes each transfer a far one.
  decode(<u32>SCRATCH, OUTSIDE, word);
  store<u16>(SCRATCH + 16, <u16>OP_PAGE_END);
  store<u16>(SCRATCH + 32, <u16>OP_PAGE_END);
  store<u64>(DELTA, pc - <u64>(SCRATCH >> 3));
  return <u32>SCRATCH;
}

const OUTSIDE: u32 = 0x4000_0000;

/** PMP of one instruction; raises where it may not be executed. */
function mayFetch(at: u32, size: u32, pc: u64): bool {
  const pmp = pmpRange(guestPhysical(at), size, load<u32>(PRIV) == PRIV_M);
  if (pmp != PMP_MIXED && pmp & PMP_X) return true;
  raise(TRAP_FETCH_ACCESS, pc);
  return false;
}

/** A store went into a frame with decoded code: forget the records it touched, and of the instruction that may reach in. */
export function codeWritten(linear: u32, size: u32): void {
  const slot: u32 = load<u16>(frameOf(linear & ~0xfff));
  if (!slot) return;
  count(C_CODE_REWRITTEN);
  const records = load<u32>(CODE_BASE) + (slot - 1) * CODE_PAGE;
  if (load<u32>(records, CODE_TRANSLATED)) dropTranslations(records);
  const off = linear & 0xfff;
  const first = (off & 0xffe) >= 2 ? (off & 0xffe) - 2 : 0;
  splitBefore(records + (first << 3), first);
  for (let o = first; o < off + size && o < 4096; o += 2) {
    const record = records + (o << 3);
    store<u16>(record, load<u16>(record) & <u16>OP_HALT);
  }
}
