/*
 * protection-fault: a store to a read-only page raises SIGSEGV; the handler makes the page writable and the store is
 * made again; then the page is read-only once more. One fault, one signal and two mprotect calls an iteration.
 */
#include "bench.h"
#include "user.h"

static u8 *page;
static u64 caught;

static void on_fault(u64 signal, u64 address) {
  if (signal != SIGSEGV || address != (u64)page) fail("another fault than the one expected");
  caught++;
  if (mprotect(page, PAGE_BYTES, PROT_READ | PROT_WRITE)) fail("mprotect failed");
}

void prepare(const u64 *params) {
  (void)params;
  page = mmap(PAGE_BYTES, PROT_READ | PROT_WRITE);
  if (!page) fail("no address space");
  *page = 0;
  mprotect(page, PAGE_BYTES, PROT_READ);
  on_signal(SIGSEGV, on_fault);
}

u64 bench(const u64 *params) {
  for (u64 i = 0; i < params[0]; i++) {
    *(volatile u8 *)page = (u8)(i + 1);
    if (mprotect(page, PAGE_BYTES, PROT_READ)) return 0;
  }
  return caught == params[0] && *page == (u8)params[0] ? nonzero(fold(caught, *page)) : 0;
}
