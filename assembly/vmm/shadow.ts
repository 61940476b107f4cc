// Shadow paging: the guest kernel runs deprivileged on tables the VMM composes from the guest's table and its own
// allocation, filled on faults and kept in step with the guest's stores (policy: synchronous, or leaf tables left out of
// step until a fence).
import {
  C_FAULT_HIDDEN, C_SHADOW_FILLS, C_SHADOW_ROOT_HITS, C_SHADOW_ROOT_MISSES, C_SHADOW_UNSYNCS, CTX_PERMS, EXIT_AD_UPDATE,
  EXIT_HIDDEN_FAULT, EXIT_PTE_WRITE, EXIT_TRUE_FAULT, PMP_ACTIVE, PRIV, RAM_START, SATP, SHADOW_CACHED, SHADOW_NEXT_ASID,
  SHADOW_UNSYNC, TAGGED,
} from '../generated/layout';
import { count } from '../counters';
import { PRIV_M, satpLevels, satpRoot } from '../mmu/privilege';
import { ACTIVE_MACHINE, ACTIVE_USER, PMP_MIXED, pmpRange } from '../mmu/pmp';
import { ACCESS_READ, ACCESS_WRITE, PTE_A, PTE_D, PTE_R, PTE_U, PTE_V, PTE_W, PTE_X } from '../mmu/pte';
import { backingLevel, frameOf, guestPage, hostLinear, hostPhysical, isGuestRam } from './frames';
import { vmExit, vmWork } from './exit';
import {
  GUEST_PAGE_FAULT, leafEntry, leafLevel, leafPage, leafWasClean, physicalLeaf, translateGuest, visitedTable, walkWork,
} from './guest-walk';
import {
  DIRECT, createPage, findPage, isDirect, kindOf, levelOf, markUnsync, recordOf, regionOf, roleOf, setChild, setLeaf, zapAll,
  zapEntry,
} from './shadow-pages';
import { ROLE_MACHINE, grants, roleFor } from './shadow-roles';
import { syncAll, syncPage } from './shadow-sync';

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

const PRESENT: u64 = PTE_V | PTE_U | PTE_A | PTE_D;
const LEAF: u64 = PTE_R | PTE_W | PTE_X;
/** Hardware ASIDs for roots; when they are used up everything starts afresh. */
const LAST_ASID: u32 = 0xfffe;

/** Kind (level, role, direct) of the root for a guest's state. */
function rootKind(levels: u32, priv: u32, perms: u32): u32 {
  return levels ? (levels - 1) | (roleFor(priv, perms) << 8) : 2 | DIRECT | (priv == PRIV_M ? ROLE_MACHINE << 8 : 0);
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
    page = makePage(gpa, kind);
    if (!page) {
      zapAll();
      page = makePage(gpa, kind);
    }
  }
  // A table that stood below a root of four levels may become a root of three.
  if (!load<u32>(recordOf(page), 32)) {
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

/**
 * The hardware ASID of a shadow root. Without tags there are three, since machine mode with MPRV fetches through its own
 * root and loads through the supervisor's, with paging or without.
 */
export function shadowTag(root: u64): u32 {
  const page = hostLinear(root);
  if (!page) return 0;
  return load<u32>(TAGGED) ? load<u32>(recordOf(page), 32) : isDirect(page) ? (roleOf(page) & ROLE_MACHINE ? 2 : 1) : 0;
}

/**
 * Makes a shadow page. Only leaf tables may be out of step, so one that is used at a higher level too is brought in step
 * before.
 */
function makePage(gpa: u64, kind: u32): u32 {
  if (!(kind & DIRECT) && kind & 0xff) {
    const first = load<u32>(frameOf(guestPage(gpa)), 8);
    if (first && load<u32>(recordOf(first), 24)) syncAll();
  }
  return createPage(gpa, kind);
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

/** Whether stores to this guest page must be seen by the VMM. */
@inline export function isProtected(record: u32): bool {
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
  const levels = priv == PRIV_M ? 0 : satpLevels(load<u64>(SATP));
  const verdict = levels ? translateGuest(va, access, priv, levels) : physicalLeaf(va);
  if (verdict) return guestFault(verdict == GUEST_PAGE_FAULT ? SHADOW_FAULT : SHADOW_ACCESS_FAULT);
  let level = leafLevel;
  const offset = va & 0xfff;
  if (!isGuestRam(leafPage)) {
    shadowTarget = leafPage | offset;
    return SHADOW_DEVICE;
  }
  const linear = guestPage(leafPage);
  const record = frameOf(linear);
  let bits: u64 = levels ? grants(leafEntry, roleFor(priv, load<u32>(CTX_PERMS))) : LEAF;
  const machine = priv == PRIV_M;
  if (load<u32>(PMP_ACTIVE) & (machine ? ACTIVE_MACHINE : ACTIVE_USER)) {
    const pmp = pmpRange(leafPage, 4096, machine);
    const need: u32 = access == ACCESS_READ ? 1 : access == ACCESS_WRITE ? 2 : 4;
    if (pmp == PMP_MIXED) {
      // The whole of the access is looked at once more where its size is known.
      const have = pmpRange(leafPage | offset, 1, machine);
      return have & need ? emulate(linear, offset, EXIT_HIDDEN_FAULT, SHADOW_EMULATED) : guestFault(SHADOW_ACCESS_FAULT);
    }
    if (!(pmp & need)) return guestFault(SHADOW_ACCESS_FAULT);
    bits &= <u64>pmp << 1;
    level = 0;
  }
  let reason: u32 = leafWasClean ? EXIT_AD_UPDATE : EXIT_HIDDEN_FAULT;
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
  vmWork(walkWork);
  fill(va, linear, bits, level, levels != 0, hostLinear(root));
  return SHADOW_RETRY;
}

function guestFault(verdict: u32): u32 {
  vmExit(EXIT_TRUE_FAULT);
  vmWork(walkWork);
  return verdict;
}

function emulate(linear: u32, offset: u64, reason: u32, verdict: u32): u32 {
  vmExit(reason);
  vmWork(walkWork);
  shadowTarget = <u64>linear | offset;
  return verdict;
}

/** Writes the shadow entries that lead to the page; the leaf at `most` or below. `paged`: the guest's paging is on. */
function fill(va: u64, linear: u32, bits: u64, most: u32, paged: bool, root: u32): void {
  if (!root) return;
  let level = backingLevel(leafPage, most);
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
    // Below the guest's own leaf the range is direct: the guest has no table there.
    const below = at <= leafLevel;
    const gpa = below ? leafPage & ~(((<u64>4096) << (9 * at)) - 1) : visitedTable(at - 1);
    const kind = (at - 1) | (role << 8) | (below || !paged ? DIRECT : 0) | (below && paged ? directKind() : 0);
    if (value) {
      page = hostLinear((value >> 10) << 12);
      // The guest's leaf may have become dirty since; another leaf that is not may share this page.
      if (!below || kindOf(page) == kind) continue;
      zapEntry(entry);
    }
    let child = findPage(gpa, kind);
    // A page out of step still holds what the table said before it was, perhaps as another table: it is compared
    // before it is linked anew.
    if (child && load<u32>(recordOf(child), 24)) syncPage(child);
    if (!child) child = makePage(gpa, kind);
    vmWork(1);
    if (!child || !setChild(entry, child, ((hostPhysical(child) >> 12) << 10) | PTE_V)) {
      zapAll();
      return;
    }
    page = child;
  }
  // The way to the page may have made a guest table of the page itself, or of one beside it: the access comes back.
  if (level && load<u32>(regionOf(leafPage, level), 4)) return;
  if (isProtected(frameOf(linear))) bits &= ~PTE_W;
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
