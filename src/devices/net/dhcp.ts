/** A DHCP server (RFC 2131, 2132) for the lab's network: every MAC gets an address of its own, in the order in which they ask. */
import { ipv4Text, MAC_LENGTH, macText, viewOf } from '../../abi/frame.ts';

export const DHCP_PORT = { server: 67, client: 68 } as const;

const OP = { request: 1, reply: 2 } as const;
const ETHERNET = 1;
const COOKIE = 0x6382_5363;
/** Offsets in a message; options follow the fixed part of 236 bytes and the cookie. */
const AT = { xid: 4, flags: 10, ciaddr: 12, yiaddr: 16, siaddr: 20, chaddr: 28, cookie: 236, options: 240 } as const;
const BROADCAST_FLAG = 0x8000;
const OPTION = {
  pad: 0,
  mask: 1,
  router: 3,
  dns: 6,
  hostName: 12,
  domain: 15,
  mtu: 26,
  broadcast: 28,
  wanted: 50,
  leaseTime: 51,
  type: 53,
  server: 54,
  end: 255,
} as const;
const TYPE = { discover: 1, offer: 2, request: 3, decline: 4, ack: 5, nak: 6, release: 7, inform: 8 } as const;
const LEASE_SECONDS = 86_400;
/** Host numbers handed out: 15 to 254, as many guests as a network of 24 bits has room for. */
const FIRST = 15;
const LAST = 254;
const LEAST_MESSAGE = 300;

export interface Lease {
  /** The last byte of the address. */
  readonly number: number;
  /** What the guest calls itself; empty where it did not say. */
  name: string;
}

export interface DhcpNetwork {
  readonly server: Uint8Array;
  readonly dns: Uint8Array;
  readonly domain: string;
  readonly mtu: number;
}

export interface DhcpReply {
  readonly message: Uint8Array;
  readonly to: Uint8Array;
  /** Whether all are to hear it, because the guest cannot yet hear its own address. */
  readonly broadcast: boolean;
}

function readOptions(message: Uint8Array): Map<number, Uint8Array> {
  const options = new Map<number, Uint8Array>();
  for (let at: number = AT.options; at < message.length; ) {
    const code = message[at]!;
    if (code === OPTION.end) break;
    if (code === OPTION.pad) {
      at++;
      continue;
    }
    const length = message[at + 1] ?? 0;
    options.set(code, message.subarray(at + 2, at + 2 + length));
    at += 2 + length;
  }
  return options;
}

/** A label that can stand in a domain name; else empty. */
const label = (bytes: Uint8Array | undefined): string => {
  const text = String.fromCharCode(...(bytes ?? [])).toLowerCase();
  return /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(text) ? text : '';
};

export class Dhcp {
  readonly #network: DhcpNetwork;
  /** By MAC, in the order of asking. */
  readonly leases = new Map<string, Lease>();

  constructor(network: DhcpNetwork) {
    this.#network = network;
  }

  address(lease: Lease): Uint8Array {
    return Uint8Array.of(...this.#network.server.subarray(0, 3), lease.number);
  }

  #lease(mac: string): Lease | null {
    const known = this.leases.get(mac);
    if (known) return known;
    const taken = new Set(Array.from(this.leases.values(), (lease) => lease.number));
    for (let number = FIRST; number <= LAST; number++) {
      if (taken.has(number)) continue;
      const lease = { number, name: '' };
      this.leases.set(mac, lease);
      return lease;
    }
    return null;
  }

  /** A lease without being asked for one by a message; null where no address is left. */
  reserve(mac: string, name: string): Lease | null {
    const lease = this.#lease(mac);
    if (lease) lease.name = label(new TextEncoder().encode(name)) || lease.name;
    return lease;
  }

  /** Answers a message; null where there is nothing to say. */
  answer(message: Uint8Array): DhcpReply | null {
    if (message.length < AT.options) return null;
    const view = viewOf(message);
    const request = message[0] === OP.request && message[1] === ETHERNET && message[2] === MAC_LENGTH;
    if (!request || view.getUint32(AT.cookie) !== COOKIE) return null;
    const options = readOptions(message);
    const type = options.get(OPTION.type)?.[0];
    const mac = macText(message.subarray(AT.chaddr, AT.chaddr + MAC_LENGTH));
    const other = options.get(OPTION.server);
    if (other && ipv4Text(other) !== ipv4Text(this.#network.server)) return null;

    if (type === TYPE.release) this.leases.delete(mac);
    if (type === TYPE.inform) return this.#reply(message, TYPE.ack, null);
    if (type !== TYPE.discover && type !== TYPE.request) return null;
    const lease = this.#lease(mac);
    // No address is left: say nothing to who asks, no to who insists.
    if (!lease) return type === TYPE.request ? this.#reply(message, TYPE.nak, null) : null;
    lease.name = label(options.get(OPTION.hostName)) || lease.name;
    if (type === TYPE.discover) return this.#reply(message, TYPE.offer, lease);
    const wanted = options.get(OPTION.wanted) ?? message.subarray(AT.ciaddr, AT.ciaddr + 4);
    const right = ipv4Text(wanted) === ipv4Text(this.address(lease));
    return this.#reply(message, right ? TYPE.ack : TYPE.nak, right ? lease : null);
  }

  #reply(request: Uint8Array, type: number, lease: Lease | null): DhcpReply {
    const { server, dns, domain, mtu } = this.#network;
    const u16 = (n: number) => [n >> 8, n & 255];
    const u32 = (n: number) => [...u16(n >>> 16), ...u16(n & 0xffff)];
    const options: [code: number, value: ArrayLike<number>][] = [
      [OPTION.type, [type]],
      [OPTION.server, server],
    ];
    if (lease) options.push([OPTION.leaseTime, u32(LEASE_SECONDS)]);
    if (type !== TYPE.nak)
      options.push(
        [OPTION.mask, [255, 255, 255, 0]],
        [OPTION.broadcast, [...server.subarray(0, 3), 255]],
        [OPTION.router, server],
        [OPTION.dns, dns],
        [OPTION.domain, new TextEncoder().encode(domain)],
        [OPTION.mtu, u16(mtu)],
      );
    const tail = options.flatMap(([code, value]) => [code, value.length, ...Array.from(value)]);
    const message = new Uint8Array(Math.max(LEAST_MESSAGE, AT.options + tail.length + 1));
    message.set(request.subarray(0, AT.siaddr));
    message[0] = OP.reply;
    message[3] = 0;
    message.fill(0, 8, 10);
    const ciaddr = request.subarray(AT.ciaddr, AT.ciaddr + 4);
    const to = lease ? this.address(lease) : ciaddr;
    message.set(lease ? to : new Uint8Array(4), AT.yiaddr);
    message.set(server, AT.siaddr);
    message.set(request.subarray(AT.chaddr, AT.chaddr + 16), AT.chaddr);
    viewOf(message).setUint32(AT.cookie, COOKIE);
    message.set(tail, AT.options);
    message[AT.options + tail.length] = OPTION.end;
    const asked = (viewOf(request).getUint16(AT.flags) & BROADCAST_FLAG) !== 0;
    return { message, to, broadcast: asked || type === TYPE.nak || to.every((byte) => byte === 0) };
  }
}
