/*
 * Transactions on a B-tree of accounts: transfers, openings, closings and range reports, with an undo log from which
 * one in thirty is rolled back. Money is neither made nor lost, which verify counts, and the tree must be a B-tree.
 */
#include "btree.h"

#define BALANCE 1000 /* of each account at the start */
#define REPORT 40    /* accounts a report adds up */
#define ABORT_ONE_IN 30
#define LOG 8 /* changes of one transaction at most */

typedef enum { UPDATE, INSERT, DELETE } change_kind;

typedef struct {
  change_kind kind;
  u64 key;
  s64 old;
} change;

static tree accounts;
static u64 account_count;
static change *undo_log;
static u32 logged;

static void note(change_kind kind, u64 key, s64 old) {
  undo_log[logged++ % LOG] = (change){kind, key, old};
}

static void change_balance(u64 key, s64 by) {
  s64 *balance = tree_find(&accounts, key);
  note(UPDATE, key, *balance);
  *balance += by;
}

/* Any account: the one at or after a random key, or the very first. */
static u64 any_account(u64 *seed) {
  u64 key = 0;
  if (!tree_ceiling(&accounts, random_next(seed) >> 16, &key)) tree_ceiling(&accounts, 0, &key);
  return key;
}

static NOINLINE void transfer(u64 *seed) {
  u64 from = any_account(seed), to = any_account(seed);
  s64 amount = random_below(seed, 100);
  change_balance(from, -amount);
  change_balance(to, amount);
}

static NOINLINE void open_account(u64 *seed) {
  u64 key = random_next(seed) >> 16, sponsor = any_account(seed);
  if (tree_find(&accounts, key)) return;
  change_balance(sponsor, -BALANCE);
  note(INSERT, key, 0);
  tree_insert(&accounts, key, BALANCE);
  account_count++;
}

static NOINLINE void close_account(u64 *seed) {
  u64 key = any_account(seed), heir = any_account(seed);
  if (key == heir) return;
  s64 balance = *tree_find(&accounts, key);
  note(DELETE, key, balance);
  tree_delete(&accounts, key);
  account_count--;
  change_balance(heir, balance);
}

static NOINLINE s64 report(u64 *seed) {
  u32 left = REPORT;
  s64 sum = 0;
  node_range(accounts.root, random_next(seed) >> 16, &left, &sum);
  return sum;
}

static NOINLINE void roll_back(void) {
  while (logged > 0) {
    const change *c = &undo_log[--logged];
    if (c->kind == UPDATE) {
      *tree_find(&accounts, c->key) = c->old;
    } else if (c->kind == INSERT) {
      tree_delete(&accounts, c->key);
      account_count--;
    } else {
      tree_insert(&accounts, c->key, c->old);
      account_count++;
    }
  }
}

/* Openings and closings are equally likely; room is left for chance, and for all openings coming first. */
void prepare(const u64 *params) {
  u64 seed = 20, rows = params[0];
  if (rows < 2) __builtin_trap();
  u64 most = rows + params[1] / 8;
  tree_init(&accounts, most / (T - 1) + 16);
  undo_log = heap_ready(LOG * sizeof(change));
  account_count = 0;
  while (account_count < rows) {
    u64 key = random_next(&seed) >> 16;
    if (tree_find(&accounts, key)) continue;
    tree_insert(&accounts, key, BALANCE);
    account_count++;
  }
}

u64 bench(const u64 *params) {
  u64 seed = 21, hash = 0;
  for (u64 i = params[1]; i > 0; i--) {
    u32 die = random_below(&seed, 100);
    logged = 0;
    if (die < 60) {
      transfer(&seed);
    } else if (die < 70) {
      open_account(&seed);
    } else if (die < 80) {
      close_account(&seed);
    } else {
      hash = hash * 31 + (u64)report(&seed);
    }
    if (random_below(&seed, ABORT_ONE_IN) == 0) roll_back();
  }
  return nonzero(fold(hash, account_count));
}

typedef struct {
  u64 keys, nodes, last;
  s64 sum;
  u32 depth; /* of the first leaf */
} inspection;

/* Keys rise, nodes are neither too empty nor too full, all leaves are equally deep. */
static int inspect(const tree_node *n, u32 depth, inspection *seen) {
  seen->nodes++;
  if (n->keys > FULL || (depth > 0 && n->keys < T - 1)) return 0;
  if (n->leaf) {
    if (seen->depth == 0) seen->depth = depth + 1;
    if (seen->depth != depth + 1) return 0;
  }
  for (u32 i = 0;; i++) {
    if (!n->leaf && !inspect(n->child[i], depth + 1, seen)) return 0;
    if (i == n->keys) return 1;
    if (seen->keys++ > 0 && n->key[i] <= seen->last) return 0;
    seen->last = n->key[i];
    seen->sum += n->value[i];
  }
}

int verify(const u64 *params) {
  inspection seen = {0};
  s64 money = (s64)params[0] * BALANCE;
  if (!inspect(accounts.root, 0, &seen)) return 0;
  return seen.keys == account_count && seen.sum == money && seen.nodes == accounts.used;
}
