/** ICMP of one network namespace: answers to echoes, and what the network says of packets that did not arrive. */
import { E } from '../../errno.ts';
import { type Address, addressOf, isMulticast, isV6 } from '../address.ts';
import { type Holder, Ports } from '../ports.ts';
import { type Endpoint, endpoint } from '../sockaddr.ts';
import { ICMP, ICMP6, icmp4, icmp6 } from './icmp-messages.ts';
import { contentBytes, encodePacket, type IpLayer, type Packet, PROTOCOL } from './packet.ts';

/** Of a packet that did not arrive, so much of its content is sent back. */
const QUOTED = 8;
/** Error numbers by the code of "destination unreachable" (RFC 1122, 3.2.2.1). */
const WHY4: Readonly<Record<number, number>> = { 0: E.NETUNREACH, 1: E.HOSTUNREACH, 2: E.NOPROTOOPT, 3: E.CONNREFUSED };
const WHY6: Readonly<Record<number, number>> = { 0: E.NETUNREACH, 1: E.ACCES, 3: E.HOSTUNREACH, 4: E.CONNREFUSED };

export const UNREACHABLE = { network: 0, host: 1, protocol: 2, port: 3 } as const;

/** What a ping socket is: its identifier is its port. */
export interface PingHolder extends Holder {
  readonly six: boolean;
  deliver(message: Uint8Array, packet: Packet): void;
}

type Unreachable = (protocol: number, local: Endpoint, remote: Endpoint, code: number) => void;

export class IcmpLayer {
  readonly ports: Ports<PingHolder>;
  private readonly ip: IpLayer;
  private readonly tell: Unreachable;

  constructor(ip: IpLayer, tell: Unreachable) {
    this.ip = ip;
    this.tell = tell;
    this.ports = new Ports(ip, true);
  }

  /** Takes a message of either version. */
  input(packet: Packet, broadcast: boolean): void {
    const six = isV6(packet.to);
    const bytes = contentBytes(packet);
    if (bytes.length < 8 || broadcast) return;
    // A message whose checksum is right sums up to zero.
    const right = six
      ? icmp6(bytes[0]!, bytes[1]!, bytes.subarray(4), packet.from, packet.to)
      : icmp4(bytes[0]!, bytes[1]!, bytes.subarray(4));
    if (right[2] !== bytes[2] || right[3] !== bytes[3]) return;
    const [type, code] = [bytes[0]!, bytes[1]!];
    const echo = six ? ICMP6.echo : ICMP.echo;
    const reply = six ? ICMP6.echoReply : ICMP.echoReply;
    if (type === echo) {
      if (isMulticast(packet.to) || (!six && this.ip.settings.echoIgnored)) return;
      this.send(six, reply, 0, bytes.slice(4), packet.to, packet.from, packet.scope ?? 0);
    } else if (type === reply) {
      const id = (bytes[4]! << 8) | bytes[5]!;
      for (const holder of this.ports.at(id)) if (holder.six === six) holder.deliver(bytes, packet);
    } else if (type === (six ? ICMP6.unreachable : ICMP.unreachable)) this.quoted(six, bytes, code);
  }

  send(six: boolean, type: number, code: number, body: Uint8Array, from: Address, to: Address, scope: number): void {
    const content = six ? icmp6(type, code, body, from, to) : icmp4(type, code, body);
    this.ip.send({ from, to, protocol: six ? PROTOCOL.icmp6 : PROTOCOL.icmp, content }, scope);
  }

  /** Reads of a message which packet it speaks of. */
  private quoted(six: boolean, bytes: Uint8Array, code: number): void {
    const inner = bytes.subarray(8);
    const error = (six ? WHY6 : WHY4)[code] ?? E.HOSTUNREACH;
    const header = six ? 40 : (inner[0]! & 15) * 4;
    if (inner.length < header + 4 || inner[0]! >> 4 !== (six ? 6 : 4)) return;
    const { from, to, protocol } = addresses(inner, six);
    const [fromPort, toPort] = [
      (inner[header]! << 8) | inner[header + 1]!,
      (inner[header + 2]! << 8) | inner[header + 3]!,
    ];
    this.tell(protocol, endpoint(from, fromPort), endpoint(to, toPort), error);
  }

  /** Says to the sender of a packet that it did not get there. `code` of UNREACHABLE. */
  refuse(packet: Packet, code: number, from: Address): void {
    const six = isV6(packet.to);
    // Nothing is said of messages that say so themselves, nor of what was for many.
    if (isMulticast(packet.to) || (packet.protocol !== PROTOCOL.udp && packet.protocol !== PROTOCOL.tcp)) return;
    const content = contentBytes(packet);
    const quoted = encodePacket(packet, content.subarray(0, six ? 1000 : QUOTED));
    if (!six) new DataView(quoted.buffer).setUint16(2, 20 + content.length);
    const body = new Uint8Array(4 + quoted.length);
    body.set(quoted, 4);
    const type = six ? ICMP6.unreachable : ICMP.unreachable;
    this.send(six, type, six ? { 0: 0, 1: 3, 2: 4, 3: 4 }[code]! : code, body, from, packet.from, packet.scope ?? 0);
  }

  timeExceeded(packet: Packet, from: Address): void {
    const six = isV6(packet.to);
    const quoted = encodePacket(packet, contentBytes(packet).subarray(0, QUOTED));
    const body = new Uint8Array(4 + quoted.length);
    body.set(quoted, 4);
    this.send(six, six ? ICMP6.timeExceeded : ICMP.timeExceeded, 0, body, from, packet.from, packet.scope ?? 0);
  }
}

function addresses(inner: Uint8Array, six: boolean): { from: Address; to: Address; protocol: number } {
  const size = six ? 16 : 4;
  const at = six ? 8 : 12;
  return {
    from: addressOf(inner.subarray(at, at + size)),
    to: addressOf(inner.subarray(at + size, at + 2 * size)),
    protocol: inner[six ? 6 : 9]!,
  };
}
