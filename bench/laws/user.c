/* Events of a program: system calls, demand faults, and everything it must not be able to do. */
#include "probe.h"

extern u8 user_programs[], user_syscalls[], user_stores[], user_return[], syscall_handler[], fault_handler[];
u64 run_user(const void *handler, u64 pc, u64 a0, u64 a1, u64 a2, u64 a3);

static u64 user_address(const u8 *program) { return USER_CODE_VA + (u64)(program - user_programs); }

static pte_t *root_with_programs(void) {
  pte_t *root = tables_root(SV39);
  tables_map(root, SV39, USER_CODE_VA, (u64)user_programs, 0, PTE_CODE | PTE_U);
  return root;
}

/* One system call, answered by three privileged instructions. */
u64 event_syscall(u64 n) {
  tables_enter(root_with_programs(), SV39);
  publish_iterations(n);
  run_user(syscall_handler, user_address(user_syscalls), n, 0, 0, 0);
  return n;
}

/* One fault on the first store to a page whose table and frame exist: the handler stores the entry and returns. */
u64 event_fault(u64 n) {
  if (n >= ENTRIES) panic("too many faults for one table");
  for (u64 i = 0; i < n; i++) *(volatile u64 *)(FRESH_PA + i * PAGE_SIZE) = 0;
  pte_t *root = root_with_programs();
  pte_t *entries = tables_map(root, SV39, DATA_VA, 0, 0, 0);
  tables_enter(root, SV39);
  publish_iterations(n);
  run_user(fault_handler, user_address(user_stores), n, DATA_VA, (u64)entries, PTE_OF(FRESH_PA, PTE_DATA | PTE_U));
  u64 stored = 0;
  for (u64 i = 0; i < n; i++) stored += *(volatile u64 *)(FRESH_PA + i * PAGE_SIZE) == n - i;
  return stored;
}

/* csrrs a0, csr, x0 and csrrw x0, csr, x0: a read and a write. */
#define CSR_READ(csr) ((u32)(csr) << 20 | 2 << 12 | 10 << 7 | 0x73)
#define CSR_WRITE(csr) ((u32)(csr) << 20 | 1 << 12 | 0x73)

/* Instructions of the supervisor, the machine and the hypervisor, and debug mode's return. */
static const u32 PRIVILEGED[] = {
    0x10200073, /* sret */
    0x30200073, /* mret */
    0x7b200073, /* dret */
    0x12000073, /* sfence.vma */
    0x16000073, /* sinval.vma */
    0x18000073, /* sfence.w.inval */
    0x18100073, /* sfence.inval.ir */
    0x22000073, /* hfence.vvma */
    0x62000073, /* hfence.gvma */
    0x26000073, /* hinval.vvma */
    0x66000073, /* hinval.gvma */
    0x6c054573, /* hlv.d a0, (a0) */
    0x6ea54073, /* hsv.d a0, (a0) */
};

static u32 words[1024] __attribute__((aligned(4096)));

/* Whether a program that executes `word` is stopped by an illegal-instruction exception. */
static int is_stopped(u32 word) {
  words[0] = word;
  words[1] = 0x73; /* ecall: it wasn't */
  __asm__ volatile("fence.i" ::: "memory");
  return run_user(user_return, USER_WORD_VA, 0, 0, 0, 0) == CAUSE_ILLEGAL;
}

/*
 * Every CSR whose number asks for more than user privilege (bits 9:8, privileged specification 2.1), read and written,
 * and every privileged instruction. WFI is left out: a machine may let programs wait (3.3.3); so are the counters,
 * which the kernel may grant (scounteren). n is not used: there is one of each.
 */
u64 event_privileged(u64 n) {
  (void)n;
  pte_t *root = tables_root(SV39);
  tables_map(root, SV39, USER_WORD_VA, (u64)words, 0, PTE_CODE | PTE_U);
  tables_enter(root, SV39);
  u64 tried = 0, stopped = 0;
  roi_begin();
  for (u32 csr = 0; csr < 4096; csr++) {
    if ((csr >> 8 & 3) == 0) continue;
    stopped += (u64)is_stopped(CSR_READ(csr)) + (u64)is_stopped(CSR_WRITE(csr));
    tried += 2;
  }
  for (u64 i = 0; i < ARRAY_LENGTH(PRIVILEGED); i++, tried++) stopped += (u64)is_stopped(PRIVILEGED[i]);
  roi_end();
  publish_iterations(tried);
  return stopped;
}
