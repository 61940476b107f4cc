// Futexes with priority inheritance: the word is who holds it (FUTEX_LOCK_PI and its kin), and what the C library makes of them.
#include "check.h"
#include <linux/futex.h>
#include <sys/syscall.h>

static uint32_t word __attribute__((aligned(4)));
static long futex(uint32_t *at, int op, uint32_t value, void *timeout, uint32_t *second, uint32_t value3) {
  return syscall(SYS_futex, at, op, value, timeout, second, value3);
}
static int tid(void) { return syscall(SYS_gettid); }

// The word, without the numbers, which differ.
static void show(void) {
  printf("held by %s%s%s\n", (word & FUTEX_TID_MASK) == 0 ? "nobody" : (word & FUTEX_TID_MASK) == tid() ? "me" : "another",
         word & FUTEX_WAITERS ? ", waiters" : "", word & FUTEX_OWNER_DIED ? ", owner died" : "");
  fflush(stdout);
}

static struct timespec in_ms(long ms) {
  struct timespec t;
  clock_gettime(CLOCK_REALTIME, &t);
  t.tv_nsec += ms * 1000000;
  t.tv_sec += t.tv_nsec / 1000000000;
  t.tv_nsec %= 1000000000;
  return t;
}

static volatile int got[3], order, who[3];
static void *wait_for_it(void *n) {
  who[(long)n] = tid();
  long r = futex(&word, FUTEX_LOCK_PI_PRIVATE, 0, 0, 0, 0);
  got[(long)n] = ++order;
  int mine = (word & FUTEX_TID_MASK) == tid();
  r |= futex(&word, FUTEX_UNLOCK_PI_PRIVATE, 0, 0, 0, 0);
  return (void *)(r ? 99l : (long)mine);
}

static void *hold_and_die(void *x) {
  futex(&word, FUTEX_LOCK_PI_PRIVATE, 0, 0, 0, 0);
  return 0;
}

static void *try_it(void *x) {
  SAY(futex(&word, FUTEX_TRYLOCK_PI_PRIVATE, 0, 0, 0, 0));
  SAY(futex(&word, FUTEX_UNLOCK_PI_PRIVATE, 0, 0, 0, 0));
  struct timespec soon = in_ms(20), past = {1, 0}, bad = {1, 2000000000};
  SAY(futex(&word, FUTEX_LOCK_PI_PRIVATE, 0, &soon, 0, 0));
  show();
  SAY(futex(&word, FUTEX_LOCK_PI_PRIVATE, 0, &past, 0, 0));
  SAY(futex(&word, FUTEX_LOCK_PI_PRIVATE, 0, &bad, 0, 0));
  return 0;
}

static pthread_mutex_t m;
static int count;
static void *add(void *x) {
  for (int i = 0; i < 500; i++) {
    pthread_mutex_lock(&m);
    int c = count;
    if (i % 50 == 0) sched_yield();
    count = c + 1;
    pthread_mutex_unlock(&m);
  }
  return 0;
}
static void *lock_and_die(void *x) {
  pthread_mutex_lock(&m);
  return 0;
}
static void *try_mutex(void *x) {
  SAY(pthread_mutex_trylock(&m));
  struct timespec soon = in_ms(20);
  SAY(pthread_mutex_timedlock(&m, &soon));
  return 0;
}
static volatile int handled;
static void handler(int n) { handled = 1; }

int main(void) {
  pthread_t t[3];
  void *result;
  // Nobody holds it.
  SAY(futex(&word, FUTEX_LOCK_PI_PRIVATE, 0, 0, 0, 0));
  show();
  SAY(futex(&word, FUTEX_LOCK_PI_PRIVATE, 0, 0, 0, 0));
  SAY(futex(&word, FUTEX_TRYLOCK_PI_PRIVATE, 0, 0, 0, 0));
  pthread_create(t, 0, try_it, 0), pthread_join(t[0], 0);
  SAY(futex(&word, FUTEX_WAKE_PRIVATE, 1, 0, 0, 0));
  SAY(futex(&word, FUTEX_UNLOCK_PI_PRIVATE, 0, 0, 0, 0));
  show();
  SAY(futex(&word, FUTEX_UNLOCK_PI_PRIVATE, 0, 0, 0, 0));
  SAY(futex(&word, FUTEX_TRYLOCK_PI_PRIVATE, 0, 0, 0, 0));
  show();
  // Waiters have it handed on, first come first served.
  for (long i = 0; i < 3; i++) {
    pthread_create(&t[i], 0, wait_for_it, (void *)i);
    asleep(&who[i]);
  }
  show();
  SAY(futex(&word, FUTEX_WAKE_PRIVATE, 1, 0, 0, 0));
  SAY(futex(&word, FUTEX_UNLOCK_PI_PRIVATE, 0, 0, 0, 0));
  for (int i = 0; i < 3; i++) {
    pthread_join(t[i], &result);
    printf("%ld as number %d\n", (long)result, got[i]);
  }
  show();
  // Held by nobody there is.
  word = 0x3ffffff0;
  SAY(futex(&word, FUTEX_LOCK_PI_PRIVATE, 0, 0, 0, 0));
  word = 0;
  SAY(futex((void *)1, FUTEX_LOCK_PI_PRIVATE, 0, 0, 0, 0));
  SAY(futex((void *)((char *)&word + 1), FUTEX_LOCK_PI_PRIVATE, 0, 0, 0, 0));
  // A holder that dies without a word leaves it held.
  pthread_create(t, 0, hold_and_die, 0), pthread_join(t[0], 0);
  // The kernel may not be done with it.
  usleep(50000);
  SAY(futex(&word, FUTEX_TRYLOCK_PI_PRIVATE, 0, 0, 0, 0));
  word = 0;
  // One that waits for it is interrupted, and goes on waiting.
  futex(&word, FUTEX_LOCK_PI_PRIVATE, 0, 0, 0, 0);
  struct sigaction a = {.sa_handler = handler};
  sigaction(SIGUSR1, &a, 0);
  order = 0;
  who[0] = 0;
  pthread_create(t, 0, wait_for_it, (void *)0);
  asleep(&who[0]);
  pthread_kill(t[0], SIGUSR1);
  while (!handled) usleep(1000);
  asleep(&who[0]);
  SAY(futex(&word, FUTEX_UNLOCK_PI_PRIVATE, 0, 0, 0, 0));
  pthread_join(t[0], &result);
  printf("%ld as number %d\n", (long)result, got[0]);
  show();
  // A condition, whose waiter is moved to the lock.
  static uint32_t condition;
  SAY(futex(&condition, FUTEX_WAIT_REQUEUE_PI, 1, 0, &word, 0));
  SAY(futex(&condition, FUTEX_WAIT_REQUEUE_PI, 0, 0, &condition, 0));
  struct timespec soon = in_ms(20);
  SAY(futex(&condition, FUTEX_WAIT_REQUEUE_PI | FUTEX_PRIVATE_FLAG | FUTEX_CLOCK_REALTIME, 0, &soon, &word, 0));
  SAY(futex(&condition, FUTEX_CMP_REQUEUE_PI_PRIVATE, 1, (void *)1, &word, 1));
  SAY(futex(&condition, FUTEX_CMP_REQUEUE_PI_PRIVATE, 1, (void *)1, &word, 0));
  SAY(futex(&condition, FUTEX_CMP_REQUEUE_PI_PRIVATE, 2, (void *)1, &word, 0));

  // The C library's.
  pthread_mutexattr_t attr;
  pthread_mutexattr_init(&attr);
  SAY(pthread_mutexattr_setprotocol(&attr, PTHREAD_PRIO_INHERIT));
  pthread_mutexattr_settype(&attr, PTHREAD_MUTEX_ERRORCHECK);
  SAY(pthread_mutex_init(&m, &attr));
  SAY(pthread_mutex_lock(&m));
  SAY(pthread_mutex_lock(&m));
  pthread_create(t, 0, try_mutex, 0), pthread_join(t[0], 0);
  SAY(pthread_mutex_unlock(&m));
  SAY(pthread_mutex_unlock(&m));
  for (int i = 0; i < 3; i++) pthread_create(&t[i], 0, add, 0);
  for (int i = 0; i < 3; i++) pthread_join(t[i], 0);
  printf("%d\n", count);
  SAY(pthread_mutex_destroy(&m));
  pthread_mutexattr_setrobust(&attr, PTHREAD_MUTEX_ROBUST);
  SAY(pthread_mutex_init(&m, &attr));
  pthread_create(t, 0, lock_and_die, 0), pthread_join(t[0], 0);
  SAY(pthread_mutex_lock(&m) == EOWNERDEAD);
  SAY(pthread_mutex_consistent(&m));
  SAY(pthread_mutex_unlock(&m));
  SAY(pthread_mutex_lock(&m));
  // One waits while the holder dies.
  pthread_mutex_unlock(&m);
  pthread_mutex_t *shared = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
  SAY(pthread_mutex_init(shared, &attr));
  int held[2];
  char c;
  pipe(held);
  pid_t child = fork();
  if (!child) {
    pthread_mutex_lock(shared);
    write(held[1], "x", 1);
    usleep(80000);
    _exit(0);
  }
  read(held[0], &c, 1);
  SAY(pthread_mutex_lock(shared) == EOWNERDEAD);
  status_of(child);
  SAY(pthread_mutex_consistent(shared));
  SAY(pthread_mutex_unlock(shared));
  return 0;
}
