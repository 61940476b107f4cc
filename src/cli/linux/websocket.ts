/** The server's side of one WebSocket (RFC 6455), as far as a page of ours needs it: no extensions, no fragments of its own. */
import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';

const OPCODE = { more: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;
/** What a server appends to the key (section 1.3). */
const ACCEPT = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
/** A page of ours sends no message of more bytes. */
const MOST = 1 << 20;
const STATUS = { normal: 1000, protocol: 1002, large: 1009, failed: 1011 } as const;

export interface WebSocketEvents {
  message(data: string | Uint8Array): void;
  /** It is closed, by whichever side; called once. */
  closed(): void;
}

/** Whether a request asks for a WebSocket, and does so from a page of this very server: any page may try. */
export function asksWebSocket({ headers }: IncomingMessage): boolean {
  const { host, origin } = headers;
  if (headers.upgrade?.toLowerCase() !== 'websocket' || headers['sec-websocket-key'] === undefined) return false;
  return host !== undefined && (origin === `http://${host}` || origin === `https://${host}`);
}

export class WebSocketPeer {
  private readonly socket: Duplex;
  private readonly events: WebSocketEvents;
  private rest: Buffer;
  private parts: Buffer[] = [];
  private opcode = 0;
  private open = true;

  /** Answers the request that `asksWebSocket`. */
  constructor(request: IncomingMessage, socket: Duplex, head: Buffer, events: WebSocketEvents) {
    this.socket = socket;
    this.events = events;
    this.rest = head;
    const accept = createHash('sha1').update(`${request.headers['sec-websocket-key']}${ACCEPT}`).digest('base64');
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
    );
    socket.on('data', (chunk: Buffer) => this.take(chunk));
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.end());
  }

  send(data: string | Uint8Array): void {
    if (typeof data === 'string') this.frame(OPCODE.text, Buffer.from(data));
    else this.frame(OPCODE.binary, data);
  }

  /** Ends it; the page reads the reason. */
  close(reason = '', status: number = reason ? STATUS.failed : STATUS.normal): void {
    if (!this.open) return;
    // A reason has at most 123 bytes (5.5).
    const text = Buffer.from(reason).subarray(0, 123);
    const payload = Buffer.alloc(2 + text.length);
    payload.writeUInt16BE(status);
    text.copy(payload, 2);
    this.frame(OPCODE.close, payload);
    this.socket.end();
    this.end();
  }

  private end(): void {
    if (!this.open) return;
    this.open = false;
    this.events.closed();
  }

  private frame(opcode: number, payload: Uint8Array): void {
    if (!this.open) return;
    const { length } = payload;
    const long = length < 126 ? 0 : length < 65536 ? 2 : 8;
    const header = Buffer.alloc(2 + long);
    header[0] = 0x80 | opcode;
    header[1] = long === 0 ? length : long === 2 ? 126 : 127;
    if (long === 2) header.writeUInt16BE(length, 2);
    if (long === 8) header.writeBigUInt64BE(BigInt(length), 2);
    this.socket.write(Buffer.concat([header, payload]));
  }

  private take(chunk: Buffer): void {
    this.rest = this.rest.length ? Buffer.concat([this.rest, chunk]) : chunk;
    while (this.open && this.next());
  }

  /** Takes one frame off what has come; false where it is not there yet, or none that can be taken. */
  private next(): boolean {
    const { rest } = this;
    if (rest.length < 2) return false;
    const [first, second] = [rest[0]!, rest[1]!];
    const short = second & 0x7f;
    const long = short < 126 ? 0 : short === 126 ? 2 : 8;
    const header = 2 + long + 4;
    // Whoever is a client masks; nothing was agreed on that gives the reserved bits a meaning (5.1, 5.2).
    if (!(second & 0x80) || first & 0x70) return this.refuse(STATUS.protocol);
    if (rest.length < header) return false;
    const length = long === 0 ? short : long === 2 ? rest.readUInt16BE(2) : Number(rest.readBigUInt64BE(2));
    if (length > MOST) return this.refuse(STATUS.large);
    if (rest.length < header + length) return false;
    const mask = rest.subarray(header - 4, header);
    const payload = Buffer.from(rest.subarray(header, header + length));
    for (let i = 0; i < length; i++) payload[i]! ^= mask[i & 3]!;
    this.rest = rest.subarray(header + length);
    return this.received(first & 0x0f, (first & 0x80) !== 0, payload);
  }

  private refuse(status: number): boolean {
    this.close('', status);
    return false;
  }

  private received(opcode: number, whole: boolean, payload: Buffer): boolean {
    if (opcode === OPCODE.close) return this.refuse(STATUS.normal);
    if (opcode === OPCODE.ping) this.frame(OPCODE.pong, payload);
    if (opcode === OPCODE.ping || opcode === OPCODE.pong) return true;
    const begins = opcode === OPCODE.text || opcode === OPCODE.binary;
    if (begins ? this.parts.length > 0 : opcode !== OPCODE.more || this.parts.length === 0)
      return this.refuse(STATUS.protocol);
    if (begins) this.opcode = opcode;
    this.parts.push(payload);
    if (this.parts.reduce((sum, part) => sum + part.length, 0) > MOST) return this.refuse(STATUS.large);
    if (whole) {
      const all = Buffer.concat(this.parts.splice(0));
      this.events.message(this.opcode === OPCODE.text ? all.toString() : new Uint8Array(all));
    }
    return true;
  }
}
