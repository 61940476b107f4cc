/** From the records of a cell to what a result says about it. */
import type { Profile } from '../abi/profile.ts';
import type { Cell, CellStatus } from '../abi/result.ts';
import { modelCycles } from './model.ts';
import type { PlannedCell } from './plan.ts';
import type { RunRecord } from './record.ts';
import { wallOf } from './stats.ts';

export interface Samples {
  readonly ms: readonly number[];
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
  return {
    workload: workload.id,
    environment: environment.id,
    params: { ...params },
    status,
    message,
    imageSha256: record.imageSha256,
    iterations: record.iterations,
    checksum: record.checksum,
    digest: record.digest,
    counters: good ? record.counters : null,
    modelled: good && record.counters ? modelCycles(record.counters, profile, record.iterations) : null,
    wall: good && samples.ms.length > 0 ? wallOf(samples.ms, samples.warmup, samples.seed) : null,
  };
}
