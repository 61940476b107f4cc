/*
 * The memory functions by which compilers copy, defined: one file of each program includes this. Plain loops, eight bytes
 * at a time where both sides allow it, in every build, so that no build has the engine's own copy.
 */
#include "types.h"

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
