/** IP packets as they go through a stack, and as bytes on a wire. */
import { checksum, onesSum, PROTOCOL, viewOf } from '../../../abi/frame.ts';
import { type Address, addressOf, bytesOf, isV6 } from '../address.ts';
import type { NetHost } from '../host.ts';
import type { NetSettings } from '../settings.ts';

export { PROTOCOL };

const TTL = 64;
const HEADER4 = 20;
const HEADER6 = 40;
const MORE_FRAGMENTS = 0x2000;
const FRAGMENT_OFFSET = 0x1fff;

/** Content that only becomes bytes where it leaves the system: on the way to itself it stays what it is. */
export interface Content {
  encode(from: Address, to: Address): Uint8Array;
}

export interface Packet {
  readonly from: Address;
  readonly to: Address;
  readonly protocol: number;
  readonly content: Content | Uint8Array;
  readonly ttl?: number;
  readonly tos?: number;
  /** Index of the interface it came through, where addresses of its kind need one. */
  readonly scope?: number;
}

/** What the layers above use of IP. `scope` is the index of an interface, 0 where the routes decide. */
export interface IpLayer {
  readonly host: NetHost;
  readonly settings: NetSettings;
  /** Sends, or loses it as networks do. */
  send(packet: Packet, scope: number): void;
  /** Longest packet of the way. */
  mtu(to: Address, scope: number): number;
}

export const contentBytes = ({ content, from, to }: Packet): Uint8Array =>
  content instanceof Uint8Array ? content : content.encode(from, to);

/** The sum of the pseudo header all of TCP, UDP and ICMPv6 begin their checksums with. */
export const pseudoSum = (from: Address, to: Address, protocol: number, length: number): number =>
  onesSum(bytesOf(to), onesSum(bytesOf(from), protocol + length));

/** The packet as bytes. `id` and `fragment` (offset in bytes, and whether more follow) are of IPv4. */
export function encodePacket(
  packet: Packet,
  payload: Uint8Array,
  id = 0,
  fragment: { readonly offset: number; readonly more: boolean } | null = null,
): Uint8Array {
  const { from, to, protocol, ttl = TTL, tos = 0 } = packet;
  if (isV6(to)) {
    const bytes = new Uint8Array(HEADER6 + payload.length);
    bytes[0] = 0x60 | (tos >> 4);
    bytes[1] = (tos & 15) << 4;
    viewOf(bytes).setUint16(4, payload.length);
    bytes[6] = protocol;
    bytes[7] = ttl;
    bytes.set(bytesOf(from), 8);
    bytes.set(bytesOf(to), 24);
    bytes.set(payload, HEADER6);
    return bytes;
  }
  const bytes = new Uint8Array(HEADER4 + payload.length);
  const view = viewOf(bytes);
  bytes[0] = 0x45;
  bytes[1] = tos;
  view.setUint16(2, bytes.length);
  view.setUint16(4, id);
  if (fragment) view.setUint16(6, (fragment.offset >> 3) | (fragment.more ? MORE_FRAGMENTS : 0));
  bytes[8] = ttl;
  bytes[9] = protocol;
  bytes.set(bytesOf(from), 12);
  bytes.set(bytesOf(to), 16);
  view.setUint16(10, checksum(bytes.subarray(0, HEADER4)));
  bytes.set(payload, HEADER4);
  return bytes;
}

export interface Decoded {
  readonly packet: Packet & { readonly content: Uint8Array; readonly ttl: number };
  /** Of a fragment: which datagram it is of, where it lies, whether more follow. */
  readonly fragment: { readonly id: number; readonly offset: number; readonly more: boolean } | null;
}

/** The packet in bytes, or null: cut short, another version, a wrong checksum. Of IPv6 no extension headers are known. */
export function decodePacket(bytes: Uint8Array, scope: number): Decoded | null {
  const version = (bytes[0] ?? 0) >> 4;
  if (version === 6) {
    if (bytes.length < HEADER6) return null;
    const length = viewOf(bytes).getUint16(4);
    if (bytes.length < HEADER6 + length) return null;
    const [from, to] = [addressOf(bytes.subarray(8, 24)), addressOf(bytes.subarray(24, 40))];
    const content = bytes.subarray(HEADER6, HEADER6 + length);
    const tos = ((bytes[0]! & 15) << 4) | (bytes[1]! >> 4);
    return { packet: { from, to, protocol: bytes[6]!, content, ttl: bytes[7]!, tos, scope }, fragment: null };
  }
  if (version !== 4 || bytes.length < HEADER4) return null;
  const view = viewOf(bytes);
  const header = (bytes[0]! & 15) * 4;
  const length = view.getUint16(2);
  if (header < HEADER4 || length < header || length > bytes.length) return null;
  if (checksum(bytes.subarray(0, header)) !== 0) return null;
  const word = view.getUint16(6);
  const offset = (word & FRAGMENT_OFFSET) * 8;
  const more = (word & MORE_FRAGMENTS) !== 0;
  return {
    packet: {
      from: addressOf(bytes.subarray(12, 16)),
      to: addressOf(bytes.subarray(16, 20)),
      protocol: bytes[9]!,
      content: bytes.subarray(header, length),
      ttl: bytes[8]!,
      tos: bytes[1]!,
      scope: 0,
    },
    fragment: offset || more ? { id: view.getUint16(4), offset, more } : null,
  };
}
