/** Modelled cycles: Σ count × cost, and what each class of cost and each exit reason contributes (law E16). */
import type { Counters } from '../abi/counters.ts';
import { EXITS } from '../abi/exits.ts';
import type { Profile } from '../abi/profile.ts';
import type { Modelled } from '../abi/result.ts';
import { COST_CLASSES, COST_OF_COUNTER } from './costs.ts';

/** Cycles one event of the counter costs; 0 for counters that are not charged. */
export function costOf(counter: string, profile: Profile): number {
  const cost = COST_OF_COUNTER.get(counter);
  return cost ? profile.costs[cost.id]!.cycles : 0;
}

/** Whether the program asked its kernel for nothing: no trap, no interrupt. */
const undisturbed = (counters: Counters): boolean =>
  Object.entries(counters).every(([id, count]) => count === 0 || !/^(trap|interrupt)\./.test(id));

/**
 * The model's figures for one region. `iterations` 0: none were named. With `ownOnly` the guest's kernel is outside of the machine, and
 * the cycles are all there were only where it had nothing to do.
 */
export function modelCycles(counters: Counters, profile: Profile, iterations: number, ownOnly = false): Modelled {
  const breakdown: Record<string, number> = Object.fromEntries(COST_CLASSES.map((group) => [group.id, 0]));
  for (const [id, count] of Object.entries(counters)) {
    const cost = COST_OF_COUNTER.get(id);
    if (cost && count > 0) breakdown[cost.class]! += count * profile.costs[cost.id]!.cycles;
  }
  const cycles = Object.values(breakdown).reduce((sum, part) => sum + part, 0);
  const whole = !ownOnly || undisturbed(counters);
  return { cycles, perIteration: iterations > 0 ? cycles / iterations : null, breakdown, whole };
}

/** One line of the exits table, in the manner of `perf kvm stat`. */
export interface ExitLine {
  readonly reason: string;
  readonly samples: number;
  readonly samplesShare: number;
  /** Modelled cycles: round trips and the VMM's own work. */
  readonly cycles: number;
  readonly cyclesShare: number;
  readonly average: number;
}

/** Exits by reason, most cycles first; reasons without exits are left out. Shares are of 1. */
export function exitLines(counters: Counters, profile: Profile): ExitLine[] {
  const lines = EXITS.map(({ id }) => {
    const samples = counters[`exit.${id}`] ?? 0;
    const work = (counters[`exit.work.${id}`] ?? 0) * costOf(`exit.work.${id}`, profile);
    return { reason: id, samples, cycles: samples * costOf(`exit.${id}`, profile) + work };
  }).filter((line) => line.samples > 0);
  const samples = lines.reduce((sum, line) => sum + line.samples, 0);
  const cycles = lines.reduce((sum, line) => sum + line.cycles, 0);
  return lines
    .map((line) => ({
      ...line,
      samplesShare: line.samples / samples,
      cyclesShare: cycles === 0 ? 0 : line.cycles / cycles,
      average: line.cycles / line.samples,
    }))
    .sort((a, b) => b.cycles - a.cycles || b.samples - a.samples);
}
