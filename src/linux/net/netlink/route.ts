/** rtnetlink(7): addresses, routes and neighbours told and changed; which message is served by what. */
import { E, fail } from '../../errno.ts';
import { type Address, ANY4, ANY6, addressOf, bytesOf, isLinkLocal, isLoopback, isV6 } from '../address.ts';
import { addAddress, addRoute, removeAddress } from '../configure.ts';
import type { Route } from '../ip/routes.ts';
import type { Interface, InterfaceAddress } from '../link/interface.ts';
import { AF } from '../sockaddr.ts';
import type { Caller } from '../socket.ts';
import type { NetStack } from '../stack.ts';
import { changeLink, describeLink, linkOf, removeLink } from './link.ts';
import { Attributes, attribute, FLAG, fixed, type Message } from './message.ts';

const RTM = {
  NEWLINK: 16,
  DELLINK: 17,
  GETLINK: 18,
  SETLINK: 19,
  NEWADDR: 20,
  DELADDR: 21,
  GETADDR: 22,
  NEWROUTE: 24,
  DELROUTE: 25,
  GETROUTE: 26,
  NEWNEIGH: 28,
  DELNEIGH: 29,
  GETNEIGH: 30,
  GETRULE: 34,
} as const;
const IFA = { ADDRESS: 1, LOCAL: 2, LABEL: 3, BROADCAST: 4, CACHEINFO: 6, FLAGS: 8 } as const;
const RTA = { DST: 1, OIF: 4, GATEWAY: 5, PRIORITY: 6, PREFSRC: 7, TABLE: 15 } as const;
const NDA = { DST: 1, LLADDR: 2 } as const;
const SCOPE = { universe: 0, link: 253, host: 254 } as const;
const TABLE = { main: 254, local: 255 } as const;
const KIND = { unicast: 1, local: 2 } as const;
const NUD = { INCOMPLETE: 1, REACHABLE: 2, PERMANENT: 0x80 } as const;
const PERMANENT_ADDRESS = 0x80;
const FOREVER = new Uint8Array(16).fill(255, 0, 8);
const FIXED = { address: 8, route: 12, neighbour: 12 } as const;

/** One message of an answer. */
export interface Answer {
  readonly type: number;
  readonly parts: readonly Uint8Array[];
}

const familyOf = (address: Address): number => (isV6(address) ? AF.INET6 : AF.INET);
const wanted = (family: number, address: Address): boolean => family === AF.UNSPEC || family === familyOf(address);
export const dumps = ({ flags }: Message): boolean => (flags & (FLAG.ROOT | FLAG.MATCH)) !== 0;

/** An address of an attribute; EINVAL where its length is not that of the family. */
function addressIn(value: Uint8Array | null, family: number): Address | null {
  if (!value) return null;
  if (value.length !== (family === AF.INET6 ? 16 : 4)) fail(E.INVAL);
  return addressOf(value);
}

function describeAddress(on: Interface, { address, bits, broadcast, label }: InterfaceAddress): Answer {
  const scope = isLoopback(address) ? SCOPE.host : isLinkLocal(address) ? SCOPE.link : SCOPE.universe;
  const head = new Uint8Array(FIXED.address);
  head.set([familyOf(address), bits, PERMANENT_ADDRESS, scope]);
  new DataView(head.buffer).setUint32(4, on.index, true);
  const parts = [head, attribute(IFA.ADDRESS, bytesOf(address))];
  if (!isV6(address)) parts.push(attribute(IFA.LOCAL, bytesOf(address)));
  if (broadcast) parts.push(attribute(IFA.BROADCAST, bytesOf(broadcast)));
  if (!isV6(address)) parts.push(attribute(IFA.LABEL, label));
  parts.push(attribute(IFA.FLAGS, PERMANENT_ADDRESS), attribute(IFA.CACHEINFO, FOREVER));
  return { type: RTM.NEWADDR, parts };
}

function describeRoute({ net, bits, out, via, source, metric, protocol }: Route, kind: number = KIND.unicast): Answer {
  const head = new Uint8Array(FIXED.route);
  const scope = via || isV6(net) ? SCOPE.universe : kind === KIND.local ? SCOPE.host : SCOPE.link;
  const table = kind === KIND.local ? TABLE.local : TABLE.main;
  head.set([familyOf(net), bits, 0, 0, table, protocol, scope, kind]);
  const parts = [head, attribute(RTA.TABLE, table)];
  if (bits) parts.push(attribute(RTA.DST, bytesOf(net)));
  if (metric) parts.push(attribute(RTA.PRIORITY, metric));
  if (source) parts.push(attribute(RTA.PREFSRC, bytesOf(source)));
  if (via) parts.push(attribute(RTA.GATEWAY, bytesOf(via)));
  parts.push(attribute(RTA.OIF, out));
  return { type: RTM.NEWROUTE, parts };
}

function changeAddress(stack: NetStack, { body, flags, type }: Message): void {
  const head = fixed(body, FIXED.address);
  const family = head.getUint8(0);
  if (family !== AF.INET && family !== AF.INET6) fail(E.OPNOTSUPP);
  const attributes = new Attributes(body.subarray(FIXED.address));
  const address = addressIn(attributes.get(IFA.LOCAL) ?? attributes.get(IFA.ADDRESS), family) ?? fail(E.INVAL);
  const on = stack.interfaces.byIndex(head.getUint32(4, true)) ?? fail(E.NODEV);
  const bits = head.getUint8(1);
  if (type === RTM.DELADDR) {
    removeAddress(stack, on, address, bits || null);
    return;
  }
  const broadcast = addressIn(attributes.get(IFA.BROADCAST), family);
  const same = on.addresses.some((a) => a.address === address && a.bits === bits);
  if (same && flags & FLAG.REPLACE && !(flags & FLAG.EXCL)) return;
  addAddress(stack, on, { address, bits, broadcast, label: attributes.text(IFA.LABEL) ?? on.name });
}

function changeRoute(stack: NetStack, { body, flags, type }: Message): void {
  const head = fixed(body, FIXED.route);
  const family = head.getUint8(0);
  if (family !== AF.INET && family !== AF.INET6) fail(E.OPNOTSUPP);
  const attributes = new Attributes(body.subarray(FIXED.route));
  const bits = head.getUint8(1);
  const net = addressIn(attributes.get(RTA.DST), family) ?? (family === AF.INET6 ? ANY6 : ANY4);
  const via = addressIn(attributes.get(RTA.GATEWAY), family);
  const out = attributes.number(RTA.OIF) ?? 0;
  const metric = attributes.number(RTA.PRIORITY);
  if (type === RTM.DELROUTE) {
    const known = stack.routes.find({ net, bits, via, out, ...(metric === null ? {} : { metric }) });
    stack.routes.remove(known ?? fail(E.SRCH));
    return;
  }
  const source = addressIn(attributes.get(RTA.PREFSRC), family);
  const route = { net, bits, via, out, source, protocol: head.getUint8(5), ...(metric === null ? {} : { metric }) };
  addRoute(stack, route, (flags & FLAG.REPLACE) !== 0);
}

function tellRoutes(stack: NetStack, message: Message): Answer[] {
  const { body } = message;
  const family = body[0] ?? 0;
  if (dumps(message)) {
    const table = body.length >= FIXED.route ? body[4]! : 0;
    if (table === TABLE.local) return [];
    return stack.routes
      .all()
      .filter((r) => wanted(family, r.net))
      .map((r) => describeRoute(r));
  }
  fixed(body, FIXED.route);
  const to = addressIn(new Attributes(body.subarray(FIXED.route)).get(RTA.DST), family) ?? fail(E.INVAL);
  const way = stack.way(to);
  const bits = isV6(to) ? 128 : 32;
  const via = way.via !== to && !way.out.loopback ? way.via : null;
  const kind = way.out.loopback ? KIND.local : KIND.unicast;
  return [describeRoute({ net: to, bits, out: way.out.index, via, source: way.source, metric: 0, protocol: 0 }, kind)];
}

function tellNeighbours(stack: NetStack, { body }: Message): Answer[] {
  const family = body[0] ?? 0;
  return [...stack.interfaces].flatMap((on) =>
    [...stack.neighboursOf(on).entries].flatMap(([address, { mac, until }]): Answer[] => {
      if (!wanted(family, address)) return [];
      const head = new DataView(new ArrayBuffer(FIXED.neighbour));
      head.setUint8(0, familyOf(address));
      head.setInt32(4, on.index, true);
      const state = mac === null ? NUD.INCOMPLETE : Number.isFinite(until) ? NUD.REACHABLE : NUD.PERMANENT;
      head.setUint16(8, state, true);
      head.setUint8(11, KIND.unicast);
      const parts = [new Uint8Array(head.buffer), attribute(NDA.DST, bytesOf(address))];
      if (mac) parts.push(attribute(NDA.LLADDR, mac));
      return [{ type: RTM.NEWNEIGH, parts }];
    }),
  );
}

function changeNeighbour(stack: NetStack, { body, type }: Message): void {
  const head = fixed(body, FIXED.neighbour);
  const attributes = new Attributes(body.subarray(FIXED.neighbour));
  const address = addressIn(attributes.get(NDA.DST), head.getUint8(0)) ?? fail(E.INVAL);
  const on = stack.interfaces.byIndex(head.getInt32(4, true)) ?? fail(E.NODEV);
  const mac = attributes.get(NDA.LLADDR);
  const neighbours = stack.neighboursOf(on);
  if (type === RTM.DELNEIGH) {
    if (!neighbours.remove(address)) fail(E.NOENT);
  } else neighbours.set(address, mac?.length === 6 ? mac.slice() : fail(E.INVAL));
}

const tellAddresses = (stack: NetStack, { body }: Message): Answer[] =>
  [...stack.interfaces].flatMap((on) =>
    on.addresses.filter((a) => wanted(body[0] ?? 0, a.address)).map((a) => describeAddress(on, a)),
  );

function tellLinks(stack: NetStack, message: Message): Answer[] {
  const some = dumps(message) ? [...stack.interfaces] : [linkOf(stack, message) ?? fail(E.NODEV)];
  return some.map((on) => ({ type: RTM.NEWLINK, parts: describeLink(on) }));
}

type Row =
  | { readonly tell: (stack: NetStack, message: Message) => Answer[] }
  | { readonly change: (stack: NetStack, message: Message, caller: Caller) => void };

/** Who serves a message; what changes anything wants CAP_NET_ADMIN. */
const TABLE_OF: Readonly<Record<number, Row>> = {
  [RTM.GETLINK]: { tell: tellLinks },
  [RTM.NEWLINK]: { change: changeLink },
  [RTM.SETLINK]: { change: changeLink },
  [RTM.DELLINK]: { change: removeLink },
  [RTM.GETADDR]: { tell: tellAddresses },
  [RTM.NEWADDR]: { change: changeAddress },
  [RTM.DELADDR]: { change: changeAddress },
  [RTM.GETROUTE]: { tell: tellRoutes },
  [RTM.NEWROUTE]: { change: changeRoute },
  [RTM.DELROUTE]: { change: changeRoute },
  [RTM.GETNEIGH]: { tell: tellNeighbours },
  [RTM.NEWNEIGH]: { change: changeNeighbour },
  [RTM.DELNEIGH]: { change: changeNeighbour },
  [RTM.GETRULE]: { tell: () => [] },
};

/** Serves a request; the messages it is answered with. */
export function serveRoute(stack: NetStack, message: Message, caller: Caller): readonly Answer[] {
  const row = TABLE_OF[message.type] ?? fail(E.OPNOTSUPP);
  if ('tell' in row) return row.tell(stack, message);
  if (!caller.can('net_admin')) fail(E.PERM);
  row.change(stack, message, caller);
  return [];
}
