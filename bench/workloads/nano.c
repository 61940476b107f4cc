/*
 * Nano workloads: one event an iteration, nothing else in the loop; `empty` and `empty-kernel` are what to subtract.
 * Those whose loop runs inside the kernel (kernel/nano.c) have their markers there. Each counts its events.
 */
#include "bench.h"
#include "markers.h"
#include "user.h"
#include "workload.h"

#define MEGAPAGE_PAGES 512

struct event {
  const char *id;
  u64 (*loop)(u64 n); /* in this program */
  u64 operation;      /* NANO_*, when there is no loop here */
};

static u8 *region; /* of pages, prepared */

static u64 empty(u64 n) {
  u64 count = 0;
  for (; count < n; count++) __asm__ volatile("");
  return count;
}

static u64 null_syscall(u64 n) {
  u64 good = 0;
  for (u64 i = 0; i < n; i++) good += system_call(NULL_CALL, 0, 0, 0) == 0;
  return good;
}

NOINLINE static u64 next(u64 value) {
  __asm__ volatile("" : "+r"(value));
  return value + 1;
}

static u64 call_return(u64 n) {
  u64 count = 0;
  while (count < n) count = next(count);
  return count;
}

/* The first page of each leaf table's reach is there already, so that no table has to be made. */
static u64 demand_fault(u64 n) {
  u64 count = 0;
  for (volatile u8 *page = region; count < n; page += PAGE_BYTES) {
    if (((u64)page / PAGE_BYTES) % MEGAPAGE_PAGES == 0) continue;
    *page = 1;
    count++;
  }
  return count;
}

/* The kernel skips the instruction: all ones is illegal for good (unprivileged specification, section 1.5). */
static u64 illegal_trap(u64 n) {
  u64 count = 0;
#ifdef __riscv
  for (; count < n; count++) __asm__ volatile(".4byte 0xffffffff");
#else
  (void)n;
#endif
  return count;
}

static const struct event events[] = {
    {"empty", empty, 0},
    {"null-syscall", null_syscall, 0},
    {"call-return", call_return, 0},
    {"demand-fault", demand_fault, 0},
    {"illegal-trap", illegal_trap, 0},
    {"empty-kernel", NULL, NANO_empty},
    {"mmio-read", NULL, NANO_mmio_read},
    {"irq-mask", NULL, NANO_irq_mask},
    {"pte-store", NULL, NANO_pte_store},
    {"pte-store-fence", NULL, NANO_pte_store_fence},
    {"hypercall", NULL, NANO_hypercall},
    {"ipi", NULL, NANO_ipi},
    {"timer", NULL, NANO_timer},
};

static const struct event *event(void) {
  for (u64 i = 0; i < ARRAY_LENGTH(events); i++)
    if (text_equal(events[i].id, workload_id)) return &events[i];
  fail("no such nano workload");
}

/* Frames that were in use before: a VMM that backs memory lazily has them already, and only the fault itself counts. */
static void use_frames(u64 pages) {
  u8 *used = mmap(pages * PAGE_BYTES, PROT_READ | PROT_WRITE);
  if (!used) fail("no address space");
  for (u64 page = 0; page < pages; page++) used[page * PAGE_BYTES] = 1;
  munmap(used, pages * PAGE_BYTES);
}

void prepare(const u64 *params) {
  u64 pages = 1;
  if (event()->loop == demand_fault) {
    pages = params[0] + params[0] / (MEGAPAGE_PAGES - 1) + 2;
    use_frames(pages);
  }
  region = mmap(pages * PAGE_BYTES, PROT_READ | PROT_WRITE);
  if (!region) fail("no address space");
  for (u64 page = 0; page < pages; page++) {
    u8 *at = region + page * PAGE_BYTES;
    if (page == 0 || ((u64)at / PAGE_BYTES) % MEGAPAGE_PAGES == 0) *at = 1;
  }
  ignore_signal(SIGILL);
  if (event()->loop == illegal_trap) illegal_trap(1); /* a program's first one makes the kernel enable floating point */
}

u64 bench(const u64 *params) {
  return event()->loop(params[0]);
}

u64 measure(const u64 *params) {
  const struct event *chosen = event();
  u64 n = params[0], count;
  if (chosen->loop) {
    roi_begin();
    count = chosen->loop(n);
    roi_end();
  } else {
    count = (u64)nano(chosen->operation, n, (u64)region);
  }
  if (count != n) fail("events were lost or came twice");
  return nonzero(fold((u64)(chosen - events), n));
}
