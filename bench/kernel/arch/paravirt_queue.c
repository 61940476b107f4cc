/* Page-table updates, gathered and sent as one hypercall. */
#include "kernel.h"
#include "paravirt.h"

struct update {
  u64 entry; /* machine address */
  u64 value;
};

static struct update queue[HYPERCALL_BATCH] __attribute__((aligned(sizeof(struct update))));
static u64 queued;
static u64 limit = HYPERCALL_BATCH;

u64 hypercall(const char *name, u64 function, u64 arg0, u64 arg1, u64 arg2) {
  register u64 a0 __asm__("a0") = arg0;
  register u64 a1 __asm__("a1") = arg1;
  register u64 a2 __asm__("a2") = arg2;
  register u64 a6 __asm__("a6") = function;
  register u64 a7 __asm__("a7") = HYPERCALL_EXTENSION;
  __asm__ volatile("ecall" : "+r"(a0), "+r"(a1) : "r"(a2), "r"(a6), "r"(a7) : "memory");
  if (!a0) return a1;
  print("\nhypercall %s(%x, %x, %x): error -%u\n", name, arg0, arg1, arg2, -a0);
  panic("the VMM refused a hypercall");
}

void queue_limit(u64 updates) {
  limit = updates >= 1 && updates <= HYPERCALL_BATCH ? updates : HYPERCALL_BATCH;
}

void queue_send(u64 flags) {
  if (!queued) return;
  u64 count = queued;
  queued = 0;
  if (HYPERCALL(MMU_UPDATE, (u64)queue, count, flags) != count) panic("the VMM left page-table updates undone");
}

void enqueue(pte_t *entry, pte_t value) {
  if (queued == limit) queue_send(FLUSH_CHANGED);
  queue[queued++] = (struct update){(u64)entry + arch_machine_delta, value};
}
