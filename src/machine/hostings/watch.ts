/** What the lab sees of one run of a program, whatever hosts it: its markers, its output, how long its start took. */
import type { Counters } from '../../abi/counters.ts';
import type { Progress, RegionResult } from '../../abi/machine.ts';
import type { ProgramOutcome, ProgramRequest } from '../../abi/program.ts';
import type { Core } from '../../engine/core.ts';
import { currentCounters } from '../../engine/state.ts';
import { publishedResult, RegionWatch } from '../region.ts';

/** Output kept of a program that floods it. */
const OUTPUT_LIMIT = 1 << 20;
/** Milliseconds between two words on how far a program is. */
const PROGRESS_MS = 100;

/** What the user of a host may ask for while a program runs. */
export interface Supervision {
  /** Set when the run is to end. */
  readonly cancelled: () => boolean;
  readonly onProgress: (progress: Progress) => void;
}

/** How a program ended, in words: nothing where all was well. */
export interface Ended {
  readonly status: ProgramOutcome['status'];
  readonly exitCode: number;
  readonly message: string;
}

/** The end of a program that says by its exit code how it did: as a shell shows it. */
export const endedWith = (exitCode: number): Ended =>
  exitCode === 0
    ? { status: 'passed', exitCode, message: '' }
    : exitCode > 128
      ? { status: 'crashed', exitCode, message: `the program was killed by signal ${exitCode - 128}` }
      : { status: 'failed', exitCode, message: `the program ended with ${exitCode}` };

export class Watch {
  readonly request: ProgramRequest;
  private readonly supervision: Supervision;
  private readonly region = new RegionWatch();
  private readonly text = new TextDecoder();
  private core: Core | null = null;
  private output = '';
  private began = performance.now();
  private last = this.began;
  private told = this.began;
  private before: Counters = {};
  private readonly phases: Record<string, number> = {};
  private start: RegionResult | null = null;
  private quiet = false;

  constructor(request: ProgramRequest, supervision: Supervision) {
    this.request = request;
    this.supervision = supervision;
  }

  readonly onCore = (core: Core): void => {
    this.core = core;
  };

  readonly onMarker = (marker: 'begin' | 'end'): void => {
    if (this.quiet) return;
    if (marker === 'end') {
      this.region.end(this.core!);
      return;
    }
    this.phase('first instruction');
    this.region.begin();
  };

  /** What is run from here on, another of its kind, only makes ready. */
  rehearse(): void {
    this.quiet = true;
  }

  /** The request for what is measured comes now. */
  begin(): void {
    this.quiet = false;
    this.began = performance.now();
    this.last = this.began;
    this.before = this.core ? currentCounters(this.core) : {};
  }

  /** A part of the start ends now. */
  phase(name: string): void {
    if (this.quiet || name in this.phases || this.start) return;
    const now = performance.now();
    this.phases[name] = now - this.last;
    this.last = now;
  }

  /** The program wrote to its standard output. */
  readonly wrote = (bytes: Uint8Array): void => {
    if (this.quiet) return;
    if (!this.start) {
      this.phase('first output');
      this.start = { counters: this.sinceBegin(), wallMs: this.last - this.began, iterations: 1 };
    }
    if (this.output.length < OUTPUT_LIMIT) this.output += this.text.decode(bytes, { stream: true });
  };

  private sinceBegin(): Counters {
    if (!this.core) return {};
    const now = currentCounters(this.core);
    const ids = new Set([...Object.keys(now), ...Object.keys(this.before)]);
    return Object.fromEntries([...ids].map((id) => [id, (now[id] ?? 0) - (this.before[id] ?? 0)]));
  }

  /** Why the program has to end before it does, or null. To be asked often. */
  over(instret: number): Ended | null {
    if (this.supervision.cancelled())
      return { status: 'cancelled', exitCode: 1, message: `stopped after ${instret} instructions` };
    if (instret > this.request.budget)
      return {
        status: 'budget',
        exitCode: 1,
        message: `the budget of ${this.request.budget} instructions is spent: the program may run for ever; raise --budget if not`,
      };
    const now = performance.now();
    if (now - this.told > PROGRESS_MS) {
      this.told = now;
      this.supervision.onProgress({ instret, wallMs: now - this.began });
    }
    return null;
  }

  /** `own` are counters that no machine keeps. */
  outcome(ended: Ended, own: Counters = {}, digest: string | null = null): ProgramOutcome {
    const { core, output } = this;
    const starts = this.request.measure === 'startup';
    const region = starts ? this.start : core ? this.region.result(core) : null;
    return {
      ...ended,
      console: output,
      result: core ? publishedResult(core) : null,
      counters: { ...this.sinceBegin(), ...own },
      region: region && { ...region, counters: { ...region.counters, ...own } },
      digest,
      wallMs: performance.now() - this.began,
      phases: starts ? this.phases : {},
    };
  }
}
