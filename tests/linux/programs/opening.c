// openat2 and where its paths may not lead; files that are made without a name.
#include "check.h"
#include <sys/syscall.h>

#ifndef O_TMPFILE
#define O_TMPFILE (020000000 | O_DIRECTORY)
#endif
struct how {
  uint64_t flags, mode, resolve, more;
};
enum { NO_XDEV = 1, NO_MAGICLINKS = 2, NO_SYMLINKS = 4, BENEATH = 8, IN_ROOT = 16, CACHED = 32 };

static int opened(int dir, const char *path, uint64_t flags, uint64_t mode, uint64_t resolve) {
  struct how h = {flags, mode, resolve, 0};
  int fd = syscall(437, dir, path, &h, 24);
  if (fd < 0) return fd;
  close(fd);
  return 0;
}

static const char *where(int fd) {
  static char path[256], link[64];
  sprintf(link, "/proc/self/fd/%d", fd);
  long n = readlink(link, path, sizeof path - 1);
  path[n < 0 ? 0 : n] = 0;
  char *number = strstr(path, "/#");
  if (number) strcpy(number, strstr(number, " (deleted)") ? "/#N (deleted)" : "/#N");
  char *slash = strrchr(path, '/');
  return slash ? slash : path;
}

int main(void) {
  mkdir("in", 0755);
  mkdir("in/deep", 0755);
  close(open("in/file", O_CREAT | O_WRONLY, 0644));
  close(open("outside", O_CREAT | O_WRONLY, 0644));
  symlink("file", "in/good");
  symlink("../outside", "in/up");
  symlink("/outside", "in/absolute");
  symlink("/file", "in/rooted");
  symlink("deep", "in/shallow");
  symlink("loop", "in/loop");
  symlink("/proc/self/cwd", "in/magic");
  int dir = open("in", O_PATH | O_DIRECTORY);

  struct how h = {O_RDONLY, 0, 0, 0};
  SAY(syscall(437, dir, "file", &h, 16));
  SAY(syscall(437, dir, "file", &h, 32) >= 0);
  h.more = 1;
  SAY(syscall(437, dir, "file", &h, 32));
  SAY(syscall(437, dir, "file", &h, 5000));
  SAY(opened(dir, "file", O_RDONLY, 0, 0));
  SAY(opened(dir, "none", O_RDONLY, 0, 0));
  SAY(opened(-1, "in/file", O_RDONLY, 0, 0));
  SAY(opened(AT_FDCWD, "in/file", O_RDONLY, 0, 0));
  SAY(opened(dir, "file", O_RDONLY, 0644, 0));
  SAY(opened(dir, "file", O_RDWR | O_CREAT, 010000, 0));
  SAY(opened(dir, "file", 1ull << 40, 0, 0));
  SAY(opened(dir, "file", 1ull << 31, 0, 0));
  SAY(opened(dir, "file", 0, 0, 64));
  SAY(opened(dir, "file", 0, 0, BENEATH | IN_ROOT));
  SAY(opened(dir, "file", O_PATH | O_TRUNC, 0, 0));
  SAY(opened(dir, "file", O_PATH | O_NOFOLLOW, 0, 0));
  SAY(opened(dir, "new", O_WRONLY | O_CREAT, 0600, CACHED));
  SAY(opened(dir, "new", O_WRONLY | O_CREAT | O_EXCL, 0600, 0));
  SAY(opened(dir, "new", O_WRONLY | O_CREAT | O_EXCL, 0600, 0));

  static const char *PATHS[] = {"file",       "good",         "up",        "absolute",  "rooted",       "shallow",
                                "shallow/..", "deep/../file", "../in/file", "..",        "deep/../..",   "/file",
                                "/../file",   "loop",         "magic",     "magic/in",  "deep/../good", ".",
                                "/proc",      "none",         "none/x",    "file/x",    "./file",       "up/x"};
  static const int LIMITS[] = {0, BENEATH, IN_ROOT, NO_SYMLINKS, NO_MAGICLINKS, NO_XDEV, BENEATH | NO_SYMLINKS};
  for (unsigned l = 0; l < sizeof LIMITS / sizeof *LIMITS; l++)
    for (unsigned p = 0; p < sizeof PATHS / sizeof *PATHS; p++) {
      if (LIMITS[l] == 0 && (!strcmp(PATHS[p], "absolute") || !strcmp(PATHS[p], "rooted"))) continue;
      errno = 0;
      int r = opened(dir, PATHS[p], O_RDONLY, 0, LIMITS[l]);
      printf("%d %s: %s\n", LIMITS[l], PATHS[p], r ? strerror(errno) : "opened");
    }
  SAY(opened(AT_FDCWD, "/proc/self/exe", O_RDONLY, 0, NO_MAGICLINKS));
  SAY(opened(AT_FDCWD, "/proc/self/exe", O_PATH | O_NOFOLLOW, 0, NO_SYMLINKS));
  SAY(opened(AT_FDCWD, "/proc/self/status", O_RDONLY, 0, NO_XDEV));
  SAY(opened(AT_FDCWD, "/proc/../proc", O_RDONLY, 0, NO_XDEV));
  SAY(opened(dir, "good", O_PATH | O_NOFOLLOW, 0, NO_SYMLINKS | BENEATH));
  SAY(opened(dir, "absolute/x", O_WRONLY | O_CREAT, 0600, IN_ROOT));
  SAY(opened(dir, "up", O_WRONLY | O_CREAT, 0600, IN_ROOT));
  SAY(access("in/outside", F_OK));

  // Files without a name.
  SAY(open("in", O_TMPFILE | O_RDONLY, 0600));
  SAY(open("in/file", O_TMPFILE | O_RDWR, 0600));
  SAY(open("in/none", O_TMPFILE | O_RDWR, 0600));
  SAY(open("in", (O_TMPFILE & ~O_DIRECTORY) | O_RDWR, 0600));
  SAY(open("in", O_TMPFILE | O_RDWR | O_CREAT, 0600));
  umask(022);
  int fd = open("in", O_TMPFILE | O_RDWR, 0666);
  SAY(fd >= 0);
  struct stat s;
  SAY(fstat(fd, &s));
  SAY(s.st_nlink);
  printf("%o\n", s.st_mode);
  puts(where(fd));
  SAY(write(fd, "hello", 5));
  char name[64], c[8] = "";
  sprintf(name, "/proc/self/fd/%d", fd);
  SAY(linkat(AT_FDCWD, name, AT_FDCWD, "in/named", AT_SYMLINK_FOLLOW));
  SAY(fstat(fd, &s));
  SAY(s.st_nlink);
  int other = open("in/named", O_RDONLY);
  SAY(read(other, c, 8));
  puts(c);
  SAY(linkat(AT_FDCWD, name, AT_FDCWD, "in/named", AT_SYMLINK_FOLLOW));
  SAY(linkat(AT_FDCWD, name, AT_FDCWD, "in/again", AT_SYMLINK_FOLLOW));
  unlink("in/named");
  unlink("in/again");
  SAY(linkat(AT_FDCWD, name, AT_FDCWD, "in/named", AT_SYMLINK_FOLLOW));
  fd = open("in", O_TMPFILE | O_RDWR | O_EXCL, 0600);
  SAY(fd >= 0);
  sprintf(name, "/proc/self/fd/%d", fd);
  SAY(linkat(AT_FDCWD, name, AT_FDCWD, "in/named", AT_SYMLINK_FOLLOW));
  fd = open("in", O_TMPFILE | O_WRONLY, 0600);
  SAY(linkat(fd, "", AT_FDCWD, "in/named", AT_EMPTY_PATH));
  SAY(access("in/named", F_OK));
  SAY(linkat(fd, "", AT_FDCWD, "in/x", 0x40000));
  int n = 0;
  DIR *d = opendir("in");
  while (readdir(d)) n++;
  SAY(n);
  return 0;
}
