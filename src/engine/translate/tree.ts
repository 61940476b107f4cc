/** Semantics trees as WebAssembly. */
import { CELL_OFFSETS } from '../../abi/layout.ts';
import { PRIMITIVES } from '../../isa/primitives.ts';
import type { Expr, SourceOperand } from '../../isa/types.ts';
import { LEAVING } from './causes.ts';
import type { Instruction } from './code.ts';
import { type Context, FP_FOREIGN } from './context.ts';
import { copiedSign, NATIVE_FLOATS, type NativeFloat, type NativeLocals, negated, type Wrong } from './float.ts';

const DYNAMIC = 7;

const registerOf = (operand: SourceOperand, i: Instruction): number => i.operands[operand] ?? 0;

function isZero(e: Expr, i: Instruction): boolean {
  if (e.kind === 'const') return e.value === 0n;
  if (e.kind === 'imm') return i.operands.imm === 0;
  return e.kind === 'reg' && e.file === 'x' && registerOf(e.operand, i) === 0;
}

/** An unsigned shift of a word by at least one bit, whose result is not negative. */
function isShiftedDown(e: Expr, { operands }: Instruction): boolean {
  if (e.kind !== 'op' || e.op !== 'i32.shr_u') return false;
  const by = e.args[1]!;
  const amount = by.kind === 'op' && by.op === 'i32.wrap_i64' ? by.args[0]! : by;
  return amount.kind === 'imm' && (operands.imm! & 31) !== 0;
}

const usesKnown = new WeakMap<Expr, Map<Expr, number>>();

/** How often each node is used: what is used twice is computed once. */
function usesOf(root: Expr): Map<Expr, number> {
  const known = usesKnown.get(root);
  if (known) return known;
  const uses = new Map<Expr, number>();
  const visit = (e: Expr): void => {
    const n = uses.get(e) ?? 0;
    uses.set(e, n + 1);
    if (n || e.kind === 'load') return;
    if (e.kind === 'op' || e.kind === 'call') e.args.forEach(visit);
  };
  visit(root);
  usesKnown.set(root, uses);
  return uses;
}

/** Prints trees of one instruction. */
export class Tree {
  private readonly context: Context;
  private readonly i: Instruction;
  private readonly uses: Map<Expr, number>;
  private named: Map<Expr, number> | null = null;
  /** Local with what a load gave, or what memory held. */
  private readonly held: number;

  constructor(context: Context, i: Instruction, root: Expr, held = -1) {
    this.context = context;
    this.i = i;
    this.uses = usesOf(root);
    this.held = held;
  }

  /** The native way of a primitive, where this unit takes it. */
  private native(e: Expr): NativeFloat | undefined {
    if (e.kind !== 'call') return undefined;
    const native = NATIVE_FLOATS[e.name];
    if (!native || (native.rounding && !native.rounding.includes(this.i.operands.rm ?? 0))) return undefined;
    return native;
  }

  /** Leaves the value of a tree. */
  value(e: Expr): void {
    const { code } = this.context;
    const known = this.named?.get(e);
    if (known !== undefined) {
      code.get(known);
      return;
    }
    this.node(e);
    if (this.uses.get(e)! > 1 && (e.kind === 'op' || e.kind === 'call')) {
      const local = this.context.temporary(e.type);
      this.named ??= new Map();
      this.named.set(e, local);
      code.tee(local);
    }
  }

  /** Leaves a 64-bit pattern as the number it stands for. */
  number(e: Expr): void {
    const { code } = this.context;
    if (e.kind === 'reg' && e.file === 'f') {
      code.get(this.context.register('f', registerOf(e.operand, this.i)));
      return;
    }
    const minus = negated(e);
    if (minus) {
      this.number(minus);
      code.raw('f64.neg');
      return;
    }
    const copied = copiedSign(e);
    if (copied) {
      this.number(copied.magnitude);
      this.number(copied.sign);
      code.raw('f64.copysign');
      return;
    }
    const native = this.native(e);
    if (native?.result === 'f64') {
      this.printNative(e as Extract<Expr, { kind: 'call' }>, native);
      return;
    }
    this.value(e);
    code.raw('f64.reinterpret_i64');
  }

  private node(e: Expr): void {
    const { code, surroundings } = this.context;
    const { i } = this;
    switch (e.kind) {
      case 'const':
        if (e.type === 'i64') code.i64(e.value);
        else code.i32(Number(BigInt.asIntN(32, e.value)));
        break;
      case 'reg': {
        const number = registerOf(e.operand, i);
        if (e.file === 'f') {
          code.get(this.context.register('f', number));
          code.raw('i64.reinterpret_f64');
        } else if (!number) code.i64(0);
        else code.get(this.context.register('x', number));
        break;
      }
      case 'imm':
        code.i64(i.operands.imm!);
        break;
      case 'pc':
        this.context.address(i.at);
        break;
      case 'rm':
        if (i.operands.rm === DYNAMIC) this.context.cell32(CELL_OFFSETS.FRM, 'i32.load8_u');
        else code.i32(i.operands.rm!);
        break;
      case 'load':
      case 'old':
        code.get(this.held);
        break;
      case 'op':
        if (e.op === 'i64.add' && isZero(e.args[1]!, i)) this.value(e.args[0]!);
        else if (e.op === 'i64.add' && isZero(e.args[0]!, i)) this.value(e.args[1]!);
        else {
          for (const arg of e.args) this.value(arg);
          // What has no sign is extended by what x86 and ARM do anyway.
          code.op(e.op === 'i64.extend_i32_s' && isShiftedDown(e.args[0]!, i) ? 'i64.extend_i32_u' : e.op);
        }
        break;
      case 'call': {
        const native = this.native(e);
        if (native) {
          this.printNative(e, native);
          if (native.result === 'f64') code.raw('i64.reinterpret_f64');
          else if (native.result === 'f32') code.raw('i32.reinterpret_f32');
          else if (native.result === 'i32') code.op('i64.extend_i32_u');
          break;
        }
        for (const arg of e.args) this.value(arg);
        code.call(surroundings.coreIndex(e.name));
        if (PRIMITIVES[e.name].result !== e.type) throw new Error(`${e.name} has another type`);
        break;
      }
    }
  }

  /** Leaves the native result, or the unit before the instruction where that is not the whole answer. */
  private printNative(e: Extract<Expr, { kind: 'call' }>, native: NativeFloat): void {
    const { context } = this;
    const { code } = context;
    const locals = native.operands.map((type, n) => {
      const arg = e.args[n]!;
      if (type === 'f64' && arg.kind === 'reg' && arg.file === 'f') {
        return context.register('f', registerOf(arg.operand, this.i));
      }
      const local = context.temporary(type);
      if (type === 'f64') this.number(arg);
      else this.value(arg);
      if (type === 'f32') code.raw('f32.reinterpret_i32');
      code.set(local);
      return local;
    });
    const [x, y] = [locals[0]!, locals.at(-1)!];
    const apply = (): void => {
      for (const local of locals) code.get(local);
      native.apply(code);
    };
    if (context.surroundings.manner.floats === 'native') {
      const result = native.wrong && !native.wrong.before ? context.temporary(native.result) : -1;
      if (result >= 0) {
        apply();
        code.set(result);
      }
      if (native.wrong) {
        const { suspect, proof } = native.wrong;
        suspect(code, { x, y, result });
        code.unlikely();
        if (proof) {
          proof(code, { x, y, result });
          code.if();
        }
        context.leave('float', LEAVING.within, this.i.at);
        code.end();
        if (proof) code.end();
      }
      if (result >= 0) code.get(result);
      else apply();
      return;
    }
    // Where it is not the whole answer the primitive gives it, and may raise the flag that lets it be the next time.
    const result = context.temporary(native.result);
    const early = native.wrong?.before ?? true;
    if (!early) {
      apply();
      code.set(result);
    }
    if (native.wrong) this.printWrong(native.wrong, { x, y, result });
    else code.i32(0);
    code.get(context.fp);
    code.i32(FP_FOREIGN);
    code.op('i32.and');
    code.op('i32.or');
    code.unlikely();
    e.args.forEach((arg, n) => {
      if (native.operands[n] === 'f64') {
        code.get(locals[n]!);
        code.raw('i64.reinterpret_f64');
      } else if (native.operands[n] === 'f32') {
        code.get(locals[n]!);
        code.raw('i32.reinterpret_f32');
      } else if (n < locals.length) code.get(locals[n]!);
      else this.value(arg);
    });
    code.call(context.surroundings.coreIndex(e.name));
    if (native.result === 'f64') code.raw('f64.reinterpret_i64');
    else if (native.result === 'f32') code.raw('f32.reinterpret_i32');
    else if (native.result === 'i32') code.op('i32.wrap_i64');
    code.set(result);
    context.readFloatState();
    if (early) {
      code.else();
      apply();
      code.set(result);
    }
    code.end();
    code.get(result);
  }

  /** Leaves whether a native operator is not the whole answer. */
  private printWrong({ suspect, proof }: Wrong, locals: NativeLocals): void {
    const { code } = this.context;
    suspect(code, locals);
    if (!proof) return;
    code.if('i32');
    proof(code, locals);
    code.else();
    code.i32(0);
    code.end();
  }
}
