// Processes: fork, exec, wait in all its forms, groups and sessions, limits.
#include "check.h"
#include <sys/resource.h>

static int parent_of_orphan(void) {
  int p[2];
  pipe(p);
  pid_t pid = fork();
  if (pid == 0) {
    if (fork() == 0) {
      while (getppid() != 1 && getppid() == (pid_t)-1) usleep(1000);
      usleep(20000);
      char c = 'o';
      write(p[1], &c, 1);
      _exit(0);
    }
    _exit(0);
  }
  waitpid(pid, 0, 0);
  char c = 0;
  read(p[0], &c, 1);
  close(p[0]);
  close(p[1]);
  return c;
}

int main(void) {
  pid_t pid = fork();
  if (pid == 0) _exit(300);
  int status = status_of(pid);
  printf("exit %d %d\n", WIFEXITED(status), WEXITSTATUS(status));
  if ((pid = fork()) == 0) { raise(SIGKILL); _exit(0); }
  status = status_of(pid);
  printf("killed %d %d\n", WIFSIGNALED(status), WTERMSIG(status));
  if ((pid = fork()) == 0) { setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0}); abort(); }
  status = status_of(pid);
  printf("aborted %d\n", WTERMSIG(status));
  // It ends when it is told to: were it gone before the wait, there would be no word of its going on.
  int gate[2];
  char go = 1;
  pipe(gate);
  if ((pid = fork()) == 0) { raise(SIGSTOP); read(gate[0], &go, 1); _exit(9); }
  status = status_of(pid);
  printf("stopped %d %d\n", WIFSTOPPED(status), WSTOPSIG(status));
  kill(pid, SIGCONT);
  status = status_of(pid);
  printf("continued %d\n", WIFCONTINUED(status));
  write(gate[1], &go, 1);
  status = status_of(pid);
  printf("then %d\n", WEXITSTATUS(status));

  if ((pid = vfork()) == 0) _exit(7);
  printf("vfork %d\n", WEXITSTATUS(status_of(pid)));
  SAY(execl("/does/not/exist", "x", (char *)0));
  int fd = open("script", O_WRONLY | O_CREAT | O_TRUNC, 0755);
  dprintf(fd, "#!/does/not/exist either\n");
  close(fd);
  SAY(execl("./script", "x", (char *)0));
  fd = open("script", O_WRONLY | O_TRUNC);
  dprintf(fd, "no program at all\n");
  close(fd);
  SAY(execl("./script", "x", (char *)0));
  chmod("script", 0644);
  SAY(execl("./script", "x", (char *)0));
  unlink("script");
  SAY(execl("/", "x", (char *)0));

  SAY(waitpid(-1, 0, WNOHANG));
  SAY(waitpid(getpid(), 0, 0));
  SAY(wait(0));
  if ((pid = fork()) == 0) { usleep(30000); _exit(3); }
  SAY(waitpid(pid, &status, WNOHANG));
  siginfo_t info;
  SAY(waitid(P_PID, pid, &info, WEXITED | WNOWAIT));
  printf("%d %d %d %d\n", info.si_pid == pid, info.si_code, info.si_status, info.si_signo);
  SAY(waitid(P_ALL, 0, &info, WEXITED));
  printf("%c\n", parent_of_orphan());

  // A child is in its parent's group until it makes its own.
  int p[2];
  pipe(p);
  if ((pid = fork()) == 0) {
    char same = getpgrp() == getpgid(getppid());
    SAY(setpgid(0, 0));
    char own = getpgrp() == getpid();
    SAY(setsid());
    write(p[1], (char[]){same, own}, 2);
    _exit(0);
  }
  char said[2];
  read(p[0], said, 2);
  status_of(pid);
  printf("%d %d\n", said[0], said[1]);
  if ((pid = fork()) == 0) { if (setsid() == getpid() && getsid(0) == getpid()) _exit(1); _exit(0); }
  printf("session %d\n", WEXITSTATUS(status_of(pid)));
  SAY(kill(999999, 0));
  SAY(kill(getpid(), 65));
  SAY(getpgid(999999));

  // Without room for descriptors nothing can be opened.
  struct rlimit few = {3, 3};
  if ((pid = fork()) == 0) {
    SAY(setrlimit(RLIMIT_NOFILE, &few));
    SAY(dup(0));
    SAY(open("/", O_RDONLY));
    SAY(pipe(p));
    _exit(0);
  }
  status_of(pid);
  // Children ignored are not waited for.
  signal(SIGCHLD, SIG_IGN);
  if ((pid = fork()) == 0) _exit(0);
  SAY(waitpid(pid, &status, 0));
  return 0;
}
