/** A stretch of guest memory that a device reads and writes in small fields: through one view where it is contiguous, else by copies. */
import type { GuestMemory } from '../device.ts';

/** The driver broke a rule of the rings, so the device can go no further until it is reset. */
export class RingError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'RingError';
  }
}

/** Whether `length` bytes at `address` are within what numbers can address exactly; whether it is RAM, the memory says. */
export const addressable = (address: number, length: number): boolean =>
  address >= 0 && length >= 0 && Number.isSafeInteger(address + length);

export class GuestBytes {
  readonly #memory: GuestMemory;
  readonly #field = new Uint8Array(8);
  #address = 0;
  #length = 0;
  #view: Uint8Array | null = null;

  constructor(memory: GuestMemory) {
    this.#memory = memory;
  }

  /** Turns to `length` bytes at `address`, until the guest runs again. */
  open(address: number, length: number, write: boolean): void {
    if (!addressable(address, length)) throw new RingError('a ring lies outside memory');
    this.#address = address;
    this.#length = length;
    const view = this.#memory.view(address, length, write);
    this.#view = view && view.length >= length ? view : null;
  }

  /** A copy of a field's bytes, where there is no view of them. */
  #load(at: number, size: number): Uint8Array {
    if (at + size > this.#length) throw new RingError('a field lies outside its ring');
    const field = this.#field.subarray(0, size);
    if (!this.#memory.read(this.#address + at, field)) throw new RingError('a ring lies outside memory');
    return field;
  }

  u16(at: number): number {
    const view = this.#view;
    if (view && at + 2 <= this.#length) return view[at]! | (view[at + 1]! << 8);
    const bytes = this.#load(at, 2);
    return bytes[0]! | (bytes[1]! << 8);
  }

  u32(at: number): number {
    return this.u16(at) + this.u16(at + 2) * 0x1_0000;
  }

  /** A 64-bit field; above 2^53 it is not exact, and lies outside memory in any case. */
  u64(at: number): number {
    return this.u32(at) + this.u32(at + 4) * 0x1_0000_0000;
  }

  setU16(at: number, value: number): void {
    this.#store(at, 2, value);
  }

  setU32(at: number, value: number): void {
    this.#store(at, 4, value);
  }

  #store(at: number, size: number, value: number): void {
    if (at + size > this.#length) throw new RingError('a field lies outside its ring');
    const into = this.#view ? this.#view.subarray(at, at + size) : this.#field.subarray(0, size);
    for (let i = 0; i < size; i++) into[i] = (value >>> (8 * i)) & 255;
    if (!this.#view && !this.#memory.write(this.#address + at, into)) throw new RingError('a ring lies outside memory');
  }
}
