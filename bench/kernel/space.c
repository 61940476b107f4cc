/* Making, copying and ending address spaces. */
#include "space.h"

#include "arch/arch.h"
#include "kernel.h"
#include "page.h"
#include "syscalls.h"

int space_init(struct space *space, u64 asid) {
  space->root = page_alloc();
  if (!space->root) return -1;
  space->asid = asid;
  space->live = 0;
  space->area_count = 0;
  space->heap_end = 0;
  space->stale_count = 0;
  arch_root_init((pte_t *)space->root);
  return 0;
}

/* Shares the frame of one entry with a copy: what may be written is read-only for both until one of them stores. */
static int share_entry(struct space *to, struct space *from, u64 va, pte_t *entry) {
  pte_t *copy = map_make(to, va);
  if (!copy) return -1;
  if (*entry & PTE_W) arch_store(from, va, entry, *entry & ~PTE_W);
  page_share(arch_frame(*entry));
  arch_store(to, va, copy, *entry & ~PTE_W);
  return 0;
}

/* Copy on write: `to` is fresh and private, `from` live. */
int space_copy(struct space *to, struct space *from) {
  int failed = 0;
  for (u64 i = 0; i < from->area_count; i++) to->areas[i] = from->areas[i];
  to->area_count = from->area_count;
  to->heap_end = from->heap_end;
  for (u64 i = 0; i < from->area_count && !failed; i++) {
    u64 end = from->areas[i].end;
    for (u64 va = from->areas[i].start; va < end && !failed; va += PAGE_SIZE) {
      pte_t *entry = map_find(from, va);
      if (!entry) va = (va | (MEGAPAGE_SIZE - 1)) + 1 - PAGE_SIZE;
      else if (*entry) failed = share_entry(to, from, va, entry);
    }
  }
  arch_commit(from);
  return failed;
}

void space_destroy(struct space *space) {
  if (space->live) arch_retire(space);
  pte_t *root = (pte_t *)space->root;
  for (u64 i = 0; i < USER_ROOT_ENTRIES; i++) {
    if (!root[i]) continue;
    pte_t *middle = (pte_t *)arch_frame(root[i]);
    for (u64 j = 0; j < ENTRIES; j++) {
      if (!middle[j]) continue;
      pte_t *leaves = (pte_t *)arch_frame(middle[j]);
      for (u64 k = 0; k < ENTRIES; k++)
        if (leaves[k]) page_release(arch_frame(leaves[k]));
      page_release((u64)leaves);
    }
    page_release((u64)middle);
  }
  page_release(space->root);
  space->root = 0;
}
