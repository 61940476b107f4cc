// The hart's functions of the bare core: floating-point CSRs are there, every other call is noted for the test.
import { BUDGET, FFLAGS, FP_DIRTY, FP_OFF, FRM, PC, STOP, TVAL, X } from '../generated/layout';
import { raise } from './raise';
import { CALLS } from './ram';

/** Calls end the run with STOP = 2; the number is the order of the functions below. */
function note(number: u64, a: u64 = 0, b: u64 = 0, c: u64 = 0, d: u64 = 0): void {
  store<u64>(CALLS, number);
  store<u64>(CALLS, a, 8);
  store<u64>(CALLS, b, 16);
  store<u64>(CALLS, c, 24);
  store<u64>(CALLS, d, 32);
  store<u32>(0, 2, STOP);
}

export function sysCsr(op: u32, csr: u32, rd: u32, value: u64, writes: bool): void {
  if (csr - 1 > 2 || load<u8>(0, FP_OFF) != 0) {
    // The instruction did not retire after all.
    store<i64>(0, load<i64>(0, BUDGET) + 1, BUDGET);
    raise(2, load<u64>(0, TVAL));
    return;
  }
  const frm = <u64>load<u8>(0, FRM);
  const fflags = <u64>load<u8>(0, FFLAGS);
  const old = csr == 1 ? fflags : csr == 2 ? frm : (frm << 5) | fflags;
  if (writes) {
    const after = op == 0 ? value : op == 1 ? old | value : old & ~value;
    if (csr != 2) store<u8>(0, <u8>after & 31, FFLAGS);
    if (csr == 2) store<u8>(0, <u8>after & 7, FRM);
    if (csr == 3) store<u8>(0, <u8>(after >> 5) & 7, FRM);
    store<u8>(0, 1, FP_DIRTY);
  }
  store<u64>(rd, old, X);
  store<u64>(0, load<u64>(0, PC) + 4, PC);
}

export function sysEcall(): void { note(1); }
export function sysEbreak(): void { note(2); }
export function sysMret(): void { note(3); }
export function sysSret(): void { note(4); }
export function sysWfi(): void { note(5); }
export function sysSfence(va: u64, asid: u64, hasVa: bool, hasAsid: bool): void { note(6, va, asid, <u64>hasVa, <u64>hasAsid); }
export function sysSfenceOrder(): void { note(7); }
export function sysFenceI(): void { note(8); }
export function sysCbo(kind: u32, va: u64): void { note(9, kind, va); }
export function sysHint(code: u32): void { note(10, code); }
