/** RTM_*LINK of rtnetlink(7): interfaces told, made, changed, moved, removed. */
import { E, fail } from '../../errno.ts';
import { setUp } from '../configure.ts';
import { Bridge } from '../link/bridge.ts';
import { checkName, IFF, type Interface } from '../link/interface.ts';
import { CableEnd } from '../link/veth.ts';
import type { Caller } from '../socket.ts';
import type { NetStack } from '../stack.ts';
import { Attributes, attribute, FLAG, fixed, type Message } from './message.ts';

const IFINFO = 16;
const IFLA = {
  ADDRESS: 1,
  BROADCAST: 2,
  IFNAME: 3,
  MTU: 4,
  LINK: 5,
  QDISC: 6,
  MASTER: 10,
  TXQLEN: 13,
  OPERSTATE: 16,
  LINKMODE: 17,
  LINKINFO: 18,
  NET_NS_PID: 19,
  STATS64: 23,
  GROUP: 27,
  NET_NS_FD: 28,
  CARRIER: 33,
} as const;
const INFO = { KIND: 1, DATA: 2 } as const;
const VETH_PEER = 1;
const OPER = { UNKNOWN: 0, DOWN: 2, UP: 6 } as const;
const MTU = { least: 68, most: 65_536 } as const;

/** What RTM_NEWLINK says of an interface, after the header. */
export function describeLink(on: Interface): Uint8Array[] {
  const head = new DataView(new ArrayBuffer(IFINFO));
  head.setUint16(2, on.hardware, true);
  head.setInt32(4, on.index, true);
  head.setUint32(8, on.flags, true);
  const stats = new DataView(new ArrayBuffer(24 * 8));
  const counts = [
    on.received.packets,
    on.sent.packets,
    on.received.bytes,
    on.sent.bytes,
    0,
    0,
    on.received.dropped,
    on.sent.dropped,
  ];
  counts.forEach((n, i) => {
    stats.setBigUint64(i * 8, BigInt(n), true);
  });
  const { carrier } = on;
  const state = on.loopback ? OPER.UNKNOWN : on.running ? OPER.UP : OPER.DOWN;
  const parts = [
    new Uint8Array(head.buffer),
    attribute(IFLA.IFNAME, on.name),
    attribute(IFLA.TXQLEN, 1000),
    attribute(IFLA.OPERSTATE, Uint8Array.of(state)),
    attribute(IFLA.LINKMODE, Uint8Array.of(0)),
    attribute(IFLA.MTU, on.mtu),
    attribute(IFLA.GROUP, 0),
    attribute(IFLA.CARRIER, Uint8Array.of(on.running ? 1 : 0)),
    attribute(IFLA.QDISC, 'noqueue'),
    attribute(IFLA.STATS64, new Uint8Array(stats.buffer)),
    attribute(IFLA.ADDRESS, on.mac),
    attribute(IFLA.BROADCAST, new Uint8Array(6).fill(on.loopback ? 0 : 255)),
  ];
  if (carrier instanceof CableEnd && carrier.peer) parts.push(attribute(IFLA.LINK, carrier.peer.index));
  if (on.master) parts.push(attribute(IFLA.MASTER, on.master.index));
  if (carrier.kind === 'veth' || carrier.kind === 'bridge')
    parts.push(attribute(IFLA.LINKINFO, attribute(INFO.KIND, carrier.kind)));
  return parts;
}

/** The interface a message speaks of, by number or name; null: none. */
export function linkOf(stack: NetStack, { body }: Message): Interface | null {
  const head = fixed(body, IFINFO);
  const index = head.getInt32(4, true);
  const name = new Attributes(body.subarray(IFINFO)).text(IFLA.IFNAME);
  if (index) return stack.interfaces.byIndex(index);
  return name ? stack.interfaces.byName(name) : null;
}

/** The namespace an attribute chooses, or the present one. */
function stackFor(stack: NetStack, attributes: Attributes, caller: Caller): NetStack {
  const pid = attributes.number(IFLA.NET_NS_PID);
  const fd = attributes.number(IFLA.NET_NS_FD);
  if (pid !== null) return caller.network('pid', pid);
  return fd !== null ? caller.network('fd', fd) : stack;
}

function make(stack: NetStack, attributes: Attributes, caller: Caller): Interface {
  const info = new Attributes(attributes.get(IFLA.LINKINFO) ?? new Uint8Array(0));
  const kind = info.text(INFO.KIND) ?? fail(E.NODEV);
  const { interfaces } = stack;
  const name = attributes.text(IFLA.IFNAME) ?? interfaces.freeName(kind === 'bridge' ? 'br' : 'veth');
  if (kind === 'bridge') return interfaces.addBridge(name);
  if (kind !== 'veth') return fail(E.OPNOTSUPP);
  const data = new Attributes(info.get(INFO.DATA) ?? new Uint8Array(0)).get(VETH_PEER);
  const peer = new Attributes(data && data.length >= IFINFO ? data.subarray(IFINFO) : new Uint8Array(0));
  const other = stackFor(stack, peer, caller).interfaces;
  const otherName =
    peer.text(IFLA.IFNAME) ?? (other === interfaces && name === 'veth0' ? 'veth1' : other.freeName('veth'));
  const [made, end] = interfaces.addPair(name, other, otherName);
  const mac = peer.get(IFLA.ADDRESS);
  if (mac?.length === 6) end.mac = mac.slice();
  return made;
}

/** RTM_NEWLINK, RTM_SETLINK. */
export function changeLink(stack: NetStack, message: Message, caller: Caller): void {
  const head = fixed(message.body, IFINFO);
  const attributes = new Attributes(message.body.subarray(IFINFO));
  const known = linkOf(stack, message);
  if (known && message.flags & FLAG.EXCL && message.flags & FLAG.CREATE) fail(E.EXIST);
  if (!known && !(message.flags & FLAG.CREATE)) fail(E.NODEV);
  let on = known ?? make(stack, attributes, caller);
  const target = stackFor(stack, attributes, caller);
  if (target !== stack) on = stack.interfaces.move(on, target.interfaces);
  const mac = attributes.get(IFLA.ADDRESS);
  if (mac) {
    if (mac.length !== 6 || on.loopback) fail(E.INVAL);
    on.mac = mac.slice();
  }
  const mtu = attributes.number(IFLA.MTU);
  if (mtu !== null) {
    if (mtu < MTU.least || mtu > MTU.most) fail(E.INVAL);
    on.mtu = mtu;
  }
  const name = attributes.text(IFLA.IFNAME);
  if (name && name !== on.name) {
    if (on.up) fail(E.BUSY);
    if (target.interfaces.byName(checkName(name))) fail(E.EXIST);
    on.name = name;
  }
  const master = attributes.number(IFLA.MASTER);
  if (master !== null) join(target, on, master);
  const change = head.getUint32(12, true);
  const flags = head.getUint32(8, true);
  // Old programs leave the mask empty.
  if (change & IFF.UP || (change === 0 && flags & IFF.UP)) setUp(target, on, (flags & IFF.UP) !== 0);
  if (change & IFF.PROMISC) on.promiscuous = (flags & IFF.PROMISC) !== 0;
}

/** Makes an interface a port of a bridge; 0: of none. */
function join(stack: NetStack, port: Interface, index: number): void {
  const bridgeOf = (i: number): Bridge => {
    const carrier = stack.interfaces.byIndex(i)?.carrier;
    return carrier instanceof Bridge ? carrier : fail(E.INVAL);
  };
  if (port.master) bridgeOf(port.master.index).remove(port);
  if (index === 0) return;
  if (port.loopback || port.carrier instanceof Bridge) fail(E.INVAL);
  bridgeOf(index).add(port);
}

/** RTM_DELLINK. */
export function removeLink(stack: NetStack, message: Message): void {
  const on = linkOf(stack, message) ?? fail(E.NODEV);
  if (on.carrier.kind === 'wire') fail(E.OPNOTSUPP);
  stack.interfaces.remove(on);
}
