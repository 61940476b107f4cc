/** The oracle against the host's own binary32 and binary64 arithmetic, which is IEEE 754 in round-to-nearest-even. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { floats, registers, relatedTo } from '../../../tests/support/hard-floats.ts';
import * as oracle from './ieee754.ts';

const view = new DataView(new ArrayBuffer(8));

function toDouble(pattern: bigint): number {
  view.setBigUint64(0, pattern);
  return view.getFloat64(0);
}

function fromDouble(value: number): bigint {
  if (Number.isNaN(value)) return 0x7ff8000000000000n;
  view.setFloat64(0, value);
  return view.getBigUint64(0);
}

function toSingle(pattern: bigint): number {
  view.setUint32(0, Number(pattern));
  return view.getFloat32(0);
}

/** The pattern of a double rounded to binary32. */
function fromSingle(value: number): bigint {
  if (Number.isNaN(value)) return 0x7fc00000n;
  view.setFloat32(0, value);
  return BigInt(view.getUint32(0));
}

const pairs = (format: oracle.Format) => floats(format).chain((a) => fc.tuple(fc.constant(a), relatedTo(format, a)));
const RUNS = { numRuns: 20_000 };

/** The host's operators; on binary32 operands their binary64 result, rounded again, is the binary32 result. */
const HOST: Readonly<Record<'add' | 'sub' | 'mul' | 'div', (x: number, y: number) => number>> = {
  add: (x, y) => x + y,
  sub: (x, y) => x - y,
  mul: (x, y) => x * y,
  div: (x, y) => x / y,
};
const DOUBLE = { add: oracle.f64Add, sub: oracle.f64Sub, mul: oracle.f64Mul, div: oracle.f64Div };
const SINGLE = { add: oracle.f32Add, sub: oracle.f32Sub, mul: oracle.f32Mul, div: oracle.f32Div };
const NAMES = ['add', 'sub', 'mul', 'div'] as const;

describe('IEEE 754 oracle', () => {
  it('agrees with the host on binary64 arithmetic and comparison', () => {
    fc.assert(
      fc.property(pairs(oracle.BINARY64), ([a, b]) => {
        const x = toDouble(a);
        const y = toDouble(b);
        for (const name of NAMES) expect(DOUBLE[name](a, b, 0).value).toBe(fromDouble(HOST[name](x, y)));
        expect(oracle.f64Sqrt(a, 0).value).toBe(fromDouble(Math.sqrt(x)));
        expect(oracle.f64ToF32(a, 0).value).toBe(fromSingle(Math.fround(x)));
        expect(oracle.f64Eq(a, b).value === 1n).toBe(x === y);
        expect(oracle.f64Lt(a, b).value === 1n).toBe(x < y);
        expect(oracle.f64Le(a, b).value === 1n).toBe(x <= y);
      }),
      RUNS,
    );
  });

  it('agrees with the host on binary32 arithmetic', () => {
    fc.assert(
      fc.property(pairs(oracle.BINARY32), ([a, b]) => {
        const x = toSingle(a);
        const y = toSingle(b);
        for (const name of NAMES) expect(SINGLE[name](a, b, 0).value).toBe(fromSingle(HOST[name](x, y)));
        expect(oracle.f32Sqrt(a, 0).value).toBe(fromSingle(Math.sqrt(x)));
        expect(oracle.f32ToF64(a).value).toBe(fromDouble(x));
      }),
      RUNS,
    );
  });

  it('agrees with the host on conversions between integers and binary64', () => {
    fc.assert(
      fc.property(registers, floats(oracle.BINARY64), (register, a) => {
        expect(oracle.f64FromI64(register, 0).value).toBe(fromDouble(Number(BigInt.asIntN(64, register))));
        expect(oracle.f64FromU64(register, 0).value).toBe(fromDouble(Number(register)));
        const x = Math.trunc(toDouble(a));
        fc.pre(Math.abs(x) < 2 ** 63);
        expect(oracle.f64ToI64(a, 1).value).toBe(BigInt.asUintN(64, BigInt(x)));
      }),
      RUNS,
    );
  });

  it('brackets the exact result between rounding down and rounding up', () => {
    fc.assert(
      fc.property(pairs(oracle.BINARY64), ([a, b]) => {
        for (const name of NAMES) {
          const [nearest, zero, down, up, away] = [0, 1, 2, 3, 4].map((rm) => DOUBLE[name](a, b, rm));
          const inexact = (nearest!.flags & oracle.FLAG.inexact) !== 0;
          expect(oracle.f64Lt(down!.value, up!.value).value === 1n).toBe(inexact);
          for (const result of [nearest!, zero!, away!]) {
            // Equal but for the sign of a cancelled zero.
            if (inexact) expect([down!.value, up!.value]).toContain(result.value);
            else expect(BigInt.asUintN(63, result.value)).toBe(BigInt.asUintN(63, down!.value));
          }
        }
      }),
      { numRuns: 5_000 },
    );
  });

  it('refuses a rounding mode that does not exist', () => {
    expect(() => oracle.f64Add(0n, 0n, 5)).toThrow(RangeError);
  });
});
