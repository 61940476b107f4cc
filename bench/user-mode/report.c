/*
 * How a workload outside of the guest kernel says what came of it: `PASS <id> <checksum>` or `FAIL <id> <why>` on standard
 * output, the same in every run, and `TIME <id> <microseconds of the measured region>` on standard error.
 */
#include "user.h"
#include "workload.h"

static void line(s32 file, const char *word, const char *text) {
  const char *const parts[] = {word, " ", workload_id, " ", text, "\n"};
  for (u64 i = 0; i < ARRAY_LENGTH(parts); i++) write(file, parts[i], text_length(parts[i]));
}

void report(u64 checksum, u64 microseconds) {
  char digits[24];
  format_number(digits, microseconds, 10);
  line(2, "TIME", digits);
  format_number(digits, checksum, 16);
  line(1, "PASS", digits);
  exit(0);
}

void fail(const char *why) {
  line(1, "FAIL", why);
  exit(1);
}
