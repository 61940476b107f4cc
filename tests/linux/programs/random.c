// Calls with arguments of all kinds, none of which may harm more than who makes them: `random SEED CHILDREN CALLS`.
#include "check.h"
#include <sys/resource.h>
#include <sys/syscall.h>

static uint64_t state;
static uint32_t next(void) {
  state = state * 6364136223846793005ull + 1442695040888963407ull;
  return state >> 33;
}

static char area[65536] __attribute__((aligned(4096)));
static char *names[] = {"", ".", "/", "..", "file", "dir", "/proc/self/mem", "/proc/self/fd/3", "/dev/null", "/dev/shm/x",
                        "/proc/self/uid_map", "/proc/self/timens_offsets", "/tmp/dir/file", "/proc/1/status", "/dev/ptmx", "nothing/x"};

static uint64_t value(void) {
  switch (next() % 12) {
    case 0: return 0;
    case 1: return next() % 16;
    case 2: return next() % 4096;
    case 3: return -(uint64_t)(next() % 200);
    case 4: return 1ull << (next() % 64);
    case 5: return ((uint64_t)next() << 32) | next();
    case 6: return (uint64_t)names[next() % (sizeof names / sizeof *names)];
    case 7: return (uint64_t)(area + next() % sizeof area);
    case 8: return getpid() + next() % 3;
    case 9: return 0x4200 + next() % 16;
    case 10: return next() % 2 ? AT_FDCWD : (uint64_t)(area + next() % 16 * 4096);
    default: return next();
  }
}

static void one(long calls) {
  struct rlimit small = {32 << 20, 32 << 20};
  setrlimit(RLIMIT_AS, &small);
  small.rlim_cur = small.rlim_max = 1 << 20;
  setrlimit(RLIMIT_FSIZE, &small);
  for (unsigned i = 0; i < sizeof area / 8; i++) ((uint64_t *)area)[i] = next() % 3 ? value() : 0;
  for (int i = 1; i < 64; i++) signal(i, SIG_DFL);
  for (long i = 0; i < calls; i++) {
    long nr = next() % 453;
    // Not what ends, forks or sleeps for good, nor what the parent is reached by.
    if (nr == SYS_exit || nr == SYS_exit_group || nr == SYS_clone || nr == 435 || nr == SYS_kill || nr == SYS_tgkill || nr == SYS_tkill ||
        nr == SYS_reboot || nr == SYS_execve || nr == SYS_execveat || nr == SYS_rt_sigqueueinfo || nr == 424 || nr == SYS_vhangup)
      continue;
    ualarm(2000, 0);
    signal(SIGALRM, (void (*)(int))getpid);
    syscall(nr, value(), value(), value(), value(), value(), value());
  }
}

int main(int argc, char **argv) {
  long seed = atol(argv[1]), children = atol(argv[2]), calls = atol(argv[3]);
  mkdir("dir", 0777);
  for (long i = 0; i < children; i++) {
    pid_t child = fork();
    if (!child) {
      state = (seed * 1000003 + i) * 2654435761u + 12345;
      for (int k = 0; k < 8; k++) next();
      setpgid(0, 0);
      int null = open("/dev/null", O_RDWR);
      dup2(null, 0), dup2(null, 1), dup2(null, 2);
      one(calls);
      _exit(0);
    }
    for (int n = 0; n < 3000 && waitpid(child, 0, WNOHANG) == 0; n++) usleep(1000);
    kill(-child, SIGKILL);
    kill(child, SIGKILL);
    while (waitpid(-1, 0, __WALL) > 0);
  }
  puts("survived");
  return 0;
}
