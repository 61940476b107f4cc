// The modelled TLBs: set-associative, any geometry, direct-mapped, FIFO, seeded-random or LRU, with tags. What they
// hold decides the counts of an experiment; see mmu/fast.ts for the accelerator in front of them.
//
// Descriptor (64 bytes at MODEL + id * 64): +0 entries' address, +4 sets - 1, +8 ways, +12 policy, +16 address of the keys, +20 bit mask of page
//   sizes (levels) that were ever filled, +24 clock of the stamps, +28 entries, +32 address of the bit map of valid entries, so that a flush costs
//   what it drops, +36 address of the stamps, +40 valid entries of large pages
// Entry (16 bytes): +0 target: linear address of the page in RAM, or a device's physical address, +8 asid | vmid << 16, +12 flags
// What is searched lies by itself, that of one set together:
// Key (8 bytes): virtual page (aligned to its size) | level << 1 | 1; 0: the entry is invalid
// Stamp (4 bytes): when the entry was filled, or under LRU last used; 0: it is invalid
import {
  COUNTING, MODEL, TLB_L1I, TLB_L1D, TLB_L2, C_TLB_L1I_LOOKUPS, POLICY_RANDOM, POLICY_LRU, SEED, C_FLUSH_SFENCE_ALL,
} from '../generated/layout';
import { count, countBy } from '../counters';
import { dropFast, dropFastDataPage, dropFastFetchPage } from './fast';

/** Bits 0–7 of an entry's flags are those of a leaf PTE (V R W X U G A D); the rest is ours. */
export const ENTRY_LEVEL_SHIFT: u32 = 8;
/** The target is a device. */
export const ENTRY_DEVICE: u32 = 1 << 12;
/** PMP differs inside the page: every access is checked by itself. */
export const ENTRY_MIXED: u32 = 1 << 13;
/** PMP permissions of the whole page, where it is not mixed: R, W, X. */
export const ENTRY_PMP_SHIFT: u32 = 14;
export const ENTRY_G: u32 = 32;

const ENTRY_SIZE: u32 = 16;
/** Bytes of all descriptors at MODEL: TLBs, and what caches.ts has behind them. */
export const DESCRIPTORS_END: u32 = 0x400;
let heap: u32 = 0;

@inline export function descriptor(id: u32): u32 {
  return <u32>MODEL + (id << 6);
}

@inline function counter(id: u32, which: u32): usize {
  return C_TLB_L1I_LOOKUPS + ((id << 2) + which << 3);
}

/** Forgets every structure of the model; they are to be configured anew. */
export function resetModelHeap(): void {
  heap = <u32>MODEL + DESCRIPTORS_END;
}

/** Reserves zeroed model memory; the configuration was checked to fit by the host. */
export function modelAlloc(bytes: u32): u32 {
  const at = heap;
  heap += (bytes + 63) & ~63;
  memory.fill(at, 0, bytes);
  return at;
}

/** Makes one modelled TLB; 0 entries switch it off. */
export function configureTlb(id: u32, entries: u32, ways: u32, policy: u32): void {
  const d = descriptor(id);
  const sets = entries ? entries / ways : 0;
  store<u32>(d, modelAlloc(entries * ENTRY_SIZE));
  store<u32>(d + 4, sets ? sets - 1 : 0);
  store<u32>(d + 8, ways);
  store<u32>(d + 12, policy);
  store<u32>(d + 20, 0);
  store<u32>(d + 24, 0);
  store<u32>(d + 28, entries);
  store<u32>(d + 40, 0);
  store<u32>(d + 32, modelAlloc(((entries + 31) >> 5) << 2));
  store<u32>(d + 16, modelAlloc(entries << 3));
  store<u32>(d + 36, modelAlloc(entries << 2));
}

@inline function numberOf(d: u32, e: u32): u32 {
  return (e - load<u32>(d)) >> 4;
}

@inline function keyAt(d: u32, e: u32): u32 {
  return load<u32>(d + 16) + (numberOf(d, e) << 3);
}

@inline function stampAt(d: u32, e: u32): u32 {
  return load<u32>(d + 36) + (numberOf(d, e) << 2);
}

@inline function pageOfKey(key: u64): u64 {
  return key & ~0xfff;
}

@inline function levelOfKey(key: u64): u32 {
  return (<u32>key >> 1) & 7;
}

/** Target of an entry. */
@inline export function entryTarget(e: u32): u64 {
  return load<u64>(e);
}

/** Flags of an entry. */
@inline export function entryFlags(e: u32): u32 {
  return load<u32>(e, 12);
}

@inline function two(at: u32, key: v128): u32 {
  return <u32>i64x2.bitmask(i64x2.eq(v128.load(at), key));
}

/** Which of up to eight keys are this one, by bits: without a branch, since which way it is cannot be foretold. */
@inline function matching(at: u32, ways: u32, key: u64): u32 {
  const both = i64x2.splat(key);
  if (ways >= 8) return two(at, both) | (two(at + 16, both) << 2) | (two(at + 32, both) << 4) | (two(at + 48, both) << 6);
  if (ways == 4) return two(at, both) | (two(at + 16, both) << 2);
  if (ways == 2) return two(at, both);
  return <u32>(load<u64>(at) == key);
}

/** The entry that covers `va` for this tag, or 0. Counts the look-up's miss, not the look-up (see bookDataAccesses). */
export function lookup(id: u32, va: u64, tag: u32): u32 {
  const d = descriptor(id);
  let sizes = load<u32>(d + 40) ? load<u32>(d + 20) : 1;
  const ways = load<u32>(d + 8);
  const mask = load<u32>(d + 4);
  while (sizes) {
    const level = ctz(sizes);
    sizes &= sizes - 1;
    const shift = 12 + level * 9;
    const vpn = va >> shift;
    const key = (vpn << shift) | (level << 1) | 1;
    const first = (<u32>vpn & mask) * ways;
    for (let w: u32 = 0; w < ways; w += 8) {
      let found = matching(load<u32>(d + 16) + ((first + w) << 3), ways, key);
      while (found) {
        const e = load<u32>(d) + (first + w + ctz(found)) * ENTRY_SIZE;
        found &= found - 1;
        const have = load<u32>(e, 8);
        if (have != tag && !(load<u32>(e, 12) & ENTRY_G && have >> 16 == tag >> 16)) continue;
        if (load<u32>(d + 12) == POLICY_LRU) touch(d, e);
        return e;
      }
    }
  }
  count(counter(id, 1));
  return 0;
}

@inline function bitWord(d: u32, e: u32): u32 {
  return load<u32>(d + 32) + ((numberOf(d, e) >> 5) << 2);
}

@inline function bit(d: u32, e: u32): u32 {
  return (<u32>1) << (numberOf(d, e) & 31);
}

/** Sets the key of an entry that had another one, or none. */
@inline function setKey(d: u32, e: u32, key: u64): void {
  const at = keyAt(d, e);
  const large = <u32>(levelOfKey(key) != 0) - <u32>(levelOfKey(load<u64>(at)) != 0);
  store<u64>(at, key);
  store<u32>(d + 40, load<u32>(d + 40) + large);
}

@inline function setValid(d: u32, e: u32, key: u64): void {
  setKey(d, e, key);
  const word = bitWord(d, e);
  store<u32>(word, load<u32>(word) | bit(d, e));
}

@inline function setInvalid(d: u32, e: u32): void {
  setKey(d, e, 0);
  store<u32>(stampAt(d, e), 0);
  const word = bitWord(d, e);
  store<u32>(word, load<u32>(word) & ~bit(d, e));
}

@inline function touch(d: u32, e: u32): void {
  let now = load<u32>(d + 24) + 1;
  if (!now) now = 1;
  store<u32>(d + 24, now);
  store<u32>(stampAt(d, e), now);
}

/** One step of xorshift64*, the seeded source of random replacement. */
function nextRandom(): u32 {
  let s = load<u64>(SEED);
  s ^= s >> 12;
  s ^= s << 25;
  s ^= s >> 27;
  store<u64>(SEED, s);
  return <u32>((s * 0x2545f4914f6cdd1d) >> 33);
}

/** Of a set, the number of a free way, or of the one the policy gives up: FIFO the first filled, LRU the last used the longest ago. */
function victim(d: u32, first: u32, ways: u32): u32 {
  if (ways == 1) return 0;
  const stamps = load<u32>(d + 36) + (first << 2);
  let oldest: u32 = 0;
  let least = load<u32>(stamps);
  for (let w: u32 = 1; w < ways; w++) {
    const stamp = load<u32>(stamps + (w << 2));
    const older = stamp < least;
    oldest = select(w, oldest, older);
    least = select(stamp, least, older);
  }
  return least && load<u32>(d + 12) == POLICY_RANDOM ? nextRandom() % ways : oldest;
}

// The fast TLB must stay a subset of the first level.
@inline function forget(id: u32, unified: bool, key: u64): void {
  if (id == TLB_L1D) {
    dropFastDataPage(pageOfKey(key), levelOfKey(key));
    if (unified) dropFastFetchPage(pageOfKey(key), levelOfKey(key));
  } else if (id == TLB_L1I) {
    dropFastFetchPage(pageOfKey(key), levelOfKey(key));
  }
}

@inline export function isUnified(): bool {
  return load<u32>(descriptor(TLB_L1I) + 28) == 0;
}

export function insert(id: u32, va: u64, target: u64, tag: u32, flags: u32): u32 {
  const d = descriptor(id);
  if (!load<u32>(d + 28)) return 0;
  const level = (flags >> ENTRY_LEVEL_SHIFT) & 7;
  const shift = 12 + level * 9;
  const vpn = va >> shift;
  const ways = load<u32>(d + 8);
  const first = (<u32>vpn & load<u32>(d + 4)) * ways;
  const e = load<u32>(d) + (first + victim(d, first, ways)) * ENTRY_SIZE;
  const before = load<u64>(keyAt(d, e));
  if (before) {
    count(counter(id, 3));
    forget(id, isUnified(), before);
  }
  count(counter(id, 2));
  store<u32>(d + 20, load<u32>(d + 20) | (1 << level));
  store<u64>(e, target);
  store<u32>(e, tag, 8);
  store<u32>(e, flags, 12);
  setValid(d, e, (vpn << shift) | (level << 1) | 1);
  touch(d, e);
  return e;
}

/** Which entries an invalidation means. */
export const MATCH_ALL: u32 = 0;
export const MATCH_ASID: u32 = 1;
export const MATCH_VA: u32 = 2;
/** Entries of the VMID whatever their address space (global ones included). */
export const MATCH_VMID: u32 = 4;
/** ASID-qualified invalidations spare global entries (privileged specification, SFENCE.VMA). */
function matches(d: u32, e: u32, how: u32, va: u64, tag: u32): bool {
  const key = load<u64>(keyAt(d, e));
  if (!key) return false;
  const have = load<u32>(e, 8);
  if (how & MATCH_VMID && have >> 16 != tag >> 16) return false;
  if (how & MATCH_ASID && ((have & 0xffff) != (tag & 0xffff) || (load<u32>(e, 12) & ENTRY_G) != 0)) return false;
  if (how & MATCH_VA) {
    const shift = 12 + levelOfKey(key) * 9;
    if (va >> shift != key >> shift) return false;
  }
  return true;
}

function invalidateIn(id: u32, how: u32, va: u64, tag: u32): u32 {
  const d = descriptor(id);
  const entries = load<u32>(d + 28);
  const unified = isUnified();
  let dropped: u32 = 0;
  if (how & MATCH_VA) {
    // Only the sets the page can be in.
    let sizes = load<u32>(d + 20);
    const ways = load<u32>(d + 8);
    while (sizes) {
      const level = ctz(sizes);
      sizes &= sizes - 1;
      let e = load<u32>(d) + (<u32>(va >> (12 + level * 9)) & load<u32>(d + 4)) * ways * ENTRY_SIZE;
      for (let w: u32 = 0; w < ways; w++, e += ENTRY_SIZE) {
        if (!matches(d, e, how, va, tag)) continue;
        forget(id, unified, load<u64>(keyAt(d, e)));
        setInvalid(d, e);
        dropped++;
      }
    }
    return dropped;
  }
  const words = (entries + 31) >> 5;
  for (let w: u32 = 0; w < words; w++) {
    let bits = load<u32>(load<u32>(d + 32) + (w << 2));
    while (bits) {
      const e = load<u32>(d) + ((w << 5) + ctz(bits)) * ENTRY_SIZE;
      bits &= bits - 1;
      if (!matches(d, e, how, va, tag)) continue;
      forget(id, unified, load<u64>(keyAt(d, e)));
      setInvalid(d, e);
      dropped++;
    }
  }
  return dropped;
}

/** Drops what matches from every structure and books it under a cause of FLUSH_CAUSES. Returns the entries dropped. */
export function invalidateTlbs(cause: u32, how: u32, va: u64, tag: u32): u32 {
  // Without the model the fast TLB is all there is.
  if (!load<u32>(COUNTING)) dropFast();
  const dropped =
    invalidateIn(TLB_L1I, how, va, tag) + invalidateIn(TLB_L1D, how, va, tag) + invalidateIn(TLB_L2, how, va, tag);
  const at = C_FLUSH_SFENCE_ALL + (cause << 4);
  count(at);
  countBy(at + 8, dropped);
  return dropped;
}

/** Drops one entry so that its page is walked anew; quiet: part of a miss, not a flush. */
export function discard(id: u32, e: u32): void {
  const d = descriptor(id);
  forget(id, isUnified(), load<u64>(keyAt(d, e)));
  setInvalid(d, e);
}
