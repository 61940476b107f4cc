/*
 * Compresses a generated text (LZ77 with a hash of four bytes, then Huffman codes) and expands it again: hashing,
 * byte comparison, bit shifting. verify compares the text that came back, and its size in between.
 */
#include "huffman.h"

#define BLOCK 65536 /* input bytes that share one Huffman code */
#define WINDOW_BITS 15
#define WINDOW (1u << WINDOW_BITS)
#define HASH_BITS 14
#define SHORTEST 4
#define LENGTHS 64 /* matches are SHORTEST to SHORTEST + LENGTHS - 1 bytes */
#define SYMBOLS (256 + LENGTHS)

typedef struct {
  u16 symbol, distance; /* literal, or 256 + length - SHORTEST and how far back less one */
} token;

static u8 *text, *packed, *unpacked;
static u32 text_size, packed_size, unpacked_size;
static u32 *latest; /* hash of four bytes to one past where they last stood */
static token *tokens;
static huffman code;

static inline u32 hash_at(const u8 *at) {
  u32 four = (u32)at[0] | (u32)at[1] << 8 | (u32)at[2] << 16 | (u32)at[3] << 24;
  return (four * 2654435761u) >> (32 - HASH_BITS);
}

static NOINLINE u32 find_tokens(u32 from, u32 to) {
  u32 count = 0;
  for (u32 at = from; at < to;) {
    u32 length = 0, distance = 0;
    if (at + SHORTEST <= to) {
      u32 slot = hash_at(text + at), seen = latest[slot];
      latest[slot] = at + 1;
      distance = at - (seen - 1);
      if (seen > 0 && distance <= WINDOW) {
        const u8 *old = text + seen - 1, *new = text + at;
        while (length < SHORTEST + LENGTHS - 1 && at + length < to && old[length] == new[length]) length++;
      }
    }
    if (length >= SHORTEST) {
      tokens[count++] = (token){(u16)(256 + length - SHORTEST), (u16)(distance - 1)};
      at += length;
    } else {
      tokens[count++] = (token){text[at], 0};
      at++;
    }
  }
  return count;
}

/* A block: tokens (17 bits), then a length of four bits a symbol, then the tokens themselves. */
static NOINLINE void write_block(bit_stream *out, u32 count) {
  u32 occurs[SYMBOLS];
  for (u32 i = 0; i < SYMBOLS; i++) occurs[i] = 0;
  for (u32 i = 0; i < count; i++) occurs[tokens[i].symbol]++;
  huffman_build(&code, occurs, SYMBOLS);
  put_bits(out, count, 17);
  for (u32 i = 0; i < SYMBOLS; i++) put_bits(out, code.length[i], 4);
  for (u32 i = 0; i < count; i++) {
    put_symbol(out, &code, tokens[i].symbol);
    if (tokens[i].symbol >= 256) put_bits(out, tokens[i].distance, WINDOW_BITS);
  }
}

static NOINLINE u32 compress(void) {
  bit_stream out = {packed, 0, text_size * 2 + 1024, 0, 0};
  for (u32 i = 0; i < 1u << HASH_BITS; i++) latest[i] = 0;
  for (u32 from = 0; from < text_size; from += BLOCK) {
    u32 to = from + BLOCK < text_size ? from + BLOCK : text_size;
    write_block(&out, find_tokens(from, to));
  }
  finish_bits(&out);
  return (u32)out.position;
}

/* Returns how many bytes came out; stops at anything that cannot be. */
static NOINLINE u32 expand(void) {
  bit_stream in = {packed, 0, packed_size, 0, 0};
  u32 at = 0;
  while (at < text_size && in.position < packed_size) {
    u32 count = get_bits(&in, 17);
    code.symbols = SYMBOLS;
    for (u32 i = 0; i < SYMBOLS; i++) code.length[i] = (u8)get_bits(&in, 4);
    huffman_assign(&code);
    for (; count > 0; count--) {
      u32 symbol = get_symbol(&in, &code);
      if (symbol < 256) {
        if (at >= text_size) return at;
        unpacked[at++] = (u8)symbol;
        continue;
      }
      if (symbol >= SYMBOLS) return at;
      u32 length = symbol - 256 + SHORTEST, distance = get_bits(&in, WINDOW_BITS) + 1;
      if (distance > at || at + length > text_size) return at;
      for (; length > 0; length--, at++) unpacked[at] = unpacked[at - distance];
    }
  }
  return at;
}

/* Words of a made-up vocabulary, the first ones far more often than the last. */
void prepare(const u64 *params) {
  u64 seed = 13;
  text_size = (u32)(params[0] * 1024);
  text = heap_ready(text_size);
  unpacked = heap_ready(text_size);
  packed = heap_ready((u64)text_size * 2 + 1024);
  latest = heap_ready(sizeof(u32) << HASH_BITS);
  tokens = heap_ready(BLOCK * sizeof(token));
  for (u32 at = 0; at < text_size;) {
    u64 word = random_below(&seed, 1 + random_below(&seed, 1 + random_below(&seed, 3000)));
    u32 letters = 2 + random_below(&word, 9);
    for (; letters > 0 && at < text_size; letters--) text[at++] = (u8)('a' + random_below(&word, 26));
    if (at < text_size) text[at++] = ' ';
  }
}

u64 bench(const u64 *params) {
  u64 hash = params[0];
  packed_size = compress();
  unpacked_size = expand();
  for (u32 i = 0; i < packed_size; i += packed_size / 64 + 1) hash = fold(hash, packed[i]);
  return nonzero(fold(fold(hash, packed_size), unpacked_size));
}

int verify(const u64 *params) {
  (void)params;
  if (unpacked_size != text_size || packed_size == 0 || packed_size > text_size * 3 / 4 + SYMBOLS) return 0;
  /* Expanded once more, so that the packed bytes themselves are looked at. */
  for (u32 i = 0; i < text_size; i++) {
    if (unpacked[i] != text[i]) return 0;
    unpacked[i] = 0;
  }
  if (expand() != text_size) return 0;
  for (u32 i = 0; i < text_size; i++) {
    if (unpacked[i] != text[i]) return 0;
  }
  return 1;
}
