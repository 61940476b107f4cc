// Harts run in turn, in rounds: each that is awake runs TURN instructions, or until it waits for an interrupt. Whose turn it is depends
// on instructions retired alone, so it is the same in every run, with every engine and however the host slices the run.
import {
  AWAKE, COUNTERS, COUNTERS_BYTES, HART, HARTS, HART_END, HART_STATE, INSTRET, MIE, RESERVATION, RETIRED, ROUND_AT, ROUND_TIME, SATP, TURN, TURN_AT,
  TURN_END, WAITING, X,
} from '../generated/layout';
import { settleCounters } from '../counters';
import { settleFp } from '../cpu/csr';
import { hpmLook } from '../cpu/hpm';
import { pendingOf } from '../cpu/interrupts';
import { roundTime } from '../cpu/time';
import { refreshContext } from '../mmu/context';
import { dropFast } from '../mmu/fast';
import { HART_STARTED, HART_STOPPED, blockOf, counterBlock, hartAt } from './block';
import { keepModel, takeModel } from './model';

/** The hart that ran goes on. */
export const TURN_SAME: u32 = 0;
/** Another hart is in the cells. */
export const TURN_OTHER: u32 = 1;
/** Every hart waits for an interrupt or is stopped. */
export const TURN_NONE: u32 = 2;

function mayRun(hart: u32): bool {
  const at = hartAt(hart);
  if (load<u32>(at + HART_STATE) == HART_STOPPED) return false;
  return !load<u32>(at + WAITING) || (pendingOf(at) & load<u64>(at + MIE)) != 0;
}

/** Writes the running hart into its block. Its reservation is lost, as it is with any trap. */
function park(): void {
  settleCounters();
  settleFp();
  const hart = load<u32>(HART);
  store<u64>(RETIRED, load<u64>(RETIRED) + load<u64>(INSTRET) - load<u64>(TURN_AT));
  store<u64>(RESERVATION, 0);
  // What the fast TLB and the fetch unit hold is this hart's.
  dropFast();
  memory.copy(blockOf(hart), X, HART_END - X);
  memory.copy(counterBlock(hart), COUNTERS, COUNTERS_BYTES);
  keepModel(hart);
}

function unpark(hart: u32): void {
  memory.copy(X, blockOf(hart), HART_END - X);
  memory.copy(COUNTERS, counterBlock(hart), COUNTERS_BYTES);
  takeModel(hart);
  store<u64>(TURN_AT, load<u64>(INSTRET));
  // It may have been started anew, or its shadow root may be gone.
  refreshContext();
  hpmLook();
}

function turnTo(hart: u32): u32 {
  const other = hart != load<u32>(HART);
  if (other) {
    park();
    unpark(hart);
  }
  store<u32>(WAITING, 0);
  store<u32>(HART_STATE, HART_STARTED);
  store<u64>(TURN_END, load<u64>(INSTRET) + TURN);
  return other ? TURN_OTHER : TURN_SAME;
}

/** Whose turn is it? Puts that hart into the cells. */
export function takeTurn(): u32 {
  const running = load<u32>(HART);
  const harts = load<u32>(HARTS);
  if (load<u64>(INSTRET) < load<u64>(TURN_END) && !load<u32>(WAITING) && load<u32>(HART_STATE) == HART_STARTED) return TURN_SAME;
  for (let hart = running + 1; hart < harts; hart++) if (mayRun(hart)) return turnTo(hart);
  let first = harts;
  let awake: u32 = 0;
  for (let hart: u32 = 0; hart < harts; hart++) {
    if (!mayRun(hart)) continue;
    awake++;
    if (first == harts) first = hart;
  }
  if (!awake) return TURN_NONE;
  store<u64>(ROUND_TIME, roundTime());
  store<u64>(ROUND_AT, load<u64>(INSTRET));
  store<u32>(AWAKE, awake);
  return turnTo(first);
}

/** Copies the running hart, as it is set up, to all others; with the machine's own SBI these are stopped, else they start as it does. */
export function copyHarts(firmware: bool): void {
  const harts = load<u32>(HARTS);
  if (harts == 1) return;
  for (let hart: u32 = 1; hart < harts; hart++) {
    const at = blockOf(hart) - X;
    memory.copy(blockOf(hart), X, HART_END - X);
    store<u64>(at + X + 10 * 8, hart);
    store<u32>(at + HART, hart);
    if (firmware) {
      // It gets tables when it is started.
      store<u64>(at + SATP, 0);
      store<u32>(at + HART_STATE, HART_STOPPED);
    }
    memory.fill(counterBlock(hart), 0, COUNTERS_BYTES);
  }
  store<u64>(TURN_END, TURN);
}

/** Adds the counters of the harts that do not run. */
export function addParkedCounters(to: usize): void {
  const harts = load<u32>(HARTS);
  for (let hart: u32 = 0; hart < harts; hart++) {
    if (hart == load<u32>(HART)) continue;
    const from = counterBlock(hart);
    for (let i: u32 = 0; i < COUNTERS_BYTES; i += 8) store<u64>(to + i, load<u64>(to + i) + load<u64>(from + i));
  }
}
