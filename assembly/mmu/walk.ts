// The hardware page-table walker, one stage or two, on real tables (privileged specification 12.3, 12.4 and 18.5).
// It counts each reference by guest level, host level and what served it, and sets A and D bits.
import {
  C_WALK_COUNT, C_WALK_FAULTS, C_WALK_REFERENCES, C_WALK_A_WRITES, C_WALK_D_WRITES, C_PWC_HITS, C_PWC_MISSES, C_NTLB_HITS,
  C_NTLB_MISSES, C_WALK_MATRIX, WALK_LEVELS, SERVED_KINDS, SERVED_WALK_CACHE, SERVED_NESTED_TLB, AD_FAULT,
  PMP_ACTIVE, RAM_SIZE, RAM_START, VMM_ROOT, HOST_LEVELS,
} from '../generated/layout';
import { count } from '../counters';
import { hostLinear, isGuestRam } from '../vmm/frames';
import { gstageFault, gstageIndex } from '../vmm/gstage';
import { ENTRY_DEVICE, ENTRY_LEVEL_SHIFT, ENTRY_MIXED, ENTRY_PMP_SHIFT } from './model';
import { HOST_KIND, NESTED_TLB, cacheTable, cachedTable, servedBy } from './caches';
import {
  ACCESS_WRITE, PPN_MASK, PTE_A, PTE_D, PTE_N, PTE_R, PTE_RESERVED, PTE_U, PTE_V, PTE_W, PTE_X, permitted,
} from './pte';
import { ACTIVE_MACHINE, ACTIVE_USER, PMP_ALL, PMP_MIXED, PMP_R, PMP_W, pmpAllows, pmpRange } from './pmp';

/** How the hardware translates: not at all, through one table of host addresses, or through two. */
export const MODE_PHYSICAL: u32 = 0;
export const MODE_ONE_STAGE: u32 = 1;
export const MODE_NESTED: u32 = 2;
/** One stage, the VMM's shadow table: entries are its own, so A and D are never written and a fault is an exit. */
export const MODE_SHADOW: u32 = 3;

export const WALK_OK: u32 = 0;
export const WALK_PAGE_FAULT: u32 = 1;
export const WALK_ACCESS_FAULT: u32 = 2;

/** What a walk found: linear address (RAM) or physical address (device) of the page, and the flags of a TLB entry. */
export let walkTarget: u64 = 0;
export let walkFlags: u32 = 0;

@inline function reference(g: u32, h: u32, linear: u32): void {
  count(C_WALK_REFERENCES);
  tally(g, h, servedBy(linear));
}

@inline function tally(g: u32, h: u32, served: u32): void {
  count(C_WALK_MATRIX + (((g * WALK_LEVELS + h) * SERVED_KINDS + served) << 3));
}

let hostLevel: u32 = 0;

/**
 * Second stage: linear address of the host page behind a guest-physical address, or 0 for a device. `g` says for which
 * guest entry (0: for the data). Faults on guest RAM are exits the VMM solves at once.
 */
function secondStage(gpa: u64, g: u32, vmid: u32): u32 {
  const levels = load<u32>(HOST_LEVELS);
  for (;;) {
    let table = load<u32>(VMM_ROOT);
    let level = levels - 1;
    for (let l: u32 = 1; l < levels; l++) {
      const cached = cachedTable(HOST_KIND + l, gpa >> (12 + 9 * l), vmid);
      if (!cached) continue;
      table = cached;
      level = l - 1;
      tally(g, l + 1, SERVED_WALK_CACHE);
      break;
    }
    for (;;) {
      const pte = table + gstageIndex(gpa, level) * 8;
      reference(g, level + 1, pte);
      const entry = load<u64>(pte);
      if (!(entry & PTE_V)) break;
      const next = hostLinear(((entry >> 10) & PPN_MASK) << 12);
      if (entry & (PTE_R | PTE_W | PTE_X)) {
        hostLevel = level;
        return next + (<u32>gpa & <u32>(((<u64>4096) << (9 * level)) - 1) & ~0xfff);
      }
      cacheTable(HOST_KIND + level, gpa >> (12 + 9 * level), vmid, next);
      table = next;
      level--;
    }
    if (!isGuestRam(gpa)) return 0;
    gstageFault(gpa);
  }
  return 0;
}

/** Linear address of the table page at an address of the guest's (nested: through the second stage), or 0. */
@inline function tableAt(at: u64, mode: u32, g: u32, vmid: u32): u32 {
  if (mode != MODE_NESTED) return hostLinear(at);
  const cached = cachedTable(NESTED_TLB, at >> 12, vmid);
  if (cached) {
    count(C_NTLB_HITS);
    tally(g, 1, SERVED_NESTED_TLB);
    return cached;
  }
  count(C_NTLB_MISSES);
  const linear = secondStage(at, g, vmid);
  if (linear) cacheTable(NESTED_TLB, at >> 12, vmid, linear);
  return linear;
}

/** Joins a page with what PMP says of it; `gpa` is the page's address as PMP sees it. */
@inline function withPmp(flags: u32, gpa: u64, level: u32): u32 {
  if (!(load<u32>(PMP_ACTIVE) & ACTIVE_USER)) return flags | (PMP_ALL << ENTRY_PMP_SHIFT);
  const size = (<u64>4096) << (9 * level);
  const pmp = pmpRange(gpa & ~(size - 1), size, false);
  return pmp == PMP_MIXED ? flags | ENTRY_MIXED : flags | (pmp << ENTRY_PMP_SHIFT);
}

/** Whether PMP lets the walker read and write a whole table: only such ones are cached, as a hit asks no more. */
@inline function pmpLeavesTable(gpa: u64): bool {
  if (!(load<u32>(PMP_ACTIVE) & ACTIVE_USER)) return true;
  const need = PMP_R | PMP_W;
  return (pmpRange(gpa, 4096, false) & (need | PMP_MIXED)) == need;
}

/**
 * Walks for one access. `root` is the guest's (nested), the machine's or the shadow's root table address; `levels` = 0
 * means the first stage is off. On WALK_OK `walkTarget` and `walkFlags` describe the page.
 */
export function walk(va: u64, access: u32, priv: u32, mode: u32, root: u64, levels: u32, tag: u32): u32 {
  count(C_WALK_COUNT);
  if (levels == 0) return finishPhysical(va, priv, tag);
  const unused = 64 - (12 + 9 * levels);
  if (<u64>((<i64>(va << unused)) >> unused) != va) return fault();
  const vmid = tag & 0xffff_0000;
  let level = levels - 1;
  let table: u32 = 0;
  // Guest-physical address of the table, for PMP; unknown (0) below a walk-cache hit: see pmpLeavesTable.
  let tableGpa: u64 = 0;
  for (let l: u32 = 1; l < levels; l++) {
    const cached = cachedTable(l, va >> (12 + 9 * l), tag);
    if (!cached) continue;
    table = cached;
    level = l - 1;
    count(C_PWC_HITS);
    tally(l + 1, 0, SERVED_WALK_CACHE);
    break;
  }
  if (!table) {
    count(C_PWC_MISSES);
    tableGpa = root;
    table = tableAt(root, mode, levels, vmid);
    if (!table) return accessFault();
  }
  for (;;) {
    const index = <u32>(va >> (12 + 9 * level)) & 511;
    const pte = table + (index << 3);
    if (tableGpa && mode != MODE_SHADOW && !pmpAllows(tableGpa + (index << 3), PMP_R)) return accessFault();
    reference(level + 1, 0, pte);
    let entry = load<u64>(pte);
    if (!(entry & PTE_V) || (entry & (PTE_R | PTE_W)) == PTE_W || entry & PTE_RESERVED) return fault();
    if (!(entry & (PTE_R | PTE_W | PTE_X))) {
      if (level == 0 || entry & (PTE_D | PTE_A | PTE_U | PTE_N)) return fault();
      tableGpa = ((entry >> 10) & PPN_MASK) << 12;
      table = tableAt(tableGpa, mode, level, vmid);
      if (!table) return accessFault();
      if (mode == MODE_SHADOW || pmpLeavesTable(tableGpa)) cacheTable(level, va >> (12 + 9 * level), tag, table);
      level--;
      continue;
    }
    let ppn = (entry >> 10) & PPN_MASK;
    if (level && ppn & ((1 << (9 * level)) - 1)) return fault();
    if (entry & PTE_N) {
      // Svnapot: 64 KiB, encoded by the low bits 1000; modelled as sixteen entries of 4 KiB.
      if (level || (ppn & 15) != 8) return fault();
      ppn = (ppn & ~15) | ((va >> 12) & 15);
    }
    if (!permitted(<u32>entry, access, priv)) return fault();
    const need = access == ACCESS_WRITE ? PTE_A | PTE_D : PTE_A;
    if ((entry & need) != need) {
      if (mode == MODE_SHADOW || load<u32>(AD_FAULT)) return fault();
      if (tableGpa && !pmpAllows(tableGpa + (index << 3), PMP_W)) return accessFault();
      if (!(entry & PTE_A)) count(C_WALK_A_WRITES);
      if (~entry & need & PTE_D) count(C_WALK_D_WRITES);
      entry |= need;
      store<u64>(pte, entry);
    }
    const mask = ((<u64>4096) << (9 * level)) - 1;
    return finish(va, (ppn << 12) | (va & mask & ~0xfff), <u32>entry & 0xff, level, mode, vmid);
  }
}

/**
 * Whether the superpage around a page is RAM altogether, or not at all. One TLB entry can stand for no other: hardware
 * breaks such a page up likewise.
 */
function isUniform(page: u64, level: u32): bool {
  const size = (<u64>4096) << (9 * level);
  const first = (page & ~(size - 1)) - RAM_START;
  const end = load<u64>(RAM_SIZE);
  if (first < end) return first + size <= end;
  // Below RAM the offset wraps; such a page must end before RAM begins.
  return first + size > first || first + size == 0;
}

/** The leaf was found: `page` is the 4 KiB page's address after the first stage. */
function finish(va: u64, page: u64, bits: u32, level: u32, mode: u32, vmid: u32): u32 {
  let linear: u32;
  if (mode == MODE_NESTED) {
    linear = secondStage(page, 0, vmid);
    if (linear && hostLevel < level) level = hostLevel;
  } else {
    linear = hostLinear(page);
    while (level && !isUniform(page, level)) level--;
  }
  let flags = bits | (level << ENTRY_LEVEL_SHIFT);
  const offset = va & (((<u64>4096) << (9 * level)) - 1) & ~0xfff;
  if (mode == MODE_SHADOW) flags |= PMP_ALL << ENTRY_PMP_SHIFT;
  else flags = withPmp(flags, page, level);
  if (linear) {
    walkTarget = <u64>linear - offset;
  } else {
    flags |= ENTRY_DEVICE;
    walkTarget = page - offset;
  }
  walkFlags = flags;
  return WALK_OK;
}

/** Nested with the guest's own paging off: the second stage alone. */
function finishPhysical(gpa: u64, priv: u32, tag: u32): u32 {
  finish(gpa, gpa & ~0xfff, 0xdf, 2, MODE_NESTED, tag & 0xffff_0000);
  // PMP restrains machine mode only by locked entries, which the slow path checks access by access.
  if (priv == 3) {
    walkFlags = (walkFlags & ~(PMP_ALL << ENTRY_PMP_SHIFT | ENTRY_MIXED)) | (load<u32>(PMP_ACTIVE) & ACTIVE_MACHINE ? ENTRY_MIXED : PMP_ALL << ENTRY_PMP_SHIFT);
  }
  return WALK_OK;
}

@inline function fault(): u32 {
  count(C_WALK_FAULTS);
  return WALK_PAGE_FAULT;
}

@inline function accessFault(): u32 {
  count(C_WALK_FAULTS);
  return WALK_ACCESS_FAULT;
}
