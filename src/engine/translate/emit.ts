/** One part of a page as one WebAssembly function, from the semantics trees of src/isa. */
import { CELL_OFFSETS, PLACES, SIZES } from '../../abi/layout.ts';
import { PRIMITIVES } from '../../isa/primitives.ts';
import { findLoad, hasRounding, isFloat, raisesFlags, writesFloat } from '../../isa/traits.ts';
import type { Effect, Expr, RegisterFile, ValueType, Width } from '../../isa/types.ts';
import { NATIVE_FLOATS, type NativeFloat, printCondition, printDynamicNearest } from './float.ts';
import type { Block, Instruction, Part } from './graph.ts';
import { Printer, shapeOf } from './structure.ts';
import { Code, type ImportedFunction, type Label, type RawName } from './wasm.ts';

/** Type of every translation: instructions left, address of the page, number of the entry → instructions left. */
export const TRANSLATION_TYPE = { params: ['i64', 'i64', 'i32'], result: 'i64' } as const;
const LEFT = 0;
const PAGE = 1;
const SELECT = 2;

/** How a translation was left: assembly/cpu/translated.ts. */
const LEFT_WITHIN = 0;
const LEFT_FOR = 1;
const LEFT_OFF = 2;

const STOP_TRAP = 1;
const CAUSE_ILLEGAL = 2;
const DYNAMIC = 7;

const LOADS: Readonly<Record<string, RawName>> = {
  '1s': 'i64.load8_s',
  '1u': 'i64.load8_u',
  '2s': 'i64.load16_s',
  '2u': 'i64.load16_u',
  '4s': 'i64.load32_s',
  '4u': 'i64.load32_u',
  '8s': 'i64.load',
  '8u': 'i64.load',
};
const STORES: Readonly<Record<Width, RawName>> = {
  1: 'i64.store8',
  2: 'i64.store16',
  4: 'i64.store32',
  8: 'i64.store',
};

/** The functions of the core that translated code calls, numbered as they come up. */
export class Imports {
  readonly list: ImportedFunction[] = [];

  index(name: string, params: readonly ValueType[], result: ValueType | null): number {
    const known = this.list.findIndex((f) => f.name === name);
    return known >= 0 ? known : this.list.push({ name, params, result }) - 1;
  }
}

/** The tree without what its operands make superfluous. */
function isZero(e: Expr, i: Instruction): boolean {
  if (e.kind === 'const') return e.value === 0n;
  if (e.kind === 'imm') return i.operands.imm === 0;
  return e.kind === 'reg' && e.file === 'x' && registerOf(e.operand, i) === 0;
}

const registerOf = (operand: 'rs1' | 'rs2' | 'rs3' | 'rd', i: Instruction): number => i.operands[operand] ?? 0;

class Emitter {
  private readonly code = new Code(3);
  private readonly part: Part;
  private readonly imports: Imports;
  private readonly counting: boolean;
  private readonly registers = { x: new Map<number, number>(), f: new Map<number, number>() };
  private readonly written = { x: new Set<number>(), f: new Set<number>() };
  private readonly pc = this.code.local('i64');
  private readonly how = this.code.local('i32');
  private readonly data = this.code.local('i64');
  private readonly temporaries: { i32: number[]; i64: number[]; f64: number[] } = { i32: [], i64: [], f64: [] };
  private readonly inUse = { i32: 0, i64: 0, f64: 0 };
  private exit: Label = { depth: 0 };
  /** Of the block being printed: instructions and data accesses before the current one. */
  private done = 0;
  private accesses = 0;
  private floatChecked = false;
  private floatDirty = false;

  constructor(part: Part, imports: Imports, counting: boolean) {
    this.part = part;
    this.imports = imports;
    this.counting = counting;
  }

  print(): Uint8Array {
    const { code } = this;
    const shape = shapeOf<Block>(this.part.blocks, (b) => b.successors, this.part.entries);
    this.findRegisters();
    for (const file of ['x', 'f'] as const) {
      for (const [number, local] of this.registers[file]) {
        code.i32(0);
        code.memory('i64.load', place(file, number));
        code.set(local);
      }
    }
    this.exit = code.block();
    new Printer(code, shape, SELECT, (b, to) => this.block(b, to)).print();
    code.raw('unreachable');
    code.end();
    for (const file of ['x', 'f'] as const) {
      for (const number of this.written[file]) {
        code.i32(0);
        code.get(this.registers[file].get(number)!);
        code.memory('i64.store', place(file, number));
      }
    }
    if (this.counting) {
      code.i32(0);
      this.load64(CELL_OFFSETS.DATA_ACCESSES);
      code.get(this.data);
      code.op('i64.add');
      code.memory('i64.store', CELL_OFFSETS.DATA_ACCESSES);
    }
    code.i32(0);
    code.get(this.pc);
    code.memory('i64.store', CELL_OFFSETS.PC);
    code.i32(0);
    code.get(this.how);
    code.memory('i32.store', CELL_OFFSETS.JIT_LEFT_BY);
    code.get(LEFT);
    return code.finish();
  }

  private load64(cell: number): void {
    this.code.i32(0);
    this.code.memory('i64.load', cell);
  }

  private load32(cell: number): void {
    this.code.i32(0);
    this.code.memory('i32.load', cell);
  }

  /** Every register the part names gets a local. */
  private findRegisters(): void {
    const touch = (file: RegisterFile, number: number): void => {
      if ((file === 'f' || number) && !this.registers[file].has(number)) {
        this.registers[file].set(number, this.code.local('i64'));
      }
    };
    for (const b of this.part.blocks) {
      for (const i of b.body) {
        const visit = (e: Expr): void => {
          if (e.kind === 'reg') touch(e.file, registerOf(e.operand, i));
          else if (e.kind === 'load') visit(e.address);
          else if (e.kind === 'op' || e.kind === 'call') e.args.forEach(visit);
        };
        const { effect } = i.form;
        const rd = i.operands.rd ?? 0;
        if (effect.kind === 'write') visit(effect.value);
        else if (effect.kind === 'store') [effect.address, effect.value].forEach(visit);
        else if (effect.kind === 'branch') visit(effect.condition);
        else if (effect.kind === 'jump') visit(effect.target);
        const file = effect.kind === 'write' ? effect.file : effect.kind === 'jump' && effect.link ? 'x' : null;
        if (file === 'f' || (file === 'x' && rd)) {
          touch(file, rd);
          this.written[file].add(rd);
        }
      }
    }
  }

  private temporary(type: 'i32' | 'i64' | 'f64'): number {
    const pool = this.temporaries[type];
    const n = this.inUse[type]++;
    if (n === pool.length) pool.push(this.code.local(type));
    return pool[n]!;
  }

  // Leaving

  /** Takes what the block has done off the budget. */
  private settle(instructions: number, accesses: number): void {
    const { code } = this;
    if (instructions) {
      code.get(LEFT);
      code.i64(instructions);
      code.op('i64.sub');
      code.set(LEFT);
    }
    if (accesses && this.counting) {
      code.get(this.data);
      code.i64(accesses);
      code.op('i64.add');
      code.set(this.data);
    }
  }

  private address(offset: number): void {
    this.code.get(PAGE);
    if (offset) {
      this.code.i64(offset);
      this.code.op('i64.add');
    }
  }

  private leave(how: number, offset: number): void {
    const { code } = this;
    this.address(offset);
    code.set(this.pc);
    code.i32(how);
    code.set(this.how);
    code.br(this.exit);
  }

  // Blocks

  private block(b: Block, to: (target: Block) => void): void {
    this.done = 0;
    this.accesses = 0;
    this.floatChecked = false;
    this.floatDirty = false;
    for (const i of b.body) {
      this.inUse.i32 = this.inUse.i64 = this.inUse.f64 = 0;
      const { effect } = i.form;
      if (effect.kind === 'branch') {
        this.branch(b, i, effect.condition, to);
        return;
      }
      if (effect.kind === 'jump') {
        this.jump(b, i, effect, to);
        return;
      }
      this.straight(i, effect);
    }
    this.settle(this.done, this.accesses);
    const successor = b.successors[0];
    if (successor) to(successor);
    else this.leave(LEFT_WITHIN, b.next);
  }

  /** After a transfer to an offset in the page: the budget, then the block there or the interpreter. */
  private arrive(b: Block, offset: number, to: (target: Block) => void): void {
    const { code } = this;
    const successor = b.successors.find((s) => s.at === offset);
    if (successor) {
      code.get(LEFT);
      code.i64(0);
      code.raw('i64.le_s');
      code.if();
      this.leave(LEFT_OFF, offset);
      code.end();
      to(successor);
      return;
    }
    this.address(offset);
    code.set(this.pc);
    code.i32(LEFT_OFF);
    code.i32(LEFT_WITHIN);
    code.get(LEFT);
    code.i64(0);
    code.raw('i64.le_s');
    code.raw('select');
    code.set(this.how);
    code.br(this.exit);
  }

  private direct(b: Block, i: Instruction, to: (target: Block) => void): void {
    if (b.target !== undefined) this.arrive(b, b.target, to);
    else this.leave(LEFT_FOR, i.at + i.operands.imm!);
  }

  private branch(b: Block, i: Instruction, condition: Expr, to: (target: Block) => void): void {
    const { code } = this;
    if (condition.kind === 'const') {
      this.settle(this.done + 1, this.accesses);
      this.direct(b, i, to);
      return;
    }
    this.settle(this.done + 1, this.accesses);
    this.tree(condition, i);
    code.if();
    this.direct(b, i, to);
    code.else();
    this.arrive(b, b.next, to);
    code.end();
    code.raw('unreachable');
  }

  private jump(b: Block, i: Instruction, effect: Extract<Effect, { kind: 'jump' }>, to: (target: Block) => void): void {
    const { code } = this;
    const link = (): void => {
      const rd = i.operands.rd ?? 0;
      if (!effect.link || !rd) return;
      this.address(i.at + i.length);
      code.set(this.registers.x.get(rd)!);
    };
    this.settle(this.done + 1, this.accesses);
    if (b.target !== undefined || i.form.row.name === 'jal') {
      link();
      this.direct(b, i, to);
      return;
    }
    this.tree(effect.target, i);
    code.i64(-2);
    code.op('i64.and');
    code.set(this.pc);
    link();
    code.get(this.pc);
    code.get(PAGE);
    code.op('i64.xor');
    code.i64(4096);
    code.op('i64.lt_u');
    code.if('i32');
    code.i32(LEFT_OFF);
    code.i32(LEFT_WITHIN);
    code.get(LEFT);
    code.i64(0);
    code.raw('i64.le_s');
    code.raw('select');
    code.else();
    code.i32(LEFT_FOR);
    code.end();
    code.set(this.how);
    code.br(this.exit);
  }

  // Instructions

  private straight(i: Instruction, effect: Effect): void {
    if (isFloat(i.form.row)) this.floatGuard(i);
    if (effect.kind === 'store') this.store(i, effect);
    else if (effect.kind === 'write') {
      if (findLoad(effect.value)) this.load(i, effect);
      else this.write(i, effect);
    }
    this.done++;
  }

  /** Floating point is illegal while FS is Off or the dynamic rounding mode is invalid; neither changes in a block. */
  private floatGuard(i: Instruction): void {
    const { code } = this;
    const dynamic = hasRounding(i.form.row) && i.operands.rm === DYNAMIC;
    if (this.floatChecked && !dynamic) return;
    code.i32(0);
    code.memory('i32.load8_u', CELL_OFFSETS.FP_OFF);
    if (dynamic) {
      code.i32(0);
      code.memory('i32.load8_u', CELL_OFFSETS.FRM);
      code.i32(4);
      code.op('i32.gt_u');
      code.op('i32.or');
    }
    code.if();
    code.i32(CAUSE_ILLEGAL);
    code.i64(i.word);
    code.call(this.imports.index('raise', ['i32', 'i64'], null));
    this.settle(this.done, this.accesses);
    this.leave(LEFT_OFF, i.at);
    code.end();
    this.floatChecked = true;
  }

  private markDirty(): void {
    if (this.floatDirty) return;
    this.code.i32(0);
    this.code.i32(1);
    this.code.memory('i32.store8', CELL_OFFSETS.FP_DIRTY);
    this.floatDirty = true;
  }

  private put(i: Instruction, file: RegisterFile): void {
    const rd = i.operands.rd ?? 0;
    if (file === 'x' && !rd) this.code.raw('drop');
    else this.code.set(this.registers[file].get(rd)!);
  }

  private write(i: Instruction, effect: Extract<Effect, { kind: 'write' }>): void {
    const { code } = this;
    const flags = raisesFlags(effect);
    if (effect.file === 'x' && !i.operands.rd && !flags) return;
    const watch = flags && !writesFloat(effect) && !this.floatDirty;
    const before = watch ? this.temporary('i32') : 0;
    const fflags = (): void => {
      code.i32(0);
      code.memory('i32.load8_u', CELL_OFFSETS.FFLAGS);
    };
    if (watch) {
      fflags();
      code.set(before);
    }
    this.tree(effect.value, i);
    this.put(i, effect.file);
    if (effect.file === 'f') this.markDirty();
    if (watch) {
      fflags();
      code.get(before);
      code.op('i32.ne');
      code.if();
      code.i32(0);
      code.i32(1);
      code.memory('i32.store8', CELL_OFFSETS.FP_DIRTY);
      code.end();
    }
  }

  /** Leaves a condition: whether the fast TLB serves the access at `va`. */
  private lookUp(va: number, slot: number, t: number, table: number, bytes: number): void {
    const { code } = this;
    code.get(va);
    code.i64(8);
    code.op('i64.shr_u');
    code.op('i32.wrap_i64');
    code.i32(SIZES.TLB_MASK);
    code.op('i32.and');
    code.tee(slot);
    code.memory('i64.load', table);
    code.get(va);
    code.op('i64.xor');
    code.tee(t);
    code.i64(4096 - bytes);
    code.raw('i64.le_u');
  }

  private host(slot: number, t: number, table: number): void {
    const { code } = this;
    code.get(slot);
    code.memory('i32.load', table + 8);
    code.get(t);
    code.op('i32.wrap_i64');
    code.op('i32.add');
  }

  /** Tells the hart the time, in which the current instruction is spent. */
  private tellBudget(): void {
    const { code } = this;
    code.i32(0);
    code.get(LEFT);
    code.i64(this.done + 1);
    code.op('i64.sub');
    code.memory('i64.store', CELL_OFFSETS.BUDGET);
  }

  private load(i: Instruction, effect: Extract<Effect, { kind: 'write' }>): void {
    const { code } = this;
    const { bytes, signed, address } = findLoad(effect.value)!;
    const [va, slot, t, value] = [
      this.temporary('i64'),
      this.temporary('i32'),
      this.temporary('i64'),
      this.temporary('i64'),
    ];
    this.tree(address, i);
    code.set(va);
    this.lookUp(va, slot, t, PLACES.TLB_READ, bytes);
    const finish = (): void => {
      this.tree(effect.value, i, value);
      this.put(i, effect.file);
    };
    code.if('i64');
    this.host(slot, t, PLACES.TLB_READ);
    code.memory(LOADS[`${bytes}${signed ? 's' : 'u'}`]!, 0);
    code.else();
    this.tellBudget();
    code.get(va);
    code.i32(Math.log2(bytes));
    code.call(this.imports.index('slowLoad', ['i64', 'i32'], 'i64'));
    if (signed && bytes === 1) code.op('i64.extend8_s');
    else if (signed && bytes === 2) code.op('i64.extend16_s');
    else if (signed && bytes === 4) code.raw('i64.extend32_s');
    code.set(value);
    this.load32(CELL_OFFSETS.STOP);
    code.if();
    this.trapped(i);
    const dirty = this.floatDirty;
    finish();
    if (effect.file === 'f') this.markDirty();
    this.floatDirty = dirty;
    this.settle(this.done + 1, this.accesses + 1);
    this.leave(LEFT_OFF, i.at + i.length);
    code.end();
    code.get(value);
    code.end();
    if (effect.value.kind === 'load') this.put(i, effect.file);
    else {
      code.set(value);
      finish();
    }
    if (effect.file === 'f') this.markDirty();
    this.accesses++;
  }

  /** Leaves if STOP says that the instruction did not retire. */
  private trapped(i: Instruction): void {
    const { code } = this;
    this.load32(CELL_OFFSETS.STOP);
    code.i32(STOP_TRAP);
    code.op('i32.eq');
    code.if();
    this.settle(this.done, this.accesses);
    this.leave(LEFT_OFF, i.at);
    code.end();
  }

  private store(i: Instruction, effect: Extract<Effect, { kind: 'store' }>): void {
    const { code } = this;
    const { bytes } = effect;
    const [va, slot, t, value] = [
      this.temporary('i64'),
      this.temporary('i32'),
      this.temporary('i64'),
      this.temporary('i64'),
    ];
    this.tree(effect.address, i);
    code.set(va);
    this.tree(effect.value, i);
    code.set(value);
    this.lookUp(va, slot, t, PLACES.TLB_WRITE, bytes);
    code.if();
    this.host(slot, t, PLACES.TLB_WRITE);
    code.get(value);
    code.memory(STORES[bytes], 0);
    code.else();
    this.tellBudget();
    code.get(va);
    code.get(value);
    code.i32(Math.log2(bytes));
    code.call(this.imports.index('slowStore', ['i64', 'i64', 'i32'], null));
    this.load32(CELL_OFFSETS.STOP);
    this.load32(CELL_OFFSETS.JIT_STALE);
    code.op('i32.or');
    code.if();
    this.trapped(i);
    // It went into code that is translated, or ended the run.
    this.settle(this.done + 1, this.accesses + 1);
    this.address(i.at + i.length);
    code.set(this.pc);
    code.i32(LEFT_OFF);
    code.i32(LEFT_WITHIN);
    this.load32(CELL_OFFSETS.STOP);
    code.raw('select');
    code.set(this.how);
    code.br(this.exit);
    code.end();
    code.end();
    this.accesses++;
  }

  // Trees

  /** A primitive by the native operator, with the primitive itself behind it. */
  private nativeFloat(
    e: Extract<Expr, { kind: 'call' }>,
    native: NativeFloat,
    print: (e: Expr) => void,
    i: Instruction,
  ): void {
    const { code } = this;
    const bits = e.args.slice(0, native.operands).map((arg) => {
      const local = this.temporary('i64');
      print(arg);
      code.set(local);
      return local;
    });
    const numbers = bits.map((local) => {
      const number = this.temporary('f64');
      code.get(local);
      code.raw('f64.reinterpret_i64');
      code.set(number);
      return number;
    });
    const apply = (): void => {
      for (const n of numbers) code.get(n);
      code.raw(native.operator);
    };
    const [x, y] = [numbers[0]!, numbers.at(-1)!];
    const result = native.compares ? x : this.temporary('f64');
    if (!native.compares) {
      apply();
      code.set(result);
    }
    printCondition(code, native.condition, x, y, result);
    if (!native.compares && i.operands.rm === DYNAMIC) printDynamicNearest(code);
    code.if('i64');
    if (native.compares) {
      apply();
      code.op('i64.extend_i32_u');
    } else {
      code.get(result);
      code.raw('i64.reinterpret_f64');
    }
    code.else();
    for (const local of bits) code.get(local);
    for (const rest of e.args.slice(native.operands)) print(rest);
    const { params, result: type } = PRIMITIVES[e.name];
    code.call(this.imports.index(e.name, params, type));
    code.end();
  }

  /** Leaves the value of a tree on the stack; `loaded` is the local with what its load gave. */
  private tree(root: Expr, i: Instruction, loaded = -1): void {
    const { code } = this;
    const uses = new Map<Expr, number>();
    const count = (e: Expr): void => {
      const n = uses.get(e) ?? 0;
      uses.set(e, n + 1);
      if (n || e.kind === 'load') return;
      if (e.kind === 'op' || e.kind === 'call') e.args.forEach(count);
    };
    count(root);
    const named = new Map<Expr, number>();
    const print = (e: Expr): void => {
      const known = named.get(e);
      if (known !== undefined) {
        code.get(known);
        return;
      }
      node(e);
      if (uses.get(e)! > 1 && (e.kind === 'op' || e.kind === 'call')) {
        const local = this.temporary(e.type);
        named.set(e, local);
        code.tee(local);
      }
    };
    const node = (e: Expr): void => {
      switch (e.kind) {
        case 'const':
          if (e.type === 'i64') code.i64(e.value);
          else code.i32(Number(BigInt.asIntN(32, e.value)));
          break;
        case 'reg': {
          const number = registerOf(e.operand, i);
          if (e.file === 'x' && !number) code.i64(0);
          else code.get(this.registers[e.file].get(number)!);
          break;
        }
        case 'imm':
          code.i64(i.operands.imm!);
          break;
        case 'pc':
          this.address(i.at);
          break;
        case 'rm':
          if (i.operands.rm === DYNAMIC) {
            code.i32(0);
            code.memory('i32.load8_u', CELL_OFFSETS.FRM);
          } else code.i32(i.operands.rm!);
          break;
        case 'load':
          code.get(loaded);
          break;
        case 'op':
          if (e.op === 'i64.add' && isZero(e.args[1]!, i)) print(e.args[0]!);
          else if (e.op === 'i64.add' && isZero(e.args[0]!, i)) print(e.args[1]!);
          else {
            e.args.forEach(print);
            code.op(e.op);
          }
          break;
        case 'call': {
          const native = NATIVE_FLOATS[e.name];
          if (native && (native.compares || i.operands.rm === 0 || i.operands.rm === DYNAMIC)) {
            this.nativeFloat(e, native, print, i);
            break;
          }
          e.args.forEach(print);
          const { params, result } = PRIMITIVES[e.name];
          code.call(this.imports.index(e.name, params, result));
          break;
        }
        default:
          throw new Error(`${e.kind} has no place in translated code`);
      }
    };
    print(root);
  }
}

const place = (file: RegisterFile, number: number): number => (file === 'x' ? PLACES.X : PLACES.F) + number * 8;

/** The body of the function of a part. `counting`: data accesses are counted. */
export function emitPart(part: Part, imports: Imports, counting: boolean): Uint8Array {
  return new Emitter(part, imports, counting).print();
}
