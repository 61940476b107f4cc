/*
 * build: what `make -j` asks of a kernel. `jobs` compiler processes, at most `parallel` at a time, each forked from the
 * driver, executed afresh, faulting its memory in, computing, and handing its result back through a pipe.
 */
#include "translation.h"

enum { JOBS, PARALLEL, KIB };
#define DRIVER_PAGES 64
#define SAMPLES 3

static s32 results[2];
static u64 total;
static u8 *driver_memory;

/* The driver has some memory of its own, as make does, which every fork has to share. */
void prepare(const u64 *params) {
  if (params[JOBS] == 0 || params[PARALLEL] == 0 || params[KIB] == 0) fail("jobs, parallel and kib are at least 1");
  driver_memory = fresh(DRIVER_PAGES * PAGE_BYTES);
  for (u64 page = 0; page < DRIVER_PAGES; page++) driver_memory[page * PAGE_BYTES] = (u8)page;
  if (pipe(results)) fail("no pipe");
}

static void start(u64 job, u64 kib) {
  char seed[24], size[24];
  const char *const argv[] = {"compiler", seed, size, NULL};
  s64 pid = fork();
  if (pid < 0) fail("no process");
  if (pid) {
    driver_memory[job % DRIVER_PAGES * PAGE_BYTES]++; /* make goes on with its own work: copies on write */
    return;
  }
  format_number(seed, job + 1, 10);
  format_number(size, kib, 10);
  if (dup(results[1], REPORT_FILE) < 0) exit(1);
  exec("compiler", argv);
  exit(1);
}

/* The order in which jobs end may vary; their sum does not. */
static void finish(void) {
  u64 checksum;
  s64 status = 1;
  if (wait(&status) < 0 || status) fail("a compiler failed");
  if (read(results[0], &checksum, sizeof(checksum)) != sizeof(checksum)) fail("a compiler gave no result");
  total += checksum;
}

u64 bench(const u64 *params) {
  u64 started = 0, finished = 0;
  for (; finished < params[JOBS]; finished++) {
    while (started < params[JOBS] && started - finished < params[PARALLEL]) start(started++, params[KIB]);
    finish();
  }
  return nonzero(total);
}

/* A few jobs again, in this process: a sum of them alone must agree with theirs. */
int verify(const u64 *params) {
  u64 expected = 0, jobs = params[JOBS] < SAMPLES ? params[JOBS] : SAMPLES;
  const u64 again[] = {jobs, params[PARALLEL], params[KIB]};
  for (u64 job = 0; job < jobs; job++) expected += translate(job + 1, params[KIB]);
  total = 0;
  return bench(again) == nonzero(expected);
}
