// System instructions. The interpreter saved PC (at the instruction) and BUDGET (the instruction counted); each function
// leaves PC where execution goes on. What the hardware's privilege does not allow is an illegal instruction, or, under
// a VMM that runs the guest deprivileged, an exit in which the VMM does for the guest what the guest's privilege allows.
import {
  BUDGET, C_FENCE_I, C_WFI, C_SBI_CALLS, EVENT, EXIT_CSR, EXIT_HYPERCALL, EXIT_SATP, EXIT_SBI, EXIT_SFENCE, EXIT_WFI, EXIT_XRET,
  HINT_ITERATIONS, HINT_RESULT, HINT_ROI_BEGIN, HINT_ROI_END, HW_PRIV, HYPERCALL_EXTENSION, ITERATIONS, MENVCFG, MSTATUS, PC, PRIV,
  RESULT, RESULT_SET, SBI, SENVCFG, STRATEGY, STRATEGY_BARE, STRATEGY_PARAVIRT, TRAP_BREAKPOINT, TRAP_ECALL_U, TRAP_ILLEGAL, TVAL, X, STOP,
  EVENT_REGION_BEGIN, EVENT_REGION_END, MIP,
} from '../generated/layout';
import { CSR_MIP, CSR_SATP } from '../generated/csr';
import { count } from '../counters';
import { fenceGuest } from '../mmu/fence';
import { PRIV_M, PRIV_S, PRIV_U } from '../mmu/privilege';
import { MSTATUS_TSR, MSTATUS_TVM, MSTATUS_TW } from '../generated/csr';
import { vmExit } from '../vmm/exit';
import { paravirtCall } from '../vmm/paravirt';
import { sbiCall } from '../sbi/sbi';
import { slowStore } from './access';
import { csrAllowed, csrRead, csrWrite } from './csr';
import { STOP_TRAP, pause, raise } from './raise';
import { settleTime } from './time';
import { returnFromMachine, returnFromSupervisor } from './trap';
import { waitForInterrupt } from './wait';

/** The current instruction did not retire: gives its count back and raises. TVAL holds its bits. */
function illegal(): void {
  fail(TRAP_ILLEGAL, load<u64>(TVAL));
}

function fail(cause: u32, tval: u64): void {
  store<i64>(BUDGET, load<i64>(BUDGET) + 1);
  raise(cause, tval);
}

@inline function next(): void {
  store<u64>(PC, load<u64>(PC) + 4);
}

/**
 * Books the exit of an instruction that the hardware runs at `needs` or above and the guest executes below it. Never
 * under bare, where hardware and guest privilege are the same.
 */
@inline function exitIfDeprivileged(needs: u32, reason: u32): void {
  if (load<u32>(HW_PRIV) < needs) vmExit(reason);
}

/** CSR instructions: kind 0 is RW, 1 RS, 2 RC. `writes` is false for RS and RC of x0. */
export function sysCsr(kind: u32, csr: u32, rd: u32, value: u64, writes: bool): void {
  settleTime();
  if (!csrAllowed(csr, writes)) return illegal();
  exitIfDeprivileged((csr >> 8) & 3, csr == CSR_SATP && writes ? EXIT_SATP : EXIT_CSR);
  // CSRRW with rd = x0 does not read; no CSR of this machine has a side effect on a read.
  const old = csrRead(csr);
  // What the interrupt controller drives is read, but not written back (3.1.9).
  const held = csr == CSR_MIP ? load<u64>(MIP) : old;
  if (writes) csrWrite(csr, kind == 0 ? value : kind == 1 ? held | value : held & ~value);
  store<u64>(X + rd, old);
  next();
}

/** ECALL: a hypercall, a call of the SBI beneath a supervisor, or an exception to who handles it. */
export function sysEcall(): void {
  settleTime();
  const priv = load<u32>(PRIV);
  if (priv == PRIV_S && load<u32>(SBI)) {
    const strategy = load<u32>(STRATEGY);
    const a7 = load<u64>(X + 17 * 8);
    if (strategy == STRATEGY_PARAVIRT && a7 == HYPERCALL_EXTENSION) {
      vmExit(EXIT_HYPERCALL);
      next();
      paravirtCall();
      return;
    }
    if (strategy != STRATEGY_BARE) vmExit(EXIT_SBI);
    count(C_SBI_CALLS);
    next();
    sbiCall();
    return;
  }
  fail(TRAP_ECALL_U + priv, 0);
}

/** EBREAK: a breakpoint exception at its own address. */
export function sysEbreak(): void {
  settleTime();
  fail(TRAP_BREAKPOINT, load<u64>(PC));
}

/** MRET: illegal below M-mode. */
export function sysMret(): void {
  settleTime();
  if (load<u32>(PRIV) != PRIV_M) return illegal();
  exitIfDeprivileged(PRIV_M, EXIT_XRET);
  returnFromMachine();
  pause();
}

/** SRET: illegal in U-mode, and in S-mode under TSR. */
export function sysSret(): void {
  settleTime();
  const priv = load<u32>(PRIV);
  if (priv < PRIV_S || (priv == PRIV_S && load<u64>(MSTATUS) & MSTATUS_TSR)) return illegal();
  exitIfDeprivileged(PRIV_S, EXIT_XRET);
  returnFromSupervisor();
  pause();
}

/** Waits: time goes on to the next timer. Illegal in U-mode, and in S-mode under TW, since it may not end in bounded time. */
export function sysWfi(): void {
  settleTime();
  const priv = load<u32>(PRIV);
  if (priv == PRIV_U || (priv == PRIV_S && load<u64>(MSTATUS) & MSTATUS_TW)) return illegal();
  count(C_WFI);
  if (load<u32>(STRATEGY) != STRATEGY_BARE) vmExit(EXIT_WFI);
  next();
  pause();
  waitForInterrupt();
}

/** SFENCE.VMA and SINVAL.VMA (the same here: nothing is deferred). */
export function sysSfence(va: u64, asid: u64, hasVa: bool, hasAsid: bool): void {
  settleTime();
  const priv = load<u32>(PRIV);
  if (priv == PRIV_U || (priv == PRIV_S && load<u64>(MSTATUS) & MSTATUS_TVM)) return illegal();
  exitIfDeprivileged(PRIV_S, EXIT_SFENCE);
  fenceGuest(va, <u32>asid & 0xffff, hasVa, hasAsid);
  next();
}

/** SFENCE.W.INVAL and SFENCE.INVAL.IR only order; allowed from S-mode up. */
export function sysSfenceOrder(): void {
  settleTime();
  if (load<u32>(PRIV) == PRIV_U) return illegal();
  exitIfDeprivileged(PRIV_S, EXIT_SFENCE);
  next();
}

/** Stores are seen by instruction fetch at once, so there is nothing to do but count. */
export function sysFenceI(): void {
  settleTime();
  count(C_FENCE_I);
  next();
}

const CBO_ZERO: u32 = 4;
const CBO_INVAL: u32 = 0;
const CBIE: u64 = 0x30;
const CBCFE: u64 = 0x40;
const CBZE: u64 = 0x80;

/** Cache-block operations on 64-byte blocks (CMO extension): zero stores, the others only check. */
export function sysCbo(kind: u32, va: u64): void {
  settleTime();
  const enable = kind == CBO_ZERO ? CBZE : kind == CBO_INVAL ? CBIE : CBCFE;
  const priv = load<u32>(PRIV);
  if (priv < PRIV_M && !(load<u64>(MENVCFG) & enable)) return illegal();
  if (priv == PRIV_U && !(load<u64>(SENVCFG) & enable)) return illegal();
  const block = va & ~63;
  if (kind == CBO_ZERO) {
    for (let i: u64 = 0; i < 64; i += 8) {
      slowStore(block + i, 0, 3);
      if (load<u32>(STOP) == STOP_TRAP) {
        store<u64>(TVAL, va);
        store<i64>(BUDGET, load<i64>(BUDGET) + 1);
        return;
      }
    }
  }
  next();
}

/** A marker of the lab (src/abi/guest.ts): never a trap, never an exit. */
export function sysHint(code: u32): void {
  settleTime();
  next();
  const a0 = load<u64>(X + 10 * 8);
  if (code == HINT_RESULT) {
    store<u64>(RESULT, a0);
    store<u32>(RESULT_SET, 1);
  } else if (code == HINT_ITERATIONS) {
    store<u64>(ITERATIONS, a0);
  } else if (code == HINT_ROI_BEGIN || code == HINT_ROI_END) {
    store<u32>(EVENT, code == HINT_ROI_BEGIN ? EVENT_REGION_BEGIN : EVENT_REGION_END);
    pause();
  }
}
