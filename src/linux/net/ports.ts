/** Ports of one protocol that sockets hold, and who may hold one beside another (socket(7), SO_REUSEADDR, SO_REUSEPORT). */
import { E, fail } from '../errno.ts';
import { type Address, ANY4, ANY6, isAny, isV6 } from './address.ts';
import { type NetHost, randomBelow } from './host.ts';
import type { IpLayer } from './ip/packet.ts';
import type { NetSettings } from './settings.ts';

/** A socket's hold on a port. */
export interface Holder {
  local: { readonly address: Address; readonly port: number };
  /** IPv6 only: `::` is not 0.0.0.0 too. */
  readonly v6Only: boolean;
  readonly reuseAddress: boolean;
  readonly reusePort: boolean;
  readonly uid: number;
  /** TCP: a listener lets nobody beside it, unless both reuse the port. */
  readonly listening: boolean;
}

/** Whether some packet could be for both. */
function overlap(a: Address, aV6Only: boolean, b: Address, bV6Only: boolean): boolean {
  if (isV6(a) === isV6(b)) return a === b || isAny(a) || isAny(b);
  return (a === ANY6 && !aV6Only) || (b === ANY6 && !bV6Only && a !== ANY6);
}

export class Ports<H extends Holder> {
  private readonly byPort = new Map<number, Set<H>>();
  private readonly host: NetHost;
  private readonly settings: NetSettings;
  /** Two may hold one address with SO_REUSEADDR alone, whoever they are (UDP). */
  private readonly shared: boolean;

  constructor({ host, settings }: Pick<IpLayer, 'host' | 'settings'>, shared: boolean) {
    this.host = host;
    this.settings = settings;
    this.shared = shared;
  }

  at(port: number): Iterable<H> {
    return this.byPort.get(port) ?? [];
  }

  *all(): Iterable<H> {
    for (const set of this.byPort.values()) yield* set;
  }

  private conflicts(one: Holder, other: Holder): boolean {
    if (!overlap(one.local.address, one.v6Only, other.local.address, other.v6Only)) return false;
    if (one.reusePort && other.reusePort && one.uid === other.uid) return false;
    return !(one.reuseAddress && other.reuseAddress && (this.shared || !(one.listening || other.listening)));
  }

  free(holder: Holder, except: H | null = null): boolean {
    for (const other of this.at(holder.local.port)) if (other !== except && this.conflicts(holder, other)) return false;
    return true;
  }

  /** Enters a holder; EADDRINUSE where another is in its way. */
  hold(holder: H): void {
    if (!this.free(holder)) fail(E.ADDRINUSE);
    const { port } = holder.local;
    let set = this.byPort.get(port);
    if (!set) {
      set = new Set();
      this.byPort.set(port, set);
    }
    set.add(holder);
  }

  release(holder: H): void {
    const set = this.byPort.get(holder.local.port);
    set?.delete(holder);
    if (set?.size === 0) this.byPort.delete(holder.local.port);
  }

  /** A port of the kernel's choice that `usable` agrees with; EADDRINUSE where none is left. */
  choose(usable: (port: number) => boolean): number {
    const { firstPort, lastPort } = this.settings;
    const count = lastPort - firstPort + 1;
    const start = randomBelow(this.host, count);
    for (let i = 0; i < count; i++) {
      const port = firstPort + ((start + i) % count);
      if (usable(port)) return port;
    }
    return fail(E.ADDRINUSE);
  }
}

export const anyOf = (six: boolean): Address => (six ? ANY6 : ANY4);
