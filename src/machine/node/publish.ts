/** Published ports: what listens on a port of the host, and passes everything on to a program on a network stack. */
import { createSocket, type RemoteInfo } from 'node:dgram';
import { createServer, type Socket } from 'node:net';
import { InputError } from '../../abi/errors.ts';
import { SysError } from '../../linux/errno.ts';
import { dialTcp, dialUdp, type UdpEnd } from '../../linux/net/dial.ts';
import type { NetStack } from '../../linux/net/stack.ts';
import { type Connection, STATE } from '../../linux/net/tcp/connection.ts';
import type { PortBinding, Published } from '../container/ports.ts';

export { parsePublish } from '../container/ports.ts';

/** A program that does not take a connection by then is not there. */
const DIAL_MS = 10_000;
/** A UDP conversation without a word for so long is over, as connection tracking has it. */
const UDP_IDLE_MS = 30_000;
/** Conversations of one port at a time. */
const MOST = 1024;
const PIECE = 65_536;

/** Where a connection goes: asked for each, as a container that starts anew is at another place. Null: nowhere. */
export type Target = () => { readonly stack: NetStack; readonly address: string } | null;

/** Joins a socket of the host with a connection of the stack; both ends and errors are passed on. */
function join(socket: Socket, { stack, address }: NonNullable<ReturnType<Target>>, port: number): void {
  let connection: Connection | null = null;
  let unsent: Buffer | null = null;
  let [finished, full, over, established] = [false, false, false, false];
  // What is done here may be answered before it returns, and then leads here again.
  let busy = false;
  const alone = (work: () => void): void => {
    if (busy) return;
    busy = true;
    work();
    busy = false;
  };
  const give = (): void => {
    if (!connection?.canSend) return;
    while (unsent) {
      const taken: number = connection.write(new Uint8Array(unsent));
      if (taken === 0) return;
      unsent = taken < unsent.length ? unsent.subarray(taken) : null;
    }
    if (finished) connection.finish();
    else if (socket.isPaused()) socket.resume();
  };
  const take = (): void => {
    if (!connection) return;
    while (!full && connection.receiver.queue.length > 0) {
      const bytes = new Uint8Array(Math.min(PIECE, connection.receiver.queue.length));
      connection.read(bytes);
      full = !socket.write(bytes);
    }
    if (full || connection.receiver.queue.length > 0) return;
    if (connection.state === STATE.CLOSED && !over) {
      over = true;
      // Refused, or cut off.
      if (connection.error || !established) socket.resetAndDestroy();
      else socket.end();
    } else if (connection.ended && !socket.writableEnded) socket.end();
  };
  const changed = (): void => {
    alone(() => {
      if (connection?.synchronized) {
        established = true;
        clearTimeout(late);
      }
      give();
      take();
    });
  };
  const late = setTimeout(() => socket.resetAndDestroy(), DIAL_MS);
  socket.pause();
  socket.on('data', (bytes) => {
    unsent = bytes;
    socket.pause();
    changed();
  });
  socket.on('end', () => {
    finished = true;
    changed();
  });
  socket.on('drain', () => {
    full = false;
    changed();
  });
  socket.on('error', () => {});
  socket.once('close', () => {
    clearTimeout(late);
    over = true;
    // What came in whole is still sent; what was cut off is not.
    connection?.close(!finished);
  });
  try {
    connection = dialTcp(stack, address, port, changed);
    changed();
  } catch (e) {
    if (!(e instanceof SysError)) throw e;
    socket.resetAndDestroy();
  }
}

const refused = ({ hostIp, hostPort, protocol }: PortBinding, e: NodeJS.ErrnoException): InputError => {
  const why: Readonly<Record<string, string>> = {
    EADDRINUSE: 'something listens there already',
    EACCES: 'this user may not listen there',
    EADDRNOTAVAIL: 'the host has no such address',
  };
  return new InputError(`${hostIp}:${hostPort}/${protocol} can’t be published: ${why[e.code ?? ''] ?? e.message}`);
};

async function publishTcp(binding: PortBinding, target: Target): Promise<Published> {
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    const to = target();
    if (to) join(socket, to, binding.port);
    else socket.resetAndDestroy();
  });
  server.maxConnections = MOST;
  await new Promise<void>((done, reject) => {
    server.once('error', (e) => reject(refused(binding, e)));
    server.listen(binding.hostPort, binding.hostIp, done);
  });
  const at = server.address();
  return {
    ...binding,
    hostPort: typeof at === 'object' && at ? at.port : binding.hostPort,
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

async function publishUdp(binding: PortBinding, target: Target): Promise<Published> {
  const socket = createSocket(binding.hostIp.includes(':') ? 'udp6' : 'udp4');
  const ends = new Map<string, { readonly end: UdpEnd; timer: NodeJS.Timeout }>();
  const forget = (key: string): void => {
    const known = ends.get(key);
    if (!known) return;
    clearTimeout(known.timer);
    known.end.close();
    ends.delete(key);
  };
  const open = (key: string, { address, port }: RemoteInfo): UdpEnd | null => {
    const to = target();
    if (!to) return null;
    // The one that was made first goes.
    if (ends.size >= MOST) forget([...ends.keys()][0]!);
    const end = dialUdp(to.stack, to.address, binding.port, (data) => {
      ends.get(key)?.timer.refresh();
      socket.send(data, port, address);
    });
    ends.set(key, { end, timer: setTimeout(() => forget(key), UDP_IDLE_MS) });
    return end;
  };
  socket.on('message', (data, from) => {
    const key = `${from.address} ${from.port}`;
    ends.get(key)?.timer.refresh();
    try {
      (ends.get(key)?.end ?? open(key, from))?.send(new Uint8Array(data));
    } catch (e) {
      if (!(e instanceof SysError)) throw e;
    }
  });
  await new Promise<void>((done, reject) => {
    socket.once('error', (e) => reject(refused(binding, e)));
    socket.bind(binding.hostPort, binding.hostIp, done);
  });
  socket.on('error', () => {});
  return {
    ...binding,
    hostPort: socket.address().port,
    close() {
      for (const key of [...ends.keys()]) forget(key);
      socket.close();
    },
  };
}

/** Listens on its port, or on the first of its range that is free. */
async function publishOne({ hostLast, ...binding }: PortBinding, target: Target): Promise<Published> {
  const listen = binding.protocol === 'tcp' ? publishTcp : publishUdp;
  for (let { hostPort } = binding; ; hostPort++) {
    try {
      return await listen({ ...binding, hostPort }, target);
    } catch (e) {
      if (!hostLast || hostPort >= hostLast) throw e;
    }
  }
}

/** Listens on all of them, or on none: throws InputError where one can’t be had. */
export async function publish(bindings: readonly PortBinding[], target: Target): Promise<Published[]> {
  const made: Published[] = [];
  try {
    for (const binding of bindings) made.push(await publishOne(binding, target));
    return made;
  } catch (e) {
    for (const port of made) port.close();
    throw e;
  }
}
