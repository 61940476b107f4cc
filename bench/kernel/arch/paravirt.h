/* The hypercalls of a paravirtual VMM (src/abi/guest.ts), and the queue of page-table updates in front of one of them. */
#ifndef PARAVIRT_H
#define PARAVIRT_H

#include "abi.h"
#include "arch.h"

enum { FLUSH_CHANGED = 1 };

/* Returns the VMM's answer; an error ends the kernel with the call's name. */
u64 hypercall(const char *name, u64 function, u64 arg0, u64 arg1, u64 arg2);
#define HYPERCALL(name, arg0, arg1, arg2) hypercall(#name, HYPERCALL_##name, arg0, arg1, arg2)

/* Updates sent at once at most. */
void queue_limit(u64 updates);
void enqueue(pte_t *entry, pte_t value);
/* Sends what is queued, if anything. */
void queue_send(u64 flags);

#endif
