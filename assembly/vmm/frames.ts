// Host memory: which frame stands behind a guest page, and the VMM's own pool of table frames.
//
//   RAM_BASE ┌────────────┐ host physical 0x8000_0000
//            │ VMM pool   │ tables of the VMM (none under bare)
// GRANT_BASE ├────────────┤
//            │ guest      │ frames given to the guest: identity under bare and paravirt, in the order of first touch
//            │            │ under nested and shadow
//            └────────────┘
//
// Frame record (16 bytes at FRAME_BASE, one a host frame): +0 u16 slot of decoded code + 1, +2 u16 FRAME_* flags,
//   +4 u32 guest frame + 1, +8 u32 shadow: first shadow page of this guest table; paravirt: type, +12 u32 shadow: first
//   reverse-map link; paravirt: references of the type
import {
  RAM_BASE, RAM_SIZE, RAM_START, GUEST_SIZE, GRANT_BASE, GRANT_NEXT, FRAME_BASE, GMAP_BASE, STRATEGY, STRATEGY_BARE,
  STRATEGY_PARAVIRT, POOL_BASE, POOL_NEXT, POOL_END, POOL_FREE, POOL_RESERVE, POOL_USED, HOST_PAGES, HOSTING, HOSTING_TYPE2, C_HOST_FAULTS,
  C_HOST_REFERENCES, HOST_TABLE, C_VMM_FRAMES, C_VMM_TABLE_FRAMES,
} from '../generated/layout';
import { count, countBy } from '../counters';

/** A store to this frame has a meaning beyond memory (HTIF's tohost). */
export const FRAME_WATCHED: u32 = 1;

@inline export function frameOf(linear: u32): u32 {
  return load<u32>(FRAME_BASE) + (((linear - load<u32>(RAM_BASE)) >> 12) << 4);
}

/** Linear address of the page whose frame record this is. */
@inline export function linearOfFrame(record: u32): u32 {
  return load<u32>(RAM_BASE) + (((record - load<u32>(FRAME_BASE)) >> 4) << 12);
}

@inline export function hostPhysical(linear: u32): u64 {
  return RAM_START + <u64>(linear - load<u32>(RAM_BASE));
}

/** Linear address of a host physical address, or 0 where there is no RAM. */
@inline export function hostLinear(pa: u64): u32 {
  const offset = pa - RAM_START;
  return offset < load<u64>(RAM_SIZE) ? load<u32>(RAM_BASE) + <u32>offset : 0;
}

@inline export function isGuestRam(gpa: u64): bool {
  return gpa - RAM_START < load<u64>(GUEST_SIZE);
}

@inline function gmapSlot(gpa: u64): u32 {
  return load<u32>(GMAP_BASE) + (<u32>((gpa - RAM_START) >> 12) << 2);
}

/** Linear address of the page behind a guest-physical address if it has one already, else 0. Never allocates. */
export function guestPageIfAny(gpa: u64): u32 {
  if (!isGuestRam(gpa)) return 0;
  const strategy = load<u32>(STRATEGY);
  if (strategy == STRATEGY_BARE || strategy == STRATEGY_PARAVIRT) {
    return load<u32>(GRANT_BASE) + (<u32>(gpa - RAM_START) & ~0xfff);
  }
  return load<u32>(gmapSlot(gpa));
}

@inline function give(gpa: u64, linear: u32): void {
  store<u32>(gmapSlot(gpa), linear);
  store<u32>(frameOf(linear), <u32>((gpa - RAM_START) >> 12) + 1, 4);
}

/** Bytes that are backed together, by the configured page size of the VMM; never beyond the guest's memory. */
function granule(gpa: u64): u64 {
  const mode = load<u32>(HOST_PAGES);
  for (let level = mode; level > 0; level--) {
    const size = (<u64>4096) << (9 * level);
    const base = (gpa - RAM_START) & ~(size - 1);
    if (base + size <= load<u64>(GUEST_SIZE)) return size;
  }
  return 4096;
}

/**
 * Linear address of the page behind a guest-physical address, backed now if it was not: the VMM's lazy allocation.
 * Under type 2 the VMM is a process, so the frame comes through the host's own page table. 0: not guest RAM.
 */
export function guestPage(gpa: u64): u32 {
  let linear = guestPageIfAny(gpa);
  if (linear || !isGuestRam(gpa)) {
    if (linear && load<u32>(HOSTING) == HOSTING_TYPE2) hostTranslate(gpa, linear);
    return linear;
  }
  const size = granule(gpa);
  const base = RAM_START + ((gpa - RAM_START) & ~(size - 1));
  // Superpages keep the guest's own order, which aligns them; small pages are given in the order of first touch.
  const next = load<u32>(GRANT_NEXT);
  store<u32>(GRANT_NEXT, next + <u32>size);
  const at = load<u32>(HOST_PAGES) ? load<u32>(GRANT_BASE) + <u32>(base - RAM_START) : next;
  for (let i: u64 = 0; i < size; i += 4096) give(base + i, at + <u32>i);
  linear = at + (<u32>(gpa - base) & ~0xfff);
  if (load<u32>(HOSTING) == HOSTING_TYPE2) hostTranslate(gpa, linear);
  return linear;
}

/** The largest level at which the guest page and its backing are contiguous and aligned alike, at most `level`. */
export function backingLevel(gpa: u64, level: u32): u32 {
  const size = granule(gpa);
  const have: u32 = size >= 1 << 30 ? 2 : size >= 1 << 21 ? 1 : 0;
  return have < level ? have : level;
}

/** The guest page of a linear address, as a guest-physical address. */
export function guestPhysical(linear: u32): u64 {
  const strategy = load<u32>(STRATEGY);
  if (strategy == STRATEGY_BARE || strategy == STRATEGY_PARAVIRT) {
    return RAM_START + <u64>(linear - load<u32>(GRANT_BASE));
  }
  return RAM_START + ((<u64>(load<u32>(frameOf(linear), 4) - 1)) << 12) + (linear & 0xfff);
}

/** A zeroed table frame of the VMM's pool, or 0 when the pool is empty. */
export function allocTable(): u32 {
  let at = load<u32>(POOL_FREE);
  if (at) {
    store<u32>(POOL_FREE, load<u32>(at));
  } else {
    at = load<u32>(POOL_NEXT);
    if (at + 4096 > load<u32>(POOL_END)) return 0;
    store<u32>(POOL_NEXT, at + 4096);
  }
  store<u32>(POOL_USED, load<u32>(POOL_USED) + 1);
  memory.fill(at, 0, 4096);
  return at;
}

/** Whether shadow pages may still take frames: under type 2 the host's own tables have theirs set aside. */
export function poolHasRoom(): bool {
  const frames = (load<u32>(POOL_END) - load<u32>(POOL_BASE)) >> 12;
  return load<u32>(POOL_USED) + load<u32>(POOL_RESERVE) < frames;
}

/** Gives a table frame back to the pool. */
export function freeTable(at: u32): void {
  store<u32>(at, load<u32>(POOL_FREE));
  store<u32>(POOL_FREE, at);
  store<u32>(POOL_USED, load<u32>(POOL_USED) - 1);
}

/** Writes the pages in use into counters that were copied `by` bytes away. */
export function settleFrames(by: usize): void {
  store<u64>(by + C_VMM_FRAMES, <u64>(load<u32>(GRANT_NEXT) - load<u32>(GRANT_BASE)) >> 12);
  store<u64>(by + C_VMM_TABLE_FRAMES, load<u32>(POOL_USED));
}

/** Where the VMM process maps guest memory in its own (host) address space. */
const HOST_VA: u64 = 0x10_0000_0000;
const LEAF: u64 = 0xd7; // V R W U A D

/**
 * The host kernel's part under type 2: translate the VMM process's address of a guest page through the host's own Sv39
 * table, faulting it in at first use.
 */
function hostTranslate(gpa: u64, linear: u32): void {
  const va = HOST_VA + (gpa - RAM_START);
  if (!load<u32>(HOST_TABLE)) store<u32>(HOST_TABLE, allocTable());
  let table = load<u32>(HOST_TABLE);
  for (let level = 2; ; level--) {
    const pte = table + (<u32>(va >> (12 + 9 * level)) & 511) * 8;
    count(C_HOST_REFERENCES);
    const entry = load<u64>(pte);
    if (level == 0) {
      if (entry) return;
      count(C_HOST_FAULTS);
      countBy(C_HOST_REFERENCES, 1);
      store<u64>(pte, ((hostPhysical(linear) >> 12) << 10) | LEAF);
      return;
    }
    if (entry) {
      table = hostLinear((entry >> 10) << 12);
      continue;
    }
    const next = allocTable();
    if (!next) unreachable();
    store<u64>(pte, ((hostPhysical(next) >> 12) << 10) | 1);
    countBy(C_HOST_REFERENCES, 1);
    table = next;
  }
}
