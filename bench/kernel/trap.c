/* Traps: what interrupted, and who deals with it. */
#include "trap.h"

#include "kernel.h"
#include "process.h"
#include "riscv.h"

static u64 software_count;

void trap_init(void) {
  csr_write(sscratch, 0);
  csr_write(stvec, (u64)trap_vector);
}

u64 software_interrupts(void) { return software_count; }

static void interrupt(u64 cause) {
  if (cause == CAUSE_TIMER_INTERRUPT) {
    timer_interrupt();
  } else if (cause == CAUSE_SOFTWARE_INTERRUPT) {
    csr_clear(sip, INTERRUPT_SOFTWARE);
    software_count++;
  }
}

static void page_fault(struct trapframe *frame, u32 access) {
  u64 address = csr_read(stval);
  if (space_fault(&current->space, address, access)) signal_fault(frame, SIGSEGV, address);
}

static void illegal(struct trapframe *frame) {
  if (float_enable(frame)) return;
  if (current->handlers[SIGILL] == SIG_IGNORE) {
    frame->pc += 4; /* programs that ask for this use the 4-byte form */
    return;
  }
  signal_fault(frame, SIGILL, frame->pc);
}

static void exception(struct trapframe *frame) {
  switch (frame->cause) {
    case CAUSE_ECALL_U: syscall(frame); break;
    case CAUSE_FETCH_PAGE: page_fault(frame, PROT_EXEC); break;
    case CAUSE_LOAD_PAGE: page_fault(frame, PROT_READ); break;
    case CAUSE_STORE_PAGE: page_fault(frame, PROT_WRITE); break;
    case CAUSE_ILLEGAL: illegal(frame); break;
    default: signal_fault(frame, SIGSEGV, csr_read(stval)); break; /* access faults, misaligned atomics, breakpoints */
  }
}

static void kernel_exception(struct trapframe *frame) {
  print("\ncause %x at pc %x, address %x\n", frame->cause, frame->pc, csr_read(stval));
  panic("the kernel itself trapped");
}

/* entry.S comes here with the frame of what was interrupted, and goes back by trap_return. */
void trap(struct trapframe *frame) {
  int from_user = !(frame->status & STATUS_SPP);
  if (frame->cause & CAUSE_INTERRUPT) interrupt(frame->cause & ~CAUSE_INTERRUPT);
  else if (from_user) exception(frame);
  else kernel_exception(frame);
  if (!from_user) return;
  schedule_if_due();
  signal_deliver(frame);
}
