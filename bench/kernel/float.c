/*
 * Floating point, lazily: a process starts with it off, its first use traps; the registers are saved only when they
 * changed and loaded only when another process has used them in between.
 */
#include "kernel.h"
#include "process.h"
#include "riscv.h"

static struct process *owner; /* whose values the registers hold */

int float_enable(struct trapframe *frame) {
  if (current->uses_float || frame->status & STATUS_FS) return 0;
  current->uses_float = 1;
  memset(current->floats, 0, sizeof(current->floats));
  float_enter(current);
  frame->status |= STATUS_FS_CLEAN;
  return 1;
}

void float_leave(struct process *process) {
  if ((process->frame->status & STATUS_FS) != STATUS_FS) return; /* not dirty */
  csr_set(sstatus, STATUS_FS);
  float_save(process->floats);
  process->frame->status = (process->frame->status & ~STATUS_FS) | STATUS_FS_CLEAN;
}

void float_enter(struct process *process) {
  if (!process->uses_float || owner == process) return;
  csr_set(sstatus, STATUS_FS);
  float_load(process->floats);
  owner = process;
}

void float_copy(struct process *to, struct process *from) {
  if (!from->uses_float) return;
  float_leave(from);
  memcpy(to->floats, from->floats, sizeof(to->floats));
  to->uses_float = 1;
  to->frame->status = (to->frame->status & ~STATUS_FS) | STATUS_FS_CLEAN;
}

void float_forget(struct process *process) {
  if (owner == process) owner = NULL;
  process->uses_float = 0;
  process->frame->status &= ~STATUS_FS;
}
