/**
 * Cases for the floating-point instructions, written down from IEEE 754 and the F, D and Zfh chapters: operands,
 * rounding mode, result, flags. Results of double- and single-precision arithmetic in the nearest-even mode are also
 * checked against the host's own (see float.ts).
 */

export const RNE = 0;
export const RTZ = 1;
export const RDN = 2;
export const RUP = 3;
export const RMM = 4;

export const NX = 1;
export const UF = 2;
export const OF = 4;
export const DZ = 8;
export const NV = 16;

export type Format = 'h' | 's' | 'd';

/** Patterns that every format has, by the format's fields. */
export interface Patterns {
  readonly bits: 16 | 32 | 64;
  readonly zero: bigint;
  readonly minusZero: bigint;
  readonly one: bigint;
  readonly minusOne: bigint;
  readonly two: bigint;
  readonly three: bigint;
  readonly half: bigint;
  readonly infinity: bigint;
  readonly minusInfinity: bigint;
  readonly nan: bigint;
  readonly signalling: bigint;
  /** Least subnormal, greatest subnormal, least normal, greatest. */
  readonly tiny: bigint;
  readonly subnormal: bigint;
  readonly normal: bigint;
  readonly greatest: bigint;
  /** 1 + ulp. */
  readonly next: bigint;
}

function patterns(bits: 16 | 32 | 64, fraction: number): Patterns {
  const f = BigInt(fraction);
  const exponentBits = BigInt(bits) - f - 1n;
  const bias = (1n << (exponentBits - 1n)) - 1n;
  const top = (1n << exponentBits) - 1n;
  const sign = 1n << BigInt(bits - 1);
  const at = (exponent: bigint): bigint => (bias + exponent) << f;
  return {
    bits,
    zero: 0n,
    minusZero: sign,
    one: at(0n),
    minusOne: sign | at(0n),
    two: at(1n),
    three: at(1n) | (1n << (f - 1n)),
    half: at(-1n),
    infinity: top << f,
    minusInfinity: sign | (top << f),
    nan: (top << f) | (1n << (f - 1n)),
    signalling: (top << f) | 1n,
    tiny: 1n,
    subnormal: (1n << f) - 1n,
    normal: 1n << f,
    greatest: (top << f) - 1n,
    next: at(0n) | 1n,
  };
}

export const FORMATS: Readonly<Record<Format, Patterns>> = {
  h: patterns(16, 10),
  s: patterns(32, 23),
  d: patterns(64, 52),
};

/** name without the format, operands, rounding mode, result, flags. */
export type Case = readonly [name: string, operands: readonly bigint[], rm: number, result: bigint, flags: number];

/** Arithmetic cases of one format. */
export function arithmeticCases(p: Patterns): Case[] {
  const {
    zero,
    minusZero,
    one,
    minusOne,
    two,
    three,
    half,
    infinity,
    minusInfinity,
    nan,
    signalling,
    tiny,
    subnormal,
    normal,
    greatest,
    next,
  } = p;
  const sign = minusZero;
  const cases: Case[] = [
    ['fadd', [one, two], RNE, three, 0],
    ['fsub', [three, two], RNE, one, 0],
    ['fmul', [two, half], RNE, one, 0],
    ['fdiv', [three, two], RNE, one + (three - two), 0],
    ['fsqrt', [two + (two - one)], RNE, two, 0],
    // Exact zeros: the sign is plus, but minus when rounding down (IEEE 6.3).
    ['fsub', [one, one], RNE, zero, 0],
    ['fsub', [one, one], RDN, minusZero, 0],
    ['fadd', [minusZero, minusZero], RNE, minusZero, 0],
    ['fadd', [zero, minusZero], RUP, zero, 0],
    ['fmul', [minusOne, zero], RNE, minusZero, 0],
    ['fsqrt', [minusZero], RNE, minusZero, 0],
    // Infinities.
    ['fadd', [infinity, one], RNE, infinity, 0],
    ['fsub', [infinity, infinity], RNE, nan, NV],
    ['fmul', [infinity, zero], RNE, nan, NV],
    ['fmul', [minusInfinity, two], RNE, minusInfinity, 0],
    ['fdiv', [infinity, infinity], RNE, nan, NV],
    ['fdiv', [one, infinity], RNE, zero, 0],
    ['fsqrt', [infinity], RNE, infinity, 0],
    ['fsqrt', [minusOne], RNE, nan, NV],
    ['fsqrt', [minusInfinity], RNE, nan, NV],
    // Division by zero, and zero by zero.
    ['fdiv', [one, zero], RNE, infinity, DZ],
    ['fdiv', [one, minusZero], RNE, minusInfinity, DZ],
    ['fdiv', [zero, zero], RNE, nan, NV],
    // NaNs: always the canonical one; only signalling ones raise the flag.
    ['fadd', [nan | 3n, one], RNE, nan, 0],
    ['fadd', [one, sign | nan], RNE, nan, 0],
    ['fmul', [signalling, one], RNE, nan, NV],
    ['fdiv', [one, signalling], RNE, nan, NV],
    ['fsqrt', [nan | sign], RNE, nan, 0],
    ['fsqrt', [signalling], RNE, nan, NV],
    // Overflow: to infinity or to the greatest number, as the mode says.
    ...(
      [
        [RNE, infinity],
        [RTZ, greatest],
        [RDN, greatest],
        [RUP, infinity],
        [RMM, infinity],
      ] as const
    ).map(([rm, result]): Case => ['fadd', [greatest, greatest], rm, result, OF | NX]),
    ...(
      [
        [RNE, minusInfinity],
        [RTZ, sign | greatest],
        [RDN, minusInfinity],
        [RUP, sign | greatest],
        [RMM, minusInfinity],
      ] as const
    ).map(([rm, result]): Case => ['fmul', [sign | greatest, two], rm, result, OF | NX]),
    // Underflow: half of the least number.
    ...(
      [
        [RNE, zero],
        [RTZ, zero],
        [RDN, zero],
        [RUP, tiny],
        [RMM, tiny],
      ] as const
    ).map(([rm, result]): Case => ['fmul', [tiny, half], rm, result, UF | NX]),
    ...(
      [
        [RNE, minusZero],
        [RTZ, minusZero],
        [RDN, sign | tiny],
        [RUP, minusZero],
        [RMM, sign | tiny],
      ] as const
    ).map(([rm, result]): Case => ['fdiv', [sign | tiny, two], rm, result, UF | NX]),
    // Exact subnormal results raise nothing.
    ['fsub', [normal, tiny], RNE, subnormal, 0],
    ['fadd', [subnormal, tiny], RNE, normal, 0],
    ['fmul', [normal, half], RNE, normal >> 1n, 0],
    // 1 + 2⁻ᵖ and its neighbours: ties go to even, or away, or as directed.
    ...(
      [
        [RNE, one],
        [RTZ, one],
        [RDN, one],
        [RUP, next],
        [RMM, next],
      ] as const
    ).map(([rm, result]): Case => ['fsub', [next, halfUlp(p)], rm, result, NX]),
    ...(
      [
        [RNE, one],
        [RTZ, one],
        [RDN, one],
        [RUP, next],
        [RMM, next],
      ] as const
    ).map(([rm, result]): Case => ['fadd', [one, halfUlp(p)], rm, result, NX]),
    ['fadd', [next, halfUlp(p)], RNE, next + 1n, NX],
    // Fused: one rounding. (1 + ulp)² − (1 + 2ulp) is ulp², exactly.
    ['fmadd', [next, next, sign | (next + 1n)], RNE, squareOfUlp(p), 0],
    ['fmsub', [next, next, next + 1n], RNE, squareOfUlp(p), 0],
    ['fnmsub', [next, next, next + 1n], RNE, sign | squareOfUlp(p), 0],
    ['fnmadd', [next, next, sign | (next + 1n)], RNE, sign | squareOfUlp(p), 0],
    ['fmadd', [one, two, one], RNE, three, 0],
    ['fmsub', [one, three, one], RNE, two, 0],
    ['fnmsub', [one, two, three], RNE, one, 0],
    ['fnmadd', [one, two, one], RNE, sign | three, 0],
    ['fmadd', [infinity, zero, nan], RNE, nan, NV],
    ['fmadd', [infinity, one, minusInfinity], RNE, nan, NV],
    ['fnmadd', [infinity, one, minusInfinity], RNE, nan, NV],
    ['fmadd', [one, one, nan], RNE, nan, 0],
    ['fmadd', [one, one, signalling], RNE, nan, NV],
    ['fmadd', [one, minusZero, zero], RDN, minusZero, 0],
    ['fmadd', [one, zero, zero], RDN, zero, 0],
    // minimumNumber and maximumNumber: −0 is below +0, a NaN gives way, two NaNs give the canonical one.
    ['fmin', [one, two], RNE, one, 0],
    ['fmax', [one, two], RNE, two, 0],
    ['fmin', [zero, minusZero], RNE, minusZero, 0],
    ['fmin', [minusZero, zero], RNE, minusZero, 0],
    ['fmax', [minusZero, zero], RNE, zero, 0],
    ['fmax', [zero, minusZero], RNE, zero, 0],
    ['fmin', [nan, one], RNE, one, 0],
    ['fmax', [one, nan], RNE, one, 0],
    ['fmin', [signalling, one], RNE, one, NV],
    ['fmax', [one, signalling], RNE, one, NV],
    ['fmin', [nan | 1n, nan | sign], RNE, nan, 0],
    ['fmax', [signalling, nan], RNE, nan, NV],
    ['fmin', [minusInfinity, tiny], RNE, minusInfinity, 0],
    // Signs move as bits, NaNs included.
    ['fsgnj', [one, minusZero], RNE, minusOne, 0],
    ['fsgnjn', [one, minusZero], RNE, one, 0],
    ['fsgnjx', [minusOne, minusZero], RNE, one, 0],
    ['fsgnj', [signalling, minusOne], RNE, sign | signalling, 0],
    ['fsgnjn', [nan | 5n, one], RNE, sign | nan | 5n, 0],
    ['fsgnjx', [signalling, one], RNE, signalling, 0],
  ];
  return cases;
}

/** Half an ulp of 1. */
function halfUlp(p: Patterns): bigint {
  const fraction = BigInt({ 16: 10, 32: 23, 64: 52 }[p.bits]);
  return p.one - ((fraction + 1n) << fraction);
}

/** The square of an ulp of 1. Of binary16 it is subnormal: 2⁻²⁰ is 16 times 2⁻²⁴. */
function squareOfUlp(p: Patterns): bigint {
  const fraction = BigInt({ 16: 10, 32: 23, 64: 52 }[p.bits]);
  return p.bits === 16 ? 16n : p.one - ((2n * fraction) << fraction);
}

/** Comparisons and classification: the result is an integer. */
export function comparisonCases(p: Patterns): Case[] {
  const {
    zero,
    minusZero,
    one,
    minusOne,
    two,
    infinity,
    minusInfinity,
    nan,
    signalling,
    tiny,
    subnormal,
    normal,
    greatest,
  } = p;
  const sign = minusZero;
  const classes: readonly (readonly [bigint, number])[] = [
    [minusInfinity, 0],
    [sign | greatest, 1],
    [minusOne, 1],
    [sign | subnormal, 2],
    [sign | tiny, 2],
    [minusZero, 3],
    [zero, 4],
    [tiny, 5],
    [subnormal, 5],
    [normal, 6],
    [one, 6],
    [greatest, 6],
    [infinity, 7],
    [signalling, 8],
    [sign | signalling, 8],
    [nan, 9],
    [nan | sign | 1n, 9],
  ];
  return [
    ['feq', [one, one], RNE, 1n, 0],
    ['feq', [one, two], RNE, 0n, 0],
    ['feq', [zero, minusZero], RNE, 1n, 0],
    ['feq', [nan, one], RNE, 0n, 0],
    ['feq', [nan, nan], RNE, 0n, 0],
    ['feq', [signalling, one], RNE, 0n, NV],
    ['flt', [one, two], RNE, 1n, 0],
    ['flt', [two, one], RNE, 0n, 0],
    ['flt', [one, one], RNE, 0n, 0],
    ['flt', [minusZero, zero], RNE, 0n, 0],
    ['flt', [minusInfinity, sign | greatest], RNE, 1n, 0],
    ['flt', [minusOne, tiny], RNE, 1n, 0],
    ['flt', [nan, one], RNE, 0n, NV],
    ['flt', [one, signalling], RNE, 0n, NV],
    ['fle', [one, one], RNE, 1n, 0],
    ['fle', [two, one], RNE, 0n, 0],
    ['fle', [zero, minusZero], RNE, 1n, 0],
    ['fle', [one, nan], RNE, 0n, NV],
    ['fle', [minusOne, minusOne], RNE, 1n, 0],
    ...classes.map(([value, bit]): Case => ['fclass', [value], RNE, 1n << BigInt(bit), 0]),
  ];
}

const d = (value: number): bigint => {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  return view.getBigUint64(0);
};

/** From double precision to integers: values, modes, results as the register holds them (22.7: out of range saturates). */
export const TO_INTEGER: readonly Case[] = [
  ...(
    [
      [RNE, 2n],
      [RTZ, 2n],
      [RDN, 2n],
      [RUP, 3n],
      [RMM, 3n],
    ] as const
  ).map(([rm, r]): Case => ['fcvt.w.d', [d(2.5)], rm, r, NX]),
  ...(
    [
      [RNE, -2n],
      [RTZ, -1n],
      [RDN, -2n],
      [RUP, -1n],
      [RMM, -2n],
    ] as const
  ).map(([rm, r]): Case => ['fcvt.l.d', [d(-1.5)], rm, r, NX]),
  ['fcvt.w.d', [d(-0.4)], RNE, 0n, NX],
  ['fcvt.w.d', [d(7)], RNE, 7n, 0],
  ['fcvt.w.d', [d(2147483647)], RNE, 0x7fff_ffffn, 0],
  ['fcvt.w.d', [d(2147483648)], RNE, 0x7fff_ffffn, NV],
  ['fcvt.w.d', [d(2147483647.5)], RTZ, 0x7fff_ffffn, NX],
  ['fcvt.w.d', [d(2147483647.5)], RNE, 0x7fff_ffffn, NV],
  ['fcvt.w.d', [d(-2147483648)], RNE, -0x8000_0000n, 0],
  ['fcvt.w.d', [d(-2147483649)], RNE, -0x8000_0000n, NV],
  ['fcvt.w.d', [d(Number.NaN)], RNE, 0x7fff_ffffn, NV],
  ['fcvt.w.d', [d(-Infinity)], RNE, -0x8000_0000n, NV],
  ['fcvt.wu.d', [d(4294967295)], RNE, -1n, 0],
  ['fcvt.wu.d', [d(4294967296)], RNE, -1n, NV],
  ['fcvt.wu.d', [d(-0.75)], RTZ, 0n, NX],
  ['fcvt.wu.d', [d(-0.75)], RDN, 0n, NV],
  ['fcvt.wu.d', [d(-1)], RNE, 0n, NV],
  ['fcvt.wu.d', [d(Number.NaN)], RNE, -1n, NV],
  ['fcvt.wu.d', [d(3000000000)], RNE, -1294967296n, 0],
  ['fcvt.l.d', [d(2 ** 63)], RNE, (1n << 63n) - 1n, NV],
  ['fcvt.l.d', [d(-(2 ** 63))], RNE, -(1n << 63n), 0],
  ['fcvt.l.d', [d(-1e300)], RNE, -(1n << 63n), NV],
  ['fcvt.l.d', [d(Number.NaN)], RNE, (1n << 63n) - 1n, NV],
  ['fcvt.l.d', [d(2 ** 62 + 1024)], RNE, (1n << 62n) + 1024n, 0],
  ['fcvt.lu.d', [d(2 ** 63)], RNE, 1n << 63n, 0],
  ['fcvt.lu.d', [d(2 ** 64)], RNE, -1n, NV],
  ['fcvt.lu.d', [d(-1)], RNE, 0n, NV],
  ['fcvt.lu.d', [d(-0.5)], RNE, 0n, NX],
  ['fcvt.lu.d', [d(Infinity)], RNE, -1n, NV],
];

/** From integers: the register, the mode, the pattern. */
export const FROM_INTEGER: readonly Case[] = [
  ['fcvt.d.w', [0xffff_ffffn], RNE, d(-1), 0],
  ['fcvt.d.w', [0x7fff_ffff_8000_0000n], RNE, d(-2147483648), 0],
  ['fcvt.d.wu', [0xffff_ffff_ffff_ffffn], RNE, d(4294967295), 0],
  ['fcvt.d.l', [0xffff_ffff_ffff_fffdn], RNE, d(-3), 0],
  ['fcvt.d.l', [(1n << 53n) + 1n], RNE, d(2 ** 53), NX],
  ['fcvt.d.l', [(1n << 53n) + 1n], RUP, d(2 ** 53 + 2), NX],
  ['fcvt.d.l', [(1n << 53n) + 1n], RMM, d(2 ** 53 + 2), NX],
  ['fcvt.d.l', [(1n << 53n) + 3n], RNE, d(2 ** 53 + 4), NX],
  ['fcvt.d.lu', [0xffff_ffff_ffff_ffffn], RNE, d(2 ** 64), NX],
  ['fcvt.d.lu', [0xffff_ffff_ffff_ffffn], RTZ, d(2 ** 64 - 2 ** 11), NX],
  ['fcvt.d.lu', [0n], RDN, 0n, 0],
  ['fcvt.s.w', [0xff_ffffn], RNE, 0x4b7f_ffffn, 0],
  ['fcvt.s.w', [0x100_0001n], RNE, 0x4b80_0000n, NX],
  ['fcvt.s.w', [0x100_0001n], RUP, 0x4b80_0001n, NX],
  ['fcvt.s.wu', [0xffff_ffffn], RNE, 0x4f80_0000n, NX],
  ['fcvt.s.wu', [0xffff_ffffn], RTZ, 0x4f7f_ffffn, NX],
  ['fcvt.s.l', [0xffff_ffff_ffff_ffffn], RNE, 0xbf80_0000n, 0],
  ['fcvt.s.lu', [0xffff_ffff_ffff_ffffn], RNE, 0x5f80_0000n, NX],
  ['fcvt.h.w', [1n], RNE, 0x3c00n, 0],
  ['fcvt.h.w', [65504n], RNE, 0x7bffn, 0],
  ['fcvt.h.w', [65520n], RNE, 0x7c00n, OF | NX],
  ['fcvt.h.w', [65519n], RNE, 0x7bffn, NX],
  ['fcvt.h.wu', [2049n], RNE, 0x6800n, NX],
  ['fcvt.h.l', [0xffff_ffff_ffff_0000n], RTZ, 0xfbffn, OF | NX],
  ['fcvt.h.lu', [3n], RNE, 0x4200n, 0],
];

/** Between formats: source format, then target in the name. */
export const BETWEEN: readonly Case[] = [
  ['fcvt.d.s', [0x3fc0_0000n], RNE, d(1.5), 0],
  ['fcvt.d.s', [1n], RNE, d(2 ** -149), 0],
  ['fcvt.d.s', [0xff80_0000n], RNE, d(-Infinity), 0],
  ['fcvt.d.s', [0x7f80_0001n], RNE, 0x7ff8_0000_0000_0000n, NV],
  ['fcvt.d.s', [0xffc0_1234n], RNE, 0x7ff8_0000_0000_0000n, 0],
  ['fcvt.s.d', [d(1.5)], RNE, 0x3fc0_0000n, 0],
  ['fcvt.s.d', [d(0.1)], RNE, 0x3dcc_cccdn, NX],
  ['fcvt.s.d', [d(0.1)], RTZ, 0x3dcc_ccccn, NX],
  ['fcvt.s.d', [d(1e300)], RNE, 0x7f80_0000n, OF | NX],
  ['fcvt.s.d', [d(-1e300)], RTZ, 0xff7f_ffffn, OF | NX],
  ['fcvt.s.d', [d(2 ** -149)], RNE, 1n, 0],
  ['fcvt.s.d', [d(2 ** -150)], RNE, 0n, UF | NX],
  ['fcvt.s.d', [d(2 ** -150)], RUP, 1n, UF | NX],
  // Just below the least normal: tiny after rounding to unbounded range, or not (tininess after rounding).
  ['fcvt.s.d', [d(2 ** -126 * (1 - 2 ** -25))], RNE, 0x0080_0000n, NX],
  ['fcvt.s.d', [d(2 ** -126 * (1 - 2 ** -24))], RNE, 0x0080_0000n, UF | NX],
  ['fcvt.s.d', [0x7ff0_0000_0000_0001n], RNE, 0x7fc0_0000n, NV],
  ['fcvt.h.s', [0x3f80_0000n], RNE, 0x3c00n, 0],
  ['fcvt.h.s', [0x477f_f000n], RNE, 0x7c00n, OF | NX],
  ['fcvt.h.s', [0x3300_0000n], RNE, 0n, UF | NX],
  ['fcvt.h.s', [0x3380_0000n], RNE, 1n, 0],
  ['fcvt.s.h', [0x3555n], RNE, 0x3eaa_a000n, 0],
  ['fcvt.s.h', [0x7c01n], RNE, 0x7fc0_0000n, NV],
  ['fcvt.s.h', [1n], RNE, 0x3380_0000n, 0],
  ['fcvt.h.d', [d(1 / 3)], RNE, 0x3555n, NX],
  ['fcvt.h.d', [d(-65520)], RDN, 0xfc00n, OF | NX],
  ['fcvt.d.h', [0xfbffn], RNE, d(-65504), 0],
  ['fcvt.d.h', [0x0400n], RNE, d(2 ** -14), 0],
];
