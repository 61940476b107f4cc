/** Files the engine itself gives a container, to be mounted over those of its root. */
import { SysError } from '../../linux/errno.ts';
import { S } from '../../linux/uapi.ts';
import type { Inode } from '../../linux/vfs/inode.ts';
import { type Path, rootDentry } from '../../linux/vfs/mount.ts';
import { Tmpfs } from '../../linux/vfs/tmpfs.ts';
import { child, resolve, SUPERUSER } from '../../linux/vfs/walk.ts';
import type { HostPlace } from './mounts.ts';

/** One file in memory for each path, kept until `release`. */
export function memoryPlaces(
  files: Readonly<Record<string, string>>,
  now: () => number,
): { readonly places: ReadonlyMap<string, HostPlace>; release(): void } {
  const fs = new Tmpfs({ now });
  fs.hold();
  const places = new Map<string, HostPlace>();
  for (const [path, text] of Object.entries(files)) {
    const name = path.slice(path.lastIndexOf('/') + 1);
    fs.root.create(name, { mode: S.IFREG | 0o644, uid: 0, gid: 0 }).write(0, new TextEncoder().encode(text));
    places.set(path, { fs, dentry: child(rootDentry(fs), name)! });
  }
  return { places, release: () => fs.release() };
}

export interface Place {
  readonly at: Path;
  readonly inode: Inode;
  /** The last part of the path: a dot, where that is what it ends with. */
  readonly name: string;
}

/** What a path names as seen from a root; null: nothing is there. */
export function findPlace(root: Path, path: string, follow = true): Place | null {
  try {
    const at = resolve({ root, cwd: root, who: SUPERUSER }, root, path || '/', follow);
    return { at, inode: at.dentry.inode, name: path.split('/').filter(Boolean).at(-1) ?? '' };
  } catch (e) {
    if (e instanceof SysError) return null;
    throw e;
  }
}
