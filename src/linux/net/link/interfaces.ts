/** The interfaces of a namespace: made, named, found, removed. */
import { E, fail } from '../../errno.ts';
import type { NetHost } from '../host.ts';
import { Bridge } from './bridge.ts';
import { type Carrier, checkName, HARDWARE, Interface, NO_CARRIER } from './interface.ts';
import { CableEnd } from './veth.ts';

const ETHERNET_MTU = 1500;
const LOOPBACK_MTU = 65_536;
/** Interfaces of one namespace. */
const MOST = 256;

export interface InterfaceEvents {
  receive(from: Interface, frame: Uint8Array): void;
  removed(gone: Interface): void;
}

/** A random MAC address, locally administered. */
function randomMac(host: NetHost): Uint8Array {
  const mac = new Uint8Array(6);
  host.random(mac);
  mac[0] = (mac[0]! & 0xfc) | 2;
  return mac;
}

export class Interfaces {
  readonly loopback: Interface;
  private readonly byNumber = new Map<number, Interface>();
  private readonly host: NetHost;
  private readonly events: InterfaceEvents;
  private last = 0;

  constructor(host: NetHost, events: InterfaceEvents) {
    this.host = host;
    this.events = events;
    this.loopback = this.enter('lo', HARDWARE.loopback, new Uint8Array(6), LOOPBACK_MTU, NO_CARRIER);
  }

  [Symbol.iterator](): Iterator<Interface> {
    return this.byNumber.values();
  }

  byIndex(index: number): Interface | null {
    return this.byNumber.get(index) ?? null;
  }

  byName(name: string): Interface | null {
    for (const i of this) if (i.name === name) return i;
    return null;
  }

  /** The first that is up beside the loopback, else the loopback. */
  firstUp(): Interface | null {
    for (const i of this) if (i.up && !i.loopback) return i;
    return this.loopback.up ? this.loopback : null;
  }

  private enter(name: string, hardware: number, mac: Uint8Array, mtu: number, carrier: Carrier): Interface {
    if (this.byName(checkName(name))) fail(E.EXIST);
    if (this.byNumber.size >= MOST) fail(E.NOSPC);
    const made = new Interface(name, ++this.last, hardware, mac, mtu, carrier);
    this.byNumber.set(made.index, made);
    return made;
  }

  /** A name that is free: `prefix` and the first number. */
  freeName(prefix: string): string {
    for (let i = 0; ; i++) if (!this.byName(`${prefix}${i}`)) return `${prefix}${i}`;
  }

  /** An interface on a wire outside. `connect` is given where its frames go to; it returns what sends its own. */
  addWire(
    name: string,
    mac: Uint8Array | null,
    connect: (receive: (frame: Uint8Array) => void) => Pick<Carrier, 'send' | 'close'>,
  ): Interface {
    const hook = { made: null as Interface | null };
    const wire = connect((frame) => {
      if (hook.made) this.events.receive(hook.made, frame);
    });
    const carrier: Carrier = {
      kind: 'wire',
      connected: true,
      close: () => wire.close(),
      send: (frame) => wire.send(frame),
    };
    hook.made = this.enter(name, HARDWARE.ether, mac ?? randomMac(this.host), ETHERNET_MTU, carrier);
    return hook.made;
  }

  addBridge(name: string): Interface {
    const bridge = new Bridge();
    const made = this.enter(name, HARDWARE.ether, randomMac(this.host), ETHERNET_MTU, bridge);
    bridge.index = made.index;
    bridge.mac = () => made.mac;
    // What a bridge hands up has come in at a port already, so it goes on at once.
    bridge.receive = (frame) => this.events.receive(made, frame);
    return made;
  }

  /** A cable; its second end is in `other`'s namespace. Returns both interfaces. */
  addPair(name: string, other: Interfaces, otherName: string): [Interface, Interface] {
    if (this === other && name === otherName) fail(E.EXIST);
    if (other.byName(checkName(otherName))) fail(E.EXIST);
    const [a, b] = CableEnd.pair();
    return [this.addEnd(name, a), other.addEnd(otherName, b)];
  }

  private addEnd(name: string, end: CableEnd, mac: Uint8Array | null = null): Interface {
    const made = this.enter(name, HARDWARE.ether, mac ?? randomMac(this.host), ETHERNET_MTU, end);
    end.index = made.index;
    end.up = () => made.up;
    end.receive = (frame) => this.events.receive(made, frame);
    end.remove = () => this.remove(made);
    return made;
  }

  /** Moves one end of a cable into another namespace, where it is down and has no addresses. */
  move(moved: Interface, to: Interfaces): Interface {
    const end = moved.carrier;
    if (!(end instanceof CableEnd)) fail(E.INVAL);
    if (to.byName(moved.name)) fail(E.EXIST);
    this.leave(moved);
    return to.addEnd(moved.name, end, moved.mac);
  }

  private leave(gone: Interface): void {
    if (gone.master) (this.byIndex(gone.master.index)?.carrier as Bridge | undefined)?.remove(gone);
    gone.up = false;
    this.byNumber.delete(gone.index);
    this.events.removed(gone);
  }

  remove(gone: Interface): void {
    if (gone.loopback) fail(E.OPNOTSUPP);
    if (!this.byNumber.has(gone.index)) return;
    this.leave(gone);
    gone.carrier.close();
  }
}
