/** System calls as data: number, name, how complete it is, and who serves it. */
import type { Kernel } from '../kernel.ts';
import type { Task } from '../task/task.ts';

/** Serves a call: its six arguments as signed numbers; returns a result, or a negative error number. */
export type Call = (
  kernel: Kernel,
  task: Task,
  a: number,
  b: number,
  c: number,
  d: number,
  e: number,
  f: number,
) => number;

export type CallState = 'supported' | 'partial' | 'missing';

export interface CallRow {
  readonly number: number;
  readonly name: string;
  readonly state: CallState;
  /** Of a partial call: what it does not do. */
  readonly note: string;
  readonly serve: Call | null;
  /** Whether it is made again after a handler with SA_RESTART. */
  readonly restart: boolean;
  /** It goes on after a signal that has no handler, with the time it has left. */
  readonly resumes: boolean;
  /** It deals with signals that come while it waits by itself. */
  readonly ownSignals: boolean;
  /** Times it was served. */
  count: number;
}

export type CallTable = ReadonlyMap<number, CallRow>;
