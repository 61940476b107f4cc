/** Control groups, version 2: the tree, its limits, and what is counted against them (cgroup-v2 of the kernel's docs). */
import { E, fail } from '../errno.ts';
import { PAGE } from '../machine.ts';
import type { MemoryKind, MemoryOwner } from '../memory/frames.ts';
import { CpuTime } from './cgroup-cpu.ts';
import { IoUse } from './cgroup-io.ts';
import { FairGroup } from './schedule.ts';

export const CONTROLLERS = ['cpu', 'io', 'memory', 'pids'] as const;
export type Controller = (typeof CONTROLLERS)[number];

/** Above memory.high who allocates is held back, by the square of how far it is above, two seconds at most. */
const HIGH_SCALE = 64e9;
const HIGH_LONGEST = 2e9;
const HIGH_BATCH = 64;

const NO_LIMIT = Number.POSITIVE_INFINITY;

export class ControlGroup implements MemoryOwner {
  readonly parent: ControlGroup | null;
  readonly name: string;
  readonly children = new Map<string, ControlGroup>();
  /** Controllers that groups below have. */
  readonly subtree = new Set<Controller>();
  maxDepth = NO_LIMIT;
  maxDescendants = NO_LIMIT;
  /** Processes in it. */
  readonly members = new Set<object>();
  /** Tasks in it and below. */
  tasks = 0;
  pidsMax = NO_LIMIT;
  pidsPeak = 0;
  pidsRefused = 0;
  /** Pages charged, here and below. */
  pages = 0;
  peakPages = 0;
  readonly kinds: Record<MemoryKind, number> = { anon: 0, shmem: 0, file: 0 };
  pageFaults = 0;
  /** Bytes. */
  memoryMax = NO_LIMIT;
  memoryHigh = NO_LIMIT;
  memoryLow = 0;
  memoryMin = 0;
  /** Everybody in it is killed when one is for want of memory. */
  oomGroup = false;
  readonly memoryEvents = { low: 0, high: 0, max: 0, oom: 0, oomKill: 0, oomGroupKill: 0 };
  readonly cpu = new CpuTime();
  readonly io = new IoUse();
  readonly fair: FairGroup;
  /** Asked to be frozen itself. */
  private frozenHere = false;
  /** Pages charged above memory.high since the last turn, and until when that holds it back. */
  private chargedAboveHigh = 0;
  private highUntil = 0;

  constructor(parent: ControlGroup | null, name: string) {
    this.parent = parent;
    this.name = name;
    this.fair = new FairGroup(parent?.fair ?? null);
    if (!parent) this.enableAll();
  }

  get path(): string {
    return this.parent ? `${this.parent.parent ? this.parent.path : ''}/${this.name}` : '/';
  }

  /** As seen from the root of a cgroup namespace, which may not lie above it (cgroup_namespaces(7)). */
  pathFrom(root: ControlGroup): string {
    if (root.contains(this)) return this.path.slice(root.parent ? root.path.length : 0) || '/';
    const up = root.path
      .split('/')
      .filter(Boolean)
      .map(() => '..');
    return `/${[...up, ...this.path.split('/').filter(Boolean)].join('/')}`;
  }

  get bytes(): number {
    return this.pages * PAGE;
  }
  get peakBytes(): number {
    return this.peakPages * PAGE;
  }

  /** This group and all above it. */
  *up(): Generator<ControlGroup> {
    for (let group: ControlGroup | null = this; group; group = group.parent) yield group;
  }

  /** This group and all below it. */
  *down(): Generator<ControlGroup> {
    const left: ControlGroup[] = [this];
    for (let group = left.pop(); group; group = left.pop()) {
      yield group;
      left.push(...group.children.values());
    }
  }

  has(controller: Controller): boolean {
    return this.parent ? this.parent.subtree.has(controller) : true;
  }

  enableAll(): void {
    for (const controller of CONTROLLERS) this.subtree.add(controller);
  }

  get descendants(): number {
    let count = -1;
    for (const _ of this.down()) count++;
    return count;
  }

  makeChild(name: string): ControlGroup {
    if (this.children.has(name)) fail(E.EXIST);
    let depth = 1;
    for (const group of this.up()) {
      if (depth++ > group.maxDepth || group.descendants >= group.maxDescendants) fail(E.AGAIN);
    }
    const child = new ControlGroup(this, name);
    this.children.set(name, child);
    return child;
  }

  removeChild(name: string): void {
    const child = this.children.get(name) ?? fail(E.NOENT);
    if (child.members.size || child.children.size) fail(E.BUSY);
    // What its files and caches still hold is charged up the tree until it is given back.
    this.children.delete(name);
  }

  /** Removes a group with all below it; nobody may be left in them. */
  removeTree(name: string): void {
    const child = this.children.get(name) ?? fail(E.NOENT);
    for (const below of [...child.children.keys()]) child.removeTree(below);
    this.removeChild(name);
  }

  charge(pages: number, kind: MemoryKind = 'anon'): boolean {
    const full = pages > 0 ? this.fullGroup(pages) : null;
    if (full) {
      full.memoryEvents.max++;
      return false;
    }
    for (let group: ControlGroup | null = this; group; group = group.parent) {
      group.pages += pages;
      group.kinds[kind] += pages;
      if (group.pages > group.peakPages) group.peakPages = group.pages;
      if (pages > 0 && group.pages * PAGE > group.memoryHigh) group.chargedAboveHigh += pages;
    }
    return true;
  }

  /** The group whose limit the last refused charge met. */
  fullGroup(pages: number): ControlGroup | null {
    for (let group: ControlGroup | null = this; group; group = group.parent)
      if ((group.pages + pages) * PAGE > group.memoryMax) return group;
    return null;
  }

  /** Counts a new task (or one that is gone); the group whose limit it meets, or null. */
  addTask(change: 1 | -1): ControlGroup | null {
    if (change > 0) {
      for (const group of this.up()) {
        if (group.tasks < group.pidsMax) continue;
        group.pidsRefused++;
        return group;
      }
    }
    for (const group of this.up()) {
      group.tasks += change;
      if (group.tasks > group.pidsPeak) group.pidsPeak = group.tasks;
    }
    return null;
  }

  /** Moves so many tasks elsewhere; limits of numbers do not refuse that. */
  moveTasks(to: ControlGroup, count: number): void {
    for (const group of this.up()) group.tasks -= count;
    for (const group of to.up()) group.tasks += count;
  }

  /** One of its tasks has used `ns` of the processor and comes to the end of its turn. */
  endTurn(ns: number, now: number): void {
    this.fair.used(ns);
    for (let group: ControlGroup | null = this; group; group = group.parent) {
      group.cpu.book(ns, now);
      if (group.chargedAboveHigh) group.slowDown(now);
    }
  }

  /** Whether it was charged above memory.high in this turn. */
  get wasAboveHigh(): boolean {
    return this.chargedAboveHigh > 0;
  }

  private slowDown(now: number): void {
    const over = (this.bytes - this.memoryHigh) / this.memoryHigh;
    this.memoryEvents.high++;
    if (over > 0)
      this.highUntil = now + Math.min(HIGH_LONGEST, (over * over * HIGH_SCALE * this.chargedAboveHigh) / HIGH_BATCH);
    this.chargedAboveHigh = 0;
  }

  /** When its tasks may run again: `now` or earlier unless something holds it back; infinity: it is frozen. */
  runnableAt(now: number): number {
    let at = 0;
    for (let group: ControlGroup | null = this; group; group = group.parent) {
      if (group.frozenHere) return NO_LIMIT;
      at = Math.max(at, group.cpu.readyAt(now), group.highUntil, group.io.readyAt);
    }
    return at;
  }

  /** It was held back until `until`. */
  noteThrottled(now: number, until: number): void {
    for (const group of this.up()) group.cpu.noteThrottled(now, until);
  }

  freeze(on: boolean): void {
    this.frozenHere = on;
  }

  get freezing(): boolean {
    return this.frozenHere;
  }

  /** Itself, or by a group above it. */
  get frozen(): boolean {
    for (const group of this.up()) if (group.frozenHere) return true;
    return false;
  }

  /** Returns whether it has to wait now. */
  bookIo(device: string, kind: 'read' | 'write', bytes: number, clock: { now(): number }): boolean {
    let waits = false;
    for (let group: ControlGroup | null = this; group; group = group.parent)
      if (group.io.book(device, kind, bytes, clock)) waits = true;
    return waits;
  }

  countFault(): void {
    for (let group: ControlGroup | null = this; group; group = group.parent) group.pageFaults++;
  }

  /** Whether a process of `below` is in this group or under it. */
  contains(below: ControlGroup): boolean {
    for (let group: ControlGroup | null = below; group; group = group.parent) if (group === this) return true;
    return false;
  }
}
