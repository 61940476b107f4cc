/** Joins what runs on the kernel of src/linux to the lab's network: one wire with Linux guests and other containers. */
import { ipv4Text } from '../abi/frame.ts';
import { LabSwitch } from '../devices/net/switch.ts';
import { addAddress, addRoute, setUp } from '../linux/net/configure.ts';
import { ROUTE_PROTOCOL } from '../linux/net/ip/routes.ts';
import type { NetStack } from '../linux/net/stack.ts';

/** Bits of an address that are the network's. */
export const PREFIX = 24;
const ANYWHERE = '0.0.0.0';

export { labMac } from '../devices/net/net.ts';
export { LabSwitch };

/** What /etc/resolv.conf has to say on this network. */
export const resolverOf = ({ host }: LabSwitch): string => `nameserver ${ipv4Text(host.dns)}\nsearch lab\n`;

/** A place on the lab's network. */
export interface LabPlace {
  /** `a.b.c.d`. */
  readonly address: string;
  readonly mac: Uint8Array;
  readonly network: LabSwitch;
  /** Unplugs it; its address is free again. */
  close(): void;
}

/**
 * Gives a namespace the interface `eth0` on the lab's network, with an address, the route to everywhere, and a name that the
 * lab's DNS knows; `names` are further ones. Throws InputError where no address is left.
 */
export function joinLab(
  stack: NetStack,
  network: LabSwitch,
  { mac, name, names = [] }: { readonly mac: Uint8Array; readonly name: string; readonly names?: readonly string[] },
): LabPlace {
  const { host } = network;
  const address = host.reserve(mac, name);
  const eth0 = stack.interfaces.addWire(stack.interfaces.freeName('eth'), mac, (receive) => network.plug(receive));
  for (const one of names) host.addName(one, address);
  const gateway = ipv4Text(host.gateway);
  addAddress(stack, eth0, { address, bits: PREFIX, broadcast: address.replace(/\d+$/, '255') });
  setUp(stack, eth0, true);
  // Who had it before may be gone a moment only.
  stack.neighboursOf(eth0).announce(address);
  // Of several networks the first one leads everywhere.
  if (!stack.routes.all().some((r) => r.bits === 0 && r.net === ANYWHERE))
    addRoute(stack, { net: ANYWHERE, bits: 0, via: gateway, out: eth0.index, protocol: ROUTE_PROTOCOL.boot });
  return {
    address,
    mac,
    network,
    close: () => {
      stack.interfaces.remove(eth0);
      host.release(mac);
      host.removeNames(address);
    },
  };
}
