// Restartable sequences (rseq(2)): what is registered, and that a sequence which is interrupted begins anew.
#include "check.h"
#include <sys/syscall.h>

#define SIG 0xf1401073
#ifndef SYS_rseq
#define SYS_rseq 293
#endif

struct area {
  uint32_t cpu_id_start, cpu_id;
  uint64_t rseq_cs;
  uint32_t flags, node_id, mm_cid, end;
} __attribute__((aligned(32)));

static _Thread_local struct area own = {.cpu_id = 7, .cpu_id_start = 7};
static long reg(void *area, unsigned length, int flags, unsigned sig) { return syscall(SYS_rseq, area, length, flags, sig); }

// Adds one to *counter as one sequence with a long middle; 0, or 1 where it was aborted.
static int add(struct area *r, volatile long *counter, long work) {
  __asm__ goto(
      ".pushsection .data.rseq, \"aw\"\n.balign 32\n3: .long 0, 0\n.quad 1f, 2f - 1f, 4f\n.popsection\n"
      "la t0, 3b\nsd t0, 8(%0)\n"
      "1: ld t1, 0(%1)\nmv t2, %2\n5: addi t2, t2, -1\nbnez t2, 5b\naddi t1, t1, 1\nsd t1, 0(%1)\n2:\n"
      "j %l[done]\n.balign 4\n.word 0xf1401073\n4: j %l[aborted]\n"
      :
      : "r"(r), "r"(counter), "r"(work)
      : "t0", "t1", "t2", "memory"
      : done, aborted);
done:
  return 0;
aborted:
  return 1;
}

// A sequence without an end, which only an interruption leaves; `sig` stands before where that leads.
static int for_ever(struct area *r, int wrong) {
  __asm__ goto(
      ".pushsection .data.rseq, \"aw\"\n.balign 32\n3: .long 0, 0\n.quad 1f, 2f - 1f, 4f\n6: .long 0, 0\n.quad 1f, 2f - 1f, 7f\n.popsection\n"
      "la t0, 3b\nbeqz %1, 8f\nla t0, 6b\n8: sd t0, 8(%0)\n"
      "1: j 1b\n2:\n"
      ".balign 4\n.word 0xf1401073\n4: j %l[aborted]\n.word 0x12345678\n7: j %l[aborted]\n"
      :
      : "r"(r), "r"(wrong)
      : "t0", "memory"
      : aborted);
aborted:
  return 1;
}

static volatile int handled;
static volatile uint64_t seen;
static void handler(int n) {
  handled++;
  seen = own.rseq_cs;
}

#define TIMES 1000
static volatile long counter, aborts;
static void *count(void *x) {
  if (reg(&own, 32, 0, SIG)) return (void *)1;
  long aborted = 0;
  for (int i = 0; i < TIMES; i++)
    while (add(&own, &counter, 700)) aborted++;
  __atomic_add_fetch(&aborts, aborted, __ATOMIC_RELAXED);
  return 0;
}

int main(void) {
  static struct area other;
  char *odd = (char *)&other + 8;
  SAY(reg(&own, 32, 0x40, SIG));
  SAY(reg(&own, 16, 0, SIG));
  SAY(reg(odd, 32, 0, SIG));
  SAY(reg(&own, 32, 1, SIG));
  SAY(reg(&own, 32, 0, SIG));
  printf("%d %d\n", own.cpu_id_start, own.cpu_id);
  SAY(reg(&own, 32, 0, SIG));
  SAY(reg(&own, 32, 0, SIG + 1));
  SAY(reg(&other, 32, 0, SIG));
  SAY(reg(&other, 32, 1, SIG));
  SAY(reg(&own, 32, 1, SIG + 1));
  SAY(reg(&own, 32, 1, SIG));
  printf("%d %d\n", own.cpu_id_start, (int)own.cpu_id);
  SAY(reg(&own, 32, 0, SIG));
  long n = 0;
  SAY(add(&own, &n, 1));
  SAY(n);

  // A signal aborts it before its handler runs.
  struct sigaction a = {.sa_handler = handler};
  sigaction(SIGALRM, &a, 0);
  struct itimerval soon = {{0, 0}, {0, 20000}};
  setitimer(ITIMER_REAL, &soon, 0);
  // Others that run abort it as well.
  while (!handled) for_ever(&own, 0);
  SAY(handled);
  SAY(seen);
  SAY(own.rseq_cs);

  // A child has it too, a thread its own, another program none.
  pid_t pid = fork();
  if (!pid) _exit(reg(&own, 32, 0, SIG) && errno == EBUSY ? 1 : 2);
  SAY(WEXITSTATUS(status_of(pid)));
  pid = fork();
  if (!pid) {
    setitimer(ITIMER_REAL, &soon, 0);
    _exit(for_ever(&own, 1));
  }
  SAY(WTERMSIG(status_of(pid)));
  pid = fork();
  if (!pid) {
    // Where it leads lies within.
    static struct { uint32_t version, flags; uint64_t start, length, abort; } bad __attribute__((aligned(32)));
    bad.start = (uintptr_t)main, bad.length = 1 << 20, bad.abort = bad.start + 8;
    own.rseq_cs = (uintptr_t)&bad;
    sched_yield();
    setitimer(ITIMER_REAL, &soon, 0);
    for (;;);
  }
  SAY(WTERMSIG(status_of(pid)));
  pid = fork();
  if (!pid) {
    // What is no sequence at all.
    own.rseq_cs = 8;
    setitimer(ITIMER_REAL, &soon, 0);
    for (;;);
  }
  SAY(WTERMSIG(status_of(pid)));

  // Two threads add without a lock and without atomic instructions, and lose nothing.
  pthread_t t[2];
  void *result[2];
  for (int i = 0; i < 2; i++) pthread_create(&t[i], 0, count, 0);
  for (int i = 0; i < 2; i++) pthread_join(t[i], &result[i]);
  printf("%ld %ld, %ld, some aborted: %d\n", (long)result[0], (long)result[1], counter, aborts > 0);
  return 0;
}
