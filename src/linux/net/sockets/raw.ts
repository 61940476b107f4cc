/** Raw sockets (raw(7)) and ping sockets (icmp(7)). */
import { E, fail } from '../../errno.ts';
import { isAny, isV6, LOOPBACK4, LOOPBACK6 } from '../address.ts';
import type { PingHolder } from '../ip/icmp.ts';
import { ICMP, ICMP6, icmp4, icmp6 } from '../ip/icmp-messages.ts';
import { contentBytes, encodePacket, type Packet, PROTOCOL } from '../ip/packet.ts';
import { anyOf, type Ports } from '../ports.ts';
import { AF, type Endpoint, endpoint, familyOf, sockaddrOf } from '../sockaddr.ts';
import { type Caller, intOf, type Peer, type Sending, SO, SOCK } from '../socket.ts';
import type { NetStack, RawListener } from '../stack.ts';
import { IP, LEVEL } from './inet.ts';
import { MessageSocket } from './messages.ts';

const ICMP_FILTER = 1;
const LONGEST = 65_515;

abstract class AddressSocket extends MessageSocket {
  override connect(address: Uint8Array, _caller: Caller): void {
    this.remote = familyOf(address) === AF.UNSPEC ? null : this.target(address);
  }

  /** Where a message goes, and from where. */
  protected destination(to: Uint8Array | null) {
    this.failPending();
    const given = to ? this.target(to) : this.remote;
    if (!given) fail(E.DESTADDRREQ);
    const target: Endpoint = isAny(given.address)
      ? { ...given, address: isV6(given.address) ? LOOPBACK6 : LOOPBACK4 }
      : given;
    if (isV6(target.address) !== this.six) fail(E.INVAL);
    if (this.stack.isBroadcast(target.address) && !this.flag(SO.BROADCAST)) fail(E.ACCES);
    const bound = isAny(this.local.address) ? null : this.local.address;
    return { target, way: this.stack.way(target.address, target.scope || this.device, bound) };
  }
}

/** Echo requests for programs without privileges: the identifier is the socket's port. */
export class PingSocket extends AddressSocket implements PingHolder {
  readonly type = SOCK.DGRAM;
  get protocol(): number {
    return this.six ? PROTOCOL.icmp6 : PROTOCOL.icmp;
  }

  protected override get ports(): Ports<PingHolder> {
    return this.stack.icmp.ports;
  }

  deliver(message: Uint8Array, packet: Packet): void {
    this.enqueue(message, sockaddrOf(endpoint(packet.from, 0, packet.scope ?? 0), this.domain), () => []);
  }

  override send(data: Uint8Array, { to }: Sending): number {
    const { target, way } = this.destination(to);
    if (data.length < 8) fail(E.INVAL);
    if (data.length > LONGEST) fail(E.MSGSIZE);
    if (data[0] !== (this.six ? ICMP6.echo : ICMP.echo) || data[1] !== 0) fail(E.INVAL);
    if (!this.held) this.take(endpoint(anyOf(this.six), 0));
    const body = data.slice(4);
    body[0] = this.local.port >> 8;
    body[1] = this.local.port & 255;
    const content = this.six ? icmp6(data[0], 0, body, way.source, target.address) : icmp4(data[0], 0, body);
    const { protocol } = this;
    this.stack.sendBy({ from: way.source, to: target.address, protocol, content, ttl: this.ttl(target.address) }, way);
    return data.length;
  }
}

export class RawSocket extends AddressSocket implements RawListener {
  readonly type = SOCK.RAW;
  readonly protocol: number;
  /** Bits of ICMP types that are not wanted (ICMP_FILTER). */
  private filter = 0;

  constructor(stack: NetStack, domain: number, owner: Peer, protocol: number) {
    super(stack, domain, owner);
    this.protocol = protocol;
    stack.raw.add(this);
  }

  protected override get ports(): never {
    return fail(E.OPNOTSUPP);
  }

  protected override take(wanted: Endpoint): void {
    this.local = wanted;
  }

  deliver(packet: Packet): void {
    if (!isAny(this.local.address) && this.local.address !== packet.to) return;
    if (this.remote && this.remote.address !== packet.from) return;
    const content = contentBytes(packet);
    if (this.protocol === PROTOCOL.icmp && (this.filter >>> (content[0]! & 31)) & 1) return;
    // IPv4 shows its header, IPv6 does not.
    const data = this.six ? content : encodePacket(packet, content);
    this.enqueue(data, sockaddrOf(endpoint(packet.from, 0, packet.scope ?? 0), this.domain), () => []);
  }

  override send(data: Uint8Array, { to }: Sending): number {
    const { target, way } = this.destination(to);
    if (data.length > LONGEST) fail(E.MSGSIZE);
    const { protocol } = this;
    let content = data;
    if (!this.six && (this.ipOption(LEVEL.IP, IP.HDRINCL) || protocol === LEVEL.RAW)) {
      // The program has written the header itself; what the kernel fills in of it is written anew.
      const header = ((data[0] ?? 0) & 15) * 4;
      if (header < 20 || header > data.length) fail(E.INVAL);
      const packet = {
        from: way.source,
        to: target.address,
        protocol: data[9]!,
        content: data.slice(header),
        ttl: data[8]!,
      };
      this.stack.sendBy(packet, way);
      return data.length;
    }
    if (protocol === PROTOCOL.icmp6 && data.length >= 4)
      content = icmp6(data[0]!, data[1]!, data.subarray(4), way.source, target.address);
    this.stack.sendBy(
      { from: way.source, to: target.address, protocol, content: content.slice(), ttl: this.ttl(target.address) },
      way,
    );
    return data.length;
  }

  override setOption(level: number, option: number, value: Uint8Array, caller: Caller): void {
    if (level === LEVEL.RAW && option === ICMP_FILTER && this.protocol === PROTOCOL.icmp) this.filter = intOf(value);
    else if (level === LEVEL.ICMPV6 || level === LEVEL.RAW) return;
    else super.setOption(level, option, value, caller);
  }

  override close(): void {
    this.stack.raw.delete(this);
    super.close();
  }
}
