// Timers that end in a signal: timer_create and its kin, setitimer, and what is left of a sleep.
#include "check.h"
#include <sys/syscall.h>

static volatile int rung, last_value, last_code, last_timer, last_overrun;
static void on_signal(int n, siginfo_t *info, void *c) {
  (void)c;
  rung++;
  last_value = info->si_value.sival_int;
  last_code = info->si_code;
  last_timer = info->si_timerid;
  last_overrun = info->si_overrun;
}

// The calls themselves, as the libraries' own timers are not numbered.
static int create(int clock, struct sigevent *e, int *id) { return syscall(SYS_timer_create, clock, e, id); }
static int settime(int id, int flags, struct itimerspec *to, struct itimerspec *old) {
  return syscall(SYS_timer_settime, id, flags, to, old);
}
static int gettime(int id, struct itimerspec *out) { return syscall(SYS_timer_gettime, id, out); }
static int overrun(int id) { return syscall(SYS_timer_getoverrun, id); }
static int delete (int id) { return syscall(SYS_timer_delete, id); }

static struct itimerspec spec(long first_ms, long then_ms) {
  struct itimerspec s = {{then_ms / 1000, then_ms % 1000 * 1000000}, {first_ms / 1000, first_ms % 1000 * 1000000}};
  return s;
}

static void wait_for(int n) {
  for (int i = 0; i < 5000 && rung < n; i++) usleep(1000);
}

static void spin_ms(int clock, long ms) {
  struct timespec a, b;
  clock_gettime(clock, &a);
  do clock_gettime(clock, &b);
  while ((b.tv_sec - a.tv_sec) * 1000 + (b.tv_nsec - a.tv_nsec) / 1000000 < ms);
}

int main(void) {
  struct sigaction action = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO | SA_RESTART};
  sigaction(SIGALRM, &action, 0);
  sigaction(SIGUSR1, &action, 0);
  sigaction(SIGVTALRM, &action, 0);
  sigaction(SIGPROF, &action, 0);
  sigaction(SIGRTMIN + 1, &action, 0);
  int a = -1, b = -1;
  struct itimerspec s, old;

  SAY(create(99, 0, &a));
  SAY(create(CLOCK_REALTIME_COARSE, 0, &a));
  struct sigevent e = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = 0};
  SAY(create(CLOCK_MONOTONIC, &e, &a));
  e.sigev_signo = 99;
  SAY(create(CLOCK_MONOTONIC, &e, &a));
  e.sigev_signo = SIGUSR1;
  e.sigev_notify = 77;
  SAY(create(CLOCK_MONOTONIC, &e, &a));
  SAY(settime(55, 0, &s, 0));
  SAY(gettime(55, &s));
  SAY(delete (55));
  SAY(overrun(55));

  SAY(create(CLOCK_REALTIME, 0, &a));
  SAY(gettime(a, &s));
  SAY(s.it_value.tv_sec || s.it_value.tv_nsec || s.it_interval.tv_sec || s.it_interval.tv_nsec);
  s = spec(10, 0);
  SAY(settime(a, 0, &s, &old));
  SAY(old.it_value.tv_sec || old.it_value.tv_nsec);
  wait_for(1);
  SAY(rung);
  SAY(last_code == SI_TIMER);
  SAY(overrun(a));
  SAY(gettime(a, &s));
  SAY(s.it_value.tv_sec || s.it_value.tv_nsec);
  s.it_value.tv_nsec = 1000000000;
  SAY(settime(a, 0, &s, 0));
  s = spec(100000, 7000);
  SAY(settime(a, 0, &s, 0));
  SAY(gettime(a, &s));
  SAY(s.it_value.tv_sec);
  SAY(s.it_interval.tv_sec);
  s = spec(0, 7000);
  SAY(settime(a, 0, &s, &old));
  SAY(old.it_value.tv_sec);
  SAY(old.it_interval.tv_sec);
  SAY(gettime(a, &s));
  SAY(s.it_value.tv_sec);

  // One that repeats, with a value of its own.
  e.sigev_notify = SIGEV_SIGNAL;
  e.sigev_signo = SIGUSR1;
  e.sigev_value.sival_int = 4711;
  SAY(create(CLOCK_MONOTONIC, &e, &b));
  SAY(a != b);
  rung = 0;
  s = spec(5, 5);
  SAY(settime(b, 0, &s, 0));
  wait_for(4);
  SAY(rung >= 4);
  SAY(last_value);
  SAY(last_code == SI_TIMER);
  // Blocked: one signal waits, the rest is counted.
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGUSR1);
  sigprocmask(SIG_BLOCK, &set, 0);
  usleep(60000);
  rung = 0;
  sigset_t pending;
  sigpending(&pending);
  SAY(sigismember(&pending, SIGUSR1));
  siginfo_t info;
  struct timespec none = {0, 0};
  SAY(sigtimedwait(&set, &info, &none) == SIGUSR1);
  SAY(info.si_overrun >= 5);
  SAY(info.si_overrun < 100);
  SAY(overrun(b) == info.si_overrun);
  SAY(info.si_value.sival_int);
  s = spec(0, 0);
  SAY(settime(b, 0, &s, 0));
  sigprocmask(SIG_UNBLOCK, &set, 0);
  SAY(delete (b));
  SAY(delete (b));

  // An absolute time, also one that is over.
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  e.sigev_signo = SIGRTMIN + 1;
  SAY(create(CLOCK_MONOTONIC, &e, &b));
  rung = 0;
  s = spec(0, 0);
  s.it_value = now;
  SAY(settime(b, TIMER_ABSTIME, &s, 0));
  wait_for(1);
  SAY(rung);
  s.it_value.tv_sec += 50;
  SAY(settime(b, TIMER_ABSTIME, &s, 0));
  SAY(gettime(b, &s));
  SAY(s.it_value.tv_sec >= 48 && s.it_value.tv_sec <= 50);
  SAY(delete (b));
  // Nobody is told.
  e.sigev_notify = SIGEV_NONE;
  SAY(create(CLOCK_MONOTONIC, &e, &b));
  s = spec(5, 0);
  rung = 0;
  SAY(settime(b, 0, &s, 0));
  usleep(20000);
  SAY(rung);
  SAY(gettime(b, &s));
  SAY(s.it_value.tv_sec || s.it_value.tv_nsec);
  SAY(delete (b));
  // One thread is told.
  e.sigev_notify = SIGEV_THREAD_ID;
  e.sigev_signo = SIGUSR1;
#ifndef sigev_notify_thread_id
#define sigev_notify_thread_id __sev_fields.sigev_notify_thread_id
#endif
  e.sigev_notify_thread_id = 1 << 20;
  SAY(create(CLOCK_MONOTONIC, &e, &b));
  e.sigev_notify_thread_id = syscall(SYS_gettid);
  SAY(create(CLOCK_MONOTONIC, &e, &b));
  s = spec(5, 0);
  rung = 0;
  SAY(settime(b, 0, &s, 0));
  wait_for(1);
  SAY(rung);
  SAY(delete (b));
  // Processor time.
  e.sigev_notify = SIGEV_SIGNAL;
  SAY(create(CLOCK_PROCESS_CPUTIME_ID, &e, &b));
  s = spec(30, 0);
  rung = 0;
  SAY(settime(b, 0, &s, 0));
  usleep(60000);
  SAY(rung);
  spin_ms(CLOCK_PROCESS_CPUTIME_ID, 60);
  wait_for(1);
  SAY(rung);
  SAY(delete (b));
  SAY(create(CLOCK_THREAD_CPUTIME_ID, &e, &b));
  rung = 0;
  SAY(settime(b, 0, &s, 0));
  spin_ms(CLOCK_THREAD_CPUTIME_ID, 60);
  wait_for(1);
  SAY(rung);
  SAY(delete (b));

  // A child has none of them.
  pid_t child = fork();
  if (!child) _exit(gettime(a, &s) == -1 && errno == EINVAL ? 3 : 4);
  SAY(WEXITSTATUS(status_of(child)));
  SAY(delete (a));

  // setitimer, by all three clocks.
  struct itimerval it = {{0, 0}, {0, 10000}}, was;
  rung = 0;
  SAY(setitimer(ITIMER_REAL, &it, 0));
  wait_for(1);
  SAY(rung);
  SAY(setitimer(ITIMER_VIRTUAL, &it, 0));
  spin_ms(CLOCK_PROCESS_CPUTIME_ID, 50);
  wait_for(2);
  SAY(rung);
  it.it_interval.tv_usec = 10000;
  SAY(setitimer(ITIMER_PROF, &it, 0));
  spin_ms(CLOCK_PROCESS_CPUTIME_ID, 100);
  wait_for(4);
  SAY(rung >= 4);
  it.it_value.tv_usec = 0;
  SAY(setitimer(ITIMER_PROF, &it, &was));
  SAY(was.it_interval.tv_usec);
  SAY(getitimer(ITIMER_PROF, &was));
  SAY(was.it_value.tv_usec);
  SAY(setitimer(7, &it, 0));
  it.it_value.tv_usec = 1000000;
  SAY(setitimer(ITIMER_REAL, &it, 0));

  // What is left of a sleep.
  it = (struct itimerval){{0, 0}, {0, 20000}};
  setitimer(ITIMER_REAL, &it, 0);
  struct timespec want = {100, 0}, left = {0, 0};
  SAY(nanosleep(&want, &left));
  SAY(left.tv_sec >= 98 && left.tv_sec < 100);
  setitimer(ITIMER_REAL, &it, 0);
  left.tv_sec = 5;
  clock_gettime(CLOCK_MONOTONIC, &now);
  now.tv_sec += 100;
  SAY(clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &now, &left) == EINTR);
  SAY(left.tv_sec);
  // A signal without a handler only delays it.
  child = fork();
  if (!child) {
    struct timespec t = {0, 80000000};
    long r = nanosleep(&t, &left);
    _exit(r == 0 ? 0 : 1);
  }
  usleep(20000);
  kill(child, SIGSTOP);
  status_of(child);
  usleep(100000);
  kill(child, SIGCONT);
  int status;
  do status = status_of(child);
  while (!WIFEXITED(status));
  SAY(WEXITSTATUS(status));
  return 0;
}
