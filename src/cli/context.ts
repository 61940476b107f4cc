import type { Writable } from 'node:stream';

/** Exit codes of the command line, one meaning each. */
export const EXIT = [
  { id: 'good', code: 0, summary: 'all went well' },
  { id: 'failed', code: 1, summary: 'a guest or a law failed (`run` of an ISA test: the number of the failing test)' },
  { id: 'input', code: 2, summary: 'bad input: the message says what and where; nothing was written' },
  { id: 'broken', code: 3, summary: 'the lab itself failed: set-up, or an error in Trapframe' },
  { id: 'interrupted', code: 130, summary: 'stopped by Ctrl-C; nothing half-written is left' },
] as const;

/** What the process ends with, by the name of the outcome. */
export const exitCode = (id: (typeof EXIT)[number]['id']): number => EXIT.find((row) => row.id === id)!.code;

/** What a command works with; tests of single commands give their own. */
export interface Context {
  /** The checkout: build/ lies below it. */
  readonly root: string;
  readonly stdout: Writable & { isTTY?: boolean; columns?: number };
  readonly stderr: Writable & { isTTY?: boolean; columns?: number };
  /** Aborted by Ctrl-C or SIGTERM. */
  readonly signal: AbortSignal;
  /** Tells what the process shall end with when the command is done; see `EXIT`. */
  readonly setExitCode: (code: number) => void;
}
