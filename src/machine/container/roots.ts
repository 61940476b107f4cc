/** Roots of containers: layers that many share, and one of their own on top. */
import { InputError } from '../../abi/errors.ts';
import { S } from '../../linux/uapi.ts';
import { type FileSystem, type Inode, isDirectory } from '../../linux/vfs/inode.ts';
import { OverlayFs } from '../../linux/vfs/overlay.ts';
import { Tmpfs } from '../../linux/vfs/tmpfs.ts';
import { makeRoot } from '../images/tree.ts';
import { IDENTITY } from './config.ts';
import type { RootFiles } from './mounts.ts';
import type { HealthRequest } from './request.ts';

/** What an image says of the containers made from it. */
export interface ImageDefaults {
  readonly env: readonly string[];
  readonly entrypoint: readonly string[] | null;
  readonly cmd: readonly string[] | null;
  readonly cwd: string;
  readonly user: string;
  readonly stopSignal: string | null;
  readonly labels: Readonly<Record<string, string>>;
  /** `80/tcp`: ports that its programs listen on. */
  readonly exposed: readonly string[];
  /** Places that are volumes. */
  readonly volumes: readonly string[];
  readonly healthcheck: HealthRequest | null;
}

export const NO_DEFAULTS: ImageDefaults = {
  env: [],
  entrypoint: null,
  cmd: null,
  cwd: '/',
  user: '',
  stopSignal: null,
  labels: {},
  exposed: [],
  volumes: [],
  healthcheck: null,
};

/** What a container is made of: file systems that do not change, the topmost first. */
export interface Base {
  readonly lowers: readonly FileSystem[];
  readonly defaults: ImageDefaults;
  /** What `ps` shows, and the image's digest; empty: it is no image. */
  readonly name: string;
  readonly imageId: string;
  /** The container is gone. */
  release(): void;
}

export interface OpenedRoot {
  readonly root: RootFiles;
  readonly base: Base;
  /** All below what it changes: the base, and the places of mounts that this lacks. */
  readonly lowers: readonly FileSystem[];
  /** What the container changes, and nothing else. */
  readonly upper: Inode;
  /** Bytes it takes. */
  used(): number;
  /** Another number after each change. */
  changes(): number;
  release(): void;
}

/** Bytes a container may write to its root unless it is said otherwise. */
export const STORAGE = 512 * 2 ** 20;

/** Where something is mounted in every container. */
const PLACES: readonly (readonly [path: string, mode: number])[] = [
  ...['/dev', '/proc', '/sys'].map((path) => [path, S.IFDIR | 0o755] as const),
  ...Object.values(IDENTITY).map((path) => [path, S.IFREG | 0o644] as const),
];

/** A layer with the places that others lack, so that they are nothing the container changed; directories on the way are as they are there. */
function placesBeside(lowers: readonly FileSystem[], now: () => number): Tmpfs {
  const below = new OverlayFs({ lower: lowers.map(({ root }) => root), upper: null, now }).root;
  const layer = new Tmpfs({ now });
  layer.root.change({ mode: below.mode & 0o7777, uid: below.uid, gid: below.gid, mtime: below.mtime }, now());
  for (const [path, mode] of PLACES) {
    const names = path.split('/').filter(Boolean);
    // What is there on the way, as far as it goes.
    const way: Inode[] = [below];
    for (const name of names) {
      const next = isDirectory(way.at(-1)!.mode) ? way.at(-1)!.lookup(name) : null;
      if (!next) break;
      way.push(next);
    }
    if (way.length > names.length || !isDirectory(way.at(-1)!.mode)) continue;
    let at: Inode = layer.root;
    names.forEach((name, i) => {
      const like = way[i + 1];
      const made = like ?? { mode: i + 1 < names.length ? S.IFDIR | 0o755 : mode, uid: 0, gid: 0 };
      at = at.lookup(name) ?? at.create(name, made);
      if (like) at.change({ mtime: like.mtime }, now());
    });
  }
  return layer;
}

/**
 * A root of a base and a layer of its own, which begins as `before`; what does not fit into `limit` bytes is refused with
 * ENOSPC.
 */
export function openRoot(
  base: Base,
  now: () => number,
  { before = null, limit = STORAGE }: { readonly before?: FileSystem | null; readonly limit?: number } = {},
): OpenedRoot {
  if (!base.lowers.length) throw new InputError(`${base.name} has no files`);
  const lowers = [placesBeside(base.lowers, now), ...base.lowers];
  const { fs, upper, storage } = makeRoot(lowers, { now, limit }, before);
  for (const part of [storage, ...lowers]) part.hold();
  return {
    root: { fs, source: 'overlay' },
    base,
    lowers,
    upper,
    used: () => storage.used,
    changes: () => storage.changes,
    release() {
      for (const part of [storage, ...lowers]) part.release();
      base.release();
    },
  };
}
