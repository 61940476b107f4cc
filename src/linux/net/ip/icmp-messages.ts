/** ICMP messages of both versions (RFC 792, RFC 4443, RFC 4861). */
import { checksum, PROTOCOL, viewOf } from '../../../abi/frame.ts';
import type { Address } from '../address.ts';
import { pseudoSum } from './packet.ts';

export const ICMP = { echoReply: 0, unreachable: 3, echo: 8, timeExceeded: 11 } as const;
export const ICMP6 = {
  unreachable: 1,
  tooBig: 2,
  timeExceeded: 3,
  echo: 128,
  echoReply: 129,
  solicit: 135,
  advertise: 136,
} as const;

/** A message: type, code, and what follows the checksum. */
export function icmp4(type: number, code: number, body: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(4 + body.length);
  bytes[0] = type;
  bytes[1] = code;
  bytes.set(body, 4);
  viewOf(bytes).setUint16(2, checksum(bytes));
  return bytes;
}

export function icmp6(type: number, code: number, body: Uint8Array, from: Address, to: Address): Uint8Array {
  const bytes = new Uint8Array(4 + body.length);
  bytes[0] = type;
  bytes[1] = code;
  bytes.set(body, 4);
  viewOf(bytes).setUint16(2, checksum(bytes, pseudoSum(from, to, PROTOCOL.icmp6, bytes.length)));
  return bytes;
}
