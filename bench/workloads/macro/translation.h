/*
 * The work of one compiler process in the build workload: generates a source text of `kib` KiB, splits it into
 * identifiers, enters them in a symbol table and emits a word for each. Everything lies in fresh mappings.
 */
#ifndef TRANSLATION_H
#define TRANSLATION_H

#include "bench.h"
#include "user.h"

#define SYMBOL_SLOTS 4096u

static inline void *fresh(u64 bytes) {
  void *region = mmap(bytes, PROT_READ | PROT_WRITE);
  if (!region) exit(1);
  return region;
}

/* Words of two to nine letters from a small vocabulary, so that symbols recur. */
static inline void write_source(u8 *text, u64 bytes, u64 seed) {
  u64 at = 0;
  while (at < bytes) {
    u64 word = random_below(&seed, 700);
    u64 letters = 2 + word % 8;
    for (u64 i = 0; i < letters && at < bytes; i++) text[at++] = (u8)('a' + (word >> i & 15));
    if (at < bytes) text[at++] = ' ';
  }
}

/* Returns the symbol's number; equal names share it. */
static inline u64 symbol(u64 *table, u64 *count, u64 name) {
  u32 slot = (u32)(name * 0x9e3779b97f4a7c15ull >> 32) % SYMBOL_SLOTS;
  while (table[2 * slot] != 0 && table[2 * slot] != name) slot = (slot + 1) % SYMBOL_SLOTS;
  if (table[2 * slot] == 0) {
    table[2 * slot] = name;
    table[2 * slot + 1] = ++*count;
  }
  return table[2 * slot + 1];
}

/* The checksum of what was emitted. */
static inline u64 translate(u64 seed, u64 kib) {
  u64 bytes = kib * 1024, symbols = 0, emitted = 0, name = 0, hash = seed;
  u8 *text = fresh(bytes);
  u64 *table = fresh(SYMBOL_SLOTS * 16);
  u32 *output = fresh(bytes * 2 + 8);
  write_source(text, bytes, seed);
  for (u64 i = 0; i < bytes; i++) {
    if (text[i] != ' ') {
      name = (name << 5 | name >> 59) ^ text[i];
      continue;
    }
    if (name) output[emitted++] = (u32)symbol(table, &symbols, name);
    name = 0;
  }
  for (u64 i = 0; i < emitted; i++) hash = fold(hash, output[i]);
  munmap(text, bytes);
  munmap(table, SYMBOL_SLOTS * 16);
  munmap(output, bytes * 2 + 8);
  return nonzero(fold(hash, symbols));
}

#endif
