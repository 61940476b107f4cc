/** Which MAC address is behind an address of the wire: ARP (RFC 826) and neighbour discovery (RFC 4861). */
import { BROADCAST, ETHERTYPE, ethernet, viewOf } from '../../../abi/frame.ts';
import { type Address, addressOf, bytesOf, isV6 } from '../address.ts';
import type { NetHost } from '../host.ts';
import type { Interface } from '../link/interface.ts';
import { ICMP6, icmp6 } from './icmp-messages.ts';
import { encodePacket, PROTOCOL } from './packet.ts';

const MOST = 512;
const MOST_WAITING = 16;
const TRIES = 3;
const SECOND = 1e9;
/** After so long an entry is asked for again. */
const FRESH = 60 * SECOND;
const ARP = { length: 28, request: 1, reply: 2 } as const;

export interface Neighbour {
  mac: Uint8Array | null;
  /** Until when the MAC is taken to be right; infinity: it was set by hand. */
  until: number;
  tries: number;
  readonly waiting: { readonly type: number; readonly payload: Uint8Array; readonly lost: () => void }[];
  cancel: (() => void) | null;
}

/** The neighbours of one interface. */
export class Neighbours {
  readonly entries = new Map<Address, Neighbour>();
  private readonly host: NetHost;
  private readonly out: Interface;
  private readonly source: (to: Address) => Address | null;

  constructor(host: NetHost, out: Interface, source: (to: Address) => Address | null) {
    this.host = host;
    this.out = out;
    this.source = source;
  }

  /** Sends a packet's bytes to a neighbour, once it is known where that is; `lost` is called where nobody answers. */
  send(to: Address, payload: Uint8Array, lost: () => void): void {
    const type = isV6(to) ? ETHERTYPE.ipv6 : ETHERTYPE.ipv4;
    const entry = this.entry(to);
    if (entry.mac) {
      this.out.transmit(ethernet(entry.mac, this.out.mac, type, payload));
      if (entry.until < this.host.now() && !entry.cancel) this.ask(to, entry);
      return;
    }
    if (entry.waiting.length >= MOST_WAITING) entry.waiting.shift();
    entry.waiting.push({ type, payload, lost });
    if (!entry.cancel) this.ask(to, entry);
  }

  private entry(address: Address): Neighbour {
    let entry = this.entries.get(address);
    if (!entry) {
      if (this.entries.size >= MOST) this.remove(this.entries.keys().next().value!);
      entry = { mac: null, until: 0, tries: 0, waiting: [], cancel: null };
      this.entries.set(address, entry);
    }
    return entry;
  }

  private ask(address: Address, entry: Neighbour): void {
    const source = this.source(address);
    if (source === null) {
      this.giveUp(address, entry);
      return;
    }
    entry.tries++;
    // The answer may come before this returns.
    entry.cancel = this.host.at(this.host.now() + SECOND, () => {
      entry.cancel = null;
      if (entry.tries < TRIES) this.ask(address, entry);
      else this.giveUp(address, entry);
    });
    if (isV6(address)) this.solicit(address, source);
    else this.arp(ARP.request, source, BROADCAST, address, new Uint8Array(6));
  }

  private giveUp(address: Address, entry: Neighbour): void {
    this.entries.delete(address);
    for (const { lost } of entry.waiting.splice(0)) lost();
  }

  /** Somebody says which MAC an address has. `create`: also of one that nobody asked for. */
  learn(address: Address, mac: Uint8Array, create: boolean): void {
    if (!create && !this.entries.has(address)) return;
    const entry = this.entry(address);
    if (entry.until === Number.POSITIVE_INFINITY) return;
    entry.mac = mac.slice();
    entry.until = this.host.now() + FRESH;
    entry.tries = 0;
    entry.cancel?.();
    entry.cancel = null;
    for (const { type, payload } of entry.waiting.splice(0))
      this.out.transmit(ethernet(entry.mac, this.out.mac, type, payload));
  }

  /** Tells everybody who knew somebody else at an address of ours that it is here now (RFC 5227, 3). */
  announce(address: Address): void {
    this.arp(ARP.request, address, BROADCAST, address, new Uint8Array(6));
  }

  /** An entry of the administrator's. */
  set(address: Address, mac: Uint8Array): void {
    this.learn(address, mac, true);
    this.entry(address).until = Number.POSITIVE_INFINITY;
  }

  remove(address: Address): boolean {
    const entry = this.entries.get(address);
    entry?.cancel?.();
    return this.entries.delete(address);
  }

  clear(): void {
    for (const address of [...this.entries.keys()]) this.remove(address);
  }

  private arp(operation: number, sender: Address, to: Uint8Array, target: Address, targetMac: Uint8Array): void {
    const bytes = new Uint8Array(ARP.length);
    const view = viewOf(bytes);
    view.setUint16(0, 1);
    view.setUint16(2, ETHERTYPE.ipv4);
    bytes[4] = 6;
    bytes[5] = 4;
    view.setUint16(6, operation);
    bytes.set(this.out.mac, 8);
    bytes.set(bytesOf(sender), 14);
    bytes.set(targetMac, 18);
    bytes.set(bytesOf(target), 24);
    this.out.transmit(ethernet(to, this.out.mac, ETHERTYPE.arp, bytes));
  }

  /** Takes an ARP packet. */
  arpInput(bytes: Uint8Array): void {
    if (bytes.length < ARP.length) return;
    const view = viewOf(bytes);
    if (view.getUint16(0) !== 1 || view.getUint16(2) !== ETHERTYPE.ipv4 || bytes[4] !== 6 || bytes[5] !== 4) return;
    const [mac, sender, target] = [
      bytes.subarray(8, 14),
      addressOf(bytes.subarray(14, 18)),
      addressOf(bytes.subarray(24, 28)),
    ];
    const mine = this.out.addresses.some((a) => a.address === target);
    if (sender !== '0.0.0.0') this.learn(sender, mac, mine);
    if (mine && view.getUint16(6) === ARP.request) this.arp(ARP.reply, target, mac, sender, mac);
  }

  private solicit(target: Address, source: Address): void {
    const last = bytesOf(target).subarray(13);
    const group = addressOf(Uint8Array.of(0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xff, ...last));
    const body = Uint8Array.of(0, 0, 0, 0, ...bytesOf(target), 1, 1, ...this.out.mac);
    const packet = {
      from: source,
      to: group,
      protocol: PROTOCOL.icmp6,
      ttl: 255,
      content: icmp6(ICMP6.solicit, 0, body, source, group),
    };
    const mac = Uint8Array.of(0x33, 0x33, 0xff, ...last);
    this.out.transmit(ethernet(mac, this.out.mac, ETHERTYPE.ipv6, encodePacket(packet, packet.content)));
  }

  /** Takes a solicitation or an advertisement: the message after its first four bytes. */
  discovery(type: number, from: Address, body: Uint8Array): void {
    if (body.length < 20) return;
    const target = addressOf(body.subarray(4, 20));
    const mac = body[20] === (type === ICMP6.solicit ? 1 : 2) && body.length >= 28 ? body.subarray(22, 28) : null;
    if (type === ICMP6.advertise) {
      if (mac) this.learn(target, mac, false);
      return;
    }
    if (!this.out.addresses.some((a) => a.address === target)) return;
    if (from === '::' || !mac) return;
    this.learn(from, mac, true);
    const reply = Uint8Array.of(0x60, 0, 0, 0, ...bytesOf(target), 2, 1, ...this.out.mac);
    const content = icmp6(ICMP6.advertise, 0, reply, target, from);
    const packet = { from: target, to: from, protocol: PROTOCOL.icmp6, ttl: 255, content };
    this.out.transmit(ethernet(mac, this.out.mac, ETHERTYPE.ipv6, encodePacket(packet, content)));
  }
}
