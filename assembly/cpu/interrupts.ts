// Which interrupts are pending, when the next timer is due, and which one is taken.
import {
  EXIT_INTERRUPT, HART, IRQ_LCOFI, IRQ_MTI, IRQ_STI, MENVCFG, MIDELEG, MIE, MIP, MSIP, MSTATUS, MTIMECMP, PRIV,
  STIMECMP, STRATEGY, STRATEGY_BARE, STRATEGY_NESTED, SBI, DEVICE_DEADLINE, PLIC_EIP,
} from '../generated/layout';
import { PRIV_M, PRIV_S } from '../mmu/privilege';
import { MSTATUS_MIE, MSTATUS_SIE } from '../generated/csr';
import { vmExit } from '../vmm/exit';
import { deliverInterrupt } from './trap';
import { instructionsUntil, timeNow } from './time';

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

@inline function sstcOf(at: usize): bool {
  return (load<u64>(at + MENVCFG) & STCE) != 0;
}

/** Whether stimecmp drives STIP (Sstc). */
@inline export function sstc(): bool {
  return sstcOf(0);
}

/**
 * mip of a hart (`at`: where its cells are, see harts/block.ts) as software sees it: its own bits, and those that timers, the CLINT and
 * the PLIC drive.
 */
@inline export function pendingOf(at: usize): u64 {
  const now = timeNow();
  let mip = load<u64>(at + MIP);
  if (load<u64>(at + MSIP)) mip |= MIP_MSIP;
  if (now >= load<u64>(at + MTIMECMP)) mip |= MIP_MTIP;
  const external = load<u32>(PLIC_EIP);
  if (external) {
    const contexts = external >> (load<u32>(at + HART) << 1);
    if (contexts & EIP_M) mip |= MIP_MEIP;
    if (contexts & EIP_S) mip |= MIP_SEIP;
  }
  if (sstcOf(at)) mip = now >= load<u64>(at + STIMECMP) ? mip | MIP_STIP : mip & ~MIP_STIP;
  return mip;
}

/** mip of the hart that runs. */
export function pendingInterrupts(): u64 {
  return pendingOf(0);
}

/** The next time after `now` at which an enabled timer of a hart fires, or NEVER. */
@inline export function nextTimer(at: usize, now: u64): u64 {
  let next = NEVER;
  const enabled = load<u64>(at + MIE);
  const m = load<u64>(at + MTIMECMP);
  if (enabled & MIP_MTIP && m > now) next = m;
  const s = load<u64>(at + STIMECMP);
  if (enabled & MIP_STIP && sstcOf(at) && s > now && s < next) next = s;
  return next;
}

/** Instructions until a timer of the running hart fires or a device of the host is due, or NEVER. */
export function instructionsToDeadline(): u64 {
  const now = timeNow();
  const device = load<u64>(DEVICE_DEADLINE);
  const timer = nextTimer(0, now);
  return instructionsUntil(device > now && device < timer ? device : timer);
}

/** Whether a device of the host is due. */
@inline export function deviceDue(): bool {
  return timeNow() >= load<u64>(DEVICE_DEADLINE);
}

/** Highest-priority interrupt in a set of mip bits: external, software, timer; machine before supervisor (3.1.9); overflows last. */
function highest(set: u64): u32 {
  if (set & MIP_MEIP) return 11;
  if (set & MIP_MSIP) return 3;
  if (set & MIP_MTIP) return 7;
  if (set & MIP_SEIP) return 9;
  if (set & MIP_SSIP) return 1;
  return set & MIP_STIP ? 5 : IRQ_LCOFI;
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
 * The host's timer fires into the VMM, which injects, and so do its counters; an IPI was injected by the SBI call that sent it. With a timer of
 * its own (Sstc) a nested guest is not left: there is no exit.
 */
function bookInterruptExit(cause: u32): void {
  const strategy = load<u32>(STRATEGY);
  if (strategy == STRATEGY_BARE || (cause != IRQ_STI && cause != IRQ_MTI && cause != IRQ_LCOFI)) return;
  if (strategy == STRATEGY_NESTED && cause == IRQ_STI && sstc() && !load<u32>(SBI)) return;
  vmExit(EXIT_INTERRUPT);
}
