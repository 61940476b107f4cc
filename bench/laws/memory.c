/* Events of address translation. */
#include "probe.h"

/* One load of a page mapped by `levels` tables with a leaf of level `leaf`; levels=0 leaves translation off. */
u64 event_load(u64 n) {
  int levels = (int)boot_number("levels", SV39);
  int leaf = (int)boot_number("leaf", 0);
  volatile u64 *data = (volatile u64 *)DATA_PA;
  *data = 1;
  if (levels) {
    pte_t *root = tables_root(levels);
    tables_map(root, levels, DATA_VA, leaf == 2 ? IDENTITY_PA : DATA_PA, leaf, PTE_DATA);
    tables_enter(root, levels);
    data = (volatile u64 *)(leaf == 2 ? DATA_VA + DATA_PA - IDENTITY_PA : DATA_VA);
  }
  u64 sum = *data - 1;
  publish_iterations(n);
  roi_begin();
  for (u64 i = 0; i < n; i++) sum += *data;
  roi_end();
  return sum;
}

/* One store to a page of memory never touched before. */
u64 event_touch(u64 n) {
  tables_enter(tables_root(SV39), SV39);
  publish_iterations(n);
  roi_begin();
  for (u64 i = 0; i < n; i++) *(volatile u64 *)(FRESH_PA + i * PAGE_SIZE) = i;
  roi_end();
  return n;
}

/* One new page table in a fresh page, and one load through it from another fresh page: two pages an event. */
u64 event_touch_tables(u64 n) {
  pte_t *root = tables_root(SV39);
  pte_t *middle = tables_map(root, SV39, DATA_VA, 0, 1, 0);
  tables_enter(root, SV39);
  u64 zeros = 0;
  publish_iterations(n);
  roi_begin();
  for (u64 i = 0; i < n; i++) {
    pte_t *table = (pte_t *)(FRESH_TABLES_PA + i * PAGE_SIZE);
    *(volatile pte_t *)table = PTE_OF(FRESH_PA + i * PAGE_SIZE, PTE_DATA);
    *(volatile pte_t *)&middle[i] = PTE_OF((u64)table, PTE_V);
    zeros += *(volatile u64 *)(DATA_VA + i * MEGAPAGE_SIZE) == 0;
  }
  roi_end();
  return zeros;
}

static pte_t *mapped_page(void) {
  pte_t *root = tables_root(SV39);
  tables_enter(root, SV39);
  /* Written while it is no table yet: the supervisor's right to do so has to be taken back when it becomes one. */
  pte_t *entry = tables_map(root, SV39, DATA_VA, DATA_PA, 0, PTE_DATA);
  *(volatile u64 *)DATA_VA = 1;
  return entry;
}

/* One store to a leaf entry of a live table that changes a bit left to software; nothing is made to forget it. */
u64 event_pte_store(u64 n) {
  volatile pte_t *entry = mapped_page();
  publish_iterations(n);
  roi_begin();
  for (u64 i = 0; i < n; i++) *entry = PTE_OF(DATA_PA, PTE_DATA) | (i & 1 ? 0 : PTE_SOFT);
  roi_end();
  return n;
}

/* The same store, the fence for that page, and a load through the entry. */
u64 event_pte_store_fence(u64 n) {
  volatile pte_t *entry = mapped_page();
  u64 sum = 0;
  publish_iterations(n);
  roi_begin();
  for (u64 i = 0; i < n; i++) {
    *entry = PTE_OF(DATA_PA, PTE_DATA) | (i & 1 ? 0 : PTE_SOFT);
    __asm__ volatile("sfence.vma %0" ::"r"(DATA_VA) : "memory");
    sum += *(volatile u64 *)DATA_VA;
  }
  roi_end();
  return sum;
}

/* One change of address space: between two roots of different address-space numbers, and a load in each. */
u64 event_satp(u64 n) {
  u64 spaces[2];
  for (u64 i = 0; i < 2; i++) {
    pte_t *root = tables_root(SV39);
    tables_map(root, SV39, DATA_VA, DATA_PA, 0, PTE_DATA);
    tables_enter(root, SV39);
    spaces[i] = tables_satp(root, SV39, i + 1);
    csr_write(satp, spaces[i]);
    *(volatile u64 *)DATA_VA = 1;
  }
  u64 sum = 0;
  publish_iterations(n);
  roi_begin();
  for (u64 i = 0; i < n; i++) {
    csr_write(satp, spaces[i & 1]);
    sum += *(volatile u64 *)DATA_VA;
  }
  roi_end();
  return sum;
}
