/*
 * untar: an archive of many small files in a few directories, as tar writes them, is unpacked: every file is created,
 * written and closed. `untar-host` does so below a directory of the host. Everything is read back, and removed again.
 */
#include "bench.h"
#include "files.h"
#include "user.h"
#include "workload.h"

enum { FILES, BYTES };
enum { BLOCK = 512, FOLDERS = 8, PATH_BYTES = 64 };

static u8 *archive;
static u64 archive_bytes;
static const char *base;

static u64 rounded(u64 bytes) { return (bytes + BLOCK - 1) & ~(u64)(BLOCK - 1); }

static char *append(char *to, const char *text) {
  while (*text) *to++ = *text++;
  *to = 0;
  return to;
}

static char *append_number(char *to, u64 value) { return to + format_number(to, value, 10); }

static void octal(u8 *to, u64 digits, u64 value) {
  for (u64 i = digits; i-- > 0; value >>= 3) to[i] = (u8)('0' + (value & 7));
}

static u64 number_in(const u8 *from) {
  u64 value = 0;
  for (; *from >= '0' && *from <= '7'; from++) value = value << 3 | (u64)(*from - '0');
  return value;
}

/* Sizes vary about the wanted one: from a half to one and a half. */
static u64 size_of(u64 file, u64 bytes) {
  u64 state = file;
  return bytes ? bytes / 2 + random_below(&state, (u32)bytes + 1) : 0;
}

static void entry(const char *name, char type, u64 bytes) {
  u8 *at = archive + archive_bytes;
  for (u64 i = 0; name[i]; i++) at[i] = (u8)name[i];
  octal(at + 100, 7, type == '5' ? 0755 : 0644);
  octal(at + 124, 11, bytes);
  at[156] = (u8)type;
  archive_bytes += BLOCK + rounded(bytes);
}

static void name_of(char *to, u64 file) {
  to = append(append_number(append(to, "d"), file % FOLDERS), "/f");
  append_number(to, file);
}

static u8 *content(u64 file, u64 bytes, u8 *to) {
  u64 state = file ^ 0x5eed, word = 0;
  for (u64 i = 0; i < bytes; i++, word >>= 8) {
    if (i % 8 == 0) word = random_next(&state);
    to[i] = (u8)word;
  }
  return to;
}

void prepare(const u64 *params) {
  char name[PATH_BYTES];
  base = text_equal(workload_id, "untar-host") ? HOST_FILES "/untar" : GUEST_FILES "/untar";
  archive = heap_ready((FOLDERS + params[FILES]) * (BLOCK + rounded(params[BYTES] * 3 / 2 + 1)) + 2 * BLOCK);
  for (u64 folder = 0; folder < FOLDERS; folder++) {
    append(append_number(append(name, "d"), folder), "/");
    entry(name, '5', 0);
  }
  for (u64 file = 0; file < params[FILES]; file++) {
    u64 bytes = size_of(file, params[BYTES]);
    name_of(name, file);
    content(file, bytes, archive + archive_bytes + BLOCK);
    entry(name, '0', bytes);
  }
  if (folder_create(base)) fail("the directory cannot be made");
}

static char *path_to(char *to, const char *name) {
  append(append(append(to, base), "/"), name);
  return to;
}

u64 bench(const u64 *params) {
  char path[PATH_BYTES * 2];
  u64 hash = 0;
  (void)params;
  for (u64 at = 0; archive[at]; ) {
    const u8 *header = archive + at;
    u64 bytes = number_in(header + 124);
    path_to(path, (const char *)header);
    if (header[156] == '5') {
      path[text_length(path) - 1] = 0;
      if (folder_create(path)) fail("a directory cannot be made");
    } else {
      s64 file = file_create(path);
      if (file < 0) fail("a file cannot be made");
      if (write((s32)file, header + BLOCK, bytes) != (s64)bytes) fail("a file cannot be written");
      if (close((s32)file)) fail("a file cannot be closed");
    }
    hash = fold(hash, bytes);
    at += BLOCK + rounded(bytes);
  }
  return nonzero(hash);
}

int verify(const u64 *params) {
  char path[PATH_BYTES * 2], name[PATH_BYTES];
  u64 most = params[BYTES] * 3 / 2 + 2;
  u8 *have = heap_alloc(most), *wanted = heap_alloc(most);
  int good = 1;
  for (u64 file = 0; file < params[FILES]; file++) {
    u64 bytes = size_of(file, params[BYTES]);
    name_of(name, file);
    path_to(path, name);
    s64 opened = file_open(path);
    good &= opened >= 0 && read((s32)opened, have, most) == (s64)bytes;
    good &= memcmp(have, content(file, bytes, wanted), (usize)bytes) == 0;
    close((s32)opened);
    good &= file_remove(path) == 0;
  }
  for (u64 folder = 0; folder < FOLDERS; folder++) {
    append_number(append(name, "d"), folder);
    good &= folder_remove(path_to(path, name)) == 0;
  }
  return good & (folder_remove(base) == 0);
}
