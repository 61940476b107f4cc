/*
 * How every workload program runs: parameters from argv, preparation, the measured region between the markers,
 * verification, one report. argv: id, index of the parameter that counts operations (or -), parameters.
 */
#include "bench.h"
#include "markers.h"
#include "user.h"
#include "workload.h"

/* Longer than a time slice: the tick that fork asked for comes now and not in the region, where nobody waits for one. */
#define SETTLE_US 20000

const char *workload_id;
static u64 operations = 1;

/* Workloads whose region lies elsewhere (inside the kernel) define their own. */
__attribute__((weak)) u64 measure(const u64 *params) {
  roi_begin();
  u64 checksum = bench(params);
  roi_end();
  return checksum;
}

/* One whose beginning is what is measured does not wait. */
__attribute__((weak)) void settle(void) { sleep_us(SETTLE_US); }
__attribute__((weak)) void prepare(const u64 *params) { (void)params; }
__attribute__((weak)) int verify(const u64 *params) { return (void)params, 1; }

int main(int argc, char **argv) {
  u64 params[16] = {0}, counter;
  if (argc < 2 || argc - 2 > (int)ARRAY_LENGTH(params)) fail("wrong arguments");
  workload_id = argv[0];
  for (int i = 2; i < argc; i++)
    if (parse_number(argv[i], &params[i - 2])) fail("a parameter is not a number");
  if (!parse_number(argv[1], &counter) && counter < ARRAY_LENGTH(params)) operations = params[counter];
  prepare(params);
  settle();
  u64 from = now_us();
  u64 checksum = measure(params);
  u64 microseconds = now_us() - from;
  publish_iterations(operations);
  if (checksum && !verify(params)) checksum = 0;
  if (!checksum) fail("the result is wrong");
  publish_result(checksum);
  report(checksum, microseconds);
}
