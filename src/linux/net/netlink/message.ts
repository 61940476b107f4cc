/** Netlink messages (netlink(7)): a header, a fixed part, attributes, all aligned to four bytes. */
import { joined, u32 } from '../../../abi/bytes.ts';
import { E, fail } from '../../errno.ts';

export const NLMSG = { ERROR: 2, DONE: 3 } as const;
export const FLAG = {
  REQUEST: 1,
  MULTI: 2,
  ACK: 4,
  ROOT: 0x100,
  MATCH: 0x200,
  REPLACE: 0x100,
  EXCL: 0x200,
  CREATE: 0x400,
} as const;
const HEADER = 16;
const ATTRIBUTE = 4;
const TYPE_MASK = 0x3fff;

const whole4 = (n: number): number => (n + 3) & ~3;

export interface Message {
  readonly type: number;
  readonly flags: number;
  readonly sequence: number;
  /** What follows the header. */
  readonly body: Uint8Array;
  readonly whole: Uint8Array;
}

/** The messages of a datagram; it ends at the first that is none. */
export function messagesOf(bytes: Uint8Array): Message[] {
  const list: Message[] = [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at + HEADER <= bytes.length; ) {
    const length = view.getUint32(at, true);
    if (length < HEADER || at + length > bytes.length) break;
    list.push({
      type: view.getUint16(at + 4, true),
      flags: view.getUint16(at + 6, true),
      sequence: view.getUint32(at + 8, true),
      body: bytes.subarray(at + HEADER, at + length),
      whole: bytes.subarray(at, at + length),
    });
    at += whole4(length);
  }
  return list;
}

/** Attributes by type; of equal ones the last. */
export class Attributes {
  private readonly byType = new Map<number, Uint8Array>();

  constructor(bytes: Uint8Array) {
    for (let at = 0; at + ATTRIBUTE <= bytes.length; ) {
      const length = bytes[at]! | (bytes[at + 1]! << 8);
      if (length < ATTRIBUTE || at + length > bytes.length) break;
      const type = (bytes[at + 2]! | (bytes[at + 3]! << 8)) & TYPE_MASK;
      this.byType.set(type, bytes.subarray(at + ATTRIBUTE, at + length));
      at += whole4(length);
    }
  }

  get(type: number): Uint8Array | null {
    return this.byType.get(type) ?? null;
  }

  number(type: number): number | null {
    const value = this.get(type);
    if (!value) return null;
    if (value.length < 4) fail(E.INVAL);
    return new DataView(value.buffer, value.byteOffset).getInt32(0, true);
  }

  text(type: number): string | null {
    const value = this.get(type);
    return value && new TextDecoder('latin1').decode(value).replace(/\0.*$/s, '');
  }
}

/** The fixed part of a message; EINVAL where it is cut short. */
export function fixed(body: Uint8Array, length: number): DataView {
  if (body.length < length) fail(E.INVAL);
  return new DataView(body.buffer, body.byteOffset, length);
}

const padded = (bytes: Uint8Array): Uint8Array => {
  const out = new Uint8Array(whole4(bytes.length));
  out.set(bytes);
  return out;
};

export function attribute(type: number, value: Uint8Array | number | string): Uint8Array {
  const data =
    typeof value === 'number'
      ? u32(value >>> 0)
      : typeof value === 'string'
        ? Uint8Array.from(`${value}\0`, (c) => c.charCodeAt(0))
        : value;
  const length = ATTRIBUTE + data.length;
  return padded(Uint8Array.of(length & 255, length >> 8, type & 255, type >> 8, ...data));
}

/** A whole message to the socket with number `to`. */
export function message(
  type: number,
  flags: number,
  sequence: number,
  to: number,
  parts: readonly Uint8Array[],
): Uint8Array {
  const body = joined(parts);
  const out = new Uint8Array(HEADER + body.length);
  const view = new DataView(out.buffer);
  view.setUint32(0, out.length, true);
  view.setUint16(4, type, true);
  view.setUint16(6, flags, true);
  view.setUint32(8, sequence, true);
  view.setUint32(12, to, true);
  out.set(body, HEADER);
  return padded(out);
}
