// Small things of processes and files: death signals, nice values, clone3, seals.
#include "check.h"
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>

struct args {
  uint64_t flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls, set_tid, set_tid_size, cgroup;
};

static volatile int got;
static void on_signal(int n) { got = n; }

static long clone3_(struct args *a, size_t size) { return syscall(435, a, size); }

static void deaths(void) {
  int p[2], s = -1;
  pipe(p);
  SAY(prctl(PR_SET_PDEATHSIG, 99));
  SAY(prctl(PR_SET_PDEATHSIG, SIGUSR1));
  SAY(prctl(PR_GET_PDEATHSIG, &s));
  SAY(s);
  pid_t parent = fork();
  if (!parent) {
    prctl(PR_GET_PDEATHSIG, &s);
    if (s != 0) _exit(1);
    pid_t child = fork();
    if (!child) {
      signal(SIGUSR1, on_signal);
      prctl(PR_SET_PDEATHSIG, SIGUSR1);
      write(p[1], "r", 1);
      while (!got) pause();
      write(p[1], "d", 1);
      _exit(0);
    }
    char c;
    read(p[0], &c, 1);
    _exit(0);
  }
  SAY(status_of(parent));
  char c = 0;
  SAY(read(p[0], &c, 1));
  SAY(c == 'd');
  prctl(PR_SET_PDEATHSIG, 0);
}

static void niceness(void) {
  // Whatever we are run with.
  setpriority(PRIO_PROCESS, 0, 5);
  errno = 0;
  SAY(getpriority(PRIO_PROCESS, 0));
  SAY(setpriority(PRIO_PROCESS, 0, 7));
  SAY(getpriority(PRIO_PROCESS, getpid()));
  SAY(getpriority(PRIO_PROCESS, 1 << 20));
  SAY(getpriority(9, 0));
  SAY(setpriority(PRIO_PROCESS, 0, 100));
  SAY(getpriority(PRIO_PROCESS, 0));
  pid_t child = fork();
  if (!child) {
    SAY(getpriority(PRIO_PROCESS, 0));
    setuid(1000);
    SAY(setpriority(PRIO_PROCESS, 0, 10));
    SAY(setpriority(PRIO_PROCESS, getppid(), 19));
    SAY(getpriority(PRIO_PROCESS, getppid()));
    _exit(0);
  }
  status_of(child);
}

static void clones(void) {
  struct args a = {0};
  SAY(clone3_(&a, 8));
  a.flags = 1ull << 40;
  SAY(clone3_(&a, sizeof a));
  a.flags = CLONE_SIGHAND;
  SAY(clone3_(&a, sizeof a));
  a.flags = 17;
  SAY(clone3_(&a, sizeof a));
  a.flags = 0;
  a.exit_signal = 99;
  SAY(clone3_(&a, sizeof a));
  int pidfd = -1;
  a = (struct args){.flags = 0x1000, .pidfd = (uintptr_t)&pidfd, .exit_signal = SIGCHLD};
  long child = clone3_(&a, sizeof a);
  if (child == 0) _exit(23);
  SAY(pidfd >= 0);
  SAY(fcntl(pidfd, F_GETFD));
  siginfo_t i;
  SAY(waitid(3, pidfd, &i, WEXITED));
  SAY(i.si_pid == child);
  SAY(i.si_status);
  SAY(syscall(424, pidfd, 0, 0, 0));
  // Handlers, but not what is ignored, are forgotten.
  signal(SIGUSR1, on_signal);
  signal(SIGUSR2, SIG_IGN);
  a = (struct args){.flags = 0x100000000ull, .exit_signal = SIGCHLD};
  child = clone3_(&a, sizeof a);
  if (child == 0) {
    raise(SIGUSR2);
    raise(SIGUSR1);
    _exit(1);
  }
  SAY(WTERMSIG(status_of(child)) == SIGUSR1);
  a.flags |= CLONE_SIGHAND | CLONE_VM;
  SAY(clone3_(&a, sizeof a));
}

static void seals(void) {
  int plain = memfd_create("plain", 0);
  SAY(memfd_create("bad", 0x4000));
  SAY(fcntl(plain, 1034));
  SAY(fcntl(plain, 1033, 2));
  SAY(fcntl(1, 1034));
  int fd = memfd_create("sealed", MFD_ALLOW_SEALING | MFD_CLOEXEC);
  SAY(fcntl(fd, 1034));
  SAY(write(fd, "12345678", 8));
  SAY(fcntl(fd, 1033, 1 << 20));
  SAY(fcntl(fd, 1033, 2 | 4));
  SAY(fcntl(fd, 1034));
  SAY(ftruncate(fd, 4));
  SAY(ftruncate(fd, 9));
  SAY(ftruncate(fd, 8));
  SAY(pwrite(fd, "abc", 3, 0));
  SAY(pwrite(fd, "abc", 3, 7));
  char *m = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  SAY(m != MAP_FAILED);
  SAY(fcntl(fd, 1033, 8));
  m[1] = 'B';
  SAY(munmap(m, 4096));
  SAY(fcntl(fd, 1033, 8));
  SAY(pwrite(fd, "abc", 3, 0));
  SAY((long)mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0));
  SAY(mmap(0, 4096, PROT_READ, MAP_SHARED, fd, 0) != MAP_FAILED);
  SAY(mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0) != MAP_FAILED);
  SAY(fcntl(fd, 1033, 1));
  SAY(fcntl(fd, 1033, 1));
  char c[9] = "";
  SAY(pread(fd, c, 8, 0));
  puts(c);
  fd = memfd_create("future", MFD_ALLOW_SEALING);
  ftruncate(fd, 4096);
  m = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  SAY(fcntl(fd, 1033, 16));
  strcpy(m, "by the mapping");
  SAY(write(fd, "x", 1));
  SAY(munmap(m, 4096));
  SAY(pread(fd, c, 8, 0));
  puts(c);
}

int main(void) {
  if (getuid()) return 77;
  deaths();
  niceness();
  clones();
  seals();
  return 0;
}
