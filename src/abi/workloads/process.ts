import type { Workload } from './row.ts';

/** Workloads of the kernel: single events (nano), operations on processes and memory (micro), and their mixes. */
export const PROCESS_WORKLOADS: readonly Workload[] = [];
