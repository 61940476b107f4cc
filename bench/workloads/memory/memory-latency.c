/* Load-to-load latency over a working set: one node a cache line, in random order. */
#include "chase.h"

static chase lines;

void prepare(const u64 *params) {
  lines.count = params[0] * 1024 / LINE;
  lines.stride = LINE;
  lines.base = heap_ready(lines.count * LINE);
  chase_build(&lines, 1);
}

u64 bench(const u64 *params) {
  return chase_run(&lines, params[1]);
}

int verify(const u64 *params) {
  (void)params;
  return chase_verify(&lines);
}
