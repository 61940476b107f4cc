/**
 * Native WebAssembly for floating-point primitives, where it is the whole answer: rounding is to nearest, NX has accrued (the unit
 * has checked both), and the operands and the result are such that no other flag can rise.
 */
import type { PrimitiveName } from '../../isa/primitives.ts';
import type { Expr } from '../../isa/types.ts';
import type { Code } from './wasm.ts';

/** Locals that hold the operands and the result. */
export interface NativeLocals {
  readonly x: number;
  readonly y: number;
  readonly result: number;
}

type Format = 'f32' | 'f64';

export interface NativeFloat {
  readonly operands: readonly (Format | 'i64')[];
  /** `i32` is a condition. */
  readonly result: Format | 'i64' | 'i32';
  /** Rounding modes it can stand for, as the instruction names them: 0 to nearest, 1 towards zero, 7 what frm says, which is 0. */
  readonly rounding: readonly number[] | null;
  /** The operator, with the operands on the stack. */
  apply(code: Code): void;
  /** Where it is not the whole answer; null: nowhere. */
  readonly wrong: Wrong | null;
}

/** Tells whether a native operator is not the whole answer. */
export interface Wrong {
  /** Does not look at the result. */
  readonly before: boolean;
  /** Leaves whether it may not be. */
  readonly suspect: Printer;
  /** Leaves whether it is not, where it is suspect; null: wherever it is. */
  readonly proof: Printer | null;
}

type Printer = (code: Code, locals: NativeLocals) => void;

const NEAREST = [0, 7];

/** Bits of a pattern, and of its fraction; the exponent field of the largest finite number. */
const FORMATS = {
  f32: { integer: 'i32', fraction: 23, largest: 254 },
  f64: { integer: 'i64', fraction: 52, largest: 2046 },
} as const;

const constant = (code: Code, format: Format, value: number): void =>
  format === 'f32' ? code.f32(value) : code.f64(value);

/** Neither below a limit in magnitude, nor above it: a number at least so large, or none. */
const notBelow =
  (format: Format, of: 'x' | 'result', limit: number): Printer =>
  (code, locals) => {
    code.get(locals[of]);
    code.raw(`${format}.abs`);
    constant(code, format, limit);
    code.raw(`${format}.lt`);
    code.op('i32.eqz');
  };

/** Outside the normal range less the lowest binade, into which results round from below. */
const notNormal =
  (format: Format): Printer =>
  (code, locals) => {
    const { integer, fraction, largest } = FORMATS[format];
    code.get(locals.result);
    code.raw(integer === 'i32' ? 'i32.reinterpret_f32' : 'i64.reinterpret_f64');
    const bits = (value: bigint): void => {
      if (integer === 'i32') code.i32(Number(BigInt.asIntN(32, value)));
      else code.i64(value);
    };
    bits(1n);
    code.op(`${integer}.shl`);
    bits(2n << BigInt(fraction + 1));
    code.op(`${integer}.sub`);
    bits(BigInt(largest - 1) << BigInt(fraction + 1));
    code.raw(`${integer}.ge_u`);
  };

/** No zero that is that of an operand. */
const notZero =
  (format: Format, zeros: readonly { readonly of: 'x' | 'y'; readonly format: Format }[]): Printer =>
  (code, locals) => {
    code.get(locals.result);
    constant(code, format, 0);
    code.raw(`${format}.eq`);
    zeros.forEach(({ of, format: type }, n) => {
      code.get(locals[of]);
      constant(code, type, 0);
      code.raw(`${type}.eq`);
      if (n) code.op('i32.or');
    });
    code.op('i32.and');
    code.op('i32.eqz');
  };

/** An operand is no number. */
const unordered =
  (format: Format): Printer =>
  (code, { x, y }) => {
    for (const operand of [x, y]) {
      code.get(operand);
      code.get(operand);
      code.raw(`${format}.eq`);
    }
    code.op('i32.and');
    code.op('i32.eqz');
  };

/** Not positive and finite. */
const notPositive =
  (format: Format): Printer =>
  (code, { x }) => {
    code.get(x);
    constant(code, format, 0);
    code.raw(`${format}.gt`);
    code.get(x);
    constant(code, format, Number.POSITIVE_INFINITY);
    code.raw(`${format}.lt`);
    code.op('i32.and');
    code.op('i32.eqz');
  };

/** The primitives of a format. */
function nativesOf(format: Format): Partial<Record<PrimitiveName, NativeFloat>> {
  const arithmetic = (
    operator: 'add' | 'sub' | 'mul' | 'div',
    suspect: Printer,
    proof: Printer | null,
  ): NativeFloat => ({
    operands: [format, format],
    result: format,
    rounding: NEAREST,
    apply: (code) => code.raw(`${format}.${operator}`),
    wrong: { before: false, suspect, proof },
  });
  const ordered = (operator: 'min' | 'max' | 'eq' | 'lt' | 'le', result: NativeFloat['result']): NativeFloat => ({
    operands: [format, format],
    result,
    rounding: null,
    apply: (code) => code.raw(`${format}.${operator}`),
    wrong: { before: true, suspect: unordered(format), proof: null },
  });
  const toInteger = (bits: 32 | 64): NativeFloat => ({
    operands: [format],
    result: 'i64',
    rounding: [1],
    apply: (code) => {
      code.raw(`i${bits}.trunc_${format}_s`);
      if (bits === 32) code.op('i64.extend_i32_s');
    },
    wrong: { before: true, suspect: notBelow(format, 'x', 2 ** (bits - 1)), proof: null },
  });
  const fromInteger = (bits: 32 | 64): NativeFloat => ({
    operands: ['i64'],
    result: format,
    rounding: NEAREST,
    apply: (code) => {
      if (bits === 32) code.op('i32.wrap_i64');
      code.raw(`${format}.convert_i${bits}_s`);
    },
    wrong: null,
  });
  const infinite = notBelow(format, 'result', Number.POSITIVE_INFINITY);
  const [x, y] = [
    { of: 'x', format },
    { of: 'y', format },
  ] as const;
  const natives: Readonly<Record<string, NativeFloat>> = {
    Add: arithmetic('add', infinite, null),
    Sub: arithmetic('sub', infinite, null),
    Mul: arithmetic('mul', notNormal(format), notZero(format, [x, y])),
    // A quotient is zero for another reason than its dividend only by underflow, or by an infinite divisor.
    Div: arithmetic('div', notNormal(format), notZero(format, [x])),
    Sqrt: {
      operands: [format],
      result: format,
      rounding: NEAREST,
      apply: (code) => code.raw(`${format}.sqrt`),
      wrong: { before: true, suspect: notPositive(format), proof: null },
    },
    Min: ordered('min', format),
    Max: ordered('max', format),
    Eq: ordered('eq', 'i32'),
    Lt: ordered('lt', 'i32'),
    Le: ordered('le', 'i32'),
    ToI32: toInteger(32),
    ToI64: toInteger(64),
    FromI32: fromInteger(32),
    FromI64: fromInteger(64),
  };
  return Object.fromEntries(Object.entries(natives).map(([name, native]) => [`${format}${name}`, native]));
}

export const NATIVE_FLOATS: Partial<Record<PrimitiveName, NativeFloat>> = {
  ...nativesOf('f32'),
  ...nativesOf('f64'),
  f64ToF32: {
    operands: ['f64'],
    result: 'f32',
    rounding: NEAREST,
    apply: (code) => code.raw('f32.demote_f64'),
    wrong: { before: false, suspect: notNormal('f32'), proof: notZero('f32', [{ of: 'x', format: 'f64' }]) },
  },
  f32ToF64: {
    operands: ['f32'],
    result: 'f64',
    rounding: null,
    apply: (code) => code.raw('f64.promote_f32'),
    wrong: { before: true, suspect: unordered('f32'), proof: null },
  },
};

const SIGN = 1n << 63n;
const MAGNITUDE = SIGN - 1n;

const isConst = (e: Expr, value: bigint): boolean => e.kind === 'const' && e.value === value;

/** i64.xor(a, sign bit): the negated a; undefined for another tree. */
export function negated(e: Expr): Expr | undefined {
  return e.kind === 'op' && e.op === 'i64.xor' && isConst(e.args[1]!, SIGN) ? e.args[0] : undefined;
}

/** The magnitude of one pattern with the sign of another. */
export function copiedSign(e: Expr): { magnitude: Expr; sign: Expr } | undefined {
  if (e.kind !== 'op' || e.op !== 'i64.or') return undefined;
  const [a, b] = e.args as [Expr, Expr];
  if (a.kind !== 'op' || a.op !== 'i64.and' || !isConst(a.args[1]!, MAGNITUDE)) return undefined;
  if (b.kind !== 'op' || b.op !== 'i64.and' || !isConst(b.args[1]!, SIGN)) return undefined;
  return { magnitude: a.args[0]!, sign: b.args[0]! };
}
