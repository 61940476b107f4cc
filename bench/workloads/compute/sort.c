/* Quicksort and heapsort of the same records (24 bytes, compared by key, then tag): both must give one order. */
#include "../bench.h"

#define SMALL 12 /* below this many records quicksort leaves the work to insertion sort */

typedef struct {
  u64 key;
  u32 tag, weight;
  u64 payload;
} record;

static record *input, *quick, *heap;

static int before(const record *a, const record *b) {
  return a->key != b->key ? a->key < b->key : a->tag < b->tag;
}

static void swap(record *a, record *b) {
  record kept = *a;
  *a = *b;
  *b = kept;
}

static NOINLINE void insertion_sort(record *r, s64 n) {
  for (s64 i = 1; i < n; i++) {
    record moved = r[i];
    s64 j = i;
    for (; j > 0 && before(&moved, &r[j - 1]); j--) r[j] = r[j - 1];
    r[j] = moved;
  }
}

/* The median of the first, middle and last record, moved to the front. */
static void choose_pivot(record *r, s64 n) {
  record *a = r, *b = r + n / 2, *c = r + n - 1;
  record *median = before(a, b) ? (before(b, c) ? b : before(a, c) ? c : a) : (before(a, c) ? a : before(b, c) ? c : b);
  if (median != r) swap(r, median);
}

static NOINLINE void quick_sort(record *r, s64 n) {
  while (n > SMALL) {
    choose_pivot(r, n);
    s64 i = 0, j = n;
    for (;;) {
      do i++;
      while (i < n && before(&r[i], &r[0]));
      do j--;
      while (before(&r[0], &r[j]));
      if (i >= j) break;
      swap(&r[i], &r[j]);
    }
    swap(&r[0], &r[j]);
    /* The smaller side by recursion: depth stays logarithmic. */
    if (j < n - j - 1) {
      quick_sort(r, j);
      r += j + 1;
      n -= j + 1;
    } else {
      quick_sort(r + j + 1, n - j - 1);
      n = j;
    }
  }
  insertion_sort(r, n);
}

static void sift_down(record *r, s64 root, s64 n) {
  record moved = r[root];
  for (s64 child; (child = 2 * root + 1) < n; root = child) {
    if (child + 1 < n && before(&r[child], &r[child + 1])) child++;
    if (!before(&moved, &r[child])) break;
    r[root] = r[child];
  }
  r[root] = moved;
}

static NOINLINE void heap_sort(record *r, s64 n) {
  for (s64 i = n / 2 - 1; i >= 0; i--) sift_down(r, i, n);
  for (s64 end = n - 1; end > 0; end--) {
    swap(&r[0], &r[end]);
    sift_down(r, 0, end);
  }
}

void prepare(const u64 *params) {
  u64 n = params[0], seed = 6;
  input = heap_ready(n * sizeof(record));
  quick = heap_ready(n * sizeof(record));
  heap = heap_ready(n * sizeof(record));
  for (u64 i = 0; i < n; i++) {
    /* Some keys occur more than once. */
    u64 key = random_below(&seed, (u32)n * 2 + 1);
    input[i] = (record){key, (u32)i, (u32)random_next(&seed), ~key ^ i};
    quick[i] = heap[i] = input[i];
  }
}

u64 bench(const u64 *params) {
  s64 n = (s64)params[0];
  u64 hash = params[0];
  quick_sort(quick, n);
  heap_sort(heap, n);
  for (s64 i = 0; i < n; i += n / 64 + 1) hash = fold(hash, quick[i].key ^ heap[i].tag);
  return nonzero(hash);
}

/* Sorted, both alike, and every record is the one that had its tag in the input. */
int verify(const u64 *params) {
  s64 n = (s64)params[0];
  for (s64 i = 0; i < n; i++) {
    const record *q = &quick[i], *h = &heap[i];
    if (i > 0 && !before(q - 1, q)) return 0;
    if (q->tag >= params[0] || q->tag != h->tag) return 0;
    const record *origin = &input[q->tag];
    if (q->key != origin->key || h->key != origin->key) return 0;
    if (q->weight != origin->weight || h->weight != origin->weight) return 0;
    if (q->payload != origin->payload || h->payload != origin->payload) return 0;
  }
  return 1;
}
