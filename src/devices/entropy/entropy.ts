/** virtio-entropy (VIRTIO 1.2, section 5.4), seeded: the same seed gives the same bytes, so that runs can be repeated. */
import { Sfc32 } from '../../abi/sfc32.ts';
import { countersOf, type StateReader, type StateWriter } from '../state.ts';
import type { VirtioBus, VirtioModel } from '../virtio/model.ts';
import type { Virtqueue } from '../virtio/queue.ts';

const COUNTERS = { 'entropy.bytes': 'random bytes given' } as const;
/** Bytes given for one chain, at most; the device may use less of a buffer than there is (5.4.6.1). */
const MOST_PER_REQUEST = 64 * 1024;

export class VirtioEntropy implements VirtioModel {
  readonly kind = 'entropy';
  readonly features = 0n;
  readonly queues = [64];
  readonly #counts = countersOf(COUNTERS);
  readonly #random: Sfc32;

  /** `seed`: a whole number of up to 53 bits. */
  constructor(seed: number) {
    this.#random = new Sfc32(seed);
  }

  attach(_bus: VirtioBus): void {}

  config(): Uint8Array {
    return new Uint8Array(0);
  }

  serve(_index: number, queue: Virtqueue): void {
    for (let chain = queue.pop(); chain; chain = queue.pop()) {
      this.#counts['entropy.bytes'] += chain.putEach(MOST_PER_REQUEST, (piece) => {
        for (let i = 0; i < piece.length; i++) piece[i] = this.#random.next();
      });
      queue.push(chain);
    }
  }

  /** A reset of the device does not repeat what was given; only a new machine does. */
  reset(): void {}

  save(into: StateWriter): void {
    for (const word of this.#random.words) into.u32(word);
    into.counts(this.#counts);
  }

  restore(from: StateReader): void {
    this.#random.words = [from.u32(), from.u32(), from.u32(), from.u32()];
    from.counts(this.#counts);
  }

  counters() {
    return { ...this.#counts };
  }
}
