// SFENCE.VMA as the guest means it, by strategy: on the hardware's own entries, or by way of the shadow.
import {
  FLUSH_SFENCE_ALL, FLUSH_SFENCE_ASID, FLUSH_SFENCE_VA, FLUSH_SFENCE_VA_ASID, HART, STRATEGY, STRATEGY_BARE, STRATEGY_SHADOW,
} from '../generated/layout';
import { borrowModel, returnModel } from '../harts/model';
import { shadowFence } from '../vmm/shadow-sync';
import { takeRootsDropped } from '../vmm/shadow-pages';
import { dropWalkCaches } from './caches';
import { refreshContext, tagOf } from './context';
import { MATCH_ALL, MATCH_ASID, MATCH_VA, MATCH_VMID, invalidateTlbs } from './model';

/** Fences a page or everything, of one address space or of all, on the running hart (privileged specification 12.2.1). */
export function fenceGuest(va: u64, asid: u32, hasVa: bool, hasAsid: bool): void {
  fenceHart(load<u32>(HART), va, asid, hasVa, hasAsid);
}

/** The same on any hart. */
export function fenceHart(hart: u32, va: u64, asid: u32, hasVa: bool, hasAsid: bool): void {
  const strategy = load<u32>(STRATEGY);
  if (strategy == STRATEGY_SHADOW) {
    shadowFence(hart, va, asid, hasVa, hasAsid);
    if (takeRootsDropped()) refreshContext();
    return;
  }
  const tag = tagOf(asid);
  const cause = hasVa ? (hasAsid ? FLUSH_SFENCE_VA_ASID : FLUSH_SFENCE_VA) : hasAsid ? FLUSH_SFENCE_ASID : FLUSH_SFENCE_ALL;
  let how = strategy == STRATEGY_BARE ? MATCH_ALL : MATCH_VMID;
  if (hasVa) how |= MATCH_VA;
  if (hasAsid) how |= MATCH_ASID;
  borrowModel(hart);
  invalidateTlbs(cause, how, va, tag);
  dropWalkCaches(hasAsid && !hasVa, tag);
  returnModel(hart);
}
