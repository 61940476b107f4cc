// Limits of the whole kernel in /proc/sys, and what follows from them: memory that is promised, areas, pipes, inotify.
#include "check.h"
#include <grp.h>
#include <sys/inotify.h>

static long total(const char *what) {
  char line[128];
  long kib = 0;
  FILE *f = fopen("/proc/meminfo", "r");
  while (fgets(line, sizeof line, f))
    if (!strncmp(line, what, strlen(what))) kib = atol(line + strlen(what) + 1);
  fclose(f);
  return kib * 1024;
}
static void put(const char *name, const char *text) {
  char path[128], back[64] = "";
  snprintf(path, sizeof path, "/proc/sys/%s", name);
  int fd = open(path, O_RDWR);
  long n = write(fd, text, strlen(text));
  printf("%s ← %s: %s, ", name, text, n < 0 ? strerror(errno) : "written");
  close(fd), fd = open(path, O_RDONLY);
  n = read(fd, back, sizeof back);
  printf("%.*s", (int)n, back), fflush(stdout);
  close(fd);
}
static int can(size_t bytes, int prot, int flags) {
  void *p = mmap(0, bytes, prot, MAP_PRIVATE | MAP_ANONYMOUS | flags, -1, 0);
  if (p != MAP_FAILED) munmap(p, bytes);
  return p != MAP_FAILED;
}
#define RW (PROT_READ | PROT_WRITE)

int main(void) {
  size_t all = total("MemTotal:");
  put("vm/overcommit_memory", "1");
  SAY(can(4 * all, RW, 0));
  put("vm/overcommit_memory", "0");
  SAY(can(4 * all, RW, 0));
  SAY(can(4 * all, RW, MAP_NORESERVE));
  SAY(can(4 * all, PROT_NONE, 0));
  SAY(can(4 * all, PROT_READ, 0));
  SAY(can(all / 2, RW, 0));
  put("vm/overcommit_memory", "3");
  put("vm/overcommit_memory", "-1");
  put("vm/overcommit_ratio", "40");
  put("vm/overcommit_memory", "2");
  size_t limit = total("CommitLimit:");
  SAY(limit > all * 39 / 100 && limit < all * 41 / 100);
  SAY(can(limit, RW, 0));
  SAY(can(limit, RW, MAP_NORESERVE));
  SAY(can(limit, PROT_NONE, 0));
  SAY(can(limit / 2, RW, 0));
  size_t before = total("Committed_AS:");
  void *half = mmap(0, limit / 2, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  size_t grown = total("Committed_AS:") - before;
  SAY(grown >= limit / 2 - 65536 && grown <= limit / 2 + 65536);
  SAY(can(limit / 2 + limit / 4, RW, 0));
  // What could not be written was not promised; a child is promised all again.
  void *hidden = mmap(0, limit * 3 / 4, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  SAY(hidden != MAP_FAILED);
  SAY(mprotect(hidden, limit * 3 / 4, RW));
  SAY(mprotect(hidden, limit / 8, RW));
  SAY(mprotect(hidden, limit / 8, PROT_READ));
  munmap(hidden, limit * 3 / 4);
  void *more = mmap(0, limit / 8, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  SAY(more != MAP_FAILED);
  SAY(mremap(more, limit / 8, limit * 3 / 4, MREMAP_MAYMOVE) == MAP_FAILED);
  pid_t pid = fork();
  if (!pid) _exit(0);
  SAY(pid > 0);
  munmap(half, limit / 2);
  pid = fork();
  if (!pid) _exit(0);
  SAY(pid > 0);
  if (pid > 0) status_of(pid);
  put("vm/overcommit_memory", "1");

  // Areas.
  put("vm/max_map_count", "40");
  int areas = 0;
  for (; areas < 60; areas++)
    if (mmap(0, 4096, areas % 2 ? PROT_READ : PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED) break;
  SAY(areas > 10 && areas < 45);
  put("vm/max_map_count", "65530");
  SAY(can(4096, PROT_READ, 0));

  // Pipes.
  int p[2];
  pipe(p);
  put("fs/pipe-max-size", "8192");
  put("fs/pipe-max-size", "100");
  SAY(fcntl(p[0], F_GETPIPE_SZ));
  SAY(fcntl(p[0], F_SETPIPE_SZ, 16384));
  SAY(fcntl(p[0], F_SETPIPE_SZ, 5000));
  fflush(stdout);
  pid = fork();
  if (!pid) {
    setgroups(0, 0), setgid(1000), setuid(1000);
    SAY(fcntl(p[0], F_SETPIPE_SZ, 16384));
    SAY(fcntl(p[0], F_SETPIPE_SZ, 4096));
    _exit(0);
  }
  status_of(pid);
  put("fs/pipe-max-size", "1048576");

  // Watches of one user, and what waits to be read.
  put("fs/inotify/max_user_instances", "2");
  put("fs/inotify/max_user_watches", "1");
  put("fs/inotify/max_queued_events", "3");
  fflush(stdout);
  pid = fork();
  if (!pid) {
    setgroups(0, 0), setgid(1001), setuid(1001);
    int a = inotify_init1(IN_NONBLOCK), b = inotify_init();
    SAY(a >= 0 && b >= 0);
    SAY(inotify_init());
    mkdir("/tmp/watched", 0700);
    SAY(inotify_add_watch(a, "/tmp/watched", IN_CREATE | IN_DELETE));
    SAY(inotify_add_watch(a, "/tmp", IN_CREATE));
    for (int i = 0; i < 3; i++) close(open("/tmp/watched/x", O_CREAT | O_WRONLY, 0600)), unlink("/tmp/watched/x");
    char bytes[4096];
    long n = read(a, bytes, sizeof bytes);
    for (long at = 0; at < n; at += sizeof(struct inotify_event) + ((struct inotify_event *)(bytes + at))->len)
      printf("%x\n", ((struct inotify_event *)(bytes + at))->mask);
    rmdir("/tmp/watched");
    _exit(0);
  }
  status_of(pid);
  return 0;
}
