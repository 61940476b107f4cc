/** Where packets go: the routes of a namespace, the longest prefix first (ip-route(8)). */
import { type Address, inPrefix, isV6 } from '../address.ts';

/** rtm_protocol of rtnetlink(7). */
export const ROUTE_PROTOCOL = { kernel: 2, boot: 3, static: 4 } as const;

export interface Route {
  readonly net: Address;
  readonly bits: number;
  /** Index of the interface. */
  readonly out: number;
  readonly via: Address | null;
  /** Address to send from, where the sender chose none. */
  readonly source: Address | null;
  readonly metric: number;
  readonly protocol: number;
}

export class Routes {
  /** Longest prefix first, then least metric. */
  private list: Route[] = [];

  all(): readonly Route[] {
    return this.list;
  }

  find({ net, bits, via, out, metric }: Pick<Route, 'net' | 'bits'> & Partial<Route>): Route | null {
    return (
      this.list.find(
        (r) =>
          r.net === net &&
          r.bits === bits &&
          (via == null || r.via === via) &&
          (!out || r.out === out) &&
          (metric === undefined || r.metric === metric),
      ) ?? null
    );
  }

  add(route: Route): void {
    this.list.push(route);
    this.list.sort((a, b) => b.bits - a.bits || a.metric - b.metric);
  }

  remove(route: Route): void {
    this.list = this.list.filter((r) => r !== route);
  }

  removeWhere(gone: (route: Route) => boolean): void {
    this.list = this.list.filter((r) => !gone(r));
  }

  /** The route to an address through an interface that `usable` agrees with. */
  to(address: Address, usable: (out: number) => boolean): Route | null {
    const six = isV6(address);
    return this.list.find((r) => isV6(r.net) === six && inPrefix(address, r.net, r.bits) && usable(r.out)) ?? null;
  }
}
