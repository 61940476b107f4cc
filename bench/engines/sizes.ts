/** How large the workloads run: each has one parameter that its time follows. */
import type { Workload } from '../../src/abi/workloads.ts';
import { paramsOf } from '../../src/lab/plan.ts';
import type { Params } from './engines.ts';

interface Growth {
  /** The parameter; that which counts operations when left out. */
  readonly param?: string;
  /** The power of it by which time grows; 1 when left out. */
  readonly power?: number;
  /** Largest value for which everything fits the guest's RAM. */
  readonly most?: number;
  /** The working set grows too: times of different sizes do not compare, and every engine runs the same. */
  readonly whole?: true;
  /** What else differs from the defaults where time is short. */
  readonly quick?: Params;
}

const GROWTH: Readonly<Record<string, Growth>> = {
  mandelbrot: { param: 'size', power: 2 },
  sort: { most: 600_000, whole: true },
  compress: { most: 10_000 },
  gups: { quick: { table_mib: 16 } },
};

/** Whether times at two sizes compare by the instruction. */
export const comparesBySize = (workload: Workload): boolean => !GROWTH[workload.id]?.whole;

/** The default parameters with the time multiplied by about `factor`. */
export function scaled(workload: Workload, factor: number, quick: boolean): Params {
  const growth = GROWTH[workload.id] ?? {};
  const name = growth.param ?? workload.operations;
  const param = workload.params.find((p) => p.name === name)!;
  const wanted = Math.round(param.default * factor ** (1 / (growth.power ?? 1)));
  const most = growth.most ?? param.most ?? Number.MAX_SAFE_INTEGER;
  const value = Math.min(most, Math.max(param.least ?? 1, 1, wanted));
  return paramsOf(workload, { ...(quick && growth.quick), [param.name]: value }, false);
}
