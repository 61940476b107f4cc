// System V shared memory, semaphores and message queues.
#include "check.h"
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>

#ifndef SHM_EXEC
#define SHM_EXEC 0100000
#endif
enum { KEY = 0x7261 };

static int lines(const char *path) {
  FILE *f = fopen(path, "r");
  int n = 0;
  char line[512];
  while (f && fgets(line, sizeof line, f)) n++;
  if (f) fclose(f);
  return n - 1;
}

static void shared_memory(void) {
  SAY(shmget(KEY, 100, 0600));
  SAY(shmget(KEY, 0, IPC_CREAT | 0600));
  int id = shmget(KEY, 10000, IPC_CREAT | IPC_EXCL | 0640);
  SAY(id >= 0);
  SAY(shmget(KEY, 10000, IPC_CREAT | IPC_EXCL | 0600));
  SAY(shmget(KEY, 5000, 0) == id);
  SAY(shmget(KEY, 10001, 0));
  struct shmid_ds d;
  SAY(shmctl(id, IPC_STAT, &d));
  printf("%o %ld %d %d %ld\n", d.shm_perm.mode, (long)d.shm_segsz, d.shm_cpid == getpid(), d.shm_lpid, (long)d.shm_nattch);
  char *a = shmat(id, 0, 0), *b = shmat(id, 0, SHM_RDONLY);
  SAY(a != (void *)-1 && b != (void *)-1 && a != b);
  strcpy(a, "seen twice");
  puts(b);
  SAY((long)shmat(id, a + 1, 0));
  SAY((long)shmat(id, a, 0));
  SAY(shmat(id, a + 5, SHM_RND | SHM_REMAP) == a);
  SAY((long)shmat(id, 0, SHM_REMAP));
  SAY((long)shmat(77777, 0, 0));
  SAY(shmctl(id, IPC_STAT, &d));
  printf("%ld %d\n", (long)d.shm_nattch, d.shm_lpid == getpid());
  pid_t child = fork();
  if (!child) {
    strcpy(a + 100, "from the child");
    struct shmid_ds e;
    shmctl(id, IPC_STAT, &e);
    _exit(e.shm_nattch);
  }
  SAY(WEXITSTATUS(status_of(child)));
  puts(b + 100);
  child = fork();
  if (!child) {
    b[0] = 1;
    _exit(0);
  }
  SAY(WTERMSIG(status_of(child)) == SIGSEGV);
  SAY(mprotect(a, 4096, PROT_READ));
  SAY(shmctl(id, IPC_STAT, &d));
  SAY(d.shm_nattch);
  SAY(shmdt(a + 4096));
  SAY(shmdt(a));
  SAY(shmdt(a));
  SAY(shmdt(b + 1));
  SAY(shmctl(id, IPC_STAT, &d));
  SAY(d.shm_nattch);
  d.shm_perm.mode = 0200;
  SAY(shmctl(id, IPC_SET, &d));
  SAY(lines("/proc/sysvipc/shm"));
  child = fork();
  if (!child) {
    setgid(1000);
    setuid(1000);
    SAY((long)shmat(id, 0, SHM_RDONLY));
    SAY(shmctl(id, IPC_STAT, &d));
    SAY(shmctl(id, IPC_RMID, 0));
    SAY(shmget(KEY, 10, 0600));
    SAY(shmget(KEY, 10, 0) >= 0);
    _exit(0);
  }
  status_of(child);
  // Removed, it lives as long as it is mapped.
  SAY(shmctl(id, IPC_RMID, 0));
  SAY(shmget(KEY, 1, 0));
  SAY(shmctl(id, IPC_STAT, &d));
  printf("%o\n", d.shm_perm.mode);
  puts(b);
  SAY(shmdt(b));
  SAY(shmctl(id, IPC_STAT, &d));
  SAY(shmctl(id, 99, &d));
  id = shmget(IPC_PRIVATE, 1 << 20, 0600);
  SAY(shmget(IPC_PRIVATE, 1 << 20, 0600) != id);
  a = shmat(id, 0, 0);
  SAY(shmctl(id, IPC_RMID, 0));
  SAY(a[0] || a[(1 << 20) - 1]);
  SAY(shmdt(a));
}

static int set;
static int op(int num, int change, int flags) {
  struct sembuf b = {num, change, flags};
  return semop(set, &b, 1);
}

static void semaphores(void) {
  SAY(semget(KEY, 3, 0600));
  SAY(semget(KEY, 0, IPC_CREAT | 0600));
  SAY(semget(KEY, 40000, IPC_CREAT | 0600));
  set = semget(KEY, 3, IPC_CREAT | IPC_EXCL | 0600);
  SAY(set >= 0);
  SAY(semget(KEY, 2, 0) == set);
  SAY(semget(KEY, 4, 0));
  SAY(semget(KEY, 3, IPC_CREAT | IPC_EXCL));
  struct semid_ds d;
  SAY(semctl(set, 0, IPC_STAT, &d));
  printf("%o %ld %ld\n", d.sem_perm.mode, (long)d.sem_nsems, (long)d.sem_otime);
  SAY(semctl(set, 0, GETVAL));
  SAY(semctl(set, 3, GETVAL));
  SAY(semctl(set, 1, SETVAL, 5));
  SAY(semctl(set, 1, SETVAL, -1));
  SAY(semctl(set, 1, SETVAL, 40000));
  SAY(semctl(set, 1, GETVAL));
  SAY(semctl(set, 1, GETPID) == getpid());
  unsigned short all[3] = {1, 2, 3};
  SAY(semctl(set, 0, SETALL, all));
  memset(all, 0, sizeof all);
  SAY(semctl(set, 0, GETALL, all));
  printf("%d %d %d\n", all[0], all[1], all[2]);
  SAY(op(0, -2, IPC_NOWAIT));
  SAY(op(0, 0, IPC_NOWAIT));
  SAY(op(3, 1, 0));
  SAY(op(2, 32767, 0));
  SAY(semop(set, 0, 0));
  SAY(semop(set, (void *)8, 501));
  SAY(semop(set, (void *)8, 1));
  // All or nothing.
  struct sembuf both[] = {{0, -1, IPC_NOWAIT}, {1, -3, IPC_NOWAIT}};
  SAY(semop(set, both, 2));
  SAY(semctl(set, 0, GETVAL));
  both[1].sem_op = -2;
  SAY(semop(set, both, 2));
  SAY(semctl(set, 0, GETVAL));
  SAY(semctl(set, 1, GETVAL));
  // One waits for the other.
  pid_t child = fork();
  if (!child) _exit(op(0, -3, 0) == 0 ? 1 : 2);
  while (semctl(set, 0, GETNCNT) == 0) usleep(1000);
  SAY(semctl(set, 0, GETNCNT));
  SAY(semctl(set, 0, GETZCNT));
  op(0, 2, 0);
  usleep(20000);
  SAY(waitpid(child, 0, WNOHANG));
  op(0, 1, 0);
  SAY(WEXITSTATUS(status_of(child)));
  SAY(semctl(set, 0, GETVAL));
  SAY(semctl(set, 0, GETNCNT));
  child = fork();
  if (!child) _exit(op(2, 0, 0) == 0 ? 1 : 2);
  while (semctl(set, 2, GETZCNT) == 0) usleep(1000);
  op(2, -3, 0);
  SAY(WEXITSTATUS(status_of(child)));
  // Undone at the end of who asked for it.
  child = fork();
  if (!child) {
    op(1, 4, SEM_UNDO);
    op(1, -1, SEM_UNDO);
    op(2, 2, 0);
    _exit(0);
  }
  status_of(child);
  SAY(semctl(set, 1, GETVAL));
  SAY(semctl(set, 2, GETVAL));
  semctl(set, 1, SETVAL, 3);
  child = fork();
  if (!child) {
    op(1, -2, SEM_UNDO);
    pause();
  }
  while (semctl(set, 1, GETVAL) != 1) usleep(1000);
  kill(child, SIGKILL);
  status_of(child);
  SAY(semctl(set, 1, GETVAL));
  struct timespec t = {0, 20000000};
  struct sembuf wait = {1, -100, 0};
  SAY(semtimedop(set, &wait, 1, &t));
  t.tv_nsec = 2000000000;
  SAY(semtimedop(set, &wait, 1, &t));
  // Removed under who waits; and interrupted.
  child = fork();
  if (!child) {
    signal(SIGALRM, (void (*)(int))usleep);
    ualarm(20000, 0);
    SAY(op(1, -100, 0));
    SAY(op(1, -100, 0));
    _exit(0);
  }
  usleep(60000);
  while (semctl(set, 1, GETNCNT) == 0) usleep(1000);
  SAY(lines("/proc/sysvipc/sem"));
  int gone = semctl(set, 0, IPC_RMID);
  status_of(child);
  SAY(gone);
  SAY(semctl(set, 0, GETVAL));
  SAY(op(0, 1, 0));
}

struct message {
  long type;
  char text[9000];
};
static struct message m;
static int queue;

static long take(long size, long type, int flags) {
  memset(&m, 0, sizeof m);
  return msgrcv(queue, &m, size, type, flags);
}
static int put(long type, const char *text) {
  m.type = type;
  strcpy(m.text, text);
  return msgsnd(queue, &m, strlen(text), IPC_NOWAIT);
}

static void messages(void) {
  SAY(msgget(KEY, 0600));
  queue = msgget(KEY, IPC_CREAT | 0600);
  SAY(queue >= 0);
  SAY(msgget(KEY, IPC_CREAT | IPC_EXCL));
  SAY(msgget(KEY, 0) == queue);
  SAY(take(10, 0, IPC_NOWAIT));
  SAY(put(0, "x"));
  SAY(put(-1, "x"));
  SAY(put(3, "three"));
  SAY(put(1, "one"));
  SAY(put(2, "two"));
  SAY(put(1, "one again"));
  SAY(put(5, ""));
  struct msqid_ds d;
  SAY(msgctl(queue, IPC_STAT, &d));
  printf("%o %ld %ld %ld %d %d\n", d.msg_perm.mode, (long)d.msg_cbytes, (long)d.msg_qnum, (long)d.msg_qbytes,
         d.msg_lspid == getpid(), d.msg_lrpid);
  SAY(take(100, 2, 0));
  printf("%ld %s\n", m.type, m.text);
  SAY(take(2, 1, 0));
  SAY(take(2, 1, MSG_NOERROR));
  printf("%ld %s\n", m.type, m.text);
  SAY(take(100, -4, 0));
  printf("%ld %s\n", m.type, m.text);
  SAY(take(100, 3, 020000));
  printf("%ld %s\n", m.type, m.text);
  SAY(take(100, 1, 040000 | IPC_NOWAIT));
  SAY(take(100, 0, 040000 | IPC_NOWAIT));
  SAY(take(100, 0, 040000));
  SAY(take(100, 9, IPC_NOWAIT));
  SAY(take(100, 0, 0));
  printf("%ld %s\n", m.type, m.text);
  SAY(take(-1, 0, 0));
  SAY(msgsnd(queue, &m, 9000, 0));
  SAY(msgsnd(queue, &m, -1, 0));
  int n = 0;
  m.type = 1;
  while (msgsnd(queue, &m, 4096, IPC_NOWAIT) == 0) n++;
  SAY(n);
  SAY(msgsnd(queue, &m, 1, IPC_NOWAIT));
  pid_t child = fork();
  if (!child) {
    m.type = 77;
    _exit(msgsnd(queue, &m, 4, 0) == 0 ? 1 : 2);
  }
  usleep(30000);
  SAY(waitpid(child, 0, WNOHANG));
  SAY(take(8192, 1, 0));
  SAY(WEXITSTATUS(status_of(child)));
  SAY(take(8192, 77, 0));
  child = fork();
  if (!child) {
    long r = take(10, 78, 0);
    _exit(r);
  }
  usleep(20000);
  SAY(take(8192, 0, 0));
  SAY(put(78, "hello"));
  SAY(WEXITSTATUS(status_of(child)));
  msgctl(queue, IPC_STAT, &d);
  d.msg_qbytes = 10;
  SAY(msgctl(queue, IPC_SET, &d));
  while (take(8192, 0, IPC_NOWAIT) >= 0);
  SAY(put(1, "more than ten"));
  SAY(put(1, "up to ten"));
  SAY(lines("/proc/sysvipc/msg"));
  child = fork();
  if (!child) {
    SAY(take(10, 99, 0));
    setuid(1000);
    SAY(put(1, "x"));
    _exit(0);
  }
  usleep(30000);
  int gone = msgctl(queue, IPC_RMID, 0);
  status_of(child);
  SAY(gone);
  SAY(msgctl(queue, IPC_STAT, &d));
  SAY(put(1, "x"));
}

int main(void) {
  if (unshare(CLONE_NEWIPC)) return 77;
  shared_memory();
  semaphores();
  messages();
  return 0;
}
