/** Roots of containers: layers that many share, and one of their own on top. */
import { InputError } from '../../abi/errors.ts';
import type { FileSystem, Inode } from '../../linux/vfs/inode.ts';
import { makeRoot } from '../images/tree.ts';
import type { RootFiles } from './mounts.ts';

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
  const { fs, upper, storage } = makeRoot(base.lowers, { now, limit }, before);
  for (const part of [storage, ...base.lowers]) part.hold();
  return {
    root: { fs, source: 'overlay' },
    base,
    upper,
    used: () => storage.used,
    changes: () => storage.changes,
    release() {
      for (const part of [storage, ...base.lowers]) part.release();
      base.release();
    },
  };
}
