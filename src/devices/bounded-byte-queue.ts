/** Bytes that wait for the guest to have room, no more than a bound. */
import { ByteQueue } from '../abi/byte-queue.ts';
import type { StateReader, StateWriter } from './state.ts';

export class BoundedByteQueue {
  readonly most: number;
  readonly #bytes = new ByteQueue();

  /** `most`: the bytes that may wait. */
  constructor(most: number) {
    this.most = most;
  }

  get length(): number {
    return this.#bytes.length;
  }

  get room(): number {
    return this.most - this.length;
  }

  /** Takes a copy of as many bytes as there is room for; returns how many. */
  push(bytes: Uint8Array): number {
    const taken = bytes.slice(0, this.room);
    this.#bytes.push(taken);
    return taken.length;
  }

  /** Moves the first bytes out; returns how many there were. */
  shift(into: Uint8Array): number {
    const count = this.#bytes.copy(into);
    this.#bytes.drop(count);
    return count;
  }

  clear(): void {
    this.#bytes.clear();
  }

  save(into: StateWriter): void {
    const all = new Uint8Array(this.length);
    this.#bytes.copy(all);
    into.bytes(all);
  }

  restore(from: StateReader): void {
    this.clear();
    this.push(from.bytes());
  }
}
