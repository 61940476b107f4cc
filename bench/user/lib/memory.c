/* The memory functions that compilers call, the same loops as in the WebAssembly builds, and a heap that only grows. */
#include "user.h"
#include "copy.h"
#include "fill_compare.h"

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
