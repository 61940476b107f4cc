/* One node a page (or other stride), in random order: what a hop costs as the pages outgrow the TLB. */
#include "chase.h"

#define PAGE 4096

static chase pages;

void prepare(const u64 *params) {
  pages.count = params[0];
  pages.stride = params[1];
  /* Each node stands one line further in its page than the one before, or all would share one cache set. */
  pages.spread = LINE;
  u64 base = (u64)(usize)heap_ready(pages.count * pages.stride + PAGE);
  pages.base = (u8 *)(usize)((base + PAGE - 1) & ~(u64)(PAGE - 1));
  chase_build(&pages, 2);
}

u64 bench(const u64 *params) {
  return chase_run(&pages, params[2]);
}

int verify(const u64 *params) {
  (void)params;
  return chase_verify(&pages);
}
