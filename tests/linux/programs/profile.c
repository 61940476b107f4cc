/* Samples itself by perf_event_open every so many events of a kind (argument: cycles, instructions, dtlb; then `user`: not the kernel)
 * while it reads a byte of each of many pages. Prints what it counted and how many samples came, in all and in user mode. */
#include <linux/perf_event.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { PAGES = 400, ROUNDS = 500, PERIOD = 20000, RING = 16 };

int main(int argc, char **argv) {
  struct perf_event_attr attr;
  memset(&attr, 0, sizeof attr);
  attr.size = sizeof attr;
  attr.sample_period = PERIOD;
  attr.sample_type = PERF_SAMPLE_IP;
  attr.disabled = 1;
  attr.exclude_kernel = argc > 2;
  const char kind = argc > 1 ? argv[1][0] : 'c';
  if (kind == 'd') {
    attr.type = PERF_TYPE_HW_CACHE;
    attr.config = PERF_COUNT_HW_CACHE_DTLB | PERF_COUNT_HW_CACHE_OP_READ << 8 | PERF_COUNT_HW_CACHE_RESULT_ACCESS << 16;
  } else {
    attr.type = PERF_TYPE_HARDWARE;
    attr.config = kind == 'i' ? PERF_COUNT_HW_INSTRUCTIONS : PERF_COUNT_HW_CPU_CYCLES;
  }
  int counter = (int)syscall(SYS_perf_event_open, &attr, 0, -1, -1, 0);
  if (counter < 0) return perror("perf_event_open"), 1;
  struct perf_event_mmap_page *ring = mmap(0, (1 + RING) * 4096, PROT_READ | PROT_WRITE, MAP_SHARED, counter, 0);
  if (ring == MAP_FAILED) return perror("mmap"), 1;
  volatile char *memory = mmap(0, PAGES * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  for (int i = 0; i < PAGES; i++) memory[i * 4096] = 1;
  ioctl(counter, PERF_EVENT_IOC_ENABLE, 0);
  for (int round = 0; round < ROUNDS; round++)
    for (int i = 0; i < PAGES; i++) (void)memory[i * 4096];
  ioctl(counter, PERF_EVENT_IOC_DISABLE, 0);
  uint64_t value = 0;
  if (read(counter, &value, sizeof value) != sizeof value) return 1;
  int samples = 0, user = 0;
  const char *data = (const char *)ring + 4096;
  for (uint64_t at = 0; at < ring->data_head;) {
    const struct perf_event_header *header = (const void *)(data + at % (RING * 4096));
    if (header->type == PERF_RECORD_SAMPLE) {
      samples++;
      if (!(*(const uint64_t *)(header + 1) >> 63)) user++;
    }
    at += header->size;
  }
  printf("%llu %d %d\n", (unsigned long long)value, samples, user);
  return 0;
}
