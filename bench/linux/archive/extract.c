#include "archive.h"

enum { BUFFER = 1 << 16, DEEPEST = 512 };

static unsigned char buffer[BUFFER];
static size_t buffered, taken;
static int status;

/* What the headers before a file's own said of it. */
static struct {
  char path[PATH_MOST], link[PATH_MOST];
  int has_path, has_link, has_size, has_user, has_group, has_time;
  uint64_t size, user, group;
  int64_t time[2];
  /* name, NUL, u32 length, value; one after another */
  unsigned char attributes[ATTRIBUTES_MOST];
  size_t attributes_length;
} next;

/* Times of directories are set last: what is put into one changes them. */
struct later {
  struct later *before;
  int64_t time[2];
  char path[];
};
static struct later *directories;

static int fill(void) {
  taken = buffered = 0;
  while (buffered < BUFFER) {
    long n = sys_read(0, buffer + buffered, BUFFER - buffered);
    if (n == -EINTR) continue;
    if (n < 0) give_up("cannot read the archive", n);
    if (n == 0) break;
    buffered += (size_t)n;
  }
  return buffered > 0;
}

/* The next bytes of the archive, at most `most`; they stay until the next call. */
static unsigned char *take(size_t most, size_t *got) {
  if (taken == buffered && !fill()) give_up("the archive ends too early", 0);
  *got = buffered - taken < most ? buffered - taken : most;
  taken += *got;
  return buffer + taken - *got;
}

static void take_all(void *to, size_t n) {
  for (size_t done = 0, got; done < n; done += got) {
    unsigned char *bytes = take(n - done, &got);
    memcpy((char *)to + done, bytes, got);
  }
}

static void skip(uint64_t n) {
  for (size_t got; n; n -= got) take(n < BUFFER ? (size_t)n : BUFFER, &got);
}

static uint64_t padding(uint64_t size) { return (BLOCK - size % BLOCK) % BLOCK; }

/* Octal digits, or a number of the base 256 behind a set bit. */
static uint64_t number(const char *field, size_t length) {
  const unsigned char *bytes = (const unsigned char *)field;
  uint64_t n = 0;
  if (bytes[0] & 0x80) {
    n = bytes[0] & 0x40 ? ~0ull : bytes[0] & 0x3f;
    for (size_t i = 1; i < length; i++) n = n << 8 | bytes[i];
    return n;
  }
  size_t i = 0;
  while (i < length && bytes[i] == ' ') i++;
  for (; i < length && bytes[i] >= '0' && bytes[i] <= '7'; i++) n = n << 3 | (uint64_t)(bytes[i] - '0');
  return n;
}

static uint64_t decimal(const char *text) {
  uint64_t n = 0;
  for (; *text >= '0' && *text <= '9'; text++) n = 10 * n + (uint64_t)(*text - '0');
  return n;
}

/* Seconds with a fraction, possibly before 1970. */
static void read_time(const char *text, int64_t time[2]) {
  int negative = *text == '-';
  if (negative) text++;
  int64_t seconds = (int64_t)decimal(text), fraction = 0;
  while (*text >= '0' && *text <= '9') text++;
  if (*text == '.') {
    text++;
    for (int i = 0; i < 9; i++) {
      fraction *= 10;
      if (*text >= '0' && *text <= '9') fraction += *text++ - '0';
    }
  }
  time[0] = negative ? -seconds - (fraction ? 1 : 0) : seconds;
  time[1] = negative && fraction ? 1000000000 - fraction : fraction;
}

static void copy_path(char *to, const char *from, size_t length) {
  if (length >= PATH_MOST) give_up("a path is too long", 0);
  memcpy(to, from, length);
  to[length] = 0;
}

/* "LENGTH KEY=VALUE\n", one after another. */
static void read_records(char *text, size_t length) {
  for (char *end = text + length; text < end && *text;) {
    size_t size = decimal(text);
    char *stop = text + size;
    if (size < 5 || stop > end || stop[-1] != '\n') give_up("an extended header is broken", 0);
    while (*text && *text != ' ') text++;
    char *key = text + 1, *value = key;
    while (value < stop && *value != '=') value++;
    if (value == stop) give_up("an extended header is broken", 0);
    *value++ = 0;
    stop[-1] = 0;
    size_t n = (size_t)(stop - 1 - value);
    const char *name = after(key, "SCHILY.xattr.");
    if (name && *name) {
      size_t name_length = strlen(name) + 1;
      uint32_t count = (uint32_t)n;
      if (next.attributes_length + name_length + 4 + n > ATTRIBUTES_MOST) give_up("too many extended attributes", 0);
      unsigned char *at = next.attributes + next.attributes_length;
      memcpy(at, name, name_length);
      memcpy(at + name_length, &count, 4);
      memcpy(at + name_length + 4, value, n);
      next.attributes_length += name_length + 4 + n;
    } else if (after(key, "path") && !key[4]) {
      copy_path(next.path, value, n);
      next.has_path = 1;
    } else if (after(key, "linkpath") && !key[8]) {
      copy_path(next.link, value, n);
      next.has_link = 1;
    } else if (after(key, "size") && !key[4]) {
      next.size = decimal(value);
      next.has_size = 1;
    } else if (after(key, "uid") && !key[3]) {
      next.user = decimal(value);
      next.has_user = 1;
    } else if (after(key, "gid") && !key[3]) {
      next.group = decimal(value);
      next.has_group = 1;
    } else if (after(key, "mtime") && !key[5]) {
      read_time(value, next.time);
      next.has_time = 1;
    } else if (after(key, "GNU.sparse")) {
      give_up("sparse files of GNU tar are not understood: make the archive without --sparse", 0);
    }
    text = stop;
  }
}

static void field(char *to, const char *from, size_t length) {
  size_t n = 0;
  while (n < length && from[n]) n++;
  memcpy(to, from, n);
  to[n] = 0;
}

/* Makes it relative, without "." and empty steps; 0 where ".." is one of them. */
static int clean(char *path) {
  char *to = path;
  for (const char *at = path; *at;) {
    const char *end = at;
    while (*end && *end != '/') end++;
    size_t n = (size_t)(end - at);
    if (n == 2 && at[0] == '.' && at[1] == '.') return 0;
    if (n > 0 && !(n == 1 && at[0] == '.')) {
      if (to != path) *to++ = '/';
      for (size_t i = 0; i < n; i++) *to++ = at[i];
    }
    at = *end ? end + 1 : end;
  }
  *to = 0;
  return 1;
}

static void fail(const char *what, const char *path, long error) {
  enum { ENOSPC = 28, EDQUOT = 122, EROFS = 30 };
  complain(what, path, error);
  if (error == -ENOSPC || error == -EIO || error == -EROFS || error == -EDQUOT) give_up("nothing more can be written", error);
  status = 1;
}

static void make_parents(char *path) {
  for (char *at = path; *at; at++) {
    if (*at != '/') continue;
    *at = 0;
    syscall(SYS_mkdirat, AT_FDCWD, path, 0755);
    *at = '/';
  }
}

static long make(const struct header *h, char *path, uint32_t mode) {
  uint64_t major = number(h->major, 8), minor = number(h->minor, 8);
  switch (h->type) {
    case '1':
      return syscall5(SYS_linkat, AT_FDCWD, (long)next.link, AT_FDCWD, (long)path, 0);
    case '2':
      return syscall(SYS_symlinkat, next.link, AT_FDCWD, path);
    case '3':
    case '4':
      mode |= h->type == '3' ? S_IFCHR : S_IFBLK;
      return syscall5(SYS_mknodat, AT_FDCWD, (long)path, mode, (long)((minor & 0xff) | major << 8 | (minor & ~0xffull) << 12), 0);
    case '5':
      return syscall(SYS_mkdirat, AT_FDCWD, path, mode);
    case '6':
      return syscall5(SYS_mknodat, AT_FDCWD, (long)path, S_IFIFO | mode, 0, 0);
    default:
      return syscall5(SYS_openat, AT_FDCWD, (long)path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, (long)mode, 0);
  }
}

/* A directory stays where there is one; whatever else is there goes. */
static long make_anew(const struct header *h, char *path, uint32_t mode) {
  long made = make(h, path, mode);
  if (made == -ENOENT) {
    make_parents(path);
    made = make(h, path, mode);
  }
  if (made != -EEXIST) return made;
  struct stat there;
  syscall5(SYS_newfstatat, AT_FDCWD, (long)path, (long)&there, AT_SYMLINK_NOFOLLOW, 0);
  int directory = (there.mode & S_IFMT) == S_IFDIR;
  if (directory && h->type == '5') return 0;
  syscall(SYS_unlinkat, AT_FDCWD, path, directory ? AT_REMOVEDIR : 0);
  return make(h, path, mode);
}

static void write_content(int fd, uint64_t size, const char *path) {
  while (size) {
    size_t got;
    unsigned char *bytes = take(size < BUFFER ? (size_t)size : BUFFER, &got);
    size -= got;
    while (got && fd >= 0) {
      long n = sys_write(fd, bytes, got);
      if (n == -EINTR) continue;
      if (n < 0) {
        fail("cannot write", path, n);
        fd = -1;
        break;
      }
      bytes += n;
      got -= (size_t)n;
    }
  }
}

/* Owner before mode and attributes: a change of it takes set-user-ID bits and capabilities away. */
static void dress(const struct header *h, const char *path, uint32_t mode, const int64_t time[2]) {
  uint64_t user = next.has_user ? next.user : number(h->user, 8), group = next.has_group ? next.group : number(h->group, 8);
  long error = syscall5(SYS_fchownat, AT_FDCWD, (long)path, (long)user, (long)group, AT_SYMLINK_NOFOLLOW);
  if (error) fail("cannot set the owner", path, error);
  if (h->type != '2' && (error = syscall(SYS_fchmodat, AT_FDCWD, path, mode))) fail("cannot set the mode", path, error);
  for (unsigned char *at = next.attributes, *end = at + next.attributes_length; at < end;) {
    uint32_t length;
    char *name = (char *)at;
    at += strlen(name) + 1;
    memcpy(&length, at, 4);
    error = syscall5(SYS_lsetxattr, (long)path, (long)name, (long)(at + 4), length, 0);
    if (error) fail(name, path, error);
    at += 4 + length;
  }
  int64_t times[4] = {time[0], time[1], time[0], time[1]};
  if (h->type == '5') {
    struct later *later = keep_memory(sizeof *later + strlen(path) + 1);
    later->before = directories;
    later->time[0] = time[0];
    later->time[1] = time[1];
    memcpy(later->path, path, strlen(path) + 1);
    directories = later;
  } else {
    syscall5(SYS_utimensat, AT_FDCWD, (long)path, (long)times, AT_SYMLINK_NOFOLLOW, 0);
  }
}

static void entry(struct header *h) {
  if (!next.has_path) {
    size_t n = 0;
    if (h->magic[0] == 'u' && h->magic[5] == 0 && h->prefix[0]) {
      field(next.path, h->prefix, sizeof h->prefix);
      n = strlen(next.path);
      next.path[n++] = '/';
    }
    field(next.path + n, h->name, sizeof h->name);
  }
  if (!next.has_link) field(next.link, h->link, sizeof h->link);
  uint64_t size = next.has_size ? next.size : number(h->size, 12);
  if (h->type == 0 || h->type == '7') h->type = '0';
  /* Old archives mark directories by their name alone. */
  size_t length = strlen(next.path);
  if (h->type == '0' && length && next.path[length - 1] == '/') h->type = '5';
  if (h->type == '1' && !clean(next.link)) next.link[0] = 0;
  int good = clean(next.path);
  if (!good) fail("a path leads out of the archive", next.path, 0);
  if (h->type < '0' || h->type > '6') {
    fail("a kind of entry that is not understood", next.path, 0);
    good = 0;
  }
  char *path = next.path[0] ? next.path : ".";
  uint32_t mode = (uint32_t)number(h->mode, 8) & 07777;
  long made = good ? make_anew(h, path, mode) : -EINVAL;
  if (good && made < 0) fail("cannot make", path, made);
  if (h->type == '0') {
    write_content(made >= 0 ? (int)made : -1, size, path);
    if (made >= 0) sys_close((int)made);
    skip(padding(size));
  } else if (h->type != '1' || size) {
    skip(size + padding(size));
  }
  int64_t time[2] = {(int64_t)number(h->modified, 12), 0};
  if (made >= 0 && h->type != '1') dress(h, path, mode, next.has_time ? next.time : time);
}

int extract(void) {
  static struct header h;
  static char text[ATTRIBUTES_MOST];
  int entries = 0;
  for (;;) {
    if (taken == buffered && !fill()) break;
    take_all(&h, sizeof h);
    const char *bytes = (const char *)&h;
    size_t zeros = 0;
    while (zeros < sizeof h && !bytes[zeros]) zeros++;
    if (zeros == sizeof h) break;
    if (number(h.sum, 8) != header_sum(&h)) give_up(entries ? "the archive is damaged" : "this is no tar archive", 0);
    entries++;
    uint64_t size = number(h.size, 12);
    if (h.type == 'x' || h.type == 'g' || h.type == 'L' || h.type == 'K') {
      if (size >= sizeof text) give_up("an extended header is too long", 0);
      take_all(text, size);
      text[size] = 0;
      skip(padding(size));
      if (h.type == 'x') read_records(text, size);
      if (h.type == 'L') copy_path(next.path, text, strlen(text)), next.has_path = 1;
      if (h.type == 'K') copy_path(next.link, text, strlen(text)), next.has_link = 1;
      continue;
    }
    entry(&h);
    next.has_path = next.has_link = next.has_size = next.has_user = next.has_group = next.has_time = 0;
    next.attributes_length = 0;
  }
  for (struct later *d = directories; d; d = d->before) {
    int64_t times[4] = {d->time[0], d->time[1], d->time[0], d->time[1]};
    syscall5(SYS_utimensat, AT_FDCWD, (long)d->path, (long)times, AT_SYMLINK_NOFOLLOW, 0);
  }
  if (!entries) give_up("the archive is empty", 0);
  while (fill()) {
  }
  return status;
}
