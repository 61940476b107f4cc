/** UDP sockets (udp(7)). */
import { E, fail } from '../../errno.ts';
import { ANY4, bytesOf, isAny, isMulticast, isV6, LOOPBACK4, LOOPBACK6, wide } from '../address.ts';
import { type Packet, PROTOCOL } from '../ip/packet.ts';
import { anyOf, type Ports } from '../ports.ts';
import { AF, type Endpoint, endpoint, endpointOf, familyOf, sockaddrOf } from '../sockaddr.ts';
import { type Caller, type Control, type Sending, SO, SOCK } from '../socket.ts';
import { Datagram, LONGEST_DATAGRAM } from '../udp/datagram.ts';
import type { UdpHolder } from '../udp/layer.ts';
import { IP, IPV6, LEVEL } from './inet.ts';
import { MessageSocket } from './messages.ts';

export class DatagramSocket extends MessageSocket implements UdpHolder {
  readonly type = SOCK.DGRAM;
  readonly protocol = PROTOCOL.udp;

  protected override get ports(): Ports<UdpHolder> {
    return this.stack.udp.ports;
  }

  deliver({ data, fromPort }: Datagram, packet: Packet): void {
    if (this.device && packet.scope && packet.scope !== this.device) return;
    const from = sockaddrOf(endpoint(packet.from, fromPort, packet.scope ?? 0), this.domain);
    this.enqueue(data, from, () => this.controlOf(packet));
  }

  /** What the program asked to be told beside the data: IP_PKTINFO, IP_RECVTTL and so on. */
  private controlOf(packet: Packet): Control[] {
    const list: Control[] = [];
    const int = (n: number): Uint8Array => new Uint8Array(Int32Array.of(n).buffer);
    if (!this.six) {
      if (this.ipOption(LEVEL.IP, IP.PKTINFO)) {
        const data = Uint8Array.of(
          ...int(packet.scope || this.stack.interfaces.loopback.index),
          ...bytesOf(packet.to),
          ...bytesOf(packet.to),
        );
        list.push({ level: LEVEL.IP, type: IP.PKTINFO, data });
      }
      if (this.ipOption(LEVEL.IP, IP.RECVTTL))
        list.push({ level: LEVEL.IP, type: IP.TTL, data: int(packet.ttl ?? 64) });
      if (this.ipOption(LEVEL.IP, IP.RECVTOS))
        list.push({ level: LEVEL.IP, type: IP.TOS, data: Uint8Array.of(packet.tos ?? 0) });
    } else {
      if (this.ipOption(LEVEL.IPV6, IPV6.RECVPKTINFO))
        list.push({
          level: LEVEL.IPV6,
          type: IPV6.PKTINFO,
          data: Uint8Array.of(...wide(packet.to), ...int(packet.scope || this.stack.interfaces.loopback.index)),
        });
      if (this.ipOption(LEVEL.IPV6, IPV6.RECVHOPLIMIT))
        list.push({ level: LEVEL.IPV6, type: 52, data: int(packet.ttl ?? 64) });
    }
    return list;
  }

  override connect(address: Uint8Array, _caller: Caller): void {
    if (familyOf(address) === AF.UNSPEC) {
      this.remote = null;
      if (!this.named) {
        this.giveUp();
        this.local = endpoint(anyOf(this.six), 0);
      }
      return;
    }
    const to = this.reachable(this.target(address));
    if (to.address === '255.255.255.255' && !this.flag(SO.BROADCAST)) fail(E.ACCES);
    const way = this.stack.way(to.address, to.scope || this.device, this.local.address);
    if (!this.held) this.take(endpoint(way.source, 0));
    else if (isAny(this.local.address)) this.local = endpoint(way.source, this.local.port);
    this.remote = to;
  }

  /** Bound by the program, not by its first use. */
  private named = false;

  override bind(address: Uint8Array, caller: Caller): void {
    super.bind(address, caller);
    this.named = true;
  }

  private reachable(to: Endpoint): Endpoint {
    if (!isAny(to.address)) return to;
    return { ...to, address: isV6(to.address) ? LOOPBACK6 : LOOPBACK4 };
  }

  /** Where a datagram goes; IPv6 sockets take addresses of IPv4 as they are, too. */
  private destination(to: Uint8Array): Endpoint | null {
    const family = familyOf(to);
    if (family === AF.UNSPEC) return this.remote;
    return this.reachable(this.six && family === AF.INET && !this.v6Only ? endpointOf(to, AF.INET) : this.target(to));
  }

  override send(data: Uint8Array, { to, control }: Sending): number {
    this.failPending();
    if (this.sendShut) fail(E.PIPE);
    if (!this.held) this.take(endpoint(anyOf(this.six), 0));
    const target = to ? this.destination(to) : this.remote;
    if (!target) fail(E.DESTADDRREQ);
    if (target.port === 0) fail(E.INVAL);
    if (data.length > LONGEST_DATAGRAM) fail(E.MSGSIZE);
    const chosen = this.chosenSource(control);
    const scope = target.scope || chosen.device || this.device || (isMulticast(target.address) ? this.groups.out : 0);
    const bound = chosen.source ?? (isAny(this.local.address) ? null : this.local.address);
    if (bound && isV6(bound) !== isV6(target.address)) fail(E.NETUNREACH);
    if (this.stack.isBroadcast(target.address) && !this.flag(SO.BROADCAST)) fail(E.ACCES);
    const way = this.stack.way(target.address, scope, bound);
    if (isV6(target.address) && !way.out.loopback && data.length + 48 > way.out.mtu) fail(E.MSGSIZE);
    this.stack.sendBy(
      {
        from: way.source,
        to: target.address,
        protocol: PROTOCOL.udp,
        content: new Datagram(this.local.port, target.port, data),
        ttl: this.ttl(target.address),
        scope: way.out.loopback ? 0 : way.out.index,
      },
      way,
    );
    return data.length;
  }

  /** The source a control message chooses (IP_PKTINFO, IPV6_PKTINFO). */
  private chosenSource(control: readonly Control[]): { source: string | null; device: number } {
    for (const { level, type, data } of control) {
      const view = new DataView(data.buffer, data.byteOffset, data.length);
      if (level === LEVEL.IP && type === IP.PKTINFO && data.length >= 12) {
        const source = data.subarray(4, 8).join('.');
        return { device: view.getInt32(0, true), source: source === ANY4 ? null : source };
      }
      if (level === LEVEL.IPV6 && type === IPV6.PKTINFO && data.length >= 20)
        return { device: view.getInt32(16, true), source: null };
    }
    return { source: null, device: 0 };
  }
}
