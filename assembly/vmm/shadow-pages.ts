// Shadow pages: the tables the hardware really walks under the shadow strategy. Each shadows one guest table for one
// role (who looks through it), or, "direct", a range of guest-physical memory (guest paging off, or a guest superpage
// that the host backs with smaller pages).
//
// Record (48 bytes at POOL_INFO, one a pool frame): +0 u32 guest frame + 1 of the table (direct: of the range; 0: not a
//   shadow page), +4 u32 level | role << 8 | DIRECT, +8 u32 next in the hash bucket, +12 u32 next of the same guest
//   table, +16 u32 head of the parents' list, +20 u32 stores since the last use, +24 u32 1 while out of step,
//   +28 u32 next out of step, +32 u32 ASID of the hardware if a root, +36 u32 entries present
import {
  C_SHADOW_ZAPS, FLUSH_SHADOW, FRAME_BASE, FREE_LINKS, LARGE_BASE, LINKS_BASE, NEXT_LINK, POOL_BASE, POOL_INFO, POOL_NEXT,
  RAM_SIZE, RAM_START, SHADOW_BUCKETS, SHADOW_NEXT_ASID, SHADOW_STALE, SHADOW_UNSYNC_LIST, GUEST_SIZE,
} from '../generated/layout';
import { count } from '../counters';
import { dropAllWalkCaches, invalidateAllTlbs } from '../harts/model';
import { MATCH_VMID } from '../mmu/model';
import { PTE_R, PTE_W, PTE_X } from '../mmu/pte';
import { allocTable, frameOf, freeTable, guestPageIfAny, guestPhysical, hostLinear, poolHasRoom } from './frames';
import { link, linksLeft, unlink, firstLinked } from './links';

/** The hardware VMID of the guest, in a TLB tag. */
export const VMID: u32 = 1 << 16;
export const DIRECT: u32 = 1 << 16;
export const BUCKETS: u32 = 4096;
const RECORD: u32 = 48;
const LEAF: u64 = PTE_R | PTE_W | PTE_X;

/** Set when a shadow root may be gone: the context has to be computed anew before the next walk. */
let rootsDropped: bool = false;

/** Whether a root may have gone since the last call. */
export function takeRootsDropped(): bool {
  const dropped = rootsDropped;
  rootsDropped = false;
  return dropped;
}

/** For a snapshot that is restored. */
export function markRootsDropped(value: bool): void {
  rootsDropped = value;
}

@inline export function recordOf(page: u32): u32 {
  return load<u32>(POOL_INFO) + ((page - load<u32>(POOL_BASE)) >> 12) * RECORD;
}

@inline export function kindOf(page: u32): u32 {
  return load<u32>(recordOf(page), 4);
}

@inline export function levelOf(page: u32): u32 {
  return load<u32>(recordOf(page), 4) & 0xff;
}

@inline export function roleOf(page: u32): u32 {
  return (load<u32>(recordOf(page), 4) >> 8) & 0xff;
}

@inline export function isDirect(page: u32): bool {
  return (load<u32>(recordOf(page), 4) & DIRECT) != 0;
}

/** Linear address of the guest table a shadow page stands for. */
@inline export function guestTable(page: u32): u32 {
  return guestPageIfAny(RAM_START + (<u64>(load<u32>(recordOf(page)) - 1) << 12));
}

@inline function bucket(frame: u32, kind: u32): u32 {
  return load<u32>(SHADOW_BUCKETS) + ((((frame * 0x9e3779b1) >> 16) ^ (kind * 31)) & (BUCKETS - 1)) * 4;
}

/** Record of a 2 MiB (level 1) or 1 GiB (level 2) region: +0 reverse-map head of its superpage leaves, +4 guest tables in it. */
export function regionOf(gpa: u64, level: u32): u32 {
  const offset = gpa - RAM_START;
  const base = load<u32>(LARGE_BASE);
  if (level == 1) return base + (<u32>(offset >> 21) << 3);
  return base + (<u32>((load<u64>(GUEST_SIZE) + 0x1f_ffff) >> 21) << 3) + (<u32>(offset >> 30) << 3);
}

/** The shadow page of a guest table (or direct range) for a role, or 0. */
export function findPage(gpa: u64, kind: u32): u32 {
  const frame = <u32>((gpa - RAM_START) >> 12) + 1;
  let page = load<u32>(bucket(frame, kind));
  while (page) {
    const r = recordOf(page);
    if (load<u32>(r) == frame && load<u32>(r, 4) == kind) return page;
    page = load<u32>(r, 8);
  }
  return 0;
}

/** Makes a shadow page; 0 when the pool is empty. A guest table becomes write-protected by it. */
export function createPage(gpa: u64, kind: u32): u32 {
  const page = poolHasRoom() ? allocTable() : 0;
  if (!page) return 0;
  const frame = <u32>((gpa - RAM_START) >> 12) + 1;
  const r = recordOf(page);
  memory.fill(r, 0, RECORD);
  store<u32>(r, frame);
  store<u32>(r, kind, 4);
  const head = bucket(frame, kind);
  store<u32>(r, load<u32>(head), 8);
  store<u32>(head, page);
  if (!(kind & DIRECT)) {
    const record = frameOf(guestPageIfAny(gpa));
    const first = load<u32>(record, 8);
    store<u32>(r, first, 12);
    store<u32>(record, page, 8);
    // A table that is out of step is so for every role.
    if (first && load<u32>(recordOf(first), 24)) markUnsync(page);
    if (!first) {
      shadowCount(gpa, 1);
      protect(record, gpa);
    }
  }
  return page;
}

@inline function shadowCount(gpa: u64, by: u32): void {
  for (let level: u32 = 1; level <= 2; level++) {
    const region = regionOf(gpa, level);
    store<u32>(region, load<u32>(region, 4) + by, 4);
  }
}

/** Takes write permission of a guest page from every shadow entry, and splits superpages that cover it. */
export function protect(record: u32, gpa: u64): void {
  let flush = load<u32>(SHADOW_STALE) != 0;
  for (let node = load<u32>(record, 12); node; node = load<u32>(node, 4)) {
    const entry = load<u32>(node);
    const value = load<u64>(entry);
    if (!(value & PTE_W)) continue;
    store<u64>(entry, value & ~PTE_W);
    flush = true;
  }
  for (let level: u32 = 1; level <= 2; level++) {
    const region = regionOf(gpa, level);
    for (let entry = firstLinked(region); entry; entry = firstLinked(region)) {
      zapEntry(entry);
      flush = true;
    }
  }
  if (flush) flushShadow();
}

/** Drops every translation of the guest from the TLBs of every hart, because shadow entries changed. */
export function flushShadow(): void {
  store<u32>(SHADOW_STALE, 0);
  invalidateAllTlbs(FLUSH_SHADOW, MATCH_VMID, 0, VMID);
}

/** Reverse-map head of a leaf entry, by the page it maps and its level. */
@inline function reverseHead(value: u64, level: u32): u32 {
  const linear = hostLinear((value >> 10) << 12);
  return level ? regionOf(guestPhysical(linear), level) : frameOf(linear) + 12;
}

@inline function present(entry: u32, by: u32): void {
  const r = recordOf(entry & ~0xfff);
  store<u32>(r, load<u32>(r, 36) + by, 36);
}

/**
 * Whether anything still depends on a shadow page: an entry that leads to it, or, of a root, an entry in it. The guest
 * has freed the table of one that is idle, and uses its page for something else.
 */
export function isIdle(page: u32): bool {
  const r = recordOf(page);
  if (load<u32>(r, 16)) return false;
  return load<u32>(r, 32) == 0 || load<u32>(r, 36) == 0;
}

/** An entry that led to a shadow page was dropped, and a walk cache may still lead there. */
let pointersStale: bool = false;

/** Before an entry leads another way: or the walker would go by the old one for ever, and find nothing where the VMM fills the new one. */
function fenceStalePointers(): void {
  if (!pointersStale) return;
  dropAllWalkCaches(VMID);
  pointersStale = false;
}

/** Writes a leaf entry and its reverse map. False: no link was left, nothing was written. */
export function setLeaf(entry: u32, value: u64, level: u32): bool {
  if (!linksLeft()) return false;
  zapEntry(entry);
  // A superpage may stand where a table stood.
  if (level) fenceStalePointers();
  store<u64>(entry, value);
  present(entry, 1);
  link(reverseHead(value, level), entry);
  return true;
}

/** For a snapshot: reads and clears. */
export function takePointersStale(): bool {
  const stale = pointersStale;
  pointersStale = false;
  return stale;
}

/** For a snapshot that is restored. */
export function markPointersStale(value: bool): void {
  pointersStale = value;
}

/** The walk caches were dropped. */
export function pointersFenced(): void {
  pointersStale = false;
}

/** Points an entry at a child shadow page. */
export function setChild(entry: u32, child: u32, value: u64): bool {
  if (!linksLeft()) return false;
  fenceStalePointers();
  store<u64>(entry, value);
  present(entry, 1);
  link(recordOf(child) + 16, entry);
  return true;
}

/** Drops one shadow entry. The translation may live on in a TLB until the guest's own fence; that is remembered. */
export function zapEntry(entry: u32): void {
  const value = load<u64>(entry);
  if (!value) return;
  store<u64>(entry, 0);
  present(entry, -1);
  count(C_SHADOW_ZAPS);
  if (value & LEAF) {
    if (value & PTE_W) store<u32>(SHADOW_STALE, 1);
    unlink(reverseHead(value, levelOf(entry & ~0xfff)), entry);
  } else {
    pointersStale = true;
    unlink(recordOf(hostLinear((value >> 10) << 12)) + 16, entry);
  }
}

function removeFromList(head: u32, offset: u32, page: u32): void {
  let at = head;
  for (let p = load<u32>(at); p; p = load<u32>(at)) {
    if (p == page) {
      store<u32>(at, load<u32>(recordOf(p) + offset));
      return;
    }
    at = recordOf(p) + offset;
  }
}

/** Puts a shadow page on the list of those out of step. */
export function markUnsync(page: u32): void {
  const r = recordOf(page);
  if (load<u32>(r, 24)) return;
  store<u32>(r, 1, 24);
  store<u32>(r, load<u32>(SHADOW_UNSYNC_LIST), 28);
  store<u32>(SHADOW_UNSYNC_LIST, page);
}

/** Frees one shadow page: its entries, its parents' entries, its place in every list. */
export function destroyPage(page: u32): void {
  const r = recordOf(page);
  for (let i: u32 = 0; i < 4096; i += 8) zapEntry(page + i);
  for (let entry = firstLinked(r + 16); entry; entry = firstLinked(r + 16)) zapEntry(entry);
  const kind = load<u32>(r, 4);
  removeFromList(bucket(load<u32>(r), kind), 8, page);
  if (load<u32>(r, 24)) removeFromList(<u32>SHADOW_UNSYNC_LIST, 28, page);
  if (!(kind & DIRECT)) {
    const gpa = RAM_START + (<u64>(load<u32>(r) - 1) << 12);
    const record = frameOf(guestPageIfAny(gpa));
    removeFromList(record + 8, 12, page);
    if (!load<u32>(record, 8)) shadowCount(gpa, -1);
  }
  store<u32>(r, 0);
  freeTable(page);
  rootsDropped = true;
  // A walk cache may point at the freed frame.
  dropAllWalkCaches(VMID);
}

/** Stops shadowing a guest table: it is ordinary memory until it is used as a table again. */
export function unshadow(record: u32): void {
  for (let page = load<u32>(record, 8); page; page = load<u32>(record, 8)) destroyPage(page);
  flushShadow();
}

/** Drops every shadow page: the pool or the links ran out, or roots are not kept. */
export function zapAll(): void {
  const end = load<u32>(POOL_NEXT);
  for (let page = load<u32>(POOL_BASE); page < end; page += 4096) {
    const r = recordOf(page);
    if (!load<u32>(r)) continue;
    store<u32>(r, 0);
    freeTable(page);
  }
  memory.fill(load<u32>(SHADOW_BUCKETS), 0, BUCKETS * 4);
  memory.fill(load<u32>(LARGE_BASE), 0, (<u32>(load<u64>(GUEST_SIZE) >> 21) + <u32>(load<u64>(GUEST_SIZE) >> 30) + 2) * 8);
  const frames = <u32>(load<u64>(RAM_SIZE) >> 12);
  for (let i: u32 = 0; i < frames; i++) store<u64>(load<u32>(FRAME_BASE) + (i << 4), 0, 8);
  store<u32>(FREE_LINKS, 0);
  store<u32>(NEXT_LINK, load<u32>(LINKS_BASE));
  store<u32>(SHADOW_UNSYNC_LIST, 0);
  store<u32>(SHADOW_NEXT_ASID, 1);
  rootsDropped = true;
  dropAllWalkCaches(VMID);
  flushShadow();
}
