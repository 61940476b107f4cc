// From a virtual address to a linear one: the modelled TLBs, the walker behind them, and the fast TLB filled in front.
import {
  COUNTING, FAST_OFF, STOP, PRIV, DATA_MODE, DATA_LEVELS, DATA_PRIV, FETCH_MODE, TLB_L1D, TLB_L1I,
  TLB_L2, C_TLB_L2_LOOKUPS, C_TLB_L1D_LOOKUPS, C_TLB_L1I_LOOKUPS, C_FETCH_PAGES, C_FLUSH_AD, C_FLUSH_AD_ENTRIES, PMP_ACTIVE,
  TRAP_FETCH_ACCESS, TRAP_FETCH_PAGE, TRAP_LOAD_ACCESS, TRAP_LOAD_PAGE, TRAP_STORE_ACCESS, TRAP_STORE_PAGE,
  WATCHES, WATCH_ACCESS,
} from '../generated/layout';
import { count } from '../counters';
import { fillRead, fillWrite } from './fast';
import {
  ENTRY_DEVICE, ENTRY_LEVEL_SHIFT, ENTRY_MIXED, ENTRY_PMP_SHIFT, discard, entryFlags, entryTarget, insert, isUnified, lookup,
} from './model';
import {
  MODE_NESTED, MODE_PHYSICAL, MODE_SHADOW, WALK_ACCESS_FAULT, WALK_OK, WALK_PAGE_FAULT, walk, walkFlags, walkTarget,
} from './walk';
import { ACCESS_FETCH, ACCESS_READ, ACCESS_WRITE, PTE_D, permitted } from './pte';
import { ACTIVE_MACHINE, ACTIVE_USER, PMP_MIXED, pmpRange } from './pmp';
import { frameOf, guestPhysical, hostLinear } from '../vmm/frames';
import {
  SHADOW_DEVICE, SHADOW_EMULATED, SHADOW_FAULT, SHADOW_RETRY, SHADOW_TRACKED, shadowFault, shadowTarget,
} from '../vmm/shadow';
import { takeRootsDropped } from '../vmm/shadow-pages';
import { isWatched } from '../cpu/halt';
import { raise } from '../cpu/raise';
import { PRIV_M, dataPrivilege } from './privilege';
import { refreshContext } from './context';

/** Where the last resolved access goes when it is not RAM: the device's physical address. */
export let deviceAddress: u64 = 0;
/** The store resolved last goes to a guest table the VMM tracks: it must be told afterwards. */
export let tracked: bool = false;

/**
 * A data access that faults looked the TLB up too, but is not among the accesses the interpreter counts, since its
 * instruction does not retire.
 */
export function countRefusedAccess(): void {
  if (load<u32>(DATA_MODE) != MODE_PHYSICAL) count(C_TLB_L1D_LOOKUPS);
}

let flags: u32 = 0;
let target: u64 = 0;
let cacheable: bool = true;

function raiseFor(access: u32, page: bool, va: u64): void {
  if (access != ACCESS_FETCH) countRefusedAccess();
  if (access == ACCESS_FETCH) raise(page ? TRAP_FETCH_PAGE : TRAP_FETCH_ACCESS, va);
  else if (access == ACCESS_READ) raise(page ? TRAP_LOAD_PAGE : TRAP_LOAD_ACCESS, va);
  else raise(page ? TRAP_STORE_PAGE : TRAP_STORE_ACCESS, va);
}

/** Permission bits say yes and, for a store, the page is known dirty. */
@inline function ready(bits: u32, access: u32, priv: u32, physical: bool): bool {
  return physical || (permitted(bits, access, priv) && (access != ACCESS_WRITE || (bits & <u32>PTE_D) != 0));
}

const TRIES_MOST: u32 = 16;

/** Walks, with the VMM's help under shadow paging. False: a fault was raised. */
function walkFor(va: u64, access: u32, context: usize): bool {
  const mode = load<u32>(context);
  for (let tries: u32 = 0; ; tries++) {
    // The VMM solves a fault in one or two steps; were it wrong, the host must not go round for ever.
    if (tries > TRIES_MOST) unreachable();
    const outcome = walk(va, access, load<u32>(context, 32), mode, load<u64>(context, 8), load<u32>(context, 16), load<u32>(context, 24));
    if (outcome == WALK_OK) {
      target = walkTarget;
      flags = walkFlags;
      return true;
    }
    if (mode != MODE_SHADOW || outcome == WALK_ACCESS_FAULT) {
      raiseFor(access, outcome == WALK_PAGE_FAULT, va);
      return false;
    }
    const guestPriv = context == FETCH_MODE ? load<u32>(PRIV) : dataPrivilege();
    const verdict = shadowFault(va, access, guestPriv, load<u64>(context, 8));
    if (takeRootsDropped()) refreshContext();
    if (verdict == SHADOW_RETRY) continue;
    if (verdict >= SHADOW_FAULT) {
      raiseFor(access, verdict == SHADOW_FAULT, va);
      return false;
    }
    // Emulated in the VMM: nothing may remember this translation.
    cacheable = false;
    tracked = verdict == SHADOW_TRACKED;
    flags = 7 << ENTRY_PMP_SHIFT;
    if (verdict == SHADOW_DEVICE) flags |= ENTRY_DEVICE;
    else if (verdict == SHADOW_EMULATED) flags = ENTRY_MIXED;
    target = shadowTarget & ~0xfff;
    return true;
  }
}

/** Finds the translation, in the model or by a walk; leaves it in `flags` and `target`. False: a fault was raised. */
@inline function find(va: u64, access: u32, context: usize): bool {
  cacheable = true;
  tracked = false;
  const priv = load<u32>(context, 32);
  const physical = load<u32>(context, 16) == 0;
  if (!load<u32>(COUNTING)) return walkFor(va, access, context);
  const tag = load<u32>(context, 24);
  const first = access == ACCESS_FETCH && !isUnified() ? TLB_L1I : TLB_L1D;
  let e = lookup(first, va, tag);
  if (e) {
    flags = entryFlags(e);
    target = entryTarget(e);
    if (ready(flags, access, priv, physical)) return true;
    discard(first, e);
  }
  // A permission that a cached entry does not grant is read anew, so that a fault always speaks of the table's present
  // state, whatever the geometry.
  const stale = e != 0;
  count(C_TLB_L2_LOOKUPS);
  e = lookup(TLB_L2, va, tag);
  if (e) {
    flags = entryFlags(e);
    target = entryTarget(e);
    if (ready(flags, access, priv, physical)) {
      insert(first, va, target, tag, flags);
      return true;
    }
    discard(TLB_L2, e);
  }
  if (stale || e) {
    count(C_FLUSH_AD);
    count(C_FLUSH_AD_ENTRIES);
  }
  if (!walkFor(va, access, context)) return false;
  // No G-stage entry stands for a device, so there is nothing to cache.
  if (flags & ENTRY_DEVICE && load<u32>(context) == MODE_NESTED) cacheable = false;
  // The walk may have changed the context (a shadow root dropped and made anew).
  if (cacheable) {
    const now = load<u32>(context, 24);
    insert(TLB_L2, va, target, now, flags);
    insert(first, va, target, now, flags);
  }
  return true;
}

/** Whether a data access is machine mode's own: not translated by the guest, and freer under PMP. */
@inline function machineData(mode: u32): bool {
  if (mode == MODE_SHADOW) return dataPrivilege() == PRIV_M;
  return load<u32>(DATA_LEVELS) == 0 && load<u32>(DATA_PRIV) == PRIV_M;
}

@inline function machineFetch(): bool {
  if (load<u32>(FETCH_MODE) == MODE_SHADOW) return load<u32>(PRIV) == PRIV_M;
  return load<u32>(FETCH_MODE + 16) == 0 && load<u32>(FETCH_MODE + 32) == PRIV_M;
}

/** Physical addressing (bare, translation off). */
function resolvePhysical(pa: u64, access: u32, size: u32, machine: bool): u32 {
  if (load<u32>(PMP_ACTIVE) & (machine ? ACTIVE_MACHINE : ACTIVE_USER)) {
    const need: u32 = access == ACCESS_READ ? 1 : access == ACCESS_WRITE ? 2 : 4;
    const page = pmpRange(pa & ~0xfff, 4096, machine);
    cacheable = page != PMP_MIXED;
    const have = cacheable ? page : pmpRange(pa, size, machine);
    if (have == PMP_MIXED || !(have & need)) {
      raiseFor(access, false, pa);
      return 0;
    }
  } else {
    cacheable = true;
  }
  tracked = false;
  const linear = hostLinear(pa);
  if (!linear) deviceAddress = pa;
  return linear;
}

/** PMP of one access to a page whose parts differ. */
function pmpRefuses(linearOrDevice: u64, access: u32, size: u32, machine: bool): bool {
  const need: u32 = access == ACCESS_READ ? 1 : access == ACCESS_WRITE ? 2 : 4;
  const pmp = (flags >> ENTRY_PMP_SHIFT) & 7;
  if (!(flags & ENTRY_MIXED)) return !(pmp & need);
  const gpa = flags & ENTRY_DEVICE ? linearOrDevice : guestPhysical(<u32>linearOrDevice);
  const have = pmpRange(gpa, size, machine);
  return have == PMP_MIXED || !(have & need);
}

/** Whether the entry just found serves such an access too, without a fault, a walk or an exit. */
@inline function allowed(mode: u32, access: u32): bool {
  if (mode == MODE_PHYSICAL) return load<u32>(PMP_ACTIVE) == 0;
  const need: u32 = access == ACCESS_READ ? 1 : 2;
  if (!((flags >> ENTRY_PMP_SHIFT) & need)) return false;
  return ready(flags, access, load<u32>(DATA_PRIV), load<u32>(DATA_LEVELS) == 0);
}

/**
 * The linear address behind a data access that does not cross a page, or 0: a fault was raised (STOP), or the access
 * goes to the device at `deviceAddress`. Fills the fast TLB where it may.
 */
export function resolveData(va: u64, access: u32, size: u32): u32 {
  const mode = load<u32>(DATA_MODE);
  let linear: u32;
  if (mode == MODE_PHYSICAL) {
    linear = resolvePhysical(va, access, size, load<u32>(DATA_PRIV) == 3);
    if (!linear) return 0;
  } else {
    if (!find(va, access, DATA_MODE)) return 0;
    const offset = va & (((<u64>4096) << (9 * ((flags >> ENTRY_LEVEL_SHIFT) & 7))) - 1);
    const at = target + offset;
    if (pmpRefuses(at, access, size, machineData(mode))) {
      raiseFor(access, false, va);
      return 0;
    }
    if (flags & ENTRY_DEVICE) {
      deviceAddress = at;
      return 0;
    }
    linear = <u32>at;
    if (flags & ENTRY_MIXED) cacheable = false;
  }
  if (cacheable && !load<u32>(FAST_OFF) && !(load<u32>(WATCHES) && isWatched(va & ~0xfff, 4096, WATCH_ACCESS))) {
    const page = linear & ~0xfff;
    // What serves one kind of access and would serve the other, with nothing changed, is told of both: few pages are only read.
    if (access == ACCESS_READ || allowed(mode, ACCESS_READ)) fillRead(va, page);
    // A frame with decoded code or a watched word keeps its stores on the slow path.
    if ((access == ACCESS_WRITE || allowed(mode, ACCESS_WRITE)) && !load<u32>(frameOf(page))) fillWrite(va, page);
  }
  return linear;
}

/** The linear address of an instruction's halfword, or 0 with a fault raised. `fetchCacheable` says if it may be kept. */
export function resolveFetch(va: u64): u32 {
  if (load<u32>(FETCH_MODE) == MODE_PHYSICAL) {
    const at = resolvePhysical(va, ACCESS_FETCH, 2, load<u32>(FETCH_MODE + 32) == 3);
    if (!at && !load<u32>(STOP)) raise(TRAP_FETCH_ACCESS, va);
    return at;
  }
  if (!find(va, ACCESS_FETCH, FETCH_MODE)) return 0;
  const offset = va & (((<u64>4096) << (9 * ((flags >> ENTRY_LEVEL_SHIFT) & 7))) - 1);
  const at = target + offset;
  if (flags & ENTRY_DEVICE || pmpRefuses(at, ACCESS_FETCH, 2, machineFetch())) {
    raise(TRAP_FETCH_ACCESS, va);
    return 0;
  }
  if (flags & ENTRY_MIXED) cacheable = false;
  return <u32>at;
}

/** Whether the fetch resolved last may be kept in the fast TLB. */
@inline export function fetchCacheable(): bool {
  return cacheable;
}

/** One look-up of the instruction side: the fetch unit moved to another page. */
export function countFetchPage(): void {
  if (load<u32>(FETCH_MODE) == MODE_PHYSICAL) return;
  count(C_FETCH_PAGES);
  count(isUnified() ? C_TLB_L1D_LOOKUPS : C_TLB_L1I_LOOKUPS);
}
