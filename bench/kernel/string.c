/* The memory functions that the compiler may call, and the two string functions the kernel needs. */
#include "kernel.h"
#include "copy.h"

void *memset(void *to, int value, usize bytes) {
  u8 *out = to;
  u64 word = (u8)value * 0x0101010101010101ull;
  if (((usize)out & 7) == 0)
    for (; bytes >= 8; bytes -= 8, out += 8) *(u64 *)out = word;
  while (bytes--) *out++ = (u8)value;
  return to;
}

u64 text_length(const char *text) {
  u64 length = 0;
  while (text[length]) length++;
  return length;
}

int text_equal(const char *a, const char *b) {
  while (*a && *a == *b) a++, b++;
  return *a == *b;
}
