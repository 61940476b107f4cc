/** From the records of a cell to what a result says about it. */
import type { Profile } from '../abi/profile.ts';
import type { Cell, CellStatus } from '../abi/result.ts';
import { countedShare } from './environments.ts';
import { modelCycles } from './model.ts';
import type { PlannedCell } from './plan.ts';
import type { RunRecord } from './record.ts';
import { median, wallOf } from './stats.ts';

export interface Samples {
  readonly ms: readonly number[];
  /** Of each part of a start. */
  readonly phases: Readonly<Record<string, readonly number[]>>;
  readonly warmup: number;
  readonly seed: number;
}

/** A cell that failed shows no figure at all: only which outcome it had, and why that does not count. */
export function cellOf(
  { workload, environment, params }: PlannedCell,
  record: RunRecord,
  failure: { readonly status: CellStatus; readonly message: string } | null,
  profile: Profile,
  samples: Samples,
): Cell {
  const { status, message } = failure ?? record;
  const good = status === 'ok';
  const share = countedShare(environment);
  const { counters } = record;
  const phases = Object.entries(samples.phases).map(([name, ms]) => [name, median(ms)] as const);
  return {
    workload: workload.id,
    environment: environment.id,
    params: { ...params },
    status,
    message,
    imageSha256: record.imageSha256,
    kernel: record.kernel,
    iterations: record.iterations,
    checksum: record.checksum,
    digest: record.digest,
    counters: good ? counters : null,
    modelled:
      good && counters && share !== 'none' ? modelCycles(counters, profile, record.iterations, share === 'own') : null,
    wall:
      good && samples.ms.length > 0
        ? {
            ...wallOf(samples.ms, samples.warmup, samples.seed),
            ...(phases.length > 0 && { phases: Object.fromEntries(phases) }),
          }
        : null,
  };
}
