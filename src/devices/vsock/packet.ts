/** Headers of virtio-vsock packets (VIRTIO 1.2, section 5.10.6). */

export const HEADER = 44;

export const OP = {
  REQUEST: 1,
  RESPONSE: 2,
  RST: 3,
  SHUTDOWN: 4,
  RW: 5,
  CREDIT_UPDATE: 6,
  CREDIT_REQUEST: 7,
} as const;

export const TYPE = { STREAM: 1 } as const;
/** Flags of SHUTDOWN: who sends it will receive, will send no more. */
export const SHUTDOWN = { RECEIVE: 1, SEND: 2, both: 3 } as const;

export interface Packet {
  readonly fromCid: bigint;
  readonly toCid: bigint;
  readonly fromPort: number;
  readonly toPort: number;
  readonly length: number;
  readonly type: number;
  readonly op: number;
  readonly flags: number;
  /** Credit: the sender's buffer in bytes, and how many bytes it has taken out of it (modulo 2^32). */
  readonly buffer: number;
  readonly forwarded: number;
}

export function readPacket(bytes: Uint8Array): Packet | null {
  if (bytes.length < HEADER) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return {
    fromCid: view.getBigUint64(0, true),
    toCid: view.getBigUint64(8, true),
    fromPort: view.getUint32(16, true),
    toPort: view.getUint32(20, true),
    length: view.getUint32(24, true),
    type: view.getUint16(28, true),
    op: view.getUint16(30, true),
    flags: view.getUint32(32, true),
    buffer: view.getUint32(36, true),
    forwarded: view.getUint32(40, true),
  };
}

export function writePacket(packet: Packet): Uint8Array {
  const bytes = new Uint8Array(HEADER);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, packet.fromCid, true);
  view.setBigUint64(8, packet.toCid, true);
  view.setUint32(16, packet.fromPort, true);
  view.setUint32(20, packet.toPort, true);
  view.setUint32(24, packet.length, true);
  view.setUint16(28, packet.type, true);
  view.setUint16(30, packet.op, true);
  view.setUint32(32, packet.flags, true);
  view.setUint32(36, packet.buffer, true);
  view.setUint32(40, packet.forwarded, true);
  return bytes;
}
