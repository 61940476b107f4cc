/* The privileged architecture as this kernel uses it (RISC-V privileged specification 1.12, chapters 4 and 5). */
#ifndef RISCV_H
#define RISCV_H

#include "types.h"

#define csr_read(csr)                                           \
  ({                                                            \
    u64 value_;                                                 \
    __asm__ volatile("csrr %0, " #csr : "=r"(value_)::"memory"); \
    value_;                                                     \
  })
#define csr_write(csr, value) __asm__ volatile("csrw " #csr ", %0" ::"rK"(value) : "memory")
#define csr_set(csr, bits) __asm__ volatile("csrs " #csr ", %0" ::"rK"(bits) : "memory")
#define csr_clear(csr, bits) __asm__ volatile("csrc " #csr ", %0" ::"rK"(bits) : "memory")

/* sstatus */
#define STATUS_SIE (1ull << 1)
#define STATUS_SPIE (1ull << 5)
#define STATUS_SPP (1ull << 8)
#define STATUS_FS (3ull << 13)
#define STATUS_FS_CLEAN (2ull << 13)

/* sie and sip */
#define INTERRUPT_SOFTWARE (1ull << 1)
#define INTERRUPT_TIMER (1ull << 5)

/* scause */
#define CAUSE_INTERRUPT (1ull << 63)
enum {
  CAUSE_ILLEGAL = 2,
  CAUSE_ECALL_U = 8,
  CAUSE_FETCH_PAGE = 12,
  CAUSE_LOAD_PAGE = 13,
  CAUSE_STORE_PAGE = 15,
  CAUSE_SOFTWARE_INTERRUPT = 1,
  CAUSE_TIMER_INTERRUPT = 5
};

/* Sv39: three levels of 512 entries; level 2 is the root. */
#define PAGE_SIZE 4096ull
#define PAGE_DOWN(x) ((x) & ~(PAGE_SIZE - 1))
#define PAGE_UP(x) PAGE_DOWN((x) + PAGE_SIZE - 1)
#define MEGAPAGE_SIZE (512 * PAGE_SIZE)
#define ENTRIES 512
#define LEVEL_SHIFT(level) (12 + 9 * (level))
#define LEVEL_INDEX(va, level) (((va) >> LEVEL_SHIFT(level)) & (ENTRIES - 1))
#define SATP_SV39 (8ull << 60)
#define SATP_ASID_SHIFT 44

typedef u64 pte_t;
#define PTE_V 0x001ull
#define PTE_R 0x002ull
#define PTE_W 0x004ull
#define PTE_X 0x008ull
#define PTE_U 0x010ull
#define PTE_G 0x020ull
#define PTE_A 0x040ull
#define PTE_D 0x080ull
#define PTE_SOFT 0x100ull /* free for software: this kernel rewrites entries with it where it only wants a store */
#define PTE_LEAF (PTE_R | PTE_W | PTE_X)

/* Time counter, in ticks of the timebase. */
static inline u64 read_time(void) {
  u64 ticks;
  __asm__ volatile("rdtime %0" : "=r"(ticks));
  return ticks;
}

#endif
