// What inotify tells of files and directories, event by event.
#include "check.h"
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/xattr.h>

static int in;
static int wds[8];
static unsigned cookies[64];
static int ncookies;

static const struct {
  unsigned bit;
  const char *name;
} NAMES[] = {{IN_ACCESS, "access"},         {IN_MODIFY, "modify"},         {IN_ATTRIB, "attrib"},
             {IN_CLOSE_WRITE, "written"},   {IN_CLOSE_NOWRITE, "closed"},  {IN_OPEN, "open"},
             {IN_MOVED_FROM, "from"},       {IN_MOVED_TO, "to"},           {IN_CREATE, "create"},
             {IN_DELETE, "delete"},         {IN_DELETE_SELF, "delete-self"}, {IN_MOVE_SELF, "move-self"},
             {IN_UNMOUNT, "unmount"},       {IN_Q_OVERFLOW, "overflow"},   {IN_IGNORED, "ignored"},
             {IN_ISDIR, "dir"}};

static int cookie_of(unsigned c) {
  if (!c) return 0;
  for (int i = 0; i < ncookies; i++)
    if (cookies[i] == c) return i + 1;
  cookies[ncookies++] = c;
  return ncookies;
}

// Prints what happened since the last time.
static void tell(const char *title) {
  static char buffer[65536] __attribute__((aligned(8)));
  printf("%s:\n", title);
  for (;;) {
    long n = read(in, buffer, sizeof buffer);
    if (n <= 0) break;
    for (long at = 0; at < n;) {
      struct inotify_event *e = (struct inotify_event *)(buffer + at);
      printf("  %d", e->wd);
      for (unsigned i = 0; i < sizeof NAMES / sizeof *NAMES; i++)
        if (e->mask & NAMES[i].bit) printf(" %s", NAMES[i].name);
      if (e->cookie) printf(" cookie %d", cookie_of(e->cookie));
      if (e->len) printf(" \"%s\" (%u)", e->name, e->len);
      printf("\n");
      at += sizeof *e + e->len;
    }
  }
  fflush(stdout);
}

static void put(const char *path, const char *text, int flags) {
  int fd = open(path, O_WRONLY | O_CREAT | flags, 0644);
  write(fd, text, strlen(text));
  close(fd);
}

int main(void) {
  SAY(inotify_init1(0x1234567));
  in = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
  SAY(in >= 0);
  SAY(fcntl(in, F_GETFD));
  char c[16];
  SAY(read(in, c, sizeof c));
  mkdir("d", 0755);
  SAY(inotify_add_watch(in, "none", IN_ALL_EVENTS));
  SAY(inotify_add_watch(in, "d", 0));
  SAY(inotify_add_watch(0, "d", IN_ALL_EVENTS));
  SAY(inotify_add_watch(99, "d", IN_ALL_EVENTS));
  SAY(inotify_add_watch(in, "d", IN_ALL_EVENTS));
  SAY(inotify_add_watch(in, "./d/../d", IN_ALL_EVENTS));
  SAY(inotify_add_watch(in, "d", IN_ALL_EVENTS | IN_MASK_CREATE));
  SAY(inotify_add_watch(in, "d", IN_ALL_EVENTS | IN_MASK_CREATE | IN_MASK_ADD));
  put("plain", "", 0);
  SAY(inotify_add_watch(in, "plain", IN_ALL_EVENTS | IN_ONLYDIR));
  unlink("plain");
  tell("nothing yet");

  put("d/file", "hello", 0);
  tell("created");
  put("d/file", "hello again", O_APPEND);
  tell("appended");
  int fd = open("d/file", O_RDONLY);
  read(fd, c, 4);
  read(fd, c, 4);
  pread(fd, c, 1, 0);
  lseek(fd, 100, SEEK_SET);
  read(fd, c, 4);
  close(fd);
  tell("read");
  fd = open("d/file", O_RDWR | O_TRUNC);
  close(fd);
  fd = open("d/file", O_RDWR);
  ftruncate(fd, 10);
  close(fd);
  truncate("d/file", 5);
  tell("truncated");
  chmod("d/file", 0600);
  chown("d/file", -1, getgid());
  tell("attributes");
  struct timespec now[2] = {{1000, 0}, {2000, 0}};
  utimensat(AT_FDCWD, "d/file", now, 0);
  now[0].tv_nsec = UTIME_OMIT;
  utimensat(AT_FDCWD, "d/file", now, 0);
  tell("times");
  fd = open("d/file", O_PATH);
  close(fd);
  struct stat s;
  stat("d/file", &s);
  access("d/file", R_OK);
  tell("only looked at");

  SAY(inotify_add_watch(in, "d/file", IN_ALL_EVENTS));
  fd = open("d/file", O_RDWR);
  write(fd, "x", 1);
  close(fd);
  tell("watched twice");
  link("d/file", "d/other");
  tell("linked");
  rename("d/file", "d/new");
  tell("renamed");
  mkdir("e", 0755);
  rename("d/new", "e/new");
  tell("moved out");
  rename("e/new", "d/back");
  tell("moved in");
  unlink("d/other");
  tell("one name less");
  fd = open("d/back", O_RDONLY);
  unlink("d/back");
  tell("no name");
  close(fd);
  tell("and closed");

  mkdir("d/sub", 0755);
  symlink("nowhere", "d/link");
  mkfifo("d/fifo", 0600);
  tell("other kinds");
  SAY(inotify_add_watch(in, "d/link", IN_ALL_EVENTS));
  int w = inotify_add_watch(in, "d/link", IN_ALL_EVENTS | IN_DONT_FOLLOW);
  SAY(w);
  unlink("d/link");
  tell("a link");
  w = inotify_add_watch(in, "d/sub", IN_ALL_EVENTS);
  DIR *dir = opendir("d/sub");
  while (readdir(dir));
  closedir(dir);
  tell("listed");
  rename("d/sub", "d/sub2");
  tell("a directory renamed");
  rmdir("d/sub2");
  tell("a directory removed");
  put("d/a", "1", 0);
  put("d/b", "2", 0);
  rename("d/a", "d/b");
  unlink("d/fifo");
  tell("over another");

  SAY(inotify_rm_watch(in, 1));
  SAY(inotify_rm_watch(in, 1));
  SAY(inotify_rm_watch(in, 77));
  tell("not watched any more");
  w = inotify_add_watch(in, "d", IN_CREATE | IN_ONESHOT);
  put("d/one", "", 0);
  put("d/two", "", 0);
  tell("once");
  w = inotify_add_watch(in, "d", IN_CREATE);
  SAY(inotify_add_watch(in, "d", IN_DELETE | IN_MASK_ADD) == w);
  unlink("d/one");
  put("d/three", "", 0);
  SAY(inotify_add_watch(in, "d", IN_DELETE) == w);
  put("d/four", "", 0);
  unlink("d/four");
  tell("asked for more, then less");
  w = inotify_add_watch(in, "d", IN_MODIFY | IN_EXCL_UNLINK);
  fd = open("d/two", O_WRONLY);
  write(fd, "1", 1);
  unlink("d/two");
  write(fd, "2", 1);
  close(fd);
  tell("not of what has no name");
  w = inotify_add_watch(in, "d", IN_MODIFY);
  fd = open("d/five", O_WRONLY | O_CREAT, 0600);
  unlink("d/five");
  write(fd, "2", 1);
  close(fd);
  tell("of what has none");

  // Room for part of what there is, for none, and the number of bytes.
  put("d/a-name-that-is-longer-than-sixteen", "", 0);
  w = inotify_add_watch(in, "d", IN_CREATE | IN_DELETE);
  put("d/x", "", 0);
  put("d/a-second-name-that-is-longer", "", 0);
  int bytes = 0;
  SAY(ioctl(in, FIONREAD, &bytes));
  SAY(bytes);
  SAY(read(in, c, 16));
  char some[48];
  SAY(read(in, some, sizeof some));
  SAY(ioctl(in, FIONREAD, &bytes));
  SAY(bytes);
  struct pollfd p = {in, POLLIN | POLLOUT, 0};
  SAY(poll(&p, 1, 0));
  SAY(p.revents);
  SAY(write(in, c, 1));
  tell("the rest");
  SAY(poll(&p, 1, 0));

  // Who waits is woken, and epoll says so.
  pid_t child = fork();
  if (!child) {
    usleep(20000);
    put("d/late", "", 0);
    _exit(0);
  }
  int ep = epoll_create1(0);
  struct epoll_event ev = {EPOLLIN, {0}};
  epoll_ctl(ep, EPOLL_CTL_ADD, in, &ev);
  SAY(epoll_wait(ep, &ev, 1, 5000));
  tell("woken");
  waitpid(child, 0, 0);
  // Many of a kind are told once.
  inotify_add_watch(in, "d", IN_MODIFY);
  fd = open("d/late", O_WRONLY);
  for (int i = 0; i < 10; i++) write(fd, "x", 1);
  tell("alike");
  close(fd);
  close(in);
  return 0;
}
