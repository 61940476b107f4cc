// Which interrupts are pending, when the next timer is due, and which one is taken.
import {
  EXIT_INTERRUPT, IDLE, IRQ_MTI, IRQ_STI, MENVCFG, MIDELEG, MIE, MIP, MSIP, MSTATUS, MTIMECMP, PRIV,
  STIMECMP, STRATEGY, STRATEGY_BARE, STRATEGY_NESTED, SBI, DEVICE_DEADLINE, PLIC_EIP,
} from '../generated/layout';
import { PRIV_M, PRIV_S } from '../mmu/privilege';
import { MSTATUS_MIE, MSTATUS_SIE } from '../generated/csr';
import { vmExit } from '../vmm/exit';
import { deliverInterrupt } from './trap';
import { timeNow } from './time';

const MIP_SSIP: u64 = 1 << 1;
const MIP_MSIP: u64 = 1 << 3;
const MIP_STIP: u64 = 1 << 5;
const MIP_MTIP: u64 = 1 << 7;
const MIP_SEIP: u64 = 1 << 9;
const MIP_MEIP: u64 = 1 << 11;
/** Contexts of the PLIC. */
const EIP_M: u32 = 1;
const EIP_S: u32 = 2;
const STCE: u64 = 0x8000_0000_0000_0000;
const NEVER: u64 = u64.MAX_VALUE;

/** Whether stimecmp drives STIP (Sstc). */
@inline export function sstc(): bool {
  return (load<u64>(MENVCFG) & STCE) != 0;
}

/** mip as software sees it: its own bits, and those the timer and the CLINT drive. */
export function pendingInterrupts(): u64 {
  const now = timeNow();
  let mip = load<u64>(MIP);
  if (load<u64>(MSIP)) mip |= MIP_MSIP;
  if (now >= load<u64>(MTIMECMP)) mip |= MIP_MTIP;
  const external = load<u32>(PLIC_EIP);
  if (external) {
    if (external & EIP_M) mip |= MIP_MEIP;
    if (external & EIP_S) mip |= MIP_SEIP;
  }
  if (sstc()) mip = now >= load<u64>(STIMECMP) ? mip | MIP_STIP : mip & ~MIP_STIP;
  return mip;
}

/** The next time at which an enabled timer fires or a device of the host is due, or NEVER. */
export function nextDeadline(): u64 {
  const now = timeNow();
  const device = load<u64>(DEVICE_DEADLINE);
  let next = device > now ? device : NEVER;
  const enabled = load<u64>(MIE);
  const m = load<u64>(MTIMECMP);
  if (enabled & MIP_MTIP && m > now && m < next) next = m;
  const s = load<u64>(STIMECMP);
  if (enabled & MIP_STIP && sstc() && s > now && s < next) next = s;
  return next;
}

/** Ticks until then, or NEVER. */
export function ticksToDeadline(): u64 {
  const next = nextDeadline();
  return next == NEVER ? NEVER : next - timeNow();
}

/** Whether a device of the host is due. */
@inline export function deviceDue(): bool {
  return timeNow() >= load<u64>(DEVICE_DEADLINE);
}

/** Lets guest time pass without instructions, as while the guest waits: the host's word for how long it waited. */
export function skipTime(ticks: u64): void {
  store<u64>(IDLE, load<u64>(IDLE) + ticks);
}

/** Skips the time to the next deadline; false: there is none, the guest waits for ever. */
export function skipToDeadline(): bool {
  const ticks = ticksToDeadline();
  if (ticks == NEVER) return false;
  store<u64>(IDLE, load<u64>(IDLE) + ticks);
  return true;
}

/** Highest-priority interrupt in a set of mip bits: external, software, timer; machine before supervisor (3.1.9). */
function highest(set: u64): u32 {
  if (set & MIP_MEIP) return 11;
  if (set & MIP_MSIP) return 3;
  if (set & MIP_MTIP) return 7;
  if (set & MIP_SEIP) return 9;
  if (set & MIP_SSIP) return 1;
  return 5;
}

/** Takes an interrupt if one is pending, enabled and not masked at the present privilege; says whether it did. */
export function takeInterrupt(): bool {
  const ready = pendingInterrupts() & load<u64>(MIE);
  if (!ready) return false;
  const priv = load<u32>(PRIV);
  const status = load<u64>(MSTATUS);
  const deleg = load<u64>(MIDELEG);
  let set: u64 = 0;
  if (priv < PRIV_M || status & MSTATUS_MIE) set = ready & ~deleg;
  if (!set && (priv < PRIV_S || (priv == PRIV_S && status & MSTATUS_SIE))) set = ready & deleg;
  if (!set) return false;
  const cause = highest(set);
  bookInterruptExit(cause);
  deliverInterrupt(cause);
  return true;
}

/**
 * The host's timer fires into the VMM, which injects; an IPI was injected by the SBI call that sent it. With a timer of
 * its own (Sstc) a nested guest is not left: there is no exit.
 */
function bookInterruptExit(cause: u32): void {
  const strategy = load<u32>(STRATEGY);
  if (strategy == STRATEGY_BARE || (cause != IRQ_STI && cause != IRQ_MTI)) return;
  if (strategy == STRATEGY_NESTED && cause == IRQ_STI && sstc() && !load<u32>(SBI)) return;
  vmExit(EXIT_INTERRUPT);
}
