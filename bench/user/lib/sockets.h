/* TCP, for workloads of Linux (bench/user-mode). Addresses are a.b.c.d as a << 24 | b << 16 | c << 8 | d. What fails gives a negative number. */
#ifndef SOCKETS_H
#define SOCKETS_H

#include "types.h"

#define LOOPBACK 0x7f000001u

/* A socket that waits for connections at `port` of `address`, 0 being all of them; port 0 becomes one of the system's choice. */
s64 tcp_listen(u32 address, u32 *port);
s64 tcp_accept(s32 listener);
/* A connection for read and write of user.h; nothing of it waits to be sent with more. */
s64 tcp_connect(u32 address, u32 port);

#endif
