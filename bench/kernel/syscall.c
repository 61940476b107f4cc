/* System calls: one small function each, found by number through the list in include/syscalls.h. */
#include "arch/arch.h"
#include "kernel.h"
#include "process.h"
#include "riscv.h"

static s64 sys_null(const u64 *a) { return (void)a, 0; }
static s64 sys_exit(const u64 *a) { process_exit((s64)a[0]); }
static s64 sys_fork(const u64 *a) { return (void)a, process_fork(); }
static s64 sys_wait(const u64 *a) { return process_wait(a[0]); }
static s64 sys_getpid(const u64 *a) { return (void)a, (s64)current->pid; }
static s64 sys_yield(const u64 *a) { return (void)a, schedule(), 0; }
static s64 sys_now(const u64 *a) { return (void)a, (s64)microseconds(); }
static s64 sys_nano(const u64 *a) { return nano(a[0], a[1], a[2]); }
static s64 sys_sigreturn(const u64 *a) { return (void)a, signal_return(current->frame); }

static s64 sys_exec(const u64 *a) {
  char name[64];
  char text[EXEC_TEXT_BYTES];
  u64 used = 0, count = 0;
  if (copy_text_from_user(&current->space, name, a[0], sizeof(name))) return -1;
  for (;; count++) {
    u64 argument;
    if (copy_from_user(&current->space, &argument, a[1] + count * 8, 8)) return -1;
    if (!argument) break;
    if (count == EXEC_ARGUMENTS) return -1;
    if (copy_text_from_user(&current->space, text + used, argument, sizeof(text) - used)) return -1;
    used += text_length(text + used) + 1;
  }
  return exec(current, name, text, count);
}

static s64 sys_kill(const u64 *a) {
  if (a[1] == 0 || a[1] >= SIGNAL_COUNT) return -1;
  for (u64 i = 0; i < process_slots; i++) {
    struct process *process = &processes[i];
    if (process->pid != a[0] || process->state == PROCESS_FREE || process->state == PROCESS_ZOMBIE) continue;
    signal_raise(process, a[1]);
    return 0;
  }
  return -1;
}

static s64 sys_sleep(const u64 *a) {
  if (a[0]) sleep_on(NULL, read_time() + ticks_of(a[0]));
  return 0;
}

static s64 sys_alarm(const u64 *a) {
  current->alarm_at = a[0] ? read_time() + ticks_of(a[0]) : 0;
  if (a[0]) timer_need(current->alarm_at);
  return 0;
}

static s64 sys_sbrk(const u64 *a) {
  struct space *space = &current->space;
  u64 old = space->heap_end;
  u64 start = PAGE_UP(old), end = PAGE_UP(old + a[0]);
  if (a[0] > MMAP_START || end > MMAP_START) return -1;
  struct area area = {.start = start, .end = end, .rights = PROT_READ | PROT_WRITE};
  if (end > start && area_add(space, area)) return -1;
  space->heap_end = old + a[0];
  return (s64)old;
}

/* Whether [address, address + bytes) are whole pages of user space. */
static int whole_pages(u64 address, u64 bytes) {
  return address % PAGE_SIZE == 0 && bytes && bytes <= USER_END && address <= USER_END - PAGE_UP(bytes);
}

/* Rights an entry can express: a page that may be written or executed may be read too (section 4.3.1). */
static int rights_valid(u64 rights) { return rights <= 7 && (rights == PROT_NONE || rights & PROT_READ); }

static s64 sys_mmap(const u64 *a) {
  u64 bytes = PAGE_UP(a[0]);
  if (!a[0] || a[0] > USER_END || !rights_valid(a[1])) return -1;
  u64 at = area_place(&current->space, bytes);
  struct area area = {.start = at, .end = at + bytes, .rights = (u32)a[1]};
  return at && !area_add(&current->space, area) ? (s64)at : -1;
}

static s64 sys_munmap(const u64 *a) {
  if (!whole_pages(a[0], a[1]) || area_remove(&current->space, a[0], a[0] + PAGE_UP(a[1]))) return -1;
  map_clear(&current->space, a[0], a[0] + PAGE_UP(a[1]));
  return 0;
}

static s64 sys_mprotect(const u64 *a) {
  u64 end = a[0] + PAGE_UP(a[1]);
  if (!whole_pages(a[0], a[1]) || !rights_valid(a[2])) return -1;
  if (area_protect(&current->space, a[0], end, (u32)a[2])) return -1;
  map_protect(&current->space, a[0], end, (u32)a[2]);
  return 0;
}

static struct file *file_of(u64 descriptor) {
  return descriptor < FILE_COUNT && current->files[descriptor].kind ? &current->files[descriptor] : NULL;
}

static s64 free_descriptor(void) {
  for (u64 i = 0; i < FILE_COUNT; i++)
    if (!current->files[i].kind) return (s64)i;
  return -1;
}

static s64 sys_pipe(const u64 *a) {
  struct file ends[2];
  s32 descriptors[2] = {-1, -1};
  if (pipe_make(&ends[0], &ends[1])) return -1;
  for (int i = 0; i < 2; i++) {
    descriptors[i] = (s32)free_descriptor();
    if (descriptors[i] >= 0) current->files[descriptors[i]] = ends[i];
  }
  if (descriptors[1] >= 0 && !copy_to_user(&current->space, a[0], descriptors, sizeof(descriptors))) return 0;
  for (int i = 0; i < 2; i++) file_close(descriptors[i] >= 0 ? &current->files[descriptors[i]] : &ends[i]);
  return -1;
}

static s64 sys_read(const u64 *a) {
  struct file *file = file_of(a[0]);
  return file ? file_read(file, a[1], a[2]) : -1;
}

static s64 sys_write(const u64 *a) {
  struct file *file = file_of(a[0]);
  return file ? file_write(file, a[1], a[2]) : -1;
}

static s64 sys_close(const u64 *a) {
  struct file *file = file_of(a[0]);
  if (!file) return -1;
  file_close(file);
  return 0;
}

static s64 sys_dup(const u64 *a) {
  struct file *file = file_of(a[0]);
  if (!file || a[1] >= FILE_COUNT || a[1] == a[0]) return -1;
  if (current->files[a[1]].kind) file_close(&current->files[a[1]]);
  current->files[a[1]] = *file;
  file_share(file);
  return (s64)a[1];
}

static s64 sys_sigaction(const u64 *a) {
  if (a[0] == 0 || a[0] >= SIGNAL_COUNT || a[0] == SIGKILL) return -1;
  current->handlers[a[0]] = a[1];
  current->restorer = a[2];
  return 0;
}

static s64 sys_bootargs(const u64 *a) {
  u64 length = text_length(boot.bootargs);
  if (a[1] <= length) return -1;
  return copy_to_user(&current->space, a[0], boot.bootargs, length + 1) ? -1 : (s64)length;
}

static s64 sys_shutdown(const u64 *a) { sbi_shutdown(a[0] != 0); }

typedef s64 (*handler)(const u64 *arguments);

#define SYSCALL_HANDLER(number, name) [number] = sys_##name,
static const handler handlers[SYSCALL_COUNT] = {SYSCALLS(SYSCALL_HANDLER)};

void syscall(struct trapframe *frame) {
  frame->pc += 4; /* behind the ecall */
  u64 number = frame->a[7];
  frame->a[0] = number < SYSCALL_COUNT ? (u64)handlers[number](frame->a) : (u64)-1;
}
