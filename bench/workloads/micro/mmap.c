/* mmap: a fresh mapping of `pages` pages, a store to the first `touch` of them, and away with it. */
#include "bench.h"
#include "user.h"

enum { N, PAGES, TOUCH };

void prepare(const u64 *params) {
  if (params[TOUCH] > params[PAGES]) fail("touch is more than pages");
}

u64 bench(const u64 *params) {
  u64 hash = 0;
  for (u64 i = 0; i < params[N]; i++) {
    u64 *region = mmap(params[PAGES] * PAGE_BYTES, PROT_READ | PROT_WRITE);
    if (!region) fail("no address space");
    u64 *word = region;
    for (u64 page = 0; page < params[TOUCH]; page++, word += PAGE_BYTES / sizeof(u64)) {
      if (*word != 0) return 0; /* pages come zero-filled, whoever had their frames before */
      *word = i + page;
      hash = fold(hash, *word);
    }
    if (munmap(region, params[PAGES] * PAGE_BYTES)) return 0;
  }
  return nonzero(hash);
}

/* Unmapped is unmapped: a load must fault now. */
static void on_fault(u64 signal, u64 address) {
  (void)signal;
  exit(address % PAGE_BYTES == 0 ? 7 : 1);
}

int verify(const u64 *params) {
  (void)params;
  s64 status = 1;
  s64 pid = fork();
  if (pid == 0) {
    volatile u64 *region = mmap(PAGE_BYTES, PROT_READ | PROT_WRITE);
    on_signal(SIGSEGV, on_fault);
    *region = 1;
    munmap((void *)region, PAGE_BYTES);
    exit(*region == 1 ? 2 : 3);
  }
  return pid > 0 && wait(&status) == pid && status == 7;
}
