// Each hart has modelled TLBs, walk caches and line caches of its own (the last level of these is shared). The model works on the
// descriptors at MODEL; those of a hart that does not run lie in its block, and are put in place for as long as it is fenced.
import { HART, HARTS, MODEL } from '../generated/layout';
import { dropWalkCaches } from '../mmu/caches';
import { DESCRIPTORS_END, invalidateTlbs } from '../mmu/model';
import { modelBlock } from './block';

/** Puts the descriptors in place into a hart's block. */
export function keepModel(hart: u32): void {
  memory.copy(modelBlock(hart), MODEL, DESCRIPTORS_END);
}

/** Puts the descriptors of a hart's block in place. */
export function takeModel(hart: u32): void {
  memory.copy(MODEL, modelBlock(hart), DESCRIPTORS_END);
}

/** From here to `returnModel` the model is that of another hart. Not to be nested. */
export function borrowModel(hart: u32): void {
  const running = load<u32>(HART);
  if (hart == running) return;
  keepModel(running);
  takeModel(hart);
}

/** The model is that of the running hart again. */
export function returnModel(hart: u32): void {
  const running = load<u32>(HART);
  if (hart == running) return;
  keepModel(hart);
  takeModel(running);
}

/** Drops what matches from the TLBs of every hart, booked once a hart. */
export function invalidateAllTlbs(cause: u32, how: u32, va: u64, tag: u32): void {
  const harts = load<u32>(HARTS);
  for (let hart: u32 = 0; hart < harts; hart++) {
    borrowModel(hart);
    invalidateTlbs(cause, how, va, tag);
    returnModel(hart);
  }
}

/** Drops the first-stage walk caches of every hart, in the VMID of the tag. */
export function dropAllWalkCaches(tag: u32): void {
  const harts = load<u32>(HARTS);
  for (let hart: u32 = 0; hart < harts; hart++) {
    borrowModel(hart);
    dropWalkCaches(false, tag);
    returnModel(hart);
  }
}
