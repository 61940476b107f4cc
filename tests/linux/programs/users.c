// User namespaces: maps of ids, what root of one may do in there and may not outside.
#include "check.h"
#include <grp.h>
#include <sys/fsuid.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

static void ids(void) {
  gid_t groups[32];
  int n = getgroups(32, groups);
  printf("%d %d %d %d, %d groups, first %d\n", getuid(), geteuid(), getgid(), getegid(), n, n > 0 ? (int)groups[0] : -1);
  fflush(stdout);
}

// Capabilities from /proc/self/status.
static void capabilities(void) {
  FILE *f = fopen("/proc/self/status", "r");
  char line[256];
  while (fgets(line, sizeof line, f))
    if (!strncmp(line, "CapEff", 6)) {
      unsigned long long set = strtoull(line + 7, 0, 16);
      puts(set == 0 ? "no capabilities" : (set & 0x1ffffffffffull) == 0x1ffffffffffull ? "all capabilities" : "some");
    }
  fclose(f);
  fflush(stdout);
}

// Runs a part in a child; parts wait for each other at a pipe.
static int to_child[2], to_parent[2];
static void tell(int fd[2]) { write(fd[1], "x", 1); }
static void wait_for(int fd[2]) {
  char c;
  read(fd[0], &c, 1);
}

static void become(int id) {
  gid_t g = id;
  setgroups(1, &g);
  setresgid(id, id, id);
  setresuid(id, id, id);
  prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
}

static void by_itself(void) {
  pid_t child = fork();
  if (child) {
    status_of(child);
    return;
  }
  become(1000);
  ids();
  capabilities();
  SAY(unshare(CLONE_NEWUTS));
  SAY(unshare(CLONE_NEWUSER));
  ids();
  capabilities();
  show_text("/proc/self/uid_map");
  show_text("/proc/self/setgroups");
  SAY(setuid(0));
  puts(put_text("/proc/self/gid_map", "0 1000 1"));
  puts(put_text("/proc/self/uid_map", "0 1001 1"));
  puts(put_text("/proc/self/uid_map", "0 1000 2"));
  puts(put_text("/proc/self/uid_map", "nonsense"));
  puts(put_text("/proc/self/uid_map", "0 1000 0"));
  puts(put_text("/proc/self/uid_map", "0 1000 1\n"));
  puts(put_text("/proc/self/uid_map", "0 1000 1"));
  puts(put_text("/proc/self/setgroups", "maybe"));
  puts(put_text("/proc/self/setgroups", "deny"));
  puts(put_text("/proc/self/setgroups", "allow"));
  puts(put_text("/proc/self/gid_map", "0 1000 1"));
  puts(put_text("/proc/self/setgroups", "deny"));
  show_text("/proc/self/uid_map");
  show_text("/proc/self/gid_map");
  show_text("/proc/self/setgroups");
  ids();
  capabilities();
  SAY(setgroups(0, 0));
  SAY(setuid(5));
  struct stat s;
  stat("/", &s);
  printf("%d %d\n", s.st_uid, s.st_gid);
  stat("mine", &s);
  printf("%d %d\n", s.st_uid, s.st_gid);
  SAY(chown("mine", 0, 0));
  SAY(chown("mine", 7, -1));
  SAY(chmod("theirs", 0777));
  SAY(access("theirs", R_OK));
  // In it: its own names, hosts, mounts; not those of outside.
  SAY(sethostname("inner", 5));
  SAY(unshare(CLONE_NEWUTS | CLONE_NEWNS | CLONE_NEWIPC));
  SAY(sethostname("inner", 5));
  SAY(mount("none", "/", 0, MS_REC | MS_PRIVATE, 0));
  SAY(mount("tmpfs", "tree", "tmpfs", 0, 0));
  close(open("tree/file", O_CREAT | O_WRONLY, 0600));
  SAY(stat("tree/file", &s));
  printf("%d %d\n", s.st_uid, s.st_gid);
  SAY(mknod("tree/null", S_IFCHR | 0666, 0x103));
  SAY(mount("devtmpfs", "tree", "devtmpfs", 0, 0));
  SAY(umount("tree"));
  SAY(mount("proc", "tree", "proc", 0, 0));
  SAY(mount("sysfs", "tree", "sysfs", 0, 0));
  SAY(mount("cgroup", "tree", "cgroup2", 0, 0));
  SAY(mount("mqueue", "tree", "mqueue", 0, 0));
  SAY(umount("tree"));
  SAY(unshare(CLONE_NEWPID));
  pid_t first = fork();
  if (!first) {
    SAY(mount("proc", "tree", "proc", 0, 0));
    SAY(access("tree/1/status", F_OK));
    SAY(umount("tree"));
    _exit(0);
  }
  status_of(first);
  SAY(umount("/proc"));
  SAY(mount("none", "/proc", 0, MS_REMOUNT | MS_BIND, 0) == 0 || errno == EPERM);
  SAY(chroot("."));
  _exit(0);
}

static void from_outside(void) {
  pipe(to_child);
  pipe(to_parent);
  pid_t child = fork();
  if (!child) {
    SAY(unshare(CLONE_NEWUSER));
    ids();
    capabilities();
    tell(to_parent);
    wait_for(to_child);
    ids();
    show_text("/proc/self/uid_map");
    show_text("/proc/self/gid_map");
    SAY(setresgid(5, 5, 5));
    gid_t g[2] = {7, 9};
    SAY(setgroups(2, g));
    g[0] = 5000;
    SAY(setgroups(1, g));
    SAY(setresuid(-1, 200, -1));
    ids();
    capabilities();
    SAY(setresuid(0, 0, 0));
    capabilities();
    SAY(setuid(999));
    SAY(setfsuid(3));
    SAY(setfsuid(-1));
    close(open("made", O_CREAT | O_WRONLY, 0600));
    struct stat s;
    stat("made", &s);
    printf("%d %d\n", s.st_uid, s.st_gid);
    // Another in it.
    pid_t inner = fork();
    if (!inner) {
      SAY(setresuid(20, 20, 20));
      SAY(unshare(CLONE_NEWUSER));
      puts(put_text("/proc/self/uid_map", "0 20 1"));
      show_text("/proc/self/uid_map");
      ids();
      capabilities();
      SAY(kill(getppid(), 0));
      _exit(0);
    }
    status_of(inner);
    SAY(setresuid(11, 11, 11));
    tell(to_parent);
    wait_for(to_child);
    _exit(0);
  }
  wait_for(to_parent);
  char path[64];
  sprintf(path, "/proc/%d/uid_map", child);
  puts(put_text(path, "0 100000 200\n1000 5000 3\n"));
  sprintf(path, "/proc/%d/gid_map", child);
  puts(put_text(path, "0 100000 200\n150 5000 3\n"));
  puts(put_text(path, "0 100000 200\n1000 5000 3\n"));
  show_text(path);
  tell(to_child);
  wait_for(to_parent);
  struct stat s;
  stat("made", &s);
  printf("%d %d\n", s.st_uid, s.st_gid);
  sprintf(path, "/proc/%d", child);
  stat(path, &s);
  printf("%d\n", s.st_uid);
  tell(to_child);
  status_of(child);
}

static int entered(void *arg) {
  (void)arg;
  ids();
  capabilities();
  return 7;
}

int main(void) {
  if (getuid() || unshare(CLONE_NEWIPC)) return 77;
  umask(0);
  close(open("mine", O_CREAT | O_WRONLY, 0600));
  chown("mine", 1000, 1000);
  close(open("theirs", O_CREAT | O_WRONLY, 0600));
  mkdir("tree", 0777);
  chmod(".", 0777);
  by_itself();
  from_outside();
  // clone into one, joining one, and what nobody may.
  static char stack[65536];
  pid_t child = clone(entered, stack + sizeof stack, CLONE_NEWUSER | SIGCHLD, 0);
  SAY(WEXITSTATUS(status_of(child)));
  pipe(to_child);
  pipe(to_parent);
  child = fork();
  if (!child) {
    unshare(CLONE_NEWUSER | CLONE_NEWUTS);
    sethostname("joined", 6);
    tell(to_parent);
    wait_for(to_child);
    _exit(0);
  }
  wait_for(to_parent);
  char path[64];
  sprintf(path, "/proc/%d/ns/user", child);
  int user = open(path, O_RDONLY);
  sprintf(path, "/proc/%d/ns/uts", child);
  int uts = open(path, O_RDONLY);
  pid_t joiner = fork();
  if (!joiner) {
    SAY(setns(open("/proc/self/ns/user", O_RDONLY), 0));
    SAY(setns(user, CLONE_NEWUTS));
    SAY(setns(user, 0));
    capabilities();
    SAY(setns(uts, CLONE_NEWUTS));
    char host[64];
    gethostname(host, sizeof host);
    puts(host);
    SAY(sethostname("by joiner", 9));
    _exit(0);
  }
  status_of(joiner);
  tell(to_child);
  status_of(child);
  joiner = fork();
  if (!joiner) {
    become(1234);
    SAY(setns(user, 0));
    SAY(setns(uts, 0));
    _exit(0);
  }
  status_of(joiner);
  child = fork();
  if (!child) {
    mkdir("jail", 0755);
    chroot("jail");
    SAY(unshare(CLONE_NEWUSER));
    SAY(unshare(CLONE_NEWUSER | 0x8));
    _exit(0);
  }
  status_of(child);
  return 0;
}
