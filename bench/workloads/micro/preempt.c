/*
 * preempt: `procs` processes that only compute share the hart by the timer's ticks alone; none of them ever gives way.
 * Each keeps its numbers in integer and floating-point registers, which must survive every switch.
 */
#include "bench.h"
#include "user.h"

enum { STEPS, PROCS };

static u64 compute(u64 seed, u64 steps) {
  u64 hash = seed;
  double value = (double)seed;
  for (u64 i = 0; i < steps; i++) {
    hash = fold(hash, i);
    value = value * 0.5 + (double)(i & 7);
  }
  return nonzero(fold(hash, double_bits(value)));
}

u64 bench(const u64 *params) {
  s32 ends[2];
  u64 sum = 0, expected = 0, one;
  if (pipe(ends)) fail("no pipe");
  for (u64 i = 0; i < params[PROCS]; i++) {
    s64 pid = fork();
    if (pid < 0) fail("no process");
    if (pid) continue;
    one = compute(i, params[STEPS]);
    exit(write(ends[1], &one, sizeof(one)) == sizeof(one) ? 0 : 1);
  }
  for (u64 i = 0; i < params[PROCS]; i++) {
    s64 status = 1;
    if (read(ends[0], &one, sizeof(one)) != sizeof(one)) return 0;
    sum += one;
    if (wait(&status) < 0 || status) return 0;
  }
  for (u64 i = 0; i < params[PROCS]; i++) expected += compute(i, params[STEPS]);
  return sum == expected ? nonzero(sum) : 0;
}
