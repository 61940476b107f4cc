/*
 * SHA-256 (FIPS 180-4) of a generated message. A copy of the state is kept where the last sixteenth begins; verify
 * hashes that part again, and the standard's own test messages.
 */
#include "../bench.h"

#define BLOCK 64
#define BUFFER 4096

static const u32 K[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

static const u32 INITIAL[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                               0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};

static u8 *message;
static u32 digest[8];
static u32 late_state[8];

#define ROTATE(x, n) (((x) >> (n)) | ((x) << (32 - (n))))

static NOINLINE void hash_block(u32 *state, const u8 *bytes) {
  u32 w[64], s[8];
  for (int i = 0; i < 16; i++) {
    w[i] = (u32)bytes[4 * i] << 24 | (u32)bytes[4 * i + 1] << 16 | (u32)bytes[4 * i + 2] << 8 | bytes[4 * i + 3];
  }
  for (int i = 16; i < 64; i++) {
    u32 a = w[i - 15], b = w[i - 2];
    u32 sigma0 = ROTATE(a, 7) ^ ROTATE(a, 18) ^ (a >> 3);
    u32 sigma1 = ROTATE(b, 17) ^ ROTATE(b, 19) ^ (b >> 10);
    w[i] = w[i - 16] + sigma0 + w[i - 7] + sigma1;
  }
  for (int i = 0; i < 8; i++) s[i] = state[i];
  for (int i = 0; i < 64; i++) {
    u32 sum1 = ROTATE(s[4], 6) ^ ROTATE(s[4], 11) ^ ROTATE(s[4], 25);
    u32 choice = (s[4] & s[5]) ^ (~s[4] & s[6]);
    u32 t1 = s[7] + sum1 + choice + K[i] + w[i];
    u32 sum0 = ROTATE(s[0], 2) ^ ROTATE(s[0], 13) ^ ROTATE(s[0], 22);
    u32 majority = (s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]);
    u32 t2 = sum0 + majority;
    s[7] = s[6], s[6] = s[5], s[5] = s[4], s[4] = s[3] + t1;
    s[3] = s[2], s[2] = s[1], s[1] = s[0], s[0] = t1 + t2;
  }
  for (int i = 0; i < 8; i++) state[i] += s[i];
}

static void copy_state(u32 *to, const u32 *from) {
  for (int i = 0; i < 8; i++) to[i] = from[i];
}

/* The message is the buffer over and over. */
static void hash_blocks(u32 *state, u64 from, u64 to) {
  for (u64 i = from; i < to; i++) hash_block(state, message + i * BLOCK % BUFFER);
}

static u64 blocks_of(const u64 *params) {
  return params[0] * 1024 / BLOCK;
}

void prepare(const u64 *params) {
  (void)params;
  u64 seed = 5;
  message = heap_ready(BUFFER);
  for (u32 i = 0; i < BUFFER; i++) message[i] = (u8)random_next(&seed);
}

u64 bench(const u64 *params) {
  u64 blocks = blocks_of(params), late = blocks - blocks / 16;
  copy_state(digest, INITIAL);
  hash_blocks(digest, 0, late);
  copy_state(late_state, digest);
  hash_blocks(digest, late, blocks);
  return nonzero(fold((u64)digest[0] << 32 | digest[1], (u64)digest[6] << 32 | digest[7]));
}

/* A message below 56 bytes, padded as the standard says. */
static int digest_begins(const char *text, u32 first) {
  u8 block[BLOCK];
  u32 state[8], size = 0;
  for (u32 i = 0; i < BLOCK; i++) block[i] = 0;
  for (; text[size]; size++) block[size] = (u8)text[size];
  block[size] = 0x80;
  block[BLOCK - 2] = (u8)(size * 8 >> 8);
  block[BLOCK - 1] = (u8)(size * 8);
  copy_state(state, INITIAL);
  hash_block(state, block);
  return state[0] == first;
}

int verify(const u64 *params) {
  u64 blocks = blocks_of(params);
  if (!digest_begins("abc", 0xba7816bf) || !digest_begins("", 0xe3b0c442)) return 0;
  hash_blocks(late_state, blocks - blocks / 16, blocks);
  for (int i = 0; i < 8; i++) {
    if (late_state[i] != digest[i]) return 0;
  }
  return 1;
}
