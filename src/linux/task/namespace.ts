/** What all namespaces have in common: a number, an owner, and users; the last one out ends it (namespaces(7)). */

let lastNumber = 0xf000_0000;

export class Namespace {
  /** The inode number it shows under /proc/pid/ns. */
  readonly id: number = lastNumber++;
  /** The user namespace whose capabilities count for what belongs to it; null: the first. */
  owner: UserNamespace | null = null;
  private users = 0;

  /** A task is in it, or an open file of /proc/pid/ns keeps it. */
  hold(): void {
    this.users++;
  }

  release(): void {
    if (--this.users === 0) this.dispose();
  }

  /** Nobody is in it any more. */
  protected dispose(): void {}
}

/** So many ids from `inside` on are those of the first user namespace from `outside` on. */
export interface Extent {
  readonly inside: number;
  readonly outside: number;
  readonly count: number;
}

const ALL_IDS: readonly Extent[] = [{ inside: 0, outside: 0, count: 0xffff_ffff }];

/** Which ids a user namespace has for those of the first; programs see its own, the kernel keeps those of the first. */
export class IdMap {
  extents: readonly Extent[];

  constructor(extents: readonly Extent[]) {
    this.extents = extents;
  }

  /** The kernel's id for one of its own; −1: there is none. */
  toKernel(id: number): number {
    for (const { inside, outside, count } of this.extents)
      if (id >= inside && id < inside + count) return outside + (id - inside);
    return -1;
  }

  /** Its own id for one of the kernel's; −1: there is none. */
  toInside(id: number): number {
    for (const { inside, outside, count } of this.extents)
      if (id >= outside && id < outside + count) return inside + (id - outside);
    return -1;
  }
}

/** What is shown for an id that a namespace has no name for (/proc/sys/kernel/overflowuid). */
export const OVERFLOW_ID = 65_534;

/** user_namespaces(7). */
export class UserNamespace extends Namespace {
  readonly parent: UserNamespace | null;
  readonly level: number;
  /** Who made it: has all capabilities in it from outside. */
  readonly uid: number;
  readonly gid: number;
  readonly uids: IdMap;
  readonly gids: IdMap;
  /** Whether setgroups(2) may be called in it (once groups are mapped). */
  setgroups = true;

  /** The first has all ids; another none until they are written to its maps. */
  constructor(parent: UserNamespace | null, uid = 0, gid = 0) {
    super();
    this.parent = parent;
    this.owner = parent;
    this.level = parent ? parent.level + 1 : 0;
    this.uid = uid;
    this.gid = gid;
    const extents = parent ? [] : ALL_IDS;
    this.uids = new IdMap(extents);
    this.gids = new IdMap(extents);
    if (parent) {
      this.setgroups = parent.setgroups;
      parent.hold();
    }
  }

  protected override dispose(): void {
    this.parent?.release();
  }

  /** Whether both ids of a file have names in it. */
  maps(uid: number, gid: number): boolean {
    return this.level === 0 || (this.uids.toInside(uid) >= 0 && this.gids.toInside(gid) >= 0);
  }

  /** As programs in it see a user, or a group. */
  shownUid(id: number): number {
    if (this.level === 0) return id;
    const inside = this.uids.toInside(id);
    return inside < 0 ? OVERFLOW_ID : inside;
  }
  shownGid(id: number): number {
    if (this.level === 0) return id;
    const inside = this.gids.toInside(id);
    return inside < 0 ? OVERFLOW_ID : inside;
  }
}
