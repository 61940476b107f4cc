/*
 * Canonical Huffman codes, at most MAX_BITS long, and the bit stream they are written to. Codes are stored with their
 * first bit lowest, so that both sides work with shifts to the right.
 */
#ifndef HUFFMAN_H
#define HUFFMAN_H
#include "../bench.h"

#define MAX_BITS 15
#define MAX_SYMBOLS 512

typedef struct {
  u8 *bytes;
  u64 position, limit; /* next byte, end */
  u64 pending;         /* bits not yet in bytes, or read ahead from them */
  u32 pending_count;
} bit_stream;

typedef struct {
  u32 symbols;
  u8 length[MAX_SYMBOLS]; /* bits, 0 for a symbol that does not occur */
  u16 code[MAX_SYMBOLS];
  u16 count[MAX_BITS + 1]; /* codes of each length */
  u16 sorted[MAX_SYMBOLS]; /* symbols by code */
} huffman;

static inline void put_bits(bit_stream *s, u32 value, u32 count) {
  s->pending |= (u64)value << s->pending_count;
  s->pending_count += count;
  while (s->pending_count >= 8) {
    if (s->position < s->limit) s->bytes[s->position] = (u8)s->pending;
    s->position++;
    s->pending >>= 8;
    s->pending_count -= 8;
  }
}

static inline void finish_bits(bit_stream *s) {
  put_bits(s, 0, (8 - s->pending_count % 8) % 8);
}

/* Beyond the end zeros are read: damaged input must end in a wrong result, not in a wild access. */
static inline u32 get_bits(bit_stream *s, u32 count) {
  while (s->pending_count < count) {
    u64 next = s->position < s->limit ? s->bytes[s->position] : 0;
    s->position++;
    s->pending |= next << s->pending_count;
    s->pending_count += 8;
  }
  u32 value = (u32)s->pending & ((1u << count) - 1);
  s->pending >>= count;
  s->pending_count -= count;
  return value;
}

/* Codes from lengths: shorter first, equal lengths in symbol order. */
static void huffman_assign(huffman *h) {
  u16 next[MAX_BITS + 2], start[MAX_BITS + 2];
  for (u32 i = 0; i <= MAX_BITS; i++) h->count[i] = 0;
  for (u32 i = 0; i < h->symbols; i++) h->count[h->length[i]]++;
  h->count[0] = 0;
  next[1] = start[1] = 0;
  for (u32 i = 1; i <= MAX_BITS; i++) {
    next[i + 1] = (u16)((next[i] + h->count[i]) << 1);
    start[i + 1] = (u16)(start[i] + h->count[i]);
  }
  for (u32 i = 0; i < h->symbols; i++) {
    u32 length = h->length[i], reversed = 0;
    if (length == 0) continue;
    h->sorted[start[length]++] = (u16)i;
    u32 code = next[length]++;
    for (u32 b = 0; b < length; b++) reversed |= ((code >> b) & 1) << (length - 1 - b);
    h->code[i] = (u16)reversed;
  }
}

/* Lengths from how often each symbol occurs, by merging the two rarest trees until one is left. */
static void huffman_build(huffman *h, const u32 *occurs, u32 symbols) {
  u32 weight[2 * MAX_SYMBOLS];
  u16 parent[2 * MAX_SYMBOLS], open[MAX_SYMBOLS];
  h->symbols = symbols;
  for (u32 flatten = 0;; flatten++) {
    u32 trees = 0, nodes = symbols, longest = 0;
    for (u32 i = 0; i < symbols; i++) {
      /* Flattening the counts shortens the longest code until it fits. */
      weight[i] = occurs[i] ? (occurs[i] >> flatten) + 1 : 0;
      if (occurs[i]) open[trees++] = (u16)i;
    }
    for (; trees > 1; nodes++) {
      u32 first = 0, second = 1;
      if (weight[open[second]] < weight[open[first]]) first = 1, second = 0;
      for (u32 i = 2; i < trees; i++) {
        if (weight[open[i]] < weight[open[first]]) {
          second = first, first = i;
        } else if (weight[open[i]] < weight[open[second]]) {
          second = i;
        }
      }
      weight[nodes] = weight[open[first]] + weight[open[second]];
      parent[open[first]] = parent[open[second]] = (u16)nodes;
      open[first] = (u16)nodes;
      open[second] = open[--trees];
    }
    u32 root = nodes - 1;
    for (u32 i = 0; i < symbols; i++) {
      u32 length = 0;
      for (u32 at = i; occurs[i] && at != root; at = parent[at]) length++;
      /* A single symbol is its own root, and still needs one bit. */
      h->length[i] = (u8)(occurs[i] && length == 0 ? 1 : length);
      if (length > longest) longest = length;
    }
    if (longest <= MAX_BITS) break;
  }
  huffman_assign(h);
}

static inline void put_symbol(bit_stream *s, const huffman *h, u32 symbol) {
  put_bits(s, h->code[symbol], h->length[symbol]);
}

/* Returns a symbol, or symbols (one past the last) when the bits are no code. */
static inline u32 get_symbol(bit_stream *s, const huffman *h) {
  s32 code = 0, first = 0, index = 0;
  for (u32 length = 1; length <= MAX_BITS; length++) {
    code |= (s32)get_bits(s, 1);
    s32 count = h->count[length];
    if (code - first < count) return h->sorted[index + (code - first)];
    index += count;
    first = (first + count) << 1;
    code <<= 1;
  }
  return h->symbols;
}

#endif
