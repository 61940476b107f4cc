/*
 * Address spaces.
 *
 *   0xc000_0000  devices (UART; the kernel only, not in the paravirtual form)
 *   0x8000_0000  RAM, mapped where it lies (the kernel only, one table shared by all spaces)
 *   0x7fff_f000  end of the stack, which grows down by demand
 *   0x7000_0000  end of the area of mmap
 *   0x4000_0000  mmap: pages, by demand
 *   0x0001_0000  the program: code and constants where the image holds them, data by copy, then the heap
 *   0x0000_0000  nothing: null pointers fault
 */
#ifndef SPACE_H
#define SPACE_H

#include "riscv.h"
#include "types.h"

#define STACK_TOP 0x7ffff000ull
#define STACK_BYTES (1ull << 20)
#define MMAP_START 0x40000000ull
#define MMAP_END 0x70000000ull
#define USER_END 0x80000000ull
#define DEVICE_BASE 0xc0000000ull

/* Root entries below the kernel's. */
#define USER_ROOT_ENTRIES (USER_END >> LEVEL_SHIFT(2))

#define AREA_COUNT 48
#define STALE_PAGES 16

/* A range of pages with the same rights. `file` backs the first file_bytes of it, zeroes the rest. */
struct area {
  u64 start, end;
  u32 rights; /* PROT_* */
  const u8 *file;
  u64 file_bytes;
};

struct space {
  u64 root; /* frame */
  u64 asid;
  int live;
  struct area areas[AREA_COUNT];
  u64 area_count;
  u64 heap_end;
  /* Pages whose translation changed since the last commit; beyond STALE_PAGES the whole space counts as changed. */
  u64 stale[STALE_PAGES];
  u64 stale_count;
};

/* space.c; all return 0, or -1 when memory (or room for areas) is out. */
int space_init(struct space *space, u64 asid);
int space_copy(struct space *to, struct space *from);
void space_destroy(struct space *space);

/* map.c: the page table. An entry that is not 0 owns a frame. */
/* The leaf entry for va, or NULL where no table holds one. */
pte_t *map_find(struct space *space, u64 va);
/* The same, making tables as needed; NULL: memory is out. */
pte_t *map_make(struct space *space, u64 va);
/* Takes all entries of a range away and releases their frames. */
void map_clear(struct space *space, u64 start, u64 end);
/* Gives the entries of a range other rights. */
void map_protect(struct space *space, u64 start, u64 end, u32 rights);
/* The flags of a user page with these rights. */
u64 map_flags(u32 rights);

/* area.c */
struct area *area_find(struct space *space, u64 va);
int area_add(struct space *space, struct area area);
/* Splits areas so that [start, end) is covered by whole ones; then removes them, or changes their rights. */
int area_remove(struct space *space, u64 start, u64 end);
int area_protect(struct space *space, u64 start, u64 end, u32 rights);
/* A free range of the mmap area, or 0. */
u64 area_place(struct space *space, u64 bytes);

/* fault.c */
/* Makes va usable for an access (one PROT_* bit). 0: try again; -1: the access is not allowed or memory is out. */
int space_fault(struct space *space, u64 va, u32 access);
/* The frame address behind va for the kernel's own access, faulted in if needed; 0: no access. */
u64 space_resolve(struct space *space, u64 va, u32 access);
int copy_from_user(struct space *space, void *to, u64 from, u64 bytes);
int copy_to_user(struct space *space, u64 to, const void *from, u64 bytes);
/* Copies a string with its end; -1 when it is longer or not readable. */
int copy_text_from_user(struct space *space, char *to, u64 from, u64 bytes);

#endif
