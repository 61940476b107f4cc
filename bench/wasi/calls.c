/*
 * bench/user/lib's calls as far as WASI preview 1 has them (witx: wasi_snapshot_preview1), without a C library. The
 * directories that were given are looked for by their names.
 */
#include "user.h"
#include "bench.h"
#include "copy.h"
#include "files.h"
#include "fill_compare.h"

#define WASI(name) __attribute__((import_module("wasi_snapshot_preview1"), import_name(#name)))

struct piece {
  const void *at;
  usize bytes;
};
struct filestat {
  u64 device, inode, type, links, size, times[3];
};

WASI(args_sizes_get) s32 wasi_args_sizes_get(usize *count, usize *bytes);
WASI(args_get) s32 wasi_args_get(char **argv, char *text);
WASI(clock_time_get) s32 wasi_clock_time_get(s32 clock, u64 precision, u64 *nanoseconds);
WASI(sched_yield) s32 wasi_sched_yield(void);
WASI(proc_exit) __attribute__((noreturn)) void wasi_proc_exit(s32 code);
WASI(fd_read) s32 wasi_fd_read(s32 file, const struct piece *pieces, usize count, usize *done);
WASI(fd_write) s32 wasi_fd_write(s32 file, const struct piece *pieces, usize count, usize *done);
WASI(fd_pread) s32 wasi_fd_pread(s32 file, const struct piece *pieces, usize count, u64 at, usize *done);
WASI(fd_pwrite) s32 wasi_fd_pwrite(s32 file, const struct piece *pieces, usize count, u64 at, usize *done);
WASI(fd_close) s32 wasi_fd_close(s32 file);
WASI(fd_prestat_get) s32 wasi_fd_prestat_get(s32 file, u32 *tag_and_length);
WASI(fd_prestat_dir_name) s32 wasi_fd_prestat_dir_name(s32 file, char *name, usize length);
WASI(path_open)
s32 wasi_path_open(s32 folder, u32 links, const char *path, usize length, u32 how, u64 rights, u64 inherited, u32 flags, s32 *file);
WASI(path_filestat_get) s32 wasi_path_filestat_get(s32 folder, u32 links, const char *path, usize length, struct filestat *stat);
WASI(path_create_directory) s32 wasi_path_create_directory(s32 folder, const char *path, usize length);
WASI(path_remove_directory) s32 wasi_path_remove_directory(s32 folder, const char *path, usize length);
WASI(path_unlink_file) s32 wasi_path_unlink_file(s32 folder, const char *path, usize length);
WASI(path_rename)
s32 wasi_path_rename(s32 folder, const char *path, usize length, s32 to_folder, const char *to, usize to_length);

enum { OPEN_CREATE = 1, OPEN_TRUNCATE = 8, FOLLOW = 1, FIRST_FOLDER = 3, MOST_FOLDERS = 8 };
enum { RIGHT_READ = 2, RIGHT_SEEK = 4, RIGHT_TELL = 32, RIGHT_WRITE = 64 };

extern u8 __heap_base;
#define WASM_PAGE 65536u

void *heap_alloc(u64 bytes) {
  static u64 end;
  if (end == 0) end = ((u64)(usize)&__heap_base + 63) & ~63ull;
  u64 start = end;
  end = (start + bytes + 63) & ~63ull;
  u64 pages = (end + WASM_PAGE - 1) / WASM_PAGE, have = __builtin_wasm_memory_size(0);
  if (pages > have && __builtin_wasm_memory_grow(0, (usize)(pages - have)) == (usize)-1) fail("the heap is full");
  return (void *)(usize)start;
}

/* Pages of the heap: there is nothing to map, and nothing to give back. */
void *mmap(u64 bytes, u64 rights) {
  (void)rights;
  return (void *)(((usize)heap_alloc(bytes + PAGE_BYTES) + PAGE_BYTES - 1) & ~(usize)(PAGE_BYTES - 1));
}
s64 munmap(void *start, u64 bytes) { return (void)start, (void)bytes, 0; }
s64 nano(u64 operation, u64 iterations, u64 argument) { return (void)operation, (void)iterations, (void)argument, -1; }
s64 ignore_signal(u64 signal) { return (void)signal, -1; }

/* The one call without arguments: the way out to the host and back. */
s64 system_call(u64 number, u64 a0, u64 a1, u64 a2) {
  (void)number, (void)a0, (void)a1, (void)a2;
  return -(s64)wasi_sched_yield();
}

void exit(s64 status) { wasi_proc_exit((s32)status); }
s64 sleep_us(u64 microseconds) { return (void)microseconds, 0; }

u64 now_us(void) {
  u64 time = 0;
  wasi_clock_time_get(1, 1, &time);
  return time / 1000;
}

s64 read(s32 file, void *to, u64 bytes) {
  struct piece piece = {to, (usize)bytes};
  usize done = 0;
  s32 failed = wasi_fd_read(file, &piece, 1, &done);
  return failed ? -failed : (s64)done;
}
s64 write(s32 file, const void *from, u64 bytes) {
  struct piece piece = {from, (usize)bytes};
  usize done = 0;
  s32 failed = wasi_fd_write(file, &piece, 1, &done);
  return failed ? -failed : (s64)done;
}
s64 close(s32 file) { return -wasi_fd_close(file); }

s64 file_read_at(s32 file, void *to, u64 bytes, u64 at) {
  struct piece piece = {to, (usize)bytes};
  usize done = 0;
  s32 failed = wasi_fd_pread(file, &piece, 1, at, &done);
  return failed ? -failed : (s64)done;
}
s64 file_write_at(s32 file, const void *from, u64 bytes, u64 at) {
  struct piece piece = {from, (usize)bytes};
  usize done = 0;
  s32 failed = wasi_fd_pwrite(file, &piece, 1, at, &done);
  return failed ? -failed : (s64)done;
}

/* A given directory, and the rest of a path below it. */
struct place {
  s32 folder;
  const char *path;
  usize length;
};

static struct {
  char name[16];
  u64 length;
} folders[MOST_FOLDERS];
static s32 folder_count;

static void find_folders(void) {
  u32 row[2];
  while (folder_count < MOST_FOLDERS && wasi_fd_prestat_get(FIRST_FOLDER + folder_count, row) == 0) {
    folders[folder_count].length = row[1];
    if (row[1] > sizeof(folders[0].name) ||
        wasi_fd_prestat_dir_name(FIRST_FOLDER + folder_count, folders[folder_count].name, row[1]))
      fail("a directory with a long name");
    folder_count++;
  }
}

/* The longest name fits best; that of the root is as good as none. */
static struct place place_of(const char *path) {
  s32 best = -1;
  u64 longest = 0;
  for (s32 i = 0; i < folder_count; i++) {
    u64 n = folders[i].length == 1 ? 0 : folders[i].length;
    if (memcmp(path, folders[i].name, (usize)n) || path[n] != '/' || (best >= 0 && n < longest)) continue;
    best = FIRST_FOLDER + i;
    longest = n;
  }
  return (struct place){best, path + longest + 1, (usize)text_length(path + longest + 1)};
}

static s64 open_with(const char *path, u32 how, u64 rights) {
  struct place at = place_of(path);
  s32 file = 0;
  s32 failed = wasi_path_open(at.folder, FOLLOW, at.path, at.length, how, rights, 0, 0, &file);
  return failed ? -failed : file;
}
s64 file_create(const char *path) {
  return open_with(path, OPEN_CREATE | OPEN_TRUNCATE, RIGHT_READ | RIGHT_SEEK | RIGHT_TELL | RIGHT_WRITE);
}
s64 file_open(const char *path) { return open_with(path, 0, RIGHT_READ | RIGHT_SEEK | RIGHT_TELL); }

s64 file_size(const char *path) {
  struct place at = place_of(path);
  struct filestat stat;
  s32 failed = wasi_path_filestat_get(at.folder, FOLLOW, at.path, at.length, &stat);
  return failed ? -failed : (s64)stat.size;
}
s64 file_rename(const char *from, const char *to) {
  struct place a = place_of(from), b = place_of(to);
  return -wasi_path_rename(a.folder, a.path, a.length, b.folder, b.path, b.length);
}
s64 file_remove(const char *path) {
  struct place at = place_of(path);
  return -wasi_path_unlink_file(at.folder, at.path, at.length);
}
s64 folder_create(const char *path) {
  struct place at = place_of(path);
  return -wasi_path_create_directory(at.folder, at.path, at.length);
}
s64 folder_remove(const char *path) {
  struct place at = place_of(path);
  return -wasi_path_remove_directory(at.folder, at.path, at.length);
}

int main(int argc, char **argv);

/* What the program is called does not matter to a workload. */
__attribute__((export_name("_start"))) void start(void) {
  usize count = 0, bytes = 0;
  find_folders();
  if (wasi_args_sizes_get(&count, &bytes) || count < 2) fail("no arguments");
  char **argv = heap_alloc((count + 1) * sizeof(char *));
  if (wasi_args_get(argv, heap_alloc(bytes))) fail("no arguments");
  exit(main((int)count - 1, argv + 1));
}
