/** Ethernet, IPv4, UDP and ICMP: as much as the hosts of the lab's network need to read and to write. All fields are big-endian. */
import { hexBytes } from './hex.ts';

export const MAC_LENGTH = 6;
export const BROADCAST = Uint8Array.of(255, 255, 255, 255, 255, 255);
export const ETHERTYPE = { ipv4: 0x0800, arp: 0x0806, ipv6: 0x86dd } as const;
export const PROTOCOL = { icmp: 1, tcp: 6, udp: 17, icmp6: 58 } as const;

export const ETHERNET_HEADER = 14;
const IPV4_HEADER = 20;
const UDP_HEADER = 8;
const TTL = 64;

/** `aa:bb:cc:dd:ee:ff`, for people and as a key. */
export const macText = (mac: Uint8Array): string => hexBytes(mac, ':');

/** The bytes of `a.b.c.d`. */
export const ipv4 = (text: string): Uint8Array => Uint8Array.from(text.split('.'), Number);
export const ipv4Text = (address: Uint8Array): string => address.join('.');

export const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** Sum of 16-bit words with end-around carry (RFC 1071), not yet complemented. */
export function onesSum(bytes: Uint8Array, start = 0): number {
  let sum = start;
  const even = bytes.length & ~1;
  for (let i = 0; i < even; i += 2) sum += (bytes[i]! << 8) | bytes[i + 1]!;
  if (even < bytes.length) sum += bytes[even]! << 8;
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 0x1_0000);
  return sum;
}

export const checksum = (bytes: Uint8Array, start = 0): number => ~onesSum(bytes, start) & 0xffff;

/** An Ethernet frame around a payload. */
export function ethernet(to: Uint8Array, from: Uint8Array, type: number, payload: Uint8Array): Uint8Array {
  const frame = new Uint8Array(ETHERNET_HEADER + payload.length);
  frame.set(to);
  frame.set(from, MAC_LENGTH);
  viewOf(frame).setUint16(12, type);
  frame.set(payload, ETHERNET_HEADER);
  return frame;
}

export interface Packet {
  readonly from: Uint8Array;
  readonly to: Uint8Array;
  readonly protocol: number;
  readonly payload: Uint8Array;
}

/** An IPv4 packet, or null where it is none: cut short, another version, a wrong checksum, a fragment. */
export function readIpv4(bytes: Uint8Array): Packet | null {
  if (bytes.length < IPV4_HEADER) return null;
  const view = viewOf(bytes);
  const header = (bytes[0]! & 15) * 4;
  const length = view.getUint16(2);
  if (bytes[0]! >> 4 !== 4 || header < IPV4_HEADER || length < header || length > bytes.length) return null;
  const fragment = view.getUint16(6) & 0x3fff;
  if (fragment !== 0 || checksum(bytes.subarray(0, header)) !== 0) return null;
  return {
    from: bytes.subarray(12, 16),
    to: bytes.subarray(16, 20),
    protocol: bytes[9]!,
    payload: bytes.subarray(header, length),
  };
}

export function writeIpv4({ from, to, protocol, payload }: Packet): Uint8Array {
  const bytes = new Uint8Array(IPV4_HEADER + payload.length);
  const view = viewOf(bytes);
  bytes[0] = 0x45;
  view.setUint16(2, bytes.length);
  bytes[8] = TTL;
  bytes[9] = protocol;
  bytes.set(from, 12);
  bytes.set(to, 16);
  view.setUint16(10, checksum(bytes.subarray(0, IPV4_HEADER)));
  bytes.set(payload, IPV4_HEADER);
  return bytes;
}

export interface Datagram {
  readonly fromPort: number;
  readonly toPort: number;
  readonly data: Uint8Array;
}

const pseudoHeader = ({ from, to }: Pick<Packet, 'from' | 'to'>, length: number): number =>
  onesSum(to, onesSum(from, PROTOCOL.udp + length));

/** The datagram of a UDP packet, or null where it is none or its checksum is wrong. */
export function readUdp(packet: Packet): Datagram | null {
  const { payload } = packet;
  if (payload.length < UDP_HEADER) return null;
  const view = viewOf(payload);
  const length = view.getUint16(4);
  if (length < UDP_HEADER || length > payload.length) return null;
  const bytes = payload.subarray(0, length);
  if (view.getUint16(6) !== 0 && checksum(bytes, pseudoHeader(packet, length)) !== 0) return null;
  return { fromPort: view.getUint16(0), toPort: view.getUint16(2), data: bytes.subarray(UDP_HEADER) };
}

export function writeUdp(addresses: Pick<Packet, 'from' | 'to'>, { fromPort, toPort, data }: Datagram): Uint8Array {
  const bytes = new Uint8Array(UDP_HEADER + data.length);
  const view = viewOf(bytes);
  view.setUint16(0, fromPort);
  view.setUint16(2, toPort);
  view.setUint16(4, bytes.length);
  bytes.set(data, UDP_HEADER);
  // 0 would say that there is no checksum (RFC 768).
  view.setUint16(6, checksum(bytes, pseudoHeader(addresses, bytes.length)) || 0xffff);
  return writeIpv4({ ...addresses, protocol: PROTOCOL.udp, payload: bytes });
}
