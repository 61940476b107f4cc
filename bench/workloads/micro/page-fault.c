/*
 * page-fault: `rounds` times, `pages` fresh pages are touched one after the other and then given back; only the
 * touches fault. Unlike the nano demand-fault the tables have to be made too, and frames are reused.
 */
#include "bench.h"
#include "user.h"

enum { ROUNDS, PAGES };

u64 bench(const u64 *params) {
  u64 hash = 0;
  for (u64 round = 0; round < params[ROUNDS]; round++) {
    u8 *region = mmap(params[PAGES] * PAGE_BYTES, PROT_READ | PROT_WRITE);
    if (!region) fail("no address space");
    for (u64 page = 0; page < params[PAGES]; page++) {
      u8 *at = region + page * PAGE_BYTES;
      hash = fold(hash, *at); /* a load faults first */
      *at = (u8)page;
    }
    for (u64 page = 0; page < params[PAGES]; page++)
      if (region[page * PAGE_BYTES] != (u8)page) return 0;
    munmap(region, params[PAGES] * PAGE_BYTES);
  }
  return nonzero(fold(hash, params[ROUNDS]));
}
