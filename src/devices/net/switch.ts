/**
 * The lab's network: a learning switch whose ports are guests and containers, with the lab's host on it. A frame is delivered within the call
 * that sends it, so its order, and everything that follows from it, depends on the senders alone.
 */

import { ETHERNET_HEADER, MAC_LENGTH, macText } from '../../abi/frame.ts';
import { countersOf, StateReader, StateWriter } from '../state.ts';
import { LabHost, type LabHostOptions } from './lab-host.ts';

/** The end of a wire a device or a network stack holds. */
export interface Port {
  /** Sends a frame; the switch may keep it, so it must not change any more. True if another port got it. */
  send(frame: Uint8Array): boolean;
  /** Unplugs. */
  close(): void;
}

const COUNTERS = {
  frames: 'frames sent to the switch',
  bytes: 'bytes of these',
  flooded: 'frames delivered to all ports',
  answered: 'frames the lab’s host answered',
  dropped: 'frames that were none, or came back to their own port',
} as const;

const MOST_FRAME = 65_536;
/** Addresses the switch remembers; a port that floods it with more pushes out the oldest. */
const MOST_ADDRESSES = 1024;
const KIND = 'lab-switch';
const VERSION = 1;

type Receive = (frame: Uint8Array) => void;

export class LabSwitch {
  readonly host: LabHost;
  readonly #ports = new Map<number, Receive>();
  /** The port behind each MAC address, the longest unheard first. */
  readonly #addresses = new Map<string, number>();
  readonly #counts = countersOf(COUNTERS);
  #nextPort = 0;

  constructor(options: LabHostOptions = {}) {
    this.host = new LabHost(options);
  }

  /** Plugs in; `receive` is called for each frame that goes to this port. Ports are numbered in the order of plugging. */
  plug(receive: Receive): Port {
    const number = this.#nextPort++;
    this.#ports.set(number, receive);
    return {
      send: (frame) => this.#send(number, frame),
      close: () => {
        this.#ports.delete(number);
        for (const [mac, port] of this.#addresses) if (port === number) this.#addresses.delete(mac);
      },
    };
  }

  #send(from: number, frame: Uint8Array): boolean {
    if (!this.#ports.has(from)) return false;
    this.#counts.frames++;
    this.#counts.bytes += frame.length;
    if (frame.length < ETHERNET_HEADER || frame.length > MOST_FRAME) {
      this.#counts.dropped++;
      return false;
    }
    this.#learn(frame.subarray(MAC_LENGTH, 2 * MAC_LENGTH), from);
    const group = (frame[0]! & 1) === 1;
    const toHost = this.host.mac.every((byte, i) => byte === frame[i]);
    const forwarded = !toHost && this.#forward(from, frame, group);
    if (group || toHost) this.#askHost(from, frame);
    return forwarded;
  }

  #learn(mac: Uint8Array, port: number): void {
    if (mac[0]! & 1) return;
    const key = macText(mac);
    this.#addresses.delete(key);
    this.#addresses.set(key, port);
    if (this.#addresses.size > MOST_ADDRESSES) {
      const [oldest] = this.#addresses.keys();
      this.#addresses.delete(oldest!);
    }
  }

  #forward(from: number, frame: Uint8Array, group: boolean): boolean {
    const known = group ? undefined : this.#addresses.get(macText(frame.subarray(0, MAC_LENGTH)));
    if (known === from) {
      this.#counts.dropped++;
      return false;
    }
    if (known !== undefined) {
      this.#ports.get(known)?.(frame);
      return true;
    }
    this.#counts.flooded++;
    for (const [port, receive] of this.#ports) if (port !== from) receive(frame);
    return this.#ports.size > 1;
  }

  #askHost(from: number, frame: Uint8Array): void {
    const answer = this.host.answer(frame);
    if (!answer) return;
    this.#counts.answered++;
    this.#ports.get(from)?.(answer);
  }

  counters(): Readonly<Record<string, number>> {
    return { ...this.#counts };
  }

  /** What the switch has learnt and the host has leased; ports are plugged again in the same order by who restores. */
  save(): Uint8Array {
    const into = new StateWriter(KIND, VERSION).counts(this.#counts).u32(this.#addresses.size);
    for (const [mac, port] of this.#addresses) into.text(mac).u32(port);
    this.host.save(into);
    return into.done();
  }

  restore(state: Uint8Array): void {
    const from = new StateReader(state, KIND, VERSION);
    from.counts(this.#counts);
    this.#addresses.clear();
    for (let count = from.u32(); count > 0; count--) this.#addresses.set(from.text(), from.u32());
    this.host.restore(from);
    from.done();
  }
}
