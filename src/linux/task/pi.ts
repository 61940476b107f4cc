/** What is kept of futexes whose word says who holds them (FUTEX_LOCK_PI). */
import type { Task } from './task.ts';

/** One that wants to hold the word at `va`. */
export class PiWait {
  granted = false;
  readonly task: Task;
  readonly key: string;
  readonly va: number;
  constructor(task: Task, key: string, va: number) {
    this.task = task;
    this.key = key;
    this.va = va;
  }
}

/** A word with waiters: who holds it, and who is next. */
export interface PiState {
  owner: Task;
  readonly waiters: PiWait[];
}

/** A wait for a condition: the lock its waiter is to be moved to, and how it stands with that once it is. */
export interface Condition {
  readonly target: string;
  pi: PiWait | null;
}
