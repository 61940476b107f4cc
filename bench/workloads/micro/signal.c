/* signal: a process sends itself SIGUSR1 and handles it: system call, frame on the stack, handler, sigreturn. */
#include "bench.h"
#include "user.h"

static volatile u64 caught;

static void on_user_signal(u64 signal, u64 address) {
  (void)address;
  caught += signal == SIGUSR1;
}

void prepare(const u64 *params) {
  (void)params;
  on_signal(SIGUSR1, on_user_signal);
}

u64 bench(const u64 *params) {
  u64 self = (u64)getpid();
  for (u64 i = 0; i < params[0]; i++) kill(self, SIGUSR1);
  return caught == params[0] ? nonzero(fold(1, caught)) : 0;
}
