/** What a path of a container is, in the Docker Engine API's words. */
import { S } from '../../linux/uapi.ts';
import { isSymlink } from '../../linux/vfs/inode.ts';
import { nameOf, type Path } from '../../linux/vfs/mount.ts';
import { findPlace, type Place } from './places.ts';

/** Bits of Go's FileMode, as the API writes modes: what stands for a type, and for set-id and sticky bits. */
const GO_DEVICE = 2 ** 26;
const GO_TYPES: Readonly<Record<number, number>> = {
  [S.IFDIR]: 2 ** 31,
  [S.IFLNK]: 2 ** 27,
  [S.IFBLK]: GO_DEVICE,
  [S.IFCHR]: GO_DEVICE + 2 ** 21,
  [S.IFIFO]: 2 ** 25,
  [S.IFSOCK]: 2 ** 24,
};
const GO_BITS = [
  [0o4000, 2 ** 23],
  [0o2000, 2 ** 22],
  [0o1000, 2 ** 20],
] as const;
const goMode = (mode: number): number =>
  GO_BITS.reduce((sum, [bit, go]) => sum + (mode & bit ? go : 0), (GO_TYPES[mode & S.IFMT] ?? 0) + (mode & 0o777));

/** Of what a path itself names; of a link also where that leads in the end. */
export function statOf(root: Path, { inode, name }: Place, path: string): object {
  const target = isSymlink(inode.mode) ? findPlace(root, path) : null;
  return {
    name: name || '/',
    size: inode.size,
    mode: goMode(inode.mode),
    mtime: new Date(inode.mtime).toISOString(),
    linkTarget: target ? (nameOf(target.at, root) ?? '') : '',
  };
}
