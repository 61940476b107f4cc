import { COSTS } from '../costs.ts';
import type { ProfileSource } from './source.ts';

/** Every event costs one cycle: modelled cycles are then a count of events. */
export const FLAT_1: ProfileSource = {
  name: 'flat-1',
  summary: 'every event costs one cycle: the model is a count of events',
  costs: Object.fromEntries(
    COSTS.map((cost) => [cost.id, { cycles: 1, source: 'U' as const, note: 'one each, by definition' }]),
  ),
};
