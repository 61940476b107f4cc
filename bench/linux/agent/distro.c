#include "distro.h"

#include "agent_abi.h"
#include "setup.h"
#include "sys.h"

enum { CLONE_NEWNS = 0x20000, CLONE_NEWUTS = 0x4000000, CLONE_NEWIPC = 0x8000000, CLONE_NEWPID = 0x20000000 };
enum { MS_NOSUID = 2, MS_BIND = 0x1000, MS_MOVE = 0x2000, MS_REC = 0x4000, MS_PRIVATE = 0x40000 };
enum { GRACE_TICKS = 20, TICK_NANOSECONDS = 100000000 };

static struct {
  /* 0: does not run. */
  long pid;
  int handle;
  char device[64];
} distros[AGENT_DISTROS + 1];

static const struct {
  const char *path;
  unsigned mode, major, minor;
} nodes[] = {
    {"dev/null", 0666, 1, 3},   {"dev/zero", 0666, 1, 5}, {"dev/full", 0666, 1, 7}, {"dev/random", 0666, 1, 8},
    {"dev/urandom", 0666, 1, 9}, {"dev/tty", 0666, 5, 0},  {"dev/fuse", 0666, 10, 229},
};

static const struct {
  const char *path, *target;
} links[] = {
    {"dev/ptmx", "pts/ptmx"},          {"dev/fd", "/proc/self/fd"},       {"dev/stdin", "/proc/self/fd/0"},
    {"dev/stdout", "/proc/self/fd/1"}, {"dev/stderr", "/proc/self/fd/2"},
};

static const struct {
  const char *type, *path, *data;
} mounts[] = {
    {"proc", "proc", NULL},          {"sysfs", "sys", NULL},      {"cgroup2", "sys/fs/cgroup", NULL},
    {"tmpfs", "dev", "mode=0755"},   {"devpts", "dev/pts", "ptmxmode=0666,mode=0620,gid=5"},
    {"tmpfs", "dev/shm", "mode=1777"}, {"tmpfs", "run", "mode=0755"},
};

/* Below the new root, which is the working directory. */
static void populate(int share) {
  enum { S_IFCHR = 0020000 };
  for (size_t i = 0; i < sizeof mounts / sizeof *mounts; i++) mount_at(mounts[i].type, mounts[i].path, mounts[i].type, 0, mounts[i].data);
  for (size_t i = 0; i < sizeof nodes / sizeof *nodes; i++)
    syscall5(SYS_mknodat, AT_FDCWD, (long)nodes[i].path, S_IFCHR | nodes[i].mode, nodes[i].major << 8 | nodes[i].minor, 0);
  for (size_t i = 0; i < sizeof links / sizeof *links; i++) syscall(SYS_symlinkat, links[i].target, AT_FDCWD, links[i].path);
  if (!share) return;
  syscall(SYS_mkdirat, AT_FDCWD, "mnt", 0755);
  syscall(SYS_mkdirat, AT_FDCWD, "mnt/host", 0755);
  syscall5(SYS_mount, (long)"/mnt/host", (long)"mnt/host", 0, MS_BIND, 0);
}

static long become_root(const char *device, const char *type, const char *hostname, int share) {
  long error = syscall5(SYS_mount, 0, (long)"/", 0, MS_REC | MS_PRIVATE, 0);
  if (error < 0) return error;
  syscall(SYS_umask, 0, 0, 0);
  error = mount_at(device, "/newroot", type, 0, NULL);
  if (error < 0) return error;
  syscall(SYS_chdir, "/newroot", 0, 0);
  populate(share);
  syscall5(SYS_mount, (long)".", (long)"/", 0, MS_MOVE, 0);
  syscall(SYS_chroot, ".", 0, 0);
  syscall(SYS_chdir, "/", 0, 0);
  syscall(SYS_umask, 022, 0, 0);
  return syscall(SYS_sethostname, hostname, strlen(hostname), 0);
}

/* Process 1 of a distribution: inherits what others left, and ends all when told to. */
static _Noreturn void keep_house(void) {
  const uint64_t waited = 1ull << (SIGCHLD - 1) | 1ull << (SIGTERM - 1);
  const uint64_t tick[2] = {0, TICK_NANOSECONDS};
  int ending = 0, ticks = 0;
  for (;;) {
    long got = syscall5(SYS_rt_sigtimedwait, (long)&waited, 0, (long)(ending ? tick : NULL), 8, 0);
    while (syscall5(SYS_wait4, -1, 0, 1 /* WNOHANG */, 0, 0) > 0) {
    }
    if (got == SIGTERM && !ending) {
      ending = 1;
      syscall(SYS_kill, -1, SIGTERM, 0);
      syscall(SYS_kill, -1, SIGHUP, 0);
    }
    /* The kernel kills what is left when process 1 ends. */
    if (ending && (syscall(SYS_kill, -1, 0, 0) == -ESRCH || ++ticks > GRACE_TICKS)) sys_exit(0);
  }
}

static _Noreturn void run(const char *device, const char *type, const char *hostname, int share, int report) {
  const uint64_t waited = 1ull << (SIGCHLD - 1) | 1ull << (SIGTERM - 1);
  syscall5(SYS_rt_sigprocmask, 0, (long)&waited, 0, 8, 0);
  syscall(SYS_setsid, 0, 0, 0);
  uint32_t code = (uint32_t)-become_root(device, type, hostname, share);
  sys_write(report, &code, sizeof code);
  if (code) sys_exit(1);
  /* It runs no program that would close what is the agent's. */
  syscall(SYS_close_range, 0, ~0u, 0);
  keep_house();
}

long distro_start(const unsigned char *payload, uint32_t length) {
  enum { FIXED = 4 };
  if (length <= FIXED || payload[length - 1]) return -EINVAL;
  unsigned number = payload[0];
  if (number == 0 || number > AGENT_DISTROS) return -EINVAL;
  if (distros[number].pid) return -EBUSY;
  const char *strings[3], *at = (const char *)payload + FIXED, *end = (const char *)payload + length;
  for (int i = 0; i < 3; i++) {
    if (at >= end) return -EINVAL;
    strings[i] = at;
    at += strlen(at) + 1;
  }
  if (strlen(strings[0]) >= sizeof distros[0].device) return -EINVAL;
  int report[2];
  if (syscall(SYS_pipe2, report, O_CLOEXEC, 0)) return -EAGAIN;
  long pid = syscall5(SYS_clone, SIGCHLD | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWUTS | CLONE_NEWIPC, 0, 0, 0, 0);
  if (pid == 0) run(strings[0], strings[1], strings[2], payload[1], report[1]);
  sys_close(report[1]);
  uint32_t code = 0;
  long got = pid < 0 ? 0 : sys_read(report[0], &code, sizeof code);
  sys_close(report[0]);
  if (pid < 0) return pid;
  if (got != sizeof code || code) return got == sizeof code ? -(long)code : -EIO;
  memcpy(distros[number].device, strings[0], strlen(strings[0]) + 1);
  distros[number].pid = pid;
  distros[number].handle = (int)syscall(SYS_pidfd_open, pid, 0, 0);
  return 0;
}

void distro_stop(unsigned number) {
  if (number <= AGENT_DISTROS && distros[number].pid) syscall(SYS_kill, distros[number].pid, SIGTERM, 0);
}

/* Whoever mounts a device holds it for itself; its mounts go a moment after the last process does. */
static void wait_until_free(const char *device) {
  const uint64_t moment[2] = {0, 1000000};
  for (int tries = 0; tries < 2000; tries++) {
    int fd = sys_open(device, O_RDWR | O_EXCL | O_CLOEXEC);
    if (fd >= 0) {
      syscall(SYS_fsync, fd, 0, 0);
      sys_close(fd);
      return;
    }
    syscall(SYS_nanosleep, moment, 0, 0);
  }
  say("still in use: ", device, 0);
}

unsigned distro_ended(long pid) {
  for (unsigned i = 1; i <= AGENT_DISTROS; i++) {
    if (distros[i].pid != pid) continue;
    distros[i].pid = 0;
    sys_close(distros[i].handle);
    wait_until_free(distros[i].device);
    return i;
  }
  return 0;
}

long distro_pid(unsigned number) { return number <= AGENT_DISTROS ? distros[number].pid : 0; }

long distro_before_fork(unsigned number) {
  if (!distro_pid(number)) return -ESRCH;
  return syscall(SYS_setns, distros[number].handle, CLONE_NEWPID, 0);
}

void distro_after_fork(void) {
  static int own = -1;
  if (own < 0) own = (int)syscall(SYS_pidfd_open, syscall(SYS_getpid, 0, 0, 0), 0, 0);
  syscall(SYS_setns, own, CLONE_NEWPID, 0);
}

long distro_enter(unsigned number) { return syscall(SYS_setns, distros[number].handle, CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC, 0); }
