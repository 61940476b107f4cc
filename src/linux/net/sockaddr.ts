/** struct sockaddr_in and sockaddr_in6. */
import { viewOf } from '../../abi/frame.ts';
import { E, fail } from '../errno.ts';
import { type Address, ANY4, ANY6, addressOf, bytesOf, unmapped, wide } from './address.ts';

export const AF = { UNSPEC: 0, UNIX: 1, INET: 2, INET6: 10, NETLINK: 16, PACKET: 17 } as const;

/** One end of a conversation. */
export interface Endpoint {
  readonly address: Address;
  readonly port: number;
  /** Index of the interface a link-local address is on; 0: none. */
  readonly scope: number;
}

export const endpoint = (address: Address, port: number, scope = 0): Endpoint => ({ address, port, scope });

export const familyOf = (bytes: Uint8Array): number =>
  bytes.length < 2 ? fail(E.INVAL) : bytes[0]! | (bytes[1]! << 8);

/** What an address handed to a socket of `domain` means; an IPv4 address mapped into IPv6 is IPv4. */
export function endpointOf(bytes: Uint8Array, domain: number): Endpoint {
  const six = domain === AF.INET6;
  if (bytes.length < (six ? 24 : 16)) fail(E.INVAL);
  if (familyOf(bytes) !== domain) fail(E.AFNOSUPPORT);
  const port = viewOf(bytes).getUint16(2);
  if (!six) return endpoint(addressOf(bytes.subarray(4, 8)), port);
  const scope = bytes.length >= 28 ? viewOf(bytes).getUint32(24, true) : 0;
  return endpoint(unmapped(bytes.subarray(8, 24)), port, scope);
}

/** The address of an end, as a socket of `domain` shows it. */
export function sockaddrOf({ address, port, scope }: Endpoint, domain: number): Uint8Array {
  const out = new Uint8Array(domain === AF.INET6 ? 28 : 16);
  const view = viewOf(out);
  view.setUint16(0, domain, true);
  view.setUint16(2, port);
  if (domain === AF.INET6) {
    out.set(address === ANY4 ? bytesOf(ANY6) : wide(address), 8);
    view.setUint32(24, scope, true);
  } else out.set(bytesOf(address), 4);
  return out;
}
