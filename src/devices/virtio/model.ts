/** What a kind of virtio device is to its transport, and the transport to it. */
import type { GuestMemory } from '../device.ts';
import type { StateReader, StateWriter } from '../state.ts';
import type { VirtioKind } from './abi.ts';
import type { Virtqueue } from './queue.ts';

/** The transport as a model sees it. */
export interface VirtioBus {
  readonly memory: GuestMemory;
  /** What the driver has accepted of the features offered. */
  readonly features: bigint;
  /** Whether the driver is ready and the device not broken. */
  readonly running: boolean;
  /** Serves a queue now, because the host has something for it; nothing happens where it is not ready. */
  serve(index: number): void;
  /** The configuration space has changed. */
  configChanged(): void;
  /** The guest may be asleep and has something to do. */
  wake(): void;
  /** Something has gone out that others act on: they get their turn before the guest goes on. */
  attend(): void;
}

export interface VirtioModel {
  readonly kind: VirtioKind;
  /** Features offered beyond those of the transport. */
  readonly features: bigint;
  /** Largest size of each queue, in descriptors (powers of two). */
  readonly queues: readonly number[];
  attach(bus: VirtioBus): void;
  /** The configuration space, little-endian; beyond its end there are zeroes. */
  config(): Uint8Array;
  writeConfig?(at: number, bytes: Uint8Array): void;
  /** The driver is ready (DRIVER_OK). */
  start?(): void;
  /** Takes and returns what it can of a queue. `RingError`s of the queue and its chains are the transport's to deal with. */
  serve(index: number, queue: Virtqueue): void;
  reset(): void;
  save(into: StateWriter): void;
  restore(from: StateReader): void;
  counters(): Readonly<Record<string, number>>;
}
