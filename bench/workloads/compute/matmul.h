/*
 * Square matrix product, plain triple loop in i-k-j order, for the number type NUMBER; the file that includes this
 * also says how to draw a NUMBER (number_from) and when two count as equal (number_equal).
 */
#include "../bench.h"

static NUMBER *left, *right, *product;

void prepare(const u64 *params) {
  u64 cells = params[0] * params[0], seed = 7;
  if (cells == 0) __builtin_trap();
  left = heap_ready(cells * sizeof(NUMBER));
  right = heap_ready(cells * sizeof(NUMBER));
  product = heap_ready(cells * sizeof(NUMBER));
  for (u64 i = 0; i < cells; i++) {
    left[i] = number_from(random_next(&seed));
    right[i] = number_from(random_next(&seed));
    product[i] = 0;
  }
}

static NOINLINE void multiply(NUMBER *restrict c, const NUMBER *restrict a, const NUMBER *restrict b, u32 n) {
  for (u32 i = 0; i < n; i++) {
    NUMBER *row = c + (u64)i * n;
    for (u32 j = 0; j < n; j++) row[j] = 0;
    for (u32 k = 0; k < n; k++) {
      NUMBER factor = a[(u64)i * n + k];
      const NUMBER *other = b + (u64)k * n;
      for (u32 j = 0; j < n; j++) row[j] += factor * other[j];
    }
  }
}

u64 bench(const u64 *params) {
  u32 n = (u32)params[0];
  u64 hash = n;
  for (u64 round = 0; round < params[1]; round++) {
    /* Another factor each round, or one product could stand for all. */
    left[round % ((u64)n * n)] = number_from(round << 20);
    multiply(product, left, right, n);
    hash = fold(hash, number_bits(product[(round * 7919) % ((u64)n * n)]));
  }
  return nonzero(hash);
}

/* Freivalds: product x = left (right x) for vectors x of zeros and ones, here three of them. */
int verify(const u64 *params) {
  u32 n = (u32)params[0];
  u64 seed = 8;
  if (params[1] == 0) return 1;
  NUMBER *x = heap_alloc(n * sizeof(NUMBER));
  NUMBER *y = heap_alloc(n * sizeof(NUMBER));
  for (int trial = 0; trial < 3; trial++) {
    for (u32 i = 0; i < n; i++) x[i] = (NUMBER)(random_next(&seed) & 1);
    for (u32 i = 0; i < n; i++) {
      y[i] = 0;
      for (u32 j = 0; j < n; j++) y[i] += right[(u64)i * n + j] * x[j];
    }
    for (u32 i = 0; i < n; i++) {
      NUMBER direct = 0, nested = 0;
      for (u32 j = 0; j < n; j++) {
        direct += product[(u64)i * n + j] * x[j];
        nested += left[(u64)i * n + j] * y[j];
      }
      if (!number_equal(direct, nested)) return 0;
    }
  }
  return 1;
}
