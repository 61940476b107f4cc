/* At the kernel itself: its memory, what is one for all, what ends it. */
#include "escape.h"

static const unsigned long addresses[] = {0x0, 0x80000000, 0x80200000, 0x3fffffffff, 0xffffffc000000000, 0xffffffd800000000, 0xffffffff80000000};
enum { ADDRESSES = sizeof addresses / sizeof *addresses };

/* A child reads there, and what becomes of it is the result: the signal, negative, as an error is. */
static void load(void) {
  for (int i = 0; i < ADDRESSES; i++) {
    long child = sys_fork();
    if (child == 0) {
      look_at((const char *)addresses[i], 4096);
      sys_exit(0);
    }
    int status = 0;
    syscall5(SYS_wait4, child, (long)&status, 0, 0, 0);
    tried("load", number((long)addresses[i]), status & 0x7f ? -1000 - (status & 0x7f) : 0);
  }
}

/* The kernel is asked to read or write there itself. */
static void pointers(void) {
  int ends[2];
  syscall(SYS_pipe2, ends, O_NONBLOCK, 0);
  char bytes[4096];
  for (int i = 0; i < ADDRESSES; i++) {
    if (tried("write", number((long)addresses[i]), sys_write(ends[1], (const void *)addresses[i], 4096)) > 0) look_at(bytes, sys_read(ends[0], bytes, 4096));
    sys_write(ends[1], "escaped", 7);
    tried("read", number((long)addresses[i]), sys_read(ends[0], (void *)addresses[i], 7));
  }
}

static void hostname(void) { tried("sethostname", "escaped", syscall(SYS_sethostname, "escaped", 7, 0)); }

static void sysctl(void) {
  write_file("/proc/sys/kernel/hostname", "escaped");
  write_file("/proc/sys/kernel/domainname", "escaped");
  write_file("/proc/sys/kernel/core_pattern", "|/escaped");
  write_file("/proc/sys/kernel/modprobe", "/escaped");
  write_file("/proc/sys/vm/overcommit_memory", "1");
  write_file("/sys/kernel/uevent_helper", "/escaped");
}

static void clock(void) {
  struct {
    int64_t s, ns;
  } then = {86400, 0};
  tried("clock_settime", "1970-01-02", syscall(SYS_clock_settime, 0, &then, 0));
}

static void module(void) {
  tried("init_module", "an empty one", syscall(SYS_init_module, "", 0, ""));
  long fd = sys_open("/proc/self/exe", O_RDONLY);
  tried("finit_module", "this program", syscall(SYS_finit_module, fd, "", 0));
  tried("delete_module", "virtio_net", syscall(SYS_delete_module, "virtio_net", O_NONBLOCK, 0));
}

static void reboot(void) {
  tried("reboot", "RESTART", syscall5(SYS_reboot, 0xfee1dead, 672274793, 0x1234567, 0, 0));
  tried("reboot", "POWER_OFF", syscall5(SYS_reboot, 0xfee1dead, 672274793, 0x4321fedc, 0, 0));
}

const struct attempt kernel_attempts[] = {
    {"load", load},
    {"pointers", pointers},
    {"hostname", hostname},
    {"sysctl", sysctl},
    {"clock", clock},
    {"module", module},
    {"reboot", reboot},
    {0, 0},
};
