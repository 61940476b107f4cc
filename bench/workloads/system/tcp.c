/*
 * tcp-echo: `bytes` bytes go to another process over a TCP connection on the loopback address, and come back changed.
 * net-echo: likewise to another machine, namespace or container on the lab's network, in which the same program serves.
 */
#include "micro/echo.h"
#include "sockets.h"

enum { N, BYTES, PEER };
/* What else PEER says than the address of who serves: nobody else is there; this is who serves (PEER_SERVES of src/abi/program.ts). */
enum { PEER_NONE, PEER_SERVES };
#define PORT 7
/* Who serves may not be there yet. */
#define TRIES 1000
#define TRY_US 1000

static s32 connection;
static s64 other;

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

static s64 connect_to(u32 address, u32 port) {
  s64 made = tcp_connect(address, port);
  for (u64 i = 0; made < 0 && i < TRIES; i++) {
    sleep_us(TRY_US);
    made = tcp_connect(address, port);
  }
  return made;
}

void prepare(const u64 *params) {
  u64 peer = params[PEER];
  if (peer > PEER_SERVES) {
    s64 made = connect_to((u32)peer, PORT);
    if (made < 0) fail("no connection");
    connection = (s32)made;
    return;
  }
  u32 port = peer == PEER_SERVES ? PORT : 0;
  s64 listener = tcp_listen(peer == PEER_SERVES ? 0 : LOOPBACK, &port);
  if (listener < 0) fail("no socket");
  if (peer == PEER_SERVES) echo((s32)listener, params[BYTES]);
  other = fork();
  if (other < 0) fail("no process");
  if (other == 0) echo((s32)listener, params[BYTES]);
  close((s32)listener);
  s64 made = tcp_connect(LOOPBACK, port);
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
  s64 status = 1;
  close(connection);
  return params[PEER] != PEER_NONE || (wait(&status) == other && status == 0);
}
