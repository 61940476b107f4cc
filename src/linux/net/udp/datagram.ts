/** UDP datagrams (RFC 768). */
import { checksum, PROTOCOL, viewOf } from '../../../abi/frame.ts';
import type { Address } from '../address.ts';
import { pseudoSum } from '../ip/packet.ts';

const HEADER = 8;
/** The longest content over IPv4. */
export const LONGEST_DATAGRAM = 65_507;

export class Datagram {
  readonly fromPort: number;
  readonly toPort: number;
  readonly data: Uint8Array;

  constructor(fromPort: number, toPort: number, data: Uint8Array) {
    this.fromPort = fromPort;
    this.toPort = toPort;
    this.data = data;
  }

  encode(from: Address, to: Address): Uint8Array {
    const bytes = new Uint8Array(HEADER + this.data.length);
    const view = viewOf(bytes);
    view.setUint16(0, this.fromPort);
    view.setUint16(2, this.toPort);
    view.setUint16(4, bytes.length);
    bytes.set(this.data, HEADER);
    // 0 would say that there is no checksum.
    view.setUint16(6, checksum(bytes, pseudoSum(from, to, PROTOCOL.udp, bytes.length)) || 0xffff);
    return bytes;
  }

  static decode(bytes: Uint8Array, from: Address, to: Address): Datagram | null {
    if (bytes.length < HEADER) return null;
    const view = viewOf(bytes);
    const length = view.getUint16(4);
    if (length < HEADER || length > bytes.length) return null;
    const whole = bytes.subarray(0, length);
    if (view.getUint16(6) !== 0 && checksum(whole, pseudoSum(from, to, PROTOCOL.udp, length)) !== 0) return null;
    return new Datagram(view.getUint16(0), view.getUint16(2), whole.subarray(HEADER));
  }
}
