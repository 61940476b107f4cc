/** TCP segments (RFC 9293, 3.1), with the options for segment size and window scale. */
import { checksum, PROTOCOL, viewOf } from '../../../abi/frame.ts';
import type { Address } from '../address.ts';
import { pseudoSum } from '../ip/packet.ts';

export const FLAG = { FIN: 1, SYN: 2, RST: 4, PSH: 8, ACK: 16 } as const;
const OPTION = { end: 0, pad: 1, mss: 2, scale: 3 } as const;
const HEADER = 20;
const NONE = new Uint8Array(0);

export interface SegmentFields {
  readonly fromPort: number;
  readonly toPort: number;
  readonly sequence: number;
  /** 0 without FLAG.ACK. */
  readonly acknowledged: number;
  readonly flags: number;
  /** As the field has it: not scaled. */
  readonly window: number;
  readonly data?: Uint8Array;
  /** Of a SYN: the longest segment its sender takes, and by how many bits its windows are shifted. */
  readonly mss?: number | null;
  readonly scale?: number | null;
}

export class Segment {
  readonly fromPort: number;
  readonly toPort: number;
  readonly sequence: number;
  readonly acknowledged: number;
  readonly flags: number;
  readonly window: number;
  readonly data: Uint8Array;
  readonly mss: number | null;
  readonly scale: number | null;

  constructor(fields: SegmentFields) {
    this.fromPort = fields.fromPort;
    this.toPort = fields.toPort;
    this.sequence = fields.sequence;
    this.acknowledged = fields.acknowledged;
    this.flags = fields.flags;
    this.window = fields.window;
    this.data = fields.data ?? NONE;
    this.mss = fields.mss ?? null;
    this.scale = fields.scale ?? null;
  }

  /** Numbers it takes of the sequence. */
  get length(): number {
    return this.data.length + (this.flags & FLAG.SYN ? 1 : 0) + (this.flags & FLAG.FIN ? 1 : 0);
  }

  /** The bytes between these addresses, with their checksum. */
  encode(from: Address, to: Address): Uint8Array {
    const options: number[] = [];
    if (this.mss !== null) options.push(OPTION.mss, 4, this.mss >> 8, this.mss & 255);
    if (this.scale !== null) options.push(OPTION.pad, OPTION.scale, 3, this.scale);
    const header = HEADER + options.length;
    const bytes = new Uint8Array(header + this.data.length);
    const view = viewOf(bytes);
    view.setUint16(0, this.fromPort);
    view.setUint16(2, this.toPort);
    view.setUint32(4, this.sequence);
    view.setUint32(8, this.acknowledged);
    bytes[12] = (header / 4) << 4;
    bytes[13] = this.flags;
    view.setUint16(14, this.window);
    bytes.set(options, HEADER);
    bytes.set(this.data, header);
    view.setUint16(16, checksum(bytes, pseudoSum(from, to, PROTOCOL.tcp, bytes.length)));
    return bytes;
  }

  /** The segment in a packet, or null where it is none: cut short, or its checksum is wrong. */
  static decode(bytes: Uint8Array, from: Address, to: Address): Segment | null {
    if (bytes.length < HEADER) return null;
    const header = (bytes[12]! >> 4) * 4;
    if (header < HEADER || header > bytes.length) return null;
    if (checksum(bytes, pseudoSum(from, to, PROTOCOL.tcp, bytes.length)) !== 0) return null;
    const view = viewOf(bytes);
    const flags = bytes[13]! & 0x3f;
    let mss: number | null = null;
    let scale: number | null = null;
    for (let at = HEADER; at < header; ) {
      const kind = bytes[at]!;
      if (kind === OPTION.end) break;
      if (kind === OPTION.pad) {
        at++;
        continue;
      }
      const length = bytes[at + 1] ?? 0;
      if (length < 2 || at + length > header) break;
      if (kind === OPTION.mss && length === 4) mss = view.getUint16(at + 2);
      if (kind === OPTION.scale && length === 3) scale = Math.min(14, bytes[at + 2]!);
      at += length;
    }
    return new Segment({
      fromPort: view.getUint16(0),
      toPort: view.getUint16(2),
      sequence: view.getUint32(4),
      acknowledged: view.getUint32(8),
      flags,
      window: view.getUint16(14),
      data: bytes.subarray(header),
      mss,
      scale,
    });
  }
}
