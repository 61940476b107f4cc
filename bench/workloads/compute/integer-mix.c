/*
 * The integer mix of small programs, in four parts each round: find, reverse and sort a linked list; multiply small
 * matrices of 16-bit numbers; classify number literals with a state machine; and a bitwise CRC over what comes out.
 */
#include "../bench.h"

#define NODES 200
#define SIDE 20
#define LOOKUPS 6
#define PASSES 4 /* of the state machine over its text, each round */

typedef struct node {
  struct node *next;
  s16 key, place;
} node;

typedef int (*ordering)(const node *, const node *);

/* States of the literal's automaton; all but START and BAD are reached by a prefix of a literal. */
enum { START, BAD, SIGN, EXPONENT, DIGITS, FRACTION, EXPONENT_SIGN, EXPONENT_DIGITS, STATES };

static const char TEXT[] = "5012,1.25e+10,-33.5,0x1F,abc,+7,-9e-3,hello,12.,.5,1e,99999,T0.3e-1F,-,+,0.5e-10,";

static node *nodes, *list;
static s16 *left, *right;
static s32 *product;
static u64 *ended_in; /* how many literals ended in each state */

static NOINLINE u16 crc_bits(u16 crc, u32 value, int bits) {
  for (int i = 0; i < bits; i++, value >>= 1) {
    u32 out = (crc ^ value) & 1;
    crc = (u16)(crc >> 1);
    if (out) crc ^= 0xa001; /* CRC-16/ARC, reflected */
  }
  return crc;
}

static NOINLINE node *build_list(u32 seed) {
  for (s16 i = 0; i < NODES; i++) {
    seed = seed * 1103515245u + 12345;
    nodes[i] = (node){i + 1 < NODES ? &nodes[i + 1] : 0, (s16)(seed >> 16), i};
  }
  return nodes;
}

static NOINLINE node *reverse(node *at) {
  node *done = 0;
  while (at) {
    node *next = at->next;
    at->next = done;
    done = at;
    at = next;
  }
  return done;
}

static NOINLINE node *find(node *at, s16 place) {
  while (at && at->place != place) at = at->next;
  return at;
}

static int by_key(const node *a, const node *b) {
  return a->key - b->key;
}

static int by_place(const node *a, const node *b) {
  return a->place - b->place;
}

/* Bottom-up merge sort of a list: runs of 1, 2, 4... nodes; stable, no memory. */
static NOINLINE node *merge_sort(node *head, ordering order) {
  for (u32 run = 1;; run *= 2) {
    node *at = head, **tail = &head;
    u32 merges = 0;
    while (at) {
      node *first = at;
      u32 firsts = 0, seconds = run;
      merges++;
      while (at && firsts < run) at = at->next, firsts++;
      while (firsts > 0 || (seconds > 0 && at)) {
        node *taken;
        if (firsts > 0 && (seconds == 0 || !at || order(first, at) <= 0)) {
          taken = first, first = first->next, firsts--;
        } else {
          taken = at, at = at->next, seconds--;
        }
        *tail = taken;
        tail = &taken->next;
      }
    }
    *tail = 0;
    if (merges <= 1) return head;
  }
}

static NOINLINE s32 multiply(s16 salt) {
  s32 trace = 0;
  for (s32 i = 0; i < SIDE * SIDE; i++) {
    left[i] = (s16)(left[i] + salt + i);
    right[i] = (s16)(right[i] ^ (salt * i));
  }
  for (u32 i = 0; i < SIDE; i++) {
    for (u32 j = 0; j < SIDE; j++) {
      u32 sum = 0;
      for (u32 k = 0; k < SIDE; k++) sum += (u32)(left[i * SIDE + k] * right[k * SIDE + j]);
      product[i * SIDE + j] = (s32)sum;
      trace ^= (s32)sum >> 3;
    }
  }
  return trace;
}

static int is_digit(char c) {
  return c >= '0' && c <= '9';
}

static u32 advance(u32 state, char c) {
  switch (state) {
    case START: return is_digit(c) ? DIGITS : c == '+' || c == '-' ? SIGN : c == '.' ? FRACTION : BAD;
    case SIGN: return is_digit(c) ? DIGITS : c == '.' ? FRACTION : BAD;
    case DIGITS: return is_digit(c) ? DIGITS : c == '.' ? FRACTION : c == 'e' || c == 'E' ? EXPONENT : BAD;
    case FRACTION: return is_digit(c) ? FRACTION : c == 'e' || c == 'E' ? EXPONENT : BAD;
    case EXPONENT: return c == '+' || c == '-' ? EXPONENT_SIGN : BAD;
    case EXPONENT_SIGN: return is_digit(c) ? EXPONENT_DIGITS : BAD;
    case EXPONENT_DIGITS: return is_digit(c) ? EXPONENT_DIGITS : BAD;
    default: return BAD;
  }
}

/* One character in 32 is damaged, never a comma. */
static NOINLINE u32 classify(u32 seed) {
  u32 state = START, seen = 0, path = 0;
  for (u32 pass = 0; pass < PASSES; pass++) {
    for (const char *at = TEXT; *at; at++, seen++) {
      if (*at == ',') {
        ended_in[state]++;
        state = START;
        continue;
      }
      char c = ((seed >> pass) & 31) == (seen & 31) && *at != '-' ? (char)(*at ^ 1) : *at;
      state = advance(state, c);
      path = path * 3 + state;
    }
  }
  return path;
}

void prepare(const u64 *params) {
  (void)params;
  nodes = heap_ready(NODES * sizeof(node));
  left = heap_ready(SIDE * SIDE * sizeof(s16));
  right = heap_ready(SIDE * SIDE * sizeof(s16));
  product = heap_ready(SIDE * SIDE * sizeof(s32));
  ended_in = heap_ready(STATES * sizeof(u64));
  list = build_list(1);
}

u64 bench(const u64 *params) {
  u16 crc = 0xffff;
  u64 hash = 0;
  for (u32 round = 0; round < (u32)params[0]; round++) {
    list = build_list(round * 77 + 1);
    for (u32 k = 0; k < LOOKUPS; k++) {
      const node *found = find(list, (s16)((round * 13 + k * 31) % NODES));
      if (found) crc = crc_bits(crc, (u16)found->key, 16);
      list = reverse(list);
    }
    list = merge_sort(list, by_key);
    crc = crc_bits(crc, (u16)list->place, 16);
    list = merge_sort(list, by_place);
    crc = crc_bits(crc, (u32)multiply((s16)round), 32);
    crc = crc_bits(crc, classify(round * 2654435761u), 32);
    hash = fold(hash, crc);
  }
  return nonzero(hash);
}

/* The list is in order and whole, every literal was counted, the product's sums agree with its factors', CRC is CRC. */
int verify(const u64 *params) {
  u64 commas = 0, ends = 0;
  u32 crc = 0, direct = 0, indirect = 0;
  s16 place = 0;
  for (const char *at = "123456789"; *at; at++) crc = crc_bits((u16)crc, (u8)*at, 8);
  for (const node *at = list; at; at = at->next) {
    if (place >= NODES || at->place != place++) return 0;
  }
  for (const char *at = TEXT; *at; at++) commas += *at == ',';
  for (u32 i = 0; i < STATES; i++) ends += ended_in[i];
  for (u32 i = 0; i < SIDE * SIDE; i++) direct += (u32)product[i];
  for (u32 k = 0; k < SIDE; k++) {
    u32 column = 0, row = 0;
    for (u32 i = 0; i < SIDE; i++) column += (u32)left[i * SIDE + k], row += (u32)right[k * SIDE + i];
    indirect += column * row;
  }
  if (params[0] > 0 && direct != indirect) return 0;
  return crc == 0xbb3d && place == NODES && ends == commas * PASSES * params[0];
}
