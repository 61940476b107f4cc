/*
 * System calls: one small function each, found by number through the list in include/syscalls.h. Those about memory are
 * in syscall_memory.c, those about files in syscall_file.c.
 */
#include "syscall.h"

#include "kernel.h"
#include "process.h"
#include "riscv.h"

s64 sys_null(const u64 *a) { return (void)a, 0; }
s64 sys_exit(const u64 *a) { process_exit((s64)a[0]); }
s64 sys_fork(const u64 *a) { return (void)a, process_fork(); }
s64 sys_wait(const u64 *a) { return process_wait(a[0]); }
s64 sys_getpid(const u64 *a) { return (void)a, (s64)current->pid; }
s64 sys_yield(const u64 *a) { return (void)a, schedule(), 0; }
s64 sys_now(const u64 *a) { return (void)a, (s64)microseconds(); }
s64 sys_nano(const u64 *a) { return nano(a[0], a[1], a[2]); }
s64 sys_sigreturn(const u64 *a) { return (void)a, signal_return(current->frame); }

s64 sys_exec(const u64 *a) {
  char name[64];
  char text[EXEC_TEXT_BYTES];
  u64 used = 0, count = 0;
  if (copy_text_from_user(&current->space, name, a[0], sizeof(name))) return -1;
  for (;; count++) {
    u64 argument;
    if (copy_from_user(&current->space, &argument, a[1] + count * 8, 8)) return -1;
    if (!argument) break;
    if (count == EXEC_ARGUMENTS) return -1;
    if (copy_text_from_user(&current->space, text + used, argument, sizeof(text) - used)) return -1;
    used += text_length(text + used) + 1;
  }
  return exec(current, name, text, count);
}

s64 sys_kill(const u64 *a) {
  if (a[1] == 0 || a[1] >= SIGNAL_COUNT) return -1;
  for (u64 i = 0; i < process_slots; i++) {
    struct process *process = &processes[i];
    if (process->pid != a[0] || process->state == PROCESS_FREE || process->state == PROCESS_ZOMBIE) continue;
    signal_raise(process, a[1]);
    return 0;
  }
  return -1;
}

s64 sys_sleep(const u64 *a) {
  if (a[0]) sleep_on(NULL, read_time() + ticks_of(a[0]));
  return 0;
}

s64 sys_alarm(const u64 *a) {
  current->alarm_at = a[0] ? read_time() + ticks_of(a[0]) : 0;
  if (a[0]) timer_need(current->alarm_at);
  return 0;
}

s64 sys_sigaction(const u64 *a) {
  if (a[0] == 0 || a[0] >= SIGNAL_COUNT || a[0] == SIGKILL) return -1;
  current->handlers[a[0]] = a[1];
  current->restorer = a[2];
  return 0;
}

s64 sys_bootargs(const u64 *a) {
  u64 length = text_length(boot.bootargs);
  if (a[1] <= length) return -1;
  return copy_to_user(&current->space, a[0], boot.bootargs, length + 1) ? -1 : (s64)length;
}

s64 sys_shutdown(const u64 *a) { sbi_shutdown(a[0] != 0); }

typedef s64 (*handler)(const u64 *arguments);

#define SYSCALL_HANDLER(number, name) [number] = sys_##name,
static const handler handlers[SYSCALL_COUNT] = {SYSCALLS(SYSCALL_HANDLER)};

void syscall(struct trapframe *frame) {
  frame->pc += 4; /* behind the ecall */
  u64 number = frame->a[7];
  frame->a[0] = number < SYSCALL_COUNT ? (u64)handlers[number](frame->a) : (u64)-1;
}
