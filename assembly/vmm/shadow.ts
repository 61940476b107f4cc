// Shadow paging: the guest kernel runs deprivileged on tables the VMM composes from the guest's table and its own
// allocation, filled on faults and kept in step with the guest's stores (policy: synchronous, or leaf tables left out of
// step until a fence).
import {
  AD_FAULT, C_SHADOW_FILLS, C_SHADOW_FLOODS, C_SHADOW_ROOT_HITS, C_SHADOW_ROOT_MISSES, C_SHADOW_SYNCS, C_SHADOW_UNSYNCS,
  CTX_PERMS, EXIT_AD_UPDATE, EXIT_HIDDEN_FAULT, EXIT_PTE_WRITE, EXIT_TRUE_FAULT, FLUSH_SFENCE_ALL, FLUSH_SFENCE_ASID,
  FLUSH_SFENCE_VA, FLUSH_SFENCE_VA_ASID, PMP_ACTIVE, PRIV, RAM_START, SATP, SHADOW_CACHED, SHADOW_FLOOD,
  SHADOW_NEXT_ASID, SHADOW_UNSYNC, SHADOW_UNSYNC_LIST, TAGGED, C_FAULT_HIDDEN,
} from '../generated/layout';
import { count } from '../counters';
import { MATCH_VA, MATCH_VMID, invalidateTlbs } from '../mmu/model';
import { dropWalkCaches } from '../mmu/caches';
import { PRIV_M, satpLevels, satpRoot } from '../mmu/privilege';
import { ACTIVE_USER, PMP_MIXED, pmpRange } from '../mmu/pmp';
import {
  ACCESS_FETCH, ACCESS_READ, ACCESS_WRITE, PERM_MXR, PERM_SUM, PPN_MASK, PTE_A, PTE_D, PTE_N, PTE_R, PTE_RESERVED, PTE_U, PTE_V,
  PTE_W, PTE_X, permitted,
} from '../mmu/pte';
import { backingLevel, frameOf, guestPage, guestPageIfAny, hostLinear, hostPhysical, isGuestRam } from './frames';
import { vmExit, vmWork } from './exit';
import {
  DIRECT, VMID, createPage, findPage, guestTable, isIdle, levelOf, markUnsync, protect, recordOf,
  regionOf, roleOf, setChild, setLeaf, unshadow, zapAll, zapEntry,
} from './shadow-pages';

/** What became of a fault in the shadow table. */
export const SHADOW_RETRY: u32 = 0;
/** Emulated: the page behind `shadowTarget` is RAM, but the entry can't say what the access needs. */
export const SHADOW_EMULATED: u32 = 1;
/** Emulated store to a guest table: `shadowWritten` must follow it. */
export const SHADOW_TRACKED: u32 = 2;
/** The access goes to a device at `shadowTarget`. */
export const SHADOW_DEVICE: u32 = 3;
/** The guest has to see a page fault, or an access fault. */
export const SHADOW_FAULT: u32 = 4;
export const SHADOW_ACCESS_FAULT: u32 = 5;

export let shadowTarget: u64 = 0;

// Roles: who looks through a table decides what its leaves may grant.
const ROLE_USER: u32 = 1;
const ROLE_SUM: u32 = 2;
const ROLE_MXR: u32 = 4;
const PRESENT: u64 = PTE_V | PTE_U | PTE_A | PTE_D;
const LEAF: u64 = PTE_R | PTE_W | PTE_X;
/** Hardware ASIDs for roots; when they are used up everything starts afresh. */
const LAST_ASID: u32 = 0xfffe;

function roleFor(priv: u32, perms: u32): u32 {
  const mxr: u32 = perms & PERM_MXR ? ROLE_MXR : 0;
  return mxr | (priv == 0 ? ROLE_USER : perms & PERM_SUM ? ROLE_SUM : 0);
}

/** Kind (level, role, direct) of the root for a guest's state. */
function rootKind(levels: u32, priv: u32, perms: u32): u32 {
  return levels ? (levels - 1) | (roleFor(priv, perms) << 8) : 2 | DIRECT;
}

/**
 * Host-physical address of the shadow root for a guest root (`levels` = 0: guest paging off) and a privilege; made if
 * there is none. A root that is no guest RAM has an empty shadow of the page at the start of RAM's place.
 */
export function shadowRoot(root: u64, levels: u32, priv: u32, perms: u32): u64 {
  const kind = rootKind(levels, priv, perms);
  const gpa = levels ? root : RAM_START;
  if (!isGuestRam(gpa)) return 0;
  if (levels) guestPage(gpa);
  let page = findPage(gpa, kind);
  if (!page) {
    page = createPage(gpa, kind);
    if (!page) {
      zapAll();
      page = createPage(gpa, kind);
    }
    const asid = load<u32>(SHADOW_NEXT_ASID);
    store<u32>(recordOf(page), asid, 32);
    store<u32>(SHADOW_NEXT_ASID, asid + 1);
    if (asid >= LAST_ASID) {
      zapAll();
      return shadowRoot(root, levels, priv, perms);
    }
  }
  return hostPhysical(page);
}

/** The hardware ASID of a shadow root. */
export function shadowTag(root: u64): u32 {
  const page = hostLinear(root);
  return page && load<u32>(TAGGED) ? load<u32>(recordOf(page), 32) : 0;
}

/** The guest switched satp: books whether its root is kept; without kept roots everything is dropped. */
export function shadowSwitch(): void {
  if (!load<u32>(SHADOW_CACHED)) {
    zapAll();
    count(C_SHADOW_ROOT_MISSES);
    return;
  }
  const satp = load<u64>(SATP);
  const levels = satpLevels(satp);
  const root = levels ? satpRoot(satp) : RAM_START;
  count(
    isGuestRam(root) && findPage(root, rootKind(levels, load<u32>(PRIV), load<u32>(CTX_PERMS))) ? C_SHADOW_ROOT_HITS : C_SHADOW_ROOT_MISSES,
  );
}

// The software walk of the guest's table. Its result:
let leafEntry: u64 = 0;
let leafAddress: u32 = 0;
let leafLevel: u32 = 0;
let leafPage: u64 = 0;
let reads: u64 = 0;
// Guest-physical address of the table visited at each level.
const TABLES_MAX: i32 = 5;
const tables: usize = memory.data(TABLES_MAX * 8);

/** Walks the guest's own table. 0: a leaf was found; else SHADOW_FAULT or SHADOW_ACCESS_FAULT. */
function walkGuest(va: u64, levels: u32): u32 {
  let gpa = satpRoot(load<u64>(SATP));
  const unused = 64 - (12 + 9 * levels);
  if (<u64>((<i64>(va << unused)) >> unused) != va) return SHADOW_FAULT;
  for (let level = levels - 1; ; level--) {
    const table = guestPage(gpa);
    if (!table) return SHADOW_ACCESS_FAULT;
    if (load<u32>(PMP_ACTIVE) & ACTIVE_USER && !(pmpRange(gpa, 4096, false) & 1)) return SHADOW_ACCESS_FAULT;
    store<u64>(tables + (level << 3), gpa);
    const at = table + ((<u32>(va >> (12 + 9 * level)) & 511) << 3);
    const entry = load<u64>(at);
    reads++;
    if (!(entry & PTE_V) || (entry & (PTE_R | PTE_W)) == PTE_W || entry & PTE_RESERVED) return SHADOW_FAULT;
    let ppn = (entry >> 10) & PPN_MASK;
    if (!(entry & LEAF)) {
      if (level == 0 || entry & (PTE_D | PTE_A | PTE_U | PTE_N)) return SHADOW_FAULT;
      gpa = ppn << 12;
      continue;
    }
    if (level && ppn & ((1 << (9 * level)) - 1)) return SHADOW_FAULT;
    if (entry & PTE_N) {
      if (level || (ppn & 15) != 8) return SHADOW_FAULT;
      ppn = (ppn & ~15) | ((va >> 12) & 15);
    }
    leafEntry = entry;
    leafAddress = at;
    leafLevel = level;
    leafPage = (ppn << 12) | (va & (((<u64>4096) << (9 * level)) - 1) & ~0xfff);
    return 0;
  }
}

/** What a shadow leaf may grant, from the guest's leaf and the role; writing needs the guest's D bit. */
function grants(entry: u64, role: u32): u64 {
  const user = (entry & PTE_U) != 0;
  let bits = entry & LEAF;
  if (role & ROLE_MXR && bits & PTE_X) bits |= PTE_R;
  if (role & ROLE_USER) {
    if (!user) return 0;
  } else if (user) {
    if (!(role & ROLE_SUM)) return 0;
    bits &= ~PTE_X;
  }
  if (!(entry & PTE_D)) bits &= ~PTE_W;
  return bits;
}

/** Whether stores to this guest page must be seen by the VMM. */
@inline function isProtected(record: u32): bool {
  const page = load<u32>(record, 8);
  return page != 0 && !load<u32>(recordOf(page), 24);
}

/** Lets every shadow of a guest table go out of step, if all are leaf tables. */
function tryUnsync(record: u32): bool {
  for (let page = load<u32>(record, 8); page; page = load<u32>(recordOf(page), 12)) if (levelOf(page)) return false;
  for (let page = load<u32>(record, 8); page; page = load<u32>(recordOf(page), 12)) markUnsync(page);
  count(C_SHADOW_UNSYNCS);
  return true;
}

/**
 * A page fault the hardware took in the shadow table at `root`. `priv` is the guest's privilege for this access.
 * Solves it, or says what the access is instead.
 */
export function shadowFault(va: u64, access: u32, priv: u32, root: u64): u32 {
  reads = 0;
  const levels = priv == PRIV_M ? 0 : satpLevels(load<u64>(SATP));
  let wasClean = false;
  if (levels) {
    const verdict = walkGuest(va, levels);
    if (verdict) return guestFault(verdict);
    if (!permitted(<u32>leafEntry, access, priv)) return guestFault(SHADOW_FAULT);
    const need = access == ACCESS_WRITE ? PTE_A | PTE_D : PTE_A;
    if ((leafEntry & need) != need) {
      if (load<u32>(AD_FAULT)) return guestFault(SHADOW_FAULT);
      wasClean = access == ACCESS_WRITE && (leafEntry & PTE_A) != 0;
      leafEntry |= need;
      store<u64>(leafAddress, leafEntry);
      reads++;
    }
  } else {
    if (va >> 38) return guestFault(SHADOW_ACCESS_FAULT);
    leafEntry = PTE_V | LEAF | PTE_A | PTE_D;
    leafLevel = 2;
    leafPage = va & ~0xfff;
  }
  const offset = va & 0xfff;
  if (!isGuestRam(leafPage)) {
    shadowTarget = leafPage | offset;
    return SHADOW_DEVICE;
  }
  const linear = guestPage(leafPage);
  const record = frameOf(linear);
  let bits: u64 = levels ? grants(leafEntry, roleFor(priv, load<u32>(CTX_PERMS))) : LEAF;
  if (load<u32>(PMP_ACTIVE) & ACTIVE_USER && priv != PRIV_M) {
    const pmp = pmpRange(leafPage, 4096, false);
    const need: u32 = access == ACCESS_READ ? 1 : access == ACCESS_WRITE ? 2 : 4;
    if (pmp == PMP_MIXED) {
      const have = pmpRange(leafPage | offset, 1, false);
      return have & need ? emulate(linear, offset, EXIT_HIDDEN_FAULT, SHADOW_EMULATED) : guestFault(SHADOW_ACCESS_FAULT);
    }
    if (!(pmp & need)) return guestFault(SHADOW_ACCESS_FAULT);
    bits &= <u64>pmp << 1;
    leafLevel = 0;
  }
  let reason: u32 = wasClean ? EXIT_AD_UPDATE : EXIT_HIDDEN_FAULT;
  if (isProtected(record)) {
    if (access == ACCESS_WRITE) {
      reason = EXIT_PTE_WRITE;
      if (!load<u32>(SHADOW_UNSYNC) || !tryUnsync(record)) return emulate(linear, offset, reason, SHADOW_TRACKED);
    } else {
      bits &= ~PTE_W;
    }
  }
  vmExit(reason);
  if (reason == EXIT_HIDDEN_FAULT) count(C_FAULT_HIDDEN);
  vmWork(reads);
  fill(va, linear, bits, levels, hostLinear(root));
  return SHADOW_RETRY;
}

function guestFault(verdict: u32): u32 {
  vmExit(EXIT_TRUE_FAULT);
  vmWork(reads);
  return verdict;
}

function emulate(linear: u32, offset: u64, reason: u32, verdict: u32): u32 {
  vmExit(reason);
  vmWork(reads);
  shadowTarget = <u64>linear | offset;
  return verdict;
}

/** Writes the shadow entries that lead to the page. */
function fill(va: u64, linear: u32, bits: u64, levels: u32, root: u32): void {
  if (!root) return;
  let level = backingLevel(leafPage, leafLevel);
  // A superpage must not hide a guest table from write protection.
  while (level && load<u32>(regionOf(leafPage, level), 4)) level--;
  let page = root;
  const role = roleOf(root);
  for (let at = levelOf(root); at > level; at--) {
    const entry = page + ((<u32>(va >> (12 + 9 * at)) & 511) << 3);
    let value = load<u64>(entry);
    if (value && value & LEAF) {
      zapEntry(entry);
      value = 0;
    }
    if (value) {
      page = hostLinear((value >> 10) << 12);
      continue;
    }
    // Below the guest's own leaf the range is direct: the guest has no table there.
    const below = at <= leafLevel;
    const gpa = below ? leafPage & ~(((<u64>4096) << (9 * at)) - 1) : load<u64>(tables + ((at - 1) << 3));
    const kind = (at - 1) | (role << 8) | (below || !levels ? DIRECT : 0) | (below && levels ? directKind() : 0);
    let child = findPage(gpa, kind);
    // A page out of step still holds what the table said before it was, perhaps as another table: it is compared
    // before it is linked anew.
    if (child && load<u32>(recordOf(child), 24)) syncPage(child);
    if (!child) child = createPage(gpa, kind);
    vmWork(1);
    if (!child || !setChild(entry, child, ((hostPhysical(child) >> 12) << 10) | PTE_V)) {
      zapAll();
      return;
    }
    page = child;
  }
  const record = recordOf(page);
  store<u32>(record, 0, 16 + 4);
  const span = (<u32>leafPage & <u32>(((<u64>4096) << (9 * level)) - 1)) & ~0xfff;
  const entry = page + ((<u32>(va >> (12 + 9 * level)) & 511) << 3);
  const value = ((hostPhysical(linear - span) >> 12) << 10) | PRESENT | bits;
  if (!setLeaf(entry, value, level)) {
    zapAll();
    return;
  }
  count(C_SHADOW_FILLS);
  vmWork(1);
}

/** A direct page under a guest superpage grants what that leaf grants, so leaves that differ must not share it. */
function directKind(): u32 {
  return (<u32>(leafEntry & (LEAF | PTE_U | PTE_D)) & 0xff) << 20;
}

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
  if (guest & PTE_N) ppn = (ppn & ~15) | (index & 15);
  const linear = guest & PTE_V && guest & PTE_A && !(guest & PTE_RESERVED) ? guestPageIfAny(ppn << 12) : 0;
  const same = linear != 0 && (hostPhysical(linear) >> 12) == value >> 10;
  if (!same || value & LEAF & ~grants(guest, roleOf(page))) zapEntry(entry);
}

function syncPage(page: u32): void {
  const table = guestTable(page);
  for (let i: u32 = 0; i < 512; i++) syncEntry(page, table, i);
  count(C_SHADOW_SYNCS);
}

/** Brings every page that is out of step back in step and protects its guest table again. */
function syncAll(): void {
  for (let page = load<u32>(SHADOW_UNSYNC_LIST); page; page = load<u32>(SHADOW_UNSYNC_LIST)) {
    const r = recordOf(page);
    store<u32>(SHADOW_UNSYNC_LIST, load<u32>(r, 28));
    store<u32>(r, 0, 24);
    syncPage(page);
    const gpa = RAM_START + (<u64>(load<u32>(r) - 1) << 12);
    protect(frameOf(guestTable(page)), gpa);
  }
}

/** The guest's SFENCE.VMA, emulated: tables come in step as far as the fence reaches, then the hardware's TLB is fenced. */
export function shadowFence(va: u64, asid: u32, hasVa: bool, hasAsid: bool): void {
  const satp = load<u64>(SATP);
  const levels = satpLevels(satp);
  const current = hasAsid && asid == (<u32>(satp >> 44) & 0xffff);
  if (load<u32>(SHADOW_UNSYNC_LIST)) {
    if (hasVa && current && levels) syncOne(va, levels);
    else syncAll();
  }
  const cause = hasVa ? (hasAsid ? FLUSH_SFENCE_VA_ASID : FLUSH_SFENCE_VA) : hasAsid ? FLUSH_SFENCE_ASID : FLUSH_SFENCE_ALL;
  invalidateTlbs(cause, hasVa ? MATCH_VA | MATCH_VMID : MATCH_VMID, va, VMID);
  dropWalkCaches(false, VMID);
}

/** A fence of one page in the current address space: only its entry, in every role; the table stays out of step. */
function syncOne(va: u64, levels: u32): void {
  reads = 0;
  store<u64>(tables, 0);
  walkGuest(va, levels);
  vmWork(reads);
  const gpa = load<u64>(tables);
  if (!gpa) return;
  const linear = guestPageIfAny(gpa);
  const index = <u32>(va >> 12) & 511;
  for (let page = load<u32>(frameOf(linear), 8); page; page = load<u32>(recordOf(page), 12)) {
    if (levelOf(page) == 0) syncEntry(page, linear, index);
  }
}
