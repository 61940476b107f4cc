/** Volumes of a container that nobody named, those of another container, and what an image has in their places. */
import { InputError } from '../../abi/errors.ts';
import { isDirectory } from '../../linux/vfs/inode.ts';
import { copyTree } from '../images/tree.ts';
import type { Entry } from './entry.ts';
import type { HostPlace } from './mounts.ts';
import { newId } from './names.ts';
import { findPlace } from './places.ts';
import type { CreateRequest } from './request.ts';
import type { ImageDefaults } from './roots.ts';

/** Volumes that nobody named. */
export interface AnonymousVolumes {
  make(name: string): void;
  isOne(name: string): boolean;
  remove(name: string): void;
}

const isVolume = (source: string): boolean => !source.startsWith('/');

/** NAME, or NAME:ro: what another container has mounted, at the same places. */
function bindsFrom(text: string, find: (name: string) => Entry): string[] {
  const match = /^([^:]+)(?::(ro|rw))?$/.exec(text);
  if (!match) throw new InputError(`--volumes-from: “${text}” is not CONTAINER, or CONTAINER:ro`);
  return find(match[1]!).binds.map(
    ({ source, target, readOnly }) => `${source}:${target}${readOnly || match[2] === 'ro' ? ':ro' : ''}`,
  );
}

/** The request with a bind for each volume: those of other containers, and new ones, `made`, where nothing else is mounted. */
export function withVolumes(
  request: CreateRequest,
  defaults: ImageDefaults,
  anonymous: AnonymousVolumes | undefined,
  find: (name: string) => Entry,
): { readonly request: CreateRequest; readonly made: readonly string[] } {
  const { HostConfig: host } = request;
  const asked = Object.keys(request.Volumes ?? {});
  if (asked.length && !anonymous) throw new InputError(`--volume: ${asked[0]} needs the name of a volume here`);
  const Binds = [...host.Binds];
  const made: string[] = [];
  const targets = new Set([...Binds.map((text) => text.split(':')[1]!), ...Object.keys(host.Tmpfs ?? {})]);
  const add = (bind: string): void => {
    const target = bind.split(':')[1]!;
    if (!targets.has(target)) Binds.push(bind);
    targets.add(target);
  };
  for (const text of host.VolumesFrom) for (const bind of bindsFrom(text, find)) add(bind);
  for (const target of new Set([...asked, ...defaults.volumes]))
    if (anonymous && !targets.has(target)) {
      made.push(newId());
      add(`${made.at(-1)}:${target}`);
    }
  return { request: { ...request, HostConfig: { ...host, Binds } }, made };
}

/** A volume with nothing in it begins with what the image has in its place. */
export function fillVolumes({ container, binds }: Entry, open: (name: string) => HostPlace, now: () => number): void {
  for (const { source, target } of binds) {
    if (!isVolume(source)) continue;
    const to = open(source).dentry.inode;
    container.withFiles((root) => {
      const from = findPlace(root, target)?.inode;
      if (from && isDirectory(from.mode) && to.entries().length === 0) copyTree(from, to, now);
    });
  }
}

/** Those of a container that nobody named, and no other has. */
export const volumesAlone = (
  { binds, container }: Entry,
  all: Iterable<Entry>,
  anonymous: AnonymousVolumes | undefined,
): string[] => {
  const others = [...all].filter((e) => e.container !== container);
  return binds
    .map(({ source }) => source)
    .filter((source) => isVolume(source) && anonymous?.isOne(source))
    .filter((source) => !others.some((e) => e.binds.some((b) => b.source === source)));
};
