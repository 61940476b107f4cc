import type { Workload } from './row.ts';

/** Workloads that compute or walk memory and ask nothing of the kernel but pages: each has a WebAssembly build. */
export const COMPUTE_WORKLOADS: readonly Workload[] = [
  {
    id: 'memory-latency',
    group: 'micro',
    summary:
      'Load-to-load latency over a working set: one node a cache line, linked into one random cycle, so that every load waits for the one before it. Swept over the set, it draws the steps of the memory hierarchy.',
    params: [
      { name: 'kib', default: 4096, summary: 'working set', unit: 'KiB', least: 1 },
      { name: 'hops', default: 10_000_000, summary: 'dependent loads', unit: 'loads' },
    ],
    program: 'memory/memory-latency',
    operations: 'hops',
    native: true,
    quick: { kib: 1024, hops: 1_000_000 },
  },
  {
    id: 'tlb-sweep',
    group: 'micro',
    summary:
      'Pointer chase with one node a page, in random order, each a line further in its page: little cache, much TLB. Swept over the pages, the cost of a hop rises where the TLB, then the walk caches, run out.',
    params: [
      { name: 'pages', default: 4096, summary: 'nodes of the cycle', unit: 'pages', least: 1 },
      { name: 'stride', default: 4096, summary: 'distance between nodes', unit: 'bytes', least: 64 },
      { name: 'hops', default: 10_000_000, summary: 'dependent loads', unit: 'loads' },
    ],
    program: 'memory/tlb-sweep',
    operations: 'hops',
    native: true,
    quick: { pages: 2048, hops: 1_000_000 },
  },
  {
    id: 'gups',
    group: 'micro',
    summary:
      'Giga-updates per second: read-xor-write of random words of a large table. Nearly every update is a TLB miss once the table outgrows the TLB; the updates are undone and the whole table compared afterwards.',
    params: [
      {
        name: 'table_mib',
        default: 32,
        summary: 'size of the table, rounded down to a power of two',
        unit: 'MiB',
        least: 1,
      },
      { name: 'updates', default: 8_000_000, summary: 'updates of random words', unit: 'updates' },
    ],
    program: 'memory/gups',
    operations: 'updates',
    native: true,
    quick: { table_mib: 16, updates: 400_000 },
  },
  {
    id: 'stream',
    group: 'micro',
    summary:
      'Copy, scale, add and triad over three arrays of doubles: sequential bandwidth, where translation is shared by all words of a page and should cost next to nothing.',
    params: [
      { name: 'elements', default: 262_144, summary: 'doubles in each of the three arrays', unit: 'doubles', least: 1 },
      { name: 'rounds', default: 40, summary: 'times all four kernels run', unit: 'rounds' },
    ],
    program: 'memory/stream',
    operations: 'rounds',
    native: true,
    quick: { elements: 32_768, rounds: 10 },
  },
  {
    id: 'memops',
    group: 'micro',
    summary:
      'Copies, fills, string lengths and comparisons of mostly short strings at every alignment, written out in C: the byte work of a C library.',
    params: [{ name: 'operations', default: 140_000, summary: 'strings handled', unit: 'strings' }],
    program: 'memory/memops',
    operations: 'operations',
    native: true,
    quick: { operations: 4700 },
  },
  {
    id: 'integer-mix',
    group: 'compute',
    summary:
      'Linked-list search, reversal and merge sort, small 16-bit matrices, a state machine over number literals and a bitwise CRC: the integer code of embedded and system programs in one loop.',
    params: [{ name: 'rounds', default: 2000, summary: 'times all parts run', unit: 'rounds' }],
    program: 'compute/integer-mix',
    operations: 'rounds',
    native: true,
    quick: { rounds: 65 },
  },
  {
    id: 'sha256',
    group: 'compute',
    summary:
      'SHA-256 of a long message: straight-line 32-bit rotates, xors and additions with next to no branches, the worst case for per-instruction overhead.',
    params: [{ name: 'kib', default: 4096, summary: 'length of the message', unit: 'KiB' }],
    program: 'compute/sha256',
    operations: 'kib',
    native: true,
    quick: { kib: 128 },
  },
  {
    id: 'sort',
    group: 'compute',
    summary:
      'Quicksort and heapsort of the same 24-byte records: unpredictable branches, structure copies, and in the heap long jumps through memory. Both must give the same order.',
    params: [{ name: 'elements', default: 300_000, summary: 'records sorted twice', unit: 'records' }],
    program: 'compute/sort',
    operations: 'elements',
    native: true,
    quick: { elements: 13_000 },
  },
  {
    id: 'matmul-int',
    group: 'compute',
    summary: 'Product of square matrices of 32-bit integers by three plain loops; checked by Freivalds’ method.',
    params: [
      { name: 'size', default: 160, summary: 'rows of the matrices', unit: 'rows', least: 1 },
      { name: 'rounds', default: 9, summary: 'products', unit: 'products' },
    ],
    program: 'compute/matmul-int',
    operations: 'rounds',
    native: true,
    quick: { size: 64, rounds: 5 },
  },
  {
    id: 'matmul-double',
    group: 'compute',
    summary: 'Product of square matrices of doubles by three plain loops; checked by Freivalds’ method.',
    params: [
      { name: 'size', default: 160, summary: 'rows of the matrices', unit: 'rows', least: 1 },
      { name: 'rounds', default: 9, summary: 'products', unit: 'products' },
    ],
    program: 'compute/matmul-double',
    operations: 'rounds',
    native: true,
    quick: { size: 64, rounds: 5 },
  },
  {
    id: 'nbody',
    group: 'compute',
    summary:
      'Gravity among a few bodies in leapfrog steps: double-precision multiplication, division and square root in registers. Energy and momentum must be conserved.',
    params: [
      { name: 'bodies', default: 8, summary: 'bodies', unit: 'bodies', most: 64 },
      { name: 'steps', default: 170_000, summary: 'steps of 0.0001', unit: 'steps' },
    ],
    program: 'compute/nbody',
    operations: 'steps',
    native: true,
    quick: { steps: 5600 },
  },
  {
    id: 'fft',
    group: 'compute',
    summary: 'Radix-2 Fourier transforms of complex doubles, forward and back: floating point with strided memory.',
    params: [
      {
        name: 'log2_points',
        default: 14,
        summary: 'logarithm of the transform’s size',
        unit: 'bits',
        least: 2,
        most: 28,
      },
      { name: 'rounds', default: 38, summary: 'pairs of transforms', unit: 'pairs' },
    ],
    program: 'compute/fft',
    operations: 'rounds',
    native: true,
    quick: { log2_points: 12, rounds: 6 },
  },
  {
    id: 'mandelbrot',
    group: 'compute',
    summary:
      'Escape times of the Mandelbrot set: a tight loop of double arithmetic that ends at a hard-to-predict time.',
    params: [
      { name: 'size', default: 512, summary: 'cells on each side of the grid', unit: 'cells' },
      { name: 'iterations', default: 1000, summary: 'after how many a point counts as inside', unit: 'iterations' },
    ],
    program: 'compute/mandelbrot',
    native: true,
    quick: { size: 128, iterations: 500 },
  },
  {
    id: 'bytecode',
    group: 'compute',
    summary:
      'An interpreter for a small register machine runs Collatz paths and a prime sieve: indirect jumps, loads and little arithmetic, as in emulators and scripting languages.',
    params: [
      { name: 'numbers', default: 17_000, summary: 'starting numbers of Collatz paths', unit: 'numbers' },
      { name: 'sieve', default: 65_536, summary: 'size of the sieve', unit: 'cells', least: 3, most: 65_536 },
    ],
    program: 'compute/bytecode',
    operations: 'numbers',
    native: true,
    quick: { numbers: 800, sieve: 4096 },
  },
  {
    id: 'strsearch',
    group: 'compute',
    summary:
      'Counts words in a text by plain search, Knuth-Morris-Pratt, Horspool, shift-and and Karp-Rabin: byte loads and branches. All five must agree.',
    params: [
      { name: 'kib', default: 256, summary: 'length of the text', unit: 'KiB', least: 1 },
      { name: 'words', default: 16, summary: 'words searched for', unit: 'words' },
    ],
    program: 'compute/strsearch',
    operations: 'words',
    native: true,
    quick: { kib: 64, words: 2 },
  },
  {
    id: 'compress',
    group: 'compute',
    summary:
      'Compresses a generated text (LZ77, then canonical Huffman codes) and expands it again: hashing, byte comparison and bit shifting. What comes back must be what went in.',
    params: [{ name: 'kib', default: 4096, summary: 'length of the text', unit: 'KiB', least: 1 }],
    program: 'compute/compress',
    operations: 'kib',
    native: true,
    quick: { kib: 128 },
  },
  {
    id: 'bfs',
    group: 'macro',
    summary:
      'Breadth-first searches of a generated Kronecker graph, as graph500 runs them: loads from anywhere in a graph that outgrows the TLB. The search tree is validated edge by edge.',
    params: [
      { name: 'scale', default: 15, summary: 'logarithm of the number of vertices', unit: 'bits', most: 24 },
      { name: 'edge_factor', default: 16, summary: 'edges for each vertex', unit: 'edges', least: 1 },
      { name: 'roots', default: 32, summary: 'searches', unit: 'searches' },
    ],
    program: 'macro/bfs',
    operations: 'roots',
    native: true,
    quick: { scale: 11, roots: 16 },
  },
  {
    id: 'xs-lookup',
    group: 'macro',
    summary:
      'Cross-section lookups as in Monte Carlo particle transport: a binary search on a unionized energy grid, then interpolation in the tables of each nuclide. Large tables read at random, some floating point.',
    params: [
      { name: 'nuclides', default: 64, summary: 'nuclides', unit: 'nuclides', least: 1 },
      { name: 'points', default: 512, summary: 'energies in the grid of each nuclide', unit: 'points', least: 2 },
      { name: 'lookups', default: 240_000, summary: 'lookups', unit: 'lookups' },
    ],
    program: 'macro/xs-lookup',
    operations: 'lookups',
    native: true,
    quick: { nuclides: 32, points: 128, lookups: 11_000 },
  },
  {
    id: 'kvstore',
    group: 'macro',
    summary:
      'GET and SET on a chained hash table with string keys drawn from Zipf’s distribution, as a cache server sees them: hashing, pointer chasing, copies. Every key must hold its last value.',
    params: [
      { name: 'keys', default: 50_000, summary: 'keys in the store', unit: 'keys', least: 1 },
      { name: 'operations', default: 480_000, summary: 'requests', unit: 'requests' },
      { name: 'get_percent', default: 90, summary: 'share of GET', unit: '%', most: 100 },
    ],
    program: 'macro/kvstore',
    operations: 'operations',
    native: true,
    quick: { keys: 4096, operations: 16_000 },
  },
  {
    id: 'oltp',
    group: 'macro',
    summary:
      'Transactions on a B-tree of accounts: transfers, openings, closings and range reports, with an undo log and rollbacks. Money must be conserved and the tree stay a B-tree.',
    params: [
      { name: 'accounts', default: 50_000, summary: 'accounts at the start', unit: 'accounts', least: 2 },
      { name: 'transactions', default: 260_000, summary: 'transactions', unit: 'transactions' },
    ],
    program: 'macro/oltp',
    operations: 'transactions',
    native: true,
    quick: { accounts: 5000, transactions: 10_000 },
  },
];
