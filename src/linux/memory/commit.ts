/** How much memory may be promised, and in how many pieces (vm.overcommit_memory and vm.max_map_count of proc_sys_vm(5)). */
import { E, fail } from '../errno.ts';
import type { Kernel } from '../kernel.ts';
import { PAGE } from '../machine.ts';
import { PROT } from '../uapi.ts';
import type { AddressSpace, Area } from './space.ts';

/** Memory that a mapping may come to need for itself alone. */
export const isPromise = ({ prot, shared }: Pick<Area, 'prot' | 'shared'>): boolean =>
  !shared && (prot & PROT.WRITE) !== 0;

/** Pages that an address space was promised. */
export function promised(space: AddressSpace): number {
  return space.areas.reduce((sum, area) => sum + (isPromise(area) ? (area.end - area.start) / PAGE : 0), 0);
}

/** Pages that may be promised where that is strict. */
export const commitLimit = ({ frames, settings }: Kernel): number =>
  Math.floor((frames.total * settings.overcommitRatio) / 100);

/** Pages that everybody was promised. */
export function committed(kernel: Kernel): number {
  const spaces = new Set([...kernel.processes].filter(({ status }) => status === null).map(({ space }) => space));
  return [...spaces].reduce((sum, space) => sum + promised(space), 0);
}

/** Fails with ENOMEM where `bytes` more may not be promised; `reserved`: the program asks for no promise (MAP_NORESERVE). */
export function demandPromise(kernel: Kernel, bytes: number, reserved = true): void {
  const { overcommit } = kernel.settings;
  if (overcommit === 1 || (overcommit === 0 && !reserved)) return;
  const pages = bytes / PAGE;
  if (overcommit === 0 ? pages > kernel.frames.total : committed(kernel) + pages > commitLimit(kernel)) fail(E.NOMEM);
}

/** Fails with ENOMEM where an address space has as many areas as it may. */
export function demandArea(kernel: Kernel, space: AddressSpace): void {
  if (space.areas.length >= kernel.settings.mostMaps) fail(E.NOMEM);
}
