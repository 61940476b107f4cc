/*
 * A B-tree of 64-bit keys and signed values, nodes of at most 2T-1 keys. Insertion splits and deletion fills nodes on
 * the way down, so neither ever returns upwards. Nodes come from a pool that is allocated once.
 */
#ifndef BTREE_H
#define BTREE_H
#include "../bench.h"

#define T 8
#define FULL (2 * T - 1)

typedef struct tree_node {
  u32 keys, leaf;
  u64 key[FULL];
  s64 value[FULL];
  struct tree_node *child[FULL + 1];
} tree_node;

typedef struct {
  tree_node *root;
  tree_node *free; /* linked through child[0] */
  u64 used;        /* nodes */
} tree;

static tree_node *node_new(tree *t, u32 leaf) {
  tree_node *n = t->free;
  if (!n) __builtin_trap();
  t->free = n->child[0];
  t->used++;
  n->keys = 0;
  n->leaf = leaf;
  return n;
}

static void node_free(tree *t, tree_node *n) {
  n->child[0] = t->free;
  t->free = n;
  t->used--;
}

static void tree_init(tree *t, u64 nodes) {
  tree_node *pool = heap_ready(nodes * sizeof(tree_node));
  t->free = 0;
  for (u64 i = nodes; i > 0; i--) {
    pool[i - 1].child[0] = t->free;
    t->free = &pool[i - 1];
  }
  t->used = 0;
  t->root = node_new(t, 1);
}

/* Where `key` is, or which child leads to it. */
static inline u32 node_position(const tree_node *n, u64 key) {
  u32 i = 0;
  while (i < n->keys && n->key[i] < key) i++;
  return i;
}

static NOINLINE s64 *tree_find(tree *t, u64 key) {
  for (tree_node *n = t->root;; ) {
    u32 i = node_position(n, key);
    if (i < n->keys && n->key[i] == key) return &n->value[i];
    if (n->leaf) return 0;
    n = n->child[i];
  }
}

/* The lowest key that is not below `key`; returns 0 when there is none. */
static NOINLINE int tree_ceiling(const tree *t, u64 key, u64 *found) {
  int any = 0;
  for (const tree_node *n = t->root;; ) {
    u32 i = node_position(n, key);
    if (i < n->keys) *found = n->key[i], any = 1;
    if (n->leaf || (any && *found == key)) return any;
    n = n->child[i];
  }
}

/* Opens a gap of one key at i, with the child right of it. */
static void node_open(tree_node *n, u32 i) {
  for (u32 k = n->keys; k > i; k--) {
    n->key[k] = n->key[k - 1], n->value[k] = n->value[k - 1];
    n->child[k + 1] = n->child[k];
  }
  n->keys++;
}

/* Closes the gap of key i and the child right of it. */
static void node_close(tree_node *n, u32 i) {
  n->keys--;
  for (u32 k = i; k < n->keys; k++) {
    n->key[k] = n->key[k + 1], n->value[k] = n->value[k + 1];
    n->child[k + 1] = n->child[k + 2];
  }
}

/* Splits the full child i in two; its middle key comes up. */
static NOINLINE void node_split(tree *t, tree_node *n, u32 i) {
  tree_node *left = n->child[i], *right = node_new(t, left->leaf);
  for (u32 k = 0; k < T - 1; k++) right->key[k] = left->key[k + T], right->value[k] = left->value[k + T];
  for (u32 k = 0; k < T; k++) right->child[k] = left->child[k + T];
  right->keys = left->keys = T - 1;
  node_open(n, i);
  n->key[i] = left->key[T - 1], n->value[i] = left->value[T - 1];
  n->child[i + 1] = right;
}

/* The key must not be there yet. */
static NOINLINE void tree_insert(tree *t, u64 key, s64 value) {
  if (t->root->keys == FULL) {
    tree_node *above = node_new(t, 0);
    above->child[0] = t->root;
    t->root = above;
    node_split(t, above, 0);
  }
  tree_node *n = t->root;
  while (!n->leaf) {
    u32 i = node_position(n, key);
    if (n->child[i]->keys == FULL) {
      node_split(t, n, i);
      if (n->key[i] < key) i++;
    }
    n = n->child[i];
  }
  u32 i = node_position(n, key);
  node_open(n, i);
  n->key[i] = key, n->value[i] = value;
}

/* Child i, key i and child i + 1 become one node. */
static NOINLINE void node_merge(tree *t, tree_node *n, u32 i) {
  tree_node *left = n->child[i], *right = n->child[i + 1];
  left->key[T - 1] = n->key[i], left->value[T - 1] = n->value[i];
  for (u32 k = 0; k < right->keys; k++) left->key[k + T] = right->key[k], left->value[k + T] = right->value[k];
  for (u32 k = 0; k <= right->keys; k++) left->child[k + T] = right->child[k];
  left->keys = T + right->keys;
  node_close(n, i);
  node_free(t, right);
}

/* Gives child i at least T keys, from a neighbour or by merging; returns where the child is then. */
static NOINLINE u32 node_fill(tree *t, tree_node *n, u32 i) {
  tree_node *poor = n->child[i];
  if (poor->keys >= T) return i;
  if (i > 0 && n->child[i - 1]->keys >= T) {
    tree_node *rich = n->child[i - 1];
    node_open(poor, 0);
    poor->child[1] = poor->child[0];
    poor->child[0] = rich->child[rich->keys];
    poor->key[0] = n->key[i - 1], poor->value[0] = n->value[i - 1];
    n->key[i - 1] = rich->key[rich->keys - 1], n->value[i - 1] = rich->value[rich->keys - 1];
    rich->keys--;
    return i;
  }
  if (i < n->keys && n->child[i + 1]->keys >= T) {
    tree_node *rich = n->child[i + 1];
    poor->key[poor->keys] = n->key[i], poor->value[poor->keys] = n->value[i];
    poor->child[++poor->keys] = rich->child[0];
    n->key[i] = rich->key[0], n->value[i] = rich->value[0];
    rich->child[0] = rich->child[1];
    node_close(rich, 0);
    return i;
  }
  if (i == n->keys) i--;
  node_merge(t, n, i);
  return i;
}

/* The key must be there. */
static NOINLINE void tree_delete(tree *t, u64 key) {
  tree_node *n = t->root;
  for (;;) {
    u32 i = node_position(n, key);
    int here = i < n->keys && n->key[i] == key;
    if (n->leaf) {
      if (here) node_close(n, i);
      break;
    }
    if (!here) {
      n = n->child[node_fill(t, n, i)];
    } else if (n->child[i]->keys >= T) {
      /* The key before takes its place, and is deleted where it was. */
      const tree_node *below = n->child[i];
      while (!below->leaf) below = below->child[below->keys];
      key = n->key[i] = below->key[below->keys - 1], n->value[i] = below->value[below->keys - 1];
      n = n->child[i];
    } else if (n->child[i + 1]->keys >= T) {
      const tree_node *below = n->child[i + 1];
      while (!below->leaf) below = below->child[0];
      key = n->key[i] = below->key[0], n->value[i] = below->value[0];
      n = n->child[i + 1];
    } else {
      node_merge(t, n, i);
      n = n->child[i];
    }
  }
  if (t->root->keys == 0 && !t->root->leaf) {
    tree_node *old = t->root;
    t->root = old->child[0];
    node_free(t, old);
  }
}

/* Adds up to *left values of keys from `from` on to *sum. */
static NOINLINE void node_range(const tree_node *n, u64 from, u32 *left, s64 *sum) {
  for (u32 i = node_position(n, from);; i++) {
    if (!n->leaf) node_range(n->child[i], from, left, sum);
    if (i == n->keys || *left == 0) return;
    *sum += n->value[i];
    --*left;
  }
}

#endif
