/** What the shape laws share: ratios of modelled cycles, and cases that show one beside a published figure. */
import type { LawRow } from '../../abi/result.ts';
import { modelCycles } from '../model.ts';
import { profileByName } from '../profile.ts';
import type { RunRecord } from '../record.ts';
import { formatRatio } from '../report/format.ts';
import { type Bench, decide, type LawCase, type RunChoice } from './law.ts';

type Published = NonNullable<LawRow['published']>;

/** A published figure with its source; the tag says how the source was read. */
export const published = (value: string, source: string, tag: Published['tag']): Published => ({ value, source, tag });

/** Modelled cycles of one operation, or of the run where the guest names none. */
export function cyclesOf(profile: string, run: RunRecord): number {
  const { cycles, perIteration } = modelCycles(run.counters ?? {}, profileByName(profile), run.iterations);
  return perIteration ?? cycles;
}

/** Cycles of one operation under `above` over those under `below`. */
export async function ratio(
  bench: Bench,
  profile: string,
  workload: string,
  [above, below]: readonly [string, string],
  choice?: RunChoice,
): Promise<number> {
  const numerator = cyclesOf(profile, await bench.run(workload, above, choice));
  return numerator / cyclesOf(profile, await bench.run(workload, below, choice));
}

/** A case that shows a ratio. */
export const band = (
  name: string,
  expected: string,
  value: Promise<number>,
  holds: (value: number) => boolean,
  detail: string,
  figure?: Published,
): Promise<LawCase> =>
  decide({ case: name, expected, detail, ...(figure && { published: figure }) }, value, holds, formatRatio);
