/*
 * What a C library spends its time on: copies (aligned and not), fills, string lengths and comparisons, short mostly
 * and sometimes long. Strings lie in one pool; each operation copies one to a slot and looks at it.
 */
#include "../bench.h"

#define STRINGS 1024
#define SLOTS 256
#define SLOT 1088
#define LONGEST 1023

static u8 *pool;
static u32 offset_of[STRINGS];
static u8 *slots;
static u32 string_in[SLOTS];

static NOINLINE u64 length(const u8 *text) {
  const u8 *end = text;
  while (*end) end++;
  return (u64)(end - text);
}

static NOINLINE void copy(u8 *to, const u8 *from, u64 bytes) {
  while (bytes > 0 && ((usize)to & 7) != 0) {
    *to++ = *from++;
    bytes--;
  }
  if (((usize)from & 7) == 0) {
    for (; bytes >= 8; bytes -= 8, to += 8, from += 8) *(u64 *)to = *(const u64 *)from;
  } else {
    /* A misaligned source: two bytes' worth of shifting would be faster; most libraries do bytes, four at a time. */
    for (; bytes >= 4; bytes -= 4, to += 4, from += 4) {
      to[0] = from[0];
      to[1] = from[1];
      to[2] = from[2];
      to[3] = from[3];
    }
  }
  while (bytes-- > 0) *to++ = *from++;
}

static NOINLINE void fill(u8 *to, u8 value, u64 bytes) {
  u64 pattern = value * 0x0101010101010101ull;
  for (; bytes > 0 && ((usize)to & 7) != 0; bytes--) *to++ = value;
  for (; bytes >= 8; bytes -= 8, to += 8) *(u64 *)to = pattern;
  for (; bytes > 0; bytes--) *to++ = value;
}

static NOINLINE int compare(const u8 *left, const u8 *right) {
  while (*left && *left == *right) left++, right++;
  return *left - *right;
}

/* Where a string stands in its slot depends on the slot, so that all alignments occur. */
static u8 *place(u32 slot) {
  return slots + slot * SLOT + slot % 16;
}

void prepare(const u64 *params) {
  (void)params;
  u64 seed = 3;
  pool = heap_ready(STRINGS * (LONGEST + 1));
  slots = heap_ready(SLOTS * SLOT);
  u32 at = 0;
  for (u32 i = 0; i < STRINGS; i++) {
    /* Two thirds below 16 bytes, the rest spread to 1023. */
    u32 size = random_below(&seed, 3) ? random_below(&seed, 16) : random_below(&seed, LONGEST + 1);
    offset_of[i] = at;
    for (u32 k = 0; k < size; k++) pool[at++] = (u8)('a' + random_below(&seed, 4));
    pool[at++] = 0;
  }
  for (u32 slot = 0; slot < SLOTS; slot++) {
    string_in[slot] = slot;
    copy(place(slot), pool + offset_of[slot], length(pool + offset_of[slot]) + 1);
  }
}

u64 bench(const u64 *params) {
  u64 seed = 4, hash = 0;
  for (u64 i = params[0]; i > 0; i--) {
    u64 random = random_next(&seed);
    u32 string = (u32)(random >> 40) % STRINGS;
    u32 slot = (u32)random % SLOTS;
    const u8 *text = pool + offset_of[string];
    u64 bytes = length(text);
    fill(place(slot), 0xaa, length(place(slot)) + 1);
    copy(place(slot), text, bytes + 1);
    string_in[slot] = string;
    s64 order = compare(place(slot), place((slot + 1) % SLOTS));
    hash = fold(hash, bytes + (u64)order);
  }
  return nonzero(hash);
}

int verify(const u64 *params) {
  (void)params;
  for (u32 slot = 0; slot < SLOTS; slot++) {
    if (compare(place(slot), pool + offset_of[string_in[slot]]) != 0) return 0;
  }
  return 1;
}
