// Time namespaces: clocks that are ahead.
#include "check.h"
#include <sys/syscall.h>
#include <sys/sysinfo.h>

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x80
#endif

static struct timespec from;
static long began[16];

static long ahead(int clock) {
  struct timespec t;
  syscall(SYS_clock_gettime, clock, &t);
  return (t.tv_sec - began[clock] + 50) / 100;
}

int main(void) {
  if (getuid() || unshare(CLONE_NEWUTS)) return 77;
  static const int CLOCKS[] = {CLOCK_MONOTONIC, CLOCK_MONOTONIC_RAW, CLOCK_MONOTONIC_COARSE, CLOCK_BOOTTIME, CLOCK_REALTIME};
  for (int i = 0; i < 5; i++) {
    syscall(SYS_clock_gettime, CLOCKS[i], &from);
    began[CLOCKS[i]] = from.tv_sec;
  }
  int own = open("/proc/self/ns/time", O_RDONLY);
  show_text("/proc/self/timens_offsets");
  puts(put_text("/proc/self/timens_offsets", "monotonic 100 0"));
  SAY(unshare(CLONE_NEWTIME));
  puts(put_text("/proc/self/timens_offsets", "nothing 100 0"));
  puts(put_text("/proc/self/timens_offsets", "monotonic 100"));
  puts(put_text("/proc/self/timens_offsets", "monotonic 100 1000000000"));
  puts(put_text("/proc/self/timens_offsets", "monotonic 9999999999999 0"));
  puts(put_text("/proc/self/timens_offsets", "monotonic -9999999999 0"));
  puts(put_text("/proc/self/timens_offsets", "monotonic 10000 500\n7 20000 0\n"));
  show_text("/proc/self/timens_offsets");
  for (int i = 0; i < 5; i++) printf("%d: %ld\n", CLOCKS[i], ahead(CLOCKS[i]));
  fflush(stdout);
  pid_t child = fork();
  if (!child) {
    for (int i = 0; i < 5; i++) printf("%d: %ld\n", CLOCKS[i], ahead(CLOCKS[i]));
    struct sysinfo s;
    sysinfo(&s);
    printf("%ld\n", (s.uptime - began[CLOCK_BOOTTIME] + 50) / 100);
    FILE *f = fopen("/proc/uptime", "r");
    double up;
    fscanf(f, "%lf", &up);
    printf("%ld\n", ((long)up - began[CLOCK_BOOTTIME] + 50) / 100);
    fflush(stdout);
    puts(put_text("/proc/self/timens_offsets", "monotonic 5 0"));
    // What waits until a time waits by its own clock.
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    t.tv_nsec += 20000000;
    if (t.tv_nsec >= 1000000000) t.tv_nsec -= 1000000000, t.tv_sec++;
    SAY(clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, 0));
    t.tv_sec = began[CLOCK_MONOTONIC] + 5000;
    SAY(clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, 0));
    int fd = timerfd_create(CLOCK_BOOTTIME, TFD_NONBLOCK);
    struct itimerspec it = {{0, 0}, {began[CLOCK_BOOTTIME] + 15000, 0}};
    SAY(timerfd_settime(fd, TFD_TIMER_ABSTIME, &it, 0));
    usleep(20000);
    uint64_t n = 0;
    SAY(read(fd, &n, 8));
    // Another in it begins where it is.
    SAY(unshare(CLONE_NEWTIME));
    show_text("/proc/self/timens_offsets");
    SAY(setns(own, CLONE_NEWTIME));
    printf("%ld\n", ahead(CLOCK_MONOTONIC));
    _exit(0);
  }
  SAY(WEXITSTATUS(status_of(child)));
  int children = open("/proc/self/ns/time_for_children", O_RDONLY);
  struct stat a, b;
  fstat(own, &a);
  fstat(children, &b);
  SAY(a.st_ino != b.st_ino);
  SAY(setns(children, 0));
  printf("%ld\n", ahead(CLOCK_MONOTONIC));
  SAY(setns(own, CLONE_NEWTIME));
  printf("%ld\n", ahead(CLOCK_MONOTONIC));
  fflush(stdout);
  child = fork();
  if (!child) {
    setuid(1000);
    SAY(unshare(CLONE_NEWTIME));
    SAY(unshare(CLONE_NEWUSER | CLONE_NEWTIME));
    _exit(0);
  }
  status_of(child);
  return 0;
}
