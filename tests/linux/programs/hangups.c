// Ends of sockets: what poll(2) and SIGIO tell when the other end, or one's own, is shut down or closed; owners by ioctl(2).
#define _GNU_SOURCE
#include "check.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>

static volatile int count, last_code;
static volatile long last_band;
static void on_signal(int n, siginfo_t *i, void *c) {
  (void)n; (void)c;
  count++;
  last_code = i->si_code;
  last_band = i->si_band;
}

static void settle(void) { struct timespec t = {0, 20000000}; while (nanosleep(&t, &t)) {} }

static void state(const char *what, int fd) {
  struct pollfd p = {fd, POLLIN | POLLOUT | POLLRDHUP | POLLPRI, 0};
  poll(&p, 1, 0);
  printf("  %s: poll %#x", what, p.revents);
  if (count) printf(", told of");
  puts("");
  count = 0;
  fflush(stdout);
}

static void inet(int s[2]) {
  int l = socket(AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t n = sizeof a;
  bind(l, (void *)&a, n);
  listen(l, 1);
  getsockname(l, (void *)&a, &n);
  s[0] = socket(AF_INET, SOCK_STREAM, 0);
  connect(s[0], (void *)&a, n);
  s[1] = accept(l, 0, 0);
  close(l);
}

static void make(int kind, int s[2]) {
  if (kind == 3) inet(s);
  else socketpair(AF_UNIX, kind == 0 ? SOCK_STREAM : kind == 1 ? SOCK_SEQPACKET : SOCK_DGRAM, 0, s);
  fcntl(s[0], F_SETOWN, getpid());
  fcntl(s[0], F_SETSIG, SIGRTMIN + 1);
  fcntl(s[0], F_SETFL, O_ASYNC | O_NONBLOCK);
  fcntl(s[1], F_SETFL, O_NONBLOCK);
  if (kind == 3) settle();
  count = 0;
}

int main(void) {
  struct sigaction a = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO | SA_RESTART};
  sigaction(SIGRTMIN + 1, &a, 0);
  signal(SIGPIPE, SIG_IGN);
  static const char *const names[] = {"unix stream", "unix seqpacket", "unix datagram", "inet stream"};
  char b[8];
  int s[2];
  for (int kind = 0; kind < 4; kind++) {
    puts(names[kind]);
    for (int how = 0; how < 3; how++) {
      printf(" the other end shuts down %d\n", how);
      make(kind, s);
      state("before", s[0]);
      SAY(shutdown(s[1], how));
      if (kind == 3) settle();
      state("one end", s[0]);
      state("the other", s[1]);
      SAY(recv(s[0], b, 8, 0));
      // Over TCP nobody hears of an end that reads no more.
      if (kind != 3) SAY(send(s[0], "x", 1, 0));
      // Of datagrams, only who waits for one hears of this end.
      if (kind != 2) SAY(recv(s[1], b, 8, 0));
      SAY(send(s[1], "y", 1, 0));
      close(s[0]); close(s[1]);
    }
    printf(" this end shuts down both ways\n");
    make(kind, s);
    SAY(shutdown(s[0], 2));
    // TCP's own steps may be told of.
    if (kind == 3) { settle(); count = 0; }
    state("one end", s[0]);
    close(s[1]); close(s[0]);
    for (int unread = 0; unread < 2; unread++) {
      printf(" the other end is closed, %s\n", unread ? "with something unread" : "all read");
      make(kind, s);
      if (unread) send(s[0], "z", 1, 0);
      send(s[1], "w", 1, 0);
      if (kind == 3) settle();
      state("before", s[0]);
      close(s[1]);
      if (kind == 3) settle();
      state("one end", s[0]);
      SAY(recv(s[0], b, 8, 0));
      SAY(recv(s[0], b, 8, 0));
      SAY(send(s[0], "x", 1, 0));
      state("after", s[0]);
      close(s[0]);
    }
  }

  puts("owners");
  int fd = socket(AF_UNIX, SOCK_STREAM, 0), id = getpid();
  SAY(ioctl(fd, SIOCSPGRP, &id));
  SAY(fcntl(fd, F_GETOWN) == id);
  id = 0;
  SAY(ioctl(fd, FIOGETOWN, &id));
  SAY(id == getpid());
  id = -getpgrp();
  SAY(ioctl(fd, FIOSETOWN, &id));
  id = 0;
  SAY(ioctl(fd, SIOCGPGRP, &id));
  SAY(id == -getpgrp());
  id = 999999;
  SAY(ioctl(fd, FIOSETOWN, &id));
  int p[2];
  pipe(p);
  id = getpid();
  SAY(ioctl(p[0], FIOSETOWN, &id));
  return 0;
}
