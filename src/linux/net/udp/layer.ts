/** UDP of one network namespace: whom a datagram is for. */
import { type Address, isAny, isMulticast, isV6 } from '../address.ts';
import type { IpLayer, Packet } from '../ip/packet.ts';
import { type Holder, Ports } from '../ports.ts';
import type { Endpoint } from '../sockaddr.ts';
import { Datagram } from './datagram.ts';

/** What a socket is to UDP. */
export interface UdpHolder extends Holder {
  /** The only one it hears, where it is connected. */
  readonly remote: Endpoint | null;
  deliver(datagram: Datagram, packet: Packet): void;
  unreachable(code: number): void;
}

export class UdpLayer {
  readonly ports: Ports<UdpHolder>;

  constructor(ip: IpLayer) {
    this.ports = new Ports(ip, true);
  }

  /** How well a socket fits: higher is nearer; 0: not at all. */
  private static fit(holder: UdpHolder, to: Address, from: Address, fromPort: number, group: boolean): number {
    const { local, remote, v6Only } = holder;
    if (isAny(local.address)) {
      if (isV6(local.address) !== isV6(to) && (!isV6(local.address) || v6Only)) return 0;
    } else if (local.address !== to && !group) return 0;
    if (remote && (remote.port !== fromPort || remote.address !== from)) return 0;
    return 1 + (isAny(local.address) ? 0 : 1) + (remote ? 2 : 0);
  }

  /** False: nobody is there. `broadcast`: all that fit get it. */
  input(packet: Packet, broadcast: boolean): boolean {
    const { content, from, to } = packet;
    const datagram = content instanceof Datagram ? content : Datagram.decode(content as Uint8Array, from, to);
    if (!datagram) return true;
    const group = broadcast || isMulticast(to);
    let best: UdpHolder | null = null;
    let fit = 0;
    for (const holder of this.ports.at(datagram.toPort)) {
      const here = UdpLayer.fit(holder, to, from, datagram.fromPort, group);
      if (group && here) holder.deliver(datagram, packet);
      else if (here > fit) {
        fit = here;
        best = holder;
      }
    }
    if (group) return true;
    best?.deliver(datagram, packet);
    return best !== null;
  }

  /** What was sent from `local` to `remote` did not get there. */
  unreachable(local: Endpoint, remote: Endpoint, code: number): void {
    for (const holder of this.ports.at(local.port))
      if (holder.remote && holder.remote.port === remote.port && holder.remote.address === remote.address)
        holder.unreachable(code);
  }
}
