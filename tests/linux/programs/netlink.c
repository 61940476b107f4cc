// The network of a namespace of its own: interfaces, addresses, routes by netlink, ioctl and getifaddrs.
#include "check.h"
#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <netinet/in.h>
#include <sys/ioctl.h>

static int nl;
static char req[4096];
static struct nlmsghdr *h;

static void begin(int type, int flags, const void *body, int length) {
  memset(req, 0, sizeof req);
  h = (void *)req;
  h->nlmsg_type = type; h->nlmsg_flags = NLM_F_REQUEST | flags; h->nlmsg_len = NLMSG_LENGTH(length);
  memcpy(NLMSG_DATA(h), body, length);
}
static struct rtattr *put(int type, const void *data, int length) {
  struct rtattr *a = (void *)(req + NLMSG_ALIGN(h->nlmsg_len));
  a->rta_type = type; a->rta_len = RTA_LENGTH(length);
  if (length) memcpy(RTA_DATA(a), data, length);
  h->nlmsg_len = NLMSG_ALIGN(h->nlmsg_len) + RTA_ALIGN(a->rta_len);
  return a;
}
static void nest_end(struct rtattr *a) { a->rta_len = req + h->nlmsg_len - (char *)a; }
// The error of an acknowledgment.
static const char *ask(void) {
  char b[8192];
  h->nlmsg_flags |= NLM_F_ACK;
  send(nl, req, h->nlmsg_len, 0);
  int n = recv(nl, b, sizeof b, 0);
  struct nlmsghdr *r = (void *)b;
  if (n < 0 || r->nlmsg_type != NLMSG_ERROR) return "no answer";
  return strerror(-((struct nlmsgerr *)NLMSG_DATA(r))->error);
}
static int dump(int type, int family) {
  char b[16384];
  struct rtgenmsg g = {family};
  begin(type, NLM_F_DUMP, &g, sizeof g);
  send(nl, req, h->nlmsg_len, 0);
  for (int count = 0;;) {
    int n = recv(nl, b, sizeof b, 0);
    if (n <= 0) return -1;
    for (struct nlmsghdr *r = (void *)b; NLMSG_OK(r, n); r = NLMSG_NEXT(r, n)) {
      if (r->nlmsg_type == NLMSG_DONE) return count;
      count++;
    }
  }
}
static void address(int type, int flags, const char *name, const char *text, int bits) {
  struct ifaddrmsg m = {AF_INET, bits, 0, 0, if_nametoindex(name)};
  struct in_addr a = {inet_addr(text)};
  begin(type, flags, &m, sizeof m);
  put(IFA_LOCAL, &a, 4); put(IFA_ADDRESS, &a, 4);
  printf("address %d %s %s/%d: %s\n", type, name, text, bits, ask());
}
static void route(int type, int flags, const char *net, int bits, const char *via, const char *name) {
  struct rtmsg m = {AF_INET, bits, 0, 0, RT_TABLE_MAIN, RTPROT_STATIC, RT_SCOPE_UNIVERSE, RTN_UNICAST, 0};
  struct in_addr a = {inet_addr(net)}, g = {via ? inet_addr(via) : 0};
  begin(type, flags, &m, sizeof m);
  if (bits) put(RTA_DST, &a, 4);
  if (via) put(RTA_GATEWAY, &g, 4);
  if (name) { int i = if_nametoindex(name); put(RTA_OIF, &i, 4); }
  printf("route %d %s/%d via %s: %s\n", type, net, bits, via ? via : name, ask());
}
static void updown(const char *name, int up) {
  struct ifinfomsg m = {.ifi_index = if_nametoindex(name), .ifi_flags = up ? IFF_UP : 0, .ifi_change = IFF_UP};
  begin(RTM_NEWLINK, 0, &m, sizeof m);
  printf("%s %s: %s\n", name, up ? "up" : "down", ask());
}
static void show(void) {
  struct ifaddrs *all;
  if (getifaddrs(&all)) { perror("getifaddrs"); return; }
  for (struct ifaddrs *i = all; i; i = i->ifa_next) {
    if (!i->ifa_addr || i->ifa_addr->sa_family != AF_INET) continue;
    printf("%s %s", i->ifa_name, inet_ntoa(((struct sockaddr_in *)i->ifa_addr)->sin_addr));
    printf(" mask %s flags %x\n", inet_ntoa(((struct sockaddr_in *)i->ifa_netmask)->sin_addr), i->ifa_flags & (IFF_UP | IFF_LOOPBACK | IFF_BROADCAST));
  }
  freeifaddrs(all);
}

int main(void) {
  char b[256];
  if (unshare(CLONE_NEWUSER | CLONE_NEWNET) && unshare(CLONE_NEWNET)) { perror("unshare"); return 1; }
  nl = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
  struct sockaddr_nl me = {.nl_family = AF_NETLINK};
  SAY(bind(nl, (void *)&me, sizeof me));
  socklen_t n = sizeof me;
  SAY(getsockname(nl, (void *)&me, &n));
  printf("own number %d\n", me.nl_pid == getpid());
  // A new namespace has a loopback that is down, and nothing else.
  int u = socket(AF_INET, SOCK_DGRAM, 0), l = socket(AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(7), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  SAY(sendto(u, "x", 1, 0, (void *)&a, sizeof a));
  SAY(bind(l, (void *)&a, sizeof a));
  updown("lo", 1);
  SAY(bind(l, (void *)&a, sizeof a));
  show();
  SAY(if_nametoindex("lo"));
  SAY(if_nametoindex("nothere"));

  // A pair of interfaces, one end in a child's namespace.
  int go[2], done[2];
  pipe(go); pipe(done);
  pid_t child = fork();
  if (child == 0) {
    unshare(CLONE_NEWNET);
    write(done[1], "1", 1);
    read(go[0], b, 1);
    close(nl);
    nl = socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
    updown("lo", 1);
    updown("inside", 1);
    address(RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, "inside", "10.7.0.2", 24);
    route(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, "0.0.0.0", 0, "10.7.0.1", 0);
    int s = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in any = {.sin_family = AF_INET, .sin_port = htons(80)};
    bind(s, (void *)&any, sizeof any);
    listen(s, 4);
    fflush(stdout);
    write(done[1], "2", 1);
    struct sockaddr_in from; socklen_t fl = sizeof from;
    int c = accept(s, (void *)&from, &fl);
    int got = read(c, b, sizeof b);
    printf("inside: %.*s from %s\n", got, b, inet_ntoa(from.sin_addr));
    write(c, "welcome", 7);
    fflush(stdout);
    _exit(0);
  }
  read(done[0], b, 1);
  struct ifinfomsg m = {0}, pm = {0};
  begin(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, &m, sizeof m);
  put(IFLA_IFNAME, "outside", 8);
  struct rtattr *info = put(IFLA_LINKINFO, 0, 0);
  put(IFLA_INFO_KIND, "veth", 4);
  struct rtattr *data = put(IFLA_INFO_DATA, 0, 0);
  struct rtattr *peer = put(VETH_INFO_PEER, &pm, sizeof pm);
  put(IFLA_IFNAME, "inside", 7);
  put(IFLA_NET_NS_PID, &child, 4);
  nest_end(peer); nest_end(data); nest_end(info);
  printf("veth: %s\n", ask());
  printf("links %d\n", dump(RTM_GETLINK, AF_UNSPEC));
  updown("outside", 1);
  address(RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, "outside", "10.7.0.1", 24);
  address(RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, "outside", "10.7.0.1", 24);
  fflush(stdout);
  write(go[1], "1", 1);
  read(done[0], b, 1);
  show();
  route(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, "10.8.0.0", 16, "10.7.0.2", 0);
  route(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, "10.8.0.0", 16, "10.7.0.2", 0);
  route(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, "10.9.0.0", 16, "10.99.0.2", 0);
  route(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, "10.9.1.0", 16, "10.7.0.2", 0);
  route(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, "10.10.0.0", 16, 0, "outside");
  route(RTM_DELROUTE, 0, "10.8.0.0", 16, "10.7.0.2", 0);
  route(RTM_DELROUTE, 0, "10.8.0.0", 16, "10.7.0.2", 0);
  printf("addresses %d\n", dump(RTM_GETADDR, AF_INET));
  int c = socket(AF_INET, SOCK_STREAM, 0);
  a.sin_addr.s_addr = inet_addr("10.7.0.2"); a.sin_port = htons(80);
  SAY(connect(c, (void *)&a, sizeof a));
  int sent = write(c, "hello", 5);
  int status = status_of(child);
  n = read(c, b, sizeof b);
  printf("sent %d, outside: %.*s\n", sent, (int)n, b);
  printf("child %d\n", status);
  // The other end went with its namespace.
  for (int i = 0; i < 200 && if_nametoindex("outside"); i++) usleep(10000);
  printf("left %d\n", if_nametoindex("outside"));
  SAY(send(socket(AF_INET, SOCK_DGRAM, 0), "x", 1, 0));
  a.sin_addr.s_addr = inet_addr("10.7.0.2");
  SAY(connect(socket(AF_INET, SOCK_STREAM, 0), (void *)&a, sizeof a));

  // A bridge, and ioctls.
  begin(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, &m, sizeof m);
  put(IFLA_IFNAME, "br7", 4);
  info = put(IFLA_LINKINFO, 0, 0); put(IFLA_INFO_KIND, "bridge", 6); nest_end(info);
  printf("bridge: %s\n", ask());
  printf("again: %s\n", ask());
  struct ifreq r = {0};
  strcpy(r.ifr_name, "br7");
  SAY(ioctl(u, SIOCGIFADDR, &r));
  struct sockaddr_in *sin = (void *)&r.ifr_addr;
  sin->sin_family = AF_INET; sin->sin_addr.s_addr = inet_addr("192.168.9.1");
  SAY(ioctl(u, SIOCSIFADDR, &r));
  SAY(ioctl(u, SIOCGIFNETMASK, &r)); printf("%s\n", inet_ntoa(sin->sin_addr));
  SAY(ioctl(u, SIOCGIFBRDADDR, &r)); printf("%s\n", inet_ntoa(sin->sin_addr));
  SAY(ioctl(u, SIOCGIFMTU, &r)); printf("%d\n", r.ifr_mtu);
  r.ifr_mtu = 1400; SAY(ioctl(u, SIOCSIFMTU, &r));
  r.ifr_mtu = 10; SAY(ioctl(u, SIOCSIFMTU, &r));
  SAY(ioctl(u, SIOCGIFFLAGS, &r)); printf("%x\n", r.ifr_flags & (IFF_UP | IFF_BROADCAST | IFF_LOOPBACK));
  strcpy(r.ifr_name, "none"); SAY(ioctl(u, SIOCGIFFLAGS, &r));
  return 0;
}
