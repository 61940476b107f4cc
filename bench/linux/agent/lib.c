/* What the compiler expects of a C library, and the entry point. */
#include "sys.h"

void *memcpy(void *to, const void *from, size_t n) {
  unsigned char *t = to;
  const unsigned char *f = from;
  while (n--) *t++ = *f++;
  return to;
}

void *memset(void *to, int byte, size_t n) {
  unsigned char *t = to;
  while (n--) *t++ = (unsigned char)byte;
  return to;
}

size_t strlen(const char *s) {
  size_t n = 0;
  while (s[n]) n++;
  return n;
}

__asm__(
    ".globl _start\n"
    "_start:\n"
    "  .option push\n"
    "  .option norelax\n"
    "  la gp, __global_pointer$\n"
    "  .option pop\n"
    "  andi sp, sp, -16\n"
    "  call agent_main\n");
