/* Bytes that go to another process and come back changed, by whatever two files. */
#include "bench.h"
#include "user.h"

#define MOST_BYTES 65536

static u8 buffer[MOST_BYTES];

/* Reads exactly `bytes`; 0: the other side is gone. */
static int receive(s32 file, u64 bytes) {
  for (u64 done = 0; done < bytes;) {
    s64 got = read(file, buffer + done, bytes - done);
    if (got <= 0) return 0;
    done += (u64)got;
  }
  return 1;
}
