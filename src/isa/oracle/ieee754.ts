/**
 * IEEE 754 in exact rational arithmetic: the reference the machine's floating-point unit is held against.
 *
 * Every finite number becomes a fraction of BigInts, every operation is done without error, and one function rounds the
 * fraction to a format. Nothing here shares a method with assembly/fpu. The rules are RISC-V's (unprivileged ISA,
 * chapters 20, 21 and 27): canonical NaN results, tininess after rounding, conversions that saturate.
 */

/** A binary interchange format by the widths of its fields. */
export interface Format {
  readonly exponentBits: number;
  readonly fractionBits: number;
}

export const BINARY16: Format = { exponentBits: 5, fractionBits: 10 };
export const BINARY32: Format = { exponentBits: 8, fractionBits: 23 };
export const BINARY64: Format = { exponentBits: 11, fractionBits: 52 };

/** Rounding modes, indexed as frm encodes them. */
export const ROUNDING_MODES = ['rne', 'rtz', 'rdn', 'rup', 'rmm'] as const;

/** Accrued exceptions as fflags encodes them. */
export const FLAG = { inexact: 1, underflow: 2, overflow: 4, divideByZero: 8, invalid: 16 } as const;

/** A result pattern (or integer, as an unsigned 64-bit register value) and the exceptions it raised. */
export interface Outcome {
  readonly value: bigint;
  readonly flags: number;
}

/** A number sign × numerator / denominator; zero keeps its sign. */
interface Real {
  readonly kind: 'finite';
  readonly negative: boolean;
  readonly numerator: bigint;
  readonly denominator: bigint;
}
type Datum =
  | Real
  | { readonly kind: 'infinite'; readonly negative: boolean }
  | { readonly kind: 'nan'; readonly negative: boolean; readonly signaling: boolean };

type Mode = (typeof ROUNDING_MODES)[number];

function modeOf(rm: number): Mode {
  const mode = ROUNDING_MODES[rm];
  if (mode === undefined) throw new RangeError(`no rounding mode ${rm}`);
  return mode;
}

const bitLength = (n: bigint): number => {
  const hex = n.toString(16);
  return (hex.length - 1) * 4 + (32 - Math.clz32(Number.parseInt(hex[0]!, 16)));
};

/** n × 2^k rounded towards −∞, k of either sign. */
const scale = (n: bigint, k: number): bigint => (k < 0 ? n >> BigInt(-k) : n << BigInt(k));

const biasOf = (f: Format): number => 2 ** (f.exponentBits - 1) - 1;

function decode(f: Format, pattern: bigint): Datum {
  const fraction = BigInt.asUintN(f.fractionBits, pattern);
  const exponent = Number(BigInt.asUintN(f.exponentBits, pattern >> BigInt(f.fractionBits)));
  const negative = ((pattern >> BigInt(f.fractionBits + f.exponentBits)) & 1n) === 1n;
  if (exponent === 2 ** f.exponentBits - 1) {
    if (fraction === 0n) return { kind: 'infinite', negative };
    return { kind: 'nan', negative, signaling: fraction >> BigInt(f.fractionBits - 1) === 0n };
  }
  const integer = exponent === 0 ? fraction : fraction + (1n << BigInt(f.fractionBits));
  const power = Math.max(exponent, 1) - biasOf(f) - f.fractionBits;
  return power < 0
    ? { kind: 'finite', negative, numerator: integer, denominator: 1n << BigInt(-power) }
    : { kind: 'finite', negative, numerator: integer << BigInt(power), denominator: 1n };
}

function pack(f: Format, negative: boolean, magnitude: bigint): bigint {
  return magnitude | (negative ? 1n << BigInt(f.exponentBits + f.fractionBits) : 0n);
}

const infinityOf = (f: Format): bigint => ((1n << BigInt(f.exponentBits)) - 1n) << BigInt(f.fractionBits);
const canonicalNaN = (f: Format): bigint => infinityOf(f) + (1n << BigInt(f.fractionBits - 1));

/** The nearest integer to numerator / denominator in the mode's sense, given the sign of the whole. */
function roundToInteger(numerator: bigint, denominator: bigint, negative: boolean, mode: Mode): bigint {
  const floor = numerator / denominator;
  const twice = 2n * (numerator - floor * denominator);
  if (twice === 0n) return floor;
  switch (mode) {
    case 'rne':
      return twice > denominator || (twice === denominator && floor % 2n === 1n) ? floor + 1n : floor;
    case 'rmm':
      return twice >= denominator ? floor + 1n : floor;
    case 'rtz':
      return floor;
    case 'rdn':
      return negative ? floor + 1n : floor;
    case 'rup':
      return negative ? floor : floor + 1n;
  }
}

/** The exponent e of a positive fraction: 2^e ≤ n/d < 2^(e+1). */
function exponentOf(numerator: bigint, denominator: bigint): number {
  const guess = bitLength(numerator) - bitLength(denominator);
  const below = guess >= 0 ? numerator < denominator << BigInt(guess) : numerator << BigInt(-guess) < denominator;
  return below ? guess - 1 : guess;
}

/** n/d in units of 2^unit, rounded; and whether that was exact. */
function quantize(
  n: bigint,
  d: bigint,
  unit: number,
  negative: boolean,
  mode: Mode,
): { count: bigint; exact: boolean } {
  const numerator = unit < 0 ? n << BigInt(-unit) : n;
  const denominator = unit > 0 ? d << BigInt(unit) : d;
  const count = roundToInteger(numerator, denominator, negative, mode);
  return { count, exact: count * denominator === numerator };
}

/** The one rounding function: a number into a format. A zero keeps the sign it is given. */
function round(f: Format, { negative, numerator, denominator }: Real, mode: Mode): Outcome {
  if (numerator === 0n) return { value: pack(f, negative, 0n), flags: 0 };
  const least = 1 - biasOf(f);
  const exponent = exponentOf(numerator, denominator);
  const unit = Math.max(exponent, least) - f.fractionBits;
  const { count, exact } = quantize(numerator, denominator, unit, negative, mode);
  // The finite numbers with the next one up, 2^(bias+1), in ascending order: count × 2^unit as its index.
  const index = count + (BigInt(unit + f.fractionBits - least) << BigInt(f.fractionBits));
  if (index >= infinityOf(f)) {
    const toInfinity = mode === 'rne' || mode === 'rmm' || mode === (negative ? 'rdn' : 'rup');
    const value = pack(f, negative, toInfinity ? infinityOf(f) : infinityOf(f) - 1n);
    return { value, flags: FLAG.overflow | FLAG.inexact };
  }
  if (exact) return { value: pack(f, negative, index), flags: 0 };
  // Tiny: as if the exponent had no bound, the result would still be below the least normal number.
  const free = quantize(numerator, denominator, exponent - f.fractionBits, negative, mode).count;
  const tiny = exponentOf(free, 1n) + exponent - f.fractionBits < least;
  return { value: pack(f, negative, index), flags: tiny ? FLAG.inexact | FLAG.underflow : FLAG.inexact };
}

const invalid = (f: Format): Outcome => ({ value: canonicalNaN(f), flags: FLAG.invalid });

/** What a NaN among the operands makes of an arithmetic result; undefined if there is none. */
function nanOutcome(f: Format, data: readonly Datum[]): Outcome | undefined {
  if (data.every((d) => d.kind !== 'nan')) return undefined;
  const signaling = data.some((d) => d.kind === 'nan' && d.signaling);
  return { value: canonicalNaN(f), flags: signaling ? FLAG.invalid : 0 };
}

const infinite = (f: Format, negative: boolean): Outcome => ({ value: pack(f, negative, infinityOf(f)), flags: 0 });
const signed = (r: Real): bigint => (r.negative ? -r.numerator : r.numerator);
const isZero = (d: Datum): boolean => d.kind === 'finite' && d.numerator === 0n;

/** An exact sum; of a zero it decides the sign: that of both terms, else − when rounding down and + otherwise. */
function sum(a: Real, b: Real, mode: Mode): Real {
  const total = signed(a) * b.denominator + signed(b) * a.denominator;
  const negative = total < 0n || (total === 0n && (a.negative === b.negative ? a.negative : mode === 'rdn'));
  return {
    kind: 'finite',
    negative,
    numerator: total < 0n ? -total : total,
    denominator: a.denominator * b.denominator,
  };
}

function product(a: Real, b: Real): Real {
  return {
    kind: 'finite',
    negative: a.negative !== b.negative,
    numerator: a.numerator * b.numerator,
    denominator: a.denominator * b.denominator,
  };
}

function addData(f: Format, a: Datum, b: Datum, mode: Mode): Outcome {
  if (a.kind === 'finite' && b.kind === 'finite') return round(f, sum(a, b, mode), mode);
  if (a.kind === 'infinite' && b.kind === 'infinite' && a.negative !== b.negative) return invalid(f);
  return infinite(f, a.kind === 'infinite' ? a.negative : b.negative);
}

function addPatterns(f: Format, a: bigint, b: bigint, rm: number, negate: boolean): Outcome {
  const x = decode(f, a);
  const y = decode(f, b);
  return nanOutcome(f, [x, y]) ?? addData(f, x, negate ? { ...y, negative: !y.negative } : y, modeOf(rm));
}

/** The product as a datum: undefined where it is invalid (infinity times zero). */
function multiplyData(a: Datum, b: Datum): Datum | undefined {
  if (a.kind === 'finite' && b.kind === 'finite') return product(a, b);
  if (isZero(a) || isZero(b)) return undefined;
  return { kind: 'infinite', negative: a.negative !== b.negative };
}

function multiply(f: Format, a: bigint, b: bigint, rm: number): Outcome {
  const x = decode(f, a);
  const y = decode(f, b);
  const nan = nanOutcome(f, [x, y]);
  if (nan) return nan;
  const p = multiplyData(x, y);
  if (p === undefined) return invalid(f);
  return p.kind === 'finite' ? round(f, p, modeOf(rm)) : infinite(f, p.negative);
}

function multiplyAdd(f: Format, a: bigint, b: bigint, c: bigint, rm: number): Outcome {
  const x = decode(f, a);
  const y = decode(f, b);
  const z = decode(f, c);
  if ((x.kind === 'infinite' && isZero(y)) || (isZero(x) && y.kind === 'infinite')) return invalid(f);
  const nan = nanOutcome(f, [x, y, z]);
  if (nan) return nan;
  return addData(f, multiplyData(x, y)!, z, modeOf(rm));
}

function divide(f: Format, a: bigint, b: bigint, rm: number): Outcome {
  const x = decode(f, a);
  const y = decode(f, b);
  const nan = nanOutcome(f, [x, y]);
  if (nan) return nan;
  const negative = x.negative !== y.negative;
  if (x.kind !== 'finite') return y.kind === 'finite' ? infinite(f, negative) : invalid(f);
  if (y.kind !== 'finite') return { value: pack(f, negative, 0n), flags: 0 };
  if (isZero(y)) return isZero(x) ? invalid(f) : { ...infinite(f, negative), flags: FLAG.divideByZero };
  const numerator = x.numerator * y.denominator;
  return round(f, { kind: 'finite', negative, numerator, denominator: x.denominator * y.numerator }, modeOf(rm));
}

/** ⌊√n⌋ by Newton's iteration from above. */
function integerRoot(n: bigint): bigint {
  if (n < 2n) return n;
  let x = 1n << BigInt((bitLength(n) + 1) >> 1);
  for (;;) {
    const next = (x + n / x) >> 1n;
    if (next >= x) return x;
    x = next;
  }
}

function squareRoot(f: Format, a: bigint, rm: number): Outcome {
  const x = decode(f, a);
  const nan = nanOutcome(f, [x]);
  if (nan) return nan;
  if (isZero(x)) return { value: a, flags: 0 };
  if (x.negative) return invalid(f);
  if (x.kind !== 'finite') return infinite(f, false);
  // The root as ⌊√(x × 4^k)⌋ / 2^k, k large enough for some bits beyond the precision. An inexact one stands halfway to the
  // next such fraction: every rounding of it is that of the true root, which is between the same neighbours.
  const k = f.fractionBits + 4 - Math.floor(exponentOf(x.numerator, x.denominator) / 2);
  const square = scale(x.numerator, 2 * k) / x.denominator;
  const root = integerRoot(square);
  const exact = scale(root * root * x.denominator, Math.max(0, -2 * k)) === scale(x.numerator, Math.max(0, 2 * k));
  const numerator = 2n * root + (exact ? 0n : 1n);
  const real = {
    negative: false,
    numerator: scale(numerator, Math.max(0, -k - 1)),
    denominator: scale(1n, Math.max(0, k + 1)),
  };
  return round(f, { kind: 'finite', ...real }, modeOf(rm));
}

/** Orders two data that are not NaN; zeros are equal. */
function compareData(a: Datum, b: Datum): number {
  const rank = (d: Datum): bigint => (d.kind === 'infinite' ? (d.negative ? -1n : 1n) : 0n);
  if (a.kind !== 'finite' || b.kind !== 'finite') return Number(rank(a) - rank(b));
  const difference = signed(a) * b.denominator - signed(b) * a.denominator;
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

function relation(f: Format, a: bigint, b: bigint, quiet: boolean, holds: (order: number) => boolean): Outcome {
  const x = decode(f, a);
  const y = decode(f, b);
  const nan = nanOutcome(f, [x, y]);
  if (nan) return { value: 0n, flags: quiet ? nan.flags : FLAG.invalid };
  return { value: holds(compareData(x, y)) ? 1n : 0n, flags: 0 };
}

function extreme(f: Format, a: bigint, b: bigint, maximum: boolean): Outcome {
  const x = decode(f, a);
  const y = decode(f, b);
  const nan = nanOutcome(f, [x, y]);
  if (nan) {
    if (x.kind !== 'nan') return { value: a, flags: nan.flags };
    return y.kind !== 'nan' ? { value: b, flags: nan.flags } : nan;
  }
  const order = compareData(x, y) || Number(y.negative) - Number(x.negative);
  return { value: order < 0 === maximum ? b : a, flags: 0 };
}

/** The ten classes of FCLASS, in the order of its result bits. */
function classify(f: Format, a: bigint): Outcome {
  const d = decode(f, a);
  const tiny = d.kind === 'finite' && d.numerator !== 0n && exponentOf(d.numerator, d.denominator) < 1 - biasOf(f);
  const classes = [
    d.negative && d.kind === 'infinite',
    d.negative && d.kind === 'finite' && !tiny && !isZero(d),
    d.negative && tiny,
    d.negative && isZero(d),
    !d.negative && isZero(d),
    !d.negative && tiny,
    !d.negative && d.kind === 'finite' && !tiny && !isZero(d),
    !d.negative && d.kind === 'infinite',
    d.kind === 'nan' && d.signaling,
    d.kind === 'nan' && !d.signaling,
  ];
  return { value: 1n << BigInt(classes.indexOf(true)), flags: 0 };
}

function convert(from: Format, to: Format, a: bigint, rm: number): Outcome {
  const d = decode(from, a);
  if (d.kind === 'finite') return round(to, d, modeOf(rm));
  if (d.kind === 'infinite') return infinite(to, d.negative);
  return { value: canonicalNaN(to), flags: d.signaling ? FLAG.invalid : 0 };
}

/** An integer as the register holds it: 32-bit results are sign-extended, unsigned ones too. */
const register = (n: bigint, bits: number): bigint => BigInt.asUintN(64, BigInt.asIntN(bits, n));

function toInteger(f: Format, a: bigint, rm: number, signedType: boolean, bits: number): Outcome {
  const greatest = (1n << BigInt(signedType ? bits - 1 : bits)) - 1n;
  const least = signedType ? -greatest - 1n : 0n;
  const beyond = (low: boolean): Outcome => ({ value: register(low ? least : greatest, bits), flags: FLAG.invalid });
  const d = decode(f, a);
  if (d.kind !== 'finite') return beyond(d.kind === 'infinite' && d.negative);
  const magnitude = roundToInteger(d.numerator, d.denominator, d.negative, modeOf(rm));
  const n = d.negative ? -magnitude : magnitude;
  if (n < least || n > greatest) return beyond(n < least);
  const exact = magnitude * d.denominator === d.numerator;
  return { value: register(n, bits), flags: exact ? 0 : FLAG.inexact };
}

function fromInteger(f: Format, x: bigint, rm: number, signedType: boolean, bits: number): Outcome {
  const n = signedType ? BigInt.asIntN(bits, x) : BigInt.asUintN(bits, x);
  const numerator = n < 0n ? -n : n;
  return round(f, { kind: 'finite', negative: n < 0n, numerator, denominator: 1n }, modeOf(rm));
}

/** Every operation of one format. */
function operations(f: Format) {
  return {
    add: (a: bigint, b: bigint, rm: number) => addPatterns(f, a, b, rm, false),
    sub: (a: bigint, b: bigint, rm: number) => addPatterns(f, a, b, rm, true),
    mul: (a: bigint, b: bigint, rm: number) => multiply(f, a, b, rm),
    div: (a: bigint, b: bigint, rm: number) => divide(f, a, b, rm),
    sqrt: (a: bigint, rm: number) => squareRoot(f, a, rm),
    mulAdd: (a: bigint, b: bigint, c: bigint, rm: number) => multiplyAdd(f, a, b, c, rm),
    min: (a: bigint, b: bigint) => extreme(f, a, b, false),
    max: (a: bigint, b: bigint) => extreme(f, a, b, true),
    eq: (a: bigint, b: bigint) => relation(f, a, b, true, (order) => order === 0),
    lt: (a: bigint, b: bigint) => relation(f, a, b, false, (order) => order < 0),
    le: (a: bigint, b: bigint) => relation(f, a, b, false, (order) => order <= 0),
    classify: (a: bigint) => classify(f, a),
    toI32: (a: bigint, rm: number) => toInteger(f, a, rm, true, 32),
    toU32: (a: bigint, rm: number) => toInteger(f, a, rm, false, 32),
    toI64: (a: bigint, rm: number) => toInteger(f, a, rm, true, 64),
    toU64: (a: bigint, rm: number) => toInteger(f, a, rm, false, 64),
    fromI32: (x: bigint, rm: number) => fromInteger(f, x, rm, true, 32),
    fromU32: (x: bigint, rm: number) => fromInteger(f, x, rm, false, 32),
    fromI64: (x: bigint, rm: number) => fromInteger(f, x, rm, true, 64),
    fromU64: (x: bigint, rm: number) => fromInteger(f, x, rm, false, 64),
  };
}

const half = operations(BINARY16);
const single = operations(BINARY32);
const double = operations(BINARY64);

// The names are those of the machine's primitives (assembly/fpu/index.ts).
export const { add: f16Add, sub: f16Sub, mul: f16Mul, div: f16Div, sqrt: f16Sqrt, mulAdd: f16MulAdd } = half;
export const { add: f32Add, sub: f32Sub, mul: f32Mul, div: f32Div, sqrt: f32Sqrt, mulAdd: f32MulAdd } = single;
export const { add: f64Add, sub: f64Sub, mul: f64Mul, div: f64Div, sqrt: f64Sqrt, mulAdd: f64MulAdd } = double;
export const { min: f16Min, max: f16Max, eq: f16Eq, lt: f16Lt, le: f16Le, classify: f16Classify } = half;
export const { min: f32Min, max: f32Max, eq: f32Eq, lt: f32Lt, le: f32Le, classify: f32Classify } = single;
export const { min: f64Min, max: f64Max, eq: f64Eq, lt: f64Lt, le: f64Le, classify: f64Classify } = double;
export const { toI32: f16ToI32, toU32: f16ToU32, toI64: f16ToI64, toU64: f16ToU64 } = half;
export const { toI32: f32ToI32, toU32: f32ToU32, toI64: f32ToI64, toU64: f32ToU64 } = single;
export const { toI32: f64ToI32, toU32: f64ToU32, toI64: f64ToI64, toU64: f64ToU64 } = double;
export const { fromI32: f16FromI32, fromU32: f16FromU32, fromI64: f16FromI64, fromU64: f16FromU64 } = half;
export const { fromI32: f32FromI32, fromU32: f32FromU32, fromI64: f32FromI64, fromU64: f32FromU64 } = single;
export const { fromI32: f64FromI32, fromU32: f64FromU32, fromI64: f64FromI64, fromU64: f64FromU64 } = double;

/** Conversions to a wider format are exact and take no mode. */
export const f16ToF32 = (a: bigint): Outcome => convert(BINARY16, BINARY32, a, 0);
export const f16ToF64 = (a: bigint): Outcome => convert(BINARY16, BINARY64, a, 0);
export const f32ToF64 = (a: bigint): Outcome => convert(BINARY32, BINARY64, a, 0);
export const f32ToF16 = (a: bigint, rm: number): Outcome => convert(BINARY32, BINARY16, a, rm);
export const f64ToF16 = (a: bigint, rm: number): Outcome => convert(BINARY64, BINARY16, a, rm);
export const f64ToF32 = (a: bigint, rm: number): Outcome => convert(BINARY64, BINARY32, a, rm);
