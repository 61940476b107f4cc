/* Calls of the supervisor binary interface (SBI 2.0): extension in a7, function in a6, error in a0, value in a1. */
#include "kernel.h"

enum {
  EXTENSION_LEGACY_PUTCHAR = 0x01,
  EXTENSION_BASE = 0x10,
  EXTENSION_TIME = 0x54494d45,
  EXTENSION_IPI = 0x735049,
  EXTENSION_RESET = 0x53525354,
  EXTENSION_CONSOLE = 0x4442434e
};
enum { BASE_SPEC_VERSION = 0, BASE_PROBE = 3 };

struct sbi_result {
  s64 error;
  u64 value;
};

static struct sbi_result sbi_call(u64 extension, u64 function, u64 arg0, u64 arg1, u64 arg2) {
  register u64 a0 __asm__("a0") = arg0;
  register u64 a1 __asm__("a1") = arg1;
  register u64 a2 __asm__("a2") = arg2;
  register u64 a6 __asm__("a6") = function;
  register u64 a7 __asm__("a7") = extension;
  __asm__ volatile("ecall" : "+r"(a0), "+r"(a1) : "r"(a2), "r"(a6), "r"(a7) : "memory");
  return (struct sbi_result){(s64)a0, a1};
}

void sbi_console_write(const char *text, u64 bytes) {
  static int has_console = -1; /* not asked yet */
  if (has_console < 0) has_console = sbi_call(EXTENSION_BASE, BASE_PROBE, EXTENSION_CONSOLE, 0, 0).value != 0;
  while (has_console && bytes) {
    /* Physical address: the kernel's memory is mapped where it lies. The firmware may take less than all. */
    struct sbi_result written = sbi_call(EXTENSION_CONSOLE, 0, bytes, (u64)text, 0);
    if (written.error || written.value > bytes) break;
    text += written.value;
    bytes -= written.value;
  }
  for (; bytes; bytes--) sbi_call(EXTENSION_LEGACY_PUTCHAR, 0, (u64)*text++, 0, 0);
}

void sbi_set_timer(u64 ticks) { sbi_call(EXTENSION_TIME, 0, ticks, 0, 0); }

void sbi_send_ipi(u64 hart) { sbi_call(EXTENSION_IPI, 0, 1, hart, 0); }

u64 sbi_spec_version(void) { return sbi_call(EXTENSION_BASE, BASE_SPEC_VERSION, 0, 0, 0).value; }

void sbi_shutdown(int failed) {
  sbi_call(EXTENSION_RESET, 0, 0, failed ? 1 : 0, 0);
  for (;;) __asm__ volatile("wfi");
}
