/** A driver of virtio devices over MMIO, for their tests: it negotiates, places rings in a fake machine's memory, and makes requests. */
import { VirtioMmio } from '../../src/devices/virtio/mmio.ts';
import type { VirtioModel } from '../../src/devices/virtio/model.ts';
import { FakeHost, FakeMemory, RAM } from './device-host.ts';

const REG = {
  features: 0x10,
  featuresSelect: 0x14,
  accepted: 0x20,
  acceptedSelect: 0x24,
  queueSelect: 0x30,
  queueMost: 0x34,
  queueSize: 0x38,
  queueReady: 0x44,
  notify: 0x50,
  interrupts: 0x60,
  acknowledge: 0x64,
  status: 0x70,
  descriptors: 0x80,
  available: 0x90,
  used: 0xa0,
} as const;

export const BASE = 0x1000_1000;
export const LINE = 1;
const PAGE = 4096;

export interface Layout {
  readonly size: number;
  readonly descriptors: number;
  readonly available: number;
  readonly used: number;
}

export interface DriverOptions {
  /** Bytes of RAM. */
  readonly ram?: number;
  /** Whether views end at pages. */
  readonly scattered?: boolean;
  /** Features not to accept. */
  readonly without?: bigint;
  /** Descriptors in each queue. */
  readonly queueSize?: number;
}

export const INDIRECT = 1n << 28n;
export const EVENTS = 1n << 29n;

/** A buffer of a request: bytes to read, or how many to write. */
type Part = Uint8Array | number;

export class Driver<Model extends VirtioModel> {
  readonly host: FakeHost;
  readonly device: VirtioMmio<Model>;
  readonly model: Model;
  readonly rings: Layout[] = [];
  readonly options: DriverOptions;
  #free: number;
  /** Chains offered, used elements seen and the next free descriptor, for each queue. */
  readonly offered: number[] = [];
  readonly seen: number[] = [];
  readonly #next: number[] = [];
  readonly #buffers = new Map<string, { at: number; length: number }[]>();

  constructor(model: Model, options: DriverOptions = {}, host?: FakeHost) {
    this.host = host ?? new FakeHost(new FakeMemory(options.ram ?? 1 << 22, options.scattered ?? false));
    this.options = options;
    this.device = new VirtioMmio(this.host, { base: BASE, line: LINE }, model);
    this.model = model;
    this.#free = RAM + PAGE;
  }

  reg(offset: number): number {
    return Number(this.device.read(offset, 4));
  }

  set(offset: number, value: number): void {
    this.device.write(offset, 4, value);
  }

  get status(): number {
    return this.reg(REG.status);
  }

  offeredFeatures(): bigint {
    this.set(REG.featuresSelect, 0);
    const low = BigInt(this.reg(REG.features));
    this.set(REG.featuresSelect, 1);
    return low | (BigInt(this.reg(REG.features)) << 32n);
  }

  /** The dance of section 3.1.1; returns the features. */
  start(): bigint {
    this.set(REG.status, 0);
    this.set(REG.status, 1);
    this.set(REG.status, 3);
    const features = this.offeredFeatures() & ~(this.options.without ?? 0n);
    this.accept(features);
    this.set(REG.status, 11);
    for (let i = 0; i < this.model.queues.length; i++) this.place(i);
    this.set(REG.status, 15);
    return features;
  }

  accept(features: bigint): void {
    this.set(REG.acceptedSelect, 0);
    this.set(REG.accepted, Number(features & 0xffff_ffffn));
    this.set(REG.acceptedSelect, 1);
    this.set(REG.accepted, Number(features >> 32n));
  }

  /** Memory for a buffer. */
  allocate(length: number): number {
    const at = this.#free;
    this.#free += Math.ceil(length / 16) * 16;
    if (this.#free > RAM + this.host.memory.bytes.length) throw new Error('the test is out of RAM');
    return at;
  }

  place(index: number): void {
    this.set(REG.queueSelect, index);
    const size = Math.min(this.options.queueSize ?? 64, this.reg(REG.queueMost));
    const layout = {
      size,
      descriptors: this.allocate(16 * size),
      available: this.allocate(6 + 2 * size),
      used: this.allocate(6 + 8 * size),
    };
    this.rings[index] = layout;
    this.offered[index] = this.seen[index] = this.#next[index] = 0;
    this.set(REG.queueSize, size);
    for (const part of ['descriptors', 'available', 'used'] as const) {
      this.set(REG[part], layout[part] >>> 0);
      this.set(REG[part] + 4, Math.floor(layout[part] / 2 ** 32));
    }
    this.set(REG.queueReady, 1);
  }

  #view(address: number, length: number): DataView {
    const { bytes } = this.host.memory;
    return new DataView(bytes.buffer, bytes.byteOffset + address - RAM, length);
  }

  descriptor(table: number, index: number, address: number, length: number, flags: number, next: number): void {
    const at = this.#view(table + 16 * index, 16);
    at.setBigUint64(0, BigInt(address), true);
    at.setUint32(8, length, true);
    at.setUint16(12, flags, true);
    at.setUint16(14, next, true);
  }

  /** Puts a chain's head into the available ring. */
  offer(index: number, head: number): void {
    const ring = this.rings[index]!;
    const count = this.offered[index]!;
    this.#view(ring.available, 6 + 2 * ring.size).setUint16(4 + 2 * (count % ring.size), head, true);
    this.offered[index] = count + 1;
    this.#view(ring.available, 4).setUint16(2, (count + 1) & 0xffff, true);
  }

  /** Offers a request without notifying; returns its head. */
  prepare(index: number, parts: readonly Part[], indirect = false): number {
    const ring = this.rings[index]!;
    const buffers: { at: number; length: number }[] = [];
    const table = indirect ? this.allocate(16 * parts.length) : ring.descriptors;
    const first = this.#next[index]!;
    const slot = (i: number) => (indirect ? i : (first + i) % ring.size);
    parts.forEach((part, i) => {
      const length = typeof part === 'number' ? part : part.length;
      const at = this.allocate(length);
      if (typeof part !== 'number') this.host.memory.bytes.set(part, at - RAM);
      else buffers.push({ at, length });
      const flags = (typeof part === 'number' ? 2 : 0) | (i < parts.length - 1 ? 1 : 0);
      this.descriptor(table, slot(i), at, length, flags, slot(i + 1));
    });
    if (indirect) this.descriptor(ring.descriptors, first, table, 16 * parts.length, 4, 0);
    this.#next[index] = (first + (indirect ? 1 : parts.length)) % ring.size;
    this.#buffers.set(`${index}:${first}`, buffers);
    this.offer(index, first);
    return first;
  }

  notify(index: number): void {
    this.set(REG.notify, index);
  }

  /** Used elements that came since last asked: the heads, the lengths, and what was written. */
  collect(index: number): { head: number; length: number; data: Uint8Array }[] {
    const ring = this.rings[index]!;
    const used = this.#view(ring.used, 6 + 8 * ring.size);
    const out = [];
    for (; (this.seen[index]! & 0xffff) !== used.getUint16(2, true); this.seen[index]!++) {
      const at = 4 + 8 * (this.seen[index]! % ring.size);
      const head = used.getUint32(at, true);
      const { bytes } = this.host.memory;
      const buffers = this.#buffers.get(`${index}:${head}`) ?? [];
      const data = new Uint8Array(buffers.reduce((sum, buffer) => sum + buffer.length, 0));
      let done = 0;
      for (const buffer of buffers) {
        data.set(bytes.subarray(buffer.at - RAM, buffer.at - RAM + buffer.length), done);
        done += buffer.length;
      }
      out.push({ head, length: used.getUint32(at + 4, true), data });
    }
    return out;
  }

  /** One request, served at once: what the device wrote, all buffers to write joined. */
  request(index: number, parts: readonly Part[], indirect = false): { length: number; data: Uint8Array } {
    this.prepare(index, parts, indirect);
    this.notify(index);
    const [done] = this.collect(index);
    if (!done) throw new Error('the device did not answer');
    return done;
  }

  /** Takes pending interrupts; returns the causes. */
  acknowledge(): number {
    const causes = this.reg(REG.interrupts);
    this.set(REG.acknowledge, causes);
    return causes;
  }

  /** Frees the memory of requests that are done: what is allocated from here on lies where `mark` was. */
  mark(): number {
    return this.#free;
  }

  release(mark: number): void {
    this.#free = mark;
  }

  /** What the driver wants of interrupts with event indices: the used index after which one is due. */
  wantAfter(index: number, event: number): void {
    const ring = this.rings[index]!;
    this.#view(ring.available, 6 + 2 * ring.size).setUint16(4 + 2 * ring.size, event, true);
  }

  silence(index: number, silent: boolean): void {
    this.#view(this.rings[index]!.available, 2).setUint16(0, silent ? 1 : 0, true);
  }

  /** Where the device says it wants the next notification. */
  wantedNotification(index: number): number {
    const ring = this.rings[index]!;
    return this.#view(ring.used, 6 + 8 * ring.size).getUint16(4 + 8 * ring.size, true);
  }
}
