/** The server's side of a WebSocket, against frames made by another reading of RFC 6455. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { asksWebSocket, WebSocketPeer } from './websocket.ts';

const heard: (string | Uint8Array)[] = [];
let peer: WebSocketPeer | null = null;
let ends = 0;
const server = createServer();
server.on('upgrade', (request, socket, head) => {
  if (!asksWebSocket(request)) {
    socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
    return;
  }
  peer = new WebSocketPeer(request, socket, head, { message: (data) => heard.push(data), closed: () => ends++ });
});
let port = 0;
beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  ({ port } = server.address() as AddressInfo);
});
afterAll(() => server.close());

/** A masked frame. */
function frame(opcode: number, payload: Uint8Array, { last = true, mask = 0x12345678 } = {}): Buffer {
  const n = payload.length;
  const size =
    n < 126
      ? [n]
      : n < 65536
        ? [126, n >> 8, n & 255]
        : [127, 0, 0, 0, 0, n >>> 24, (n >> 16) & 255, (n >> 8) & 255, n & 255];
  const key = [24, 16, 8, 0].map((shift) => (mask >>> shift) & 255);
  size[0]! |= 0x80;
  return Buffer.from([(last ? 0x80 : 0) | opcode, ...size, ...key, ...payload.map((byte, i) => byte ^ key[i % 4]!)]);
}

async function opened(origin = `http://127.0.0.1:${port}`) {
  const socket = connect(port, '127.0.0.1');
  let all = Buffer.alloc(0);
  socket.on('data', (bytes) => {
    all = Buffer.concat([all, bytes]);
  });
  socket.write(
    `GET / HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nOrigin: ${origin}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n',
  );
  await expect.poll(() => all.includes('\r\n\r\n')).toBe(true);
  const head = all.toString('latin1').split('\r\n');
  all = all.subarray(all.indexOf('\r\n\r\n') + 4);
  return { socket, head, said: () => all };
}

describe('a WebSocket of a page', () => {
  it('is opened as RFC 6455 shows, for pages of this server alone', async () => {
    const { socket, head } = await opened();
    expect(head[0]).toContain('101');
    // The example of section 1.3.
    expect(head).toContain('Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=');
    socket.destroy();
    const other = await opened('http://elsewhere.example');
    expect(other.head[0]).toContain('403');
    other.socket.destroy();
  });

  it('brings messages of any size, in any fragments, cut anywhere', async () => {
    const { socket } = await opened();
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.uint8Array({ maxLength: 200 }), { minLength: 1, maxLength: 4 }),
        fc.constantFrom(1, 400, 70_000),
        fc.boolean(),
        fc.integer(),
        fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 5 }),
        async (parts, repeat, pinged, mask, cuts) => {
          heard.length = 0;
          const pieces = parts.map((part) =>
            Uint8Array.from({ length: Math.min(part.length * repeat, 80_000) }, (_, i) => part[i % part.length]!),
          );
          const frames = pieces.flatMap((piece, i) => [
            frame(i === 0 ? 2 : 0, piece, { last: i === pieces.length - 1, mask }),
            ...(pinged && i < pieces.length - 1 ? [frame(9, Uint8Array.of(1), { mask })] : []),
          ]);
          const bytes = Buffer.concat(frames);
          let at = 0;
          for (const cut of cuts) {
            socket.write(bytes.subarray(at, at + cut));
            at += cut;
          }
          socket.write(bytes.subarray(at));
          await expect.poll(() => heard.length, { timeout: 5000, interval: 1 }).toBe(1);
          expect(Buffer.from(heard[0] as Uint8Array).equals(Buffer.concat(pieces))).toBe(true);
        },
      ),
      { numRuns: 60 },
    );
    socket.destroy();
  });

  it('says what it is told, and ends for what is no frame of a client', async () => {
    const { socket, said } = await opened();
    peer!.send('word');
    peer!.send(new Uint8Array(300).fill(7));
    await expect.poll(() => said().length).toBe(6 + 304);
    expect(said().subarray(0, 6).toString('latin1')).toBe('\x81\x04word');
    expect([...said().subarray(6, 11)]).toEqual([0x82, 126, 1, 44, 7]);
    const before = ends;
    // Not masked; a fragment of nothing; a text in the midst of another message; more than it takes.
    for (const bad of [
      Buffer.from([0x81, 1, 65]),
      frame(0, Uint8Array.of(1)),
      Buffer.concat([frame(1, Uint8Array.of(65), { last: false }), frame(1, Uint8Array.of(65))]),
      Buffer.from([0x82, 0xff, 0, 0, 0, 1, 0, 0, 0, 0, 1, 2, 3, 4]),
    ]) {
      const one = await opened();
      one.socket.write(bad);
      await expect.poll(() => one.said()[0]).toBe(0x88);
      one.socket.destroy();
    }
    expect(ends - before).toBe(4);
    socket.destroy();
  });
});
