/** A chain of descriptors: what the driver gives to read, then what it gives to write, each as one run of bytes. */
import type { GuestMemory } from '../device.ts';
import { addressable, RingError } from './guest-bytes.ts';

/** No device moves more than this for one chain, in bytes; a driver that asks for it is broken or hostile. */
export const MOST_PER_CHAIN = 64 * 2 ** 20;

/** The segments of one direction, and how far they have been gone through. */
class Run {
  readonly #memory: GuestMemory;
  readonly #write: boolean;
  readonly #addresses: number[] = [];
  readonly #lengths: number[] = [];
  /** Bytes of all segments. */
  total = 0;
  /** Bytes gone through. */
  done = 0;
  /** Bytes a device has read or written, what was passed over left out. */
  moved = 0;
  #segment = 0;
  #offset = 0;

  constructor(memory: GuestMemory, write: boolean) {
    this.#memory = memory;
    this.#write = write;
  }

  add(address: number, length: number): void {
    if (!addressable(address, length)) throw new RingError('a buffer lies outside memory');
    this.#addresses.push(address);
    this.#lengths.push(length);
    this.total += length;
  }

  /** Goes through up to `length` bytes, piece by contiguous piece; returns how many there were. */
  each(length: number, use: (piece: Uint8Array, at: number) => void): number {
    const wanted = Math.min(length, this.total - this.done);
    if (this.moved + wanted > MOST_PER_CHAIN) throw new RingError('a chain moves more than any device does');
    for (let at = 0; at < wanted; ) {
      const piece = this.#piece(wanted - at);
      this.done += piece.length;
      this.moved += piece.length;
      use(piece, at);
      at += piece.length;
    }
    return wanted;
  }

  /** Bytes left of the present segment, which is the next one where that is used up. */
  #rest(): number {
    while (this.#offset === this.#lengths[this.#segment]) {
      this.#segment++;
      this.#offset = 0;
    }
    return this.#lengths[this.#segment]! - this.#offset;
  }

  #piece(most: number): Uint8Array {
    const left = Math.min(most, this.#rest());
    const piece = this.#memory.view(this.#addresses[this.#segment]! + this.#offset, left, this.#write);
    if (!piece || piece.length === 0) throw new RingError('a buffer lies outside memory');
    this.#offset += Math.min(left, piece.length);
    return piece.length > left ? piece.subarray(0, left) : piece;
  }

  /** Passes over up to `length` bytes without touching them. */
  skip(length: number): void {
    let left = Math.min(length, this.total - this.done);
    this.done += left;
    while (left > 0) {
      const step = Math.min(left, this.#rest());
      this.#offset += step;
      left -= step;
    }
  }

  get isEmpty(): boolean {
    return this.#lengths.length === 0;
  }

  segments(): (readonly [address: number, length: number])[] {
    return this.#addresses.map((address, i) => [address, this.#lengths[i]!] as const);
  }
}

export class Chain {
  /** Index of the first descriptor: the chain's name in the used ring. */
  readonly head: number;
  readonly #readable: Run;
  readonly #writable: Run;
  #charged = 0;

  constructor(memory: GuestMemory, head: number) {
    this.head = head;
    this.#readable = new Run(memory, false);
    this.#writable = new Run(memory, true);
  }

  /** Adds a segment; what can be written follows what can be read (VIRTIO 1.2, 2.7.4.2). */
  add(address: number, length: number, write: boolean): void {
    if (!write && !this.#writable.isEmpty) throw new RingError('a buffer to read follows one to write');
    (write ? this.#writable : this.#readable).add(address, length);
  }

  /** Bytes that can still be taken. */
  get readable(): number {
    return this.#readable.total - this.#readable.done;
  }

  /** Bytes that can still be put. */
  get writable(): number {
    return this.#writable.total - this.#writable.done;
  }

  /** Bytes put (or passed over) so far: what the used ring says. */
  get written(): number {
    return this.#writable.done;
  }

  /** Work done for this chain: bytes moved in both directions, and what the device charged. */
  get work(): number {
    return this.#readable.moved + this.#writable.moved + this.#charged;
  }

  /** Counts work that moved no bytes of guest memory, in bytes it compares to. */
  charge(bytes: number): void {
    this.#charged += bytes;
  }

  /** Copies the next bytes out; returns how many there were. */
  take(into: Uint8Array): number {
    return this.#readable.each(into.length, (piece, at) => into.set(piece, at));
  }

  /** The next `length` bytes (or as many as there are), copied. */
  taken(length: number): Uint8Array {
    const bytes = new Uint8Array(Math.min(length, this.readable, MOST_PER_CHAIN + 1));
    this.take(bytes);
    return bytes;
  }

  /** Goes through the next bytes where they lie. */
  takeEach(length: number, use: (piece: Uint8Array, at: number) => void): number {
    return this.#readable.each(length, use);
  }

  /** Copies bytes in; returns how many there was room for. */
  put(from: Uint8Array): number {
    return this.#writable.each(from.length, (piece, at) => piece.set(from.subarray(at, at + piece.length)));
  }

  /** Has the next bytes filled where they lie. */
  putEach(length: number, fill: (piece: Uint8Array, at: number) => void): number {
    return this.#writable.each(length, fill);
  }

  skipWritable(length: number): void {
    this.#writable.skip(length);
  }

  /** Where the buffers to write lie, for a device that moves pages, not bytes. */
  writableSegments() {
    return this.#writable.segments();
  }
}
