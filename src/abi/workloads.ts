/**
 * Every workload, described once: the command line's lists, the experiment planner, the guests' build and the guest
 * kernel's table of programs are made from these rows.
 */
import { COMPUTE_WORKLOADS } from './workloads/compute.ts';
import { PROCESS_WORKLOADS } from './workloads/process.ts';
import type { Workload } from './workloads/row.ts';

export type { Workload, WorkloadGroup } from './workloads/row.ts';

/** All workloads, in the order in which lists and reports show them. */
export const WORKLOADS: readonly Workload[] = [...PROCESS_WORKLOADS, ...COMPUTE_WORKLOADS];
