/** The engines that are compared. */
export const ENGINES = [
  { id: 'native', machine: null, summary: 'the workload’s own WebAssembly build, no translation' },
  { id: 'interp', machine: 'interp', summary: 'interpreted on the bare machine, MMU modelled and everything counted' },
  { id: 'jit', machine: 'jit', summary: 'hot code translated to WebAssembly on the same machine, same counters' },
  {
    id: 'qemu-system',
    machine: null,
    summary: 'the same image on qemu-system-riscv64 under OpenSBI, Sv39, 4 KiB pages',
  },
  {
    id: 'qemu-user',
    machine: null,
    summary: 'the same program as a Linux process on qemu-riscv64, no MMU of the guest',
  },
] as const;

export type EngineId = (typeof ENGINES)[number]['id'];
export type Params = Readonly<Record<string, number>>;

/** One run that is asked for. */
export interface RunRequest {
  readonly engine: EngineId;
  /** Id of the workload. */
  readonly workload: string;
  readonly params: Params;
  /** false: the modelled MMU and its counters are off (machine engines only). */
  readonly counting: boolean;
  /** Which worker runs it; runs on different lanes go on side by side. 0 when left out. */
  readonly lane?: number;
}

/** What one run yielded. */
export interface Run {
  /** Wall time of the measured region in milliseconds. */
  readonly ms: number;
  /** 16 hex digits. */
  readonly checksum: string;
  /** Guest instructions in the region; null where the engine does not count them. */
  readonly instructions: number | null;
}

/** Something that runs engines: this process, a browser, emulators beside it. */
export interface EngineHost {
  readonly engines: readonly EngineId[];
  /** Rejects when the run failed, was wrong, took too long or was stopped. */
  run(request: RunRequest): Promise<Run>;
  /** Ends everything that was started. May be called twice. */
  close(): Promise<void>;
}
