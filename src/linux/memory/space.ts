/** An address space: areas (what is mapped where), the page table that is filled from them on demand, copy on write. */
import { E, fail, SysError } from '../errno.ts';
import { PAGE, type UserMachine } from '../machine.ts';
import { PROT } from '../uapi.ts';
import type { Frames, MemoryOwner } from './frames.ts';
import { leaf, PageTable, PTE, USER_END } from './tables.ts';

/** What pages can be mapped from: a file's page cache, or memory shared between processes. */
export interface Pages {
  /** The frame of a page (its own reference kept by whom it belongs to), 0: no memory, −1: beyond the end. Who needs it first pays. */
  page(index: number, owner: MemoryOwner | null): number;
  /** A shared mapping that may write begins, or ends: what it wrote then goes to the file. */
  writers(change: 1 | -1): void;
  /** Writes what mappings changed to the file (msync). */
  sync(): void;
  hold(): void;
  release(): void;
}

export interface Area {
  start: number;
  end: number;
  prot: number;
  readonly shared: boolean;
  readonly pages: Pages | null;
  /** Page of `pages` at `start`. */
  first: number;
  /** What /proc/pid/maps shows. */
  readonly name: string;
  /** A stack: grows down on a fault below it. */
  readonly grows: boolean;
}

export type Fault = 'ok' | 'unmapped' | 'denied' | 'beyond' | 'no-memory';

/** Where mmap looks for room, from here down (below the stack). */
const MMAP_TOP = 0x3f_f000_0000;
const MMAP_BOTTOM = 0x1_0000;
/** A stack may grow to this. */
const STACK_LIMIT = 8 * 2 ** 20;
/** Pages of a file that are mapped at once when one of them is read. */
const FAULT_AROUND = 16;

export const pageUp = (n: number): number => Math.ceil(n / PAGE) * PAGE;
export const pageDown = (n: number): number => Math.floor(n / PAGE) * PAGE;

export class AddressSpace {
  readonly table: PageTable;
  areas: Area[] = [];
  brkStart = 0;
  brk = 0;
  /** Where /proc/pid/cmdline and environ are read from. */
  args = { start: 0, end: 0, envEnd: 0 };
  users = 1;
  /** Pages mapped now. */
  resident = 0;
  readonly machine: UserMachine;
  readonly frames: Frames;
  owner: MemoryOwner | null;
  /** Limit of all areas together, in bytes (RLIMIT_AS). */
  limit = Number.POSITIVE_INFINITY;

  constructor(machine: UserMachine, frames: Frames, owner: MemoryOwner | null) {
    this.machine = machine;
    this.frames = frames;
    this.owner = owner;
    this.table = new PageTable(machine, frames);
  }

  /** The index of the first area that ends above `va`. */
  private indexOf(va: number): number {
    let [low, high] = [0, this.areas.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.areas[middle]!.end <= va) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The area `va` lies in. */
  areaAt(va: number): Area | null {
    const area = this.areas[this.indexOf(va)];
    return area && area.start <= va ? area : null;
  }

  /** Bytes of all areas. */
  get size(): number {
    return this.areas.reduce((sum, a) => sum + a.end - a.start, 0);
  }

  /** Whether a range lies in user memory and meets no area. */
  isFree(start: number, end: number): boolean {
    const area = this.areas[this.indexOf(start)];
    return end <= USER_END && (!area || area.start >= end);
  }

  /** The highest free range of so many bytes below the mmap base; 0: there is none. */
  findFree(length: number): number {
    let end = MMAP_TOP;
    for (let i = this.indexOf(MMAP_TOP - 1); i >= 0; i--) {
      const area = this.areas[i];
      if (area && area.start < MMAP_TOP) {
        if (area.end <= end && end - area.end >= length) return end - length;
        end = Math.min(end, area.start);
      }
    }
    return end - length >= MMAP_BOTTOM ? end - length : 0;
  }

  /** Adds an area to free room. */
  map(area: Area): void {
    if (this.size + area.end - area.start > this.limit) fail(E.NOMEM);
    area.pages?.hold();
    if (area.shared && area.prot & PROT.WRITE) area.pages?.writers(1);
    const at = this.indexOf(area.start);
    const before = this.areas[at - 1];
    // A heap or an arena that grows stays one area.
    if (before && before.end === area.start && !area.pages && !before.pages && same(before, area)) {
      before.end = area.end;
      return;
    }
    this.areas.splice(at, 0, area);
  }

  /** Cuts the areas at `va`, so that one begins there if it is mapped. */
  private split(va: number): void {
    const at = this.indexOf(va);
    const area = this.areas[at];
    if (!area || area.start >= va) return;
    const rest: Area = { ...area, start: va, first: area.first + (va - area.start) / PAGE };
    area.end = va;
    area.pages?.hold();
    if (area.shared && area.prot & PROT.WRITE) area.pages?.writers(1);
    this.areas.splice(at + 1, 0, rest);
  }

  /** The areas of a range, cut at its ends. */
  private inside(start: number, end: number): Area[] {
    this.split(start);
    this.split(end);
    const from = this.indexOf(start);
    let to = from;
    while (to < this.areas.length && this.areas[to]!.start < end) to++;
    return this.areas.slice(from, to);
  }

  private dropPages(start: number, end: number): void {
    let dropped = 0;
    this.table.each(start, end, (at, entry) => {
      this.table.set(at, 0);
      this.frames.release(PageTable.frameOf(entry));
      dropped++;
    });
    if (!dropped) return;
    this.resident -= dropped;
    this.machine.fence(dropped === 1 ? start : undefined);
  }

  /** Takes away what is mapped in a range. */
  unmap(start: number, end: number): void {
    const gone = this.inside(start, end);
    if (gone.length === 0) return;
    for (const area of gone) {
      this.dropPages(area.start, area.end);
      letGo(area);
    }
    this.areas.splice(this.indexOf(start), gone.length);
  }

  /** Forgets the pages of a range but not its areas (madvise MADV_DONTNEED). */
  discard(start: number, end: number): void {
    for (const area of this.inside(start, end)) this.dropPages(area.start, area.end);
  }

  /** mprotect(2). Fails with ENOMEM where the range has a hole. */
  protect(start: number, end: number, prot: number): void {
    let at = start;
    for (const area of this.inside(start, end)) {
      if (area.start !== at) fail(E.NOMEM);
      at = area.end;
      const [could, can] = [area.prot & PROT.WRITE, prot & PROT.WRITE];
      if (area.shared && could !== can) area.pages?.writers(can ? 1 : -1);
      area.prot = prot;
      // Write permission comes back with the fault that decides about copying.
      const bits = bitsOf(prot) & ~PTE.W;
      this.table.each(area.start, area.end, (slot, entry) => {
        const keep = entry & (PTE.A | PTE.D);
        if (prot & (PROT.READ | PROT.EXEC | PROT.WRITE))
          this.table.set(slot, leaf(PageTable.frameOf(entry), bits | keep));
        // No access at all: the page stays, but the entry may not be used; user mode is refused without U.
        else this.table.set(slot, leaf(PageTable.frameOf(entry), PTE.R | keep) & ~PTE.U);
      });
    }
    if (at < end) fail(E.NOMEM);
    this.machine.fence();
    this.merge();
  }

  /** Joins neighbours that have become alike, so that a program that protects page by page does not pile up areas. */
  private merge(): void {
    const out: Area[] = [];
    for (const area of this.areas) {
      const last = out.at(-1);
      if (last && last.end === area.start && !last.pages && !area.pages && same(last, area)) last.end = area.end;
      else out.push(area);
    }
    this.areas = out;
  }

  /** Moves the pages and the area of a range to a free one (mremap). */
  move(from: number, length: number, to: number, newLength: number): void {
    const area = this.areaAt(from);
    if (!area || from + length > area.end) fail(E.FAULT);
    const moved: Area = { ...area, start: to, end: to + newLength, first: area.first + (from - area.start) / PAGE };
    this.map(moved);
    const kept = Math.min(length, newLength);
    this.table.each(from, from + kept, (at, entry, va) => {
      const slot = this.table.make(va - from + to);
      if (!slot) fail(E.NOMEM);
      this.table.set(slot, entry);
      this.table.set(at, 0);
    });
    this.machine.fence();
    this.unmap(from, from + length);
  }

  /** Serves a page fault. */
  fault(va: number, access: number): Fault {
    if (!(va >= 0 && va < USER_END)) return 'unmapped';
    let area = this.areaAt(va);
    if (!area) {
      const above = this.areas[this.indexOf(va)];
      if (!above?.grows || above.end - pageDown(va) > STACK_LIMIT) return 'unmapped';
      above.start = pageDown(va);
      area = above;
    }
    if (!(area.prot & access)) {
      // Sv39 has no pages that can only be written; a page that can be written can be read.
      if (!(access === PROT.READ && area.prot & PROT.WRITE)) return 'denied';
    }
    const page = pageDown(va);
    const slot = this.table.make(page);
    if (!slot) return 'no-memory';
    const entry = this.table.get(slot);
    if (entry) return this.upgrade(area, slot, entry, page, access);
    const index = area.first + (page - area.start) / PAGE;
    if (!area.pages) {
      const frame = this.frames.alloc(this.owner);
      if (!frame) return 'no-memory';
      this.install(slot, frame, bitsOf(area.prot));
      return 'ok';
    }
    const frame = area.pages.page(index, this.owner);
    if (frame < 0) return 'beyond';
    if (frame === 0) return 'no-memory';
    if (area.shared) {
      this.frames.hold(frame);
      this.install(slot, frame, bitsOf(area.prot));
    } else if (access === PROT.WRITE) {
      const copy = this.copy(frame);
      if (!copy) return 'no-memory';
      this.install(slot, copy, bitsOf(area.prot));
    } else {
      this.frames.hold(frame);
      this.install(slot, frame, bitsOf(area.prot) & ~PTE.W);
      this.around(area, page);
    }
    return 'ok';
  }

  private install(slot: number, frame: number, bits: number): void {
    this.table.set(slot, leaf(frame, bits));
    this.resident++;
  }

  /** Maps the neighbours of a page of a file that was read: code and data are mostly used in runs. */
  private around(area: Area, page: number): void {
    const size = FAULT_AROUND * PAGE;
    const from = Math.max(area.start, Math.floor(page / size) * size);
    const to = Math.min(area.end, from + size);
    for (let va = from; va < to; va += PAGE) {
      const slot = this.table.find(va);
      if (!slot || this.table.get(slot)) continue;
      const frame = area.pages!.page(area.first + (va - area.start) / PAGE, this.owner);
      if (frame <= 0) return;
      this.frames.hold(frame);
      this.install(slot, frame, bitsOf(area.prot) & ~PTE.W);
    }
  }

  private copy(frame: number): number {
    const copy = this.frames.alloc(this.owner);
    if (!copy) return 0;
    const { machine, frames } = this;
    machine.bytes.copyWithin(frames.at(copy), frames.at(frame), frames.at(frame) + PAGE);
    return copy;
  }

  /** A present page does not permit the access: a first store after fork, or permissions that were widened. */
  private upgrade(area: Area, slot: number, entry: number, page: number, access: number): Fault {
    const frame = PageTable.frameOf(entry);
    const keep = entry & (PTE.A | PTE.D);
    if (access !== PROT.WRITE) {
      const bits = bitsOf(area.prot) & (entry & PTE.W ? ~0 : ~PTE.W);
      this.table.set(slot, leaf(frame, bits | keep));
    } else if (area.shared || this.frames.count(frame) === 1) {
      // Shared, or a private copy already: a page of a file has the cache's reference besides.
      this.table.set(slot, leaf(frame, bitsOf(area.prot) | keep));
    } else {
      const copy = this.copy(frame);
      if (!copy) return 'no-memory';
      this.table.set(slot, leaf(copy, bitsOf(area.prot) | keep));
      this.frames.release(frame);
    }
    this.machine.fence(page);
    return 'ok';
  }

  /** A copy for a child: private pages are shared until one of both writes to them. */
  fork(owner: MemoryOwner | null): AddressSpace {
    const child = new AddressSpace(this.machine, this.frames, owner);
    child.brkStart = this.brkStart;
    child.brk = this.brk;
    child.args = { ...this.args };
    child.limit = this.limit;
    try {
      this.copyTo(child);
    } catch (e) {
      child.release();
      throw e;
    } finally {
      this.machine.fence();
    }
    return child;
  }

  private copyTo(child: AddressSpace): void {
    for (const area of this.areas) {
      area.pages?.hold();
      if (area.shared && area.prot & PROT.WRITE) area.pages?.writers(1);
      child.areas.push({ ...area });
      this.table.each(area.start, area.end, (at, entry, va) => {
        const shared = area.shared ? entry : entry & ~PTE.W;
        if (shared !== entry) this.table.set(at, shared);
        const slot = child.table.make(va);
        if (!slot) fail(E.NOMEM);
        child.table.set(slot, shared);
        child.resident++;
        this.frames.hold(PageTable.frameOf(entry));
      });
    }
  }

  /** Another task uses this address space, or one no longer does; the last one out frees it. */
  release(): void {
    if (--this.users > 0) return;
    for (const area of this.areas) {
      this.table.each(area.start, area.end, (_, entry) => this.frames.release(PageTable.frameOf(entry)));
      letGo(area);
    }
    this.areas = [];
    this.resident = 0;
    this.table.free();
    // The next address space may have the same root, and what was cached of this one would be taken for its own.
    this.machine.fence();
  }

  /** As `linear`, whatever the area's protection says, for who traces it; fails with EIO where a file would be changed. */
  forced(va: number, write: boolean): number {
    const area = va >= 0 && va < USER_END ? this.areaAt(va) : null;
    if (!area) return fail(E.IO);
    const { prot } = area;
    if (prot & (write ? PROT.WRITE : PROT.READ)) return this.linear(va, write);
    if (write && area.shared) fail(E.IO);
    area.prot |= PROT.READ | (write ? PROT.WRITE : 0);
    try {
      return this.linear(va, write);
    } finally {
      area.prot = prot;
      const slot = this.table.find(va);
      const entry = slot ? this.table.get(slot) : 0;
      if (entry) {
        const bits = leaf(PageTable.frameOf(entry), (bitsOf(prot) & ~PTE.W) | (entry & (PTE.A | PTE.D)));
        this.table.set(slot, prot ? bits : (bits | PTE.R) & ~PTE.U);
        this.machine.fence(pageDown(va));
      }
    }
  }

  /** How many bytes the last `span` found in one piece. */
  spanned = 0;

  /**
   * Linear address behind the beginning of a range, of which `spanned` says how much lies behind it in one piece: up to a page
   * whose frame lies elsewhere, or that can't be had. Fails with EFAULT where the first can't.
   */
  span(va: number, length: number, write: boolean): number {
    const at = this.linear(va, write);
    let have = PAGE - (at & (PAGE - 1));
    try {
      while (have < length && this.linear(va + have, write) === at + have) have += PAGE;
    } catch (e) {
      if (!(e instanceof SysError)) throw e;
    }
    this.spanned = Math.min(have, length);
    return at;
  }

  /** Linear address behind a user address, faulted in for the kernel's own access; fails with EFAULT. */
  linear(va: number, write: boolean): number {
    const slot = va >= 0 && va < USER_END ? this.table.find(va) : 0;
    const entry = slot ? this.table.get(slot) : 0;
    const needs = PTE.U | (write ? PTE.W : PTE.R);
    if ((entry & needs) === needs) {
      const marks = PTE.D | PTE.A;
      if (write && (entry & marks) !== marks) this.table.set(slot, entry | marks);
      return this.frames.at(PageTable.frameOf(entry)) + (va & (PAGE - 1));
    }
    const outcome = this.fault(va, write ? PROT.WRITE : PROT.READ);
    if (outcome !== 'ok') fail(outcome === 'no-memory' ? E.NOMEM : E.FAULT);
    const at = this.table.find(va);
    return this.frames.at(PageTable.frameOf(this.table.get(at))) + (va & (PAGE - 1));
  }
}

const same = (a: Area, b: Area): boolean =>
  a.prot === b.prot && a.shared === b.shared && a.name === b.name && !a.grows && !b.grows;

function letGo(area: Area): void {
  if (area.shared && area.prot & PROT.WRITE) area.pages?.writers(-1);
  area.pages?.release();
}

/** Bits of an entry for a protection: writing implies reading. */
function bitsOf(prot: number): number {
  let bits = 0;
  if (prot & (PROT.READ | PROT.WRITE)) bits |= PTE.R;
  if (prot & PROT.WRITE) bits |= PTE.W;
  if (prot & PROT.EXEC) bits |= PTE.X;
  return bits;
}
