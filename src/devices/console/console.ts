/** virtio-console (VIRTIO 1.2, section 5.3): one port, with size and emergency write. */
import { BoundedByteQueue } from '../bounded-byte-queue.ts';
import { countersOf, type StateReader, type StateWriter } from '../state.ts';
import { featureBits } from '../virtio/abi.ts';
import type { VirtioBus, VirtioModel } from '../virtio/model.ts';
import type { Virtqueue } from '../virtio/queue.ts';

const FEATURE = { SIZE: 0, EMERG_WRITE: 2 } as const;
const QUEUE = { receive: 0, transmit: 1 } as const;
/** Offsets in the configuration space (5.3.4). */
const CONFIG = { columns: 0, rows: 2, ports: 4, emergency: 8, size: 12 } as const;

const COUNTERS = {
  'console.in': 'bytes given to the guest',
  'console.out': 'bytes the guest wrote',
} as const;

/** Input that may wait for the guest, in bytes. */
const MOST_INPUT = 1 << 20;

export interface ConsoleOptions {
  /** What the guest writes; the bytes are the callee's only until it returns. */
  readonly output: (bytes: Uint8Array) => void;
  readonly columns?: number;
  readonly rows?: number;
}

export class VirtioConsole implements VirtioModel {
  readonly kind = 'console';
  readonly features = featureBits(FEATURE.SIZE, FEATURE.EMERG_WRITE);
  readonly queues = [64, 64];
  readonly #options: ConsoleOptions;
  readonly #counts = countersOf(COUNTERS);
  readonly #input = new BoundedByteQueue(MOST_INPUT);
  #columns: number;
  #rows: number;
  #bus: VirtioBus | undefined;

  constructor(options: ConsoleOptions) {
    this.#options = options;
    this.#columns = options.columns ?? 80;
    this.#rows = options.rows ?? 24;
  }

  attach(bus: VirtioBus): void {
    this.#bus = bus;
  }

  /** Types to the guest, between slices; returns how many bytes were taken (1 MiB may wait). */
  input(bytes: Uint8Array): number {
    const taken = this.#input.push(bytes);
    this.#bus?.serve(QUEUE.receive);
    this.#bus?.wake();
    return taken;
  }

  /** The terminal has another size, in characters. */
  resize(columns: number, rows: number): void {
    this.#columns = columns & 0xffff;
    this.#rows = rows & 0xffff;
    this.#bus?.configChanged();
    this.#bus?.wake();
  }

  config(): Uint8Array {
    const config = new DataView(new ArrayBuffer(CONFIG.size));
    config.setUint16(CONFIG.columns, this.#columns, true);
    config.setUint16(CONFIG.rows, this.#rows, true);
    config.setUint32(CONFIG.ports, 1, true);
    return new Uint8Array(config.buffer);
  }

  /** A character written before the driver has queues: `emerg_wr`. */
  writeConfig(at: number, bytes: Uint8Array): void {
    if (at === CONFIG.emergency) this.#write(bytes.subarray(0, 1));
  }

  #write(bytes: Uint8Array): void {
    this.#counts['console.out'] += bytes.length;
    this.#options.output(bytes);
  }

  serve(index: number, queue: Virtqueue): void {
    if (index === QUEUE.transmit) {
      for (let chain = queue.pop(); chain; chain = queue.pop()) {
        chain.takeEach(chain.readable, (piece) => this.#write(piece));
        queue.push(chain);
      }
      return;
    }
    while (this.#input.length > 0) {
      const chain = queue.pop();
      if (!chain) return;
      this.#counts['console.in'] += chain.putEach(this.#input.length, (piece) => this.#input.shift(piece));
      queue.push(chain);
    }
  }

  reset(): void {
    this.#input.clear();
  }

  save(into: StateWriter): void {
    into.u32(this.#columns).u32(this.#rows).counts(this.#counts);
    this.#input.save(into);
  }

  restore(from: StateReader): void {
    this.#columns = from.u32() & 0xffff;
    this.#rows = from.u32() & 0xffff;
    from.counts(this.#counts);
    this.#input.restore(from);
  }

  counters() {
    return { ...this.#counts };
  }
}
