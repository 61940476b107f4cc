/*
 * GUPS: read-xor-write of random words of a table. Updates are xors, so doing them all once more restores the table,
 * which verify does and then looks at every word.
 */
#include "../bench.h"

static u64 *table;
static u64 words;

void prepare(const u64 *params) {
  /* The largest power of two that fits: an index is then a mask away. */
  words = (1 << 20) / sizeof(u64);
  while (words * 2 * sizeof(u64) <= params[0] << 20) words *= 2;
  table = heap_ready(words * sizeof(u64));
  for (u64 i = 0; i < words; i++) table[i] = i;
}

static u64 update(u64 updates) {
  const u64 mask = words - 1;
  u64 random = 1;
  u64 sum = 0;
  for (u64 i = 0; i < updates; i++) {
    /* The generator of the HPC Challenge: x^63 + x^2 + x + 1 over GF(2). */
    random = (random << 1) ^ ((s64)random < 0 ? 7 : 0);
    u64 value = table[(random >> 3) & mask] ^ random;
    table[(random >> 3) & mask] = value;
    sum += value;
  }
  return fold(sum, random);
}

u64 bench(const u64 *params) {
  return nonzero(update(params[1]));
}

int verify(const u64 *params) {
  update(params[1]);
  for (u64 i = 0; i < words; i++) {
    if (table[i] != i) return 0;
  }
  return 1;
}
