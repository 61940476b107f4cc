/**
 * Pairs of instructions compilers often put next to each other. The case of the first looks whether the second follows
 * and goes on with it at once: a predicted comparison instead of another turn of the loop and its indirect jump.
 * Chosen by counting pairs over the compute workloads; each earns its place in `npm run bench:engines`.
 */

/** An id and a length in bytes, as in gen/ops.ts; transfers are near ones. */
type Form = readonly [id: string, length: 2 | 4];

export const FOLLOWERS: readonly { readonly first: Form; readonly next: readonly Form[] }[] = [
  // Arguments, and loops that count.
  { first: ['copy', 2], next: [['copy', 2]] },
  { first: ['addi', 2], next: [['bne', 4]] },
  { first: ['addi', 4], next: [['bne', 4]] },
  { first: ['addiw', 2], next: [['bne', 4]] },
  { first: ['andi', 4], next: [['bltu', 4]] },
  { first: ['sltu', 4], next: [['sltu', 4]] },
  // Indices and bit fields.
  {
    first: ['slli', 2],
    next: [
      ['add', 2],
      ['srli', 2],
    ],
  },
  {
    first: ['slli', 4],
    next: [
      ['or', 2],
      ['srli', 2],
      ['slli', 2],
    ],
  },
  { first: ['srli', 4], next: [['slli', 4]] },
  { first: ['srli', 2], next: [['add', 2]] },
  { first: ['srliw', 4], next: [['slli', 4]] },
  {
    first: ['or', 2],
    next: [
      ['xor', 4],
      ['srliw', 4],
    ],
  },
  {
    first: ['add', 2],
    next: [
      ['ld', 2],
      ['add', 2],
    ],
  },
  { first: ['add', 4], next: [['lbu', 4]] },
  { first: ['sub', 4], next: [['add', 2]] },
  { first: ['addw', 2], next: [['addi', 4]] },
  // Sums of products.
  {
    first: ['mul', 4],
    next: [
      ['add', 2],
      ['addw', 2],
    ],
  },
  {
    first: ['fmul.d', 4],
    next: [
      ['fadd.d', 4],
      ['fmul.d', 4],
    ],
  },
  { first: ['fadd.d', 4], next: [['fadd.d', 4]] },
  // Walks over memory.
  {
    first: ['lw', 2],
    next: [
      ['lw', 2],
      ['addi', 2],
    ],
  },
  {
    first: ['lh', 4],
    next: [
      ['lh', 4],
      ['addi', 2],
    ],
  },
  { first: ['lhu', 4], next: [['lhu', 4]] },
  { first: ['lbu', 4], next: [['lbu', 4]] },
  { first: ['lwu', 4], next: [['andi', 4]] },
  {
    first: ['ld', 2],
    next: [
      ['ld', 2],
      ['sd', 2],
      ['addiw', 2],
    ],
  },
  {
    first: ['sd', 2],
    next: [
      ['sd', 2],
      ['ld', 2],
    ],
  },
  { first: ['sw', 2], next: [['addi', 2]] },
  { first: ['fld', 4], next: [['fld', 4]] },
  { first: ['fsd', 4], next: [['fsd', 4]] },
];
