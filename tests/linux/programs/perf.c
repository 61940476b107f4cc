/* Counts instructions and TLB misses of its own by perf_event_open, while it reads a byte of each of many pages, again and again. */
#include <linux/perf_event.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { PAGES = 400, ROUNDS = 10 };

static int open_counter(uint32_t type, uint64_t config) {
  struct perf_event_attr attr;
  memset(&attr, 0, sizeof attr);
  attr.size = sizeof attr;
  attr.type = type;
  attr.config = config;
  attr.disabled = 1;
  return (int)syscall(SYS_perf_event_open, &attr, 0, -1, -1, 0);
}

int main(int argc, char **argv) {
  const uint64_t miss = PERF_COUNT_HW_CACHE_DTLB | PERF_COUNT_HW_CACHE_OP_READ << 8 | PERF_COUNT_HW_CACHE_RESULT_MISS << 16;
  const int counters[] = {
      open_counter(PERF_TYPE_HARDWARE, PERF_COUNT_HW_INSTRUCTIONS),
      open_counter(PERF_TYPE_HARDWARE, PERF_COUNT_HW_CPU_CYCLES),
      open_counter(PERF_TYPE_HW_CACHE, miss),
      open_counter(PERF_TYPE_RAW, argc > 1 ? strtoull(argv[1], 0, 10) : 0),
  };
  volatile char *memory = mmap(0, PAGES * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  for (int i = 0; i < PAGES; i++) memory[i * 4096] = 1;
  for (int i = 0; i < 4; i++) ioctl(counters[i], PERF_EVENT_IOC_ENABLE, 0);
  for (int round = 0; round < ROUNDS; round++)
    for (int i = 0; i < PAGES; i++) (void)memory[i * 4096];
  for (int i = 3; i >= 0; i--) ioctl(counters[i], PERF_EVENT_IOC_DISABLE, 0);
  for (int i = 0; i < 4; i++) {
    uint64_t value = 0;
    if (read(counters[i], &value, sizeof value) != sizeof value) return 1;
    printf("%llu\n", (unsigned long long)value);
  }
  return 0;
}
