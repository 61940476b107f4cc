/* The life of a process: begin, fork, exit, wait. */
#include "process.h"

#include "arch/arch.h"
#include "kernel.h"
#include "page.h"

struct process processes[PROCESS_COUNT];
u64 process_slots;
struct process *current;

static u8 stacks[PROCESS_COUNT][KERNEL_STACK_BYTES] __attribute__((aligned(16), section(".noinit")));
static u64 last_pid;

/* A free slot with an empty address space; its kernel stack is laid out to leave by its trap frame. */
static struct process *process_new(void) {
  for (u64 i = 0; i < PROCESS_COUNT; i++) {
    struct process *process = &processes[i];
    if (process->state != PROCESS_FREE) continue;
    /* One ASID a slot, 0 for none: it is flushed when the slot's space ends, not at every switch. */
    if (space_init(&process->space, arch_asid_count() > PROCESS_COUNT ? i + 1 : 0)) return NULL;
    if (i >= process_slots) process_slots = i + 1;
    process->pid = ++last_pid;
    process->parent = current;
    process->frame = (struct trapframe *)(stacks[i] + KERNEL_STACK_BYTES) - 1;
    process->context.ra = (u64)trap_return;
    process->context.sp = (u64)process->frame;
    process->pending = 0;
    process->alarm_at = 0;
    process->uses_float = 0;
    return process;
  }
  return NULL;
}

void process_begin(const char *program) {
  struct context boot_context;
  struct process *first = process_new();
  memset(first->frame, 0, sizeof(*first->frame));
  if (exec(first, program, "", 0)) panic("the first program does not start");
  for (u64 i = 0; i < 3; i++) first->files[i].kind = FILE_CONSOLE;
  current = first;
  make_runnable(first);
  arch_switch(&first->space);
  switch_context(&boot_context, &first->context);
  __builtin_unreachable();
}

s64 process_fork(void) {
  struct process *child = process_new();
  if (!child) return -1;
  if (space_copy(&child->space, &current->space)) {
    space_destroy(&child->space);
    return -1;
  }
  *child->frame = *current->frame;
  child->frame->a[0] = 0;
  for (u64 i = 0; i < FILE_COUNT; i++) {
    child->files[i] = current->files[i];
    file_share(&child->files[i]);
  }
  for (u64 i = 0; i < SIGNAL_COUNT; i++) child->handlers[i] = current->handlers[i];
  child->restorer = current->restorer;
  float_copy(child, current);
  arch_activate(&child->space);
  make_runnable(child);
  return (s64)child->pid;
}

void process_exit(s64 status) {
  for (u64 i = 0; i < FILE_COUNT; i++) file_close(&current->files[i]);
  for (u64 i = 0; i < process_slots; i++) /* orphans: process_wait of anyone reaps them */
    if (processes[i].parent == current) processes[i].parent = NULL;
  float_forget(current);
  current->status = status;
  current->state = PROCESS_ZOMBIE;
  if (current->parent) wake(current->parent);
  schedule();
  __builtin_unreachable();
}

/* The space cannot end earlier: until another process runs, the zombie's root is the one in use. */
static void reap(struct process *zombie) {
  space_destroy(&zombie->space);
  zombie->state = PROCESS_FREE;
}

s64 process_wait(u64 status_address) {
  for (;;) {
    int children = 0;
    for (u64 i = 0; i < process_slots; i++) {
      struct process *process = &processes[i];
      if (process->state == PROCESS_FREE) continue;
      if (process->state == PROCESS_ZOMBIE && !process->parent) reap(process);
      if (process->state == PROCESS_FREE || process->parent != current) continue;
      children++;
      if (process->state != PROCESS_ZOMBIE) continue;
      u64 pid = process->pid;
      s64 status = process->status;
      reap(process);
      if (status_address && copy_to_user(&current->space, status_address, &status, sizeof(status))) return -1;
      return (s64)pid;
    }
    if (!children || current->pending) return -1;
    sleep_on(current, 0);
  }
}
