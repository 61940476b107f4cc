/* Frames of physical memory. Addresses are physical and, above 0x80000000, also where the kernel sees them. */
#ifndef PAGE_H
#define PAGE_H

#include "types.h"

/* Hands out the frames in [start, end), lowest first; the table of users lies at start. */
void page_init(u64 start, u64 end);
/* A frame with one user, zero-filled (or with its old bytes). 0: memory is out. */
u64 page_alloc(void);
u64 page_alloc_dirty(void);
/* One user more, one user fewer (the last one frees it). Frames that page_init was not given are left alone. */
void page_share(u64 frame);
void page_release(u64 frame);
/* Whether one user only has this frame, who may therefore write to it. */
int page_exclusive(u64 frame);

#endif
