/*
 * Counts a word in a generated text in five ways: byte by byte, Knuth-Morris-Pratt, Horspool, shift-and, and
 * Karp-Rabin. Branchy byte work with different access patterns; all five must count the same.
 */
#include "../bench.h"

#define LONGEST 16
#define METHODS 5

typedef struct {
  u8 bytes[LONGEST];
  u32 size;
} word;

static u8 *text;
static u32 text_size;
static u64 *found; /* one total a method */

static NOINLINE u64 naive(const word *w) {
  u64 count = 0;
  for (u32 i = 0; i + w->size <= text_size; i++) {
    u32 k = 0;
    while (k < w->size && text[i + k] == w->bytes[k]) k++;
    count += k == w->size;
  }
  return count;
}

static NOINLINE u64 knuth_morris_pratt(const word *w) {
  u32 border[LONGEST + 1];
  border[0] = border[1] = 0;
  for (u32 i = 1, k = 0; i < w->size; i++) {
    while (k > 0 && w->bytes[i] != w->bytes[k]) k = border[k];
    k += w->bytes[i] == w->bytes[k];
    border[i + 1] = k;
  }
  u64 count = 0;
  for (u32 i = 0, k = 0; i < text_size; i++) {
    while (k > 0 && text[i] != w->bytes[k]) k = border[k];
    k += text[i] == w->bytes[k];
    if (k == w->size) {
      count++;
      k = border[k];
    }
  }
  return count;
}

static NOINLINE u64 horspool(const word *w) {
  u32 skip[256];
  for (u32 i = 0; i < 256; i++) skip[i] = w->size;
  for (u32 i = 0; i + 1 < w->size; i++) skip[w->bytes[i]] = w->size - 1 - i;
  u64 count = 0;
  for (u32 i = 0; i + w->size <= text_size; i += skip[text[i + w->size - 1]]) {
    u32 k = w->size;
    while (k > 0 && text[i + k - 1] == w->bytes[k - 1]) k--;
    count += k == 0;
  }
  return count;
}

static NOINLINE u64 shift_and(const word *w) {
  u32 mask[256];
  for (u32 i = 0; i < 256; i++) mask[i] = 0;
  for (u32 i = 0; i < w->size; i++) mask[w->bytes[i]] |= 1u << i;
  u32 state = 0;
  u64 count = 0;
  for (u32 i = 0; i < text_size; i++) {
    state = (state << 1 | 1) & mask[text[i]];
    count += (state >> (w->size - 1)) & 1;
  }
  return count;
}

static NOINLINE u64 karp_rabin(const word *w) {
  const u32 base = 0x01000193;
  u32 wanted = 0, rolling = 0, leading = 1;
  for (u32 i = 0; i < w->size; i++) {
    wanted = wanted * base + w->bytes[i];
    rolling = rolling * base + text[i];
    if (i > 0) leading *= base;
  }
  u64 count = 0;
  for (u32 i = 0;; i++) {
    if (rolling == wanted) {
      u32 k = 0;
      while (k < w->size && text[i + k] == w->bytes[k]) k++;
      count += k == w->size;
    }
    if (i + w->size >= text_size) return count;
    rolling = (rolling - text[i] * leading) * base + text[i + w->size];
  }
}

static u64 (*const METHOD[METHODS])(const word *) = {naive, knuth_morris_pratt, horspool, shift_and, karp_rabin};

/* The word of a round: cut from the text, so that it occurs at least once. */
static word word_of(u64 round) {
  u64 seed = round + 11;
  word w;
  w.size = 3 + random_below(&seed, LONGEST - 3 + 1);
  u32 at = random_below(&seed, text_size - w.size + 1);
  for (u32 i = 0; i < LONGEST; i++) w.bytes[i] = i < w.size ? text[at + i] : 0;
  return w;
}

/* Four letters with repetition, so that partial matches are common. */
static u8 next_letter(u64 *seed, u32 i) {
  u32 random = random_below(seed, 16);
  return i > 8 && random < 4 ? text[i - 1 - random] : (u8)('a' + random % 4);
}

void prepare(const u64 *params) {
  u64 seed = 10;
  text_size = (u32)(params[0] * 1024);
  if (text_size < LONGEST) __builtin_trap();
  text = heap_ready(text_size);
  found = heap_ready(METHODS * sizeof(u64));
  for (u32 i = 0; i < text_size; i++) text[i] = next_letter(&seed, i);
}

u64 bench(const u64 *params) {
  u64 hash = text_size;
  for (u64 round = 0; round < params[1]; round++) {
    word w = word_of(round);
    for (u32 m = 0; m < METHODS; m++) {
      u64 count = METHOD[m](&w);
      found[m] += count;
      hash = fold(hash, count);
    }
  }
  return nonzero(hash);
}

int verify(const u64 *params) {
  u64 total = 0, seed = 10;
  for (u32 i = 0; i < text_size; i++) {
    if (text[i] != next_letter(&seed, i)) return 0;
  }
  for (u64 round = 0; round < params[1]; round++) {
    word w = word_of(round);
    u64 count = naive(&w);
    if (count == 0) return 0;
    total += count;
  }
  for (u32 m = 0; m < METHODS; m++) {
    if (found[m] != total) return 0;
  }
  return 1;
}
