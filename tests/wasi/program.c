/* What WASI's calls answer, through the C library; the same lines have to come out of every host. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define SHOW(call) do { errno = 0; long r_ = (long)(call); printf("%s = %ld %s\n", #call, r_, r_ < 0 ? strerror(errno) : ""); } while (0)

static int compare(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

static void list(const char *path) {
  DIR *d = opendir(path);
  if (!d) { printf("opendir %s: %s\n", path, strerror(errno)); return; }
  static char *names[256];
  int n = 0;
  /* Some hosts list the directory itself, some do not. */
  for (struct dirent *e; (e = readdir(d)) && n < 256;)
    if (e->d_name[0] != '.') names[n++] = strdup(e->d_name);
  qsort(names, n, sizeof *names, compare);
  printf("%s:", path);
  for (int i = 0; i < n; i++) printf(" %s", names[i]);
  printf("\n");
  closedir(d);
}

int main(int argc, char **argv) {
  printf("%d:", argc);
  for (int i = 1; i < argc; i++) printf(" %s", argv[i]);
  printf(" A=%s\n", getenv("A"));
  char buffer[256];
  SHOW(mkdir("d", 0755));
  SHOW(mkdir("d", 0755));
  SHOW(mkdir("x/y", 0755));
  int fd;
  SHOW((fd = open("d/f", O_RDWR | O_CREAT | O_EXCL, 0644)) > 2);
  SHOW(open("d/f", O_RDWR | O_CREAT | O_EXCL, 0644));
  SHOW(write(fd, "hello world", 11));
  SHOW(lseek(fd, 6, SEEK_SET));
  SHOW(read(fd, buffer, 5));
  printf("%.5s\n", buffer);
  SHOW(pwrite(fd, "W", 1, 6));
  SHOW(pread(fd, buffer, 20, 3));
  printf("%.8s\n", buffer);
  SHOW(lseek(fd, 0, SEEK_CUR));
  SHOW(lseek(fd, -3, SEEK_END));
  SHOW(lseek(fd, -30, SEEK_END));
  SHOW(ftruncate(fd, 5));
  struct stat s;
  SHOW(fstat(fd, &s));
  printf("%lld %d %d\n", (long long)s.st_size, S_ISREG(s.st_mode), (int)s.st_nlink);
  SHOW(close(fd));
  SHOW(close(fd));
  SHOW(link("d/f", "d/g"));
  SHOW(stat("d/g", &s));
  printf("%lld %d\n", (long long)s.st_size, (int)s.st_nlink);
  SHOW(symlink("f", "d/l"));
  SHOW(readlink("d/l", buffer, sizeof buffer));
  printf("%.1s\n", buffer);
  SHOW(lstat("d/l", &s));
  printf("%d\n", S_ISLNK(s.st_mode));
  SHOW(fd = open("d/l", O_WRONLY | O_APPEND));
  SHOW(write(fd, "!!", 2));
  SHOW(read(fd, buffer, 1));
  SHOW(close(fd));
  SHOW(stat("d/f", &s));
  printf("%lld\n", (long long)s.st_size);
  list("d");
  SHOW(rename("d/f", "d/h"));
  SHOW(rename("d/none", "d/i"));
  SHOW(unlink("d/g"));
  SHOW(unlink("d"));
  SHOW(rmdir("d"));
  list("d");
  SHOW(open("d/none", O_RDONLY));
  SHOW(open("d/h/x", O_RDONLY));
  SHOW(open("../secret", O_RDONLY) < 0);
  SHOW(open("d/../../secret", O_RDONLY) < 0);
  SHOW(mkdir("many", 0755));
  for (int i = 0; i < 100; i++) {
    snprintf(buffer, sizeof buffer, "many/file-with-a-long-name-%03d", i);
    close(open(buffer, O_WRONLY | O_CREAT, 0644));
  }
  list("many");
  struct timespec t;
  SHOW(clock_gettime(CLOCK_REALTIME, &t));
  SHOW(clock_gettime(CLOCK_MONOTONIC, &t));
  SHOW(clock_getres(CLOCK_MONOTONIC, &t));
  struct timespec pause = {0, 2000000};
  SHOW(nanosleep(&pause, NULL));
  unsigned char random[64] = {0};
  getentropy(random, sizeof random);
  int bits = 0;
  for (int i = 0; i < 64; i++) bits += random[i] != 0;
  printf("random %d\n", bits > 40);
  printf("%zd\n", read(0, buffer, sizeof buffer));
  void *volatile big = malloc(argc > 3 ? 1u << 30 : 1000);
  printf("malloc %d\n", big != NULL);
  fflush(stdout);
  if (argc > 1 && !strcmp(argv[1], "spin")) for (volatile int i = 0;; i++) {}
  if (argc > 1 && !strcmp(argv[1], "trap")) __builtin_trap();
  return 42;
}
