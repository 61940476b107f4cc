/* System calls on descriptors. */
#include "kernel.h"
#include "process.h"
#include "syscall.h"

static struct file *file_of(u64 descriptor) {
  return descriptor < FILE_COUNT && current->files[descriptor].kind ? &current->files[descriptor] : NULL;
}

static s64 free_descriptor(void) {
  for (u64 i = 0; i < FILE_COUNT; i++)
    if (!current->files[i].kind) return (s64)i;
  return -1;
}

s64 sys_pipe(const u64 *a) {
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

s64 sys_read(const u64 *a) {
  struct file *file = file_of(a[0]);
  return file ? file_read(file, a[1], a[2]) : -1;
}

s64 sys_write(const u64 *a) {
  struct file *file = file_of(a[0]);
  return file ? file_write(file, a[1], a[2]) : -1;
}

s64 sys_close(const u64 *a) {
  struct file *file = file_of(a[0]);
  if (!file) return -1;
  file_close(file);
  return 0;
}

s64 sys_dup(const u64 *a) {
  struct file *file = file_of(a[0]);
  if (!file || a[1] >= FILE_COUNT || a[1] == a[0]) return -1;
  if (current->files[a[1]].kind) file_close(&current->files[a[1]]);
  current->files[a[1]] = *file;
  file_share(file);
  return (s64)a[1];
}
