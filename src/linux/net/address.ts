/** IP addresses as text in its one canonical form (RFC 5952), so that equal addresses are equal strings. */

export type Address = string;

export const ANY4: Address = '0.0.0.0';
export const ANY6: Address = '::';
export const LOOPBACK4: Address = '127.0.0.1';
export const LOOPBACK6: Address = '::1';
export const BROADCAST4: Address = '255.255.255.255';

export const isV6 = (address: Address): boolean => address.includes(':');
export const isAny = (address: Address): boolean => address === ANY4 || address === ANY6;
export const isBroadcastAddress = (address: Address): boolean => address === BROADCAST4;
export const isLoopback = (address: Address): boolean => address.startsWith('127.') || address === LOOPBACK6;
/** fe80::/10. */
export const isLinkLocal = (address: Address): boolean => /^fe[89ab][0-9a-f]:/.test(address);

export function isMulticast(address: Address): boolean {
  if (isV6(address)) return /^ff[0-9a-f]{2}:/.test(address);
  const first = Number.parseInt(address, 10);
  return first >= 224 && first < 240;
}

/** The text of 4 or 16 bytes; an IPv4 address mapped into IPv6 stays IPv6 (`mappedV4` takes it out). */
export function addressOf(bytes: Uint8Array): Address {
  if (bytes.length === 4) return `${bytes[0]}.${bytes[1]}.${bytes[2]}.${bytes[3]}`;
  const words = Array.from({ length: 8 }, (_, i) => (bytes[i * 2]! << 8) | bytes[i * 2 + 1]!);
  // The longest run of zeros, the first of equals, if longer than one word.
  let best = { at: 8, length: 1 };
  for (let i = 0; i < 8; i++) {
    let n = 0;
    while (i + n < 8 && words[i + n] === 0) n++;
    if (n > best.length) best = { at: i, length: n };
    i += n;
  }
  const text = (from: number, to: number): string =>
    words
      .slice(from, to)
      .map((w) => w.toString(16))
      .join(':');
  return best.length > 1 ? `${text(0, best.at)}::${text(best.at + best.length, 8)}` : text(0, 8);
}

/** The 4 or 16 bytes of an address. */
export function bytesOf(address: Address): Uint8Array {
  if (!isV6(address)) return Uint8Array.from(address.split('.'), Number);
  const out = new Uint8Array(16);
  const [head, tail] = address.split('::');
  const put = (text: string, from: number): void =>
    text.split(':').forEach((word, i) => {
      const n = Number.parseInt(word, 16);
      out[(from + i) * 2] = n >> 8;
      out[(from + i) * 2 + 1] = n & 255;
    });
  if (head) put(head, 0);
  if (tail) put(tail, 8 - tail.split(':').length);
  return out;
}

const MAPPED = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255];

/** The IPv4 address in `::ffff:a.b.c.d`, or the address itself. */
export function unmapped(bytes: Uint8Array): Address {
  return bytes.length === 16 && MAPPED.every((b, i) => bytes[i] === b)
    ? addressOf(bytes.subarray(12))
    : addressOf(bytes);
}

/** The 16 bytes of an address of either kind. */
export const wide = (address: Address): Uint8Array =>
  isV6(address) ? bytesOf(address) : Uint8Array.of(...MAPPED, ...bytesOf(address));

/** Whether the first `bits` of two addresses of a kind agree. */
export function inPrefix(address: Address, net: Address, bits: number): boolean {
  if (isV6(address) !== isV6(net)) return false;
  const [a, b] = [bytesOf(address), bytesOf(net)];
  const whole = bits >> 3;
  for (let i = 0; i < whole; i++) if (a[i] !== b[i]) return false;
  return bits % 8 === 0 || (a[whole]! ^ b[whole]!) >> (8 - (bits % 8)) === 0;
}

/** The address with all bits after the first `bits` zero, or one. */
export function masked(address: Address, bits: number, fill: 0 | 1 = 0): Address {
  const bytes = bytesOf(address);
  for (let i = bits; i < bytes.length * 8; i++) {
    const bit = 0x80 >> (i & 7);
    if (fill) bytes[i >> 3]! |= bit;
    else bytes[i >> 3]! &= ~bit;
  }
  return addressOf(bytes);
}
