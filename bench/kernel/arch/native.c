/* The hardware's own MMU: entries are stored, translations fenced, satp written. */
#include "arch.h"
#include "kernel.h"
#include "page.h"

#define UART_ADDRESS 0x10000000ull

u64 arch_machine_delta = 0;

static pte_t *kernel_root;
static u64 asid_count;

static inline void fence_page(u64 va, u64 asid) {
  __asm__ volatile("sfence.vma %0, %1" ::"r"(va), "r"(asid) : "memory");
}
/* With ASID 0 named, global (the kernel's) translations stay. */
static inline void fence_asid(u64 asid) { __asm__ volatile("sfence.vma x0, %0" ::"r"(asid) : "memory"); }
static inline void fence_all(void) { __asm__ volatile("sfence.vma x0, x0" ::: "memory"); }

/* Hardware has nothing to say in a2 to a4, and whatever they hold is no business of this form. */
void arch_enter(u64 magic, u64 delta, u64 root) { (void)magic, (void)delta, (void)root; }

static pte_t *table_below(pte_t *entry) {
  if (!*entry) {
    u64 frame = page_alloc();
    if (!frame) panic("not enough memory for the kernel's page tables");
    *entry = arch_entry(frame, PTE_V);
  }
  return (pte_t *)arch_frame(*entry);
}

/* `level` 1 maps a megapage, 0 a page. */
static void map_kernel_page(u64 va, u64 frame, int level, u64 flags) {
  pte_t *entry = &kernel_root[LEVEL_INDEX(va, 2)];
  for (int at = 1; at >= level; at--) entry = &table_below(entry)[LEVEL_INDEX(va, at)];
  *entry = arch_entry(frame, flags | PTE_V | PTE_G | PTE_A | PTE_D);
}

/* How many ASIDs satp holds: its field keeps the bits that exist (section 4.1.11, WARL). */
static u64 probe_asids(void) {
  u64 satp = SATP_SV39 | (u64)kernel_root >> 12;
  csr_write(satp, satp | 0xffffull << SATP_ASID_SHIFT);
  u64 kept = csr_read(satp) >> SATP_ASID_SHIFT & 0xffff;
  csr_write(satp, satp);
  return kept + 1;
}

void arch_map_kernel(u64 memory_start, u64 memory_end) {
  kernel_root = (pte_t *)page_alloc();
  int level = boot_option("kernel_pages", "4k") ? 0 : 1;
  u64 size = level ? MEGAPAGE_SIZE : PAGE_SIZE;
  for (u64 at = memory_start; at < memory_end; at += size) map_kernel_page(at, at, level, PTE_LEAF);
  map_kernel_page(DEVICE_BASE, UART_ADDRESS, 0, PTE_R | PTE_W);
  fence_all();
  asid_count = probe_asids();
  if (boot_option("asid", "0")) asid_count = 1;
  fence_all();
}

int arch_frame_usable(u64 frame) {
  (void)frame;
  return 1;
}

void arch_root_init(pte_t *root) {
  for (u64 i = USER_ROOT_ENTRIES; i < ENTRIES; i++) root[i] = kernel_root[i];
}

void arch_activate(struct space *space) { space->live = 1; }

void arch_retire(struct space *space) {
  space->live = 0;
  space->stale_count = 0;
  if (asid_count > 1) fence_asid(space->asid);
}

void arch_switch(struct space *space) {
  csr_write(satp, SATP_SV39 | space->asid << SATP_ASID_SHIFT | space->root >> 12);
  if (asid_count == 1) fence_asid(0);
}

void arch_store(struct space *space, u64 va, pte_t *entry, pte_t value) {
  /* An entry that was invalid needs no fence: at worst the next access faults once more, and fault.c fences then. */
  if (space->live && *entry & PTE_V && space->stale_count <= STALE_PAGES) {
    if (space->stale_count < STALE_PAGES) space->stale[space->stale_count] = va;
    space->stale_count++;
  }
  *entry = value;
}

void arch_link_table(struct space *space, pte_t *entry, u64 frame) {
  (void)space;
  *entry = arch_entry(frame, PTE_V);
}

void arch_commit(struct space *space) {
  if (space->stale_count > STALE_PAGES) {
    fence_asid(space->asid);
  } else {
    for (u64 i = 0; i < space->stale_count; i++) fence_page(space->stale[i], space->asid);
  }
  space->stale_count = 0;
}

void arch_commit_lazily(struct space *space) { space->stale_count = 0; }

void arch_flush_page(struct space *space, u64 va) { fence_page(va, space->asid); }

u64 arch_asid_count(void) { return asid_count; }

u8 arch_device_read(u64 device_address) {
  return *(volatile u8 *)(DEVICE_BASE + (device_address - UART_ADDRESS));
}

u64 arch_null_call(void) { return sbi_spec_version(); }
