/** Many disks behind one device: its space is cut into slots of one size, and what stands in a slot may change while the guest runs. */
import type { Disk } from './disk.ts';

export class SlotDisk implements Disk {
  readonly size: number;
  readonly readOnly = false;
  readonly #slotSize: number;
  readonly #slots: (Disk | null)[];

  /** `slotSize` in bytes, a multiple of a sector. */
  constructor(count: number, slotSize: number) {
    this.size = count * slotSize;
    this.#slotSize = slotSize;
    this.#slots = Array.from({ length: count }, () => null);
  }

  /** Puts a disk into a slot, counted from 0, or takes it out. The guest must not have it mounted then. */
  put(slot: number, disk: Disk | null): void {
    if (disk && disk.size > this.#slotSize) throw new Error('the disk is larger than a slot');
    this.#slots[slot] = disk;
  }

  /** Goes through a range slot by slot; where no disk reaches is an error of input and output, unless there is `otherwise`. */
  #each(
    at: number,
    length: number,
    use: (disk: Disk, at: number, done: number, n: number) => void,
    otherwise?: (done: number, n: number) => void,
  ): void {
    for (let done = 0; done < length; ) {
      const slot = Math.floor((at + done) / this.#slotSize);
      const inside = at + done - slot * this.#slotSize;
      const n = Math.min(length - done, this.#slotSize - inside);
      const disk = this.#slots[slot];
      if (disk && inside + n <= disk.size) use(disk, inside, done, n);
      else if (otherwise) otherwise(done, n);
      else throw new Error('there is no disk');
      done += n;
    }
  }

  /** Where no disk reaches there are zeroes, so that a kernel that looks for partitions finds none. */
  read(at: number, into: Uint8Array): void {
    const part = (done: number, n: number): Uint8Array => into.subarray(done, done + n);
    const use = (disk: Disk, inside: number, done: number, n: number): void => disk.read(inside, part(done, n));
    this.#each(at, into.length, use, (done, n) => part(done, n).fill(0));
  }

  write(at: number, from: Uint8Array): void {
    this.#each(at, from.length, (disk, inside, done, n) => disk.write(inside, from.subarray(done, done + n)));
  }

  zero(at: number, length: number): void {
    this.#each(at, length, (disk, inside, _done, n) => disk.zero(inside, n));
  }

  discard(at: number, length: number): void {
    this.#each(at, length, (disk, inside, _done, n) => disk.discard(inside, n));
  }

  /** All of them: a request to flush names no place. */
  flush(): void {
    for (const disk of this.#slots) disk?.flush();
  }
}
