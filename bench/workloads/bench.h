/*
 * What a workload is: one C file that defines prepare, bench and verify, and is compiled twice, as a RISC-V user
 * program (bench/user) and straight to WebAssembly (wasm.c beside this file). A runner calls, in this order:
 *
 *     prepare(params);                    untimed: allocates and fills, touches every page that bench will use
 *     checksum = bench(params);           the region of interest
 *     if (!verify(params)) checksum = 0;  untimed: 0 says that the result is wrong, so no right result is ever 0
 *
 * params are unsigned integers in the order of the workload's row in src/abi/workloads.ts. Both builds must return
 * the same checksum: no undefined behaviour, no pointer values in it, no floating-point operation but the IEEE ones.
 * There is no C library: only what is declared here.
 */
#ifndef BENCH_H
#define BENCH_H

#include "types.h"

void prepare(const u64 *params);
u64 bench(const u64 *params);
int verify(const u64 *params);

/* Supplied by the runtime of each build. Memory is zero-filled, aligned to 64 bytes and never freed; no memory left
 * ends the program. */
void *heap_alloc(u64 bytes);
void *memcpy(void *to, const void *from, usize bytes);
void *memmove(void *to, const void *from, usize bytes);
void *memset(void *to, int value, usize bytes);
int memcmp(const void *left, const void *right, usize bytes);

/* Memory for bench: every page is written once, so that no first touch is left for the measured region. */
static inline void *heap_ready(u64 bytes) {
  volatile u8 *start = heap_alloc(bytes);
  for (u64 i = 0; i < bytes; i += 4096) start[i] = 0;
  if (bytes) start[bytes - 1] = 0;
  return (void *)start;
}

#define NOINLINE __attribute__((noinline))

/* SplitMix64 (Steele, Lea, Flood 2014): every seed is good, and it is three lines. */
static inline u64 random_next(u64 *state) {
  u64 z = (*state += 0x9e3779b97f4a7c15ull);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
  return z ^ (z >> 31);
}

/* An integer below `bound` (which is below 2^32), by multiplication: no division on the hot path. */
static inline u32 random_below(u64 *state, u32 bound) {
  return (u32)(((random_next(state) >> 32) * bound) >> 32);
}

/* One step of an order-sensitive checksum. */
static inline u64 fold(u64 hash, u64 value) {
  hash = (hash ^ value) * 0xff51afd7ed558ccdull;
  return hash ^ (hash >> 32);
}

/* The bits of a double, for checksums. */
static inline u64 double_bits(double value) {
  union {
    double number;
    u64 bits;
  } pun = {value};
  return pun.bits;
}

/* A checksum that may not be 0, which is kept for failure. */
static inline u64 nonzero(u64 checksum) {
  return checksum ? checksum : 1;
}

#endif
