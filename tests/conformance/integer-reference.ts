/**
 * What the integer instructions compute, said a second time: directly in BigInt from the manual's prose, sharing
 * nothing with the trees of src/isa. Operands are unsigned 64-bit values; results are taken modulo 2⁶⁴.
 */

export type Binary = (a: bigint, b: bigint) => bigint;
export type Unary = (a: bigint) => bigint;

const s64 = (a: bigint): bigint => BigInt.asIntN(64, a);
const s32 = (a: bigint): bigint => BigInt.asIntN(32, a);
const u32 = (a: bigint): bigint => BigInt.asUintN(32, a);
const u64 = (a: bigint): bigint => BigInt.asUintN(64, a);

const lowest = (bits: number): bigint => -(1n << BigInt(bits - 1));

/** Division rounds towards zero; by zero −1; overflow gives the dividend (13.2). */
const divide = (bits: number, a: bigint, b: bigint): bigint =>
  b === 0n ? -1n : a === lowest(bits) && b === -1n ? a : a / b;
const remainder = (bits: number, a: bigint, b: bigint): bigint =>
  b === 0n ? a : a === lowest(bits) && b === -1n ? 0n : a % b;

const bitsOf = (a: bigint, width: number): string => BigInt.asUintN(width, a).toString(2).padStart(width, '0');
const leading = (a: bigint, width: number): bigint => BigInt(`${bitsOf(a, width)}1`.indexOf('1'));
const trailing = (a: bigint, width: number): bigint =>
  leading(BigInt(`0b${[...bitsOf(a, width)].reverse().join('')}`), width);
const ones = (a: bigint, width: number): bigint => BigInt(bitsOf(a, width).replaceAll('0', '').length);
const rotateLeft = (a: bigint, n: bigint, width: number): bigint => {
  const text = bitsOf(a, width);
  const by = Number(n) % width;
  return BigInt(`0b${text.slice(by)}${text.slice(0, by)}`);
};
const rotateRight = (a: bigint, n: bigint, width: number): bigint =>
  rotateLeft(a, BigInt((width - (Number(n) % width)) % width), width);

const bytes = (a: bigint): bigint[] => Array.from({ length: 8 }, (_, i) => (a >> BigInt(8 * i)) & 255n);
const nibbles = (a: bigint): bigint[] => Array.from({ length: 16 }, (_, i) => (a >> BigInt(4 * i)) & 15n);
const join = (parts: readonly bigint[], width: number): bigint =>
  parts.reduce((sum, part, i) => sum | (part << BigInt(width * i)), 0n);

/** The whole carry-less product, 127 bits. */
const carryless = (a: bigint, b: bigint): bigint => {
  let product = 0n;
  for (let i = 0n; i < 64n; i++) if ((b >> i) & 1n) product ^= a << i;
  return product;
};

const choose = (first: boolean, a: bigint, b: bigint): bigint => (first ? a : b);
const bit = (n: bigint): bigint => 1n << (n & 63n);

/** Register–register instructions. */
export const BINARY: Readonly<Record<string, Binary>> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  sll: (a, b) => a << (b & 63n),
  srl: (a, b) => a >> (b & 63n),
  sra: (a, b) => s64(a) >> (b & 63n),
  slt: (a, b) => (s64(a) < s64(b) ? 1n : 0n),
  sltu: (a, b) => (a < b ? 1n : 0n),
  xor: (a, b) => a ^ b,
  or: (a, b) => a | b,
  and: (a, b) => a & b,
  addw: (a, b) => s32(a + b),
  subw: (a, b) => s32(a - b),
  sllw: (a, b) => s32(a << (b & 31n)),
  srlw: (a, b) => s32(u32(a) >> (b & 31n)),
  sraw: (a, b) => s32(a) >> (b & 31n),
  mul: (a, b) => a * b,
  mulh: (a, b) => (s64(a) * s64(b)) >> 64n,
  mulhsu: (a, b) => (s64(a) * b) >> 64n,
  mulhu: (a, b) => (a * b) >> 64n,
  mulw: (a, b) => s32(a * b),
  div: (a, b) => divide(64, s64(a), s64(b)),
  divu: (a, b) => (b ? a / b : -1n),
  rem: (a, b) => remainder(64, s64(a), s64(b)),
  remu: (a, b) => (b ? a % b : a),
  divw: (a, b) => divide(32, s32(a), s32(b)),
  divuw: (a, b) => (u32(b) ? s32(u32(a) / u32(b)) : -1n),
  remw: (a, b) => remainder(32, s32(a), s32(b)),
  remuw: (a, b) => s32(u32(b) ? u32(a) % u32(b) : a),
  'add.uw': (a, b) => u32(a) + b,
  sh1add: (a, b) => 2n * a + b,
  sh2add: (a, b) => 4n * a + b,
  sh3add: (a, b) => 8n * a + b,
  'sh1add.uw': (a, b) => 2n * u32(a) + b,
  'sh2add.uw': (a, b) => 4n * u32(a) + b,
  'sh3add.uw': (a, b) => 8n * u32(a) + b,
  andn: (a, b) => a & ~b,
  orn: (a, b) => a | ~b,
  xnor: (a, b) => ~(a ^ b),
  min: (a, b) => choose(s64(a) < s64(b), a, b),
  minu: (a, b) => choose(a < b, a, b),
  max: (a, b) => choose(s64(a) < s64(b), b, a),
  maxu: (a, b) => choose(a < b, b, a),
  rol: (a, b) => rotateLeft(a, b & 63n, 64),
  ror: (a, b) => rotateRight(a, b & 63n, 64),
  rolw: (a, b) => s32(rotateLeft(a, b & 31n, 32)),
  rorw: (a, b) => s32(rotateRight(a, b & 31n, 32)),
  clmul: carryless,
  clmulh: (a, b) => carryless(a, b) >> 64n,
  clmulr: (a, b) => carryless(a, b) >> 63n,
  bclr: (a, b) => a & ~bit(b),
  bext: (a, b) => (a & bit(b) ? 1n : 0n),
  binv: (a, b) => a ^ bit(b),
  bset: (a, b) => a | bit(b),
  pack: (a, b) => u32(a) | (u32(b) << 32n),
  packh: (a, b) => (a & 255n) | ((b & 255n) << 8n),
  packw: (a, b) => s32((a & 0xffffn) | ((b & 0xffffn) << 16n)),
  xperm4: (a, b) =>
    join(
      nibbles(b).map((i) => nibbles(a)[Number(i)] ?? 0n),
      4,
    ),
  xperm8: (a, b) =>
    join(
      bytes(b).map((i) => bytes(a)[Number(i)] ?? 0n),
      8,
    ),
  'czero.eqz': (a, b) => (b ? a : 0n),
  'czero.nez': (a, b) => (b ? 0n : a),
};

/** Instructions with one source register. */
export const UNARY: Readonly<Record<string, Unary>> = {
  clz: (a) => leading(a, 64),
  ctz: (a) => trailing(a, 64),
  cpop: (a) => ones(a, 64),
  clzw: (a) => leading(a, 32),
  ctzw: (a) => trailing(a, 32),
  cpopw: (a) => ones(a, 32),
  'sext.b': (a) => BigInt.asIntN(8, a),
  'sext.h': (a) => BigInt.asIntN(16, a),
  'zext.h': (a) => a & 0xffffn,
  'orc.b': (a) =>
    join(
      bytes(a).map((byte) => (byte ? 255n : 0n)),
      8,
    ),
  rev8: (a) => join(bytes(a).reverse(), 8),
  brev8: (a) =>
    join(
      bytes(a).map((byte) => BigInt(`0b${[...bitsOf(byte, 8)].reverse().join('')}`)),
      8,
    ),
};

const signed12 = [0, 1, -1, 2, 7, -8, 31, 63, 85, -86, 255, 1365, -1366, 2046, 2047, -2047, -2048];
const shifts64 = [0, 1, 7, 8, 15, 16, 31, 32, 33, 47, 62, 63];
const shifts32 = [0, 1, 7, 8, 15, 16, 30, 31];

/** Register–immediate instructions and the immediates worth trying. */
export const IMMEDIATE: Readonly<Record<string, { readonly result: Binary; readonly values: readonly number[] }>> = {
  addi: { result: (a, b) => a + b, values: signed12 },
  slti: { result: (a, b) => (s64(a) < b ? 1n : 0n), values: signed12 },
  sltiu: { result: (a, b) => (a < u64(b) ? 1n : 0n), values: signed12 },
  xori: { result: (a, b) => a ^ b, values: signed12 },
  ori: { result: (a, b) => a | b, values: signed12 },
  andi: { result: (a, b) => a & b, values: signed12 },
  addiw: { result: (a, b) => s32(a + b), values: signed12 },
  slli: { result: BINARY.sll!, values: shifts64 },
  srli: { result: BINARY.srl!, values: shifts64 },
  srai: { result: BINARY.sra!, values: shifts64 },
  slliw: { result: BINARY.sllw!, values: shifts32 },
  srliw: { result: BINARY.srlw!, values: shifts32 },
  sraiw: { result: BINARY.sraw!, values: shifts32 },
  rori: { result: BINARY.ror!, values: shifts64 },
  roriw: { result: BINARY.rorw!, values: shifts32 },
  'slli.uw': { result: (a, b) => u32(a) << b, values: shifts64 },
  bclri: { result: BINARY.bclr!, values: shifts64 },
  bexti: { result: BINARY.bext!, values: shifts64 },
  binvi: { result: BINARY.binv!, values: shifts64 },
  bseti: { result: BINARY.bset!, values: shifts64 },
};

export const BRANCHES: Readonly<Record<string, (a: bigint, b: bigint) => boolean>> = {
  beq: (a, b) => a === b,
  bne: (a, b) => a !== b,
  blt: (a, b) => s64(a) < s64(b),
  bge: (a, b) => s64(a) >= s64(b),
  bltu: (a, b) => a < b,
  bgeu: (a, b) => a >= b,
};

/** What memory holds after an atomic operation on 64 bits. */
export const ATOMIC: Readonly<Record<string, Binary>> = {
  amoswap: (_, b) => b,
  amoadd: (a, b) => a + b,
  amoxor: (a, b) => a ^ b,
  amoand: (a, b) => a & b,
  amoor: (a, b) => a | b,
  amomin: BINARY.min!,
  amomax: BINARY.max!,
  amominu: BINARY.minu!,
  amomaxu: BINARY.maxu!,
};

/** The same on words: signed and unsigned comparisons of their low halves. */
export function atomicWord(name: string, a: bigint, b: bigint): bigint {
  const unsigned = name.endsWith('u');
  const operand = (value: bigint): bigint => (unsigned ? u32(value) : u64(s32(value)));
  return u32(ATOMIC[name]!(operand(a), operand(b)));
}

/** Values at the edges of widths and signs, and some without any order. */
export const VALUES: readonly bigint[] = [
  0n,
  1n,
  2n,
  3n,
  0x7fn,
  0x80n,
  0xffffn,
  0x7fff_ffffn,
  0x8000_0000n,
  0xffff_ffffn,
  0x1_0000_0000n,
  0x0001_0203_0405_0607n,
  0x7fff_ffff_ffff_ffffn,
  0x8000_0000_0000_0000n,
  0xffff_ffff_8000_0000n,
  0xffff_ffff_ffff_fffen,
  0xffff_ffff_ffff_ffffn,
  0xdead_beef_cafe_f00dn,
  0x5555_5555_5555_5555n,
  0xf0e1_d2c3_b4a5_9687n,
];
