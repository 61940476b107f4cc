// Signals: handlers, masks, restarting, alternate stacks, waiting for them.
#include "check.h"

static volatile int count, last, nested, code;
static volatile pid_t from;
static void note(int s) { count++; last = s; }
static void info(int s, siginfo_t *i, void *u) { (void)u; count++; last = s; code = i->si_code; from = i->si_pid; }
static void again(int s) { (void)s; if (++nested < 3) raise(SIGUSR1); count++; }
static char stack[65536];
static volatile int on_stack;
static void look(int s) { (void)s; char here; on_stack = &here >= stack && &here < stack + sizeof stack; }

int main(void) {
  signal(SIGUSR1, note);
  raise(SIGUSR1);
  printf("%d %d\n", count, last);
  struct sigaction a = {.sa_sigaction = info, .sa_flags = SA_SIGINFO};
  sigaction(SIGUSR2, &a, 0);
  kill(getpid(), SIGUSR2);
  printf("%d code %d from me %d\n", last, code, from == getpid());
  union sigval v = {.sival_int = 5};
  sigqueue(getpid(), SIGUSR2, v);
  printf("code %d\n", code);

  // Blocked signals wait; standard ones do not queue, real-time ones do.
  sigset_t set, pending, old;
  sigemptyset(&set);
  sigaddset(&set, SIGUSR1);
  sigaddset(&set, SIGRTMIN);
  SAY(sigprocmask(SIG_BLOCK, &set, &old));
  count = 0;
  signal(SIGRTMIN, note);
  for (int i = 0; i < 3; i++) { raise(SIGUSR1); raise(SIGRTMIN); }
  sigpending(&pending);
  printf("%d pending %d %d\n", count, sigismember(&pending, SIGUSR1), sigismember(&pending, SIGUSR2));
  SAY(sigprocmask(SIG_SETMASK, &old, 0));
  printf("%d\n", count);

  // A handler is not interrupted by its own signal.
  count = nested = 0;
  signal(SIGUSR1, again);
  raise(SIGUSR1);
  printf("%d %d\n", count, nested);

  // Reading from a pipe while a signal comes, with and without SA_RESTART.
  int p[2];
  pipe(p);
  for (int restart = 0; restart < 2; restart++) {
    struct sigaction b = {.sa_handler = note, .sa_flags = restart ? SA_RESTART : 0};
    sigaction(SIGALRM, &b, 0);
    pid_t pid = fork();
    if (pid == 0) { usleep(60000); kill(getppid(), SIGALRM); usleep(60000); write(p[1], "x", 1); _exit(0); }
    char c;
    SAY(read(p[0], &c, 1));
    if (!restart) SAY(read(p[0], &c, 1));
    status_of(pid);
  }
  struct itimerval t = {.it_value = {0, 30000}};
  count = 0;
  signal(SIGALRM, note);
  setitimer(ITIMER_REAL, &t, 0);
  SAY(pause());
  printf("%d\n", count);
  setitimer(ITIMER_REAL, &t, 0);
  SAY(usleep(500000));
  SAY(poll(0, 0, 1));

  // sigsuspend lets through what is blocked otherwise, and puts the mask back.
  sigemptyset(&set);
  sigaddset(&set, SIGALRM);
  sigprocmask(SIG_BLOCK, &set, &old);
  count = 0;
  setitimer(ITIMER_REAL, &t, 0);
  sigset_t none;
  sigemptyset(&none);
  SAY(sigsuspend(&none));
  sigprocmask(SIG_BLOCK, 0, &pending);
  printf("%d still blocked %d\n", count, sigismember(&pending, SIGALRM));
  setitimer(ITIMER_REAL, &t, 0);
  int got = 0;
  SAY(sigwait(&set, &got));
  printf("got %d count %d\n", got, count);
  struct timespec soon = {0, 1000000};
  SAY(sigtimedwait(&set, 0, &soon));
  sigprocmask(SIG_SETMASK, &old, 0);

  stack_t ss = {.ss_sp = stack, .ss_size = sizeof stack};
  SAY(sigaltstack(&ss, 0));
  struct sigaction c = {.sa_handler = look, .sa_flags = SA_ONSTACK};
  sigaction(SIGUSR1, &c, 0);
  raise(SIGUSR1);
  printf("on its stack %d\n", on_stack);
  struct sigaction once = {.sa_handler = note, .sa_flags = SA_RESETHAND};
  sigaction(SIGUSR1, &once, 0);
  raise(SIGUSR1);
  sigaction(SIGUSR1, 0, &c);
  printf("reset %d\n", c.sa_handler == SIG_DFL);
  SAY(sigaction(SIGKILL, &once, 0));
  SAY(sigaction(0, &once, 0));

  // Exec keeps what is ignored and forgets handlers; a write to nobody is SIGPIPE.
  close(p[0]);
  pid_t pid = fork();
  if (pid == 0) { signal(SIGPIPE, SIG_DFL); write(p[1], "x", 1); _exit(0); }
  int status = status_of(pid);
  printf("%d\n", WTERMSIG(status));
  signal(SIGPIPE, SIG_IGN);
  SAY(write(p[1], "x", 1));
  return 0;
}
