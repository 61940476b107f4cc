/*
 * The WebAssembly build's runtime: a growing heap, the four memory functions that compilers call, and the block of
 * parameters that the host fills in (exports: memory, params, heap_limit, prepare, bench, verify).
 */
#include "bench.h"
#include "copy.h"
#include "fill_compare.h"

#define WASM_PAGE 65536u

extern u8 __heap_base;

/* Filled in by the host before prepare. */
u64 params[16];
/* Bytes of linear memory heap_alloc may grow to; the host sets it, and finds 0 in it when memory was refused. */
u64 heap_limit = 1ull << 30;

static u64 heap_end;

static __attribute__((noreturn)) void refuse(void) {
  heap_limit = 0;
  __builtin_trap();
}

/* Exported too: before and after a run it tells where the program's data lie. */
__attribute__((export_name("heap_alloc"))) void *heap_alloc(u64 bytes) {
  if (heap_end == 0) heap_end = ((u64)(usize)&__heap_base + 63) & ~63ull;
  u64 start = heap_end;
  if (bytes > heap_limit || start + bytes > heap_limit) refuse();
  heap_end = (start + bytes + 63) & ~63ull;
  u64 pages = (heap_end + WASM_PAGE - 1) / WASM_PAGE;
  u64 have = __builtin_wasm_memory_size(0);
  if (pages > have && __builtin_wasm_memory_grow(0, (usize)(pages - have)) == (usize)-1) refuse();
  return (void *)(usize)start;
}
