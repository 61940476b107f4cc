// Keeping the shadow in step with the guest's tables: stores the VMM saw, fences, and tables that were let go.
import {
  C_SHADOW_FLOODS, C_SHADOW_SYNCS, FLUSH_SFENCE_ALL, FLUSH_SFENCE_ASID, FLUSH_SFENCE_VA, FLUSH_SFENCE_VA_ASID, HARTS, RAM_START, SATP,
  SHADOW_FLOOD, SHADOW_UNSYNC_LIST,
} from '../generated/layout';
import { count } from '../counters';
import { MATCH_VA, MATCH_VMID, invalidateTlbs } from '../mmu/model';
import { dropWalkCaches } from '../mmu/caches';
import { hartAt } from '../harts/block';
import { borrowModel, returnModel } from '../harts/model';
import { satpLevels } from '../mmu/privilege';
import { PPN_MASK, PTE_A, PTE_N, PTE_R, PTE_RESERVED, PTE_V, PTE_W, PTE_X } from '../mmu/pte';
import { frameOf, guestPageIfAny, hostPhysical } from './frames';
import { vmWork } from './exit';
import { visitedTable, walkGuest, walkWork } from './guest-walk';
import { VMID, guestTable, isIdle, levelOf, pointersFenced, protect, recordOf, roleOf, unshadow, zapEntry } from './shadow-pages';
import { grants } from './shadow-roles';

/** The guest stored into a table it shadows (after the store): the entries it changed are dropped. */
export function shadowWritten(linear: u32, size: u32): void {
  const record = frameOf(linear & ~0xfff);
  const first = (linear & 0xfff) & ~7;
  const last = ((linear & 0xfff) + size - 1) & ~7;
  let flood = false;
  let idle = true;
  for (let page = load<u32>(record, 8); page; page = load<u32>(recordOf(page), 12)) {
    for (let i = first; i <= last; i += 8) {
      zapEntry(page + i);
      vmWork(1);
    }
    if (!isIdle(page)) idle = false;
    const writes = load<u32>(recordOf(page), 20) + 1;
    store<u32>(recordOf(page), writes, 20);
    const limit = load<u32>(SHADOW_FLOOD);
    if (limit && writes >= limit) flood = true;
  }
  if (flood) count(C_SHADOW_FLOODS);
  if (flood || idle) unshadow(record);
}

/** A store that can't be followed entry by entry (an atomic) goes to a guest table: it stops being one. */
export function shadowUnshadow(linear: u32): void {
  unshadow(frameOf(linear & ~0xfff));
}

/** Drops the entries of one shadow page that the guest's table no longer grants. */
function syncEntry(page: u32, table: u32, index: u32): void {
  const entry = page + (index << 3);
  const value = load<u64>(entry);
  if (!value) return;
  const guest = load<u64>(table + (index << 3));
  vmWork(1);
  let ppn = (guest >> 10) & PPN_MASK;
  let valid = (guest & (PTE_V | PTE_A)) == (PTE_V | PTE_A) && !(guest & PTE_RESERVED) && (guest & (PTE_R | PTE_W)) != PTE_W;
  if (guest & PTE_N) {
    if ((ppn & 15) != 8) valid = false;
    ppn = (ppn & ~15) | (index & 15);
  }
  const linear = valid ? guestPageIfAny(ppn << 12) : 0;
  const same = linear != 0 && (hostPhysical(linear) >> 12) == value >> 10;
  if (!same || value & (PTE_R | PTE_W | PTE_X) & ~grants(guest, roleOf(page))) zapEntry(entry);
}

/** Compares a whole page that is out of step; it stays so. */
export function syncPage(page: u32): void {
  const table = guestTable(page);
  for (let i: u32 = 0; i < 512; i++) syncEntry(page, table, i);
  count(C_SHADOW_SYNCS);
}

/** Brings every page that is out of step back in step and protects its guest table again. */
export function syncAll(): void {
  for (let page = load<u32>(SHADOW_UNSYNC_LIST); page; page = load<u32>(SHADOW_UNSYNC_LIST)) {
    const r = recordOf(page);
    store<u32>(SHADOW_UNSYNC_LIST, load<u32>(r, 28));
    store<u32>(r, 0, 24);
    syncPage(page);
    const gpa = RAM_START + (<u64>(load<u32>(r) - 1) << 12);
    protect(frameOf(guestTable(page)), gpa);
  }
}

/** A hart's SFENCE.VMA, emulated: tables come in step as far as the fence reaches, then the hart's TLB is fenced. */
export function shadowFence(hart: u32, va: u64, asid: u32, hasVa: bool, hasAsid: bool): void {
  const satp = load<u64>(hartAt(hart) + SATP);
  const levels = satpLevels(satp);
  const current = hasAsid && asid == (<u32>(satp >> 44) & 0xffff);
  if (load<u32>(SHADOW_UNSYNC_LIST)) {
    if (hasVa && current && levels && !hartAt(hart)) syncOne(va, levels);
    else syncAll();
  }
  const cause = hasVa ? (hasAsid ? FLUSH_SFENCE_VA_ASID : FLUSH_SFENCE_VA) : hasAsid ? FLUSH_SFENCE_ASID : FLUSH_SFENCE_ALL;
  borrowModel(hart);
  invalidateTlbs(cause, hasVa ? MATCH_VA | MATCH_VMID : MATCH_VMID, va, VMID);
  dropWalkCaches(false, VMID);
  returnModel(hart);
  // Other harts' walk caches may still lead by the old way.
  if (load<u32>(HARTS) == 1) pointersFenced();
}

/** A fence of one page in the current address space: only its entry, in every role; the table stays out of step. */
function syncOne(va: u64, levels: u32): void {
  walkGuest(va, levels);
  vmWork(walkWork);
  const gpa = visitedTable(0);
  if (!gpa) return;
  const linear = guestPageIfAny(gpa);
  const index = <u32>(va >> 12) & 511;
  for (let page = load<u32>(frameOf(linear), 8); page; page = load<u32>(recordOf(page), 12)) {
    if (levelOf(page) == 0) syncEntry(page, linear, index);
  }
}
