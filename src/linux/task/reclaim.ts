/**
 * Memory is taken back from page caches: of a control group that is at its limit, or of all where none is left. What memory.min protects
 * is left alone, and what memory.low protects as long as there is anything else (cgroup-v2 of the kernel's docs, mm/page_counter.c).
 */
import type { Kernel } from '../kernel.ts';
import { PAGE } from '../machine.ts';
import type { MemoryOwner } from '../memory/frames.ts';
import type { CleanPage } from '../vfs/pages.ts';
import { ControlGroup } from './cgroup.ts';

/** Pages that are asked for at once (SWAP_CLUSTER_MAX). */
const BATCH = 32;

type Setting = 'memoryMin' | 'memoryLow';

const within = (group: ControlGroup, setting: Setting): number => Math.min(group.bytes, group[setting]);

/** Bytes of a group that are protected from reclaim that begins at `root`: siblings share what their parent has. */
export function protection(group: ControlGroup, root: ControlGroup, setting: Setting): number {
  const { parent } = group;
  if (group === root || !parent) return 0;
  if (parent === root) return group[setting];
  const above = protection(parent, root, setting);
  const own = within(group, setting);
  let siblings = 0;
  for (const child of parent.children.values()) siblings += within(child, setting);
  return siblings > above ? (own * above) / siblings : own;
}

/** Clean pages by the group they are charged to; null: to nobody. */
function byGroup(kernel: Kernel, root: ControlGroup): Map<ControlGroup | null, CleanPage[]> {
  const found = new Map<ControlGroup | null, CleanPage[]>();
  for (const page of kernel.caches.clean()) {
    const owner = page.owner instanceof ControlGroup ? page.owner : null;
    if (owner ? !root.contains(owner) : root.parent) continue;
    const list = found.get(owner);
    if (list) list.push(page);
    else found.set(owner, [page]);
  }
  return found;
}

/** Takes back up to so many pages below `root`; returns how many there were. */
export function reclaim(kernel: Kernel, root: ControlGroup, wanted: number): number {
  let taken = 0;
  const lists = byGroup(kernel, root);
  // First from who is not protected at all beyond its share, then from those that would rather not.
  for (const setting of ['memoryLow', 'memoryMin'] as const) {
    for (const [group, pages] of lists) {
      const kept = group ? Math.max(protection(group, root, setting), protection(group, root, 'memoryMin')) : 0;
      let here = 0;
      while (taken < wanted && pages.length > 0 && !(group && group.bytes - PAGE < kept)) {
        pages.pop()!.drop();
        taken++;
        here++;
      }
      if (group && here > 0 && setting === 'memoryMin' && protection(group, root, 'memoryLow') > 0)
        for (const g of group.up()) g.memoryEvents.low++;
      if (taken >= wanted) return taken;
    }
  }
  return taken;
}

/** For who can't have a page: from the group whose limit is met, or from all. Whether there is one now. */
export function makeRoom(kernel: Kernel, owner: MemoryOwner | null): boolean {
  const full = owner instanceof ControlGroup ? owner.fullGroup(1) : null;
  return reclaim(kernel, full ?? kernel.cgroups, BATCH) > 0;
}

/** Brings a group below a limit of bytes as far as its caches allow. */
export const reclaimTo = (kernel: Kernel, group: ControlGroup, limit: number): number =>
  group.bytes > limit ? reclaim(kernel, group, Math.ceil((group.bytes - limit) / PAGE)) : 0;
