/*
 * The part of the kernel that differs between the hardware's MMU and a paravirtual one. native.c and paravirt.c offer
 * these functions; nothing else in the kernel knows which of them it was linked with.
 *
 * A space is *private* until arch_activate: nobody translates through it, and its tables are ordinary memory. From then
 * until arch_retire it is *live*, and its entries change through arch_store only.
 */
#ifndef ARCH_H
#define ARCH_H

#include "riscv.h"
#include "space.h"

/* First thing in the kernel: stops with a message on a machine this form of the kernel was not made for. */
void arch_enter(u64 magic, u64 delta, u64 root);
/* Makes the kernel's own mapping and turns translation on. */
void arch_map_kernel(u64 memory_start, u64 memory_end);
/* Whether the frame allocator may hand out this frame of RAM. */
int arch_frame_usable(u64 frame);

/* Distance of machine frames from the guest's: entries hold machine frames. In bytes; 0 on hardware. */
extern u64 arch_machine_delta;
static inline pte_t arch_entry(u64 frame, u64 flags) { return ((frame + arch_machine_delta) >> 12 << 10) | flags; }
static inline u64 arch_frame(pte_t entry) { return (entry >> 10 << 12) - arch_machine_delta; }

/* Fills the kernel's part of a new root. */
void arch_root_init(pte_t *root);
void arch_activate(struct space *space);
/* The space is not current any more and nothing may translate through it; it becomes private again. */
void arch_retire(struct space *space);
void arch_switch(struct space *space);

/* Changes one entry that translates va; in force after arch_commit at the latest. */
void arch_store(struct space *space, u64 va, pte_t *entry, pte_t value);
/* Makes a fresh zero-filled frame a table by storing the entry that points at it. */
void arch_link_table(struct space *space, pte_t *entry, u64 frame);
/* Completes the changes: afterwards no stale translation is used. */
void arch_commit(struct space *space);
/* As arch_commit, when stale translations may stay. */
void arch_commit_lazily(struct space *space);
/* Forgets what the TLB holds of one page although its entry did not change. */
void arch_flush_page(struct space *space, u64 va);

/* Address spaces that can be told apart in the TLB; 1 when ASIDs are off. */
u64 arch_asid_count(void);

u8 arch_device_read(u64 device_address);
/* The cheapest call of the layer beneath. */
u64 arch_null_call(void);

#endif
