// POSIX message queues.
#include "check.h"
#include <mqueue.h>
#include <sys/mount.h>
#include <sys/syscall.h>

static volatile int told, code, value, sender;
static void on_message(int n, siginfo_t *i, void *c) {
  told++;
  code = i->si_code;
  value = i->si_value.sival_int;
  sender = i->si_pid;
}

// By a thread: what the C library makes of it, and what the kernel does for it.
static volatile int called;
static void in_thread(union sigval v) {
  value = v.sival_int;
  called++;
}
static int netlink(void) { return socket(AF_NETLINK, SOCK_RAW | SOCK_NONBLOCK, 0); }
static void by_thread(mqd_t q) {
  char c[64];
  struct sigevent e = {.sigev_notify = SIGEV_THREAD, .sigev_notify_function = in_thread, .sigev_value.sival_int = 43};
  SAY(mq_notify(q, &e));
  usleep(30000);
  SAY(mq_notify(q, &e));
  SAY(mq_send(q, "1", 1, 0));
  for (int i = 0; i < 200 && !called; i++) usleep(5000);
  printf("%d %d\n", called, value);
  SAY(mq_send(q, "2", 1, 0));
  usleep(30000);
  SAY(called);
  mq_receive(q, c, 32, 0), mq_receive(q, c, 32, 0);

  int s = netlink(), pair[2];
  socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
  static const char cookie[32] = "thirty-two bytes for the socket";
  struct sigevent k = {.sigev_notify = SIGEV_THREAD, .sigev_signo = s, .sigev_value.sival_ptr = (void *)cookie};
  SAY(syscall(SYS_mq_notify, q, &k));
  SAY(recv(s, c, sizeof c, 0));
  SAY(syscall(SYS_mq_notify, q, 0));
  memset(c, 9, sizeof c);
  SAY(recv(s, c, sizeof c, 0));
  printf("%.31s %d\n", c, c[31]);
  SAY(syscall(SYS_mq_notify, q, &k));
  SAY(mq_send(q, "3", 1, 0));
  struct pollfd p = {s, POLLIN, 0};
  SAY(poll(&p, 1, 1000));
  SAY(recv(s, c, 8, MSG_PEEK | MSG_TRUNC));
  SAY(recv(s, c, sizeof c, 0));
  printf("%.31s %d\n", c, c[31]);
  mq_receive(q, c, 32, 0);
  // Closed, it tells nobody.
  SAY(syscall(SYS_mq_notify, q, &k));
  close(s);
  SAY(mq_send(q, "4", 1, 0));
  mq_receive(q, c, 32, 0);
  SAY(syscall(SYS_mq_notify, q, &k));
  k.sigev_signo = pair[0];
  SAY(syscall(SYS_mq_notify, q, &k));
  k.sigev_signo = q;
  SAY(syscall(SYS_mq_notify, q, &k));
  k.sigev_signo = netlink();
  k.sigev_value.sival_ptr = (void *)1;
  SAY(syscall(SYS_mq_notify, q, &k));
  // With the queue's descriptor goes what was asked by it.
  k.sigev_value.sival_ptr = (void *)cookie;
  mqd_t again = mq_open("/q", O_RDWR);
  SAY(syscall(SYS_mq_notify, again, &k));
  SAY(mq_close(again));
  SAY(recv(k.sigev_signo, c, sizeof c, 0));
  SAY(c[31]);
  close(k.sigev_signo);
}

int main(void) {
  if (unshare(CLONE_NEWIPC)) return 77;
  struct mq_attr a = {.mq_maxmsg = 4, .mq_msgsize = 32};
  SAY(mq_open("/none", O_RDONLY));
  SAY(mq_open("/a/b", O_RDWR | O_CREAT, 0600, 0));
  SAY(mq_open("/..", O_RDWR | O_CREAT, 0600, 0));
  SAY(mq_unlink("/none"));
  mqd_t q = mq_open("/q", O_RDWR | O_CREAT | O_EXCL, 0640, &a);
  SAY(q >= 0);
  SAY(mq_open("/q", O_RDWR | O_CREAT | O_EXCL, 0640, &a));
  struct mq_attr zero = {0}, large = {.mq_maxmsg = 1 << 20, .mq_msgsize = 1};
  SAY(mq_open("/bad", O_RDWR | O_CREAT, 0600, &zero));
  SAY(mq_open("/bad", O_RDWR | O_CREAT, 0600, &large));
  struct mq_attr b;
  SAY(mq_getattr(q, &b));
  printf("%ld %ld %ld %ld\n", b.mq_flags, b.mq_maxmsg, b.mq_msgsize, b.mq_curmsgs);
  struct stat s;
  SAY(fstat(q, &s));
  printf("%o %ld\n", s.st_mode, (long)s.st_size);
  char c[64] = "";
  unsigned priority;
  SAY(mq_send(q, "low", 4, 1));
  SAY(mq_send(q, "high", 5, 9));
  SAY(mq_send(q, "low again", 10, 1));
  SAY(mq_send(q, c, 33, 1));
  SAY(mq_send(q, c, 1, 32768));
  SAY(mq_receive(q, c, 31, &priority));
  SAY(mq_getattr(q, &b));
  SAY(b.mq_curmsgs);
  lseek(q, 0, SEEK_SET);
  memset(c, 0, sizeof c);
  SAY(read(q, c, sizeof c) > 20);
  printf("%.9s\n", c);
  for (int i = 0; i < 3; i++) {
    SAY(mq_receive(q, c, 32, &priority));
    printf("%s %u\n", c, priority);
  }
  struct timespec past = {1, 0}, soon, bad = {1, 2000000000};
  SAY(mq_timedreceive(q, c, 32, 0, &past));
  SAY(mq_timedreceive(q, c, 32, 0, &bad));
  clock_gettime(CLOCK_REALTIME, &soon);
  soon.tv_nsec += 30000000;
  if (soon.tv_nsec >= 1000000000) soon.tv_nsec -= 1000000000, soon.tv_sec++;
  SAY(mq_timedreceive(q, c, 32, 0, &soon));
  a.mq_flags = O_NONBLOCK;
  SAY(mq_setattr(q, &a, &b));
  SAY(b.mq_flags);
  SAY(mq_receive(q, c, 32, 0));
  struct pollfd p = {q, POLLIN | POLLOUT, 0};
  SAY(poll(&p, 1, 0));
  SAY(p.revents);
  for (int i = 0; i < 4; i++) SAY(mq_send(q, "x", 1, i));
  SAY(mq_send(q, "x", 1, 5));
  SAY(poll(&p, 1, 0));
  SAY(p.revents);
  a.mq_flags = 0;
  SAY(mq_setattr(q, &a, 0));
  clock_gettime(CLOCK_REALTIME, &soon);
  soon.tv_nsec += 30000000;
  if (soon.tv_nsec >= 1000000000) soon.tv_nsec -= 1000000000, soon.tv_sec++;
  SAY(mq_timedsend(q, "x", 1, 0, &soon));
  a.mq_flags = O_APPEND;
  SAY(mq_setattr(q, &a, 0));
  // Who waits to send goes on when one was received; who waits to receive, when one was sent.
  pid_t child = fork();
  if (!child) _exit(mq_send(q, "late", 5, 31) == 0 ? 1 : 2);
  usleep(20000);
  SAY(waitpid(child, 0, WNOHANG));
  SAY(mq_receive(q, c, 32, &priority));
  SAY(WEXITSTATUS(status_of(child)));
  SAY(mq_receive(q, c, 32, &priority));
  printf("%s %u\n", c, priority);
  while (b.mq_curmsgs = 0, mq_getattr(q, &b), b.mq_curmsgs) mq_receive(q, c, 32, 0);
  // Told of the first message, once, unless somebody waits for it.
  struct sigaction action = {.sa_sigaction = on_message, .sa_flags = SA_SIGINFO};
  sigaction(SIGUSR1, &action, 0);
  struct sigevent e = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1, .sigev_value.sival_int = 42};
  SAY(mq_notify(q, &e));
  SAY(mq_notify(q, &e));
  SAY(mq_send(q, "1", 1, 0));
  printf("%d %d %d %d\n", told, code, value, sender == getpid());
  SAY(mq_send(q, "2", 1, 0));
  SAY(told);
  mq_receive(q, c, 32, 0);
  mq_receive(q, c, 32, 0);
  SAY(mq_notify(q, &e));
  child = fork();
  if (!child) _exit(mq_receive(q, c, 32, 0) == 1 ? 1 : 2);
  usleep(30000);
  SAY(mq_send(q, "3", 1, 0));
  SAY(WEXITSTATUS(status_of(child)));
  SAY(told);
  SAY(mq_notify(q, 0));
  SAY(mq_send(q, "4", 1, 0));
  SAY(told);
  mq_receive(q, c, 32, 0);
  by_thread(q);
  mq_send(q, "4", 1, 0);
  e.sigev_notify = 55;
  SAY(mq_notify(q, &e));
  SAY(mq_notify(1, &e));
  // Names and rights.
  mqd_t reader = mq_open("/q", O_RDONLY);
  SAY(mq_send(reader, "x", 1, 0));
  SAY(mq_receive(reader, c, 32, 0));
  mqd_t writer = mq_open("/q", O_WRONLY);
  SAY(mq_receive(writer, c, 32, 0));
  child = fork();
  if (!child) {
    setgid(1000);
    setuid(1000);
    SAY(mq_open("/q", O_RDONLY));
    SAY(mq_unlink("/q"));
    struct mq_attr many = {.mq_maxmsg = 11, .mq_msgsize = 1};
    SAY(mq_open("/own", O_RDWR | O_CREAT, 0600, &many));
    SAY(mq_open("/own", O_RDWR | O_CREAT, 0600, 0) >= 0);
    SAY(mq_unlink("/own"));
    _exit(0);
  }
  status_of(child);
  SAY(mq_unlink("/q"));
  SAY(mq_open("/q", O_RDONLY));
  SAY(mq_send(q, "still", 6, 0));
  SAY(mq_receive(q, c, 32, 0));
  // As files.
  unshare(CLONE_NEWNS);
  mount("none", "/", 0, MS_REC | MS_PRIVATE, 0);
  mkdir("queues", 0755);
  SAY(mount("mqueue", "queues", "mqueue", 0, 0));
  mq_open("/seen", O_RDWR | O_CREAT, 0600, 0);
  SAY(stat("queues/seen", &s));
  printf("%o\n", s.st_mode);
  int fd = open("queues/made", O_CREAT | O_RDWR, 0600);
  SAY(fd >= 0);
  SAY(mq_send(fd, "through a file", 15, 0));
  SAY(unlink("queues/made"));
  SAY(unlink("queues/seen"));
  SAY(mkdir("queues/d", 0700));
  SAY(umount("queues"));
  rmdir("queues");
  return 0;
}
