/* What every part of the kernel may use: console, strings, boot information, firmware calls, time. */
#ifndef KERNEL_H
#define KERNEL_H

#include "types.h"

#define NULL ((void *)0)
#define ARRAY_LENGTH(array) (sizeof(array) / sizeof((array)[0]))

/* print.c: %u %x (64 bits each), %s, %c, %%. */
void print(const char *format, ...);
/* Says why and shuts the machine down as failed. */
__attribute__((noreturn)) void panic(const char *why);

/* string.c */
void *memcpy(void *to, const void *from, usize bytes);
void *memmove(void *to, const void *from, usize bytes);
void *memset(void *to, int value, usize bytes);
u64 text_length(const char *text);
int text_equal(const char *a, const char *b);

/* boot.c: what the device tree says. */
struct boot_info {
  u64 hart;
  u64 memory_start;
  u64 memory_end;
  u64 timebase; /* ticks a second */
  char bootargs[512];
};
extern struct boot_info boot;
void boot_read(u64 hart, const void *device_tree);
/* The value of `name=value` on the command line as an integer, or `otherwise` when it isn't there. */
u64 boot_number(const char *name, u64 otherwise);
/* Whether the command line says `name=value`. */
int boot_option(const char *name, const char *value);

/* sbi.c: calls to the firmware (SBI 2.0). */
void sbi_console_write(const char *text, u64 bytes);
void sbi_set_timer(u64 ticks);
void sbi_send_ipi(u64 hart);
u64 sbi_spec_version(void);
__attribute__((noreturn)) void sbi_shutdown(int failed);

/* timer.c */
void timer_init(void);
/* Asks for an interrupt at `ticks` at the latest. */
void timer_need(u64 ticks);
/* Asks for the end of a time slice. */
void timer_need_slice(void);
void timer_interrupt(void);
u64 timer_interrupts(void);
u64 microseconds(void);
u64 ticks_of(u64 microseconds);

/* trap.c */
void trap_init(void);
u64 software_interrupts(void);

/* programs.c: the programs inside the kernel's image. */
struct program {
  const char *name;
  const u8 *start;
  const u8 *end;
};
const struct program *program_find(const char *name);

#endif
