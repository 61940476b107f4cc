import type { Workload } from './row.ts';

/** A nano workload: its event, `n` times. */
const nano = (id: string, summary: string, n: number, quick: number): Workload => ({
  id,
  group: 'nano',
  summary,
  params: [{ name: 'n', default: n, summary: 'events', unit: 'events' }],
  program: 'nano',
  operations: 'n',
  native: false,
  quick: { n: quick },
});

/** Workloads of the kernel: single events (nano), operations on processes and memory (micro), and their mixes. */
export const PROCESS_WORKLOADS: readonly Workload[] = [
  nano(
    'empty',
    'The bare loop in a program: subtract it from the other nano workloads that run there.',
    40_000_000,
    400_000,
  ),
  nano(
    'empty-kernel',
    'The bare loop in the kernel: subtract it from the nano workloads that run there.',
    40_000_000,
    400_000,
  ),
  nano('null-syscall', 'A system call that does nothing: the way into the kernel and back.', 1_000_000, 30_000),
  nano(
    'call-return',
    'A call of an empty function in a program and its return: no event for any VMM.',
    20_000_000,
    400_000,
  ),
  nano(
    'illegal-trap',
    'An illegal instruction in a program, which the kernel skips: an exception without a page fault.',
    1_000_000,
    30_000,
  ),
  nano(
    'demand-fault',
    'The first store to an anonymous page whose tables exist: fault, fresh zero-filled frame, one leaf entry.',
    6_000,
    1_000,
  ),
  nano('pte-store', 'The kernel rewrites a leaf entry of a mapped page and fences nothing.', 2_000_000, 20_000),
  nano(
    'pte-store-fence',
    'The kernel rewrites a leaf entry of a mapped page and makes the TLB forget that page.',
    1_000_000,
    20_000,
  ),
  nano(
    'mmio-read',
    'The kernel reads the line status register of the UART, which every machine emulates.',
    2_000_000,
    20_000,
  ),
  nano(
    'irq-mask',
    'The kernel masks and unmasks the timer interrupt (two writes of sie): privileged state that needs no VMM to see.',
    5_000_000,
    20_000,
  ),
  nano(
    'hypercall',
    'The cheapest call of what lies beneath the kernel: the SBI version, or the probe of a paravirtual VMM.',
    2_000_000,
    20_000,
  ),
  nano('ipi', 'An interprocessor interrupt that the hart sends itself through SBI and takes.', 500_000, 10_000),
  nano(
    'timer',
    'A timer interrupt that is due at once, taken: two SBI calls (set, and take back) and one interrupt.',
    500_000,
    10_000,
  ),
];
