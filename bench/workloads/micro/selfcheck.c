/*
 * selfcheck: not a measurement but the kernel's promises to programs, one after the other: null pointers fault, rights
 * hold, pipes end, signals arrive, sleepers wake, orphans go, memory comes back.
 */
#include "bench.h"
#include "user.h"

static volatile u64 alarms;
static void on_alarm(u64 signal, u64 address) { alarms += signal == SIGALRM && address == 0; }

/* Runs `act` in a child and returns the child's status. */
static s64 status_of(void (*act)(void)) {
  s64 status = -1;
  s64 pid = fork();
  if (pid == 0) {
    act();
    exit(0);
  }
  return pid > 0 && wait(&status) == pid ? status : -1;
}

static void load_null(void) { (void)*(volatile u8 *)8; }
static void store_to_code(void) { *(volatile u8 *)(u64)load_null = 0; }
static void load_from_kernel(void) { (void)*(volatile u8 *)0x80200000; }
static void run_data(void) {
  static u32 code[] = {0x00008067}; /* ret */
  ((void (*)(void))(u64)code)();
}
static void run_illegal(void) { __asm__ volatile(".4byte 0xffffffff"); }
/* The page escapes into assembler, or compilers turn the recursion into a loop, or into nothing. */
NOINLINE static u64 descend(u64 depth) {
  u8 page[PAGE_BYTES];
  page[0] = (u8)depth;
  __asm__ volatile("" ::"r"(page) : "memory");
  return depth ? descend(depth - 1) + page[0] : 0;
}
static void overflow_stack(void) { descend(1000); }
static void use_stack(void) { descend(100); }
static void spin(void) {
  for (;;) __asm__ volatile("");
}

static int kill_works(void) {
  s64 status = 0;
  s64 pid = fork();
  if (pid == 0) spin();
  yield();
  return !kill((u64)pid, SIGKILL) && wait(&status) == pid && status == STATUS_SIGNALLED + SIGKILL;
}

static int pipe_ends(void) {
  s32 ends[2];
  u8 byte;
  if (pipe(ends)) return 0;
  close(ends[1]);
  int empty = read(ends[0], &byte, 1) == 0;
  close(ends[0]);
  return empty && read(ends[0], &byte, 1) < 0 && write(ends[0], &byte, 1) < 0;
}

static int time_passes(void) {
  u64 before = now_us();
  sleep_us(3000);
  u64 slept = now_us();
  on_signal(SIGALRM, on_alarm);
  alarm_us(2000);
  while (alarms == 0) __asm__ volatile("");
  return slept - before >= 3000 && now_us() - slept >= 2000;
}

static int rights_hold(void) {
  u8 *page = mmap(2 * PAGE_BYTES, PROT_READ | PROT_WRITE);
  s64 status = 0;
  page[PAGE_BYTES] = 5;
  if (mprotect(page + PAGE_BYTES, PAGE_BYTES, PROT_NONE)) return 0;
  s64 pid = fork();
  if (pid == 0) exit(page[PAGE_BYTES] == 5 ? 1 : 2);
  if (wait(&status) != pid || status != STATUS_SIGNALLED + SIGSEGV) return 0;
  if (mprotect(page + PAGE_BYTES, PAGE_BYTES, PROT_READ)) return 0;
  int kept = page[PAGE_BYTES] == 5 && read(0, page, 1) < 0;
  return kept && munmap(page, 2 * PAGE_BYTES) == 0 && munmap((void *)0x7ffff000, ~0ull) < 0;
}

/* A child that ends after its parent: somebody else's wait has to clear it away, or the table fills up. */
static void leave_orphan(void) {
  if (fork() == 0) sleep_us(100);
}

static int orphans_go(void) {
  for (u64 i = 0; i < 200; i++)
    if (status_of(leave_orphan) != 0) return 0;
  return 1;
}

static int bad_calls_fail(void) {
  const char *const argv[] = {NULL};
  return exec("no such program", argv) < 0 && exec((const char *)1, argv) < 0 && system_call(999, 0, 0, 0) < 0 &&
         write(1, (const void *)0x80200000, 8) < 0 && mmap(1ull << 40, PROT_READ) == NULL &&
         mmap(PAGE_BYTES, PROT_WRITE) == NULL && kill(99999, SIGUSR1) < 0 && nano(999, 1, 0) < 0;
}

u64 bench(const u64 *params) {
  const s64 segv = STATUS_SIGNALLED + SIGSEGV;
  (void)params;
  if (status_of(load_null) != segv) fail("a null pointer did not fault");
  if (status_of(store_to_code) != segv) fail("code could be written");
  if (status_of(load_from_kernel) != segv) fail("the kernel could be read");
  if (status_of(run_data) != segv) fail("data could be executed");
  if (status_of(overflow_stack) != segv) fail("the stack has no end");
  if (status_of(use_stack) != 0) fail("the stack does not grow");
  if (status_of(run_illegal) != STATUS_SIGNALLED + SIGILL) fail("an illegal instruction went unnoticed");
  if (!kill_works()) fail("a spinning process could not be killed");
  if (!pipe_ends()) fail("a pipe without writers does not end");
  if (!time_passes()) fail("sleep or alarm is wrong");
  if (!rights_hold()) fail("mprotect is wrong");
  if (!orphans_go()) fail("orphans fill the process table");
  if (!bad_calls_fail()) fail("a bad system call succeeded");
  return 1;
}
