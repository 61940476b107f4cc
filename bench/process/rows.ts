/** What `npm run bench:process` measures, and what is promised of it. */

/** A call of the kernel: `bench/process/calls.c` times so many of them from inside. */
export interface Operation {
  readonly id: string;
  readonly summary: string;
  readonly count: number;
  /** Time here : time under QEMU's user mode, at most; null: nothing is promised. */
  readonly limit: number | null;
}

export const OPERATIONS: readonly Operation[] = [
  { id: 'null-call', summary: 'getppid', count: 500_000, limit: 1 },
  {
    id: 'page-fault',
    summary: 'first store to a page of anonymous memory, with its share of mmap and munmap',
    count: 100_000,
    limit: 1,
  },
  { id: 'fork', summary: 'fork, _exit and waitpid', count: 300, limit: 1 },
  { id: 'pipe', summary: 'a byte to another process and back through two pipes', count: 20_000, limit: null },
  { id: 'write-4k', summary: 'pwrite of 4 KiB to a file', count: 100_000, limit: 1.25 },
  { id: 'read-4k', summary: 'pread of 4 KiB of a file', count: 100_000, limit: 1.25 },
  { id: 'stat', summary: 'stat of a directory', count: 50_000, limit: 1 },
  { id: 'open-close', summary: 'open and close of a file', count: 30_000, limit: 1 },
];

/** A whole program, from its start to its end. */
export interface Program {
  readonly id: string;
  readonly summary: string;
  /** Of whose files it is. */
  readonly from: 'busybox' | 'debian' | 'esbuild';
  readonly argv: readonly string[];
  readonly limit: number | null;
}

/** The working directory holds `many.tar` and `project/`. */
export const PROGRAMS: readonly Program[] = [
  {
    id: 'untar',
    summary: 'busybox tar of 1,000 files of 2 KiB',
    from: 'busybox',
    argv: ['tar', 'xf', 'many.tar', '-C', 'out'],
    limit: null,
  },
  {
    id: 'python3',
    summary: 'python3 -c "print(1)"',
    from: 'debian',
    argv: ['/usr/bin/python3', '-c', 'print(1)'],
    limit: null,
  },
  {
    id: 'esbuild',
    summary: 'esbuild bundles and minifies 60 modules',
    from: 'esbuild',
    argv: ['--bundle', 'project/main.ts', '--minify', '--outfile=out/bundle.js', '--log-level=error'],
    limit: 1,
  },
];
