/* Matrix product of doubles between -1 and 1. */
#include "../bench.h"

#define NUMBER double
#define TOLERANCE 1e-9 /* far above the rounding of a few thousand terms, far below any wrong one */

static double number_from(u64 random) {
  return (double)(s64)(random >> 11) / 4503599627370496.0 - 1.0;
}

static u64 number_bits(double number) {
  return double_bits(number);
}

static int number_equal(double a, double b) {
  double difference = a - b;
  return difference < TOLERANCE && difference > -TOLERANCE;
}

#include "matmul.h"
