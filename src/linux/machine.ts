/** The machine as the kernel needs it: frames, registers, page tables, and user mode that runs until it traps. */

/** Why `run` came back: its budget is spent, or user mode raised an exception. */
export type UserStop = 'slice' | 'trap';

/** Page number of the first frame: what a page-table entry holds of frame 0 (the machine's RAM begins at 2 GiB). */
export const FIRST_PPN = 0x8_0000;
export const PAGE = 4096;

export interface UserMachine {
  /** The instruction set, as device trees and /proc/cpuinfo name it. */
  readonly isa: string;
  /** The machine's linear memory, by bytes and by little-endian words. It never moves. */
  readonly bytes: Uint8Array;
  readonly words: Uint32Array;
  /** Linear address of frame 0, page-aligned, and how many frames there are. */
  readonly ram: number;
  readonly frames: number;
  /** x0 to x31 and f0 to f31 of the hart: low word, high word. */
  readonly x: Uint32Array;
  readonly f: Uint32Array;
  getPc(): number;
  setPc(pc: number): void;
  getFcsr(): number;
  setFcsr(value: number): void;
  /** Of the last trap: the cause as in scause, and the address or instruction as in stval (NaN-free, below 2^53). */
  cause(): number;
  tval(): number;
  /** Walks the Sv39 table whose root is this frame from now on; also to be called when another task goes on. */
  enter(rootFrame: number): void;
  /** Entries were taken away or narrowed: of one page, or (no address) anywhere. */
  fence(va?: number): void;
  /** The kernel wrote to the frame: what was decoded of it is void. */
  wrote(frame: number): void;
  /** Runs user mode for about `budget` instructions. Throws where the machine itself failed. */
  run(budget: number): UserStop;
  /** Instructions retired so far. */
  instructions(): number;
}
