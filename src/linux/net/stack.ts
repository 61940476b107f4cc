/** The network of one namespace: its interfaces, its routes, and the way of each packet between them and the protocols. */
import { ETHERNET_HEADER, ETHERTYPE, ethernet, viewOf } from '../../abi/frame.ts';
import { E, fail } from '../errno.ts';
import {
  type Address,
  BROADCAST4,
  bytesOf,
  inPrefix,
  isAny,
  isLinkLocal,
  isLoopback,
  isMulticast,
  isV6,
  LOOPBACK4,
  LOOPBACK6,
} from './address.ts';
import type { NetHost } from './host.ts';
import { Fragments } from './ip/fragments.ts';
import { IcmpLayer, UNREACHABLE } from './ip/icmp.ts';
import { ICMP6 } from './ip/icmp-messages.ts';
import { Neighbours } from './ip/neighbours.ts';
import { contentBytes, decodePacket, encodePacket, type IpLayer, type Packet, PROTOCOL } from './ip/packet.ts';
import { type Route, Routes } from './ip/routes.ts';
import type { Interface } from './link/interface.ts';
import { Interfaces } from './link/interfaces.ts';
import { netSettings } from './settings.ts';
import { TcpLayer } from './tcp/layer.ts';
import { UdpLayer } from './udp/layer.ts';

/** Packets one event may lead to; a loop of bridges or routes ends there. */
const MOST_AT_ONCE = 20_000;
const LOOPBACK_BITS = 8;
const USUAL_HOPS = netSettings().hops;

/** A socket that sees whole packets of a protocol (raw(7)). */
export interface RawListener {
  readonly protocol: number;
  readonly six: boolean;
  deliver(packet: Packet): void;
}

/** A socket that sees frames (packet(7)). */
export interface FrameListener {
  readonly protocol: number;
  readonly index: number;
  deliver(frame: Uint8Array, from: Interface): void;
}

/** How a packet leaves. */
export interface Way {
  readonly out: Interface;
  /** The neighbour to hand it to; null: everybody. */
  readonly via: Address | null;
  /** Address of this system to send from. */
  readonly source: Address;
}

type Work =
  | { readonly packet: Packet; readonly frame: null; readonly from: Interface }
  | { readonly packet: null; readonly frame: Uint8Array; readonly from: Interface };

export class NetStack implements IpLayer {
  readonly host: NetHost;
  readonly settings = netSettings();
  readonly interfaces: Interfaces;
  readonly routes = new Routes();
  readonly tcp: TcpLayer;
  readonly udp: UdpLayer;
  readonly icmp: IcmpLayer;
  readonly raw = new Set<RawListener>();
  readonly frames = new Set<FrameListener>();
  /** Numbers of netlink sockets. */
  readonly ports = new Set<number>();
  /** ip_forward. */
  forwarding = false;
  private readonly neighbours = new Map<Interface, Neighbours>();
  private readonly fragments: Fragments;
  private readonly work: Work[] = [];
  private busy = false;
  private lastId = 0;

  constructor(host: NetHost) {
    this.host = host;
    this.fragments = new Fragments(host);
    this.tcp = new TcpLayer(this);
    this.udp = new UdpLayer(this);
    this.icmp = new IcmpLayer(this, (protocol, local, remote, code) => {
      if (protocol === PROTOCOL.tcp) this.tcp.unreachable(local, remote, code);
      if (protocol === PROTOCOL.udp) this.udp.unreachable(local, remote, code);
    });
    this.interfaces = new Interfaces(host, {
      receive: (from, frame) => this.receive(from, frame),
      removed: (gone) => this.forget(gone),
    });
  }

  neighboursOf(out: Interface): Neighbours {
    let found = this.neighbours.get(out);
    if (!found) {
      found = new Neighbours(this.host, out, (to) => this.sourceOn(out, to));
      this.neighbours.set(out, found);
    }
    return found;
  }

  /** An interface went down or is gone: its routes and neighbours are too. */
  forget(gone: Interface): void {
    this.routes.removeWhere((r) => r.out === gone.index);
    this.neighbours.get(gone)?.clear();
    this.neighbours.delete(gone);
  }

  // ---- addresses

  /** Whether an address is this system's own. */
  isLocal(address: Address): boolean {
    const { loopback } = this.interfaces;
    if (!isV6(address) && inPrefix(address, LOOPBACK4, LOOPBACK_BITS)) return loopback.up;
    for (const i of this.interfaces) if (i.addresses.some((a) => a.address === address)) return i.up;
    return false;
  }

  isBroadcast(address: Address): boolean {
    if (isV6(address)) return false;
    if (address === BROADCAST4) return true;
    for (const i of this.interfaces) if (i.isBroadcast(address)) return true;
    return false;
  }

  private sourceOn(out: Interface, to: Address): Address | null {
    const six = isV6(to);
    const own = out.addresses.filter((a) => isV6(a.address) === six);
    const same = own.find((a) => inPrefix(to, a.address, a.bits));
    const fit = same ?? (six ? own.find((a) => isLinkLocal(a.address) === isLinkLocal(to)) : undefined) ?? own[0];
    return fit?.address ?? null;
  }

  /** How to get to an address: ENETUNREACH where no route leads there. `from`: where the sender has chosen. */
  way(to: Address, scope = 0, from: Address | null = null): Way {
    const { loopback } = this.interfaces;
    const chosen = from !== null && !isAny(from) ? from : null;
    const six = isV6(to);
    if (isAny(to)) return this.way(six ? LOOPBACK6 : LOOPBACK4, scope, from);
    if (this.isLocal(to)) {
      if (!loopback.up) fail(E.NETUNREACH);
      return { out: loopback, via: to, source: chosen ?? (isLoopback(to) && !six ? LOOPBACK4 : to) };
    }
    const bound = scope ? (this.interfaces.byIndex(scope) ?? fail(E.NODEV)) : null;
    if (bound && !bound.up) fail(E.NETDOWN);
    const many = isMulticast(to) || to === BROADCAST4;
    if (six && (isLinkLocal(to) || many)) {
      const out = bound ?? (isLinkLocal(to) ? fail(E.INVAL) : this.interfaces.firstUp());
      if (!out) fail(E.NETUNREACH);
      return { out, via: many ? null : to, source: chosen ?? this.sourceOn(out, to) ?? fail(E.ADDRNOTAVAIL) };
    }
    const up = (index: number): boolean => this.interfaces.byIndex(index)?.up === true && (!scope || index === scope);
    const route = this.routes.to(to, up);
    const out = route ? this.interfaces.byIndex(route.out)! : bound;
    if (!out) fail(E.NETUNREACH);
    const next = route?.via ?? to;
    const source =
      chosen ?? route?.source ?? this.sourceOn(out, next) ?? (bound && !six ? '0.0.0.0' : fail(E.NETUNREACH));
    return { out, via: many || out.isBroadcast(to) ? null : next, source };
  }

  mtu(to: Address, scope: number): number {
    try {
      return this.way(to, scope).out.mtu;
    } catch {
      return 1500;
    }
  }

  // ---- out

  send(packet: Packet, scope: number): void {
    let way: Way;
    try {
      way = this.way(packet.to, scope, packet.from);
    } catch {
      return;
    }
    const { hops } = this.settings;
    // What says none itself has what is usual, which the bytes of a packet are written with.
    const own = packet.ttl === undefined && hops !== USUAL_HOPS && !isV6(packet.to);
    this.sendBy(own ? { ...packet, ttl: hops } : packet, way);
  }

  sendBy(packet: Packet, { out, via }: Way): void {
    if (out.loopback) {
      out.sent.packets++;
      this.enqueue({ packet, frame: null, from: out });
      return;
    }
    if (via === null && out.up) {
      // Of what goes to all, this system's own sockets hear too.
      if (isMulticast(packet.to)) this.enqueue({ packet, frame: null, from: out });
      for (const bytes of this.pieces(packet, out)) this.sendToAll(packet.to, bytes, out);
      return;
    }
    const lost = (): void => {
      const source = this.sourceOn(out, packet.to);
      if (!this.isLocal(packet.from)) {
        if (source) this.icmp.refuse(packet, UNREACHABLE.host, source);
        return;
      }
      this.icmp.refuse(packet, UNREACHABLE.host, packet.from);
    };
    for (const bytes of this.pieces(packet, out)) this.neighboursOf(out).send(via!, bytes, lost);
  }

  /** The packet as bytes, in as many pieces as the interface needs. */
  private pieces(packet: Packet, out: Interface): Uint8Array[] {
    const payload = contentBytes(packet);
    if (isV6(packet.to)) return payload.length + 40 > out.mtu ? [] : [encodePacket(packet, payload)];
    this.lastId = (this.lastId + 1) & 0xffff;
    const room = out.mtu - 20;
    if (payload.length <= room) return [encodePacket(packet, payload, this.lastId)];
    const size = room & ~7;
    const list: Uint8Array[] = [];
    for (let offset = 0; offset < payload.length; offset += size) {
      const piece = payload.subarray(offset, offset + size);
      const more = offset + size < payload.length;
      list.push(encodePacket(packet, piece, this.lastId, { offset, more }));
    }
    return list;
  }

  private sendToAll(to: Address, bytes: Uint8Array, out: Interface): void {
    const last = bytesOf(to);
    const mac = isV6(to)
      ? Uint8Array.of(0x33, 0x33, ...last.subarray(12))
      : isMulticast(to)
        ? Uint8Array.of(1, 0, 0x5e, last[1]! & 0x7f, last[2]!, last[3]!)
        : new Uint8Array(6).fill(255);
    out.transmit(ethernet(mac, out.mac, isV6(to) ? ETHERTYPE.ipv6 : ETHERTYPE.ipv4, bytes));
  }

  // ---- in

  /** A frame has come to an interface. */
  receive(from: Interface, frame: Uint8Array): void {
    this.enqueue({ packet: null, frame, from });
  }

  /** What one event leads to is done before the call that began it returns, one packet after another. */
  private enqueue(work: Work): void {
    if (this.work.length >= MOST_AT_ONCE) {
      work.from.received.dropped++;
      return;
    }
    this.work.push(work);
    if (this.busy) return;
    this.busy = true;
    try {
      for (let i = 0; i < this.work.length; i++) {
        const next = this.work[i]!;
        if (next.frame) this.frameInput(next.from, next.frame);
        else this.packetInput(next.packet!, next.from);
      }
    } finally {
      this.work.length = 0;
      this.busy = false;
    }
  }

  private show(frame: Uint8Array, from: Interface): void {
    if (this.frames.size === 0) return;
    for (const listener of [...this.frames]) {
      if (listener.index && listener.index !== from.index) continue;
      listener.deliver(frame, from);
    }
  }

  private frameInput(from: Interface, frame: Uint8Array): void {
    if (!from.up || frame.length < ETHERNET_HEADER) {
      from.received.dropped++;
      return;
    }
    from.received.packets++;
    from.received.bytes += frame.length;
    this.show(frame, from);
    if (from.master) {
      from.master.input(from, frame);
      return;
    }
    const own = frame[0]! & 1 || from.mac.every((byte, i) => byte === frame[i]);
    if (!own) return;
    const type = viewOf(frame).getUint16(12);
    const payload = frame.subarray(ETHERNET_HEADER);
    if (type === ETHERTYPE.arp) {
      this.neighboursOf(from).arpInput(payload);
      return;
    }
    if (type !== ETHERTYPE.ipv4 && type !== ETHERTYPE.ipv6) return;
    const decoded = decodePacket(payload, from.index);
    const packet = decoded && this.fragments.add(decoded);
    if (packet && isV6(packet.to) === (type === ETHERTYPE.ipv6)) this.packetInput(packet, from);
  }

  private packetInput(packet: Packet, from: Interface): void {
    const { to, protocol } = packet;
    if (from.loopback) {
      if (!from.up) return;
      from.received.packets++;
    } else if (isLoopback(packet.from) || isLoopback(to)) return;
    const broadcast = this.isBroadcast(to);
    const group = isMulticast(to);
    // An interface that has no address yet hears what is for all.
    if (!broadcast && !group && !this.isLocal(to)) {
      this.forward(packet, from);
      return;
    }
    for (const listener of [...this.raw])
      if (listener.protocol === protocol && listener.six === isV6(to)) listener.deliver(packet);
    if (protocol === PROTOCOL.tcp) {
      if (!broadcast && !group) this.tcp.input(packet);
    } else if (protocol === PROTOCOL.udp) {
      if (!this.udp.input(packet, broadcast)) this.icmp.refuse(packet, UNREACHABLE.port, to);
    } else if (protocol === PROTOCOL.icmp6 && isV6(to)) {
      const bytes = contentBytes(packet);
      const type = bytes[0] ?? 0;
      if ((type === ICMP6.solicit || type === ICMP6.advertise) && !from.loopback) {
        if (packet.ttl === 255) this.neighboursOf(from).discovery(type, packet.from, bytes.subarray(4));
      } else this.icmp.input(packet, broadcast);
    } else if (protocol === PROTOCOL.icmp && !isV6(to)) this.icmp.input(packet, broadcast || group);
  }

  /** A packet for another, where this namespace is a router. */
  private forward(packet: Packet, from: Interface): void {
    if (!this.forwarding || from.loopback || isLinkLocal(packet.to)) return;
    const ttl = (packet.ttl ?? 64) - 1;
    const own = this.sourceOn(from, packet.from);
    if (ttl <= 0) {
      if (own) this.icmp.timeExceeded(packet, own);
      return;
    }
    let way: Way;
    try {
      way = this.way(packet.to, 0, packet.from);
    } catch {
      if (own) this.icmp.refuse(packet, UNREACHABLE.network, own);
      return;
    }
    this.sendBy({ ...packet, ttl }, way);
  }

  /** The route that leads to an address, for `ip route get`. */
  routeTo(to: Address): Route | null {
    return this.routes.to(to, (index) => this.interfaces.byIndex(index)?.up === true);
  }

  /** The namespace is no more. */
  close(): void {
    for (const i of [...this.interfaces]) if (!i.loopback) this.interfaces.remove(i);
  }
}
