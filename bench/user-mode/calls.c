/* The calls that bench/user/lib needs, as Linux has them on RISC-V (include/uapi/asm-generic/unistd.h). */
#include "user.h"
#include "system_call.h"

enum { LINUX_write = 64, LINUX_exit = 93, LINUX_clock_gettime = 113, LINUX_brk = 214 };
enum { CLOCK_MONOTONIC = 1 };

void exit(s64 status) {
  system_call(LINUX_exit, (u64)status, 0, 0);
  __builtin_unreachable();
}

s64 write(s32 file, const void *from, u64 bytes) { return system_call(LINUX_write, (u64)file, (u64)from, bytes); }

/* brk gives the end as it is then, moved or not. */
void *sbrk(u64 bytes) {
  u64 end = (u64)system_call(LINUX_brk, 0, 0, 0);
  if (bytes && (u64)system_call(LINUX_brk, end + bytes, 0, 0) != end + bytes) return NULL;
  return (void *)end;
}

u64 now_us(void) {
  s64 time[2] = {0, 0}; /* seconds, nanoseconds */
  system_call(LINUX_clock_gettime, CLOCK_MONOTONIC, (u64)time, 0);
  return (u64)time[0] * 1000000 + (u64)time[1] / 1000;
}
