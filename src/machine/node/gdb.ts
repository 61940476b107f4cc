/** GDB's connection to a machine over TCP. */
import { createServer, type Server, type Socket } from 'node:net';
import { InputError } from '../../abi/errors.ts';
import type { Debugger } from '../gdb/debugger.ts';
import { GdbServer } from '../gdb/server.ts';
import type { GdbAddress } from './gdb-address.ts';

export interface GdbListener {
  readonly port: number;
  /** A guest that still waits for a debugger goes on without. */
  forgo(): void;
  /** Takes no further connection and ends the one there is. */
  close(): void;
}

/** Listens for one debugger at a time. Throws InputError where it cannot listen. */
export async function serveGdb(machine: Debugger, address: GdbAddress): Promise<GdbListener> {
  let client: Socket | null = null;
  if (address.wait) machine.halt();
  const server: Server = createServer((socket) => {
    if (client) {
      socket.destroy();
      return;
    }
    client = socket;
    socket.setNoDelay(true);
    const gdb = new GdbServer(
      machine,
      (bytes) => socket.write(bytes),
      () => socket.end(),
    );
    socket.on('data', (bytes) => gdb.receive(bytes));
    // What becomes of the connection is told by `close`.
    socket.on('error', () => {});
    socket.on('close', () => {
      client = null;
      gdb.close();
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const why = error.code === 'EADDRINUSE' ? 'something else listens there' : error.message;
      reject(new InputError(`no debugger can be listened for at ${address.host}:${address.port}: ${why}`));
    });
    server.listen(address.port, address.host, resolve);
  });
  const bound = server.address();
  const forgo = (): void => {
    if (!client) machine.detach();
  };
  return {
    forgo,
    port: typeof bound === 'object' && bound ? bound.port : address.port,
    close: () => {
      server.close();
      forgo();
      client?.end();
    },
  };
}
