#include "archive.h"

enum { BUFFER = 1 << 16, TABLE = 1 << 12 };
/* Its inode on ext4. */
enum { LOST_AND_FOUND = 11 };

static unsigned char buffer[BUFFER];
static size_t buffered;
static int status;
static uint64_t device;

/* Files with several names: the first one is written, the others are links to it. */
struct seen {
  struct seen *next;
  uint64_t inode;
  char path[];
};
static struct seen *table[TABLE];

static char records[ATTRIBUTES_MOST];
static size_t records_length;

static void flush(void) {
  for (size_t at = 0; at < buffered;) {
    long n = sys_write(1, buffer + at, buffered - at);
    if (n == -EINTR) continue;
    if (n < 0) give_up("cannot write the archive", n);
    at += (size_t)n;
  }
  buffered = 0;
}

static void put(const void *bytes, size_t n) {
  while (n) {
    size_t part = BUFFER - buffered < n ? BUFFER - buffered : n;
    if (bytes) memcpy(buffer + buffered, bytes, part);
    else memset(buffer + buffered, 0, part);
    buffered += part;
    n -= part;
    if (bytes) bytes = (const char *)bytes + part;
    if (buffered == BUFFER) flush();
  }
}

static void pad(uint64_t size) { put(NULL, (BLOCK - size % BLOCK) % BLOCK); }

/* The last digit stands before the NUL. Whether it fits. */
static int octal(char *field, size_t length, uint64_t n) {
  for (size_t i = length - 1; i-- > 0; n >>= 3) field[i] = (char)('0' + (n & 7));
  field[length - 1] = 0;
  return n == 0;
}

static size_t print_decimal(char *to, uint64_t n) {
  char digits[20];
  size_t d = 0, length = 0;
  do digits[d++] = (char)('0' + n % 10);
  while (n /= 10);
  while (d) to[length++] = digits[--d];
  return length;
}

static size_t digits_of(size_t n) {
  size_t count = 1;
  while (n /= 10) count++;
  return count;
}

/* "LENGTH KEY=VALUE\n", where the length counts itself. */
static void record(const char *key, const char *name, const void *value, size_t length) {
  size_t key_length = strlen(key), name_length = strlen(name);
  size_t rest = 1 + key_length + name_length + 1 + length + 1, total = rest + digits_of(rest);
  if (digits_of(total) + rest != total) total++;
  if (records_length + total > sizeof records) give_up("too many extended attributes", 0);
  char *at = records + records_length;
  at += print_decimal(at, total);
  *at++ = ' ';
  memcpy(at, key, key_length);
  at += key_length;
  memcpy(at, name, name_length);
  at += name_length;
  *at++ = '=';
  memcpy(at, value, length);
  at[length] = '\n';
  records_length += total;
}

static void record_number(const char *key, uint64_t n) {
  char text[24];
  record(key, "", text, print_decimal(text, n));
}

static void record_time(int64_t seconds, uint64_t nanoseconds) {
  char text[40];
  size_t n = 0;
  if (seconds < 0) {
    text[n++] = '-';
    if (nanoseconds) {
      seconds++;
      nanoseconds = 1000000000 - nanoseconds;
    }
    seconds = -seconds;
  }
  n += print_decimal(text + n, (uint64_t)seconds);
  text[n++] = '.';
  for (uint64_t unit = 100000000; unit; unit /= 10) text[n++] = (char)('0' + nanoseconds / unit % 10);
  record("mtime", "", text, n);
}

static void record_attributes(const char *path) {
  static char names[65536], value[65536];
  long length = syscall(SYS_llistxattr, path, names, sizeof names);
  for (char *name = names; length > 0 && name < names + length; name += strlen(name) + 1) {
    long n = syscall5(SYS_lgetxattr, (long)path, (long)name, (long)value, sizeof value, 0);
    if (n >= 0) record("SCHILY.xattr.", name, value, (size_t)n);
  }
}

static void finish(struct header *h, char type, uint64_t size) {
  h->type = type;
  memcpy(h->magic, "ustar", 6);
  memcpy(h->version, "00", 2);
  octal(h->size, sizeof h->size, size);
  octal(h->sum, 7, header_sum(h));
  h->sum[7] = ' ';
  put(h, sizeof *h);
}

static void name_field(char *field, size_t most, const char *text, const char *key) {
  size_t n = strlen(text);
  if (n > most) record(key, "", text, n);
  memcpy(field, text, n > most ? most : n);
}

static void write_header(const char *path, const char *link, const struct stat *s, char type, uint64_t size) {
  static struct header h;
  memset(&h, 0, sizeof h);
  records_length = 0;
  name_field(h.name, sizeof h.name, path, "path");
  if (link) name_field(h.link, sizeof h.link, link, "linkpath");
  /* The mode of a symbolic link means nothing and cannot be set. */
  octal(h.mode, sizeof h.mode, type == '2' ? 0777 : s->mode & 07777);
  if (!octal(h.user, sizeof h.user, s->user)) record_number("uid", s->user);
  if (!octal(h.group, sizeof h.group, s->group)) record_number("gid", s->group);
  int plain = s->modified >= 0 && octal(h.modified, sizeof h.modified, (uint64_t)s->modified);
  if (!plain || s->modified_ns) record_time(s->modified, (uint64_t)s->modified_ns);
  if (!plain) octal(h.modified, sizeof h.modified, 0);
  if (size >> 33) record_number("size", size);
  octal(h.major, sizeof h.major, (s->node >> 8 & 0xfff) | (s->node >> 32 & ~0xfffull));
  octal(h.minor, sizeof h.minor, (s->node & 0xff) | (s->node >> 12 & ~0xffull));
  if (type != '1') record_attributes(path);
  if (records_length) {
    static struct header extended;
    memset(&extended, 0, sizeof extended);
    memcpy(extended.name, "pax", 3);
    octal(extended.mode, sizeof extended.mode, 0644);
    octal(extended.user, sizeof extended.user, 0);
    octal(extended.group, sizeof extended.group, 0);
    octal(extended.modified, sizeof extended.modified, 0);
    finish(&extended, 'x', records_length);
    put(records, records_length);
    pad(records_length);
  }
  finish(&h, type, size >> 33 ? 0 : size);
}

static void write_file(const char *path, const struct stat *s) {
  static unsigned char content[BUFFER];
  int fd = sys_open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
  if (fd < 0) {
    complain("cannot read", path, fd);
    status = 1;
    return;
  }
  write_header(path, NULL, s, '0', (uint64_t)s->size);
  uint64_t left = (uint64_t)s->size;
  while (left) {
    long n = sys_read(fd, content, left < sizeof content ? left : sizeof content);
    if (n == -EINTR) continue;
    if (n <= 0) {
      complain("cannot be read to its end", path, n);
      status = 1;
      break;
    }
    put(content, (size_t)n);
    left -= (uint64_t)n;
  }
  put(NULL, left);
  pad((uint64_t)s->size);
  sys_close(fd);
}

/* The name under which the file was written, or NULL and it is noted. */
static const char *seen_before(const char *path, const struct stat *s) {
  struct seen **slot = &table[s->inode % TABLE];
  for (struct seen *at = *slot; at; at = at->next)
    if (at->inode == s->inode) return at->path;
  struct seen *fresh = keep_memory(sizeof *fresh + strlen(path) + 1);
  fresh->next = *slot;
  fresh->inode = s->inode;
  memcpy(fresh->path, path, strlen(path) + 1);
  *slot = fresh;
  return NULL;
}

static void walk(char *path, size_t length);

/* `path` has room for what lies below. */
static void add(char *path, size_t length) {
  static char target[PATH_MOST];
  struct stat s;
  long error = syscall5(SYS_newfstatat, AT_FDCWD, (long)path, (long)&s, AT_SYMLINK_NOFOLLOW, 0);
  if (error) {
    complain("cannot look at", path, error);
    status = 1;
    return;
  }
  uint32_t kind = s.mode & S_IFMT;
  /* The file system's own. */
  if (s.inode == LOST_AND_FOUND && kind == S_IFDIR && s.device == device) return;
  if (kind == S_IFDIR) {
    path[length] = '/';
    path[length + 1] = 0;
    write_header(path, NULL, &s, '5', 0);
    path[length] = 0;
    /* What is mounted there is no part of the tree. */
    if (s.device == device) walk(path, length);
    return;
  }
  if (kind == S_IFSOCK) {
    complain("a socket is left out", path, 0);
    return;
  }
  const char *first = s.links > 1 ? seen_before(path, &s) : NULL;
  if (first) {
    write_header(path, first, &s, '1', 0);
  } else if (kind == S_IFREG) {
    write_file(path, &s);
  } else if (kind == S_IFLNK) {
    long n = syscall5(SYS_readlinkat, AT_FDCWD, (long)path, (long)target, sizeof target - 1, 0);
    target[n < 0 ? 0 : n] = 0;
    write_header(path, target, &s, '2', 0);
  } else {
    write_header(path, NULL, &s, kind == S_IFCHR ? '3' : kind == S_IFBLK ? '4' : '6', 0);
  }
}

static int before(const char *a, const char *b) {
  while (*a && *a == *b) a++, b++;
  return (unsigned char)*a < (unsigned char)*b;
}

/* Shell sort: a tree gives the same archive whatever order the file system has. */
static void sort(char **names, size_t count) {
  size_t gap = 1;
  while (gap < count / 3) gap = 3 * gap + 1;
  for (; gap; gap /= 3) {
    for (size_t i = gap; i < count; i++) {
      char *name = names[i];
      size_t at = i;
      for (; at >= gap && before(name, names[at - gap]); at -= gap) names[at] = names[at - gap];
      names[at] = name;
    }
  }
}

struct name {
  struct name *next;
  char text[];
};

static void walk(char *path, size_t length) {
  static char entries[32768];
  int fd = sys_open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (fd < 0) {
    complain("cannot list", path, fd);
    status = 1;
    return;
  }
  struct name *all = NULL;
  size_t count = 0;
  for (;;) {
    long n = syscall(SYS_getdents64, fd, entries, sizeof entries);
    if (n <= 0) break;
    for (long at = 0; at < n; at += *(unsigned short *)(entries + at + 16)) {
      const char *text = entries + at + 19;
      if (text[0] == '.' && (!text[1] || (text[1] == '.' && !text[2]))) continue;
      struct name *name = keep_memory(sizeof *name + strlen(text) + 1);
      memcpy(name->text, text, strlen(text) + 1);
      name->next = all;
      all = name;
      count++;
    }
  }
  sys_close(fd);
  char **names = keep_memory((count + 1) * sizeof *names);
  for (size_t i = 0; i < count; i++, all = all->next) names[i] = all->text;
  sort(names, count);
  for (size_t i = 0; i < count; i++) {
    size_t n = strlen(names[i]);
    if (length + n + 3 > PATH_MOST) {
      complain("a path is too long below", path, 0);
      status = 1;
      continue;
    }
    path[length] = '/';
    memcpy(path + length + 1, names[i], n + 1);
    add(path, length + 1 + n);
    path[length] = 0;
  }
}

int create(const char *start) {
  static char path[PATH_MOST];
  size_t length = strlen(start);
  struct stat s;
  if (length + 2 > sizeof path) give_up("the path is too long", 0);
  memcpy(path, start, length + 1);
  long error = syscall5(SYS_newfstatat, AT_FDCWD, (long)path, (long)&s, AT_SYMLINK_NOFOLLOW, 0);
  if (error) give_up(start, error);
  device = s.device;
  add(path, length);
  put(NULL, 2 * BLOCK);
  flush();
  return status;
}
