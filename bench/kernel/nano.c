/*
 * Loops of the smallest events, run by the kernel itself with interrupts open and markers directly around them: the
 * region holds the events asked for and no other. Each loop returns how many it counted, for the program to check.
 */
#include "arch/arch.h"
#include "kernel.h"
#include "markers.h"
#include "process.h"
#include "riscv.h"

#define UART_LINE_STATUS 0x10000005ull
#define UART_TRANSMIT_IDLE 0x40

static u64 empty(u64 n, u64 argument) {
  (void)argument;
  u64 count = 0;
  for (; count < n; count++) __asm__ volatile("");
  return count;
}

static u64 mmio_read(u64 n, u64 argument) {
  (void)argument;
  u64 idle = 0;
  for (u64 i = 0; i < n; i++) idle += (arch_device_read(UART_LINE_STATUS) & UART_TRANSMIT_IDLE) != 0;
  return idle;
}

static u64 irq_mask(u64 n, u64 argument) {
  (void)argument;
  u64 count = 0;
  for (; count < n; count++) {
    csr_clear(sie, INTERRUPT_TIMER);
    csr_set(sie, INTERRUPT_TIMER);
  }
  return count;
}

/*
 * Rewrites the entries of a range of `pages` mapped pages in turn: the same translation, another software bit. The TLB
 * is made to forget them after every `batch` updates; 0: not here. The kernel's own entries are not for this.
 */
static u64 rewrite(u64 n, u64 start, u64 pages, u64 batch) {
  struct space *space = &current->space;
  u64 count = 0, pending = 0;
  if (start >= USER_END || pages > (USER_END - start) / PAGE_SIZE) return 0;
  for (u64 page = 0; count < n; count++) {
    u64 va = start + page * PAGE_SIZE;
    pte_t *entry = map_find(space, va);
    if (!entry || !*entry) return 0;
    arch_store(space, va, entry, *entry ^ PTE_SOFT);
    if (++pending == batch) arch_commit(space), pending = 0;
    if (++page == pages) page = 0;
  }
  return count;
}

static u64 pte_store(u64 n, u64 va) {
  u64 count = rewrite(n, va, 1, 0);
  arch_commit_lazily(&current->space);
  return count;
}

static u64 pte_store_fence(u64 n, u64 va) { return rewrite(n, va, 1, 1); }

/* argument: address of the range; log2 of its pages in bits 5:0, log2 of the batch in bits 11:6. */
static u64 pte_update(u64 n, u64 argument) {
  u64 count = rewrite(n, PAGE_DOWN(argument), 1ull << argument % 64, 1ull << argument / 64 % 64);
  arch_commit(&current->space);
  return count;
}

static u64 hypercall(u64 n, u64 argument) {
  (void)argument;
  u64 answered = 0;
  for (u64 i = 0; i < n; i++) answered += arch_null_call() != 0; /* both answer with a version */
  return answered;
}

/* Each round waits until its own interrupt was taken. */
static u64 until_taken(u64 n, u64 (*count)(void), void (*cause)(void)) {
  u64 before = count();
  for (u64 i = 1; i <= n; i++) {
    cause();
    while (count() < before + i) __asm__ volatile("");
  }
  return count() - before;
}

static void cause_software(void) { sbi_send_ipi(boot.hart); }
static u64 ipi(u64 n, u64 argument) { return (void)argument, until_taken(n, software_interrupts, cause_software); }

static void cause_timer(void) { sbi_set_timer(0); }
static u64 timer(u64 n, u64 argument) { return (void)argument, until_taken(n, timer_interrupts, cause_timer); }

typedef u64 (*loop)(u64 n, u64 argument);

#define NANO_LOOP(number, name) [number] = name,
static const loop loops[NANO_COUNT] = {NANO_OPS(NANO_LOOP)};

s64 nano(u64 operation, u64 iterations, u64 argument) {
  if (operation >= NANO_COUNT) return -1;
  if (operation == NANO_pte_update) return (s64)pte_update(iterations, argument);
  csr_set(sstatus, STATUS_SIE);
  roi_begin();
  u64 count = loops[operation](iterations, argument);
  roi_end();
  csr_clear(sstatus, STATUS_SIE);
  return csr_read(sie) & INTERRUPT_TIMER ? (s64)count : -1;
}
