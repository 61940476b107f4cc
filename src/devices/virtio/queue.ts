/** Split virtqueues (VIRTIO 1.2, section 2.7), the device's side: chains in, used elements out, and when to interrupt. */

import { InputError } from '../../abi/errors.ts';
import type { GuestMemory } from '../device.ts';
import type { StateReader, StateWriter } from '../state.ts';
import { Chain } from './chain.ts';
import { GuestBytes, RingError } from './guest-bytes.ts';

const DESCRIPTOR = 16;
const FLAG = { NEXT: 1, WRITE: 2, INDIRECT: 4 } as const;
const NO_INTERRUPT = 1;
/** Descriptors in an indirect table, at most. */
const MOST_INDIRECT = 1024;
/** Bytes a queue moves before it lets the guest go on; the rest follows when the guest acknowledges the interrupt. */
const BUDGET = 16 * 2 ** 20;

const HEADER = 4;
const USED_ELEMENT = 8;

/** The three parts of a queue, each placed by the low and the high word of its address. */
export const PARTS = ['descriptors', 'available', 'used'] as const;

export class Virtqueue {
  readonly most: number;
  readonly #memory: GuestMemory;
  readonly #table: GuestBytes;
  readonly #indirect: GuestBytes;
  readonly #available: GuestBytes;
  readonly #used: GuestBytes;
  /** What the driver sets through the transport's registers: descriptors in use, and words of the addresses of `PARTS`. */
  size = 0;
  readonly words = new Uint32Array(2 * PARTS.length);
  ready = false;
  #withIndirect = false;
  #withEvents = false;
  /** Index of the next chain to take, of the next used element, and of the used element last told of. */
  #taken = 0;
  #returned = 0;
  #told = 0;
  #work = 0;
  /** Chains this service may still take: what it writes may change the ring it reads. */
  #left = 0;
  /** Whether the last service stopped for its budget. */
  stopped = false;

  /** `most`: the largest size a driver may choose, in descriptors. */
  constructor(memory: GuestMemory, most: number) {
    this.#memory = memory;
    this.most = most;
    this.#table = new GuestBytes(memory);
    this.#indirect = new GuestBytes(memory);
    this.#available = new GuestBytes(memory);
    this.#used = new GuestBytes(memory);
  }

  reset(): void {
    this.size = 0;
    this.words.fill(0);
    this.ready = false;
    this.#taken = this.#returned = this.#told = 0;
    this.stopped = false;
  }

  #possible(): boolean {
    return this.size > 0 && this.size <= this.most && (this.size & (this.size - 1)) === 0;
  }

  /** The driver has placed the rings; false where the size is none a queue can have (2.7). */
  enable(features: { indirect: boolean; events: boolean }): boolean {
    if (!this.#possible()) return false;
    this.#withIndirect = features.indirect;
    this.#withEvents = features.events;
    this.ready = true;
    return true;
  }

  /** Starts a service: finds the rings anew. */
  begin(): void {
    const { size } = this;
    const [descriptors, available, used] = PARTS.map((_, i) => this.words[2 * i]! + this.words[2 * i + 1]! * 2 ** 32);
    const events = this.#withEvents ? 2 : 0;
    this.#table.open(descriptors!, size * DESCRIPTOR, false);
    this.#available.open(available!, HEADER + 2 * size + events, false);
    this.#used.open(used!, HEADER + USED_ELEMENT * size + events, true);
    this.#work = 0;
    this.#left = size;
    this.stopped = false;
  }

  /** Chains that wait. */
  waiting(): number {
    const count = (this.#available.u16(2) - this.#taken) & 0xffff;
    if (count > this.size) throw new RingError(`${count} chains wait in a queue of ${this.size}`);
    return count;
  }

  /** The next chain; null when none waits, or when this service has done enough. */
  pop(): Chain | null {
    if (this.waiting() === 0) return null;
    if (this.#work > BUDGET || this.#left === 0) {
      this.stopped = true;
      return null;
    }
    const { size } = this;
    const chain = this.#collect(this.#available.u16(HEADER + 2 * (this.#taken & (size - 1))));
    this.#taken = (this.#taken + 1) & 0xffff;
    this.#left--;
    return chain;
  }

  /** Puts the chains popped last back: there is no use for them yet. */
  unpop(count: number): void {
    this.#taken = (this.#taken - count) & 0xffff;
    this.#left += count;
  }

  #collect(head: number): Chain {
    const chain = new Chain(this.#memory, head);
    let table = this.#table;
    let count = this.size;
    let index = head;
    // Every table is gone through at most once, so a loop in it ends at its size.
    for (let steps = 0; ; steps++) {
      if (index >= count) throw new RingError(`descriptor ${index} of a table of ${count}`);
      if (steps >= count) throw new RingError('a chain of descriptors has a loop');
      const at = index * DESCRIPTOR;
      const address = table.u64(at);
      const length = table.u32(at + 8);
      const flags = table.u16(at + 12);
      if (flags & FLAG.INDIRECT) {
        if (!this.#withIndirect || table === this.#indirect || flags & FLAG.NEXT)
          throw new RingError('an indirect table where none may be');
        count = length / DESCRIPTOR;
        if (!Number.isInteger(count) || count === 0 || count > MOST_INDIRECT)
          throw new RingError(`an indirect table of ${length} bytes`);
        table = this.#indirect;
        table.open(address, length, false);
        index = 0;
        steps = -1;
        continue;
      }
      chain.add(address, length, (flags & FLAG.WRITE) !== 0);
      if (!(flags & FLAG.NEXT)) return chain;
      index = table.u16(at + 14);
    }
  }

  /** Returns a chain; `written` is how many of its bytes to write hold something, from the first on. */
  push(chain: Chain, written = chain.written): void {
    this.pushHead(chain.head, written);
    this.#work += chain.work;
  }

  /** Returns a chain that was kept since another service, by its head. */
  pushHead(head: number, written: number): void {
    const at = HEADER + USED_ELEMENT * (this.#returned & (this.size - 1));
    this.#used.setU32(at, head);
    this.#used.setU32(at + 4, written);
    this.#returned = (this.#returned + 1) & 0xffff;
  }

  /** Ends a service: shows the driver what came back; says how many chains it took, returned, and whether the driver wants an interrupt. */
  end(): { taken: number; returned: number; interrupt: boolean } {
    const { size } = this;
    this.#used.setU16(2, this.#returned);
    // The driver need not notify before it has gone past what was taken.
    if (this.#withEvents) this.#used.setU16(HEADER + USED_ELEMENT * size, this.#taken);
    const returned = (this.#returned - this.#told) & 0xffff;
    this.#told = this.#returned;
    return { taken: size - this.#left, returned, interrupt: this.stopped || (returned > 0 && this.#wanted(returned)) };
  }

  #wanted(returned: number): boolean {
    if (!this.#withEvents) return (this.#available.u16(0) & NO_INTERRUPT) === 0;
    const event = this.#available.u16(HEADER + 2 * this.size);
    return ((this.#returned - event - 1) & 0xffff) < returned;
  }

  save(into: StateWriter): void {
    into.u32(this.size).flag(this.ready);
    for (const word of this.words) into.u32(word);
    into.flag(this.#withIndirect).flag(this.#withEvents);
    into.u32(this.#taken).u32(this.#returned).u32(this.#told).flag(this.stopped);
  }

  restore(from: StateReader): void {
    this.size = from.u32();
    this.ready = from.flag();
    for (let i = 0; i < this.words.length; i++) this.words[i] = from.u32();
    if (this.ready && !this.#possible()) throw new InputError('the saved state of a virtqueue is damaged');
    this.#withIndirect = from.flag();
    this.#withEvents = from.flag();
    this.#taken = from.u32() & 0xffff;
    this.#returned = from.u32() & 0xffff;
    this.#told = from.u32() & 0xffff;
    this.stopped = from.flag();
  }
}
