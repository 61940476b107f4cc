/* Signals: raised by kill, the timer or a fault; handled on the way back to the program. */
#include "kernel.h"
#include "process.h"

void signal_raise(struct process *process, u64 signal) {
  if (process->handlers[signal] == SIG_IGNORE && signal != SIGKILL) return;
  process->pending |= 1ull << signal;
  if (process->state == PROCESS_SLEEPING) make_runnable(process);
}

/*
 * Starts a handler: what was interrupted goes onto the program's stack, and the handler returns into the restorer,
 * which calls sigreturn. Floating-point registers are the handler's own business.
 */
static void enter_handler(struct trapframe *frame, u64 signal, u64 address) {
  u64 handler = current->handlers[signal];
  if (handler <= SIG_IGNORE) process_exit(STATUS_SIGNALLED + (s64)signal);
  u64 sp = (frame->sp - sizeof(*frame)) & ~15ull;
  if (copy_to_user(&current->space, sp, frame, sizeof(*frame))) process_exit(STATUS_SIGNALLED + SIGSEGV);
  frame->sp = sp;
  frame->ra = current->restorer;
  frame->pc = handler;
  frame->a[0] = signal;
  frame->a[1] = address;
}

void signal_fault(struct trapframe *frame, u64 signal, u64 address) { enter_handler(frame, signal, address); }

void signal_deliver(struct trapframe *frame) {
  if (!current->pending) return;
  u64 signal = (u64)__builtin_ctzll(current->pending);
  current->pending &= ~(1ull << signal);
  enter_handler(frame, signal, 0);
}

s64 signal_return(struct trapframe *frame) {
  struct trapframe saved;
  if (copy_from_user(&current->space, &saved, frame->sp, sizeof(saved))) process_exit(STATUS_SIGNALLED + SIGSEGV);
  /* The program may have changed its copy: privilege and floating-point state stay what they are. */
  saved.status = frame->status;
  *frame = saved;
  return (s64)frame->a[0];
}
