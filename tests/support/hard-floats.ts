/** fast-check arbitraries weighted to the operands on which floating-point units go wrong. */
import fc from 'fast-check';
import type { Format } from '../../src/isa/oracle/ieee754.ts';

const ONE = 1n;

interface Fields {
  readonly sign: bigint;
  readonly exponent: number;
  readonly fraction: bigint;
}

function assemble(f: Format, { sign, exponent, fraction }: Fields): bigint {
  const width = f.exponentBits + f.fractionBits;
  const field = BigInt(Math.min(Math.max(exponent, 0), 2 ** f.exponentBits - 1));
  return (sign << BigInt(width)) | (field << BigInt(f.fractionBits)) | BigInt.asUintN(f.fractionBits, fraction);
}

const signs = fc.bigInt(0n, 1n);

/** Fractions: uniform, runs of ones or zeros, and patterns of few bits. */
function fractions(f: Format): fc.Arbitrary<bigint> {
  const bits = f.fractionBits;
  const position = fc.integer({ min: 0, max: bits });
  const full = (ONE << BigInt(bits)) - 1n;
  return fc.oneof(
    { weight: 3, arbitrary: fc.bigInt(0n, full) },
    { weight: 2, arbitrary: position.map((n) => (ONE << BigInt(n)) - 1n) },
    { weight: 2, arbitrary: position.map((n) => full ^ ((ONE << BigInt(n)) - 1n)) },
    {
      weight: 2,
      arbitrary: fc.tuple(position, position).map(([i, j]) => (ONE << BigInt(i)) ^ (ONE << BigInt(j))),
    },
    { weight: 1, arbitrary: fc.constantFrom(0n, 1n, full) },
  );
}

/** Biased exponents: uniform, around 1.0, around the integer types' limits, and at both ends. */
function exponents(f: Format): fc.Arbitrary<number> {
  const top = 2 ** f.exponentBits - 1;
  const bias = (top - 1) / 2;
  return fc.oneof(
    { weight: 3, arbitrary: fc.integer({ min: 0, max: top }) },
    { weight: 3, arbitrary: fc.integer({ min: bias - 3, max: bias + 3 }) },
    { weight: 2, arbitrary: fc.integer({ min: bias - 2, max: bias + 66 }) },
    { weight: 2, arbitrary: fc.integer({ min: 0, max: f.fractionBits + 2 }) },
    { weight: 1, arbitrary: fc.integer({ min: 0, max: 2 }) },
    { weight: 1, arbitrary: fc.integer({ min: top - 3, max: top }) },
  );
}

/** Any pattern of a format, hard ones often. */
export function floats(f: Format): fc.Arbitrary<bigint> {
  const top = 2 ** f.exponentBits - 1;
  const nans = fc.record({ sign: signs, exponent: fc.constant(top), fraction: fractions(f) });
  const zeros = fc.record({ sign: signs, exponent: fc.constant(0), fraction: fc.constant(0n) });
  const numbers = fc.record({ sign: signs, exponent: exponents(f), fraction: fractions(f) });
  return fc
    .oneof({ weight: 20, arbitrary: numbers }, { weight: 1, arbitrary: nans }, { weight: 1, arbitrary: zeros })
    .map((fields) => assemble(f, fields));
}

/**
 * An operand related to another: equal up to some last places and the sign (cancellation), or with the exponent that
 * brings a product or quotient to an end of the range, or unrelated.
 */
export function relatedTo(f: Format, other: bigint): fc.Arbitrary<bigint> {
  const width = f.exponentBits + f.fractionBits;
  const top = 2 ** f.exponentBits - 1;
  const bias = (top - 1) / 2;
  const exponent = Number(BigInt.asUintN(f.exponentBits, other >> BigInt(f.fractionBits)));
  const places = fc.bigInt(-4n, 4n);
  const slack = fc.integer({ min: -3, max: 3 });
  const at = (base: number) =>
    fc
      .record({ sign: signs, exponent: slack.map((n) => base + n), fraction: fractions(f) })
      .map((fields) => assemble(f, fields));
  return fc.oneof(
    { weight: 4, arbitrary: floats(f) },
    {
      weight: 2,
      arbitrary: fc.tuple(places, signs).map(([n, s]) => BigInt.asUintN(width + 1, (other + n) ^ (s << BigInt(width)))),
    },
    { weight: 2, arbitrary: at(exponent) },
    { weight: 1, arbitrary: fc.integer({ min: 0, max: f.fractionBits + 3 }).chain((n) => at(exponent - n)) },
    { weight: 1, arbitrary: at(bias - exponent) },
    { weight: 1, arbitrary: at(bias - exponent - (f.fractionBits >> 1)) },
    { weight: 1, arbitrary: at(3 * bias - exponent) },
    { weight: 1, arbitrary: at(exponent - bias + (f.fractionBits >> 1)) },
  );
}

/** 64-bit register values: integers near powers of two, and integers of more bits than a significand. */
export const registers: fc.Arbitrary<bigint> = fc.oneof(
  fc.bigInt(0n, (ONE << 64n) - 1n),
  fc.bigInt(-1000n, 1000n).map((n) => BigInt.asUintN(64, n)),
  fc
    .tuple(fc.integer({ min: 0, max: 63 }), fc.bigInt(-3n, 3n), signs)
    .map(([k, n, s]) => BigInt.asUintN(64, s === 0n ? (ONE << BigInt(k)) + n : -(ONE << BigInt(k)) + n)),
  fc
    .tuple(fc.integer({ min: 0, max: 63 }), fc.integer({ min: 0, max: 63 }), fc.bigInt(0n, (ONE << 64n) - 1n))
    .map(([k, j, n]) => BigInt.asUintN(64, ((n >> BigInt(k)) << BigInt(j)) + (n & 1n))),
);
