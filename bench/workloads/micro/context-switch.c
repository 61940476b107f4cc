/*
 * Context switch, after lmbench's lat_ctx: `procs` processes in a ring of pipes pass a token; whoever has it sums its
 * own array of `kib` KiB first. What remains of the caches and the TLB after a switch shows as `kib` grows.
 */
#include "bench.h"
#include "user.h"

enum { PASSES, PROCS, KIB };

static s32 in, out; /* the ring: from the one before, to the one behind */
static u64 *array, words, sum;
static s64 next_process;

static void sum_array(void) {
  for (u64 i = 0; i < words; i++) sum += array[i];
}

/* Forwards the token until the one before closes its end. */
__attribute__((noreturn)) static void member(void) {
  u64 token;
  s64 status = 0;
  for (u64 i = 0; i < words; i++) array[i] = i; /* a copy of its own */
  while (read(in, &token, sizeof(token)) == sizeof(token)) {
    sum_array();
    token++;
    if (write(out, &token, sizeof(token)) != sizeof(token)) exit(1);
  }
  close(out);
  if (next_process && (wait(&status) != next_process || status)) exit(1);
  exit(0);
}

/* Makes the ring's rest: each process makes the pipe to its successor and then the successor itself. */
static void make_ring(u64 left, s32 last_out) {
  s32 ends[2];
  if (left == 0) {
    out = last_out;
    return;
  }
  if (pipe(ends)) fail("no pipe");
  next_process = fork();
  if (next_process < 0) fail("no process");
  if (next_process == 0) {
    close(ends[1]);
    close(in);
    in = ends[0];
    make_ring(left - 1, last_out);
    member();
  }
  close(ends[0]);
  close(last_out);
  out = ends[1];
}

/* Sends the token round; returns it as it comes back. */
static u64 round_trip(u64 token) {
  sum_array();
  token++;
  if (write(out, &token, sizeof(token)) != sizeof(token)) fail("the ring is broken");
  if (read(in, &token, sizeof(token)) != sizeof(token)) fail("the ring is broken");
  return token;
}

void prepare(const u64 *params) {
  s32 ends[2];
  words = params[KIB] * (1024 / sizeof(u64));
  array = heap_alloc(params[KIB] * 1024);
  for (u64 i = 0; i < words; i++) array[i] = i;
  if (params[PROCS] < 2) fail("a ring needs two processes");
  if (pipe(ends)) fail("no pipe");
  in = ends[0];
  make_ring(params[PROCS] - 1, ends[1]);
  round_trip(0);
  sum = 0;
}

u64 bench(const u64 *params) {
  u64 token = 0, rounds = 0;
  for (; token < params[PASSES]; rounds++) token = round_trip(token);
  if (token != rounds * params[PROCS]) return 0;
  if (sum != rounds * (words ? words * (words - 1) / 2 : 0)) return 0;
  return nonzero(fold(token, sum));
}

int verify(const u64 *params) {
  s64 status = 1;
  (void)params;
  close(out);
  return wait(&status) == next_process && status == 0;
}
