/** virtio-entropy (VIRTIO 1.2, section 5.4), seeded: the same seed gives the same bytes, so that runs can be repeated. */
import { countersOf, type StateReader, type StateWriter } from '../state.ts';
import type { VirtioBus, VirtioModel } from '../virtio/model.ts';
import type { Virtqueue } from '../virtio/queue.ts';

const COUNTERS = { 'entropy.bytes': 'random bytes given' } as const;
/** Bytes given for one chain, at most; the device may use less of a buffer than there is (5.4.6.1). */
const MOST_PER_REQUEST = 64 * 1024;
const ROUNDS_OF_SEEDING = 15;

export class VirtioEntropy implements VirtioModel {
  readonly kind = 'entropy';
  readonly features = 0n;
  readonly queues = [64];
  readonly #counts = countersOf(COUNTERS);
  readonly #seed: number;
  /** State of sfc32 (Chris Doty-Humphrey's small fast counter generator): three words and a counter. */
  readonly #state = new Int32Array(4);

  /** `seed`: a whole number of up to 53 bits. */
  constructor(seed: number) {
    this.#seed = seed;
    this.#start();
  }

  #start(): void {
    this.#state.set([this.#seed | 0, (this.#seed / 2 ** 32) | 0, 0, 1]);
    for (let i = 0; i < ROUNDS_OF_SEEDING; i++) this.#next();
  }

  #next(): number {
    const state = this.#state;
    const [a, b, c, counter] = state as unknown as [number, number, number, number];
    const out = (((a + b) | 0) + counter) | 0;
    state[0] = b ^ (b >>> 9);
    state[1] = c + (c << 3);
    state[2] = ((c << 21) | (c >>> 11)) + out;
    state[3] = counter + 1;
    return out;
  }

  attach(_bus: VirtioBus): void {}

  config(): Uint8Array {
    return new Uint8Array(0);
  }

  serve(_index: number, queue: Virtqueue): void {
    for (let chain = queue.pop(); chain; chain = queue.pop()) {
      const count = Math.min(chain.writable, MOST_PER_REQUEST);
      chain.putEach(count, (piece) => {
        for (let i = 0; i < piece.length; i++) piece[i] = this.#next();
      });
      this.#counts['entropy.bytes'] += count;
      queue.push(chain);
    }
  }

  /** A reset of the device does not repeat what was given; only a new machine does. */
  reset(): void {}

  save(into: StateWriter): void {
    for (const word of this.#state) into.u32(word >>> 0);
    into.counts(this.#counts);
  }

  restore(from: StateReader): void {
    for (let i = 0; i < this.#state.length; i++) this.#state[i] = from.u32();
    from.counts(this.#counts);
  }

  counters() {
    return { ...this.#counts };
  }
}
