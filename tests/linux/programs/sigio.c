// Signals of files that are ready: O_ASYNC and FIOASYNC on pipes and sockets, owners and chosen signals.
#include "check.h"
#include <netinet/in.h>
#include <sys/ioctl.h>

static volatile int count, last_code, last_fd;
static volatile long last_band;
static void on_signal(int n, siginfo_t *i, void *c) {
  (void)n; (void)c;
  count++;
  last_code = i->si_code;
  last_band = i->si_band;
  last_fd = i->si_fd;
}
static void told(const char *what, int fd) {
  printf("%s: %d, code %d", what, count, last_code);
  if (last_code >= POLL_IN && last_code <= POLL_HUP) printf(", band %#lx, its descriptor %d", last_band, last_fd == fd);
  puts("");
  count = last_code = last_fd = 0; last_band = 0;
  fflush(stdout);
}

int main(void) {
  struct sigaction a = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO | SA_RESTART};
  int rt = SIGRTMIN + 3, p[2], s[2], on = 1, off = 0;
  char b[4096];
  signal(SIGPIPE, SIG_IGN);
  sigaction(SIGIO, &a, 0);
  sigaction(rt, &a, 0);
  pipe2(p, O_NONBLOCK);
  SAY(fcntl(p[0], F_GETOWN));
  SAY(fcntl(p[0], F_SETFL, O_ASYNC | O_NONBLOCK));
  SAY(write(p[1], "a", 1));
  told("without an owner", p[0]);
  SAY(fcntl(p[0], F_SETOWN, getpid()));
  SAY(fcntl(p[0], F_GETOWN) == getpid());
  SAY(fcntl(p[0], F_SETOWN, 999999));
  SAY(write(p[1], "b", 1));
  told("SIGIO", p[0]);
  SAY(fcntl(p[0], F_GETSIG));
  SAY(fcntl(p[0], F_SETSIG, 65));
  SAY(fcntl(p[0], F_SETSIG, rt));
  SAY(fcntl(p[0], F_GETSIG) == rt);
  SAY(write(p[1], "c", 1));
  told("a chosen signal", p[0]);
  SAY(read(p[0], b, 1));
  told("reading tells who reads nothing", p[0]);
  SAY(fcntl(p[0], F_SETFL, O_NONBLOCK));
  SAY(write(p[1], "d", 1));
  told("turned off", p[0]);

  struct f_owner_ex o = {F_OWNER_PGRP, getpgrp()};
  SAY(fcntl(p[0], F_SETOWN_EX, &o));
  SAY(fcntl(p[0], F_GETOWN) == -getpgrp());
  o = (struct f_owner_ex){F_OWNER_TID, gettid()};
  SAY(fcntl(p[0], F_SETOWN_EX, &o));
  o = (struct f_owner_ex){9, 9};
  SAY(fcntl(p[0], F_GETOWN_EX, &o));
  printf("%d %d\n", o.type, o.pid == gettid());
  o = (struct f_owner_ex){7, getpid()};
  SAY(fcntl(p[0], F_SETOWN_EX, &o));
  SAY(ioctl(p[0], FIOASYNC, &on));
  SAY(write(p[1], "e", 1));
  told("a thread", p[0]);
  SAY(close(p[1]));
  told("no writer is left", p[0]);
  close(p[0]);

  pipe2(p, O_NONBLOCK);
  SAY(fcntl(p[1], F_SETOWN, getpid()));
  SAY(fcntl(p[1], F_SETSIG, rt));
  while (write(p[1], b, sizeof b) > 0);
  SAY(fcntl(p[1], F_SETFL, O_ASYNC | O_NONBLOCK));
  SAY(read(p[0], b, sizeof b));
  told("room in a pipe", p[1]);
  close(p[0]); close(p[1]);
  count = 0;

  socketpair(AF_UNIX, SOCK_STREAM, 0, s);
  SAY(fcntl(s[0], F_SETOWN, getpid()));
  SAY(fcntl(s[0], F_SETSIG, rt));
  SAY(ioctl(s[0], FIOASYNC, &on));
  SAY(write(s[1], "one", 3));
  told("unix", s[0]);
  SAY(write(s[1], "two", 3));
  told("more, though the first is unread", s[0]);
  SAY(read(s[0], b, 2));
  told("a part is read", s[0]);
  int again = dup(s[0]);
  SAY(close(s[0]));
  SAY(write(s[1], "!", 1));
  told("the descriptor is closed, the file is not", s[0]);
  close(again);
  SAY(write(s[1], "!", 1));
  told("the file is closed", s[0]);

  struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t n = sizeof at;
  int u = socket(AF_INET, SOCK_DGRAM, 0), v = socket(AF_INET, SOCK_DGRAM, 0);
  bind(u, (void *)&at, sizeof at);
  getsockname(u, (void *)&at, &n);
  SAY(fcntl(u, F_SETOWN, getpid()));
  SAY(fcntl(u, F_SETSIG, rt));
  SAY(fcntl(u, F_SETFL, O_ASYNC));
  SAY(sendto(v, "x", 1, 0, (void *)&at, n));
  usleep(20000);
  told("udp", u);
  SAY(ioctl(u, FIOASYNC, &off));
  SAY(fcntl(u, F_GETFL) & O_ASYNC);
  SAY(sendto(v, "x", 1, 0, (void *)&at, n));
  usleep(20000);
  told("turned off", u);

  // How many segments and wake-ups there are is up to the kernel; that one is told is not.
  int l = socket(AF_INET, SOCK_STREAM, 0), c = socket(AF_INET, SOCK_STREAM, 0);
  at.sin_port = 0;
  bind(l, (void *)&at, sizeof at);
  listen(l, 1);
  getsockname(l, (void *)&at, &n);
  SAY(fcntl(l, F_SETOWN, getpid()));
  SAY(fcntl(l, F_SETFL, O_ASYNC));
  SAY(connect(c, (void *)&at, n));
  usleep(20000);
  printf("a connection: %d\n", count > 0);
  count = 0;
  int d = accept(l, 0, 0);
  SAY(fcntl(d, F_SETOWN, getpid()));
  SAY(fcntl(d, F_SETFL, O_ASYNC));
  SAY(write(c, "tcp", 3));
  usleep(20000);
  printf("tcp: %d\n", count > 0);
  count = 0;

  int m = posix_openpt(O_RDWR | O_NOCTTY);
  grantpt(m);
  unlockpt(m);
  int y = open(ptsname(m), O_RDWR | O_NOCTTY);
  SAY(fcntl(y, F_SETFL, O_ASYNC));
  SAY(fcntl(y, F_GETOWN) == getpid());
  SAY(write(m, "ke", 2));
  usleep(20000);
  printf("half a line: %d\n", count);
  SAY(write(m, "y\n", 2));
  usleep(20000);
  printf("a line: %d\n", count > 0);

  fflush(stdout);
  pid_t child = fork();
  if (!child) {
    signal(SIGIO, SIG_DFL);
    pipe(p);
    fcntl(p[0], F_SETOWN, getpid());
    fcntl(p[0], F_SETFL, O_ASYNC);
    write(p[1], "z", 1);
    _exit(0);
  }
  int status = status_of(child);
  printf("no handler: %d %d\n", WIFSIGNALED(status), WTERMSIG(status) == SIGIO);
  return 0;
}
