/** A unit as a WebAssembly function, from the semantics trees of src/isa. */
import { CELL_OFFSETS } from '../../abi/layout.ts';
import { writesFloat } from '../../isa/traits.ts';
import type { Effect, Expr } from '../../isa/types.ts';
import { type Looks, looksOf } from './budget.ts';
import { LEAVING } from './causes.ts';
import { type Instruction, pageOf } from './code.ts';
import { ACCESS_BITS, Context, FP_FOREIGN, FP_INVALID, FP_OFF, type Surroundings } from './context.ts';
import { exitSets, type Flow, flowOf, reloads } from './flow.ts';
import { Memory } from './memory.ts';
import { ANYTHING, type Callee } from './plan.ts';
import { common, NONE, one, union, without } from './registers.ts';
import { type Run, versionsOf } from './runs.ts';
import { innermostLoops, Printer, type Shape, shapeOf, tightLoops } from './structure.ts';
import { Tree } from './tree.ts';
import type { Block, Unit } from './unit.ts';
import type { Body, Label } from './wasm.ts';

/** What a call of a unit needs beside what its callers know of it. */
export interface CalledUnit extends Callee {
  /** Index of its function in the module; null: it is looked for when it is called. Where it is only likely to be called, it may be another one. */
  readonly index: number | null;
}

const DYNAMIC = 7;

/** Whether native arithmetic stands behind it, which the state of the FPU has to allow. */
const needsNative = ({ facts }: Instruction): boolean => facts.rounding || facts.flags;

/** Turns of a loop before any are run at once. */
const TURNS_BEFORE = 4;

/** Where a unit is entered: at its entry, and where what goes through tables goes on. */
const headsOf = (blocks: readonly Block[], { entry, inner }: Unit): Block[] => [
  blocks.find((b) => b.at === entry)!,
  ...(inner.length ? blocks.filter((b) => b.end === 'table') : []),
];

const shapeFrom = (blocks: readonly Block[], unit: Unit): Shape<Block> =>
  shapeOf(blocks, (b) => b.successors, headsOf(blocks, unit));

class UnitPrinter {
  private readonly context: Context;
  private readonly blocks: readonly Block[];
  /** Loops of which turns are run at once, by the blocks that these begin in and are counted in. */
  private readonly runs: ReadonlyMap<Block, Run>;
  /** Locals, by the head: turns made since the loop was entered; of those run at once, what is left. */
  private readonly turns = new Map<Block, { readonly made: number; readonly left: number }>();
  private readonly heads: readonly Block[];
  /** The local with the number of the head to begin at. */
  private readonly select: number;
  private readonly calleeOf: (b: Block) => CalledUnit | undefined;
  private readonly flow: Flow;
  private readonly shape: Shape<Block>;
  private readonly looks: Looks;
  private readonly printer: Printer<Block>;
  private readonly memory: Memory;
  private floatsChecked = 0;
  private floatMarked = false;

  constructor(unit: Unit, surroundings: Surroundings, calleeOf: (b: Block) => CalledUnit | undefined) {
    this.calleeOf = calleeOf;
    this.context = new Context(surroundings, unit.home);
    const shape = shapeFrom(unit.blocks, unit);
    const versions = versionsOf(unit.blocks, tightLoops(shape), surroundings.manner.misses === 'call');
    this.blocks = versions?.blocks ?? unit.blocks;
    this.runs = versions?.runs ?? new Map();
    this.shape = versions ? shapeFrom(versions.blocks, unit) : shape;
    this.heads = headsOf(this.blocks, unit);
    this.flow = flowOf(this.blocks, calleeOf);
    this.looks = looksOf(this.shape);
    this.select = this.context.code.local('i32');
    this.printer = new Printer(
      this.context.code,
      this.shape,
      this.select,
      (b, to) => this.block(b, to),
      (head) => this.beforeLoop(head),
    );
    this.memory = new Memory(this.context, {
      blocks: this.blocks,
      loops: innermostLoops(this.shape),
      walked: versions?.walked ?? new Map(),
      inMidst: (b) => this.printer.inMidst(b),
    });
  }

  print(): Body {
    const { context, blocks, flow, heads } = this;
    const { code } = context;
    context.load(heads.reduce((set, b) => union(set, flow.live.get(b)!), NONE));
    if (heads.length > 1) context.readEntry(this.select);
    if (blocks.some((b) => b.body.some((i) => i.facts.float))) context.readFloatState();
    context.openExits(exitSets(blocks, flow, this.calleeOf));
    this.printer.print();
    code.raw('unreachable');
    context.closeExits();
    return code.finish();
  }

  // Blocks

  private block(b: Block, next: (target: Block) => void): void {
    const { context } = this;
    // What follows may be printed in its midst, and has a place of its own.
    const to = (target: Block): void => {
      const here = context.place;
      if (!this.printer.inMidst(target)) context.settle();
      next(target);
      context.place = here;
    };
    context.page = pageOf(b.at);
    context.dirty = this.flow.dirty.get(b)!;
    if (!this.printer.inMidst(b)) {
      context.done = 0;
      context.accesses = 0;
    }
    this.floatsChecked = 0;
    this.floatMarked = false;
    if (b.end === 'run' || b.end === 'turn') {
      const run = this.runs.get(b)!;
      if (b.end === 'run') this.beginRun(run, to);
      else this.countTurn(b, run, to);
      return;
    }
    if (b.end === 'table') {
      this.table(b, to);
      return;
    }
    if (this.looks.at.has(b)) this.look(b);
    for (const i of b.body) {
      context.releaseTemporaries();
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
      context.dirty = union(context.dirty, i.writes);
    }
    this.fall(b, to);
  }

  /** Leaves before a block if what is left might not suffice. */
  private look(b: Block): void {
    const { context } = this;
    context.scarce(this.looks.needed.get(b)!);
    context.code.unlikely();
    context.leave('budget', LEAVING.within, b.at);
    context.code.end();
  }

  private beforeLoop(head: Block): void {
    const { code } = this.context;
    this.memory.forgetPages(head);
    for (const run of this.runs.values()) {
      if (run.head !== head || this.turns.has(head)) continue;
      const made = code.local('i32');
      this.turns.set(head, { made, left: code.local('i32') });
      code.i32(0);
      code.set(made);
    }
  }

  /** Finds how many turns of a loop may be run at once: when it has made a few, since few loops that have not go on for long. */
  private beginRun({ head, fastHead, walks, words, turn }: Run, to: (target: Block) => void): void {
    const { context } = this;
    const { code } = context;
    const { made, left } = this.turns.get(head)!;
    code.get(made);
    code.i32(1);
    code.op('i32.add');
    code.tee(made);
    code.i32(TURNS_BEFORE);
    code.op('i32.lt_s');
    code.if();
    to(head);
    code.end();
    code.get(context.account);
    code.i64(ACCESS_BITS);
    code.op('i64.shr_s');
    code.op('i32.wrap_i64');
    code.i32(this.looks.needed.get(fastHead)!);
    code.op('i32.sub');
    code.i32(Math.ceil(Math.log2(turn)));
    code.op('i32.shr_s');
    code.set(left);
    this.memory.beginWords(words, left, () => to(head));
    this.memory.beginWalks(walks, left, () => to(head));
    code.get(left);
    code.i32(1);
    code.op('i32.lt_s');
    code.if();
    to(head);
    code.end();
    to(fastHead);
  }

  private countTurn(b: Block, { head, fastHead }: Run, to: (target: Block) => void): void {
    const { code } = this.context;
    const { left } = this.turns.get(head)!;
    code.get(left);
    code.i32(1);
    code.op('i32.sub');
    code.tee(left);
    code.if();
    to(fastHead);
    code.else();
    to(b.successors.find((s) => s !== fastHead)!);
    code.end();
    code.raw('unreachable');
  }

  /** Into what follows the block. */
  private fall(b: Block, to: (target: Block) => void): void {
    const { context } = this;
    const behind = b.successors[0];
    if (pageOf(b.next) === context.page) {
      if (behind) to(behind);
      else context.leave('cold', LEAVING.within, b.next);
      return;
    }
    if (!behind) {
      context.leave('cold', LEAVING.for, b.next);
      return;
    }
    context.cross(b.next, () => context.leave('page', LEAVING.for, b.next));
    to(behind);
  }

  /** A transfer to an offset. */
  private arrive(b: Block, at: number, to: (target: Block) => void): void {
    const { context } = this;
    const near = pageOf(at) === context.page;
    const successor = b.successors.find((s) => s.at === at);
    if (!successor) {
      context.leave('cold', near ? LEAVING.within : LEAVING.for, at);
      return;
    }
    if (!near) context.cross(at, () => context.leave('page', LEAVING.for, at));
    to(successor);
  }

  private branch(b: Block, i: Instruction, condition: Expr, to: (target: Block) => void): void {
    const { context } = this;
    const { code } = context;
    context.done++;
    if (condition.kind === 'const') {
      this.arrive(b, b.target!, to);
      return;
    }
    new Tree(context, i, condition).value(condition);
    code.if();
    this.arrive(b, b.target!, to);
    code.else();
    this.notTaken(b, to);
    code.end();
    code.raw('unreachable');
  }

  private notTaken(b: Block, to: (target: Block) => void): void {
    const { context } = this;
    const behind = b.successors.find((s) => s.at === b.next);
    if (pageOf(b.next) === context.page) {
      if (behind) to(behind);
      else context.leave('cold', LEAVING.within, b.next);
      return;
    }
    if (!behind) {
      context.leave('cold', LEAVING.for, b.next);
      return;
    }
    context.cross(b.next, () => context.leave('page', LEAVING.for, b.next));
    to(behind);
  }

  // Transfers that may link

  private link(i: Instruction, effect: Extract<Effect, { kind: 'jump' }>): void {
    const { context } = this;
    const rd = i.operands.rd ?? 0;
    if (!effect.link || !rd) return;
    context.address(i.at + i.length);
    context.code.set(context.register('x', rd));
    context.dirty = union(context.dirty, one('x', rd));
  }

  private jump(b: Block, i: Instruction, effect: Extract<Effect, { kind: 'jump' }>, to: (target: Block) => void): void {
    const { context } = this;
    const { code } = context;
    context.done++;
    if (b.end === 'indirect' || b.end === 'pointer') {
      new Tree(context, i, effect.target).value(effect.target);
      code.i64(-2);
      code.op('i64.and');
      code.set(context.pc);
      this.link(i, effect);
      context.settle();
      if (b.end === 'pointer' && b.successors.length) {
        this.pointer(b, to);
        return;
      }
      context.tellPage();
      if (b.successors.length) to(b.successors[0]!);
      else context.returnFromCells();
      return;
    }
    this.link(i, effect);
    const callee = b.end === 'call' ? this.calleeOf(b) : undefined;
    if (callee) this.call(b, callee, to);
    else if (b.end === 'call') {
      const near = pageOf(b.target!) === context.page;
      context.leave('call', near ? LEAVING.within : LEAVING.for, b.target!);
    } else this.arrive(b, b.target!, to);
  }

  /** Goes to one of the successors by pc, from the page that the cells tell; leaves where none is meant. */
  private table(b: Block, to: (target: Block) => void): void {
    const { context } = this;
    const { code } = context;
    if (this.looks.at.has(b)) {
      context.scarce(this.looks.needed.get(b)!);
      code.unlikely();
      context.leaveUnderWay();
      code.end();
    }
    const targets = [...b.successors].sort((x, y) => x.at - y.at);
    const first = targets[0]!.at;
    const last = targets.at(-1)!.at;
    const numbers = new Uint16Array((last - first) / 2 + 1).fill(targets.length);
    targets.forEach(({ at }, n) => {
      numbers[(at - first) / 2] = n;
    });
    const by = context.temporary('i64');
    code.get(context.pc);
    context.address(first);
    code.op('i64.sub');
    code.tee(by);
    code.i64(last - first);
    code.raw('i64.le_u');
    code.if();
    const none = code.block();
    const labels = [...targets].reverse().map(() => code.block());
    code.get(by);
    code.op('i32.wrap_i64');
    code.memory('i32.load16_u', context.surroundings.table(numbers));
    code.brTable([...labels.reverse(), none]);
    for (const target of targets) {
      code.end();
      this.arriveFromCells(target, to);
    }
    code.end();
    code.end();
    context.returnFromCells();
  }

  /** A transfer to a block from the page that the cells tell. */
  private arriveFromCells(target: Block, to: (target: Block) => void): void {
    const { context } = this;
    const { code } = context;
    code.i32(0);
    code.memory('i64.load', CELL_OFFSETS.PAGE_VA);
    context.pageAddress(pageOf(target.at));
    code.op('i64.ne');
    code.if();
    context.cross(target.at, () => context.leaveFromCells('page', LEAVING.for, target.at));
    code.end();
    to(target);
  }

  private call(b: Block, callee: CalledUnit, to: (target: Block) => void): void {
    this.callUnit(b, b.target!, callee);
    const behind = b.successors[0];
    if (behind) to(behind);
    else this.context.leave('cold', LEAVING.within, b.next);
  }

  /** Calls the unit at an offset; falls through behind the call, with the registers in their locals again. */
  private callUnit(b: Block, target: number, callee: CalledUnit): void {
    const { context } = this;
    const { code } = context;
    const near = pageOf(target) === context.page;
    code.get(context.depth);
    code.op('i32.eqz');
    code.unlikely();
    context.leave('deep', near ? LEAVING.within : LEAVING.for, target);
    code.end();
    if (!near) context.cross(target, () => context.leave('page', LEAVING.for, target));
    context.settle();
    context.store(common(context.dirty, callee.touched));
    code.get(context.account);
    context.pageAddress(pageOf(target));
    code.get(context.depth);
    code.i32(1);
    code.op('i32.sub');
    code.call(callee.index!);
    code.set(context.pc);
    code.set(context.account);
    this.returned(b, callee, pageOf(target));
  }

  /** Calls what stands at pc: the unit that is likely to, by its function, or any other one. */
  private pointer(b: Block, to: (target: Block) => void): void {
    const { context } = this;
    const { code } = context;
    const { dirty, page } = context;
    const likely = this.calleeOf(b)!;
    const behind = code.block();
    if (likely.index !== null) {
      code.get(context.pc);
      context.address(b.target!);
      code.op('i64.eq');
      code.if();
      this.callUnit(b, b.target!, likely);
      code.br(behind);
      code.end();
      context.dirty = dirty;
      context.page = page;
    }
    const otherwise = code.block();
    this.callAny(b, otherwise);
    code.br(behind);
    code.end();
    context.dirty = dirty;
    context.page = page;
    context.tellPage();
    context.returnFromCells();
    code.end();
    context.dirty = without(dirty, likely.touched);
    context.page = pageOf(b.next);
    to(b.successors[0]!);
  }

  /** Calls what stands at pc; goes `otherwise`, with the registers yet to be stored, where the interpreter has to. */
  private callAny(b: Block, otherwise: Label): void {
    const { context } = this;
    const { code } = context;
    const unit = context.temporary('i32');
    code.get(context.depth);
    code.op('i32.eqz');
    code.brIf(otherwise);
    code.get(context.pc);
    context.pageAddress(context.page);
    code.i32(context.surroundings.code.records(context.page));
    code.call(context.surroundings.coreIndex('findUnit'));
    code.tee(unit);
    code.i32(0);
    code.op('i32.lt_s');
    code.brIf(otherwise);
    context.store(context.dirty);
    code.get(context.account);
    code.get(context.pc);
    code.i64(-4096);
    code.op('i64.and');
    code.get(context.depth);
    code.i32(1);
    code.op('i32.sub');
    code.get(unit);
    code.callIndirect();
    code.set(context.pc);
    code.set(context.account);
    this.returned(b, ANYTHING, null);
  }

  /**
   * Behind a call of what has its code in a page, with what it returned in the locals; falls through with the registers in their locals
   * again.
   */
  private returned(b: Block, callee: Callee, calledIn: number | null): void {
    const { context, flow } = this;
    const { code } = context;
    context.dirty = without(context.dirty, callee.touched);
    // It went elsewhere: so does this unit, with everything in memory.
    code.get(context.pc);
    context.address(b.next);
    code.op('i64.ne');
    code.unlikely();
    context.store(context.dirty);
    code.get(context.account);
    code.get(context.pc);
    code.raw('return');
    code.end();
    this.comeBack(b, callee, calledIn);
    context.load(reloads(b, flow, callee));
  }

  /** The callee returned to behind the call: that page, and the budget. */
  private comeBack(b: Block, callee: Callee, calledIn: number | null): void {
    const { context } = this;
    const { code } = context;
    const page = pageOf(b.next);
    const back = (): void => context.cross(b.next, () => context.leaveFromCells('page', LEAVING.for, b.next));
    if (!callee.onePage) {
      code.i32(0);
      code.memory('i64.load', CELL_OFFSETS.PAGE_VA);
      context.pageAddress(page);
      code.op('i64.ne');
      code.unlikely();
      back();
      code.end();
    } else if (calledIn !== page) back();
    context.page = page;
    const behind = b.successors[0];
    if (behind && !this.looks.at.has(behind)) this.look(behind);
  }

  // Instructions

  private straight(i: Instruction, effect: Effect): void {
    const { context } = this;
    if (i.facts.float) this.floatGuard(i);
    if (effect.kind === 'store') this.memory.store(i, effect);
    else if (i.facts.asksHart) this.memory.atomic(i);
    else if (effect.kind === 'write') {
      if (i.facts.load) this.memory.load(i, effect);
      else this.write(i, effect);
      if (effect.file === 'f') this.markFloats();
    }
    context.done++;
  }

  /** Where floating point is off, or native arithmetic is not what is asked for, the interpreter does the instruction. */
  private floatGuard(i: Instruction): void {
    const { context } = this;
    const { code } = context;
    const native = context.surroundings.manner.floats === 'native' && needsNative(i);
    const dynamic = i.facts.rounding && i.operands.rm === DYNAMIC;
    const mask = FP_OFF | (native ? FP_FOREIGN : dynamic ? FP_INVALID : 0);
    if (this.floatsChecked >= mask) return;
    code.get(context.fp);
    code.i32(mask);
    code.op('i32.and');
    code.unlikely();
    context.leave('float', LEAVING.within, i.at);
    code.end();
    this.floatsChecked = mask;
  }

  private markFloats(): void {
    if (this.floatMarked) return;
    this.context.code.i32(0);
    this.context.code.i32(1);
    this.context.code.memory('i32.store8', CELL_OFFSETS.FP_DIRTY);
    this.floatMarked = true;
  }

  private write(i: Instruction, effect: Extract<Effect, { kind: 'write' }>): void {
    const { context } = this;
    const { code } = context;
    const rd = i.operands.rd ?? 0;
    const { flags } = i.facts;
    if (effect.file === 'x' && !rd && !flags) return;
    const tree = new Tree(context, i, effect.value);
    if (effect.file === 'f') {
      tree.number(effect.value);
      code.set(context.register('f', rd));
      return;
    }
    const watch = flags && !writesFloat(effect) && !this.floatMarked;
    const before = watch ? context.temporary('i32') : 0;
    if (watch) {
      context.cell32(CELL_OFFSETS.FFLAGS, 'i32.load8_u');
      code.set(before);
    }
    tree.value(effect.value);
    if (rd) code.set(context.register('x', rd));
    else code.raw('drop');
    if (!watch) return;
    context.cell32(CELL_OFFSETS.FFLAGS, 'i32.load8_u');
    code.get(before);
    code.op('i32.ne');
    code.if();
    code.i32(0);
    code.i32(1);
    code.memory('i32.store8', CELL_OFFSETS.FP_DIRTY);
    code.end();
  }
}

/** The body of a unit's function. `calleeOf`: the unit a block's call goes to, where one is called directly. */
export function printUnit(
  unit: Unit,
  surroundings: Surroundings,
  calleeOf: (b: Block) => CalledUnit | undefined,
): Body {
  return new UnitPrinter(unit, surroundings, calleeOf).print();
}
