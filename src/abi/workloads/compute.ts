import type { Workload } from './row.ts';

/** Workloads that compute or walk memory and ask nothing of the kernel but pages: each has a WebAssembly build. */
export const COMPUTE_WORKLOADS: readonly Workload[] = [
  {
    id: 'gups',
    group: 'micro',
    summary:
      'Giga-updates per second: read-xor-write of random words of a large table. Every update is a TLB miss once the table outgrows the TLB; the updates are undone and the table compared afterwards.',
    params: [
      { name: 'table_mib', default: 32, summary: 'size of the table, a power of two', unit: 'MiB' },
      { name: 'updates', default: 16_000_000, summary: 'updates of random words', unit: 'updates' },
    ],
    program: 'memory/gups',
    native: true,
    quick: { table_mib: 4, updates: 500_000 },
  },
];
