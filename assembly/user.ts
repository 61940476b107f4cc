// The machine as a kernel outside the core sees it: it writes page tables and registers itself and runs user mode; every
// exception of user mode leaves `run` (cell USER_TRAPS).
import { BURST_END, INSTRET, MSTATUS, PRIV, RESERVATION, SATP, TRACE, TRACE_SWITCH } from './generated/layout';
import { MSTATUS_FS } from './generated/csr';
import { refreshContext } from './mmu/context';
import { fenceGuest } from './mmu/fence';
import { trace } from './trace';
import { PRIV_U } from './mmu/privilege';
import { codeWritten } from './cpu/fetch';
import { forgetSlice, run } from './cpu/run';

/** Goes on in another address space, or as another task of the same one. */
export function enterUser(satp: u64): void {
  forgetSlice();
  store<u64>(RESERVATION, 0);
  store<u64>(SATP, satp);
  if (load<u32>(TRACE)) trace(TRACE_SWITCH, 0, satp);
  store<u64>(MSTATUS, load<u64>(MSTATUS) | MSTATUS_FS);
  store<u32>(PRIV, PRIV_U);
  refreshContext();
}

/** A table entry was taken away or narrowed: SFENCE.VMA of one page, or of everything. */
export function fenceUser(va: u64, hasVa: bool): void {
  fenceGuest(va, 0, hasVa, false);
}

/** The kernel wrote to a page: what was decoded of it is void. */
export function wroteCode(page: u32): void {
  codeWritten(page, 4096);
}

let limit: u64 = 0;

/** Runs user mode for about `budget` instructions, or to its next exception. A burst goes on with the budget it had. */
export function runUser(budget: u32): u32 {
  if (!load<u64>(BURST_END)) limit = load<u64>(INSTRET) + budget;
  return run(limit);
}
