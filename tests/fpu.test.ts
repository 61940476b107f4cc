/** The compiled floating-point unit against exact rational arithmetic, operation by operation. */
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { hex } from '../src/abi/hex.ts';
import * as oracle from '../src/isa/oracle/ieee754.ts';
import { type FpuUnit, loadFpu } from './support/fpu-unit.ts';
import { floats, registers, relatedTo } from './support/hard-floats.ts';

/** Cases an operation; a long run is `FPU_CASES=1000000 npx vitest run tests/fpu.test.ts`. */
const CASES = Number(process.env.FPU_CASES ?? 20_000);

const FORMATS = [
  { name: 'f16', format: oracle.BINARY16 },
  { name: 'f32', format: oracle.BINARY32 },
  { name: 'f64', format: oracle.BINARY64 },
] as const;

type OracleFunction = (...args: never[]) => oracle.Outcome;
const reference = Object.fromEntries(
  Object.entries(oracle).filter(([, value]) => typeof value === 'function'),
) as unknown as Record<string, OracleFunction>;

/** Operand lists by operation: which of the case's values (a, b, c, the integer x, the mode) it takes. */
const OPERATIONS: readonly { readonly takes: string; readonly names: readonly string[] }[] = [
  { takes: 'abr', names: ['Add', 'Sub', 'Mul', 'Div'] },
  { takes: 'ar', names: ['Sqrt', 'ToI32', 'ToU32', 'ToI64', 'ToU64'] },
  { takes: 'abcr', names: ['MulAdd'] },
  { takes: 'ab', names: ['Min', 'Max', 'Eq', 'Lt', 'Le'] },
  { takes: 'a', names: ['Classify'] },
  { takes: 'xr', names: ['FromI32', 'FromU32', 'FromI64', 'FromU64'] },
];

/** Conversions between formats, by the format of the operand. */
const CONVERSIONS: Readonly<Record<string, readonly { takes: string; name: string }[]>> = {
  f16: [
    { takes: 'a', name: 'f16ToF32' },
    { takes: 'a', name: 'f16ToF64' },
  ],
  f32: [
    { takes: 'ar', name: 'f32ToF16' },
    { takes: 'a', name: 'f32ToF64' },
  ],
  f64: [
    { takes: 'ar', name: 'f64ToF16' },
    { takes: 'ar', name: 'f64ToF32' },
  ],
};

interface Case {
  readonly a: bigint;
  readonly b: bigint;
  readonly c: bigint;
  readonly x: bigint;
  readonly r: number;
  readonly accrued: number;
}

function cases(format: oracle.Format, product: (a: bigint, b: bigint) => bigint): fc.Arbitrary<Case> {
  return floats(format)
    .chain((a) => fc.tuple(fc.constant(a), relatedTo(format, a)))
    .chain(([a, b]) =>
      fc.record({
        a: fc.constant(a),
        b: fc.constant(b),
        c: fc.oneof(relatedTo(format, product(a, b)), relatedTo(format, a)),
        x: registers,
        r: fc.integer({ min: 0, max: 4 }),
        accrued: fc.constantFrom(0, 1, 16),
      }),
    );
}

describe('floating-point unit', () => {
  let unit: FpuUnit;
  beforeAll(async () => {
    unit = await loadFpu();
  });

  /** Runs a primitive on patterns; the result as an unsigned register value. */
  function machine(name: string, width: number, args: readonly (bigint | number)[], accrued: number): oracle.Outcome {
    unit.setFlags(accrued);
    const narrow = width < 64 ? args.map((v) => (typeof v === 'bigint' ? Number(v) : v)) : args;
    const result = unit.primitives[name]!(...narrow);
    const value = typeof result === 'number' ? BigInt(result >>> 0) : BigInt.asUintN(64, result);
    return { value, flags: unit.getFlags() };
  }

  function check(name: string, takes: string, width: number, test: Case): void {
    const args = [...takes].map((key) => test[key as keyof Case]);
    const got = machine(name, takes.startsWith('x') ? 64 : width, args, test.accrued);
    const want = reference[name]!(...(args as never[]));
    if (got.value === want.value && got.flags === (want.flags | test.accrued)) return;
    const shown = args.map((v) => (typeof v === 'bigint' ? hex(v) : `rm ${v}`)).join(', ');
    throw new Error(
      `${name}(${shown}) after flags ${test.accrued}: ${hex(got.value)} flags ${got.flags}, ` +
        `exactly ${hex(want.value)} flags ${want.flags | test.accrued}`,
    );
  }

  it('has a primitive for every function of the oracle, and none beside', () => {
    expect(
      Object.keys(unit.primitives)
        .filter((name) => name !== 'memory')
        .sort(),
    ).toEqual(Object.keys(reference).sort());
  });

  for (const { name, format } of FORMATS) {
    const width = 1 + format.exponentBits + format.fractionBits;
    const rows = [
      ...OPERATIONS.flatMap(({ takes, names }) => names.map((op) => ({ takes, name: name + op }))),
      ...CONVERSIONS[name]!,
    ];
    it(`${name}: ${rows.length} operations equal exact arithmetic, rounded once`, () => {
      const product = (a: bigint, b: bigint): bigint =>
        (reference[`${name}Mul`] as typeof oracle.f64Mul)(a, b, 0).value;
      fc.assert(
        fc.property(cases(format, product), (test) => {
          for (const row of rows) check(row.name, row.takes, width, test);
        }),
        { numRuns: CASES },
      );
    });
  }

  for (const { name, format } of FORMATS) {
    it(`${name}: a fused sum an infinitesimal away from a tie goes the right way`, () => {
      const width = 1 + format.exponentBits + format.fractionBits;
      const one = (2n ** BigInt(format.exponentBits - 1) - 1n) << BigInt(format.fractionBits);
      const sign = fc.bigInt(0n, 1n).map((bit) => bit << BigInt(width - 1));
      // (1 + 2^-i)(1 − 2^-j) is a power of two but for its last bits, and half a last place of c.
      const position = fc.integer({ min: (format.fractionBits >> 1) - 2, max: format.fractionBits });
      const last = fc.bigInt(0n, 2n ** BigInt(format.fractionBits) - 1n);
      const nearTie = fc
        .tuple(
          position,
          position,
          last,
          sign,
          sign,
          fc.bigInt(-1n, 1n),
          fc.constantFrom(0, 1),
          fc.integer({ min: 0, max: 4 }),
        )
        .map(([i, j, fraction, signA, signC, ulps, accrued, r]) => ({
          a: (one + (1n << BigInt(format.fractionBits - i))) | signA,
          b: one - (1n << BigInt(format.fractionBits - j)),
          c: (one + (BigInt(format.fractionBits + 1) << BigInt(format.fractionBits)) + fraction + ulps) | signC,
          x: 0n,
          r,
          accrued,
        }));
      fc.assert(
        fc.property(nearTie, (test) => check(`${name}MulAdd`, 'abcr', width, test)),
        { numRuns: CASES / 4 },
      );
    });
  }

  it('f16: every pattern through every one-operand operation and mode', () => {
    const rows = [
      ...OPERATIONS.filter(({ takes }) => takes === 'ar' || takes === 'a').flatMap(({ takes, names }) =>
        names.map((op) => ({ takes, name: `f16${op}` })),
      ),
      ...CONVERSIONS.f16!,
    ];
    const rest = { b: 0n, c: 0n, x: 0n, accrued: 0 };
    for (let a = 0n; a < 0x10000n; a++) {
      for (const row of rows) {
        const modes = row.takes === 'ar' ? [Number(a) % 5, Number(a >> 4n) % 5] : [0];
        for (const r of modes) check(row.name, row.takes, 16, { a, r, ...rest });
      }
    }
  });

  /** Results that follow from the standard by hand: [primitive, operands, mode or none, result, flags]. */
  const VECTORS: readonly (readonly [string, readonly bigint[], number | null, bigint, number])[] = [
    ['f64Add', [0x3fb999999999999an, 0x3fc999999999999an], 0, 0x3fd3333333333334n, 1],
    ['f64Sub', [0x3ff0000000000000n, 0x3ff0000000000000n], 0, 0n, 0],
    ['f64Sub', [0x3ff0000000000000n, 0x3ff0000000000000n], 2, 0x8000000000000000n, 0],
    ['f64Add', [0x7fefffffffffffffn, 0x7fefffffffffffffn], 0, 0x7ff0000000000000n, 5],
    ['f64Add', [0x7fefffffffffffffn, 0x7fefffffffffffffn], 1, 0x7fefffffffffffffn, 5],
    ['f64Sub', [0x7ff0000000000000n, 0x7ff0000000000000n], 0, 0x7ff8000000000000n, 16],
    ['f64Div', [0x3ff0000000000000n, 0x4008000000000000n], 0, 0x3fd5555555555555n, 1],
    ['f64Div', [0x3ff0000000000000n, 0x4008000000000000n], 3, 0x3fd5555555555556n, 1],
    ['f64Div', [0x3ff0000000000000n, 0x8000000000000000n], 0, 0xfff0000000000000n, 8],
    ['f64Div', [0n, 0n], 0, 0x7ff8000000000000n, 16],
    ['f64Sqrt', [0x4000000000000000n], 0, 0x3ff6a09e667f3bcdn, 1],
    ['f64Sqrt', [0x4000000000000000n], 1, 0x3ff6a09e667f3bccn, 1],
    ['f64Sqrt', [0x8000000000000000n], 0, 0x8000000000000000n, 0],
    ['f64Sqrt', [0xbff0000000000000n], 0, 0x7ff8000000000000n, 16],
    // Half the least subnormal: to nearest a tie to zero, up the least subnormal; tiny and inexact either way.
    ['f64Mul', [1n, 0x3fe0000000000000n], 0, 0n, 3],
    ['f64Mul', [1n, 0x3fe0000000000000n], 3, 1n, 3],
    ['f64Mul', [1n, 0x3fe0000000000000n], 4, 1n, 3],
    // 2^-126 × (1 − 2^-24) rounds up to the least normal number, but has 24 significant bits below it: tiny.
    ['f32Mul', [0x00800000n, 0x3f7fffffn], 0, 0x00800000n, 3],
    ['f64Mul', [0x0010000000000000n, 0x3fefffffffffffffn], 0, 0x0010000000000000n, 3],
    // 2^-126 × (1 + 2^-23)(1 − 2^-23) = 2^-126 × (1 − 2^-46) needs no more than an unbounded exponent to be 2^-126: not tiny.
    ['f32Mul', [0x00800001n, 0x3f7ffffen], 0, 0x00800000n, 1],
    // Infinity × zero is invalid even when a quiet NaN is added.
    ['f64MulAdd', [0x7ff0000000000000n, 0n, 0x7ff8000000000000n], 0, 0x7ff8000000000000n, 16],
    ['f64MulAdd', [0x3ff0000000000000n, 0x3ff0000000000000n, 0x7ff8000000000000n], 0, 0x7ff8000000000000n, 0],
    // (1 + 2^-52)² − (1 + 2^-51) = 2^-104: what a product rounded first would lose.
    ['f64MulAdd', [0x3ff0000000000001n, 0x3ff0000000000001n, 0xbff0000000000002n], 0, 0x3970000000000000n, 0],
    ['f64Min', [0n, 0x8000000000000000n], null, 0x8000000000000000n, 0],
    ['f64Max', [0x8000000000000000n, 0n], null, 0n, 0],
    ['f64Min', [0x7ff8000000000000n, 0x3ff0000000000000n], null, 0x3ff0000000000000n, 0],
    ['f64Min', [0x7ff0000000000001n, 0x3ff0000000000000n], null, 0x3ff0000000000000n, 16],
    ['f64Max', [0x7ff8000000000001n, 0xfff8000000000000n], null, 0x7ff8000000000000n, 0],
    ['f64Eq', [0x7ff8000000000000n, 0n], null, 0n, 0],
    ['f64Eq', [0x7ff0000000000001n, 0n], null, 0n, 16],
    ['f64Lt', [0x7ff8000000000000n, 0n], null, 0n, 16],
    ['f64Le', [0x8000000000000000n, 0n], null, 1n, 0],
    ['f64ToI32', [0x7ff8000000000000n], 1, 0x7fffffffn, 16],
    ['f64ToU32', [0x7ff8000000000000n], 1, 0xffffffffffffffffn, 16],
    ['f64ToU32', [0xbff0000000000000n], 1, 0n, 16],
    ['f64ToU32', [0xbfe0000000000000n], 1, 0n, 1],
    ['f64ToU32', [0x41e0000000000000n], 1, 0xffffffff80000000n, 0],
    ['f64ToI32', [0x41e0000000000000n], 1, 0x7fffffffn, 16],
    ['f64ToI64', [0xc3e0000000000000n], 1, 0x8000000000000000n, 0],
    ['f64ToI64', [0x4004000000000000n], 0, 2n, 1],
    ['f64ToI64', [0x4004000000000000n], 4, 3n, 1],
    ['f64FromI64', [0x20000000000001n], 0, 0x4340000000000000n, 1],
    ['f64FromI64', [0x20000000000001n], 3, 0x4340000000000001n, 1],
    ['f32FromU64', [0xffffffffffffffffn], 0, 0x5f800000n, 1],
    ['f32FromU64', [0xffffffffffffffffn], 1, 0x5f7fffffn, 1],
    ['f64ToF32', [0x7ff4000000000000n], 0, 0x7fc00000n, 16],
    ['f64ToF32', [0x47efffffffffffffn], 0, 0x7f800000n, 5],
    ['f32ToF64', [0x00000001n], null, 0x36a0000000000000n, 0],
    ['f32ToF64', [0xff800001n], null, 0x7ff8000000000000n, 16],
    ['f32Classify', [0x00000001n], null, 1n << 5n, 0],
    ['f32Classify', [0xff800000n], null, 1n, 0],
    ['f32Classify', [0x7f800001n], null, 1n << 8n, 0],
    ['f16Add', [0x3c00n, 0x1000n], 0, 0x3c00n, 1],
    ['f16Mul', [0x7bffn, 0x4000n], 0, 0x7c00n, 5],
    ['f32ToF16', [0x33000000n], 0, 0n, 3],
    ['f32ToF16', [0x33000001n], 0, 1n, 3],
    ['f64ToF16', [0x40effc0000000000n], 0, 0x7bffn, 0],
  ];

  for (const [name, operands, rm, value, flags] of VECTORS) {
    it(`${name}(${operands.map(hex).join(', ')})${rm === null ? '' : `, mode ${rm}`}`, () => {
      const args = rm === null ? operands : [...operands, rm];
      const width = name.includes('From') || name.startsWith('f64') ? 64 : 32;
      expect(machine(name, width, args, 0)).toEqual({ value, flags });
      expect(machine(name, width, args, 1)).toEqual({ value, flags: flags | 1 });
      expect(reference[name]!(...(args as never[]))).toEqual({ value, flags });
    });
  }
});
