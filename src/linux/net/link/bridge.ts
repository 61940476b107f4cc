/** A bridge: an interface that joins others to one network, and learns who is behind which. */
import { macText } from '../../../abi/frame.ts';
import type { Carrier, Interface } from './interface.ts';

/** Addresses a bridge remembers; more push out the oldest. */
const MOST_ADDRESSES = 1024;

export class Bridge implements Carrier {
  readonly kind = 'bridge';
  readonly ports = new Set<Interface>();
  /** The port behind each address, the longest unheard first. */
  readonly learnt = new Map<string, Interface>();
  /** Its own interface, and who takes the frames for it. */
  index = 0;
  mac: () => Uint8Array = () => new Uint8Array(6);
  receive: (frame: Uint8Array) => void = () => {};

  get connected(): boolean {
    for (const port of this.ports) if (port.running) return true;
    return false;
  }

  /** A frame of the system itself. */
  send(frame: Uint8Array): void {
    this.forward(null, frame);
  }

  /** A frame that came in at a port. */
  input(port: Interface, frame: Uint8Array): void {
    const from = frame.subarray(6, 12);
    if (!(from[0]! & 1)) {
      const key = macText(from);
      this.learnt.delete(key);
      this.learnt.set(key, port);
      if (this.learnt.size > MOST_ADDRESSES) this.learnt.delete(this.learnt.keys().next().value!);
    }
    const own = this.mac().every((byte, i) => byte === frame[i]);
    if (own || frame[0]! & 1) this.receive(frame);
    if (!own) this.forward(port, frame);
  }

  private forward(from: Interface | null, frame: Uint8Array): void {
    const known = frame[0]! & 1 ? undefined : this.learnt.get(macText(frame.subarray(0, 6)));
    if (known) {
      if (known !== from) known.transmit(frame);
      return;
    }
    for (const port of this.ports) if (port !== from) port.transmit(frame);
  }

  add(port: Interface): void {
    this.ports.add(port);
    port.master = this;
  }

  remove(port: Interface): void {
    this.ports.delete(port);
    port.master = null;
    for (const [mac, known] of this.learnt) if (known === port) this.learnt.delete(mac);
  }

  close(): void {
    for (const port of [...this.ports]) this.remove(port);
  }
}
