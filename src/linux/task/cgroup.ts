/** Control groups, version 2: the tree, its limits, and what is counted against them. */
import { E, fail } from '../errno.ts';
import { PAGE } from '../machine.ts';
import type { MemoryOwner } from '../memory/frames.ts';

/** cpu.max: microseconds of processor time in each period. */
export interface CpuMax {
  quota: number;
  period: number;
}

export class ControlGroup implements MemoryOwner {
  readonly parent: ControlGroup | null;
  readonly name: string;
  readonly children = new Map<string, ControlGroup>();
  /** Processes in it. */
  readonly members = new Set<object>();
  /** Tasks in it and below. */
  tasks = 0;
  pidsMax = Number.POSITIVE_INFINITY;
  pidsRefused = 0;
  /** Pages charged, here and below. */
  pages = 0;
  peakPages = 0;
  /** Bytes. */
  memoryMax = Number.POSITIVE_INFINITY;
  memoryEvents = { max: 0, oom: 0, oomKill: 0 };
  cpuMax: CpuMax = { quota: Number.POSITIVE_INFINITY, period: 100_000 };
  cpuWeight = 100;
  /** Nanoseconds used in all, and in the present period. */
  usage = 0;
  periods = 0;
  throttledPeriods = 0;
  throttled = 0;
  private periodStart = 0;
  private periodUsage = 0;

  constructor(parent: ControlGroup | null, name: string) {
    this.parent = parent;
    this.name = name;
  }

  get path(): string {
    return this.parent ? `${this.parent.parent ? this.parent.path : ''}/${this.name}` : '/';
  }

  makeChild(name: string): ControlGroup {
    if (this.children.has(name)) fail(E.EXIST);
    const child = new ControlGroup(this, name);
    this.children.set(name, child);
    return child;
  }

  removeChild(name: string): void {
    const child = this.children.get(name) ?? fail(E.NOENT);
    if (child.members.size || child.children.size) fail(E.BUSY);
    // What its files and caches still hold belongs to the parent's usage only until it is given back.
    this.children.delete(name);
  }

  charge(pages: number): boolean {
    const full = pages > 0 ? this.fullGroup(pages) : null;
    if (full) {
      full.memoryEvents.max++;
      return false;
    }
    for (let group: ControlGroup | null = this; group; group = group.parent) {
      group.pages += pages;
      group.peakPages = Math.max(group.peakPages, group.pages);
    }
    return true;
  }

  /** The group whose limit the last refused charge met. */
  fullGroup(pages: number): ControlGroup | null {
    for (let group: ControlGroup | null = this; group; group = group.parent)
      if ((group.pages + pages) * PAGE > group.memoryMax) return group;
    return null;
  }

  /** Counts a new task (or one that is gone); false: a limit on the way up is reached. */
  addTask(change: 1 | -1): boolean {
    if (change > 0) {
      for (let group: ControlGroup | null = this; group; group = group.parent) {
        if (group.tasks >= group.pidsMax) {
          group.pidsRefused++;
          return false;
        }
      }
    }
    for (let group: ControlGroup | null = this; group; group = group.parent) group.tasks += change;
    return true;
  }

  /** Books processor time at `now`; all in nanoseconds. */
  run(ns: number, now: number): void {
    for (let group: ControlGroup | null = this; group; group = group.parent) {
      group.roll(now);
      group.usage += ns;
      group.periodUsage += ns;
    }
  }

  private roll(now: number): void {
    const period = this.cpuMax.period * 1000;
    if (now - this.periodStart < period) return;
    const limited = Number.isFinite(this.cpuMax.quota);
    if (limited) {
      this.periods++;
      // What was used beyond the quota is owed to the next periods.
      const over = this.periodUsage - this.cpuMax.quota * 1000;
      const passed = Math.floor((now - this.periodStart) / period);
      this.periodUsage = Math.max(0, over - (passed - 1) * this.cpuMax.quota * 1000);
    } else this.periodUsage = 0;
    this.periodStart = now - ((now - this.periodStart) % period);
  }

  /** When it may run again: `now` or earlier unless a quota on the way up is spent. */
  runnableAt(now: number): number {
    let at = 0;
    for (let group: ControlGroup | null = this; group; group = group.parent) {
      if (!Number.isFinite(group.cpuMax.quota)) continue;
      group.roll(now);
      if (group.periodUsage < group.cpuMax.quota * 1000) continue;
      at = Math.max(at, group.periodStart + group.cpuMax.period * 1000);
    }
    return at;
  }

  /** It was held back until `until`. */
  noteThrottled(now: number, until: number): void {
    for (let group: ControlGroup | null = this; group; group = group.parent) {
      if (!Number.isFinite(group.cpuMax.quota) || group.periodUsage < group.cpuMax.quota * 1000) continue;
      group.throttledPeriods++;
      group.throttled += until - now;
    }
  }

  /** Whether a process of `below` is in this group or under it. */
  contains(below: ControlGroup): boolean {
    for (let group: ControlGroup | null = below; group; group = group.parent) if (group === this) return true;
    return false;
  }
}
