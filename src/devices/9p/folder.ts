/** A folder that is shared with a guest: what a 9p server needs of a file system, in memory or of the host. */
import type { StateReader, StateWriter } from '../state.ts';
import type { SyncFile } from '../sync-file.ts';

/** Error numbers of Linux, as 9P2000.L has them on the wire. */
export const ERRNO = {
  EPERM: 1,
  ENOENT: 2,
  EIO: 5,
  ENXIO: 6,
  EBADF: 9,
  EACCES: 13,
  EBUSY: 16,
  EEXIST: 17,
  EXDEV: 18,
  ENOTDIR: 20,
  EISDIR: 21,
  EINVAL: 22,
  ENFILE: 23,
  EMFILE: 24,
  ETXTBSY: 26,
  EFBIG: 27,
  ENOSPC: 28,
  EROFS: 30,
  EMLINK: 31,
  ERANGE: 34,
  ENAMETOOLONG: 36,
  ENOTEMPTY: 39,
  ELOOP: 40,
  EPROTO: 71,
  EILSEQ: 84,
  EOPNOTSUPP: 95,
  ESTALE: 116,
  EDQUOT: 122,
} as const;

export type ErrnoName = keyof typeof ERRNO;

/** What a file system answers instead of a result. */
export class FileError extends Error {
  readonly errno: number;

  constructor(name: ErrnoName) {
    super(name);
    this.name = 'FileError';
    this.errno = ERRNO[name];
  }
}

/** File types in a mode (S_IFMT and its values). */
export const TYPE = { mask: 0o170000, file: 0o100000, folder: 0o040000, symlink: 0o120000 } as const;
export const isFolder = (mode: number): boolean => (mode & TYPE.mask) === TYPE.folder;

/** Bytes of a name, at most. */
export const NAME_MAX = 255;

/** A name that a client (or a saved state) gives to something: one step, and a real one. */
export function checkedName(name: string): string {
  if (name === '' || name === '.' || name === '..' || name.includes('/') || name.includes('\0'))
    throw new FileError('EINVAL');
  // No character takes more than three bytes in UTF-8 for each of its units in UTF-16.
  if (3 * name.length > NAME_MAX && new TextEncoder().encode(name).length > NAME_MAX)
    throw new FileError('ENAMETOOLONG');
  return name;
}

/** Folders one in another, at most: more than a path of Linux (4,096 bytes) can name. */
const MOST_DEPTH = 2048;

/** The path of something in a folder. */
export function childOf(folder: Path, name: string): Path {
  if (folder.length >= MOST_DEPTH) throw new FileError('ENAMETOOLONG');
  return [...folder, checkedName(name)];
}

/** Names from the root of the share down; none of them is empty, `.` or `..`, or has a slash. */
export type Path = readonly string[];

/** Times in nanoseconds since 1970, sizes in bytes. */
export interface FileStat {
  /** Tells files of a share apart. */
  readonly id: bigint;
  /** Type and permissions. */
  readonly mode: number;
  readonly links: number;
  readonly size: number;
  readonly atime: bigint;
  readonly mtime: bigint;
  readonly ctime: bigint;
}

export interface Entry {
  readonly name: string;
  readonly id: bigint;
  /** The type part of the mode. */
  readonly type: number;
}

export interface OpenFile extends SyncFile {
  stat(): FileStat;
}

export interface Space {
  readonly blockSize: number;
  readonly blocks: bigint;
  readonly free: bigint;
  readonly files: bigint;
  readonly filesFree: bigint;
}

export interface OpenHow {
  readonly read: boolean;
  readonly write: boolean;
  readonly truncate: boolean;
}

/** A time to set: nanoseconds since 1970, or what the clock of the folder says. */
export type NewTime = bigint | 'now';

/** Everything throws `FileError`. Nothing follows a symbolic link, neither at the end of a path nor on its way. */
export interface Folder {
  stat(path: Path): FileStat;
  list(path: Path): Entry[];
  /** Opens a regular file. */
  open(path: Path, how: OpenHow): OpenFile;
  /** Makes a regular file and opens it; EEXIST where something is there. */
  create(path: Path, how: OpenHow, permissions: number): OpenFile;
  makeFolder(path: Path, permissions: number): void;
  makeLink(path: Path, target: string): void;
  readLink(path: Path): string;
  /** A second name for a file. */
  link(from: Path, to: Path): void;
  /** Removes a file or a link, or, with `folder`, an empty folder. */
  remove(path: Path, folder: boolean): void;
  /** Moves over what is there, as rename(2) does. */
  rename(from: Path, to: Path): void;
  setPermissions(path: Path, permissions: number): void;
  setTimes(path: Path, atime: NewTime | null, mtime: NewTime | null): void;
  setSize(path: Path, size: number): void;
  space(): Space;
  /** Contents that live in memory alone belong into a snapshot. */
  save?(into: StateWriter): void;
  restore?(from: StateReader): void;
}
