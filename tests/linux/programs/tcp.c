// TCP and UDP over the loopback: names, states, readiness, options, errors.
#include "check.h"
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <arpa/inet.h>
#include <sys/ioctl.h>

static struct sockaddr_in at(int port) {
  struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  return a;
}
static int port_of(int s) {
  struct sockaddr_in6 a; socklen_t n = sizeof a;
  getsockname(s, (void *)&a, &n);
  return ntohs(a.sin6_port);
}
static int events(int s) {
  struct pollfd p = {s, POLLIN | POLLOUT | POLLPRI | POLLRDHUP, 0};
  poll(&p, 1, 0);
  return p.revents;
}
// Once nothing changes any more: the loopback of another kernel may take a while.
static int settled(int s) { usleep(20000); return events(s); }
static int option(int s, int level, int name) {
  int v = -1; socklen_t n = sizeof v;
  if (getsockopt(s, level, name, &v, &n)) return -errno;
  return v;
}
static void tell(const char *what, struct sockaddr_in *a) { printf("%s %s family %d\n", what, inet_ntoa(a->sin_addr), a->sin_family); }

static void *sender(void *arg) {
  int s = (int)(long)arg;
  char *b = malloc(1 << 20);
  for (int i = 0; i < 1 << 20; i++) b[i] = i * 7 + (i >> 9);
  long done = 0;
  for (int r = 0; r < 4; r++) for (long n = 0; n < 1 << 20;) { long w = write(s, b + n, (1 << 20) - n); if (w < 0) break; n += w; done += w; }
  printf("sent %ld\n", done);
  shutdown(s, SHUT_WR);
  return 0;
}
static void *late(void *arg) { usleep(30000); write((int)(long)arg, "later", 5); return 0; }

int main(void) {
  char b[4096];
  signal(SIGPIPE, SIG_IGN);
  int l = socket(AF_INET, SOCK_STREAM, 0), one = 1;
  printf("fresh %x\n", events(l));
  SAY(listen(socket(AF_INET, SOCK_DGRAM, 0), 1));
  struct sockaddr_in a = at(0);
  SAY(bind(l, (void *)&a, sizeof a));
  SAY(bind(l, (void *)&a, sizeof a));
  SAY(accept(l, 0, 0));
  SAY(listen(l, 5));
  printf("listening %x accept %d\n", events(l), option(l, SOL_SOCKET, SO_ACCEPTCONN));
  int port = port_of(l);
  int m = socket(AF_INET, SOCK_STREAM, 0);
  a = at(port);
  SAY(bind(m, (void *)&a, sizeof a));
  setsockopt(m, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  SAY(bind(m, (void *)&a, sizeof a));
  a.sin_addr.s_addr = inet_addr("10.99.0.1"); a.sin_port = 0;
  SAY(bind(m, (void *)&a, sizeof a));
  a.sin_family = AF_INET6;
  SAY(bind(m, (void *)&a, sizeof a));
  SAY(bind(m, (void *)&a, 4));

  int c = socket(AF_INET, SOCK_STREAM, 0);
  a = at(port);
  SAY(send(c, "x", 1, 0));
  SAY(recv(c, b, 1, 0));
  SAY(shutdown(m, SHUT_WR));
  SAY(getpeername(c, (void *)&a, &(socklen_t){sizeof a}));
  a = at(port);
  SAY(connect(c, (void *)&a, sizeof a));
  SAY(connect(c, (void *)&a, sizeof a));
  printf("connected %x, listener %x\n", settled(c), events(l));
  struct sockaddr_in p; socklen_t n = sizeof p;
  int d = accept4(l, (void *)&p, &n, SOCK_CLOEXEC);
  tell("from", &p);
  printf("length %d same port %d\n", n, ntohs(p.sin_port) == port_of(c));
  SAY(fcntl(d, F_GETFD));
  getpeername(c, (void *)&p, &n);
  printf("peer %d\n", ntohs(p.sin_port) == port);
  SAY(write(c, "hello world", 11));
  printf("readable %x\n", settled(d));
  SAY(recv(d, b, 5, MSG_PEEK));
  int waiting = 0;
  SAY(ioctl(d, FIONREAD, &waiting)); printf("%d\n", waiting);
  SAY(recv(d, b, 5, 0));
  SAY(recv(d, b, 3, MSG_TRUNC));
  SAY(recv(d, b, 100, 0)); printf("%.3s\n", b);
  SAY(recv(d, b, 100, MSG_DONTWAIT));
  struct timeval tv = {0, 30000};
  SAY(setsockopt(d, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof tv));
  SAY(recv(d, b, 100, 0));
  SAY(read(d, b, 100));
  tv.tv_usec = 0; setsockopt(d, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof tv);
  pthread_t t;
  write(c, "first", 5);
  pthread_create(&t, 0, late, (void *)(long)c);
  SAY(recv(d, b, 10, MSG_WAITALL)); printf("%.10s\n", b);
  pthread_join(t, 0);
  pthread_create(&t, 0, sender, (void *)(long)c);
  long total = 0, wrong = 0;
  for (long got; (got = read(d, b, sizeof b)) > 0;) for (long i = 0; i < got; i++, total++) { long k = total & ((1 << 20) - 1); if (b[i] != (char)(k * 7 + (k >> 9))) wrong++; }
  pthread_join(t, 0);
  printf("got %ld wrong %ld\n", total, wrong);
  printf("half closed %x\n", settled(d));
  SAY(write(d, "back", 4));
  SAY(read(c, b, 100));
  SAY(send(c, "x", 1, 0));
  SAY(close(d));
  printf("both closed %x\n", settled(c));
  SAY(read(c, b, 100));
  close(c);

  // Closed with unread data: a reset.
  c = socket(AF_INET, SOCK_STREAM, 0);
  a = at(port);
  connect(c, (void *)&a, sizeof a);
  d = accept(l, 0, 0);
  write(c, "unread", 6);
  usleep(10000);
  close(d);
  printf("reset %x\n", settled(c));
  printf("error %d\n", option(c, SOL_SOCKET, SO_ERROR));
  printf("error %d\n", option(c, SOL_SOCKET, SO_ERROR));
  SAY(write(c, "x", 1));
  SAY(read(c, b, 1));
  close(c);
  // SO_LINGER of 0.
  c = socket(AF_INET, SOCK_STREAM, 0);
  connect(c, (void *)&a, sizeof a);
  d = accept(l, 0, 0);
  struct linger lg = {1, 0};
  SAY(setsockopt(c, SOL_SOCKET, SO_LINGER, &lg, sizeof lg));
  close(c);
  usleep(10000);
  SAY(read(d, b, 1));
  SAY(read(d, b, 1));
  SAY(write(d, b, 1));
  close(d);

  // Refused; not blocking.
  c = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  int free_ = socket(AF_INET, SOCK_STREAM, 0);
  a = at(0); bind(free_, (void *)&a, sizeof a); a = at(port_of(free_));
  int r = connect(c, (void *)&a, sizeof a);
  if (r && errno == EINPROGRESS) { struct pollfd f = {c, POLLOUT, 0}; poll(&f, 1, 1000); r = -1; errno = option(c, SOL_SOCKET, SO_ERROR); }
  printf("refused %s\n", strerror(errno));
  SAY(connect(free_, (void *)&a, sizeof a));
  SAY(close(c));
  c = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  a = at(port);
  r = connect(c, (void *)&a, sizeof a);
  printf("pending %d\n", r == 0 || errno == EINPROGRESS);
  struct pollfd f = {c, POLLOUT, 0};
  SAY(poll(&f, 1, 1000));
  printf("error %d\n", option(c, SOL_SOCKET, SO_ERROR));
  d = accept(l, 0, 0);
  SAY(read(c, b, 1));
  // Fills up, and drains again.
  long filled = 0;
  memset(b, 'f', sizeof b);
  for (long w; (w = write(c, b, sizeof b)) > 0;) filled += w;
  printf("filled %d %s, out %x\n", filled > 100000, strerror(errno), settled(c) & POLLOUT);
  long drained = 0;
  while (drained < filled) { long g = read(d, b, sizeof b); if (g <= 0) break; drained += g; }
  printf("drained %d out %x\n", drained == filled, settled(c) & POLLOUT);

  // epoll, level and edge.
  int e = epoll_create1(0);
  struct epoll_event ev = {.events = EPOLLIN | EPOLLOUT | EPOLLET | EPOLLRDHUP, .data.fd = d}, out[4];
  SAY(epoll_ctl(e, EPOLL_CTL_ADD, d, &ev));
  SAY(epoll_wait(e, out, 4, 0)); printf("%x\n", out[0].events);
  SAY(epoll_wait(e, out, 4, 0));
  write(c, "a", 1);
  SAY(epoll_wait(e, out, 4, 1000)); printf("%x\n", out[0].events);
  SAY(epoll_wait(e, out, 4, 0));
  read(d, b, 1);
  write(c, "b", 1);
  SAY(epoll_wait(e, out, 4, 1000)); printf("%x\n", out[0].events);
  shutdown(c, SHUT_WR);
  SAY(epoll_wait(e, out, 4, 1000)); printf("%x\n", out[0].events);
  close(c); close(d); close(e);

  // Shutting a listener wakes who waits; options.
  c = socket(AF_INET, SOCK_STREAM, 0);
  printf("type %d domain %d protocol %d\n", option(c, SOL_SOCKET, SO_TYPE), option(c, SOL_SOCKET, SO_DOMAIN), option(c, SOL_SOCKET, SO_PROTOCOL));
  SAY(setsockopt(c, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one));
  printf("nodelay %d\n", option(c, IPPROTO_TCP, TCP_NODELAY));
  SAY(setsockopt(c, SOL_SOCKET, SO_KEEPALIVE, &one, sizeof one));
  int v = 30;
  SAY(setsockopt(c, IPPROTO_TCP, TCP_KEEPIDLE, &v, sizeof v));
  printf("keep %d %d\n", option(c, SOL_SOCKET, SO_KEEPALIVE), option(c, IPPROTO_TCP, TCP_KEEPIDLE));
  v = 5000;
  SAY(setsockopt(c, SOL_SOCKET, SO_RCVBUF, &v, sizeof v));
  printf("buffer %d\n", option(c, SOL_SOCKET, SO_RCVBUF));
  v = 1; SAY(setsockopt(c, SOL_SOCKET, SO_RCVBUF, &v, sizeof v));
  SAY(setsockopt(c, SOL_SOCKET, SO_TYPE, &v, sizeof v));
  SAY(setsockopt(c, SOL_SOCKET, 9999, &v, sizeof v));
  SAY(setsockopt(c, SOL_SOCKET, SO_REUSEADDR, &v, 2));
  SAY(setsockopt(e = open("/", O_RDONLY), SOL_SOCKET, SO_REUSEADDR, &v, 4));
  v = 10; SAY(setsockopt(c, IPPROTO_IP, IP_TTL, &v, sizeof v));
  printf("ttl %d tos %d\n", option(c, IPPROTO_IP, IP_TTL), option(c, IPPROTO_IP, IP_TOS));
  SAY(socket(AF_INET, 77, 0));
  SAY(socket(AF_INET, SOCK_STREAM, IPPROTO_UDP));
  SAY(socket(99, SOCK_STREAM, 0));
  SAY(socketpair(AF_INET, SOCK_STREAM, 0, (int[2]){0}));
  close(l);
  a = at(port);
  SAY(connect(c, (void *)&a, sizeof a));

  // IPv6, and IPv4 through it.
  struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_ANY_INIT};
  l = socket(AF_INET6, SOCK_STREAM, 0);
  SAY(bind(l, (void *)&six, sizeof six));
  listen(l, 1);
  port = port_of(l);
  c = socket(AF_INET6, SOCK_STREAM, 0);
  six.sin6_addr = in6addr_loopback; six.sin6_port = htons(port);
  SAY(connect(c, (void *)&six, sizeof six));
  n = sizeof six;
  d = accept(l, (void *)&six, &n);
  char name[64];
  printf("from %s length %d\n", inet_ntop(AF_INET6, &six.sin6_addr, name, sizeof name), n);
  close(c); close(d);
  c = socket(AF_INET, SOCK_STREAM, 0);
  a = at(port);
  SAY(connect(c, (void *)&a, sizeof a));
  n = sizeof six;
  d = accept(l, (void *)&six, &n);
  printf("from %s\n", inet_ntop(AF_INET6, &six.sin6_addr, name, sizeof name));
  close(c); close(d); close(l);
  l = socket(AF_INET6, SOCK_STREAM, 0);
  SAY(setsockopt(l, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof one));
  six.sin6_addr = in6addr_any; six.sin6_port = 0;
  bind(l, (void *)&six, sizeof six); listen(l, 1);
  c = socket(AF_INET, SOCK_STREAM, 0);
  a = at(port_of(l));
  SAY(connect(c, (void *)&a, sizeof a));
  return 0;
}
