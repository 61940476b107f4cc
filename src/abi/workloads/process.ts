import type { Build, Workload } from './row.ts';

/** Programs that ask a kernel for what Linux has too; and for nothing but what WASI has. */
const LINUX: readonly Build[] = ['guest', 'linux'];
const ANYWHERE: readonly Build[] = ['guest', 'linux', 'wasi'];

/** A nano workload: its event, `n` times. */
const nano = (id: string, summary: string, n: number, quick: number, builds?: readonly Build[]): Workload => ({
  id,
  group: 'nano',
  summary,
  params: [{ name: 'n', default: n, summary: 'events', unit: 'events', least: 1 }],
  program: 'nano',
  operations: 'n',
  native: false,
  ...(builds && { builds }),
  quick: { n: quick },
});

/** Workloads of the kernel: single events (nano), operations on processes and memory (micro), and their mixes. */
export const PROCESS_WORKLOADS: readonly Workload[] = [
  nano(
    'empty',
    'The bare loop in a program: subtract it from the other nano workloads that run there.',
    40_000_000,
    400_000,
    ANYWHERE,
  ),
  nano(
    'empty-kernel',
    'The bare loop in the kernel: subtract it from the nano workloads that run there.',
    40_000_000,
    400_000,
  ),
  nano(
    'null-syscall',
    'A system call that does nothing: the way into the kernel and back.',
    1_000_000,
    30_000,
    ANYWHERE,
  ),
  nano(
    'call-return',
    'A call of an empty function in a program and its return: no event for any VMM.',
    20_000_000,
    400_000,
    ANYWHERE,
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
    LINUX,
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
  {
    id: 'fork',
    group: 'micro',
    summary:
      'A process with resident memory forks; its child stores to some of the shared pages (each is copied) and exits; the parent waits. Page tables are copied, write-protected and thrown away again: the worst of shadow paging.',
    params: [
      { name: 'n', default: 2_000, summary: 'forks', unit: 'forks', least: 1 },
      { name: 'pages', default: 256, summary: 'resident pages of the parent', unit: 'pages' },
      { name: 'touch', default: 16, summary: 'pages the child stores to', unit: 'pages' },
    ],
    program: 'micro/fork',
    operations: 'n',
    native: false,
    builds: LINUX,
    quick: { n: 40 },
  },
  {
    id: 'forkwait',
    group: 'micro',
    summary: 'The smallest fork: a process that holds next to nothing forks, the child exits, the parent waits.',
    params: [
      { name: 'n', default: 6_000, summary: 'forks', unit: 'forks', least: 1 },
      { name: 'pages', default: 0, summary: 'resident pages of the parent', unit: 'pages' },
      { name: 'touch', default: 0, summary: 'pages the child stores to', unit: 'pages' },
    ],
    program: 'micro/fork',
    operations: 'n',
    native: false,
    builds: LINUX,
    quick: { n: 100 },
  },
  {
    id: 'exec',
    group: 'micro',
    summary:
      'fork, exec of a program that ends at once, and wait: a whole address space is made, faulted in and ended each time.',
    params: [{ name: 'n', default: 4_000, summary: 'programs started', unit: 'programs', least: 1 }],
    program: 'micro/exec',
    operations: 'n',
    native: false,
    quick: { n: 50 },
  },
  {
    id: 'sh',
    group: 'micro',
    summary: 'fork, exec of a shell that forks, executes a program and waits for it, as `sh -c` does.',
    params: [{ name: 'n', default: 2_000, summary: 'commands', unit: 'commands', least: 1 }],
    program: 'micro/exec',
    operations: 'n',
    native: false,
    quick: { n: 25 },
  },
  {
    id: 'context-switch',
    group: 'micro',
    summary:
      'Processes in a ring of pipes pass a token, each summing its own array before it passes it on: address-space switches, and what they leave in the TLB.',
    params: [
      { name: 'passes', default: 80_000, summary: 'tokens handed over', unit: 'switches', least: 1 },
      { name: 'procs', default: 4, summary: 'processes in the ring', unit: 'processes', least: 2, most: 64 },
      { name: 'kib', default: 4, summary: 'array each process sums', unit: 'KiB' },
    ],
    program: 'micro/context-switch',
    operations: 'passes',
    native: false,
    builds: LINUX,
    quick: { passes: 1_500 },
  },
  {
    id: 'mmap',
    group: 'micro',
    summary: 'A fresh anonymous mapping, stores to some of its pages, and its removal.',
    params: [
      { name: 'n', default: 2_000, summary: 'mappings', unit: 'mappings', least: 1 },
      { name: 'pages', default: 64, summary: 'pages of the mapping', unit: 'pages', least: 1 },
      { name: 'touch', default: 64, summary: 'pages stored to', unit: 'pages' },
    ],
    program: 'micro/mmap',
    operations: 'n',
    native: false,
    builds: LINUX,
    quick: { n: 60 },
  },
  {
    id: 'page-fault',
    group: 'micro',
    summary:
      'Fresh pages are touched one after the other and given back, tables included: page faults with reuse of frames.',
    params: [
      { name: 'rounds', default: 100, summary: 'times the region is made anew', unit: 'rounds', least: 1 },
      { name: 'pages', default: 1_024, summary: 'pages of the region', unit: 'pages', least: 1 },
    ],
    program: 'micro/page-fault',
    operations: 'rounds',
    native: false,
    builds: LINUX,
    quick: { rounds: 3 },
  },
  {
    id: 'protection-fault',
    group: 'micro',
    summary:
      'A store to a read-only page, the signal, a handler that makes it writable, and the way back; then read-only again.',
    params: [{ name: 'n', default: 100_000, summary: 'faults', unit: 'faults', least: 1 }],
    program: 'micro/protection-fault',
    operations: 'n',
    native: false,
    builds: LINUX,
    quick: { n: 5_000 },
  },
  {
    id: 'ptemod',
    group: 'micro',
    summary:
      'Page-table entries in use are changed: a resident region becomes read-only and writable again, with a touch of every page after each change.',
    params: [
      { name: 'n', default: 5_000, summary: 'times there and back', unit: 'rounds', least: 1 },
      { name: 'pages', default: 256, summary: 'pages of the region', unit: 'pages', least: 1 },
    ],
    program: 'micro/ptemod',
    operations: 'n',
    native: false,
    builds: LINUX,
    quick: { n: 30 },
  },
  {
    id: 'signal',
    group: 'micro',
    summary: 'A process sends itself a signal and handles it.',
    params: [{ name: 'n', default: 200_000, summary: 'signals', unit: 'signals', least: 1 }],
    program: 'micro/signal',
    operations: 'n',
    native: false,
    builds: LINUX,
    quick: { n: 8_000 },
  },
  {
    id: 'pipe',
    group: 'micro',
    summary: 'Bytes go to another process through a pipe and come back changed: two switches and two copies each way.',
    params: [
      { name: 'n', default: 100_000, summary: 'round trips', unit: 'round trips', least: 1 },
      { name: 'bytes', default: 64, summary: 'bytes each way', unit: 'bytes', least: 2, most: 65_536 },
    ],
    program: 'micro/pipe',
    operations: 'n',
    native: false,
    builds: LINUX,
    quick: { n: 1_500 },
  },
  {
    id: 'update-miss-mix',
    group: 'micro',
    summary:
      'What decides between shadow and nested paging: each round rewrites page-table entries and then touches random pages of a working set that no TLB holds. Sweeping updates against misses finds the crossover.',
    params: [
      { name: 'rounds', default: 1_000, summary: 'rounds', unit: 'rounds', least: 1 },
      { name: 'updates', default: 256, summary: 'leaf entries rewritten a round', unit: 'updates' },
      { name: 'misses', default: 4_096, summary: 'random pages touched a round', unit: 'touches' },
      { name: 'pages', default: 4_096, summary: 'working set, a power of two', unit: 'pages', least: 1 },
      { name: 'batch', default: 1, summary: 'updates between two fences, a power of two', unit: 'updates', least: 1 },
    ],
    program: 'micro/update-miss-mix',
    operations: 'rounds',
    native: false,
    quick: { rounds: 30 },
  },
  {
    id: 'preempt',
    group: 'micro',
    summary:
      'Processes that only compute, in integer and floating-point registers, share the hart by timer interrupts alone.',
    params: [
      { name: 'steps', default: 2_500_000, summary: 'steps of each process', unit: 'steps', least: 1 },
      { name: 'procs', default: 4, summary: 'processes', unit: 'processes', least: 1, most: 64 },
    ],
    program: 'micro/preempt',
    native: false,
    quick: { steps: 80_000 },
  },
  {
    id: 'selfcheck',
    group: 'micro',
    summary:
      'No measurement: the kernel keeps its promises to programs (rights, signals, pipes, time, orphans, bad calls), one check after the other.',
    params: [],
    program: 'micro/selfcheck',
    native: false,
    quick: {},
  },
  {
    id: 'build',
    group: 'macro',
    summary:
      'A build as `make -j` runs it: compiler processes are forked, executed, fault their memory in, compute, and hand results back through a pipe.',
    params: [
      { name: 'jobs', default: 150, summary: 'compiler processes', unit: 'jobs', least: 1 },
      { name: 'parallel', default: 4, summary: 'at a time', unit: 'processes', least: 1, most: 64 },
      { name: 'kib', default: 64, summary: 'source text of each', unit: 'KiB', least: 1 },
    ],
    program: 'macro/build',
    operations: 'jobs',
    native: false,
    quick: { jobs: 5 },
  },
];
