/* Draws from Zipf's distribution over 0..count-1, item i in proportion to 1/(i + 1): a search in the summed weights. */
#ifndef ZIPF_H
#define ZIPF_H
#include "../bench.h"

typedef struct {
  u32 count;
  u64 *sums; /* sums[i]: weights of the items up to i */
} zipf;

static void zipf_init(zipf *z, u32 count) {
  z->count = count;
  z->sums = heap_ready(count * sizeof(u64));
  u64 sum = 0;
  for (u32 i = 0; i < count; i++) {
    sum += (1ull << 32) / (i + 1);
    z->sums[i] = sum;
  }
}

static u32 zipf_draw(const zipf *z, u64 *seed) {
  u64 wanted = random_next(seed) % z->sums[z->count - 1];
  u32 low = 0, high = z->count - 1;
  while (low < high) {
    u32 middle = (low + high) / 2;
    if (z->sums[middle] <= wanted) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

#endif
