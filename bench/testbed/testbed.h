/*
 * A paravirtual VMM as small as can be, for QEMU: what the guest kernel's paravirtual form is tested on, independent of
 * the machine this project builds. It enforces the rules of direct paging and stops at the first broken one.
 */
#ifndef TESTBED_H
#define TESTBED_H

#include "types.h"

#define PAGE 4096ull
/* The guest believes that it lies at 0x80000000; the test bed lies there, and the guest's frames 128 MiB higher. */
#define GUEST_BASE 0x80000000ull
#define GUEST_BYTES (128ull << 20)
#define DELTA GUEST_BYTES
#define MACHINE_BASE (GUEST_BASE + DELTA)

__attribute__((noreturn)) void stop(const char *why, u64 value);

/* tables.c; frames are machine addresses. */
/* Maps the guest's memory one to one behind its back, and returns the guest address of the root. */
u64 tables_init(void);
void table_pin(u64 frame, u64 level);
void table_unpin(u64 frame);
int table_is_root(u64 frame);
void entry_update(u64 machine_address, u64 value);
u64 updates_made(void);

#endif
