/** Network interfaces: what they are called, which addresses they have, and where their frames go. */
import { E, fail } from '../../errno.ts';
import { type Address, isV6, masked } from '../address.ts';

/** Interface flags (netdevice(7)). */
export const IFF = {
  UP: 1,
  BROADCAST: 2,
  LOOPBACK: 8,
  RUNNING: 0x40,
  PROMISC: 0x100,
  MULTICAST: 0x1000,
  LOWER_UP: 0x1_0000,
} as const;
/** ARPHRD: kinds of hardware. */
export const HARDWARE = { ether: 1, loopback: 772 } as const;
export const NAME_LENGTH = 15;

export interface InterfaceAddress {
  readonly address: Address;
  readonly bits: number;
  readonly broadcast: Address | null;
  readonly label: string;
}

export interface Traffic {
  packets: number;
  bytes: number;
  dropped: number;
}

/** What carries an interface's frames away: a cable, a bridge's inside, or nothing. */
export interface Carrier {
  readonly kind: '' | 'veth' | 'bridge' | 'wire';
  /** Sends a frame, which must not change any more. */
  send(frame: Uint8Array): void;
  /** The interface is no more. */
  close(): void;
  readonly connected: boolean;
}

export class Interface {
  name: string;
  readonly index: number;
  readonly hardware: number;
  mac: Uint8Array;
  mtu: number;
  up = false;
  promiscuous = false;
  readonly addresses: InterfaceAddress[] = [];
  readonly received: Traffic = { packets: 0, bytes: 0, dropped: 0 };
  readonly sent: Traffic = { packets: 0, bytes: 0, dropped: 0 };
  /** Multicast groups its sockets joined, with how many did. */
  readonly groups = new Map<Address, number>();
  /** The bridge it is a port of. */
  master: { readonly index: number; input(port: Interface, frame: Uint8Array): void } | null = null;
  readonly carrier: Carrier;

  constructor(name: string, index: number, hardware: number, mac: Uint8Array, mtu: number, carrier: Carrier) {
    this.name = name;
    this.index = index;
    this.hardware = hardware;
    this.mac = mac;
    this.mtu = mtu;
    this.carrier = carrier;
  }

  get loopback(): boolean {
    return this.hardware === HARDWARE.loopback;
  }

  /** Whether packets can go. */
  get running(): boolean {
    return this.up && this.carrier.connected;
  }

  get flags(): number {
    const kind = this.loopback ? IFF.LOOPBACK : IFF.BROADCAST | IFF.MULTICAST;
    return (
      kind |
      (this.up ? IFF.UP : 0) |
      (this.running ? IFF.RUNNING | IFF.LOWER_UP : 0) |
      (this.promiscuous ? IFF.PROMISC : 0)
    );
  }

  first(six: boolean): InterfaceAddress | null {
    return this.addresses.find((a) => isV6(a.address) === six) ?? null;
  }

  /** Whether an address is the broadcast of one of its nets. */
  isBroadcast(address: Address): boolean {
    return this.addresses.some(
      (a) =>
        !isV6(a.address) &&
        (a.broadcast === address || (a.bits < 31 && masked(a.address, a.bits, 1) === address && !this.loopback)),
    );
  }

  transmit(frame: Uint8Array): void {
    if (!this.running) {
      this.sent.dropped++;
      return;
    }
    this.sent.packets++;
    this.sent.bytes += frame.length;
    this.carrier.send(frame);
  }
}

export const checkName = (name: string): string =>
  name === '' || name.length > NAME_LENGTH || name === '.' || name === '..' || /[\s/:]/.test(name)
    ? fail(E.INVAL)
    : name;

/** Loopback has no frames: its packets stay inside. */
export const NO_CARRIER: Carrier = { kind: '', send: () => {}, close: () => {}, connected: true };
