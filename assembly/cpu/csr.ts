// Control and status registers: reads and writes of those that are more than a masked cell. Which exist, who may reach
// them and which bits a write changes is data, printed into generated/csr.ts from src/isa/csr.ts.
import {
  FFLAGS, FLUSH_PMP, FP_DIRTY, FRM, HART, HPM_COUNTERS, MCAUSE, MCOUNTEREN, MCOUNTINHIBIT, MCYCLE_OFFSET, MEDELEG, MENVCFG, MEPC, MIDELEG, MIE,
  MINSTRET_OFFSET, MIP, MSCRATCH, MSTATUS, MTVAL, MTVEC, PMPADDR, PMPCFG0, PMPCFG2, PRIV, SATP, SBI, SCAUSE, SCOUNTEREN, SENVCFG, SEPC,
  SSCRATCH, STIMECMP, STRATEGY, STRATEGY_SHADOW, STVAL, STVEC, TRACE, TRACE_SWITCH,
} from '../generated/layout';
import {
  CSR_CYCLE, CSR_FCSR, CSR_FFLAGS, CSR_FRM, CSR_HPMCOUNTER3, CSR_INSTRET, CSR_MCAUSE, CSR_MCOUNTEREN, CSR_MCYCLE, CSR_MEDELEG,
  CSR_MENVCFG, CSR_MEPC, CSR_MHARTID, CSR_MHPMCOUNTER3, CSR_MHPMEVENT3, CSR_MIDELEG, CSR_MIE, CSR_MINSTRET, CSR_MIP, CSR_MISA, CSR_MSCRATCH, CSR_MSTATUS, CSR_MTVAL, CSR_MTVEC,
  CSR_PMPADDR0, CSR_PMPCFG0, CSR_PMPCFG2, CSR_SATP, CSR_SCAUSE, CSR_SCOUNTEREN, CSR_SCOUNTOVF, CSR_SENVCFG, CSR_SEPC, CSR_SIE, CSR_SIP,
  CSR_SSCRATCH, CSR_SSTATUS, CSR_STIMECMP, CSR_STVAL, CSR_STVEC, CSR_TIME, CSR_MCOUNTINHIBIT, RESET_MISA, VIEW_SSTATUS, csrExists, csrLegalFields, csrWriteMask,
} from '../generated/csr';
import { refreshContext } from '../mmu/context';
import { MATCH_ALL, invalidateTlbs } from '../mmu/model';
import { summarizePmp } from '../mmu/pmp';
import { PRIV_M, PRIV_S } from '../mmu/privilege';
import { MSTATUS_FS, MSTATUS_SD, MSTATUS_TVM } from '../generated/csr';
import { trace } from '../trace';
import { shadowSwitch } from '../vmm/shadow';
import { zapAll } from '../vmm/shadow-pages';
import { dropFast } from '../mmu/fast';
import { pendingInterrupts, sstc } from './interrupts';
import { hpmInhibit, hpmOverflows, hpmRead, hpmSelect, hpmSelected, hpmWrite } from './hpm';
import { pause } from './raise';
import { ownInstret, timeNow } from './time';

/** UXL = SXL = 2: 64 bits, read-only. */
const XL_64: u64 = 0xa_0000_0000;
const MIP_STIP: u64 = 1 << 5;
const TM: u64 = 2;

/** Brings FS up to date: it says Dirty once a floating-point instruction ran. */
export function settleFp(): void {
  if (!load<u8>(FP_DIRTY)) return;
  store<u8>(FP_DIRTY, 0);
  store<u64>(MSTATUS, load<u64>(MSTATUS) | MSTATUS_FS);
}

/** mstatus as it reads. */
export function statusValue(): u64 {
  settleFp();
  return statusOf(0);
}

/** mstatus of a hart (`at`: where its cells are) whose FS is settled, as it reads. */
export function statusOf(at: usize): u64 {
  const status = load<u64>(at + MSTATUS) | XL_64;
  return (status & MSTATUS_FS) == MSTATUS_FS ? status | MSTATUS_SD : status;
}

/**
 * Whether an access is legal for the guest at its privilege: the number's own privilege bits, read-only space, and the
 * gates of counters, Sstc, TVM and FS (2.1, 3.1.11, 12.1.1). `write` is whether it writes.
 */
export function csrAllowed(csr: u32, write: bool): bool {
  if (!csrExists(csr)) return false;
  const priv = load<u32>(PRIV);
  if (priv < ((csr >> 8) & 3)) return false;
  if (write && csr >> 10 == 3) return false;
  if (csr >= CSR_FFLAGS && csr <= CSR_FCSR) return (load<u64>(MSTATUS) & MSTATUS_FS) != 0;
  if (csr >= CSR_CYCLE && csr < CSR_CYCLE + 32) {
    const bit = csr & 31;
    if (priv < PRIV_M && !((load<u64>(MCOUNTEREN) >> bit) & 1)) return false;
    return priv != 0 || ((load<u64>(SCOUNTEREN) >> bit) & 1) != 0;
  }
  if (csr == CSR_SATP) return priv != PRIV_S || !(load<u64>(MSTATUS) & MSTATUS_TVM);
  if (csr == CSR_STIMECMP) return priv == PRIV_M || (sstc() && (load<u64>(MCOUNTEREN) & TM) != 0);
  return true;
}

const INHIBIT_CY: u64 = 1;
const INHIBIT_IR: u64 = 4;
/** Numbers of the counters that count one thing each, as mcounteren and the SBI have them. */
export const COUNTER_CYCLE: u32 = 0;
export const COUNTER_INSTRET: u32 = 2;

// A running counter is kept as its distance from time or instret, one stopped by mcountinhibit as its value.
function cycles(): u64 {
  const offset = load<u64>(MCYCLE_OFFSET);
  return load<u64>(MCOUNTINHIBIT) & INHIBIT_CY ? offset : timeNow() + offset;
}

function instructions(): u64 {
  const offset = load<u64>(MINSTRET_OFFSET);
  return load<u64>(MCOUNTINHIBIT) & INHIBIT_IR ? offset : ownInstret() + offset;
}

function setCycles(value: u64): void {
  store<u64>(MCYCLE_OFFSET, load<u64>(MCOUNTINHIBIT) & INHIBIT_CY ? value : value - timeNow() - 1);
}

function setInstructions(value: u64): void {
  store<u64>(MINSTRET_OFFSET, load<u64>(MCOUNTINHIBIT) & INHIBIT_IR ? value : value - ownInstret() - 1);
}

function inhibit(value: u64): void {
  const cy = cycles();
  const ir = instructions();
  const was = load<u64>(MCOUNTINHIBIT);
  store<u64>(MCOUNTINHIBIT, value);
  // This instruction still counts for what was running.
  setCycles(was & INHIBIT_CY ? cy : cy + 1);
  setInstructions(was & INHIBIT_IR ? ir : ir + 1);
}

/** Whether a counter of one thing counts. */
export function fixedRuns(counter: u32): bool {
  return !((load<u64>(MCOUNTINHIBIT) >> counter) & 1);
}

/** Lets it count, or stand. */
export function letFixedRun(counter: u32, run: bool): void {
  const bit = (<u64>1) << counter;
  const was = load<u64>(MCOUNTINHIBIT);
  inhibit(run ? was & ~bit : was | bit);
}

/** Sets it. */
export function setFixed(counter: u32, value: u64): void {
  if (counter == COUNTER_CYCLE) setCycles(value);
  else setInstructions(value);
}

/** The value of a register that exists; who may read it has been checked. */
export function csrRead(csr: u32): u64 {
  switch (csr) {
    case CSR_FFLAGS: return load<u8>(FFLAGS);
    case CSR_FRM: return load<u8>(FRM);
    case CSR_FCSR: return <u64>load<u8>(FFLAGS) | (<u64>load<u8>(FRM) << 5);
    case CSR_CYCLE:
    case CSR_MCYCLE: return cycles();
    case CSR_INSTRET:
    case CSR_MINSTRET: return instructions();
    case CSR_TIME: return timeNow();
    case CSR_MHARTID: return load<u32>(HART);
    case CSR_MISA: return RESET_MISA;
    case CSR_SCOUNTOVF: return load<u32>(PRIV) == PRIV_M ? hpmOverflows() : hpmOverflows() & load<u64>(MCOUNTEREN);
    case CSR_MCOUNTINHIBIT: return load<u64>(MCOUNTINHIBIT);
    case CSR_MSTATUS: return statusValue();
    case CSR_SSTATUS: return statusValue() & VIEW_SSTATUS;
    case CSR_MEDELEG: return load<u64>(MEDELEG);
    case CSR_MIDELEG: return load<u64>(MIDELEG);
    case CSR_MIE: return load<u64>(MIE);
    case CSR_SIE: return load<u64>(MIE) & load<u64>(MIDELEG);
    case CSR_MIP: return pendingInterrupts();
    case CSR_SIP: return pendingInterrupts() & load<u64>(MIDELEG);
    case CSR_MTVEC: return load<u64>(MTVEC);
    case CSR_STVEC: return load<u64>(STVEC);
    case CSR_MSCRATCH: return load<u64>(MSCRATCH);
    case CSR_SSCRATCH: return load<u64>(SSCRATCH);
    case CSR_MEPC: return load<u64>(MEPC);
    case CSR_SEPC: return load<u64>(SEPC);
    case CSR_MCAUSE: return load<u64>(MCAUSE);
    case CSR_SCAUSE: return load<u64>(SCAUSE);
    case CSR_MTVAL: return load<u64>(MTVAL);
    case CSR_STVAL: return load<u64>(STVAL);
    case CSR_MCOUNTEREN: return load<u64>(MCOUNTEREN);
    case CSR_SCOUNTEREN: return load<u64>(SCOUNTEREN);
    case CSR_MENVCFG: return load<u64>(MENVCFG);
    case CSR_SENVCFG: return load<u64>(SENVCFG);
    case CSR_SATP: return load<u64>(SATP);
    case CSR_STIMECMP: return load<u64>(STIMECMP);
    case CSR_PMPCFG0: return load<u64>(PMPCFG0);
    case CSR_PMPCFG2: return load<u64>(PMPCFG2);
    default: {
      if (csr >= CSR_PMPADDR0 && csr < CSR_PMPADDR0 + 16) return load<u64>(PMPADDR + ((csr - CSR_PMPADDR0) << 3));
      if (csr >= CSR_HPMCOUNTER3 && csr < CSR_HPMCOUNTER3 + HPM_COUNTERS) return hpmRead(csr - CSR_HPMCOUNTER3);
      if (csr >= CSR_MHPMCOUNTER3 && csr < CSR_MHPMCOUNTER3 + HPM_COUNTERS) return hpmRead(csr - CSR_MHPMCOUNTER3);
      if (csr >= CSR_MHPMEVENT3 && csr < CSR_MHPMEVENT3 + HPM_COUNTERS) return hpmSelected(csr - CSR_MHPMEVENT3);
      // The rest reads as zero: the identification registers, absent counters and triggers.
      return 0;
    }
  }
}

@inline function put(cell: usize, value: u64, mask: u64): void {
  store<u64>(cell, masked(load<u64>(cell), value, mask));
}

@inline function masked(old: u64, value: u64, mask: u64): u64 {
  return (old & ~mask) | (value & mask);
}

/** Writes a CSR the guest may write. Asks the run loop to look again where interrupts or the context may have changed. */
export function csrWrite(csr: u32, value: u64): void {
  // WARL: a field for which the value is not legal keeps what it has.
  const mask = csrWriteMask(csr) & ~csrLegalFields(csr, value);
  switch (csr) {
    case CSR_FFLAGS: { store<u8>(FFLAGS, <u8>(value & 31)); store<u8>(FP_DIRTY, 1); break; }
    case CSR_FRM: { store<u8>(FRM, <u8>(value & 7)); store<u8>(FP_DIRTY, 1); break; }
    case CSR_FCSR: {
      store<u8>(FFLAGS, <u8>(value & 31));
      store<u8>(FRM, <u8>((value >> 5) & 7));
      store<u8>(FP_DIRTY, 1);
      break;
    }
    // The written value is what the next instruction reads, though this one retires in between.
    case CSR_MCYCLE: { setCycles(value); break; }
    case CSR_MINSTRET: { setInstructions(value); break; }
    case CSR_MCOUNTINHIBIT: {
      inhibit(value & mask);
      hpmInhibit(value & mask);
      break;
    }
    case CSR_MSTATUS:
    case CSR_SSTATUS: { writeStatus(value, mask); break; }
    case CSR_MEDELEG: { store<u64>(MEDELEG, value & mask); break; }
    case CSR_MIDELEG: { store<u64>(MIDELEG, value & mask); pause(); break; }
    case CSR_MIE: { store<u64>(MIE, value & mask); pause(); break; }
    case CSR_SIE: { store<u64>(MIE, masked(load<u64>(MIE), value, load<u64>(MIDELEG))); pause(); break; }
    case CSR_MIP: {
      const writable = sstc() ? mask & ~MIP_STIP : mask;
      store<u64>(MIP, masked(load<u64>(MIP), value, writable));
      pause();
      break;
    }
    case CSR_SIP: { store<u64>(MIP, masked(load<u64>(MIP), value, mask & load<u64>(MIDELEG))); pause(); break; }
    case CSR_MTVEC: { put(MTVEC, value, mask); break; }
    case CSR_STVEC: { put(STVEC, value, mask); break; }
    case CSR_MSCRATCH: { store<u64>(MSCRATCH, value); break; }
    case CSR_SSCRATCH: { store<u64>(SSCRATCH, value); break; }
    case CSR_MEPC: { put(MEPC, value, mask); break; }
    case CSR_SEPC: { put(SEPC, value, mask); break; }
    case CSR_MCAUSE: { store<u64>(MCAUSE, value); break; }
    case CSR_SCAUSE: { store<u64>(SCAUSE, value); break; }
    case CSR_MTVAL: { store<u64>(MTVAL, value); break; }
    case CSR_STVAL: { store<u64>(STVAL, value); break; }
    case CSR_MCOUNTEREN: { store<u64>(MCOUNTEREN, value & mask); break; }
    case CSR_SCOUNTEREN: { store<u64>(SCOUNTEREN, value & mask); break; }
    case CSR_MENVCFG: { put(MENVCFG, value, mask); pause(); break; }
    case CSR_SENVCFG: { put(SENVCFG, value, mask); break; }
    case CSR_SATP: { writeSatp(value, mask); break; }
    case CSR_STIMECMP: { store<u64>(STIMECMP, value); pause(); break; }
    case CSR_PMPCFG0: { writePmpConfig(0, value); break; }
    case CSR_PMPCFG2: { writePmpConfig(8, value); break; }
    default: {
      if (csr >= CSR_PMPADDR0 && csr < CSR_PMPADDR0 + 16) writePmpAddress(csr - CSR_PMPADDR0, value & mask);
      else if (csr >= CSR_MHPMCOUNTER3 && csr < CSR_MHPMCOUNTER3 + HPM_COUNTERS) hpmWrite(csr - CSR_MHPMCOUNTER3, value);
      else if (csr >= CSR_MHPMEVENT3 && csr < CSR_MHPMEVENT3 + HPM_COUNTERS) {
        hpmSelect(csr - CSR_MHPMEVENT3, value & mask, load<u64>(MCOUNTINHIBIT));
      }
    }
  }
}

function writeStatus(value: u64, mask: u64): void {
  settleFp();
  const old = load<u64>(MSTATUS);
  store<u64>(MSTATUS, masked(old, value, mask));
  refreshContext();
  pause();
}

/** A write with an unsupported mode has no effect at all (12.1.11). */
function writeSatp(value: u64, mask: u64): void {
  if (mask != u64.MAX_VALUE) return;
  store<u64>(SATP, value);
  if (load<u32>(TRACE)) trace(TRACE_SWITCH, 0, value);
  if (load<u32>(STRATEGY) == STRATEGY_SHADOW) shadowSwitch();
  refreshContext();
}

@inline function locked(i: u32): bool {
  return (load<u8>(PMPCFG0 + i) & 0x80) != 0;
}

function writePmpConfig(first: u32, value: u64): void {
  for (let i: u32 = 0; i < 8; i++) {
    if (locked(first + i)) continue;
    let cfg = <u8>(value >> (i << 3)) & 0x9f;
    // W without R is reserved; such a write grants neither.
    if ((cfg & 3) == 2) cfg &= 0xfc;
    store<u8>(PMPCFG0 + first + i, cfg);
  }
  pmpChanged();
}

function writePmpAddress(i: u32, value: u64): void {
  if (locked(i)) return;
  // A locked top-of-range entry locks the address below it too.
  if (i < 15 && locked(i + 1) && ((load<u8>(PMPCFG0 + i + 1) >> 3) & 3) == 1) return;
  store<u64>(PMPADDR + (i << 3), value);
  pmpChanged();
}

function pmpChanged(): void {
  summarizePmp(load<u32>(SBI) != 0);
  if (load<u32>(STRATEGY) == STRATEGY_SHADOW) {
    // Shadow entries grant what PMP granted when they were made.
    zapAll();
    refreshContext();
  }
  invalidateTlbs(FLUSH_PMP, MATCH_ALL, 0, 0);
  dropFast();
}
