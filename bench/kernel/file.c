/* Reading and writing through a descriptor, whatever is behind it. */
#include "kernel.h"
#include "process.h"

static s64 console_write(u64 buffer, u64 bytes) {
  char part[128];
  for (u64 done = 0; done < bytes;) {
    u64 now = bytes - done < sizeof(part) ? bytes - done : sizeof(part);
    if (copy_from_user(&current->space, part, buffer + done, now)) return -1;
    sbi_console_write(part, now);
    done += now;
  }
  return (s64)bytes;
}

s64 file_read(struct file *file, u64 buffer, u64 bytes) {
  return file->kind == FILE_PIPE_READ ? pipe_read(file->pipe, buffer, bytes) : -1;
}

s64 file_write(struct file *file, u64 buffer, u64 bytes) {
  if (file->kind == FILE_CONSOLE) return console_write(buffer, bytes);
  return file->kind == FILE_PIPE_WRITE ? pipe_write(file->pipe, buffer, bytes) : -1;
}
