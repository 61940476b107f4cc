// Threads: mutexes, conditions, barriers, thread-local data, cancellation, many of them.
#include "check.h"
#include <semaphore.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t turn = PTHREAD_COND_INITIALIZER;
static pthread_barrier_t gate;
static __thread int mine = 7;
static long sum;
static int whose;
static sem_t sem;

static void *add(void *n) {
  for (int i = 0; i < 20000; i++) { pthread_mutex_lock(&lock); sum += (long)n; pthread_mutex_unlock(&lock); }
  mine += (int)(long)n;
  return (void *)(long)mine;
}
static void *ping(void *me) {
  for (int i = 0; i < 200; i++) {
    pthread_mutex_lock(&lock);
    while (whose != (int)(long)me) pthread_cond_wait(&turn, &lock);
    whose = !whose;
    pthread_cond_broadcast(&turn);
    pthread_mutex_unlock(&lock);
  }
  return 0;
}
static void *meet(void *n) { (void)n; return (void *)(long)(pthread_barrier_wait(&gate) == PTHREAD_BARRIER_SERIAL_THREAD); }
static void *forever(void *n) { (void)n; for (;;) pause(); }
static void *post(void *n) { (void)n; usleep(20000); sem_post(&sem); return 0; }
static void *leave(void *n) { (void)n; fflush(stdout); exit(11); }

int main(void) {
  pthread_t t[8];
  void *r;
  for (long i = 0; i < 8; i++) pthread_create(&t[i], 0, add, (void *)(i + 1));
  for (int i = 0; i < 8; i++) { pthread_join(t[i], &r); printf("%ld ", (long)r); }
  printf("\n%ld %d\n", sum, mine);
  for (long i = 0; i < 2; i++) pthread_create(&t[i], 0, ping, (void *)i);
  for (int i = 0; i < 2; i++) pthread_join(t[i], 0);
  printf("turns %d\n", whose);
  pthread_barrier_init(&gate, 0, 4);
  long serial = 0;
  for (int i = 0; i < 4; i++) pthread_create(&t[i], 0, meet, 0);
  for (int i = 0; i < 4; i++) { pthread_join(t[i], &r); serial += (long)r; }
  printf("serial %ld\n", serial);
  pthread_create(&t[0], 0, forever, 0);
  usleep(20000);
  SAY(pthread_cancel(t[0]));
  pthread_join(t[0], &r);
  printf("cancelled %d\n", r == PTHREAD_CANCELED);
  sem_init(&sem, 0, 0);
  pthread_create(&t[0], 0, post, 0);
  SAY(sem_wait(&sem));
  struct timespec soon;
  clock_gettime(CLOCK_REALTIME, &soon);
  SAY(sem_timedwait(&sem, &soon));
  pthread_join(t[0], 0);
  // Exit of one thread ends them all.
  for (int i = 0; i < 3; i++) pthread_create(&t[i], 0, forever, 0);
  pthread_create(&t[3], 0, leave, 0);
  pthread_join(t[0], 0);
  return 1;
}
