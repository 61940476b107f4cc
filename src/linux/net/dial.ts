/** Ends of the host itself on a network stack: how what is outside speaks with programs inside. */
import { ANY4 } from './address.ts';
import { type Packet, PROTOCOL } from './ip/packet.ts';
import { type Endpoint, endpoint } from './sockaddr.ts';
import type { NetStack } from './stack.ts';
import type { Connection } from './tcp/connection.ts';
import { Datagram } from './udp/datagram.ts';
import type { UdpHolder } from './udp/layer.ts';

const CAPACITIES = { send: 262_144, receive: 131_072 };

/** Asks for a TCP connection; `changed` is called whenever something came of it, and may be before this returns. Throws SysError. */
export function dialTcp(stack: NetStack, address: string, port: number, changed: () => void): Connection {
  const { source } = stack.way(address, 0, ANY4);
  const to = endpoint(address, port);
  const own = stack.tcp.ports.choose((p) => stack.tcp.free(endpoint(source, p), to));
  return stack.tcp.connect(endpoint(source, own), to, CAPACITIES, { changed });
}

export interface UdpEnd {
  send(data: Uint8Array): void;
  close(): void;
}

/** An end that sends to one other, and hears it alone. Throws SysError. */
export function dialUdp(stack: NetStack, address: string, port: number, received: (data: Uint8Array) => void): UdpEnd {
  const { source } = stack.way(address, 0, ANY4);
  const remote: Endpoint = endpoint(address, port);
  const holder = {
    local: endpoint(source, 0),
    remote,
    v6Only: false,
    reuseAddress: false,
    reusePort: false,
    uid: 0,
    listening: false,
    deliver: ({ data }: Datagram, _packet: Packet) => received(data),
    unreachable: () => {},
  } satisfies UdpHolder;
  const { ports } = stack.udp;
  const own = ports.choose((p) => {
    holder.local = endpoint(source, p);
    return ports.free(holder);
  });
  holder.local = endpoint(source, own);
  ports.hold(holder);
  return {
    send: (data) =>
      stack.send({ from: source, to: address, protocol: PROTOCOL.udp, content: new Datagram(own, port, data) }, 0),
    close: () => ports.release(holder),
  };
}
