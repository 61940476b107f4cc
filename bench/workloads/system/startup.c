/* startup: nothing but a line of output. The way there, from nothing to the first instruction and to the line, is what is measured. */
#include "bench.h"
#include "markers.h"
#include "user.h"

void settle(void) {}

u64 bench(const u64 *params) { return (void)params, 1; }

u64 measure(const u64 *params) {
  roi_begin();
  say("ready\n");
  roi_end();
  return bench(params);
}
