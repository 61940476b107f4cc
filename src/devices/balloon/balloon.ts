/** virtio-balloon (VIRTIO 1.2, section 5.5): takes memory back from the guest on demand, and what the guest reports as free. */
import { countersOf, type StateReader, type StateWriter } from '../state.ts';
import { featureBits, hasFeature } from '../virtio/abi.ts';
import type { Chain } from '../virtio/chain.ts';
import type { VirtioBus, VirtioModel } from '../virtio/model.ts';
import type { Virtqueue } from '../virtio/queue.ts';

const FEATURE = { MUST_TELL_HOST: 0, STATS_VQ: 1, DEFLATE_ON_OOM: 2, REPORTING: 5 } as const;
type Purpose = 'inflate' | 'deflate' | 'statistics' | 'reporting';
/** Offsets in the configuration space (5.5.4). */
const CONFIG = { target: 0, actual: 4, size: 16 } as const;

/** A page of the balloon, whatever the guest's own pages are. */
export const PAGE = 4096;
/** Page numbers taken from one chain, and bytes given back for one: Linux gives 256 numbers, and 32 blocks of up to 4 MiB. */
const MOST_NUMBERS = 16_384;
const MOST_REPORTED = 256 * 2 ** 20;

/** Statistics of a guest by their tags (5.5.6.3). */
const STATISTIC = [
  'swapIn',
  'swapOut',
  'majorFaults',
  'minorFaults',
  'free',
  'total',
  'available',
  'caches',
  'hugePages',
  'hugePageFailures',
] as const;
type Statistic = (typeof STATISTIC)[number];
const STATISTIC_LENGTH = 10;
const MOST_STATISTICS = 64;

const COUNTERS = {
  'balloon.inflated': 'pages the guest put into the balloon',
  'balloon.deflated': 'pages it took out',
  'balloon.reported': 'bytes it reported as free',
} as const;

export class VirtioBalloon implements VirtioModel {
  readonly kind = 'balloon';
  readonly features = featureBits(...Object.values(FEATURE));
  /** Inflate, deflate, then one for each optional feature accepted, in this order: statistics, reporting. */
  readonly queues = [128, 128, 64, 64];
  readonly #counts = countersOf(COUNTERS);
  #bus: VirtioBus | undefined;
  #target = 0;
  #actual = 0;
  /** The buffer for statistics that the driver has lent, and what the last one held. */
  #lent: number | null = null;
  #asked = false;
  #statistics: Partial<Record<Statistic, bigint>> = {};

  attach(bus: VirtioBus): void {
    this.#bus = bus;
  }

  /** Asks the guest to have so many pages in the balloon. */
  setTarget(pages: number): void {
    this.#target = pages >>> 0;
    this.#bus?.configChanged();
    this.#bus?.wake();
  }

  /** Pages the guest says the balloon holds. */
  get actual(): number {
    return this.#actual;
  }

  /** What the guest last said of its memory, in bytes and events. */
  get statistics(): Readonly<Partial<Record<Statistic, bigint>>> {
    return this.#statistics;
  }

  /** Asks for new statistics; they are there once the guest has answered. */
  askStatistics(): void {
    this.#asked = true;
    this.#bus?.serve(2);
    this.#bus?.wake();
  }

  config(): Uint8Array {
    const config = new DataView(new ArrayBuffer(CONFIG.size));
    config.setUint32(CONFIG.target, this.#target, true);
    config.setUint32(CONFIG.actual, this.#actual, true);
    return new Uint8Array(config.buffer);
  }

  writeConfig(at: number, bytes: Uint8Array): void {
    if (at !== CONFIG.actual || bytes.length !== 4) return;
    this.#actual = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  }

  /** What a queue is for: drivers number the optional ones without gaps. */
  #purpose(index: number): Purpose | null {
    const features = this.#bus?.features ?? 0n;
    const purposes: Purpose[] = ['inflate', 'deflate'];
    if (hasFeature(features, FEATURE.STATS_VQ)) purposes.push('statistics');
    if (hasFeature(features, FEATURE.REPORTING)) purposes.push('reporting');
    return purposes[index] ?? null;
  }

  serve(index: number, queue: Virtqueue): void {
    const purpose = this.#purpose(index);
    if (purpose === 'statistics') {
      this.#takeStatistics(queue);
      return;
    }
    for (let chain = queue.pop(); chain; chain = queue.pop()) {
      if (purpose === 'inflate') this.#counts['balloon.inflated'] += this.#pages(chain, true);
      else if (purpose === 'deflate') this.#counts['balloon.deflated'] += this.#pages(chain, false);
      else if (purpose === 'reporting') this.#reported(chain);
      queue.push(chain, 0);
    }
  }

  /** Goes through page numbers, neighbours together; returns how many pages there were. */
  #pages(chain: Chain, release: boolean): number {
    const bytes = chain.taken(Math.min(chain.readable, 4 * MOST_NUMBERS) & ~3);
    const numbers = new Uint32Array(bytes.length / 4);
    const view = new DataView(bytes.buffer);
    for (let i = 0; i < numbers.length; i++) numbers[i] = view.getUint32(4 * i, true);
    if (!release) return numbers.length;
    numbers.sort();
    for (let i = 0; i < numbers.length; ) {
      let end = i + 1;
      while (end < numbers.length && numbers[end]! === numbers[end - 1]! + 1) end++;
      this.#release(numbers[i]! * PAGE, (end - i) * PAGE);
      i = end;
    }
    chain.charge(numbers.length * PAGE);
    return numbers.length;
  }

  #reported(chain: Chain): void {
    let left = MOST_REPORTED;
    for (const [address, length] of chain.writableSegments()) {
      const part = Math.min(length, left);
      left -= part;
      chain.charge(part);
      if (this.#release(address, part)) this.#counts['balloon.reported'] += part;
    }
  }

  /** Gives memory to the machine, where it is RAM from end to end. */
  #release(address: number, length: number): boolean {
    const memory = this.#bus?.memory;
    if (!memory || length === 0) return false;
    if (!memory.view(address, 1, false) || !memory.view(address + length - 1, 1, false)) return false;
    memory.release?.(address, length);
    return true;
  }

  /** The driver lends one buffer with statistics in it; returning it asks for the next. */
  #takeStatistics(queue: Virtqueue): void {
    if (this.#asked && this.#lent !== null) {
      queue.pushHead(this.#lent, 0);
      this.#lent = null;
      this.#asked = false;
    }
    for (let chain = queue.pop(); chain; chain = queue.pop()) {
      const bytes = chain.taken(MOST_STATISTICS * STATISTIC_LENGTH);
      const view = new DataView(bytes.buffer);
      for (let at = 0; at + STATISTIC_LENGTH <= bytes.length; at += STATISTIC_LENGTH) {
        const name = STATISTIC[view.getUint16(at, true)];
        if (name) this.#statistics[name] = view.getBigUint64(at + 2, true);
      }
      // A driver that lends a second one gets the first back.
      if (this.#lent !== null) queue.pushHead(this.#lent, 0);
      this.#lent = chain.head;
    }
  }

  reset(): void {
    this.#actual = 0;
    this.#lent = null;
    this.#asked = false;
    this.#statistics = {};
  }

  save(into: StateWriter): void {
    into
      .u32(this.#target)
      .u32(this.#actual)
      .flag(this.#lent !== null)
      .u32(this.#lent ?? 0)
      .flag(this.#asked);
    for (const name of STATISTIC) into.flag(name in this.#statistics).u64(this.#statistics[name] ?? 0n);
    into.counts(this.#counts);
  }

  restore(from: StateReader): void {
    this.#target = from.u32();
    this.#actual = from.u32();
    const lent = from.flag();
    const head = from.u32();
    this.#lent = lent ? head : null;
    this.#asked = from.flag();
    this.#statistics = {};
    for (const name of STATISTIC) {
      const given = from.flag();
      const value = from.u64();
      if (given) this.#statistics[name] = value;
    }
    from.counts(this.#counts);
  }

  counters() {
    return { ...this.#counts };
  }
}
