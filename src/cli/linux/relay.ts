/** Listens for GDB in the place of a page, which can't be listened to, and passes its bytes on over the page's WebSocket. */
import type { IncomingMessage } from 'node:http';
import { createServer, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { GDB_AT, LINK } from '../../machine/gdb/link.ts';
import { asksWebSocket, WebSocketPeer } from './websocket.ts';

/** Serves an upgrade of the page's server where it is one to GDB; others are others'. */
export function relayGdb(request: IncomingMessage, page: Duplex, head: Buffer): void {
  const url = new URL(request.url ?? '/', 'http://localhost');
  if (url.pathname !== GDB_AT) return;
  if (!asksWebSocket(request)) {
    page.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
    return;
  }
  let debug: Socket | null = null;
  const peer = new WebSocketPeer(request, page, head, {
    message: (data) => {
      if (typeof data !== 'string') debug?.write(data);
      else if (data === LINK.close) debug?.end();
    },
    closed: () => {
      server.close();
      debug?.destroy();
    },
  });
  const server = createServer((socket) => {
    if (debug) {
      socket.destroy();
      return;
    }
    debug = socket;
    socket.setNoDelay(true);
    peer.send(LINK.open);
    socket.on('data', (bytes) => peer.send(bytes));
    // What becomes of the connection is told by `close`.
    socket.on('error', () => {});
    socket.on('close', () => {
      debug = null;
      peer.send(LINK.close);
    });
  });
  server.on('error', (error: NodeJS.ErrnoException) =>
    peer.close(error.code === 'EADDRINUSE' ? 'something else listens there' : error.message),
  );
  const port = Number(url.searchParams.get('port'));
  if (!Number.isInteger(port) || port < 1 || port > 65535) peer.close('that is no port');
  else server.listen(port, '127.0.0.1', () => peer.send(LINK.listening));
}
