// What user-mode emulators have no part in: programs executed, and what the death of a process leaves behind: a robust
// mutex that it held, orphans, and the pipes it had open.
#include "check.h"

int main(int argc, char **argv) {
  // Given its own name, so that it can be run again.
  if (argc > 1) {
    printf("executed with %d arguments, %s, %s\n", argc, argv[1], getenv("GIVEN") ? getenv("GIVEN") : "nothing");
    return 42;
  }
  pthread_mutexattr_t a;
  pthread_mutexattr_init(&a);
  pthread_mutexattr_setrobust(&a, PTHREAD_MUTEX_ROBUST);
  pthread_mutexattr_setpshared(&a, PTHREAD_PROCESS_SHARED);
  pthread_mutex_t *m = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  pthread_mutex_init(m, &a);
  pid_t pid = fork();
  if (pid == 0) { pthread_mutex_lock(m); _exit(0); }
  status_of(pid);
  SAY(pthread_mutex_lock(m) == EOWNERDEAD);
  SAY(pthread_mutex_consistent(m));
  SAY(pthread_mutex_unlock(m));
  fflush(stdout);
  if ((pid = fork()) == 0) {
    setenv("GIVEN", "a value", 1);
    execv(argv[0], (char *[]){argv[0], "one two", 0});
    _exit(1);
  }
  printf("exec %d\n", WEXITSTATUS(status_of(pid)));
  fflush(stdout);
  int p[2];
  char c;
  pipe(p);
  pid = fork();
  if (pid == 0) { if (fork() == 0) { usleep(20000); printf("orphan of %d\n", getppid()); fflush(stdout); _exit(0); } _exit(0); }
  close(p[1]);
  status_of(pid);
  SAY(read(p[0], &c, 1));
  return 0;
}
