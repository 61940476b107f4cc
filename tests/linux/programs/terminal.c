// A terminal of its own: line editing, window size, raw mode, signals of keys, its end.
#include "check.h"
#include <pty.h>
#include <sys/ioctl.h>
#include <termios.h>

static char got[4096];

// Everything up to and with a text.
static void read_until(int fd, const char *what) {
  long n = 0;
  memset(got, 0, sizeof got);
  while (!strstr(got, what)) {
    long more = read(fd, got + n, sizeof got - n - 1);
    if (more <= 0) {
      printf("only ");
      break;
    }
    n += more;
  }
  for (long i = 0; i < n; i++)
    if (got[i] < ' ' || got[i] > '~') printf("\\x%02x", got[i]);
    else putchar(got[i]);
  putchar('\n');
  fflush(stdout);
}

static void on_interrupt(int s) {
  write(1, "interrupted\n", 12);
  _exit(3);
}

static void child(void) {
  signal(SIGINT, on_interrupt);
  printf("%d %d %d\n", isatty(0), getsid(0) == getpid(), tcgetpgrp(0) == getpgrp());
  fflush(stdout);
  char line[100] = {0};
  long n = read(0, line, sizeof line);
  struct winsize w;
  ioctl(0, TIOCGWINSZ, &w);
  printf("%ld %s%d %d\n", n, line, w.ws_row, w.ws_col);
  fflush(stdout);
  struct termios t;
  tcgetattr(0, &t);
  cfmakeraw(&t);
  tcsetattr(0, TCSANOW, &t);
  write(1, "raw\n", 4);
  n = read(0, line, 10);
  dprintf(1, "%ld %d %d\n", n, line[0], line[1]);
  t.c_lflag |= ISIG;
  tcsetattr(0, TCSANOW, &t);
  write(1, "waiting\n", 8);
  for (;;) pause();
}

int main(void) {
  int fd;
  pid_t pid = forkpty(&fd, 0, 0, 0);
  if (!pid) child();
  read_until(fd, "\n");
  struct winsize w = {33, 77, 0, 0};
  SAY(ioctl(fd, TIOCSWINSZ, &w));
  write(fd, "wrongx\x7f\x15right\n", 14);
  read_until(fd, "raw\n");
  write(fd, "\x03\r", 2);
  read_until(fd, "waiting\n");
  write(fd, "\x03", 1);
  read_until(fd, "interrupted\n");
  printf("%d\n", status_of(pid) >> 8);
  SAY(read(fd, got, 10));
  SAY(tcgetpgrp(0));
  return 0;
}
