/**
 * Every workload, described once: the command line's lists, the experiment planner, the guests' build and the guest
 * kernel's table of programs are made from these rows.
 */
import { COMPUTE_WORKLOADS } from './workloads/compute.ts';
import { PROCESS_WORKLOADS } from './workloads/process.ts';
import { buildsOf, type Workload } from './workloads/row.ts';
import { SYSTEM_WORKLOADS } from './workloads/system.ts';

export { type Build, buildsOf, programFile, type Workload, type WorkloadGroup } from './workloads/row.ts';

/** All workloads, in the order in which lists and reports show them. */
export const WORKLOADS: readonly Workload[] = [...PROCESS_WORKLOADS, ...COMPUTE_WORKLOADS, ...SYSTEM_WORKLOADS];

/** Those of the lab's guest kernel. */
export const GUEST_WORKLOADS: readonly Workload[] = WORKLOADS.filter((workload) =>
  buildsOf(workload).includes('guest'),
);
