/** What the lab sees of one run of a program, whatever hosts it: its markers, its output, how long its start took. */
import type { Counters } from '../../abi/counters.ts';
import type { Progress } from '../../abi/machine.ts';
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

/** FNV-1a of a text, as a checksum: where no program publishes one, what was said is what came out. */
function textSum(text: string): string {
  let hash = 0xcbf2_9ce4_8422_2325n;
  for (const byte of new TextEncoder().encode(text))
    hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100_0000_01b3n);
  return hash.toString(16).padStart(16, '0');
}

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
  private beganAt = 0;
  private readonly phases: Record<string, number> = {};
  private own: Counters = {};
  /** Milliseconds from the request to the first output. */
  private start: number | null = null;
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
    this.beganAt = this.instructions();
  }

  /** A part of the start ends now. */
  phase(name: string): void {
    if (this.quiet || name in this.phases || this.start !== null) return;
    const now = performance.now();
    this.phases[name] = now - this.last;
    this.last = now;
  }

  /** The program wrote to its standard output. */
  readonly wrote = (bytes: Uint8Array): void => {
    if (this.quiet) return;
    if (this.start === null) {
      this.phase(this.request.measure === 'boot' ? 'first prompt' : 'first output');
      this.start = this.last - this.began;
    }
    if (this.output.length < OUTPUT_LIMIT) this.output += this.text.decode(bytes, { stream: true });
  };

  private sinceBegin(): Counters {
    if (!this.core) return {};
    const now = currentCounters(this.core);
    const ids = new Set([...Object.keys(now), ...Object.keys(this.before)]);
    return Object.fromEntries([...ids].map((id) => [id, (now[id] ?? 0) - (this.before[id] ?? 0)]));
  }

  /** What no machine counts: bytes of disk that one more of its kind takes. */
  takesDisk(bytes: number): void {
    if (this.request.measure === 'startup') this.own = { 'disk.bytes': bytes };
  }

  private instructions(): number {
    return this.core ? Number(this.core.get('INSTRET')) : 0;
  }

  /** Why the program has to end before it does, or null. To be asked often, and once more at its end. */
  over(): Ended | null {
    const instret = this.instructions() - this.beganAt;
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

  outcome(ended: Ended, digest: string | null = null): ProgramOutcome {
    const { core, output, own } = this;
    const starts = this.request.measure !== 'region';
    // A start is counted to its end: within the call that writes, the machine is in the midst of an instruction.
    const counters = this.sinceBegin();
    const region = starts
      ? this.start !== null && { counters, wallMs: this.start, iterations: 1 }
      : core && this.region.result(core);
    return {
      ...ended,
      console: output,
      result: this.request.measure === 'boot' ? textSum(output) : core ? publishedResult(core) : null,
      counters: { ...counters, ...own },
      region: region === false || region === null ? null : { ...region, counters: { ...region.counters, ...own } },
      digest,
      wallMs: performance.now() - this.began,
      phases: starts ? this.phases : {},
    };
  }
}
