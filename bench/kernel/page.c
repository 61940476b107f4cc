/*
 * The frame allocator: frames never used yet are taken in order, so that untouched memory stays untouched (and unbacked
 * by a VMM); released ones come back through a list that runs through the frames themselves.
 */
#include "page.h"

#include "arch/arch.h"
#include "kernel.h"
#include "riscv.h"

static u64 first, next, end;
static u64 free_list;
static u16 *users;

static u16 *users_of(u64 frame) { return frame >= first && frame < end ? &users[(frame - first) / PAGE_SIZE] : NULL; }

void page_init(u64 start, u64 memory_end) {
  users = (u16 *)start;
  end = PAGE_DOWN(memory_end);
  first = PAGE_UP(start + (end - start) / PAGE_SIZE * sizeof(*users));
  next = first;
}

u64 page_alloc_dirty(void) {
  u64 frame = free_list;
  if (frame) {
    free_list = *(u64 *)frame;
  } else {
    while (next < end && !arch_frame_usable(next)) next += PAGE_SIZE;
    if (next >= end) return 0;
    frame = next;
    next += PAGE_SIZE;
  }
  *users_of(frame) = 1;
  return frame;
}

u64 page_alloc(void) {
  u64 frame = page_alloc_dirty();
  if (frame) memset((void *)frame, 0, PAGE_SIZE);
  return frame;
}

void page_share(u64 frame) {
  u16 *count = users_of(frame);
  if (count) ++*count;
}

void page_release(u64 frame) {
  u16 *count = users_of(frame);
  if (!count || --*count) return;
  *(u64 *)frame = free_list;
  free_list = frame;
}

int page_exclusive(u64 frame) {
  u16 *count = users_of(frame);
  return count && *count == 1;
}
