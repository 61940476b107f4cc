/* To other processes, and through them: /proc, signals, tracing, namespaces, sockets, shared memory. */
#include "escape.h"

static void proc_root_of(int pid) {
  for (int i = 0; i < clues.secret_count; i++) look(join("/proc/", number(pid), "/root", clues.secrets[i], 0));
}
static void proc_root(void) { each_pid(proc_root_of); }

static void proc_cwd_of(int pid) { look(join("/proc/", number(pid), "/cwd/secret", 0, 0)); }
static void proc_cwd(void) { each_pid(proc_cwd_of); }

static void proc_fd_of(int pid) {
  /* Where process 1 is the guest's agent, its channel must not be read. */
  if (pid == 1) return;
  for (int fd = 0; fd < 8; fd++) look(join("/proc/", number(pid), "/fd/", number(fd), 0));
}
static void proc_fd(void) { each_pid(proc_fd_of); }

static void proc_environ_of(int pid) {
  look(join("/proc/", number(pid), "/environ", 0, 0));
  look(join("/proc/", number(pid), "/cmdline", 0, 0));
}
static void proc_environ(void) { each_pid(proc_environ_of); }

static void proc_mem_of(int pid) {
  char bytes[64];
  long fd = open_at(join("/proc/", number(pid), "/mem", 0, 0), O_RDONLY);
  if (fd < 0) return;
  if (tried("pread64", "mem", syscall5(SYS_pread64, fd, (long)bytes, sizeof bytes, (long)secret, 0)) > 0) look_at(bytes, sizeof bytes);
  sys_close((int)fd);
}
static void proc_mem(void) { each_pid(proc_mem_of); }

/* The program itself is a file of the outside, as in CVE-2019-5736. */
static void proc_exe(void) {
  long held = open_at("/proc/self/exe", O_PATH);
  write_file("/proc/self/exe", "escaped");
  if (held >= 0) write_file(join("/proc/self/fd/", number(held), 0, 0, 0), "escaped");
}

static void kill_others(void) {
  for (int i = 0; i < clues.pid_count; i++) tried("kill", number(clues.pids[i]), syscall(SYS_kill, clues.pids[i], SIGKILL, 0));
}
static void kill_all(void) { tried("kill", "-1", syscall(SYS_kill, -1, SIGKILL, 0)); }

static void trace(int pid) {
  enum { PEEK = 2, ATTACH = 16, DETACH = 17, ALL = 0x40000000 };
  if (tried("ptrace", join("ATTACH ", number(pid), 0, 0, 0), syscall5(SYS_ptrace, ATTACH, pid, 0, 0, 0)) < 0) return;
  int status;
  syscall5(SYS_wait4, pid, (long)&status, ALL, 0, 0);
  char bytes[64];
  for (long i = 0; i < 64; i += 8) syscall5(SYS_ptrace, PEEK, pid, (long)secret + i, (long)bytes + i, 0);
  look_at(bytes, sizeof bytes);
  syscall5(SYS_ptrace, DETACH, pid, 0, 0, 0);
}
static void ptrace_others(void) { each_pid(trace); }

static void read_memory_of(int pid) {
  char bytes[64];
  struct {
    void *base;
    unsigned long length;
  } here = {bytes, sizeof bytes}, there = {secret, sizeof secret};
  if (tried("process_vm_readv", number(pid), syscall6(SYS_process_vm_readv, pid, (long)&here, 1, (long)&there, 1, 0)) > 0)
    look_at(bytes, sizeof bytes);
}
static void read_memory(void) { each_pid(read_memory_of); }

static void take_descriptors_of(int pid) {
  long process = tried("pidfd_open", number(pid), syscall(SYS_pidfd_open, pid, 0, 0));
  for (int fd = 0; process >= 0 && fd < 8; fd++) {
    long taken = tried("pidfd_getfd", number(fd), syscall(SYS_pidfd_getfd, process, fd, 0));
    if (taken < 0) continue;
    char bytes[64];
    /* From the beginning, and without waiting where it is no file. */
    long n = syscall5(SYS_pread64, taken, (long)bytes, sizeof bytes, 0, 0);
    if (n > 0) look_at(bytes, n);
    sys_close((int)taken);
  }
}
static void take_descriptors(void) { each_pid(take_descriptors_of); }

static void join_namespaces_of(int pid) {
  static const char *const kinds[] = {"mnt", "net", "uts", "ipc", "pid", "cgroup", "user"};
  for (int i = 0; i < 7; i++) {
    long fd = open_at(join("/proc/", number(pid), "/ns/", kinds[i], 0), O_RDONLY);
    if (fd < 0) continue;
    tried("setns", kinds[i], syscall(SYS_setns, fd, 0, 0));
    sys_close((int)fd);
  }
  long process = syscall(SYS_pidfd_open, pid, 0, 0);
  if (process >= 0) tried("setns", "all of a pidfd", syscall(SYS_setns, process, NEW_NS | NEW_UTS | NEW_NET, 0));
  for (int i = 0; i < clues.secret_count; i++) look(clues.secrets[i]);
}
static void join_namespaces(void) { each_pid(join_namespaces_of); }

static void limit_others(void) {
  struct {
    uint64_t soft, hard;
  } few = {7, 7};
  for (int i = 0; i < clues.pid_count; i++)
    tried("prlimit64", number(clues.pids[i]), syscall5(SYS_prlimit64, clues.pids[i], 7, (long)&few, 0, 0));
}

static int abstract_address(char *to, const char *name) {
  memset(to, 0, 110);
  to[0] = 1;
  memcpy(to + 3, name, strlen(name));
  return 3 + (int)strlen(name);
}

static void abstract_socket(void) {
  char at[110];
  if (!clues.socket) return;
  int length = abstract_address(at, clues.socket);
  long fd = syscall(SYS_socket, 1, 1, 0);
  if (tried("connect", clues.socket, syscall(SYS_connect, fd, at, length)) == 0) look_fd((int)fd);
}

static void ipv4(char *to, const char *address, int port) {
  memset(to, 0, 16);
  to[0] = 2;
  to[2] = (char)(port >> 8);
  to[3] = (char)port;
  for (int i = 4; i < 8; i++) {
    to[i] = (char)number_of(address);
    while (*address && *address++ != '.') {
    }
  }
}

static void ports(void) {
  for (int i = 0; i < clues.address_count; i++) {
    char at[16];
    ipv4(at, clues.addresses[i], clues.port);
    enum { NONBLOCK = 0x800 };
    long fd = syscall(SYS_socket, 2, 1 | NONBLOCK, 0);
    long made = syscall(SYS_connect, fd, at, sizeof at);
    struct pollfd ready = {(int)fd, POLLIN, 0};
    struct {
      int64_t s, ns;
    } wait = {0, 500000000};
    if (made == 0 || made == -115) {
      syscall5(SYS_ppoll, (long)&ready, 1, (long)&wait, 0, 0);
      char bytes[64];
      long n = sys_read((int)fd, bytes, sizeof bytes);
      tried("connect", join(clues.addresses[i], ":", number(clues.port), 0, 0), n < 0 ? n : 0);
      if (n > 0) look_at(bytes, n);
    } else tried("connect", join(clues.addresses[i], ":", number(clues.port), 0, 0), made);
    sys_close((int)fd);
  }
}

static void shared_memory(void) {
  long id = tried("shmget", number(KEY), syscall(SYS_shmget, KEY, 0, 0));
  if (id < 0) return;
  long at = tried("shmat", number(id), syscall(SYS_shmat, id, 0, 010000));
  if (at > 0 || at < -4095) look_at((const char *)at, 64);
}

static void keyring(void) {
  enum { READ = 11, SEARCH = 10, SESSION = -3, USER = -4, USER_SESSION = -5 };
  static const int rings[] = {SESSION, USER, USER_SESSION};
  for (int i = 0; i < 3; i++) {
    long key = tried("keyctl", "SEARCH", syscall5(SYS_keyctl, SEARCH, rings[i], (long)"user", (long)"trapframe", 0));
    char bytes[64];
    if (key > 0 && tried("keyctl", "READ", syscall5(SYS_keyctl, READ, key, (long)bytes, sizeof bytes, 0)) > 0) look_at(bytes, sizeof bytes);
  }
}

/* What there is to be found: a process with a secret in its memory, a file open, sockets, shared memory, a key. */
void be_outside(const char *token) {
  memcpy(secret, token, strlen(token) < 63 ? strlen(token) : 63);
  if (clues.folder) syscall(SYS_chdir, clues.folder, 0, 0);
  sys_open("secret", O_RDONLY);
  char at[110];
  long local = syscall(SYS_socket, 1, 1, 0), inet = syscall(SYS_socket, 2, 1, 0);
  if (clues.socket) {
    int length = abstract_address(at, clues.socket);
    syscall(SYS_bind, local, at, length);
  }
  syscall(SYS_listen, local, 8, 0);
  ipv4(at, "0.0.0.0", clues.port);
  syscall(SYS_bind, inet, at, 16);
  syscall(SYS_listen, inet, 8, 0);
  long id = syscall(SYS_shmget, KEY, 4096, 01600);
  if (id >= 0) {
    long shared = syscall(SYS_shmat, id, 0, 0);
    if (shared > 0) memcpy((void *)shared, secret, sizeof secret);
  }
  syscall5(SYS_add_key, (long)"user", (long)"trapframe", (long)secret, 32, -4);
  const char *ready = join("outside ", number(syscall(SYS_getpid, 0, 0, 0)), "\n", 0, 0);
  sys_write(1, ready, strlen(ready));
  for (;;) {
    struct pollfd both[] = {{(int)local, POLLIN, 0}, {(int)inet, POLLIN, 0}};
    syscall5(SYS_ppoll, (long)both, 2, 0, 0, 0);
    for (int i = 0; i < 2; i++)
      if (both[i].revents & POLLIN) {
        long fd = syscall(SYS_accept, both[i].fd, 0, 0);
        sys_write((int)fd, secret, 32);
        sys_close((int)fd);
      }
  }
}

const struct attempt process_attempts[] = {
    {"proc-root", proc_root},
    {"proc-cwd", proc_cwd},
    {"proc-fd", proc_fd},
    {"proc-environ", proc_environ},
    {"proc-mem", proc_mem},
    {"proc-exe", proc_exe},
    {"kill", kill_others},
    {"kill-all", kill_all},
    {"ptrace", ptrace_others},
    {"process-memory", read_memory},
    {"pidfd", take_descriptors},
    {"setns", join_namespaces},
    {"prlimit", limit_others},
    {"abstract-socket", abstract_socket},
    {"ports", ports},
    {"shared-memory", shared_memory},
    {"keyring", keyring},
    {0, 0},
};
