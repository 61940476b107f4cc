// Who is at the other end of a unix socket (SO_PEERCRED), across user and PID namespaces.
#include "check.h"
#include <grp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

static void put(const char *path, const char *text) {
  int fd = open(path, O_WRONLY);
  if (fd < 0 || write(fd, text, strlen(text)) < 0) printf("%s: %s\n", path, strerror(errno));
  close(fd);
}

// The peer's ids, and whether its number is one of these.
static void peer(const char *what, int fd, pid_t one, pid_t other) {
  struct ucred who = {-5, -5, -5};
  socklen_t length = sizeof who;
  int r = getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &length);
  printf("%s: %d, %s, %d %d\n", what, r,
         who.pid == 0 ? "nobody" : who.pid == one ? "one" : who.pid == other ? "other" : "somebody", who.uid, who.gid);
  fflush(stdout);
}

static struct sockaddr_un at = {AF_UNIX, "\0peers"};
#define LENGTH (sizeof(sa_family_t) + 6)

static void become(int id) {
  gid_t g = id;
  setgroups(1, &g);
  setresgid(id, id, id);
  setresuid(id, id, id);
  prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
}

static int dial(void) {
  int fd = socket(AF_UNIX, SOCK_STREAM, 0);
  while (connect(fd, (void *)&at, LENGTH)) usleep(1000);
  return fd;
}

int main(void) {
  if (getuid()) return 77;
  int pipes[3][2], pair[2];
  for (int i = 0; i < 3; i++) pipe(pipes[i]);
  pid_t own = getpid();
  char c;
  int alone = socket(AF_UNIX, SOCK_STREAM, 0);
  peer("of none", alone, own, 0);
  SAY(socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
  peer("pair", pair[0], own, 0);

  int listener = socket(AF_UNIX, SOCK_STREAM, 0);
  SAY(bind(listener, (void *)&at, LENGTH));

  // It listens as another than made it.
  pid_t child = fork();
  if (!child) {
    become(1000);
    listen(listener, 5);
    read(pipes[0][0], &c, 1);
    _exit(0);
  }
  int fd = dial();
  peer("who listens", fd, own, child);
  int in = accept(listener, 0, 0);
  peer("who connected", in, own, child);
  write(pipes[0][1], "x", 1);
  status_of(child);
  peer("who listened and is gone", fd, own, child);
  close(fd), close(in);
  SAY(listen(listener, 5));
  peer("the listener", listener, own, child);

  // From a user namespace with names for some ids, and from within it.
  child = fork();
  if (!child) {
    if (unshare(CLONE_NEWUSER)) _exit(77);
    write(pipes[0][1], "x", 1);
    read(pipes[1][0], &c, 1);
    int s = dial();
    peer("outside, seen from inside", s, own, getpid());
    SAY(setresgid(3, 3, 3));
    SAY(setresuid(5, 5, 5));
    int again = dial();
    peer("pair from inside", pair[0], own, 0);
    write(pipes[0][1], "x", 1);
    read(pipes[2][0], &c, 1);
    _exit(0);
  }
  if (read(pipes[0][0], &c, 1) != 1) return 77;
  char path[64];
  sprintf(path, "/proc/%d/gid_map", child), put(path, "0 2000 10\n");
  sprintf(path, "/proc/%d/uid_map", child), put(path, "0 1000 10\n");
  write(pipes[1][1], "x", 1);
  read(pipes[0][0], &c, 1);
  in = accept(listener, 0, 0);
  peer("root inside, seen from outside", in, own, child);
  int second = accept(listener, 0, 0);
  peer("another inside, seen from outside", second, own, child);
  peer("before it changed", in, own, child);
  // The open socket in another user namespace.
  pid_t viewer = fork();
  if (!viewer) {
    unshare(CLONE_NEWUSER);
    peer("seen by a stranger", in, own, child);
    _exit(0);
  }
  status_of(viewer);
  write(pipes[2][1], "x", 1);
  status_of(child);

  // In a PID namespace who is outside has no number.
  child = fork();
  if (!child) {
    SAY(unshare(CLONE_NEWPID));
    pid_t first = fork();
    if (!first) {
      int s = dial();
      peer("outside of the PID namespace", s, own, 0);
      peer("pair", pair[0], own, 0);
      SAY(getpid());
      _exit(0);
    }
    status_of(first);
    _exit(0);
  }
  in = accept(listener, 0, 0);
  status_of(child);
  struct ucred who;
  socklen_t length = sizeof who;
  getsockopt(in, SOL_SOCKET, SO_PEERCRED, &who, &length);
  SAY(who.pid > child);
  length = 4;
  SAY(getsockopt(in, SOL_SOCKET, SO_PEERCRED, &who, &length));
  SAY(length);
  return 0;
}
