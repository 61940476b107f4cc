// Hart state management (SBI 2.0, chapter 9).
import {
  FP_DIRTY, HART, HARTS, HART_STATE, MIE, MIP, MSTATUS, PC, PRIV, SATP, STRATEGY, STRATEGY_PARAVIRT, STRATEGY_SHADOW, WAITING, X,
} from '../generated/layout';
import { MSTATUS_TVM } from '../generated/csr';
import { pause } from '../cpu/raise';
import { waitForInterrupt } from '../cpu/wait';
import { HART_STARTED, HART_STOPPED, HART_SUSPENDED, hartAt } from '../harts/block';
import { refreshContext } from '../mmu/context';
import { PRIV_S } from '../mmu/privilege';
import { isGuestRam } from '../vmm/frames';
import { leaveRoot, shareRoot } from '../vmm/paravirt';
import { shadowSwitch } from '../vmm/shadow';
import { ALREADY_AVAILABLE, FAILED, INVALID_ADDRESS, INVALID_PARAM, NOT_SUPPORTED, SUCCESS, answer, argument } from './call';

const RETENTIVE: u64 = 0;
const NON_RETENTIVE: u64 = 0x8000_0000;

/** Serves the function `call`. */
export function hsm(call: u64): void {
  if (call == 0) start();
  else if (call == 1) stop();
  else if (call == 2) status();
  else if (call == 3) suspend();
  else answer(NOT_SUPPORTED, 0);
}

/**
 * Registers of a hart (`at`: where its cells are) that begins in S-mode at `pc` without translation or interrupts (table 9). Under direct
 * paging there are always tables, or the guest would have the machine's memory before it: those in `satp`, which it may not write; `pc` is virtual.
 */
function begin(at: usize, hart: u64, pc: u64, opaque: u64, satp: u64): void {
  store<u64>(at + PC, pc);
  store<u32>(at + PRIV, PRIV_S);
  store<u64>(at + MSTATUS, isParavirtual() ? MSTATUS_TVM : 0);
  store<u8>(at + FP_DIRTY, 0);
  store<u64>(at + SATP, satp);
  store<u64>(at + X + 10 * 8, hart);
  store<u64>(at + X + 11 * 8, opaque);
}

function isParavirtual(): bool {
  return load<u32>(STRATEGY) == STRATEGY_PARAVIRT;
}

/** Whether a hart may begin there; where it is virtual, a wrong one faults in the guest. */
function mayBeginAt(pc: u64): bool {
  return !(pc & 1) && (isParavirtual() || isGuestRam(pc));
}

function start(): void {
  const hart = argument(0);
  if (hart >= load<u32>(HARTS)) {
    answer(INVALID_PARAM, 0);
    return;
  }
  const at = hartAt(<u32>hart);
  if (load<u32>(at + HART_STATE) != HART_STOPPED) {
    answer(ALREADY_AVAILABLE, 0);
    return;
  }
  const pc = argument(1);
  if (!mayBeginAt(pc)) {
    answer(INVALID_ADDRESS, 0);
    return;
  }
  begin(at, hart, pc, argument(2), isParavirtual() ? shareRoot() : 0);
  store<u64>(at + MIE, 0);
  store<u64>(at + MIP, 0);
  store<u32>(at + WAITING, 0);
  store<u32>(at + HART_STATE, HART_STARTED);
  answer(SUCCESS, 0);
}

/** The calling hart stops; the only one of a machine can't. */
function stop(): void {
  if (load<u32>(HARTS) == 1) {
    answer(FAILED, 0);
    return;
  }
  store<u32>(HART_STATE, HART_STOPPED);
  if (isParavirtual()) leaveRoot();
  pause();
}

function status(): void {
  const hart = argument(0);
  if (hart >= load<u32>(HARTS)) answer(INVALID_PARAM, 0);
  else answer(SUCCESS, load<u32>(hartAt(<u32>hart) + HART_STATE));
}

/** The calling hart waits for an interrupt: retentive, and the call returns; else it begins anew at an address. */
function suspend(): void {
  const type = argument(0);
  if (type == RETENTIVE) {
    answer(SUCCESS, 0);
  } else if (type != NON_RETENTIVE) {
    answer(INVALID_PARAM, 0);
    return;
  } else if (!mayBeginAt(argument(1))) {
    answer(INVALID_ADDRESS, 0);
    return;
  } else {
    begin(0, load<u32>(HART), argument(1), argument(2), isParavirtual() ? load<u64>(SATP) : 0);
    if (load<u32>(STRATEGY) == STRATEGY_SHADOW) shadowSwitch();
    refreshContext();
  }
  pause();
  waitForInterrupt();
  if (load<u32>(WAITING)) store<u32>(HART_STATE, HART_SUSPENDED);
}
