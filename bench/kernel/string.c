/* The memory functions that the compiler may call, and the two string functions the kernel needs. */
#include "kernel.h"

void *memcpy(void *to, const void *from, usize bytes) {
  u8 *out = to;
  const u8 *in = from;
  if ((((usize)out | (usize)in) & 7) == 0)
    for (; bytes >= 8; bytes -= 8, out += 8, in += 8) *(u64 *)out = *(const u64 *)in;
  while (bytes--) *out++ = *in++;
  return to;
}

void *memmove(void *to, const void *from, usize bytes) {
  u8 *out = to;
  const u8 *in = from;
  if (out <= in || out >= in + bytes) return memcpy(to, from, bytes);
  while (bytes--) out[bytes] = in[bytes];
  return to;
}

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
