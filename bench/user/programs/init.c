/*
 * The first process: reads the command line (`workload=<id> [quick=1] name=value ...`), runs that workload as a child,
 * prints `PASS <workload> <checksum>` or `FAIL <workload> <why>`, and shuts the machine down. With `time=1` the line before
 * says `TIME <workload> <microseconds of the measured region>`.
 */
#include "options.h"
#include "user.h"

#define MOST_PARAMS 8

struct parameter {
  const char *name;
  u64 value, quick;
};

struct workload {
  const char *id;
  const char *program;
  s64 operations; /* index of the parameter that counts them, or -1 */
  u64 count;
  struct parameter params[MOST_PARAMS];
};

#include "workload_table.h"

#define OPTION_NAME(name, values, meaning) #name,
static const char *const boot_options[] = {BOOT_OPTIONS(OPTION_NAME)};

static const char *workload_name = "none";

__attribute__((noreturn)) static void finish(const char *why, u64 checksum) {
  char digits[24];
  say(why ? "FAIL " : "PASS ");
  say(workload_name);
  say(" ");
  if (!why) format_number(digits, checksum, 16);
  say(why ? why : digits);
  say("\n");
  shutdown(why != NULL);
}

static void say_time(u64 microseconds) {
  char digits[24];
  format_number(digits, microseconds, 10);
  say("TIME ");
  say(workload_name);
  say(" ");
  say(digits);
  say("\n");
}

/* Cuts the next `name=value` out of the line; NULL at its end. */
static char *next_option(char **line, char **value) {
  char *at = *line;
  while (*at == ' ') at++;
  if (!*at) return NULL;
  char *name = at;
  *value = NULL;
  for (; *at && *at != ' '; at++) {
    if (*at != '=' || *value) continue;
    *at = 0;
    *value = at + 1;
  }
  *line = *at ? at + 1 : at;
  *at = 0;
  return name;
}

static const struct workload *choose(const char *line) {
  static char copy[512];
  memcpy(copy, line, text_length(line) + 1);
  char *at = copy, *value, *name;
  while ((name = next_option(&at, &value))) {
    if (!text_equal(name, "workload") || !value) continue;
    workload_name = value;
    for (u64 i = 0; i < ARRAY_LENGTH(workloads); i++)
      if (text_equal(workloads[i].id, value)) return &workloads[i];
    finish("there is no such workload in this image", 0);
  }
  finish("the command line names no workload=", 0);
  return NULL;
}

static int is_boot_option(const char *name) {
  for (u64 i = 0; i < ARRAY_LENGTH(boot_options); i++)
    if (text_equal(boot_options[i], name)) return 1;
  return 0;
}

/* Defaults first, then `quick=1`, then what the line says by name. */
static void read_params(const struct workload *workload, char *line, int quick, u64 *params) {
  for (u64 i = 0; i < workload->count; i++) params[i] = quick ? workload->params[i].quick : workload->params[i].value;
  char *value, *name;
  while ((name = next_option(&line, &value))) {
    u64 at = 0;
    while (at < workload->count && !text_equal(workload->params[at].name, name)) at++;
    if (at == workload->count && is_boot_option(name)) continue;
    if (at == workload->count) finish("a parameter on the command line is not one of this workload", 0);
    if (!value || parse_number(value, &params[at])) finish("a parameter on the command line is not a number", 0);
  }
}

/* Whether the line says `name=1`. */
static int says(const char *line, const char *name) {
  static char copy[512];
  memcpy(copy, line, text_length(line) + 1);
  char *at = copy, *value, *option;
  while ((option = next_option(&at, &value)))
    if (text_equal(option, name)) return value && text_equal(value, "1");
  return 0;
}

static void run(const struct workload *workload, const u64 *params) {
  char digits[MOST_PARAMS][24], counter[24] = "-";
  const char *argv[MOST_PARAMS + 3] = {workload->id, counter};
  if (workload->operations >= 0) format_number(counter, (u64)workload->operations, 10);
  for (u64 i = 0; i < workload->count; i++) {
    format_number(digits[i], params[i], 10);
    argv[i + 2] = digits[i];
  }
  exec(workload->program, argv);
  fail("the program is not in this image");
}

int main(void) {
  static char line[512];
  u64 params[MOST_PARAMS];
  s32 ends[2]; /* the read end is REPORT_FILE's number; the child puts the write end in its place */
  if (bootargs(line, sizeof(line)) < 0) finish("the command line is too long", 0);
  const struct workload *workload = choose(line);
  int timed = says(line, "time");
  read_params(workload, line, says(line, "quick"), params);
  if (pipe(ends)) finish("no pipe", 0);
  s64 child = fork();
  if (child < 0) finish("no process", 0);
  if (child == 0) {
    dup(ends[1], REPORT_FILE);
    close(ends[1]);
    run(workload, params);
  }
  close(ends[1]);
  struct report received = {.checksum = 0};
  s64 status = 0;
  s64 got = read(ends[0], &received, sizeof(received));
  while (wait(&status) != child) {
  }
  if (got != sizeof(received)) {
    finish(status > STATUS_SIGNALLED ? "a signal ended the program" : "the program ended without a report", 0);
  }
  if (timed) say_time(received.microseconds);
  finish(received.checksum && status == 0 ? NULL : received.why, received.checksum);
}
