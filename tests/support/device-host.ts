/** A machine as devices see it, for their tests: some RAM, interrupt lines, a clock that the test sets. */
import type { DeviceHost, GuestMemory } from '../../src/devices/device.ts';

export const RAM = 0x8000_0000;
const PAGE = 4096;

/** Guest RAM that is contiguous, or (scattered) contiguous in no more than a page, and that counts what is asked of it. */
export class FakeMemory implements GuestMemory {
  readonly bytes: Uint8Array;
  readonly #scattered: boolean;
  readonly released: [address: number, length: number][] = [];
  accesses = 0;
  transferred = 0;

  /** `from`: the bytes, or how many of them, all zero. */
  constructor(from: number | Uint8Array, scattered = false) {
    this.bytes = typeof from === 'number' ? new Uint8Array(from) : from;
    this.#scattered = scattered;
  }

  #at(address: number, length: number): number {
    this.accesses++;
    this.transferred += length;
    const at = address - RAM;
    return Number.isSafeInteger(at) && at >= 0 && at + length <= this.bytes.length ? at : -1;
  }

  read(address: number, into: Uint8Array): boolean {
    const at = this.#at(address, into.length);
    if (at >= 0) into.set(this.bytes.subarray(at, at + into.length));
    return at >= 0;
  }

  write(address: number, from: Uint8Array): boolean {
    const at = this.#at(address, from.length);
    if (at >= 0) this.bytes.set(from, at);
    return at >= 0;
  }

  view(address: number, length: number, _write: boolean): Uint8Array | null {
    const at = this.#at(address, 1);
    if (at < 0) return null;
    const upTo = Math.min(length, this.bytes.length - at, this.#scattered ? PAGE - (at % PAGE) : length);
    this.transferred += upTo;
    return this.bytes.subarray(at, at + upTo);
  }

  release(address: number, length: number): void {
    this.released.push([address, length]);
  }
}

export class FakeHost implements DeviceHost {
  readonly memory: FakeMemory;
  readonly lines = new Map<number, boolean>();
  time = 0n;
  wakes = 0;
  attends = 0;

  constructor(memory = new FakeMemory(0)) {
    this.memory = memory;
  }

  interrupt(line: number, high: boolean): void {
    this.lines.set(line, high);
  }

  now(): bigint {
    return this.time;
  }

  wake(): void {
    this.wakes++;
  }

  attend(): void {
    this.attends++;
  }
}
