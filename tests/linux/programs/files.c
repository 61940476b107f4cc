// Names and files: what can be made, found, moved and removed, and how it fails.
#include "check.h"
#include <sys/syscall.h>

enum { NOREPLACE = 1, EXCHANGE = 2 };

static int by_name(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }
static void list(const char *path) {
  char *names[64];
  int n = 0;
  DIR *d = opendir(path);
  for (struct dirent *e; (e = readdir(d));) names[n++] = strdup(e->d_name);
  closedir(d);
  qsort(names, n, sizeof *names, by_name);
  printf("%s:", path);
  for (int i = 0; i < n; i++) printf(" %s", names[i]);
  printf("\n");
}
static void show(const char *path) {
  struct stat s;
  if (lstat(path, &s)) { printf("%s: %s\n", path, strerror(errno)); return; }
  printf("%s: %o links %d size %ld\n", path, s.st_mode, S_ISDIR(s.st_mode) ? 0 : (int)s.st_nlink, S_ISDIR(s.st_mode) ? 0L : (long)s.st_size);
}

int main(void) {
  umask(022);
  SAY(mkdir("d", 0777));
  SAY(mkdir("d", 0777));
  SAY(mkdir("d/", 0777));
  SAY(mkdir("no/such", 0777));
  SAY(chdir("d"));
  int fd = open("f", O_RDWR | O_CREAT | O_EXCL, 0666);
  SAY(open("f", O_RDWR | O_CREAT | O_EXCL, 0666));
  SAY(open("f", O_RDONLY | O_DIRECTORY));
  SAY(open("f/", O_RDONLY));
  SAY(open("f/x", O_RDONLY));
  SAY(open(".", O_WRONLY));
  SAY(open("", O_RDONLY));
  SAY(write(fd, "0123456789", 10));
  SAY(lseek(fd, -3, SEEK_END));
  char b[64] = {0};
  SAY(read(fd, b, 10));
  printf("%s\n", b);
  SAY(lseek(fd, 100, SEEK_SET));
  SAY(write(fd, "far", 3));
  SAY(pread(fd, b, 20, 95));
  printf("%d %d %c\n", b[0], b[4], b[5]);
  SAY(lseek(fd, -1, SEEK_SET));
  SAY(ftruncate(fd, 5));
  SAY(lseek(fd, 0, SEEK_END));
  int ap = open("f", O_WRONLY | O_APPEND);
  SAY(write(ap, "end", 3));
  SAY(pwrite(fd, "X", 1, 0));
  memset(b, 0, sizeof b);
  SAY(pread(fd, b, 20, 0));
  printf("%s\n", b);
  SAY(read(ap, b, 1));
  SAY(write(open("f", O_RDONLY), "x", 1));
  show("f");
  SAY(link("f", "g"));
  show("g");
  SAY(link("f", "g"));
  SAY(link("..", "h"));
  SAY(symlink("f", "s"));
  SAY(symlink("loop", "loop"));
  SAY(symlink("missing", "dangling"));
  show("s");
  SAY(readlink("s", b, sizeof b));
  SAY(readlink("f", b, sizeof b));
  SAY(open("loop", O_RDONLY));
  SAY(open("dangling", O_RDONLY));
  SAY(open("s", O_RDONLY | O_NOFOLLOW));
  SAY(close(open("dangling", O_WRONLY | O_CREAT, 0600)));
  show("missing");
  list(".");
  SAY(mkdir("sub", 0700));
  SAY(mkdir("sub/deep", 0700));
  SAY(rmdir("sub"));
  SAY(unlink("sub"));
  SAY(rmdir("f"));
  SAY(rename("sub", "sub/deep/x"));
  SAY(rename("f", "sub"));
  SAY(rename("sub", "f"));
  SAY(rename("nothing", "f"));
  SAY(rename("f", "g"));
  show("f");
  SAY(rename("f", "sub/moved"));
  show("sub/moved");
  SAY(rename("sub/deep", "deep"));
  list("sub");
  list("deep");
  SAY(rename("deep", "sub"));
  SAY(unlink("sub/moved"));
  SAY(rename("deep", "sub"));
  list(".");
  SAY(syscall(SYS_renameat2, AT_FDCWD, "g", AT_FDCWD, "s", NOREPLACE));
  SAY(syscall(SYS_renameat2, AT_FDCWD, "g", AT_FDCWD, "s", EXCHANGE));
  show("g");
  show("s");
  SAY(rmdir("."));
  SAY(rmdir("sub/.."));
  SAY(unlink("."));

  // An open file outlives its name.
  SAY(unlink("s"));
  SAY(pread(fd, b, 3, 0));
  struct stat st;
  fstat(fd, &st);
  printf("links %d\n", (int)st.st_nlink);
  SAY(fchmod(fd, 0600));
  SAY(chmod("missing", 04711));
  show("missing");
  struct timespec when[2] = {{1000000000, 5000000}, {1100000000, 0}};
  SAY(utimensat(AT_FDCWD, "missing", when, 0));
  stat("missing", &st);
  printf("%ld %ld %ld\n", (long)st.st_atime, (long)st.st_atim.tv_nsec, (long)st.st_mtime);
  SAY(access("missing", W_OK));
  SAY(access("nothing", F_OK));
  SAY(truncate("missing", 77));
  show("missing");
  SAY(mkfifo("fifo", 0644));
  show("fifo");
  SAY(open("fifo", O_WRONLY | O_NONBLOCK));

  // Descriptors.
  int copy = dup2(fd, 20);
  SAY(copy);
  SAY(fcntl(copy, F_GETFD));
  SAY(fcntl(copy, F_SETFD, FD_CLOEXEC));
  SAY(fcntl(copy, F_GETFD));
  SAY(fcntl(fd, F_GETFD));
  SAY(fcntl(fd, F_DUPFD, 30));
  SAY(fcntl(ap, F_GETFL) & (O_ACCMODE | O_APPEND));
  SAY(close(copy));
  SAY(close(copy));
  SAY(dup2(fd, -1));
  SAY(lseek(20, 0, SEEK_SET));
  struct iovec v[2] = {{b, 2}, {b + 10, 3}};
  SAY(lseek(fd, 0, SEEK_SET));
  SAY(readv(fd, v, 2));
  SAY(writev(fd, v, 2));

  // A directory that is gone.
  SAY(mkdir("gone", 0700));
  SAY(chdir("gone"));
  SAY(rmdir("../gone"));
  SAY(open("x", O_CREAT | O_WRONLY, 0600));
  SAY(getcwd(b, sizeof b) == 0 ? -1 : 0);
  SAY(chdir(".."));
  char name[300];
  memset(name, 'n', 299);
  name[299] = 0;
  SAY(mkdir(name, 0700));
  return 0;
}
