/** What System V's segments, semaphores and queues have in common: keys, numbers, owners (sysvipc(7)). */
import { E, fail } from '../errno.ts';
import type { Credential } from '../task/credential.ts';
import type { UserNamespace } from '../task/namespace.ts';

/** Flags of the get calls, and commands of the ctl calls. */
export const IPC = {
  PRIVATE: 0,
  CREAT: 0o1000,
  EXCL: 0o2000,
  NOWAIT: 0o4000,
  RMID: 0,
  SET: 1,
  STAT: 2,
  INFO: 3,
} as const;

/** The place of an object is so many low bits of its number; those above change when the place is used again. */
const PLACE_BITS = 15;

/** Bytes of struct ipc64_perm. */
export const PERM_SIZE = 48;

export abstract class IpcObject {
  readonly key: number;
  id = -1;
  /** The namespace it is in. */
  space: { readonly owner: UserNamespace | null } = { owner: null };
  uid: number;
  gid: number;
  readonly cuid: number;
  readonly cgid: number;
  /** Low nine bits. */
  mode: number;
  /** Seconds since 1970. */
  changed: number;
  removed = false;

  constructor(key: number, mode: number, who: Credential, now: number) {
    this.key = key;
    this.mode = mode & 0o777;
    this.uid = who.euid;
    this.gid = who.egid;
    this.cuid = who.euid;
    this.cgid = who.egid;
    this.changed = now;
  }

  /** Nobody can ask for it any more. */
  abstract remove(): void;

  /** Whether its mode lets `who` do this (bits of a mode, in whichever of the three places). */
  demand(who: Credential, flags: number): void {
    const wanted = ((flags >> 6) | (flags >> 3) | flags) & 7;
    let granted = this.mode;
    if (who.euid === this.uid || who.euid === this.cuid) granted >>= 6;
    else if ([this.gid, this.cgid].some((gid) => gid === who.egid || who.groups.includes(gid))) granted >>= 3;
    if (wanted & ~granted & 7 && !who.canIn(this.space.owner, 'ipc_owner')) fail(E.ACCES);
  }

  /** Its owner, its maker and the administrator may change and remove it. */
  demandOwner(who: Credential): void {
    if (who.euid !== this.uid && who.euid !== this.cuid && !who.canIn(this.space.owner, 'sys_admin')) fail(E.PERM);
  }

  /** struct ipc64_perm; `extra`: mode bits of the kind. */
  permBytes(view: DataView, { user }: Credential, extra = 0): void {
    view.setInt32(0, this.key, true);
    const owners = [
      user.shownUid(this.uid),
      user.shownGid(this.gid),
      user.shownUid(this.cuid),
      user.shownGid(this.cgid),
    ];
    [...owners, this.mode | extra].forEach((value, i) => {
      view.setUint32(4 + i * 4, value, true);
    });
    view.setUint16(24, (this.id >> PLACE_BITS) & 0xffff, true);
  }

  /** What IPC_SET takes of it. */
  takePerm(view: DataView, { user }: Credential, now: number): void {
    const uid = user.uids.toKernel(view.getUint32(4, true));
    const gid = user.gids.toKernel(view.getUint32(8, true));
    if (uid < 0 || gid < 0) fail(E.INVAL);
    this.uid = uid;
    this.gid = gid;
    this.mode = view.getUint32(20, true) & 0o777;
    this.changed = now;
  }
}

/** The objects of one kind in one namespace. */
export class IpcTable<T extends IpcObject> {
  private readonly places: (T | undefined)[] = [];
  private readonly byKey = new Map<number, T>();
  private readonly most: () => number;
  private readonly space: IpcObject['space'];
  private sequence = 0;
  private lastPlace = -1;
  count = 0;

  /** `most`: objects there may be. */
  constructor(most: () => number, space: IpcObject['space']) {
    this.most = most;
    this.space = space;
  }

  /** The get calls: the object of a key, or a new one. `check` looks at one that is there. */
  get(key: number, flags: number, who: Credential, make: () => T, check: (there: T) => void): number {
    const there = key === IPC.PRIVATE ? undefined : this.byKey.get(key);
    if (there) {
      if ((flags & (IPC.CREAT | IPC.EXCL)) === (IPC.CREAT | IPC.EXCL)) fail(E.EXIST);
      check(there);
      there.demand(who, flags & 0o777);
      return there.id;
    }
    if (key !== IPC.PRIVATE && !(flags & IPC.CREAT)) fail(E.NOENT);
    if (this.count >= this.most()) fail(E.NOSPC);
    const made = make();
    made.space = this.space;
    let place = 0;
    while (this.places[place]) place++;
    // A number that was given back does not come again at once.
    if (place <= this.lastPlace) this.sequence = (this.sequence + 1) & 0xffff;
    this.lastPlace = place;
    made.id = this.sequence * 2 ** PLACE_BITS + place;
    this.places[place] = made;
    this.count++;
    if (key !== IPC.PRIVATE) this.byKey.set(key, made);
    return made.id;
  }

  /** The object of a number; fails with EINVAL, also where another has its place by now. */
  at(id: number): T {
    if (id < 0) fail(E.INVAL);
    const found = this.places[id & ((1 << PLACE_BITS) - 1)];
    return found?.id === id ? found : fail(E.INVAL);
  }

  /** By place, as the INFO and STAT commands of `ipcs` go along them. */
  atPlace(place: number): T {
    return this.places[place] ?? fail(E.INVAL);
  }

  get highestPlace(): number {
    return Math.max(0, this.places.length - 1);
  }

  all(): T[] {
    return this.places.filter((object) => object !== undefined);
  }

  remove(object: T): void {
    const place = object.id & ((1 << PLACE_BITS) - 1);
    if (this.places[place] !== object) return;
    this.places[place] = undefined;
    while (this.places.length && !this.places.at(-1)) this.places.pop();
    this.count--;
    this.hide(object);
    object.removed = true;
    object.remove();
  }

  /** It can't be found by its key any more. */
  hide(object: T): void {
    if (this.byKey.get(object.key) === object) this.byKey.delete(object.key);
  }

  /** The namespace is gone. */
  clear(): void {
    for (const object of this.all()) this.remove(object);
  }
}
