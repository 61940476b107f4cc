/*
 * exec: fork, and the child becomes another program, which ends; `sh`: that program is a shell that starts yet another
 * the same way, as `sh -c` does.
 */
#include "bench.h"
#include "user.h"
#include "workload.h"

u64 bench(const u64 *params) {
  const char *program = text_equal(workload_id, "sh") ? "shell" : "true";
  const char *const argv[] = {program, "7", NULL};
  u64 good = 0;
  for (u64 i = 0; i < params[0]; i++) {
    s64 status = 0;
    s64 pid = fork();
    if (pid < 0) fail("fork failed");
    if (pid == 0) {
      exec(program, argv);
      exit(1);
    }
    /* Both programs end with their argument, which proves that they ran and what they were given. */
    good += wait(&status) == pid && status == 7;
  }
  return good == params[0] ? nonzero(fold(7, good)) : 0;
}
