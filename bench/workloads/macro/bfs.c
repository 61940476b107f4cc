/*
 * Breadth-first search of a generated Kronecker graph (an R-MAT graph with the probabilities graph500 uses), from
 * several roots: little arithmetic, many loads from anywhere. The last search tree is checked edge by edge.
 */
#include "../bench.h"

#define NONE 0xffffffffu

/* Undirected graph in compressed rows: the neighbours of v are edges[first[v]] to edges[first[v + 1] - 1]. */
static u32 vertices;
static u32 *first, *edges, *parent, *level, *queue;
static u32 last_root, last_reached;

/* One bit of both ends at a time; quadrants with probabilities 0.57, 0.19, 0.19, 0.05, in 65536ths. */
static void random_edge(u64 *seed, u32 scale, u32 *from, u32 *to) {
  u32 a = 0, b = 0;
  for (u32 bit = 0; bit < scale; bit += 4) {
    u64 random = random_next(seed);
    for (u32 k = bit; k < bit + 4 && k < scale; k++, random >>= 16) {
      u32 draw = random & 0xffff;
      u32 low = draw >= 37356 && draw < 49807, high = draw >= 49807 && draw < 62259, both = draw >= 62259;
      a = a << 1 | (high | both);
      b = b << 1 | (low | both);
    }
  }
  *from = a;
  *to = b;
}

void prepare(const u64 *params) {
  if (params[0] > 24 || params[1] == 0) __builtin_trap();
  u32 scale = (u32)params[0];
  u64 pairs = params[1] << scale;
  vertices = 1u << scale;
  u32 *ends = heap_ready(pairs * 2 * sizeof(u32));
  first = heap_ready(((u64)vertices + 2) * sizeof(u32));
  edges = heap_ready(pairs * 2 * sizeof(u32));
  parent = heap_ready(vertices * sizeof(u32));
  level = heap_ready(vertices * sizeof(u32));
  queue = heap_ready(vertices * sizeof(u32));
  u64 seed = 14;
  for (u64 i = 0; i < pairs; i++) {
    random_edge(&seed, scale, &ends[2 * i], &ends[2 * i + 1]);
    first[ends[2 * i] + 2]++;
    first[ends[2 * i + 1] + 2]++;
  }
  /* Counting sort by vertex: after it first[v + 1] is where the row of v ends. */
  for (u32 v = 0; v < vertices; v++) first[v + 2] += first[v + 1];
  for (u64 i = 0; i < pairs; i++) {
    edges[first[ends[2 * i] + 1]++] = ends[2 * i + 1];
    edges[first[ends[2 * i + 1] + 1]++] = ends[2 * i];
  }
  for (u32 v = 0; v < vertices; v++) parent[v] = level[v] = queue[v] = NONE;
}

/* Returns how many vertices it reached. */
static NOINLINE u32 search(u32 root) {
  for (u32 v = 0; v < vertices; v++) parent[v] = NONE;
  u32 head = 0, tail = 0;
  queue[tail++] = root;
  parent[root] = root;
  level[root] = 0;
  while (head < tail) {
    u32 v = queue[head++];
    for (u32 e = first[v]; e < first[v + 1]; e++) {
      u32 w = edges[e];
      if (parent[w] != NONE) continue;
      parent[w] = v;
      level[w] = level[v] + 1;
      queue[tail++] = w;
    }
  }
  return tail;
}

u64 bench(const u64 *params) {
  u64 seed = 15, hash = vertices;
  for (u64 i = 0; i < params[2]; i++) {
    do last_root = random_below(&seed, vertices);
    while (first[last_root] == first[last_root + 1]);
    last_reached = search(last_root);
    hash = fold(fold(hash, last_reached), level[queue[last_reached - 1]]);
  }
  return nonzero(hash);
}

static int is_edge(u32 v, u32 w) {
  for (u32 e = first[v]; e < first[v + 1]; e++) {
    if (edges[e] == w) return 1;
  }
  return 0;
}

/* As graph500 asks: tree edges are the graph's; levels rise by one along them, and by at most one along any edge. */
int verify(const u64 *params) {
  u32 reached = 0;
  if (params[2] == 0) return 1;
  if (parent[last_root] != last_root || level[last_root] != 0) return 0;
  for (u32 v = 0; v < vertices; v++) {
    if (parent[v] == NONE) continue;
    reached++;
    if (v != last_root) {
      if (parent[v] >= vertices || parent[parent[v]] == NONE || level[v] != level[parent[v]] + 1) return 0;
      if (!is_edge(v, parent[v])) return 0;
    }
    for (u32 e = first[v]; e < first[v + 1]; e++) {
      if (edges[e] >= vertices || parent[edges[e]] == NONE || level[edges[e]] > level[v] + 1) return 0;
    }
  }
  return reached == last_reached;
}
