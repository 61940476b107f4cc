/*
 * A bytecode interpreter (a register machine with 32-bit instructions, one switch) runs two small programs: Collatz
 * paths and a prime sieve. What an emulator or a scripting language does all day: indirect jumps and loads. verify
 * computes both answers in plain C.
 */
#include "../bench.h"

#define CELLS 65536 /* the machine's memory, in words */
#define REGISTERS 16

enum { HALT, SET, MOVE, ADD, SUB, MUL, AND, SHIFT, LOAD, STORE, ADD_IMMEDIATE };
enum { JUMP = ADD_IMMEDIATE + 1, JUMP_ZERO, JUMP_NONZERO, JUMP_LESS };

/* operation, a, b, c: a byte each; SET, ADD_IMMEDIATE and the jumps read b or c as a signed byte where it fits. */
#define OP(operation, a, b, c) ((u32)(operation) | (u32)(a) << 8 | (u32)(u8)(b) << 16 | (u32)(u8)(c) << 24)

/* r0: first number, r1: one past the last; answers r2 (sum of path lengths) and r3 (longest path). */
static const u32 COLLATZ[] = {
    OP(SET, 2, 0, 0),            /*  0 */
    OP(SET, 3, 0, 0),            /*  1 */
    OP(SET, 6, 1, 0),            /*  2  one */
    OP(SET, 7, 3, 0),            /*  3  three */
    OP(MOVE, 4, 0, 0),           /*  4  next number: path from it */
    OP(SET, 5, 0, 0),            /*  5  length */
    OP(SUB, 8, 4, 6),            /*  6  at one? */
    OP(JUMP_ZERO, 8, 0, 9),      /*  7  -> 16 */
    OP(ADD_IMMEDIATE, 5, 5, 1),  /*  8 */
    OP(AND, 8, 4, 6),            /*  9 */
    OP(JUMP_NONZERO, 8, 0, 3),   /* 10  odd -> 13 */
    OP(SHIFT, 4, 4, 6),          /* 11  halve */
    OP(JUMP, 0, 0, -6),          /* 12  -> 6 */
    OP(MUL, 4, 4, 7),            /* 13 */
    OP(ADD_IMMEDIATE, 4, 4, 1),  /* 14 */
    OP(JUMP, 0, 0, -9),          /* 15  -> 6 */
    OP(ADD, 2, 2, 5),            /* 16 */
    OP(JUMP_LESS, 5, 3, 2),      /* 17  not longer -> 19 */
    OP(MOVE, 3, 5, 0),           /* 18 */
    OP(ADD_IMMEDIATE, 0, 0, 1),  /* 19 */
    OP(JUMP_LESS, 0, 1, -16),    /* 20  -> 4 */
    OP(HALT, 0, 0, 0),           /* 21 */
};

/* r1: size of the sieve (below CELLS); answer r2 (primes below it). Cells hold 1 for a composite. */
static const u32 SIEVE[] = {
    OP(SET, 2, 0, 0),            /*  0 */
    OP(SET, 6, 1, 0),            /*  1 */
    OP(SET, 5, 0, 0),            /*  2  clear all cells */
    OP(SET, 4, 0, 0),            /*  3 */
    OP(STORE, 5, 4, 0),          /*  4 */
    OP(ADD_IMMEDIATE, 4, 4, 1),  /*  5 */
    OP(JUMP_LESS, 4, 1, -2),     /*  6  -> 4 */
    OP(SET, 3, 2, 0),            /*  7  candidate */
    OP(LOAD, 5, 3, 0),           /*  8 */
    OP(JUMP_NONZERO, 5, 0, 7),   /*  9  composite -> 16 */
    OP(ADD_IMMEDIATE, 2, 2, 1),  /* 10 */
    OP(ADD, 4, 3, 3),            /* 11 */
    OP(JUMP, 0, 0, 3),           /* 12  -> 15 */
    OP(STORE, 6, 4, 0),          /* 13 */
    OP(ADD, 4, 4, 3),            /* 14 */
    OP(JUMP_LESS, 4, 1, -2),     /* 15  -> 13 */
    OP(ADD_IMMEDIATE, 3, 3, 1),  /* 16 */
    OP(JUMP_LESS, 3, 1, -9),     /* 17  -> 8 */
    OP(HALT, 0, 0, 0),           /* 18 */
};

static u32 *cells;
static u64 *answers; /* sum of path lengths, longest path, primes */

/* Runs until HALT; returns instructions executed. */
static NOINLINE u64 interpret(const u32 *code, u64 *r) {
  u64 executed = 0;
  for (const u32 *at = code;; executed++) {
    u32 op = *at++;
    u32 a = (op >> 8) & (REGISTERS - 1), b = (op >> 16) & 255, c = (op >> 24) & (REGISTERS - 1);
    s32 offset = (s32)op >> 24;
    switch (op & 255) {
      case HALT: return executed;
      case SET: r[a] = (u64)(s64)(s8)b; break;
      case MOVE: r[a] = r[b & (REGISTERS - 1)]; break;
      case ADD: r[a] = r[b & (REGISTERS - 1)] + r[c]; break;
      case SUB: r[a] = r[b & (REGISTERS - 1)] - r[c]; break;
      case MUL: r[a] = r[b & (REGISTERS - 1)] * r[c]; break;
      case AND: r[a] = r[b & (REGISTERS - 1)] & r[c]; break;
      case SHIFT: r[a] = r[b & (REGISTERS - 1)] >> (r[c] & 63); break;
      case LOAD: r[a] = cells[r[b & (REGISTERS - 1)] & (CELLS - 1)]; break;
      case STORE: cells[r[b & (REGISTERS - 1)] & (CELLS - 1)] = (u32)r[a]; break;
      case ADD_IMMEDIATE: r[a] = r[b & (REGISTERS - 1)] + (u64)(s64)offset; break;
      case JUMP: at += offset - 1; break;
      case JUMP_ZERO: at += r[a] == 0 ? offset - 1 : 0; break;
      case JUMP_NONZERO: at += r[a] != 0 ? offset - 1 : 0; break;
      case JUMP_LESS: at += r[a] < r[b & (REGISTERS - 1)] ? offset - 1 : 0; break;
      default: __builtin_trap();
    }
  }
}

void prepare(const u64 *params) {
  if (params[1] < 3 || params[1] > CELLS) __builtin_trap();
  cells = heap_ready(CELLS * sizeof(u32));
  answers = heap_ready(3 * sizeof(u64));
}

u64 bench(const u64 *params) {
  u64 numbers = params[0], size = params[1];
  u64 collatz[REGISTERS] = {1, numbers + 1};
  u64 sieve[REGISTERS] = {0, size};
  u64 executed = interpret(COLLATZ, collatz);
  executed += interpret(SIEVE, sieve);
  answers[0] = collatz[2];
  answers[1] = collatz[3];
  answers[2] = sieve[2];
  return nonzero(fold(fold(fold(executed, answers[0]), answers[1]), answers[2]));
}

int verify(const u64 *params) {
  u64 sum = 0, longest = 0, primes = 0;
  for (u64 i = 1; i <= params[0]; i++) {
    u64 length = 0;
    for (u64 n = i; n != 1; length++) n = n & 1 ? 3 * n + 1 : n >> 1;
    sum += length;
    if (length > longest) longest = length;
  }
  /* The cells say which numbers are composite: each must have a divisor, and no other may. */
  for (u32 n = 2; n < params[1]; n++) {
    u32 divisor = 2;
    while (divisor * divisor <= n && n % divisor != 0) divisor++;
    u32 composite = divisor * divisor <= n;
    if (cells[n] != composite) return 0;
    primes += !composite;
  }
  return answers[0] == sum && answers[1] == longest && answers[2] == primes;
}
