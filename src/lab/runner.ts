/** Runs planned cells on lanes: several at once for counts, one after the other for wall time. */
import { MACHINE_DEFAULT } from '../abi/config.ts';
import type { ProgramHosting, ProgramRequest } from '../abi/program.ts';
import { sha256 } from '../abi/sha256.ts';
import { programFile } from '../abi/workloads.ts';
import { DeadlineError } from '../rpc/connection.ts';
import type { Control } from './api.ts';
import { patched } from './environments.ts';
import { type Hosted, hostedBy, needsKernel } from './hosting.ts';
import { Lane, type Watch } from './lane.ts';
import { type PlannedCell, programArguments, type Settings } from './plan.ts';
import type { Platform } from './platform.ts';
import { emptyRecord, guestRecord, isOurs, nativeRecord, programRecord, type RunRecord } from './record.ts';

/** Instructions between two looks at the clock: about 50 ms interpreted. */
const SLICE = 20_000_000;

/** How our own kernel is got, for a person. */
export const OBTAIN_BUILT = 'Get it once: npx trapframe linux --build (about 8 minutes of processor time).';
/** How any is got. */
const OBTAIN =
  'Get one once: npx trapframe linux --build (about 8 minutes of processor time) or npx trapframe linux --fetch (about 11 MB).';

export type Phase = 'count' | 'check' | 'warm-up' | 'sample';

/** The lanes of an experiment and the images they run, each fetched once. */
export class Runner {
  readonly #platform: Platform;
  readonly #lanes: Lane[] = [];
  readonly #images = new Map<string, Promise<{ bytes: Uint8Array; sha256: string }>>();

  constructor(platform: Platform) {
    this.#platform = platform;
  }

  /**
   * Runs one cell on the lane of this number. What a guest does wrong is a record; only a stop request rejects.
   */
  async run(cell: PlannedCell, lane: number, settings: Settings, control: Control): Promise<RunRecord> {
    const { workload, environment, config, params } = cell;
    const hosted = hostedBy(workload, environment);
    if ('lacking' in hosted) return emptyRecord('unavailable', hosted.lacking);
    const onProgress = (progress: { instret: number }): void =>
      control.onEvent?.({ kind: 'progress', what: cell.key, instret: progress.instret });
    const watch = { signal: control.signal, onProgress };
    try {
      if ('hosting' in hosted) return await this.#program(cell, hosted, lane, settings, watch);
      if (config === null) {
        const image = await this.image(`wasm/${workload.id}.wasm`);
        const values = workload.params.map((param) => params[param.name]!);
        const outcome = await this.#lane(lane).runNative(workload.id, image.bytes, values, settings.timeoutMs, watch);
        return nativeRecord(
          outcome,
          image.sha256,
          workload.operations === undefined ? 1 : params[workload.operations]!,
        );
      }
      const image = await this.image(`${environment.image}.elf`);
      const options = { budget: settings.budget, slice: SLICE, timeoutMs: settings.timeoutMs };
      const { outcome, imageSha256 } = await this.#lane(lane).runGuest(image.bytes, config, options, watch);
      return guestRecord(outcome, imageSha256);
    } catch (error) {
      control.signal?.throwIfAborted();
      return failureRecord(error);
    }
  }

  /** Whether there is a real Linux kernel of our configuration. */
  async hasKernel(): Promise<boolean> {
    const linux = await this.#platform.linux();
    return linux !== null && isOurs(linux);
  }

  /** Runs a workload as a program of Linux or WASI. */
  async #program(
    { workload, config, params }: PlannedCell,
    hosted: Extract<Hosted, { readonly hosting: ProgramHosting }>,
    lane: number,
    settings: Settings,
    watch: Watch,
  ): Promise<RunRecord> {
    const { build, hosting } = hosted;
    const linux = needsKernel(hosted) ? await this.#platform.linux() : null;
    if (needsKernel(hosted) && !linux) return emptyRecord('unavailable', `it needs a Linux kernel. ${OBTAIN}`);
    if (linux && !isOurs(linux) && (hosting === 'wsl2' || workload.hostFiles)) {
      const what = hosting === 'wsl2' ? 'the light VM' : '9p';
      return emptyRecord('unavailable', `${what} needs a kernel of our configuration. ${OBTAIN_BUILT}`);
    }
    const image = await this.image(programFile[build](workload.program));
    const request: ProgramRequest = {
      hosting,
      config: config ?? patched(MACHINE_DEFAULT, settings.config),
      program: image.bytes,
      args: programArguments(workload, params),
      measure: workload.measure ?? 'region',
      hostFiles: workload.hostFiles === true,
      pair: workload.pair === true,
      budget: settings.budget,
    };
    const outcome = await this.#lane(lane).runProgram(request, linux, settings.timeoutMs, watch);
    return programRecord(outcome, image.sha256, linux);
  }

  /** Runs `task` over all items, `parallel` at a time; the number it gets names the lane it may use. */
  async each<T>(items: readonly T[], parallel: number, task: (item: T, lane: number) => Promise<void>): Promise<void> {
    const queue = [...items];
    const work = async (lane: number): Promise<void> => {
      for (let item = queue.shift(); item !== undefined; item = queue.shift()) await task(item, lane);
    };
    const results = await Promise.allSettled(
      Array.from({ length: Math.min(parallel, items.length) }, (_, i) => work(i)),
    );
    const failed = results.find((result) => result.status === 'rejected');
    if (failed) throw failed.reason;
  }

  /** The lane of this number, for runs that are no planned cell. */
  lane(number: number): Lane {
    return this.#lane(number);
  }

  async close(): Promise<void> {
    await Promise.all(this.#lanes.splice(0).map((lane) => lane.close()));
  }

  #lane(number: number): Lane {
    this.#lanes[number] ??= new Lane(this.#platform);
    return this.#lanes[number];
  }

  /** A file of the guests, read once, with its SHA-256. */
  image(file: string): Promise<{ bytes: Uint8Array; sha256: string }> {
    const known = this.#images.get(file);
    if (known) return known;
    const loading = this.#platform.guest(file).then(async (bytes) => ({ bytes, sha256: await sha256(bytes) }));
    loading.catch(() => this.#images.delete(file));
    this.#images.set(file, loading);
    return loading;
  }
}

function failureRecord(error: unknown): RunRecord {
  const message = error instanceof Error ? error.message : String(error);
  return emptyRecord(error instanceof DeadlineError ? 'timeout' : 'error', message);
}
