/** The one host every lab network has: it answers ARP, DHCP, DNS and ping, and says at once what cannot be reached. */
import { InputError } from '../../abi/errors.ts';
import {
  BROADCAST,
  checksum,
  ETHERNET_HEADER,
  ETHERTYPE,
  ethernet,
  ipv4,
  ipv4Text,
  MAC_LENGTH,
  macText,
  type Packet,
  PROTOCOL,
  readIpv4,
  readUdp,
  viewOf,
  writeIpv4,
  writeUdp,
} from '../../abi/frame.ts';
import type { StateReader, StateWriter } from '../state.ts';
import { DHCP_PORT, Dhcp } from './dhcp.ts';
import { answerDns, DNS_PORT } from './dns.ts';

const ARP = { length: 28, ethernet: 1, request: 1, reply: 2 } as const;
const ICMP = { echoReply: 0, unreachable: 3, echo: 8, header: 8 } as const;
const UNREACHABLE = { network: 0, port: 3 } as const;
/** Of an unreachable packet, so much is sent back: its header and eight bytes (RFC 792). */
const QUOTED = 28;
const DOMAIN = 'lab';
const MTU = 1500;

export interface LabHostOptions {
  /** The first three bytes of every address of the network; 10.0.2 unless given. */
  readonly network?: readonly [number, number, number];
  /** Names the lab's DNS knows beside those of its guests: `name` to `a.b.c.d`. */
  readonly names?: Readonly<Record<string, string>>;
}

export class LabHost {
  /** Locally administered, as all MACs of the lab. */
  readonly mac = Uint8Array.of(0x02, 0x54, 0x46, 0x00, 0x00, 0x01);
  readonly gateway: Uint8Array;
  readonly dns: Uint8Array;
  readonly #dhcp: Dhcp;
  readonly #names: Map<string, Uint8Array>;

  constructor(options: LabHostOptions = {}) {
    const network = options.network ?? [10, 0, 2];
    this.gateway = Uint8Array.of(...network, 2);
    this.dns = Uint8Array.of(...network, 3);
    this.#dhcp = new Dhcp({ server: this.gateway, dns: this.dns, domain: DOMAIN, mtu: MTU });
    const given = Object.entries(options.names ?? {});
    this.#names = new Map(given.map(([name, address]) => [name.toLowerCase(), ipv4(address)]));
  }

  /** The address a MAC was given, as text; null before it asked. */
  addressOf(mac: string): string | null {
    const lease = this.#dhcp.leases.get(mac);
    return lease ? ipv4Text(this.#dhcp.address(lease)) : null;
  }

  /** Gives a MAC its address at once, as DHCP would, under a name; throws InputError where none is left. */
  reserve(mac: Uint8Array, name: string): string {
    const lease = this.#dhcp.reserve(macText(mac), name);
    if (!lease)
      throw new InputError('the lab’s network has no address left', 'End guests or containers that are on it.');
    return ipv4Text(this.#dhcp.address(lease));
  }

  /** One more name for an address; the latest that is given a name has it. */
  addName(name: string, address: string): void {
    for (const full of [name, `${name}.${DOMAIN}`]) this.#names.set(full.toLowerCase(), ipv4(address));
  }

  /** Forgets the names that were added for an address. */
  removeNames(address: string): void {
    for (const [name, bytes] of this.#names) if (ipv4Text(bytes) === address) this.#names.delete(name);
  }

  /** The address of a MAC is free again. */
  release(mac: Uint8Array): void {
    this.#dhcp.leases.delete(macText(mac));
  }

  /** All names, each with the lab's domain first. */
  #allNames(): Map<string, Uint8Array> {
    const names = new Map<string, Uint8Array>();
    const add = (name: string, address: Uint8Array) => {
      for (const full of [`${name}.${DOMAIN}`, name]) if (!names.has(full)) names.set(full, address);
    };
    add('gateway', this.gateway);
    add('dns', this.dns);
    for (const [name, address] of this.#names) names.set(name, address);
    for (const lease of this.#dhcp.leases.values()) if (lease.name) add(lease.name, this.#dhcp.address(lease));
    return names;
  }

  #isOwn(address: Uint8Array): boolean {
    return [this.gateway, this.dns].some((own) => own.every((byte, i) => byte === address[i]));
  }

  /** Takes a frame; the frame it answers with, or null. */
  answer(frame: Uint8Array): Uint8Array | null {
    if (frame.length < ETHERNET_HEADER) return null;
    const from = frame.subarray(MAC_LENGTH, 2 * MAC_LENGTH);
    const payload = frame.subarray(ETHERNET_HEADER);
    switch (viewOf(frame).getUint16(12)) {
      case ETHERTYPE.arp:
        return this.#arp(from, payload);
      case ETHERTYPE.ipv4: {
        const packet = readIpv4(payload);
        return packet && this.#ipv4(from, packet, payload, frame[0]! & 1 ? null : from);
      }
      default:
        return null;
    }
  }

  #arp(from: Uint8Array, payload: Uint8Array): Uint8Array | null {
    if (payload.length < ARP.length) return null;
    const view = viewOf(payload);
    const forIpv4 = view.getUint16(0) === ARP.ethernet && view.getUint16(2) === ETHERTYPE.ipv4;
    const wanted = payload.subarray(24, 28);
    if (!forIpv4 || view.getUint16(6) !== ARP.request || !this.#isOwn(wanted)) return null;
    const reply = payload.slice(0, ARP.length);
    viewOf(reply).setUint16(6, ARP.reply);
    reply.set(this.mac, 8);
    reply.set(wanted, 14);
    reply.set(payload.subarray(8, 18), 18);
    return ethernet(from, this.mac, ETHERTYPE.arp, reply);
  }

  #ipv4(from: Uint8Array, packet: Packet, bytes: Uint8Array, direct: Uint8Array | null): Uint8Array | null {
    const udp = packet.protocol === PROTOCOL.udp ? readUdp(packet) : null;
    if (udp?.toPort === DHCP_PORT.server) return this.#answerDhcp(from, udp.data);
    // Whatever else goes to everybody is not meant for this host.
    if (!direct) return null;
    const back = { from: packet.to, to: packet.from };
    const own = this.#isOwn(packet.to);
    const send = (payload: Uint8Array) => ethernet(from, this.mac, ETHERTYPE.ipv4, payload);
    if (own && packet.protocol === PROTOCOL.icmp) {
      const echo = this.#echo(packet.payload);
      return echo && send(writeIpv4({ ...back, protocol: PROTOCOL.icmp, payload: echo }));
    }
    if (own && udp?.toPort === DNS_PORT) {
      const data = answerDns(udp.data, this.#allNames());
      return data && send(writeUdp(back, { fromPort: DNS_PORT, toPort: udp.fromPort, data }));
    }
    // Errors are not answered with errors (RFC 1122, 3.2.2).
    if (packet.protocol === PROTOCOL.icmp && packet.payload[0] !== ICMP.echo) return null;
    return send(this.#unreachable(own ? UNREACHABLE.port : UNREACHABLE.network, packet, bytes));
  }

  #answerDhcp(from: Uint8Array, message: Uint8Array): Uint8Array | null {
    const reply = this.#dhcp.answer(message);
    if (!reply) return null;
    const to = reply.broadcast ? Uint8Array.of(255, 255, 255, 255) : reply.to;
    const ports = { fromPort: DHCP_PORT.server, toPort: DHCP_PORT.client };
    const packet = writeUdp({ from: this.gateway, to }, { ...ports, data: reply.message });
    return ethernet(reply.broadcast ? BROADCAST : from, this.mac, ETHERTYPE.ipv4, packet);
  }

  #echo(request: Uint8Array): Uint8Array | null {
    if (request.length < ICMP.header || request[0] !== ICMP.echo || checksum(request) !== 0) return null;
    const reply = request.slice();
    reply[0] = ICMP.echoReply;
    reply.fill(0, 2, 4);
    viewOf(reply).setUint16(2, checksum(reply));
    return reply;
  }

  #unreachable(code: number, packet: Packet, bytes: Uint8Array): Uint8Array {
    const quoted = bytes.subarray(0, QUOTED);
    const payload = new Uint8Array(ICMP.header + quoted.length);
    payload[0] = ICMP.unreachable;
    payload[1] = code;
    payload.set(quoted, ICMP.header);
    viewOf(payload).setUint16(2, checksum(payload));
    return writeIpv4({ from: this.gateway, to: packet.from, protocol: PROTOCOL.icmp, payload });
  }

  save(into: StateWriter): void {
    into.u32(this.#dhcp.leases.size);
    for (const [mac, { number, name }] of this.#dhcp.leases) into.text(mac).u32(number).text(name);
  }

  restore(from: StateReader): void {
    this.#dhcp.leases.clear();
    for (let count = from.u32(); count > 0; count--) {
      const mac = from.text();
      const number = from.u32();
      if (number > 254) throw new InputError('the saved leases are damaged');
      this.#dhcp.leases.set(mac, { number, name: from.text() });
    }
  }
}
