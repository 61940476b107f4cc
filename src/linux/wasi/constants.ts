/** Numbers of WASI preview 1 (witx: wasi_snapshot_preview1). */
import { E } from '../errno.ts';
import { S } from '../uapi.ts';

export const SUCCESS = 0;

/** Its error numbers, by Linux's names. */
const ERRNO: Readonly<Partial<Record<keyof typeof E, number>>> = {
  TOOBIG: 1,
  ACCES: 2,
  AGAIN: 6,
  BADF: 8,
  BUSY: 10,
  EXIST: 20,
  FAULT: 21,
  FBIG: 22,
  ILSEQ: 25,
  INVAL: 28,
  IO: 29,
  ISDIR: 31,
  LOOP: 32,
  MFILE: 33,
  MLINK: 34,
  NAMETOOLONG: 37,
  NFILE: 41,
  NODEV: 43,
  NOENT: 44,
  NOEXEC: 45,
  NOMEM: 48,
  NOSPC: 51,
  NOSYS: 52,
  NOTDIR: 54,
  NOTEMPTY: 55,
  NOTSOCK: 57,
  NOTTY: 59,
  NXIO: 60,
  OVERFLOW: 61,
  PERM: 63,
  PIPE: 64,
  RANGE: 68,
  ROFS: 69,
  SPIPE: 70,
  TXTBSY: 74,
  XDEV: 75,
  OPNOTSUPP: 58,
};
const BY_LINUX = new Map(Object.entries(ERRNO).map(([name, code]) => [E[name as keyof typeof E] as number, code]));

/** A Linux error as WASI's; what it has no name for is an I/O error. */
export const errnoOf = (linux: number): number => BY_LINUX.get(linux) ?? 29;

/** File types, by Linux's mode bits. */
const TYPES = new Map<number, number>([
  [S.IFBLK, 1],
  [S.IFCHR, 2],
  [S.IFDIR, 3],
  [S.IFREG, 4],
  [S.IFSOCK, 6],
  [S.IFLNK, 7],
]);
export const fileType = (mode: number): number => TYPES.get(mode & S.IFMT) ?? 0;

export const FDFLAG = { APPEND: 1, DSYNC: 2, NONBLOCK: 4, RSYNC: 8, SYNC: 16 } as const;
export const OFLAG = { CREAT: 1, DIRECTORY: 2, EXCL: 4, TRUNC: 8 } as const;
export const FSTFLAG = { ATIM: 1, ATIM_NOW: 2, MTIM: 4, MTIM_NOW: 8 } as const;
export const RIGHT = { READ: 1n << 1n, WRITE: 1n << 6n, ALLOCATE: 1n << 8n, SET_SIZE: 1n << 22n } as const;
/** Everything there is. */
export const ALL_RIGHTS = (1n << 30n) - 1n;
export const EVENT = { CLOCK: 0, READ: 1, WRITE: 2 } as const;
