/** What a tar archive's member is: ustar (POSIX.1-1988), pax (POSIX.1-2001), GNU's long names and sparse files. */

export const BLOCK = 512;

export type TarType = 'file' | 'hardlink' | 'symlink' | 'character' | 'block' | 'directory' | 'fifo';

/** Type flags and what they are here; `7` (contiguous) and NUL are files of old. */
export const TAR_TYPES: readonly (readonly [flag: string, type: TarType])[] = [
  ['0', 'file'],
  ['\0', 'file'],
  ['7', 'file'],
  ['1', 'hardlink'],
  ['2', 'symlink'],
  ['3', 'character'],
  ['4', 'block'],
  ['5', 'directory'],
  ['6', 'fifo'],
];

/** Where fields lie in a header, and how long they are. */
export const FIELD = {
  name: [0, 100],
  mode: [100, 8],
  uid: [108, 8],
  gid: [116, 8],
  size: [124, 12],
  mtime: [136, 12],
  checksum: [148, 8],
  type: [156, 1],
  link: [157, 100],
  magic: [257, 8],
  user: [265, 32],
  group: [297, 32],
  major: [329, 8],
  minor: [337, 8],
  prefix: [345, 155],
} as const;

/** Bytes of a file that lie together in the archive; what no extent covers is zero. */
export interface Extent {
  /** In the file. */
  readonly at: number;
  /** In the archive. */
  readonly offset: number;
  readonly length: number;
}

export interface TarEntry {
  readonly name: string;
  readonly type: TarType;
  /** Permission bits. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Milliseconds since 1970. */
  readonly mtime: number;
  readonly size: number;
  /** Of a link: where it leads. */
  readonly link: string;
  /** Of a device: its major and minor number. */
  readonly device: readonly [number, number];
  readonly xattrs: ReadonlyMap<string, Uint8Array>;
  readonly extents: readonly Extent[];
}

export const padded = (n: number): number => Math.ceil(n / BLOCK) * BLOCK;

/** Sum of a header's bytes, those of the sum itself taken for blanks. */
export function checksum(header: Uint8Array): number {
  const [at, length] = FIELD.checksum;
  let sum = length * 0x20;
  for (let i = 0; i < BLOCK; i++) if (i < at || i >= at + length) sum += header[i]!;
  return sum;
}
