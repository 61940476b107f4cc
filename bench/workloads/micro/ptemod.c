/*
 * ptemod: changes of page-table entries that are in use: a region of `pages` resident pages becomes read-only and
 * writable again, `n` times; every change rewrites `pages` leaf entries, which the next touch of each page needs anew.
 */
#include "bench.h"
#include "user.h"

enum { N, PAGES };

static u8 *region;

void prepare(const u64 *params) {
  region = mmap(params[PAGES] * PAGE_BYTES, PROT_READ | PROT_WRITE);
  if (!region) fail("no address space");
  for (u64 page = 0; page < params[PAGES]; page++) region[page * PAGE_BYTES] = (u8)page;
}

u64 bench(const u64 *params) {
  u64 bytes = params[PAGES] * PAGE_BYTES, hash = 0;
  for (u64 i = 0; i < params[N]; i++) {
    if (mprotect(region, bytes, PROT_READ)) return 0;
    for (u64 at = 0; at < bytes; at += PAGE_BYTES) hash += region[at];
    if (mprotect(region, bytes, PROT_READ | PROT_WRITE)) return 0;
    for (u64 at = 0; at < bytes; at += PAGE_BYTES) region[at]++;
  }
  return nonzero(fold(hash, params[N]));
}

int verify(const u64 *params) {
  for (u64 page = 0; page < params[PAGES]; page++)
    if (region[page * PAGE_BYTES] != (u8)(page + params[N])) return 0;
  return 1;
}
