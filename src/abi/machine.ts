/** What a machine offers whoever drives it: the lab, a worker's client, a test. Data only: all of it crosses comlink. */
import type { MachineConfig } from './config.ts';
import type { Counters } from './counters.ts';
import type { TranslationReport } from './translation.ts';

/** Why a run ended. `passed` and `failed` are the guest's own word; the others say what stopped it. */
export type RunStatus = 'passed' | 'failed' | 'crashed' | 'refused' | 'stalled' | 'budget' | 'cancelled';

export interface RegionResult {
  /** Counter differences between roi_begin and roi_end. */
  readonly counters: Counters;
  /** Wall time of the region in milliseconds (measured, never mixed with counts). */
  readonly wallMs: number;
  /** Iterations the guest says it made inside the region (marker), or 0. */
  readonly iterations: number;
}

export interface RunOutcome {
  readonly status: RunStatus;
  /** 0 good; of a failed guest its own code (for an ISA test: the number of the failing test). */
  readonly exitCode: number;
  /** One line for a person: what happened, where (pc), what to do. */
  readonly message: string;
  /** Console output of the guest. */
  readonly console: string;
  /** The checksum the guest published, as 16 hex digits, or null. */
  readonly result: string | null;
  /** All counters since reset. */
  readonly counters: Counters;
  /** The measured region, or null where the guest marked none. */
  readonly region: RegionResult | null;
  /** Digest of the architectural state (registers, guest CSRs, guest memory, instret): 32 hex digits. */
  readonly digest: string;
  /** Wall time of the whole run in milliseconds. */
  readonly wallMs: number;
  /** What the translator did, where that was asked for and there is one. */
  readonly translation?: TranslationReport;
}

export interface RunOptions {
  /** Instructions at most; the run ends with status `budget` beyond it. */
  readonly budget: number;
  /** Instructions a slice: between slices progress is told and a stop request is honoured. */
  readonly slice?: number;
  /** Tell what the translator did, with so many of the hottest regions by samples and by exits. */
  readonly regions?: number;
}

export interface Progress {
  readonly instret: number;
  readonly wallMs: number;
}

/**
 * The one shape of a hosted machine, in this thread or in a worker behind comlink.
 * Errors about the image or configuration are thrown as `InputError`; what a guest does wrong is an outcome, never an error.
 */
export interface MachineHost {
  /** Makes the machine and loads the ELF image. Resolves to the SHA-256 of the image, 64 hex digits. */
  load(image: Uint8Array, config: MachineConfig): Promise<string>;
  run(options: RunOptions, onProgress?: (p: Progress) => void): Promise<RunOutcome>;
  /** Asks a running guest to stop at the end of its slice. */
  cancel(): void;
}
