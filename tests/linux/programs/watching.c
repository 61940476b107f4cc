// Signals and processes behind descriptors: signalfd, pidfd, waitid of one.
#include "check.h"
#include <sys/signalfd.h>
#include <sys/syscall.h>

static int pidfd_open_(pid_t pid, int flags) { return syscall(434, pid, flags); }
static int pidfd_send(int fd, int signal) { return syscall(424, fd, signal, 0, 0); }

static int ready(int fd, int ms) {
  struct pollfd p = {fd, POLLIN, 0};
  return poll(&p, 1, ms) > 0 ? p.revents : 0;
}

int main(void) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGUSR1);
  sigaddset(&set, SIGRTMIN + 3);
  sigaddset(&set, SIGCHLD);
  sigprocmask(SIG_BLOCK, &set, 0);
  int fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
  SAY(fd >= 0);
  struct signalfd_siginfo i[4];
  SAY(read(fd, i, sizeof i));
  SAY(read(fd, i, 10));
  SAY(ready(fd, 0));
  kill(getpid(), SIGUSR1);
  union sigval v = {.sival_int = 42};
  sigqueue(getpid(), SIGRTMIN + 3, v);
  sigqueue(getpid(), SIGRTMIN + 3, v);
  SAY(ready(fd, 0));
  long n = read(fd, i, sizeof i);
  SAY(n / (long)sizeof *i);
  for (int k = 0; k < 3; k++)
    printf("%d %d %d %d\n", i[k].ssi_signo == SIGUSR1, i[k].ssi_code, i[k].ssi_pid == getpid(), i[k].ssi_int);
  SAY(ready(fd, 0));
  // A child's end wakes who waits for it.
  pid_t child = fork();
  if (!child) {
    usleep(20000);
    _exit(7);
  }
  SAY(ready(fd, 5000));
  SAY(read(fd, i, sizeof i) / (long)sizeof *i);
  printf("%d %d %d %d\n", i[0].ssi_signo == SIGCHLD, i[0].ssi_code, i[0].ssi_pid == child, i[0].ssi_status);
  waitpid(child, 0, 0);
  sigset_t fewer;
  sigemptyset(&fewer);
  SAY(signalfd(fd, &fewer, 0) == fd);
  kill(getpid(), SIGUSR1);
  SAY(ready(fd, 0));
  SAY(signalfd(1, &set, 0));
  SAY(signalfd(-1, &set, 12345));

  child = fork();
  if (!child) {
    for (;;) pause();
  }
  int p = pidfd_open_(child, 0);
  SAY(p >= 0);
  SAY(fcntl(p, F_GETFD));
  SAY(ready(p, 10));
  SAY(pidfd_send(p, 0));
  SAY(pidfd_send(p, SIGTERM));
  SAY(ready(p, 5000));
  siginfo_t info = {0};
  SAY(waitid(3, p, &info, WEXITED));
  printf("%d %d %d\n", info.si_pid == child, info.si_code, info.si_status);
  SAY(pidfd_send(p, 0));
  SAY(pidfd_open_(child, 0));
  SAY(pidfd_open_(-1, 0));
  SAY(pidfd_open_(getpid(), 1));
  SAY(pidfd_send(1, 0));
  return 0;
}
