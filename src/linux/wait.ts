/** Where tasks wait: who sleeps on a queue is woken when what it waits for may have happened, and looks again. */

export interface Sleeper {
  /** Something it waits for may have happened: `what` of `POLL`, where the waker knows. */
  wake(what?: number): void;
}

/** What one does to a file oneself, of which nobody is told by a signal. */
export const OWN = -1;

export class WaitQueue {
  private readonly sleepers = new Set<Sleeper>();

  add(sleeper: Sleeper): void {
    this.sleepers.add(sleeper);
  }

  remove(sleeper: Sleeper): void {
    this.sleepers.delete(sleeper);
  }

  /** Wakes everybody; `what` happened: bits of `POLL`; 0: an end perhaps, and nothing else that SIGIO tells of; `OWN`: nor an end. */
  wake(what?: number): void {
    if (this.sleepers.size === 0) return;
    for (const sleeper of [...this.sleepers]) sleeper.wake(what);
  }
}
