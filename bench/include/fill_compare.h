/* The other memory functions that compilers call in programs, defined: one file of each program includes this. */
#include "types.h"

void *memset(void *to, int value, usize bytes) {
  u8 *out = to;
  while (bytes--) *out++ = (u8)value;
  return to;
}

int memcmp(const void *left, const void *right, usize bytes) {
  const u8 *a = left, *b = right;
  for (; bytes; bytes--, a++, b++) {
    if (*a != *b) return *a - *b;
  }
  return 0;
}
