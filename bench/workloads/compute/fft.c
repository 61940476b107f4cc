/*
 * Fast Fourier transform, complex doubles, radix 2 in place: forward and back each round. What comes back must be
 * what went in, but for rounding.
 */
#include "../bench.h"

#define TOLERANCE 1e-9

typedef struct {
  double re, im;
} complex;

static complex *values, *input, *roots;
static u32 points;

/* exp(-2 pi i k / points) for k below points/2, from half-angle formulas: square roots and products only. */
static void make_roots(u32 bits) {
  complex half[32];
  half[0] = (complex){-1, 0}; /* a half turn */
  half[1] = (complex){0, -1}; /* a quarter, clockwise */
  for (u32 i = 2; i < bits; i++) {
    double c = __builtin_sqrt((1.0 + half[i - 1].re) / 2.0);
    half[i] = (complex){c, half[i - 1].im / (2.0 * c)};
  }
  for (u32 k = 0; k < points / 2; k++) {
    complex product = {1, 0};
    /* Bit b of k turns by 2^b/points of a circle, which is half[bits - 1 - b]. */
    for (u32 b = 0; b + 1 < bits; b++) {
      if ((k >> b) & 1) {
        complex turn = half[bits - 1 - b];
        product = (complex){product.re * turn.re - product.im * turn.im, product.re * turn.im + product.im * turn.re};
      }
    }
    roots[k] = product;
  }
}

static NOINLINE void reverse_bits(complex *v) {
  for (u32 i = 1, j = 0; i < points; i++) {
    u32 bit = points >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i < j) {
      complex kept = v[i];
      v[i] = v[j];
      v[j] = kept;
    }
  }
}

/* sign -1 runs it backwards (unscaled). */
static NOINLINE void transform(complex *v, double sign) {
  reverse_bits(v);
  for (u32 half = 1; half < points; half *= 2) {
    u32 step = points / (2 * half);
    for (u32 start = 0; start < points; start += 2 * half) {
      for (u32 k = 0; k < half; k++) {
        complex w = roots[k * step], *a = &v[start + k], *b = a + half;
        double im = w.im * sign;
        double re_part = b->re * w.re - b->im * im;
        double im_part = b->re * im + b->im * w.re;
        b->re = a->re - re_part;
        b->im = a->im - im_part;
        a->re += re_part;
        a->im += im_part;
      }
    }
  }
}

static double unit(u64 *seed) {
  return (double)(s64)(random_next(seed) >> 11) / 4503599627370496.0 - 1.0;
}

void prepare(const u64 *params) {
  u64 seed = 12;
  if (params[0] < 2 || params[0] > 28) __builtin_trap();
  points = 1u << params[0];
  values = heap_ready(points * sizeof(complex));
  input = heap_ready(points * sizeof(complex));
  roots = heap_ready(points / 2 * sizeof(complex));
  make_roots((u32)params[0]);
  for (u32 i = 0; i < points; i++) {
    values[i].re = unit(&seed);
    values[i].im = unit(&seed);
    input[i] = values[i];
  }
}

u64 bench(const u64 *params) {
  u64 hash = points;
  for (u64 round = 0; round < params[1]; round++) {
    transform(values, 1);
    hash = fold(hash, double_bits(values[round % points].re));
    transform(values, -1);
    double scale = 1.0 / points;
    for (u32 i = 0; i < points; i++) {
      values[i].re *= scale;
      values[i].im *= scale;
    }
  }
  return nonzero(fold(hash, double_bits(values[points - 1].im)));
}

static int near(double a, double b) {
  return a - b < TOLERANCE && b - a < TOLERANCE;
}

int verify(const u64 *params) {
  (void)params;
  for (u32 i = 0; i < points; i++) {
    if (!near(values[i].re, input[i].re) || !near(values[i].im, input[i].im)) return 0;
  }
  /* The transform itself, at one frequency, by its definition: a pair of wrong inverses would pass the loop above. */
  complex sum = {0, 0};
  const u32 frequency = points / 4 + 1;
  for (u32 i = 0; i < points; i++) {
    u32 k = (u32)((u64)i * frequency % points);
    complex w = k < points / 2 ? roots[k] : (complex){-roots[k - points / 2].re, -roots[k - points / 2].im};
    sum.re += values[i].re * w.re - values[i].im * w.im;
    sum.im += values[i].re * w.im + values[i].im * w.re;
  }
  transform(values, 1);
  return near(values[frequency].re, sum.re) && near(values[frequency].im, sum.im);
}
