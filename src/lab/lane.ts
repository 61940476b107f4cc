/** A lane runs one guest at a time: its workers are started when first needed and replaced when they die. */
import { proxy } from 'comlink';
import type { MachineConfig } from '../abi/config.ts';
import type { Progress, RunOptions } from '../abi/machine.ts';
import type { LinuxUserland, ProgramOutcome, ProgramRequest } from '../abi/program.ts';
import { Connection, DeadlineError } from '../rpc/connection.ts';
import type { BenchWorker, NativeOutcome, WorkerKind, Workers } from '../rpc/protocol.ts';
import type { GuestRun } from './api.ts';
import type { Platform } from './platform.ts';

/** Starting a worker, or loading an image, may take this long on a busy machine. */
const SETUP_MS = 60_000;
/** A guest asked to stop has this long to end its slice. */
const GRACE_MS = 3_000;
/** What a worker was given, beside programs by their ids. */
const LINUX = 'linux';

export interface Watch {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/** Runs one guest at a time; a call that comes while one runs waits. */
export class Lane {
  readonly #platform: Platform;
  readonly #connections = new Map<WorkerKind, Connection<Workers[WorkerKind]>>();
  readonly #loaded = new WeakMap<object, Set<string>>();
  #last: Promise<unknown> = Promise.resolve();
  #onProgress: (progress: Progress) => void = () => {};

  constructor(platform: Platform) {
    this.#platform = platform;
  }

  /**
   * Runs one image on a machine of its own. Rejects with InputError for a bad image or configuration, DeadlineError
   * after `timeoutMs`, WorkerError when the worker dies, and the signal's reason when stopped.
   */
  runGuest(
    image: Uint8Array,
    config: MachineConfig,
    options: RunOptions & { readonly timeoutMs: number },
    watch: Watch,
  ): Promise<GuestRun> {
    return this.#alone(() => this.#runGuest(image, config, options, watch));
  }

  async #runGuest(
    image: Uint8Array,
    config: MachineConfig,
    options: RunOptions & { readonly timeoutMs: number },
    watch: Watch,
  ): Promise<GuestRun> {
    watch.signal?.throwIfAborted();
    const guest = await this.#opened('guest');
    const imageSha256 = await this.#orClose(
      'guest',
      guest.call('loading the image', SETUP_MS, (remote) => remote.load(image, config)),
    );
    watch.signal?.throwIfAborted();
    this.#onProgress = watch.onProgress ?? (() => {});
    const { timeoutMs, ...runOptions } = options;
    // The call outlives its own deadline by the grace a cancelled guest gets.
    const running = guest.call('the run', timeoutMs + 2 * GRACE_MS, (remote) => remote.run(runOptions));
    const outcome = await this.#supervised('guest', guest, running, timeoutMs, watch.signal);
    return { outcome, imageSha256 };
  }

  /**
   * Runs a workload's own WebAssembly build, compiled once a worker. It cannot be interrupted, so stopping it ends its
   * worker. Rejects as `runGuest` does.
   */
  runNative(
    id: string,
    wasm: Uint8Array,
    params: readonly number[],
    timeoutMs: number,
    watch: Watch,
  ): Promise<NativeOutcome> {
    return this.#alone(() => this.#runNative(id, wasm, params, timeoutMs, watch));
  }

  async #runNative(
    id: string,
    wasm: Uint8Array,
    params: readonly number[],
    timeoutMs: number,
    watch: Watch,
  ): Promise<NativeOutcome> {
    watch.signal?.throwIfAborted();
    const bench = this.#connect('bench') as Connection<BenchWorker>;
    const loaded = this.#loaded.get(bench) ?? new Set();
    this.#loaded.set(bench, loaded);
    const stop = (): void => void this.#close('bench');
    watch.signal?.addEventListener('abort', stop, { once: true });
    try {
      if (!loaded.has(id)) {
        await this.#orClose(
          'bench',
          bench.call('loading the program', SETUP_MS, (remote) => remote.load(id, wasm)),
        );
        loaded.add(id);
      }
      return await this.#orClose(
        'bench',
        bench.call('the run', timeoutMs, (remote) => remote.run(id, params)),
      );
    } catch (error) {
      watch.signal?.throwIfAborted();
      throw error;
    } finally {
      watch.signal?.removeEventListener('abort', stop);
    }
  }

  /** Runs a program of Linux or WASI to its end; `linux` where it needs a real kernel. Rejects as `runGuest` does. */
  runProgram(
    request: ProgramRequest,
    linux: LinuxUserland | null,
    timeoutMs: number,
    watch: Watch,
  ): Promise<ProgramOutcome> {
    return this.#alone(async () => {
      watch.signal?.throwIfAborted();
      const host = await this.#opened('program');
      const known = this.#loaded.get(host) ?? new Set();
      this.#loaded.set(host, known);
      if (linux && !known.has(LINUX)) {
        await this.#orClose(
          'program',
          host.call('sending a kernel', SETUP_MS, (remote) => remote.provide(linux)),
        );
        known.add(LINUX);
      }
      this.#onProgress = watch.onProgress ?? (() => {});
      const running = host.call('the run', timeoutMs + 2 * GRACE_MS, (remote) => remote.run(request));
      // A WebAssembly program cannot be asked to stop: it ends with its worker.
      const graceMs = request.hosting === 'wasi' ? 0 : GRACE_MS;
      return this.#supervised('program', host, running, timeoutMs, watch.signal, graceMs);
    });
  }

  /** Ends the workers. */
  async close(): Promise<void> {
    await Promise.all([...this.#connections.keys()].map((kind) => this.#close(kind)));
  }

  /** A worker holds one machine, so the next run waits for the one before, however that ends. */
  #alone<T>(task: () => Promise<T>): Promise<T> {
    const mine = this.#last.then(task, task);
    this.#last = mine;
    return mine;
  }

  async #supervised<T>(
    kind: 'guest' | 'program',
    guest: Connection<Workers['guest'] | Workers['program']>,
    running: Promise<T>,
    timeoutMs: number,
    signal?: AbortSignal,
    graceMs = GRACE_MS,
  ): Promise<T> {
    let stopped: unknown = null;
    let ended = false;
    const timers: ReturnType<typeof setTimeout>[] = [];
    const stop = (reason: unknown): void => {
      if (ended || stopped !== null) return;
      stopped = reason;
      guest.tell((remote) => remote.cancel());
      timers.push(setTimeout(() => void this.#close(kind), graceMs));
    };
    const onAbort = (): void => stop(signal?.reason);
    timers.push(setTimeout(() => stop(new DeadlineError('the guest', timeoutMs)), timeoutMs));
    signal?.addEventListener('abort', onAbort, { once: true });
    if (signal?.aborted) onAbort();
    try {
      const outcome = await this.#orClose(kind, running);
      if (stopped !== null) throw stopped;
      return outcome;
    } catch (error) {
      throw stopped ?? error;
    } finally {
      ended = true;
      for (const timer of timers) clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      this.#onProgress = () => {};
    }
  }

  /** A worker of a kind that is opened with the core and tells of its progress. */
  async #opened<K extends 'guest' | 'program'>(kind: K): Promise<Connection<Workers[K]>> {
    const known = this.#connections.get(kind);
    if (known?.alive) return known as Connection<Workers[K]>;
    const { module } = await this.#platform.core();
    const worker = this.#connect(kind) as Connection<Workers['guest'] | Workers['program']>;
    const tell = proxy((progress: Progress) => this.#onProgress(progress));
    await this.#orClose(
      kind,
      worker.call('starting a worker', SETUP_MS, (remote) => remote.open(module, tell)),
    );
    return worker as Connection<Workers[K]>;
  }

  #connect(kind: WorkerKind): Connection<Workers[WorkerKind]> {
    const known = this.#connections.get(kind);
    if (known?.alive) return known;
    const fresh = new Connection<Workers[WorkerKind]>(this.#platform.start(kind));
    this.#connections.set(kind, fresh);
    return fresh;
  }

  /** A worker past its deadline is in an unknown state: it is ended, and the next call starts another. */
  async #orClose<T>(kind: WorkerKind, call: Promise<T>): Promise<T> {
    try {
      return await call;
    } catch (error) {
      if (error instanceof DeadlineError) await this.#close(kind);
      throw error;
    }
  }

  async #close(kind: WorkerKind): Promise<void> {
    const connection = this.#connections.get(kind);
    this.#connections.delete(kind);
    await connection?.close();
  }
}
