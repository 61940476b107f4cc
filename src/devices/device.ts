/**
 * What a device is to the machine, and what the machine is to a device. Devices know nothing else of each other.
 *
 * A device acts only inside `read` and `write` (its queues are served at the notify), inside `advance`, and when the host hands it input
 * between slices. So what a guest sees depends on its own instructions, never on how fast the host is.
 */

import { cells64, type Property, type TreeNode } from '../abi/device-tree.ts';

/** Guest-physical memory as a device sees it (DMA). Addresses are plain numbers: guest RAM lies below 2^53. */
export interface GuestMemory {
  /** Copies out; false if any byte is outside RAM. */
  read(address: number, into: Uint8Array): boolean;
  /** Copies in (decoded code, shadowed tables and dirty state are the machine's affair); false if outside RAM, nothing written then. */
  write(address: number, from: Uint8Array): boolean;
  /**
   * A view of up to `length` bytes (at least one) that are contiguous in host memory, for bulk transfers without copies; null where `address`
   * is outside RAM. Valid until the guest runs.
   */
  view(address: number, length: number, write: boolean): Uint8Array | null;
  /** The guest does without these bytes until it writes them again (balloon, free-page reporting): the machine may drop them. */
  release?(address: number, length: number): void;
}

export interface DeviceHost {
  readonly memory: GuestMemory;
  /** Level of an interrupt line of the PLIC. */
  interrupt(line: number, high: boolean): void;
  /** Guest time in ticks (10 MHz, = instructions retired). */
  now(): bigint;
  /** Host-side work has come in (input, a packet): wake a guest that sleeps in wfi. */
  wake(): void;
  /**
   * Something has gone out that others act on: after the store that a device is in, the others get their turn before this guest goes on, so that
   * their answer comes at the same point of guest time in every run.
   */
  attend?(): void;
}

export type AccessSize = 1 | 2 | 4 | 8;

export interface Device {
  /** As in the device tree, e.g. `virtio_mmio`. */
  readonly name: string;
  /** MMIO window (bytes) and PLIC source; line 0 is no line. */
  readonly base: number;
  readonly size: number;
  readonly line: number;
  /** A load at `offset` of the window; never throws, whatever the guest asks for. */
  read(offset: number, size: AccessSize): bigint | number;
  /** A store at `offset` of the window; never throws. */
  write(offset: number, size: AccessSize, value: bigint | number): void;
  /** Back to the state of power-on; what stands behind the device (a disk's content) stays. */
  reset(): void;
  /** For the device tree; interrupts are given for the enclosing bus's interrupt parent, the PLIC. */
  node(): TreeNode;
  /** The whole state, for a snapshot. */
  save(): Uint8Array;
  /** Takes up a saved state; throws an `InputError` where it is damaged or of another version. */
  restore(state: Uint8Array): void;
  counters(): Readonly<Record<string, number>>;
  /** The guest time at which the device has something to do by itself, in ticks; null when it has not. */
  deadline?(): bigint | null;
  /** Does what is due by now; the machine calls it when `now()` has reached the deadline. */
  advance?(): void;
}

/** A node of a memory-mapped device: `name@base`, its registers (two cells each) and its interrupt. */
export function deviceNode(
  { name, base, size, line }: Pick<Device, 'name' | 'base' | 'size' | 'line'>,
  properties: Readonly<Record<string, Property>>,
  children: readonly TreeNode[] = [],
): TreeNode {
  return {
    name: `${name}@${base.toString(16)}`,
    properties: {
      ...properties,
      reg: [...cells64(base), ...cells64(size)],
      ...(line > 0 ? { interrupts: [line] } : {}),
    },
    children,
  };
}
