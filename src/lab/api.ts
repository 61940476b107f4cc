/**
 * The lab as its users see it (command line, dashboard, library): what can be asked for and what is told meanwhile.
 * `createLab` in src/index.ts (Node) and src/lab/browser.ts (browsers) give one.
 */
import type { MachineConfig } from '../abi/config.ts';
import type { RunOptions, RunOutcome } from '../abi/machine.ts';
import type { Profile } from '../abi/profile.ts';
import type { Cell, LawRow, LawsResult, Result, SweepResult } from '../abi/result.ts';

/** Any part of a machine's configuration, however deep. */
export type ConfigPatch = { readonly [K in keyof MachineConfig]?: DeepPatch<MachineConfig[K]> };
type DeepPatch<T> = T extends object ? { readonly [K in keyof T]?: DeepPatch<T[K]> } : T;

export interface WorkloadChoice {
  readonly id: string;
  /** Values instead of the defaults (or of the quick values). */
  readonly params?: Readonly<Record<string, number>>;
}

/** What compare, sweep and laws have in common. Everything has a default. */
export interface CommonRequest {
  /** A shipped profile's name or a profile of one's own. Default `skylake`. */
  readonly profile?: string | Profile;
  /** Changes to every environment's machine (memory, TLB geometry…). */
  readonly config?: ConfigPatch;
  /** Of the sampling order, the bootstrap and the machine's random policies. Default 1. */
  readonly seed?: number;
  /** Instructions at most in one run. Default 20 × 10⁹. */
  readonly budget?: number;
  /** Milliseconds at most for one run. Default 120 000. */
  readonly timeoutMs?: number;
  /** Cells counted at once; default: cores − 1, at least 1. Wall-time samples are always taken one at a time. */
  readonly parallel?: number;
}

export interface CompareRequest extends CommonRequest {
  readonly workloads: readonly (string | WorkloadChoice)[];
  /** Ids of environments (environments.ts). */
  readonly environments: readonly string[];
  /** Wall-time samples a cell; 0: counts only. Default 5. */
  readonly repeat?: number;
  /** Runs before the samples. Default 1. */
  readonly warmup?: number;
  /** Use the workloads' quick sizes. */
  readonly quick?: boolean;
}

export interface SweepRequest extends CommonRequest {
  readonly workload: string | WorkloadChoice;
  readonly param: string;
  /** Increasing values; `parseRange` (range.ts) makes them from `0..4096:x2`. */
  readonly values: readonly number[];
  readonly environments: readonly string[];
  readonly quick?: boolean;
}

export interface LawsRequest extends CommonRequest {
  /** Numbers of laws (`E2`, `S4`) to check; all by default. */
  readonly only?: readonly string[];
}

/** What is told while an experiment runs. `done` of `total` counts runs of guests, or the laws to check. */
export type LabEvent =
  | { readonly kind: 'plan'; readonly total: number; readonly unit: 'runs' | 'laws'; readonly cells: number }
  | { readonly kind: 'start'; readonly what: string; readonly phase: 'count' | 'check' | 'warm-up' | 'sample' }
  | { readonly kind: 'progress'; readonly what: string; readonly instret: number }
  | { readonly kind: 'done'; readonly what: string; readonly done: number; readonly total: number }
  /** A cell has its counts (after the gate), and again with its wall time; later cells replace earlier ones. */
  | { readonly kind: 'cell'; readonly cell: Cell }
  | { readonly kind: 'law'; readonly row: LawRow };

export interface Control {
  /** Stops everything at the end of the running slices; the promise then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: LabEvent) => void;
}

export interface GuestRun {
  readonly outcome: RunOutcome;
  readonly imageSha256: string;
}

/** Errors in what was asked for are `InputError`s (abi/errors.ts), thrown before anything runs. */
export interface Lab {
  /** Runs workloads × environments; every cell is in the result, with its figures or the reason it has none. */
  compare(request: CompareRequest, control?: Control): Promise<Result>;
  /** Runs one workload over values of one parameter and finds where the order of environments changes. */
  sweep(request: SweepRequest, control?: Control): Promise<SweepResult>;
  /** Checks the laws of memory virtualization on real runs. */
  laws(request?: LawsRequest, control?: Control): Promise<LawsResult>;
  /** Runs one bare-metal ELF image on a machine of its own. */
  run(
    image: Uint8Array,
    config: MachineConfig,
    options: RunOptions & { readonly timeoutMs?: number },
    control?: Control,
  ): Promise<GuestRun>;
  /** Ends all workers. The lab can be used again afterwards; it then starts new ones. */
  close(): Promise<void>;
}
