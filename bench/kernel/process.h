/* Processes: the table of them, their life, the scheduler, signals and files. */
#ifndef PROCESS_H
#define PROCESS_H

#include "space.h"
#include "syscalls.h"
#include "trap.h"

#define PROCESS_COUNT 80
#define KERNEL_STACK_BYTES 8192
#define FILE_COUNT 16
#define FLOAT_WORDS 33

/* What switch_context saves (entry.S). */
struct context {
  u64 ra, sp, s[12];
};

enum process_state { PROCESS_FREE, PROCESS_RUNNABLE, PROCESS_SLEEPING, PROCESS_ZOMBIE };

enum file_kind { FILE_NONE, FILE_CONSOLE, FILE_PIPE_READ, FILE_PIPE_WRITE };

struct file {
  enum file_kind kind;
  struct pipe *pipe;
};

struct process {
  struct context context;
  enum process_state state;
  u64 pid;
  struct process *parent;
  s64 status;            /* of a zombie, for wait */
  struct trapframe *frame; /* at the top of the kernel stack */
  struct space space;
  const void *waits_for; /* what wakes it; NULL: time only */
  u64 wake_at;           /* ticks; 0: never */
  u64 alarm_at;          /* ticks; 0: never */
  u64 pending;           /* signals, bit by number */
  u64 handlers[SIGNAL_COUNT];
  u64 restorer;
  struct file files[FILE_COUNT];
  int uses_float;
  u64 floats[FLOAT_WORDS];
};

extern struct process processes[PROCESS_COUNT];
/* Slots that were ever in use: the ones to look at. */
extern u64 process_slots;
extern struct process *current;

/* process.c */
/* Makes the first process of all from a program, and runs it; never returns. */
__attribute__((noreturn)) void process_begin(const char *program);
s64 process_fork(void);
__attribute__((noreturn)) void process_exit(s64 status);
s64 process_wait(u64 status_address);

/* exec.c: replaces the program of `process`; arguments are `count` strings of `text`, one behind the other. */
enum { EXEC_TEXT_BYTES = 1024, EXEC_ARGUMENTS = 24 };
s64 exec(struct process *process, const char *program, const char *text, u64 count);

/* schedule.c */
/* Gives the hart to the next runnable process; returns when this one is chosen again. */
void schedule(void);
/* Sleeps until wake(channel), or until `until` ticks if that isn't 0. */
void sleep_on(const void *channel, u64 until);
void wake(const void *channel);
void make_runnable(struct process *process);
/* A timer interrupt: wakes sleepers, raises alarms, ends the time slice. */
void schedule_tick(u64 now);
/* On the way back to a program: gives way if its slice is over. */
void schedule_if_due(void);

/* signal.c */
void signal_raise(struct process *process, u64 signal);
/* A signal the current instruction caused: it cannot be put off. */
void signal_fault(struct trapframe *frame, u64 signal, u64 address);
/* On the way back to a program: starts the handler of a pending signal. */
void signal_deliver(struct trapframe *frame);
s64 signal_return(struct trapframe *frame);

/* pipe.c and file.c */
s64 pipe_make(struct file *read_end, struct file *write_end);
s64 pipe_read(struct pipe *pipe, u64 buffer, u64 bytes);
s64 pipe_write(struct pipe *pipe, u64 buffer, u64 bytes);
void file_share(struct file *file);
void file_close(struct file *file);
s64 file_read(struct file *file, u64 buffer, u64 bytes);
s64 file_write(struct file *file, u64 buffer, u64 bytes);

/* float.c: the floating-point registers belong to one process at a time. */
/* An illegal instruction: whether it was the process's first use of floating point, now enabled. */
int float_enable(struct trapframe *frame);
void float_leave(struct process *process);
void float_enter(struct process *process);
/* The registers as the process has them now, for its child. */
void float_copy(struct process *to, struct process *from);
void float_forget(struct process *process);

/* syscall.c, nano.c */
void syscall(struct trapframe *frame);
s64 nano(u64 operation, u64 iterations, u64 argument);

/* entry.S, float.S */
void switch_context(struct context *from, struct context *to);
void float_save(u64 *area);
void float_load(const u64 *area);

#endif
