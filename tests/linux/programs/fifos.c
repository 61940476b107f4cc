// FIFOs wait for their other end to be opened; a vfork is waited for whatever signals come.
#include "check.h"

static volatile int told;
static void on(int s) { told++; }

int main(void) {
  SAY(mkfifo("fifo", 0600));
  SAY(open("fifo", O_WRONLY | O_NONBLOCK));
  if (!fork()) {
    int w = open("fifo", O_WRONLY);
    write(w, "through", 7);
    _exit(0);
  }
  usleep(20000);
  char b[16] = {0};
  int r = open("fifo", O_RDONLY);
  SAY(read(r, b, sizeof b));
  SAY(read(r, b + 8, 8));
  printf("%s\n", b);
  close(r);
  wait(0);
  // The writer is gone again before the reader has its turn.
  pid_t reader = fork();
  if (!reader) {
    int q = open("fifo", O_RDONLY);
    SAY(read(q, b, sizeof b));
    SAY(read(q, b, sizeof b));
    _exit(0);
  }
  usleep(20000);
  int w = open("fifo", O_WRONLY);
  write(w, "gone", 4);
  close(w);
  printf("%d\n", status_of(reader));
  // A pipe that is opened anew, by its place in /proc, waits for nobody.
  int p[2];
  char place[40];
  pipe(p);
  write(p[1], "last", 4);
  close(p[1]);
  snprintf(place, sizeof place, "/proc/self/fd/%d", p[0]);
  int again = open(place, O_RDONLY);
  SAY(read(again, b, sizeof b));
  SAY(read(again, b, sizeof b));
  pipe(p);
  close(p[0]);
  snprintf(place, sizeof place, "/proc/self/fd/%d", p[1]);
  again = open(place, O_WRONLY | O_NONBLOCK);
  SAY(again > 0);
  signal(SIGPIPE, SIG_IGN);
  SAY(write(again, "x", 1));
  // A signal ends the wait, and leaves no reader behind.
  struct sigaction a = {.sa_handler = on};
  sigaction(SIGALRM, &a, 0);
  struct itimerval t = {.it_value = {0, 20000}};
  setitimer(ITIMER_REAL, &t, 0);
  SAY(open("fifo", O_RDONLY));
  SAY(open("fifo", O_WRONLY | O_NONBLOCK));
  SAY(told);
  sigaction(SIGCHLD, &a, 0);
  told = 0;
  for (int i = 0; i < 3; i++) {
    pid_t p = vfork();
    if (p < 0) printf("vfork: %s\n", strerror(errno));
    if (!p) _exit(i);
    printf("child %d\n", status_of(p) >> 8);
  }
  SAY(told);
  return 0;
}
