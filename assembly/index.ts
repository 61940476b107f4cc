// The whole contract between host and wasm. The host writes the configuration cells of generated/layout, calls the
// `configure*` functions and `reset`, loads the guest through `pageFor`, starts it with `start`, and then only calls
// `run`, reading places and counters in between.
import {
  COUNTERS, COUNTERS_BYTES, GRANT_BASE, GRANT_NEXT, LINKS_BASE, MCOUNTEREN, MEDELEG, MENVCFG, MIDELEG, MSTATUS, MTIMECMP, NEXT_LINK, PC,
  POOL_BASE, POOL_NEXT, PRIV, RAM_BASE, AWAKE, SBI, SCOUNTEREN, SENVCFG, SHADOW_NEXT_ASID, STIMECMP, STRATEGY, STRATEGY_NESTED,
  STRATEGY_PARAVIRT, PARAVIRT_MAGIC, X, GUEST_SIZE, HPM_DEADLINE, POOL_USED, DEVICE_DEADLINE, TURN_END,
} from './generated/layout';
import { MSTATUS_TVM } from './generated/csr';
import { configureLines, configureTables } from './mmu/caches';
import { configureTlb, resetModelHeap } from './mmu/model';
import { resetFast } from './mmu/fast';
import { refreshContext } from './mmu/context';
import { summarizePmp } from './mmu/pmp';
import { PRIV_M, PRIV_S } from './mmu/privilege';
import { FRAME_WATCHED, frameOf, guestPage, guestPageIfAny } from './vmm/frames';
import { createGstage } from './vmm/gstage';
import { buildInitialTables, initialTables } from './vmm/paravirt';
import { run, saveCounters, saveHartCounters } from './cpu/run';
import { timeNow } from './cpu/time';
import { skipTime, ticksToDeadline } from './cpu/wait';
import { hartAt } from './harts/block';
import { keepModel, takeModel } from './harts/model';
import { copyHarts } from './harts/turns';
import { deviceMemory, interruptLine } from './bus/devices';
import { uartUpdate } from './bus/uart';
import { restoreFlags, restoreRecords, saveFlags, savedRecords } from './snapshot';
import { settleFp, statusOf } from './cpu/csr';
import { movePage } from './cpu/fetch';
import { dropModule, dropTranslations, findUnit, separate } from './cpu/translated';
import { amoAddress, loadReserved, slowLoad, slowStore, storeConditional } from './cpu/access';
import { raise } from './cpu/raise';

export { restoreFlags, restoreRecords, saveFlags, savedRecords };
export { deviceMemory, interruptLine, skipTime, ticksToDeadline, uartUpdate };
export { configureLines, configureTables, configureTlb, initialTables, resetModelHeap, run, saveCounters };
// Several harts: their counters, where their cells are, and the descriptors of their modelled MMUs.
export { hartAt, keepModel, saveHartCounters, takeModel };
// What translated code calls.
export { amoAddress, findUnit, loadReserved, movePage, raise, slowLoad, slowStore, storeConditional };
// What the translator calls.
export { dropModule, dropTranslations, separate };
export { clmul, clmulHigh, clmulReversed, mulHigh, mulHighSU, mulHighU, xperm4, xperm8 } from './cpu/arithmetic';
export * from './fpu/index';
// The debugger.
export { liftBreakpoints, setBreakpoints, setWatchpoints } from './cpu/halt';
export { readCsr, writeCsr } from './debugger';
// A kernel outside the core.
export { enterUser, fenceUser, runUser, wroteCode } from './user';

const NEVER: u64 = u64.MAX_VALUE;

/** Brings the hart and the VMM to their state after power-on. Memory is zero where the host has not written. */
export function reset(): void {
  resetFast();
  store<u64>(MTIMECMP, NEVER);
  store<u64>(STIMECMP, NEVER);
  store<u64>(DEVICE_DEADLINE, NEVER);
  store<u64>(TURN_END, NEVER);
  store<u64>(HPM_DEADLINE, NEVER);
  store<u32>(AWAKE, 1);
  store<u32>(POOL_NEXT, load<u32>(POOL_BASE));
  store<u32>(POOL_USED, 0);
  store<u32>(GRANT_NEXT, load<u32>(GRANT_BASE));
  store<u32>(NEXT_LINK, load<u32>(LINKS_BASE));
  store<u32>(SHADOW_NEXT_ASID, 1);
  if (load<u32>(STRATEGY) == STRATEGY_NESTED) createGstage();
}

/** Linear address of the page behind a guest-physical address, backed if it was not; 0: not guest RAM. For loading. */
export function pageFor(gpa: u64): u32 {
  return guestPage(gpa) & ~0xfff;
}

/** The same without backing anything. */
export function pageIfAny(gpa: u64): u32 {
  return guestPageIfAny(gpa) & ~0xfff;
}

/** Stores to this page are watched (HTIF). */
export function watch(gpa: u64): void {
  const page = pageFor(gpa);
  if (page) store<u16>(frameOf(page), <u16>FRAME_WATCHED, 2);
}

// What firmware delegates: every exception but the supervisor's own calls, every supervisor interrupt.
const FIRMWARE_MEDELEG: u64 = 0xb1ff;
const FIRMWARE_MIDELEG: u64 = 0x2222;
/** STCE, CBZE, CBCFE, CBIE = 3. */
const FIRMWARE_ENVCFG: u64 = 0x8000_0000_0000_00f0;

/**
 * Starts the guest at `entry` with a0 = hart 0 and a1 = `tree`. With the machine's own SBI (cell SBI) in S-mode, as
 * firmware would leave it, other harts stopped; else all harts in M-mode as after reset. Counters start at zero.
 */
export function start(entry: u64, tree: u64): void {
  store<u64>(PC, entry);
  store<u64>(MSTATUS, 0);
  store<u32>(PRIV, PRIV_M);
  const firmware = load<u32>(SBI) != 0;
  if (firmware) {
    store<u32>(PRIV, PRIV_S);
    store<u64>(MEDELEG, FIRMWARE_MEDELEG);
    store<u64>(MIDELEG, FIRMWARE_MIDELEG);
    store<u64>(MCOUNTEREN, 7);
    store<u64>(SCOUNTEREN, 7);
    store<u64>(MENVCFG, FIRMWARE_ENVCFG);
    store<u64>(SENVCFG, FIRMWARE_ENVCFG & 0xff);
  }
  summarizePmp(firmware);
  if (load<u32>(STRATEGY) == STRATEGY_PARAVIRT && firmware) {
    const root = buildInitialTables();
    // The hardware traps what the guest must not do by itself: satp and SFENCE.VMA.
    store<u64>(MSTATUS, MSTATUS_TVM);
    store<u64>(X + 12 * 8, PARAVIRT_MAGIC);
    store<u64>(X + 13 * 8, <u64>(load<u32>(GRANT_BASE) - load<u32>(RAM_BASE)) >> 12);
    store<u64>(X + 14 * 8, root);
  }
  // After the tables: building them answers as a hypercall does, in a0 and a1.
  store<u64>(X + 10 * 8, 0);
  store<u64>(X + 11 * 8, tree);
  refreshContext();
  memory.fill(COUNTERS, 0, COUNTERS_BYTES);
  copyHarts(firmware);
}

/** mstatus of a hart as the guest reads it, for the digest. */
export function status(hart: u32): u64 {
  settleFp();
  return statusOf(hartAt(hart));
}

/** mtime. */
export function now(): u64 {
  return timeNow();
}

@inline function mix(hash: u64, word: u64): u64 {
  const x = (hash ^ word) * 0x9e3779b97f4a7c15;
  return x ^ (x >> 29);
}

/** Whether a page was never written, as most are not: eight times as fast to find out as to mix. */
function isZero(page: u32): bool {
  for (let at = page; at < page + 4096; at += 64) {
    const low = load<u64>(at) | load<u64>(at, 8) | load<u64>(at, 16) | load<u64>(at, 24);
    if (low | load<u64>(at, 32) | load<u64>(at, 40) | load<u64>(at, 48) | load<u64>(at, 56)) return false;
  }
  return true;
}

let lane0: u64 = 0;
let lane1: u64 = 0;

/**
 * Two 64-bit lanes over the words of the guest's memory, page by page in guest-physical order; pages of zeros count as
 * absent, so that lazily backed memory has the digest of memory that was there from the start.
 */
export function digestMemory(): void {
  lane0 = 0x243f6a8885a308d3;
  lane1 = 0x13198a2e03707344;
  const size = load<u64>(GUEST_SIZE);
  for (let offset: u64 = 0; offset < size; offset += 4096) {
    const page = guestPageIfAny(0x8000_0000 + offset);
    if (!page || isZero(page)) continue;
    let a = mix(lane0, offset);
    let b = mix(lane1, ~offset);
    for (let i: u32 = 0; i < 4096; i += 8) {
      const word = load<u64>(page + i);
      a = mix(a, word);
      b = mix(b, rotl<u64>(word, 31));
    }
    lane0 = a;
    lane1 = b;
  }
}

/** Lower half of the digest that was computed last. */
export function digestLow(): u64 {
  return lane0;
}

/** Upper half of the digest that was computed last. */
export function digestHigh(): u64 {
  return lane1;
}
