/* The registers of an interrupted program, as entry.S saves them at the top of the process's kernel stack. */
#ifndef TRAP_H
#define TRAP_H

#include "types.h"

struct trapframe {
  u64 pc;
  u64 ra, sp, gp, tp, t0, t1, t2, s0, s1;
  u64 a[8];
  u64 s2, s3, s4, s5, s6, s7, s8, s9, s10, s11, t3, t4, t5, t6;
  u64 status, cause;
};

_Static_assert(sizeof(struct trapframe) == 34 * 8, "entry.S holds the same layout");

/* entry.S: back to what the frame describes. */
extern char trap_vector[], trap_return[];

#endif
