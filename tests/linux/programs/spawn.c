// clone3: numbers the caller chooses, and the control group a child is born in.
#include "check.h"
#include <linux/sched.h>
#include <sys/mount.h>
#include <sys/syscall.h>

static struct clone_args args;
static pid_t ids[40];
static long spawn(size_t size) {
  fflush(stdout);
  long pid = syscall(SYS_clone3, &args, size);
  if (!pid) _exit(getpid() == ids[0] ? 1 : 2);
  if (pid > 0) return WEXITSTATUS(status_of(pid));
  return pid;
}

static void with(uint64_t flags, int count, const pid_t *numbers) {
  args = (struct clone_args){.flags = flags, .exit_signal = SIGCHLD, .set_tid = (uintptr_t)ids, .set_tid_size = count};
  for (int i = 0; i < count; i++) ids[i] = numbers[i];
}
#define WITH(flags, ...) with(flags, sizeof((pid_t[]){__VA_ARGS__}) / sizeof(pid_t), (pid_t[]){__VA_ARGS__})

static int inside(void) {
  // A PID namespace in another: numbers from the innermost outwards.
  SAY(getpid());
  WITH(0, 77);
  SAY(spawn(sizeof args));
  WITH(0, 77);
  SAY(spawn(sizeof args));
  WITH(0, 1);
  SAY(spawn(sizeof args));
  WITH(0, 0);
  SAY(spawn(sizeof args));
  WITH(0, -3);
  SAY(spawn(sizeof args));
  WITH(0, 1 << 30);
  SAY(spawn(sizeof args));
  WITH(0, 77, 31000);
  SAY(spawn(sizeof args));
  WITH(0, 77, 31000, 31001, 31002, 31003, 31004, 31005);
  SAY(spawn(sizeof args));
  with(0, 33, ids);
  SAY(spawn(sizeof args));
  args = (struct clone_args){.exit_signal = SIGCHLD, .set_tid_size = 1};
  SAY(spawn(sizeof args));
  args = (struct clone_args){.exit_signal = SIGCHLD, .set_tid = (uintptr_t)ids};
  SAY(spawn(sizeof args));
  // A new namespace begins with 1.
  WITH(CLONE_NEWPID, 1);
  SAY(spawn(sizeof args));
  WITH(CLONE_NEWPID, 2);
  SAY(spawn(sizeof args));
  WITH(CLONE_NEWPID, 1, 91);
  fflush(stdout);
  long pid = syscall(SYS_clone3, &args, sizeof args);
  if (!pid) _exit(getpid());
  SAY(pid);
  SAY(WEXITSTATUS(status_of(pid)));
  // The next one goes on from there.
  WITH(0, 500);
  SAY(spawn(sizeof args));
  pid = fork();
  if (!pid) _exit(0);
  SAY(pid > 91 && pid < 500);
  status_of(pid);
  // One that is taken by a session.
  WITH(0, 600);
  int gate[2];
  pipe(gate);
  fflush(stdout);
  pid = syscall(SYS_clone3, &args, sizeof args);
  if (!pid) {
    char c;
    setsid();
    read(gate[0], &c, 1);
    _exit(0);
  }
  SAY(pid);
  SAY(spawn(sizeof args));
  close(gate[0]), write(gate[1], "x", 1), close(gate[1]);
  kill(pid, SIGKILL), status_of(pid);
  SAY(spawn(sizeof args));
  // Nobody may who is not root.
  pid = fork();
  if (!pid) {
    setresuid(1000, 1000, 1000);
    WITH(0, 700);
    SAY(spawn(sizeof args));
    SAY(spawn(64));
    _exit(0);
  }
  status_of(pid);
  // What size the kernel is told.
  args = (struct clone_args){.exit_signal = SIGCHLD};
  char large[128] = {0};
  memcpy(large, &args, sizeof args);
  SAY(syscall(SYS_clone3, large, 63));
  SAY(syscall(SYS_clone3, &args, 8000));
  large[120] = 1;
  SAY(syscall(SYS_clone3, large, sizeof large));
  args.cgroup = 5;
  SAY(spawn(sizeof args));
  return 0;
}

static void group_of(void) {
  char line[256] = "";
  FILE *f = fopen("/proc/self/cgroup", "r");
  while (fgets(line, sizeof line, f))
    if (!strncmp(line, "0::", 3)) {
      char *last = strrchr(line, '/');
      printf("in %s", last);
    }
  fclose(f);
  fflush(stdout);
}

static long into(int fd) {
  args = (struct clone_args){.flags = CLONE_INTO_CGROUP, .exit_signal = SIGCHLD, .cgroup = fd};
  fflush(stdout);
  long pid = syscall(SYS_clone3, &args, sizeof args);
  if (!pid) {
    group_of();
    _exit(6);
  }
  if (pid > 0) return WEXITSTATUS(status_of(pid));
  return pid;
}

int main(void) {
  if (getuid() || unshare(CLONE_NEWNS)) return 77;
  mount("none", "/", 0, MS_REC | MS_PRIVATE, 0);
  pid_t pid = fork();
  if (!pid) {
    if (unshare(CLONE_NEWPID)) _exit(77);
    pid = fork();
    if (!pid) exit(inside());
    _exit(WEXITSTATUS(status_of(pid)));
  }
  if ((pid = WEXITSTATUS(status_of(pid)))) return pid;
  mkdir("groups", 0700);
  if (mount("cgroup", "groups", "cgroup2", 0, 0)) return 77;
  rmdir("groups/born-here");
  SAY(mkdir("groups/born-here", 0755));
  int group = open("groups/born-here", O_RDONLY | O_DIRECTORY);
  int path = open("groups/born-here", O_PATH | O_DIRECTORY);
  SAY(into(group));
  SAY(into(path));
  SAY(into(-1));
  SAY(into(0));
  int other = open("/proc", O_RDONLY);
  SAY(into(other));
  int file = open("groups/born-here/cgroup.procs", O_RDONLY);
  SAY(into(file));
  args = (struct clone_args){.flags = CLONE_INTO_CGROUP, .exit_signal = SIGCHLD, .cgroup = 1ull << 40};
  SAY(spawn(sizeof args));
  args = (struct clone_args){.flags = CLONE_INTO_CGROUP, .exit_signal = SIGCHLD, .cgroup = group};
  SAY(spawn(64));
  SAY(rmdir("groups/born-here"));
  SAY(into(group));
  SAY(umount2("groups", MNT_DETACH));
  return 0;
}
