/** Types of archive members as the kernel's modes have them, and back. A hard link has none of its own. */
import type { TarType } from '../../image/tar-format.ts';
import { S } from '../../linux/uapi.ts';

export const FORMATS: Readonly<Record<Exclude<TarType, 'hardlink'>, number>> = {
  file: S.IFREG,
  directory: S.IFDIR,
  symlink: S.IFLNK,
  character: S.IFCHR,
  block: S.IFBLK,
  fifo: S.IFIFO,
};

const TYPES = new Map(Object.entries(FORMATS).map(([type, format]) => [format, type as keyof typeof FORMATS]));

/** What a file of this mode is in an archive; undefined: a socket, which has no place in one. */
export const tarTypeOf = (mode: number): keyof typeof FORMATS | undefined => TYPES.get(mode & S.IFMT);
