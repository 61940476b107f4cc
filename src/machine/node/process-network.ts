/** The network of a process: a wire of the lab with its gateway and DNS, and ports of the host that lead to it. */
import { SysError } from '../../linux/errno.ts';
import { NetStack } from '../../linux/net/stack.ts';
import type { System } from '../../linux/system.ts';
import { viewOf } from '../../linux/task/exec.ts';
import { attach, Mount, PLAIN } from '../../linux/vfs/mount.ts';
import { resolve } from '../../linux/vfs/walk.ts';
import { memoryPlaces } from '../container/places.ts';
import type { PortBinding } from '../container/ports.ts';
import { joinLab, LabSwitch, labMac, resolverOf } from '../network.ts';
import { publish } from './publish.ts';

const NAME = 'process';
const RESOLVER = '/etc/resolv.conf';

/** Puts the lab's resolver over the file that names one, where there is one, whatever the root is. */
function giveResolver(system: System, network: LabSwitch): void {
  const { places } = memoryPlaces({ [RESOLVER]: resolverOf(network) }, () => system.kernel.clock.realtime());
  const view = viewOf(system.initTask);
  try {
    const { fs, dentry } = places.get(RESOLVER)!;
    attach(new Mount(fs, dentry, 'resolv.conf', { ...PLAIN }), resolve(view, view.root, RESOLVER));
  } catch (e) {
    // A root without it is one of programs that ask nobody.
    if (!(e instanceof SysError)) throw e;
  }
}

/** Joins the first namespaces of a kernel. Resolves to what takes them off again; rejects with InputError where a port can’t be had. */
export async function joinNetwork(system: System, ports: readonly PortBinding[]): Promise<() => void> {
  const network = new LabSwitch();
  const place = joinLab(system.initTask.namespaces.net.stack, network, { mac: labMac(0), name: NAME });
  giveResolver(system, network);
  const outside = new NetStack(system.kernel.network);
  const there = joinLab(outside, network, { mac: labMac(1), name: '' });
  const published = await publish(ports, () => ({ stack: outside, address: place.address }));
  return () => {
    for (const port of published) port.close();
    there.close();
    place.close();
  };
}
