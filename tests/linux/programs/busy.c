// Files that are executed and files that are written: one or the other (ETXTBSY).
#include "check.h"
#include <sys/syscall.h>

#define FILE_ "./busy-program"
#define SCRIPT "./busy-script"

static void copy(const char *from, const char *to) {
  char bytes[65536];
  int in = open(from, O_RDONLY), out = open(to, O_WRONLY | O_CREAT | O_TRUNC, 0755);
  for (long n; (n = read(in, bytes, sizeof bytes)) > 0;) write(out, bytes, n);
  close(in), close(out);
}

// Runs the program, which says what it can do to its own file; the exit code, or 100 and the error.
static int run(const char *what, const char *argument) {
  fflush(stdout);
  pid_t pid = fork();
  if (!pid) {
    char *args[] = {(char *)what, (char *)argument, 0}, *env[] = {0};
    execve(what, args, env);
    _exit(errno == ETXTBSY ? 100 : errno == ENOENT ? 101 : 102);
  }
  return WEXITSTATUS(status_of(pid));
}

static int inside(void) {
  SAY(open(FILE_, O_WRONLY));
  SAY(open(FILE_, O_RDWR));
  SAY(open(FILE_, O_RDONLY | O_TRUNC));
  SAY(open(FILE_, O_RDWR | O_CREAT | O_TRUNC, 0755));
  SAY(open("/proc/self/exe", O_WRONLY));
  SAY(truncate(FILE_, 0));
  SAY(open(FILE_, O_RDONLY) >= 0);
  SAY(chmod(FILE_, 0700));
  SAY(link(FILE_, "./busy-link"));
  SAY(open("./busy-link", O_WRONLY));
  SAY(unlink("./busy-link"));
  // A child has the same program, until it has another or ends.
  pid_t pid = fork();
  if (!pid) pause();
  SAY(open(FILE_, O_WRONLY));
  kill(pid, SIGKILL);
  SAY(status_of(pid) == SIGKILL);
  SAY(rename(FILE_, FILE_ "2"));
  SAY(open(FILE_ "2", O_WRONLY));
  SAY(open(FILE_, O_WRONLY | O_CREAT | O_EXCL, 0600) >= 0);
  SAY(rename(FILE_ "2", FILE_));
  return 7;
}

int main(int argc, char **argv) {
  if (argc > 1 && !strcmp(argv[1], "inside")) return inside();
  if (argc > 1) return 5;
  copy("/proc/self/exe", FILE_);
  SAY(run(FILE_, "inside"));
  // The program has ended: it may be written again, and while it is, nobody starts it.
  int fd = open(FILE_, O_WRONLY);
  SAY(fd >= 0);
  SAY(run(FILE_, "x"));
  int other = open(FILE_, O_RDWR);
  SAY(close(fd));
  SAY(run(FILE_, "x"));
  int same = dup(other);
  SAY(close(other));
  SAY(run(FILE_, "x"));
  SAY(close(same));
  SAY(run(FILE_, "x"));
  fd = open(FILE_, O_RDONLY);
  SAY(run(FILE_, "x"));
  close(fd);
  // A mapping that may write keeps its file, closed or not.
  fd = open(FILE_, O_RDWR);
  char *m = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  close(fd);
  SAY(m != MAP_FAILED);
  SAY(run(FILE_, "x"));
  SAY(munmap(m, 4096));
  SAY(run(FILE_, "x"));
  // A script is as busy as a program is; its interpreter too.
  fd = open(SCRIPT, O_WRONLY | O_CREAT, 0755);
  dprintf(fd, "#!" FILE_ "\n");
  SAY(run(SCRIPT, "x"));
  close(fd);
  SAY(run(SCRIPT, "x"));
  fd = open(FILE_, O_WRONLY);
  SAY(run(SCRIPT, "x"));
  close(fd);
  // Of a file without a name the descriptor that fills it.
  int memory = memfd_create("program", 0);
  char bytes[65536], path[64];
  int in = open(FILE_, O_RDONLY);
  for (long n; (n = read(in, bytes, sizeof bytes)) > 0;) write(memory, bytes, n);
  snprintf(path, sizeof path, "/proc/self/fd/%d", memory);
  SAY(run(path, "x"));
  int reading = open(path, O_RDONLY);
  SAY(reading >= 0);
  close(memory);
  snprintf(path, sizeof path, "/proc/self/fd/%d", reading);
  SAY(run(path, "x"));
  unlink(FILE_), unlink(SCRIPT);
  SAY(run(FILE_, "x"));
  return 0;
}
