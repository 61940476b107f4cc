// Counter cells: plain memory increments, so that a snapshot is a copy of one block.
import {
  C_DATA_TRANSLATED, C_DATA_UNTRANSLATED, C_TLB_L1D_LOOKUPS, C_INSTRET, C_IDLE, IDLE, DATA_ACCESSES, CTX_TRANSLATING,
} from './generated/layout';
import { ownInstret } from './cpu/time';

@inline export function count(counter: usize): void {
  store<u64>(counter, load<u64>(counter) + 1);
}

@inline export function countBy(counter: usize, by: u64): void {
  store<u64>(counter, load<u64>(counter) + by);
}

/**
 * Books the data accesses gathered since the last booking under the translation regime that was in force. Must run
 * before that regime changes and before counters are read.
 */
export function bookDataAccesses(): void {
  const accesses = load<u64>(DATA_ACCESSES);
  if (!accesses) return;
  store<u64>(DATA_ACCESSES, 0);
  if (load<u32>(CTX_TRANSLATING)) {
    countBy(C_DATA_TRANSLATED, accesses);
    countBy(C_TLB_L1D_LOOKUPS, accesses);
  } else {
    countBy(C_DATA_UNTRANSLATED, accesses);
  }
}

/** Brings every derived counter of the running hart up to date; call before a snapshot. */
export function settleCounters(): void {
  bookDataAccesses();
  store<u64>(C_INSTRET, ownInstret());
}

/** Writes the time skipped into counters that were copied `by` bytes away. */
export function settleIdle(by: usize): void {
  store<u64>(by + C_IDLE, load<u64>(IDLE));
}
