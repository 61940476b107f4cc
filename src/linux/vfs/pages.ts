/** The page cache of one file: frames that mappings share, kept in step with reads and writes of the file. */
import { PAGE, type UserMachine } from '../machine.ts';
import type { Frames, MemoryOwner } from '../memory/frames.ts';
import type { Pages } from '../memory/space.ts';
import type { CachedPages, Inode } from './inode.ts';

/** All page caches, so that memory can be taken back. */
export class PageCaches {
  readonly machine: UserMachine;
  readonly frames: Frames;
  private readonly all = new Map<Inode, FilePages>();

  constructor(machine: UserMachine, frames: Frames) {
    this.machine = machine;
    this.frames = frames;
  }

  /** The cache of a file, made when it is first mapped. */
  of(inode: Inode): FilePages {
    const { data } = inode;
    let pages = this.all.get(data);
    if (!pages) {
      pages = new FilePages(this, data);
      data.pages = pages;
      this.all.set(data, pages);
    }
    return pages;
  }

  forget(inode: Inode): void {
    this.all.delete(inode);
  }

  /** Pages that can be read again and that nobody maps, those of the oldest caches last. */
  clean(): CleanPage[] {
    return [...this.all.values()].reverse().flatMap((pages) => pages.clean());
  }

  /** Drops clean pages that nobody maps; returns how many frames that freed. */
  reclaim(): number {
    const before = this.frames.used;
    for (const pages of [...this.all.values()]) pages.trim();
    return before - this.frames.used;
  }

  /** Frames that hold pages of files. */
  get size(): number {
    let sum = 0;
    for (const pages of this.all.values()) sum += pages.count;
    return sum;
  }
}

/** A page that may be taken back. */
export interface CleanPage {
  readonly owner: MemoryOwner | null;
  drop(): void;
}

export class FilePages implements Pages, CachedPages {
  private readonly caches: PageCaches;
  private readonly inode: Inode;
  private readonly frames = new Map<number, number>();
  private users = 0;
  /** Shared mappings that may write: while there are any, the frames hold the truth. */
  private writing = 0;

  constructor(caches: PageCaches, inode: Inode) {
    this.caches = caches;
    this.inode = inode;
  }

  get count(): number {
    return this.frames.size;
  }

  get written(): boolean {
    return this.writing > 0;
  }

  page(index: number, owner: MemoryOwner | null): number {
    const found = this.frames.get(index);
    if (found) return found;
    if (index * PAGE >= this.inode.size) return -1;
    const { frames, machine } = this.caches;
    const frame = frames.alloc(this.inode.fs.charges ? null : owner, 'file');
    if (!frame) return 0;
    this.inode.read(index * PAGE, frames.bytes(frame));
    machine.wrote(frame);
    this.frames.set(index, frame);
    return frame;
  }

  hold(): void {
    if (this.users++ === 0) this.inode.acquire();
  }

  release(): void {
    if (--this.users > 0) return;
    this.inode.release();
    if (this.inode.nlink === 0) this.drop();
  }

  writers(change: 1 | -1): void {
    this.writing += change;
    if (this.writing === 0) this.flush();
  }

  /** Writes what shared mappings may have changed to the file (msync, fsync, the last unmapping). */
  flush(): void {
    const { size } = this.inode;
    for (const [index, frame] of this.frames) {
      const at = index * PAGE;
      const length = Math.min(PAGE, size - at);
      if (length > 0) this.inode.write(at, this.caches.frames.bytes(frame).subarray(0, length));
    }
  }

  sync(): void {
    if (this.writing > 0) this.flush();
  }

  onRead(position: number, into: Uint8Array): void {
    if (this.writing > 0)
      this.overlap(position, into.length, (page, at, n) =>
        into.set(page.subarray(at % PAGE, (at % PAGE) + n), at - position),
      );
  }

  onWrite(position: number, from: Uint8Array): void {
    this.overlap(position, from.length, (page, at, n, frame) => {
      page.set(from.subarray(at - position, at - position + n), at % PAGE);
      this.caches.machine.wrote(frame);
    });
  }

  private overlap(
    position: number,
    length: number,
    visit: (page: Uint8Array, at: number, n: number, frame: number) => void,
  ): void {
    if (this.frames.size === 0) return;
    for (let at = position; at < position + length; ) {
      const n = Math.min(PAGE - (at % PAGE), position + length - at);
      const frame = this.frames.get(Math.floor(at / PAGE));
      if (frame) visit(this.caches.frames.bytes(frame), at, n, frame);
      at += n;
    }
  }

  /** The file became shorter: pages beyond are no longer its own, the rest of the last one is zero. */
  onTruncate(size: number): void {
    const { frames, machine } = this.caches;
    for (const [index, frame] of [...this.frames]) {
      if (index * PAGE >= size) {
        this.frames.delete(index);
        frames.release(frame);
      } else if ((index + 1) * PAGE > size) {
        frames.bytes(frame).fill(0, size % PAGE);
        machine.wrote(frame);
      }
    }
  }

  /** Pages that only the cache holds. */
  clean(): CleanPage[] {
    if (this.writing > 0) return [];
    const { frames } = this.caches;
    return [...this.frames].flatMap(([index, frame]) =>
      frames.count(frame) > 1 ? [] : [{ owner: frames.ownerOf(frame), drop: () => this.dropPage(index, frame) }],
    );
  }

  private dropPage(index: number, frame: number): void {
    this.frames.delete(index);
    this.caches.frames.release(frame);
    if (this.frames.size === 0 && this.users === 0) this.drop();
  }

  /** Gives back the frames that only the cache holds. */
  trim(): void {
    if (this.writing > 0) return;
    for (const [index, frame] of [...this.frames]) {
      if (this.caches.frames.count(frame) > 1) continue;
      this.frames.delete(index);
      this.caches.frames.release(frame);
    }
    if (this.frames.size === 0 && this.users === 0) this.drop();
  }

  /** Nobody maps the file any more, and it is gone or its file system is. */
  drop(): void {
    for (const frame of this.frames.values()) this.caches.frames.release(frame);
    this.frames.clear();
    this.inode.pages = null;
    this.caches.forget(this.inode);
  }
}

/** Reads a file as programs see it: what shared mappings wrote included. */
export function readFile(inode: Inode, position: number, into: Uint8Array): number {
  const n = inode.read(position, into);
  if (n > 0) inode.data.pages?.onRead(position, n === into.length ? into : into.subarray(0, n));
  return n;
}

/** The same to a place of a larger buffer. */
export function readFileTo(inode: Inode, position: number, bytes: Uint8Array, at: number, length: number): number {
  const n = inode.readTo(position, bytes, at, length);
  const { pages } = inode.data;
  if (pages && n > 0) pages.onRead(position, bytes.subarray(at, at + n));
  return n;
}

export function writeFile(inode: Inode, position: number, from: Uint8Array): number {
  const n = inode.write(position, from);
  inode.data.pages?.onWrite(position, n === from.length ? from : from.subarray(0, n));
  return n;
}

export function truncateFile(inode: Inode, size: number): void {
  inode.truncate(size);
  inode.data.pages?.onTruncate(size);
}
