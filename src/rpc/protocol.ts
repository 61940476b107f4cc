/** What each kind of worker exposes. Everything crosses by structured cloning, callbacks as comlink proxies. */
import type { MachineConfig } from '../abi/config.ts';
import type { Progress, RunOptions, RunOutcome } from '../abi/machine.ts';
import type { HostedEvents, HostedLinux } from '../machine/hosted.ts';
import type { ProgramHost } from '../machine/hostings/host.ts';
import type { LightVmHost } from '../machine/light/host.ts';

export type WorkerKind = 'guest' | 'bench' | 'program' | 'linux' | 'wsl2';

/** workers/guest.ts: one machine at a time. */
export interface GuestWorker {
  /** Comes first. `onProgress` hears of every slice of every run. */
  open(core: WebAssembly.Module, onProgress: (progress: Progress) => void): void;
  /** Resolves to the image's SHA-256. Rejects with an InputError. */
  load(image: Uint8Array, config: MachineConfig): Promise<string>;
  run(options: RunOptions): Promise<RunOutcome>;
  /** Stops the run at the end of its slice. */
  cancel(): void;
}

export interface NativeOutcome {
  /** 16 hex digits; zero where the workload found its own result wrong. */
  readonly checksum: string;
  /** Milliseconds of the measured region. */
  readonly wallMs: number;
}

/** workers/bench.ts: workloads' own WebAssembly builds. Programs stay compiled, so that the engine's tiers warm up. */
export interface BenchWorker {
  load(id: string, wasm: Uint8Array): Promise<void>;
  /** Runs a loaded program in a fresh memory. */
  run(id: string, params: readonly number[]): Promise<NativeOutcome>;
}

/** workers/linux.ts: one Linux guest at a time. */
export interface LinuxWorker extends HostedLinux {
  /** Comes first. */
  open(
    core: WebAssembly.Module,
    console: HostedEvents['console'],
    output: HostedEvents['output'],
    ready: HostedEvents['ready'],
  ): void;
}

export interface Workers {
  readonly guest: GuestWorker;
  readonly bench: BenchWorker;
  /** workers/program.ts: programs of Linux and WASI. */
  readonly program: ProgramHost;
  readonly linux: LinuxWorker;
  /** workers/wsl2.ts: a light VM. */
  readonly wsl2: LightVmHost;
}
