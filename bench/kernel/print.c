/* Formatted output on the firmware's console, a line at a time: each call of the firmware may be a VM exit. */
#include <stdarg.h>

#include "kernel.h"

static char line[128];
static u64 used;

static void put(char c) {
  line[used++] = c;
  if (used == sizeof(line) || c == '\n') {
    sbi_console_write(line, used);
    used = 0;
  }
}

static void put_number(u64 value, u64 base) {
  char digits[24];
  int count = 0;
  do {
    digits[count++] = "0123456789abcdef"[value % base];
    value /= base;
  } while (value);
  while (count) put(digits[--count]);
}

void print(const char *format, ...) {
  va_list args;
  va_start(args, format);
  for (; *format; format++) {
    if (*format != '%') {
      put(*format);
      continue;
    }
    switch (*++format) {
      case 'c': put((char)va_arg(args, int)); break;
      case 'x': put_number(va_arg(args, u64), 16); break;
      case 'u': put_number(va_arg(args, u64), 10); break;
      case 's':
        for (const char *text = va_arg(args, const char *); *text; text++) put(*text);
        break;
      default: put(*format); break;
    }
  }
  va_end(args);
}

void panic(const char *why) {
  print("\nkernel panic: %s\n", why);
  sbi_shutdown(1);
}
