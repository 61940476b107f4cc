/* Small things that containers are tried with; the first argument says which. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <mqueue.h>
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/mount.h>
#include <sys/msg.h>
#include <sys/prctl.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <dirent.h>
#include <time.h>
#include <unistd.h>

static const char *why(long r) { return r < 0 ? strerror(errno) : "ok"; }

static int cat(const char *path) {
  int fd = open(path, O_RDONLY);
  char b[4096];
  long n;
  if (fd < 0) { printf("%s: %s\n", path, strerror(errno)); return 1; }
  while ((n = read(fd, b, sizeof b)) > 0) fwrite(b, 1, n, stdout);
  close(fd);
  return 0;
}

/* Looks for a segment, a set of semaphores, a queue of each kind, by one name; "make" makes them. */
static void ipc(const char *how) {
  int flags = strcmp(how, "make") ? 0 : IPC_CREAT | 0600;
  printf("shm %s\n", why(shmget(77, 4096, flags)));
  printf("sem %s\n", why(semget(77, 1, flags)));
  printf("msg %s\n", why(msgget(77, flags)));
  printf("mq %s\n", why(mq_open("/77", O_RDWR | (flags ? O_CREAT : 0), 0600, NULL)));
}

static int put(const char *path, const char *text) {
  int fd = open(path, O_WRONLY | O_CREAT, 0644);
  if (fd < 0) { printf("%s: %s\n", path, strerror(errno)); return 1; }
  if (write(fd, text, strlen(text)) < 0) { printf("%s: %s\n", path, strerror(errno)); close(fd); return 1; }
  close(fd);
  return 0;
}

static int ls(const char *path) {
  DIR *d = opendir(path);
  struct dirent *e;
  char *names[512];
  int n = 0;
  if (!d) { printf("%s: %s\n", path, strerror(errno)); return 1; }
  while ((e = readdir(d)) && n < 512) if (e->d_name[0] != '.') names[n++] = strdup(e->d_name);
  closedir(d);
  for (int i = 0; i < n; i++)
    for (int j = i + 1; j < n; j++)
      if (strcmp(names[i], names[j]) > 0) { char *t = names[i]; names[i] = names[j]; names[j] = t; }
  for (int i = 0; i < n; i++) printf("%s%s", i ? " " : "", names[i]);
  printf("\n");
  return 0;
}

/* Touches so many MiB, a page at a time. */
static int eat(long mib) {
  for (long i = 0; i < mib; i++) {
    char *p = malloc(1 << 20);
    if (!p) { printf("malloc: %s\n", strerror(errno)); return 1; }
    for (long j = 0; j < 1 << 20; j += 4096) ((volatile char *)p)[j] = 1;
  }
  printf("ate %ld\n", mib);
  return 0;
}

/* Forks until it may not; children wait to be killed. */
static int forks(void) {
  int n = 0;
  for (;;) {
    pid_t pid = fork();
    if (pid == 0) { for (;;) pause(); }
    if (pid < 0) break;
    n++;
    if (n > 5000) break;
  }
  printf("%d children, then %s\n", n, strerror(errno));
  fflush(stdout);
  return 0;
}

/* A filter that refuses one call with an error. */
static long deny(int nr, int err) {
  struct sock_filter f[] = {
    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, nr, 0, 1),
    BPF_STMT(BPF_RET | BPF_K, err < 0 ? SECCOMP_RET_KILL_PROCESS : SECCOMP_RET_ERRNO | err),
    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  struct sock_fprog p = {4, f};
  return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &p);
}

static volatile sig_atomic_t got;
static void note(int s) { got = s; }

int main(int argc, char **argv) {
  const char *what = argc > 1 ? argv[1] : "";
  setvbuf(stdout, NULL, _IOLBF, 0);
  for (int i = 1; i < argc; i++) {
    what = argv[i];
#define ARG (++i < argc ? argv[i] : "")
    if (!strcmp(what, "say")) printf("%s\n", ARG);
    else if (!strcmp(what, "cat")) cat(ARG);
    else if (!strcmp(what, "ls")) ls(ARG);
    else if (!strcmp(what, "put")) { const char *p = ARG; put(p, ARG); }
    else if (!strcmp(what, "mkdir")) { long r = mkdir(ARG, 0755); printf("mkdir %s\n", why(r)); }
    else if (!strcmp(what, "mknod")) { long r = mknod(ARG, S_IFCHR | 0666, 0x103); printf("mknod %s\n", why(r)); }
    else if (!strcmp(what, "eat")) { if (eat(atol(ARG))) return 1; }
    else if (!strcmp(what, "forks")) forks();
    else if (!strcmp(what, "spin")) { for (volatile long n = 0;; n++); }
    else if (!strcmp(what, "work")) { for (volatile long n = 0, m = atol(ARG); n < m; n++); }
    else if (!strcmp(what, "sleep")) { long ms = atol(ARG); struct timespec t = {ms / 1000, ms % 1000 * 1000000}; nanosleep(&t, NULL); }
    else if (!strcmp(what, "wait")) { for (;;) pause(); }
    else if (!strcmp(what, "exit")) return atoi(ARG);
    else if (!strcmp(what, "pid")) printf("pid %d ppid %d\n", getpid(), getppid());
    else if (!strcmp(what, "id")) {
      gid_t g[32];
      int n = getgroups(32, g);
      printf("uid %d gid %d groups", getuid(), getgid());
      for (int j = 0; j < n; j++) printf(" %d", g[j]);
      printf("\n");
    } else if (!strcmp(what, "host")) {
      struct utsname u;
      uname(&u);
      printf("%s\n", u.nodename);
    } else if (!strcmp(what, "sethost")) { const char *h = ARG; printf("sethostname %s\n", why(sethostname(h, strlen(h)))); }
    else if (!strcmp(what, "ipc")) ipc(ARG);
    else if (!strcmp(what, "env")) { const char *v = getenv(ARG); printf("%s\n", v ? v : "(none)"); }
    else if (!strcmp(what, "cwd")) { char b[256]; printf("%s\n", getcwd(b, sizeof b) ? b : strerror(errno)); }
    else if (!strcmp(what, "mount")) { const char *type = ARG; printf("mount %s\n", why(mount("none", ARG, type, 0, NULL))); }
    else if (!strcmp(what, "umount")) { printf("umount %s\n", why(umount(ARG))); }
    else if (!strcmp(what, "chroot")) { long r = chroot(ARG); printf("chroot %s\n", why(r)); if (r == 0) chdir("/"); }
    else if (!strcmp(what, "pivot")) {
      const char *to = ARG;
      long r = chdir(to);
      if (r == 0) r = syscall(SYS_pivot_root, ".", ".");
      printf("pivot_root %s\n", why(r));
      if (r == 0) { umount2(".", MNT_DETACH); chdir("/"); }
    } else if (!strcmp(what, "bind")) { const char *to = ARG; printf("bind %s\n", why(mount(to, to, NULL, MS_BIND | MS_REC, NULL))); }
    else if (!strcmp(what, "unshare")) printf("unshare %s\n", why(unshare(strtol(ARG, NULL, 16))));
    else if (!strcmp(what, "setns")) { int fd = open(ARG, O_RDONLY); printf("setns %s\n", why(fd < 0 ? -1 : setns(fd, 0))); }
    else if (!strcmp(what, "child")) {
      /* The rest is done by a child, which is waited for. */
      fflush(stdout);
      pid_t pid = fork();
      if (pid > 0) {
        int status;
        waitpid(pid, &status, 0);
        return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
      }
      if (pid < 0) { printf("fork: %s\n", strerror(errno)); return 1; }
    } else if (!strcmp(what, "background")) {
      fflush(stdout);
      pid_t pid = fork();
      if (pid == 0) { for (;;) pause(); }
      printf("fork %s\n", why(pid));
    } else if (!strcmp(what, "orphan")) {
      /* A grandchild that outlives its parent, and tells who its parent is then. */
      fflush(stdout);
      if (fork() == 0) {
        if (fork() == 0) {
          while (getppid() != 1) usleep(1000);
          printf("orphan of %d\n", getppid());
          _exit(7);
        }
        _exit(0);
      }
      wait(NULL);
    } else if (!strcmp(what, "reap")) {
      int status;
      pid_t pid = wait(&status);
      printf("reaped with %d\n", pid < 0 ? -1 : WEXITSTATUS(status));
    } else if (!strcmp(what, "kill")) { int pid = atoi(ARG); printf("kill %s\n", why(kill(pid, atoi(ARG)))); }
    else if (!strcmp(what, "on")) { signal(atoi(ARG), note); }
    else if (!strcmp(what, "pause")) { while (!got) pause(); printf("got %d\n", got); }
    else if (!strcmp(what, "bounding")) printf("%d\n", prctl(PR_CAPBSET_READ, atoi(ARG)));
    else if (!strcmp(what, "nnp")) printf("%s\n", why(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)));
    else if (!strcmp(what, "setuid")) printf("setuid %s\n", why(setuid(atoi(ARG))));
    else if (!strcmp(what, "deny")) { int nr = atoi(ARG); printf("deny %s\n", why(deny(nr, atoi(ARG)))); }
    else if (!strcmp(what, "strict")) { long r = prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT); if (r) printf("strict %s\n", why(r)); else write(1, "strict ok\n", 10); }
    else if (!strcmp(what, "fill")) {
      /* Writes a file until it may not. */
      int fd = open(ARG, O_WRONLY | O_CREAT, 0644);
      static char b[65536];
      long total = 0, n = fd < 0 ? -1 : 0;
      while (fd >= 0 && (n = write(fd, b, sizeof b)) > 0 && total < 1L << 30) total += n;
      printf("filled %ld KiB, then %s\n", total / 1024, why(n));
    } else if (!strcmp(what, "crash")) *(volatile int *)0 = 1;
    else if (!strcmp(what, "flood")) { for (;;) puts("flood flood flood flood flood flood flood flood"); }
    else if (!strcmp(what, "read")) {
      char b[256];
      long n = read(0, b, sizeof b);
      printf("read %ld: %.*s\n", n, n > 0 ? (int)n : 0, b);
    } else if (!strcmp(what, "termios2")) { char b[44]; printf("termios2 %s\n", why(ioctl(0, 0x802c542a, b))); }
    else if (!strcmp(what, "tty")) printf("%s\n", ttyname(0) ? ttyname(0) : strerror(errno));
    else { printf("no %s\n", what); return 99; }
  }
  return 0;
}
