/* archive x DIRECTORY < tar; archive c DIRECTORY PATH > tar; archive p DIRECTORY PATH > content of one file. No link leads out of the
 * directory: it is the root. */
#include "archive.h"

void complain(const char *what, const char *path, long error) {
  char line[512];
  size_t n = 0;
  const char *parts[] = {"archive: ", what, path ? ": " : "", path ? path : ""};
  for (int i = 0; i < 4; i++)
    for (const char *s = parts[i]; *s && n < sizeof line - 32; s++) line[n++] = *s;
  if (error) {
    char digits[8];
    int d = 0;
    for (long e = error < 0 ? -error : error; e && d < 8; e /= 10) digits[d++] = (char)('0' + e % 10);
    memcpy(line + n, ": error ", 8);
    n += 8;
    while (d) line[n++] = digits[--d];
  }
  line[n++] = '\n';
  sys_write(2, line, n);
}

void give_up(const char *what, long error) {
  complain(what, NULL, error);
  sys_exit(2);
}

void *keep_memory(size_t n) {
  enum { CHUNK = 1 << 20, READ_WRITE = 3, PRIVATE_ANONYMOUS = 0x22 };
  static char *at;
  static size_t left;
  n = (n + 15) & ~(size_t)15;
  if (n > left) {
    size_t size = n > CHUNK ? n : CHUNK;
    long got = syscall6(SYS_mmap, 0, (long)size, READ_WRITE, PRIVATE_ANONYMOUS, -1, 0);
    if (got < 0 && got > -4096) give_up("out of memory", got);
    at = (char *)got;
    left = size;
  }
  void *result = at;
  at += n;
  left -= n;
  return result;
}

uint32_t header_sum(const struct header *h) {
  const unsigned char *bytes = (const unsigned char *)h;
  uint32_t sum = 8 * ' ';
  for (size_t i = 0; i < sizeof *h; i++) sum += bytes[i];
  for (size_t i = 0; i < sizeof h->sum; i++) sum -= (unsigned char)h->sum[i];
  return sum;
}

const char *after(const char *text, const char *prefix) {
  while (*prefix)
    if (*text++ != *prefix++) return NULL;
  return text;
}

static int print(const char *path) {
  static unsigned char buffer[1 << 16];
  int fd = sys_open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  if (fd < 0) {
    complain("cannot read", path, fd);
    return 1;
  }
  for (;;) {
    long n = sys_read(fd, buffer, sizeof buffer);
    if (n == -EINTR) continue;
    if (n < 0) complain("cannot read", path, n);
    if (n <= 0) return n < 0;
    for (long done = 0, part; done < n; done += part > 0 ? part : 0) {
      part = sys_write(1, buffer + done, (size_t)(n - done));
      if (part < 0 && part != -EINTR) give_up("cannot write", part);
    }
  }
}

_Noreturn void archive_main(long count, char **arguments);
_Noreturn void archive_main(long count, char **arguments) {
  if (count < 3) give_up("usage: archive x DIRECTORY | c DIRECTORY PATH | p DIRECTORY PATH", 0);
  long error = syscall(SYS_chroot, arguments[2], 0, 0);
  if (!error) error = syscall(SYS_chdir, "/", 0, 0);
  if (error) give_up(arguments[2], error);
  syscall(SYS_umask, 0, 0, 0);
  if (count == 3) sys_exit(extract());
  sys_exit(arguments[1][0] == 'p' ? print(arguments[3]) : create(arguments[3]));
}

__asm__(
    ".globl _start\n"
    "_start:\n"
    "  .option push\n"
    "  .option norelax\n"
    "  la gp, __global_pointer$\n"
    "  .option pop\n"
    "  ld a0, 0(sp)\n"
    "  addi a1, sp, 8\n"
    "  andi sp, sp, -16\n"
    "  call archive_main\n");
