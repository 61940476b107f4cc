/* file-calls: a file is made, written, read, looked at, opened anew, renamed and removed: ten calls of the file system a round. */
#include "bench.h"
#include "files.h"
#include "user.h"

#define ONE GUEST_FILES "/one"
#define OTHER GUEST_FILES "/other"

enum { ROUNDS, BYTES };

static u8 *out, *in;

void prepare(const u64 *params) {
  out = heap_ready(params[BYTES]);
  in = heap_ready(params[BYTES]);
}

u64 bench(const u64 *params) {
  u64 hash = 0;
  s64 bytes = (s64)params[BYTES];
  for (u64 round = 0; round < params[ROUNDS]; round++) {
    s64 file = file_create(ONE);
    if (file < 0) fail("a file cannot be made");
    for (u64 i = 0; i < params[BYTES]; i += 512) out[i] = (u8)(round + i / 512);
    if (file_write_at((s32)file, out, params[BYTES], 0) != bytes) fail("a file cannot be written");
    if (file_read_at((s32)file, in, params[BYTES], 0) != bytes) fail("a file cannot be read");
    close((s32)file);
    if (file_size(ONE) != bytes) return 0;
    file = file_open(ONE);
    if (file < 0 || read((s32)file, in, params[BYTES]) != bytes) fail("a file cannot be read again");
    close((s32)file);
    if (file_rename(ONE, OTHER) || file_remove(OTHER)) fail("a file cannot be renamed or removed");
    for (u64 i = 0; i < params[BYTES]; i += 512) hash = fold(hash, in[i]);
  }
  return nonzero(hash);
}

int verify(const u64 *params) {
  (void)params;
  return file_size(ONE) < 0 && file_size(OTHER) < 0;
}
