/*
 * update-miss-mix: what decides between shadow and nested paging. Each round the kernel rewrites `updates` leaf entries
 * (with a fence after every `batch` of them), and the program touches `misses` random pages of a working set that no TLB
 * holds.
 */
#include "bench.h"
#include "user.h"

enum { ROUNDS, UPDATES, MISSES, PAGES, BATCH };
#define UPDATED_PAGES_LOG2 9

static u64 *working_set;
static u8 *updated;
static u64 range; /* of the updated pages, as NANO_pte_update takes it */
static u64 made;

static u64 log2_of(u64 value, const char *otherwise) {
  if (value == 0 || value & (value - 1)) fail(otherwise);
  return (u64)__builtin_ctzll(value);
}

void prepare(const u64 *params) {
  u64 pages = params[PAGES];
  log2_of(pages, "pages is not a power of two");
  u64 batch = log2_of(params[BATCH], "batch is not a power of two");
  working_set = mmap(pages * PAGE_BYTES, PROT_READ | PROT_WRITE);
  updated = mmap(PAGE_BYTES << UPDATED_PAGES_LOG2, PROT_READ | PROT_WRITE);
  if (!working_set || !updated) fail("no address space");
  range = (u64)updated | batch << 6 | UPDATED_PAGES_LOG2;
  for (u64 page = 0; page < pages; page++) working_set[page * (PAGE_BYTES / sizeof(u64))] = 0;
  for (u64 page = 0; page < 1ull << UPDATED_PAGES_LOG2; page++) updated[page * PAGE_BYTES] = (u8)page;
}

u64 bench(const u64 *params) {
  u64 state = 1, mask = params[PAGES] - 1, hash = 0;
  for (u64 round = 0; round < params[ROUNDS]; round++) {
    if (params[UPDATES]) made += (u64)nano(NANO_pte_update, params[UPDATES], range);
    for (u64 miss = 0; miss < params[MISSES]; miss++) {
      u64 page = random_next(&state) & mask;
      u64 *word = &working_set[page * (PAGE_BYTES / sizeof(u64))];
      hash += *word;
      *word += page + 1;
    }
  }
  return nonzero(fold(hash, params[ROUNDS]));
}

/* Every touch added page + 1 to its page; and the updated pages are what they were. */
int verify(const u64 *params) {
  u64 state = 1, expected = 0, found = 0;
  for (u64 i = 0; i < params[ROUNDS] * params[MISSES]; i++) expected += (random_next(&state) & (params[PAGES] - 1)) + 1;
  for (u64 page = 0; page < params[PAGES]; page++) found += working_set[page * (PAGE_BYTES / sizeof(u64))];
  for (u64 page = 0; page < 1ull << UPDATED_PAGES_LOG2; page++)
    if (updated[page * PAGE_BYTES] != (u8)page) return 0;
  return found == expected && made == params[ROUNDS] * params[UPDATES];
}
