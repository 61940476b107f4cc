/** virtio-net (VIRTIO 1.2, section 5.1): one pair of queues, mergeable receive buffers, checksums and TCP segments of the guest's frames done here. */

import { checksum, ETHERNET_HEADER, MAC_LENGTH, viewOf } from '../../abi/frame.ts';
import { countersOf, type StateReader, type StateWriter } from '../state.ts';
import { featureBits, hasFeature } from '../virtio/abi.ts';
import type { Chain } from '../virtio/chain.ts';
import type { VirtioBus, VirtioModel } from '../virtio/model.ts';
import type { Virtqueue } from '../virtio/queue.ts';
import { GSO, segments } from './segment.ts';
import type { Port } from './switch.ts';

const FEATURE = { CSUM: 0, MTU: 3, MAC: 5, HOST_TSO4: 11, HOST_TSO6: 12, MRG_RXBUF: 15, STATUS: 16 } as const;
const QUEUE = { receive: 0, transmit: 1 } as const;
/** Offsets in the configuration space (5.1.4). */
const CONFIG = { mac: 0, status: 6, pairs: 8, mtu: 10, size: 12 } as const;
const LINK_UP = 1;

/** The header before each frame (5.1.6). */
const HEADER = {
  flags: 0,
  gsoType: 1,
  gsoSize: 4,
  checksumStart: 6,
  checksumOffset: 8,
  buffers: 10,
  size: 12,
} as const;
const NEEDS_CHECKSUM = 1;

const MTU = 1500;
const VLAN_TAG = 4;
const MOST_FRAME = ETHERNET_HEADER + VLAN_TAG + MTU;
/** Of a frame that the guest leaves to be cut into segments. */
const MOST_LONG_FRAME = ETHERNET_HEADER + 65_535;
/** Frames that may wait for receive buffers; more are lost, as on any wire. */
const MOST_WAITING = 512;

const COUNTERS = {
  'net.sent': 'frames the guest sent',
  'net.bytes-sent': 'bytes of these',
  'net.received': 'frames given to the guest',
  'net.bytes-received': 'bytes of these',
  'net.dropped': 'frames lost: malformed, too long, or no buffer in time',
} as const;

/** The MAC of guest `number` (from 0) of a lab: locally administered. */
export const labMac = (number: number): Uint8Array =>
  Uint8Array.of(0x02, 0x54, 0x46, 0x01, (number >> 8) & 255, number & 255);

export interface NetOptions {
  readonly mac: Uint8Array;
  /** Plugs into a network: `receive` takes the frames for this device. */
  readonly plug: (receive: (frame: Uint8Array) => void) => Port;
}

export class VirtioNet implements VirtioModel {
  readonly kind = 'net';
  readonly features = featureBits(...Object.values(FEATURE));
  readonly queues = [256, 256];
  readonly #mac: Uint8Array;
  readonly #port: Port;
  readonly #counts = countersOf(COUNTERS);
  readonly #waiting: Uint8Array[] = [];
  #up = true;
  #bus: VirtioBus | undefined;

  constructor(options: NetOptions) {
    this.#mac = options.mac.slice(0, MAC_LENGTH);
    this.#port = options.plug((frame) => this.#receive(frame));
  }

  attach(bus: VirtioBus): void {
    this.#bus = bus;
  }

  /** Plugs the cable in or out, as the guest sees it. */
  setLink(up: boolean): void {
    this.#up = up;
    this.#bus?.configChanged();
    this.#bus?.wake();
  }

  config(): Uint8Array {
    const config = new Uint8Array(CONFIG.size);
    config.set(this.#mac, CONFIG.mac);
    const view = viewOf(config);
    view.setUint16(CONFIG.status, this.#up ? LINK_UP : 0, true);
    view.setUint16(CONFIG.pairs, 1, true);
    view.setUint16(CONFIG.mtu, MTU, true);
    return config;
  }

  /** A frame has come over the wire. */
  #receive(frame: Uint8Array): void {
    const lost = !this.#bus?.running || !this.#up || frame.length > MOST_FRAME || this.#waiting.length >= MOST_WAITING;
    if (lost) {
      this.#counts['net.dropped']++;
      return;
    }
    this.#waiting.push(frame);
    this.#bus?.serve(QUEUE.receive);
    this.#bus?.wake();
  }

  serve(index: number, queue: Virtqueue): void {
    if (index === QUEUE.transmit) {
      for (let chain = queue.pop(); chain; chain = queue.pop()) {
        this.#transmit(chain);
        queue.push(chain);
      }
      return;
    }
    let given = 0;
    for (; given < this.#waiting.length; given++) if (!this.#give(this.#waiting[given]!, queue)) break;
    this.#waiting.splice(0, given);
  }

  #transmit(chain: Chain): void {
    const frames = this.#framesOf(chain);
    if (!frames) {
      this.#counts['net.dropped']++;
      return;
    }
    let heard = false;
    for (const frame of frames) {
      this.#counts['net.sent']++;
      this.#counts['net.bytes-sent'] += frame.length;
      if (this.#up && this.#port.send(frame)) heard = true;
    }
    if (heard) this.#bus?.attend();
  }

  /** The frames of a chain: one, or the segments of a long one. Null where it holds none. */
  #framesOf(chain: Chain): Uint8Array[] | null {
    const header = chain.taken(HEADER.size);
    const length = chain.readable;
    if (header.length < HEADER.size || length < ETHERNET_HEADER || length > MOST_LONG_FRAME) return null;
    const fields = viewOf(header);
    const type = header[HEADER.gsoType]!;
    const sum = (header[HEADER.flags]! & NEEDS_CHECKSUM) !== 0;
    if (type === GSO.none) {
      if (length > MOST_FRAME) return null;
      const frame = chain.taken(length);
      return sum && !this.#sum(frame, fields) ? null : [frame];
    }
    if (!sum) return null;
    const tcpAt = fields.getUint16(HEADER.checksumStart, true);
    const cut = segments(chain.taken(length), { type, segment: fields.getUint16(HEADER.gsoSize, true), tcpAt });
    if (!cut || cut.some((frame) => frame.length > MOST_FRAME)) return null;
    chain.charge(cut.length * MOST_FRAME);
    return cut;
  }

  /** Completes a checksum: the guest has put the pseudo-header's sum in its place. */
  #sum(frame: Uint8Array, header: DataView): boolean {
    const start = header.getUint16(HEADER.checksumStart, true);
    const at = start + header.getUint16(HEADER.checksumOffset, true);
    if (at + 2 > frame.length) return false;
    // A sum of zero is sent as its other form, which means the same; for UDP zero would say there is none.
    viewOf(frame).setUint16(at, checksum(frame.subarray(start)) || 0xffff);
    return true;
  }

  /** Puts a frame into receive buffers: one, or as many as it takes where the driver merges them. False where too few wait. */
  #give(frame: Uint8Array, queue: Virtqueue): boolean {
    const merge = hasFeature(this.#bus?.features ?? 0n, FEATURE.MRG_RXBUF);
    const chains: Chain[] = [];
    let room = 0;
    while (room < HEADER.size + frame.length) {
      const chain = queue.pop();
      if (!chain) {
        queue.unpop(chains.length);
        return false;
      }
      chains.push(chain);
      room += chain.writable;
      if (!merge) break;
    }
    if (room < HEADER.size + frame.length) {
      // A buffer too short for what it must hold goes back empty, and the frame is lost (5.1.6.3.1 forbids such buffers).
      this.#counts['net.dropped']++;
      queue.push(chains[0]!, 0);
      return true;
    }
    const bytes = new Uint8Array(HEADER.size + frame.length);
    viewOf(bytes).setUint16(HEADER.buffers, chains.length, true);
    bytes.set(frame, HEADER.size);
    let done = 0;
    for (const chain of chains) {
      done += chain.put(bytes.subarray(done));
      queue.push(chain);
    }
    this.#counts['net.received']++;
    this.#counts['net.bytes-received'] += frame.length;
    return true;
  }

  reset(): void {
    this.#waiting.length = 0;
  }

  save(into: StateWriter): void {
    into.flag(this.#up).counts(this.#counts).u32(this.#waiting.length);
    for (const frame of this.#waiting) into.bytes(frame);
  }

  restore(from: StateReader): void {
    this.#up = from.flag();
    from.counts(this.#counts);
    this.#waiting.length = 0;
    for (let count = from.u32(); count > 0; count--) this.#waiting.push(from.bytes());
  }

  counters() {
    return { ...this.#counts };
  }
}
