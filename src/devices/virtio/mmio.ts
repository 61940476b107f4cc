/** The memory-mapped transport of VIRTIO 1.2 (section 4.2), version 2; the legacy interface is not offered. */
import type { TreeNode } from '../../abi/device-tree.ts';
import { type AccessSize, type Device, type DeviceHost, deviceNode } from '../device.ts';
import { countersOf, StateReader, StateWriter } from '../state.ts';
import {
  DEVICE_ID,
  FEATURE,
  featureBits,
  hasFeature,
  INTERRUPT,
  MAGIC,
  REGISTER,
  STATUS,
  TRANSPORT_VERSION,
  VENDOR,
} from './abi.ts';
import { RingError } from './guest-bytes.ts';
import type { VirtioBus, VirtioModel } from './model.ts';
import { Virtqueue } from './queue.ts';

const COUNTERS = {
  notifications: 'notifications of queues by the driver',
  interrupts: 'interrupts raised, for used buffers or a changed configuration',
  silent: 'services that returned buffers without an interrupt, because the driver wanted none',
  chains: 'chains of descriptors taken',
  errors: 'broken rings: the device then needs a reset',
} as const;

const OWN_FEATURES = featureBits(
  FEATURE.RING_INDIRECT_DESC,
  FEATURE.RING_EVENT_IDX,
  FEATURE.VERSION_1,
  FEATURE.RING_RESET,
);
const WINDOW = 0x1000;
const WORD = 0xffff_ffffn;
const VERSION = 2;
/** Registers of queue addresses and the words they set. */
const ADDRESS_WORDS = new Map<number, number>([
  [REGISTER.QueueDescLow, 0],
  [REGISTER.QueueDescHigh, 1],
  [REGISTER.QueueDriverLow, 2],
  [REGISTER.QueueDriverHigh, 3],
  [REGISTER.QueueDeviceLow, 4],
  [REGISTER.QueueDeviceHigh, 5],
]);

export interface MmioPlace {
  readonly base: number;
  readonly line: number;
}

/** A virtio device behind MMIO registers; what it does with its queues is the model's. */
export class VirtioMmio<Model extends VirtioModel = VirtioModel> implements Device, VirtioBus {
  readonly name = 'virtio_mmio';
  readonly base: number;
  readonly size = WINDOW;
  readonly line: number;
  readonly model: Model;
  readonly #host: DeviceHost;
  readonly #queues: readonly Virtqueue[];
  readonly #offered: bigint;
  readonly #counts = countersOf(COUNTERS);
  #status = 0;
  #features = 0n;
  #offeredSelect = 0;
  #driverSelect = 0;
  #queueSelect = 0;
  #interrupts = 0;
  #generation = 0;

  constructor(host: DeviceHost, place: MmioPlace, model: Model) {
    this.#host = host;
    this.base = place.base;
    this.line = place.line;
    this.model = model;
    this.#offered = model.features | OWN_FEATURES;
    this.#queues = model.queues.map((most) => new Virtqueue(host.memory, most));
    model.attach(this);
  }

  // What the model sees (VirtioBus).

  get memory() {
    return this.#host.memory;
  }

  get features(): bigint {
    return this.#features;
  }

  get running(): boolean {
    return (this.#status & (STATUS.DRIVER_OK | STATUS.DEVICE_NEEDS_RESET)) === STATUS.DRIVER_OK;
  }

  serve(index: number): void {
    const queue = this.#queues[index];
    if (!queue?.ready || !this.running) return;
    try {
      queue.begin();
      this.model.serve(index, queue);
      const { taken, returned, interrupt } = queue.end();
      this.#counts.chains += taken;
      if (interrupt) this.#raise(INTERRUPT.USED_BUFFER);
      else if (returned > 0) this.#counts.silent++;
    } catch (error) {
      if (!(error instanceof RingError)) throw error;
      this.#broken();
    }
  }

  wake(): void {
    this.#host.wake();
  }

  attend(): void {
    this.#host.attend?.();
  }

  configChanged(): void {
    this.#generation = (this.#generation + 1) >>> 0;
    if (this.running) this.#raise(INTERRUPT.CONFIG_CHANGE);
  }

  #raise(cause: number): void {
    this.#counts.interrupts++;
    this.#interrupts |= cause;
    this.#host.interrupt(this.line, true);
  }

  /** The driver broke the rules (2.1.2): nothing more is served until it resets the device. */
  #broken(): void {
    this.#counts.errors++;
    const told = (this.#status & STATUS.DRIVER_OK) !== 0;
    this.#status |= STATUS.DEVICE_NEEDS_RESET;
    if (told) this.#raise(INTERRUPT.CONFIG_CHANGE);
  }

  // What the guest sees.

  read(offset: number, size: AccessSize): bigint | number {
    if (offset >= REGISTER.Config) return this.#readConfig(offset - REGISTER.Config, size);
    return size === 4 ? this.#register(offset) : 0;
  }

  #register(offset: number): number {
    const queue = this.#queues[this.#queueSelect];
    switch (offset) {
      case REGISTER.MagicValue:
        return MAGIC;
      case REGISTER.Version:
        return TRANSPORT_VERSION;
      case REGISTER.DeviceID:
        return DEVICE_ID[this.model.kind];
      case REGISTER.VendorID:
        return VENDOR;
      case REGISTER.DeviceFeatures:
        return this.#offeredSelect > 1 ? 0 : Number((this.#offered >> BigInt(32 * this.#offeredSelect)) & WORD);
      case REGISTER.QueueNumMax:
        return queue?.most ?? 0;
      case REGISTER.QueueReady:
        return queue?.ready ? 1 : 0;
      case REGISTER.InterruptStatus:
        return this.#interrupts;
      case REGISTER.Status:
        return this.#status;
      case REGISTER.ConfigGeneration:
        return this.#generation;
      // There is no shared memory: a region that does not exist has length and base −1 (4.2.2).
      case REGISTER.SHMLenLow:
      case REGISTER.SHMLenHigh:
      case REGISTER.SHMBaseLow:
      case REGISTER.SHMBaseHigh:
        return 0xffff_ffff;
      default:
        return 0;
    }
  }

  #readConfig(at: number, size: AccessSize): bigint | number {
    const config = this.model.config();
    let value = 0n;
    for (let i = size - 1; i >= 0; i--) value = (value << 8n) | BigInt(config[at + i] ?? 0);
    return size === 8 ? value : Number(value);
  }

  write(offset: number, size: AccessSize, value: bigint | number): void {
    if (offset >= REGISTER.Config) {
      const bits = BigInt(value);
      const bytes = Uint8Array.from({ length: size }, (_, i) => Number((bits >> BigInt(8 * i)) & 255n));
      this.model.writeConfig?.(offset - REGISTER.Config, bytes);
    } else if (size === 4) this.#writeRegister(offset, Number(BigInt(value) & WORD));
  }

  #writeRegister(offset: number, value: number): void {
    const queue = this.#queues[this.#queueSelect];
    switch (offset) {
      case REGISTER.DeviceFeaturesSel:
        this.#offeredSelect = value;
        break;
      case REGISTER.DriverFeaturesSel:
        this.#driverSelect = value;
        break;
      case REGISTER.DriverFeatures:
        this.#accept(value);
        break;
      case REGISTER.QueueSel:
        this.#queueSelect = value;
        break;
      case REGISTER.QueueNum:
        if (queue && !queue.ready) queue.size = value;
        break;
      case REGISTER.QueueReady:
        if (queue) this.#setReady(queue, (value & 1) === 1);
        break;
      case REGISTER.QueueReset:
        // Queues are served at once, so a reset is done when the store is (reads give 0).
        if (value === 1 && hasFeature(this.#features, FEATURE.RING_RESET)) queue?.reset();
        break;
      case REGISTER.QueueNotify:
        this.#counts.notifications++;
        this.serve(value);
        break;
      case REGISTER.InterruptACK:
        this.#acknowledge(value);
        break;
      case REGISTER.Status:
        this.#setStatus(value);
        break;
      default: {
        const word = ADDRESS_WORDS.get(offset);
        if (word !== undefined && queue && !queue.ready) queue.words[word] = value;
      }
    }
  }

  #accept(value: number): void {
    if (this.#driverSelect > 1 || this.#status & STATUS.FEATURES_OK) return;
    const shift = BigInt(32 * this.#driverSelect);
    this.#features = (this.#features & ~(WORD << shift)) | (BigInt(value) << shift);
  }

  #setReady(queue: Virtqueue, ready: boolean): void {
    const indirect = hasFeature(this.#features, FEATURE.RING_INDIRECT_DESC);
    const events = hasFeature(this.#features, FEATURE.RING_EVENT_IDX);
    if (!ready) queue.ready = false;
    else if (!queue.ready && !queue.enable({ indirect, events })) this.#broken();
  }

  #acknowledge(bits: number): void {
    this.#interrupts &= ~bits;
    this.#host.interrupt(this.line, this.#interrupts !== 0);
    // A service that had stopped so that the guest could go on goes on too.
    this.#queues.forEach((queue, index) => {
      if (queue.stopped) this.serve(index);
    });
  }

  #setStatus(value: number): void {
    if (value === 0) {
      this.reset();
      return;
    }
    let next = value & 0xff;
    // Features the device did not offer, or a driver of the legacy interface (6.1, 2.2.2).
    const wrong = (this.#features & ~this.#offered) !== 0n || !hasFeature(this.#features, FEATURE.VERSION_1);
    if (next & STATUS.FEATURES_OK && !(this.#status & STATUS.FEATURES_OK) && wrong) next &= ~STATUS.FEATURES_OK;
    const started = next & ~this.#status & STATUS.DRIVER_OK;
    this.#status = next | (this.#status & STATUS.DEVICE_NEEDS_RESET);
    if (started && this.running) this.model.start?.();
  }

  reset(): void {
    this.#status = 0;
    this.#features = 0n;
    this.#offeredSelect = this.#driverSelect = this.#queueSelect = 0;
    this.#interrupts = 0;
    for (const queue of this.#queues) queue.reset();
    this.model.reset();
    this.#host.interrupt(this.line, false);
  }

  node(): TreeNode {
    return deviceNode(this, { compatible: 'virtio,mmio' });
  }

  save(): Uint8Array {
    const state = new StateWriter(`virtio-${this.model.kind}`, VERSION);
    state.u32(this.#status).u64(this.#features);
    state.u32(this.#offeredSelect).u32(this.#driverSelect).u32(this.#queueSelect);
    state.u32(this.#interrupts).u32(this.#generation).counts(this.#counts);
    for (const queue of this.#queues) queue.save(state);
    this.model.save(state);
    return state.done();
  }

  restore(state: Uint8Array): void {
    const from = new StateReader(state, `virtio-${this.model.kind}`, VERSION);
    this.#status = from.u32();
    this.#features = from.u64();
    this.#offeredSelect = from.u32();
    this.#driverSelect = from.u32();
    this.#queueSelect = from.u32();
    this.#interrupts = from.u32();
    this.#generation = from.u32();
    from.counts(this.#counts);
    for (const queue of this.#queues) queue.restore(from);
    this.model.restore(from);
    from.done();
    this.#host.interrupt(this.line, this.#interrupts !== 0);
  }

  counters(): Readonly<Record<string, number>> {
    return { ...this.#counts, ...this.model.counters() };
  }
}
