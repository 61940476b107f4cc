/* Matrix product of 32-bit integers (modulo 2^32). */
#include "../bench.h"

#define NUMBER u32

static u32 number_from(u64 random) {
  return (u32)(random >> 32);
}

static u64 number_bits(u32 number) {
  return number;
}

static int number_equal(u32 a, u32 b) {
  return a == b;
}

#include "matmul.h"
