/*
 * A workload as a process of Linux: argv holds its id and its parameters. Prints what bench/user/programs/init.c prints
 * with `time=1`: `TIME <id> <microseconds of the measured region>`, then `PASS <id> <checksum>` or `FAIL <id>`.
 */
#include "bench.h"
#include "user.h"

static void say_line(const char *word, const char *id, u64 value, u64 base) {
  char digits[24];
  format_number(digits, value, base);
  say(word);
  say(id);
  say(" ");
  say(digits);
  say("\n");
}

int main(int argc, char **argv) {
  u64 params[16] = {0};
  if (argc < 2 || argc - 2 > (int)ARRAY_LENGTH(params)) return 2;
  const char *id = argv[1];
  for (int i = 2; i < argc; i++)
    if (parse_number(argv[i], &params[i - 2])) return 2;
  prepare(params);
  u64 from = now_us();
  u64 checksum = bench(params);
  u64 microseconds = now_us() - from;
  if (!checksum || !verify(params)) {
    say_line("FAIL ", id, 0, 10);
    return 1;
  }
  say_line("TIME ", id, microseconds, 10);
  say_line("PASS ", id, checksum, 16);
  return 0;
}
