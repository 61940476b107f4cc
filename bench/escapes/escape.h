/*
 * Attempts to get out of where a program runs. Each is named in src/abi/escapes.ts, says every call it tries with its result, and what
 * it found of the secret that only the outside has.
 */
#ifndef ESCAPE_H
#define ESCAPE_H
#include "sys.h"

/* Calls that sys.h has no need of. */
enum {
  SYS_fcntl = 25,
  SYS_umount2 = 39,
  SYS_pivot_root = 41,
  SYS_fchdir = 50,
  SYS_lseek = 62,
  SYS_pread64 = 67,
  SYS_unshare = 97,
  SYS_init_module = 105,
  SYS_delete_module = 106,
  SYS_ptrace = 117,
  SYS_shmget = 194,
  SYS_shmat = 196,
  SYS_bind = 200,
  SYS_listen = 201,
  SYS_accept = 202,
  SYS_connect = 203,
  SYS_add_key = 217,
  SYS_request_key = 218,
  SYS_keyctl = 219,
  SYS_prlimit64 = 261,
  SYS_name_to_handle_at = 264,
  SYS_open_by_handle_at = 265,
  SYS_process_vm_readv = 270,
  SYS_renameat2 = 276,
  SYS_open_tree = 428,
  SYS_fsopen = 430,
  SYS_pidfd_getfd = 438
};
enum { O_PATH = 0x200000, AT_SYMLINK_FOLLOW = 0x400 };
enum { MS_RDONLY = 1, MS_REMOUNT = 32, MS_BIND = 4096, MS_REC = 16384, MS_PRIVATE = 1 << 18, MNT_DETACH = 2 };
enum { NEW_NS = 0x20000, NEW_CGROUP = 0x2000000, NEW_UTS = 0x4000000, NEW_IPC = 0x8000000, NEW_USER = 0x10000000, NEW_PID = 0x20000000, NEW_NET = 0x40000000 };
enum { S_IFCHR = 0020000, S_IFBLK = 0060000 };
enum { SEARCHED = 4 << 20, MANY = 8, FIRST_PIDS = 24, KEY = 0x74726170 };

/* What the program is told of the outside. */
struct clues {
  const char *share;
  const char *folder; /* the outside's, as it is named there */
  const char *secrets[MANY];
  int secret_count;
  int pids[MANY];
  int pid_count;
  const char *socket; /* abstract */
  const char *addresses[MANY];
  int address_count;
  int port;
  const char *group;
};
extern struct clues clues;
/* Where the outside's own process has the secret: the same place in every process of this program. */
extern char secret[64];

/* Says a call and its result, which it returns. */
long tried(const char *call, const char *on, long result);
/* Looks for the secret and says it. */
void look_at(const char *bytes, long n);
void look_fd(int fd);
/* Opens a file and looks. */
void look(const char *path);
/* Strings that are put together, of up to five parts; the latest eight stay. */
const char *join(const char *a, const char *b, const char *c, const char *d, const char *e);
const char *number(long n);
long number_of(const char *text);
int same(const char *a, const char *b);
/* An empty folder of one's own. */
const char *jail(void);
/* Calls it for process numbers that may be somebody else's. */
void each_pid(void (*what)(int pid));
/* Looks for the secret where /proc, mounted there, leads. */
void look_through(const char *proc);
long open_at(const char *path, int flags);
long write_file(const char *path, const char *text);

struct attempt {
  const char *name;
  void (*run)(void);
};
extern const struct attempt path_attempts[], process_attempts[], mount_attempts[], kernel_attempts[];
void be_outside(const char *token);

#endif
