// Data accesses of the bare core. A hit of the fast TLB is left to the interpreter: each access that misses fills it.
import { DATA_TLB_MASK, RESERVATION, STOP, TLB_READ, TLB_WRITE } from '../generated/layout';
import { raise } from './raise';
import { RAM, RAM_BYTES } from './ram';

function resolve(va: u64, size: u64, cause: u32, tlb: usize): u32 {
  if (va > RAM_BYTES - size) {
    raise(cause, va);
    return 0;
  }
  const entry = <u32>tlb + (<u32>(va >> 7) & DATA_TLB_MASK);
  store<u64>(entry, va & ~0xfff);
  store<u32>(entry, RAM + (<u32>va & ~0xfff), 8);
  return RAM + <u32>va;
}

export function slowLoad(va: u64, lg: u32): u64 {
  const at = resolve(va, 1 << lg, 5, TLB_READ);
  if (at == 0) return 0;
  if (lg == 3) return load<u64>(at);
  if (lg == 2) return load<u32>(at);
  return lg == 1 ? <u64>load<u16>(at) : <u64>load<u8>(at);
}

export function slowStore(va: u64, value: u64, lg: u32): void {
  const at = resolve(va, 1 << lg, 7, TLB_WRITE);
  if (at == 0) return;
  if (lg == 3) store<u64>(at, value);
  else if (lg == 2) store<u32>(at, <u32>value);
  else if (lg == 1) store<u16>(at, <u16>value);
  else store<u8>(at, <u8>value);
}

export function amoAddress(va: u64, lg: u32): u32 {
  if (<u32>va & ((1 << lg) - 1)) {
    raise(6, va);
    return 0;
  }
  return resolve(va, 1 << lg, 7, TLB_WRITE);
}

export function loadReserved(va: u64, lg: u32): u64 {
  if (<u32>va & ((1 << lg) - 1)) {
    raise(4, va);
    return 0;
  }
  const value = slowLoad(va, lg);
  if (load<u32>(0, STOP) == 0) store<u64>(0, (va << 4) | lg, RESERVATION);
  return value;
}

export function storeConditional(va: u64, value: u64, lg: u32): u64 {
  if (amoAddress(va, lg) == 0) return 1;
  const held = load<u64>(0, RESERVATION);
  store<u64>(0, ~(<u64>0), RESERVATION);
  if (held != ((va << 4) | lg)) return 1;
  slowStore(va, value, lg);
  return 0;
}
