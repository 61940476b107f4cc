/* TCP on the system's own address, for workloads of Linux (bench/user-mode). What fails gives a negative number. */
#ifndef SOCKETS_H
#define SOCKETS_H

#include "types.h"

/* A socket that waits for connections at a port of the system's choice, which goes to `port`. */
s64 tcp_listen(u32 *port);
s64 tcp_accept(s32 listener);
/* A connection to 127.0.0.1, for read and write of user.h; nothing of it waits to be sent with more. */
s64 tcp_connect(u32 port);

#endif
