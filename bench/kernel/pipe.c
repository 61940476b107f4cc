/* Pipes: a page of bytes between those who write and those who read. */
#include "kernel.h"
#include "page.h"
#include "process.h"
#include "riscv.h"

#define PIPE_COUNT 128

struct pipe {
  u64 buffer; /* frame; 0: the slot is free */
  u64 read, written; /* bytes so far */
  u32 readers, writers;
};

static struct pipe pipes[PIPE_COUNT];

s64 pipe_make(struct file *read_end, struct file *write_end) {
  for (u64 i = 0; i < PIPE_COUNT; i++) {
    struct pipe *pipe = &pipes[i];
    if (pipe->buffer) continue;
    u64 buffer = page_alloc_dirty();
    if (!buffer) return -1;
    *pipe = (struct pipe){.buffer = buffer, .readers = 1, .writers = 1};
    *read_end = (struct file){FILE_PIPE_READ, pipe};
    *write_end = (struct file){FILE_PIPE_WRITE, pipe};
    return 0;
  }
  return -1;
}

static u64 least(u64 a, u64 b) { return a < b ? a : b; }

/* Copies up to `bytes` from the ring; the ring's end and the caller's page borders are copy_to_user's affair. */
s64 pipe_read(struct pipe *pipe, u64 buffer, u64 bytes) {
  while (pipe->read == pipe->written) {
    if (!pipe->writers || !bytes) return 0;
    if (current->pending) return -1;
    sleep_on(&pipe->read, 0);
  }
  u64 done = 0;
  while (done < bytes && pipe->read < pipe->written) {
    u64 from = pipe->read % PAGE_SIZE;
    u64 part = least(least(bytes - done, pipe->written - pipe->read), PAGE_SIZE - from);
    if (copy_to_user(&current->space, buffer + done, (const void *)(pipe->buffer + from), part)) return -1;
    pipe->read += part, done += part;
  }
  wake(&pipe->written);
  return (s64)done;
}

s64 pipe_write(struct pipe *pipe, u64 buffer, u64 bytes) {
  u64 done = 0;
  while (done < bytes) {
    if (!pipe->readers || current->pending) return done ? (s64)done : -1;
    u64 room = PAGE_SIZE - (pipe->written - pipe->read);
    if (!room) {
      wake(&pipe->read);
      sleep_on(&pipe->written, 0);
      continue;
    }
    u64 to = pipe->written % PAGE_SIZE;
    u64 part = least(least(bytes - done, room), PAGE_SIZE - to);
    if (copy_from_user(&current->space, (void *)(pipe->buffer + to), buffer + done, part)) return -1;
    pipe->written += part, done += part;
  }
  wake(&pipe->read);
  return (s64)done;
}

void file_share(struct file *file) {
  if (file->kind == FILE_PIPE_READ) file->pipe->readers++;
  if (file->kind == FILE_PIPE_WRITE) file->pipe->writers++;
}

void file_close(struct file *file) {
  struct pipe *pipe = file->pipe;
  enum file_kind kind = file->kind;
  file->kind = FILE_NONE;
  if (kind == FILE_PIPE_READ && --pipe->readers == 0) wake(&pipe->written);
  if (kind == FILE_PIPE_WRITE && --pipe->writers == 0) wake(&pipe->read);
  if (kind >= FILE_PIPE_READ && !pipe->readers && !pipe->writers) {
    page_release(pipe->buffer);
    pipe->buffer = 0;
  }
}
