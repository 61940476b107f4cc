/** One page that the kernel shows to every program, read-only. */
import type { UserMachine } from '../machine.ts';
import type { Frames } from './frames.ts';
import type { Pages } from './space.ts';

export function kernelPage(machine: UserMachine, frames: Frames, words: readonly number[]): Pages {
  const frame = frames.alloc();
  machine.words.set(words, frames.at(frame) >>> 2);
  return { page: (index) => (index === 0 ? frame : -1), writers() {}, sync() {}, hold() {}, release() {} };
}

/** Memory without a file that processes share: MAP_SHARED | MAP_ANONYMOUS, System V segments. */
export class SharedPages implements Pages {
  private readonly held = new Map<number, number>();
  private readonly frames: Frames;
  private readonly owner: Parameters<Frames['alloc']>[0];
  private users = 0;

  constructor(frames: Frames, owner: Parameters<Frames['alloc']>[0]) {
    this.frames = frames;
    this.owner = owner ?? null;
  }

  /** Pages that were touched. */
  get count(): number {
    return this.held.size;
  }

  page(index: number): number {
    const found = this.held.get(index);
    if (found) return found;
    const frame = this.frames.alloc(this.owner);
    if (frame) this.held.set(index, frame);
    return frame;
  }

  writers(): void {}
  sync(): void {}

  hold(): void {
    this.users++;
  }

  release(): void {
    if (--this.users > 0) return;
    for (const frame of this.held.values()) this.frames.release(frame);
    this.held.clear();
  }
}
