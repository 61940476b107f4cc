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
  { id: 'linux', summary: 'a real Linux kernel on the machine, under every strategy of its VMM' },
  { id: 'wsl2', summary: 'a distribution in a light VM with a real Linux kernel, which others share' },
  { id: 'wasi', summary: 'a WebAssembly program in a container’s files: nothing is translated' },
] as const;
export type ProgramHosting = (typeof PROGRAM_HOSTINGS)[number]['id'];

/** What a real Linux needs. */
export interface LinuxFiles {
  /** An uncompressed RISC-V Image. */
  readonly kernel: Uint8Array;
  /** What kernel it is, for a person. */
  readonly about: string;
  /** How process 1 is reached: not every kernel has a driver of virtio built in. */
  readonly agent: 'virtio' | 'serial';
  /** A static busybox for riscv64. */
  readonly busybox: Uint8Array;
}

/** The same with what is built here: process 1, what packs and unpacks trees, and the machine, which a boot compiles anew. */
export interface LinuxUserland extends LinuxFiles {
  readonly core: Uint8Array;
  readonly init: Uint8Array;
  readonly archive: Uint8Array;
}

/** The argument of that one of a pair which waits for a connection. */
export const PEER_SERVES = 1;

export interface ProgramRequest {
  readonly hosting: ProgramHosting;
  readonly config: MachineConfig;
  /** A static riscv64 ELF file of Linux, or a WebAssembly file of WASI preview 1. */
  readonly program: Uint8Array;
  /** Behind the name of the program. */
  readonly args: readonly string[];
  /**
   * `region`: what the program marks, of a host that is there already. `startup`: from the request for one more of its kind to
   * its first output; what can be kept from others of its kind is there already. `boot`: from power-on to a shell's prompt; the
   * program does not matter.
   */
  readonly measure: 'region' | 'startup' | 'boot';
  /** Whether it sees a directory of the host, at /host. */
  readonly hostFiles: boolean;
  /**
   * Whether it is run twice, the other one elsewhere on the lab's network. Each has one more argument: PEER_SERVES who waits for a
   * connection, and who is measured the other's IPv4 address as a number.
   */
  readonly pair: boolean;
  /** Instructions at most. */
  readonly budget: number;
}

export interface ProgramOutcome extends Omit<RunOutcome, 'digest' | 'translation'> {
  /** Digest of the architectural state, where the machine is the program's alone. */
  readonly digest: string | null;
  /** Milliseconds of the parts of a start, in their order. */
  readonly phases: Readonly<Record<string, number>>;
}
