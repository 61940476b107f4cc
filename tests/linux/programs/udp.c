// UDP and ICMP over the loopback.
#include "check.h"
#include <netinet/in.h>
#include <arpa/inet.h>
#include <sys/ioctl.h>

static struct sockaddr_in at(int port) {
  struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  return a;
}
static int port_of(int s) {
  struct sockaddr_in a; socklen_t n = sizeof a;
  getsockname(s, (void *)&a, &n);
  return ntohs(a.sin_port);
}
static int events(int s) {
  struct pollfd p = {s, POLLIN | POLLOUT | POLLRDHUP, 0};
  poll(&p, 1, 0);
  return p.revents;
}
static void *later(void *arg) { struct sockaddr_in a = at((int)(long)arg); int s = socket(AF_INET, SOCK_DGRAM, 0); usleep(20000); sendto(s, "late", 4, 0, (void *)&a, sizeof a); close(s); return 0; }

int main(void) {
  char b[70000];
  int one = 1;
  int s = socket(AF_INET, SOCK_DGRAM, 0), c = socket(AF_INET, SOCK_DGRAM, 0);
  printf("fresh %x\n", events(s));
  struct sockaddr_in a = at(0), p;
  socklen_t n = sizeof p;
  SAY(send(c, "x", 1, 0));
  SAY(bind(s, (void *)&a, sizeof a));
  int port = port_of(s);
  printf("named by its first use %d\n", port_of(c) > 0);
  a = at(port);
  SAY(sendto(c, "hello", 5, 0, (void *)&a, sizeof a));
  printf("bound %d\n", port_of(c) > 0);
  printf("readable %x\n", events(s));
  int waiting = 0;
  SAY(ioctl(s, FIONREAD, &waiting)); printf("%d\n", waiting);
  SAY(recvfrom(s, b, 2, MSG_PEEK, 0, 0));
  SAY(recvfrom(s, b, 2, MSG_TRUNC, (void *)&p, &n));
  printf("%s %d %d\n", inet_ntoa(p.sin_addr), n, ntohs(p.sin_port) == port_of(c));
  SAY(recv(s, b, 10, MSG_DONTWAIT));
  struct timeval tv = {0, 20000};
  setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof tv);
  SAY(recv(s, b, 10, 0));
  tv.tv_usec = 0; setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof tv);
  pthread_t t;
  pthread_create(&t, 0, later, (void *)(long)port);
  SAY(recv(s, b, 10, 0));
  pthread_join(t, 0);
  SAY(sendto(c, b, 0, 0, (void *)&a, sizeof a));
  SAY(recv(s, b, 10, 0));
  SAY(sendto(c, b, 65507, 0, (void *)&a, sizeof a));
  SAY(recv(s, b, sizeof b, 0));
  SAY(sendto(c, b, 65508, 0, (void *)&a, sizeof a));
  SAY(connect(c, (void *)&a, sizeof a));
  SAY(send(c, "ab", 2, 0));
  SAY(send(c, "cd", 2, 0));
  SAY(read(s, b, 10));
  SAY(read(s, b, 10));
  getpeername(c, (void *)&p, &n);
  printf("peer %d\n", ntohs(p.sin_port) == port);
  // Only the peer is heard.
  int other = socket(AF_INET, SOCK_DGRAM, 0);
  a = at(port_of(c));
  SAY(sendto(other, "no", 2, 0, (void *)&a, sizeof a));
  SAY(recv(c, b, 10, MSG_DONTWAIT));
  // Nobody there.
  close(s);
  SAY(send(c, "x", 1, 0));
  printf("error %x\n", events(c));
  SAY(recv(c, b, 10, MSG_DONTWAIT));
  SAY(recv(c, b, 10, MSG_DONTWAIT));
  SAY(send(c, "x", 1, 0));
  SAY(send(c, "x", 1, 0));
  p.sin_family = AF_UNSPEC;
  SAY(connect(c, (void *)&p, sizeof p));
  SAY(send(c, "x", 1, 0));
  SAY(getpeername(c, (void *)&p, &n));
  a = at(0); SAY(sendto(c, "x", 1, 0, (void *)&a, sizeof a));
  // Sharing a port.
  s = socket(AF_INET, SOCK_DGRAM, 0);
  a = at(0); bind(s, (void *)&a, sizeof a); a = at(port_of(s));
  SAY(bind(other, (void *)&a, sizeof a));
  int x = socket(AF_INET, SOCK_DGRAM, 0), y = socket(AF_INET, SOCK_DGRAM, 0);
  setsockopt(x, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  setsockopt(y, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  a = at(0); bind(x, (void *)&a, sizeof a); a = at(port_of(x));
  SAY(bind(y, (void *)&a, sizeof a));
  // Many messages at once.
  int r = socket(AF_INET, SOCK_DGRAM, 0);
  a = at(0); bind(r, (void *)&a, sizeof a); a = at(port_of(r));
  struct iovec v[3] = {{"one", 3}, {"three", 5}, {"seven77", 7}};
  struct mmsghdr m[3] = {0};
  for (int i = 0; i < 3; i++) { m[i].msg_hdr.msg_name = &a; m[i].msg_hdr.msg_namelen = sizeof a; m[i].msg_hdr.msg_iov = &v[i]; m[i].msg_hdr.msg_iovlen = 1; }
  SAY(sendmmsg(c, m, 3, 0));
  printf("%d %d %d\n", m[0].msg_len, m[1].msg_len, m[2].msg_len);
  char into[4][6];
  struct iovec w[4];
  struct mmsghdr g[4] = {0};
  for (int i = 0; i < 4; i++) { w[i].iov_base = into[i]; w[i].iov_len = 6; g[i].msg_hdr.msg_iov = &w[i]; g[i].msg_hdr.msg_iovlen = 1; }
  SAY(recvmmsg(r, g, 4, MSG_DONTWAIT, 0));
  printf("%d %d %d flags %x %x\n", g[0].msg_len, g[1].msg_len, g[2].msg_len, g[1].msg_hdr.msg_flags, g[2].msg_hdr.msg_flags & MSG_TRUNC);
  // Where it came in.
  SAY(setsockopt(r, IPPROTO_IP, IP_PKTINFO, &one, sizeof one));
  SAY(setsockopt(r, IPPROTO_IP, IP_RECVTTL, &one, sizeof one));
  sendto(c, "info", 4, 0, (void *)&a, sizeof a);
  char control[256];
  struct iovec iv = {b, 100};
  struct msghdr mh = {.msg_iov = &iv, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
  SAY(recvmsg(r, &mh, 0));
  for (struct cmsghdr *h = CMSG_FIRSTHDR(&mh); h; h = CMSG_NXTHDR(&mh, h)) {
    printf("control %d %d length %d\n", h->cmsg_level, h->cmsg_type, (int)h->cmsg_len);
    if (h->cmsg_type == IP_PKTINFO) printf("to %s\n", inet_ntoa(((struct in_pktinfo *)CMSG_DATA(h))->ipi_addr));
    if (h->cmsg_type == IP_TTL) printf("ttl %d\n", *(int *)CMSG_DATA(h));
  }
  // Shutting down.
  a = at(port_of(r)); connect(r, (void *)&a, sizeof a);
  SAY(shutdown(r, SHUT_RD));
  printf("shut %x\n", events(r));
  SAY(recv(r, b, 10, 0));
  SAY(shutdown(r, SHUT_WR));
  printf("shut %x\n", events(r));
  signal(SIGPIPE, SIG_IGN);
  SAY(send(r, "x", 1, 0));
  a.sin_addr.s_addr = INADDR_BROADCAST;
  SAY(sendto(c, "x", 1, 0, (void *)&a, sizeof a));
  struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
  int s6 = socket(AF_INET6, SOCK_DGRAM, 0);
  SAY(bind(s6, (void *)&six, sizeof six));
  n = sizeof six; getsockname(s6, (void *)&six, &n);
  SAY(sendto(s6, "six", 3, 0, (void *)&six, sizeof six));
  SAY(recv(s6, b, 10, 0));
  SAY(sendto(s6, "six", 3, 0, (void *)&a, sizeof a));
  return 0;
}
