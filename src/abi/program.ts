/** Programs of Linux and of WASI, and what can host one. Data only: all of it crosses comlink. */
import type { MachineConfig } from './config.ts';
import type { RunOutcome } from './machine.ts';

/** What stands between a program and the machine. */
export const PROGRAM_HOSTINGS = [
  {
    id: 'process',
    summary: 'its system calls are translated, and there is no kernel of its own (the process VM, WSL 1)',
  },
  { id: 'container', summary: 'namespaces and control groups of a kernel that it shares with others' },
  { id: 'wasi', summary: 'a WebAssembly program in a container’s files: nothing is translated' },
] as const;
export type ProgramHosting = (typeof PROGRAM_HOSTINGS)[number]['id'];

export interface ProgramRequest {
  readonly hosting: ProgramHosting;
  readonly config: MachineConfig;
  /** A static riscv64 ELF file of Linux, or a WebAssembly file of WASI preview 1. */
  readonly program: Uint8Array;
  /** Behind the name of the program. */
  readonly args: readonly string[];
  /**
   * `region`: what the program marks, of a host that is there already. `startup`: from the request for one more of its kind to
   * its first output; what can be kept from others of its kind is there already.
   */
  readonly measure: 'region' | 'startup';
  /** Whether it sees a directory of the host, at /host. */
  readonly hostFiles: boolean;
  /** Instructions at most. */
  readonly budget: number;
}

export interface ProgramOutcome extends Omit<RunOutcome, 'digest' | 'translation'> {
  /** Digest of the architectural state, where the machine is the program's alone. */
  readonly digest: string | null;
  /** Milliseconds of the parts of a start, in their order. */
  readonly phases: Readonly<Record<string, number>>;
}
