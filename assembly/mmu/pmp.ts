// Physical memory protection, 16 entries, granularity 4 bytes (privileged specification 3.7).
import { PMPCFG0, PMPADDR, PMP_ACTIVE } from '../generated/layout';

export const PMP_R: u32 = 1;
export const PMP_W: u32 = 2;
export const PMP_X: u32 = 4;
export const PMP_ALL: u32 = 7;
/** The range is covered in part, or by entries that differ. */
export const PMP_MIXED: u32 = 8;
const LOCKED: u32 = 0x80;
const ENTRIES: u32 = 16;

/** Bits of PMP_ACTIVE: whom the entries can refuse anything at all. */
export const ACTIVE_USER: u32 = 1;
export const ACTIVE_MACHINE: u32 = 2;

@inline function config(i: u32): u32 {
  // pmpcfg0 and pmpcfg2 are neighbouring cells of eight entries each.
  return load<u8>(PMPCFG0 + i);
}

@inline function address(i: u32): u64 {
  return load<u64>(PMPADDR + (i << 3));
}

/**
 * Permissions of [at, at + size) for a privilege: PMP_R | PMP_W | PMP_X, or PMP_MIXED where they are not one thing
 * for the whole range. An access that only partly matches an entry fails, so for an access MIXED means refused.
 */
export function pmpRange(at: u64, size: u64, machine: bool): u32 {
  const last = at + size - 1;
  for (let i: u32 = 0; i < ENTRIES; i++) {
    const cfg = config(i);
    const mode = (cfg >> 3) & 3;
    if (!mode) continue;
    let lo: u64;
    let hi: u64; // inclusive
    const a = address(i);
    if (mode == 1) {
      lo = i ? address(i - 1) << 2 : 0;
      const end = a << 2;
      if (end <= lo) continue;
      hi = end - 1;
    } else if (mode == 2) {
      lo = a << 2;
      hi = lo + 3;
    } else {
      const ones = ctz(~a);
      if (ones >= 54) {
        lo = 0;
        hi = u64.MAX_VALUE;
      } else {
        const span = (<u64>8) << ones;
        lo = (a << 2) & ~(span - 1);
        hi = lo + span - 1;
      }
    }
    if (last < lo || at > hi) continue;
    if (at < lo || last > hi) return PMP_MIXED;
    return machine && !(cfg & LOCKED) ? PMP_ALL : cfg & PMP_ALL;
  }
  return machine ? PMP_ALL : 0;
}

/** Whether the walker may read (PMP_R) or write (PMP_W) the page-table entry at a guest-physical address. */
export function pmpAllows(gpa: u64, need: u32): bool {
  return !(load<u32>(PMP_ACTIVE) & ACTIVE_USER) || (pmpRange(gpa, 8, false) & (need | PMP_MIXED)) == need;
}

/** Recomputes PMP_ACTIVE; `firmware` (the machine's own SBI) grants everything to S and U. */
export function summarizePmp(firmware: bool): void {
  let active: u32 = 0;
  if (!firmware && pmpRange(0, 1 << 56, false) != PMP_ALL) active |= ACTIVE_USER;
  for (let i: u32 = 0; i < ENTRIES; i++) if (config(i) & LOCKED) active |= ACTIVE_MACHINE;
  store<u32>(PMP_ACTIVE, active);
}
