/* The functions behind the system calls, one for each row of include/syscalls.h; arguments are a0 to a5. */
#ifndef SYSCALL_H
#define SYSCALL_H

#include "syscalls.h"
#include "types.h"

#define SYSCALL_FUNCTION(number, name) s64 sys_##name(const u64 *a);
SYSCALLS(SYSCALL_FUNCTION)

#endif
