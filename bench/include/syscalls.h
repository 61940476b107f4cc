/*
 * What a program may ask of the kernel: number in a7, arguments from a0, result in a0 (negative: it failed).
 * The kernel's dispatch table and the programs' stubs are both printed from this list.
 */
#ifndef SYSCALLS_H
#define SYSCALLS_H

/*   number, name        arguments */
#define SYSCALLS(X)                                                                      \
  X(0, null)      /* -> 0: nothing but the way in and out */                             \
  X(1, exit)      /* status: does not return */                                          \
  X(2, fork)      /* -> child's pid, and 0 in the child */                               \
  X(3, exec)      /* program name, argv (ends in 0) -> only on failure */                \
  X(4, wait)      /* address for the status or 0 -> pid of a child that ended */         \
  X(5, kill)      /* pid, signal */                                                      \
  X(6, getpid)    /* -> pid */                                                           \
  X(7, yield)     /* lets others run */                                                  \
  X(8, sleep)     /* microseconds */                                                     \
  X(9, now)       /* -> microseconds since boot */                                       \
  X(10, sbrk)     /* bytes more (never fewer) -> old end of the heap */                  \
  X(11, mmap)     /* bytes, PROT_* -> address of fresh zero-filled pages */              \
  X(12, munmap)   /* address, bytes */                                                   \
  X(13, mprotect) /* address, bytes, PROT_* */                                           \
  X(14, pipe)     /* address of two s32: read end, write end */                          \
  X(15, read)     /* descriptor, buffer, bytes -> bytes read, 0 at the end */            \
  X(16, write)    /* descriptor, buffer, bytes -> bytes written */                       \
  X(17, close)    /* descriptor */                                                       \
  X(18, dup)      /* descriptor, wanted descriptor -> the new one */                     \
  X(19, sigaction) /* signal, handler (or SIG_*), restorer */                            \
  X(20, sigreturn) /* leaves a handler */                                                \
  X(21, alarm)    /* microseconds until SIGALRM; 0 takes it back */                      \
  X(22, bootargs) /* buffer, bytes -> length of the kernel's command line */             \
  X(23, shutdown) /* 0: all was well, 1: it failed; does not return */                   \
  X(24, nano)     /* NANO_*, iterations, argument -> events counted (kernel/nano.c) */

#define SYSCALL_NUMBER(number, name) SYS_##name = number,
enum { SYSCALLS(SYSCALL_NUMBER) SYSCALL_COUNT };

enum { PROT_NONE = 0, PROT_READ = 1, PROT_WRITE = 2, PROT_EXEC = 4 };

/* Signals, numbered as POSIX systems usually do. */
enum { SIGILL = 4, SIGKILL = 9, SIGUSR1 = 10, SIGSEGV = 11, SIGALRM = 14, SIGNAL_COUNT = 32 };

/* Instead of a handler: end the process, or carry on (after SIGILL: behind the instruction). */
enum { SIG_DEFAULT = 0, SIG_IGNORE = 1 };

/* A status from wait(): the exit status, or this plus the signal that ended the process. */
enum { STATUS_SIGNALLED = 128 };

/* Loops that run inside the kernel, markers around them. */
#define NANO_OPS(X)                                                                \
  X(0, empty)           /* the bare loop */                                        \
  X(1, mmio_read)       /* reads the UART's line status register */                \
  X(2, irq_mask)        /* clears and sets sie.STIE */                             \
  X(3, pte_store)       /* rewrites a leaf entry of a mapped page */               \
  X(4, pte_store_fence) /* and makes the TLB forget that page */                   \
  X(5, hypercall)       /* the cheapest call of the layer beneath */               \
  X(6, ipi)             /* an interprocessor interrupt to this hart, taken */      \
  X(7, timer)           /* a timer interrupt that is due at once, taken */         \
  X(8, pte_update)      /* as pte_store over a range, no markers: for mixes */

#define NANO_NUMBER(number, name) NANO_##name = number,
enum { NANO_OPS(NANO_NUMBER) NANO_COUNT };

#endif
