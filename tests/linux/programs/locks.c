// Locks on files: records of processes and of open files, whole files, who waits, who is told of a deadlock.
#include "check.h"
#include <sys/file.h>

static int lock(int fd, int command, int type, long from, long length) {
  struct flock l = {.l_type = type, .l_whence = SEEK_SET, .l_start = from, .l_len = length};
  return fcntl(fd, command, &l);
}

static void look(int fd, int type, long from, long length, pid_t who) {
  struct flock l = {.l_type = type, .l_whence = SEEK_SET, .l_start = from, .l_len = length};
  int r = fcntl(fd, F_GETLK, &l);
  printf("%d: type %d from %ld length %ld, %s\n", r, l.l_type, (long)l.l_start, (long)l.l_len,
         l.l_type == F_UNLCK ? "free" : l.l_pid == who ? "the parent's" : l.l_pid == -1 ? "an open file's" : "another's");
  fflush(stdout);
}

int main(void) {
  int fd = open("locked", O_RDWR | O_CREAT, 0600);
  pid_t self = getpid();
  write(fd, "0123456789", 10);
  SAY(lock(fd, F_SETLK, F_WRLCK, 10, 20));
  SAY(lock(fd, F_SETLK, F_RDLCK, 15, 5));
  SAY(lock(fd, F_SETLK, F_UNLCK, 25, 1));
  look(fd, F_WRLCK, 0, 0, self);
  if (!fork()) {
    int own = open("locked", O_RDWR);
    look(own, F_WRLCK, 0, 0, self);
    look(own, F_WRLCK, 0, 10, self);
    look(own, F_RDLCK, 15, 5, self);
    look(own, F_WRLCK, 15, 5, self);
    look(own, F_WRLCK, 25, 1, self);
    look(own, F_WRLCK, 26, 100, self);
    SAY(lock(own, F_SETLK, F_WRLCK, 12, 1));
    SAY(lock(own, F_SETLK, F_RDLCK, 16, 1));
    SAY(lock(own, F_SETLK, F_WRLCK, 0, 10));
    int only = open("locked", O_RDONLY);
    SAY(lock(only, F_SETLK, F_WRLCK, 100, 1));
    SAY(lock(only, F_SETLK, 7, 100, 1));
    _exit(0);
  }
  wait(0);
  look(fd, F_WRLCK, 0, 10, self);
  // Closing any descriptor of the file lets go of all.
  close(open("locked", O_RDONLY));
  if (!fork()) {
    look(fd, F_WRLCK, 0, 0, self);
    _exit(0);
  }
  wait(0);
  // Who waits goes on when the lock goes.
  lock(fd, F_SETLK, F_WRLCK, 0, 0);
  pid_t waiter = fork();
  if (!waiter) {
    SAY(lock(fd, F_SETLKW, F_WRLCK, 0, 0));
    _exit(0);
  }
  usleep(30000);
  printf("unlocking\n");
  fflush(stdout);
  lock(fd, F_SETLK, F_UNLCK, 0, 0);
  waitpid(waiter, 0, 0);
  // Two that wait for each other.
  int to[2];
  pipe(to);
  lock(fd, F_SETLK, F_WRLCK, 0, 1);
  waiter = fork();
  if (!waiter) {
    lock(fd, F_SETLK, F_WRLCK, 1, 1);
    write(to[1], "x", 1);
    int r = lock(fd, F_SETLKW, F_WRLCK, 0, 1);
    _exit(r == 0 ? 5 : 6);
  }
  char c;
  read(to[0], &c, 1);
  usleep(30000);
  SAY(lock(fd, F_SETLKW, F_WRLCK, 1, 1));
  lock(fd, F_SETLK, F_UNLCK, 0, 0);
  printf("%d\n", status_of(waiter) >> 8);
  // Of open files.
  int other = open("locked", O_RDWR);
  SAY(lock(fd, F_OFD_SETLK, F_WRLCK, 0, 5));
  SAY(lock(other, F_OFD_SETLK, F_RDLCK, 4, 5));
  SAY(lock(other, F_OFD_SETLK, F_RDLCK, 5, 5));
  look(other, F_WRLCK, 0, 5, self);
  int same = dup(fd);
  close(fd);
  SAY(lock(other, F_OFD_SETLK, F_RDLCK, 4, 1));
  close(same);
  SAY(lock(other, F_OFD_SETLK, F_RDLCK, 4, 1));
  // Whole files.
  int a = open("locked", O_RDONLY), b = open("locked", O_RDONLY);
  SAY(flock(a, LOCK_SH));
  SAY(flock(b, LOCK_SH | LOCK_NB));
  SAY(flock(b, LOCK_EX | LOCK_NB));
  SAY(flock(a, LOCK_UN));
  SAY(flock(b, LOCK_EX | LOCK_NB));
  SAY(flock(a, LOCK_SH | LOCK_NB));
  waiter = fork();
  if (!waiter) {
    int mine = open("locked", O_RDONLY);
    SAY(flock(mine, LOCK_EX));
    _exit(0);
  }
  usleep(30000);
  printf("letting go\n");
  fflush(stdout);
  flock(b, LOCK_UN);
  waitpid(waiter, 0, 0);
  SAY(flock(b, 77));
  SAY(flock(99, LOCK_SH));
  return 0;
}
