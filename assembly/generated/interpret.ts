// Generated from src/isa by `npm run generate`. Do not edit.
import { amoAddress, loadReserved, slowLoad, slowStore, storeConditional } from '../cpu/access';
import { clmul, clmulHigh, clmulReversed, mulHigh, mulHighSU, mulHighU, xperm4, xperm8 } from '../cpu/arithmetic';
import { decodeAt, enter, fetch } from '../cpu/fetch';
import { sysCbo, sysCsr, sysEbreak, sysEcall, sysFenceI, sysHint, sysMret, sysSfence, sysSfenceOrder, sysSret, sysWfi } from '../cpu/system';
import { halt, raise } from '../cpu/raise';
import { LEFT_FOR, LEFT_MASK, LEFT_OFF, callTranslated, recordHere } from '../cpu/translated';
import { f16Add, f16Classify, f16Div, f16Eq, f16FromI32, f16FromI64, f16FromU32, f16FromU64, f16Le, f16Lt, f16Max, f16Min, f16Mul, f16MulAdd, f16Sqrt, f16Sub, f16ToF32, f16ToF64, f16ToI32, f16ToI64, f16ToU32, f16ToU64, f32Add, f32Classify, f32Div, f32Eq, f32FromI32, f32FromI64, f32FromU32, f32FromU64, f32Le, f32Lt, f32Max, f32Min, f32Mul, f32MulAdd, f32Sqrt, f32Sub, f32ToF16, f32ToF64, f32ToI32, f32ToI64, f32ToU32, f32ToU64, f64Add, f64Classify, f64Div, f64Eq, f64FromI32, f64FromI64, f64FromU32, f64FromU64, f64Le, f64Lt, f64Max, f64Min, f64Mul, f64MulAdd, f64Sqrt, f64Sub, f64ToF16, f64ToF32, f64ToI32, f64ToI64, f64ToU32, f64ToU64 } from '../fpu/index';
import { AFTER_SYSTEM, BUDGET, DATA_ACCESSES, DATA_TLB_MASK, DELTA, F, FFLAGS, FP_DIRTY, FP_OFF, FRM, JIT_LEFT_BY, PC, STOP, TLB_READ, TLB_WRITE, TVAL, X } from './layout';

/** Leaves with PC already written. */
function leave(n: i64, data: u64): i64 {
  store<u64>(0, load<u64>(0, DATA_ACCESSES) + data, DATA_ACCESSES);
  return n;
}

/** Puts what the loop keeps in locals where the hart finds it; TVAL holds the instruction, should it be illegal. */
function suspend(ip: u32, pc: u64, n: i64, data: u64): void {
  store<u64>(0, pc, PC);
  store<i64>(0, n, BUDGET);
  store<u64>(0, <u64>load<u32>(ip, 12), TVAL);
  store<u64>(0, load<u64>(0, DATA_ACCESSES) + data, DATA_ACCESSES);
}

/** The record to go on with after the hart has acted, or 0 to leave. */
function resume(): u32 {
  if (load<u32>(0, STOP) != 0 || load<i64>(0, BUDGET) <= 0) {
    store<u32>(0, 1, AFTER_SYSTEM);
    return 0;
  }
  return fetch(load<u64>(0, PC));
}

/** Raises the exception of the record's instruction. */
function illegal(ip: u32): void {
  raise(2, <u64>load<u32>(ip, 12));
}

/**
 * Does the instruction of the record at `ip`, with `n` left behind it. Returns the record that is next, and in the low bits whether it did
 * not retire (1), whether the run ends behind it (2), and whether it made a data access (4).
 */
function rare(ip: u32, n: i64): u32 {
  switch (<u32>load<u16>(ip)) {
    case 122: { // lr.w
      const value = loadReserved(load<u64>(load<u16>(ip, 4), X), 2);
      if (load<u32>(0, STOP) == 1) { return ip + 1; }
      store<u64>(load<u16>(ip, 2), <u64><i64><i32>value, X);
      if (load<u32>(0, STOP)) { return ip + 38; }
      return ip + 36;
    }
    case 123: { // lr.d
      const value = loadReserved(load<u64>(load<u16>(ip, 4), X), 3);
      if (load<u32>(0, STOP) == 1) { return ip + 1; }
      store<u64>(load<u16>(ip, 2), value, X);
      if (load<u32>(0, STOP)) { return ip + 38; }
      return ip + 36;
    }
    case 124: { // sc.w
      const value = storeConditional(load<u64>(load<u16>(ip, 4), X), load<u64>(load<u16>(ip, 6), X), 2);
      if (load<u32>(0, STOP) == 1) { return ip + 1; }
      store<u64>(load<u16>(ip, 2), value, X);
      if (load<u32>(0, STOP)) { return ip + 38; }
      return ip + 36;
    }
    case 125: { // sc.d
      const value = storeConditional(load<u64>(load<u16>(ip, 4), X), load<u64>(load<u16>(ip, 6), X), 3);
      if (load<u32>(0, STOP) == 1) { return ip + 1; }
      store<u64>(load<u16>(ip, 2), value, X);
      if (load<u32>(0, STOP)) { return ip + 38; }
      return ip + 36;
    }
    case 126: { // amoswap.w
      const a: u32 = amoAddress(load<u64>(load<u16>(ip, 4), X), 2);
      if (a == 0) { return ip + 1; }
      const old: u32 = load<u32>(a);
      store<u32>(a, <u32><u32>load<u64>(load<u16>(ip, 6), X));
      store<u64>(load<u16>(ip, 2), <u64><i64><i32>old, X);
      if (load<u32>(0, STOP)) { return ip + 38; }
      return ip + 36;
    }
    case 127: { // amoswap.d
      const a: u32 = amoAddress(load<u64>(load<u16>(ip, 4), X), 3);
      if (a == 0) { return ip + 1; }
      const old: u64 = load<u64>(a);
      store<u64>(a, <u64>load<u64>(load<u16>(ip, 6), X));
      store<u64>(load<u16>(ip, 2), old, X);
      if (load<u32>(0, STOP)) { return ip + 38; }
      return ip + 36;
    }
    case 128: { // amoadd.w
      const a: u32 = amoAddress(load<u64>(load<u16>(ip, 4), X), 2);
      if (a == 0) { return ip + 1; }
      const old: u32 = load<u32>(a);
      store<u32>(a, <u32>(old + <u32>load<u64>(load<u16>(ip, 6), X)));
      store<u64>(load<u16>(ip, 2), <u64><i64><i32>old, X);
      if (load<u32>(0, STOP)) { return ip + 38; }
      return ip + 36;
    }
    case 129: { // amoadd.d
      const a: u32 = amoAddress(load<u64>(load<u16>(ip, 4), X), 3);
      if (a == 0) { return ip + 1; }
      const old: u64 = load<u64>(a);
      store<u64>(a, <u64>(old + load<u64>(load<u16>(ip, 6), X)));
      store<u64>(load<u16>(ip, 2), old, X);
      if (load<u32>(0, STOP)) { return ip + 38; }
      return ip + 36;
    }
    case 130: { // amoxor.w
      const a: u32 = amoAddress(load<u64>(load<u16>(ip, 4), X), 2);
      if (a == 0) { return ip + 1; }
      const old: u32 = load<u32>(a);
      store<u32>(a, <u32>(old ^ <u32>load<u64>(load<u16>(ip, 6), X)));
      store<u64>(load<u16>(ip, 2), <u64><i64><i32>old, X);
      if (load<u32>(0, STOP)) { return ip + 38; }
      return ip + 36;
    }
    case 131: { // amoxor.d
      const a: u32 = amoAddress(load<u64>(load<u16>(ip, 4), X), 3);
      if (a == 0) { return ip + 1; }
      const old: u64 = load<u64>(a);
      store<u64>(a, <u64>(old ^ load<u64>(load<u16>(ip, 6), X)));
      store<u64>(load<u16>(ip, 2), old, X);
      if (load<u32>(0, STOP)) { return ip + 38; }
      return ip + 36;
    }
    case 132: { // amoand.w
      const a: u32 = amoAddress(load<u64>(load<u16>(ip, 4), X), 2);
      if (a == 0) { return ip + 1; }
      const old: u32 = load<u32>(a);
      store<u32>(a, <u32>(old & <u32>load<u64>(load<u16>(ip, 6), X)));
      store<u64>(load<u16>(ip, 2), <u64><i64><i32>old, X);
      if (load<u32>(0, STOP)) { return ip + 38; }
      return ip + 36;
    }
    case 133: { // amoand.d
      const a: u32 = amoAddress(load<u64>(load<u16>(ip, 4), X), 3);
      if (a == 0) { return ip + 1; }
      const old: u64 = load<u64>(a);
      store<u64>(a, <u64>(old & load<u64>(load<u16>(ip, 6), X)));
      store<u64>(load<u16>(ip, 2), old, X);
      if (load<u32>(0, STOP)) { return ip + 38; }
      return ip + 36;
    }
    case 134: { // amoor.w
      const a: u32 = amoAddress(load<u64>(load<u16>(ip, 4), X), 2);
      if (a == 0) { return ip + 1; }
      const old: u32 = load<u32>(a);
      store<u32>(a, <u32>(old | <u32>load<u64>(load<u16>(ip, 6), X)));
      store<u64>(load<u16>(ip, 2), <u64><i64><i32>old, X);
      if (load<u32>(0, STOP)) { return ip + 38; }
      return ip + 36;
    }
    case 135: { // amoor.d
      const a: u32 = amoAddress(load<u64>(load<u16>(ip, 4), X), 3);
      if (a == 0) { return ip + 1; }
      const old: u64 = load<u64>(a);
      store<u64>(a, <u64>(old | load<u64>(load<u16>(ip, 6), X)));
      store<u64>(load<u16>(ip, 2), old, X);
      if (load<u32>(0, STOP)) { return ip + 38; }
      return ip + 36;
    }
    case 136: { // amomin.w
      const a: u32 = amoAddress(load<u64>(load<u16>(ip, 4), X), 2);
      if (a == 0) { return ip + 1; }
      const old: u32 = load<u32>(a);
      const t0: u32 = <u32>load<u64>(load<u16>(ip, 6), X);
      store<u32>(a, <u32>select<u32>(old, t0, <i32>old < <i32>t0));
      store<u64>(load<u16>(ip, 2), <u64><i64><i32>old, X);
      if (load<u32>(0, STOP)) { return ip + 38; }
      return ip + 36;
    }
    case 137: { // amomin.d
      const a: u32 = amoAddress(load<u64>(load<u16>(ip, 4), X), 3);
      if (a == 0) { return ip + 1; }
      const old: u64 = load<u64>(a);
      const t0: u64 = load<u64>(load<u16>(ip, 6), X);
      store<u64>(a, <u64>select<u64>(old, t0, <i64>old < <i64>t0));
      store<u64>(load<u16>(ip, 2), old, X);
      if (load<u32>(0, STOP)) { return ip + 38; }
      return ip + 36;
    }
    case 138: { // amomax.w
      const a: u32 = amoAddress(load<u64>(load<u16>(ip, 4), X), 2);
      if (a == 0) { return ip + 1; }
      const old: u32 = load<u32>(a);
      const t0: u32 = <u32>load<u64>(load<u16>(ip, 6), X);
      store<u32>(a, <u32>select<u32>(old, t0, <i32>old > <i32>t0));
      store<u64>(load<u16>(ip, 2), <u64><i64><i32>old, X);
      if (load<u32>(0, STOP)) { return ip + 38; }
      return ip + 36;
    }
    case 139: { // amomax.d
      const a: u32 = amoAddress(load<u64>(load<u16>(ip, 4), X), 3);
      if (a == 0) { return ip + 1; }
      const old: u64 = load<u64>(a);
      const t0: u64 = load<u64>(load<u16>(ip, 6), X);
      store<u64>(a, <u64>select<u64>(old, t0, <i64>old > <i64>t0));
      store<u64>(load<u16>(ip, 2), old, X);
      if (load<u32>(0, STOP)) { return ip + 38; }
      return ip + 36;
    }
    case 140: { // amominu.w
      const a: u32 = amoAddress(load<u64>(load<u16>(ip, 4), X), 2);
      if (a == 0) { return ip + 1; }
      const old: u32 = load<u32>(a);
      const t0: u32 = <u32>load<u64>(load<u16>(ip, 6), X);
      store<u32>(a, <u32>select<u32>(old, t0, old < t0));
      store<u64>(load<u16>(ip, 2), <u64><i64><i32>old, X);
      if (load<u32>(0, STOP)) { return ip + 38; }
      return ip + 36;
    }
    case 141: { // amominu.d
      const a: u32 = amoAddress(load<u64>(load<u16>(ip, 4), X), 3);
      if (a == 0) { return ip + 1; }
      const old: u64 = load<u64>(a);
      const t0: u64 = load<u64>(load<u16>(ip, 6), X);
      store<u64>(a, <u64>select<u64>(old, t0, old < t0));
      store<u64>(load<u16>(ip, 2), old, X);
      if (load<u32>(0, STOP)) { return ip + 38; }
      return ip + 36;
    }
    case 142: { // amomaxu.w
      const a: u32 = amoAddress(load<u64>(load<u16>(ip, 4), X), 2);
      if (a == 0) { return ip + 1; }
      const old: u32 = load<u32>(a);
      const t0: u32 = <u32>load<u64>(load<u16>(ip, 6), X);
      store<u32>(a, <u32>select<u32>(old, t0, old > t0));
      store<u64>(load<u16>(ip, 2), <u64><i64><i32>old, X);
      if (load<u32>(0, STOP)) { return ip + 38; }
      return ip + 36;
    }
    case 143: { // amomaxu.d
      const a: u32 = amoAddress(load<u64>(load<u16>(ip, 4), X), 3);
      if (a == 0) { return ip + 1; }
      const old: u64 = load<u64>(a);
      const t0: u64 = load<u64>(load<u16>(ip, 6), X);
      store<u64>(a, <u64>select<u64>(old, t0, old > t0));
      store<u64>(load<u16>(ip, 2), old, X);
      if (load<u32>(0, STOP)) { return ip + 38; }
      return ip + 36;
    }
    case 144: { // amocas.w
      const a: u32 = amoAddress(load<u64>(load<u16>(ip, 4), X), 2);
      if (a == 0) { return ip + 1; }
      const old: u32 = load<u32>(a);
      store<u32>(a, <u32>select<u32>(<u32>load<u64>(load<u16>(ip, 6), X), old, old == <u32>load<u64>(((load<u32>(ip, 12) >> 7) & 31) << 3, X)));
      store<u64>(load<u16>(ip, 2), <u64><i64><i32>old, X);
      if (load<u32>(0, STOP)) { return ip + 38; }
      return ip + 36;
    }
    case 145: { // amocas.d
      const a: u32 = amoAddress(load<u64>(load<u16>(ip, 4), X), 3);
      if (a == 0) { return ip + 1; }
      const old: u64 = load<u64>(a);
      store<u64>(a, <u64>select<u64>(load<u64>(load<u16>(ip, 6), X), old, old == load<u64>(((load<u32>(ip, 12) >> 7) & 31) << 3, X)));
      store<u64>(load<u16>(ip, 2), old, X);
      if (load<u32>(0, STOP)) { return ip + 38; }
      return ip + 36;
    }
    case 146: { // amocas.q
      const a: u32 = amoAddress(load<u64>(load<u16>(ip, 4), X), 4);
      if (a == 0) { return ip + 1; }
      const rd: u32 = ((load<u32>(ip, 12) >> 7) & 31) << 3;
      const rdLow = load<u64>(rd, X);
      const rdHigh: u64 = rd == 0 ? 0 : load<u64>(rd, X + 8);
      const rs2: u32 = ((load<u32>(ip, 12) >> 20) & 31) << 3;
      const rs2Low = load<u64>(rs2, X);
      const rs2High: u64 = rs2 == 0 ? 0 : load<u64>(rs2, X + 8);
      const low = load<u64>(a);
      const high = load<u64>(a, 8);
      if (low == rdLow && high == rdHigh) { store<u64>(a, rs2Low); store<u64>(a, rs2High, 8); }
      if (rd != 0) { store<u64>(rd, low, X); store<u64>(rd, high, X + 8); }
      if (load<u32>(0, STOP)) { return ip + 38; }
      return ip + 36;
    }
    case 169: { // flw
      if (load<u8>(0, FP_OFF)) { illegal(ip); return ip + 1; }
      const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
      const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
      const t: u64 = va ^ load<u64>(e, TLB_READ);
      if (t <= 4092) {
        store<u64>(load<u16>(ip, 2), (<u64><u32><u64>load<u32>(load<u32>(e, TLB_READ + 8) + <u32>t) | <u64>0xffffffff00000000), F);
      } else {
        store<i64>(0, n, BUDGET);
        const value: u64 = slowLoad(va, 2);
        const stop = load<u32>(0, STOP);
        if (stop == 1) { return ip + 1; }
        store<u64>(load<u16>(ip, 2), (<u64><u32><u64><u32>value | <u64>0xffffffff00000000), F);
        if (stop) { store<u8>(0, 1, FP_DIRTY); return ip + 38; }
      }
      store<u8>(0, 1, FP_DIRTY);
      return ip + 36;
    }
    case 170: { // fsw
      if (load<u8>(0, FP_OFF)) { illegal(ip); return ip + 1; }
      const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
      const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
      const t: u64 = va ^ load<u64>(e, TLB_WRITE);
      if (t <= 4092) {
        store<u32>(load<u32>(e, TLB_WRITE + 8) + <u32>t, <u32>load<u64>(load<u16>(ip, 6), F));
      } else {
        store<i64>(0, n, BUDGET);
        slowStore(va, load<u64>(load<u16>(ip, 6), F), 2);
        const stop = load<u32>(0, STOP);
        if (stop == 1) { return ip + 1; }
        if (stop) { return ip + 38; }
      }
      return ip + 36;
    }
    case 175: { // flh
      if (load<u8>(0, FP_OFF)) { illegal(ip); return ip + 1; }
      const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
      const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
      const t: u64 = va ^ load<u64>(e, TLB_READ);
      if (t <= 4094) {
        store<u64>(load<u16>(ip, 2), (<u64><u32><u64>load<u16>(load<u32>(e, TLB_READ + 8) + <u32>t) | <u64>0xffffffffffff0000), F);
      } else {
        store<i64>(0, n, BUDGET);
        const value: u64 = slowLoad(va, 1);
        const stop = load<u32>(0, STOP);
        if (stop == 1) { return ip + 1; }
        store<u64>(load<u16>(ip, 2), (<u64><u32><u64><u16>value | <u64>0xffffffffffff0000), F);
        if (stop) { store<u8>(0, 1, FP_DIRTY); return ip + 38; }
      }
      store<u8>(0, 1, FP_DIRTY);
      return ip + 36;
    }
    case 176: { // fsh
      if (load<u8>(0, FP_OFF)) { illegal(ip); return ip + 1; }
      const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
      const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
      const t: u64 = va ^ load<u64>(e, TLB_WRITE);
      if (t <= 4094) {
        store<u16>(load<u32>(e, TLB_WRITE + 8) + <u32>t, <u16>load<u64>(load<u16>(ip, 6), F));
      } else {
        store<i64>(0, n, BUDGET);
        slowStore(va, load<u64>(load<u16>(ip, 6), F), 1);
        const stop = load<u32>(0, STOP);
        if (stop == 1) { return ip + 1; }
        if (stop) { return ip + 38; }
      }
      return ip + 36;
    }
    case 177: { // fmadd.s
      let rm: u32 = load<u32>(ip, 8); if (rm == 7) rm = load<u8>(0, FRM);
      if ((<u32>load<u8>(0, FP_OFF) | <u32>(rm > 4)) != 0) { illegal(ip); return ip + 1; }
      const t0: u64 = load<u64>(load<u16>(ip, 4), F);
      const t1: u64 = load<u64>(load<u16>(ip, 6), F);
      const t2: u64 = load<u64>((load<u32>(ip, 12) >> 27) << 3, F);
      store<u64>(load<u16>(ip, 2), (<u64>f32MulAdd(select<u32>(<u32>t0, <u32>0x7fc00000, t0 >= <u64>0xffffffff00000000), select<u32>(<u32>t1, <u32>0x7fc00000, t1 >= <u64>0xffffffff00000000), select<u32>(<u32>t2, <u32>0x7fc00000, t2 >= <u64>0xffffffff00000000), rm) | <u64>0xffffffff00000000), F);
      store<u8>(0, 1, FP_DIRTY);
      return ip + 32;
    }
    case 178: { // fmsub.s
      let rm: u32 = load<u32>(ip, 8); if (rm == 7) rm = load<u8>(0, FRM);
      if ((<u32>load<u8>(0, FP_OFF) | <u32>(rm > 4)) != 0) { illegal(ip); return ip + 1; }
      const t0: u64 = load<u64>(load<u16>(ip, 4), F);
      const t1: u64 = load<u64>(load<u16>(ip, 6), F);
      const t2: u64 = load<u64>((load<u32>(ip, 12) >> 27) << 3, F);
      store<u64>(load<u16>(ip, 2), (<u64>f32MulAdd(select<u32>(<u32>t0, <u32>0x7fc00000, t0 >= <u64>0xffffffff00000000), select<u32>(<u32>t1, <u32>0x7fc00000, t1 >= <u64>0xffffffff00000000), (select<u32>(<u32>t2, <u32>0x7fc00000, t2 >= <u64>0xffffffff00000000) ^ <u32>0x80000000), rm) | <u64>0xffffffff00000000), F);
      store<u8>(0, 1, FP_DIRTY);
      return ip + 32;
    }
    case 179: { // fnmsub.s
      let rm: u32 = load<u32>(ip, 8); if (rm == 7) rm = load<u8>(0, FRM);
      if ((<u32>load<u8>(0, FP_OFF) | <u32>(rm > 4)) != 0) { illegal(ip); return ip + 1; }
      const t0: u64 = load<u64>(load<u16>(ip, 4), F);
      const t1: u64 = load<u64>(load<u16>(ip, 6), F);
      const t2: u64 = load<u64>((load<u32>(ip, 12) >> 27) << 3, F);
      store<u64>(load<u16>(ip, 2), (<u64>f32MulAdd((select<u32>(<u32>t0, <u32>0x7fc00000, t0 >= <u64>0xffffffff00000000) ^ <u32>0x80000000), select<u32>(<u32>t1, <u32>0x7fc00000, t1 >= <u64>0xffffffff00000000), select<u32>(<u32>t2, <u32>0x7fc00000, t2 >= <u64>0xffffffff00000000), rm) | <u64>0xffffffff00000000), F);
      store<u8>(0, 1, FP_DIRTY);
      return ip + 32;
    }
    case 180: { // fnmadd.s
      let rm: u32 = load<u32>(ip, 8); if (rm == 7) rm = load<u8>(0, FRM);
      if ((<u32>load<u8>(0, FP_OFF) | <u32>(rm > 4)) != 0) { illegal(ip); return ip + 1; }
      const t0: u64 = load<u64>(load<u16>(ip, 4), F);
      const t1: u64 = load<u64>(load<u16>(ip, 6), F);
      const t2: u64 = load<u64>((load<u32>(ip, 12) >> 27) << 3, F);
      store<u64>(load<u16>(ip, 2), (<u64>f32MulAdd((select<u32>(<u32>t0, <u32>0x7fc00000, t0 >= <u64>0xffffffff00000000) ^ <u32>0x80000000), select<u32>(<u32>t1, <u32>0x7fc00000, t1 >= <u64>0xffffffff00000000), (select<u32>(<u32>t2, <u32>0x7fc00000, t2 >= <u64>0xffffffff00000000) ^ <u32>0x80000000), rm) | <u64>0xffffffff00000000), F);
      store<u8>(0, 1, FP_DIRTY);
      return ip + 32;
    }
    case 181: { // fadd.s
      let rm: u32 = load<u32>(ip, 8); if (rm == 7) rm = load<u8>(0, FRM);
      if ((<u32>load<u8>(0, FP_OFF) | <u32>(rm > 4)) != 0) { illegal(ip); return ip + 1; }
      const t0: u64 = load<u64>(load<u16>(ip, 4), F);
      const t1: u64 = load<u64>(load<u16>(ip, 6), F);
      store<u64>(load<u16>(ip, 2), (<u64>f32Add(select<u32>(<u32>t0, <u32>0x7fc00000, t0 >= <u64>0xffffffff00000000), select<u32>(<u32>t1, <u32>0x7fc00000, t1 >= <u64>0xffffffff00000000), rm) | <u64>0xffffffff00000000), F);
      store<u8>(0, 1, FP_DIRTY);
      return ip + 32;
    }
    case 182: { // fsub.s
      let rm: u32 = load<u32>(ip, 8); if (rm == 7) rm = load<u8>(0, FRM);
      if ((<u32>load<u8>(0, FP_OFF) | <u32>(rm > 4)) != 0) { illegal(ip); return ip + 1; }
      const t0: u64 = load<u64>(load<u16>(ip, 4), F);
      const t1: u64 = load<u64>(load<u16>(ip, 6), F);
      store<u64>(load<u16>(ip, 2), (<u64>f32Sub(select<u32>(<u32>t0, <u32>0x7fc00000, t0 >= <u64>0xffffffff00000000), select<u32>(<u32>t1, <u32>0x7fc00000, t1 >= <u64>0xffffffff00000000), rm) | <u64>0xffffffff00000000), F);
      store<u8>(0, 1, FP_DIRTY);
      return ip + 32;
    }
    case 183: { // fmul.s
      let rm: u32 = load<u32>(ip, 8); if (rm == 7) rm = load<u8>(0, FRM);
      if ((<u32>load<u8>(0, FP_OFF) | <u32>(rm > 4)) != 0) { illegal(ip); return ip + 1; }
      const t0: u64 = load<u64>(load<u16>(ip, 4), F);
      const t1: u64 = load<u64>(load<u16>(ip, 6), F);
      store<u64>(load<u16>(ip, 2), (<u64>f32Mul(select<u32>(<u32>t0, <u32>0x7fc00000, t0 >= <u64>0xffffffff00000000), select<u32>(<u32>t1, <u32>0x7fc00000, t1 >= <u64>0xffffffff00000000), rm) | <u64>0xffffffff00000000), F);
      store<u8>(0, 1, FP_DIRTY);
      return ip + 32;
    }
    case 184: { // fdiv.s
      let rm: u32 = load<u32>(ip, 8); if (rm == 7) rm = load<u8>(0, FRM);
      if ((<u32>load<u8>(0, FP_OFF) | <u32>(rm > 4)) != 0) { illegal(ip); return ip + 1; }
      const t0: u64 = load<u64>(load<u16>(ip, 4), F);
      const t1: u64 = load<u64>(load<u16>(ip, 6), F);
      store<u64>(load<u16>(ip, 2), (<u64>f32Div(select<u32>(<u32>t0, <u32>0x7fc00000, t0 >= <u64>0xffffffff00000000), select<u32>(<u32>t1, <u32>0x7fc00000, t1 >= <u64>0xffffffff00000000), rm) | <u64>0xffffffff00000000), F);
      store<u8>(0, 1, FP_DIRTY);
      return ip + 32;
    }
    case 185: { // fsqrt.s
      let rm: u32 = load<u32>(ip, 8); if (rm == 7) rm = load<u8>(0, FRM);
      if ((<u32>load<u8>(0, FP_OFF) | <u32>(rm > 4)) != 0) { illegal(ip); return ip + 1; }
      const t0: u64 = load<u64>(load<u16>(ip, 4), F);
      store<u64>(load<u16>(ip, 2), (<u64>f32Sqrt(select<u32>(<u32>t0, <u32>0x7fc00000, t0 >= <u64>0xffffffff00000000), rm) | <u64>0xffffffff00000000), F);
      store<u8>(0, 1, FP_DIRTY);
      return ip + 32;
    }
    case 186: { // fsgnj.s
      if (load<u8>(0, FP_OFF)) { illegal(ip); return ip + 1; }
      const t0: u64 = load<u64>(load<u16>(ip, 4), F);
      const t1: u64 = load<u64>(load<u16>(ip, 6), F);
      store<u64>(load<u16>(ip, 2), (<u64>((select<u32>(<u32>t0, <u32>0x7fc00000, t0 >= <u64>0xffffffff00000000) & <u32>0x7fffffff) | (select<u32>(<u32>t1, <u32>0x7fc00000, t1 >= <u64>0xffffffff00000000) & <u32>0x80000000)) | <u64>0xffffffff00000000), F);
      store<u8>(0, 1, FP_DIRTY);
      return ip + 32;
    }
    case 187: { // fsgnjn.s
      if (load<u8>(0, FP_OFF)) { illegal(ip); return ip + 1; }
      const t0: u64 = load<u64>(load<u16>(ip, 4), F);
      const t1: u64 = load<u64>(load<u16>(ip, 6), F);
      store<u64>(load<u16>(ip, 2), (<u64>((select<u32>(<u32>t0, <u32>0x7fc00000, t0 >= <u64>0xffffffff00000000) & <u32>0x7fffffff) | ((select<u32>(<u32>t1, <u32>0x7fc00000, t1 >= <u64>0xffffffff00000000) ^ <u32>0x80000000) & <u32>0x80000000)) | <u64>0xffffffff00000000), F);
      store<u8>(0, 1, FP_DIRTY);
      return ip + 32;
    }
    case 188: { // fsgnjx.s
      if (load<u8>(0, FP_OFF)) { illegal(ip); return ip + 1; }
      const t0: u64 = load<u64>(load<u16>(ip, 4), F);
      const t1: u64 = load<u64>(load<u16>(ip, 6), F);
      store<u64>(load<u16>(ip, 2), (<u64>(select<u32>(<u32>t0, <u32>0x7fc00000, t0 >= <u64>0xffffffff00000000) ^ (select<u32>(<u32>t1, <u32>0x7fc00000, t1 >= <u64>0xffffffff00000000) & <u32>0x80000000)) | <u64>0xffffffff00000000), F);
      store<u8>(0, 1, FP_DIRTY);
      return ip + 32;
    }
    case 189: { // fmin.s
      if (load<u8>(0, FP_OFF)) { illegal(ip); return ip + 1; }
      const t0: u64 = load<u64>(load<u16>(ip, 4), F);
      const t1: u64 = load<u64>(load<u16>(ip, 6), F);
      store<u64>(load<u16>(ip, 2), (<u64>f32Min(select<u32>(<u32>t0, <u32>0x7fc00000, t0 >= <u64>0xffffffff00000000), select<u32>(<u32>t1, <u32>0x7fc00000, t1 >= <u64>0xffffffff00000000)) | <u64>0xffffffff00000000), F);
      store<u8>(0, 1, FP_DIRTY);
      return ip + 32;
    }
    case 190: { // fmax.s
      if (load<u8>(0, FP_OFF)) { illegal(ip); return ip + 1; }
      const t0: u64 = load<u64>(load<u16>(ip, 4), F);
      const t1: u64 = load<u64>(load<u16>(ip, 6), F);
      store<u64>(load<u16>(ip, 2), (<u64>f32Max(select<u32>(<u32>t0, <u32>0x7fc00000, t0 >= <u64>0xffffffff00000000), select<u32>(<u32>t1, <u32>0x7fc00000, t1 >= <u64>0xffffffff00000000)) | <u64>0xffffffff00000000), F);
      store<u8>(0, 1, FP_DIRTY);
      return ip + 32;
    }
    case 191: { // feq.s
      if (load<u8>(0, FP_OFF)) { illegal(ip); return ip + 1; }
      const flags = load<u8>(0, FFLAGS);
      const t0: u64 = load<u64>(load<u16>(ip, 4), F);
      const t1: u64 = load<u64>(load<u16>(ip, 6), F);
      store<u64>(load<u16>(ip, 2), f32Eq(select<u32>(<u32>t0, <u32>0x7fc00000, t0 >= <u64>0xffffffff00000000), select<u32>(<u32>t1, <u32>0x7fc00000, t1 >= <u64>0xffffffff00000000)), X);
      if (load<u8>(0, FFLAGS) != flags) store<u8>(0, 1, FP_DIRTY);
      return ip + 32;
    }
    case 192: { // flt.s
      if (load<u8>(0, FP_OFF)) { illegal(ip); return ip + 1; }
      const flags = load<u8>(0, FFLAGS);
      const t0: u64 = load<u64>(load<u16>(ip, 4), F);
      const t1: u64 = load<u64>(load<u16>(ip, 6), F);
      store<u64>(load<u16>(ip, 2), f32Lt(select<u32>(<u32>t0, <u32>0x7fc00000, t0 >= <u64>0xffffffff00000000), select<u32>(<u32>t1, <u32>0x7fc00000, t1 >= <u64>0xffffffff00000000)), X);
      if (load<u8>(0, FFLAGS) != flags) store<u8>(0, 1, FP_DIRTY);
      return ip + 32;
    }
    case 193: { // fle.s
      if (load<u8>(0, FP_OFF)) { illegal(ip); return ip + 1; }
      const flags = load<u8>(0, FFLAGS);
      const t0: u64 = load<u64>(load<u16>(ip, 4), F);
      const t1: u64 = load<u64>(load<u16>(ip, 6), F);
      store<u64>(load<u16>(ip, 2), f32Le(select<u32>(<u32>t0, <u32>0x7fc00000, t0 >= <u64>0xffffffff00000000), select<u32>(<u32>t1, <u32>0x7fc00000, t1 >= <u64>0xffffffff00000000)), X);
      if (load<u8>(0, FFLAGS) != flags) store<u8>(0, 1, FP_DIRTY);
      return ip + 32;
    }
    case 194: { // fclass.s
      if (load<u8>(0, FP_OFF)) { illegal(ip); return ip + 1; }
      const flags = load<u8>(0, FFLAGS);
      const t0: u64 = load<u64>(load<u16>(ip, 4), F);
      store<u64>(load<u16>(ip, 2), f32Classify(select<u32>(<u32>t0, <u32>0x7fc00000, t0 >= <u64>0xffffffff00000000)), X);
      if (load<u8>(0, FFLAGS) != flags) store<u8>(0, 1, FP_DIRTY);
      return ip + 32;
    }
    case 195: { // fcvt.w.s
      let rm: u32 = load<u32>(ip, 8); if (rm == 7) rm = load<u8>(0, FRM);
      if ((<u32>load<u8>(0, FP_OFF) | <u32>(rm > 4)) != 0) { illegal(ip); return ip + 1; }
      const flags = load<u8>(0, FFLAGS);
      const t0: u64 = load<u64>(load<u16>(ip, 4), F);
      store<u64>(load<u16>(ip, 2), f32ToI32(select<u32>(<u32>t0, <u32>0x7fc00000, t0 >= <u64>0xffffffff00000000), rm), X);
      if (load<u8>(0, FFLAGS) != flags) store<u8>(0, 1, FP_DIRTY);
      return ip + 32;
    }
    case 196: { // fcvt.wu.s
      let rm: u32 = load<u32>(ip, 8); if (rm == 7) rm = load<u8>(0, FRM);
      if ((<u32>load<u8>(0, FP_OFF) | <u32>(rm > 4)) != 0) { illegal(ip); return ip + 1; }
      const flags = load<u8>(0, FFLAGS);
      const t0: u64 = load<u64>(load<u16>(ip, 4), F);
      store<u64>(load<u16>(ip, 2), f32ToU32(select<u32>(<u32>t0, <u32>0x7fc00000, t0 >= <u64>0xffffffff00000000), rm), X);
      if (load<u8>(0, FFLAGS) != flags) store<u8>(0, 1, FP_DIRTY);
      return ip + 32;
    }
    case 197: { // fcvt.l.s
      let rm: u32 = load<u32>(ip, 8); if (rm == 7) rm = load<u8>(0, FRM);
      if ((<u32>load<u8>(0, FP_OFF) | <u32>(rm > 4)) != 0) { illegal(ip); return ip + 1; }
      const flags = load<u8>(0, FFLAGS);
      const t0: u64 = load<u64>(load<u16>(ip, 4), F);
      store<u64>(load<u16>(ip, 2), f32ToI64(select<u32>(<u32>t0, <u32>0x7fc00000, t0 >= <u64>0xffffffff00000000), rm), X);
      if (load<u8>(0, FFLAGS) != flags) store<u8>(0, 1, FP_DIRTY);
      return ip + 32;
    }
    case 198: { // fcvt.lu.s
      let rm: u32 = load<u32>(ip, 8); if (rm == 7) rm = load<u8>(0, FRM);
      if ((<u32>load<u8>(0, FP_OFF) | <u32>(rm > 4)) != 0) { illegal(ip); return ip + 1; }
      const flags = load<u8>(0, FFLAGS);
      const t0: u64 = load<u64>(load<u16>(ip, 4), F);
      store<u64>(load<u16>(ip, 2), f32ToU64(select<u32>(<u32>t0, <u32>0x7fc00000, t0 >= <u64>0xffffffff00000000), rm), X);
      if (load<u8>(0, FFLAGS) != flags) store<u8>(0, 1, FP_DIRTY);
      return ip + 32;
    }
    case 199: { // fcvt.s.w
      let rm: u32 = load<u32>(ip, 8); if (rm == 7) rm = load<u8>(0, FRM);
      if ((<u32>load<u8>(0, FP_OFF) | <u32>(rm > 4)) != 0) { illegal(ip); return ip + 1; }
      store<u64>(load<u16>(ip, 2), (<u64>f32FromI32(load<u64>(load<u16>(ip, 4), X), rm) | <u64>0xffffffff00000000), F);
      store<u8>(0, 1, FP_DIRTY);
      return ip + 32;
    }
    case 200: { // fcvt.s.wu
      let rm: u32 = load<u32>(ip, 8); if (rm == 7) rm = load<u8>(0, FRM);
      if ((<u32>load<u8>(0, FP_OFF) | <u32>(rm > 4)) != 0) { illegal(ip); return ip + 1; }
      store<u64>(load<u16>(ip, 2), (<u64>f32FromU32(load<u64>(load<u16>(ip, 4), X), rm) | <u64>0xffffffff00000000), F);
      store<u8>(0, 1, FP_DIRTY);
      return ip + 32;
    }
    case 201: { // fcvt.s.l
      let rm: u32 = load<u32>(ip, 8); if (rm == 7) rm = load<u8>(0, FRM);
      if ((<u32>load<u8>(0, FP_OFF) | <u32>(rm > 4)) != 0) { illegal(ip); return ip + 1; }
      store<u64>(load<u16>(ip, 2), (<u64>f32FromI64(load<u64>(load<u16>(ip, 4), X), rm) | <u64>0xffffffff00000000), F);
      store<u8>(0, 1, FP_DIRTY);
      return ip + 32;
    }
    case 202: { // fcvt.s.lu
      let rm: u32 = load<u32>(ip, 8); if (rm == 7) rm = load<u8>(0, FRM);
      if ((<u32>load<u8>(0, FP_OFF) | <u32>(rm > 4)) != 0) { illegal(ip); return ip + 1; }
      store<u64>(load<u16>(ip, 2), (<u64>f32FromU64(load<u64>(load<u16>(ip, 4), X), rm) | <u64>0xffffffff00000000), F);
      store<u8>(0, 1, FP_DIRTY);
      return ip + 32;
    }
    case 204: { // fmsub.d
      let rm: u32 = load<u32>(ip, 8); if (rm == 7) rm = load<u8>(0, FRM);
      if ((<u32>load<u8>(0, FP_OFF) | <u32>(rm > 4)) != 0) { illegal(ip); return ip + 1; }
      store<u64>(load<u16>(ip, 2), f64MulAdd(load<u64>(load<u16>(ip, 4), F), load<u64>(load<u16>(ip, 6), F), (load<u64>((load<u32>(ip, 12) >> 27) << 3, F) ^ <u64>0x8000000000000000), rm), F);
      store<u8>(0, 1, FP_DIRTY);
      return ip + 32;
    }
    case 205: { // fnmsub.d
      let rm: u32 = load<u32>(ip, 8); if (rm == 7) rm = load<u8>(0, FRM);
      if ((<u32>load<u8>(0, FP_OFF) | <u32>(rm > 4)) != 0) { illegal(ip); return ip + 1; }
      store<u64>(load<u16>(ip, 2), f64MulAdd((load<u64>(load<u16>(ip, 4), F) ^ <u64>0x8000000000000000), load<u64>(load<u16>(ip, 6), F), load<u64>((load<u32>(ip, 12) >> 27) << 3, F), rm), F);
      store<u8>(0, 1, FP_DIRTY);
      return ip + 32;
    }
    case 206: { // fnmadd.d
      let rm: u32 = load<u32>(ip, 8); if (rm == 7) rm = load<u8>(0, FRM);
      if ((<u32>load<u8>(0, FP_OFF) | <u32>(rm > 4)) != 0) { illegal(ip); return ip + 1; }
      store<u64>(load<u16>(ip, 2), f64MulAdd((load<u64>(load<u16>(ip, 4), F) ^ <u64>0x8000000000000000), load<u64>(load<u16>(ip, 6), F), (load<u64>((load<u32>(ip, 12) >> 27) << 3, F) ^ <u64>0x8000000000000000), rm), F);
      store<u8>(0, 1, FP_DIRTY);
      return ip + 32;
    }
    case 210: { // fdiv.d
      let rm: u32 = load<u32>(ip, 8); if (rm == 7) rm = load<u8>(0, FRM);
      if ((<u32>load<u8>(0, FP_OFF) | <u32>(rm > 4)) != 0) { illegal(ip); return ip + 1; }
      store<u64>(load<u16>(ip, 2), f64Div(load<u64>(load<u16>(ip, 4), F), load<u64>(load<u16>(ip, 6), F), rm), F);
      store<u8>(0, 1, FP_DIRTY);
      return ip + 32;
    }
    case 211: { // fsqrt.d
      let rm: u32 = load<u32>(ip, 8); if (rm == 7) rm = load<u8>(0, FRM);
      if ((<u32>load<u8>(0, FP_OFF) | <u32>(rm > 4)) != 0) { illegal(ip); return ip + 1; }
      store<u64>(load<u16>(ip, 2), f64Sqrt(load<u64>(load<u16>(ip, 4), F), rm), F);
      store<u8>(0, 1, FP_DIRTY);
      return ip + 32;
    }
    case 212: { // fsgnj.d
      if (load<u8>(0, FP_OFF)) { illegal(ip); return ip + 1; }
      store<u64>(load<u16>(ip, 2), ((load<u64>(load<u16>(ip, 4), F) & <u64>0x7fffffffffffffff) | (load<u64>(load<u16>(ip, 6), F) & <u64>0x8000000000000000)), F);
      store<u8>(0, 1, FP_DIRTY);
      return ip + 32;
    }
    case 213: { // fsgnjn.d
      if (load<u8>(0, FP_OFF)) { illegal(ip); return ip + 1; }
      store<u64>(load<u16>(ip, 2), ((load<u64>(load<u16>(ip, 4), F) & <u64>0x7fffffffffffffff) | ((load<u64>(load<u16>(ip, 6), F) ^ <u64>0x8000000000000000) & <u64>0x8000000000000000)), F);
      store<u8>(0, 1, FP_DIRTY);
      return ip + 32;
    }
    case 214: { // fsgnjx.d
      if (load<u8>(0, FP_OFF)) { illegal(ip); return ip + 1; }
      store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), F) ^ (load<u64>(load<u16>(ip, 6), F) & <u64>0x8000000000000000)), F);
      store<u8>(0, 1, FP_DIRTY);
      return ip + 32;
    }
    case 215: { // fmin.d
      if (load<u8>(0, FP_OFF)) { illegal(ip); return ip + 1; }
      store<u64>(load<u16>(ip, 2), f64Min(load<u64>(load<u16>(ip, 4), F), load<u64>(load<u16>(ip, 6), F)), F);
      store<u8>(0, 1, FP_DIRTY);
      return ip + 32;
    }
    case 216: { // fmax.d
      if (load<u8>(0, FP_OFF)) { illegal(ip); return ip + 1; }
      store<u64>(load<u16>(ip, 2), f64Max(load<u64>(load<u16>(ip, 4), F), load<u64>(load<u16>(ip, 6), F)), F);
      store<u8>(0, 1, FP_DIRTY);
      return ip + 32;
    }
    case 217: { // feq.d
      if (load<u8>(0, FP_OFF)) { illegal(ip); return ip + 1; }
      const flags = load<u8>(0, FFLAGS);
      store<u64>(load<u16>(ip, 2), f64Eq(load<u64>(load<u16>(ip, 4), F), load<u64>(load<u16>(ip, 6), F)), X);
      if (load<u8>(0, FFLAGS) != flags) store<u8>(0, 1, FP_DIRTY);
      return ip + 32;
    }
    case 218: { // flt.d
      if (load<u8>(0, FP_OFF)) { illegal(ip); return ip + 1; }
      const flags = load<u8>(0, FFLAGS);
      store<u64>(load<u16>(ip, 2), f64Lt(load<u64>(load<u16>(ip, 4), F), load<u64>(load<u16>(ip, 6), F)), X);
      if (load<u8>(0, FFLAGS) != flags) store<u8>(0, 1, FP_DIRTY);
      return ip + 32;
    }
    case 219: { // fle.d
      if (load<u8>(0, FP_OFF)) { illegal(ip); return ip + 1; }
      const flags = load<u8>(0, FFLAGS);
      store<u64>(load<u16>(ip, 2), f64Le(load<u64>(load<u16>(ip, 4), F), load<u64>(load<u16>(ip, 6), F)), X);
      if (load<u8>(0, FFLAGS) != flags) store<u8>(0, 1, FP_DIRTY);
      return ip + 32;
    }
    case 220: { // fclass.d
      if (load<u8>(0, FP_OFF)) { illegal(ip); return ip + 1; }
      const flags = load<u8>(0, FFLAGS);
      store<u64>(load<u16>(ip, 2), f64Classify(load<u64>(load<u16>(ip, 4), F)), X);
      if (load<u8>(0, FFLAGS) != flags) store<u8>(0, 1, FP_DIRTY);
      return ip + 32;
    }
    case 221: { // fcvt.w.d
      let rm: u32 = load<u32>(ip, 8); if (rm == 7) rm = load<u8>(0, FRM);
      if ((<u32>load<u8>(0, FP_OFF) | <u32>(rm > 4)) != 0) { illegal(ip); return ip + 1; }
      const flags = load<u8>(0, FFLAGS);
      store<u64>(load<u16>(ip, 2), f64ToI32(load<u64>(load<u16>(ip, 4), F), rm), X);
      if (load<u8>(0, FFLAGS) != flags) store<u8>(0, 1, FP_DIRTY);
      return ip + 32;
    }
    case 222: { // fcvt.wu.d
      let rm: u32 = load<u32>(ip, 8); if (rm == 7) rm = load<u8>(0, FRM);
      if ((<u32>load<u8>(0, FP_OFF) | <u32>(rm > 4)) != 0) { illegal(ip); return ip + 1; }
      const flags = load<u8>(0, FFLAGS);
      store<u64>(load<u16>(ip, 2), f64ToU32(load<u64>(load<u16>(ip, 4), F), rm), X);
      if (load<u8>(0, FFLAGS) != flags) store<u8>(0, 1, FP_DIRTY);
      return ip + 32;
    }
    case 223: { // fcvt.l.d
      let rm: u32 = load<u32>(ip, 8); if (rm == 7) rm = load<u8>(0, FRM);
      if ((<u32>load<u8>(0, FP_OFF) | <u32>(rm > 4)) != 0) { illegal(ip); return ip + 1; }
      const flags = load<u8>(0, FFLAGS);
      store<u64>(load<u16>(ip, 2), f64ToI64(load<u64>(load<u16>(ip, 4), F), rm), X);
      if (load<u8>(0, FFLAGS) != flags) store<u8>(0, 1, FP_DIRTY);
      return ip + 32;
    }
    case 224: { // fcvt.lu.d
      let rm: u32 = load<u32>(ip, 8); if (rm == 7) rm = load<u8>(0, FRM);
      if ((<u32>load<u8>(0, FP_OFF) | <u32>(rm > 4)) != 0) { illegal(ip); return ip + 1; }
      const flags = load<u8>(0, FFLAGS);
      store<u64>(load<u16>(ip, 2), f64ToU64(load<u64>(load<u16>(ip, 4), F), rm), X);
      if (load<u8>(0, FFLAGS) != flags) store<u8>(0, 1, FP_DIRTY);
      return ip + 32;
    }
    case 225: { // fcvt.d.w
      let rm: u32 = load<u32>(ip, 8); if (rm == 7) rm = load<u8>(0, FRM);
      if ((<u32>load<u8>(0, FP_OFF) | <u32>(rm > 4)) != 0) { illegal(ip); return ip + 1; }
      store<u64>(load<u16>(ip, 2), f64FromI32(load<u64>(load<u16>(ip, 4), X), rm), F);
      store<u8>(0, 1, FP_DIRTY);
      return ip + 32;
    }
    case 226: { // fcvt.d.wu
      let rm: u32 = load<u32>(ip, 8); if (rm == 7) rm = load<u8>(0, FRM);
      if ((<u32>load<u8>(0, FP_OFF) | <u32>(rm > 4)) != 0) { illegal(ip); return ip + 1; }
      store<u64>(load<u16>(ip, 2), f64FromU32(load<u64>(load<u16>(ip, 4), X), rm), F);
      store<u8>(0, 1, FP_DIRTY);
      return ip + 32;
    }
    case 227: { // fcvt.d.l
      let rm: u32 = load<u32>(ip, 8); if (rm == 7) rm = load<u8>(0, FRM);
      if ((<u32>load<u8>(0, FP_OFF) | <u32>(rm > 4)) != 0) { illegal(ip); return ip + 1; }
      store<u64>(load<u16>(ip, 2), f64FromI64(load<u64>(load<u16>(ip, 4), X), rm), F);
      store<u8>(0, 1, FP_DIRTY);
      return ip + 32;
    }
    case 228: { // fcvt.d.lu
      let rm: u32 = load<u32>(ip, 8); if (rm == 7) rm = load<u8>(0, FRM);
      if ((<u32>load<u8>(0, FP_OFF) | <u32>(rm > 4)) != 0) { illegal(ip); return ip + 1; }
      store<u64>(load<u16>(ip, 2), f64FromU64(load<u64>(load<u16>(ip, 4), X), rm), F);
      store<u8>(0, 1, FP_DIRTY);
      return ip + 32;
    }
    case 229: { // fmadd.h
      let rm: u32 = load<u32>(ip, 8); if (rm == 7) rm = load<u8>(0, FRM);
      if ((<u32>load<u8>(0, FP_OFF) | <u32>(rm > 4)) != 0) { illegal(ip); return ip + 1; }
      const t0: u64 = load<u64>(load<u16>(ip, 4), F);
      const t1: u64 = load<u64>(load<u16>(ip, 6), F);
      const t2: u64 = load<u64>((load<u32>(ip, 12) >> 27) << 3, F);
      store<u64>(load<u16>(ip, 2), (<u64>f16MulAdd(select<u32>((<u32>t0 & <u32>0xffff), <u32>0x7e00, t0 >= <u64>0xffffffffffff0000), select<u32>((<u32>t1 & <u32>0xffff), <u32>0x7e00, t1 >= <u64>0xffffffffffff0000), select<u32>((<u32>t2 & <u32>0xffff), <u32>0x7e00, t2 >= <u64>0xffffffffffff0000), rm) | <u64>0xffffffffffff0000), F);
      store<u8>(0, 1, FP_DIRTY);
      return ip + 32;
    }
    case 230: { // fmsub.h
      let rm: u32 = load<u32>(ip, 8); if (rm == 7) rm = load<u8>(0, FRM);
      if ((<u32>load<u8>(0, FP_OFF) | <u32>(rm > 4)) != 0) { illegal(ip); return ip + 1; }
      const t0: u64 = load<u64>(load<u16>(ip, 4), F);
      const t1: u64 = load<u64>(load<u16>(ip, 6), F);
      const t2: u64 = load<u64>((load<u32>(ip, 12) >> 27) << 3, F);
      store<u64>(load<u16>(ip, 2), (<u64>f16MulAdd(select<u32>((<u32>t0 & <u32>0xffff), <u32>0x7e00, t0 >= <u64>0xffffffffffff0000), select<u32>((<u32>t1 & <u32>0xffff), <u32>0x7e00, t1 >= <u64>0xffffffffffff0000), (select<u32>((<u32>t2 & <u32>0xffff), <u32>0x7e00, t2 >= <u64>0xffffffffffff0000) ^ <u32>0x8000), rm) | <u64>0xffffffffffff0000), F);
      store<u8>(0, 1, FP_DIRTY);
      return ip + 32;
    }
    case 231: { // fnmsub.h
      let rm: u32 = load<u32>(ip, 8); if (rm == 7) rm = load<u8>(0, FRM);
      if ((<u32>load<u8>(0, FP_OFF) | <u32>(rm > 4)) != 0) { illegal(ip); return ip + 1; }
      const t0: u64 = load<u64>(load<u16>(ip, 4), F);
      const t1: u64 = load<u64>(load<u16>(ip, 6), F);
      const t2: u64 = load<u64>((load<u32>(ip, 12) >> 27) << 3, F);
      store<u64>(load<u16>(ip, 2), (<u64>f16MulAdd((select<u32>((<u32>t0 & <u32>0xffff), <u32>0x7e00, t0 >= <u64>0xffffffffffff0000) ^ <u32>0x8000), select<u32>((<u32>t1 & <u32>0xffff), <u32>0x7e00, t1 >= <u64>0xffffffffffff0000), select<u32>((<u32>t2 & <u32>0xffff), <u32>0x7e00, t2 >= <u64>0xffffffffffff0000), rm) | <u64>0xffffffffffff0000), F);
      store<u8>(0, 1, FP_DIRTY);
      return ip + 32;
    }
    case 232: { // fnmadd.h
      let rm: u32 = load<u32>(ip, 8); if (rm == 7) rm = load<u8>(0, FRM);
      if ((<u32>load<u8>(0, FP_OFF) | <u32>(rm > 4)) != 0) { illegal(ip); return ip + 1; }
      const t0: u64 = load<u64>(load<u16>(ip, 4), F);
      const t1: u64 = load<u64>(load<u16>(ip, 6), F);
      const t2: u64 = load<u64>((load<u32>(ip, 12) >> 27) << 3, F);
      store<u64>(load<u16>(ip, 2), (<u64>f16MulAdd((select<u32>((<u32>t0 & <u32>0xffff), <u32>0x7e00, t0 >= <u64>0xffffffffffff0000) ^ <u32>0x8000), select<u32>((<u32>t1 & <u32>0xffff), <u32>0x7e00, t1 >= <u64>0xffffffffffff0000), (select<u32>((<u32>t2 & <u32>0xffff), <u32>0x7e00, t2 >= <u64>0xffffffffffff0000) ^ <u32>0x8000), rm) | <u64>0xffffffffffff0000), F);
      store<u8>(0, 1, FP_DIRTY);
      return ip + 32;
    }
    case 233: { // fadd.h
      let rm: u32 = load<u32>(ip, 8); if (rm == 7) rm = load<u8>(0, FRM);
      if ((<u32>load<u8>(0, FP_OFF) | <u32>(rm > 4)) != 0) { illegal(ip); return ip + 1; }
      const t0: u64 = load<u64>(load<u16>(ip, 4), F);
      const t1: u64 = load<u64>(load<u16>(ip, 6), F);
      store<u64>(load<u16>(ip, 2), (<u64>f16Add(select<u32>((<u32>t0 & <u32>0xffff), <u32>0x7e00, t0 >= <u64>0xffffffffffff0000), select<u32>((<u32>t1 & <u32>0xffff), <u32>0x7e00, t1 >= <u64>0xffffffffffff0000), rm) | <u64>0xffffffffffff0000), F);
      store<u8>(0, 1, FP_DIRTY);
      return ip + 32;
    }
    case 234: { // fsub.h
      let rm: u32 = load<u32>(ip, 8); if (rm == 7) rm = load<u8>(0, FRM);
      if ((<u32>load<u8>(0, FP_OFF) | <u32>(rm > 4)) != 0) { illegal(ip); return ip + 1; }
      const t0: u64 = load<u64>(load<u16>(ip, 4), F);
      const t1: u64 = load<u64>(load<u16>(ip, 6), F);
      store<u64>(load<u16>(ip, 2), (<u64>f16Sub(select<u32>((<u32>t0 & <u32>0xffff), <u32>0x7e00, t0 >= <u64>0xffffffffffff0000), select<u32>((<u32>t1 & <u32>0xffff), <u32>0x7e00, t1 >= <u64>0xffffffffffff0000), rm) | <u64>0xffffffffffff0000), F);
      store<u8>(0, 1, FP_DIRTY);
      return ip + 32;
    }
    case 235: { // fmul.h
      let rm: u32 = load<u32>(ip, 8); if (rm == 7) rm = load<u8>(0, FRM);
      if ((<u32>load<u8>(0, FP_OFF) | <u32>(rm > 4)) != 0) { illegal(ip); return ip + 1; }
      const t0: u64 = load<u64>(load<u16>(ip, 4), F);
      const t1: u64 = load<u64>(load<u16>(ip, 6), F);
      store<u64>(load<u16>(ip, 2), (<u64>f16Mul(select<u32>((<u32>t0 & <u32>0xffff), <u32>0x7e00, t0 >= <u64>0xffffffffffff0000), select<u32>((<u32>t1 & <u32>0xffff), <u32>0x7e00, t1 >= <u64>0xffffffffffff0000), rm) | <u64>0xffffffffffff0000), F);
      store<u8>(0, 1, FP_DIRTY);
      return ip + 32;
    }
    case 236: { // fdiv.h
      let rm: u32 = load<u32>(ip, 8); if (rm == 7) rm = load<u8>(0, FRM);
      if ((<u32>load<u8>(0, FP_OFF) | <u32>(rm > 4)) != 0) { illegal(ip); return ip + 1; }
      const t0: u64 = load<u64>(load<u16>(ip, 4), F);
      const t1: u64 = load<u64>(load<u16>(ip, 6), F);
      store<u64>(load<u16>(ip, 2), (<u64>f16Div(select<u32>((<u32>t0 & <u32>0xffff), <u32>0x7e00, t0 >= <u64>0xffffffffffff0000), select<u32>((<u32>t1 & <u32>0xffff), <u32>0x7e00, t1 >= <u64>0xffffffffffff0000), rm) | <u64>0xffffffffffff0000), F);
      store<u8>(0, 1, FP_DIRTY);
      return ip + 32;
    }
    case 237: { // fsqrt.h
      let rm: u32 = load<u32>(ip, 8); if (rm == 7) rm = load<u8>(0, FRM);
      if ((<u32>load<u8>(0, FP_OFF) | <u32>(rm > 4)) != 0) { illegal(ip); return ip + 1; }
      const t0: u64 = load<u64>(load<u16>(ip, 4), F);
      store<u64>(load<u16>(ip, 2), (<u64>f16Sqrt(select<u32>((<u32>t0 & <u32>0xffff), <u32>0x7e00, t0 >= <u64>0xffffffffffff0000), rm) | <u64>0xffffffffffff0000), F);
      store<u8>(0, 1, FP_DIRTY);
      return ip + 32;
    }
    case 238: { // fsgnj.h
      if (load<u8>(0, FP_OFF)) { illegal(ip); return ip + 1; }
      const t0: u64 = load<u64>(load<u16>(ip, 4), F);
      const t1: u64 = load<u64>(load<u16>(ip, 6), F);
      store<u64>(load<u16>(ip, 2), (<u64>((select<u32>((<u32>t0 & <u32>0xffff), <u32>0x7e00, t0 >= <u64>0xffffffffffff0000) & <u32>0x7fff) | (select<u32>((<u32>t1 & <u32>0xffff), <u32>0x7e00, t1 >= <u64>0xffffffffffff0000) & <u32>0x8000)) | <u64>0xffffffffffff0000), F);
      store<u8>(0, 1, FP_DIRTY);
      return ip + 32;
    }
    case 239: { // fsgnjn.h
      if (load<u8>(0, FP_OFF)) { illegal(ip); return ip + 1; }
      const t0: u64 = load<u64>(load<u16>(ip, 4), F);
      const t1: u64 = load<u64>(load<u16>(ip, 6), F);
      store<u64>(load<u16>(ip, 2), (<u64>((select<u32>((<u32>t0 & <u32>0xffff), <u32>0x7e00, t0 >= <u64>0xffffffffffff0000) & <u32>0x7fff) | ((select<u32>((<u32>t1 & <u32>0xffff), <u32>0x7e00, t1 >= <u64>0xffffffffffff0000) ^ <u32>0x8000) & <u32>0x8000)) | <u64>0xffffffffffff0000), F);
      store<u8>(0, 1, FP_DIRTY);
      return ip + 32;
    }
    case 240: { // fsgnjx.h
      if (load<u8>(0, FP_OFF)) { illegal(ip); return ip + 1; }
      const t0: u64 = load<u64>(load<u16>(ip, 4), F);
      const t1: u64 = load<u64>(load<u16>(ip, 6), F);
      store<u64>(load<u16>(ip, 2), (<u64>(select<u32>((<u32>t0 & <u32>0xffff), <u32>0x7e00, t0 >= <u64>0xffffffffffff0000) ^ (select<u32>((<u32>t1 & <u32>0xffff), <u32>0x7e00, t1 >= <u64>0xffffffffffff0000) & <u32>0x8000)) | <u64>0xffffffffffff0000), F);
      store<u8>(0, 1, FP_DIRTY);
      return ip + 32;
    }
    case 241: { // fmin.h
      if (load<u8>(0, FP_OFF)) { illegal(ip); return ip + 1; }
      const t0: u64 = load<u64>(load<u16>(ip, 4), F);
      const t1: u64 = load<u64>(load<u16>(ip, 6), F);
      store<u64>(load<u16>(ip, 2), (<u64>f16Min(select<u32>((<u32>t0 & <u32>0xffff), <u32>0x7e00, t0 >= <u64>0xffffffffffff0000), select<u32>((<u32>t1 & <u32>0xffff), <u32>0x7e00, t1 >= <u64>0xffffffffffff0000)) | <u64>0xffffffffffff0000), F);
      store<u8>(0, 1, FP_DIRTY);
      return ip + 32;
    }
    case 242: { // fmax.h
      if (load<u8>(0, FP_OFF)) { illegal(ip); return ip + 1; }
      const t0: u64 = load<u64>(load<u16>(ip, 4), F);
      const t1: u64 = load<u64>(load<u16>(ip, 6), F);
      store<u64>(load<u16>(ip, 2), (<u64>f16Max(select<u32>((<u32>t0 & <u32>0xffff), <u32>0x7e00, t0 >= <u64>0xffffffffffff0000), select<u32>((<u32>t1 & <u32>0xffff), <u32>0x7e00, t1 >= <u64>0xffffffffffff0000)) | <u64>0xffffffffffff0000), F);
      store<u8>(0, 1, FP_DIRTY);
      return ip + 32;
    }
    case 243: { // feq.h
      if (load<u8>(0, FP_OFF)) { illegal(ip); return ip + 1; }
      const flags = load<u8>(0, FFLAGS);
      const t0: u64 = load<u64>(load<u16>(ip, 4), F);
      const t1: u64 = load<u64>(load<u16>(ip, 6), F);
      store<u64>(load<u16>(ip, 2), f16Eq(select<u32>((<u32>t0 & <u32>0xffff), <u32>0x7e00, t0 >= <u64>0xffffffffffff0000), select<u32>((<u32>t1 & <u32>0xffff), <u32>0x7e00, t1 >= <u64>0xffffffffffff0000)), X);
      if (load<u8>(0, FFLAGS) != flags) store<u8>(0, 1, FP_DIRTY);
      return ip + 32;
    }
    case 244: { // flt.h
      if (load<u8>(0, FP_OFF)) { illegal(ip); return ip + 1; }
      const flags = load<u8>(0, FFLAGS);
      const t0: u64 = load<u64>(load<u16>(ip, 4), F);
      const t1: u64 = load<u64>(load<u16>(ip, 6), F);
      store<u64>(load<u16>(ip, 2), f16Lt(select<u32>((<u32>t0 & <u32>0xffff), <u32>0x7e00, t0 >= <u64>0xffffffffffff0000), select<u32>((<u32>t1 & <u32>0xffff), <u32>0x7e00, t1 >= <u64>0xffffffffffff0000)), X);
      if (load<u8>(0, FFLAGS) != flags) store<u8>(0, 1, FP_DIRTY);
      return ip + 32;
    }
    case 245: { // fle.h
      if (load<u8>(0, FP_OFF)) { illegal(ip); return ip + 1; }
      const flags = load<u8>(0, FFLAGS);
      const t0: u64 = load<u64>(load<u16>(ip, 4), F);
      const t1: u64 = load<u64>(load<u16>(ip, 6), F);
      store<u64>(load<u16>(ip, 2), f16Le(select<u32>((<u32>t0 & <u32>0xffff), <u32>0x7e00, t0 >= <u64>0xffffffffffff0000), select<u32>((<u32>t1 & <u32>0xffff), <u32>0x7e00, t1 >= <u64>0xffffffffffff0000)), X);
      if (load<u8>(0, FFLAGS) != flags) store<u8>(0, 1, FP_DIRTY);
      return ip + 32;
    }
    case 246: { // fclass.h
      if (load<u8>(0, FP_OFF)) { illegal(ip); return ip + 1; }
      const flags = load<u8>(0, FFLAGS);
      const t0: u64 = load<u64>(load<u16>(ip, 4), F);
      store<u64>(load<u16>(ip, 2), f16Classify(select<u32>((<u32>t0 & <u32>0xffff), <u32>0x7e00, t0 >= <u64>0xffffffffffff0000)), X);
      if (load<u8>(0, FFLAGS) != flags) store<u8>(0, 1, FP_DIRTY);
      return ip + 32;
    }
    case 247: { // fcvt.w.h
      let rm: u32 = load<u32>(ip, 8); if (rm == 7) rm = load<u8>(0, FRM);
      if ((<u32>load<u8>(0, FP_OFF) | <u32>(rm > 4)) != 0) { illegal(ip); return ip + 1; }
      const flags = load<u8>(0, FFLAGS);
      const t0: u64 = load<u64>(load<u16>(ip, 4), F);
      store<u64>(load<u16>(ip, 2), f16ToI32(select<u32>((<u32>t0 & <u32>0xffff), <u32>0x7e00, t0 >= <u64>0xffffffffffff0000), rm), X);
      if (load<u8>(0, FFLAGS) != flags) store<u8>(0, 1, FP_DIRTY);
      return ip + 32;
    }
    case 248: { // fcvt.wu.h
      let rm: u32 = load<u32>(ip, 8); if (rm == 7) rm = load<u8>(0, FRM);
      if ((<u32>load<u8>(0, FP_OFF) | <u32>(rm > 4)) != 0) { illegal(ip); return ip + 1; }
      const flags = load<u8>(0, FFLAGS);
      const t0: u64 = load<u64>(load<u16>(ip, 4), F);
      store<u64>(load<u16>(ip, 2), f16ToU32(select<u32>((<u32>t0 & <u32>0xffff), <u32>0x7e00, t0 >= <u64>0xffffffffffff0000), rm), X);
      if (load<u8>(0, FFLAGS) != flags) store<u8>(0, 1, FP_DIRTY);
      return ip + 32;
    }
    case 249: { // fcvt.l.h
      let rm: u32 = load<u32>(ip, 8); if (rm == 7) rm = load<u8>(0, FRM);
      if ((<u32>load<u8>(0, FP_OFF) | <u32>(rm > 4)) != 0) { illegal(ip); return ip + 1; }
      const flags = load<u8>(0, FFLAGS);
      const t0: u64 = load<u64>(load<u16>(ip, 4), F);
      store<u64>(load<u16>(ip, 2), f16ToI64(select<u32>((<u32>t0 & <u32>0xffff), <u32>0x7e00, t0 >= <u64>0xffffffffffff0000), rm), X);
      if (load<u8>(0, FFLAGS) != flags) store<u8>(0, 1, FP_DIRTY);
      return ip + 32;
    }
    case 250: { // fcvt.lu.h
      let rm: u32 = load<u32>(ip, 8); if (rm == 7) rm = load<u8>(0, FRM);
      if ((<u32>load<u8>(0, FP_OFF) | <u32>(rm > 4)) != 0) { illegal(ip); return ip + 1; }
      const flags = load<u8>(0, FFLAGS);
      const t0: u64 = load<u64>(load<u16>(ip, 4), F);
      store<u64>(load<u16>(ip, 2), f16ToU64(select<u32>((<u32>t0 & <u32>0xffff), <u32>0x7e00, t0 >= <u64>0xffffffffffff0000), rm), X);
      if (load<u8>(0, FFLAGS) != flags) store<u8>(0, 1, FP_DIRTY);
      return ip + 32;
    }
    case 251: { // fcvt.h.w
      let rm: u32 = load<u32>(ip, 8); if (rm == 7) rm = load<u8>(0, FRM);
      if ((<u32>load<u8>(0, FP_OFF) | <u32>(rm > 4)) != 0) { illegal(ip); return ip + 1; }
      store<u64>(load<u16>(ip, 2), (<u64>f16FromI32(load<u64>(load<u16>(ip, 4), X), rm) | <u64>0xffffffffffff0000), F);
      store<u8>(0, 1, FP_DIRTY);
      return ip + 32;
    }
    case 252: { // fcvt.h.wu
      let rm: u32 = load<u32>(ip, 8); if (rm == 7) rm = load<u8>(0, FRM);
      if ((<u32>load<u8>(0, FP_OFF) | <u32>(rm > 4)) != 0) { illegal(ip); return ip + 1; }
      store<u64>(load<u16>(ip, 2), (<u64>f16FromU32(load<u64>(load<u16>(ip, 4), X), rm) | <u64>0xffffffffffff0000), F);
      store<u8>(0, 1, FP_DIRTY);
      return ip + 32;
    }
    case 253: { // fcvt.h.l
      let rm: u32 = load<u32>(ip, 8); if (rm == 7) rm = load<u8>(0, FRM);
      if ((<u32>load<u8>(0, FP_OFF) | <u32>(rm > 4)) != 0) { illegal(ip); return ip + 1; }
      store<u64>(load<u16>(ip, 2), (<u64>f16FromI64(load<u64>(load<u16>(ip, 4), X), rm) | <u64>0xffffffffffff0000), F);
      store<u8>(0, 1, FP_DIRTY);
      return ip + 32;
    }
    case 254: { // fcvt.h.lu
      let rm: u32 = load<u32>(ip, 8); if (rm == 7) rm = load<u8>(0, FRM);
      if ((<u32>load<u8>(0, FP_OFF) | <u32>(rm > 4)) != 0) { illegal(ip); return ip + 1; }
      store<u64>(load<u16>(ip, 2), (<u64>f16FromU64(load<u64>(load<u16>(ip, 4), X), rm) | <u64>0xffffffffffff0000), F);
      store<u8>(0, 1, FP_DIRTY);
      return ip + 32;
    }
    case 255: { // fmv.x.w
      if (load<u8>(0, FP_OFF)) { illegal(ip); return ip + 1; }
      store<u64>(load<u16>(ip, 2), <u64><i64><i32><u32>load<u64>(load<u16>(ip, 4), F), X);
      return ip + 32;
    }
    case 256: { // fmv.w.x
      if (load<u8>(0, FP_OFF)) { illegal(ip); return ip + 1; }
      store<u64>(load<u16>(ip, 2), (<u64><u32>load<u64>(load<u16>(ip, 4), X) | <u64>0xffffffff00000000), F);
      store<u8>(0, 1, FP_DIRTY);
      return ip + 32;
    }
    case 257: { // fmv.x.d
      if (load<u8>(0, FP_OFF)) { illegal(ip); return ip + 1; }
      store<u64>(load<u16>(ip, 2), load<u64>(load<u16>(ip, 4), F), X);
      return ip + 32;
    }
    case 258: { // fmv.d.x
      if (load<u8>(0, FP_OFF)) { illegal(ip); return ip + 1; }
      store<u64>(load<u16>(ip, 2), load<u64>(load<u16>(ip, 4), X), F);
      store<u8>(0, 1, FP_DIRTY);
      return ip + 32;
    }
    case 259: { // fmv.x.h
      if (load<u8>(0, FP_OFF)) { illegal(ip); return ip + 1; }
      store<u64>(load<u16>(ip, 2), <u64><i64><i16>load<u64>(load<u16>(ip, 4), F), X);
      return ip + 32;
    }
    case 260: { // fmv.h.x
      if (load<u8>(0, FP_OFF)) { illegal(ip); return ip + 1; }
      store<u64>(load<u16>(ip, 2), (<u64>(<u32>load<u64>(load<u16>(ip, 4), X) & <u32>0xffff) | <u64>0xffffffffffff0000), F);
      store<u8>(0, 1, FP_DIRTY);
      return ip + 32;
    }
    case 261: { // fcvt.s.d
      let rm: u32 = load<u32>(ip, 8); if (rm == 7) rm = load<u8>(0, FRM);
      if ((<u32>load<u8>(0, FP_OFF) | <u32>(rm > 4)) != 0) { illegal(ip); return ip + 1; }
      store<u64>(load<u16>(ip, 2), (<u64>f64ToF32(load<u64>(load<u16>(ip, 4), F), rm) | <u64>0xffffffff00000000), F);
      store<u8>(0, 1, FP_DIRTY);
      return ip + 32;
    }
    case 262: { // fcvt.d.s
      let rm: u32 = load<u32>(ip, 8); if (rm == 7) rm = load<u8>(0, FRM);
      if ((<u32>load<u8>(0, FP_OFF) | <u32>(rm > 4)) != 0) { illegal(ip); return ip + 1; }
      const t0: u64 = load<u64>(load<u16>(ip, 4), F);
      store<u64>(load<u16>(ip, 2), f32ToF64(select<u32>(<u32>t0, <u32>0x7fc00000, t0 >= <u64>0xffffffff00000000)), F);
      store<u8>(0, 1, FP_DIRTY);
      return ip + 32;
    }
    case 263: { // fcvt.h.s
      let rm: u32 = load<u32>(ip, 8); if (rm == 7) rm = load<u8>(0, FRM);
      if ((<u32>load<u8>(0, FP_OFF) | <u32>(rm > 4)) != 0) { illegal(ip); return ip + 1; }
      const t0: u64 = load<u64>(load<u16>(ip, 4), F);
      store<u64>(load<u16>(ip, 2), (<u64>f32ToF16(select<u32>(<u32>t0, <u32>0x7fc00000, t0 >= <u64>0xffffffff00000000), rm) | <u64>0xffffffffffff0000), F);
      store<u8>(0, 1, FP_DIRTY);
      return ip + 32;
    }
    case 264: { // fcvt.s.h
      let rm: u32 = load<u32>(ip, 8); if (rm == 7) rm = load<u8>(0, FRM);
      if ((<u32>load<u8>(0, FP_OFF) | <u32>(rm > 4)) != 0) { illegal(ip); return ip + 1; }
      const t0: u64 = load<u64>(load<u16>(ip, 4), F);
      store<u64>(load<u16>(ip, 2), (<u64>f16ToF32(select<u32>((<u32>t0 & <u32>0xffff), <u32>0x7e00, t0 >= <u64>0xffffffffffff0000)) | <u64>0xffffffff00000000), F);
      store<u8>(0, 1, FP_DIRTY);
      return ip + 32;
    }
    case 265: { // fcvt.h.d
      let rm: u32 = load<u32>(ip, 8); if (rm == 7) rm = load<u8>(0, FRM);
      if ((<u32>load<u8>(0, FP_OFF) | <u32>(rm > 4)) != 0) { illegal(ip); return ip + 1; }
      store<u64>(load<u16>(ip, 2), (<u64>f64ToF16(load<u64>(load<u16>(ip, 4), F), rm) | <u64>0xffffffffffff0000), F);
      store<u8>(0, 1, FP_DIRTY);
      return ip + 32;
    }
    case 266: { // fcvt.d.h
      let rm: u32 = load<u32>(ip, 8); if (rm == 7) rm = load<u8>(0, FRM);
      if ((<u32>load<u8>(0, FP_OFF) | <u32>(rm > 4)) != 0) { illegal(ip); return ip + 1; }
      const t0: u64 = load<u64>(load<u16>(ip, 4), F);
      store<u64>(load<u16>(ip, 2), f16ToF64(select<u32>((<u32>t0 & <u32>0xffff), <u32>0x7e00, t0 >= <u64>0xffffffffffff0000)), F);
      store<u8>(0, 1, FP_DIRTY);
      return ip + 32;
    }
    default: {
      if (load<u16>(ip) & 32768) halt();
      else illegal(ip);
      return ip + 1;
    }
  }
}

/** Runs until n0 instructions have retired (a block may go over), or STOP is set. Returns what is left of n0. */
export function interpret(n0: i64): i64 {
  let n = n0;
  let data: u64 = 0;
  let ip: u32 = enter();
  if (ip == 0) return n;
  let delta = load<u64>(0, DELTA);
  while (true) {
    n--;
    switch (<u32>load<u16>(ip)) {
      case 0: {
        n++;
        ip = decodeAt(ip);
        delta = load<u64>(0, DELTA);
        if (load<u32>(0, STOP)) break;
        continue;
      }
      case 1: {
        n++;
        if (n <= 0) break;
        ip = fetch(delta + <u64>(ip >> 3));
        if (ip == 0) return leave(n, data);
        delta = load<u64>(0, DELTA);
        continue;
      }
      case 3: {
        n = callTranslated(ip, delta + <u64>(ip >> 3), n + 1);
        const left = load<u32>(0, JIT_LEFT_BY) & LEFT_MASK;
        if (left == LEFT_OFF) return leave(n, data);
        if (left == LEFT_FOR) {
          ip = fetch(load<u64>(0, PC));
          if (ip == 0) return leave(n, data);
          delta = load<u64>(0, DELTA);
          continue;
        }
        ip = recordHere();
        delta = load<u64>(0, DELTA);
        continue;
      }
      case 4: { // lui
        store<u64>(load<u16>(ip, 2), <u64><i64>load<i32>(ip, 8), X);
        ip += 32; continue;
      }
      case 5: { // lui (16 bits)
        store<u64>(load<u16>(ip, 2), <u64><i64>load<i32>(ip, 8), X);
        ip += 16; continue;
      }
      case 6: { // auipc
        store<u64>(load<u16>(ip, 2), ((delta + <u64>(ip >> 3)) + <u64><i64>load<i32>(ip, 8)), X);
        ip += 32; continue;
      }
      case 7: { // jal
        store<u64>(load<u16>(ip, 2), delta + <u64>(ip >> 3) + 4, X);
        ip += load<u32>(ip, 8);
        if (n <= 0) break;
        continue;
      }
      case 8: { // jal, out of the page
        const target: u64 = ((delta + <u64>(ip >> 3)) + <u64><i64>load<i32>(ip, 8)) & ~1;
        store<u64>(load<u16>(ip, 2), delta + <u64>(ip >> 3) + 4, X);
        ip = fetch(target);
        if (ip == 0) return leave(n, data);
        delta = load<u64>(0, DELTA);
        if (n <= 0) break;
        continue;
      }
      case 9: { // jal (16 bits)
        store<u64>(load<u16>(ip, 2), delta + <u64>(ip >> 3) + 2, X);
        ip += load<u32>(ip, 8);
        if (n <= 0) break;
        continue;
      }
      case 10: { // jal (16 bits), out of the page
        const target: u64 = ((delta + <u64>(ip >> 3)) + <u64><i64>load<i32>(ip, 8)) & ~1;
        store<u64>(load<u16>(ip, 2), delta + <u64>(ip >> 3) + 2, X);
        ip = fetch(target);
        if (ip == 0) return leave(n, data);
        delta = load<u64>(0, DELTA);
        if (n <= 0) break;
        continue;
      }
      case 11: { // j (16 bits)
        ip += load<u32>(ip, 8);
        if (n <= 0) break;
        continue;
      }
      case 12: { // j (16 bits), out of the page
        ip = fetch(delta + <u64>(ip >> 3) + <u64><i64>load<i32>(ip, 8));
        if (ip == 0) return leave(n, data);
        delta = load<u64>(0, DELTA);
        if (n <= 0) break;
        continue;
      }
      case 13: { // j
        ip += load<u32>(ip, 8);
        if (n <= 0) break;
        continue;
      }
      case 14: { // j, out of the page
        ip = fetch(delta + <u64>(ip >> 3) + <u64><i64>load<i32>(ip, 8));
        if (ip == 0) return leave(n, data);
        delta = load<u64>(0, DELTA);
        if (n <= 0) break;
        continue;
      }
      case 15: { // jalr
        const target: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8)) & ~1;
        store<u64>(load<u16>(ip, 2), delta + <u64>(ip >> 3) + 4, X);
        if ((target ^ (delta + <u64>(ip >> 3))) < 4096) ip = <u32>(target - delta) << 3;
        else {
          ip = fetch(target);
          if (ip == 0) return leave(n, data);
          delta = load<u64>(0, DELTA);
        }
        if (n <= 0) break;
        continue;
      }
      case 16: { // jalr, out of the page
        const target: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8)) & ~1;
        store<u64>(load<u16>(ip, 2), delta + <u64>(ip >> 3) + 4, X);
        ip = fetch(target);
        if (ip == 0) return leave(n, data);
        delta = load<u64>(0, DELTA);
        if (n <= 0) break;
        continue;
      }
      case 17: { // jalr (16 bits)
        const target: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8)) & ~1;
        store<u64>(load<u16>(ip, 2), delta + <u64>(ip >> 3) + 2, X);
        if ((target ^ (delta + <u64>(ip >> 3))) < 4096) ip = <u32>(target - delta) << 3;
        else {
          ip = fetch(target);
          if (ip == 0) return leave(n, data);
          delta = load<u64>(0, DELTA);
        }
        if (n <= 0) break;
        continue;
      }
      case 18: { // jalr (16 bits), out of the page
        const target: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8)) & ~1;
        store<u64>(load<u16>(ip, 2), delta + <u64>(ip >> 3) + 2, X);
        ip = fetch(target);
        if (ip == 0) return leave(n, data);
        delta = load<u64>(0, DELTA);
        if (n <= 0) break;
        continue;
      }
      case 19: { // jr (16 bits)
        const target: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8)) & ~1;
        if ((target ^ (delta + <u64>(ip >> 3))) < 4096) ip = <u32>(target - delta) << 3;
        else {
          ip = fetch(target);
          if (ip == 0) return leave(n, data);
          delta = load<u64>(0, DELTA);
        }
        if (n <= 0) break;
        continue;
      }
      case 20: { // jr (16 bits), out of the page
        const target: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8)) & ~1;
        ip = fetch(target);
        if (ip == 0) return leave(n, data);
        delta = load<u64>(0, DELTA);
        if (n <= 0) break;
        continue;
      }
      case 21: { // jr
        const target: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8)) & ~1;
        if ((target ^ (delta + <u64>(ip >> 3))) < 4096) ip = <u32>(target - delta) << 3;
        else {
          ip = fetch(target);
          if (ip == 0) return leave(n, data);
          delta = load<u64>(0, DELTA);
        }
        if (n <= 0) break;
        continue;
      }
      case 22: { // jr, out of the page
        const target: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8)) & ~1;
        ip = fetch(target);
        if (ip == 0) return leave(n, data);
        delta = load<u64>(0, DELTA);
        if (n <= 0) break;
        continue;
      }
      case 23: { // beq
        if (<u32>(load<u64>(load<u16>(ip, 4), X) == load<u64>(load<u16>(ip, 6), X))) ip += load<u32>(ip, 8); else ip += 32;
        if (n <= 0) break;
        continue;
      }
      case 24: { // beq, out of the page
        if (!(<u32>(load<u64>(load<u16>(ip, 4), X) == load<u64>(load<u16>(ip, 6), X)))) { ip += 32; if (n <= 0) break; continue; }
        ip = fetch(delta + <u64>(ip >> 3) + <u64><i64>load<i32>(ip, 8));
        if (ip == 0) return leave(n, data);
        delta = load<u64>(0, DELTA);
        if (n <= 0) break;
        continue;
      }
      case 25: { // beq (16 bits)
        if (<u32>(load<u64>(load<u16>(ip, 4), X) == load<u64>(load<u16>(ip, 6), X))) ip += load<u32>(ip, 8); else ip += 16;
        if (n <= 0) break;
        continue;
      }
      case 26: { // beq (16 bits), out of the page
        if (!(<u32>(load<u64>(load<u16>(ip, 4), X) == load<u64>(load<u16>(ip, 6), X)))) { ip += 16; if (n <= 0) break; continue; }
        ip = fetch(delta + <u64>(ip >> 3) + <u64><i64>load<i32>(ip, 8));
        if (ip == 0) return leave(n, data);
        delta = load<u64>(0, DELTA);
        if (n <= 0) break;
        continue;
      }
      case 27: { // bne
        if (<u32>(load<u64>(load<u16>(ip, 4), X) != load<u64>(load<u16>(ip, 6), X))) ip += load<u32>(ip, 8); else ip += 32;
        if (n <= 0) break;
        continue;
      }
      case 28: { // bne, out of the page
        if (!(<u32>(load<u64>(load<u16>(ip, 4), X) != load<u64>(load<u16>(ip, 6), X)))) { ip += 32; if (n <= 0) break; continue; }
        ip = fetch(delta + <u64>(ip >> 3) + <u64><i64>load<i32>(ip, 8));
        if (ip == 0) return leave(n, data);
        delta = load<u64>(0, DELTA);
        if (n <= 0) break;
        continue;
      }
      case 29: { // bne (16 bits)
        if (<u32>(load<u64>(load<u16>(ip, 4), X) != load<u64>(load<u16>(ip, 6), X))) ip += load<u32>(ip, 8); else ip += 16;
        if (n <= 0) break;
        continue;
      }
      case 30: { // bne (16 bits), out of the page
        if (!(<u32>(load<u64>(load<u16>(ip, 4), X) != load<u64>(load<u16>(ip, 6), X)))) { ip += 16; if (n <= 0) break; continue; }
        ip = fetch(delta + <u64>(ip >> 3) + <u64><i64>load<i32>(ip, 8));
        if (ip == 0) return leave(n, data);
        delta = load<u64>(0, DELTA);
        if (n <= 0) break;
        continue;
      }
      case 31: { // blt
        if (<u32>(<i64>load<u64>(load<u16>(ip, 4), X) < <i64>load<u64>(load<u16>(ip, 6), X))) ip += load<u32>(ip, 8); else ip += 32;
        if (n <= 0) break;
        continue;
      }
      case 32: { // blt, out of the page
        if (!(<u32>(<i64>load<u64>(load<u16>(ip, 4), X) < <i64>load<u64>(load<u16>(ip, 6), X)))) { ip += 32; if (n <= 0) break; continue; }
        ip = fetch(delta + <u64>(ip >> 3) + <u64><i64>load<i32>(ip, 8));
        if (ip == 0) return leave(n, data);
        delta = load<u64>(0, DELTA);
        if (n <= 0) break;
        continue;
      }
      case 33: { // bge
        if (<u32>(<i64>load<u64>(load<u16>(ip, 4), X) >= <i64>load<u64>(load<u16>(ip, 6), X))) ip += load<u32>(ip, 8); else ip += 32;
        if (n <= 0) break;
        continue;
      }
      case 34: { // bge, out of the page
        if (!(<u32>(<i64>load<u64>(load<u16>(ip, 4), X) >= <i64>load<u64>(load<u16>(ip, 6), X)))) { ip += 32; if (n <= 0) break; continue; }
        ip = fetch(delta + <u64>(ip >> 3) + <u64><i64>load<i32>(ip, 8));
        if (ip == 0) return leave(n, data);
        delta = load<u64>(0, DELTA);
        if (n <= 0) break;
        continue;
      }
      case 35: { // bltu
        if (<u32>(load<u64>(load<u16>(ip, 4), X) < load<u64>(load<u16>(ip, 6), X))) ip += load<u32>(ip, 8); else ip += 32;
        if (n <= 0) break;
        continue;
      }
      case 36: { // bltu, out of the page
        if (!(<u32>(load<u64>(load<u16>(ip, 4), X) < load<u64>(load<u16>(ip, 6), X)))) { ip += 32; if (n <= 0) break; continue; }
        ip = fetch(delta + <u64>(ip >> 3) + <u64><i64>load<i32>(ip, 8));
        if (ip == 0) return leave(n, data);
        delta = load<u64>(0, DELTA);
        if (n <= 0) break;
        continue;
      }
      case 37: { // bgeu
        if (<u32>(load<u64>(load<u16>(ip, 4), X) >= load<u64>(load<u16>(ip, 6), X))) ip += load<u32>(ip, 8); else ip += 32;
        if (n <= 0) break;
        continue;
      }
      case 38: { // bgeu, out of the page
        if (!(<u32>(load<u64>(load<u16>(ip, 4), X) >= load<u64>(load<u16>(ip, 6), X)))) { ip += 32; if (n <= 0) break; continue; }
        ip = fetch(delta + <u64>(ip >> 3) + <u64><i64>load<i32>(ip, 8));
        if (ip == 0) return leave(n, data);
        delta = load<u64>(0, DELTA);
        if (n <= 0) break;
        continue;
      }
      case 39: { // lb
        const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
        const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
        const t: u64 = va ^ load<u64>(e, TLB_READ);
        if (t <= 4095) {
          store<u64>(load<u16>(ip, 2), <u64><i64>load<i8>(load<u32>(e, TLB_READ + 8) + <u32>t), X);
        } else {
          store<i64>(0, n, BUDGET);
          const value: u64 = slowLoad(va, 0);
          const stop = load<u32>(0, STOP);
          if (stop == 1) { n++; break; }
          store<u64>(load<u16>(ip, 2), <u64><i64><i8>value, X);
          if (stop) { data++; ip += 32; break; }
        }
        data++; ip += 32; continue;
      }
      case 40: { // lh
        const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
        const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
        const t: u64 = va ^ load<u64>(e, TLB_READ);
        if (t <= 4094) {
          store<u64>(load<u16>(ip, 2), <u64><i64>load<i16>(load<u32>(e, TLB_READ + 8) + <u32>t), X);
        } else {
          store<i64>(0, n, BUDGET);
          const value: u64 = slowLoad(va, 1);
          const stop = load<u32>(0, STOP);
          if (stop == 1) { n++; break; }
          store<u64>(load<u16>(ip, 2), <u64><i64><i16>value, X);
          if (stop) { data++; ip += 32; break; }
        }
        data++; ip += 32; continue;
      }
      case 41: { // lw
        const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
        const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
        const t: u64 = va ^ load<u64>(e, TLB_READ);
        if (t <= 4092) {
          store<u64>(load<u16>(ip, 2), <u64><i64>load<i32>(load<u32>(e, TLB_READ + 8) + <u32>t), X);
        } else {
          store<i64>(0, n, BUDGET);
          const value: u64 = slowLoad(va, 2);
          const stop = load<u32>(0, STOP);
          if (stop == 1) { n++; break; }
          store<u64>(load<u16>(ip, 2), <u64><i64><i32>value, X);
          if (stop) { data++; ip += 32; break; }
        }
        data++; ip += 32; continue;
      }
      case 42: { // lw (16 bits)
        const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
        const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
        const t: u64 = va ^ load<u64>(e, TLB_READ);
        if (t <= 4092) {
          store<u64>(load<u16>(ip, 2), <u64><i64>load<i32>(load<u32>(e, TLB_READ + 8) + <u32>t), X);
        } else {
          store<i64>(0, n, BUDGET);
          const value: u64 = slowLoad(va, 2);
          const stop = load<u32>(0, STOP);
          if (stop == 1) { n++; break; }
          store<u64>(load<u16>(ip, 2), <u64><i64><i32>value, X);
          if (stop) { data++; ip += 16; break; }
        }
        data++; ip += 16; continue;
      }
      case 43: { // ld
        const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
        const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
        const t: u64 = va ^ load<u64>(e, TLB_READ);
        if (t <= 4088) {
          store<u64>(load<u16>(ip, 2), load<u64>(load<u32>(e, TLB_READ + 8) + <u32>t), X);
        } else {
          store<i64>(0, n, BUDGET);
          const value: u64 = slowLoad(va, 3);
          const stop = load<u32>(0, STOP);
          if (stop == 1) { n++; break; }
          store<u64>(load<u16>(ip, 2), value, X);
          if (stop) { data++; ip += 32; break; }
        }
        data++; ip += 32; continue;
      }
      case 44: { // ld (16 bits)
        const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
        const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
        const t: u64 = va ^ load<u64>(e, TLB_READ);
        if (t <= 4088) {
          store<u64>(load<u16>(ip, 2), load<u64>(load<u32>(e, TLB_READ + 8) + <u32>t), X);
        } else {
          store<i64>(0, n, BUDGET);
          const value: u64 = slowLoad(va, 3);
          const stop = load<u32>(0, STOP);
          if (stop == 1) { n++; break; }
          store<u64>(load<u16>(ip, 2), value, X);
          if (stop) { data++; ip += 16; break; }
        }
        data++; ip += 16; continue;
      }
      case 45: { // lbu
        const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
        const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
        const t: u64 = va ^ load<u64>(e, TLB_READ);
        if (t <= 4095) {
          store<u64>(load<u16>(ip, 2), <u64>load<u8>(load<u32>(e, TLB_READ + 8) + <u32>t), X);
        } else {
          store<i64>(0, n, BUDGET);
          const value: u64 = slowLoad(va, 0);
          const stop = load<u32>(0, STOP);
          if (stop == 1) { n++; break; }
          store<u64>(load<u16>(ip, 2), <u64><u8>value, X);
          if (stop) { data++; ip += 32; break; }
        }
        data++; ip += 32; continue;
      }
      case 46: { // lhu
        const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
        const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
        const t: u64 = va ^ load<u64>(e, TLB_READ);
        if (t <= 4094) {
          store<u64>(load<u16>(ip, 2), <u64>load<u16>(load<u32>(e, TLB_READ + 8) + <u32>t), X);
        } else {
          store<i64>(0, n, BUDGET);
          const value: u64 = slowLoad(va, 1);
          const stop = load<u32>(0, STOP);
          if (stop == 1) { n++; break; }
          store<u64>(load<u16>(ip, 2), <u64><u16>value, X);
          if (stop) { data++; ip += 32; break; }
        }
        data++; ip += 32; continue;
      }
      case 47: { // lwu
        const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
        const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
        const t: u64 = va ^ load<u64>(e, TLB_READ);
        if (t <= 4092) {
          store<u64>(load<u16>(ip, 2), <u64>load<u32>(load<u32>(e, TLB_READ + 8) + <u32>t), X);
        } else {
          store<i64>(0, n, BUDGET);
          const value: u64 = slowLoad(va, 2);
          const stop = load<u32>(0, STOP);
          if (stop == 1) { n++; break; }
          store<u64>(load<u16>(ip, 2), <u64><u32>value, X);
          if (stop) { data++; ip += 32; break; }
        }
        data++; ip += 32; continue;
      }
      case 48: { // sb
        const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
        const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
        const t: u64 = va ^ load<u64>(e, TLB_WRITE);
        if (t <= 4095) {
          store<u8>(load<u32>(e, TLB_WRITE + 8) + <u32>t, <u8>load<u64>(load<u16>(ip, 6), X));
        } else {
          store<i64>(0, n, BUDGET);
          slowStore(va, load<u64>(load<u16>(ip, 6), X), 0);
          const stop = load<u32>(0, STOP);
          if (stop == 1) { n++; break; }
          if (stop) { data++; ip += 32; break; }
        }
        data++; ip += 32; continue;
      }
      case 49: { // sh
        const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
        const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
        const t: u64 = va ^ load<u64>(e, TLB_WRITE);
        if (t <= 4094) {
          store<u16>(load<u32>(e, TLB_WRITE + 8) + <u32>t, <u16>load<u64>(load<u16>(ip, 6), X));
        } else {
          store<i64>(0, n, BUDGET);
          slowStore(va, load<u64>(load<u16>(ip, 6), X), 1);
          const stop = load<u32>(0, STOP);
          if (stop == 1) { n++; break; }
          if (stop) { data++; ip += 32; break; }
        }
        data++; ip += 32; continue;
      }
      case 50: { // sw
        const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
        const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
        const t: u64 = va ^ load<u64>(e, TLB_WRITE);
        if (t <= 4092) {
          store<u32>(load<u32>(e, TLB_WRITE + 8) + <u32>t, <u32>load<u64>(load<u16>(ip, 6), X));
        } else {
          store<i64>(0, n, BUDGET);
          slowStore(va, load<u64>(load<u16>(ip, 6), X), 2);
          const stop = load<u32>(0, STOP);
          if (stop == 1) { n++; break; }
          if (stop) { data++; ip += 32; break; }
        }
        data++; ip += 32; continue;
      }
      case 51: { // sw (16 bits)
        const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
        const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
        const t: u64 = va ^ load<u64>(e, TLB_WRITE);
        if (t <= 4092) {
          store<u32>(load<u32>(e, TLB_WRITE + 8) + <u32>t, <u32>load<u64>(load<u16>(ip, 6), X));
        } else {
          store<i64>(0, n, BUDGET);
          slowStore(va, load<u64>(load<u16>(ip, 6), X), 2);
          const stop = load<u32>(0, STOP);
          if (stop == 1) { n++; break; }
          if (stop) { data++; ip += 16; break; }
        }
        data++; ip += 16; continue;
      }
      case 52: { // sd
        const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
        const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
        const t: u64 = va ^ load<u64>(e, TLB_WRITE);
        if (t <= 4088) {
          store<u64>(load<u32>(e, TLB_WRITE + 8) + <u32>t, <u64>load<u64>(load<u16>(ip, 6), X));
        } else {
          store<i64>(0, n, BUDGET);
          slowStore(va, load<u64>(load<u16>(ip, 6), X), 3);
          const stop = load<u32>(0, STOP);
          if (stop == 1) { n++; break; }
          if (stop) { data++; ip += 32; break; }
        }
        data++; ip += 32; continue;
      }
      case 53: { // sd (16 bits)
        const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
        const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
        const t: u64 = va ^ load<u64>(e, TLB_WRITE);
        if (t <= 4088) {
          store<u64>(load<u32>(e, TLB_WRITE + 8) + <u32>t, <u64>load<u64>(load<u16>(ip, 6), X));
        } else {
          store<i64>(0, n, BUDGET);
          slowStore(va, load<u64>(load<u16>(ip, 6), X), 3);
          const stop = load<u32>(0, STOP);
          if (stop == 1) { n++; break; }
          if (stop) { data++; ip += 16; break; }
        }
        data++; ip += 16; continue;
      }
      case 54: { // addi
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8)), X);
        ip += 32; continue;
      }
      case 55: { // addi (16 bits)
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8)), X);
        ip += 16; continue;
      }
      case 56: { // nop (16 bits)
        ip += 16; continue;
      }
      case 57: { // nop
        ip += 32; continue;
      }
      case 58: { // li (16 bits)
        store<u64>(load<u16>(ip, 2), <u64><i64>load<i32>(ip, 8), X);
        ip += 16; continue;
      }
      case 59: { // li
        store<u64>(load<u16>(ip, 2), <u64><i64>load<i32>(ip, 8), X);
        ip += 32; continue;
      }
      case 60: { // mv
        store<u64>(load<u16>(ip, 2), load<u64>(load<u16>(ip, 4), X), X);
        ip += 32; continue;
      }
      case 61: { // slti
        store<u64>(load<u16>(ip, 2), <u64><u32>(<i64>load<u64>(load<u16>(ip, 4), X) < <i64><u64><i64>load<i32>(ip, 8)), X);
        ip += 32; continue;
      }
      case 62: { // hint
        suspend(ip, delta + <u64>(ip >> 3), n, data); data = 0;
        sysHint(load<u32>(ip, 8));
        ip = resume();
        n = load<i64>(0, BUDGET);
        if (ip == 0) return n;
        delta = load<u64>(0, DELTA);
        continue;
      }
      case 63: { // sltiu
        store<u64>(load<u16>(ip, 2), <u64><u32>(load<u64>(load<u16>(ip, 4), X) < <u64><i64>load<i32>(ip, 8)), X);
        ip += 32; continue;
      }
      case 64: { // xori
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) ^ <u64><i64>load<i32>(ip, 8)), X);
        ip += 32; continue;
      }
      case 65: { // ori
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) | <u64><i64>load<i32>(ip, 8)), X);
        ip += 32; continue;
      }
      case 66: { // andi
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) & <u64><i64>load<i32>(ip, 8)), X);
        ip += 32; continue;
      }
      case 67: { // andi (16 bits)
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) & <u64><i64>load<i32>(ip, 8)), X);
        ip += 16; continue;
      }
      case 68: { // slli
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) << <u64><i64>load<i32>(ip, 8)), X);
        ip += 32; continue;
      }
      case 69: { // slli (16 bits)
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) << <u64><i64>load<i32>(ip, 8)), X);
        ip += 16; continue;
      }
      case 70: { // srli
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) >> <u64><i64>load<i32>(ip, 8)), X);
        ip += 32; continue;
      }
      case 71: { // srli (16 bits)
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) >> <u64><i64>load<i32>(ip, 8)), X);
        ip += 16; continue;
      }
      case 72: { // srai
        store<u64>(load<u16>(ip, 2), <u64>(<i64>load<u64>(load<u16>(ip, 4), X) >> <i64><u64><i64>load<i32>(ip, 8)), X);
        ip += 32; continue;
      }
      case 73: { // srai (16 bits)
        store<u64>(load<u16>(ip, 2), <u64>(<i64>load<u64>(load<u16>(ip, 4), X) >> <i64><u64><i64>load<i32>(ip, 8)), X);
        ip += 16; continue;
      }
      case 74: { // add
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) + load<u64>(load<u16>(ip, 6), X)), X);
        ip += 32; continue;
      }
      case 75: { // add (16 bits)
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) + load<u64>(load<u16>(ip, 6), X)), X);
        ip += 16; continue;
      }
      case 76: { // copy (16 bits)
        store<u64>(load<u16>(ip, 2), load<u64>(load<u16>(ip, 6), X), X);
        ip += 16; continue;
      }
      case 77: { // sub
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) - load<u64>(load<u16>(ip, 6), X)), X);
        ip += 32; continue;
      }
      case 78: { // sub (16 bits)
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) - load<u64>(load<u16>(ip, 6), X)), X);
        ip += 16; continue;
      }
      case 79: { // sll
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) << (load<u64>(load<u16>(ip, 6), X) & <u64>0x3f)), X);
        ip += 32; continue;
      }
      case 80: { // slt
        store<u64>(load<u16>(ip, 2), <u64><u32>(<i64>load<u64>(load<u16>(ip, 4), X) < <i64>load<u64>(load<u16>(ip, 6), X)), X);
        ip += 32; continue;
      }
      case 81: { // sltu
        store<u64>(load<u16>(ip, 2), <u64><u32>(load<u64>(load<u16>(ip, 4), X) < load<u64>(load<u16>(ip, 6), X)), X);
        ip += 32; continue;
      }
      case 82: { // xor
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) ^ load<u64>(load<u16>(ip, 6), X)), X);
        ip += 32; continue;
      }
      case 83: { // xor (16 bits)
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) ^ load<u64>(load<u16>(ip, 6), X)), X);
        ip += 16; continue;
      }
      case 84: { // srl
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) >> (load<u64>(load<u16>(ip, 6), X) & <u64>0x3f)), X);
        ip += 32; continue;
      }
      case 85: { // sra
        store<u64>(load<u16>(ip, 2), <u64>(<i64>load<u64>(load<u16>(ip, 4), X) >> <i64>(load<u64>(load<u16>(ip, 6), X) & <u64>0x3f)), X);
        ip += 32; continue;
      }
      case 86: { // or
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) | load<u64>(load<u16>(ip, 6), X)), X);
        ip += 32; continue;
      }
      case 87: { // or (16 bits)
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) | load<u64>(load<u16>(ip, 6), X)), X);
        ip += 16; continue;
      }
      case 88: { // and
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) & load<u64>(load<u16>(ip, 6), X)), X);
        ip += 32; continue;
      }
      case 89: { // and (16 bits)
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) & load<u64>(load<u16>(ip, 6), X)), X);
        ip += 16; continue;
      }
      case 90: { // addiw
        store<u64>(load<u16>(ip, 2), <u64><i64><i32>(<u32>load<u64>(load<u16>(ip, 4), X) + <u32><u64><i64>load<i32>(ip, 8)), X);
        ip += 32; continue;
      }
      case 91: { // addiw (16 bits)
        store<u64>(load<u16>(ip, 2), <u64><i64><i32>(<u32>load<u64>(load<u16>(ip, 4), X) + <u32><u64><i64>load<i32>(ip, 8)), X);
        ip += 16; continue;
      }
      case 92: { // slliw
        store<u64>(load<u16>(ip, 2), <u64><i64><i32>(<u32>load<u64>(load<u16>(ip, 4), X) << <u32><u64><i64>load<i32>(ip, 8)), X);
        ip += 32; continue;
      }
      case 93: { // srliw
        store<u64>(load<u16>(ip, 2), <u64><i64><i32>(<u32>load<u64>(load<u16>(ip, 4), X) >> <u32><u64><i64>load<i32>(ip, 8)), X);
        ip += 32; continue;
      }
      case 94: { // sraiw
        store<u64>(load<u16>(ip, 2), <u64><i64><i32><u32>(<i32><u32>load<u64>(load<u16>(ip, 4), X) >> <i32><u32><u64><i64>load<i32>(ip, 8)), X);
        ip += 32; continue;
      }
      case 95: { // addw
        store<u64>(load<u16>(ip, 2), <u64><i64><i32>(<u32>load<u64>(load<u16>(ip, 4), X) + <u32>load<u64>(load<u16>(ip, 6), X)), X);
        ip += 32; continue;
      }
      case 96: { // addw (16 bits)
        store<u64>(load<u16>(ip, 2), <u64><i64><i32>(<u32>load<u64>(load<u16>(ip, 4), X) + <u32>load<u64>(load<u16>(ip, 6), X)), X);
        ip += 16; continue;
      }
      case 97: { // subw
        store<u64>(load<u16>(ip, 2), <u64><i64><i32>(<u32>load<u64>(load<u16>(ip, 4), X) - <u32>load<u64>(load<u16>(ip, 6), X)), X);
        ip += 32; continue;
      }
      case 98: { // subw (16 bits)
        store<u64>(load<u16>(ip, 2), <u64><i64><i32>(<u32>load<u64>(load<u16>(ip, 4), X) - <u32>load<u64>(load<u16>(ip, 6), X)), X);
        ip += 16; continue;
      }
      case 99: { // sllw
        store<u64>(load<u16>(ip, 2), <u64><i64><i32>(<u32>load<u64>(load<u16>(ip, 4), X) << (<u32>load<u64>(load<u16>(ip, 6), X) & <u32><u64>0x1f)), X);
        ip += 32; continue;
      }
      case 100: { // srlw
        store<u64>(load<u16>(ip, 2), <u64><i64><i32>(<u32>load<u64>(load<u16>(ip, 4), X) >> (<u32>load<u64>(load<u16>(ip, 6), X) & <u32><u64>0x1f)), X);
        ip += 32; continue;
      }
      case 101: { // sraw
        store<u64>(load<u16>(ip, 2), <u64><i64><i32><u32>(<i32><u32>load<u64>(load<u16>(ip, 4), X) >> <i32>(<u32>load<u64>(load<u16>(ip, 6), X) & <u32><u64>0x1f)), X);
        ip += 32; continue;
      }
      case 102: { // fence
        ip += 32; continue;
      }
      case 103: { // fence.tso
        ip += 32; continue;
      }
      case 104: { // pause
        ip += 32; continue;
      }
      case 105: { // fence.i
        suspend(ip, delta + <u64>(ip >> 3), n, data); data = 0;
        sysFenceI();
        ip = resume();
        n = load<i64>(0, BUDGET);
        if (ip == 0) return n;
        delta = load<u64>(0, DELTA);
        continue;
      }
      case 106: { // ecall
        suspend(ip, delta + <u64>(ip >> 3), n, data); data = 0;
        sysEcall();
        ip = resume();
        n = load<i64>(0, BUDGET);
        if (ip == 0) return n;
        delta = load<u64>(0, DELTA);
        continue;
      }
      case 107: { // ebreak
        suspend(ip, delta + <u64>(ip >> 3), n, data); data = 0;
        sysEbreak();
        ip = resume();
        n = load<i64>(0, BUDGET);
        if (ip == 0) return n;
        delta = load<u64>(0, DELTA);
        continue;
      }
      case 108: { // ebreak (16 bits)
        suspend(ip, delta + <u64>(ip >> 3), n, data); data = 0;
        sysEbreak();
        ip = resume();
        n = load<i64>(0, BUDGET);
        if (ip == 0) return n;
        delta = load<u64>(0, DELTA);
        continue;
      }
      case 109: { // mul
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) * load<u64>(load<u16>(ip, 6), X)), X);
        ip += 32; continue;
      }
      case 110: { // mulh
        store<u64>(load<u16>(ip, 2), mulHigh(load<u64>(load<u16>(ip, 4), X), load<u64>(load<u16>(ip, 6), X)), X);
        ip += 32; continue;
      }
      case 111: { // mulhsu
        store<u64>(load<u16>(ip, 2), mulHighSU(load<u64>(load<u16>(ip, 4), X), load<u64>(load<u16>(ip, 6), X)), X);
        ip += 32; continue;
      }
      case 112: { // mulhu
        store<u64>(load<u16>(ip, 2), mulHighU(load<u64>(load<u16>(ip, 4), X), load<u64>(load<u16>(ip, 6), X)), X);
        ip += 32; continue;
      }
      case 113: { // div
        const t0: u64 = load<u64>(load<u16>(ip, 4), X);
        const t1: u64 = load<u64>(load<u16>(ip, 6), X);
        const t2: u32 = <u32>(t1 == 0);
        store<u64>(load<u16>(ip, 2), select<u64>(<u64>0xffffffffffffffff, <u64>(<i64>t0 / <i64>select<u64>(<u64>1, t1, (t2 | (<u32>(t0 == <u64>0x8000000000000000) & <u32>(t1 == <u64>0xffffffffffffffff))) != 0)), t2 != 0), X);
        ip += 32; continue;
      }
      case 114: { // divu
        const t0: u64 = load<u64>(load<u16>(ip, 6), X);
        const t1: u32 = <u32>(t0 == 0);
        store<u64>(load<u16>(ip, 2), select<u64>(<u64>0xffffffffffffffff, (load<u64>(load<u16>(ip, 4), X) / select<u64>(<u64>1, t0, t1 != 0)), t1 != 0), X);
        ip += 32; continue;
      }
      case 115: { // rem
        const t0: u64 = load<u64>(load<u16>(ip, 4), X);
        const t1: u64 = load<u64>(load<u16>(ip, 6), X);
        const t2: u32 = <u32>(t1 == 0);
        store<u64>(load<u16>(ip, 2), select<u64>(t0, <u64>(<i64>t0 % <i64>select<u64>(<u64>1, t1, t2 != 0)), t2 != 0), X);
        ip += 32; continue;
      }
      case 116: { // remu
        const t0: u64 = load<u64>(load<u16>(ip, 4), X);
        const t1: u64 = load<u64>(load<u16>(ip, 6), X);
        const t2: u32 = <u32>(t1 == 0);
        store<u64>(load<u16>(ip, 2), select<u64>(t0, (t0 % select<u64>(<u64>1, t1, t2 != 0)), t2 != 0), X);
        ip += 32; continue;
      }
      case 117: { // mulw
        store<u64>(load<u16>(ip, 2), <u64><i64><i32>(<u32>load<u64>(load<u16>(ip, 4), X) * <u32>load<u64>(load<u16>(ip, 6), X)), X);
        ip += 32; continue;
      }
      case 118: { // divw
        const t0: u32 = <u32>load<u64>(load<u16>(ip, 4), X);
        const t1: u32 = <u32>load<u64>(load<u16>(ip, 6), X);
        const t2: u32 = <u32>(t1 == 0);
        store<u64>(load<u16>(ip, 2), <u64><i64><i32>select<u32>(<u32>0xffffffff, <u32>(<i32>t0 / <i32>select<u32>(<u32>1, t1, (t2 | (<u32>(t0 == <u32>0x80000000) & <u32>(t1 == <u32>0xffffffff))) != 0)), t2 != 0), X);
        ip += 32; continue;
      }
      case 119: { // divuw
        const t0: u32 = <u32>load<u64>(load<u16>(ip, 6), X);
        const t1: u32 = <u32>(t0 == 0);
        store<u64>(load<u16>(ip, 2), <u64><i64><i32>select<u32>(<u32>0xffffffff, (<u32>load<u64>(load<u16>(ip, 4), X) / select<u32>(<u32>1, t0, t1 != 0)), t1 != 0), X);
        ip += 32; continue;
      }
      case 120: { // remw
        const t0: u32 = <u32>load<u64>(load<u16>(ip, 4), X);
        const t1: u32 = <u32>load<u64>(load<u16>(ip, 6), X);
        const t2: u32 = <u32>(t1 == 0);
        store<u64>(load<u16>(ip, 2), <u64><i64><i32>select<u32>(t0, <u32>(<i32>t0 % <i32>select<u32>(<u32>1, t1, t2 != 0)), t2 != 0), X);
        ip += 32; continue;
      }
      case 121: { // remuw
        const t0: u32 = <u32>load<u64>(load<u16>(ip, 4), X);
        const t1: u32 = <u32>load<u64>(load<u16>(ip, 6), X);
        const t2: u32 = <u32>(t1 == 0);
        store<u64>(load<u16>(ip, 2), <u64><i64><i32>select<u32>(t0, (t0 % select<u32>(<u32>1, t1, t2 != 0)), t2 != 0), X);
        ip += 32; continue;
      }
      case 147: { // wrs.nto
        ip += 32; continue;
      }
      case 148: { // wrs.sto
        ip += 32; continue;
      }
      case 149: { // csrrw
        suspend(ip, delta + <u64>(ip >> 3), n, data); data = 0;
        sysCsr(0, load<u32>(ip, 12) >> 20, load<u16>(ip, 2), load<u64>(load<u16>(ip, 4), X), true);
        ip = resume();
        n = load<i64>(0, BUDGET);
        if (ip == 0) return n;
        delta = load<u64>(0, DELTA);
        continue;
      }
      case 150: { // csrrs
        suspend(ip, delta + <u64>(ip >> 3), n, data); data = 0;
        sysCsr(1, load<u32>(ip, 12) >> 20, load<u16>(ip, 2), load<u64>(load<u16>(ip, 4), X), load<u16>(ip, 4) != 0);
        ip = resume();
        n = load<i64>(0, BUDGET);
        if (ip == 0) return n;
        delta = load<u64>(0, DELTA);
        continue;
      }
      case 151: { // csrrc
        suspend(ip, delta + <u64>(ip >> 3), n, data); data = 0;
        sysCsr(2, load<u32>(ip, 12) >> 20, load<u16>(ip, 2), load<u64>(load<u16>(ip, 4), X), load<u16>(ip, 4) != 0);
        ip = resume();
        n = load<i64>(0, BUDGET);
        if (ip == 0) return n;
        delta = load<u64>(0, DELTA);
        continue;
      }
      case 152: { // csrrwi
        suspend(ip, delta + <u64>(ip >> 3), n, data); data = 0;
        sysCsr(0, load<u32>(ip, 12) >> 20, load<u16>(ip, 2), <u64>load<u32>(ip, 8), true);
        ip = resume();
        n = load<i64>(0, BUDGET);
        if (ip == 0) return n;
        delta = load<u64>(0, DELTA);
        continue;
      }
      case 153: { // csrrsi
        suspend(ip, delta + <u64>(ip >> 3), n, data); data = 0;
        sysCsr(1, load<u32>(ip, 12) >> 20, load<u16>(ip, 2), <u64>load<u32>(ip, 8), load<u32>(ip, 8) != 0);
        ip = resume();
        n = load<i64>(0, BUDGET);
        if (ip == 0) return n;
        delta = load<u64>(0, DELTA);
        continue;
      }
      case 154: { // csrrci
        suspend(ip, delta + <u64>(ip >> 3), n, data); data = 0;
        sysCsr(2, load<u32>(ip, 12) >> 20, load<u16>(ip, 2), <u64>load<u32>(ip, 8), load<u32>(ip, 8) != 0);
        ip = resume();
        n = load<i64>(0, BUDGET);
        if (ip == 0) return n;
        delta = load<u64>(0, DELTA);
        continue;
      }
      case 155: { // sret
        suspend(ip, delta + <u64>(ip >> 3), n, data); data = 0;
        sysSret();
        ip = resume();
        n = load<i64>(0, BUDGET);
        if (ip == 0) return n;
        delta = load<u64>(0, DELTA);
        continue;
      }
      case 156: { // mret
        suspend(ip, delta + <u64>(ip >> 3), n, data); data = 0;
        sysMret();
        ip = resume();
        n = load<i64>(0, BUDGET);
        if (ip == 0) return n;
        delta = load<u64>(0, DELTA);
        continue;
      }
      case 157: { // wfi
        suspend(ip, delta + <u64>(ip >> 3), n, data); data = 0;
        sysWfi();
        ip = resume();
        n = load<i64>(0, BUDGET);
        if (ip == 0) return n;
        delta = load<u64>(0, DELTA);
        continue;
      }
      case 158: { // sfence.vma
        suspend(ip, delta + <u64>(ip >> 3), n, data); data = 0;
        sysSfence(load<u64>(load<u16>(ip, 4), X), load<u64>(load<u16>(ip, 6), X), load<u16>(ip, 4) != 0, load<u16>(ip, 6) != 0);
        ip = resume();
        n = load<i64>(0, BUDGET);
        if (ip == 0) return n;
        delta = load<u64>(0, DELTA);
        continue;
      }
      case 159: { // sinval.vma
        suspend(ip, delta + <u64>(ip >> 3), n, data); data = 0;
        sysSfence(load<u64>(load<u16>(ip, 4), X), load<u64>(load<u16>(ip, 6), X), load<u16>(ip, 4) != 0, load<u16>(ip, 6) != 0);
        ip = resume();
        n = load<i64>(0, BUDGET);
        if (ip == 0) return n;
        delta = load<u64>(0, DELTA);
        continue;
      }
      case 160: { // sfence.w.inval
        suspend(ip, delta + <u64>(ip >> 3), n, data); data = 0;
        sysSfenceOrder();
        ip = resume();
        n = load<i64>(0, BUDGET);
        if (ip == 0) return n;
        delta = load<u64>(0, DELTA);
        continue;
      }
      case 161: { // sfence.inval.ir
        suspend(ip, delta + <u64>(ip >> 3), n, data); data = 0;
        sysSfenceOrder();
        ip = resume();
        n = load<i64>(0, BUDGET);
        if (ip == 0) return n;
        delta = load<u64>(0, DELTA);
        continue;
      }
      case 162: { // cbo.inval
        suspend(ip, delta + <u64>(ip >> 3), n, data); data = 0;
        sysCbo(0, load<u64>(load<u16>(ip, 4), X));
        ip = resume();
        n = load<i64>(0, BUDGET);
        if (ip == 0) return n;
        delta = load<u64>(0, DELTA);
        continue;
      }
      case 163: { // cbo.clean
        suspend(ip, delta + <u64>(ip >> 3), n, data); data = 0;
        sysCbo(1, load<u64>(load<u16>(ip, 4), X));
        ip = resume();
        n = load<i64>(0, BUDGET);
        if (ip == 0) return n;
        delta = load<u64>(0, DELTA);
        continue;
      }
      case 164: { // cbo.flush
        suspend(ip, delta + <u64>(ip >> 3), n, data); data = 0;
        sysCbo(2, load<u64>(load<u16>(ip, 4), X));
        ip = resume();
        n = load<i64>(0, BUDGET);
        if (ip == 0) return n;
        delta = load<u64>(0, DELTA);
        continue;
      }
      case 165: { // cbo.zero
        suspend(ip, delta + <u64>(ip >> 3), n, data); data = 0;
        sysCbo(4, load<u64>(load<u16>(ip, 4), X));
        ip = resume();
        n = load<i64>(0, BUDGET);
        if (ip == 0) return n;
        delta = load<u64>(0, DELTA);
        continue;
      }
      case 166: { // prefetch.i
        ip += 32; continue;
      }
      case 167: { // prefetch.r
        ip += 32; continue;
      }
      case 168: { // prefetch.w
        ip += 32; continue;
      }
      case 171: { // fld
        if (load<u8>(0, FP_OFF)) { illegal(ip); n++; break; }
        const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
        const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
        const t: u64 = va ^ load<u64>(e, TLB_READ);
        if (t <= 4088) {
          store<u64>(load<u16>(ip, 2), load<u64>(load<u32>(e, TLB_READ + 8) + <u32>t), F);
        } else {
          store<i64>(0, n, BUDGET);
          const value: u64 = slowLoad(va, 3);
          const stop = load<u32>(0, STOP);
          if (stop == 1) { n++; break; }
          store<u64>(load<u16>(ip, 2), value, F);
          if (stop) { store<u8>(0, 1, FP_DIRTY); data++; ip += 32; break; }
        }
        store<u8>(0, 1, FP_DIRTY);
        data++; ip += 32; continue;
      }
      case 172: { // fld (16 bits)
        if (load<u8>(0, FP_OFF)) { illegal(ip); n++; break; }
        const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
        const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
        const t: u64 = va ^ load<u64>(e, TLB_READ);
        if (t <= 4088) {
          store<u64>(load<u16>(ip, 2), load<u64>(load<u32>(e, TLB_READ + 8) + <u32>t), F);
        } else {
          store<i64>(0, n, BUDGET);
          const value: u64 = slowLoad(va, 3);
          const stop = load<u32>(0, STOP);
          if (stop == 1) { n++; break; }
          store<u64>(load<u16>(ip, 2), value, F);
          if (stop) { store<u8>(0, 1, FP_DIRTY); data++; ip += 16; break; }
        }
        store<u8>(0, 1, FP_DIRTY);
        data++; ip += 16; continue;
      }
      case 173: { // fsd
        if (load<u8>(0, FP_OFF)) { illegal(ip); n++; break; }
        const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
        const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
        const t: u64 = va ^ load<u64>(e, TLB_WRITE);
        if (t <= 4088) {
          store<u64>(load<u32>(e, TLB_WRITE + 8) + <u32>t, <u64>load<u64>(load<u16>(ip, 6), F));
        } else {
          store<i64>(0, n, BUDGET);
          slowStore(va, load<u64>(load<u16>(ip, 6), F), 3);
          const stop = load<u32>(0, STOP);
          if (stop == 1) { n++; break; }
          if (stop) { data++; ip += 32; break; }
        }
        data++; ip += 32; continue;
      }
      case 174: { // fsd (16 bits)
        if (load<u8>(0, FP_OFF)) { illegal(ip); n++; break; }
        const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
        const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
        const t: u64 = va ^ load<u64>(e, TLB_WRITE);
        if (t <= 4088) {
          store<u64>(load<u32>(e, TLB_WRITE + 8) + <u32>t, <u64>load<u64>(load<u16>(ip, 6), F));
        } else {
          store<i64>(0, n, BUDGET);
          slowStore(va, load<u64>(load<u16>(ip, 6), F), 3);
          const stop = load<u32>(0, STOP);
          if (stop == 1) { n++; break; }
          if (stop) { data++; ip += 16; break; }
        }
        data++; ip += 16; continue;
      }
      case 203: { // fmadd.d
        let rm: u32 = load<u32>(ip, 8); if (rm == 7) rm = load<u8>(0, FRM);
        if ((<u32>load<u8>(0, FP_OFF) | <u32>(rm > 4)) != 0) { illegal(ip); n++; break; }
        store<u64>(load<u16>(ip, 2), f64MulAdd(load<u64>(load<u16>(ip, 4), F), load<u64>(load<u16>(ip, 6), F), load<u64>((load<u32>(ip, 12) >> 27) << 3, F), rm), F);
        store<u8>(0, 1, FP_DIRTY);
        ip += 32; continue;
      }
      case 207: { // fadd.d
        let rm: u32 = load<u32>(ip, 8); if (rm == 7) rm = load<u8>(0, FRM);
        if ((<u32>load<u8>(0, FP_OFF) | <u32>(rm > 4)) != 0) { illegal(ip); n++; break; }
        store<u64>(load<u16>(ip, 2), f64Add(load<u64>(load<u16>(ip, 4), F), load<u64>(load<u16>(ip, 6), F), rm), F);
        store<u8>(0, 1, FP_DIRTY);
        ip += 32; continue;
      }
      case 208: { // fsub.d
        let rm: u32 = load<u32>(ip, 8); if (rm == 7) rm = load<u8>(0, FRM);
        if ((<u32>load<u8>(0, FP_OFF) | <u32>(rm > 4)) != 0) { illegal(ip); n++; break; }
        store<u64>(load<u16>(ip, 2), f64Sub(load<u64>(load<u16>(ip, 4), F), load<u64>(load<u16>(ip, 6), F), rm), F);
        store<u8>(0, 1, FP_DIRTY);
        ip += 32; continue;
      }
      case 209: { // fmul.d
        let rm: u32 = load<u32>(ip, 8); if (rm == 7) rm = load<u8>(0, FRM);
        if ((<u32>load<u8>(0, FP_OFF) | <u32>(rm > 4)) != 0) { illegal(ip); n++; break; }
        store<u64>(load<u16>(ip, 2), f64Mul(load<u64>(load<u16>(ip, 4), F), load<u64>(load<u16>(ip, 6), F), rm), F);
        store<u8>(0, 1, FP_DIRTY);
        ip += 32; continue;
      }
      case 267: { // add.uw
        store<u64>(load<u16>(ip, 2), (<u64><u32>load<u64>(load<u16>(ip, 4), X) + load<u64>(load<u16>(ip, 6), X)), X);
        ip += 32; continue;
      }
      case 268: { // sh1add
        store<u64>(load<u16>(ip, 2), ((load<u64>(load<u16>(ip, 4), X) << <u64>1) + load<u64>(load<u16>(ip, 6), X)), X);
        ip += 32; continue;
      }
      case 269: { // sh2add
        store<u64>(load<u16>(ip, 2), ((load<u64>(load<u16>(ip, 4), X) << <u64>2) + load<u64>(load<u16>(ip, 6), X)), X);
        ip += 32; continue;
      }
      case 270: { // sh3add
        store<u64>(load<u16>(ip, 2), ((load<u64>(load<u16>(ip, 4), X) << <u64>3) + load<u64>(load<u16>(ip, 6), X)), X);
        ip += 32; continue;
      }
      case 271: { // sh1add.uw
        store<u64>(load<u16>(ip, 2), ((<u64><u32>load<u64>(load<u16>(ip, 4), X) << <u64>1) + load<u64>(load<u16>(ip, 6), X)), X);
        ip += 32; continue;
      }
      case 272: { // sh2add.uw
        store<u64>(load<u16>(ip, 2), ((<u64><u32>load<u64>(load<u16>(ip, 4), X) << <u64>2) + load<u64>(load<u16>(ip, 6), X)), X);
        ip += 32; continue;
      }
      case 273: { // sh3add.uw
        store<u64>(load<u16>(ip, 2), ((<u64><u32>load<u64>(load<u16>(ip, 4), X) << <u64>3) + load<u64>(load<u16>(ip, 6), X)), X);
        ip += 32; continue;
      }
      case 274: { // slli.uw
        store<u64>(load<u16>(ip, 2), (<u64><u32>load<u64>(load<u16>(ip, 4), X) << <u64><i64>load<i32>(ip, 8)), X);
        ip += 32; continue;
      }
      case 275: { // andn
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) & (load<u64>(load<u16>(ip, 6), X) ^ <u64>0xffffffffffffffff)), X);
        ip += 32; continue;
      }
      case 276: { // orn
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) | (load<u64>(load<u16>(ip, 6), X) ^ <u64>0xffffffffffffffff)), X);
        ip += 32; continue;
      }
      case 277: { // xnor
        store<u64>(load<u16>(ip, 2), ((load<u64>(load<u16>(ip, 4), X) ^ load<u64>(load<u16>(ip, 6), X)) ^ <u64>0xffffffffffffffff), X);
        ip += 32; continue;
      }
      case 278: { // clz
        store<u64>(load<u16>(ip, 2), clz<u64>(load<u64>(load<u16>(ip, 4), X)), X);
        ip += 32; continue;
      }
      case 279: { // ctz
        store<u64>(load<u16>(ip, 2), ctz<u64>(load<u64>(load<u16>(ip, 4), X)), X);
        ip += 32; continue;
      }
      case 280: { // cpop
        store<u64>(load<u16>(ip, 2), popcnt<u64>(load<u64>(load<u16>(ip, 4), X)), X);
        ip += 32; continue;
      }
      case 281: { // sext.b
        store<u64>(load<u16>(ip, 2), <u64><i64><i8>load<u64>(load<u16>(ip, 4), X), X);
        ip += 32; continue;
      }
      case 282: { // sext.h
        store<u64>(load<u16>(ip, 2), <u64><i64><i16>load<u64>(load<u16>(ip, 4), X), X);
        ip += 32; continue;
      }
      case 283: { // clzw
        store<u64>(load<u16>(ip, 2), <u64><i64><i32>clz<u32>(<u32>load<u64>(load<u16>(ip, 4), X)), X);
        ip += 32; continue;
      }
      case 284: { // ctzw
        store<u64>(load<u16>(ip, 2), <u64><i64><i32>ctz<u32>(<u32>load<u64>(load<u16>(ip, 4), X)), X);
        ip += 32; continue;
      }
      case 285: { // cpopw
        store<u64>(load<u16>(ip, 2), <u64><i64><i32>popcnt<u32>(<u32>load<u64>(load<u16>(ip, 4), X)), X);
        ip += 32; continue;
      }
      case 286: { // zext.h
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) & <u64>0xffff), X);
        ip += 32; continue;
      }
      case 287: { // min
        const t0: u64 = load<u64>(load<u16>(ip, 4), X);
        const t1: u64 = load<u64>(load<u16>(ip, 6), X);
        store<u64>(load<u16>(ip, 2), select<u64>(t0, t1, <i64>t0 < <i64>t1), X);
        ip += 32; continue;
      }
      case 288: { // minu
        const t0: u64 = load<u64>(load<u16>(ip, 4), X);
        const t1: u64 = load<u64>(load<u16>(ip, 6), X);
        store<u64>(load<u16>(ip, 2), select<u64>(t0, t1, t0 < t1), X);
        ip += 32; continue;
      }
      case 289: { // max
        const t0: u64 = load<u64>(load<u16>(ip, 4), X);
        const t1: u64 = load<u64>(load<u16>(ip, 6), X);
        store<u64>(load<u16>(ip, 2), select<u64>(t0, t1, <i64>t0 > <i64>t1), X);
        ip += 32; continue;
      }
      case 290: { // maxu
        const t0: u64 = load<u64>(load<u16>(ip, 4), X);
        const t1: u64 = load<u64>(load<u16>(ip, 6), X);
        store<u64>(load<u16>(ip, 2), select<u64>(t0, t1, t0 > t1), X);
        ip += 32; continue;
      }
      case 291: { // rol
        store<u64>(load<u16>(ip, 2), rotl<u64>(load<u64>(load<u16>(ip, 4), X), (load<u64>(load<u16>(ip, 6), X) & <u64>0x3f)), X);
        ip += 32; continue;
      }
      case 292: { // ror
        store<u64>(load<u16>(ip, 2), rotr<u64>(load<u64>(load<u16>(ip, 4), X), (load<u64>(load<u16>(ip, 6), X) & <u64>0x3f)), X);
        ip += 32; continue;
      }
      case 293: { // rori
        store<u64>(load<u16>(ip, 2), rotr<u64>(load<u64>(load<u16>(ip, 4), X), <u64><i64>load<i32>(ip, 8)), X);
        ip += 32; continue;
      }
      case 294: { // rolw
        store<u64>(load<u16>(ip, 2), <u64><i64><i32>rotl<u32>(<u32>load<u64>(load<u16>(ip, 4), X), (<u32>load<u64>(load<u16>(ip, 6), X) & <u32>0x1f)), X);
        ip += 32; continue;
      }
      case 295: { // rorw
        store<u64>(load<u16>(ip, 2), <u64><i64><i32>rotr<u32>(<u32>load<u64>(load<u16>(ip, 4), X), (<u32>load<u64>(load<u16>(ip, 6), X) & <u32>0x1f)), X);
        ip += 32; continue;
      }
      case 296: { // roriw
        store<u64>(load<u16>(ip, 2), <u64><i64><i32>rotr<u32>(<u32>load<u64>(load<u16>(ip, 4), X), <u32><u64><i64>load<i32>(ip, 8)), X);
        ip += 32; continue;
      }
      case 297: { // orc.b
        const t0: u64 = load<u64>(load<u16>(ip, 4), X);
        store<u64>(load<u16>(ip, 2), ((((t0 | ((t0 & <u64>0x7f7f7f7f7f7f7f7f) + <u64>0x7f7f7f7f7f7f7f7f)) & <u64>0x8080808080808080) >> <u64>7) * <u64>0xff), X);
        ip += 32; continue;
      }
      case 298: { // rev8
        const t0: u64 = load<u64>(load<u16>(ip, 4), X);
        const t1: u64 = (((t0 >> <u64>8) & <u64>0xff00ff00ff00ff) | ((t0 & <u64>0xff00ff00ff00ff) << <u64>8));
        store<u64>(load<u16>(ip, 2), rotl<u64>((((t1 >> <u64>0x10) & <u64>0xffff0000ffff) | ((t1 & <u64>0xffff0000ffff) << <u64>0x10)), <u64>0x20), X);
        ip += 32; continue;
      }
      case 299: { // clmul
        store<u64>(load<u16>(ip, 2), clmul(load<u64>(load<u16>(ip, 4), X), load<u64>(load<u16>(ip, 6), X)), X);
        ip += 32; continue;
      }
      case 300: { // clmulr
        store<u64>(load<u16>(ip, 2), clmulReversed(load<u64>(load<u16>(ip, 4), X), load<u64>(load<u16>(ip, 6), X)), X);
        ip += 32; continue;
      }
      case 301: { // clmulh
        store<u64>(load<u16>(ip, 2), clmulHigh(load<u64>(load<u16>(ip, 4), X), load<u64>(load<u16>(ip, 6), X)), X);
        ip += 32; continue;
      }
      case 302: { // bclr
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) & ((<u64>1 << (load<u64>(load<u16>(ip, 6), X) & <u64>0x3f)) ^ <u64>0xffffffffffffffff)), X);
        ip += 32; continue;
      }
      case 303: { // bext
        store<u64>(load<u16>(ip, 2), ((load<u64>(load<u16>(ip, 4), X) >> (load<u64>(load<u16>(ip, 6), X) & <u64>0x3f)) & <u64>1), X);
        ip += 32; continue;
      }
      case 304: { // binv
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) ^ (<u64>1 << (load<u64>(load<u16>(ip, 6), X) & <u64>0x3f))), X);
        ip += 32; continue;
      }
      case 305: { // bset
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) | (<u64>1 << (load<u64>(load<u16>(ip, 6), X) & <u64>0x3f))), X);
        ip += 32; continue;
      }
      case 306: { // bclri
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) & ((<u64>1 << (<u64><i64>load<i32>(ip, 8) & <u64>0x3f)) ^ <u64>0xffffffffffffffff)), X);
        ip += 32; continue;
      }
      case 307: { // bexti
        store<u64>(load<u16>(ip, 2), ((load<u64>(load<u16>(ip, 4), X) >> (<u64><i64>load<i32>(ip, 8) & <u64>0x3f)) & <u64>1), X);
        ip += 32; continue;
      }
      case 308: { // binvi
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) ^ (<u64>1 << (<u64><i64>load<i32>(ip, 8) & <u64>0x3f))), X);
        ip += 32; continue;
      }
      case 309: { // bseti
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) | (<u64>1 << (<u64><i64>load<i32>(ip, 8) & <u64>0x3f))), X);
        ip += 32; continue;
      }
      case 310: { // pack
        store<u64>(load<u16>(ip, 2), (<u64><u32>load<u64>(load<u16>(ip, 4), X) | (load<u64>(load<u16>(ip, 6), X) << <u64>0x20)), X);
        ip += 32; continue;
      }
      case 311: { // packh
        store<u64>(load<u16>(ip, 2), ((load<u64>(load<u16>(ip, 4), X) & <u64>0xff) | ((load<u64>(load<u16>(ip, 6), X) & <u64>0xff) << <u64>8)), X);
        ip += 32; continue;
      }
      case 312: { // packw
        store<u64>(load<u16>(ip, 2), <u64><i64><i32>((<u32>load<u64>(load<u16>(ip, 4), X) & <u32>0xffff) | (<u32>load<u64>(load<u16>(ip, 6), X) << <u32>0x10)), X);
        ip += 32; continue;
      }
      case 313: { // brev8
        const t0: u64 = load<u64>(load<u16>(ip, 4), X);
        const t1: u64 = (((t0 >> <u64>1) & <u64>0x5555555555555555) | ((t0 & <u64>0x5555555555555555) << <u64>1));
        const t2: u64 = (((t1 >> <u64>2) & <u64>0x3333333333333333) | ((t1 & <u64>0x3333333333333333) << <u64>2));
        store<u64>(load<u16>(ip, 2), (((t2 >> <u64>4) & <u64>0xf0f0f0f0f0f0f0f) | ((t2 & <u64>0xf0f0f0f0f0f0f0f) << <u64>4)), X);
        ip += 32; continue;
      }
      case 314: { // xperm4
        store<u64>(load<u16>(ip, 2), xperm4(load<u64>(load<u16>(ip, 4), X), load<u64>(load<u16>(ip, 6), X)), X);
        ip += 32; continue;
      }
      case 315: { // xperm8
        store<u64>(load<u16>(ip, 2), xperm8(load<u64>(load<u16>(ip, 4), X), load<u64>(load<u16>(ip, 6), X)), X);
        ip += 32; continue;
      }
      case 316: { // czero.eqz
        store<u64>(load<u16>(ip, 2), select<u64>(<u64>0, load<u64>(load<u16>(ip, 4), X), load<u64>(load<u16>(ip, 6), X) == 0), X);
        ip += 32; continue;
      }
      case 317: { // czero.nez
        store<u64>(load<u16>(ip, 2), select<u64>(load<u64>(load<u16>(ip, 4), X), <u64>0, load<u64>(load<u16>(ip, 6), X) == 0), X);
        ip += 32; continue;
      }
      case 318: { // ld (16 bits), ld (16 bits)
        const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
        const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
        const t: u64 = va ^ load<u64>(e, TLB_READ);
        if (t <= 4088) {
          store<u64>(load<u16>(ip, 2), load<u64>(load<u32>(e, TLB_READ + 8) + <u32>t), X);
        } else {
          store<i64>(0, n, BUDGET);
          const value: u64 = slowLoad(va, 3);
          const stop = load<u32>(0, STOP);
          if (stop == 1) { n++; break; }
          store<u64>(load<u16>(ip, 2), value, X);
          if (stop) { data++; ip += 16; break; }
          data++; ip += 16; continue;
        }
        data++; ip += 16; n--;
        {
          const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
          const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
          const t: u64 = va ^ load<u64>(e, TLB_READ);
          if (t <= 4088) {
            store<u64>(load<u16>(ip, 2), load<u64>(load<u32>(e, TLB_READ + 8) + <u32>t), X);
          } else {
            store<i64>(0, n, BUDGET);
            const value: u64 = slowLoad(va, 3);
            const stop = load<u32>(0, STOP);
            if (stop == 1) { n++; break; }
            store<u64>(load<u16>(ip, 2), value, X);
            if (stop) { data++; ip += 16; break; }
          }
          data++; ip += 16; continue;
        }
      }
      case 319: { // ld (16 bits), addi (16 bits)
        const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
        const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
        const t: u64 = va ^ load<u64>(e, TLB_READ);
        if (t <= 4088) {
          store<u64>(load<u16>(ip, 2), load<u64>(load<u32>(e, TLB_READ + 8) + <u32>t), X);
        } else {
          store<i64>(0, n, BUDGET);
          const value: u64 = slowLoad(va, 3);
          const stop = load<u32>(0, STOP);
          if (stop == 1) { n++; break; }
          store<u64>(load<u16>(ip, 2), value, X);
          if (stop) { data++; ip += 16; break; }
          data++; ip += 16; continue;
        }
        data++; ip += 16; n--;
        {
          store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8)), X);
          ip += 16; continue;
        }
      }
      case 320: { // ld (16 bits), copy (16 bits)
        const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
        const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
        const t: u64 = va ^ load<u64>(e, TLB_READ);
        if (t <= 4088) {
          store<u64>(load<u16>(ip, 2), load<u64>(load<u32>(e, TLB_READ + 8) + <u32>t), X);
        } else {
          store<i64>(0, n, BUDGET);
          const value: u64 = slowLoad(va, 3);
          const stop = load<u32>(0, STOP);
          if (stop == 1) { n++; break; }
          store<u64>(load<u16>(ip, 2), value, X);
          if (stop) { data++; ip += 16; break; }
          data++; ip += 16; continue;
        }
        data++; ip += 16; n--;
        {
          store<u64>(load<u16>(ip, 2), load<u64>(load<u16>(ip, 6), X), X);
          ip += 16; continue;
        }
      }
      case 321: { // ld (16 bits), sd (16 bits)
        const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
        const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
        const t: u64 = va ^ load<u64>(e, TLB_READ);
        if (t <= 4088) {
          store<u64>(load<u16>(ip, 2), load<u64>(load<u32>(e, TLB_READ + 8) + <u32>t), X);
        } else {
          store<i64>(0, n, BUDGET);
          const value: u64 = slowLoad(va, 3);
          const stop = load<u32>(0, STOP);
          if (stop == 1) { n++; break; }
          store<u64>(load<u16>(ip, 2), value, X);
          if (stop) { data++; ip += 16; break; }
          data++; ip += 16; continue;
        }
        data++; ip += 16; n--;
        {
          const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
          const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
          const t: u64 = va ^ load<u64>(e, TLB_WRITE);
          if (t <= 4088) {
            store<u64>(load<u32>(e, TLB_WRITE + 8) + <u32>t, <u64>load<u64>(load<u16>(ip, 6), X));
          } else {
            store<i64>(0, n, BUDGET);
            slowStore(va, load<u64>(load<u16>(ip, 6), X), 3);
            const stop = load<u32>(0, STOP);
            if (stop == 1) { n++; break; }
            if (stop) { data++; ip += 16; break; }
          }
          data++; ip += 16; continue;
        }
      }
      case 322: { // ld (16 bits), beq (16 bits)
        const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
        const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
        const t: u64 = va ^ load<u64>(e, TLB_READ);
        if (t <= 4088) {
          store<u64>(load<u16>(ip, 2), load<u64>(load<u32>(e, TLB_READ + 8) + <u32>t), X);
        } else {
          store<i64>(0, n, BUDGET);
          const value: u64 = slowLoad(va, 3);
          const stop = load<u32>(0, STOP);
          if (stop == 1) { n++; break; }
          store<u64>(load<u16>(ip, 2), value, X);
          if (stop) { data++; ip += 16; break; }
          data++; ip += 16; continue;
        }
        data++; ip += 16; n--;
        {
          if (<u32>(load<u64>(load<u16>(ip, 4), X) == load<u64>(load<u16>(ip, 6), X))) ip += load<u32>(ip, 8); else ip += 16;
          if (n <= 0) break;
          continue;
        }
      }
      case 323: { // ld (16 bits), li (16 bits)
        const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
        const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
        const t: u64 = va ^ load<u64>(e, TLB_READ);
        if (t <= 4088) {
          store<u64>(load<u16>(ip, 2), load<u64>(load<u32>(e, TLB_READ + 8) + <u32>t), X);
        } else {
          store<i64>(0, n, BUDGET);
          const value: u64 = slowLoad(va, 3);
          const stop = load<u32>(0, STOP);
          if (stop == 1) { n++; break; }
          store<u64>(load<u16>(ip, 2), value, X);
          if (stop) { data++; ip += 16; break; }
          data++; ip += 16; continue;
        }
        data++; ip += 16; n--;
        {
          store<u64>(load<u16>(ip, 2), <u64><i64>load<i32>(ip, 8), X);
          ip += 16; continue;
        }
      }
      case 324: { // ld (16 bits), slli
        const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
        const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
        const t: u64 = va ^ load<u64>(e, TLB_READ);
        if (t <= 4088) {
          store<u64>(load<u16>(ip, 2), load<u64>(load<u32>(e, TLB_READ + 8) + <u32>t), X);
        } else {
          store<i64>(0, n, BUDGET);
          const value: u64 = slowLoad(va, 3);
          const stop = load<u32>(0, STOP);
          if (stop == 1) { n++; break; }
          store<u64>(load<u16>(ip, 2), value, X);
          if (stop) { data++; ip += 16; break; }
          data++; ip += 16; continue;
        }
        data++; ip += 16; n--;
        {
          store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) << <u64><i64>load<i32>(ip, 8)), X);
          ip += 32; continue;
        }
      }
      case 325: { // ld (16 bits), slli (16 bits)
        const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
        const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
        const t: u64 = va ^ load<u64>(e, TLB_READ);
        if (t <= 4088) {
          store<u64>(load<u16>(ip, 2), load<u64>(load<u32>(e, TLB_READ + 8) + <u32>t), X);
        } else {
          store<i64>(0, n, BUDGET);
          const value: u64 = slowLoad(va, 3);
          const stop = load<u32>(0, STOP);
          if (stop == 1) { n++; break; }
          store<u64>(load<u16>(ip, 2), value, X);
          if (stop) { data++; ip += 16; break; }
          data++; ip += 16; continue;
        }
        data++; ip += 16; n--;
        {
          store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) << <u64><i64>load<i32>(ip, 8)), X);
          ip += 16; continue;
        }
      }
      case 326: { // ld (16 bits), addiw (16 bits)
        const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
        const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
        const t: u64 = va ^ load<u64>(e, TLB_READ);
        if (t <= 4088) {
          store<u64>(load<u16>(ip, 2), load<u64>(load<u32>(e, TLB_READ + 8) + <u32>t), X);
        } else {
          store<i64>(0, n, BUDGET);
          const value: u64 = slowLoad(va, 3);
          const stop = load<u32>(0, STOP);
          if (stop == 1) { n++; break; }
          store<u64>(load<u16>(ip, 2), value, X);
          if (stop) { data++; ip += 16; break; }
          data++; ip += 16; continue;
        }
        data++; ip += 16; n--;
        {
          store<u64>(load<u16>(ip, 2), <u64><i64><i32>(<u32>load<u64>(load<u16>(ip, 4), X) + <u32><u64><i64>load<i32>(ip, 8)), X);
          ip += 16; continue;
        }
      }
      case 327: { // sd (16 bits), sd (16 bits)
        const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
        const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
        const t: u64 = va ^ load<u64>(e, TLB_WRITE);
        if (t <= 4088) {
          store<u64>(load<u32>(e, TLB_WRITE + 8) + <u32>t, <u64>load<u64>(load<u16>(ip, 6), X));
        } else {
          store<i64>(0, n, BUDGET);
          slowStore(va, load<u64>(load<u16>(ip, 6), X), 3);
          const stop = load<u32>(0, STOP);
          if (stop == 1) { n++; break; }
          if (stop) { data++; ip += 16; break; }
          data++; ip += 16; continue;
        }
        data++; ip += 16; n--;
        {
          const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
          const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
          const t: u64 = va ^ load<u64>(e, TLB_WRITE);
          if (t <= 4088) {
            store<u64>(load<u32>(e, TLB_WRITE + 8) + <u32>t, <u64>load<u64>(load<u16>(ip, 6), X));
          } else {
            store<i64>(0, n, BUDGET);
            slowStore(va, load<u64>(load<u16>(ip, 6), X), 3);
            const stop = load<u32>(0, STOP);
            if (stop == 1) { n++; break; }
            if (stop) { data++; ip += 16; break; }
          }
          data++; ip += 16; continue;
        }
      }
      case 328: { // sd (16 bits), copy (16 bits)
        const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
        const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
        const t: u64 = va ^ load<u64>(e, TLB_WRITE);
        if (t <= 4088) {
          store<u64>(load<u32>(e, TLB_WRITE + 8) + <u32>t, <u64>load<u64>(load<u16>(ip, 6), X));
        } else {
          store<i64>(0, n, BUDGET);
          slowStore(va, load<u64>(load<u16>(ip, 6), X), 3);
          const stop = load<u32>(0, STOP);
          if (stop == 1) { n++; break; }
          if (stop) { data++; ip += 16; break; }
          data++; ip += 16; continue;
        }
        data++; ip += 16; n--;
        {
          store<u64>(load<u16>(ip, 2), load<u64>(load<u16>(ip, 6), X), X);
          ip += 16; continue;
        }
      }
      case 329: { // sd (16 bits), ld (16 bits)
        const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
        const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
        const t: u64 = va ^ load<u64>(e, TLB_WRITE);
        if (t <= 4088) {
          store<u64>(load<u32>(e, TLB_WRITE + 8) + <u32>t, <u64>load<u64>(load<u16>(ip, 6), X));
        } else {
          store<i64>(0, n, BUDGET);
          slowStore(va, load<u64>(load<u16>(ip, 6), X), 3);
          const stop = load<u32>(0, STOP);
          if (stop == 1) { n++; break; }
          if (stop) { data++; ip += 16; break; }
          data++; ip += 16; continue;
        }
        data++; ip += 16; n--;
        {
          const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
          const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
          const t: u64 = va ^ load<u64>(e, TLB_READ);
          if (t <= 4088) {
            store<u64>(load<u16>(ip, 2), load<u64>(load<u32>(e, TLB_READ + 8) + <u32>t), X);
          } else {
            store<i64>(0, n, BUDGET);
            const value: u64 = slowLoad(va, 3);
            const stop = load<u32>(0, STOP);
            if (stop == 1) { n++; break; }
            store<u64>(load<u16>(ip, 2), value, X);
            if (stop) { data++; ip += 16; break; }
          }
          data++; ip += 16; continue;
        }
      }
      case 330: { // sd (16 bits), addi (16 bits)
        const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
        const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
        const t: u64 = va ^ load<u64>(e, TLB_WRITE);
        if (t <= 4088) {
          store<u64>(load<u32>(e, TLB_WRITE + 8) + <u32>t, <u64>load<u64>(load<u16>(ip, 6), X));
        } else {
          store<i64>(0, n, BUDGET);
          slowStore(va, load<u64>(load<u16>(ip, 6), X), 3);
          const stop = load<u32>(0, STOP);
          if (stop == 1) { n++; break; }
          if (stop) { data++; ip += 16; break; }
          data++; ip += 16; continue;
        }
        data++; ip += 16; n--;
        {
          store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8)), X);
          ip += 16; continue;
        }
      }
      case 331: { // copy (16 bits), copy (16 bits)
        store<u64>(load<u16>(ip, 2), load<u64>(load<u16>(ip, 6), X), X);
        ip += 16; n--;
        {
          store<u64>(load<u16>(ip, 2), load<u64>(load<u16>(ip, 6), X), X);
          ip += 16; continue;
        }
      }
      case 332: { // copy (16 bits), ld (16 bits)
        store<u64>(load<u16>(ip, 2), load<u64>(load<u16>(ip, 6), X), X);
        ip += 16; n--;
        {
          const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
          const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
          const t: u64 = va ^ load<u64>(e, TLB_READ);
          if (t <= 4088) {
            store<u64>(load<u16>(ip, 2), load<u64>(load<u32>(e, TLB_READ + 8) + <u32>t), X);
          } else {
            store<i64>(0, n, BUDGET);
            const value: u64 = slowLoad(va, 3);
            const stop = load<u32>(0, STOP);
            if (stop == 1) { n++; break; }
            store<u64>(load<u16>(ip, 2), value, X);
            if (stop) { data++; ip += 16; break; }
          }
          data++; ip += 16; continue;
        }
      }
      case 333: { // copy (16 bits), beq
        store<u64>(load<u16>(ip, 2), load<u64>(load<u16>(ip, 6), X), X);
        ip += 16; n--;
        {
          if (<u32>(load<u64>(load<u16>(ip, 4), X) == load<u64>(load<u16>(ip, 6), X))) ip += load<u32>(ip, 8); else ip += 32;
          if (n <= 0) break;
          continue;
        }
      }
      case 334: { // copy (16 bits), sd (16 bits)
        store<u64>(load<u16>(ip, 2), load<u64>(load<u16>(ip, 6), X), X);
        ip += 16; n--;
        {
          const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
          const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
          const t: u64 = va ^ load<u64>(e, TLB_WRITE);
          if (t <= 4088) {
            store<u64>(load<u32>(e, TLB_WRITE + 8) + <u32>t, <u64>load<u64>(load<u16>(ip, 6), X));
          } else {
            store<i64>(0, n, BUDGET);
            slowStore(va, load<u64>(load<u16>(ip, 6), X), 3);
            const stop = load<u32>(0, STOP);
            if (stop == 1) { n++; break; }
            if (stop) { data++; ip += 16; break; }
          }
          data++; ip += 16; continue;
        }
      }
      case 335: { // copy (16 bits), beq (16 bits)
        store<u64>(load<u16>(ip, 2), load<u64>(load<u16>(ip, 6), X), X);
        ip += 16; n--;
        {
          if (<u32>(load<u64>(load<u16>(ip, 4), X) == load<u64>(load<u16>(ip, 6), X))) ip += load<u32>(ip, 8); else ip += 16;
          if (n <= 0) break;
          continue;
        }
      }
      case 336: { // copy (16 bits), srliw
        store<u64>(load<u16>(ip, 2), load<u64>(load<u16>(ip, 6), X), X);
        ip += 16; n--;
        {
          store<u64>(load<u16>(ip, 2), <u64><i64><i32>(<u32>load<u64>(load<u16>(ip, 4), X) >> <u32><u64><i64>load<i32>(ip, 8)), X);
          ip += 32; continue;
        }
      }
      case 337: { // sd, sd
        const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
        const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
        const t: u64 = va ^ load<u64>(e, TLB_WRITE);
        if (t <= 4088) {
          store<u64>(load<u32>(e, TLB_WRITE + 8) + <u32>t, <u64>load<u64>(load<u16>(ip, 6), X));
        } else {
          store<i64>(0, n, BUDGET);
          slowStore(va, load<u64>(load<u16>(ip, 6), X), 3);
          const stop = load<u32>(0, STOP);
          if (stop == 1) { n++; break; }
          if (stop) { data++; ip += 32; break; }
          data++; ip += 32; continue;
        }
        data++; ip += 32; n--;
        {
          const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
          const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
          const t: u64 = va ^ load<u64>(e, TLB_WRITE);
          if (t <= 4088) {
            store<u64>(load<u32>(e, TLB_WRITE + 8) + <u32>t, <u64>load<u64>(load<u16>(ip, 6), X));
          } else {
            store<i64>(0, n, BUDGET);
            slowStore(va, load<u64>(load<u16>(ip, 6), X), 3);
            const stop = load<u32>(0, STOP);
            if (stop == 1) { n++; break; }
            if (stop) { data++; ip += 32; break; }
          }
          data++; ip += 32; continue;
        }
      }
      case 338: { // sd, addi
        const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
        const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
        const t: u64 = va ^ load<u64>(e, TLB_WRITE);
        if (t <= 4088) {
          store<u64>(load<u32>(e, TLB_WRITE + 8) + <u32>t, <u64>load<u64>(load<u16>(ip, 6), X));
        } else {
          store<i64>(0, n, BUDGET);
          slowStore(va, load<u64>(load<u16>(ip, 6), X), 3);
          const stop = load<u32>(0, STOP);
          if (stop == 1) { n++; break; }
          if (stop) { data++; ip += 32; break; }
          data++; ip += 32; continue;
        }
        data++; ip += 32; n--;
        {
          store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8)), X);
          ip += 32; continue;
        }
      }
      case 339: { // sd, ld
        const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
        const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
        const t: u64 = va ^ load<u64>(e, TLB_WRITE);
        if (t <= 4088) {
          store<u64>(load<u32>(e, TLB_WRITE + 8) + <u32>t, <u64>load<u64>(load<u16>(ip, 6), X));
        } else {
          store<i64>(0, n, BUDGET);
          slowStore(va, load<u64>(load<u16>(ip, 6), X), 3);
          const stop = load<u32>(0, STOP);
          if (stop == 1) { n++; break; }
          if (stop) { data++; ip += 32; break; }
          data++; ip += 32; continue;
        }
        data++; ip += 32; n--;
        {
          const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
          const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
          const t: u64 = va ^ load<u64>(e, TLB_READ);
          if (t <= 4088) {
            store<u64>(load<u16>(ip, 2), load<u64>(load<u32>(e, TLB_READ + 8) + <u32>t), X);
          } else {
            store<i64>(0, n, BUDGET);
            const value: u64 = slowLoad(va, 3);
            const stop = load<u32>(0, STOP);
            if (stop == 1) { n++; break; }
            store<u64>(load<u16>(ip, 2), value, X);
            if (stop) { data++; ip += 32; break; }
          }
          data++; ip += 32; continue;
        }
      }
      case 340: { // addi (16 bits), bne
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8)), X);
        ip += 16; n--;
        {
          if (<u32>(load<u64>(load<u16>(ip, 4), X) != load<u64>(load<u16>(ip, 6), X))) ip += load<u32>(ip, 8); else ip += 32;
          if (n <= 0) break;
          continue;
        }
      }
      case 341: { // addi (16 bits), jr (16 bits)
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8)), X);
        ip += 16; n--;
        {
          const target: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8)) & ~1;
          if ((target ^ (delta + <u64>(ip >> 3))) < 4096) ip = <u32>(target - delta) << 3;
          else {
            ip = fetch(target);
            if (ip == 0) return leave(n, data);
            delta = load<u64>(0, DELTA);
          }
          if (n <= 0) break;
          continue;
        }
      }
      case 342: { // addi (16 bits), sd (16 bits)
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8)), X);
        ip += 16; n--;
        {
          const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
          const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
          const t: u64 = va ^ load<u64>(e, TLB_WRITE);
          if (t <= 4088) {
            store<u64>(load<u32>(e, TLB_WRITE + 8) + <u32>t, <u64>load<u64>(load<u16>(ip, 6), X));
          } else {
            store<i64>(0, n, BUDGET);
            slowStore(va, load<u64>(load<u16>(ip, 6), X), 3);
            const stop = load<u32>(0, STOP);
            if (stop == 1) { n++; break; }
            if (stop) { data++; ip += 16; break; }
          }
          data++; ip += 16; continue;
        }
      }
      case 343: { // addi (16 bits), bne (16 bits)
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8)), X);
        ip += 16; n--;
        {
          if (<u32>(load<u64>(load<u16>(ip, 4), X) != load<u64>(load<u16>(ip, 6), X))) ip += load<u32>(ip, 8); else ip += 16;
          if (n <= 0) break;
          continue;
        }
      }
      case 344: { // addi (16 bits), mul
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8)), X);
        ip += 16; n--;
        {
          store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) * load<u64>(load<u16>(ip, 6), X)), X);
          ip += 32; continue;
        }
      }
      case 345: { // addi (16 bits), addi (16 bits)
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8)), X);
        ip += 16; n--;
        {
          store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8)), X);
          ip += 16; continue;
        }
      }
      case 346: { // addi (16 bits), bltu
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8)), X);
        ip += 16; n--;
        {
          if (<u32>(load<u64>(load<u16>(ip, 4), X) < load<u64>(load<u16>(ip, 6), X))) ip += load<u32>(ip, 8); else ip += 32;
          if (n <= 0) break;
          continue;
        }
      }
      case 347: { // addi (16 bits), fmul.d
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8)), X);
        ip += 16; n--;
        {
          let rm: u32 = load<u32>(ip, 8); if (rm == 7) rm = load<u8>(0, FRM);
          if ((<u32>load<u8>(0, FP_OFF) | <u32>(rm > 4)) != 0) { illegal(ip); n++; break; }
          store<u64>(load<u16>(ip, 2), f64Mul(load<u64>(load<u16>(ip, 4), F), load<u64>(load<u16>(ip, 6), F), rm), F);
          store<u8>(0, 1, FP_DIRTY);
          ip += 32; continue;
        }
      }
      case 348: { // addi (16 bits), add (16 bits)
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8)), X);
        ip += 16; n--;
        {
          store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) + load<u64>(load<u16>(ip, 6), X)), X);
          ip += 16; continue;
        }
      }
      case 349: { // addi (16 bits), sw
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8)), X);
        ip += 16; n--;
        {
          const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
          const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
          const t: u64 = va ^ load<u64>(e, TLB_WRITE);
          if (t <= 4092) {
            store<u32>(load<u32>(e, TLB_WRITE + 8) + <u32>t, <u32>load<u64>(load<u16>(ip, 6), X));
          } else {
            store<i64>(0, n, BUDGET);
            slowStore(va, load<u64>(load<u16>(ip, 6), X), 2);
            const stop = load<u32>(0, STOP);
            if (stop == 1) { n++; break; }
            if (stop) { data++; ip += 32; break; }
          }
          data++; ip += 32; continue;
        }
      }
      case 350: { // addi (16 bits), beq
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8)), X);
        ip += 16; n--;
        {
          if (<u32>(load<u64>(load<u16>(ip, 4), X) == load<u64>(load<u16>(ip, 6), X))) ip += load<u32>(ip, 8); else ip += 32;
          if (n <= 0) break;
          continue;
        }
      }
      case 351: { // ld, ld
        const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
        const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
        const t: u64 = va ^ load<u64>(e, TLB_READ);
        if (t <= 4088) {
          store<u64>(load<u16>(ip, 2), load<u64>(load<u32>(e, TLB_READ + 8) + <u32>t), X);
        } else {
          store<i64>(0, n, BUDGET);
          const value: u64 = slowLoad(va, 3);
          const stop = load<u32>(0, STOP);
          if (stop == 1) { n++; break; }
          store<u64>(load<u16>(ip, 2), value, X);
          if (stop) { data++; ip += 32; break; }
          data++; ip += 32; continue;
        }
        data++; ip += 32; n--;
        {
          const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
          const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
          const t: u64 = va ^ load<u64>(e, TLB_READ);
          if (t <= 4088) {
            store<u64>(load<u16>(ip, 2), load<u64>(load<u32>(e, TLB_READ + 8) + <u32>t), X);
          } else {
            store<i64>(0, n, BUDGET);
            const value: u64 = slowLoad(va, 3);
            const stop = load<u32>(0, STOP);
            if (stop == 1) { n++; break; }
            store<u64>(load<u16>(ip, 2), value, X);
            if (stop) { data++; ip += 32; break; }
          }
          data++; ip += 32; continue;
        }
      }
      case 352: { // ld, addi
        const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
        const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
        const t: u64 = va ^ load<u64>(e, TLB_READ);
        if (t <= 4088) {
          store<u64>(load<u16>(ip, 2), load<u64>(load<u32>(e, TLB_READ + 8) + <u32>t), X);
        } else {
          store<i64>(0, n, BUDGET);
          const value: u64 = slowLoad(va, 3);
          const stop = load<u32>(0, STOP);
          if (stop == 1) { n++; break; }
          store<u64>(load<u16>(ip, 2), value, X);
          if (stop) { data++; ip += 32; break; }
          data++; ip += 32; continue;
        }
        data++; ip += 32; n--;
        {
          store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8)), X);
          ip += 32; continue;
        }
      }
      case 353: { // ld, bltu
        const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
        const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
        const t: u64 = va ^ load<u64>(e, TLB_READ);
        if (t <= 4088) {
          store<u64>(load<u16>(ip, 2), load<u64>(load<u32>(e, TLB_READ + 8) + <u32>t), X);
        } else {
          store<i64>(0, n, BUDGET);
          const value: u64 = slowLoad(va, 3);
          const stop = load<u32>(0, STOP);
          if (stop == 1) { n++; break; }
          store<u64>(load<u16>(ip, 2), value, X);
          if (stop) { data++; ip += 32; break; }
          data++; ip += 32; continue;
        }
        data++; ip += 32; n--;
        {
          if (<u32>(load<u64>(load<u16>(ip, 4), X) < load<u64>(load<u16>(ip, 6), X))) ip += load<u32>(ip, 8); else ip += 32;
          if (n <= 0) break;
          continue;
        }
      }
      case 354: { // ld, beq (16 bits)
        const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
        const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
        const t: u64 = va ^ load<u64>(e, TLB_READ);
        if (t <= 4088) {
          store<u64>(load<u16>(ip, 2), load<u64>(load<u32>(e, TLB_READ + 8) + <u32>t), X);
        } else {
          store<i64>(0, n, BUDGET);
          const value: u64 = slowLoad(va, 3);
          const stop = load<u32>(0, STOP);
          if (stop == 1) { n++; break; }
          store<u64>(load<u16>(ip, 2), value, X);
          if (stop) { data++; ip += 32; break; }
          data++; ip += 32; continue;
        }
        data++; ip += 32; n--;
        {
          if (<u32>(load<u64>(load<u16>(ip, 4), X) == load<u64>(load<u16>(ip, 6), X))) ip += load<u32>(ip, 8); else ip += 16;
          if (n <= 0) break;
          continue;
        }
      }
      case 355: { // add, lbu
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) + load<u64>(load<u16>(ip, 6), X)), X);
        ip += 32; n--;
        {
          const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
          const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
          const t: u64 = va ^ load<u64>(e, TLB_READ);
          if (t <= 4095) {
            store<u64>(load<u16>(ip, 2), <u64>load<u8>(load<u32>(e, TLB_READ + 8) + <u32>t), X);
          } else {
            store<i64>(0, n, BUDGET);
            const value: u64 = slowLoad(va, 0);
            const stop = load<u32>(0, STOP);
            if (stop == 1) { n++; break; }
            store<u64>(load<u16>(ip, 2), <u64><u8>value, X);
            if (stop) { data++; ip += 32; break; }
          }
          data++; ip += 32; continue;
        }
      }
      case 356: { // fmul.d, fmul.d
        let rm: u32 = load<u32>(ip, 8); if (rm == 7) rm = load<u8>(0, FRM);
        if ((<u32>load<u8>(0, FP_OFF) | <u32>(rm > 4)) != 0) { illegal(ip); n++; break; }
        store<u64>(load<u16>(ip, 2), f64Mul(load<u64>(load<u16>(ip, 4), F), load<u64>(load<u16>(ip, 6), F), rm), F);
        store<u8>(0, 1, FP_DIRTY);
        ip += 32; n--;
        {
          let rm: u32 = load<u32>(ip, 8); if (rm == 7) rm = load<u8>(0, FRM);
          if ((<u32>load<u8>(0, FP_OFF) | <u32>(rm > 4)) != 0) { illegal(ip); n++; break; }
          store<u64>(load<u16>(ip, 2), f64Mul(load<u64>(load<u16>(ip, 4), F), load<u64>(load<u16>(ip, 6), F), rm), F);
          store<u8>(0, 1, FP_DIRTY);
          ip += 32; continue;
        }
      }
      case 357: { // fmul.d, fadd.d
        let rm: u32 = load<u32>(ip, 8); if (rm == 7) rm = load<u8>(0, FRM);
        if ((<u32>load<u8>(0, FP_OFF) | <u32>(rm > 4)) != 0) { illegal(ip); n++; break; }
        store<u64>(load<u16>(ip, 2), f64Mul(load<u64>(load<u16>(ip, 4), F), load<u64>(load<u16>(ip, 6), F), rm), F);
        store<u8>(0, 1, FP_DIRTY);
        ip += 32; n--;
        {
          let rm: u32 = load<u32>(ip, 8); if (rm == 7) rm = load<u8>(0, FRM);
          if ((<u32>load<u8>(0, FP_OFF) | <u32>(rm > 4)) != 0) { illegal(ip); n++; break; }
          store<u64>(load<u16>(ip, 2), f64Add(load<u64>(load<u16>(ip, 4), F), load<u64>(load<u16>(ip, 6), F), rm), F);
          store<u8>(0, 1, FP_DIRTY);
          ip += 32; continue;
        }
      }
      case 358: { // fmul.d, fsub.d
        let rm: u32 = load<u32>(ip, 8); if (rm == 7) rm = load<u8>(0, FRM);
        if ((<u32>load<u8>(0, FP_OFF) | <u32>(rm > 4)) != 0) { illegal(ip); n++; break; }
        store<u64>(load<u16>(ip, 2), f64Mul(load<u64>(load<u16>(ip, 4), F), load<u64>(load<u16>(ip, 6), F), rm), F);
        store<u8>(0, 1, FP_DIRTY);
        ip += 32; n--;
        {
          let rm: u32 = load<u32>(ip, 8); if (rm == 7) rm = load<u8>(0, FRM);
          if ((<u32>load<u8>(0, FP_OFF) | <u32>(rm > 4)) != 0) { illegal(ip); n++; break; }
          store<u64>(load<u16>(ip, 2), f64Sub(load<u64>(load<u16>(ip, 4), F), load<u64>(load<u16>(ip, 6), F), rm), F);
          store<u8>(0, 1, FP_DIRTY);
          ip += 32; continue;
        }
      }
      case 359: { // fld (16 bits), fld (16 bits)
        if (load<u8>(0, FP_OFF)) { illegal(ip); n++; break; }
        const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
        const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
        const t: u64 = va ^ load<u64>(e, TLB_READ);
        if (t <= 4088) {
          store<u64>(load<u16>(ip, 2), load<u64>(load<u32>(e, TLB_READ + 8) + <u32>t), F);
        } else {
          store<i64>(0, n, BUDGET);
          const value: u64 = slowLoad(va, 3);
          const stop = load<u32>(0, STOP);
          if (stop == 1) { n++; break; }
          store<u64>(load<u16>(ip, 2), value, F);
          if (stop) { store<u8>(0, 1, FP_DIRTY); data++; ip += 16; break; }
          store<u8>(0, 1, FP_DIRTY); data++; ip += 16; continue;
        }
        store<u8>(0, 1, FP_DIRTY);
        data++; ip += 16; n--;
        {
          if (load<u8>(0, FP_OFF)) { illegal(ip); n++; break; }
          const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
          const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
          const t: u64 = va ^ load<u64>(e, TLB_READ);
          if (t <= 4088) {
            store<u64>(load<u16>(ip, 2), load<u64>(load<u32>(e, TLB_READ + 8) + <u32>t), F);
          } else {
            store<i64>(0, n, BUDGET);
            const value: u64 = slowLoad(va, 3);
            const stop = load<u32>(0, STOP);
            if (stop == 1) { n++; break; }
            store<u64>(load<u16>(ip, 2), value, F);
            if (stop) { store<u8>(0, 1, FP_DIRTY); data++; ip += 16; break; }
          }
          store<u8>(0, 1, FP_DIRTY);
          data++; ip += 16; continue;
        }
      }
      case 360: { // fld (16 bits), addi (16 bits)
        if (load<u8>(0, FP_OFF)) { illegal(ip); n++; break; }
        const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
        const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
        const t: u64 = va ^ load<u64>(e, TLB_READ);
        if (t <= 4088) {
          store<u64>(load<u16>(ip, 2), load<u64>(load<u32>(e, TLB_READ + 8) + <u32>t), F);
        } else {
          store<i64>(0, n, BUDGET);
          const value: u64 = slowLoad(va, 3);
          const stop = load<u32>(0, STOP);
          if (stop == 1) { n++; break; }
          store<u64>(load<u16>(ip, 2), value, F);
          if (stop) { store<u8>(0, 1, FP_DIRTY); data++; ip += 16; break; }
          store<u8>(0, 1, FP_DIRTY); data++; ip += 16; continue;
        }
        store<u8>(0, 1, FP_DIRTY);
        data++; ip += 16; n--;
        {
          store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8)), X);
          ip += 16; continue;
        }
      }
      case 361: { // lbu, addi (16 bits)
        const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
        const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
        const t: u64 = va ^ load<u64>(e, TLB_READ);
        if (t <= 4095) {
          store<u64>(load<u16>(ip, 2), <u64>load<u8>(load<u32>(e, TLB_READ + 8) + <u32>t), X);
        } else {
          store<i64>(0, n, BUDGET);
          const value: u64 = slowLoad(va, 0);
          const stop = load<u32>(0, STOP);
          if (stop == 1) { n++; break; }
          store<u64>(load<u16>(ip, 2), <u64><u8>value, X);
          if (stop) { data++; ip += 32; break; }
          data++; ip += 32; continue;
        }
        data++; ip += 32; n--;
        {
          store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8)), X);
          ip += 16; continue;
        }
      }
      case 362: { // lbu, lbu
        const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
        const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
        const t: u64 = va ^ load<u64>(e, TLB_READ);
        if (t <= 4095) {
          store<u64>(load<u16>(ip, 2), <u64>load<u8>(load<u32>(e, TLB_READ + 8) + <u32>t), X);
        } else {
          store<i64>(0, n, BUDGET);
          const value: u64 = slowLoad(va, 0);
          const stop = load<u32>(0, STOP);
          if (stop == 1) { n++; break; }
          store<u64>(load<u16>(ip, 2), <u64><u8>value, X);
          if (stop) { data++; ip += 32; break; }
          data++; ip += 32; continue;
        }
        data++; ip += 32; n--;
        {
          const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
          const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
          const t: u64 = va ^ load<u64>(e, TLB_READ);
          if (t <= 4095) {
            store<u64>(load<u16>(ip, 2), <u64>load<u8>(load<u32>(e, TLB_READ + 8) + <u32>t), X);
          } else {
            store<i64>(0, n, BUDGET);
            const value: u64 = slowLoad(va, 0);
            const stop = load<u32>(0, STOP);
            if (stop == 1) { n++; break; }
            store<u64>(load<u16>(ip, 2), <u64><u8>value, X);
            if (stop) { data++; ip += 32; break; }
          }
          data++; ip += 32; continue;
        }
      }
      case 363: { // lbu, sb
        const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
        const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
        const t: u64 = va ^ load<u64>(e, TLB_READ);
        if (t <= 4095) {
          store<u64>(load<u16>(ip, 2), <u64>load<u8>(load<u32>(e, TLB_READ + 8) + <u32>t), X);
        } else {
          store<i64>(0, n, BUDGET);
          const value: u64 = slowLoad(va, 0);
          const stop = load<u32>(0, STOP);
          if (stop == 1) { n++; break; }
          store<u64>(load<u16>(ip, 2), <u64><u8>value, X);
          if (stop) { data++; ip += 32; break; }
          data++; ip += 32; continue;
        }
        data++; ip += 32; n--;
        {
          const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
          const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
          const t: u64 = va ^ load<u64>(e, TLB_WRITE);
          if (t <= 4095) {
            store<u8>(load<u32>(e, TLB_WRITE + 8) + <u32>t, <u8>load<u64>(load<u16>(ip, 6), X));
          } else {
            store<i64>(0, n, BUDGET);
            slowStore(va, load<u64>(load<u16>(ip, 6), X), 0);
            const stop = load<u32>(0, STOP);
            if (stop == 1) { n++; break; }
            if (stop) { data++; ip += 32; break; }
          }
          data++; ip += 32; continue;
        }
      }
      case 364: { // add (16 bits), ld (16 bits)
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) + load<u64>(load<u16>(ip, 6), X)), X);
        ip += 16; n--;
        {
          const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
          const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
          const t: u64 = va ^ load<u64>(e, TLB_READ);
          if (t <= 4088) {
            store<u64>(load<u16>(ip, 2), load<u64>(load<u32>(e, TLB_READ + 8) + <u32>t), X);
          } else {
            store<i64>(0, n, BUDGET);
            const value: u64 = slowLoad(va, 3);
            const stop = load<u32>(0, STOP);
            if (stop == 1) { n++; break; }
            store<u64>(load<u16>(ip, 2), value, X);
            if (stop) { data++; ip += 16; break; }
          }
          data++; ip += 16; continue;
        }
      }
      case 365: { // add (16 bits), add (16 bits)
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) + load<u64>(load<u16>(ip, 6), X)), X);
        ip += 16; n--;
        {
          store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) + load<u64>(load<u16>(ip, 6), X)), X);
          ip += 16; continue;
        }
      }
      case 366: { // add (16 bits), sw (16 bits)
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) + load<u64>(load<u16>(ip, 6), X)), X);
        ip += 16; n--;
        {
          const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
          const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
          const t: u64 = va ^ load<u64>(e, TLB_WRITE);
          if (t <= 4092) {
            store<u32>(load<u32>(e, TLB_WRITE + 8) + <u32>t, <u32>load<u64>(load<u16>(ip, 6), X));
          } else {
            store<i64>(0, n, BUDGET);
            slowStore(va, load<u64>(load<u16>(ip, 6), X), 2);
            const stop = load<u32>(0, STOP);
            if (stop == 1) { n++; break; }
            if (stop) { data++; ip += 16; break; }
          }
          data++; ip += 16; continue;
        }
      }
      case 367: { // add (16 bits), add
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) + load<u64>(load<u16>(ip, 6), X)), X);
        ip += 16; n--;
        {
          store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) + load<u64>(load<u16>(ip, 6), X)), X);
          ip += 32; continue;
        }
      }
      case 368: { // add (16 bits), ld
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) + load<u64>(load<u16>(ip, 6), X)), X);
        ip += 16; n--;
        {
          const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
          const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
          const t: u64 = va ^ load<u64>(e, TLB_READ);
          if (t <= 4088) {
            store<u64>(load<u16>(ip, 2), load<u64>(load<u32>(e, TLB_READ + 8) + <u32>t), X);
          } else {
            store<i64>(0, n, BUDGET);
            const value: u64 = slowLoad(va, 3);
            const stop = load<u32>(0, STOP);
            if (stop == 1) { n++; break; }
            store<u64>(load<u16>(ip, 2), value, X);
            if (stop) { data++; ip += 32; break; }
          }
          data++; ip += 32; continue;
        }
      }
      case 369: { // add (16 bits), lbu
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) + load<u64>(load<u16>(ip, 6), X)), X);
        ip += 16; n--;
        {
          const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
          const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
          const t: u64 = va ^ load<u64>(e, TLB_READ);
          if (t <= 4095) {
            store<u64>(load<u16>(ip, 2), <u64>load<u8>(load<u32>(e, TLB_READ + 8) + <u32>t), X);
          } else {
            store<i64>(0, n, BUDGET);
            const value: u64 = slowLoad(va, 0);
            const stop = load<u32>(0, STOP);
            if (stop == 1) { n++; break; }
            store<u64>(load<u16>(ip, 2), <u64><u8>value, X);
            if (stop) { data++; ip += 32; break; }
          }
          data++; ip += 32; continue;
        }
      }
      case 370: { // slli, or (16 bits)
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) << <u64><i64>load<i32>(ip, 8)), X);
        ip += 32; n--;
        {
          store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) | load<u64>(load<u16>(ip, 6), X)), X);
          ip += 16; continue;
        }
      }
      case 371: { // slli, add (16 bits)
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) << <u64><i64>load<i32>(ip, 8)), X);
        ip += 32; n--;
        {
          store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) + load<u64>(load<u16>(ip, 6), X)), X);
          ip += 16; continue;
        }
      }
      case 372: { // slli, srli
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) << <u64><i64>load<i32>(ip, 8)), X);
        ip += 32; n--;
        {
          store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) >> <u64><i64>load<i32>(ip, 8)), X);
          ip += 32; continue;
        }
      }
      case 373: { // slli, srli (16 bits)
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) << <u64><i64>load<i32>(ip, 8)), X);
        ip += 32; n--;
        {
          store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) >> <u64><i64>load<i32>(ip, 8)), X);
          ip += 16; continue;
        }
      }
      case 374: { // slli, srliw
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) << <u64><i64>load<i32>(ip, 8)), X);
        ip += 32; n--;
        {
          store<u64>(load<u16>(ip, 2), <u64><i64><i32>(<u32>load<u64>(load<u16>(ip, 4), X) >> <u32><u64><i64>load<i32>(ip, 8)), X);
          ip += 32; continue;
        }
      }
      case 375: { // slli, slli
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) << <u64><i64>load<i32>(ip, 8)), X);
        ip += 32; n--;
        {
          store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) << <u64><i64>load<i32>(ip, 8)), X);
          ip += 32; continue;
        }
      }
      case 376: { // lw (16 bits), addi (16 bits)
        const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
        const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
        const t: u64 = va ^ load<u64>(e, TLB_READ);
        if (t <= 4092) {
          store<u64>(load<u16>(ip, 2), <u64><i64>load<i32>(load<u32>(e, TLB_READ + 8) + <u32>t), X);
        } else {
          store<i64>(0, n, BUDGET);
          const value: u64 = slowLoad(va, 2);
          const stop = load<u32>(0, STOP);
          if (stop == 1) { n++; break; }
          store<u64>(load<u16>(ip, 2), <u64><i64><i32>value, X);
          if (stop) { data++; ip += 16; break; }
          data++; ip += 16; continue;
        }
        data++; ip += 16; n--;
        {
          store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8)), X);
          ip += 16; continue;
        }
      }
      case 377: { // lw (16 bits), lw (16 bits)
        const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
        const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
        const t: u64 = va ^ load<u64>(e, TLB_READ);
        if (t <= 4092) {
          store<u64>(load<u16>(ip, 2), <u64><i64>load<i32>(load<u32>(e, TLB_READ + 8) + <u32>t), X);
        } else {
          store<i64>(0, n, BUDGET);
          const value: u64 = slowLoad(va, 2);
          const stop = load<u32>(0, STOP);
          if (stop == 1) { n++; break; }
          store<u64>(load<u16>(ip, 2), <u64><i64><i32>value, X);
          if (stop) { data++; ip += 16; break; }
          data++; ip += 16; continue;
        }
        data++; ip += 16; n--;
        {
          const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
          const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
          const t: u64 = va ^ load<u64>(e, TLB_READ);
          if (t <= 4092) {
            store<u64>(load<u16>(ip, 2), <u64><i64>load<i32>(load<u32>(e, TLB_READ + 8) + <u32>t), X);
          } else {
            store<i64>(0, n, BUDGET);
            const value: u64 = slowLoad(va, 2);
            const stop = load<u32>(0, STOP);
            if (stop == 1) { n++; break; }
            store<u64>(load<u16>(ip, 2), <u64><i64><i32>value, X);
            if (stop) { data++; ip += 16; break; }
          }
          data++; ip += 16; continue;
        }
      }
      case 378: { // lw (16 bits), bne
        const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
        const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
        const t: u64 = va ^ load<u64>(e, TLB_READ);
        if (t <= 4092) {
          store<u64>(load<u16>(ip, 2), <u64><i64>load<i32>(load<u32>(e, TLB_READ + 8) + <u32>t), X);
        } else {
          store<i64>(0, n, BUDGET);
          const value: u64 = slowLoad(va, 2);
          const stop = load<u32>(0, STOP);
          if (stop == 1) { n++; break; }
          store<u64>(load<u16>(ip, 2), <u64><i64><i32>value, X);
          if (stop) { data++; ip += 16; break; }
          data++; ip += 16; continue;
        }
        data++; ip += 16; n--;
        {
          if (<u32>(load<u64>(load<u16>(ip, 4), X) != load<u64>(load<u16>(ip, 6), X))) ip += load<u32>(ip, 8); else ip += 32;
          if (n <= 0) break;
          continue;
        }
      }
      case 379: { // slli (16 bits), add (16 bits)
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) << <u64><i64>load<i32>(ip, 8)), X);
        ip += 16; n--;
        {
          store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) + load<u64>(load<u16>(ip, 6), X)), X);
          ip += 16; continue;
        }
      }
      case 380: { // addi, sd
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8)), X);
        ip += 32; n--;
        {
          const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
          const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
          const t: u64 = va ^ load<u64>(e, TLB_WRITE);
          if (t <= 4088) {
            store<u64>(load<u32>(e, TLB_WRITE + 8) + <u32>t, <u64>load<u64>(load<u16>(ip, 6), X));
          } else {
            store<i64>(0, n, BUDGET);
            slowStore(va, load<u64>(load<u16>(ip, 6), X), 3);
            const stop = load<u32>(0, STOP);
            if (stop == 1) { n++; break; }
            if (stop) { data++; ip += 32; break; }
          }
          data++; ip += 32; continue;
        }
      }
      case 381: { // addi, bne
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8)), X);
        ip += 32; n--;
        {
          if (<u32>(load<u64>(load<u16>(ip, 4), X) != load<u64>(load<u16>(ip, 6), X))) ip += load<u32>(ip, 8); else ip += 32;
          if (n <= 0) break;
          continue;
        }
      }
      case 382: { // addi, ld
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8)), X);
        ip += 32; n--;
        {
          const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
          const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
          const t: u64 = va ^ load<u64>(e, TLB_READ);
          if (t <= 4088) {
            store<u64>(load<u16>(ip, 2), load<u64>(load<u32>(e, TLB_READ + 8) + <u32>t), X);
          } else {
            store<i64>(0, n, BUDGET);
            const value: u64 = slowLoad(va, 3);
            const stop = load<u32>(0, STOP);
            if (stop == 1) { n++; break; }
            store<u64>(load<u16>(ip, 2), value, X);
            if (stop) { data++; ip += 32; break; }
          }
          data++; ip += 32; continue;
        }
      }
      case 383: { // addi, jr
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8)), X);
        ip += 32; n--;
        {
          const target: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8)) & ~1;
          if ((target ^ (delta + <u64>(ip >> 3))) < 4096) ip = <u32>(target - delta) << 3;
          else {
            ip = fetch(target);
            if (ip == 0) return leave(n, data);
            delta = load<u64>(0, DELTA);
          }
          if (n <= 0) break;
          continue;
        }
      }
      case 384: { // addi, addi
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8)), X);
        ip += 32; n--;
        {
          store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8)), X);
          ip += 32; continue;
        }
      }
      case 385: { // sw (16 bits), addi (16 bits)
        const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
        const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
        const t: u64 = va ^ load<u64>(e, TLB_WRITE);
        if (t <= 4092) {
          store<u32>(load<u32>(e, TLB_WRITE + 8) + <u32>t, <u32>load<u64>(load<u16>(ip, 6), X));
        } else {
          store<i64>(0, n, BUDGET);
          slowStore(va, load<u64>(load<u16>(ip, 6), X), 2);
          const stop = load<u32>(0, STOP);
          if (stop == 1) { n++; break; }
          if (stop) { data++; ip += 16; break; }
          data++; ip += 16; continue;
        }
        data++; ip += 16; n--;
        {
          store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8)), X);
          ip += 16; continue;
        }
      }
      case 386: { // srliw, slli
        store<u64>(load<u16>(ip, 2), <u64><i64><i32>(<u32>load<u64>(load<u16>(ip, 4), X) >> <u32><u64><i64>load<i32>(ip, 8)), X);
        ip += 32; n--;
        {
          store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) << <u64><i64>load<i32>(ip, 8)), X);
          ip += 32; continue;
        }
      }
      case 387: { // srliw, or
        store<u64>(load<u16>(ip, 2), <u64><i64><i32>(<u32>load<u64>(load<u16>(ip, 4), X) >> <u32><u64><i64>load<i32>(ip, 8)), X);
        ip += 32; n--;
        {
          store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) | load<u64>(load<u16>(ip, 6), X)), X);
          ip += 32; continue;
        }
      }
      case 388: { // srliw, or (16 bits)
        store<u64>(load<u16>(ip, 2), <u64><i64><i32>(<u32>load<u64>(load<u16>(ip, 4), X) >> <u32><u64><i64>load<i32>(ip, 8)), X);
        ip += 32; n--;
        {
          store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) | load<u64>(load<u16>(ip, 6), X)), X);
          ip += 16; continue;
        }
      }
      case 389: { // srliw, slliw
        store<u64>(load<u16>(ip, 2), <u64><i64><i32>(<u32>load<u64>(load<u16>(ip, 4), X) >> <u32><u64><i64>load<i32>(ip, 8)), X);
        ip += 32; n--;
        {
          store<u64>(load<u16>(ip, 2), <u64><i64><i32>(<u32>load<u64>(load<u16>(ip, 4), X) << <u32><u64><i64>load<i32>(ip, 8)), X);
          ip += 32; continue;
        }
      }
      case 390: { // fsd (16 bits), addi (16 bits)
        if (load<u8>(0, FP_OFF)) { illegal(ip); n++; break; }
        const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
        const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
        const t: u64 = va ^ load<u64>(e, TLB_WRITE);
        if (t <= 4088) {
          store<u64>(load<u32>(e, TLB_WRITE + 8) + <u32>t, <u64>load<u64>(load<u16>(ip, 6), F));
        } else {
          store<i64>(0, n, BUDGET);
          slowStore(va, load<u64>(load<u16>(ip, 6), F), 3);
          const stop = load<u32>(0, STOP);
          if (stop == 1) { n++; break; }
          if (stop) { data++; ip += 16; break; }
          data++; ip += 16; continue;
        }
        data++; ip += 16; n--;
        {
          store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8)), X);
          ip += 16; continue;
        }
      }
      case 391: { // fsd (16 bits), fsd (16 bits)
        if (load<u8>(0, FP_OFF)) { illegal(ip); n++; break; }
        const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
        const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
        const t: u64 = va ^ load<u64>(e, TLB_WRITE);
        if (t <= 4088) {
          store<u64>(load<u32>(e, TLB_WRITE + 8) + <u32>t, <u64>load<u64>(load<u16>(ip, 6), F));
        } else {
          store<i64>(0, n, BUDGET);
          slowStore(va, load<u64>(load<u16>(ip, 6), F), 3);
          const stop = load<u32>(0, STOP);
          if (stop == 1) { n++; break; }
          if (stop) { data++; ip += 16; break; }
          data++; ip += 16; continue;
        }
        data++; ip += 16; n--;
        {
          if (load<u8>(0, FP_OFF)) { illegal(ip); n++; break; }
          const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
          const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
          const t: u64 = va ^ load<u64>(e, TLB_WRITE);
          if (t <= 4088) {
            store<u64>(load<u32>(e, TLB_WRITE + 8) + <u32>t, <u64>load<u64>(load<u16>(ip, 6), F));
          } else {
            store<i64>(0, n, BUDGET);
            slowStore(va, load<u64>(load<u16>(ip, 6), F), 3);
            const stop = load<u32>(0, STOP);
            if (stop == 1) { n++; break; }
            if (stop) { data++; ip += 16; break; }
          }
          data++; ip += 16; continue;
        }
      }
      case 392: { // fadd.d, fsd (16 bits)
        let rm: u32 = load<u32>(ip, 8); if (rm == 7) rm = load<u8>(0, FRM);
        if ((<u32>load<u8>(0, FP_OFF) | <u32>(rm > 4)) != 0) { illegal(ip); n++; break; }
        store<u64>(load<u16>(ip, 2), f64Add(load<u64>(load<u16>(ip, 4), F), load<u64>(load<u16>(ip, 6), F), rm), F);
        store<u8>(0, 1, FP_DIRTY);
        ip += 32; n--;
        {
          if (load<u8>(0, FP_OFF)) { illegal(ip); n++; break; }
          const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
          const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
          const t: u64 = va ^ load<u64>(e, TLB_WRITE);
          if (t <= 4088) {
            store<u64>(load<u32>(e, TLB_WRITE + 8) + <u32>t, <u64>load<u64>(load<u16>(ip, 6), F));
          } else {
            store<i64>(0, n, BUDGET);
            slowStore(va, load<u64>(load<u16>(ip, 6), F), 3);
            const stop = load<u32>(0, STOP);
            if (stop == 1) { n++; break; }
            if (stop) { data++; ip += 16; break; }
          }
          data++; ip += 16; continue;
        }
      }
      case 393: { // fadd.d, fadd.d
        let rm: u32 = load<u32>(ip, 8); if (rm == 7) rm = load<u8>(0, FRM);
        if ((<u32>load<u8>(0, FP_OFF) | <u32>(rm > 4)) != 0) { illegal(ip); n++; break; }
        store<u64>(load<u16>(ip, 2), f64Add(load<u64>(load<u16>(ip, 4), F), load<u64>(load<u16>(ip, 6), F), rm), F);
        store<u8>(0, 1, FP_DIRTY);
        ip += 32; n--;
        {
          let rm: u32 = load<u32>(ip, 8); if (rm == 7) rm = load<u8>(0, FRM);
          if ((<u32>load<u8>(0, FP_OFF) | <u32>(rm > 4)) != 0) { illegal(ip); n++; break; }
          store<u64>(load<u16>(ip, 2), f64Add(load<u64>(load<u16>(ip, 4), F), load<u64>(load<u16>(ip, 6), F), rm), F);
          store<u8>(0, 1, FP_DIRTY);
          ip += 32; continue;
        }
      }
      case 394: { // auipc, addi
        store<u64>(load<u16>(ip, 2), ((delta + <u64>(ip >> 3)) + <u64><i64>load<i32>(ip, 8)), X);
        ip += 32; n--;
        {
          store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8)), X);
          ip += 32; continue;
        }
      }
      case 395: { // auipc, jalr
        store<u64>(load<u16>(ip, 2), ((delta + <u64>(ip >> 3)) + <u64><i64>load<i32>(ip, 8)), X);
        ip += 32; n--;
        {
          const target: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8)) & ~1;
          store<u64>(load<u16>(ip, 2), delta + <u64>(ip >> 3) + 4, X);
          if ((target ^ (delta + <u64>(ip >> 3))) < 4096) ip = <u32>(target - delta) << 3;
          else {
            ip = fetch(target);
            if (ip == 0) return leave(n, data);
            delta = load<u64>(0, DELTA);
          }
          if (n <= 0) break;
          continue;
        }
      }
      case 396: { // auipc, ld
        store<u64>(load<u16>(ip, 2), ((delta + <u64>(ip >> 3)) + <u64><i64>load<i32>(ip, 8)), X);
        ip += 32; n--;
        {
          const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
          const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
          const t: u64 = va ^ load<u64>(e, TLB_READ);
          if (t <= 4088) {
            store<u64>(load<u16>(ip, 2), load<u64>(load<u32>(e, TLB_READ + 8) + <u32>t), X);
          } else {
            store<i64>(0, n, BUDGET);
            const value: u64 = slowLoad(va, 3);
            const stop = load<u32>(0, STOP);
            if (stop == 1) { n++; break; }
            store<u64>(load<u16>(ip, 2), value, X);
            if (stop) { data++; ip += 32; break; }
          }
          data++; ip += 32; continue;
        }
      }
      case 397: { // lh, lh
        const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
        const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
        const t: u64 = va ^ load<u64>(e, TLB_READ);
        if (t <= 4094) {
          store<u64>(load<u16>(ip, 2), <u64><i64>load<i16>(load<u32>(e, TLB_READ + 8) + <u32>t), X);
        } else {
          store<i64>(0, n, BUDGET);
          const value: u64 = slowLoad(va, 1);
          const stop = load<u32>(0, STOP);
          if (stop == 1) { n++; break; }
          store<u64>(load<u16>(ip, 2), <u64><i64><i16>value, X);
          if (stop) { data++; ip += 32; break; }
          data++; ip += 32; continue;
        }
        data++; ip += 32; n--;
        {
          const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
          const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
          const t: u64 = va ^ load<u64>(e, TLB_READ);
          if (t <= 4094) {
            store<u64>(load<u16>(ip, 2), <u64><i64>load<i16>(load<u32>(e, TLB_READ + 8) + <u32>t), X);
          } else {
            store<i64>(0, n, BUDGET);
            const value: u64 = slowLoad(va, 1);
            const stop = load<u32>(0, STOP);
            if (stop == 1) { n++; break; }
            store<u64>(load<u16>(ip, 2), <u64><i64><i16>value, X);
            if (stop) { data++; ip += 32; break; }
          }
          data++; ip += 32; continue;
        }
      }
      case 398: { // lh, addi (16 bits)
        const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
        const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
        const t: u64 = va ^ load<u64>(e, TLB_READ);
        if (t <= 4094) {
          store<u64>(load<u16>(ip, 2), <u64><i64>load<i16>(load<u32>(e, TLB_READ + 8) + <u32>t), X);
        } else {
          store<i64>(0, n, BUDGET);
          const value: u64 = slowLoad(va, 1);
          const stop = load<u32>(0, STOP);
          if (stop == 1) { n++; break; }
          store<u64>(load<u16>(ip, 2), <u64><i64><i16>value, X);
          if (stop) { data++; ip += 32; break; }
          data++; ip += 32; continue;
        }
        data++; ip += 32; n--;
        {
          store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8)), X);
          ip += 16; continue;
        }
      }
      case 399: { // mul, add (16 bits)
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) * load<u64>(load<u16>(ip, 6), X)), X);
        ip += 32; n--;
        {
          store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) + load<u64>(load<u16>(ip, 6), X)), X);
          ip += 16; continue;
        }
      }
      case 400: { // mul, addw (16 bits)
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) * load<u64>(load<u16>(ip, 6), X)), X);
        ip += 32; n--;
        {
          store<u64>(load<u16>(ip, 2), <u64><i64><i32>(<u32>load<u64>(load<u16>(ip, 4), X) + <u32>load<u64>(load<u16>(ip, 6), X)), X);
          ip += 16; continue;
        }
      }
      case 401: { // fld, fld
        if (load<u8>(0, FP_OFF)) { illegal(ip); n++; break; }
        const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
        const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
        const t: u64 = va ^ load<u64>(e, TLB_READ);
        if (t <= 4088) {
          store<u64>(load<u16>(ip, 2), load<u64>(load<u32>(e, TLB_READ + 8) + <u32>t), F);
        } else {
          store<i64>(0, n, BUDGET);
          const value: u64 = slowLoad(va, 3);
          const stop = load<u32>(0, STOP);
          if (stop == 1) { n++; break; }
          store<u64>(load<u16>(ip, 2), value, F);
          if (stop) { store<u8>(0, 1, FP_DIRTY); data++; ip += 32; break; }
          store<u8>(0, 1, FP_DIRTY); data++; ip += 32; continue;
        }
        store<u8>(0, 1, FP_DIRTY);
        data++; ip += 32; n--;
        {
          if (load<u8>(0, FP_OFF)) { illegal(ip); n++; break; }
          const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
          const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
          const t: u64 = va ^ load<u64>(e, TLB_READ);
          if (t <= 4088) {
            store<u64>(load<u16>(ip, 2), load<u64>(load<u32>(e, TLB_READ + 8) + <u32>t), F);
          } else {
            store<i64>(0, n, BUDGET);
            const value: u64 = slowLoad(va, 3);
            const stop = load<u32>(0, STOP);
            if (stop == 1) { n++; break; }
            store<u64>(load<u16>(ip, 2), value, F);
            if (stop) { store<u8>(0, 1, FP_DIRTY); data++; ip += 32; break; }
          }
          store<u8>(0, 1, FP_DIRTY);
          data++; ip += 32; continue;
        }
      }
      case 402: { // srli, slli
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) >> <u64><i64>load<i32>(ip, 8)), X);
        ip += 32; n--;
        {
          store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) << <u64><i64>load<i32>(ip, 8)), X);
          ip += 32; continue;
        }
      }
      case 403: { // srli, add (16 bits)
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) >> <u64><i64>load<i32>(ip, 8)), X);
        ip += 32; n--;
        {
          store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) + load<u64>(load<u16>(ip, 6), X)), X);
          ip += 16; continue;
        }
      }
      case 404: { // srli (16 bits), add (16 bits)
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) >> <u64><i64>load<i32>(ip, 8)), X);
        ip += 16; n--;
        {
          store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) + load<u64>(load<u16>(ip, 6), X)), X);
          ip += 16; continue;
        }
      }
      case 405: { // lui, addi
        store<u64>(load<u16>(ip, 2), <u64><i64>load<i32>(ip, 8), X);
        ip += 32; n--;
        {
          store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8)), X);
          ip += 32; continue;
        }
      }
      case 406: { // or (16 bits), srliw
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) | load<u64>(load<u16>(ip, 6), X)), X);
        ip += 16; n--;
        {
          store<u64>(load<u16>(ip, 2), <u64><i64><i32>(<u32>load<u64>(load<u16>(ip, 4), X) >> <u32><u64><i64>load<i32>(ip, 8)), X);
          ip += 32; continue;
        }
      }
      case 407: { // or (16 bits), xor
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) | load<u64>(load<u16>(ip, 6), X)), X);
        ip += 16; n--;
        {
          store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) ^ load<u64>(load<u16>(ip, 6), X)), X);
          ip += 32; continue;
        }
      }
      case 408: { // or (16 bits), slli
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) | load<u64>(load<u16>(ip, 6), X)), X);
        ip += 16; n--;
        {
          store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) << <u64><i64>load<i32>(ip, 8)), X);
          ip += 32; continue;
        }
      }
      case 409: { // addw (16 bits), addi
        store<u64>(load<u16>(ip, 2), <u64><i64><i32>(<u32>load<u64>(load<u16>(ip, 4), X) + <u32>load<u64>(load<u16>(ip, 6), X)), X);
        ip += 16; n--;
        {
          store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8)), X);
          ip += 32; continue;
        }
      }
      case 410: { // li, bgeu
        store<u64>(load<u16>(ip, 2), <u64><i64>load<i32>(ip, 8), X);
        ip += 32; n--;
        {
          if (<u32>(load<u64>(load<u16>(ip, 4), X) >= load<u64>(load<u16>(ip, 6), X))) ip += load<u32>(ip, 8); else ip += 32;
          if (n <= 0) break;
          continue;
        }
      }
      case 411: { // sw, addi (16 bits)
        const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
        const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
        const t: u64 = va ^ load<u64>(e, TLB_WRITE);
        if (t <= 4092) {
          store<u32>(load<u32>(e, TLB_WRITE + 8) + <u32>t, <u32>load<u64>(load<u16>(ip, 6), X));
        } else {
          store<i64>(0, n, BUDGET);
          slowStore(va, load<u64>(load<u16>(ip, 6), X), 2);
          const stop = load<u32>(0, STOP);
          if (stop == 1) { n++; break; }
          if (stop) { data++; ip += 32; break; }
          data++; ip += 32; continue;
        }
        data++; ip += 32; n--;
        {
          store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8)), X);
          ip += 16; continue;
        }
      }
      case 412: { // xor, xor (16 bits)
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) ^ load<u64>(load<u16>(ip, 6), X)), X);
        ip += 32; n--;
        {
          store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) ^ load<u64>(load<u16>(ip, 6), X)), X);
          ip += 16; continue;
        }
      }
      case 413: { // xor, addw
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) ^ load<u64>(load<u16>(ip, 6), X)), X);
        ip += 32; n--;
        {
          store<u64>(load<u16>(ip, 2), <u64><i64><i32>(<u32>load<u64>(load<u16>(ip, 4), X) + <u32>load<u64>(load<u16>(ip, 6), X)), X);
          ip += 32; continue;
        }
      }
      case 414: { // andi, beq
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) & <u64><i64>load<i32>(ip, 8)), X);
        ip += 32; n--;
        {
          if (<u32>(load<u64>(load<u16>(ip, 4), X) == load<u64>(load<u16>(ip, 6), X))) ip += load<u32>(ip, 8); else ip += 32;
          if (n <= 0) break;
          continue;
        }
      }
      case 415: { // mv, mv
        store<u64>(load<u16>(ip, 2), load<u64>(load<u16>(ip, 4), X), X);
        ip += 32; n--;
        {
          store<u64>(load<u16>(ip, 2), load<u64>(load<u16>(ip, 4), X), X);
          ip += 32; continue;
        }
      }
      case 416: { // xor (16 bits), add (16 bits)
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) ^ load<u64>(load<u16>(ip, 6), X)), X);
        ip += 16; n--;
        {
          store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) + load<u64>(load<u16>(ip, 6), X)), X);
          ip += 16; continue;
        }
      }
      case 417: { // xor (16 bits), lw
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) ^ load<u64>(load<u16>(ip, 6), X)), X);
        ip += 16; n--;
        {
          const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
          const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
          const t: u64 = va ^ load<u64>(e, TLB_READ);
          if (t <= 4092) {
            store<u64>(load<u16>(ip, 2), <u64><i64>load<i32>(load<u32>(e, TLB_READ + 8) + <u32>t), X);
          } else {
            store<i64>(0, n, BUDGET);
            const value: u64 = slowLoad(va, 2);
            const stop = load<u32>(0, STOP);
            if (stop == 1) { n++; break; }
            store<u64>(load<u16>(ip, 2), <u64><i64><i32>value, X);
            if (stop) { data++; ip += 32; break; }
          }
          data++; ip += 32; continue;
        }
      }
      case 418: { // xor (16 bits), xor (16 bits)
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) ^ load<u64>(load<u16>(ip, 6), X)), X);
        ip += 16; n--;
        {
          store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) ^ load<u64>(load<u16>(ip, 6), X)), X);
          ip += 16; continue;
        }
      }
      case 419: { // fsd, fsd
        if (load<u8>(0, FP_OFF)) { illegal(ip); n++; break; }
        const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
        const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
        const t: u64 = va ^ load<u64>(e, TLB_WRITE);
        if (t <= 4088) {
          store<u64>(load<u32>(e, TLB_WRITE + 8) + <u32>t, <u64>load<u64>(load<u16>(ip, 6), F));
        } else {
          store<i64>(0, n, BUDGET);
          slowStore(va, load<u64>(load<u16>(ip, 6), F), 3);
          const stop = load<u32>(0, STOP);
          if (stop == 1) { n++; break; }
          if (stop) { data++; ip += 32; break; }
          data++; ip += 32; continue;
        }
        data++; ip += 32; n--;
        {
          if (load<u8>(0, FP_OFF)) { illegal(ip); n++; break; }
          const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
          const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
          const t: u64 = va ^ load<u64>(e, TLB_WRITE);
          if (t <= 4088) {
            store<u64>(load<u32>(e, TLB_WRITE + 8) + <u32>t, <u64>load<u64>(load<u16>(ip, 6), F));
          } else {
            store<i64>(0, n, BUDGET);
            slowStore(va, load<u64>(load<u16>(ip, 6), F), 3);
            const stop = load<u32>(0, STOP);
            if (stop == 1) { n++; break; }
            if (stop) { data++; ip += 32; break; }
          }
          data++; ip += 32; continue;
        }
      }
      case 420: { // addw, xor
        store<u64>(load<u16>(ip, 2), <u64><i64><i32>(<u32>load<u64>(load<u16>(ip, 4), X) + <u32>load<u64>(load<u16>(ip, 6), X)), X);
        ip += 32; n--;
        {
          store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) ^ load<u64>(load<u16>(ip, 6), X)), X);
          ip += 32; continue;
        }
      }
      case 421: { // li (16 bits), copy (16 bits)
        store<u64>(load<u16>(ip, 2), <u64><i64>load<i32>(ip, 8), X);
        ip += 16; n--;
        {
          store<u64>(load<u16>(ip, 2), load<u64>(load<u16>(ip, 6), X), X);
          ip += 16; continue;
        }
      }
      case 422: { // sb, lbu
        const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
        const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
        const t: u64 = va ^ load<u64>(e, TLB_WRITE);
        if (t <= 4095) {
          store<u8>(load<u32>(e, TLB_WRITE + 8) + <u32>t, <u8>load<u64>(load<u16>(ip, 6), X));
        } else {
          store<i64>(0, n, BUDGET);
          slowStore(va, load<u64>(load<u16>(ip, 6), X), 0);
          const stop = load<u32>(0, STOP);
          if (stop == 1) { n++; break; }
          if (stop) { data++; ip += 32; break; }
          data++; ip += 32; continue;
        }
        data++; ip += 32; n--;
        {
          const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
          const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
          const t: u64 = va ^ load<u64>(e, TLB_READ);
          if (t <= 4095) {
            store<u64>(load<u16>(ip, 2), <u64>load<u8>(load<u32>(e, TLB_READ + 8) + <u32>t), X);
          } else {
            store<i64>(0, n, BUDGET);
            const value: u64 = slowLoad(va, 0);
            const stop = load<u32>(0, STOP);
            if (stop == 1) { n++; break; }
            store<u64>(load<u16>(ip, 2), <u64><u8>value, X);
            if (stop) { data++; ip += 32; break; }
          }
          data++; ip += 32; continue;
        }
      }
      default: {
        const next = rare(ip, n);
        ip = next & ~7;
        if (next & 4) data++;
        if (!(next & 3)) continue;
        if (next & 1) n++;
        break;
      }
    }
    break;
  }
  store<u64>(0, delta + <u64>(ip >> 3), PC);
  return leave(n, data);
}

/** The same without counting data accesses. */
export function interpretPlain(n0: i64): i64 {
  let n = n0;
  let ip: u32 = enter();
  if (ip == 0) return n;
  let delta = load<u64>(0, DELTA);
  while (true) {
    n--;
    switch (<u32>load<u16>(ip)) {
      case 0: {
        n++;
        ip = decodeAt(ip);
        delta = load<u64>(0, DELTA);
        if (load<u32>(0, STOP)) break;
        continue;
      }
      case 1: {
        n++;
        if (n <= 0) break;
        ip = fetch(delta + <u64>(ip >> 3));
        if (ip == 0) return n;
        delta = load<u64>(0, DELTA);
        continue;
      }
      case 3: {
        n = callTranslated(ip, delta + <u64>(ip >> 3), n + 1);
        const left = load<u32>(0, JIT_LEFT_BY) & LEFT_MASK;
        if (left == LEFT_OFF) return n;
        if (left == LEFT_FOR) {
          ip = fetch(load<u64>(0, PC));
          if (ip == 0) return n;
          delta = load<u64>(0, DELTA);
          continue;
        }
        ip = recordHere();
        delta = load<u64>(0, DELTA);
        continue;
      }
      case 4: { // lui
        store<u64>(load<u16>(ip, 2), <u64><i64>load<i32>(ip, 8), X);
        ip += 32; continue;
      }
      case 5: { // lui (16 bits)
        store<u64>(load<u16>(ip, 2), <u64><i64>load<i32>(ip, 8), X);
        ip += 16; continue;
      }
      case 6: { // auipc
        store<u64>(load<u16>(ip, 2), ((delta + <u64>(ip >> 3)) + <u64><i64>load<i32>(ip, 8)), X);
        ip += 32; continue;
      }
      case 7: { // jal
        store<u64>(load<u16>(ip, 2), delta + <u64>(ip >> 3) + 4, X);
        ip += load<u32>(ip, 8);
        if (n <= 0) break;
        continue;
      }
      case 8: { // jal, out of the page
        const target: u64 = ((delta + <u64>(ip >> 3)) + <u64><i64>load<i32>(ip, 8)) & ~1;
        store<u64>(load<u16>(ip, 2), delta + <u64>(ip >> 3) + 4, X);
        ip = fetch(target);
        if (ip == 0) return n;
        delta = load<u64>(0, DELTA);
        if (n <= 0) break;
        continue;
      }
      case 9: { // jal (16 bits)
        store<u64>(load<u16>(ip, 2), delta + <u64>(ip >> 3) + 2, X);
        ip += load<u32>(ip, 8);
        if (n <= 0) break;
        continue;
      }
      case 10: { // jal (16 bits), out of the page
        const target: u64 = ((delta + <u64>(ip >> 3)) + <u64><i64>load<i32>(ip, 8)) & ~1;
        store<u64>(load<u16>(ip, 2), delta + <u64>(ip >> 3) + 2, X);
        ip = fetch(target);
        if (ip == 0) return n;
        delta = load<u64>(0, DELTA);
        if (n <= 0) break;
        continue;
      }
      case 11: { // j (16 bits)
        ip += load<u32>(ip, 8);
        if (n <= 0) break;
        continue;
      }
      case 12: { // j (16 bits), out of the page
        ip = fetch(delta + <u64>(ip >> 3) + <u64><i64>load<i32>(ip, 8));
        if (ip == 0) return n;
        delta = load<u64>(0, DELTA);
        if (n <= 0) break;
        continue;
      }
      case 13: { // j
        ip += load<u32>(ip, 8);
        if (n <= 0) break;
        continue;
      }
      case 14: { // j, out of the page
        ip = fetch(delta + <u64>(ip >> 3) + <u64><i64>load<i32>(ip, 8));
        if (ip == 0) return n;
        delta = load<u64>(0, DELTA);
        if (n <= 0) break;
        continue;
      }
      case 15: { // jalr
        const target: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8)) & ~1;
        store<u64>(load<u16>(ip, 2), delta + <u64>(ip >> 3) + 4, X);
        if ((target ^ (delta + <u64>(ip >> 3))) < 4096) ip = <u32>(target - delta) << 3;
        else {
          ip = fetch(target);
          if (ip == 0) return n;
          delta = load<u64>(0, DELTA);
        }
        if (n <= 0) break;
        continue;
      }
      case 16: { // jalr, out of the page
        const target: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8)) & ~1;
        store<u64>(load<u16>(ip, 2), delta + <u64>(ip >> 3) + 4, X);
        ip = fetch(target);
        if (ip == 0) return n;
        delta = load<u64>(0, DELTA);
        if (n <= 0) break;
        continue;
      }
      case 17: { // jalr (16 bits)
        const target: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8)) & ~1;
        store<u64>(load<u16>(ip, 2), delta + <u64>(ip >> 3) + 2, X);
        if ((target ^ (delta + <u64>(ip >> 3))) < 4096) ip = <u32>(target - delta) << 3;
        else {
          ip = fetch(target);
          if (ip == 0) return n;
          delta = load<u64>(0, DELTA);
        }
        if (n <= 0) break;
        continue;
      }
      case 18: { // jalr (16 bits), out of the page
        const target: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8)) & ~1;
        store<u64>(load<u16>(ip, 2), delta + <u64>(ip >> 3) + 2, X);
        ip = fetch(target);
        if (ip == 0) return n;
        delta = load<u64>(0, DELTA);
        if (n <= 0) break;
        continue;
      }
      case 19: { // jr (16 bits)
        const target: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8)) & ~1;
        if ((target ^ (delta + <u64>(ip >> 3))) < 4096) ip = <u32>(target - delta) << 3;
        else {
          ip = fetch(target);
          if (ip == 0) return n;
          delta = load<u64>(0, DELTA);
        }
        if (n <= 0) break;
        continue;
      }
      case 20: { // jr (16 bits), out of the page
        const target: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8)) & ~1;
        ip = fetch(target);
        if (ip == 0) return n;
        delta = load<u64>(0, DELTA);
        if (n <= 0) break;
        continue;
      }
      case 21: { // jr
        const target: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8)) & ~1;
        if ((target ^ (delta + <u64>(ip >> 3))) < 4096) ip = <u32>(target - delta) << 3;
        else {
          ip = fetch(target);
          if (ip == 0) return n;
          delta = load<u64>(0, DELTA);
        }
        if (n <= 0) break;
        continue;
      }
      case 22: { // jr, out of the page
        const target: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8)) & ~1;
        ip = fetch(target);
        if (ip == 0) return n;
        delta = load<u64>(0, DELTA);
        if (n <= 0) break;
        continue;
      }
      case 23: { // beq
        if (<u32>(load<u64>(load<u16>(ip, 4), X) == load<u64>(load<u16>(ip, 6), X))) ip += load<u32>(ip, 8); else ip += 32;
        if (n <= 0) break;
        continue;
      }
      case 24: { // beq, out of the page
        if (!(<u32>(load<u64>(load<u16>(ip, 4), X) == load<u64>(load<u16>(ip, 6), X)))) { ip += 32; if (n <= 0) break; continue; }
        ip = fetch(delta + <u64>(ip >> 3) + <u64><i64>load<i32>(ip, 8));
        if (ip == 0) return n;
        delta = load<u64>(0, DELTA);
        if (n <= 0) break;
        continue;
      }
      case 25: { // beq (16 bits)
        if (<u32>(load<u64>(load<u16>(ip, 4), X) == load<u64>(load<u16>(ip, 6), X))) ip += load<u32>(ip, 8); else ip += 16;
        if (n <= 0) break;
        continue;
      }
      case 26: { // beq (16 bits), out of the page
        if (!(<u32>(load<u64>(load<u16>(ip, 4), X) == load<u64>(load<u16>(ip, 6), X)))) { ip += 16; if (n <= 0) break; continue; }
        ip = fetch(delta + <u64>(ip >> 3) + <u64><i64>load<i32>(ip, 8));
        if (ip == 0) return n;
        delta = load<u64>(0, DELTA);
        if (n <= 0) break;
        continue;
      }
      case 27: { // bne
        if (<u32>(load<u64>(load<u16>(ip, 4), X) != load<u64>(load<u16>(ip, 6), X))) ip += load<u32>(ip, 8); else ip += 32;
        if (n <= 0) break;
        continue;
      }
      case 28: { // bne, out of the page
        if (!(<u32>(load<u64>(load<u16>(ip, 4), X) != load<u64>(load<u16>(ip, 6), X)))) { ip += 32; if (n <= 0) break; continue; }
        ip = fetch(delta + <u64>(ip >> 3) + <u64><i64>load<i32>(ip, 8));
        if (ip == 0) return n;
        delta = load<u64>(0, DELTA);
        if (n <= 0) break;
        continue;
      }
      case 29: { // bne (16 bits)
        if (<u32>(load<u64>(load<u16>(ip, 4), X) != load<u64>(load<u16>(ip, 6), X))) ip += load<u32>(ip, 8); else ip += 16;
        if (n <= 0) break;
        continue;
      }
      case 30: { // bne (16 bits), out of the page
        if (!(<u32>(load<u64>(load<u16>(ip, 4), X) != load<u64>(load<u16>(ip, 6), X)))) { ip += 16; if (n <= 0) break; continue; }
        ip = fetch(delta + <u64>(ip >> 3) + <u64><i64>load<i32>(ip, 8));
        if (ip == 0) return n;
        delta = load<u64>(0, DELTA);
        if (n <= 0) break;
        continue;
      }
      case 31: { // blt
        if (<u32>(<i64>load<u64>(load<u16>(ip, 4), X) < <i64>load<u64>(load<u16>(ip, 6), X))) ip += load<u32>(ip, 8); else ip += 32;
        if (n <= 0) break;
        continue;
      }
      case 32: { // blt, out of the page
        if (!(<u32>(<i64>load<u64>(load<u16>(ip, 4), X) < <i64>load<u64>(load<u16>(ip, 6), X)))) { ip += 32; if (n <= 0) break; continue; }
        ip = fetch(delta + <u64>(ip >> 3) + <u64><i64>load<i32>(ip, 8));
        if (ip == 0) return n;
        delta = load<u64>(0, DELTA);
        if (n <= 0) break;
        continue;
      }
      case 33: { // bge
        if (<u32>(<i64>load<u64>(load<u16>(ip, 4), X) >= <i64>load<u64>(load<u16>(ip, 6), X))) ip += load<u32>(ip, 8); else ip += 32;
        if (n <= 0) break;
        continue;
      }
      case 34: { // bge, out of the page
        if (!(<u32>(<i64>load<u64>(load<u16>(ip, 4), X) >= <i64>load<u64>(load<u16>(ip, 6), X)))) { ip += 32; if (n <= 0) break; continue; }
        ip = fetch(delta + <u64>(ip >> 3) + <u64><i64>load<i32>(ip, 8));
        if (ip == 0) return n;
        delta = load<u64>(0, DELTA);
        if (n <= 0) break;
        continue;
      }
      case 35: { // bltu
        if (<u32>(load<u64>(load<u16>(ip, 4), X) < load<u64>(load<u16>(ip, 6), X))) ip += load<u32>(ip, 8); else ip += 32;
        if (n <= 0) break;
        continue;
      }
      case 36: { // bltu, out of the page
        if (!(<u32>(load<u64>(load<u16>(ip, 4), X) < load<u64>(load<u16>(ip, 6), X)))) { ip += 32; if (n <= 0) break; continue; }
        ip = fetch(delta + <u64>(ip >> 3) + <u64><i64>load<i32>(ip, 8));
        if (ip == 0) return n;
        delta = load<u64>(0, DELTA);
        if (n <= 0) break;
        continue;
      }
      case 37: { // bgeu
        if (<u32>(load<u64>(load<u16>(ip, 4), X) >= load<u64>(load<u16>(ip, 6), X))) ip += load<u32>(ip, 8); else ip += 32;
        if (n <= 0) break;
        continue;
      }
      case 38: { // bgeu, out of the page
        if (!(<u32>(load<u64>(load<u16>(ip, 4), X) >= load<u64>(load<u16>(ip, 6), X)))) { ip += 32; if (n <= 0) break; continue; }
        ip = fetch(delta + <u64>(ip >> 3) + <u64><i64>load<i32>(ip, 8));
        if (ip == 0) return n;
        delta = load<u64>(0, DELTA);
        if (n <= 0) break;
        continue;
      }
      case 39: { // lb
        const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
        const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
        const t: u64 = va ^ load<u64>(e, TLB_READ);
        if (t <= 4095) {
          store<u64>(load<u16>(ip, 2), <u64><i64>load<i8>(load<u32>(e, TLB_READ + 8) + <u32>t), X);
        } else {
          store<i64>(0, n, BUDGET);
          const value: u64 = slowLoad(va, 0);
          const stop = load<u32>(0, STOP);
          if (stop == 1) { n++; break; }
          store<u64>(load<u16>(ip, 2), <u64><i64><i8>value, X);
          if (stop) { ip += 32; break; }
        }
        ip += 32; continue;
      }
      case 40: { // lh
        const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
        const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
        const t: u64 = va ^ load<u64>(e, TLB_READ);
        if (t <= 4094) {
          store<u64>(load<u16>(ip, 2), <u64><i64>load<i16>(load<u32>(e, TLB_READ + 8) + <u32>t), X);
        } else {
          store<i64>(0, n, BUDGET);
          const value: u64 = slowLoad(va, 1);
          const stop = load<u32>(0, STOP);
          if (stop == 1) { n++; break; }
          store<u64>(load<u16>(ip, 2), <u64><i64><i16>value, X);
          if (stop) { ip += 32; break; }
        }
        ip += 32; continue;
      }
      case 41: { // lw
        const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
        const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
        const t: u64 = va ^ load<u64>(e, TLB_READ);
        if (t <= 4092) {
          store<u64>(load<u16>(ip, 2), <u64><i64>load<i32>(load<u32>(e, TLB_READ + 8) + <u32>t), X);
        } else {
          store<i64>(0, n, BUDGET);
          const value: u64 = slowLoad(va, 2);
          const stop = load<u32>(0, STOP);
          if (stop == 1) { n++; break; }
          store<u64>(load<u16>(ip, 2), <u64><i64><i32>value, X);
          if (stop) { ip += 32; break; }
        }
        ip += 32; continue;
      }
      case 42: { // lw (16 bits)
        const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
        const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
        const t: u64 = va ^ load<u64>(e, TLB_READ);
        if (t <= 4092) {
          store<u64>(load<u16>(ip, 2), <u64><i64>load<i32>(load<u32>(e, TLB_READ + 8) + <u32>t), X);
        } else {
          store<i64>(0, n, BUDGET);
          const value: u64 = slowLoad(va, 2);
          const stop = load<u32>(0, STOP);
          if (stop == 1) { n++; break; }
          store<u64>(load<u16>(ip, 2), <u64><i64><i32>value, X);
          if (stop) { ip += 16; break; }
        }
        ip += 16; continue;
      }
      case 43: { // ld
        const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
        const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
        const t: u64 = va ^ load<u64>(e, TLB_READ);
        if (t <= 4088) {
          store<u64>(load<u16>(ip, 2), load<u64>(load<u32>(e, TLB_READ + 8) + <u32>t), X);
        } else {
          store<i64>(0, n, BUDGET);
          const value: u64 = slowLoad(va, 3);
          const stop = load<u32>(0, STOP);
          if (stop == 1) { n++; break; }
          store<u64>(load<u16>(ip, 2), value, X);
          if (stop) { ip += 32; break; }
        }
        ip += 32; continue;
      }
      case 44: { // ld (16 bits)
        const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
        const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
        const t: u64 = va ^ load<u64>(e, TLB_READ);
        if (t <= 4088) {
          store<u64>(load<u16>(ip, 2), load<u64>(load<u32>(e, TLB_READ + 8) + <u32>t), X);
        } else {
          store<i64>(0, n, BUDGET);
          const value: u64 = slowLoad(va, 3);
          const stop = load<u32>(0, STOP);
          if (stop == 1) { n++; break; }
          store<u64>(load<u16>(ip, 2), value, X);
          if (stop) { ip += 16; break; }
        }
        ip += 16; continue;
      }
      case 45: { // lbu
        const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
        const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
        const t: u64 = va ^ load<u64>(e, TLB_READ);
        if (t <= 4095) {
          store<u64>(load<u16>(ip, 2), <u64>load<u8>(load<u32>(e, TLB_READ + 8) + <u32>t), X);
        } else {
          store<i64>(0, n, BUDGET);
          const value: u64 = slowLoad(va, 0);
          const stop = load<u32>(0, STOP);
          if (stop == 1) { n++; break; }
          store<u64>(load<u16>(ip, 2), <u64><u8>value, X);
          if (stop) { ip += 32; break; }
        }
        ip += 32; continue;
      }
      case 46: { // lhu
        const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
        const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
        const t: u64 = va ^ load<u64>(e, TLB_READ);
        if (t <= 4094) {
          store<u64>(load<u16>(ip, 2), <u64>load<u16>(load<u32>(e, TLB_READ + 8) + <u32>t), X);
        } else {
          store<i64>(0, n, BUDGET);
          const value: u64 = slowLoad(va, 1);
          const stop = load<u32>(0, STOP);
          if (stop == 1) { n++; break; }
          store<u64>(load<u16>(ip, 2), <u64><u16>value, X);
          if (stop) { ip += 32; break; }
        }
        ip += 32; continue;
      }
      case 47: { // lwu
        const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
        const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
        const t: u64 = va ^ load<u64>(e, TLB_READ);
        if (t <= 4092) {
          store<u64>(load<u16>(ip, 2), <u64>load<u32>(load<u32>(e, TLB_READ + 8) + <u32>t), X);
        } else {
          store<i64>(0, n, BUDGET);
          const value: u64 = slowLoad(va, 2);
          const stop = load<u32>(0, STOP);
          if (stop == 1) { n++; break; }
          store<u64>(load<u16>(ip, 2), <u64><u32>value, X);
          if (stop) { ip += 32; break; }
        }
        ip += 32; continue;
      }
      case 48: { // sb
        const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
        const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
        const t: u64 = va ^ load<u64>(e, TLB_WRITE);
        if (t <= 4095) {
          store<u8>(load<u32>(e, TLB_WRITE + 8) + <u32>t, <u8>load<u64>(load<u16>(ip, 6), X));
        } else {
          store<i64>(0, n, BUDGET);
          slowStore(va, load<u64>(load<u16>(ip, 6), X), 0);
          const stop = load<u32>(0, STOP);
          if (stop == 1) { n++; break; }
          if (stop) { ip += 32; break; }
        }
        ip += 32; continue;
      }
      case 49: { // sh
        const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
        const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
        const t: u64 = va ^ load<u64>(e, TLB_WRITE);
        if (t <= 4094) {
          store<u16>(load<u32>(e, TLB_WRITE + 8) + <u32>t, <u16>load<u64>(load<u16>(ip, 6), X));
        } else {
          store<i64>(0, n, BUDGET);
          slowStore(va, load<u64>(load<u16>(ip, 6), X), 1);
          const stop = load<u32>(0, STOP);
          if (stop == 1) { n++; break; }
          if (stop) { ip += 32; break; }
        }
        ip += 32; continue;
      }
      case 50: { // sw
        const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
        const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
        const t: u64 = va ^ load<u64>(e, TLB_WRITE);
        if (t <= 4092) {
          store<u32>(load<u32>(e, TLB_WRITE + 8) + <u32>t, <u32>load<u64>(load<u16>(ip, 6), X));
        } else {
          store<i64>(0, n, BUDGET);
          slowStore(va, load<u64>(load<u16>(ip, 6), X), 2);
          const stop = load<u32>(0, STOP);
          if (stop == 1) { n++; break; }
          if (stop) { ip += 32; break; }
        }
        ip += 32; continue;
      }
      case 51: { // sw (16 bits)
        const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
        const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
        const t: u64 = va ^ load<u64>(e, TLB_WRITE);
        if (t <= 4092) {
          store<u32>(load<u32>(e, TLB_WRITE + 8) + <u32>t, <u32>load<u64>(load<u16>(ip, 6), X));
        } else {
          store<i64>(0, n, BUDGET);
          slowStore(va, load<u64>(load<u16>(ip, 6), X), 2);
          const stop = load<u32>(0, STOP);
          if (stop == 1) { n++; break; }
          if (stop) { ip += 16; break; }
        }
        ip += 16; continue;
      }
      case 52: { // sd
        const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
        const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
        const t: u64 = va ^ load<u64>(e, TLB_WRITE);
        if (t <= 4088) {
          store<u64>(load<u32>(e, TLB_WRITE + 8) + <u32>t, <u64>load<u64>(load<u16>(ip, 6), X));
        } else {
          store<i64>(0, n, BUDGET);
          slowStore(va, load<u64>(load<u16>(ip, 6), X), 3);
          const stop = load<u32>(0, STOP);
          if (stop == 1) { n++; break; }
          if (stop) { ip += 32; break; }
        }
        ip += 32; continue;
      }
      case 53: { // sd (16 bits)
        const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
        const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
        const t: u64 = va ^ load<u64>(e, TLB_WRITE);
        if (t <= 4088) {
          store<u64>(load<u32>(e, TLB_WRITE + 8) + <u32>t, <u64>load<u64>(load<u16>(ip, 6), X));
        } else {
          store<i64>(0, n, BUDGET);
          slowStore(va, load<u64>(load<u16>(ip, 6), X), 3);
          const stop = load<u32>(0, STOP);
          if (stop == 1) { n++; break; }
          if (stop) { ip += 16; break; }
        }
        ip += 16; continue;
      }
      case 54: { // addi
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8)), X);
        ip += 32; continue;
      }
      case 55: { // addi (16 bits)
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8)), X);
        ip += 16; continue;
      }
      case 56: { // nop (16 bits)
        ip += 16; continue;
      }
      case 57: { // nop
        ip += 32; continue;
      }
      case 58: { // li (16 bits)
        store<u64>(load<u16>(ip, 2), <u64><i64>load<i32>(ip, 8), X);
        ip += 16; continue;
      }
      case 59: { // li
        store<u64>(load<u16>(ip, 2), <u64><i64>load<i32>(ip, 8), X);
        ip += 32; continue;
      }
      case 60: { // mv
        store<u64>(load<u16>(ip, 2), load<u64>(load<u16>(ip, 4), X), X);
        ip += 32; continue;
      }
      case 61: { // slti
        store<u64>(load<u16>(ip, 2), <u64><u32>(<i64>load<u64>(load<u16>(ip, 4), X) < <i64><u64><i64>load<i32>(ip, 8)), X);
        ip += 32; continue;
      }
      case 62: { // hint
        suspend(ip, delta + <u64>(ip >> 3), n, 0);
        sysHint(load<u32>(ip, 8));
        ip = resume();
        n = load<i64>(0, BUDGET);
        if (ip == 0) return n;
        delta = load<u64>(0, DELTA);
        continue;
      }
      case 63: { // sltiu
        store<u64>(load<u16>(ip, 2), <u64><u32>(load<u64>(load<u16>(ip, 4), X) < <u64><i64>load<i32>(ip, 8)), X);
        ip += 32; continue;
      }
      case 64: { // xori
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) ^ <u64><i64>load<i32>(ip, 8)), X);
        ip += 32; continue;
      }
      case 65: { // ori
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) | <u64><i64>load<i32>(ip, 8)), X);
        ip += 32; continue;
      }
      case 66: { // andi
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) & <u64><i64>load<i32>(ip, 8)), X);
        ip += 32; continue;
      }
      case 67: { // andi (16 bits)
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) & <u64><i64>load<i32>(ip, 8)), X);
        ip += 16; continue;
      }
      case 68: { // slli
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) << <u64><i64>load<i32>(ip, 8)), X);
        ip += 32; continue;
      }
      case 69: { // slli (16 bits)
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) << <u64><i64>load<i32>(ip, 8)), X);
        ip += 16; continue;
      }
      case 70: { // srli
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) >> <u64><i64>load<i32>(ip, 8)), X);
        ip += 32; continue;
      }
      case 71: { // srli (16 bits)
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) >> <u64><i64>load<i32>(ip, 8)), X);
        ip += 16; continue;
      }
      case 72: { // srai
        store<u64>(load<u16>(ip, 2), <u64>(<i64>load<u64>(load<u16>(ip, 4), X) >> <i64><u64><i64>load<i32>(ip, 8)), X);
        ip += 32; continue;
      }
      case 73: { // srai (16 bits)
        store<u64>(load<u16>(ip, 2), <u64>(<i64>load<u64>(load<u16>(ip, 4), X) >> <i64><u64><i64>load<i32>(ip, 8)), X);
        ip += 16; continue;
      }
      case 74: { // add
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) + load<u64>(load<u16>(ip, 6), X)), X);
        ip += 32; continue;
      }
      case 75: { // add (16 bits)
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) + load<u64>(load<u16>(ip, 6), X)), X);
        ip += 16; continue;
      }
      case 76: { // copy (16 bits)
        store<u64>(load<u16>(ip, 2), load<u64>(load<u16>(ip, 6), X), X);
        ip += 16; continue;
      }
      case 77: { // sub
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) - load<u64>(load<u16>(ip, 6), X)), X);
        ip += 32; continue;
      }
      case 78: { // sub (16 bits)
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) - load<u64>(load<u16>(ip, 6), X)), X);
        ip += 16; continue;
      }
      case 79: { // sll
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) << (load<u64>(load<u16>(ip, 6), X) & <u64>0x3f)), X);
        ip += 32; continue;
      }
      case 80: { // slt
        store<u64>(load<u16>(ip, 2), <u64><u32>(<i64>load<u64>(load<u16>(ip, 4), X) < <i64>load<u64>(load<u16>(ip, 6), X)), X);
        ip += 32; continue;
      }
      case 81: { // sltu
        store<u64>(load<u16>(ip, 2), <u64><u32>(load<u64>(load<u16>(ip, 4), X) < load<u64>(load<u16>(ip, 6), X)), X);
        ip += 32; continue;
      }
      case 82: { // xor
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) ^ load<u64>(load<u16>(ip, 6), X)), X);
        ip += 32; continue;
      }
      case 83: { // xor (16 bits)
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) ^ load<u64>(load<u16>(ip, 6), X)), X);
        ip += 16; continue;
      }
      case 84: { // srl
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) >> (load<u64>(load<u16>(ip, 6), X) & <u64>0x3f)), X);
        ip += 32; continue;
      }
      case 85: { // sra
        store<u64>(load<u16>(ip, 2), <u64>(<i64>load<u64>(load<u16>(ip, 4), X) >> <i64>(load<u64>(load<u16>(ip, 6), X) & <u64>0x3f)), X);
        ip += 32; continue;
      }
      case 86: { // or
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) | load<u64>(load<u16>(ip, 6), X)), X);
        ip += 32; continue;
      }
      case 87: { // or (16 bits)
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) | load<u64>(load<u16>(ip, 6), X)), X);
        ip += 16; continue;
      }
      case 88: { // and
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) & load<u64>(load<u16>(ip, 6), X)), X);
        ip += 32; continue;
      }
      case 89: { // and (16 bits)
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) & load<u64>(load<u16>(ip, 6), X)), X);
        ip += 16; continue;
      }
      case 90: { // addiw
        store<u64>(load<u16>(ip, 2), <u64><i64><i32>(<u32>load<u64>(load<u16>(ip, 4), X) + <u32><u64><i64>load<i32>(ip, 8)), X);
        ip += 32; continue;
      }
      case 91: { // addiw (16 bits)
        store<u64>(load<u16>(ip, 2), <u64><i64><i32>(<u32>load<u64>(load<u16>(ip, 4), X) + <u32><u64><i64>load<i32>(ip, 8)), X);
        ip += 16; continue;
      }
      case 92: { // slliw
        store<u64>(load<u16>(ip, 2), <u64><i64><i32>(<u32>load<u64>(load<u16>(ip, 4), X) << <u32><u64><i64>load<i32>(ip, 8)), X);
        ip += 32; continue;
      }
      case 93: { // srliw
        store<u64>(load<u16>(ip, 2), <u64><i64><i32>(<u32>load<u64>(load<u16>(ip, 4), X) >> <u32><u64><i64>load<i32>(ip, 8)), X);
        ip += 32; continue;
      }
      case 94: { // sraiw
        store<u64>(load<u16>(ip, 2), <u64><i64><i32><u32>(<i32><u32>load<u64>(load<u16>(ip, 4), X) >> <i32><u32><u64><i64>load<i32>(ip, 8)), X);
        ip += 32; continue;
      }
      case 95: { // addw
        store<u64>(load<u16>(ip, 2), <u64><i64><i32>(<u32>load<u64>(load<u16>(ip, 4), X) + <u32>load<u64>(load<u16>(ip, 6), X)), X);
        ip += 32; continue;
      }
      case 96: { // addw (16 bits)
        store<u64>(load<u16>(ip, 2), <u64><i64><i32>(<u32>load<u64>(load<u16>(ip, 4), X) + <u32>load<u64>(load<u16>(ip, 6), X)), X);
        ip += 16; continue;
      }
      case 97: { // subw
        store<u64>(load<u16>(ip, 2), <u64><i64><i32>(<u32>load<u64>(load<u16>(ip, 4), X) - <u32>load<u64>(load<u16>(ip, 6), X)), X);
        ip += 32; continue;
      }
      case 98: { // subw (16 bits)
        store<u64>(load<u16>(ip, 2), <u64><i64><i32>(<u32>load<u64>(load<u16>(ip, 4), X) - <u32>load<u64>(load<u16>(ip, 6), X)), X);
        ip += 16; continue;
      }
      case 99: { // sllw
        store<u64>(load<u16>(ip, 2), <u64><i64><i32>(<u32>load<u64>(load<u16>(ip, 4), X) << (<u32>load<u64>(load<u16>(ip, 6), X) & <u32><u64>0x1f)), X);
        ip += 32; continue;
      }
      case 100: { // srlw
        store<u64>(load<u16>(ip, 2), <u64><i64><i32>(<u32>load<u64>(load<u16>(ip, 4), X) >> (<u32>load<u64>(load<u16>(ip, 6), X) & <u32><u64>0x1f)), X);
        ip += 32; continue;
      }
      case 101: { // sraw
        store<u64>(load<u16>(ip, 2), <u64><i64><i32><u32>(<i32><u32>load<u64>(load<u16>(ip, 4), X) >> <i32>(<u32>load<u64>(load<u16>(ip, 6), X) & <u32><u64>0x1f)), X);
        ip += 32; continue;
      }
      case 102: { // fence
        ip += 32; continue;
      }
      case 103: { // fence.tso
        ip += 32; continue;
      }
      case 104: { // pause
        ip += 32; continue;
      }
      case 105: { // fence.i
        suspend(ip, delta + <u64>(ip >> 3), n, 0);
        sysFenceI();
        ip = resume();
        n = load<i64>(0, BUDGET);
        if (ip == 0) return n;
        delta = load<u64>(0, DELTA);
        continue;
      }
      case 106: { // ecall
        suspend(ip, delta + <u64>(ip >> 3), n, 0);
        sysEcall();
        ip = resume();
        n = load<i64>(0, BUDGET);
        if (ip == 0) return n;
        delta = load<u64>(0, DELTA);
        continue;
      }
      case 107: { // ebreak
        suspend(ip, delta + <u64>(ip >> 3), n, 0);
        sysEbreak();
        ip = resume();
        n = load<i64>(0, BUDGET);
        if (ip == 0) return n;
        delta = load<u64>(0, DELTA);
        continue;
      }
      case 108: { // ebreak (16 bits)
        suspend(ip, delta + <u64>(ip >> 3), n, 0);
        sysEbreak();
        ip = resume();
        n = load<i64>(0, BUDGET);
        if (ip == 0) return n;
        delta = load<u64>(0, DELTA);
        continue;
      }
      case 109: { // mul
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) * load<u64>(load<u16>(ip, 6), X)), X);
        ip += 32; continue;
      }
      case 110: { // mulh
        store<u64>(load<u16>(ip, 2), mulHigh(load<u64>(load<u16>(ip, 4), X), load<u64>(load<u16>(ip, 6), X)), X);
        ip += 32; continue;
      }
      case 111: { // mulhsu
        store<u64>(load<u16>(ip, 2), mulHighSU(load<u64>(load<u16>(ip, 4), X), load<u64>(load<u16>(ip, 6), X)), X);
        ip += 32; continue;
      }
      case 112: { // mulhu
        store<u64>(load<u16>(ip, 2), mulHighU(load<u64>(load<u16>(ip, 4), X), load<u64>(load<u16>(ip, 6), X)), X);
        ip += 32; continue;
      }
      case 113: { // div
        const t0: u64 = load<u64>(load<u16>(ip, 4), X);
        const t1: u64 = load<u64>(load<u16>(ip, 6), X);
        const t2: u32 = <u32>(t1 == 0);
        store<u64>(load<u16>(ip, 2), select<u64>(<u64>0xffffffffffffffff, <u64>(<i64>t0 / <i64>select<u64>(<u64>1, t1, (t2 | (<u32>(t0 == <u64>0x8000000000000000) & <u32>(t1 == <u64>0xffffffffffffffff))) != 0)), t2 != 0), X);
        ip += 32; continue;
      }
      case 114: { // divu
        const t0: u64 = load<u64>(load<u16>(ip, 6), X);
        const t1: u32 = <u32>(t0 == 0);
        store<u64>(load<u16>(ip, 2), select<u64>(<u64>0xffffffffffffffff, (load<u64>(load<u16>(ip, 4), X) / select<u64>(<u64>1, t0, t1 != 0)), t1 != 0), X);
        ip += 32; continue;
      }
      case 115: { // rem
        const t0: u64 = load<u64>(load<u16>(ip, 4), X);
        const t1: u64 = load<u64>(load<u16>(ip, 6), X);
        const t2: u32 = <u32>(t1 == 0);
        store<u64>(load<u16>(ip, 2), select<u64>(t0, <u64>(<i64>t0 % <i64>select<u64>(<u64>1, t1, t2 != 0)), t2 != 0), X);
        ip += 32; continue;
      }
      case 116: { // remu
        const t0: u64 = load<u64>(load<u16>(ip, 4), X);
        const t1: u64 = load<u64>(load<u16>(ip, 6), X);
        const t2: u32 = <u32>(t1 == 0);
        store<u64>(load<u16>(ip, 2), select<u64>(t0, (t0 % select<u64>(<u64>1, t1, t2 != 0)), t2 != 0), X);
        ip += 32; continue;
      }
      case 117: { // mulw
        store<u64>(load<u16>(ip, 2), <u64><i64><i32>(<u32>load<u64>(load<u16>(ip, 4), X) * <u32>load<u64>(load<u16>(ip, 6), X)), X);
        ip += 32; continue;
      }
      case 118: { // divw
        const t0: u32 = <u32>load<u64>(load<u16>(ip, 4), X);
        const t1: u32 = <u32>load<u64>(load<u16>(ip, 6), X);
        const t2: u32 = <u32>(t1 == 0);
        store<u64>(load<u16>(ip, 2), <u64><i64><i32>select<u32>(<u32>0xffffffff, <u32>(<i32>t0 / <i32>select<u32>(<u32>1, t1, (t2 | (<u32>(t0 == <u32>0x80000000) & <u32>(t1 == <u32>0xffffffff))) != 0)), t2 != 0), X);
        ip += 32; continue;
      }
      case 119: { // divuw
        const t0: u32 = <u32>load<u64>(load<u16>(ip, 6), X);
        const t1: u32 = <u32>(t0 == 0);
        store<u64>(load<u16>(ip, 2), <u64><i64><i32>select<u32>(<u32>0xffffffff, (<u32>load<u64>(load<u16>(ip, 4), X) / select<u32>(<u32>1, t0, t1 != 0)), t1 != 0), X);
        ip += 32; continue;
      }
      case 120: { // remw
        const t0: u32 = <u32>load<u64>(load<u16>(ip, 4), X);
        const t1: u32 = <u32>load<u64>(load<u16>(ip, 6), X);
        const t2: u32 = <u32>(t1 == 0);
        store<u64>(load<u16>(ip, 2), <u64><i64><i32>select<u32>(t0, <u32>(<i32>t0 % <i32>select<u32>(<u32>1, t1, t2 != 0)), t2 != 0), X);
        ip += 32; continue;
      }
      case 121: { // remuw
        const t0: u32 = <u32>load<u64>(load<u16>(ip, 4), X);
        const t1: u32 = <u32>load<u64>(load<u16>(ip, 6), X);
        const t2: u32 = <u32>(t1 == 0);
        store<u64>(load<u16>(ip, 2), <u64><i64><i32>select<u32>(t0, (t0 % select<u32>(<u32>1, t1, t2 != 0)), t2 != 0), X);
        ip += 32; continue;
      }
      case 147: { // wrs.nto
        ip += 32; continue;
      }
      case 148: { // wrs.sto
        ip += 32; continue;
      }
      case 149: { // csrrw
        suspend(ip, delta + <u64>(ip >> 3), n, 0);
        sysCsr(0, load<u32>(ip, 12) >> 20, load<u16>(ip, 2), load<u64>(load<u16>(ip, 4), X), true);
        ip = resume();
        n = load<i64>(0, BUDGET);
        if (ip == 0) return n;
        delta = load<u64>(0, DELTA);
        continue;
      }
      case 150: { // csrrs
        suspend(ip, delta + <u64>(ip >> 3), n, 0);
        sysCsr(1, load<u32>(ip, 12) >> 20, load<u16>(ip, 2), load<u64>(load<u16>(ip, 4), X), load<u16>(ip, 4) != 0);
        ip = resume();
        n = load<i64>(0, BUDGET);
        if (ip == 0) return n;
        delta = load<u64>(0, DELTA);
        continue;
      }
      case 151: { // csrrc
        suspend(ip, delta + <u64>(ip >> 3), n, 0);
        sysCsr(2, load<u32>(ip, 12) >> 20, load<u16>(ip, 2), load<u64>(load<u16>(ip, 4), X), load<u16>(ip, 4) != 0);
        ip = resume();
        n = load<i64>(0, BUDGET);
        if (ip == 0) return n;
        delta = load<u64>(0, DELTA);
        continue;
      }
      case 152: { // csrrwi
        suspend(ip, delta + <u64>(ip >> 3), n, 0);
        sysCsr(0, load<u32>(ip, 12) >> 20, load<u16>(ip, 2), <u64>load<u32>(ip, 8), true);
        ip = resume();
        n = load<i64>(0, BUDGET);
        if (ip == 0) return n;
        delta = load<u64>(0, DELTA);
        continue;
      }
      case 153: { // csrrsi
        suspend(ip, delta + <u64>(ip >> 3), n, 0);
        sysCsr(1, load<u32>(ip, 12) >> 20, load<u16>(ip, 2), <u64>load<u32>(ip, 8), load<u32>(ip, 8) != 0);
        ip = resume();
        n = load<i64>(0, BUDGET);
        if (ip == 0) return n;
        delta = load<u64>(0, DELTA);
        continue;
      }
      case 154: { // csrrci
        suspend(ip, delta + <u64>(ip >> 3), n, 0);
        sysCsr(2, load<u32>(ip, 12) >> 20, load<u16>(ip, 2), <u64>load<u32>(ip, 8), load<u32>(ip, 8) != 0);
        ip = resume();
        n = load<i64>(0, BUDGET);
        if (ip == 0) return n;
        delta = load<u64>(0, DELTA);
        continue;
      }
      case 155: { // sret
        suspend(ip, delta + <u64>(ip >> 3), n, 0);
        sysSret();
        ip = resume();
        n = load<i64>(0, BUDGET);
        if (ip == 0) return n;
        delta = load<u64>(0, DELTA);
        continue;
      }
      case 156: { // mret
        suspend(ip, delta + <u64>(ip >> 3), n, 0);
        sysMret();
        ip = resume();
        n = load<i64>(0, BUDGET);
        if (ip == 0) return n;
        delta = load<u64>(0, DELTA);
        continue;
      }
      case 157: { // wfi
        suspend(ip, delta + <u64>(ip >> 3), n, 0);
        sysWfi();
        ip = resume();
        n = load<i64>(0, BUDGET);
        if (ip == 0) return n;
        delta = load<u64>(0, DELTA);
        continue;
      }
      case 158: { // sfence.vma
        suspend(ip, delta + <u64>(ip >> 3), n, 0);
        sysSfence(load<u64>(load<u16>(ip, 4), X), load<u64>(load<u16>(ip, 6), X), load<u16>(ip, 4) != 0, load<u16>(ip, 6) != 0);
        ip = resume();
        n = load<i64>(0, BUDGET);
        if (ip == 0) return n;
        delta = load<u64>(0, DELTA);
        continue;
      }
      case 159: { // sinval.vma
        suspend(ip, delta + <u64>(ip >> 3), n, 0);
        sysSfence(load<u64>(load<u16>(ip, 4), X), load<u64>(load<u16>(ip, 6), X), load<u16>(ip, 4) != 0, load<u16>(ip, 6) != 0);
        ip = resume();
        n = load<i64>(0, BUDGET);
        if (ip == 0) return n;
        delta = load<u64>(0, DELTA);
        continue;
      }
      case 160: { // sfence.w.inval
        suspend(ip, delta + <u64>(ip >> 3), n, 0);
        sysSfenceOrder();
        ip = resume();
        n = load<i64>(0, BUDGET);
        if (ip == 0) return n;
        delta = load<u64>(0, DELTA);
        continue;
      }
      case 161: { // sfence.inval.ir
        suspend(ip, delta + <u64>(ip >> 3), n, 0);
        sysSfenceOrder();
        ip = resume();
        n = load<i64>(0, BUDGET);
        if (ip == 0) return n;
        delta = load<u64>(0, DELTA);
        continue;
      }
      case 162: { // cbo.inval
        suspend(ip, delta + <u64>(ip >> 3), n, 0);
        sysCbo(0, load<u64>(load<u16>(ip, 4), X));
        ip = resume();
        n = load<i64>(0, BUDGET);
        if (ip == 0) return n;
        delta = load<u64>(0, DELTA);
        continue;
      }
      case 163: { // cbo.clean
        suspend(ip, delta + <u64>(ip >> 3), n, 0);
        sysCbo(1, load<u64>(load<u16>(ip, 4), X));
        ip = resume();
        n = load<i64>(0, BUDGET);
        if (ip == 0) return n;
        delta = load<u64>(0, DELTA);
        continue;
      }
      case 164: { // cbo.flush
        suspend(ip, delta + <u64>(ip >> 3), n, 0);
        sysCbo(2, load<u64>(load<u16>(ip, 4), X));
        ip = resume();
        n = load<i64>(0, BUDGET);
        if (ip == 0) return n;
        delta = load<u64>(0, DELTA);
        continue;
      }
      case 165: { // cbo.zero
        suspend(ip, delta + <u64>(ip >> 3), n, 0);
        sysCbo(4, load<u64>(load<u16>(ip, 4), X));
        ip = resume();
        n = load<i64>(0, BUDGET);
        if (ip == 0) return n;
        delta = load<u64>(0, DELTA);
        continue;
      }
      case 166: { // prefetch.i
        ip += 32; continue;
      }
      case 167: { // prefetch.r
        ip += 32; continue;
      }
      case 168: { // prefetch.w
        ip += 32; continue;
      }
      case 171: { // fld
        if (load<u8>(0, FP_OFF)) { illegal(ip); n++; break; }
        const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
        const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
        const t: u64 = va ^ load<u64>(e, TLB_READ);
        if (t <= 4088) {
          store<u64>(load<u16>(ip, 2), load<u64>(load<u32>(e, TLB_READ + 8) + <u32>t), F);
        } else {
          store<i64>(0, n, BUDGET);
          const value: u64 = slowLoad(va, 3);
          const stop = load<u32>(0, STOP);
          if (stop == 1) { n++; break; }
          store<u64>(load<u16>(ip, 2), value, F);
          if (stop) { store<u8>(0, 1, FP_DIRTY); ip += 32; break; }
        }
        store<u8>(0, 1, FP_DIRTY);
        ip += 32; continue;
      }
      case 172: { // fld (16 bits)
        if (load<u8>(0, FP_OFF)) { illegal(ip); n++; break; }
        const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
        const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
        const t: u64 = va ^ load<u64>(e, TLB_READ);
        if (t <= 4088) {
          store<u64>(load<u16>(ip, 2), load<u64>(load<u32>(e, TLB_READ + 8) + <u32>t), F);
        } else {
          store<i64>(0, n, BUDGET);
          const value: u64 = slowLoad(va, 3);
          const stop = load<u32>(0, STOP);
          if (stop == 1) { n++; break; }
          store<u64>(load<u16>(ip, 2), value, F);
          if (stop) { store<u8>(0, 1, FP_DIRTY); ip += 16; break; }
        }
        store<u8>(0, 1, FP_DIRTY);
        ip += 16; continue;
      }
      case 173: { // fsd
        if (load<u8>(0, FP_OFF)) { illegal(ip); n++; break; }
        const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
        const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
        const t: u64 = va ^ load<u64>(e, TLB_WRITE);
        if (t <= 4088) {
          store<u64>(load<u32>(e, TLB_WRITE + 8) + <u32>t, <u64>load<u64>(load<u16>(ip, 6), F));
        } else {
          store<i64>(0, n, BUDGET);
          slowStore(va, load<u64>(load<u16>(ip, 6), F), 3);
          const stop = load<u32>(0, STOP);
          if (stop == 1) { n++; break; }
          if (stop) { ip += 32; break; }
        }
        ip += 32; continue;
      }
      case 174: { // fsd (16 bits)
        if (load<u8>(0, FP_OFF)) { illegal(ip); n++; break; }
        const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
        const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
        const t: u64 = va ^ load<u64>(e, TLB_WRITE);
        if (t <= 4088) {
          store<u64>(load<u32>(e, TLB_WRITE + 8) + <u32>t, <u64>load<u64>(load<u16>(ip, 6), F));
        } else {
          store<i64>(0, n, BUDGET);
          slowStore(va, load<u64>(load<u16>(ip, 6), F), 3);
          const stop = load<u32>(0, STOP);
          if (stop == 1) { n++; break; }
          if (stop) { ip += 16; break; }
        }
        ip += 16; continue;
      }
      case 203: { // fmadd.d
        let rm: u32 = load<u32>(ip, 8); if (rm == 7) rm = load<u8>(0, FRM);
        if ((<u32>load<u8>(0, FP_OFF) | <u32>(rm > 4)) != 0) { illegal(ip); n++; break; }
        store<u64>(load<u16>(ip, 2), f64MulAdd(load<u64>(load<u16>(ip, 4), F), load<u64>(load<u16>(ip, 6), F), load<u64>((load<u32>(ip, 12) >> 27) << 3, F), rm), F);
        store<u8>(0, 1, FP_DIRTY);
        ip += 32; continue;
      }
      case 207: { // fadd.d
        let rm: u32 = load<u32>(ip, 8); if (rm == 7) rm = load<u8>(0, FRM);
        if ((<u32>load<u8>(0, FP_OFF) | <u32>(rm > 4)) != 0) { illegal(ip); n++; break; }
        store<u64>(load<u16>(ip, 2), f64Add(load<u64>(load<u16>(ip, 4), F), load<u64>(load<u16>(ip, 6), F), rm), F);
        store<u8>(0, 1, FP_DIRTY);
        ip += 32; continue;
      }
      case 208: { // fsub.d
        let rm: u32 = load<u32>(ip, 8); if (rm == 7) rm = load<u8>(0, FRM);
        if ((<u32>load<u8>(0, FP_OFF) | <u32>(rm > 4)) != 0) { illegal(ip); n++; break; }
        store<u64>(load<u16>(ip, 2), f64Sub(load<u64>(load<u16>(ip, 4), F), load<u64>(load<u16>(ip, 6), F), rm), F);
        store<u8>(0, 1, FP_DIRTY);
        ip += 32; continue;
      }
      case 209: { // fmul.d
        let rm: u32 = load<u32>(ip, 8); if (rm == 7) rm = load<u8>(0, FRM);
        if ((<u32>load<u8>(0, FP_OFF) | <u32>(rm > 4)) != 0) { illegal(ip); n++; break; }
        store<u64>(load<u16>(ip, 2), f64Mul(load<u64>(load<u16>(ip, 4), F), load<u64>(load<u16>(ip, 6), F), rm), F);
        store<u8>(0, 1, FP_DIRTY);
        ip += 32; continue;
      }
      case 267: { // add.uw
        store<u64>(load<u16>(ip, 2), (<u64><u32>load<u64>(load<u16>(ip, 4), X) + load<u64>(load<u16>(ip, 6), X)), X);
        ip += 32; continue;
      }
      case 268: { // sh1add
        store<u64>(load<u16>(ip, 2), ((load<u64>(load<u16>(ip, 4), X) << <u64>1) + load<u64>(load<u16>(ip, 6), X)), X);
        ip += 32; continue;
      }
      case 269: { // sh2add
        store<u64>(load<u16>(ip, 2), ((load<u64>(load<u16>(ip, 4), X) << <u64>2) + load<u64>(load<u16>(ip, 6), X)), X);
        ip += 32; continue;
      }
      case 270: { // sh3add
        store<u64>(load<u16>(ip, 2), ((load<u64>(load<u16>(ip, 4), X) << <u64>3) + load<u64>(load<u16>(ip, 6), X)), X);
        ip += 32; continue;
      }
      case 271: { // sh1add.uw
        store<u64>(load<u16>(ip, 2), ((<u64><u32>load<u64>(load<u16>(ip, 4), X) << <u64>1) + load<u64>(load<u16>(ip, 6), X)), X);
        ip += 32; continue;
      }
      case 272: { // sh2add.uw
        store<u64>(load<u16>(ip, 2), ((<u64><u32>load<u64>(load<u16>(ip, 4), X) << <u64>2) + load<u64>(load<u16>(ip, 6), X)), X);
        ip += 32; continue;
      }
      case 273: { // sh3add.uw
        store<u64>(load<u16>(ip, 2), ((<u64><u32>load<u64>(load<u16>(ip, 4), X) << <u64>3) + load<u64>(load<u16>(ip, 6), X)), X);
        ip += 32; continue;
      }
      case 274: { // slli.uw
        store<u64>(load<u16>(ip, 2), (<u64><u32>load<u64>(load<u16>(ip, 4), X) << <u64><i64>load<i32>(ip, 8)), X);
        ip += 32; continue;
      }
      case 275: { // andn
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) & (load<u64>(load<u16>(ip, 6), X) ^ <u64>0xffffffffffffffff)), X);
        ip += 32; continue;
      }
      case 276: { // orn
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) | (load<u64>(load<u16>(ip, 6), X) ^ <u64>0xffffffffffffffff)), X);
        ip += 32; continue;
      }
      case 277: { // xnor
        store<u64>(load<u16>(ip, 2), ((load<u64>(load<u16>(ip, 4), X) ^ load<u64>(load<u16>(ip, 6), X)) ^ <u64>0xffffffffffffffff), X);
        ip += 32; continue;
      }
      case 278: { // clz
        store<u64>(load<u16>(ip, 2), clz<u64>(load<u64>(load<u16>(ip, 4), X)), X);
        ip += 32; continue;
      }
      case 279: { // ctz
        store<u64>(load<u16>(ip, 2), ctz<u64>(load<u64>(load<u16>(ip, 4), X)), X);
        ip += 32; continue;
      }
      case 280: { // cpop
        store<u64>(load<u16>(ip, 2), popcnt<u64>(load<u64>(load<u16>(ip, 4), X)), X);
        ip += 32; continue;
      }
      case 281: { // sext.b
        store<u64>(load<u16>(ip, 2), <u64><i64><i8>load<u64>(load<u16>(ip, 4), X), X);
        ip += 32; continue;
      }
      case 282: { // sext.h
        store<u64>(load<u16>(ip, 2), <u64><i64><i16>load<u64>(load<u16>(ip, 4), X), X);
        ip += 32; continue;
      }
      case 283: { // clzw
        store<u64>(load<u16>(ip, 2), <u64><i64><i32>clz<u32>(<u32>load<u64>(load<u16>(ip, 4), X)), X);
        ip += 32; continue;
      }
      case 284: { // ctzw
        store<u64>(load<u16>(ip, 2), <u64><i64><i32>ctz<u32>(<u32>load<u64>(load<u16>(ip, 4), X)), X);
        ip += 32; continue;
      }
      case 285: { // cpopw
        store<u64>(load<u16>(ip, 2), <u64><i64><i32>popcnt<u32>(<u32>load<u64>(load<u16>(ip, 4), X)), X);
        ip += 32; continue;
      }
      case 286: { // zext.h
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) & <u64>0xffff), X);
        ip += 32; continue;
      }
      case 287: { // min
        const t0: u64 = load<u64>(load<u16>(ip, 4), X);
        const t1: u64 = load<u64>(load<u16>(ip, 6), X);
        store<u64>(load<u16>(ip, 2), select<u64>(t0, t1, <i64>t0 < <i64>t1), X);
        ip += 32; continue;
      }
      case 288: { // minu
        const t0: u64 = load<u64>(load<u16>(ip, 4), X);
        const t1: u64 = load<u64>(load<u16>(ip, 6), X);
        store<u64>(load<u16>(ip, 2), select<u64>(t0, t1, t0 < t1), X);
        ip += 32; continue;
      }
      case 289: { // max
        const t0: u64 = load<u64>(load<u16>(ip, 4), X);
        const t1: u64 = load<u64>(load<u16>(ip, 6), X);
        store<u64>(load<u16>(ip, 2), select<u64>(t0, t1, <i64>t0 > <i64>t1), X);
        ip += 32; continue;
      }
      case 290: { // maxu
        const t0: u64 = load<u64>(load<u16>(ip, 4), X);
        const t1: u64 = load<u64>(load<u16>(ip, 6), X);
        store<u64>(load<u16>(ip, 2), select<u64>(t0, t1, t0 > t1), X);
        ip += 32; continue;
      }
      case 291: { // rol
        store<u64>(load<u16>(ip, 2), rotl<u64>(load<u64>(load<u16>(ip, 4), X), (load<u64>(load<u16>(ip, 6), X) & <u64>0x3f)), X);
        ip += 32; continue;
      }
      case 292: { // ror
        store<u64>(load<u16>(ip, 2), rotr<u64>(load<u64>(load<u16>(ip, 4), X), (load<u64>(load<u16>(ip, 6), X) & <u64>0x3f)), X);
        ip += 32; continue;
      }
      case 293: { // rori
        store<u64>(load<u16>(ip, 2), rotr<u64>(load<u64>(load<u16>(ip, 4), X), <u64><i64>load<i32>(ip, 8)), X);
        ip += 32; continue;
      }
      case 294: { // rolw
        store<u64>(load<u16>(ip, 2), <u64><i64><i32>rotl<u32>(<u32>load<u64>(load<u16>(ip, 4), X), (<u32>load<u64>(load<u16>(ip, 6), X) & <u32>0x1f)), X);
        ip += 32; continue;
      }
      case 295: { // rorw
        store<u64>(load<u16>(ip, 2), <u64><i64><i32>rotr<u32>(<u32>load<u64>(load<u16>(ip, 4), X), (<u32>load<u64>(load<u16>(ip, 6), X) & <u32>0x1f)), X);
        ip += 32; continue;
      }
      case 296: { // roriw
        store<u64>(load<u16>(ip, 2), <u64><i64><i32>rotr<u32>(<u32>load<u64>(load<u16>(ip, 4), X), <u32><u64><i64>load<i32>(ip, 8)), X);
        ip += 32; continue;
      }
      case 297: { // orc.b
        const t0: u64 = load<u64>(load<u16>(ip, 4), X);
        store<u64>(load<u16>(ip, 2), ((((t0 | ((t0 & <u64>0x7f7f7f7f7f7f7f7f) + <u64>0x7f7f7f7f7f7f7f7f)) & <u64>0x8080808080808080) >> <u64>7) * <u64>0xff), X);
        ip += 32; continue;
      }
      case 298: { // rev8
        const t0: u64 = load<u64>(load<u16>(ip, 4), X);
        const t1: u64 = (((t0 >> <u64>8) & <u64>0xff00ff00ff00ff) | ((t0 & <u64>0xff00ff00ff00ff) << <u64>8));
        store<u64>(load<u16>(ip, 2), rotl<u64>((((t1 >> <u64>0x10) & <u64>0xffff0000ffff) | ((t1 & <u64>0xffff0000ffff) << <u64>0x10)), <u64>0x20), X);
        ip += 32; continue;
      }
      case 299: { // clmul
        store<u64>(load<u16>(ip, 2), clmul(load<u64>(load<u16>(ip, 4), X), load<u64>(load<u16>(ip, 6), X)), X);
        ip += 32; continue;
      }
      case 300: { // clmulr
        store<u64>(load<u16>(ip, 2), clmulReversed(load<u64>(load<u16>(ip, 4), X), load<u64>(load<u16>(ip, 6), X)), X);
        ip += 32; continue;
      }
      case 301: { // clmulh
        store<u64>(load<u16>(ip, 2), clmulHigh(load<u64>(load<u16>(ip, 4), X), load<u64>(load<u16>(ip, 6), X)), X);
        ip += 32; continue;
      }
      case 302: { // bclr
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) & ((<u64>1 << (load<u64>(load<u16>(ip, 6), X) & <u64>0x3f)) ^ <u64>0xffffffffffffffff)), X);
        ip += 32; continue;
      }
      case 303: { // bext
        store<u64>(load<u16>(ip, 2), ((load<u64>(load<u16>(ip, 4), X) >> (load<u64>(load<u16>(ip, 6), X) & <u64>0x3f)) & <u64>1), X);
        ip += 32; continue;
      }
      case 304: { // binv
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) ^ (<u64>1 << (load<u64>(load<u16>(ip, 6), X) & <u64>0x3f))), X);
        ip += 32; continue;
      }
      case 305: { // bset
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) | (<u64>1 << (load<u64>(load<u16>(ip, 6), X) & <u64>0x3f))), X);
        ip += 32; continue;
      }
      case 306: { // bclri
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) & ((<u64>1 << (<u64><i64>load<i32>(ip, 8) & <u64>0x3f)) ^ <u64>0xffffffffffffffff)), X);
        ip += 32; continue;
      }
      case 307: { // bexti
        store<u64>(load<u16>(ip, 2), ((load<u64>(load<u16>(ip, 4), X) >> (<u64><i64>load<i32>(ip, 8) & <u64>0x3f)) & <u64>1), X);
        ip += 32; continue;
      }
      case 308: { // binvi
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) ^ (<u64>1 << (<u64><i64>load<i32>(ip, 8) & <u64>0x3f))), X);
        ip += 32; continue;
      }
      case 309: { // bseti
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) | (<u64>1 << (<u64><i64>load<i32>(ip, 8) & <u64>0x3f))), X);
        ip += 32; continue;
      }
      case 310: { // pack
        store<u64>(load<u16>(ip, 2), (<u64><u32>load<u64>(load<u16>(ip, 4), X) | (load<u64>(load<u16>(ip, 6), X) << <u64>0x20)), X);
        ip += 32; continue;
      }
      case 311: { // packh
        store<u64>(load<u16>(ip, 2), ((load<u64>(load<u16>(ip, 4), X) & <u64>0xff) | ((load<u64>(load<u16>(ip, 6), X) & <u64>0xff) << <u64>8)), X);
        ip += 32; continue;
      }
      case 312: { // packw
        store<u64>(load<u16>(ip, 2), <u64><i64><i32>((<u32>load<u64>(load<u16>(ip, 4), X) & <u32>0xffff) | (<u32>load<u64>(load<u16>(ip, 6), X) << <u32>0x10)), X);
        ip += 32; continue;
      }
      case 313: { // brev8
        const t0: u64 = load<u64>(load<u16>(ip, 4), X);
        const t1: u64 = (((t0 >> <u64>1) & <u64>0x5555555555555555) | ((t0 & <u64>0x5555555555555555) << <u64>1));
        const t2: u64 = (((t1 >> <u64>2) & <u64>0x3333333333333333) | ((t1 & <u64>0x3333333333333333) << <u64>2));
        store<u64>(load<u16>(ip, 2), (((t2 >> <u64>4) & <u64>0xf0f0f0f0f0f0f0f) | ((t2 & <u64>0xf0f0f0f0f0f0f0f) << <u64>4)), X);
        ip += 32; continue;
      }
      case 314: { // xperm4
        store<u64>(load<u16>(ip, 2), xperm4(load<u64>(load<u16>(ip, 4), X), load<u64>(load<u16>(ip, 6), X)), X);
        ip += 32; continue;
      }
      case 315: { // xperm8
        store<u64>(load<u16>(ip, 2), xperm8(load<u64>(load<u16>(ip, 4), X), load<u64>(load<u16>(ip, 6), X)), X);
        ip += 32; continue;
      }
      case 316: { // czero.eqz
        store<u64>(load<u16>(ip, 2), select<u64>(<u64>0, load<u64>(load<u16>(ip, 4), X), load<u64>(load<u16>(ip, 6), X) == 0), X);
        ip += 32; continue;
      }
      case 317: { // czero.nez
        store<u64>(load<u16>(ip, 2), select<u64>(load<u64>(load<u16>(ip, 4), X), <u64>0, load<u64>(load<u16>(ip, 6), X) == 0), X);
        ip += 32; continue;
      }
      case 318: { // ld (16 bits), ld (16 bits)
        const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
        const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
        const t: u64 = va ^ load<u64>(e, TLB_READ);
        if (t <= 4088) {
          store<u64>(load<u16>(ip, 2), load<u64>(load<u32>(e, TLB_READ + 8) + <u32>t), X);
        } else {
          store<i64>(0, n, BUDGET);
          const value: u64 = slowLoad(va, 3);
          const stop = load<u32>(0, STOP);
          if (stop == 1) { n++; break; }
          store<u64>(load<u16>(ip, 2), value, X);
          if (stop) { ip += 16; break; }
          ip += 16; continue;
        }
        ip += 16; n--;
        {
          const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
          const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
          const t: u64 = va ^ load<u64>(e, TLB_READ);
          if (t <= 4088) {
            store<u64>(load<u16>(ip, 2), load<u64>(load<u32>(e, TLB_READ + 8) + <u32>t), X);
          } else {
            store<i64>(0, n, BUDGET);
            const value: u64 = slowLoad(va, 3);
            const stop = load<u32>(0, STOP);
            if (stop == 1) { n++; break; }
            store<u64>(load<u16>(ip, 2), value, X);
            if (stop) { ip += 16; break; }
          }
          ip += 16; continue;
        }
      }
      case 319: { // ld (16 bits), addi (16 bits)
        const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
        const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
        const t: u64 = va ^ load<u64>(e, TLB_READ);
        if (t <= 4088) {
          store<u64>(load<u16>(ip, 2), load<u64>(load<u32>(e, TLB_READ + 8) + <u32>t), X);
        } else {
          store<i64>(0, n, BUDGET);
          const value: u64 = slowLoad(va, 3);
          const stop = load<u32>(0, STOP);
          if (stop == 1) { n++; break; }
          store<u64>(load<u16>(ip, 2), value, X);
          if (stop) { ip += 16; break; }
          ip += 16; continue;
        }
        ip += 16; n--;
        {
          store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8)), X);
          ip += 16; continue;
        }
      }
      case 320: { // ld (16 bits), copy (16 bits)
        const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
        const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
        const t: u64 = va ^ load<u64>(e, TLB_READ);
        if (t <= 4088) {
          store<u64>(load<u16>(ip, 2), load<u64>(load<u32>(e, TLB_READ + 8) + <u32>t), X);
        } else {
          store<i64>(0, n, BUDGET);
          const value: u64 = slowLoad(va, 3);
          const stop = load<u32>(0, STOP);
          if (stop == 1) { n++; break; }
          store<u64>(load<u16>(ip, 2), value, X);
          if (stop) { ip += 16; break; }
          ip += 16; continue;
        }
        ip += 16; n--;
        {
          store<u64>(load<u16>(ip, 2), load<u64>(load<u16>(ip, 6), X), X);
          ip += 16; continue;
        }
      }
      case 321: { // ld (16 bits), sd (16 bits)
        const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
        const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
        const t: u64 = va ^ load<u64>(e, TLB_READ);
        if (t <= 4088) {
          store<u64>(load<u16>(ip, 2), load<u64>(load<u32>(e, TLB_READ + 8) + <u32>t), X);
        } else {
          store<i64>(0, n, BUDGET);
          const value: u64 = slowLoad(va, 3);
          const stop = load<u32>(0, STOP);
          if (stop == 1) { n++; break; }
          store<u64>(load<u16>(ip, 2), value, X);
          if (stop) { ip += 16; break; }
          ip += 16; continue;
        }
        ip += 16; n--;
        {
          const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
          const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
          const t: u64 = va ^ load<u64>(e, TLB_WRITE);
          if (t <= 4088) {
            store<u64>(load<u32>(e, TLB_WRITE + 8) + <u32>t, <u64>load<u64>(load<u16>(ip, 6), X));
          } else {
            store<i64>(0, n, BUDGET);
            slowStore(va, load<u64>(load<u16>(ip, 6), X), 3);
            const stop = load<u32>(0, STOP);
            if (stop == 1) { n++; break; }
            if (stop) { ip += 16; break; }
          }
          ip += 16; continue;
        }
      }
      case 322: { // ld (16 bits), beq (16 bits)
        const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
        const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
        const t: u64 = va ^ load<u64>(e, TLB_READ);
        if (t <= 4088) {
          store<u64>(load<u16>(ip, 2), load<u64>(load<u32>(e, TLB_READ + 8) + <u32>t), X);
        } else {
          store<i64>(0, n, BUDGET);
          const value: u64 = slowLoad(va, 3);
          const stop = load<u32>(0, STOP);
          if (stop == 1) { n++; break; }
          store<u64>(load<u16>(ip, 2), value, X);
          if (stop) { ip += 16; break; }
          ip += 16; continue;
        }
        ip += 16; n--;
        {
          if (<u32>(load<u64>(load<u16>(ip, 4), X) == load<u64>(load<u16>(ip, 6), X))) ip += load<u32>(ip, 8); else ip += 16;
          if (n <= 0) break;
          continue;
        }
      }
      case 323: { // ld (16 bits), li (16 bits)
        const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
        const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
        const t: u64 = va ^ load<u64>(e, TLB_READ);
        if (t <= 4088) {
          store<u64>(load<u16>(ip, 2), load<u64>(load<u32>(e, TLB_READ + 8) + <u32>t), X);
        } else {
          store<i64>(0, n, BUDGET);
          const value: u64 = slowLoad(va, 3);
          const stop = load<u32>(0, STOP);
          if (stop == 1) { n++; break; }
          store<u64>(load<u16>(ip, 2), value, X);
          if (stop) { ip += 16; break; }
          ip += 16; continue;
        }
        ip += 16; n--;
        {
          store<u64>(load<u16>(ip, 2), <u64><i64>load<i32>(ip, 8), X);
          ip += 16; continue;
        }
      }
      case 324: { // ld (16 bits), slli
        const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
        const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
        const t: u64 = va ^ load<u64>(e, TLB_READ);
        if (t <= 4088) {
          store<u64>(load<u16>(ip, 2), load<u64>(load<u32>(e, TLB_READ + 8) + <u32>t), X);
        } else {
          store<i64>(0, n, BUDGET);
          const value: u64 = slowLoad(va, 3);
          const stop = load<u32>(0, STOP);
          if (stop == 1) { n++; break; }
          store<u64>(load<u16>(ip, 2), value, X);
          if (stop) { ip += 16; break; }
          ip += 16; continue;
        }
        ip += 16; n--;
        {
          store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) << <u64><i64>load<i32>(ip, 8)), X);
          ip += 32; continue;
        }
      }
      case 325: { // ld (16 bits), slli (16 bits)
        const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
        const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
        const t: u64 = va ^ load<u64>(e, TLB_READ);
        if (t <= 4088) {
          store<u64>(load<u16>(ip, 2), load<u64>(load<u32>(e, TLB_READ + 8) + <u32>t), X);
        } else {
          store<i64>(0, n, BUDGET);
          const value: u64 = slowLoad(va, 3);
          const stop = load<u32>(0, STOP);
          if (stop == 1) { n++; break; }
          store<u64>(load<u16>(ip, 2), value, X);
          if (stop) { ip += 16; break; }
          ip += 16; continue;
        }
        ip += 16; n--;
        {
          store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) << <u64><i64>load<i32>(ip, 8)), X);
          ip += 16; continue;
        }
      }
      case 326: { // ld (16 bits), addiw (16 bits)
        const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
        const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
        const t: u64 = va ^ load<u64>(e, TLB_READ);
        if (t <= 4088) {
          store<u64>(load<u16>(ip, 2), load<u64>(load<u32>(e, TLB_READ + 8) + <u32>t), X);
        } else {
          store<i64>(0, n, BUDGET);
          const value: u64 = slowLoad(va, 3);
          const stop = load<u32>(0, STOP);
          if (stop == 1) { n++; break; }
          store<u64>(load<u16>(ip, 2), value, X);
          if (stop) { ip += 16; break; }
          ip += 16; continue;
        }
        ip += 16; n--;
        {
          store<u64>(load<u16>(ip, 2), <u64><i64><i32>(<u32>load<u64>(load<u16>(ip, 4), X) + <u32><u64><i64>load<i32>(ip, 8)), X);
          ip += 16; continue;
        }
      }
      case 327: { // sd (16 bits), sd (16 bits)
        const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
        const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
        const t: u64 = va ^ load<u64>(e, TLB_WRITE);
        if (t <= 4088) {
          store<u64>(load<u32>(e, TLB_WRITE + 8) + <u32>t, <u64>load<u64>(load<u16>(ip, 6), X));
        } else {
          store<i64>(0, n, BUDGET);
          slowStore(va, load<u64>(load<u16>(ip, 6), X), 3);
          const stop = load<u32>(0, STOP);
          if (stop == 1) { n++; break; }
          if (stop) { ip += 16; break; }
          ip += 16; continue;
        }
        ip += 16; n--;
        {
          const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
          const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
          const t: u64 = va ^ load<u64>(e, TLB_WRITE);
          if (t <= 4088) {
            store<u64>(load<u32>(e, TLB_WRITE + 8) + <u32>t, <u64>load<u64>(load<u16>(ip, 6), X));
          } else {
            store<i64>(0, n, BUDGET);
            slowStore(va, load<u64>(load<u16>(ip, 6), X), 3);
            const stop = load<u32>(0, STOP);
            if (stop == 1) { n++; break; }
            if (stop) { ip += 16; break; }
          }
          ip += 16; continue;
        }
      }
      case 328: { // sd (16 bits), copy (16 bits)
        const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
        const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
        const t: u64 = va ^ load<u64>(e, TLB_WRITE);
        if (t <= 4088) {
          store<u64>(load<u32>(e, TLB_WRITE + 8) + <u32>t, <u64>load<u64>(load<u16>(ip, 6), X));
        } else {
          store<i64>(0, n, BUDGET);
          slowStore(va, load<u64>(load<u16>(ip, 6), X), 3);
          const stop = load<u32>(0, STOP);
          if (stop == 1) { n++; break; }
          if (stop) { ip += 16; break; }
          ip += 16; continue;
        }
        ip += 16; n--;
        {
          store<u64>(load<u16>(ip, 2), load<u64>(load<u16>(ip, 6), X), X);
          ip += 16; continue;
        }
      }
      case 329: { // sd (16 bits), ld (16 bits)
        const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
        const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
        const t: u64 = va ^ load<u64>(e, TLB_WRITE);
        if (t <= 4088) {
          store<u64>(load<u32>(e, TLB_WRITE + 8) + <u32>t, <u64>load<u64>(load<u16>(ip, 6), X));
        } else {
          store<i64>(0, n, BUDGET);
          slowStore(va, load<u64>(load<u16>(ip, 6), X), 3);
          const stop = load<u32>(0, STOP);
          if (stop == 1) { n++; break; }
          if (stop) { ip += 16; break; }
          ip += 16; continue;
        }
        ip += 16; n--;
        {
          const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
          const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
          const t: u64 = va ^ load<u64>(e, TLB_READ);
          if (t <= 4088) {
            store<u64>(load<u16>(ip, 2), load<u64>(load<u32>(e, TLB_READ + 8) + <u32>t), X);
          } else {
            store<i64>(0, n, BUDGET);
            const value: u64 = slowLoad(va, 3);
            const stop = load<u32>(0, STOP);
            if (stop == 1) { n++; break; }
            store<u64>(load<u16>(ip, 2), value, X);
            if (stop) { ip += 16; break; }
          }
          ip += 16; continue;
        }
      }
      case 330: { // sd (16 bits), addi (16 bits)
        const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
        const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
        const t: u64 = va ^ load<u64>(e, TLB_WRITE);
        if (t <= 4088) {
          store<u64>(load<u32>(e, TLB_WRITE + 8) + <u32>t, <u64>load<u64>(load<u16>(ip, 6), X));
        } else {
          store<i64>(0, n, BUDGET);
          slowStore(va, load<u64>(load<u16>(ip, 6), X), 3);
          const stop = load<u32>(0, STOP);
          if (stop == 1) { n++; break; }
          if (stop) { ip += 16; break; }
          ip += 16; continue;
        }
        ip += 16; n--;
        {
          store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8)), X);
          ip += 16; continue;
        }
      }
      case 331: { // copy (16 bits), copy (16 bits)
        store<u64>(load<u16>(ip, 2), load<u64>(load<u16>(ip, 6), X), X);
        ip += 16; n--;
        {
          store<u64>(load<u16>(ip, 2), load<u64>(load<u16>(ip, 6), X), X);
          ip += 16; continue;
        }
      }
      case 332: { // copy (16 bits), ld (16 bits)
        store<u64>(load<u16>(ip, 2), load<u64>(load<u16>(ip, 6), X), X);
        ip += 16; n--;
        {
          const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
          const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
          const t: u64 = va ^ load<u64>(e, TLB_READ);
          if (t <= 4088) {
            store<u64>(load<u16>(ip, 2), load<u64>(load<u32>(e, TLB_READ + 8) + <u32>t), X);
          } else {
            store<i64>(0, n, BUDGET);
            const value: u64 = slowLoad(va, 3);
            const stop = load<u32>(0, STOP);
            if (stop == 1) { n++; break; }
            store<u64>(load<u16>(ip, 2), value, X);
            if (stop) { ip += 16; break; }
          }
          ip += 16; continue;
        }
      }
      case 333: { // copy (16 bits), beq
        store<u64>(load<u16>(ip, 2), load<u64>(load<u16>(ip, 6), X), X);
        ip += 16; n--;
        {
          if (<u32>(load<u64>(load<u16>(ip, 4), X) == load<u64>(load<u16>(ip, 6), X))) ip += load<u32>(ip, 8); else ip += 32;
          if (n <= 0) break;
          continue;
        }
      }
      case 334: { // copy (16 bits), sd (16 bits)
        store<u64>(load<u16>(ip, 2), load<u64>(load<u16>(ip, 6), X), X);
        ip += 16; n--;
        {
          const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
          const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
          const t: u64 = va ^ load<u64>(e, TLB_WRITE);
          if (t <= 4088) {
            store<u64>(load<u32>(e, TLB_WRITE + 8) + <u32>t, <u64>load<u64>(load<u16>(ip, 6), X));
          } else {
            store<i64>(0, n, BUDGET);
            slowStore(va, load<u64>(load<u16>(ip, 6), X), 3);
            const stop = load<u32>(0, STOP);
            if (stop == 1) { n++; break; }
            if (stop) { ip += 16; break; }
          }
          ip += 16; continue;
        }
      }
      case 335: { // copy (16 bits), beq (16 bits)
        store<u64>(load<u16>(ip, 2), load<u64>(load<u16>(ip, 6), X), X);
        ip += 16; n--;
        {
          if (<u32>(load<u64>(load<u16>(ip, 4), X) == load<u64>(load<u16>(ip, 6), X))) ip += load<u32>(ip, 8); else ip += 16;
          if (n <= 0) break;
          continue;
        }
      }
      case 336: { // copy (16 bits), srliw
        store<u64>(load<u16>(ip, 2), load<u64>(load<u16>(ip, 6), X), X);
        ip += 16; n--;
        {
          store<u64>(load<u16>(ip, 2), <u64><i64><i32>(<u32>load<u64>(load<u16>(ip, 4), X) >> <u32><u64><i64>load<i32>(ip, 8)), X);
          ip += 32; continue;
        }
      }
      case 337: { // sd, sd
        const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
        const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
        const t: u64 = va ^ load<u64>(e, TLB_WRITE);
        if (t <= 4088) {
          store<u64>(load<u32>(e, TLB_WRITE + 8) + <u32>t, <u64>load<u64>(load<u16>(ip, 6), X));
        } else {
          store<i64>(0, n, BUDGET);
          slowStore(va, load<u64>(load<u16>(ip, 6), X), 3);
          const stop = load<u32>(0, STOP);
          if (stop == 1) { n++; break; }
          if (stop) { ip += 32; break; }
          ip += 32; continue;
        }
        ip += 32; n--;
        {
          const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
          const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
          const t: u64 = va ^ load<u64>(e, TLB_WRITE);
          if (t <= 4088) {
            store<u64>(load<u32>(e, TLB_WRITE + 8) + <u32>t, <u64>load<u64>(load<u16>(ip, 6), X));
          } else {
            store<i64>(0, n, BUDGET);
            slowStore(va, load<u64>(load<u16>(ip, 6), X), 3);
            const stop = load<u32>(0, STOP);
            if (stop == 1) { n++; break; }
            if (stop) { ip += 32; break; }
          }
          ip += 32; continue;
        }
      }
      case 338: { // sd, addi
        const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
        const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
        const t: u64 = va ^ load<u64>(e, TLB_WRITE);
        if (t <= 4088) {
          store<u64>(load<u32>(e, TLB_WRITE + 8) + <u32>t, <u64>load<u64>(load<u16>(ip, 6), X));
        } else {
          store<i64>(0, n, BUDGET);
          slowStore(va, load<u64>(load<u16>(ip, 6), X), 3);
          const stop = load<u32>(0, STOP);
          if (stop == 1) { n++; break; }
          if (stop) { ip += 32; break; }
          ip += 32; continue;
        }
        ip += 32; n--;
        {
          store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8)), X);
          ip += 32; continue;
        }
      }
      case 339: { // sd, ld
        const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
        const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
        const t: u64 = va ^ load<u64>(e, TLB_WRITE);
        if (t <= 4088) {
          store<u64>(load<u32>(e, TLB_WRITE + 8) + <u32>t, <u64>load<u64>(load<u16>(ip, 6), X));
        } else {
          store<i64>(0, n, BUDGET);
          slowStore(va, load<u64>(load<u16>(ip, 6), X), 3);
          const stop = load<u32>(0, STOP);
          if (stop == 1) { n++; break; }
          if (stop) { ip += 32; break; }
          ip += 32; continue;
        }
        ip += 32; n--;
        {
          const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
          const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
          const t: u64 = va ^ load<u64>(e, TLB_READ);
          if (t <= 4088) {
            store<u64>(load<u16>(ip, 2), load<u64>(load<u32>(e, TLB_READ + 8) + <u32>t), X);
          } else {
            store<i64>(0, n, BUDGET);
            const value: u64 = slowLoad(va, 3);
            const stop = load<u32>(0, STOP);
            if (stop == 1) { n++; break; }
            store<u64>(load<u16>(ip, 2), value, X);
            if (stop) { ip += 32; break; }
          }
          ip += 32; continue;
        }
      }
      case 340: { // addi (16 bits), bne
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8)), X);
        ip += 16; n--;
        {
          if (<u32>(load<u64>(load<u16>(ip, 4), X) != load<u64>(load<u16>(ip, 6), X))) ip += load<u32>(ip, 8); else ip += 32;
          if (n <= 0) break;
          continue;
        }
      }
      case 341: { // addi (16 bits), jr (16 bits)
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8)), X);
        ip += 16; n--;
        {
          const target: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8)) & ~1;
          if ((target ^ (delta + <u64>(ip >> 3))) < 4096) ip = <u32>(target - delta) << 3;
          else {
            ip = fetch(target);
            if (ip == 0) return n;
            delta = load<u64>(0, DELTA);
          }
          if (n <= 0) break;
          continue;
        }
      }
      case 342: { // addi (16 bits), sd (16 bits)
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8)), X);
        ip += 16; n--;
        {
          const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
          const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
          const t: u64 = va ^ load<u64>(e, TLB_WRITE);
          if (t <= 4088) {
            store<u64>(load<u32>(e, TLB_WRITE + 8) + <u32>t, <u64>load<u64>(load<u16>(ip, 6), X));
          } else {
            store<i64>(0, n, BUDGET);
            slowStore(va, load<u64>(load<u16>(ip, 6), X), 3);
            const stop = load<u32>(0, STOP);
            if (stop == 1) { n++; break; }
            if (stop) { ip += 16; break; }
          }
          ip += 16; continue;
        }
      }
      case 343: { // addi (16 bits), bne (16 bits)
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8)), X);
        ip += 16; n--;
        {
          if (<u32>(load<u64>(load<u16>(ip, 4), X) != load<u64>(load<u16>(ip, 6), X))) ip += load<u32>(ip, 8); else ip += 16;
          if (n <= 0) break;
          continue;
        }
      }
      case 344: { // addi (16 bits), mul
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8)), X);
        ip += 16; n--;
        {
          store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) * load<u64>(load<u16>(ip, 6), X)), X);
          ip += 32; continue;
        }
      }
      case 345: { // addi (16 bits), addi (16 bits)
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8)), X);
        ip += 16; n--;
        {
          store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8)), X);
          ip += 16; continue;
        }
      }
      case 346: { // addi (16 bits), bltu
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8)), X);
        ip += 16; n--;
        {
          if (<u32>(load<u64>(load<u16>(ip, 4), X) < load<u64>(load<u16>(ip, 6), X))) ip += load<u32>(ip, 8); else ip += 32;
          if (n <= 0) break;
          continue;
        }
      }
      case 347: { // addi (16 bits), fmul.d
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8)), X);
        ip += 16; n--;
        {
          let rm: u32 = load<u32>(ip, 8); if (rm == 7) rm = load<u8>(0, FRM);
          if ((<u32>load<u8>(0, FP_OFF) | <u32>(rm > 4)) != 0) { illegal(ip); n++; break; }
          store<u64>(load<u16>(ip, 2), f64Mul(load<u64>(load<u16>(ip, 4), F), load<u64>(load<u16>(ip, 6), F), rm), F);
          store<u8>(0, 1, FP_DIRTY);
          ip += 32; continue;
        }
      }
      case 348: { // addi (16 bits), add (16 bits)
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8)), X);
        ip += 16; n--;
        {
          store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) + load<u64>(load<u16>(ip, 6), X)), X);
          ip += 16; continue;
        }
      }
      case 349: { // addi (16 bits), sw
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8)), X);
        ip += 16; n--;
        {
          const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
          const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
          const t: u64 = va ^ load<u64>(e, TLB_WRITE);
          if (t <= 4092) {
            store<u32>(load<u32>(e, TLB_WRITE + 8) + <u32>t, <u32>load<u64>(load<u16>(ip, 6), X));
          } else {
            store<i64>(0, n, BUDGET);
            slowStore(va, load<u64>(load<u16>(ip, 6), X), 2);
            const stop = load<u32>(0, STOP);
            if (stop == 1) { n++; break; }
            if (stop) { ip += 32; break; }
          }
          ip += 32; continue;
        }
      }
      case 350: { // addi (16 bits), beq
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8)), X);
        ip += 16; n--;
        {
          if (<u32>(load<u64>(load<u16>(ip, 4), X) == load<u64>(load<u16>(ip, 6), X))) ip += load<u32>(ip, 8); else ip += 32;
          if (n <= 0) break;
          continue;
        }
      }
      case 351: { // ld, ld
        const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
        const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
        const t: u64 = va ^ load<u64>(e, TLB_READ);
        if (t <= 4088) {
          store<u64>(load<u16>(ip, 2), load<u64>(load<u32>(e, TLB_READ + 8) + <u32>t), X);
        } else {
          store<i64>(0, n, BUDGET);
          const value: u64 = slowLoad(va, 3);
          const stop = load<u32>(0, STOP);
          if (stop == 1) { n++; break; }
          store<u64>(load<u16>(ip, 2), value, X);
          if (stop) { ip += 32; break; }
          ip += 32; continue;
        }
        ip += 32; n--;
        {
          const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
          const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
          const t: u64 = va ^ load<u64>(e, TLB_READ);
          if (t <= 4088) {
            store<u64>(load<u16>(ip, 2), load<u64>(load<u32>(e, TLB_READ + 8) + <u32>t), X);
          } else {
            store<i64>(0, n, BUDGET);
            const value: u64 = slowLoad(va, 3);
            const stop = load<u32>(0, STOP);
            if (stop == 1) { n++; break; }
            store<u64>(load<u16>(ip, 2), value, X);
            if (stop) { ip += 32; break; }
          }
          ip += 32; continue;
        }
      }
      case 352: { // ld, addi
        const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
        const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
        const t: u64 = va ^ load<u64>(e, TLB_READ);
        if (t <= 4088) {
          store<u64>(load<u16>(ip, 2), load<u64>(load<u32>(e, TLB_READ + 8) + <u32>t), X);
        } else {
          store<i64>(0, n, BUDGET);
          const value: u64 = slowLoad(va, 3);
          const stop = load<u32>(0, STOP);
          if (stop == 1) { n++; break; }
          store<u64>(load<u16>(ip, 2), value, X);
          if (stop) { ip += 32; break; }
          ip += 32; continue;
        }
        ip += 32; n--;
        {
          store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8)), X);
          ip += 32; continue;
        }
      }
      case 353: { // ld, bltu
        const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
        const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
        const t: u64 = va ^ load<u64>(e, TLB_READ);
        if (t <= 4088) {
          store<u64>(load<u16>(ip, 2), load<u64>(load<u32>(e, TLB_READ + 8) + <u32>t), X);
        } else {
          store<i64>(0, n, BUDGET);
          const value: u64 = slowLoad(va, 3);
          const stop = load<u32>(0, STOP);
          if (stop == 1) { n++; break; }
          store<u64>(load<u16>(ip, 2), value, X);
          if (stop) { ip += 32; break; }
          ip += 32; continue;
        }
        ip += 32; n--;
        {
          if (<u32>(load<u64>(load<u16>(ip, 4), X) < load<u64>(load<u16>(ip, 6), X))) ip += load<u32>(ip, 8); else ip += 32;
          if (n <= 0) break;
          continue;
        }
      }
      case 354: { // ld, beq (16 bits)
        const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
        const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
        const t: u64 = va ^ load<u64>(e, TLB_READ);
        if (t <= 4088) {
          store<u64>(load<u16>(ip, 2), load<u64>(load<u32>(e, TLB_READ + 8) + <u32>t), X);
        } else {
          store<i64>(0, n, BUDGET);
          const value: u64 = slowLoad(va, 3);
          const stop = load<u32>(0, STOP);
          if (stop == 1) { n++; break; }
          store<u64>(load<u16>(ip, 2), value, X);
          if (stop) { ip += 32; break; }
          ip += 32; continue;
        }
        ip += 32; n--;
        {
          if (<u32>(load<u64>(load<u16>(ip, 4), X) == load<u64>(load<u16>(ip, 6), X))) ip += load<u32>(ip, 8); else ip += 16;
          if (n <= 0) break;
          continue;
        }
      }
      case 355: { // add, lbu
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) + load<u64>(load<u16>(ip, 6), X)), X);
        ip += 32; n--;
        {
          const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
          const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
          const t: u64 = va ^ load<u64>(e, TLB_READ);
          if (t <= 4095) {
            store<u64>(load<u16>(ip, 2), <u64>load<u8>(load<u32>(e, TLB_READ + 8) + <u32>t), X);
          } else {
            store<i64>(0, n, BUDGET);
            const value: u64 = slowLoad(va, 0);
            const stop = load<u32>(0, STOP);
            if (stop == 1) { n++; break; }
            store<u64>(load<u16>(ip, 2), <u64><u8>value, X);
            if (stop) { ip += 32; break; }
          }
          ip += 32; continue;
        }
      }
      case 356: { // fmul.d, fmul.d
        let rm: u32 = load<u32>(ip, 8); if (rm == 7) rm = load<u8>(0, FRM);
        if ((<u32>load<u8>(0, FP_OFF) | <u32>(rm > 4)) != 0) { illegal(ip); n++; break; }
        store<u64>(load<u16>(ip, 2), f64Mul(load<u64>(load<u16>(ip, 4), F), load<u64>(load<u16>(ip, 6), F), rm), F);
        store<u8>(0, 1, FP_DIRTY);
        ip += 32; n--;
        {
          let rm: u32 = load<u32>(ip, 8); if (rm == 7) rm = load<u8>(0, FRM);
          if ((<u32>load<u8>(0, FP_OFF) | <u32>(rm > 4)) != 0) { illegal(ip); n++; break; }
          store<u64>(load<u16>(ip, 2), f64Mul(load<u64>(load<u16>(ip, 4), F), load<u64>(load<u16>(ip, 6), F), rm), F);
          store<u8>(0, 1, FP_DIRTY);
          ip += 32; continue;
        }
      }
      case 357: { // fmul.d, fadd.d
        let rm: u32 = load<u32>(ip, 8); if (rm == 7) rm = load<u8>(0, FRM);
        if ((<u32>load<u8>(0, FP_OFF) | <u32>(rm > 4)) != 0) { illegal(ip); n++; break; }
        store<u64>(load<u16>(ip, 2), f64Mul(load<u64>(load<u16>(ip, 4), F), load<u64>(load<u16>(ip, 6), F), rm), F);
        store<u8>(0, 1, FP_DIRTY);
        ip += 32; n--;
        {
          let rm: u32 = load<u32>(ip, 8); if (rm == 7) rm = load<u8>(0, FRM);
          if ((<u32>load<u8>(0, FP_OFF) | <u32>(rm > 4)) != 0) { illegal(ip); n++; break; }
          store<u64>(load<u16>(ip, 2), f64Add(load<u64>(load<u16>(ip, 4), F), load<u64>(load<u16>(ip, 6), F), rm), F);
          store<u8>(0, 1, FP_DIRTY);
          ip += 32; continue;
        }
      }
      case 358: { // fmul.d, fsub.d
        let rm: u32 = load<u32>(ip, 8); if (rm == 7) rm = load<u8>(0, FRM);
        if ((<u32>load<u8>(0, FP_OFF) | <u32>(rm > 4)) != 0) { illegal(ip); n++; break; }
        store<u64>(load<u16>(ip, 2), f64Mul(load<u64>(load<u16>(ip, 4), F), load<u64>(load<u16>(ip, 6), F), rm), F);
        store<u8>(0, 1, FP_DIRTY);
        ip += 32; n--;
        {
          let rm: u32 = load<u32>(ip, 8); if (rm == 7) rm = load<u8>(0, FRM);
          if ((<u32>load<u8>(0, FP_OFF) | <u32>(rm > 4)) != 0) { illegal(ip); n++; break; }
          store<u64>(load<u16>(ip, 2), f64Sub(load<u64>(load<u16>(ip, 4), F), load<u64>(load<u16>(ip, 6), F), rm), F);
          store<u8>(0, 1, FP_DIRTY);
          ip += 32; continue;
        }
      }
      case 359: { // fld (16 bits), fld (16 bits)
        if (load<u8>(0, FP_OFF)) { illegal(ip); n++; break; }
        const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
        const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
        const t: u64 = va ^ load<u64>(e, TLB_READ);
        if (t <= 4088) {
          store<u64>(load<u16>(ip, 2), load<u64>(load<u32>(e, TLB_READ + 8) + <u32>t), F);
        } else {
          store<i64>(0, n, BUDGET);
          const value: u64 = slowLoad(va, 3);
          const stop = load<u32>(0, STOP);
          if (stop == 1) { n++; break; }
          store<u64>(load<u16>(ip, 2), value, F);
          if (stop) { store<u8>(0, 1, FP_DIRTY); ip += 16; break; }
          store<u8>(0, 1, FP_DIRTY); ip += 16; continue;
        }
        store<u8>(0, 1, FP_DIRTY);
        ip += 16; n--;
        {
          if (load<u8>(0, FP_OFF)) { illegal(ip); n++; break; }
          const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
          const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
          const t: u64 = va ^ load<u64>(e, TLB_READ);
          if (t <= 4088) {
            store<u64>(load<u16>(ip, 2), load<u64>(load<u32>(e, TLB_READ + 8) + <u32>t), F);
          } else {
            store<i64>(0, n, BUDGET);
            const value: u64 = slowLoad(va, 3);
            const stop = load<u32>(0, STOP);
            if (stop == 1) { n++; break; }
            store<u64>(load<u16>(ip, 2), value, F);
            if (stop) { store<u8>(0, 1, FP_DIRTY); ip += 16; break; }
          }
          store<u8>(0, 1, FP_DIRTY);
          ip += 16; continue;
        }
      }
      case 360: { // fld (16 bits), addi (16 bits)
        if (load<u8>(0, FP_OFF)) { illegal(ip); n++; break; }
        const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
        const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
        const t: u64 = va ^ load<u64>(e, TLB_READ);
        if (t <= 4088) {
          store<u64>(load<u16>(ip, 2), load<u64>(load<u32>(e, TLB_READ + 8) + <u32>t), F);
        } else {
          store<i64>(0, n, BUDGET);
          const value: u64 = slowLoad(va, 3);
          const stop = load<u32>(0, STOP);
          if (stop == 1) { n++; break; }
          store<u64>(load<u16>(ip, 2), value, F);
          if (stop) { store<u8>(0, 1, FP_DIRTY); ip += 16; break; }
          store<u8>(0, 1, FP_DIRTY); ip += 16; continue;
        }
        store<u8>(0, 1, FP_DIRTY);
        ip += 16; n--;
        {
          store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8)), X);
          ip += 16; continue;
        }
      }
      case 361: { // lbu, addi (16 bits)
        const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
        const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
        const t: u64 = va ^ load<u64>(e, TLB_READ);
        if (t <= 4095) {
          store<u64>(load<u16>(ip, 2), <u64>load<u8>(load<u32>(e, TLB_READ + 8) + <u32>t), X);
        } else {
          store<i64>(0, n, BUDGET);
          const value: u64 = slowLoad(va, 0);
          const stop = load<u32>(0, STOP);
          if (stop == 1) { n++; break; }
          store<u64>(load<u16>(ip, 2), <u64><u8>value, X);
          if (stop) { ip += 32; break; }
          ip += 32; continue;
        }
        ip += 32; n--;
        {
          store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8)), X);
          ip += 16; continue;
        }
      }
      case 362: { // lbu, lbu
        const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
        const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
        const t: u64 = va ^ load<u64>(e, TLB_READ);
        if (t <= 4095) {
          store<u64>(load<u16>(ip, 2), <u64>load<u8>(load<u32>(e, TLB_READ + 8) + <u32>t), X);
        } else {
          store<i64>(0, n, BUDGET);
          const value: u64 = slowLoad(va, 0);
          const stop = load<u32>(0, STOP);
          if (stop == 1) { n++; break; }
          store<u64>(load<u16>(ip, 2), <u64><u8>value, X);
          if (stop) { ip += 32; break; }
          ip += 32; continue;
        }
        ip += 32; n--;
        {
          const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
          const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
          const t: u64 = va ^ load<u64>(e, TLB_READ);
          if (t <= 4095) {
            store<u64>(load<u16>(ip, 2), <u64>load<u8>(load<u32>(e, TLB_READ + 8) + <u32>t), X);
          } else {
            store<i64>(0, n, BUDGET);
            const value: u64 = slowLoad(va, 0);
            const stop = load<u32>(0, STOP);
            if (stop == 1) { n++; break; }
            store<u64>(load<u16>(ip, 2), <u64><u8>value, X);
            if (stop) { ip += 32; break; }
          }
          ip += 32; continue;
        }
      }
      case 363: { // lbu, sb
        const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
        const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
        const t: u64 = va ^ load<u64>(e, TLB_READ);
        if (t <= 4095) {
          store<u64>(load<u16>(ip, 2), <u64>load<u8>(load<u32>(e, TLB_READ + 8) + <u32>t), X);
        } else {
          store<i64>(0, n, BUDGET);
          const value: u64 = slowLoad(va, 0);
          const stop = load<u32>(0, STOP);
          if (stop == 1) { n++; break; }
          store<u64>(load<u16>(ip, 2), <u64><u8>value, X);
          if (stop) { ip += 32; break; }
          ip += 32; continue;
        }
        ip += 32; n--;
        {
          const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
          const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
          const t: u64 = va ^ load<u64>(e, TLB_WRITE);
          if (t <= 4095) {
            store<u8>(load<u32>(e, TLB_WRITE + 8) + <u32>t, <u8>load<u64>(load<u16>(ip, 6), X));
          } else {
            store<i64>(0, n, BUDGET);
            slowStore(va, load<u64>(load<u16>(ip, 6), X), 0);
            const stop = load<u32>(0, STOP);
            if (stop == 1) { n++; break; }
            if (stop) { ip += 32; break; }
          }
          ip += 32; continue;
        }
      }
      case 364: { // add (16 bits), ld (16 bits)
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) + load<u64>(load<u16>(ip, 6), X)), X);
        ip += 16; n--;
        {
          const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
          const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
          const t: u64 = va ^ load<u64>(e, TLB_READ);
          if (t <= 4088) {
            store<u64>(load<u16>(ip, 2), load<u64>(load<u32>(e, TLB_READ + 8) + <u32>t), X);
          } else {
            store<i64>(0, n, BUDGET);
            const value: u64 = slowLoad(va, 3);
            const stop = load<u32>(0, STOP);
            if (stop == 1) { n++; break; }
            store<u64>(load<u16>(ip, 2), value, X);
            if (stop) { ip += 16; break; }
          }
          ip += 16; continue;
        }
      }
      case 365: { // add (16 bits), add (16 bits)
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) + load<u64>(load<u16>(ip, 6), X)), X);
        ip += 16; n--;
        {
          store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) + load<u64>(load<u16>(ip, 6), X)), X);
          ip += 16; continue;
        }
      }
      case 366: { // add (16 bits), sw (16 bits)
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) + load<u64>(load<u16>(ip, 6), X)), X);
        ip += 16; n--;
        {
          const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
          const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
          const t: u64 = va ^ load<u64>(e, TLB_WRITE);
          if (t <= 4092) {
            store<u32>(load<u32>(e, TLB_WRITE + 8) + <u32>t, <u32>load<u64>(load<u16>(ip, 6), X));
          } else {
            store<i64>(0, n, BUDGET);
            slowStore(va, load<u64>(load<u16>(ip, 6), X), 2);
            const stop = load<u32>(0, STOP);
            if (stop == 1) { n++; break; }
            if (stop) { ip += 16; break; }
          }
          ip += 16; continue;
        }
      }
      case 367: { // add (16 bits), add
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) + load<u64>(load<u16>(ip, 6), X)), X);
        ip += 16; n--;
        {
          store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) + load<u64>(load<u16>(ip, 6), X)), X);
          ip += 32; continue;
        }
      }
      case 368: { // add (16 bits), ld
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) + load<u64>(load<u16>(ip, 6), X)), X);
        ip += 16; n--;
        {
          const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
          const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
          const t: u64 = va ^ load<u64>(e, TLB_READ);
          if (t <= 4088) {
            store<u64>(load<u16>(ip, 2), load<u64>(load<u32>(e, TLB_READ + 8) + <u32>t), X);
          } else {
            store<i64>(0, n, BUDGET);
            const value: u64 = slowLoad(va, 3);
            const stop = load<u32>(0, STOP);
            if (stop == 1) { n++; break; }
            store<u64>(load<u16>(ip, 2), value, X);
            if (stop) { ip += 32; break; }
          }
          ip += 32; continue;
        }
      }
      case 369: { // add (16 bits), lbu
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) + load<u64>(load<u16>(ip, 6), X)), X);
        ip += 16; n--;
        {
          const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
          const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
          const t: u64 = va ^ load<u64>(e, TLB_READ);
          if (t <= 4095) {
            store<u64>(load<u16>(ip, 2), <u64>load<u8>(load<u32>(e, TLB_READ + 8) + <u32>t), X);
          } else {
            store<i64>(0, n, BUDGET);
            const value: u64 = slowLoad(va, 0);
            const stop = load<u32>(0, STOP);
            if (stop == 1) { n++; break; }
            store<u64>(load<u16>(ip, 2), <u64><u8>value, X);
            if (stop) { ip += 32; break; }
          }
          ip += 32; continue;
        }
      }
      case 370: { // slli, or (16 bits)
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) << <u64><i64>load<i32>(ip, 8)), X);
        ip += 32; n--;
        {
          store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) | load<u64>(load<u16>(ip, 6), X)), X);
          ip += 16; continue;
        }
      }
      case 371: { // slli, add (16 bits)
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) << <u64><i64>load<i32>(ip, 8)), X);
        ip += 32; n--;
        {
          store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) + load<u64>(load<u16>(ip, 6), X)), X);
          ip += 16; continue;
        }
      }
      case 372: { // slli, srli
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) << <u64><i64>load<i32>(ip, 8)), X);
        ip += 32; n--;
        {
          store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) >> <u64><i64>load<i32>(ip, 8)), X);
          ip += 32; continue;
        }
      }
      case 373: { // slli, srli (16 bits)
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) << <u64><i64>load<i32>(ip, 8)), X);
        ip += 32; n--;
        {
          store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) >> <u64><i64>load<i32>(ip, 8)), X);
          ip += 16; continue;
        }
      }
      case 374: { // slli, srliw
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) << <u64><i64>load<i32>(ip, 8)), X);
        ip += 32; n--;
        {
          store<u64>(load<u16>(ip, 2), <u64><i64><i32>(<u32>load<u64>(load<u16>(ip, 4), X) >> <u32><u64><i64>load<i32>(ip, 8)), X);
          ip += 32; continue;
        }
      }
      case 375: { // slli, slli
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) << <u64><i64>load<i32>(ip, 8)), X);
        ip += 32; n--;
        {
          store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) << <u64><i64>load<i32>(ip, 8)), X);
          ip += 32; continue;
        }
      }
      case 376: { // lw (16 bits), addi (16 bits)
        const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
        const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
        const t: u64 = va ^ load<u64>(e, TLB_READ);
        if (t <= 4092) {
          store<u64>(load<u16>(ip, 2), <u64><i64>load<i32>(load<u32>(e, TLB_READ + 8) + <u32>t), X);
        } else {
          store<i64>(0, n, BUDGET);
          const value: u64 = slowLoad(va, 2);
          const stop = load<u32>(0, STOP);
          if (stop == 1) { n++; break; }
          store<u64>(load<u16>(ip, 2), <u64><i64><i32>value, X);
          if (stop) { ip += 16; break; }
          ip += 16; continue;
        }
        ip += 16; n--;
        {
          store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8)), X);
          ip += 16; continue;
        }
      }
      case 377: { // lw (16 bits), lw (16 bits)
        const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
        const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
        const t: u64 = va ^ load<u64>(e, TLB_READ);
        if (t <= 4092) {
          store<u64>(load<u16>(ip, 2), <u64><i64>load<i32>(load<u32>(e, TLB_READ + 8) + <u32>t), X);
        } else {
          store<i64>(0, n, BUDGET);
          const value: u64 = slowLoad(va, 2);
          const stop = load<u32>(0, STOP);
          if (stop == 1) { n++; break; }
          store<u64>(load<u16>(ip, 2), <u64><i64><i32>value, X);
          if (stop) { ip += 16; break; }
          ip += 16; continue;
        }
        ip += 16; n--;
        {
          const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
          const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
          const t: u64 = va ^ load<u64>(e, TLB_READ);
          if (t <= 4092) {
            store<u64>(load<u16>(ip, 2), <u64><i64>load<i32>(load<u32>(e, TLB_READ + 8) + <u32>t), X);
          } else {
            store<i64>(0, n, BUDGET);
            const value: u64 = slowLoad(va, 2);
            const stop = load<u32>(0, STOP);
            if (stop == 1) { n++; break; }
            store<u64>(load<u16>(ip, 2), <u64><i64><i32>value, X);
            if (stop) { ip += 16; break; }
          }
          ip += 16; continue;
        }
      }
      case 378: { // lw (16 bits), bne
        const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
        const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
        const t: u64 = va ^ load<u64>(e, TLB_READ);
        if (t <= 4092) {
          store<u64>(load<u16>(ip, 2), <u64><i64>load<i32>(load<u32>(e, TLB_READ + 8) + <u32>t), X);
        } else {
          store<i64>(0, n, BUDGET);
          const value: u64 = slowLoad(va, 2);
          const stop = load<u32>(0, STOP);
          if (stop == 1) { n++; break; }
          store<u64>(load<u16>(ip, 2), <u64><i64><i32>value, X);
          if (stop) { ip += 16; break; }
          ip += 16; continue;
        }
        ip += 16; n--;
        {
          if (<u32>(load<u64>(load<u16>(ip, 4), X) != load<u64>(load<u16>(ip, 6), X))) ip += load<u32>(ip, 8); else ip += 32;
          if (n <= 0) break;
          continue;
        }
      }
      case 379: { // slli (16 bits), add (16 bits)
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) << <u64><i64>load<i32>(ip, 8)), X);
        ip += 16; n--;
        {
          store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) + load<u64>(load<u16>(ip, 6), X)), X);
          ip += 16; continue;
        }
      }
      case 380: { // addi, sd
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8)), X);
        ip += 32; n--;
        {
          const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
          const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
          const t: u64 = va ^ load<u64>(e, TLB_WRITE);
          if (t <= 4088) {
            store<u64>(load<u32>(e, TLB_WRITE + 8) + <u32>t, <u64>load<u64>(load<u16>(ip, 6), X));
          } else {
            store<i64>(0, n, BUDGET);
            slowStore(va, load<u64>(load<u16>(ip, 6), X), 3);
            const stop = load<u32>(0, STOP);
            if (stop == 1) { n++; break; }
            if (stop) { ip += 32; break; }
          }
          ip += 32; continue;
        }
      }
      case 381: { // addi, bne
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8)), X);
        ip += 32; n--;
        {
          if (<u32>(load<u64>(load<u16>(ip, 4), X) != load<u64>(load<u16>(ip, 6), X))) ip += load<u32>(ip, 8); else ip += 32;
          if (n <= 0) break;
          continue;
        }
      }
      case 382: { // addi, ld
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8)), X);
        ip += 32; n--;
        {
          const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
          const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
          const t: u64 = va ^ load<u64>(e, TLB_READ);
          if (t <= 4088) {
            store<u64>(load<u16>(ip, 2), load<u64>(load<u32>(e, TLB_READ + 8) + <u32>t), X);
          } else {
            store<i64>(0, n, BUDGET);
            const value: u64 = slowLoad(va, 3);
            const stop = load<u32>(0, STOP);
            if (stop == 1) { n++; break; }
            store<u64>(load<u16>(ip, 2), value, X);
            if (stop) { ip += 32; break; }
          }
          ip += 32; continue;
        }
      }
      case 383: { // addi, jr
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8)), X);
        ip += 32; n--;
        {
          const target: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8)) & ~1;
          if ((target ^ (delta + <u64>(ip >> 3))) < 4096) ip = <u32>(target - delta) << 3;
          else {
            ip = fetch(target);
            if (ip == 0) return n;
            delta = load<u64>(0, DELTA);
          }
          if (n <= 0) break;
          continue;
        }
      }
      case 384: { // addi, addi
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8)), X);
        ip += 32; n--;
        {
          store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8)), X);
          ip += 32; continue;
        }
      }
      case 385: { // sw (16 bits), addi (16 bits)
        const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
        const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
        const t: u64 = va ^ load<u64>(e, TLB_WRITE);
        if (t <= 4092) {
          store<u32>(load<u32>(e, TLB_WRITE + 8) + <u32>t, <u32>load<u64>(load<u16>(ip, 6), X));
        } else {
          store<i64>(0, n, BUDGET);
          slowStore(va, load<u64>(load<u16>(ip, 6), X), 2);
          const stop = load<u32>(0, STOP);
          if (stop == 1) { n++; break; }
          if (stop) { ip += 16; break; }
          ip += 16; continue;
        }
        ip += 16; n--;
        {
          store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8)), X);
          ip += 16; continue;
        }
      }
      case 386: { // srliw, slli
        store<u64>(load<u16>(ip, 2), <u64><i64><i32>(<u32>load<u64>(load<u16>(ip, 4), X) >> <u32><u64><i64>load<i32>(ip, 8)), X);
        ip += 32; n--;
        {
          store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) << <u64><i64>load<i32>(ip, 8)), X);
          ip += 32; continue;
        }
      }
      case 387: { // srliw, or
        store<u64>(load<u16>(ip, 2), <u64><i64><i32>(<u32>load<u64>(load<u16>(ip, 4), X) >> <u32><u64><i64>load<i32>(ip, 8)), X);
        ip += 32; n--;
        {
          store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) | load<u64>(load<u16>(ip, 6), X)), X);
          ip += 32; continue;
        }
      }
      case 388: { // srliw, or (16 bits)
        store<u64>(load<u16>(ip, 2), <u64><i64><i32>(<u32>load<u64>(load<u16>(ip, 4), X) >> <u32><u64><i64>load<i32>(ip, 8)), X);
        ip += 32; n--;
        {
          store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) | load<u64>(load<u16>(ip, 6), X)), X);
          ip += 16; continue;
        }
      }
      case 389: { // srliw, slliw
        store<u64>(load<u16>(ip, 2), <u64><i64><i32>(<u32>load<u64>(load<u16>(ip, 4), X) >> <u32><u64><i64>load<i32>(ip, 8)), X);
        ip += 32; n--;
        {
          store<u64>(load<u16>(ip, 2), <u64><i64><i32>(<u32>load<u64>(load<u16>(ip, 4), X) << <u32><u64><i64>load<i32>(ip, 8)), X);
          ip += 32; continue;
        }
      }
      case 390: { // fsd (16 bits), addi (16 bits)
        if (load<u8>(0, FP_OFF)) { illegal(ip); n++; break; }
        const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
        const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
        const t: u64 = va ^ load<u64>(e, TLB_WRITE);
        if (t <= 4088) {
          store<u64>(load<u32>(e, TLB_WRITE + 8) + <u32>t, <u64>load<u64>(load<u16>(ip, 6), F));
        } else {
          store<i64>(0, n, BUDGET);
          slowStore(va, load<u64>(load<u16>(ip, 6), F), 3);
          const stop = load<u32>(0, STOP);
          if (stop == 1) { n++; break; }
          if (stop) { ip += 16; break; }
          ip += 16; continue;
        }
        ip += 16; n--;
        {
          store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8)), X);
          ip += 16; continue;
        }
      }
      case 391: { // fsd (16 bits), fsd (16 bits)
        if (load<u8>(0, FP_OFF)) { illegal(ip); n++; break; }
        const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
        const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
        const t: u64 = va ^ load<u64>(e, TLB_WRITE);
        if (t <= 4088) {
          store<u64>(load<u32>(e, TLB_WRITE + 8) + <u32>t, <u64>load<u64>(load<u16>(ip, 6), F));
        } else {
          store<i64>(0, n, BUDGET);
          slowStore(va, load<u64>(load<u16>(ip, 6), F), 3);
          const stop = load<u32>(0, STOP);
          if (stop == 1) { n++; break; }
          if (stop) { ip += 16; break; }
          ip += 16; continue;
        }
        ip += 16; n--;
        {
          if (load<u8>(0, FP_OFF)) { illegal(ip); n++; break; }
          const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
          const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
          const t: u64 = va ^ load<u64>(e, TLB_WRITE);
          if (t <= 4088) {
            store<u64>(load<u32>(e, TLB_WRITE + 8) + <u32>t, <u64>load<u64>(load<u16>(ip, 6), F));
          } else {
            store<i64>(0, n, BUDGET);
            slowStore(va, load<u64>(load<u16>(ip, 6), F), 3);
            const stop = load<u32>(0, STOP);
            if (stop == 1) { n++; break; }
            if (stop) { ip += 16; break; }
          }
          ip += 16; continue;
        }
      }
      case 392: { // fadd.d, fsd (16 bits)
        let rm: u32 = load<u32>(ip, 8); if (rm == 7) rm = load<u8>(0, FRM);
        if ((<u32>load<u8>(0, FP_OFF) | <u32>(rm > 4)) != 0) { illegal(ip); n++; break; }
        store<u64>(load<u16>(ip, 2), f64Add(load<u64>(load<u16>(ip, 4), F), load<u64>(load<u16>(ip, 6), F), rm), F);
        store<u8>(0, 1, FP_DIRTY);
        ip += 32; n--;
        {
          if (load<u8>(0, FP_OFF)) { illegal(ip); n++; break; }
          const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
          const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
          const t: u64 = va ^ load<u64>(e, TLB_WRITE);
          if (t <= 4088) {
            store<u64>(load<u32>(e, TLB_WRITE + 8) + <u32>t, <u64>load<u64>(load<u16>(ip, 6), F));
          } else {
            store<i64>(0, n, BUDGET);
            slowStore(va, load<u64>(load<u16>(ip, 6), F), 3);
            const stop = load<u32>(0, STOP);
            if (stop == 1) { n++; break; }
            if (stop) { ip += 16; break; }
          }
          ip += 16; continue;
        }
      }
      case 393: { // fadd.d, fadd.d
        let rm: u32 = load<u32>(ip, 8); if (rm == 7) rm = load<u8>(0, FRM);
        if ((<u32>load<u8>(0, FP_OFF) | <u32>(rm > 4)) != 0) { illegal(ip); n++; break; }
        store<u64>(load<u16>(ip, 2), f64Add(load<u64>(load<u16>(ip, 4), F), load<u64>(load<u16>(ip, 6), F), rm), F);
        store<u8>(0, 1, FP_DIRTY);
        ip += 32; n--;
        {
          let rm: u32 = load<u32>(ip, 8); if (rm == 7) rm = load<u8>(0, FRM);
          if ((<u32>load<u8>(0, FP_OFF) | <u32>(rm > 4)) != 0) { illegal(ip); n++; break; }
          store<u64>(load<u16>(ip, 2), f64Add(load<u64>(load<u16>(ip, 4), F), load<u64>(load<u16>(ip, 6), F), rm), F);
          store<u8>(0, 1, FP_DIRTY);
          ip += 32; continue;
        }
      }
      case 394: { // auipc, addi
        store<u64>(load<u16>(ip, 2), ((delta + <u64>(ip >> 3)) + <u64><i64>load<i32>(ip, 8)), X);
        ip += 32; n--;
        {
          store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8)), X);
          ip += 32; continue;
        }
      }
      case 395: { // auipc, jalr
        store<u64>(load<u16>(ip, 2), ((delta + <u64>(ip >> 3)) + <u64><i64>load<i32>(ip, 8)), X);
        ip += 32; n--;
        {
          const target: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8)) & ~1;
          store<u64>(load<u16>(ip, 2), delta + <u64>(ip >> 3) + 4, X);
          if ((target ^ (delta + <u64>(ip >> 3))) < 4096) ip = <u32>(target - delta) << 3;
          else {
            ip = fetch(target);
            if (ip == 0) return n;
            delta = load<u64>(0, DELTA);
          }
          if (n <= 0) break;
          continue;
        }
      }
      case 396: { // auipc, ld
        store<u64>(load<u16>(ip, 2), ((delta + <u64>(ip >> 3)) + <u64><i64>load<i32>(ip, 8)), X);
        ip += 32; n--;
        {
          const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
          const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
          const t: u64 = va ^ load<u64>(e, TLB_READ);
          if (t <= 4088) {
            store<u64>(load<u16>(ip, 2), load<u64>(load<u32>(e, TLB_READ + 8) + <u32>t), X);
          } else {
            store<i64>(0, n, BUDGET);
            const value: u64 = slowLoad(va, 3);
            const stop = load<u32>(0, STOP);
            if (stop == 1) { n++; break; }
            store<u64>(load<u16>(ip, 2), value, X);
            if (stop) { ip += 32; break; }
          }
          ip += 32; continue;
        }
      }
      case 397: { // lh, lh
        const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
        const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
        const t: u64 = va ^ load<u64>(e, TLB_READ);
        if (t <= 4094) {
          store<u64>(load<u16>(ip, 2), <u64><i64>load<i16>(load<u32>(e, TLB_READ + 8) + <u32>t), X);
        } else {
          store<i64>(0, n, BUDGET);
          const value: u64 = slowLoad(va, 1);
          const stop = load<u32>(0, STOP);
          if (stop == 1) { n++; break; }
          store<u64>(load<u16>(ip, 2), <u64><i64><i16>value, X);
          if (stop) { ip += 32; break; }
          ip += 32; continue;
        }
        ip += 32; n--;
        {
          const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
          const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
          const t: u64 = va ^ load<u64>(e, TLB_READ);
          if (t <= 4094) {
            store<u64>(load<u16>(ip, 2), <u64><i64>load<i16>(load<u32>(e, TLB_READ + 8) + <u32>t), X);
          } else {
            store<i64>(0, n, BUDGET);
            const value: u64 = slowLoad(va, 1);
            const stop = load<u32>(0, STOP);
            if (stop == 1) { n++; break; }
            store<u64>(load<u16>(ip, 2), <u64><i64><i16>value, X);
            if (stop) { ip += 32; break; }
          }
          ip += 32; continue;
        }
      }
      case 398: { // lh, addi (16 bits)
        const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
        const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
        const t: u64 = va ^ load<u64>(e, TLB_READ);
        if (t <= 4094) {
          store<u64>(load<u16>(ip, 2), <u64><i64>load<i16>(load<u32>(e, TLB_READ + 8) + <u32>t), X);
        } else {
          store<i64>(0, n, BUDGET);
          const value: u64 = slowLoad(va, 1);
          const stop = load<u32>(0, STOP);
          if (stop == 1) { n++; break; }
          store<u64>(load<u16>(ip, 2), <u64><i64><i16>value, X);
          if (stop) { ip += 32; break; }
          ip += 32; continue;
        }
        ip += 32; n--;
        {
          store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8)), X);
          ip += 16; continue;
        }
      }
      case 399: { // mul, add (16 bits)
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) * load<u64>(load<u16>(ip, 6), X)), X);
        ip += 32; n--;
        {
          store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) + load<u64>(load<u16>(ip, 6), X)), X);
          ip += 16; continue;
        }
      }
      case 400: { // mul, addw (16 bits)
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) * load<u64>(load<u16>(ip, 6), X)), X);
        ip += 32; n--;
        {
          store<u64>(load<u16>(ip, 2), <u64><i64><i32>(<u32>load<u64>(load<u16>(ip, 4), X) + <u32>load<u64>(load<u16>(ip, 6), X)), X);
          ip += 16; continue;
        }
      }
      case 401: { // fld, fld
        if (load<u8>(0, FP_OFF)) { illegal(ip); n++; break; }
        const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
        const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
        const t: u64 = va ^ load<u64>(e, TLB_READ);
        if (t <= 4088) {
          store<u64>(load<u16>(ip, 2), load<u64>(load<u32>(e, TLB_READ + 8) + <u32>t), F);
        } else {
          store<i64>(0, n, BUDGET);
          const value: u64 = slowLoad(va, 3);
          const stop = load<u32>(0, STOP);
          if (stop == 1) { n++; break; }
          store<u64>(load<u16>(ip, 2), value, F);
          if (stop) { store<u8>(0, 1, FP_DIRTY); ip += 32; break; }
          store<u8>(0, 1, FP_DIRTY); ip += 32; continue;
        }
        store<u8>(0, 1, FP_DIRTY);
        ip += 32; n--;
        {
          if (load<u8>(0, FP_OFF)) { illegal(ip); n++; break; }
          const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
          const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
          const t: u64 = va ^ load<u64>(e, TLB_READ);
          if (t <= 4088) {
            store<u64>(load<u16>(ip, 2), load<u64>(load<u32>(e, TLB_READ + 8) + <u32>t), F);
          } else {
            store<i64>(0, n, BUDGET);
            const value: u64 = slowLoad(va, 3);
            const stop = load<u32>(0, STOP);
            if (stop == 1) { n++; break; }
            store<u64>(load<u16>(ip, 2), value, F);
            if (stop) { store<u8>(0, 1, FP_DIRTY); ip += 32; break; }
          }
          store<u8>(0, 1, FP_DIRTY);
          ip += 32; continue;
        }
      }
      case 402: { // srli, slli
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) >> <u64><i64>load<i32>(ip, 8)), X);
        ip += 32; n--;
        {
          store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) << <u64><i64>load<i32>(ip, 8)), X);
          ip += 32; continue;
        }
      }
      case 403: { // srli, add (16 bits)
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) >> <u64><i64>load<i32>(ip, 8)), X);
        ip += 32; n--;
        {
          store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) + load<u64>(load<u16>(ip, 6), X)), X);
          ip += 16; continue;
        }
      }
      case 404: { // srli (16 bits), add (16 bits)
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) >> <u64><i64>load<i32>(ip, 8)), X);
        ip += 16; n--;
        {
          store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) + load<u64>(load<u16>(ip, 6), X)), X);
          ip += 16; continue;
        }
      }
      case 405: { // lui, addi
        store<u64>(load<u16>(ip, 2), <u64><i64>load<i32>(ip, 8), X);
        ip += 32; n--;
        {
          store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8)), X);
          ip += 32; continue;
        }
      }
      case 406: { // or (16 bits), srliw
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) | load<u64>(load<u16>(ip, 6), X)), X);
        ip += 16; n--;
        {
          store<u64>(load<u16>(ip, 2), <u64><i64><i32>(<u32>load<u64>(load<u16>(ip, 4), X) >> <u32><u64><i64>load<i32>(ip, 8)), X);
          ip += 32; continue;
        }
      }
      case 407: { // or (16 bits), xor
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) | load<u64>(load<u16>(ip, 6), X)), X);
        ip += 16; n--;
        {
          store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) ^ load<u64>(load<u16>(ip, 6), X)), X);
          ip += 32; continue;
        }
      }
      case 408: { // or (16 bits), slli
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) | load<u64>(load<u16>(ip, 6), X)), X);
        ip += 16; n--;
        {
          store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) << <u64><i64>load<i32>(ip, 8)), X);
          ip += 32; continue;
        }
      }
      case 409: { // addw (16 bits), addi
        store<u64>(load<u16>(ip, 2), <u64><i64><i32>(<u32>load<u64>(load<u16>(ip, 4), X) + <u32>load<u64>(load<u16>(ip, 6), X)), X);
        ip += 16; n--;
        {
          store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8)), X);
          ip += 32; continue;
        }
      }
      case 410: { // li, bgeu
        store<u64>(load<u16>(ip, 2), <u64><i64>load<i32>(ip, 8), X);
        ip += 32; n--;
        {
          if (<u32>(load<u64>(load<u16>(ip, 4), X) >= load<u64>(load<u16>(ip, 6), X))) ip += load<u32>(ip, 8); else ip += 32;
          if (n <= 0) break;
          continue;
        }
      }
      case 411: { // sw, addi (16 bits)
        const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
        const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
        const t: u64 = va ^ load<u64>(e, TLB_WRITE);
        if (t <= 4092) {
          store<u32>(load<u32>(e, TLB_WRITE + 8) + <u32>t, <u32>load<u64>(load<u16>(ip, 6), X));
        } else {
          store<i64>(0, n, BUDGET);
          slowStore(va, load<u64>(load<u16>(ip, 6), X), 2);
          const stop = load<u32>(0, STOP);
          if (stop == 1) { n++; break; }
          if (stop) { ip += 32; break; }
          ip += 32; continue;
        }
        ip += 32; n--;
        {
          store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8)), X);
          ip += 16; continue;
        }
      }
      case 412: { // xor, xor (16 bits)
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) ^ load<u64>(load<u16>(ip, 6), X)), X);
        ip += 32; n--;
        {
          store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) ^ load<u64>(load<u16>(ip, 6), X)), X);
          ip += 16; continue;
        }
      }
      case 413: { // xor, addw
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) ^ load<u64>(load<u16>(ip, 6), X)), X);
        ip += 32; n--;
        {
          store<u64>(load<u16>(ip, 2), <u64><i64><i32>(<u32>load<u64>(load<u16>(ip, 4), X) + <u32>load<u64>(load<u16>(ip, 6), X)), X);
          ip += 32; continue;
        }
      }
      case 414: { // andi, beq
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) & <u64><i64>load<i32>(ip, 8)), X);
        ip += 32; n--;
        {
          if (<u32>(load<u64>(load<u16>(ip, 4), X) == load<u64>(load<u16>(ip, 6), X))) ip += load<u32>(ip, 8); else ip += 32;
          if (n <= 0) break;
          continue;
        }
      }
      case 415: { // mv, mv
        store<u64>(load<u16>(ip, 2), load<u64>(load<u16>(ip, 4), X), X);
        ip += 32; n--;
        {
          store<u64>(load<u16>(ip, 2), load<u64>(load<u16>(ip, 4), X), X);
          ip += 32; continue;
        }
      }
      case 416: { // xor (16 bits), add (16 bits)
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) ^ load<u64>(load<u16>(ip, 6), X)), X);
        ip += 16; n--;
        {
          store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) + load<u64>(load<u16>(ip, 6), X)), X);
          ip += 16; continue;
        }
      }
      case 417: { // xor (16 bits), lw
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) ^ load<u64>(load<u16>(ip, 6), X)), X);
        ip += 16; n--;
        {
          const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
          const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
          const t: u64 = va ^ load<u64>(e, TLB_READ);
          if (t <= 4092) {
            store<u64>(load<u16>(ip, 2), <u64><i64>load<i32>(load<u32>(e, TLB_READ + 8) + <u32>t), X);
          } else {
            store<i64>(0, n, BUDGET);
            const value: u64 = slowLoad(va, 2);
            const stop = load<u32>(0, STOP);
            if (stop == 1) { n++; break; }
            store<u64>(load<u16>(ip, 2), <u64><i64><i32>value, X);
            if (stop) { ip += 32; break; }
          }
          ip += 32; continue;
        }
      }
      case 418: { // xor (16 bits), xor (16 bits)
        store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) ^ load<u64>(load<u16>(ip, 6), X)), X);
        ip += 16; n--;
        {
          store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) ^ load<u64>(load<u16>(ip, 6), X)), X);
          ip += 16; continue;
        }
      }
      case 419: { // fsd, fsd
        if (load<u8>(0, FP_OFF)) { illegal(ip); n++; break; }
        const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
        const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
        const t: u64 = va ^ load<u64>(e, TLB_WRITE);
        if (t <= 4088) {
          store<u64>(load<u32>(e, TLB_WRITE + 8) + <u32>t, <u64>load<u64>(load<u16>(ip, 6), F));
        } else {
          store<i64>(0, n, BUDGET);
          slowStore(va, load<u64>(load<u16>(ip, 6), F), 3);
          const stop = load<u32>(0, STOP);
          if (stop == 1) { n++; break; }
          if (stop) { ip += 32; break; }
          ip += 32; continue;
        }
        ip += 32; n--;
        {
          if (load<u8>(0, FP_OFF)) { illegal(ip); n++; break; }
          const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
          const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
          const t: u64 = va ^ load<u64>(e, TLB_WRITE);
          if (t <= 4088) {
            store<u64>(load<u32>(e, TLB_WRITE + 8) + <u32>t, <u64>load<u64>(load<u16>(ip, 6), F));
          } else {
            store<i64>(0, n, BUDGET);
            slowStore(va, load<u64>(load<u16>(ip, 6), F), 3);
            const stop = load<u32>(0, STOP);
            if (stop == 1) { n++; break; }
            if (stop) { ip += 32; break; }
          }
          ip += 32; continue;
        }
      }
      case 420: { // addw, xor
        store<u64>(load<u16>(ip, 2), <u64><i64><i32>(<u32>load<u64>(load<u16>(ip, 4), X) + <u32>load<u64>(load<u16>(ip, 6), X)), X);
        ip += 32; n--;
        {
          store<u64>(load<u16>(ip, 2), (load<u64>(load<u16>(ip, 4), X) ^ load<u64>(load<u16>(ip, 6), X)), X);
          ip += 32; continue;
        }
      }
      case 421: { // li (16 bits), copy (16 bits)
        store<u64>(load<u16>(ip, 2), <u64><i64>load<i32>(ip, 8), X);
        ip += 16; n--;
        {
          store<u64>(load<u16>(ip, 2), load<u64>(load<u16>(ip, 6), X), X);
          ip += 16; continue;
        }
      }
      case 422: { // sb, lbu
        const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
        const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
        const t: u64 = va ^ load<u64>(e, TLB_WRITE);
        if (t <= 4095) {
          store<u8>(load<u32>(e, TLB_WRITE + 8) + <u32>t, <u8>load<u64>(load<u16>(ip, 6), X));
        } else {
          store<i64>(0, n, BUDGET);
          slowStore(va, load<u64>(load<u16>(ip, 6), X), 0);
          const stop = load<u32>(0, STOP);
          if (stop == 1) { n++; break; }
          if (stop) { ip += 32; break; }
          ip += 32; continue;
        }
        ip += 32; n--;
        {
          const va: u64 = (load<u64>(load<u16>(ip, 4), X) + <u64><i64>load<i32>(ip, 8));
          const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;
          const t: u64 = va ^ load<u64>(e, TLB_READ);
          if (t <= 4095) {
            store<u64>(load<u16>(ip, 2), <u64>load<u8>(load<u32>(e, TLB_READ + 8) + <u32>t), X);
          } else {
            store<i64>(0, n, BUDGET);
            const value: u64 = slowLoad(va, 0);
            const stop = load<u32>(0, STOP);
            if (stop == 1) { n++; break; }
            store<u64>(load<u16>(ip, 2), <u64><u8>value, X);
            if (stop) { ip += 32; break; }
          }
          ip += 32; continue;
        }
      }
      default: {
        const next = rare(ip, n);
        ip = next & ~7;
        if (!(next & 3)) continue;
        if (next & 1) n++;
        break;
      }
    }
    break;
  }
  store<u64>(0, delta + <u64>(ip >> 3), PC);
  return n;
}
