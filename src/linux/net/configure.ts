/** Changes of a namespace's network as an administrator makes them, with what follows from each. */
import { E, fail } from '../errno.ts';
import { type Address, addressOf, inPrefix, isLinkLocal, isV6, LOOPBACK4, LOOPBACK6, masked } from './address.ts';
import { ROUTE_PROTOCOL, type Route } from './ip/routes.ts';
import type { Interface, InterfaceAddress } from './link/interface.ts';
import type { NetStack } from './stack.ts';

/** Addresses of one interface, and routes of a namespace. */
const MOST_ADDRESSES = 256;
const MOST_ROUTES = 4096;

/** The link-local address of a MAC (RFC 4291, appendix A). */
const linkLocal = (mac: Uint8Array): Address =>
  addressOf(
    Uint8Array.of(0xfe, 0x80, 0, 0, 0, 0, 0, 0, mac[0]! ^ 2, mac[1]!, mac[2]!, 0xff, 0xfe, mac[3]!, mac[4]!, mac[5]!),
  );

/** The net an interface is in through an address. */
function connect(stack: NetStack, to: Interface, { address, bits }: InterfaceAddress): void {
  const net = masked(address, bits);
  if (to.loopback || bits === (isV6(address) ? 128 : 32) || stack.routes.find({ net, bits, out: to.index })) return;
  const source = isV6(address) ? null : address;
  const metric = isV6(address) ? 256 : 0;
  stack.routes.add({ net, bits, out: to.index, via: null, source, metric, protocol: ROUTE_PROTOCOL.kernel });
}

export function addAddress(
  stack: NetStack,
  to: Interface,
  {
    address,
    bits,
    broadcast = null,
    label = to.name,
  }: Pick<InterfaceAddress, 'address' | 'bits'> & Partial<InterfaceAddress>,
): void {
  if (bits < 0 || bits > (isV6(address) ? 128 : 32)) fail(E.INVAL);
  if (to.addresses.some((a) => a.address === address && a.bits === bits)) fail(E.EXIST);
  if (to.addresses.length >= MOST_ADDRESSES) fail(E.NOBUFS);
  const entry = { address, bits, broadcast, label };
  to.addresses.push(entry);
  if (to.up) connect(stack, to, entry);
}

export function removeAddress(stack: NetStack, from: Interface, address: Address, bits: number | null): void {
  const i = from.addresses.findIndex((a) => a.address === address && (bits === null || a.bits === bits));
  if (i < 0) fail(E.ADDRNOTAVAIL);
  const [gone] = from.addresses.splice(i, 1);
  const net = masked(gone!.address, gone!.bits);
  const other = from.addresses.some((a) => a.bits === gone!.bits && masked(a.address, a.bits) === net);
  stack.routes.removeWhere(
    (r) =>
      r.out === from.index &&
      (r.source === address ||
        (!other && r.protocol === ROUTE_PROTOCOL.kernel && r.net === net && r.bits === gone!.bits)),
  );
}

export function setUp(stack: NetStack, what: Interface, up: boolean): void {
  if (what.up === up) return;
  what.up = up;
  if (!up) {
    stack.forget(what);
    for (let i = what.addresses.length - 1; i >= 0; i--)
      if (isV6(what.addresses[i]!.address)) what.addresses.splice(i, 1);
    return;
  }
  const own = what.loopback
    ? [
        { address: LOOPBACK4, bits: 8 },
        { address: LOOPBACK6, bits: 128 },
      ]
    : [{ address: linkLocal(what.mac), bits: 64 }];
  for (const a of own) if (!what.addresses.some((known) => known.address === a.address)) addAddress(stack, what, a);
  for (const a of what.addresses) connect(stack, what, a);
}

/** Adds a route; its gateway has to be on a net of the interface. */
export function addRoute(
  stack: NetStack,
  {
    net,
    bits,
    via,
    out,
    source = null,
    metric,
    protocol = ROUTE_PROTOCOL.boot,
  }: Pick<Route, 'net' | 'bits' | 'via'> & Partial<Route>,
  replace = false,
): void {
  if (masked(net, bits) !== net) fail(E.INVAL);
  let index = out ?? 0;
  if (via && !index) index = stack.routeTo(via)?.out ?? fail(E.NETUNREACH);
  const to = stack.interfaces.byIndex(index) ?? fail(E.NODEV);
  if (!to.up) fail(E.NETDOWN);
  if (via) {
    const reachable =
      isLinkLocal(via) ||
      stack.routes.all().some((r) => r.out === index && r.via === null && inPrefix(via, r.net, r.bits));
    if (!reachable || stack.isLocal(via)) fail(E.NETUNREACH);
  }
  const route: Route = { net, bits, via, out: index, source, metric: metric ?? (isV6(net) ? 1024 : 0), protocol };
  const known = stack.routes.find({ net, bits, metric: route.metric });
  if (known) {
    if (!replace) fail(E.EXIST);
    stack.routes.remove(known);
  }
  if (stack.routes.all().length >= MOST_ROUTES) fail(E.NOBUFS);
  stack.routes.add(route);
}
