// Programs of this folder print what they see; the same lines have to come out of any Linux.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <dirent.h>

// The result of a call: its value, or its error by name.
#define SAY(call)                                                      \
  do {                                                                 \
    errno = 0;                                                         \
    long r_ = (long)(call);                                            \
    if (r_ == -1 && errno) printf(#call " = %s\n", strerror(errno));   \
    else printf(#call " = %ld\n", r_);                                 \
    fflush(stdout);                                                    \
  } while (0)

// Waits until a thread of this process sleeps.
static inline void asleep(volatile int *tid) {
  for (int i = 0; i < 5000; i++, usleep(1000)) {
    char path[64], text[256] = "", *end;
    snprintf(path, sizeof path, "/proc/self/task/%d/stat", *tid);
    int fd = open(path, O_RDONLY);
    if (fd < 0) continue;
    read(fd, text, sizeof text - 1);
    close(fd);
    if (*tid && (end = strrchr(text, ')')) && end[2] == 'S') return;
  }
}

// Writes a file that is there; what came of it, in words.
static inline const char *put_text(const char *path, const char *text) {
  int fd = open(path, O_WRONLY);
  if (fd < 0) return strerror(errno);
  long n = write(fd, text, strlen(text));
  int e = errno;
  close(fd);
  return n < 0 ? strerror(e) : "written";
}

// Prints what a short file says.
static inline void show_text(const char *path) {
  char b[512];
  int fd = open(path, O_RDONLY);
  long n = fd < 0 ? -1 : read(fd, b, sizeof b);
  if (fd >= 0) close(fd);
  if (n < 0) puts(strerror(errno));
  else printf("%.*s", (int)n, b);
  fflush(stdout);
}

static inline int status_of(pid_t pid) {
  int status = -1;
  waitpid(pid, &status, WUNTRACED | WCONTINUED);
  return status;
}
