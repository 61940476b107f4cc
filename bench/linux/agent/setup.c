/* Mounts, modules, host name, loop-back, shares and the root disk, as the kernel's command line asks for them. */
#include "setup.h"

#include "agent_abi.h"
#include "sys.h"

static char command_line[4096];

static int same(const char *a, const char *b, size_t n) {
  for (size_t i = 0; i < n; i++)
    if (a[i] != b[i]) return 0;
  return 1;
}

void say(const char *text, const char *what, long error) {
  char line[512];
  size_t n = 0;
  const char *parts[] = {"agent: ", text, what};
  for (int i = 0; i < 3; i++)
    for (const char *s = parts[i]; s && *s && n < sizeof line - 32; s++) line[n++] = *s;
  if (error) {
    char digits[8];
    int d = 0;
    for (long e = error < 0 ? -error : error; e && d < 8; e /= 10) digits[d++] = (char)('0' + e % 10);
    memcpy(line + n, ": error ", 8);
    n += 8;
    while (d) line[n++] = digits[--d];
  }
  line[n++] = '\n';
  int fd = sys_open("/dev/kmsg", O_WRONLY | O_CLOEXEC);
  if (fd < 0) return;
  sys_write(fd, line, n);
  sys_close(fd);
}

/* Words of the command line are cut by blanks once; `option` then looks through them. */
static void read_command_line(void) {
  int fd = sys_open("/proc/cmdline", O_RDONLY | O_CLOEXEC);
  if (fd < 0) return;
  long n = sys_read(fd, command_line, sizeof command_line - 2);
  sys_close(fd);
  for (long i = 0; i < n; i++)
    if (command_line[i] == ' ' || command_line[i] == '\n') command_line[i] = 0;
}

static const char *next_option(const char *name, const char *after) {
  size_t length = strlen(name);
  const char *at = after ? after + strlen(after) : command_line;
  const char *end = command_line + sizeof command_line - 1;
  while (at < end) {
    if (!*at) {
      at++;
      continue;
    }
    if (same(at, name, length) && at[length] == '=') return at + length + 1;
    at += strlen(at);
  }
  return NULL;
}

const char *option(const char *name) { return next_option(name, NULL); }

static void directory(const char *path) { syscall(SYS_mkdirat, AT_FDCWD, path, 0755); }

long mount_at(const char *source, const char *target, const char *type, unsigned long flags, const char *data) {
  directory(target);
  return syscall5(SYS_mount, (long)source, (long)target, (long)type, (long)flags, (long)data);
}

/* Modules lie in /lib/modules in the order in which they are to be loaded: 00-name.ko, 01-name.ko, … */
static void load_modules(void) {
  static char entries[8192];
  int directory_fd = sys_open("/lib/modules", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (directory_fd < 0) return;
  static char names[64][64];
  int count = 0;
  for (;;) {
    long n = syscall(SYS_getdents64, directory_fd, entries, sizeof entries);
    if (n <= 0) break;
    for (long at = 0; at < n;) {
      const char *name = entries + at + 19;
      size_t length = strlen(name);
      if (name[0] != '.' && length < 64 && count < 64) memcpy(names[count++], name, length + 1);
      at += *(unsigned short *)(entries + at + 16);
    }
  }
  for (int wanted = 0; wanted < count; wanted++) {
    for (int i = 0; i < count; i++) {
      if (names[i][0] != '0' + wanted / 10 || names[i][1] != '0' + wanted % 10) continue;
      int fd = (int)syscall5(SYS_openat, directory_fd, (long)names[i], O_RDONLY | O_CLOEXEC, 0, 0);
      long error = syscall(SYS_finit_module, fd, "", 0);
      if (error < 0) say("module ", names[i], error);
      sys_close(fd);
    }
  }
  sys_close(directory_fd);
}

/* The loop-back interface: struct ifreq holds a name and, here, flags. */
static void loopback_up(void) {
  enum { AF_INET = 2, SOCK_DGRAM = 2, SIOCSIFFLAGS = 0x8914, IFF_UP = 1 };
  struct {
    char name[16];
    short flags;
    char rest[22];
  } request = {"lo", IFF_UP, {0}};
  int fd = (int)syscall(SYS_socket, AF_INET, SOCK_DGRAM | O_CLOEXEC, 0);
  if (fd < 0) return;
  sys_ioctl(fd, SIOCSIFFLAGS, &request);
  sys_close(fd);
}

static void kernel_file_systems(void) {
  mount_at("proc", "/proc", "proc", 0, NULL);
  mount_at("sysfs", "/sys", "sysfs", 0, NULL);
  mount_at("devtmpfs", "/dev", "devtmpfs", 0, NULL);
  mount_at("devpts", "/dev/pts", "devpts", 0, "ptmxmode=0666,mode=0620");
  mount_at("tmpfs", "/dev/shm", "tmpfs", 0, NULL);
}

static void scratch_file_systems(void) {
  mount_at("tmpfs", "/tmp", "tmpfs", 0, "mode=1777");
  mount_at("tmpfs", "/run", "tmpfs", 0, "mode=0755");
  mount_at("cgroup2", "/sys/fs/cgroup", "cgroup2", 0, NULL);
}

/* `device` or `device:type`: becomes the root; the kernel's file systems move along. */
static void switch_root(const char *value) {
  enum { MS_RDONLY = 1, MS_MOVE = 0x2000 };
  static char device[128];
  const char *type = "ext4";
  size_t n = 0;
  while (value[n] && value[n] != ':' && n < sizeof device - 1) {
    device[n] = value[n];
    n++;
  }
  if (value[n] == ':') type = value + n + 1;
  long error = mount_at(device, "/newroot", type, 0, NULL);
  if (error < 0) error = mount_at(device, "/newroot", type, MS_RDONLY, NULL);
  if (error < 0) {
    say("cannot mount the root ", device, error);
    return;
  }
  syscall(SYS_chdir, "/newroot", 0, 0);
  static const char *const moved[] = {"proc", "sys", "dev"};
  for (int i = 0; i < 3; i++) {
    directory(moved[i]);
    char from[8] = "/";
    memcpy(from + 1, moved[i], strlen(moved[i]) + 1);
    syscall5(SYS_mount, (long)from, (long)moved[i], 0, MS_MOVE, 0);
  }
  syscall5(SYS_mount, (long)".", (long)"/", 0, MS_MOVE, 0);
  syscall(SYS_chroot, ".", 0, 0);
  syscall(SYS_chdir, "/", 0, 0);
}

/* `tag:/path`: a directory of the host. */
static void mount_share(const char *value) {
  static char tag[64], path[512];
  size_t n = 0;
  while (value[n] && value[n] != ':' && n < sizeof tag - 1) {
    tag[n] = value[n];
    n++;
  }
  tag[n] = 0;
  if (value[n] != ':') return;
  value += n + 1;
  /* Each directory on the way. */
  for (n = 0; value[n] && n < sizeof path - 1; n++) {
    path[n] = value[n];
    path[n + 1] = 0;
    if (value[n + 1] == '/' || !value[n + 1]) directory(path);
  }
  long error = mount_at(tag, path, "9p", 0, "trans=virtio,version=9p2000.L,msize=131072");
  if (error < 0) say("cannot mount the share at ", path, error);
}

static uint64_t number(const char **at) {
  uint64_t n = 0;
  for (; **at >= '0' && **at <= '9'; (*at)++) n = 10 * n + (uint64_t)(**at - '0');
  if (**at == ':') (*at)++;
  return n;
}

/* `device:count:bytes`: partitions that no table on the disk speaks of (linux/blkpg.h). */
static void cut_slots(const char *value) {
  enum { BLKPG = 0x1269, ADD_PARTITION = 1 };
  static struct {
    int64_t start, length;
    int number;
    char names[128];
  } partition;
  struct {
    int operation, flags, length;
    void *data;
  } argument = {ADD_PARTITION, 0, sizeof partition, &partition};
  static char device[64];
  size_t n = 0;
  while (*value && *value != ':' && n < sizeof device - 1) device[n++] = *value++;
  if (*value == ':') value++;
  uint64_t count = number(&value), size = number(&value);
  int fd = sys_open(device, O_RDWR | O_CLOEXEC);
  long error = fd < 0 ? fd : 0;
  for (uint64_t i = 0; i < count && !error; i++) {
    partition.start = (int64_t)(i * size);
    partition.length = (int64_t)size;
    partition.number = (int)i + 1;
    error = sys_ioctl(fd, BLKPG, &argument);
  }
  if (error < 0) say("cannot cut into slots: ", device, error);
  if (fd >= 0) sys_close(fd);
}

void setup(void) {
  kernel_file_systems();
  read_command_line();
  load_modules();
  const char *root = option(OPTION_ROOT);
  if (root) switch_root(root);
  scratch_file_systems();
  const char *name = option(OPTION_HOSTNAME);
  if (!name) name = "trapframe";
  syscall(SYS_sethostname, name, strlen(name), 0);
  loopback_up();
  for (const char *s = next_option(OPTION_SHARE, NULL); s; s = next_option(OPTION_SHARE, s)) mount_share(s);
  const char *slots = option(OPTION_SLOTS);
  if (slots) cut_slots(slots);
}
