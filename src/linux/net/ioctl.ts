/** Interfaces and routes by ioctl (netdevice(7)), as ifconfig, route and brctl use them. */
import { u32 } from '../../abi/bytes.ts';
import { E, fail } from '../errno.ts';
import type { IoctlArgument } from '../vfs/file.ts';
import { type Address, addressOf, bytesOf, isV6, masked } from './address.ts';
import { addAddress, addRoute, removeAddress, setUp } from './configure.ts';
import { Bridge } from './link/bridge.ts';
import { checkName, IFF, type Interface, type InterfaceAddress } from './link/interface.ts';
import { AF, endpoint, endpointOf, sockaddrOf } from './sockaddr.ts';
import type { NetStack } from './stack.ts';

const NAME = 16;
const REQUEST = 40;
const MTU = { least: 68, most: 65_536 } as const;
const RTF_GATEWAY = 2;
const RTF_HOST = 4;

/** One request on an interface: reads or changes struct ifreq after its name. */
interface Row {
  readonly changes?: true;
  /** Returns what is written behind the name; null: nothing is. */
  serve(stack: NetStack, on: Interface, value: Uint8Array): Uint8Array | null;
}

const v4 = (on: Interface): InterfaceAddress => on.first(false) ?? fail(E.ADDRNOTAVAIL);
const sockaddr = (address: Address): Uint8Array => sockaddrOf(endpoint(address, 0), AF.INET);
const addressIn = (value: Uint8Array): Address => endpointOf(value.subarray(0, 16), AF.INET).address;
const maskOf = (bits: number): Address => masked('255.255.255.255', bits);
const bitsOf = (mask: Address): number => {
  const bits = bytesOf(mask).reduce((n, byte) => n + byte.toString(2).replace(/0/g, '').length, 0);
  return maskOf(bits) === mask ? bits : fail(E.INVAL);
};
/** The prefix an address has by its class, where nothing else is said. */
const classBits = (address: Address): number => {
  const first = bytesOf(address)[0]!;
  return first < 128 ? 8 : first < 192 ? 16 : 24;
};

function replaceAddress(stack: NetStack, on: Interface, change: Partial<InterfaceAddress>): void {
  const old = on.first(false);
  if (!old) fail(E.ADDRNOTAVAIL);
  removeAddress(stack, on, old.address, old.bits);
  addAddress(stack, on, { ...old, ...change });
}

const hardware = (on: Interface): Uint8Array =>
  Uint8Array.of(on.hardware & 255, on.hardware >> 8, ...on.mac, ...new Uint8Array(8));

const ROWS: Readonly<Record<number, Row>> = {
  // SIOCGIFFLAGS, SIOCSIFFLAGS
  35091: { serve: (_s, on) => Uint8Array.of(on.flags & 255, (on.flags >> 8) & 255) },
  35092: {
    changes: true,
    serve: (stack, on, value) => {
      const flags = value[0]! | (value[1]! << 8);
      on.promiscuous = (flags & IFF.PROMISC) !== 0;
      setUp(stack, on, (flags & IFF.UP) !== 0);
      return null;
    },
  },
  // SIOCGIFADDR, SIOCSIFADDR
  35093: { serve: (_s, on) => sockaddr(v4(on).address) },
  35094: {
    changes: true,
    serve: (stack, on, value) => {
      const address = addressIn(value);
      for (const old of on.addresses.filter((a) => !isV6(a.address))) removeAddress(stack, on, old.address, old.bits);
      const bits = on.loopback ? 8 : classBits(address);
      if (address !== '0.0.0.0')
        addAddress(stack, on, { address, bits, broadcast: on.loopback ? null : masked(address, bits, 1) });
      return null;
    },
  },
  // SIOCGIFDSTADDR
  35095: { serve: (_s, on) => sockaddr(v4(on).address) },
  // SIOCGIFBRDADDR, SIOCSIFBRDADDR
  35097: { serve: (_s, on) => sockaddr(v4(on).broadcast ?? '0.0.0.0') },
  35098: {
    changes: true,
    serve: (stack, on, value) => {
      replaceAddress(stack, on, { broadcast: addressIn(value) });
      return null;
    },
  },
  // SIOCGIFNETMASK, SIOCSIFNETMASK
  35099: { serve: (_s, on) => sockaddr(maskOf(v4(on).bits)) },
  35100: {
    changes: true,
    serve: (stack, on, value) => {
      const bits = bitsOf(addressIn(value));
      replaceAddress(stack, on, { bits, broadcast: on.loopback ? null : masked(v4(on).address, bits, 1) });
      return null;
    },
  },
  // SIOCGIFMETRIC
  35101: { serve: () => u32(0) },
  // SIOCGIFMTU, SIOCSIFMTU
  35105: { serve: (_s, on) => u32(on.mtu) },
  35106: {
    changes: true,
    serve: (_s, on, value) => {
      const mtu = new DataView(value.buffer, value.byteOffset).getInt32(0, true);
      if (mtu < MTU.least || mtu > MTU.most) fail(E.INVAL);
      on.mtu = mtu;
      return null;
    },
  },
  // SIOCSIFNAME
  35107: {
    changes: true,
    serve: (stack, on, value) => {
      const name = checkName(new TextDecoder('latin1').decode(value.subarray(0, NAME)).replace(/\0.*$/s, ''));
      if (on.up) fail(E.BUSY);
      if (stack.interfaces.byName(name)) fail(E.EXIST);
      on.name = name;
      return null;
    },
  },
  // SIOCSIFHWADDR, SIOCGIFHWADDR
  35108: {
    changes: true,
    serve: (_s, on, value) => {
      if (on.loopback) fail(E.OPNOTSUPP);
      on.mac = value.slice(2, 8);
      return null;
    },
  },
  35111: { serve: (_s, on) => hardware(on) },
  // SIOCGIFINDEX, SIOCGIFTXQLEN, SIOCGIFMAP
  35123: { serve: (_s, on) => u32(on.index) },
  35138: { serve: () => u32(1000) },
  35184: { serve: () => new Uint8Array(24) },
};
const SIOCGIFNAME = 0x8910;
const SIOCGIFCONF = 0x8912;
const SIOCADDRT = 0x890b;
const SIOCDELRT = 0x890c;
const BRIDGE = { add: 0x89a0, remove: 0x89a1, addPort: 0x89a2, removePort: 0x89a3 } as const;

const text = (bytes: Uint8Array): string => new TextDecoder('latin1').decode(bytes).replace(/\0.*$/s, '');
const named = (stack: NetStack, bytes: Uint8Array): Interface =>
  stack.interfaces.byName(text(bytes).replace(/:.*$/, '')) ?? fail(E.NODEV);

export function interfaceIoctl(stack: NetStack, request: number, argument: IoctlArgument): void {
  const row = ROWS[request];
  const changes = row ? row.changes : request !== SIOCGIFNAME && request !== SIOCGIFCONF;
  const known =
    row || [SIOCGIFNAME, SIOCGIFCONF, SIOCADDRT, SIOCDELRT, ...Object.values(BRIDGE)].includes(request as never);
  if (!known) fail(E.NOTTY);
  if (changes && !argument.can('net_admin')) fail(E.PERM);
  if (row) {
    const bytes = argument.in(REQUEST);
    const on = named(stack, bytes.subarray(0, NAME));
    const out = row.serve(stack, on, bytes.subarray(NAME));
    if (out) {
      bytes.set(out, NAME);
      argument.out(bytes);
    }
  } else if (request === SIOCGIFCONF) list(stack, argument);
  else if (request === SIOCGIFNAME) {
    const bytes = argument.in(REQUEST);
    const index = new DataView(bytes.buffer, bytes.byteOffset).getInt32(NAME, true);
    const { name } = stack.interfaces.byIndex(index) ?? fail(E.NODEV);
    bytes.fill(0, 0, NAME);
    bytes.set(Uint8Array.from(name, (c) => c.charCodeAt(0)));
    argument.out(bytes);
  } else if (request === SIOCADDRT || request === SIOCDELRT) route(stack, request === SIOCADDRT, argument);
  else bridge(stack, request, argument);
}

/** SIOCGIFCONF: the interfaces that have an IPv4 address. */
function list(stack: NetStack, argument: IoctlArgument): void {
  const head = argument.in(16);
  const view = new DataView(head.buffer, head.byteOffset);
  const room = view.getInt32(0, true);
  const at = Number(view.getBigUint64(8, true));
  const rows = [...stack.interfaces].flatMap((i) =>
    i.addresses.filter((a) => !isV6(a.address)).map((a) => [i, a] as const),
  );
  const count = at ? Math.min(rows.length, Math.max(0, Math.floor(room / REQUEST))) : rows.length;
  if (at) {
    const out = new Uint8Array(count * REQUEST);
    for (const [i, [, a]] of rows.slice(0, count).entries()) {
      out.set(
        Uint8Array.from(a.label, (c) => c.charCodeAt(0)),
        i * REQUEST,
      );
      out.set(sockaddr(a.address), i * REQUEST + NAME);
    }
    argument.at(at).out(out);
  }
  view.setInt32(0, count * REQUEST, true);
  argument.out(head);
}

/** struct rtentry. */
function route(stack: NetStack, add: boolean, argument: IoctlArgument): void {
  const bytes = argument.in(120);
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const address = (at: number): Address => addressOf(bytes.subarray(at + 4, at + 8));
  const flags = view.getUint16(56, true);
  const bits = flags & RTF_HOST ? 32 : bitsOf(address(40));
  const net = address(8);
  const via = flags & RTF_GATEWAY ? address(24) : null;
  const device = Number(view.getBigUint64(88, true));
  const out = device ? named(stack, argument.at(device).in(NAME)).index : 0;
  const metric = Math.max(0, view.getInt16(80, true) - 1);
  if (add) {
    addRoute(stack, { net, bits, via, out, metric });
    return;
  }
  stack.routes.remove(stack.routes.find({ net, bits, via, out }) ?? fail(E.SRCH));
}

function bridge(stack: NetStack, request: number, argument: IoctlArgument): void {
  const { interfaces } = stack;
  const name = text(argument.in(NAME));
  if (request === BRIDGE.add) {
    interfaces.addBridge(name);
    return;
  }
  const found = interfaces.byName(name) ?? fail(E.NODEV);
  const { carrier } = found;
  if (!(carrier instanceof Bridge)) fail(E.OPNOTSUPP);
  if (request === BRIDGE.remove) {
    if (found.up) fail(E.BUSY);
    interfaces.remove(found);
    return;
  }
  const index = new DataView(argument.in(REQUEST).buffer).getInt32(NAME, true);
  const port = interfaces.byIndex(index) ?? fail(E.INVAL);
  if (request === BRIDGE.addPort) {
    if (port.master) fail(E.BUSY);
    if (port.loopback || port.carrier instanceof Bridge) fail(E.INVAL);
    carrier.add(port);
  } else {
    if (port.master !== carrier) fail(E.INVAL);
    carrier.remove(port);
  }
}
