/** Constants of the Linux user-space interface on riscv64 (include/uapi; asm-generic values), grouped as man pages do. */

/** open(2). */
export const O = {
  ACCMODE: 3,
  RDONLY: 0,
  WRONLY: 1,
  RDWR: 2,
  CREAT: 0o100,
  EXCL: 0o200,
  NOCTTY: 0o400,
  TRUNC: 0o1000,
  APPEND: 0o2000,
  NONBLOCK: 0o4000,
  ASYNC: 0o20000,
  DIRECTORY: 0o200000,
  NOFOLLOW: 0o400000,
  CLOEXEC: 0o2000000,
  PATH: 0o10000000,
  TMPFILE: 0o20200000,
} as const;

/** inode(7): the type of a file in its mode. */
export const S = {
  IFMT: 0o170000,
  IFSOCK: 0o140000,
  IFLNK: 0o120000,
  IFREG: 0o100000,
  IFBLK: 0o060000,
  IFDIR: 0o040000,
  IFCHR: 0o020000,
  IFIFO: 0o010000,
  ISUID: 0o4000,
  ISGID: 0o2000,
  ISVTX: 0o1000,
} as const;

/** The *at system calls. */
export const AT = {
  FDCWD: -100,
  SYMLINK_NOFOLLOW: 0x100,
  REMOVEDIR: 0x200,
  SYMLINK_FOLLOW: 0x400,
  EMPTY_PATH: 0x1000,
} as const;

/** mmap(2), mprotect(2). */
export const PROT = { READ: 1, WRITE: 2, EXEC: 4 } as const;
export const MAP = {
  SHARED: 1,
  PRIVATE: 2,
  FIXED: 0x10,
  ANONYMOUS: 0x20,
  GROWSDOWN: 0x100,
  NORESERVE: 0x4000,
  POPULATE: 0x8000,
  STACK: 0x20000,
  FIXED_NOREPLACE: 0x100000,
} as const;

/** clone(2). */
export const CLONE = {
  NEWTIME: 0x80,
  VM: 0x100,
  FS: 0x200,
  FILES: 0x400,
  SIGHAND: 0x800,
  PIDFD: 0x1000,
  VFORK: 0x4000,
  PARENT: 0x8000,
  DETACHED: 0x400000,
  THREAD: 0x10000,
  NEWNS: 0x20000,
  SETTLS: 0x80000,
  PARENT_SETTID: 0x100000,
  CHILD_CLEARTID: 0x200000,
  CHILD_SETTID: 0x1000000,
  NEWCGROUP: 0x2000000,
  NEWUTS: 0x4000000,
  NEWIPC: 0x8000000,
  NEWUSER: 0x10000000,
  NEWPID: 0x20000000,
  NEWNET: 0x40000000,
} as const;

/** signal(7). */
export const SIG = {
  HUP: 1,
  INT: 2,
  QUIT: 3,
  ILL: 4,
  TRAP: 5,
  ABRT: 6,
  BUS: 7,
  FPE: 8,
  KILL: 9,
  USR1: 10,
  SEGV: 11,
  USR2: 12,
  PIPE: 13,
  ALRM: 14,
  TERM: 15,
  STKFLT: 16,
  CHLD: 17,
  CONT: 18,
  STOP: 19,
  TSTP: 20,
  TTIN: 21,
  TTOU: 22,
  URG: 23,
  XCPU: 24,
  XFSZ: 25,
  VTALRM: 26,
  PROF: 27,
  WINCH: 28,
  IO: 29,
  PWR: 30,
  SYS: 31,
} as const;

/** "SIGKILL" of 9. */
export const signalName = (number: number): string =>
  `SIG${Object.entries(SIG).find(([, value]) => value === number)?.[0] ?? number}`;
export const SIGNALS = 64;

/** sigaction(2). */
export const SA = {
  NOCLDSTOP: 1,
  NOCLDWAIT: 2,
  SIGINFO: 4,
  ONSTACK: 0x0800_0000,
  RESTART: 0x1000_0000,
  NODEFER: 0x4000_0000,
  RESETHAND: 0x8000_0000,
} as const;

/** poll(2). */
export const POLL = { IN: 1, PRI: 2, OUT: 4, ERR: 8, HUP: 16, NVAL: 32, RDHUP: 0x2000 } as const;

/** fcntl(2). */
export const F = {
  DUPFD: 0,
  GETFD: 1,
  SETFD: 2,
  GETFL: 3,
  SETFL: 4,
  GETLK: 5,
  SETLK: 6,
  SETLKW: 7,
  OFD_GETLK: 36,
  OFD_SETLK: 37,
  OFD_SETLKW: 38,
  SETOWN: 8,
  GETOWN: 9,
  SETSIG: 10,
  GETSIG: 11,
  SETOWN_EX: 15,
  GETOWN_EX: 16,
  DUPFD_CLOEXEC: 1030,
  SETPIPE_SZ: 1031,
  GETPIPE_SZ: 1032,
  ADD_SEALS: 1033,
  GET_SEALS: 1034,
} as const;

/** getrlimit(2); the order of the limits in /proc/pid/limits. */
export const RLIMITS = [
  { name: 'RLIMIT_CPU', id: 'Max cpu time', unit: 'seconds' },
  { name: 'RLIMIT_FSIZE', id: 'Max file size', unit: 'bytes' },
  { name: 'RLIMIT_DATA', id: 'Max data size', unit: 'bytes' },
  { name: 'RLIMIT_STACK', id: 'Max stack size', unit: 'bytes' },
  { name: 'RLIMIT_CORE', id: 'Max core file size', unit: 'bytes' },
  { name: 'RLIMIT_RSS', id: 'Max resident set', unit: 'bytes' },
  { name: 'RLIMIT_NPROC', id: 'Max processes', unit: 'processes' },
  { name: 'RLIMIT_NOFILE', id: 'Max open files', unit: 'files' },
  { name: 'RLIMIT_MEMLOCK', id: 'Max locked memory', unit: 'bytes' },
  { name: 'RLIMIT_AS', id: 'Max address space', unit: 'bytes' },
  { name: 'RLIMIT_LOCKS', id: 'Max file locks', unit: 'locks' },
  { name: 'RLIMIT_SIGPENDING', id: 'Max pending signals', unit: 'signals' },
  { name: 'RLIMIT_MSGQUEUE', id: 'Max msgqueue size', unit: 'bytes' },
  { name: 'RLIMIT_NICE', id: 'Max nice priority', unit: '' },
  { name: 'RLIMIT_RTPRIO', id: 'Max realtime priority', unit: '' },
  { name: 'RLIMIT_RTTIME', id: 'Max realtime timeout', unit: 'us' },
] as const;
export const RLIMIT = { CPU: 0, FSIZE: 1, STACK: 3, NPROC: 6, NOFILE: 7, AS: 9, SIGPENDING: 11, NICE: 13 } as const;
export const UNLIMITED = Number.POSITIVE_INFINITY;

/** ioctl_tty(2). */
export const TTY = {
  TCGETS: 0x5401,
  TCSETS: 0x5402,
  TCSETSW: 0x5403,
  TCSETSF: 0x5404,
  // With struct termios2, which newer C libraries ask for.
  TCGETS2: 0x802c_542a,
  TCSETS2: 0x402c_542b,
  TCSETSW2: 0x402c_542c,
  TCSETSF2: 0x402c_542d,
  TIOCSCTTY: 0x540e,
  TIOCGPGRP: 0x540f,
  TIOCSPGRP: 0x5410,
  TIOCGWINSZ: 0x5413,
  TIOCSWINSZ: 0x5414,
  FIONREAD: 0x541b,
  TIOCNOTTY: 0x5422,
  TIOCGSID: 0x5429,
  TCFLSH: 0x540b,
  TCSBRK: 0x5409,
  TCXONC: 0x540a,
  TIOCGPTN: 0x8004_5430,
  TIOCSPTLCK: 0x4004_5431,
} as const;
