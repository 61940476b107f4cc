/* What the compiler expects of a C library. */
#include "sys.h"

void *memcpy(void *to, const void *from, size_t n) {
  unsigned char *t = to;
  const unsigned char *f = from;
  if ((((uintptr_t)t | (uintptr_t)f) & 7) == 0)
    for (; n >= 8; n -= 8, t += 8, f += 8) *(uint64_t *)t = *(const uint64_t *)f;
  while (n--) *t++ = *f++;
  return to;
}

void *memset(void *to, int byte, size_t n) {
  unsigned char *t = to;
  uint64_t word = 0x0101010101010101 * (unsigned char)byte;
  for (; n && ((uintptr_t)t & 7); n--) *t++ = (unsigned char)byte;
  for (; n >= 8; n -= 8, t += 8) *(uint64_t *)t = word;
  while (n--) *t++ = (unsigned char)byte;
  return to;
}

size_t strlen(const char *s) {
  size_t n = 0;
  while (s[n]) n++;
  return n;
}

