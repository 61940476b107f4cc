/** Which workloads are compared, and of what kind they are. */

import { InputError } from '../../src/abi/errors.ts';
import { WORKLOADS, type Workload } from '../../src/abi/workloads.ts';
import { workloadById } from '../../src/lab/plan.ts';

/** What a workload's figures are gathered with. */
export type Arithmetic = 'integer' | 'double';

/** Those whose time is spent on double-precision arithmetic; flags and rounding must be exact in them. */
const DOUBLES: ReadonlySet<string> = new Set(['stream', 'matmul-double', 'nbody', 'fft', 'mandelbrot', 'xs-lookup']);

export const arithmeticOf = (workload: string): Arithmetic => (DOUBLES.has(workload) ? 'double' : 'integer');

/** What computes, and what measures memory: all that is small and has a WebAssembly build. */
const comparable: readonly Workload[] = WORKLOADS.filter((w) => w.native);
const DEFAULT = comparable.filter((w) => w.group !== 'macro');

/** The workloads of a list of ids: `all` are all that can be compared. Throws InputError for one that cannot. */
export function chosenWorkloads(ids: readonly string[] | null): readonly Workload[] {
  if (ids === null) return DEFAULT;
  if (ids.length === 1 && ids[0] === 'all') return comparable;
  const chosen = ids.map(workloadById);
  const foreign = chosen.find((w) => !w.native);
  if (foreign) throw new InputError(`workload ${foreign.id} has no WebAssembly build to compare with`);
  return chosen;
}
