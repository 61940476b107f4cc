/* System calls of Linux on RISC-V, without a C library. A negative result is -errno. */
#ifndef SYS_H
#define SYS_H
#include <stddef.h>
#include <stdint.h>

enum {
  SYS_lsetxattr = 6,
  SYS_lgetxattr = 9,
  SYS_llistxattr = 12,
  SYS_dup3 = 24,
  SYS_ioctl = 29,
  SYS_mknodat = 33,
  SYS_mkdirat = 34,
  SYS_unlinkat = 35,
  SYS_symlinkat = 36,
  SYS_linkat = 37,
  SYS_mount = 40,
  SYS_chdir = 49,
  SYS_chroot = 51,
  SYS_fchmodat = 53,
  SYS_fchownat = 54,
  SYS_fchown = 55,
  SYS_openat = 56,
  SYS_close = 57,
  SYS_pipe2 = 59,
  SYS_getdents64 = 61,
  SYS_read = 63,
  SYS_write = 64,
  SYS_ppoll = 73,
  SYS_signalfd4 = 74,
  SYS_readlinkat = 78,
  SYS_newfstatat = 79,
  SYS_sync = 81,
  SYS_fsync = 82,
  SYS_utimensat = 88,
  SYS_exit_group = 94,
  SYS_nanosleep = 101,
  SYS_clock_settime = 112,
  SYS_kill = 129,
  SYS_rt_sigprocmask = 135,
  SYS_rt_sigtimedwait = 137,
  SYS_reboot = 142,
  SYS_setgid = 144,
  SYS_setuid = 146,
  SYS_setsid = 157,
  SYS_setgroups = 159,
  SYS_sethostname = 161,
  SYS_umask = 166,
  SYS_getpid = 172,
  SYS_socket = 198,
  SYS_clone = 220,
  SYS_execve = 221,
  SYS_mmap = 222,
  SYS_wait4 = 260,
  SYS_setns = 268,
  SYS_finit_module = 273,
  SYS_pidfd_open = 434,
  SYS_close_range = 436
};

enum { O_RDONLY = 0, O_WRONLY = 1, O_RDWR = 2, O_CREAT = 0x40, O_EXCL = 0x80, O_NOCTTY = 0x100, O_TRUNC = 0x200, O_NONBLOCK = 0x800, O_CLOEXEC = 0x80000, O_DIRECTORY = 0x10000, O_NOFOLLOW = 0x20000 };
enum { AT_FDCWD = -100, AT_SYMLINK_NOFOLLOW = 0x100, AT_REMOVEDIR = 0x200 };
enum { ENOENT = 2, ESRCH = 3, EINTR = 4, EIO = 5, EAGAIN = 11, EBUSY = 16, EEXIST = 17, EINVAL = 22, EPIPE = 32, ENODATA = 61, EOPNOTSUPP = 95 };
enum { POLLIN = 1, POLLOUT = 4, POLLERR = 8, POLLHUP = 16 };
enum { SIGHUP = 1, SIGKILL = 9, SIGPIPE = 13, SIGTERM = 15, SIGCHLD = 17 };

struct pollfd {
  int fd;
  short events, revents;
};

static inline long syscall5(long number, long a, long b, long c, long d, long e) {
  register long a7 __asm__("a7") = number;
  register long a0 __asm__("a0") = a;
  register long a1 __asm__("a1") = b;
  register long a2 __asm__("a2") = c;
  register long a3 __asm__("a3") = d;
  register long a4 __asm__("a4") = e;
  __asm__ volatile("ecall" : "+r"(a0) : "r"(a7), "r"(a1), "r"(a2), "r"(a3), "r"(a4) : "memory");
  return a0;
}
static inline long syscall6(long number, long a, long b, long c, long d, long e, long f) {
  register long a7 __asm__("a7") = number;
  register long a0 __asm__("a0") = a;
  register long a1 __asm__("a1") = b;
  register long a2 __asm__("a2") = c;
  register long a3 __asm__("a3") = d;
  register long a4 __asm__("a4") = e;
  register long a5 __asm__("a5") = f;
  __asm__ volatile("ecall" : "+r"(a0) : "r"(a7), "r"(a1), "r"(a2), "r"(a3), "r"(a4), "r"(a5) : "memory");
  return a0;
}
#define syscall(number, a, b, c) syscall5(number, (long)(a), (long)(b), (long)(c), 0, 0)

static inline int sys_open(const char *path, int flags) { return (int)syscall5(SYS_openat, AT_FDCWD, (long)path, flags, 0, 0); }
static inline void sys_close(int fd) { syscall(SYS_close, fd, 0, 0); }
static inline long sys_read(int fd, void *to, size_t n) { return syscall(SYS_read, fd, to, n); }
static inline long sys_write(int fd, const void *from, size_t n) { return syscall(SYS_write, fd, from, n); }
static inline long sys_ioctl(int fd, unsigned long request, void *argument) { return syscall(SYS_ioctl, fd, request, argument); }
static inline long sys_fork(void) { return syscall5(SYS_clone, SIGCHLD, 0, 0, 0, 0); }
/*
 * Starts `run`, which must not return, on a stack of its own in this process's memory; goes on when it has started a program or ended. What
 * a fork costs is mostly the copying of page tables that the program throws away.
 */
static inline long sys_vfork(void (*run)(const void *), const void *argument, void *stack_end) {
  enum { CLONE_VM = 0x100, CLONE_VFORK = 0x4000 };
  register long a7 __asm__("a7") = SYS_clone;
  register long a0 __asm__("a0") = CLONE_VM | CLONE_VFORK | SIGCHLD;
  register long a1 __asm__("a1") = (long)stack_end;
  register long a2 __asm__("a2") = 0;
  register long a3 __asm__("a3") = 0;
  register long a4 __asm__("a4") = 0;
  __asm__ volatile(
      "ecall\n"
      "bnez a0, 1f\n"
      "mv a0, %[argument]\n"
      "jalr %[run]\n"
      "1:"
      : "+r"(a0)
      : "r"(a7), "r"(a1), "r"(a2), "r"(a3), "r"(a4), [run] "r"(run), [argument] "r"(argument)
      : "memory");
  return a0;
}
static inline _Noreturn void sys_exit(int code) {
  for (;;) syscall(SYS_exit_group, code, 0, 0);
}

/* The compiler may call these. */
void *memcpy(void *to, const void *from, size_t n);
void *memset(void *to, int byte, size_t n);
size_t strlen(const char *s);

#endif
