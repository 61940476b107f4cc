/* Page faults: demand paging, copy on write, A and D bits where hardware leaves them to software. */
#include "arch/arch.h"
#include "kernel.h"
#include "page.h"
#include "syscalls.h"

/* A first touch: the image's own page where it can be shared, else a fresh frame with the file's bytes or zeroes. */
static u64 fill(struct area *area, u64 page) {
  u64 offset = page - area->start;
  u64 backed = area->file_bytes > offset ? area->file_bytes - offset : 0;
  if (!backed) return page_alloc();
  if (!(area->rights & PROT_WRITE)) return (u64)area->file + offset;
  u64 frame = page_alloc_dirty();
  if (!frame) return 0;
  u64 bytes = backed < PAGE_SIZE ? backed : PAGE_SIZE;
  memcpy((void *)frame, area->file + offset, bytes);
  memset((void *)(frame + bytes), 0, PAGE_SIZE - bytes);
  return frame;
}

/* A store to a frame that others may hold too. Returns the frame to write to, or 0. */
static u64 own(u64 frame) {
  if (page_exclusive(frame)) return frame;
  u64 copy = page_alloc_dirty();
  if (copy) memcpy((void *)copy, (void *)frame, PAGE_SIZE);
  return copy;
}

int space_fault(struct space *space, u64 va, u32 access) {
  struct area *area = va < USER_END ? area_find(space, va) : NULL;
  if (!area || !(area->rights & access)) return -1;
  u64 page = PAGE_DOWN(va);
  pte_t *entry = map_make(space, page);
  if (!entry) return -1;
  pte_t old = *entry;
  if (!old) {
    u64 frame = fill(area, page);
    if (!frame) return -1;
    arch_store(space, page, entry, arch_entry(frame, map_flags(area->rights)));
  } else if (access == PROT_WRITE && !(old & PTE_W)) {
    u64 shared = arch_frame(old);
    u64 frame = own(shared);
    if (!frame) return -1;
    arch_store(space, page, entry, arch_entry(frame, map_flags(area->rights)));
    if (frame == shared) return arch_commit(space), 0;
    arch_commit(space);
    page_release(shared);
    return 0;
  } else {
    u64 wanted = access == PROT_WRITE ? PTE_A | PTE_D : PTE_A;
    if ((old & wanted) == wanted) return arch_flush_page(space, page), 0; /* a stale translation, nothing to do */
    arch_store(space, page, entry, old | wanted);
  }
  arch_commit(space);
  return 0;
}

u64 space_resolve(struct space *space, u64 va, u32 access) {
  if (va >= USER_END) return 0;
  pte_t *entry = map_find(space, va);
  u64 needed = access == PROT_WRITE ? PTE_V | PTE_U | PTE_W : PTE_V | PTE_U;
  if (!entry || (*entry & needed) != needed) {
    if (space_fault(space, va, access)) return 0;
    entry = map_find(space, va);
  }
  return arch_frame(*entry) + va % PAGE_SIZE;
}

static u64 upto_page_end(u64 va, u64 bytes) {
  u64 left = PAGE_SIZE - va % PAGE_SIZE;
  return bytes < left ? bytes : left;
}

int copy_from_user(struct space *space, void *to, u64 from, u64 bytes) {
  for (u8 *out = to; bytes;) {
    u64 part = upto_page_end(from, bytes);
    u64 at = space_resolve(space, from, PROT_READ);
    if (!at) return -1;
    memcpy(out, (void *)at, part);
    out += part, from += part, bytes -= part;
  }
  return 0;
}

int copy_to_user(struct space *space, u64 to, const void *from, u64 bytes) {
  for (const u8 *in = from; bytes;) {
    u64 part = upto_page_end(to, bytes);
    u64 at = space_resolve(space, to, PROT_WRITE);
    if (!at) return -1;
    memcpy((void *)at, in, part);
    in += part, to += part, bytes -= part;
  }
  return 0;
}

int copy_text_from_user(struct space *space, char *to, u64 from, u64 bytes) {
  for (u64 i = 0; i < bytes; i++) {
    if (copy_from_user(space, to + i, from + i, 1)) return -1;
    if (!to[i]) return 0;
  }
  return -1;
}
