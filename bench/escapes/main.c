/* escape ATTEMPT KEY=VALUE…; `escape outside TOKEN KEY=VALUE…` is what there is to be found. */
#include "escape.h"

struct clues clues;
char secret[64];

static void say(const char *text) { sys_write(1, text, strlen(text)); }

int same(const char *a, const char *b) {
  while (*a && *a == *b) a++, b++;
  return *a == *b;
}

const char *number(long n) {
  static char kept[8][24];
  static int next;
  char *at = kept[next++ & 7] + 23;
  unsigned long left = n < 0 ? -(unsigned long)n : (unsigned long)n;
  *at = 0;
  do *--at = (char)('0' + left % 10);
  while ((left /= 10));
  if (n < 0) *--at = '-';
  return at;
}

long number_of(const char *text) {
  long n = 0;
  while (*text >= '0' && *text <= '9') n = n * 10 + (*text++ - '0');
  return n;
}

const char *join(const char *a, const char *b, const char *c, const char *d, const char *e) {
  static char kept[8][512];
  static int next;
  char *out = kept[next++ & 7];
  const char *parts[] = {a, b, c, d, e};
  int n = 0;
  for (int i = 0; i < 5; i++)
    for (const char *p = parts[i] ? parts[i] : ""; *p && n < 511; p++) out[n++] = *p;
  out[n] = 0;
  return out;
}

long tried(const char *call, const char *on, long result) {
  say(join("tried ", call, " ", number(result), " "));
  say(on);
  say("\n");
  return result;
}

static int is_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); }

/* The mark in front of a secret is nowhere whole in this program, so that it does not find itself. */
static int is_mark(const char *p) {
  static const char first[] = "trap", second[] = "frame:";
  for (int i = 0; i < 4; i++)
    if (p[i] != first[i]) return 0;
  for (int i = 0; i < 6; i++)
    if (p[4 + i] != second[i]) return 0;
  return 1;
}

void look_at(const char *bytes, long n) {
  for (long i = 0; i + 26 <= n; i++) {
    if (bytes[i] != 't' || !is_mark(bytes + i)) continue;
    int digits = 0;
    while (digits < 16 && is_hex(bytes[i + 10 + digits])) digits++;
    if (digits < 16) continue;
    say("found ");
    sys_write(1, bytes + i + 10, 16);
    say("\n");
    return;
  }
}

void look_fd(int fd) {
  static char block[(1 << 16) + 64];
  long kept = 0, n;
  for (long all = 0; all < SEARCHED && (n = sys_read(fd, block + kept, 1 << 16)) > 0; all += n) {
    look_at(block, kept + n);
    /* A secret may lie across two blocks. */
    long from = kept + n > 64 ? kept + n - 64 : 0;
    memcpy(block, block + from, (size_t)(kept + n - from));
    kept = kept + n - from;
  }
}

long open_at(const char *path, int flags) {
  return tried("openat", path, syscall5(SYS_openat, AT_FDCWD, (long)path, flags | O_NONBLOCK | O_CLOEXEC, 0644, 0));
}

void look(const char *path) {
  long fd = open_at(path, O_RDONLY);
  if (fd < 0) return;
  look_fd((int)fd);
  sys_close((int)fd);
}

long write_file(const char *path, const char *text) {
  long fd = open_at(path, O_WRONLY);
  if (fd < 0) return fd;
  long n = tried("write", path, sys_write((int)fd, text, strlen(text)));
  sys_close((int)fd);
  return n;
}

const char *jail(void) {
  static const char *const places[] = {"/tmp/jail", "/jail", "/run/jail"};
  for (int i = 0; i < 3; i++) {
    long made = syscall(SYS_mkdirat, AT_FDCWD, places[i], 0755);
    if (made == 0 || made == -EEXIST) return places[i];
  }
  return "/tmp";
}

void each_pid(void (*what)(int pid)) {
  int own = (int)syscall(SYS_getpid, 0, 0, 0);
  for (int i = 0; i < clues.pid_count; i++) what(clues.pids[i]);
  for (int pid = 1; pid <= FIRST_PIDS; pid++)
    if (pid != own) what(pid);
}

static const char *looked_in;
static void look_through_pid(int pid) {
  const char *of = number(pid);
  for (int i = 0; i < clues.secret_count; i++) look(join(looked_in, of, "/root", clues.secrets[i], 0));
  look(join(looked_in, of, "/cwd/secret", 0, 0));
  look(join(looked_in, of, "/environ", 0, 0));
}
void look_through(const char *proc) {
  looked_in = join(proc, "/", 0, 0, 0);
  char kept[128];
  memcpy(kept, looked_in, strlen(looked_in) + 1);
  looked_in = kept;
  each_pid(look_through_pid);
}

static void learn(const char *clue) {
  const char *value = clue;
  while (*value && *value != '=') value++;
  if (!*value) return;
  char key[16] = {0};
  for (int i = 0; i < 15 && clue + i < value; i++) key[i] = clue[i];
  value++;
  if (same(key, "share")) clues.share = value;
  else if (same(key, "folder")) clues.folder = value;
  else if (same(key, "socket")) clues.socket = value;
  else if (same(key, "group")) clues.group = value;
  else if (same(key, "port")) clues.port = (int)number_of(value);
  else if (same(key, "secret") && clues.secret_count < MANY) clues.secrets[clues.secret_count++] = value;
  else if (same(key, "pid") && clues.pid_count < MANY) clues.pids[clues.pid_count++] = (int)number_of(value);
  else if (same(key, "address") && clues.address_count < MANY) clues.addresses[clues.address_count++] = value;
}

__attribute__((used)) static int start(long *stack) {
  long argc = *stack;
  const char **argv = (const char **)(stack + 1);
  if (argc < 2) return 64;
  for (long i = 2; i < argc; i++) learn(argv[i]);
  if (same(argv[1], "outside") && argc > 2) {
    be_outside(argv[2]);
    return 1;
  }
  const struct attempt *tables[] = {path_attempts, process_attempts, mount_attempts, kernel_attempts};
  for (int t = 0; t < 4; t++)
    for (const struct attempt *a = tables[t]; a->name; a++)
      if (same(a->name, argv[1])) {
        a->run();
        return 0;
      }
  say("unknown attempt\n");
  return 64;
}

__attribute__((naked, used)) void _start(void) {
  __asm__("mv a0, sp\n andi sp, sp, -16\n call entered");
}
__attribute__((used)) _Noreturn void entered(long *stack) { sys_exit(start(stack)); }
