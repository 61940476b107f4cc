/** Copy-on-write: a disk that keeps what is written in memory, over another disk that stays as it is, or over nothing. */
import { InputError } from '../../abi/errors.ts';
import type { StateReader, StateWriter } from '../state.ts';
import { type Disk, SECTOR } from './disk.ts';

/** A cluster is what the layer keeps or not, in bytes: a page, and a block of most file systems. */
export const CLUSTER = 4096;

export class Overlay implements Disk {
  readonly size: number;
  readonly readOnly = false;
  readonly #base: Disk | null;
  /** What was written; null is a cluster of zeroes that hides the base's. */
  readonly #clusters = new Map<number, Uint8Array | null>();
  /** Clusters no other layer shares. */
  readonly #own = new Set<number>();

  /** Over `base`, which is only read from now on, or empty with so many bytes. */
  constructor(base: Disk | number) {
    this.#base = typeof base === 'number' ? null : base;
    this.size = typeof base === 'number' ? Math.ceil(base / SECTOR) * SECTOR : base.size;
  }

  /** Bytes the layer keeps in memory. */
  get kept(): number {
    let count = 0;
    for (const cluster of this.#clusters.values()) if (cluster) count += CLUSTER;
    return count;
  }

  /** A second disk with this content. Both go on apart, and share what neither has written since. */
  fork(): Overlay {
    const other = new Overlay(this.#base ?? this.size);
    for (const [index, cluster] of this.#clusters) other.#clusters.set(index, cluster);
    this.#own.clear();
    return other;
  }

  /** Goes through a range cluster by cluster. */
  #each(at: number, length: number, use: (index: number, from: number, to: number, done: number) => void): void {
    for (let done = 0; done < length; ) {
      const index = Math.floor((at + done) / CLUSTER);
      const from = (at + done) % CLUSTER;
      const to = Math.min(CLUSTER, from + length - done);
      use(index, from, to, done);
      done += to - from;
    }
  }

  read(at: number, into: Uint8Array): void {
    // Runs of clusters that only the base has are read from it in one go.
    let run = 0;
    const flush = (end: number) => {
      if (end > run) {
        const part = into.subarray(run, end);
        if (this.#base) this.#base.read(at + run, part);
        else part.fill(0);
      }
    };
    this.#each(at, into.length, (index, from, to, done) => {
      const cluster = this.#clusters.get(index);
      if (cluster === undefined) return;
      flush(done);
      run = done + to - from;
      if (cluster) into.set(cluster.subarray(from, to), done);
      else into.fill(0, done, run);
    });
    flush(into.length);
  }

  /** The cluster to write into; its old content matters only where `whole` is not set. */
  #writable(index: number, whole: boolean): Uint8Array {
    const old = this.#clusters.get(index);
    if (old && this.#own.has(index)) return old;
    const cluster = new Uint8Array(CLUSTER);
    if (!whole && old) cluster.set(old);
    else if (!whole && old === undefined && this.#base) {
      const at = index * CLUSTER;
      this.#base.read(at, cluster.subarray(0, Math.min(CLUSTER, this.size - at)));
    }
    this.#clusters.set(index, cluster);
    this.#own.add(index);
    return cluster;
  }

  write(at: number, from: Uint8Array): void {
    this.#each(at, from.length, (index, start, end, done) => {
      this.#writable(index, end - start === CLUSTER).set(from.subarray(done, done + end - start), start);
    });
  }

  zero(at: number, length: number): void {
    this.#each(at, length, (index, start, end) => {
      if (end - start < CLUSTER) this.#writable(index, false).fill(0, start, end);
      else {
        this.#own.delete(index);
        if (this.#base) this.#clusters.set(index, null);
        else this.#clusters.delete(index);
      }
    });
  }

  discard(at: number, length: number): void {
    this.zero(at, length);
  }

  flush(): void {}

  save(into: StateWriter): void {
    into.u64(this.size).u32(this.#clusters.size);
    for (const [index, cluster] of [...this.#clusters].sort(([a], [b]) => a - b))
      into.u64(index).bytes(cluster ?? new Uint8Array(0));
  }

  restore(from: StateReader): void {
    if (from.number() !== this.size) throw new InputError('the saved disk has another size');
    this.#clusters.clear();
    this.#own.clear();
    for (let count = from.u32(); count > 0; count--) {
      const index = from.number();
      const bytes = from.bytes();
      const sound = index * CLUSTER < this.size && (bytes.length === CLUSTER || bytes.length === 0);
      if (!sound) throw new InputError('the saved disk is damaged');
      this.#clusters.set(index, bytes.length > 0 ? bytes : null);
      this.#own.add(index);
    }
  }
}
