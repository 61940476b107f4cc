// Waiting for files: pipes, poll, select, epoll, eventfd, timerfd, sockets, descriptors on the way.
#include "check.h"
#include <sys/ioctl.h>

static void *later(void *fd) { usleep(30000); write((int)(long)fd, "late", 4); return 0; }

static int pass(int s, int fd) {
  char c = 'd', control[CMSG_SPACE(sizeof(int))] = {0};
  struct iovec v = {&c, 1};
  struct msghdr m = {.msg_iov = &v, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
  struct cmsghdr *h = CMSG_FIRSTHDR(&m);
  h->cmsg_level = SOL_SOCKET; h->cmsg_type = SCM_RIGHTS; h->cmsg_len = CMSG_LEN(sizeof(int));
  memcpy(CMSG_DATA(h), &fd, sizeof fd);
  return sendmsg(s, &m, 0);
}
static int take(int s) {
  char c, control[CMSG_SPACE(sizeof(int))];
  struct iovec v = {&c, 1};
  struct msghdr m = {.msg_iov = &v, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
  if (recvmsg(s, &m, 0) != 1) return -1;
  int fd;
  memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&m)), sizeof fd);
  return fd;
}

int main(void) {
  char b[70000];
  int p[2];
  SAY(pipe2(p, O_NONBLOCK));
  SAY(read(p[0], b, 1));
  long total = 0;
  for (long n; (n = write(p[1], b, 4096)) > 0;) total += n;
  SAY(total);
  SAY(write(p[1], b, 1));
  SAY(read(p[0], b, 65536));
  SAY(close(p[1]));
  SAY(read(p[0], b, 1));
  close(p[0]);
  pipe(p);
  struct pollfd f[3] = {{p[0], POLLIN, 0}, {p[1], POLLOUT, 0}, {99, POLLIN, 0}};
  SAY(poll(f, 3, 0));
  printf("%d %d %d\n", f[0].revents, f[1].revents, f[2].revents);
  SAY(poll(f, 1, 5));
  pthread_t t;
  pthread_create(&t, 0, later, (void *)(long)p[1]);
  SAY(poll(f, 1, -1));
  SAY(read(p[0], b, 10));
  pthread_join(t, 0);
  fd_set r, w;
  FD_ZERO(&r); FD_ZERO(&w);
  FD_SET(p[0], &r); FD_SET(p[1], &w);
  struct timeval none = {0, 0};
  SAY(select(p[1] + 1, &r, &w, 0, &none));
  printf("%d %d\n", !!FD_ISSET(p[0], &r), !!FD_ISSET(p[1], &w));

  int e = epoll_create1(0);
  struct epoll_event ev = {.events = EPOLLIN, .data.u64 = 0x123456789abc}, out[4];
  SAY(epoll_ctl(e, EPOLL_CTL_ADD, p[0], &ev));
  SAY(epoll_ctl(e, EPOLL_CTL_ADD, p[0], &ev));
  SAY(epoll_ctl(e, EPOLL_CTL_DEL, p[1], &ev));
  SAY(epoll_wait(e, out, 4, 0));
  write(p[1], "ab", 2);
  SAY(epoll_wait(e, out, 4, -1));
  printf("%x %llx\n", out[0].events, (unsigned long long)out[0].data.u64);
  SAY(epoll_wait(e, out, 4, 0));
  ev.events = EPOLLIN | EPOLLET;
  SAY(epoll_ctl(e, EPOLL_CTL_MOD, p[0], &ev));
  SAY(epoll_wait(e, out, 4, 0));
  SAY(epoll_wait(e, out, 4, 0));
  write(p[1], "c", 1);
  SAY(epoll_wait(e, out, 4, 0));
  ev.events = EPOLLIN | EPOLLONESHOT;
  SAY(epoll_ctl(e, EPOLL_CTL_MOD, p[0], &ev));
  SAY(epoll_wait(e, out, 4, 0));
  SAY(epoll_wait(e, out, 4, 0));
  close(p[1]);
  ev.events = EPOLLIN;
  SAY(epoll_ctl(e, EPOLL_CTL_MOD, p[0], &ev));
  SAY(epoll_wait(e, out, 4, 0));
  printf("%x\n", out[0].events);
  read(p[0], b, 10);
  SAY(epoll_wait(e, out, 4, 0));
  printf("%x\n", out[0].events);

  uint64_t n = 0;
  int v = eventfd(3, EFD_NONBLOCK);
  SAY(read(v, &n, 8));
  printf("%d\n", (int)n);
  SAY(read(v, &n, 8));
  n = 5;
  SAY(write(v, &n, 8));
  SAY(write(v, &n, 4));
  SAY(read(v, b, 64));
  int sem = eventfd(2, EFD_SEMAPHORE | EFD_NONBLOCK);
  SAY(read(sem, &n, 8)); printf("%d\n", (int)n);
  SAY(read(sem, &n, 8));
  SAY(read(sem, &n, 8));
  int tf = timerfd_create(CLOCK_MONOTONIC, 0);
  struct itimerspec when = {{0, 0}, {0, 20000000}};
  SAY(timerfd_settime(tf, 0, &when, 0));
  SAY(read(tf, &n, 8)); printf("%d\n", (int)n);

  int s[2];
  SAY(socketpair(AF_UNIX, SOCK_STREAM, 0, s));
  int on = 1, off = 0, plain = open("/proc/self/exe", O_RDONLY);
  SAY(ioctl(s[0], FIOASYNC, &on));
  SAY(fcntl(s[0], F_GETFL) & O_ASYNC);
  SAY(fcntl(s[0], F_SETFL, O_NONBLOCK));
  SAY(fcntl(s[0], F_GETFL) & (O_ASYNC | O_NONBLOCK));
  SAY(fcntl(s[0], F_SETFL, O_ASYNC));
  SAY(fcntl(s[0], F_GETFL) & (O_ASYNC | O_NONBLOCK));
  SAY(ioctl(s[0], FIOASYNC, &off));
  SAY(fcntl(s[0], F_GETFL) & O_ASYNC);
  SAY(ioctl(plain, FIOASYNC, &on));
  SAY(ioctl(plain, FIOASYNC, &off));
  close(plain);
  SAY(send(s[0], "hello", 5, 0));
  SAY(send(s[0], "again", 5, 0));
  SAY(recv(s[1], b, 3, MSG_PEEK));
  SAY(recv(s[1], b, 100, 0));
  SAY(recv(s[1], b, 100, MSG_DONTWAIT));
  pipe(p);
  SAY(pass(s[0], p[1]));
  int got = take(s[1]);
  SAY(write(got, "through", 7));
  SAY(read(p[0], b, 10));
  SAY(shutdown(s[0], SHUT_WR));
  SAY(recv(s[1], b, 1, 0));
  SAY(send(s[0], "x", 1, MSG_NOSIGNAL));
  SAY(send(s[1], "y", 1, 0));
  close(s[0]);
  SAY(send(s[1], "z", 1, MSG_NOSIGNAL));
  SAY(socketpair(AF_UNIX, SOCK_DGRAM, 0, s));
  SAY(send(s[0], "one", 3, 0));
  SAY(send(s[0], "three", 5, 0));
  SAY(recv(s[1], b, 2, 0));
  SAY(recv(s[1], b, 100, 0));

  struct sockaddr_un a = {.sun_family = AF_UNIX, .sun_path = "sock"};
  int l = socket(AF_UNIX, SOCK_STREAM, 0), c = socket(AF_UNIX, SOCK_STREAM, 0);
  SAY(connect(c, (void *)&a, sizeof a));
  SAY(bind(l, (void *)&a, sizeof a));
  SAY(connect(c, (void *)&a, sizeof a));
  SAY(listen(l, 5));
  SAY(connect(c, (void *)&a, sizeof a));
  SAY(connect(c, (void *)&a, sizeof a));
  int d = accept(l, 0, 0);
  SAY(write(c, "ping", 4));
  SAY(read(d, b, 10));
  struct ucred who;
  socklen_t length = sizeof who;
  SAY(getsockopt(d, SOL_SOCKET, SO_PEERCRED, &who, &length));
  printf("%d\n", who.pid == getpid());
  int again = socket(AF_UNIX, SOCK_STREAM, 0);
  SAY(bind(again, (void *)&a, sizeof a));
  SAY(unlink("sock"));
  SAY(lseek(c, 0, SEEK_SET));
  SAY(isatty(c));
  return 0;
}
