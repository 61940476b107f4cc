/** What the lab needs from where it runs; src/lab/node/platform.ts and src/lab/browser/platform.ts provide it. */
import type { LinuxUserland } from '../abi/program.ts';
import type { HostInfo } from '../abi/result.ts';
import type { WorkerHandle } from '../rpc/connection.ts';
import type { WorkerKind } from '../rpc/protocol.ts';

export interface Core {
  readonly module: WebAssembly.Module;
  readonly sha256: string;
}

export interface Platform {
  readonly version: string;
  start(kind: WorkerKind): WorkerHandle;
  /** The compiled machine. */
  core(): Promise<Core>;
  /** A file below build/guests: `kernel.elf`, `wasm/gups.wasm`… Rejects with InputError where it was not built. */
  guest(file: string): Promise<Uint8Array>;
  /** A real Linux kernel and what its guests need beside it; null where none is at hand. */
  linux(): Promise<LinuxUserland | null>;
  host(): Omit<HostInfo, 'clockResolutionMs'>;
  /** Milliseconds of a monotonic clock. */
  now(): number;
}
