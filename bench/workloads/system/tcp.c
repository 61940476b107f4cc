/* tcp-echo: `bytes` bytes go to another process over a TCP connection on the loopback address, and come back changed. */
#include "bench.h"
#include "sockets.h"
#include "user.h"

enum { N, BYTES };
#define MOST_BYTES 65536

static u8 buffer[MOST_BYTES];
static s32 connection;
static s64 other;

/* Reads exactly `bytes`; 0: the other side is gone. */
static int receive(s32 file, u64 bytes) {
  for (u64 done = 0; done < bytes;) {
    s64 got = read(file, buffer + done, bytes - done);
    if (got <= 0) return 0;
    done += (u64)got;
  }
  return 1;
}

__attribute__((noreturn)) static void echo(s32 listener, u64 bytes) {
  s64 from = tcp_accept(listener);
  if (from < 0) exit(1);
  while (receive((s32)from, bytes)) {
    buffer[0]++;
    buffer[bytes - 1] ^= 0x55;
    if (write((s32)from, buffer, bytes) != (s64)bytes) exit(1);
  }
  exit(0);
}

void prepare(const u64 *params) {
  u32 port = 0;
  s64 listener = tcp_listen(&port);
  if (listener < 0) fail("no socket");
  other = fork();
  if (other < 0) fail("no process");
  if (other == 0) echo((s32)listener, params[BYTES]);
  close((s32)listener);
  s64 made = tcp_connect(port);
  if (made < 0) fail("no connection");
  connection = (s32)made;
}

u64 bench(const u64 *params) {
  u64 bytes = params[BYTES];
  for (u64 i = 0; i < params[N]; i++) {
    if (write(connection, buffer, bytes) != (s64)bytes || !receive(connection, bytes)) return 0;
  }
  u8 last = params[N] % 2 ? 0x55 : 0;
  if (buffer[0] != (u8)params[N] || buffer[bytes - 1] != last) return 0;
  return nonzero(fold(params[N], bytes));
}

int verify(const u64 *params) {
  (void)params;
  s64 status = 1;
  close(connection);
  return wait(&status) == other && status == 0;
}
