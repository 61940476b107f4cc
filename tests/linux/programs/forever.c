// What takes all there is: memory, time.
#include "check.h"

int main(int argc, char **argv) {
  if (!strcmp(argv[1], "once")) printf("once\n");
  if (!strcmp(argv[1], "memory")) for (char *volatile p;;) { p = malloc(1 << 20); memset(p, 1, 1 << 20); }
  if (!strcmp(argv[1], "pair")) {
    pid_t pid = fork();
    if (pid == 0) for (volatile long i = 0;; i++);
    usleep(50000);
    kill(pid, SIGKILL);
    printf("killed %d\n", WTERMSIG(status_of(pid)));
  }
  return 0;
}
