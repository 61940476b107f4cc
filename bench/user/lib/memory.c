/* The memory functions that compilers call, the same loops as in the WebAssembly builds, and a heap that only grows. */
#include "user.h"

void *memcpy(void *to, const void *from, usize bytes) {
  u8 *out = to;
  const u8 *in = from;
  if ((((usize)out | (usize)in) & 7) == 0) {
    for (; bytes >= 8; bytes -= 8, out += 8, in += 8) *(u64 *)out = *(const u64 *)in;
  }
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

void *heap_alloc(u64 bytes) {
  static u64 end, limit;
  if (end == 0) end = limit = (u64)sbrk(0);
  u64 start = (end + 63) & ~63ull;
  if (start + bytes > limit) {
    u64 more = (start + bytes - limit + 0xffff) & ~0xffffull;
    if (!sbrk(more)) fail("the heap is full");
    limit += more;
  }
  end = start + bytes;
  return (void *)start;
}
