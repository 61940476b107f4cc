/* One compiler process of the build workload: argv is name, seed, KiB; the checksum goes to descriptor 3. */
#include "../../workloads/macro/translation.h"

int main(int argc, char **argv) {
  u64 seed, kib;
  if (argc != 3 || parse_number(argv[1], &seed) || parse_number(argv[2], &kib)) return 1;
  u64 checksum = translate(seed, kib);
  return write(REPORT_FILE, &checksum, sizeof(checksum)) == sizeof(checksum) ? 0 : 1;
}
