/*
 * A key-value store: GET and SET of 16 to 31-byte keys and 64-byte values in a chained hash table, keys drawn from
 * Zipf's distribution as in the YCSB mixes. Every value says which key and which SET it is of; verify reads all back.
 */
#include "zipf.h"

#define VALUE 64
#define REQUESTS 65536 /* drawn beforehand at most, then used over and over */

typedef struct entry {
  struct entry *next;
  u64 hash;
  u32 size; /* of the key */
  u8 key[32];
  u8 value[VALUE];
} entry;

static entry **buckets;
static u32 bucket_mask;
static entry *entries;
static u32 *requests, request_count; /* key number, drawn from Zipf's distribution, scattered over the key space */
static u32 *version;  /* SETs of each key so far: the model that verify compares with */
static u64 wrong_gets;

/* "user" and the digits of a scrambled number: like what a service uses, 16 to 31 bytes. */
static u32 make_key(u8 *key, u32 number) {
  u64 scrambled = (number + 1) * 0x9e3779b97f4a7c15ull;
  u32 size = 16 + (u32)(scrambled >> 60);
  key[0] = 'u', key[1] = 's', key[2] = 'e', key[3] = 'r';
  for (u32 i = 4; i < size; i++) {
    key[i] = (u8)('a' + (scrambled & 15));
    scrambled = scrambled >> 4 | scrambled << 60;
  }
  return size;
}

static void make_value(u8 *value, u32 number, u32 set) {
  u64 word = ((u64)number << 32 | set) * 0xff51afd7ed558ccdull;
  for (u32 i = 0; i < VALUE; i += 8, word += 0x9e3779b97f4a7c15ull) *(u64 *)(value + i) = word;
}

/* FNV-1a, 64 bits. */
static NOINLINE u64 hash_key(const u8 *key, u32 size) {
  u64 hash = 0xcbf29ce484222325ull;
  for (u32 i = 0; i < size; i++) hash = (hash ^ key[i]) * 0x100000001b3ull;
  return hash;
}

static int same_key(const entry *e, u64 hash, const u8 *key, u32 size) {
  if (e->hash != hash || e->size != size) return 0;
  u32 i = 0;
  while (i < size && e->key[i] == key[i]) i++;
  return i == size;
}

static NOINLINE entry *lookup(const u8 *key, u32 size) {
  u64 hash = hash_key(key, size);
  entry *e = buckets[(hash ^ hash >> 32) & bucket_mask];
  while (e && !same_key(e, hash, key, size)) e = e->next;
  return e;
}

static void insert(entry *e, u32 number) {
  e->size = make_key(e->key, number);
  e->hash = hash_key(e->key, e->size);
  make_value(e->value, number, 0);
  entry **bucket = &buckets[(e->hash ^ e->hash >> 32) & bucket_mask];
  e->next = *bucket;
  *bucket = e;
}

void prepare(const u64 *params) {
  if (params[0] == 0) __builtin_trap();
  u32 keys = (u32)params[0], size = 1;
  u64 seed = 16;
  zipf popularity;
  while (size < keys) size *= 2;
  bucket_mask = size - 1;
  buckets = heap_ready(size * sizeof(entry *));
  entries = heap_ready(keys * sizeof(entry));
  version = heap_ready(keys * sizeof(u32));
  request_count = params[1] < REQUESTS ? (u32)params[1] : REQUESTS;
  requests = heap_ready(request_count * sizeof(u32));
  zipf_init(&popularity, keys);
  for (u32 i = 0; i < keys; i++) insert(&entries[i], i);
  /* Popular keys lie anywhere: an odd factor permutes a power of two, numbers beyond the keys are drawn again. */
  for (u32 i = 0; i < request_count; i++) {
    do requests[i] = (zipf_draw(&popularity, &seed) * 2654435761u) & bucket_mask;
    while (requests[i] >= keys);
  }
  wrong_gets = 0;
}

u64 bench(const u64 *params) {
  u64 seed = 17, hash = 0;
  u8 key[32];
  for (u64 i = 0; i < params[1]; i++) {
    u32 number = requests[i % request_count];
    u32 size = make_key(key, number);
    entry *e = lookup(key, size);
    if (!e) {
      wrong_gets++;
    } else if (random_below(&seed, 100) < params[2]) {
      u64 *value = (u64 *)e->value;
      for (u32 k = 0; k < VALUE / 8; k++) hash = hash * 31 + value[k];
    } else {
      make_value(e->value, number, ++version[number]);
    }
  }
  return nonzero(fold(hash, wrong_gets));
}

/* Every key is found, once, and has the value of its last SET. */
int verify(const u64 *params) {
  u8 key[32], value[VALUE];
  u64 linked = 0, sets = 0;
  for (u32 i = 0; i <= bucket_mask; i++) {
    for (const entry *e = buckets[i]; e; e = e->next) linked++;
  }
  for (u32 number = 0; number < params[0]; number++) {
    u32 size = make_key(key, number);
    const entry *e = lookup(key, size);
    if (!e) return 0;
    make_value(value, number, version[number]);
    for (u32 i = 0; i < VALUE; i++) {
      if (e->value[i] != value[i]) return 0;
    }
    sets += version[number];
  }
  return wrong_gets == 0 && linked == params[0] && sets <= params[1];
}
