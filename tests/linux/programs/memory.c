// Address spaces: mappings in all forms, protection, copy on write, sharing, growth.
#include "check.h"
#include <setjmp.h>
#include <sys/syscall.h>

static sigjmp_buf back;
static volatile uintptr_t fault_at;
static volatile int fault_code, fault_signal;
static void on_fault(int s, siginfo_t *i, void *c) {
  (void)c;
  fault_signal = s;
  fault_at = (uintptr_t)i->si_addr;
  fault_code = i->si_code;
  siglongjmp(back, 1);
}
#define FAULTS(what, base)                                                                        \
  do {                                                                                            \
    if (sigsetjmp(back, 1) == 0) { what; printf(#what ": went well\n"); }                         \
    else printf(#what ": signal %d code %d at +%ld\n", fault_signal, fault_code, (long)(fault_at - (uintptr_t)(base))); \
  } while (0)

// Not locals: what a jump out of a handler does to those is undefined.
static volatile char *p;
static char *m, *n, *f, *g, *before, buffer[32];
static int *private, *shared, fd;

int main(void) {
  struct sigaction a = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_NODEFER};
  sigaction(SIGSEGV, &a, 0);
  sigaction(SIGBUS, &a, 0);
  p = mmap(0, 4 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  p[0] = 1; p[4096] = 2; p[3 * 4096] = 4;
  SAY(mprotect((void *)(p + 4096), 4096, PROT_READ));
  FAULTS(p[4096] = 9, p);
  printf("%d\n", p[4096]);
  SAY(mprotect((void *)(p + 4096), 4096, PROT_NONE));
  FAULTS((void)p[4100], p);
  SAY(mprotect((void *)(p + 4096), 4096, PROT_READ | PROT_WRITE));
  FAULTS(p[4096]++, p);
  printf("%d\n", p[4096]);
  SAY(munmap((void *)(p + 2 * 4096), 4096));
  FAULTS((void)p[2 * 4096], p);
  SAY(mprotect((void *)p, 4 * 4096, PROT_READ));
  SAY(mprotect((void *)p, 1, PROT_READ | PROT_WRITE));
  SAY(munmap((void *)(p + 1), 4096));
  SAY((long)mmap(0, 0, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  SAY((long)mmap(0, 4096, PROT_READ, MAP_PRIVATE, -1, 0));
  FAULTS(*(volatile int *)0 = 1, 0);

  // mremap: grow, move, shrink; what was there stays.
  m = mmap(0, 2 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  strcpy(m, "kept"); strcpy(m + 4096, "too");
  n = mremap(m, 2 * 4096, 64 * 4096, MREMAP_MAYMOVE);
  printf("%s %s %d\n", n, n + 4096, n[63 * 4096]);
  SAY((char *)mremap(n, 64 * 4096, 4096, 0) == n);
  printf("%s\n", n);

  // Private and shared memory after fork.
  private = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  shared = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  *private = *shared = 1;
  pid_t pid = fork();
  if (pid == 0) { *private = 5; *shared = 6; _exit(*private); }
  printf("child %d private %d shared %d\n", WEXITSTATUS(status_of(pid)), *private, *shared);

  // Files: private and shared mappings, the end of the file, truncation.
  fd = open("map.bin", O_RDWR | O_CREAT | O_TRUNC, 0600);
  SAY(ftruncate(fd, 5000));
  SAY(pwrite(fd, "hello", 5, 4090));
  f = mmap(0, 3 * 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  g = mmap(0, 2 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
  printf("%.5s %.5s\n", f + 4090, g + 4090);
  memcpy(f + 10, "shared", 6);
  memcpy(g + 20, "private", 7);
  SAY(pread(fd, buffer, 30, 0));
  printf("%.6s %d\n", buffer + 10, buffer[20]);
  SAY(pwrite(fd, "file", 4, 10));
  printf("%.6s\n", f + 10);
  FAULTS((void)*(volatile char *)(f + 2 * 4096), f);
  SAY(msync(f, 4096, MS_SYNC));
  SAY(munmap(f, 3 * 4096));
  SAY(pread(fd, buffer, 6, 10));
  printf("%.6s\n", buffer);
  close(fd);
  unlink("map.bin");

  // The heap, by the system call itself.
  before = (char *)syscall(SYS_brk, 0);
  SAY((char *)syscall(SYS_brk, before + 100000) == before + 100000);
  before[99999] = 7;
  SAY((char *)syscall(SYS_brk, before) == before);
  SAY((char *)syscall(SYS_brk, 1) == before);

  // The stack grows.
  volatile char deep[200000];
  deep[0] = 3;
  printf("%d\n", deep[0]);
  SAY(madvise((void *)private, 4096, MADV_DONTNEED));
  printf("%d\n", *private);
  return 0;
}
