/*
 * Copy, scale, add, triad over three arrays of doubles. The factor makes one round multiply by a little less than 1,
 * so values stay in range for millions of rounds; verify follows one element of each starting value by itself.
 */
#include "../bench.h"

#define FACTOR 0.4142 /* one round multiplies by 2q + q*q, which sqrt(2) - 1 would make 1 */
#define CLASSES 8     /* distinct starting values */

static double *a, *b, *c;

static double start_value(u64 i) {
  return 1.0 + (double)(i % CLASSES) / 3.0;
}

void prepare(const u64 *params) {
  u64 n = params[0];
  a = heap_ready(n * sizeof(double));
  b = heap_ready(n * sizeof(double));
  c = heap_ready(n * sizeof(double));
  for (u64 i = 0; i < n; i++) {
    a[i] = start_value(i);
    b[i] = 0;
    c[i] = 0;
  }
}

static NOINLINE void round_of(double *restrict x, double *restrict y, double *restrict z, u64 n) {
  for (u64 i = 0; i < n; i++) z[i] = x[i];
  for (u64 i = 0; i < n; i++) y[i] = FACTOR * z[i];
  for (u64 i = 0; i < n; i++) z[i] = x[i] + y[i];
  for (u64 i = 0; i < n; i++) x[i] = y[i] + FACTOR * z[i];
}

u64 bench(const u64 *params) {
  u64 n = params[0], hash = n;
  for (u64 r = params[1]; r > 0; r--) round_of(a, b, c, n);
  for (u64 i = 0; i < n; i += n / 16 + 1) hash = fold(hash, double_bits(a[i]));
  return nonzero(hash);
}

int verify(const u64 *params) {
  u64 n = params[0];
  for (u64 k = 0; k < CLASSES; k++) {
    double x = start_value(k), y = 0, z = 0;
    for (u64 r = params[1]; r > 0; r--) round_of(&x, &y, &z, 1);
    for (u64 i = k; i < n; i += CLASSES) {
      if (a[i] != x || b[i] != y || c[i] != z) return 0;
    }
  }
  return 1;
}
