/** How large a workload's programs are written: one event, one operation of the kernel, plain computing, a mix, a whole system. */
export type WorkloadGroup = 'nano' | 'micro' | 'compute' | 'macro' | 'system';

/** For what a workload is built: the lab's guest kernel, WebAssembly without any system, Linux on RISC-V, WASI. */
export type Build = 'guest' | 'native' | 'linux' | 'wasi';

/** One integer parameter; guests receive it as `name=value` in decimal. */
export interface WorkloadParam {
  readonly name: string;
  /** About a second interpreted (300 million instructions) together with the other defaults. */
  readonly default: number;
  readonly summary: string;
  readonly unit: string;
  /** Smallest value that makes sense; 0 when left out. */
  readonly least?: number;
  /** Largest value the program takes; memory sets the limit when left out. */
  readonly most?: number;
}

/** One workload: one program built from one source for RISC-V and, where `native`, for WebAssembly. */
export interface Workload {
  readonly id: string;
  readonly group: WorkloadGroup;
  /** One paragraph: what it does and what it stresses. */
  readonly summary: string;
  /** In the order in which the program takes them. */
  readonly params: readonly WorkloadParam[];
  /** Source below bench/workloads, without `.c`. */
  readonly program: string;
  /** The parameter that counts the operations inside the measured region, which guests publish; none: one operation. */
  readonly operations?: string;
  /** Whether a direct WebAssembly build exists. */
  readonly native: boolean;
  /** What it is built for; left out: everything where it is `native`, else the guest kernel alone. */
  readonly builds?: readonly Build[];
  /** What of a run is measured; left out: the region that the program marks. */
  readonly measure?: 'region' | 'startup' | 'boot';
  /** Whether it works on files of the host. */
  readonly hostFiles?: boolean;
  /** Whether it speaks with another of its kind over the lab's network: see `pair` of a ProgramRequest. */
  readonly pair?: boolean;
  /** Values instead of the defaults for a run of about 30 ms; a parameter that is not named keeps its default. */
  readonly quick: Readonly<Record<string, number>>;
}

/** Of workloads whose bytes go to another process and come back. */
export const roundTrips = (count: number): readonly WorkloadParam[] => [
  { name: 'n', default: count, summary: 'round trips', unit: 'round trips', least: 1 },
  { name: 'bytes', default: 64, summary: 'bytes each way', unit: 'bytes', least: 2, most: 65_536 },
];

/** What a workload is built for. */
export const buildsOf = ({ native, builds }: Workload): readonly Build[] =>
  builds ?? (native ? ['guest', 'native', 'linux', 'wasi'] : ['guest']);

/** Where the program of a workload is built, below build/guests. Several workloads may share one. */
export const programFile = {
  linux: (program: string): string => `linux/programs/${program}`,
  wasi: (program: string): string => `wasi/${program}.wasm`,
} as const;
