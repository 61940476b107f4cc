/* Process 1 of the guest: prepares it, then starts programs for the host and passes their streams (src/abi/agent.ts). Without a
 * channel it starts a shell on the console and powers off after it. */
#include "agent_abi.h"
#include "distro.h"
#include "session.h"
#include "setup.h"
#include "sys.h"

static struct session sessions[AGENT_SESSIONS];
static int channel = -1;

static void power_off(void) {
  enum { MAGIC1 = (int)0xfee1dead, MAGIC2 = 672274793, POWER_OFF = 0x4321fedc };
  syscall(SYS_sync, 0, 0, 0);
  syscall5(SYS_reboot, MAGIC1, MAGIC2, POWER_OFF, 0, 0);
}

static void write_all(const void *from, size_t n) {
  const char *at = from;
  while (n) {
    long done = sys_write(channel, at, n);
    if (done == -EINTR) continue;
    if (done == -EAGAIN) {
      struct pollfd p = {channel, POLLOUT, 0};
      syscall5(SYS_ppoll, (long)&p, 1, 0, 0, 0);
      continue;
    }
    if (done < 0) return;
    at += done;
    n -= (size_t)done;
  }
}

/* `frame` has room for a header before its payload. */
static void send(unsigned type, unsigned id, unsigned char *frame, uint32_t length) {
  frame[0] = AGENT_MAGIC;
  frame[1] = (unsigned char)type;
  frame[2] = (unsigned char)id;
  frame[3] = (unsigned char)(id >> 8);
  memcpy(frame + 4, &length, 4);
  write_all(frame, AGENT_HEADER + length);
}

static void send_number(unsigned type, unsigned id, uint32_t number) {
  unsigned char frame[AGENT_HEADER + 4];
  memcpy(frame + AGENT_HEADER, &number, 4);
  send(type, id, frame, 4);
}

static struct session *find(unsigned id) {
  for (int i = 0; i < AGENT_SESSIONS; i++)
    if (sessions[i].used && sessions[i].id == id) return &sessions[i];
  return NULL;
}

/* Passes what a stream holds. Whether there may be more now. */
static int pass(struct session *s, int *fd, unsigned type) {
  static unsigned char frame[AGENT_HEADER + AGENT_PAYLOAD];
  if (*fd < 0) return 0;
  long n = sys_read(*fd, frame + AGENT_HEADER, AGENT_PAYLOAD);
  if (n > 0) {
    send(type, s->id, frame, (uint32_t)n);
    return 1;
  }
  if (n == -EAGAIN || n == -EINTR) return 0;
  /* The end; a terminal says so with EIO, and its one descriptor serves both directions. */
  sys_close(*fd);
  if (*fd == s->in) s->in = -1;
  *fd = -1;
  return 0;
}

static void finish(struct session *s) {
  while (pass(s, &s->out, FRAME_STDOUT)) {
  }
  while (pass(s, &s->err, FRAME_STDERR)) {
  }
  send_number(FRAME_EXIT, s->id, (uint32_t)s->status);
  session_close(s);
}

static void reap(void) {
  enum { WNOHANG = 1 };
  for (;;) {
    int status;
    long pid = syscall5(SYS_wait4, -1, (long)&status, WNOHANG, 0, 0);
    if (pid <= 0) return;
    unsigned distro = distro_ended(pid);
    if (distro) send_number(FRAME_STOPPED, 0, distro);
    for (int i = 0; i < AGENT_SESSIONS; i++) {
      struct session *s = &sessions[i];
      if (!s->used || s->pid != pid) continue;
      s->exited = 1;
      s->status = status;
      finish(s);
    }
  }
}

static void start(unsigned id, const unsigned char *payload, uint32_t length) {
  struct session *s = NULL;
  for (int i = 0; i < AGENT_SESSIONS && !s; i++)
    if (!sessions[i].used) s = &sessions[i];
  long error = -EAGAIN;
  if (s) {
    s->id = (uint16_t)id;
    error = session_start(s, payload, length);
  }
  if (error < 0) send_number(FRAME_FAILED, id, (uint32_t)-error);
}

static void take_input(struct session *s, const unsigned char *bytes, uint32_t length) {
  if (length > AGENT_WINDOW - s->length) length = AGENT_WINDOW - s->length;
  while (length) {
    uint32_t at = (s->head + s->length) % AGENT_WINDOW;
    uint32_t part = AGENT_WINDOW - at < length ? AGENT_WINDOW - at : length;
    memcpy(s->input + at, bytes, part);
    s->length += part;
    bytes += part;
    length -= part;
  }
}

/* A guest that went on from a snapshot knows neither the time nor anything that others don't. */
static void set_clock(const unsigned char *payload, uint32_t length) {
  enum { CLOCK_REALTIME = 0, MOST = 64, RNDADDENTROPY = 0x40085203, RNDRESEEDCRNG = 0x5207 };
  uint64_t now, time[2];
  memcpy(&now, payload, sizeof now);
  time[0] = now / 1000000000;
  time[1] = now % 1000000000;
  syscall(SYS_clock_settime, CLOCK_REALTIME, time, 0);
  struct {
    int bits, bytes;
    unsigned char content[MOST];
  } entropy;
  length -= sizeof now;
  if (!length) return;
  if (length > MOST) length = MOST;
  entropy.bytes = (int)length;
  entropy.bits = 8 * entropy.bytes;
  memcpy(entropy.content, payload + sizeof now, length);
  int fd = sys_open("/dev/urandom", O_WRONLY | O_CLOEXEC);
  if (fd < 0) return;
  sys_ioctl(fd, RNDADDENTROPY, &entropy);
  sys_ioctl(fd, RNDRESEEDCRNG, NULL);
  sys_close(fd);
}

static uint16_t half(const unsigned char *p) { return (uint16_t)(p[0] | p[1] << 8); }

static void feed(struct session *s) {
  uint32_t taken = session_feed(s);
  if (taken) send_number(FRAME_TAKEN, s->id, taken);
}

static void handle(unsigned type, unsigned id, const unsigned char *payload, uint32_t length) {
  if (type == FRAME_EXEC) {
    start(id, payload, length);
    return;
  }
  if (type == FRAME_START) {
    long error = distro_start(payload, length);
    send_number(error ? FRAME_FAILED : FRAME_STARTED, id, (uint32_t)-error);
    return;
  }
  if (type == FRAME_STOP && length >= 1) distro_stop(payload[0]);
  if (type == FRAME_CLOCK && length >= 8) set_clock(payload, length);
  if (type == FRAME_POWEROFF) {
    syscall(SYS_kill, -1, SIGTERM, 0);
    power_off();
  }
  struct session *s = find(id);
  if (!s) return;
  if (type == FRAME_STDIN) {
    take_input(s, payload, length);
    feed(s);
  } else if (type == FRAME_STDIN_END) {
    s->input_ended = 1;
    feed(s);
  } else if (type == FRAME_SIGNAL && length >= 1) {
    session_signal(s, payload[0]);
  } else if (type == FRAME_RESIZE && length >= 4) {
    session_resize(s, half(payload), half(payload + 2));
  } else if (type == FRAME_HOLD && length >= 1) {
    s->held = payload[0];
  }
}

/* Takes frames out of what the channel brings; bytes that begin no frame are dropped. */
static void receive(void) {
  static unsigned char buffer[AGENT_HEADER + AGENT_PAYLOAD];
  static uint32_t have;
  long n = sys_read(channel, buffer + have, sizeof buffer - have);
  if (n <= 0) return;
  have += (uint32_t)n;
  uint32_t at = 0;
  while (have - at >= AGENT_HEADER) {
    uint32_t length;
    memcpy(&length, buffer + at + 4, 4);
    if (buffer[at] != AGENT_MAGIC || length > AGENT_PAYLOAD) {
      at++;
      continue;
    }
    if (have - at < AGENT_HEADER + length) break;
    handle(buffer[at + 1], half(buffer + at + 2), buffer + at + AGENT_HEADER, length);
    at += AGENT_HEADER + length;
  }
  for (uint32_t i = at; i < have; i++) buffer[i - at] = buffer[i];
  have -= at;
}

/* No echo, no signals, no translation: bytes as they are. */
static void make_raw(int fd) {
  enum { TCGETS = 0x5401, TCSETS = 0x5402, VTIME = 5, VMIN = 6, CS8 = 0x30, CREAD = 0x80, CLOCAL = 0x800 };
  struct {
    uint32_t input, output, control, local;
    unsigned char line, characters[19];
  } termios;
  if (sys_ioctl(fd, TCGETS, &termios) < 0) return;
  termios.input = termios.output = termios.local = 0;
  termios.control |= CS8 | CREAD | CLOCAL;
  termios.characters[VTIME] = 0;
  termios.characters[VMIN] = 1;
  sys_ioctl(fd, TCSETS, &termios);
}

static _Noreturn void serve(void) {
  uint64_t children = 1ull << (SIGCHLD - 1) | 1ull << (SIGPIPE - 1);
  syscall5(SYS_rt_sigprocmask, 0, (long)&children, 0, 8, 0);
  int signals = (int)syscall5(SYS_signalfd4, -1, (long)&children, 8, O_CLOEXEC | O_NONBLOCK, 0);
  make_raw(channel);
  send_number(FRAME_HELLO, 0, AGENT_VERSION);
  for (;;) {
    static struct pollfd polled[2 + 3 * AGENT_SESSIONS];
    int n = 0;
    polled[n++] = (struct pollfd){channel, POLLIN, 0};
    polled[n++] = (struct pollfd){signals, POLLIN, 0};
    for (int i = 0; i < AGENT_SESSIONS; i++) {
      struct session *s = &sessions[i];
      if (!s->used) continue;
      polled[n++] = (struct pollfd){s->held ? -1 : s->out, POLLIN, 0};
      polled[n++] = (struct pollfd){s->held ? -1 : s->err, POLLIN, 0};
      polled[n++] = (struct pollfd){s->length ? s->in : -1, POLLOUT, 0};
    }
    if (syscall5(SYS_ppoll, (long)polled, n, 0, 0, 0) < 0) continue;
    /* None begins or ends before the signals and frames behind this loop are looked at. */
    const struct pollfd *p = polled + 2;
    for (int i = 0; i < AGENT_SESSIONS; i++) {
      struct session *s = &sessions[i];
      if (!s->used) continue;
      if (p++->revents) pass(s, &s->out, FRAME_STDOUT);
      if (p++->revents) pass(s, &s->err, FRAME_STDERR);
      if (p++->revents) feed(s);
    }
    if (polled[1].revents) {
      unsigned char information[128];
      while (sys_read(signals, information, sizeof information) > 0) {
      }
      reap();
    }
    if (polled[0].revents) receive();
  }
}

/* A shell on the console, for a person without the host's help. */
static _Noreturn void shell(void) {
  long pid = sys_fork();
  if (pid == 0) {
    enum { TIOCSCTTY = 0x540e };
    static char *const arguments[] = {"sh", "-l", NULL};
    static char *const environment[] = {"HOME=/root", "TERM=linux", "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", NULL};
    syscall(SYS_setsid, 0, 0, 0);
    int fd = sys_open("/dev/ttyS0", O_RDWR);
    if (fd < 0) fd = sys_open("/dev/console", O_RDWR);
    sys_ioctl(fd, TIOCSCTTY, NULL);
    for (int i = 0; i < 3; i++) syscall(SYS_dup3, fd, i, 0);
    syscall(SYS_execve, "/bin/sh", arguments, environment);
    say("no /bin/sh", NULL, 0);
    sys_exit(127);
  }
  for (;;) {
    long ended = syscall5(SYS_wait4, -1, 0, 0, 0, 0);
    if (ended == pid || (ended < 0 && ended != -EINTR)) break;
  }
  power_off();
  for (;;) syscall5(SYS_ppoll, 0, 0, 0, 0, 0);
}

static int is_serial(const char *path) {
  const char *serial = "/dev/ttyS";
  while (*serial && *path == *serial) path++, serial++;
  return !*serial;
}

/* The kernel's messages would fall between our frames: only those of a dying system are left. */
static void quiet_kernel(void) {
  int fd = sys_open("/proc/sys/kernel/printk", O_WRONLY | O_CLOEXEC);
  if (fd < 0) return;
  sys_write(fd, "1\n", 2);
  sys_close(fd);
}

_Noreturn void agent_main(void);
_Noreturn void agent_main(void) {
  setup();
  const char *path = option(OPTION_CHANNEL);
  if (!path) shell();
  channel = sys_open(path, O_RDWR | O_NOCTTY | O_CLOEXEC);
  if (channel >= 0) {
    if (is_serial(path)) quiet_kernel();
    serve();
  }
  /* The host waits for a word that can't come: better no guest than a silent one. */
  say("cannot open the channel ", path, channel);
  power_off();
  shell();
}

__asm__(
    ".globl _start\n"
    "_start:\n"
    "  .option push\n"
    "  .option norelax\n"
    "  la gp, __global_pointer$\n"
    "  .option pop\n"
    "  andi sp, sp, -16\n"
    "  call agent_main\n");
