/*
 * The law probe: a guest without processes that repeats one event inside the measured region, so that what each event
 * costs is the difference between a run of 2n and a run of n. `event=NAME n=COUNT` on the command line chooses it.
 *
 *   probe.c    picks the event            memory.c   loads, first touches, table stores, switches of address space
 *   tables.c   page tables of any shape   user.c     system calls, faults and privileged instructions of a program
 *   start.S    the way in                 user.S     the programs and the shortest possible handlers
 *                                         devices.c  firmware, device and timer
 * Console, boot information and firmware calls are the kernel's own (bench/kernel).
 */
#ifndef PROBE_H
#define PROBE_H

#include "kernel.h"
#include "markers.h"
#include "riscv.h"

/* An event: repeats itself n times and returns how often it happened as it should. */
typedef u64 event_fn(u64 n);
event_fn event_load, event_touch, event_touch_tables, event_pte_store, event_pte_store_fence, event_satp;
event_fn event_syscall, event_fault, event_privileged;
event_fn event_devices;

/* Where test data appears, far from the identity map, and the memory behind it: aligned for every page size below 1 GiB. */
#define DATA_VA 0x100000000ull
#define USER_CODE_VA 0x200000000ull
#define USER_WORD_VA 0x240000000ull
#define DATA_PA 0x80800000ull
#define FRESH_PA 0x81000000ull
#define FRESH_TABLES_PA 0x82000000ull
#define IDENTITY_PA 0x80000000ull

#define PTE_DATA (PTE_V | PTE_R | PTE_W | PTE_A | PTE_D)
#define PTE_CODE (PTE_V | PTE_R | PTE_X | PTE_A)
#define PTE_OF(pa, flags) ((pa) >> 12 << 10 | (flags))

enum { SV39 = 3, SV48 = 4 };

/* tables.c: a root that maps devices and memory where they lie, for the supervisor. */
pte_t *tables_root(int levels);
/* Maps one page; `leaf` 0 is 4 KiB, 1 is 2 MiB, 2 is 1 GiB. Makes the tables in between and returns the entry's place. */
pte_t *tables_map(pte_t *root, int levels, u64 va, u64 pa, int leaf, u64 flags);
u64 tables_satp(pte_t *root, int levels, u64 asid);
void tables_enter(pte_t *root, int levels);

#endif
