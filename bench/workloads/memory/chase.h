/*
 * A pointer chase: nodes linked into one random cycle, so that each load depends on the one before it and no
 * prefetcher guesses the next.
 */
#ifndef CHASE_H
#define CHASE_H
#include "../bench.h"

typedef struct node {
  struct node *next;
  u64 index;
} node;

typedef struct {
  u8 *base;
  u64 count;
  u64 stride; /* bytes from one node's cell to the next's */
  u64 spread; /* bytes by which a node moves inside its cell from one cell to the next */
} chase;

#define LINE 64

static inline node *chase_node(const chase *c, u64 index) {
  u64 room = c->stride > LINE ? c->stride / LINE * LINE : LINE;
  return (node *)(c->base + index * c->stride + index * c->spread % room);
}

/* Sattolo's shuffle: a permutation that is one single cycle. */
static void chase_build(chase *c, u64 seed) {
  if (c->count == 0) __builtin_trap();
  u32 *order = heap_ready(c->count * sizeof(u32));
  for (u64 i = 0; i < c->count; i++) order[i] = (u32)i;
  for (u64 i = c->count - 1; i > 0; i--) {
    u32 j = random_below(&seed, (u32)i);
    u32 swapped = order[i];
    order[i] = order[j];
    order[j] = swapped;
  }
  for (u64 i = 0; i < c->count; i++) {
    node *from = chase_node(c, i);
    from->next = chase_node(c, order[i]);
    from->index = i;
  }
}

static u64 chase_run(const chase *c, u64 hops) {
  const node *at = chase_node(c, 0);
  for (u64 i = hops / 4; i > 0; i--) at = at->next->next->next->next;
  for (u64 i = hops % 4; i > 0; i--) at = at->next;
  return nonzero(fold(hops, at->index));
}

/* Every node is visited once and the cycle closes. */
static int chase_verify(const chase *c) {
  const node *at = chase_node(c, 0);
  u64 sum = 0;
  for (u64 i = 0; i < c->count; i++) {
    if (at->index >= c->count || at != chase_node(c, at->index) || (i > 0 && at->index == 0)) return 0;
    sum += at->index;
    at = at->next;
  }
  return at == chase_node(c, 0) && sum == c->count * (c->count - 1) / 2;
}

#endif
