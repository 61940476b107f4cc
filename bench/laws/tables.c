/* Page tables of three or four levels with leaves of any size (privileged specification, chapter 4.3 to 4.5). */
#include "probe.h"

enum { POOL = 24 };
static pte_t pool[POOL][ENTRIES] __attribute__((aligned(4096)));
static u64 used;

static pte_t *table_new(void) {
  if (used == POOL) panic("the probe is out of tables");
  return pool[used++];
}

pte_t *tables_map(pte_t *root, int levels, u64 va, u64 pa, int leaf, u64 flags) {
  pte_t *table = root;
  for (int level = levels - 1; level > leaf; level--) {
    pte_t *entry = &table[LEVEL_INDEX(va, level)];
    if (!(*entry & PTE_V)) *entry = PTE_OF((u64)table_new(), PTE_V);
    table = (pte_t *)(*entry >> 10 << 12);
  }
  pte_t *entry = &table[LEVEL_INDEX(va, leaf)];
  *entry = PTE_OF(pa, flags);
  return entry;
}

/* One gigapage for the devices below 1 GiB and one for memory: they cost the fewest entries. */
pte_t *tables_root(int levels) {
  pte_t *root = table_new();
  tables_map(root, levels, 0, 0, 2, PTE_DATA);
  tables_map(root, levels, IDENTITY_PA, IDENTITY_PA, 2, PTE_DATA | PTE_X);
  return root;
}

u64 tables_satp(pte_t *root, int levels, u64 asid) {
  u64 mode = levels == SV48 ? 9 : 8;
  return mode << 60 | asid << SATP_ASID_SHIFT | (u64)root >> 12;
}

void tables_enter(pte_t *root, int levels) {
  u64 wanted = tables_satp(root, levels, 1);
  csr_write(satp, wanted);
  __asm__ volatile("sfence.vma" ::: "memory");
  if (csr_read(satp) != wanted) panic("this machine lacks the paging mode");
}
