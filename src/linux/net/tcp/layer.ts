/** TCP of one network namespace: which connection or listener a segment is for, and what no one awaits. */
import { E, fail } from '../../errno.ts';
import { type Address, isAny, isV6 } from '../address.ts';
import type { IpLayer, Packet } from '../ip/packet.ts';
import { PROTOCOL } from '../ip/packet.ts';
import { type Holder, Ports } from '../ports.ts';
import type { Endpoint } from '../sockaddr.ts';
import { Connection, type ConnectionEvents, STATE } from './connection.ts';
import { FLAG, Segment } from './segment.ts';
import { add, after } from './sequence.ts';

/** Connections of a namespace in TIME_WAIT; the oldest are forgotten before their time. */
const MOST_WAITING = 4096;
/** Connections a listener has half open; more push out the oldest. */
const MOST_HALF_OPEN = 256;

export interface Capacities {
  readonly send: number;
  readonly receive: number;
}

/** What a listening socket is to TCP. */
export interface Listener extends Holder {
  readonly backlog: number;
  readonly capacities: Capacities;
  /** Established, and not accepted yet, the oldest first. */
  readonly ready: Connection[];
  readonly halfOpen: Set<Connection>;
  /** A connection is ready. */
  arrived(): void;
}

const keyOf = (localPort: number, local: Address, remotePort: number, remote: Address): string =>
  `${localPort} ${local} ${remotePort} ${remote}`;

const keyFor = ({ local, remote }: Connection): string => keyOf(local.port, local.address, remote.port, remote.address);

export class TcpLayer {
  readonly ports: Ports<Holder>;
  readonly connections = new Map<string, Connection>();
  private readonly waiting = new Set<Connection>();
  private readonly listeners = new Map<number, Listener[]>();
  private readonly ip: IpLayer;

  constructor(ip: IpLayer) {
    this.ip = ip;
    this.ports = new Ports(ip, false);
  }

  /** Whether an address and port is some connection's, for a bind without SO_REUSEADDR. */
  inUse(address: Address, port: number): boolean {
    for (const { local } of this.connections.values())
      if (local.port === port && (isAny(address) || local.address === address)) return true;
    return false;
  }

  listen(listener: Listener): void {
    const list = this.listeners.get(listener.local.port);
    if (list) list.push(listener);
    else this.listeners.set(listener.local.port, [listener]);
  }

  /** Takes it out, and resets what it has not given away. */
  unlisten(listener: Listener): void {
    const { port } = listener.local;
    const rest = (this.listeners.get(port) ?? []).filter((l) => l !== listener);
    if (rest.length) this.listeners.set(port, rest);
    else this.listeners.delete(port);
    for (const connection of [...listener.halfOpen, ...listener.ready]) connection.abort();
    listener.halfOpen.clear();
    listener.ready.length = 0;
  }

  *allListeners(): Iterable<Listener> {
    for (const list of this.listeners.values()) yield* list;
  }

  /** Whether no connection between these two is there; one in TIME_WAIT with an unlike end counts as none. */
  free(local: Endpoint, remote: Endpoint): boolean {
    return !this.connections.has(keyOf(local.port, local.address, remote.port, remote.address));
  }

  /** Asks the other side for a connection. */
  connect(
    local: Endpoint,
    remote: Endpoint,
    capacities: Capacities,
    events: Pick<ConnectionEvents, 'changed'>,
  ): Connection {
    const old = this.connections.get(keyOf(local.port, local.address, remote.port, remote.address));
    if (old) fail(E.ADDRNOTAVAIL);
    return this.make(local, remote, capacities, null, { changed: events.changed, established: () => true });
  }

  private make(
    local: Endpoint,
    remote: Endpoint,
    { send, receive }: Capacities,
    syn: Segment | null,
    events: Pick<ConnectionEvents, 'changed' | 'established'>,
  ): Connection {
    const first = new Uint8Array(4);
    this.ip.host.random(first);
    let connection: Connection | null = null;
    const early: Segment[] = [];
    const transmit = (segment: Segment): void =>
      this.ip.send({ from: local.address, to: remote.address, protocol: PROTOCOL.tcp, content: segment }, remote.scope);
    const made = new Connection(
      this.ip.host,
      {
        local,
        remote,
        first: new DataView(first.buffer).getUint32(0),
        mss: this.ip.mtu(remote.address, remote.scope) - (isV6(remote.address) ? 60 : 40),
        sendCapacity: send,
        receiveCapacity: receive,
      },
      {
        // Its first segment is sent once it can be found.
        send: (segment) => void (connection ? transmit(segment) : early.push(segment)),
        changed: () => {
          if (made.state === STATE.TIME_WAIT) this.awaitEnd(made);
          events.changed();
        },
        established: events.established,
        gone: () => {
          this.waiting.delete(made);
          if (this.connections.get(keyFor(made)) === made) this.connections.delete(keyFor(made));
        },
      },
      syn,
    );
    connection = made;
    this.connections.set(keyFor(made), made);
    for (const segment of early) transmit(segment);
    return made;
  }

  private awaitEnd(connection: Connection): void {
    if (this.waiting.has(connection)) return;
    this.waiting.add(connection);
    if (this.waiting.size <= MOST_WAITING) return;
    const [oldest] = this.waiting;
    oldest!.forget();
  }

  input(packet: Packet): void {
    const { from, to, content } = packet;
    const segment = content instanceof Segment ? content : Segment.decode(content as Uint8Array, from, to);
    if (!segment) return;
    const connection = this.connections.get(keyOf(segment.toPort, to, segment.fromPort, from));
    if (connection) {
      const opens = (segment.flags & (FLAG.SYN | FLAG.ACK | FLAG.RST)) === FLAG.SYN;
      // A new connection may follow one that only waits for its past (RFC 6191).
      if (connection.state === STATE.TIME_WAIT && opens && after(segment.sequence, connection.receiver.next) > 0)
        connection.forget();
      else {
        connection.input(segment);
        return;
      }
    }
    if (segment.flags & FLAG.RST) return;
    const listener = this.listenerFor(to, from, segment);
    if (listener && !(segment.flags & FLAG.ACK)) {
      if (segment.flags & FLAG.SYN) this.invite(listener, packet, segment);
      return;
    }
    this.refuse(packet, segment);
  }

  /** Of the listeners on a port the one with the nearest address; of several that share it, by the other's end. */
  private listenerFor(to: Address, from: Address, segment: Segment): Listener | null {
    const list = this.listeners.get(segment.toPort);
    if (!list) return null;
    const exact = list.filter((l) => l.local.address === to);
    const wide = exact.length
      ? exact
      : list.filter(
          ({ local, v6Only }) =>
            isAny(local.address) && (isV6(local.address) === isV6(to) || (isV6(local.address) && !v6Only)),
        );
    if (wide.length <= 1) return wide[0] ?? null;
    let hash = segment.fromPort;
    for (let i = 0; i < from.length; i++) hash = (hash * 31 + from.charCodeAt(i)) >>> 0;
    return wide[hash % wide.length]!;
  }

  private invite(listener: Listener, { from, to, scope }: Packet, syn: Segment): void {
    if (listener.ready.length > listener.backlog) return;
    if (listener.halfOpen.size >= MOST_HALF_OPEN) {
      const [oldest] = listener.halfOpen;
      listener.halfOpen.delete(oldest!);
      oldest!.forget();
    }
    const local = { address: to, port: syn.toPort, scope: 0 };
    const remote = { address: from, port: syn.fromPort, scope: scope ?? 0 };
    const connection: Connection = this.make(local, remote, listener.capacities, syn, {
      changed: () => {
        if (connection.state === STATE.CLOSED) listener.halfOpen.delete(connection);
        connection.accepted?.();
      },
      established: () => {
        if (listener.ready.length > listener.backlog) return false;
        listener.halfOpen.delete(connection);
        listener.ready.push(connection);
        listener.arrived();
        return true;
      },
    });
    listener.halfOpen.add(connection);
  }

  /** Nothing is there: a reset says so. */
  private refuse({ from, to, scope }: Packet, segment: Segment): void {
    const acked = (segment.flags & FLAG.ACK) !== 0;
    this.ip.send(
      {
        from: to,
        to: from,
        protocol: PROTOCOL.tcp,
        content: new Segment({
          fromPort: segment.toPort,
          toPort: segment.fromPort,
          sequence: acked ? segment.acknowledged : 0,
          acknowledged: acked ? 0 : add(segment.sequence, segment.length),
          flags: acked ? FLAG.RST : FLAG.RST | FLAG.ACK,
          window: 0,
        }),
      },
      scope ?? 0,
    );
  }

  /** An ICMP message says that what was sent from `local` to `remote` did not get there. */
  unreachable(local: Endpoint, remote: Endpoint, code: number): void {
    this.connections.get(keyOf(local.port, local.address, remote.port, remote.address))?.unreachable(code);
  }
}
