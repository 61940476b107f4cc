/* System calls as C functions. */
#include "user.h"
#include "system_call.h"

extern char signal_restorer[];

void exit(s64 status) {
  system_call(SYS_exit, (u64)status, 0, 0);
  __builtin_unreachable();
}

void shutdown(u64 failed) {
  system_call(SYS_shutdown, failed, 0, 0);
  __builtin_unreachable();
}

/* An address, or NULL for a failure. */
static void *pointer(s64 result) { return result < 0 ? NULL : (void *)result; }

s64 fork(void) { return system_call(SYS_fork, 0, 0, 0); }
s64 exec(const char *program, const char *const *argv) { return system_call(SYS_exec, (u64)program, (u64)argv, 0); }
s64 wait(s64 *status) { return system_call(SYS_wait, (u64)status, 0, 0); }
s64 kill(u64 pid, u64 signal) { return system_call(SYS_kill, pid, signal, 0); }
s64 getpid(void) { return system_call(SYS_getpid, 0, 0, 0); }
s64 yield(void) { return system_call(SYS_yield, 0, 0, 0); }
s64 sleep_us(u64 microseconds) { return system_call(SYS_sleep, microseconds, 0, 0); }
u64 now_us(void) { return (u64)system_call(SYS_now, 0, 0, 0); }
void *sbrk(u64 bytes) { return pointer(system_call(SYS_sbrk, bytes, 0, 0)); }
void *mmap(u64 bytes, u64 rights) { return pointer(system_call(SYS_mmap, bytes, rights, 0)); }
s64 munmap(void *start, u64 bytes) { return system_call(SYS_munmap, (u64)start, bytes, 0); }
s64 mprotect(void *start, u64 bytes, u64 rights) { return system_call(SYS_mprotect, (u64)start, bytes, rights); }
s64 pipe(s32 ends[2]) { return system_call(SYS_pipe, (u64)ends, 0, 0); }
s64 read(s32 file, void *to, u64 bytes) { return system_call(SYS_read, (u64)file, (u64)to, bytes); }
s64 write(s32 file, const void *from, u64 bytes) { return system_call(SYS_write, (u64)file, (u64)from, bytes); }
s64 close(s32 file) { return system_call(SYS_close, (u64)file, 0, 0); }
s64 dup(s32 file, s32 wanted) { return system_call(SYS_dup, (u64)file, (u64)wanted, 0); }
s64 alarm_us(u64 microseconds) { return system_call(SYS_alarm, microseconds, 0, 0); }
s64 bootargs(char *to, u64 bytes) { return system_call(SYS_bootargs, (u64)to, bytes, 0); }
s64 nano(u64 operation, u64 iterations, u64 argument) { return system_call(SYS_nano, operation, iterations, argument); }

s64 on_signal(u64 signal, signal_handler handler) {
  return system_call(SYS_sigaction, signal, (u64)handler, (u64)signal_restorer);
}

s64 ignore_signal(u64 signal) { return system_call(SYS_sigaction, signal, SIG_IGNORE, 0); }
