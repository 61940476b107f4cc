/* pipe: `bytes` bytes go to another process and come back changed; two context switches and two copies each way. */
#include "echo.h"

enum { N, BYTES };

static s32 to_other[2], from_other[2];
static s64 other;

__attribute__((noreturn)) static void echo(u64 bytes) {
  close(to_other[1]);
  close(from_other[0]);
  while (receive(to_other[0], bytes)) {
    buffer[0]++;
    buffer[bytes - 1] ^= 0x55;
    if (write(from_other[1], buffer, bytes) != (s64)bytes) exit(1);
  }
  exit(0);
}

void prepare(const u64 *params) {
  if (params[BYTES] < 2 || params[BYTES] > MOST_BYTES) fail("bytes is below 2 or above 65536");
  if (pipe(to_other) || pipe(from_other)) fail("no pipe");
  other = fork();
  if (other < 0) fail("no process");
  if (other == 0) echo(params[BYTES]);
  close(to_other[0]);
  close(from_other[1]);
}

u64 bench(const u64 *params) {
  u64 bytes = params[BYTES];
  for (u64 i = 0; i < params[N]; i++) {
    if (write(to_other[1], buffer, bytes) != (s64)bytes || !receive(from_other[0], bytes)) return 0;
  }
  u8 last = params[N] % 2 ? 0x55 : 0;
  if (buffer[0] != (u8)params[N] || buffer[bytes - 1] != last) return 0;
  return nonzero(fold(params[N], bytes));
}

int verify(const u64 *params) {
  (void)params;
  s64 status = 1;
  close(to_other[1]);
  return wait(&status) == other && status == 0;
}
