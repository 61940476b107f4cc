/* System calls that change what a program may touch. */
#include "kernel.h"
#include "process.h"
#include "riscv.h"
#include "syscall.h"

s64 sys_sbrk(const u64 *a) {
  struct space *space = &current->space;
  u64 old = space->heap_end;
  u64 start = PAGE_UP(old), end = PAGE_UP(old + a[0]);
  if (a[0] > MMAP_START || end > MMAP_START) return -1;
  struct area area = {.start = start, .end = end, .rights = PROT_READ | PROT_WRITE};
  if (end > start && area_add(space, area)) return -1;
  space->heap_end = old + a[0];
  return (s64)old;
}

/* Whether [address, address + bytes) are whole pages of user space. */
static int whole_pages(u64 address, u64 bytes) {
  return address % PAGE_SIZE == 0 && bytes && bytes <= USER_END && address <= USER_END - PAGE_UP(bytes);
}

/* Rights an entry can express: a page that may be written or executed may be read too (section 4.3.1). */
static int rights_valid(u64 rights) { return rights <= 7 && (rights == PROT_NONE || rights & PROT_READ); }

s64 sys_mmap(const u64 *a) {
  u64 bytes = PAGE_UP(a[0]);
  if (!a[0] || a[0] > USER_END || !rights_valid(a[1])) return -1;
  u64 at = area_place(&current->space, bytes);
  struct area area = {.start = at, .end = at + bytes, .rights = (u32)a[1]};
  return at && !area_add(&current->space, area) ? (s64)at : -1;
}

s64 sys_munmap(const u64 *a) {
  if (!whole_pages(a[0], a[1]) || area_remove(&current->space, a[0], a[0] + PAGE_UP(a[1]))) return -1;
  map_clear(&current->space, a[0], a[0] + PAGE_UP(a[1]));
  return 0;
}

s64 sys_mprotect(const u64 *a) {
  u64 end = a[0] + PAGE_UP(a[1]);
  if (!whole_pages(a[0], a[1]) || !rights_valid(a[2])) return -1;
  if (area_protect(&current->space, a[0], end, (u32)a[2])) return -1;
  map_protect(&current->space, a[0], end, (u32)a[2]);
  return 0;
}
