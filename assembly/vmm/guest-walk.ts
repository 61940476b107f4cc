// The VMM's own walk of the guest's table, in software: what the guest means by an address, under shadow paging.
import { AD_FAULT, SATP } from '../generated/layout';
import { satpRoot } from '../mmu/privilege';
import { PMP_R, PMP_W, pmpAllows } from '../mmu/pmp';
import {
  ACCESS_WRITE, PPN_MASK, PTE_A, PTE_D, PTE_N, PTE_R, PTE_RESERVED, PTE_U, PTE_V, PTE_W, PTE_X, permitted,
} from '../mmu/pte';
import { guestPage } from './frames';

/** Verdicts: the leaf stands in the `leaf*` variables, or the guest has to see a page fault, or an access fault. */
export const GUEST_LEAF: u32 = 0;
export const GUEST_PAGE_FAULT: u32 = 1;
export const GUEST_ACCESS_FAULT: u32 = 2;

/** The leaf found last: its entry, its level, the guest-physical 4 KiB page it gives the address. */
export let leafEntry: u64 = 0;
export let leafLevel: u32 = 0;
export let leafPage: u64 = 0;
/** The walk set the D bit of a page that was accessed before. */
export let leafWasClean: bool = false;
/** Entries read and written by the walk. */
export let walkWork: u64 = 0;

let leafAddress: u32 = 0;
let leafAddressGuest: u64 = 0;
const LEVELS_MAX: i32 = 5;
const tables: usize = memory.data(LEVELS_MAX * 8);

/** Guest-physical address of the table the last walk visited at a level; 0 if it did not get there. */
@inline export function visitedTable(level: u32): u64 {
  return load<u64>(tables + (level << 3));
}

/** Walks the guest's table to the leaf of an address, whoever may use it. */
export function walkGuest(va: u64, levels: u32): u32 {
  walkWork = 0;
  memory.fill(tables, 0, LEVELS_MAX * 8);
  let gpa = satpRoot(load<u64>(SATP));
  const unused = 64 - (12 + 9 * levels);
  if (<u64>((<i64>(va << unused)) >> unused) != va) return GUEST_PAGE_FAULT;
  for (let level = levels - 1; ; level--) {
    const table = guestPage(gpa);
    if (!table) return GUEST_ACCESS_FAULT;
    const offset = (<u32>(va >> (12 + 9 * level)) & 511) << 3;
    if (!pmpAllows(gpa + offset, PMP_R)) return GUEST_ACCESS_FAULT;
    store<u64>(tables + (level << 3), gpa);
    const at = table + offset;
    const entry = load<u64>(at);
    walkWork++;
    if (!(entry & PTE_V) || (entry & (PTE_R | PTE_W)) == PTE_W || entry & PTE_RESERVED) return GUEST_PAGE_FAULT;
    let ppn = (entry >> 10) & PPN_MASK;
    if (!(entry & (PTE_R | PTE_W | PTE_X))) {
      if (level == 0 || entry & (PTE_D | PTE_A | PTE_U | PTE_N)) return GUEST_PAGE_FAULT;
      gpa = ppn << 12;
      continue;
    }
    if (level && ppn & ((1 << (9 * level)) - 1)) return GUEST_PAGE_FAULT;
    if (entry & PTE_N) {
      if (level || (ppn & 15) != 8) return GUEST_PAGE_FAULT;
      ppn = (ppn & ~15) | ((va >> 12) & 15);
    }
    leafEntry = entry;
    leafAddress = at;
    leafAddressGuest = gpa + offset;
    leafLevel = level;
    leafPage = (ppn << 12) | (va & (((<u64>4096) << (9 * level)) - 1) & ~0xfff);
    return GUEST_LEAF;
  }
}

/**
 * The leaf for an access at a privilege, with the A and D bits set in the guest's table as the walker would set them on
 * the bare machine.
 */
export function translateGuest(va: u64, access: u32, priv: u32, levels: u32): u32 {
  leafWasClean = false;
  const verdict = walkGuest(va, levels);
  if (verdict) return verdict;
  if (!permitted(<u32>leafEntry, access, priv)) return GUEST_PAGE_FAULT;
  const need = access == ACCESS_WRITE ? PTE_A | PTE_D : PTE_A;
  if ((leafEntry & need) == need) return GUEST_LEAF;
  if (load<u32>(AD_FAULT)) return GUEST_PAGE_FAULT;
  if (!pmpAllows(leafAddressGuest, PMP_W)) return GUEST_ACCESS_FAULT;
  leafWasClean = access == ACCESS_WRITE && (leafEntry & PTE_A) != 0;
  leafEntry |= need;
  store<u64>(leafAddress, leafEntry);
  walkWork++;
  return GUEST_LEAF;
}

/** With the guest's paging off every address is its own leaf, as large as can be. */
export function physicalLeaf(gpa: u64): u32 {
  walkWork = 0;
  leafWasClean = false;
  if (gpa >> 38) return GUEST_ACCESS_FAULT;
  leafEntry = PTE_V | PTE_R | PTE_W | PTE_X | PTE_A | PTE_D;
  leafLevel = 2;
  leafPage = gpa & ~0xfff;
  return GUEST_LEAF;
}
