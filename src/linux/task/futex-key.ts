/** What two addresses of one futex have in common. */
import { E, fail } from '../errno.ts';
import type { Kernel } from '../kernel.ts';
import type { AddressSpace } from '../memory/space.ts';

/** The identity of a word: shared mappings of one page meet, private ones are the address space's own. */
export function keyOf(kernel: Kernel, space: AddressSpace, va: number, isPrivate: boolean): string {
  if (va % 4) fail(E.INVAL);
  const linear = space.linear(va, false);
  const shared = !isPrivate && space.areaAt(va)?.shared;
  return shared ? `f${linear - kernel.machine.ram}` : `p${space.table.root}:${va}`;
}
