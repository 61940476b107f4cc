/* The same for WASI preview 1, as far as it has calls for it: escape.wasm ATTEMPT KEY=VALUE…, where fd 3 is the one folder given. */
#include <stddef.h>
#include <stdint.h>

#define WASI(name) __attribute__((import_module("wasi_snapshot_preview1"), import_name(#name))) int32_t name
WASI(args_sizes_get)(uint32_t *count, uint32_t *size);
WASI(args_get)(char **argv, char *bytes);
WASI(fd_write)(int fd, const void *parts, uint32_t count, uint32_t *written);
WASI(fd_read)(int fd, const void *parts, uint32_t count, uint32_t *read);
WASI(fd_close)(int fd);
WASI(path_open)(int fd, uint32_t follow, const char *path, uint32_t length, uint32_t how, uint64_t rights, uint64_t inheriting, uint32_t flags, int *opened);
WASI(path_symlink)(const char *target, uint32_t length, int fd, const char *path, uint32_t path_length);
WASI(path_link)(int fd, uint32_t follow, const char *path, uint32_t length, int to, const char *name, uint32_t name_length);
WASI(path_rename)(int fd, const char *path, uint32_t length, int to, const char *name, uint32_t name_length);
WASI(path_create_directory)(int fd, const char *path, uint32_t length);
WASI(path_unlink_file)(int fd, const char *path, uint32_t length);
__attribute__((import_module("wasi_snapshot_preview1"), import_name("proc_exit"))) _Noreturn void proc_exit(int code);

enum { FOLDER = 3, CREATE = 1, READ = 1 << 1, WRITE = 1 << 6, MANY = 8, NO_SUCH = 2000 };
static const char *share = ".", *secrets[MANY];
static int secret_count;

/* The compiler may call it. */
void *memcpy(void *to, const void *from, size_t n) {
  unsigned char *t = to;
  const unsigned char *f = from;
  while (n--) *t++ = *f++;
  return to;
}
static uint32_t length_of(const char *s) {
  uint32_t n = 0;
  while (s[n]) n++;
  return n;
}
static int same(const char *a, const char *b) {
  while (*a && *a == *b) a++, b++;
  return *a == *b;
}

static void say_bytes(const char *text, uint32_t n) {
  const struct {
    const char *at;
    uint32_t n;
  } part = {text, n};
  uint32_t written;
  fd_write(1, &part, 1, &written);
}
static void say(const char *text) { say_bytes(text, length_of(text)); }

static const char *join(const char *a, const char *b) {
  static char kept[8][512];
  static int next;
  char *out = kept[next++ & 7];
  int n = 0;
  for (const char *p = a; *p && n < 511; p++) out[n++] = *p;
  for (const char *p = b; *p && n < 511; p++) out[n++] = *p;
  out[n] = 0;
  return out;
}
static const char *in(const char *name) { return join(join(share, "/"), name); }

/* Linux's number of an error; those that it has not are above 2000. */
static int number_of(int32_t error) {
  static const struct {
    short wasi, linux;
  } same_as[] = {{0, 0}, {2, 13}, {8, 9}, {20, 17}, {28, 22}, {31, 21}, {32, 40}, {44, 2}, {52, 38}, {54, 20}, {58, 95}, {63, 1}, {69, 30}};
  for (unsigned i = 0; i < sizeof same_as / sizeof *same_as; i++)
    if (same_as[i].wasi == error) return same_as[i].linux;
  return NO_SUCH + error;
}
static int32_t tried(const char *call, const char *on, int32_t error) {
  char digits[12] = {0};
  int n = number_of(error), at = 11;
  do digits[--at] = (char)('0' + n % 10);
  while ((n /= 10));
  say("tried ");
  say(call);
  say(error ? " -" : " ");
  say(digits + at);
  say(" ");
  say(on);
  say("\n");
  return error;
}

static int is_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); }
static void look_at(const char *bytes, long n) {
  static const char first[] = "trap", second[] = "frame:";
  for (long i = 0; i + 26 <= n; i++) {
    int fits = 1;
    for (int j = 0; j < 4 && fits; j++) fits = bytes[i + j] == first[j];
    for (int j = 0; j < 6 && fits; j++) fits = bytes[i + 4 + j] == second[j];
    for (int j = 0; j < 16 && fits; j++) fits = is_hex(bytes[i + 10 + j]);
    if (!fits) continue;
    say("found ");
    say_bytes(bytes + i + 10, 16);
    say("\n");
    return;
  }
}
static void look_fd(int fd) {
  static char block[4096];
  const struct {
    char *at;
    uint32_t n;
  } part = {block, sizeof block};
  uint32_t n = 0;
  if (fd_read(fd, &part, 1, &n) == 0) look_at(block, (long)n);
}
static int open_from(int folder, const char *path, uint32_t how, uint64_t rights) {
  int fd = -1;
  return tried("path_open", path, path_open(folder, 1, path, length_of(path), how, rights, rights, 0, &fd)) ? -1 : fd;
}
static void look(const char *path) {
  int fd = open_from(FOLDER, path, 0, READ);
  if (fd < 0) return;
  look_fd(fd);
  fd_close(fd);
}

static void dotdot(void) {
  char up[64] = "";
  for (int depth = 0; depth < 12; depth++) {
    memcpy(up + 3 * depth, "../", 4);
    look(in(join(up, "secret")));
    for (int i = 0; i < secret_count; i++) look(in(join(up, secrets[i] + 1)));
  }
  for (int i = 0; i < secret_count; i++) look(secrets[i]);
}
static void link_relative(void) { look(in("link-relative")); }
static void link_absolute(void) { look(in("link-absolute")); }
static void link_folder(void) {
  look(in("link-folder/secret"));
  open_from(FOLDER, in("link-folder/planted"), CREATE, WRITE);
}
static void link_made(void) {
  const char *name = in("made");
  for (int i = -1; i < secret_count; i++) {
    const char *target = i < 0 ? "../secret" : secrets[i];
    tried("path_symlink", target, path_symlink(target, length_of(target), FOLDER, name, length_of(name)));
    look(name);
    path_unlink_file(FOLDER, name, length_of(name));
  }
}
static void hard_link(void) {
  const char *name = in("hard"), *from = in("link-relative"), *above = in("../secret");
  tried("path_link", from, path_link(FOLDER, 1, from, length_of(from), FOLDER, name, length_of(name)));
  look(name);
  path_unlink_file(FOLDER, name, length_of(name));
  tried("path_link", above, path_link(FOLDER, 0, above, length_of(above), FOLDER, name, length_of(name)));
  look(name);
  path_unlink_file(FOLDER, name, length_of(name));
}
static void plant(void) {
  const char *own = in("own"), *to = in("../planted"), *folder = in("../planted-folder");
  open_from(FOLDER, to, CREATE, WRITE);
  tried("path_create_directory", folder, path_create_directory(FOLDER, folder, length_of(folder)));
  open_from(FOLDER, own, CREATE, WRITE);
  tried("path_rename", to, path_rename(FOLDER, own, length_of(own), FOLDER, to, length_of(to)));
  open_from(FOLDER, in("link-new"), CREATE, WRITE);
  path_unlink_file(FOLDER, own, length_of(own));
}
static void overwrite(void) {
  const char *const names[] = {"link-relative", "link-absolute", "../secret"};
  for (int i = 0; i < 3; i++) {
    int fd = open_from(FOLDER, in(names[i]), 0, WRITE);
    if (fd < 0) continue;
    const struct {
      const char *at;
      uint32_t n;
    } part = {"escaped", 7};
    uint32_t written;
    tried("fd_write", names[i], fd_write(fd, &part, 1, &written));
    fd_close(fd);
  }
}
static void host_pipe(void) { look(in("pipe")); }
static void descriptors(void) {
  for (int fd = 4; fd < 256; fd++) {
    look_fd(fd);
    int inner = -1;
    if (path_open(fd, 1, "secret", 6, 0, READ, READ, 0, &inner) == 0) look_fd(inner);
  }
  tried("fd_read", "4 to 255", 8);
}
/* Past the end of its own memory: the host's engine ends the program. */
static void load(void) {
  volatile const char *end = (const char *)((size_t)__builtin_wasm_memory_size(0) * 65536);
  tried("load", "beyond the memory", *end ? 0 : 0);
}

static const struct {
  const char *name;
  void (*run)(void);
} attempts[] = {
    {"dotdot", dotdot},       {"link-relative", link_relative}, {"link-absolute", link_absolute}, {"link-folder", link_folder},
    {"link-made", link_made}, {"hard-link", hard_link},         {"plant", plant},                 {"overwrite", overwrite},
    {"host-pipe", host_pipe}, {"descriptors", descriptors},     {"load", load},
};

void _start(void) {
  static char bytes[8192], *argv[64];
  uint32_t count = 0, size = 0;
  args_sizes_get(&count, &size);
  if (count < 2 || count > 64 || size > sizeof bytes) proc_exit(64);
  args_get(argv, bytes);
  for (uint32_t i = 2; i < count; i++) {
    static const char secret[] = "secret=", shared[] = "share=";
    const char *a = argv[i];
    int s = 1, h = 1;
    for (int j = 0; j < 7 && s; j++) s = a[j] == secret[j];
    for (int j = 0; j < 6 && h; j++) h = a[j] == shared[j];
    if (s && secret_count < MANY) secrets[secret_count++] = a + 7;
    if (h) share = a + 6;
  }
  for (unsigned i = 0; i < sizeof attempts / sizeof *attempts; i++)
    if (same(attempts[i].name, argv[1])) {
      attempts[i].run();
      proc_exit(0);
    }
  /* Anything else: what there is. */
  for (unsigned i = 0; i < sizeof attempts / sizeof *attempts; i++) {
    say(attempts[i].name);
    say("\n");
  }
  proc_exit(64);
}
