// What is written to /proc/sys, and what follows from it; in namespaces of its own.
#include "check.h"
#include <grp.h>
#include <mqueue.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/mount.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/syscall.h>
#include <sys/utsname.h>

static void show(const char *name) {
  char path[128], text[256];
  snprintf(path, sizeof path, "/proc/sys/%s", name);
  int fd = open(path, O_RDONLY);
  long n = fd < 0 ? -1 : read(fd, text, sizeof text);
  if (n < 0) printf("%s: %s\n", name, strerror(errno));
  else printf("%s: %.*s", name, (int)n, text);
  fflush(stdout);
  close(fd);
}
static void put(const char *name, const char *text) {
  char path[128];
  snprintf(path, sizeof path, "/proc/sys/%s", name);
  int fd = open(path, O_WRONLY);
  long n = fd < 0 ? -1 : write(fd, text, strlen(text));
  if (n < 0) printf("%s ← %s: %s\n", name, text, strerror(errno));
  else printf("%s ← %s: %ld\n", name, text, n);
  fflush(stdout);
  close(fd);
  show(name);
}

static void names(void) {
  struct utsname u;
  put("kernel/hostname", "written");
  uname(&u);
  printf("%s\n", u.nodename);
  put("kernel/hostname", "with-newline\nand more");
  SAY(sethostname("by-call", 7));
  show("kernel/hostname");
  put("kernel/domainname", "domain.example\n");
  uname(&u);
  printf("%s\n", u.domainname);
  put("kernel/hostname", "a-name-that-is-longer-than-sixty-four-bytes-is-cut-off-behind-them-and-not-refused");
}

static void ipc(void) {
  struct { long type; char text[64]; } m = {1};
  put("kernel/msgmax", "10");
  put("kernel/msgmax", "-1");
  put("kernel/msgmax", "ten");
  put("kernel/msgmax", "10 20");
  put("kernel/msgmnb", " 30\n");
  int q = msgget(IPC_PRIVATE, 0600);
  SAY(msgsnd(q, &m, 11, IPC_NOWAIT));
  SAY(msgsnd(q, &m, 10, IPC_NOWAIT));
  SAY(msgsnd(q, &m, 10, IPC_NOWAIT));
  SAY(msgsnd(q, &m, 10, IPC_NOWAIT));
  SAY(msgsnd(q, &m, 1, IPC_NOWAIT));
  struct msginfo info;
  SAY(msgctl(0, IPC_INFO, (void *)&info) >= 0);
  printf("%d %d %d\n", info.msgmax, info.msgmnb, info.msgmni);
  put("kernel/msgmni", "1");
  SAY(msgget(IPC_PRIVATE, 0600));
  put("kernel/msgmni", "2");
  SAY(msgget(IPC_PRIVATE, 0600) >= 0);
  put("kernel/sem", "5 10 3 2");
  SAY(semget(IPC_PRIVATE, 6, 0600));
  int s = semget(IPC_PRIVATE, 5, 0600);
  struct sembuf ops[4] = {{0, 1}, {1, 1}, {2, 1}, {3, 1}};
  SAY(semop(s, ops, 4));
  SAY(semop(s, ops, 3));
  SAY(semget(IPC_PRIVATE, 5, 0600) >= 0);
  SAY(semget(IPC_PRIVATE, 1, 0600));
  put("kernel/sem", "6");
  put("kernel/sem", "6 7 x");
  put("kernel/shmmax", "8192");
  SAY(shmget(IPC_PRIVATE, 8193, 0600));
  put("kernel/shmall", "3");
  SAY(shmget(IPC_PRIVATE, 8192, 0600) >= 0);
  SAY(shmget(IPC_PRIVATE, 8192, 0600));
  SAY(shmget(IPC_PRIVATE, 4096, 0600) >= 0);
  put("kernel/shmall", "100");
  put("kernel/shmmni", "3");
  SAY(shmget(IPC_PRIVATE, 1, 0600) >= 0);
  SAY(shmget(IPC_PRIVATE, 1, 0600));
  put("fs/mqueue/msg_max", "5");
  put("fs/mqueue/msg_max", "0");
  put("fs/mqueue/msg_max", "70000");
  put("fs/mqueue/msgsize_max", "127");
  put("fs/mqueue/msgsize_max", "200");
  put("fs/mqueue/msg_default", "3");
  put("fs/mqueue/msgsize_default", "150");
  put("fs/mqueue/queues_max", "2");
  mqd_t d = mq_open("/default", O_RDWR | O_CREAT, 0666, 0);
  struct mq_attr a;
  mq_getattr(d, &a);
  printf("%ld %ld\n", a.mq_maxmsg, a.mq_msgsize);
  fflush(stdout);
  pid_t child = fork();
  if (!child) {
    setgroups(0, 0), setgid(1000), setuid(1000);
    a = (struct mq_attr){.mq_maxmsg = 6, .mq_msgsize = 10};
    SAY(mq_open("/six", O_RDWR | O_CREAT, 0600, &a));
    a = (struct mq_attr){.mq_maxmsg = 5, .mq_msgsize = 201};
    SAY(mq_open("/large", O_RDWR | O_CREAT, 0600, &a));
    a.mq_msgsize = 200;
    SAY(mq_open("/fits", O_RDWR | O_CREAT, 0600, &a) >= 0);
    SAY(mq_open("/many", O_RDWR | O_CREAT, 0600, &a));
    // Nobody else writes here.
    SAY(open("/proc/sys/kernel/msgmax", O_WRONLY));
    SAY(open("/proc/sys/kernel/hostname", O_RDWR));
    SAY(open("/proc/sys/kernel/msgmax", O_RDONLY) >= 0);
    _exit(0);
  }
  status_of(child);
}

static void net(void) {
  int s = socket(AF_INET, SOCK_DGRAM, 0);
  struct ifreq up = {.ifr_name = "lo", .ifr_flags = IFF_UP};
  SAY(ioctl(s, SIOCSIFFLAGS, &up));
  put("net/ipv4/ip_local_port_range", "40000 40003");
  put("net/ipv4/ip_local_port_range", "40003 40000");
  for (int i = 0; i < 5; i++) {
    int u = socket(AF_INET, SOCK_DGRAM, 0);
    struct sockaddr_in a = {AF_INET, 0, {htonl(INADDR_LOOPBACK)}};
    socklen_t length = sizeof a;
    SAY(bind(u, (void *)&a, sizeof a));
    getsockname(u, (void *)&a, &length);
    int port = ntohs(a.sin_port);
    printf("%d\n", port >= 40000 && port <= 40003);
  }
  put("net/ipv4/ip_default_ttl", "9");
  put("net/ipv4/ip_default_ttl", "0");
  put("net/ipv4/ip_default_ttl", "256");
  int ttl = 0;
  socklen_t length = sizeof ttl;
  int t = socket(AF_INET, SOCK_STREAM, 0);
  SAY(getsockopt(t, IPPROTO_IP, IP_TTL, &ttl, &length));
  SAY(ttl);
  put("net/ipv4/ip_unprivileged_port_start", "80");
  put("net/ipv4/ip_unprivileged_port_start", "65536");
  fflush(stdout);
  pid_t child = fork();
  if (!child) {
    setgroups(0, 0), setgid(1000), setuid(1000);
    struct sockaddr_in a = {AF_INET, htons(80), {htonl(INADDR_LOOPBACK)}}, b = {AF_INET, htons(79), {htonl(INADDR_LOOPBACK)}};
    SAY(bind(t, (void *)&a, sizeof a));
    int other = socket(AF_INET, SOCK_STREAM, 0);
    SAY(bind(other, (void *)&b, sizeof b));
    _exit(0);
  }
  status_of(child);
  put("net/core/somaxconn", "1");
  put("net/core/somaxconn", "-1");
  SAY(listen(t, 100));
  int waiting = 0;
  struct sockaddr_in to = {AF_INET, htons(80), {htonl(INADDR_LOOPBACK)}};
  for (int i = 0; i < 6; i++) {
    int c = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    connect(c, (void *)&to, sizeof to);
  }
  usleep(20000);
  fcntl(t, F_SETFL, O_NONBLOCK);
  while (accept(t, 0, 0) >= 0) waiting++;
  SAY(waiting);
  put("net/ipv4/ip_forward", "1");
  put("net/ipv4/ip_forward", "0");
  put("net/ipv4/icmp_echo_ignore_all", "1");
}

static int numbers(void) {
  put("kernel/pid_max", "310");
  put("kernel/pid_max", "300");
  put("kernel/pid_max", "5000000");
  int most = 0, again = 0;
  for (int i = 0; i < 330; i++) {
    pid_t pid = fork();
    if (!pid) _exit(0);
    status_of(pid);
    if (pid < most) again = pid;
    if (pid > most) most = pid;
  }
  printf("at most %d, then from %s\n", most, again >= 300 ? "300 on" : "below");
  return 0;
}

int main(void) {
  if (getuid() || unshare(CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWNET | CLONE_NEWNS)) return 77;
  mount("none", "/", 0, MS_REC | MS_PRIVATE, 0);
  names();
  ipc();
  net();
  // A network is its user namespace's root's.
  int gate[2][2];
  char c, path[64];
  pipe(gate[0]), pipe(gate[1]);
  fflush(stdout);
  pid_t user = fork();
  if (!user) {
    SAY(unshare(CLONE_NEWUSER));
    write(gate[0][1], "x", 1), read(gate[1][0], &c, 1);
    SAY(setgid(0));
    SAY(setuid(0));
    put("net/ipv4/ip_forward", "1");
    SAY(unshare(CLONE_NEWNET | CLONE_NEWUTS));
    put("net/ipv4/ip_forward", "1");
    put("kernel/hostname", "inner");
    _exit(0);
  }
  read(gate[0][0], &c, 1);
  for (int i = 0; i < 2; i++) {
    sprintf(path, "/proc/%d/%cid_map", user, "ug"[i]);
    int fd = open(path, O_WRONLY);
    write(fd, "0 1000 1", 8), close(fd);
  }
  write(gate[1][1], "x", 1);
  SAY(status_of(user));
  // What is read only.
  SAY(open("/proc/sys/kernel/ostype", O_WRONLY) >= 0);
  struct stat s;
  SAY(stat("/proc/sys/kernel/osrelease", &s));
  printf("%o\n", s.st_mode);
  SAY(stat("/proc/sys/kernel/hostname", &s));
  printf("%o\n", s.st_mode);
  SAY(truncate("/proc/sys/kernel/hostname", 0));
  show("kernel/hostname");
  if (unshare(CLONE_NEWPID)) return 77;
  pid_t pid = fork();
  if (!pid) {
    mount("proc", "/proc", "proc", 0, 0);
    exit(numbers());
  }
  return WEXITSTATUS(status_of(pid));
}
