/** Segmentation of TCP for the guest (VIRTIO 1.2, 5.1.6.2): it sends one long frame, the wire carries short ones. */
import { checksum, ETHERNET_HEADER, ETHERTYPE, onesSum, PROTOCOL, viewOf } from '../../abi/frame.ts';

/** Kinds of long frames, by `gso_type`. */
export const GSO = { none: 0, tcp4: 1, tcp6: 4 } as const;

const ETHERTYPE_IPV6 = 0x86dd;
const IPV4 = { least: 20, length: 2, id: 4, checksum: 10, addresses: 12, addressBytes: 8 } as const;
const IPV6 = { header: 40, length: 4, addresses: 8, addressBytes: 32 } as const;
const TCP = { least: 20, sequence: 4, offset: 12, flags: 13, checksum: 16 } as const;
const FLAG = { FIN: 0x01, PSH: 0x08, CWR: 0x80 } as const;
/** The shortest segment a frame is cut into, in bytes: Linux has the same bound, and it bounds the number of segments. */
const LEAST_SEGMENT = 48;

export interface LongFrame {
  readonly type: number;
  /** Bytes of data in each segment. */
  readonly segment: number;
  /** Where the TCP header begins (`csum_start`). */
  readonly tcpAt: number;
}

/** Cuts a long frame into frames with lengths, numbers and checksums of their own; null where it is no such frame. */
export function segments(frame: Uint8Array, { type, segment, tcpAt }: LongFrame): Uint8Array[] | null {
  const six = type === GSO.tcp6;
  if (type !== GSO.tcp4 && !six) return null;
  const least = six ? IPV6.header : IPV4.least;
  if (segment < LEAST_SEGMENT || tcpAt < ETHERNET_HEADER + least || frame.length < tcpAt + TCP.least) return null;
  const whole = viewOf(frame);
  if (whole.getUint16(12) !== (six ? ETHERTYPE_IPV6 : ETHERTYPE.ipv4)) return null;
  if (!six && ETHERNET_HEADER + (frame[ETHERNET_HEADER]! & 15) * 4 !== tcpAt) return null;
  const headers = tcpAt + (frame[tcpAt + TCP.offset]! >> 4) * 4;
  if (headers < tcpAt + TCP.least || headers > frame.length) return null;

  const out: Uint8Array[] = [];
  const sequence = whole.getUint32(tcpAt + TCP.sequence);
  const count = Math.max(1, Math.ceil((frame.length - headers) / segment));
  for (let i = 0; i < count; i++) {
    const from = headers + i * segment;
    const data = frame.subarray(from, from + segment);
    const piece = new Uint8Array(headers + data.length);
    piece.set(frame.subarray(0, headers));
    piece.set(data, headers);
    const view = viewOf(piece);
    view.setUint32(tcpAt + TCP.sequence, (sequence + i * segment) >>> 0);
    // What begins belongs to the first segment, what ends to the last.
    if (i > 0) piece[tcpAt + TCP.flags]! &= ~FLAG.CWR;
    if (i < count - 1) piece[tcpAt + TCP.flags]! &= ~(FLAG.FIN | FLAG.PSH);
    finish(piece, tcpAt, six, six ? 0 : whole.getUint16(ETHERNET_HEADER + IPV4.id) + i);
    out.push(piece);
  }
  return out;
}

/** Writes a segment's lengths, its number and its checksums. */
function finish(piece: Uint8Array, tcpAt: number, six: boolean, id: number): void {
  const ip = piece.subarray(ETHERNET_HEADER, tcpAt);
  const tcp = piece.subarray(tcpAt);
  const header = viewOf(ip);
  if (six) header.setUint16(IPV6.length, piece.length - ETHERNET_HEADER - IPV6.header);
  else {
    header.setUint16(IPV4.length, piece.length - ETHERNET_HEADER);
    header.setUint16(IPV4.id, id & 0xffff);
    header.setUint16(IPV4.checksum, 0);
    header.setUint16(IPV4.checksum, checksum(ip));
  }
  const { addresses, addressBytes } = six ? IPV6 : IPV4;
  const pseudo = onesSum(ip.subarray(addresses, addresses + addressBytes), PROTOCOL.tcp + tcp.length);
  viewOf(tcp).setUint16(TCP.checksum, 0);
  viewOf(tcp).setUint16(TCP.checksum, checksum(tcp, pseudo));
}
