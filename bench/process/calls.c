/*
 * What a kernel is asked for most, timed from inside a program: `calls WHAT COUNT` prints nanoseconds for each of COUNT operations.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1e9 + t.tv_nsec;
}

static void fail(const char *what) {
  perror(what);
  exit(1);
}

static char block[4096];

static void null_call(long n) {
  for (long i = 0; i < n; i++) syscall(SYS_getppid);
}

static void page_fault(long n) {
  enum { PAGES = 2048 };
  for (long done = 0; done < n; done += PAGES) {
    char *at = mmap(0, PAGES * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (at == MAP_FAILED) fail("mmap");
    long here = n - done < PAGES ? n - done : PAGES;
    for (long i = 0; i < here; i++) at[i * 4096] = 1;
    munmap(at, PAGES * 4096);
  }
}

static void fork_wait(long n) {
  for (long i = 0; i < n; i++) {
    pid_t child = fork();
    if (child < 0) fail("fork");
    if (child == 0) _exit(0);
    waitpid(child, 0, 0);
  }
}

static void ping_pong(long n) {
  int there[2], back[2];
  char c = 0;
  if (pipe(there) || pipe(back)) fail("pipe");
  if (fork() == 0) {
    close(there[1]);
    while (read(there[0], &c, 1) == 1) write(back[1], &c, 1);
    _exit(0);
  }
  for (long i = 0; i < n; i++) {
    if (write(there[1], &c, 1) != 1 || read(back[0], &c, 1) != 1) fail("pipe");
  }
  close(there[1]);
  wait(0);
}

static int scratch(void) {
  int fd = open("scratch", O_RDWR | O_CREAT | O_TRUNC, 0600);
  if (fd < 0) fail("scratch");
  unlink("scratch");
  return fd;
}

static void write_4k(long n) {
  int fd = scratch();
  for (long i = 0; i < n; i++)
    if (pwrite(fd, block, sizeof block, (i % 256) * sizeof block) != sizeof block) fail("write");
  close(fd);
}

static void read_4k(long n) {
  int fd = scratch();
  for (long i = 0; i < 256; i++) write(fd, block, sizeof block);
  for (long i = 0; i < n; i++)
    if (pread(fd, block, sizeof block, (i % 256) * sizeof block) != sizeof block) fail("read");
  close(fd);
}

static void stat_file(long n) {
  struct stat s;
  for (long i = 0; i < n; i++)
    if (stat(".", &s)) fail("stat");
}

static void open_close(long n) {
  int fd = open("opened", O_RDWR | O_CREAT, 0600);
  for (long i = 0; i < n; i++) close(open("opened", O_RDONLY));
  close(fd);
  unlink("opened");
}

static const struct {
  const char *name;
  void (*run)(long n);
} WHAT[] = {
    {"null-call", null_call}, {"page-fault", page_fault}, {"fork", fork_wait}, {"pipe", ping_pong},
    {"write-4k", write_4k},   {"read-4k", read_4k},       {"stat", stat_file}, {"open-close", open_close},
};

int main(int argc, char **argv) {
  long n = argc == 3 ? atol(argv[2]) : 0;
  for (unsigned i = 0; i < sizeof WHAT / sizeof WHAT[0]; i++) {
    if (n <= 0 || strcmp(WHAT[i].name, argv[1])) continue;
    WHAT[i].run(n / 10 + 1); /* to be warm */
    double from = now();
    WHAT[i].run(n);
    printf("%.1f\n", (now() - from) / n);
    return 0;
  }
  fprintf(stderr, "usage: calls WHAT COUNT\n");
  return 2;
}
