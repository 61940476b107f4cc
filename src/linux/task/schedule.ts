/** Whose turn it is: control groups share the processor by weight, level by level; tasks of one group take turns. */

/** A task, as far as this goes. */
export interface Turn {
  /** Whether it stands in a queue. */
  queued: boolean;
}

/** The weight of what has none of its own (cpu.weight's default). */
export const WEIGHT = 100;

/** A control group as the scheduler sees it. */
export class FairGroup {
  private readonly parent: FairGroup | null;
  weight = WEIGHT;
  private queue: Turn[] = [];
  /** Groups below with somebody who waits. */
  private readonly active = new Set<FairGroup>();
  /** Weighted time: of this group among its siblings, of its own tasks among its children, of who ran last in it. */
  private virtual = 0;
  private own = 0;
  private floor = 0;

  constructor(parent: FairGroup | null) {
    this.parent = parent;
  }

  private get isIdle(): boolean {
    return this.queue.length === 0 && this.active.size === 0;
  }

  /** Puts a task at the end of its group's queue. */
  add(turn: Turn): void {
    if (turn.queued) return;
    turn.queued = true;
    // Who slept has no claim on what the others used meanwhile.
    if (this.queue.length === 0) this.own = Math.max(this.own, this.floor);
    this.activate();
    this.queue.push(turn);
  }

  /** Tells the groups above, as far up as nobody waited until now. */
  private activate(): void {
    let idle = this.isIdle;
    for (let group: FairGroup = this; idle && group.parent; group = group.parent) {
      const { parent } = group;
      idle = parent.isIdle;
      group.virtual = Math.max(group.virtual, parent.floor);
      parent.active.add(group);
    }
  }

  /** The next task at or below this group; null: nobody waits. */
  take(): Turn | null {
    let best: FairGroup | null = null;
    for (const group of this.active) if (!best || group.virtual < best.virtual) best = group;
    if (this.queue.length && (!best || this.own <= best.virtual)) {
      this.floor = this.own;
      const turn = this.queue.shift()!;
      turn.queued = false;
      return turn;
    }
    if (!best) return null;
    this.floor = best.virtual;
    const turn = best.take();
    if (best.isIdle) this.active.delete(best);
    return turn;
  }

  /** A task of this group has used so many nanoseconds. */
  used(ns: number): void {
    this.own += ns;
    for (let group: FairGroup = this; group.parent; group = group.parent) group.virtual += (ns * WEIGHT) / group.weight;
  }
}
