/** Where kernels, userlands and downloads are kept between runs: below one directory, named by the hash of what they are made of. */
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { InputError } from '../../abi/errors.ts';

/** `TRAPFRAME_CACHE`, or `trapframe` below the user's cache directory (XDG base directories). */
export function cacheDirectory(env: NodeJS.ProcessEnv = process.env): string {
  if (env.TRAPFRAME_CACHE) return env.TRAPFRAME_CACHE;
  return join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'trapframe');
}

/** 16 hex digits that name the parts. */
export function keyOf(...parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(`${part.length}\0`).update(part);
  return hash.digest('hex').slice(0, 16);
}

/** Writes a file that is there whole or not at all. */
export function writeWhole(file: string, content: string | Uint8Array): void {
  mkdirSync(dirname(file), { recursive: true });
  const unfinished = `${file}.${randomBytes(4).toString('hex')}.tmp`;
  try {
    writeFileSync(unfinished, content);
    renameSync(unfinished, file);
  } finally {
    rmSync(unfinished, { force: true });
  }
}

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
};

/** Does something that only one process may do in a directory at a time; a lock whose holder died is taken over. */
export async function exclusively<T>(directory: string, work: () => Promise<T>): Promise<T> {
  const lock = join(directory, '.lock');
  mkdirSync(directory, { recursive: true });
  for (let tries = 0; ; tries++) {
    try {
      writeFileSync(lock, String(process.pid), { flag: 'wx' });
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    let holder = 0;
    try {
      holder = Number(readFileSync(lock, 'utf8'));
    } catch {
      continue; // given up in between
    }
    if (holder && isAlive(holder)) {
      throw new InputError(`process ${holder} is at work in ${directory}`, 'Wait for it, or end it.');
    }
    if (tries > 10) throw new InputError(`${lock} cannot be taken`, 'Delete it.');
    rmSync(lock, { force: true });
  }
  try {
    return await work();
  } finally {
    rmSync(lock, { force: true });
  }
}

/** The kinds of kernel there can be, in the order in which one is looked for. */
export const KERNELS = ['built', 'debian'] as const;
export type KernelKind = (typeof KERNELS)[number];

export interface CachedKernel {
  readonly kind: KernelKind;
  /** The Image. */
  readonly file: string;
  /** What it was made of, for a person. */
  readonly about: string;
}

const kernels = (cache: string, kind: KernelKind): string => join(cache, 'kernels', kind);

/** Puts an Image into the cache and returns where it is. */
export function storeKernel(cache: string, kind: KernelKind, key: string, image: Uint8Array, about: string): string {
  const file = join(kernels(cache, kind), key, 'Image');
  writeWhole(join(dirname(file), 'about.txt'), `${about}\n`);
  writeWhole(file, image);
  return file;
}

/** The kernel with this key, or, without a key, the newest of its kind. */
export function findKernel(cache: string, kind: KernelKind, key?: string): CachedKernel | null {
  const directory = kernels(cache, kind);
  if (!existsSync(directory)) return null;
  const files = readdirSync(directory)
    .filter((name) => key === undefined || name === key)
    .map((name) => join(directory, name, 'Image'))
    .filter((file) => existsSync(file))
    .sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs);
  const file = files[0];
  return file ? { kind, file, about: readFileSync(join(dirname(file), 'about.txt'), 'utf8').trim() } : null;
}

const BUSYBOX = 'busybox';

export const storeBusybox = (cache: string, key: string, content: Uint8Array): void =>
  writeWhole(join(cache, 'userland', key, BUSYBOX), content);

/** The newest busybox, or null. */
export function findBusybox(cache: string): string | null {
  const directory = join(cache, 'userland');
  if (!existsSync(directory)) return null;
  const files = readdirSync(directory)
    .map((name) => join(directory, name, BUSYBOX))
    .filter((file) => existsSync(file))
    .sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs);
  return files[0] ?? null;
}
