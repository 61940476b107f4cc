/** The framing of GDB's remote protocol: `$data#checksum`, acknowledgements, the interrupt byte. Bytes from anywhere, in pieces of any size. */

const DOLLAR = 0x24;
const HASH = 0x23;
const ESCAPE = 0x7d;
const STAR = 0x2a;
const FLIP = 0x20;
const INTERRUPT = 3;
const PLUS = 0x2b;
const MINUS = 0x2d;

/** Longest packet that is taken, as qSupported says. */
export const PACKET_BYTES = 0x4000;

export interface PacketHandler {
  /** One packet, unescaped. */
  packet(data: Uint8Array): void;
  interrupt(): void;
}

const checksum = (data: Uint8Array): number => data.reduce((sum, byte) => (sum + byte) & 0xff, 0);
const hexOf = (byte: number): number => Number.parseInt(String.fromCharCode(byte), 16);

function unescaped(data: Uint8Array): Uint8Array {
  const out = new Uint8Array(data.length);
  let n = 0;
  for (let i = 0; i < data.length; i++) {
    if (data[i] === ESCAPE && i + 1 < data.length) out[n++] = data[++i]! ^ FLIP;
    else out[n++] = data[i]!;
  }
  return out.subarray(0, n);
}

function escaped(data: Uint8Array): Uint8Array {
  const out: number[] = [];
  for (const byte of data) {
    if (byte === DOLLAR || byte === HASH || byte === ESCAPE || byte === STAR) out.push(ESCAPE, byte ^ FLIP);
    else out.push(byte);
  }
  return Uint8Array.from(out);
}

export class Packets {
  private readonly send: (bytes: Uint8Array) => void;
  private readonly handler: PacketHandler;
  /** Bytes of the packet that is coming in, and how many of its checksum; null: none is. */
  private data: number[] | null = null;
  private sum: number[] | null = null;
  private last: Uint8Array | null = null;
  private acks = true;

  constructor(send: (bytes: Uint8Array) => void, handler: PacketHandler) {
    this.send = send;
    this.handler = handler;
  }

  /** From the next packet on nothing is acknowledged (QStartNoAckMode). */
  stopAcks(): void {
    this.acks = false;
  }

  reply(data: Uint8Array): void {
    const body = escaped(data);
    const out = new Uint8Array(body.length + 4);
    out[0] = DOLLAR;
    out.set(body, 1);
    const sum = checksum(body).toString(16).padStart(2, '0');
    out.set([HASH, sum.charCodeAt(0), sum.charCodeAt(1)], body.length + 1);
    this.last = out;
    this.send(out);
  }

  receive(bytes: Uint8Array): void {
    for (const byte of bytes) this.take(byte);
  }

  private take(byte: number): void {
    if (this.sum) {
      this.sum.push(byte);
      if (this.sum.length === 2) this.finish();
    } else if (byte === DOLLAR) {
      this.data = [];
    } else if (!this.data) {
      if (byte === INTERRUPT) this.handler.interrupt();
      else if (byte === MINUS && this.acks && this.last) this.send(this.last);
      // PLUS needs nothing, and what is no packet is passed over.
    } else if (byte === HASH) {
      this.sum = [];
    } else if (this.data.length < PACKET_BYTES) {
      this.data.push(byte);
    } else {
      // Longer than was offered: there is no good end to it.
      this.data = null;
    }
  }

  private finish(): void {
    const data = Uint8Array.from(this.data!);
    const good = hexOf(this.sum![0]!) * 16 + hexOf(this.sum![1]!) === checksum(data);
    this.data = null;
    this.sum = null;
    if (this.acks) this.send(Uint8Array.of(good ? PLUS : MINUS));
    // Without acknowledgements the transport is relied on, and a bad sum cannot be told.
    if (good) this.handler.packet(unescaped(data));
  }
}
