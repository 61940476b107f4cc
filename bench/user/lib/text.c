/* Strings and numbers. */
#include "user.h"

u64 text_length(const char *text) {
  u64 length = 0;
  while (text[length]) length++;
  return length;
}

int text_equal(const char *a, const char *b) {
  while (*a && *a == *b) a++, b++;
  return *a == *b;
}

s64 parse_number(const char *text, u64 *value) {
  *value = 0;
  if (!*text) return -1;
  for (; *text; text++) {
    if (*text < '0' || *text > '9') return -1;
    *value = *value * 10 + (u64)(*text - '0');
  }
  return 0;
}

u64 format_number(char *to, u64 value, u64 base) {
  char digits[24];
  u64 count = 0, length = 0;
  do {
    digits[count++] = "0123456789abcdef"[value % base];
    value /= base;
  } while (value);
  while (count) to[length++] = digits[--count];
  to[length] = 0;
  return length;
}

void say(const char *text) { write(1, text, text_length(text)); }
