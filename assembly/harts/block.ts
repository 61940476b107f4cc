// Where the cells of each hart are. Those of the hart that runs are live, where the interpreter and translated code have them; each
// hart has a block besides, which holds the others' between their turns.
import { HART, HARTS_AT, HART_BLOCK, HART_COUNTERS, HART_MODEL, X } from '../generated/layout';

/** States of a hart as HSM numbers them (SBI, chapter 9). */
export const HART_STARTED: u32 = 0;
export const HART_STOPPED: u32 = 1;
export const HART_SUSPENDED: u32 = 4;

@inline export function blockOf(hart: u32): usize {
  return HARTS_AT + hart * HART_BLOCK;
}

/** What to add to the address of a cell to have that of a hart: nothing for the hart that runs. */
export function hartAt(hart: u32): usize {
  return hart == load<u32>(HART) ? 0 : blockOf(hart) - X;
}

/** Descriptors of the hart's modelled MMU, while it does not run. */
@inline export function modelBlock(hart: u32): usize {
  return blockOf(hart) + HART_MODEL;
}

/** Counters of the hart, while it does not run. */
@inline export function counterBlock(hart: u32): usize {
  return blockOf(hart) + HART_COUNTERS;
}
