/** Error numbers of the generic Linux ABI (include/uapi/asm-generic/errno.h) and how the kernel's parts report them. */

export const E = {
  PERM: 1,
  NOENT: 2,
  SRCH: 3,
  INTR: 4,
  IO: 5,
  NXIO: 6,
  TOOBIG: 7,
  NOEXEC: 8,
  BADF: 9,
  CHILD: 10,
  AGAIN: 11,
  NOMEM: 12,
  ACCES: 13,
  FAULT: 14,
  BUSY: 16,
  EXIST: 17,
  XDEV: 18,
  NODEV: 19,
  NOTDIR: 20,
  ISDIR: 21,
  INVAL: 22,
  NFILE: 23,
  MFILE: 24,
  NOTTY: 25,
  TXTBSY: 26,
  FBIG: 27,
  NOSPC: 28,
  SPIPE: 29,
  ROFS: 30,
  MLINK: 31,
  PIPE: 32,
  RANGE: 34,
  DEADLK: 35,
  NAMETOOLONG: 36,
  NOSYS: 38,
  NOTEMPTY: 39,
  LOOP: 40,
  NOMSG: 42,
  IDRM: 43,
  NODATA: 61,
  OVERFLOW: 75,
  ILSEQ: 84,
  USERS: 87,
  NOTSOCK: 88,
  DESTADDRREQ: 89,
  MSGSIZE: 90,
  PROTOTYPE: 91,
  NOPROTOOPT: 92,
  PROTONOSUPPORT: 93,
  SOCKTNOSUPPORT: 94,
  OPNOTSUPP: 95,
  AFNOSUPPORT: 97,
  PFNOSUPPORT: 96,
  ADDRINUSE: 98,
  ADDRNOTAVAIL: 99,
  NETDOWN: 100,
  NETUNREACH: 101,
  CONNABORTED: 103,
  CONNRESET: 104,
  NOBUFS: 105,
  ISCONN: 106,
  NOTCONN: 107,
  TIMEDOUT: 110,
  CONNREFUSED: 111,
  HOSTUNREACH: 113,
  ALREADY: 114,
  INPROGRESS: 115,
  STALE: 116,
  DQUOT: 122,
  NOKEY: 126,
} as const;

/** Thrown by anything below a system call; the call then returns `-code`. Not an Error: no stack is captured. */
export class SysError {
  readonly code: number;
  constructor(code: number) {
    this.code = code;
  }
}

const instances = new Map<number, SysError>();

/** Ends the present system call with an error number of `E`. */
export function fail(code: number): never {
  let error = instances.get(code);
  if (!error) {
    error = new SysError(code);
    instances.set(code, error);
  }
  throw error;
}

/** "ENOENT" of 2. */
export const errnoName = (code: number): string =>
  `E${Object.entries(E).find(([, value]) => value === code)?.[0] ?? code}`;
