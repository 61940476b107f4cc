/**
 * Native WebAssembly for floating-point primitives, where it is the whole answer: the same conditions as in assembly/fpu,
 * less those that pay only before NX has accrued. Anything else is the primitive's own business.
 */
import { CELL_OFFSETS } from '../../abi/layout.ts';
import type { PrimitiveName } from '../../isa/primitives.ts';
import type { Code, RawName } from './wasm.ts';

/** When a native result may stand. */
type Condition =
  /** Finite, and nothing to report that has not been. */
  | 'finite'
  /** Inside the normal range (exponent field 2…2046), and nothing to report that has not been. */
  | 'normal'
  /** The operand is positive and finite, and nothing to report that has not been. */
  | 'positive'
  /** No operand is a NaN. */
  | 'ordered';

export interface NativeFloat {
  readonly operator: RawName;
  readonly operands: 1 | 2;
  readonly condition: Condition;
  /** Whether the result is a truth value rather than a number. */
  readonly compares: boolean;
}

const arithmetic = (operator: RawName, operands: 1 | 2, condition: Condition): NativeFloat => ({
  operator,
  operands,
  condition,
  compares: false,
});
const comparison = (operator: RawName): NativeFloat => ({
  operator,
  operands: 2,
  condition: 'ordered',
  compares: true,
});

export const NATIVE_FLOATS: Partial<Record<PrimitiveName, NativeFloat>> = {
  f64Add: arithmetic('f64.add', 2, 'finite'),
  f64Sub: arithmetic('f64.sub', 2, 'finite'),
  f64Mul: arithmetic('f64.mul', 2, 'normal'),
  f64Div: arithmetic('f64.div', 2, 'normal'),
  f64Sqrt: arithmetic('f64.sqrt', 1, 'positive'),
  f64Eq: comparison('f64.eq'),
  f64Lt: comparison('f64.lt'),
  f64Le: comparison('f64.le'),
};

const NX = 1;

/** Leaves whether the native result stands. `x` and `y` hold the operands, `r` the result, all f64. */
export function printCondition(code: Code, condition: Condition, x: number, y: number, r: number): void {
  switch (condition) {
    case 'finite':
      code.get(r);
      code.raw('f64.abs');
      code.f64(Number.POSITIVE_INFINITY);
      code.raw('f64.lt');
      break;
    case 'normal':
      code.get(r);
      code.raw('i64.reinterpret_f64');
      code.i64(1);
      code.op('i64.shl');
      code.i64(2n << 53n);
      code.op('i64.sub');
      code.i64(2045n << 53n);
      code.op('i64.lt_u');
      break;
    case 'positive':
      code.get(x);
      code.f64(0);
      code.raw('f64.gt');
      code.get(x);
      code.f64(Number.POSITIVE_INFINITY);
      code.raw('f64.lt');
      code.op('i32.and');
      break;
    case 'ordered':
      code.get(x);
      code.get(x);
      code.raw('f64.eq');
      code.get(y);
      code.get(y);
      code.raw('f64.eq');
      code.op('i32.and');
      return;
  }
  code.i32(0);
  code.memory('i32.load8_u', CELL_OFFSETS.FFLAGS);
  code.i32(NX);
  code.op('i32.and');
  code.op('i32.and');
}

/** Adds to the condition on the stack that the dynamic rounding mode is to nearest, ties to even. */
export function printDynamicNearest(code: Code): void {
  code.i32(0);
  code.memory('i32.load8_u', CELL_OFFSETS.FRM);
  code.op('i32.eqz');
  code.op('i32.and');
}
