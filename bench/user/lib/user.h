/* The programs' library: system calls, output, numbers, memory. */
#ifndef USER_H
#define USER_H

#include "syscalls.h"
#include "types.h"

#define NULL ((void *)0)
#define PAGE_BYTES 4096ull
#define ARRAY_LENGTH(array) (sizeof(array) / sizeof((array)[0]))

/* A call that does nothing and gives 0; a build for another kernel names its own. */
#ifndef NULL_CALL
#define NULL_CALL SYS_null
#endif

/* calls.c: see include/syscalls.h. Negative results are failures. */
s64 system_call(u64 number, u64 a0, u64 a1, u64 a2);
__attribute__((noreturn)) void exit(s64 status);
s64 fork(void);
s64 exec(const char *program, const char *const *argv);
s64 wait(s64 *status);
s64 kill(u64 pid, u64 signal);
s64 getpid(void);
s64 yield(void);
s64 sleep_us(u64 microseconds);
u64 now_us(void);
void *sbrk(u64 bytes);
/* NULL when there is no room. */
void *mmap(u64 bytes, u64 rights);
s64 munmap(void *start, u64 bytes);
s64 mprotect(void *start, u64 bytes, u64 rights);
s64 pipe(s32 ends[2]);
s64 read(s32 file, void *to, u64 bytes);
s64 write(s32 file, const void *from, u64 bytes);
s64 close(s32 file);
s64 dup(s32 file, s32 wanted);
s64 alarm_us(u64 microseconds);
s64 bootargs(char *to, u64 bytes);
__attribute__((noreturn)) void shutdown(u64 failed);
s64 nano(u64 operation, u64 iterations, u64 argument);
typedef void (*signal_handler)(u64 signal, u64 address);
s64 on_signal(u64 signal, signal_handler handler);
s64 ignore_signal(u64 signal);

/* text.c */
u64 text_length(const char *text);
int text_equal(const char *a, const char *b);
/* Decimal digits to a number; -1 unless there are only digits. */
s64 parse_number(const char *text, u64 *value);
/* Writes value in a base and ends the string; `to` holds 24 bytes or more. Returns its length. */
u64 format_number(char *to, u64 value, u64 base);
void say(const char *text);

/* memory.c */
void *memcpy(void *to, const void *from, usize bytes);
void *memmove(void *to, const void *from, usize bytes);
void *memset(void *to, int value, usize bytes);
int memcmp(const void *left, const void *right, usize bytes);
void *heap_alloc(u64 bytes);

/*
 * How a workload's process tells init what came of it: one report through this descriptor, before it exits.
 * A workload that finds itself wrong calls fail().
 */
#define REPORT_FILE 3
struct report {
  u64 checksum; /* 0: failed */
  u64 microseconds; /* the measured region, by the machine's clock */
  char why[56];
};
__attribute__((noreturn)) void report(u64 checksum, u64 microseconds);
__attribute__((noreturn)) void fail(const char *why);

#endif
