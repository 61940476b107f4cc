// Traps: who takes an exception or interrupt, what the VMM has to do with it, and the return from one
// (privileged specification 3.1.6 – 3.1.9, 12.1.2).
import {
  CAUSE, C_FAULT_TRUE, HPM_FILTERS, C_INTERRUPT_SSI, C_TRAP_FETCH_MISALIGNED, EVENT, EVENT_CODE, EXIT_EXCEPTION, EXIT_SYSCALL, EXIT_TRUE_FAULT, INSTRET,
  MCAUSE, MEDELEG, MEPC, MIDELEG, MSTATUS, MTVAL, MTVEC, PC, PRIV, RESERVATION, SCAUSE, SEPC, STRATEGY, STRATEGY_BARE, STRATEGY_PARAVIRT,
  STRATEGY_SHADOW, STVAL, STVEC, TRAP_AT, TRAP_ECALL_M, TRAP_ECALL_U, TRAP_FETCH_PAGE, TRAP_LOAD_PAGE, TRAP_REPEATS, TRAP_STORE_PAGE, TVAL,
  EVENT_TRAP_LOOP, EVENT_USER_TRAP, USER_TRAPS, TRACE, TRACE_INTERRUPT, TRACE_TRAP, X,
} from '../generated/layout';
import { count } from '../counters';
import { hpmMode } from './hpm';
import { refreshContext } from '../mmu/context';
import { PRIV_M, PRIV_S } from '../mmu/privilege';
import {
  MSTATUS_MIE, MSTATUS_MPIE, MSTATUS_MPP, MSTATUS_MPRV, MSTATUS_SIE, MSTATUS_SPIE, MSTATUS_SPP,
} from '../generated/csr';
import { trace } from '../trace';
import { vmExit } from '../vmm/exit';

/** Traps in a row without one instruction retired before the guest is given up: its handler can't run. */
const LOOP_LIMIT: u32 = 32;

/** Counter of an exception, by cause; the table leaves out the causes that do not exist. */
@inline function trapCounter(cause: u32): usize {
  const index = cause < 10 ? cause : cause == TRAP_ECALL_M ? 10 : cause == TRAP_STORE_PAGE ? 13 : cause - 1;
  return C_TRAP_FETCH_MISALIGNED + (index << 3);
}

@inline function isPageFault(cause: u32): bool {
  return cause == TRAP_FETCH_PAGE || cause == TRAP_LOAD_PAGE || cause == TRAP_STORE_PAGE;
}

/** Whether a trap goes to supervisor mode. */
@inline function delegated(deleg: u64, cause: u32): bool {
  return load<u32>(PRIV) <= PRIV_S && ((deleg >> cause) & 1) != 0;
}

/**
 * The exits an exception costs before the guest's own handler sees it. A shadowed guest is deprivileged, so the VMM
 * takes every trap and reflects it; a page fault was booked where the VMM found that it is the guest's. A paravirtual
 * VMM bounces page faults and leaves the rest to the hardware's delegation; so does a nested one altogether. A trap
 * to a machine-mode guest is emulated under every VMM.
 */
function bookExit(cause: u32, toSupervisor: bool): void {
  const strategy = load<u32>(STRATEGY);
  if (isPageFault(cause)) {
    count(C_FAULT_TRUE);
    if (strategy == STRATEGY_PARAVIRT) vmExit(EXIT_TRUE_FAULT);
    if (strategy == STRATEGY_PARAVIRT || strategy == STRATEGY_SHADOW) return;
  }
  if (strategy == STRATEGY_BARE) return;
  if (strategy == STRATEGY_SHADOW) vmExit(cause == TRAP_ECALL_U ? EXIT_SYSCALL : EXIT_EXCEPTION);
  else if (!toSupervisor) vmExit(EXIT_EXCEPTION);
}

/** Delivers the exception pending in CAUSE and TVAL to the guest. */
export function deliverException(): void {
  const cause = load<u32>(CAUSE);
  if (load<u32>(TRACE)) trace(TRACE_TRAP, cause, cause == TRAP_ECALL_U ? load<u64>(X + 17 * 8) : load<u64>(TVAL));
  if (load<u32>(USER_TRAPS) && !load<u32>(PRIV)) {
    count(trapCounter(cause));
    if (isPageFault(cause)) count(C_FAULT_TRUE);
    store<u64>(RESERVATION, 0);
    store<u32>(EVENT, EVENT_USER_TRAP);
    return;
  }
  const toSupervisor = delegated(load<u64>(MEDELEG), cause);
  bookExit(cause, toSupervisor);
  count(trapCounter(cause));
  watchLoop();
  enter(cause, load<u64>(TVAL), toSupervisor, false);
}

/** Delivers an interrupt; the caller chose it by priority. */
export function deliverInterrupt(cause: u32): void {
  if (load<u32>(TRACE)) trace(TRACE_INTERRUPT, cause, 0);
  count(C_INTERRUPT_SSI + ((cause >> 1) << 3));
  enter(cause, 0, delegated(load<u64>(MIDELEG), cause), true);
}

function watchLoop(): void {
  const now = load<u64>(INSTRET);
  if (load<u64>(TRAP_AT) != now) {
    store<u64>(TRAP_AT, now);
    store<u32>(TRAP_REPEATS, 0);
    return;
  }
  const repeats = load<u32>(TRAP_REPEATS) + 1;
  store<u32>(TRAP_REPEATS, repeats);
  if (repeats < LOOP_LIMIT) return;
  store<u32>(EVENT, EVENT_TRAP_LOOP);
  store<u64>(EVENT_CODE, load<u32>(CAUSE));
}

@inline function vectored(tvec: u64, cause: u32, interrupt: bool): u64 {
  return (tvec & ~3) + (interrupt && tvec & 1 ? <u64>cause << 2 : 0);
}

/** `retiring`: 1 where the instruction that changed the mode retires, which it does in the old one. */
function modeChanged(retiring: u64): void {
  if (load<u64>(HPM_FILTERS)) hpmMode(retiring);
  refreshContext();
}

function enter(cause: u32, tval: u64, toSupervisor: bool, interrupt: bool): void {
  const status = load<u64>(MSTATUS);
  const priv = <u64>load<u32>(PRIV);
  const code = <u64>cause | (interrupt ? (<u64>1) << 63 : 0);
  const pc = load<u64>(PC);
  store<u64>(RESERVATION, 0);
  if (toSupervisor) {
    store<u64>(SCAUSE, code);
    store<u64>(SEPC, pc);
    store<u64>(STVAL, tval);
    const spie = status & MSTATUS_SIE ? MSTATUS_SPIE : 0;
    store<u64>(MSTATUS, (status & ~(MSTATUS_SIE | MSTATUS_SPIE | MSTATUS_SPP)) | spie | (priv ? MSTATUS_SPP : 0));
    store<u32>(PRIV, PRIV_S);
    store<u64>(PC, vectored(load<u64>(STVEC), cause, interrupt));
  } else {
    store<u64>(MCAUSE, code);
    store<u64>(MEPC, pc);
    store<u64>(MTVAL, tval);
    const mpie = status & MSTATUS_MIE ? MSTATUS_MPIE : 0;
    store<u64>(MSTATUS, (status & ~(MSTATUS_MIE | MSTATUS_MPIE | MSTATUS_MPP)) | mpie | (priv << 11));
    store<u32>(PRIV, PRIV_M);
    store<u64>(PC, vectored(load<u64>(MTVEC), cause, interrupt));
  }
  modeChanged(0);
}

/** SRET: to SPP, which becomes user; MPRV is cleared as the new mode is below machine mode. */
export function returnFromSupervisor(): void {
  const status = load<u64>(MSTATUS);
  const spie = status & MSTATUS_SPIE ? MSTATUS_SIE : 0;
  store<u64>(MSTATUS, (status & ~(MSTATUS_SIE | MSTATUS_SPP | MSTATUS_MPRV)) | spie | MSTATUS_SPIE);
  store<u32>(PRIV, status & MSTATUS_SPP ? PRIV_S : 0);
  store<u64>(PC, load<u64>(SEPC));
  store<u64>(RESERVATION, 0);
  modeChanged(1);
}

/** MRET: to MPP, which becomes user. */
export function returnFromMachine(): void {
  const status = load<u64>(MSTATUS);
  const to = <u32>((status & MSTATUS_MPP) >> 11);
  const mpie = status & MSTATUS_MPIE ? MSTATUS_MIE : 0;
  const mprv = to == PRIV_M ? status & MSTATUS_MPRV : 0;
  store<u64>(MSTATUS, (status & ~(MSTATUS_MIE | MSTATUS_MPP | MSTATUS_MPRV)) | mpie | mprv | MSTATUS_MPIE);
  store<u32>(PRIV, to);
  store<u64>(PC, load<u64>(MEPC));
  store<u64>(RESERVATION, 0);
  modeChanged(1);
}
