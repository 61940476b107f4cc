/* Page tables of one address space: find, make, clear, protect, and the walk over all of it. */
#include "arch/arch.h"
#include "kernel.h"
#include "page.h"
#include "syscalls.h"

/* An entry without rights (PROT_NONE) keeps its frame but is not valid. */
u64 map_flags(u32 rights) {
  if (rights == PROT_NONE) return PTE_U;
  u64 flags = PTE_V | PTE_U | PTE_R;
  if (rights & PROT_WRITE) flags |= PTE_W;
  if (rights & PROT_EXEC) flags |= PTE_X;
  /* ad=preset: as a kernel for hardware that faults instead of setting A and D. */
  static int preset = -1;
  if (preset < 0) preset = boot_option("ad", "preset");
  if (preset) flags |= rights & PROT_WRITE ? PTE_A | PTE_D : PTE_A;
  return flags;
}

static pte_t *walk(struct space *space, u64 va, int make) {
  pte_t *table = (pte_t *)space->root;
  for (int level = 2; level > 0; level--) {
    pte_t *entry = &table[LEVEL_INDEX(va, level)];
    if (*entry) {
      table = (pte_t *)arch_frame(*entry);
      continue;
    }
    u64 frame = make ? page_alloc() : 0;
    if (!frame) return NULL;
    arch_link_table(space, entry, frame);
    table = (pte_t *)frame;
  }
  return &table[LEVEL_INDEX(va, 0)];
}

pte_t *map_find(struct space *space, u64 va) { return walk(space, va, 0); }

pte_t *map_make(struct space *space, u64 va) { return walk(space, va, 1); }

/* The next address behind va that another leaf table translates. */
static u64 next_table(u64 va) { return (va | (MEGAPAGE_SIZE - 1)) + 1; }

void map_clear(struct space *space, u64 start, u64 end) {
  /* Frames must not be reused before the TLB has forgotten them: release them in batches, after the commit. */
  u64 released[256];
  u64 count = 0;
  for (u64 va = start; va < end;) {
    pte_t *entry = map_find(space, va);
    if (!entry) {
      va = next_table(va);
      continue;
    }
    if (*entry) {
      released[count++] = arch_frame(*entry);
      arch_store(space, va, entry, 0);
    }
    va += PAGE_SIZE;
    if (count < ARRAY_LENGTH(released) && va < end) continue;
    arch_commit(space);
    while (count) page_release(released[--count]);
  }
  arch_commit(space);
  while (count) page_release(released[--count]);
}

void map_protect(struct space *space, u64 start, u64 end, u32 rights) {
  for (u64 va = start; va < end; va += PAGE_SIZE) {
    pte_t *entry = map_find(space, va);
    if (!entry) {
      va = next_table(va) - PAGE_SIZE;
      continue;
    }
    if (!*entry) continue;
    u64 frame = arch_frame(*entry);
    /* A shared frame stays read-only: the first store copies it. */
    u32 allowed = page_exclusive(frame) ? rights : rights & ~(u32)PROT_WRITE;
    u64 accessed = *entry & (PTE_A | PTE_D);
    pte_t value = arch_entry(frame, map_flags(allowed) | accessed);
    if (value != *entry) arch_store(space, va, entry, value);
  }
  arch_commit(space);
}
