// Seccomp filters that ask another process what is to become of a call (seccomp_unotify(2)).
#include "check.h"
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define IF(nr) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, nr, 0, 1)
#define RET(k) BPF_STMT(BPF_RET | BPF_K, k)

static long install(unsigned flags, int number) {
  struct sock_filter program[] = {LOAD(nr), IF(number), RET(SECCOMP_RET_USER_NOTIF), RET(SECCOMP_RET_ALLOW)};
  struct sock_fprog f = {4, program};
  return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &f);
}
#define LISTEN SECCOMP_FILTER_FLAG_NEW_LISTENER

static struct seccomp_notif n;
static struct seccomp_notif_resp r;
static int receive(int fd) {
  memset(&n, 0, sizeof n);
  return ioctl(fd, SECCOMP_IOCTL_NOTIF_RECV, &n);
}
static int answer(int fd, long value, int error, unsigned flags) {
  r = (struct seccomp_notif_resp){.id = n.id, .val = value, .error = error, .flags = flags};
  return ioctl(fd, SECCOMP_IOCTL_NOTIF_SEND, &r);
}
static int valid(int fd) { return ioctl(fd, SECCOMP_IOCTL_NOTIF_ID_VALID, &n.id); }
static int events(int fd) {
  struct pollfd p = {fd, POLLIN | POLLOUT, 0};
  poll(&p, 1, 0);
  return p.revents;
}

static int channel[2];
static int taken(void) {
  struct pollfd p = {channel[0], POLLIN, 0};
  char c;
  struct iovec v = {&c, 1};
  char control[CMSG_SPACE(sizeof(int))];
  struct msghdr m = {.msg_iov = &v, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
  if (poll(&p, 1, 5000) < 1 || recvmsg(channel[0], &m, 0) < 1) return -1;
  return *(int *)CMSG_DATA(CMSG_FIRSTHDR(&m));
}
static void give(int fd) {
  char c = 'x';
  struct iovec v = {&c, 1};
  char control[CMSG_SPACE(sizeof(int))] = {0};
  struct msghdr m = {.msg_iov = &v, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
  struct cmsghdr *h = CMSG_FIRSTHDR(&m);
  *h = (struct cmsghdr){.cmsg_len = CMSG_LEN(sizeof(int)), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS};
  *(int *)CMSG_DATA(h) = fd;
  sendmsg(channel[1], &m, 0);
}

// A child whose calls of one number are asked for; the listener is the parent's.
static pid_t child;
static int watch(int number, void (*body)(void)) {
  fflush(stdout);
  child = fork();
  if (!child) {
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    int fd = install(LISTEN, number);
    give(fd);
    close(fd);
    body();
    _exit(0);
  }
  return taken();
}

static long make(const char *path, int mode) { return syscall(SYS_mkdirat, AT_FDCWD, path, mode); }

// What the child says is shown when it has ended.
static int out[2];
static int ended(void) {
  int status = status_of(child);
  char text[512];
  struct pollfd p = {out[0], POLLIN, 0};
  while (poll(&p, 1, 0) > 0) fwrite(text, 1, read(out[0], text, sizeof text), stdout);
  return status;
}
static int say(const char *what, long value) {
  char line[128];
  int e = value < 0 ? errno : 0;
  return write(out[1], line, sprintf(line, "%s = %s%ld\n", what, e ? strerror(e) : "", value < 0 ? 0 : value));
}

static void several(void) {
  errno = 0, say("mkdir", make("/tmp/never-a", 0700));
  errno = 0, say("mkdir", make("/tmp/never-b", 0700));
  errno = 0, say("mkdir", make("/nowhere/at/all", 0700));
}
static void one(void) { errno = 0, say("mkdir", make("/tmp/never-c", 0700)); }
static void handler(int s) { write(out[1], "handled\n", 8); }
static void interrupted(void) {
  struct sigaction a = {.sa_handler = handler};
  sigaction(SIGUSR1, &a, 0);
  one();
}
static void restarted(void) {
  struct sigaction a = {.sa_handler = handler, .sa_flags = SA_RESTART};
  sigaction(SIGUSR1, &a, 0);
  one();
}
static void opens(void) {
  for (int i = 0; i < 3; i++) {
    char c[6] = "";
    int fd = make("file", 0);
    errno = 0;
    say("fd", fd);
    if (fd >= 0) say("read", read(fd, c, 5)), say(c, fcntl(fd, F_GETFD));
  }
}

int main(void) {
  prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  SAY(install(SECCOMP_FILTER_FLAG_TSYNC | LISTEN, SYS_mkdirat));
  SAY(install(SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV, SYS_mkdirat));
  unsigned action = SECCOMP_RET_USER_NOTIF;
  SAY(syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action));
  struct seccomp_notif_sizes sizes;
  SAY(syscall(SYS_seccomp, SECCOMP_GET_NOTIF_SIZES, 0, &sizes));
  printf("%d %d %d\n", sizes.seccomp_notif, sizes.seccomp_notif_resp, sizes.seccomp_data);
  socketpair(AF_UNIX, SOCK_STREAM, 0, channel);
  pipe(out);

  // What the listener says is what the call returns; or it is made.
  int fd = watch(SYS_mkdirat, several);
  SAY(fd >= 0);
  SAY(fcntl(fd, F_GETFD));
  n.flags = 1;
  SAY(ioctl(fd, SECCOMP_IOCTL_NOTIF_RECV, &n));
  SAY(receive(fd));
  printf("%d %d %d, a path %d, mode %o\n", n.pid == child, n.flags, n.data.nr == SYS_mkdirat, n.data.args[1] != 0, (int)n.data.args[2]);
  fflush(stdout);
  SAY(events(fd));
  SAY(valid(fd));
  SAY(answer(fd, 7, 0, 2));
  SAY(answer(fd, 7, 0, SECCOMP_USER_NOTIF_FLAG_CONTINUE));
  r = (struct seccomp_notif_resp){.id = n.id + 1};
  SAY(ioctl(fd, SECCOMP_IOCTL_NOTIF_SEND, &r));
  SAY(answer(fd, 7, 0, 0));
  SAY(answer(fd, 7, 0, 0) && (errno == ENOENT || errno == EINPROGRESS));
  SAY(receive(fd));
  SAY(answer(fd, 0, -EXDEV, 0));
  SAY(receive(fd));
  SAY(answer(fd, 0, 0, SECCOMP_USER_NOTIF_FLAG_CONTINUE));
  SAY(ended());
  SAY(valid(fd));
  SAY(events(fd));
  SAY(receive(fd));
  SAY(ioctl(fd, 12345, 0));
  SAY(read(fd, &n, 1));
  close(fd);

  // Nobody listens any more: the call is not there.
  fd = watch(SYS_mkdirat, one);
  struct pollfd asked = {fd, POLLIN, 0};
  SAY(poll(&asked, 1, 5000));
  SAY(events(fd));
  SAY(close(fd));
  SAY(ended());

  // A signal interrupts who waits.
  fd = watch(SYS_mkdirat, interrupted);
  SAY(receive(fd));
  kill(child, SIGUSR1);
  SAY(ended());
  SAY(valid(fd));
  SAY(answer(fd, 0, 0, 0));
  close(fd);
  fd = watch(SYS_mkdirat, restarted);
  SAY(receive(fd));
  uint64_t first = n.id;
  kill(child, SIGUSR1);
  SAY(receive(fd));
  SAY(n.id != first);
  SAY(answer(fd, 5, 0, 0));
  SAY(ended());
  close(fd);

  // And may be killed.
  fd = watch(SYS_mkdirat, one);
  SAY(receive(fd));
  kill(child, SIGKILL);
  SAY(ended());
  SAY(valid(fd));
  SAY(events(fd));
  close(fd);

  // Descriptors are put into it.
  int file = open("/tmp/given", O_RDWR | O_CREAT | O_TRUNC, 0600);
  write(file, "given", 5);
  fd = watch(SYS_mkdirat, opens);
  struct seccomp_notif_addfd add = {.srcfd = file, .newfd_flags = O_CLOEXEC};
  lseek(file, 0, SEEK_SET);
  SAY(receive(fd));
  add.id = n.id + 9;
  SAY(ioctl(fd, SECCOMP_IOCTL_NOTIF_ADDFD, &add));
  add.id = n.id, add.flags = 8;
  SAY(ioctl(fd, SECCOMP_IOCTL_NOTIF_ADDFD, &add));
  add.flags = 0, add.srcfd = 999;
  SAY(ioctl(fd, SECCOMP_IOCTL_NOTIF_ADDFD, &add));
  add.srcfd = file, add.newfd = 40;
  SAY(ioctl(fd, SECCOMP_IOCTL_NOTIF_ADDFD, &add));
  add.newfd_flags = 1;
  SAY(ioctl(fd, SECCOMP_IOCTL_NOTIF_ADDFD, &add));
  add.newfd = 0, add.newfd_flags = O_CLOEXEC;
  long given = ioctl(fd, SECCOMP_IOCTL_NOTIF_ADDFD, &add);
  SAY(given >= 0);
  SAY(answer(fd, given, 0, 0));
  SAY(receive(fd));
  lseek(file, 0, SEEK_SET);
  add = (struct seccomp_notif_addfd){.id = n.id, .srcfd = file, .newfd = 50, .flags = SECCOMP_ADDFD_FLAG_SETFD};
  SAY(ioctl(fd, SECCOMP_IOCTL_NOTIF_ADDFD, &add));
  SAY(answer(fd, 50, 0, 0));
  SAY(receive(fd));
  lseek(file, 0, SEEK_SET);
  add = (struct seccomp_notif_addfd){.id = n.id, .srcfd = file, .newfd = 51, .flags = SECCOMP_ADDFD_FLAG_SETFD | SECCOMP_ADDFD_FLAG_SEND};
  SAY(ioctl(fd, SECCOMP_IOCTL_NOTIF_ADDFD, &add));
  SAY(ended());
  close(fd);
  unlink("/tmp/given");

  // One filter of a task has a listener; of two answers the stronger one counts.
  child = fork();
  if (!child) {
    int a = install(LISTEN, SYS_mkdirat);
    SAY(a >= 0);
    SAY(install(LISTEN, SYS_unlinkat));
    SAY(install(0, SYS_unlinkat));
    SAY(syscall(SYS_unlinkat, AT_FDCWD, "/tmp/never", 0));
    close(a);
    SAY(make("/tmp/never", 0700));
    _exit(0);
  }
  SAY(ended());
  return 0;
}
