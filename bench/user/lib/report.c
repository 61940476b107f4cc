/* How a workload of the guest kernel reports to init. */
#include "user.h"

void report(u64 checksum, u64 microseconds) {
  struct report sent = {.checksum = checksum, .microseconds = microseconds};
  write(REPORT_FILE, &sent, sizeof(sent));
  exit(checksum ? 0 : 1);
}

void fail(const char *why) {
  struct report sent = {.checksum = 0};
  for (u64 i = 0; why[i] && i < sizeof(sent.why) - 1; i++) sent.why[i] = why[i];
  write(REPORT_FILE, &sent, sizeof(sent));
  exit(1);
}
