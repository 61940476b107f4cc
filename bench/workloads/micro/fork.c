/*
 * fork: a process with `pages` resident pages forks, its child stores to `touch` of them (copy on write) and exits,
 * the parent waits. `forkwait` is the same with a parent that holds next to nothing and a child that just exits.
 */
#include "bench.h"
#include "user.h"

enum { N, PAGES, TOUCH };

static u64 *region;

static u64 *word_of(u64 page) { return region + page * (PAGE_BYTES / sizeof(u64)); }

void prepare(const u64 *params) {
  if (params[TOUCH] > params[PAGES]) fail("touch is more than pages");
  if (params[PAGES] == 0) return;
  region = mmap(params[PAGES] * PAGE_BYTES, PROT_READ | PROT_WRITE);
  if (!region) fail("no address space");
  for (u64 page = 0; page < params[PAGES]; page++) *word_of(page) = page;
}

/* Exits with 1 when it sees anything but its parent's bytes, and its own after the store. */
__attribute__((noreturn)) static void child(u64 touch) {
  u64 wrong = 0;
  for (u64 page = 0; page < touch; page++) {
    wrong += *word_of(page) != page;
    *word_of(page) = ~page;
    wrong += *word_of(page) != ~page;
  }
  exit(wrong != 0);
}

u64 bench(const u64 *params) {
  u64 good = 0;
  for (u64 i = 0; i < params[N]; i++) {
    s64 status = 1;
    s64 pid = fork();
    if (pid < 0) fail("fork failed");
    if (pid == 0) child(params[TOUCH]);
    good += wait(&status) == pid && status == 0;
  }
  return good == params[N] ? nonzero(fold(params[PAGES], good)) : 0;
}

int verify(const u64 *params) {
  for (u64 page = 0; page < params[PAGES]; page++)
    if (*word_of(page) != page) return 0;
  return 1;
}
