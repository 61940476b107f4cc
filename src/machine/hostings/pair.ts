/** A program that is run twice, each on the lab's network: who serves and who is measured. */
import { ipv4, viewOf } from '../../abi/frame.ts';
import { PEER_SERVES, type ProgramRequest } from '../../abi/program.ts';
import { setUp } from '../../linux/net/configure.ts';
import type { System } from '../../linux/system.ts';
import { NetNamespace } from '../../linux/task/namespaces.ts';
import type { Task } from '../../linux/task/task.ts';
import { joinLab, type LabPlace, type LabSwitch, labMac } from '../network.ts';

/** The arguments of who serves. */
export const servingArgs = ({ args }: ProgramRequest): string[] => [...args, String(PEER_SERVES)];

/** The arguments of who speaks with the other, at `a.b.c.d`. */
export const askingArgs = ({ args }: ProgramRequest, address: string): string[] => [
  ...args,
  String(viewOf(ipv4(address)).getUint32(0)),
];

/** A network namespace of its own on the lab's network: its place, and what puts a task that is made into it. */
export function ownNetwork(
  system: System,
  network: LabSwitch,
  number: number,
): { readonly place: LabPlace; readonly join: (task: Task) => void } {
  const made = new NetNamespace(system.kernel.network);
  setUp(made.stack, made.stack.interfaces.loopback, true);
  const place = joinLab(made.stack, network, { mac: labMac(number), name: `peer${number}` });
  return { place, join: (task) => task.join({ ...task.namespaces, net: made }) };
}
