/** Which distributions there are: a file beside their disks. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { InputError } from '../../abi/errors.ts';
import { MOST_DISTROS } from '../../machine/light/vm.ts';
import { locked } from '../daemon/lock.ts';
import { writeWhole } from '../linux/cache.ts';

export interface Distro {
  readonly name: string;
  /** The slot of its disk, from 1. */
  readonly number: number;
  readonly created: string;
}

export interface Registry {
  readonly version: 1;
  readonly default: string | null;
  readonly distros: readonly Distro[];
}

const EMPTY: Registry = { version: 1, default: null, distros: [] };
const LOCK_MS = 5000;

export const diskOf = (state: string, name: string): string => join(state, 'disks', `${name}.ext4`);
const fileOf = (state: string): string => join(state, 'distros.json');

export function readRegistry(state: string): Registry {
  const file = fileOf(state);
  if (!existsSync(file)) return EMPTY;
  try {
    const registry = JSON.parse(readFileSync(file, 'utf8')) as Registry;
    if (registry.version === 1 && Array.isArray(registry.distros)) return registry;
  } catch {
    // Said below.
  }
  throw new InputError(`${file} is damaged`, 'The disks beside it are untouched. Move it away and import them anew.');
}

/** Changes the file; the only one to do so at that time. */
export async function updateRegistry(state: string, change: (registry: Registry) => Registry): Promise<Registry> {
  mkdirSync(state, { recursive: true, mode: 0o700 });
  return locked(join(state, 'distros.lock'), LOCK_MS, async () => {
    const next = change(readRegistry(state));
    writeWhole(fileOf(state), `${JSON.stringify(next, null, 2)}\n`);
    return next;
  });
}

/** Where a disk is until all of it is there. */
export const unfinishedOf = (state: string, { name, number }: Pick<Distro, 'name' | 'number'>): string =>
  `${diskOf(state, name)}.${number}${UNFINISHED}`;
const UNFINISHED = '.part';

/** Removes what nobody goes on with: only the process that holds the VM makes disks. */
export function dropUnfinished(state: string): void {
  const folder = dirname(diskOf(state, 'any'));
  for (const file of existsSync(folder) ? readdirSync(folder) : [])
    if (file.endsWith(UNFINISHED)) rmSync(join(folder, file), { force: true });
}

/** Throws an InputError where a name cannot be one. */
export function checkName(name: string): void {
  if (/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/.test(name)) return;
  throw new InputError(
    `“${name}” cannot be the name of a distribution`,
    'Take letters, digits, dots, dashes, underscores.',
  );
}

/** The distribution of that name, or the default one; throws an InputError that says what there is. */
export function findDistro(registry: Registry, name: string | null): Distro {
  const wanted = name ?? registry.default;
  const found = registry.distros.find((d) => d.name === wanted);
  if (found) return found;
  const names = registry.distros.map((d) => d.name).join(', ');
  if (names === '') throw new InputError('no distribution is installed', 'Install one: npx trapframe wsl --install.');
  throw new InputError(
    wanted === null ? 'there is no default distribution' : `there is no distribution ${wanted}`,
    `There are: ${names}.`,
  );
}

/** A slot that no distribution has. */
export function freeNumber(registry: Registry, taken: ReadonlySet<number>): number {
  for (let number = 1; number <= MOST_DISTROS; number++)
    if (!taken.has(number) && !registry.distros.some((d) => d.number === number)) return number;
  throw new InputError(`there are ${MOST_DISTROS} distributions already`, 'Unregister one.');
}

export const added = (registry: Registry, distro: Distro): Registry => ({
  ...registry,
  default: registry.default ?? distro.name,
  distros: [...registry.distros, distro],
});

export function removed(registry: Registry, name: string): Registry {
  const distros = registry.distros.filter((d) => d.name !== name);
  return { ...registry, distros, default: registry.default === name ? (distros[0]?.name ?? null) : registry.default };
}

export const withDefault = (registry: Registry, name: string): Registry => ({
  ...registry,
  default: findDistro(registry, name).name,
});
