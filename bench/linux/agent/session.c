/* Starting programs with pipes or a terminal, and feeding them. */
#include "session.h"

#include "distro.h"

enum { TIOCSPTLCK = 0x40045431, TIOCGPTPEER = 0x5441, TIOCSWINSZ = 0x5414, TIOCSCTTY = 0x540e };
enum { STRINGS = 512 };

static void keep(int from, int to) {
  if (from == to) syscall(SYS_dup3, from, 100 + to, 0);
  syscall(SYS_dup3, from == to ? 100 + to : from, to, 0);
}

/* Looks through PATH as a shell would; returns only when nothing could be started, with -errno. */
static long execute(char **arguments, char **environment) {
  const char *name = arguments[0];
  for (const char *s = name; *s; s++)
    if (*s == '/') return syscall(SYS_execve, name, arguments, environment);
  const char *path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
  for (char **e = environment; *e; e++)
    if ((*e)[0] == 'P' && (*e)[1] == 'A' && (*e)[2] == 'T' && (*e)[3] == 'H' && (*e)[4] == '=') path = *e + 5;
  long error = -ENOENT;
  while (*path) {
    char full[1024];
    size_t n = 0, length = strlen(name);
    while (*path && *path != ':' && n < sizeof full - 2) full[n++] = *path++;
    if (*path == ':') path++;
    if (n + length + 2 > sizeof full) continue;
    full[n++] = '/';
    memcpy(full + n, name, length + 1);
    long e = syscall(SYS_execve, full, arguments, environment);
    if (e != -ENOENT) error = e;
  }
  return error;
}

/* A distribution has terminals of its own: they lie in the tree that its process 1 sees. */
static int open_master(unsigned distro) {
  enum { FLAGS = O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK };
  if (!distro) return sys_open("/dev/pts/ptmx", FLAGS);
  char path[64] = "/proc/", digits[20];
  size_t n = 6, d = 0;
  for (long pid = distro_pid(distro); pid; pid /= 10) digits[d++] = (char)('0' + pid % 10);
  while (d) path[n++] = digits[--d];
  memcpy(path + n, "/root/dev/pts/ptmx", 19);
  return sys_open(path, FLAGS);
}

static int open_terminal(unsigned distro, int *peer) {
  int master = open_master(distro);
  int unlock = 0;
  if (master < 0) return master;
  sys_ioctl(master, TIOCSPTLCK, &unlock);
  *peer = (int)sys_ioctl(master, TIOCGPTPEER, (void *)(long)(O_RDWR | O_NOCTTY | O_CLOEXEC));
  if (*peer < 0) {
    sys_close(master);
    return *peer;
  }
  return master;
}

/* What an exec frame asks for. */
struct request {
  unsigned terminal, distro, rows, columns, user, group;
  uint32_t arguments;
  /* root, directory, arguments…, NULL, environment…, NULL */
  char **strings;
};

static long become(const struct request *q, int terminal) {
  if (q->terminal) syscall(SYS_fchown, terminal, q->user, q->group);
  long error = syscall(SYS_setgroups, 0, 0, 0);
  if (!error) error = syscall(SYS_setgid, q->group, 0, 0);
  return error ? error : syscall(SYS_setuid, q->user, 0, 0);
}

/* What the child's side needs. */
struct birth {
  const struct request *q;
  int ends[3];
  int report;
};

/*
 * The child's side, up to its program: on a stack of its own in the agent's memory, which it leaves as it is. What goes wrong is written to
 * `report`, which a program that starts closes.
 */
static void child(const void *argument) {
  const struct birth *b = argument;
  const struct request *q = b->q;
  const int *ends = b->ends;
  const char *root = q->strings[0], *directory = q->strings[1];
  char **arguments = q->strings + 2, **environment = arguments + q->arguments + 1;
  uint64_t none = 0;
  long error = 0;
  syscall5(SYS_rt_sigprocmask, 2, (long)&none, 0, 8, 0);
  syscall(SYS_setsid, 0, 0, 0);
  if (q->terminal) sys_ioctl(ends[0], TIOCSCTTY, NULL);
  for (int fd = 0; fd < 3; fd++) keep(ends[fd], fd);
  if (q->distro) error = distro_enter(q->distro);
  if (!error && *root) error = syscall(SYS_chroot, root, 0, 0);
  if (!error && *root) error = syscall(SYS_chdir, "/", 0, 0);
  if (!error && (q->user || q->group)) error = become(q, ends[0]);
  if (!error && *directory) error = syscall(SYS_chdir, directory, 0, 0);
  if (!error) error = execute(arguments, environment);
  uint32_t code = (uint32_t)-error;
  sys_write(b->report, &code, sizeof code);
  sys_exit(127);
}

static int pipes(int in[2], int out[2], int err[2]) {
  int *all[] = {in, out, err};
  for (int i = 0; i < 3; i++) {
    if (syscall(SYS_pipe2, all[i], O_CLOEXEC, 0) == 0) continue;
    while (i--) {
      sys_close(all[i][0]);
      sys_close(all[i][1]);
    }
    return -1;
  }
  return 0;
}

static void nonblocking(int fd) {
  enum { SYS_fcntl = 25, F_SETFL = 4 };
  syscall(SYS_fcntl, fd, F_SETFL, O_NONBLOCK);
}

/* Reads an exec frame; 0, or -errno. The strings stay in the payload. */
static long parse(struct request *q, const unsigned char *payload, uint32_t length) {
  static char *strings[STRINGS + 2];
  enum { FIXED = 16, E2BIG = 7 };
  if (length <= FIXED || payload[length - 1]) return -EINVAL;
  uint16_t halves[3];
  uint32_t ids[2];
  memcpy(halves, payload + 2, sizeof halves);
  memcpy(ids, payload + 8, sizeof ids);
  *q = (struct request){payload[0], payload[1], halves[0], halves[1], ids[0], ids[1], halves[2], strings};
  char *at = (char *)payload + FIXED, *end = (char *)payload + length;
  uint32_t n = 0;
  for (uint32_t i = 0; at < end; i++) {
    if (n >= STRINGS) return -E2BIG;
    if (i == 2 + q->arguments) strings[n++] = NULL;
    strings[n++] = at;
    at += strlen(at) + 1;
  }
  if (q->arguments == 0 || n < 2 + q->arguments) return -EINVAL;
  if (n == 2 + q->arguments) strings[n++] = NULL;
  strings[n] = NULL;
  return 0;
}

long session_start(struct session *s, const unsigned char *payload, uint32_t length) {
  static _Alignas(16) unsigned char stack[16384];
  struct request q;
  long error = parse(&q, payload, length);
  if (error) return error;
  if (q.distro && !distro_pid(q.distro)) return -ESRCH;
  int terminal = (int)q.terminal;

  int in[2], out[2], err[2], report[2];
  if (terminal) {
    int peer = -1, master = open_terminal(q.distro, &peer);
    if (master < 0) return master;
    in[0] = out[1] = err[1] = peer;
    in[1] = out[0] = master;
    err[0] = -1;
  } else if (pipes(in, out, err)) {
    return -EAGAIN;
  }
  if (syscall(SYS_pipe2, report, O_CLOEXEC, 0)) return -EAGAIN;
  /* Not as a whole: it is mostly the room for input, which need not be cleared. */
  s->used = 1;
  s->in = in[1];
  s->out = out[0];
  s->err = err[0];
  s->terminal = terminal;
  s->held = s->input_ended = s->exited = s->status = 0;
  s->head = s->length = 0;
  if (terminal) session_resize(s, (uint16_t)q.rows, (uint16_t)q.columns);
  error = q.distro ? distro_before_fork(q.distro) : 0;
  const struct birth b = {&q, {in[0], out[1], err[1]}, report[1]};
  s->pid = error ? error : sys_vfork(child, &b, stack + sizeof stack);
  if (q.distro) distro_after_fork();
  sys_close(report[1]);
  sys_close(in[0]);
  if (!terminal) {
    sys_close(out[1]);
    sys_close(err[1]);
    nonblocking(s->in);
    nonblocking(s->out);
    nonblocking(s->err);
  }
  /* A program that could be started closes its end without a word. */
  uint32_t code = 0;
  long got = s->pid < 0 ? 0 : sys_read(report[0], &code, sizeof code);
  sys_close(report[0]);
  if (s->pid >= 0 && got <= 0) return 0;
  session_close(s);
  return s->pid < 0 ? s->pid : -(long)code;
}

uint32_t session_feed(struct session *s) {
  uint32_t taken = 0;
  while (s->length && s->in >= 0) {
    uint32_t part = AGENT_WINDOW - s->head;
    if (part > s->length) part = s->length;
    long n = sys_write(s->in, s->input + s->head, part);
    if (n == -EINTR) continue;
    if (n == -EAGAIN) break;
    /* Nobody reads any more: what is left is taken and lost, as with any pipe. */
    if (n < 0) n = part;
    s->head = (s->head + (uint32_t)n) % AGENT_WINDOW;
    s->length -= (uint32_t)n;
    taken += (uint32_t)n;
  }
  if (s->input_ended && !s->length && s->in >= 0) {
    if (s->terminal) {
      sys_write(s->in, "\004", 1);
    } else {
      sys_close(s->in);
      s->in = -1;
    }
    s->input_ended = 0;
  }
  return taken;
}

void session_resize(struct session *s, uint16_t rows, uint16_t columns) {
  uint16_t size[4] = {rows, columns, 0, 0};
  if (s->terminal) sys_ioctl(s->out, TIOCSWINSZ, size);
}

void session_signal(struct session *s, int signal) {
  if (s->exited) return;
  if (syscall(SYS_kill, -s->pid, signal, 0) < 0) syscall(SYS_kill, s->pid, signal, 0);
}

void session_close(struct session *s) {
  if (s->in >= 0 && s->in != s->out) sys_close(s->in);
  if (s->out >= 0) sys_close(s->out);
  if (s->err >= 0) sys_close(s->err);
  s->used = 0;
}
