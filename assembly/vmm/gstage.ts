// The G-stage: a real Sv39x4 (or Sv48x4) table in host memory, filled lazily (privileged specification, chapter 18.5).
import { VMM_ROOT, HOST_LEVELS, EXIT_GSTAGE_FAULT, POOL_NEXT, POOL_USED, POOL_END } from '../generated/layout';
import { allocTable, backingLevel, guestPage, hostLinear, hostPhysical } from './frames';
import { vmExit, vmWork } from './exit';

// V R W X U A D: the VMM sets A and D beforehand, as KVM does, so the walker never writes a G-stage entry.
const LEAF: u64 = 0xdf;

/** The root of an "x4" table is 16 KiB, aligned: four pages from the untouched end of the pool. */
export function createGstage(): void {
  const root = (load<u32>(POOL_NEXT) + 0x3fff) & ~0x3fff;
  if (root + 0x4000 > load<u32>(POOL_END)) unreachable();
  memory.fill(root, 0, 0x4000);
  store<u32>(POOL_NEXT, root + 0x4000);
  store<u32>(POOL_USED, load<u32>(POOL_USED) + 4);
  store<u32>(VMM_ROOT, root);
}

/** Index of a guest-physical address in the table of a level; the root has two bits more. */
@inline export function gstageIndex(gpa: u64, level: u32): u32 {
  const root = level + 1 == load<u32>(HOST_LEVELS);
  return <u32>(gpa >> (12 + 9 * level)) & (root ? 2047 : 511);
}

/** A G-stage page fault on guest RAM: backs the page and maps it. */
export function gstageFault(gpa: u64): void {
  vmExit(EXIT_GSTAGE_FAULT);
  const linear = guestPage(gpa);
  const leafLevel = backingLevel(gpa, 2);
  let table = load<u32>(VMM_ROOT);
  for (let level = load<u32>(HOST_LEVELS) - 1; ; level--) {
    const pte = table + gstageIndex(gpa, level) * 8;
    vmWork(1);
    if (level == leafLevel) {
      const mask = ((<u64>4096) << (9 * level)) - 1;
      const base = hostPhysical(linear) - (gpa & mask & ~0xfff);
      store<u64>(pte, ((base >> 12) << 10) | LEAF);
      return;
    }
    const entry = load<u64>(pte);
    if (entry) {
      table = hostLinear((entry >> 10) << 12);
      continue;
    }
    // The pool holds a table for every 2 MiB of guest memory, so it cannot run out.
    const next = allocTable();
    if (!next) unreachable();
    store<u64>(pte, ((hostPhysical(next) >> 12) << 10) | 1);
    vmWork(1);
    table = next;
  }
}
