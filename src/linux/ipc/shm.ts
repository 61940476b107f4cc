/** System V shared memory: segments as namespaces keep them (shmget(2)). */
import { E, fail } from '../errno.ts';
import { PAGE } from '../machine.ts';
import type { Frames, MemoryOwner } from '../memory/frames.ts';
import { SharedPages } from '../memory/kernel-page.ts';
import { type Pages, pageUp } from '../memory/space.ts';
import type { Credential } from '../task/credential.ts';
import { IpcObject, IpcTable } from './objects.ts';

/** Bytes of a segment, pages of all, and segments: /proc/sys/kernel/shmmax, shmall, shmmni. */
const LIMITS = { bytes: Number.POSITIVE_INFINITY, pages: Number.POSITIVE_INFINITY, segments: 4096 };

export class ShmSegment extends IpcObject implements Pages {
  readonly size: number;
  readonly cpid: number;
  lpid = 0;
  attachedAt = 0;
  detachedAt = 0;
  /** Areas that map it. */
  attached = 0;
  /** Removed, and kept while it is mapped. */
  doomed = false;
  private readonly pages: SharedPages;
  private readonly gone: (segment: ShmSegment) => void;
  private readonly seconds: () => number;

  constructor(
    parts: { key: number; mode: number; size: number; pid: number },
    who: Credential,
    memory: { frames: Frames; owner: MemoryOwner | null },
    seconds: () => number,
    gone: (segment: ShmSegment) => void,
  ) {
    super(parts.key, parts.mode, who, seconds());
    this.size = parts.size;
    this.cpid = parts.pid;
    this.pages = new SharedPages(memory.frames, memory.owner);
    this.pages.hold();
    this.seconds = seconds;
    this.gone = gone;
  }

  page(index: number): number {
    return this.pages.page(index);
  }

  writers(): void {}
  sync(): void {}

  hold(): void {
    this.attached++;
    this.attachedAt = this.seconds();
  }

  release(): void {
    this.attached--;
    this.detachedAt = this.seconds();
    if (this.attached === 0 && this.doomed) this.gone(this);
  }

  remove(): void {
    // What is still mapped goes with the last mapping.
    if (this.attached === 0) this.free();
    else this.doomed = true;
  }

  /** Gives the memory back. */
  free(): void {
    this.pages.release();
  }

  get resident(): number {
    return this.pages.count;
  }
}

export class ShmTable extends IpcTable<ShmSegment> {
  readonly limits = { ...LIMITS };
  constructor(space: IpcObject['space']) {
    super(() => this.limits.segments, space);
  }

  /** Whether one of so many bytes may be made, and has room. */
  demandRoom(bytes: number): void {
    if (bytes > this.limits.bytes) fail(E.INVAL);
    if (this.pages + pageUp(bytes) / PAGE > this.limits.pages) fail(E.NOSPC);
  }

  /** Pages of all segments. */
  get pages(): number {
    return this.all().reduce((sum, segment) => sum + pageUp(segment.size) / PAGE, 0);
  }

  /** IPC_RMID: at once, or with the last mapping. */
  doom(segment: ShmSegment): void {
    segment.doomed = true;
    if (segment.attached === 0) this.remove(segment);
    else this.hide(segment);
  }

  /** The last mapping of a doomed one is gone. */
  unmapped(segment: ShmSegment): void {
    // Its namespace ended while it was mapped.
    if (segment.removed) segment.free();
    else this.remove(segment);
  }
}
