/* bench/user/lib's calls, as Linux has them on RISC-V (include/uapi/asm-generic/unistd.h). */
#include "user.h"
#include "files.h"
#include "sockets.h"
#include "system_call.h"

enum {
  LINUX_dup3 = 24,
  LINUX_ioctl = 29,
  LINUX_mkdirat = 34,
  LINUX_unlinkat = 35,
  LINUX_renameat2 = 276,
  LINUX_openat = 56,
  LINUX_close = 57,
  LINUX_pipe2 = 59,
  LINUX_read = 63,
  LINUX_write = 64,
  LINUX_pread64 = 67,
  LINUX_pwrite64 = 68,
  LINUX_newfstatat = 79,
  LINUX_exit = 93,
  LINUX_nanosleep = 101,
  LINUX_clock_gettime = 113,
  LINUX_sched_yield = 124,
  LINUX_kill = 129,
  LINUX_rt_sigaction = 134,
  LINUX_getpid = 172,
  LINUX_socket = 198,
  LINUX_bind = 200,
  LINUX_listen = 201,
  LINUX_accept = 202,
  LINUX_connect = 203,
  LINUX_getsockname = 204,
  LINUX_setsockopt = 208,
  LINUX_brk = 214,
  LINUX_munmap = 215,
  LINUX_clone = 220,
  LINUX_mmap = 222,
  LINUX_mprotect = 226,
  LINUX_wait4 = 260
};
enum { CLOCK_MONOTONIC = 1, SIGCHLD = 17, SA_SIGINFO = 4, MAP_PRIVATE_ANONYMOUS = 0x22 };
enum { AF_INET = 2, SOCK_STREAM = 1, IPPROTO_TCP = 6, TCP_NODELAY = 1, SIOCSIFFLAGS = 0x8914, IFF_UP = 1 };
enum { AT_FDCWD = -100, AT_REMOVEDIR = 0x200, O_RDONLY = 0, O_RDWR_CREAT_TRUNC = 0x242 };

static s64 system_call6(u64 number, u64 arg0, u64 arg1, u64 arg2, u64 arg3, u64 arg4, u64 arg5) {
  register u64 a0 __asm__("a0") = arg0;
  register u64 a1 __asm__("a1") = arg1;
  register u64 a2 __asm__("a2") = arg2;
  register u64 a3 __asm__("a3") = arg3;
  register u64 a4 __asm__("a4") = arg4;
  register u64 a5 __asm__("a5") = arg5;
  register u64 a7 __asm__("a7") = number;
  __asm__ volatile("ecall" : "+r"(a0) : "r"(a1), "r"(a2), "r"(a3), "r"(a4), "r"(a5), "r"(a7) : "memory");
  return (s64)a0;
}

void exit(s64 status) {
  system_call(LINUX_exit, (u64)status, 0, 0);
  __builtin_unreachable();
}

s64 read(s32 file, void *to, u64 bytes) { return system_call(LINUX_read, (u64)file, (u64)to, bytes); }
s64 write(s32 file, const void *from, u64 bytes) { return system_call(LINUX_write, (u64)file, (u64)from, bytes); }
s64 close(s32 file) { return system_call(LINUX_close, (u64)file, 0, 0); }
s64 dup(s32 file, s32 wanted) { return system_call(LINUX_dup3, (u64)file, (u64)wanted, 0); }
s64 pipe(s32 ends[2]) { return system_call(LINUX_pipe2, (u64)ends, 0, 0); }
s64 kill(u64 pid, u64 signal) { return system_call(LINUX_kill, pid, signal, 0); }
s64 getpid(void) { return system_call(LINUX_getpid, 0, 0, 0); }
s64 yield(void) { return system_call(LINUX_sched_yield, 0, 0, 0); }
s64 fork(void) { return system_call6(LINUX_clone, SIGCHLD, 0, 0, 0, 0, 0); }

s64 wait(s64 *status) {
  s32 how = 0;
  s64 pid = system_call6(LINUX_wait4, (u64)-1, (u64)&how, 0, 0, 0, 0);
  if (status) *status = how & 0x7f ? STATUS_SIGNALLED + (how & 0x7f) : how >> 8;
  return pid;
}

s64 sleep_us(u64 microseconds) {
  s64 time[2] = {(s64)(microseconds / 1000000), (s64)(microseconds % 1000000 * 1000)};
  return system_call(LINUX_nanosleep, (u64)time, 0, 0);
}

u64 now_us(void) {
  s64 time[2] = {0, 0}; /* seconds, nanoseconds */
  system_call(LINUX_clock_gettime, CLOCK_MONOTONIC, (u64)time, 0);
  return (u64)time[0] * 1000000 + (u64)time[1] / 1000;
}

/* brk gives the end as it is then, moved or not. */
void *sbrk(u64 bytes) {
  u64 end = (u64)system_call(LINUX_brk, 0, 0, 0);
  if (bytes && (u64)system_call(LINUX_brk, end + bytes, 0, 0) != end + bytes) return NULL;
  return (void *)end;
}

void *mmap(u64 bytes, u64 rights) {
  s64 at = system_call6(LINUX_mmap, 0, bytes, rights, MAP_PRIVATE_ANONYMOUS, (u64)-1, 0);
  return at < 0 ? NULL : (void *)at;
}
s64 munmap(void *start, u64 bytes) { return system_call(LINUX_munmap, (u64)start, bytes, 0); }
s64 mprotect(void *start, u64 bytes, u64 rights) { return system_call(LINUX_mprotect, (u64)start, bytes, rights); }

/* There are no loops in a kernel of Linux, nor may a program ignore an illegal instruction. */
s64 nano(u64 operation, u64 iterations, u64 argument) { return (void)operation, (void)iterations, (void)argument, -1; }
s64 ignore_signal(u64 signal) { return (void)signal, -1; }

static signal_handler handlers[SIGNAL_COUNT];

/* The faulting address lies 16 bytes into siginfo. */
static void take_signal(s32 signal, const u64 *info, void *context) {
  (void)context;
  handlers[signal]((u64)signal, info[2]);
}

s64 on_signal(u64 signal, signal_handler handler) {
  u64 action[3] = {(u64)take_signal, SA_SIGINFO, 0}; /* handler, flags, mask */
  handlers[signal] = handler;
  return system_call6(LINUX_rt_sigaction, signal, (u64)action, 0, sizeof(u64), 0, 0);
}

s64 file_create(const char *path) { return system_call6(LINUX_openat, (u64)AT_FDCWD, (u64)path, O_RDWR_CREAT_TRUNC, 0644, 0, 0); }
s64 file_open(const char *path) { return system_call(LINUX_openat, (u64)AT_FDCWD, (u64)path, O_RDONLY); }
s64 file_read_at(s32 file, void *to, u64 bytes, u64 at) { return system_call6(LINUX_pread64, (u64)file, (u64)to, bytes, at, 0, 0); }
s64 file_write_at(s32 file, const void *from, u64 bytes, u64 at) {
  return system_call6(LINUX_pwrite64, (u64)file, (u64)from, bytes, at, 0, 0);
}
s64 file_rename(const char *from, const char *to) {
  return system_call6(LINUX_renameat2, (u64)AT_FDCWD, (u64)from, (u64)AT_FDCWD, (u64)to, 0, 0);
}
s64 file_remove(const char *path) { return system_call(LINUX_unlinkat, (u64)AT_FDCWD, (u64)path, 0); }
s64 folder_create(const char *path) { return system_call(LINUX_mkdirat, (u64)AT_FDCWD, (u64)path, 0755); }
s64 folder_remove(const char *path) { return system_call(LINUX_unlinkat, (u64)AT_FDCWD, (u64)path, AT_REMOVEDIR); }

s64 file_size(const char *path) {
  u64 stat[16]; /* st_size is the seventh word (asm-generic/stat.h) */
  s64 failed = system_call6(LINUX_newfstatat, (u64)AT_FDCWD, (u64)path, (u64)stat, 0, 0, 0);
  return failed ? failed : (s64)stat[6];
}

/* An Internet address: the family, then port and address in network order. */
struct address {
  u16 family, port;
  u8 host[4], zero[8];
};

static struct address address_of(u32 host, u32 port) {
  return (struct address){
      AF_INET, (u16)(port >> 8 | port << 8), {(u8)(host >> 24), (u8)(host >> 16), (u8)(host >> 8), (u8)host}, {0}};
}

static s64 tcp_socket(void) { return system_call(LINUX_socket, AF_INET, SOCK_STREAM, 0); }

static void at_once(s64 file) {
  s32 on = 1;
  system_call6(LINUX_setsockopt, (u64)file, IPPROTO_TCP, TCP_NODELAY, (u64)&on, sizeof(on), 0);
}

s64 tcp_listen(u32 address, u32 *port) {
  struct address at = address_of(address, *port);
  u32 length = sizeof(at);
  struct {
    char name[16];
    u16 flags;
    u8 rest[22];
  } interface = {"lo", IFF_UP, {0}};
  s64 file = tcp_socket();
  if (file < 0) return file;
  /* Of a system that has just booted; where it is up already, who may not do this need not. */
  system_call(LINUX_ioctl, (u64)file, SIOCSIFFLAGS, (u64)&interface);
  s64 failed = system_call(LINUX_bind, (u64)file, (u64)&at, sizeof(at));
  if (!failed) failed = system_call(LINUX_listen, (u64)file, 1, 0);
  if (!failed) failed = system_call(LINUX_getsockname, (u64)file, (u64)&at, (u64)&length);
  *port = (u32)(at.port >> 8 | (at.port & 255) << 8);
  return failed ? failed : file;
}

s64 tcp_accept(s32 listener) {
  s64 file = system_call(LINUX_accept, (u64)listener, 0, 0);
  if (file >= 0) at_once(file);
  return file;
}

s64 tcp_connect(u32 address, u32 port) {
  struct address at = address_of(address, port);
  s64 file = tcp_socket();
  if (file < 0) return file;
  s64 failed = system_call(LINUX_connect, (u64)file, (u64)&at, sizeof(at));
  if (failed) close((s32)file);
  else at_once(file);
  return failed ? failed : file;
}
