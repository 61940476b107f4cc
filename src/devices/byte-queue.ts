/** Bytes that wait for the guest to have room: in order, in pieces, and no more than a bound. */
import type { StateReader, StateWriter } from './state.ts';

export class ByteQueue {
  readonly most: number;
  #pieces: Uint8Array[] = [];
  #length = 0;

  /** `most`: the bytes that may wait. */
  constructor(most: number) {
    this.most = most;
  }

  get length(): number {
    return this.#length;
  }

  get room(): number {
    return this.most - this.#length;
  }

  /** Takes a copy of as many bytes as there is room for; returns how many. */
  push(bytes: Uint8Array): number {
    const taken = Math.min(bytes.length, this.room);
    if (taken > 0) this.#pieces.push(bytes.slice(0, taken));
    this.#length += taken;
    return taken;
  }

  /** Moves the first bytes out; returns how many there were. */
  shift(into: Uint8Array): number {
    let at = 0;
    while (at < into.length) {
      const first = this.#pieces[0];
      if (!first) break;
      const count = Math.min(first.length, into.length - at);
      into.set(first.subarray(0, count), at);
      if (count === first.length) this.#pieces.shift();
      else this.#pieces[0] = first.subarray(count);
      at += count;
    }
    this.#length -= at;
    return at;
  }

  clear(): void {
    this.#pieces = [];
    this.#length = 0;
  }

  save(into: StateWriter): void {
    const all = new Uint8Array(this.#length);
    let at = 0;
    for (const piece of this.#pieces) {
      all.set(piece, at);
      at += piece.length;
    }
    into.bytes(all);
  }

  restore(from: StateReader): void {
    this.clear();
    this.push(from.bytes());
  }
}
