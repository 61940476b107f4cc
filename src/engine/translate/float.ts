/**
 * Native WebAssembly for floating-point primitives, where it is the whole answer: rounding is to nearest, NX has accrued (the unit
 * has checked both), and the operands and the result are such that no other flag can rise.
 */
import type { PrimitiveName } from '../../isa/primitives.ts';
import type { Expr } from '../../isa/types.ts';
import type { Code, RawName } from './wasm.ts';

/** Locals that hold the operands and the result. */
export interface NativeLocals {
  readonly x: number;
  readonly y: number;
  readonly result: number;
}

export interface NativeFloat {
  readonly operands: readonly ('f64' | 'i64')[];
  readonly result: 'f64' | 'i64' | 'i32';
  /** Rounding modes it can stand for, as the instruction names them: 0 to nearest, 1 towards zero, 7 what frm says, which is 0. */
  readonly rounding: readonly number[] | null;
  /** The operator, with the operands on the stack. */
  apply(code: Code): void;
  /** Leaves whether it is not the whole answer; null: it always is. `before`: does not look at the result. */
  readonly wrong: { readonly before: boolean; print(code: Code, locals: NativeLocals): void } | null;
}

const NEAREST = [0, 7];

/** Not finite: an overflow, or no number. */
function printNotFinite(code: Code, { result }: NativeLocals): void {
  code.get(result);
  code.raw('f64.abs');
  code.f64(Number.POSITIVE_INFINITY);
  code.raw('f64.lt');
  code.op('i32.eqz');
}

/** Outside the normal range (exponent field 2…2046), unless the zero is that of an operand. */
function printNotNormal(code: Code, { x, y, result }: NativeLocals): void {
  code.get(result);
  code.raw('i64.reinterpret_f64');
  code.i64(1);
  code.op('i64.shl');
  code.i64(2n << 53n);
  code.op('i64.sub');
  code.i64(2045n << 53n);
  code.raw('i64.ge_u');
  code.if('i32');
  code.get(result);
  code.f64(0);
  code.raw('f64.eq');
  code.get(x);
  code.f64(0);
  code.raw('f64.eq');
  code.get(y);
  code.f64(0);
  code.raw('f64.eq');
  code.op('i32.or');
  code.op('i32.and');
  code.op('i32.eqz');
  code.else();
  code.i32(0);
  code.end();
}

/** A quotient is zero for another reason than its dividend only by underflow, or by an infinite divisor. */
function printNotNormalQuotient(code: Code, locals: NativeLocals): void {
  printNotNormal(code, { ...locals, y: locals.x });
}

/** An operand is no number. */
function printUnordered(code: Code, { x, y }: NativeLocals): void {
  code.get(x);
  code.get(x);
  code.raw('f64.eq');
  code.get(y);
  code.get(y);
  code.raw('f64.eq');
  code.op('i32.and');
  code.op('i32.eqz');
}

/** Not positive and finite. */
function printNotPositive(code: Code, { x }: NativeLocals): void {
  code.get(x);
  code.f64(0);
  code.raw('f64.gt');
  code.get(x);
  code.f64(Number.POSITIVE_INFINITY);
  code.raw('f64.lt');
  code.op('i32.and');
  code.op('i32.eqz');
}

/** Not below a power of two in magnitude. */
const printNotBelow =
  (limit: number) =>
  (code: Code, { x }: NativeLocals): void => {
    code.get(x);
    code.raw('f64.abs');
    code.f64(limit);
    code.raw('f64.lt');
    code.op('i32.eqz');
  };

type Printer = (code: Code, locals: NativeLocals) => void;

const arithmetic = (operator: RawName, wrong: Printer): NativeFloat => ({
  operands: ['f64', 'f64'],
  result: 'f64',
  rounding: NEAREST,
  apply: (code) => code.raw(operator),
  wrong: { before: false, print: wrong },
});

const choice = (operator: RawName): NativeFloat => ({
  operands: ['f64', 'f64'],
  result: 'f64',
  rounding: null,
  apply: (code) => code.raw(operator),
  wrong: { before: true, print: printUnordered },
});

const comparison = (operator: RawName): NativeFloat => ({ ...choice(operator), result: 'i32' });

const toInteger = (bits: 32 | 64): NativeFloat => ({
  operands: ['f64'],
  result: 'i64',
  rounding: [1],
  apply: (code) => {
    code.raw(bits === 32 ? 'i32.trunc_f64_s' : 'i64.trunc_f64_s');
    if (bits === 32) code.op('i64.extend_i32_s');
  },
  wrong: { before: true, print: printNotBelow(2 ** (bits - 1)) },
});

const fromInteger = (bits: 32 | 64): NativeFloat => ({
  operands: ['i64'],
  result: 'f64',
  rounding: NEAREST,
  apply: (code) => {
    if (bits === 32) code.op('i32.wrap_i64');
    code.raw(bits === 32 ? 'f64.convert_i32_s' : 'f64.convert_i64_s');
  },
  wrong: null,
});

export const NATIVE_FLOATS: Partial<Record<PrimitiveName, NativeFloat>> = {
  f64Add: arithmetic('f64.add', printNotFinite),
  f64Sub: arithmetic('f64.sub', printNotFinite),
  f64Mul: arithmetic('f64.mul', printNotNormal),
  f64Div: arithmetic('f64.div', printNotNormalQuotient),
  f64Sqrt: {
    operands: ['f64'],
    result: 'f64',
    rounding: NEAREST,
    apply: (code) => code.raw('f64.sqrt'),
    wrong: { before: true, print: printNotPositive },
  },
  f64Min: choice('f64.min'),
  f64Max: choice('f64.max'),
  f64Eq: comparison('f64.eq'),
  f64Lt: comparison('f64.lt'),
  f64Le: comparison('f64.le'),
  f64ToI32: toInteger(32),
  f64ToI64: toInteger(64),
  f64FromI32: fromInteger(32),
  f64FromI64: fromInteger(64),
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
