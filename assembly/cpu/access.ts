// Data accesses the inline check of the interpreter could not serve: misses, devices, page crossings, atomics.
import {
  C_MMIO_READS, C_MMIO_WRITES, DATA_ACCESSES, EXIT_MMIO, RESERVATION, STOP, STRATEGY, STRATEGY_BARE, STRATEGY_SHADOW, TRAP_LOAD_ACCESS,
  TRAP_LOAD_MISALIGNED, TRAP_STORE_ACCESS, TRAP_STORE_MISALIGNED, WATCHES, WATCH_READ, WATCH_WRITE,
} from '../generated/layout';
import { count } from '../counters';
import { ACCESS_READ, ACCESS_WRITE } from '../mmu/pte';
import { countRefusedAccess, deviceAddress, resolveData, tracked } from '../mmu/translate';
import { refreshContext } from '../mmu/context';
import { shadowUnshadow, shadowWritten } from '../vmm/shadow-sync';
import { isProtected } from '../vmm/shadow';
import { takeRootsDropped } from '../vmm/shadow-pages';
import { FRAME_WATCHED, frameOf } from '../vmm/frames';
import { leaveHostKernel, vmExit } from '../vmm/exit';
import { deviceRead, deviceWrite } from '../bus/bus';
import { watchedWrite } from '../bus/htif';
import { codeWritten } from './fetch';
import { noteAccess } from './halt';
import { STOP_TRAP, raise } from './raise';
import { settleTime } from './time';

@inline function loadSized(linear: u32, lg: u32): u64 {
  if (lg == 3) return load<u64>(linear);
  if (lg == 2) return load<u32>(linear);
  return lg ? <u64>load<u16>(linear) : <u64>load<u8>(linear);
}

@inline function storeSized(linear: u32, value: u64, lg: u32): void {
  if (lg == 3) store<u64>(linear, value);
  else if (lg == 2) store<u32>(linear, <u32>value);
  else if (lg) store<u16>(linear, <u16>value);
  else store<u8>(linear, <u8>value);
}

/** An access fault found after translation. */
function refuse(cause: u32, va: u64): void {
  countRefusedAccess();
  raise(cause, va);
}

/** A device may show the time, which has to be that of this instruction: both engines store BUDGET before they call. */
@inline function reachDevice(): void {
  settleTime();
  if (load<u32>(STRATEGY) == STRATEGY_BARE) return;
  vmExit(EXIT_MMIO);
  leaveHostKernel();
}

/** What has to follow a store to RAM: decoded code, watched words, tables the VMM shadows. */
function written(linear: u32, size: u32, follow: bool): void {
  const frame = frameOf(linear & ~0xfff);
  if (load<u16>(frame)) codeWritten(linear, size);
  if (load<u16>(frame, 2) & FRAME_WATCHED) watchedWrite(linear, size);
  if (follow) {
    shadowWritten(linear, size);
    if (takeRootsDropped()) refreshContext();
  }
}

/** A load of 2^lg bytes, zero-extended. On a fault STOP is set and the value means nothing. */
export function slowLoad(va: u64, lg: u32): u64 {
  const size: u32 = 1 << lg;
  if ((<u32>va & 0xfff) + size > 4096) return crossLoad(va, size);
  const linear = resolveData(va, ACCESS_READ, size);
  if (linear) {
    if (load<u32>(WATCHES)) noteAccess(va, size, WATCH_READ);
    return loadSized(linear, lg);
  }
  if (load<u32>(STOP)) return 0;
  reachDevice();
  count(C_MMIO_READS);
  if (<u32>deviceAddress & (size - 1)) {
    refuse(TRAP_LOAD_ACCESS, va);
    return 0;
  }
  const value = deviceRead(deviceAddress, lg, va);
  if (load<u32>(STOP) == STOP_TRAP) countRefusedAccess();
  else if (load<u32>(WATCHES)) noteAccess(va, size, WATCH_READ);
  return value;
}

function crossLoad(va: u64, size: u32): u64 {
  const first: u32 = 4096 - (<u32>va & 0xfff);
  const low = resolveData(va, ACCESS_READ, first);
  if (!low) {
    if (!load<u32>(STOP)) refuse(TRAP_LOAD_ACCESS, va);
    return 0;
  }
  store<u64>(DATA_ACCESSES, load<u64>(DATA_ACCESSES) + 1);
  const high = resolveData(va + first, ACCESS_READ, size - first);
  if (!high) {
    if (!load<u32>(STOP)) refuse(TRAP_LOAD_ACCESS, va + first);
    return 0;
  }
  let value: u64 = 0;
  for (let i: u32 = 0; i < first; i++) value |= <u64>load<u8>(low + i) << (i << 3);
  for (let i = first; i < size; i++) value |= <u64>load<u8>(high + (i - first)) << (i << 3);
  if (load<u32>(WATCHES)) noteAccess(va, size, WATCH_READ);
  return value;
}

/** A store of 2^lg bytes. STOP afterwards: STOP_TRAP (nothing was written) or STOP_EVENT (it was, something follows). */
export function slowStore(va: u64, value: u64, lg: u32): void {
  const size: u32 = 1 << lg;
  if ((<u32>va & 0xfff) + size > 4096) {
    crossStore(va, value, size);
    return;
  }
  const linear = resolveData(va, ACCESS_WRITE, size);
  if (linear) {
    const follow = tracked;
    storeSized(linear, value, lg);
    if (follow || load<u32>(frameOf(linear & ~0xfff))) written(linear, size, follow);
    if (load<u32>(WATCHES)) noteAccess(va, size, WATCH_WRITE);
    return;
  }
  if (load<u32>(STOP)) return;
  reachDevice();
  count(C_MMIO_WRITES);
  if (<u32>deviceAddress & (size - 1)) {
    refuse(TRAP_STORE_ACCESS, va);
    return;
  }
  deviceWrite(deviceAddress, value, lg, va);
  if (load<u32>(STOP) == STOP_TRAP) countRefusedAccess();
  else if (load<u32>(WATCHES)) noteAccess(va, size, WATCH_WRITE);
}

function crossStore(va: u64, value: u64, size: u32): void {
  const first: u32 = 4096 - (<u32>va & 0xfff);
  const low = resolveData(va, ACCESS_WRITE, first);
  const followLow = tracked;
  if (!low) {
    if (!load<u32>(STOP)) refuse(TRAP_STORE_ACCESS, va);
    return;
  }
  store<u64>(DATA_ACCESSES, load<u64>(DATA_ACCESSES) + 1);
  const high = resolveData(va + first, ACCESS_WRITE, size - first);
  const followHigh = tracked;
  if (!high) {
    if (!load<u32>(STOP)) refuse(TRAP_STORE_ACCESS, va + first);
    return;
  }
  for (let i: u32 = 0; i < first; i++) store<u8>(low + i, <u8>(value >> (i << 3)));
  for (let i = first; i < size; i++) store<u8>(high + (i - first), <u8>(value >> (i << 3)));
  // The walk for the second page may have made a guest table of the first.
  written(low, first, followLow || (load<u32>(STRATEGY) == STRATEGY_SHADOW && isProtected(frameOf(low & ~0xfff))));
  written(high, size - first, followHigh);
  if (load<u32>(WATCHES)) noteAccess(va, size, WATCH_WRITE);
}

/**
 * Linear address for an atomic of 2^lg bytes, writable; 0: a fault was raised. Atomics are naturally aligned and go to
 * RAM only (PMAs of this machine).
 */
export function amoAddress(va: u64, lg: u32): u32 {
  const size: u32 = 1 << lg;
  if (<u32>va & (size - 1)) {
    raise(TRAP_STORE_MISALIGNED, va);
    return 0;
  }
  const linear = resolveData(va, ACCESS_WRITE, size);
  if (!linear) {
    if (!load<u32>(STOP)) refuse(TRAP_STORE_ACCESS, va);
    return 0;
  }
  if (tracked) {
    shadowUnshadow(linear);
    if (takeRootsDropped()) refreshContext();
  }
  if (load<u32>(frameOf(linear & ~0xfff))) codeWritten(linear, size);
  if (load<u32>(WATCHES)) noteAccess(va, size, WATCH_READ | WATCH_WRITE);
  return linear;
}

/** LR: loads and reserves. The reservation is the aligned doubleword's linear address with bit 0 set. */
export function loadReserved(va: u64, lg: u32): u64 {
  const size: u32 = 1 << lg;
  if (<u32>va & (size - 1)) {
    raise(TRAP_LOAD_MISALIGNED, va);
    return 0;
  }
  const linear = resolveData(va, ACCESS_READ, size);
  if (!linear) {
    if (!load<u32>(STOP)) refuse(TRAP_LOAD_ACCESS, va);
    return 0;
  }
  store<u64>(RESERVATION, <u64>linear << 4 | lg);
  if (load<u32>(WATCHES)) noteAccess(va, size, WATCH_READ);
  return loadSized(linear, lg);
}

/** SC: 0 on success, 1 when the reservation is gone. Always gives the reservation up. */
export function storeConditional(va: u64, value: u64, lg: u32): u64 {
  const linear = amoAddress(va, lg);
  if (!linear) return 1;
  const reservation = load<u64>(RESERVATION);
  store<u64>(RESERVATION, 0);
  if (reservation != (<u64>linear << 4 | lg)) return 1;
  storeSized(linear, value, lg);
  return 0;
}
