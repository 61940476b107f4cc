/** virtio-9p: a 9P2000.L server behind a queue; the configuration holds the tag the guest mounts (`mount -t 9p TAG …`). */
import type { StateReader, StateWriter } from '../state.ts';
import { featureBits } from '../virtio/abi.ts';
import type { VirtioBus, VirtioModel } from '../virtio/model.ts';
import type { Virtqueue } from '../virtio/queue.ts';
import type { Folder } from './folder.ts';
import { MOST_MSIZE, Server, type ServerOptions } from './server.ts';

const FEATURE = { MOUNT_TAG: 0 } as const;

export interface NinepOptions extends ServerOptions {
  readonly tag: string;
}

export class VirtioNinep implements VirtioModel {
  readonly kind = '9p';
  readonly features = featureBits(FEATURE.MOUNT_TAG);
  readonly queues = [128];
  readonly #server: Server;
  readonly #config: Uint8Array;

  constructor(folder: Folder, options: NinepOptions) {
    this.#server = new Server(folder, options);
    const tag = new TextEncoder().encode(options.tag);
    this.#config = Uint8Array.of(tag.length & 255, tag.length >> 8, ...tag);
  }

  attach(_bus: VirtioBus): void {}

  config(): Uint8Array {
    return this.#config;
  }

  serve(_index: number, queue: Virtqueue): void {
    for (let chain = queue.pop(); chain; chain = queue.pop()) {
      // A longer request than any message may be is cut, and then refused for its size field.
      const request = chain.taken(MOST_MSIZE + 1);
      chain.put(this.#server.answer(request, chain.writable));
      queue.push(chain);
    }
  }

  reset(): void {
    this.#server.reset();
  }

  save(into: StateWriter): void {
    this.#server.save(into);
  }

  restore(from: StateReader): void {
    this.#server.restore(from);
  }

  counters() {
    return this.#server.counters();
  }
}
