/**
 * Loads and stores. In the fast manner accesses over the same base register share one look into the fast TLB, and what
 * that does not serve leaves the unit. In the other manner each access of them looks for itself then, and is served by a call where need be.
 */
import { CELL_OFFSETS, PLACES } from '../../abi/layout.ts';
import type { Effect, Width } from '../../isa/types.ts';
import { LEAVING } from './causes.ts';
import { type Instruction, PAGE } from './code.ts';
import type { Context } from './context.ts';
import { type Group, groupsOf, type Kept, type Nesting } from './groups.ts';
import { NONE, one, type RegisterSet } from './registers.ts';
import type { Walk, Word } from './runs.ts';
import { Tree } from './tree.ts';
import type { Terms } from './turn.ts';
import type { Block } from './unit.ts';
import type { RawName } from './wasm.ts';

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
/** Instructions of a loop in which pages are kept, and pages kept in it. */
const KEEPING_LOOP = 12;
const KEPT_MOST = 2;
/** What begins below this is far from the end of positive words. */
const WORD_MOST = 2 ** 29;
const CALLS: ReadonlySet<Block['end']> = new Set(['call', 'pointer']);
const STOP_TRAP = 1;

const TABLES = { read: PLACES.TLB_READ, write: PLACES.TLB_WRITE } as const;

type WriteEffect = Extract<Effect, { kind: 'write' }>;
type StoreEffect = Extract<Effect, { kind: 'store' }>;

export class Memory {
  private readonly context: Context;
  /** Whether the unit is left wherever a look that accesses share fails. */
  private readonly leaves: boolean;
  private readonly groups: ReadonlyMap<Instruction, Group>;
  private readonly walked: ReadonlyMap<Instruction, Walk>;
  /** By the head of the loop. */
  private readonly kept = new Map<Block, readonly Kept[]>();
  /** Locals with linear addresses that several accesses share. */
  private readonly shared: number[] = [];

  constructor(context: Context, nesting: Nesting) {
    this.context = context;
    const { misses, straddles } = context.surroundings.manner;
    this.leaves = misses === 'leave' && straddles === 'leave';
    this.groups = groupsOf(nesting);
    this.walked = nesting.walked;
    if (this.leaves) this.keepPages(nesting.loops);
  }

  /** In small loops without calls the page of each group is kept from turn to turn. */
  private keepPages(loops: ReadonlyMap<Block, readonly Block[]>): void {
    for (const [head, body] of loops) {
      const inside = body.flatMap((b) => b.body);
      if (inside.length > KEEPING_LOOP || body.some((b) => CALLS.has(b.end)) || inside.some((i) => i.facts.asksHart))
        continue;
      const groups = new Set(inside.flatMap((i) => this.groups.get(i) ?? []));
      if (groups.size > KEPT_MOST || [...groups].some(({ first }) => !inside.includes(first))) continue;
      const { code } = this.context;
      const all = [...groups].map((group): Kept => {
        group.kept = { tag: code.local('i64'), addend: code.local('i32'), limit: code.local('i64') };
        return group.kept;
      });
      this.kept.set(head, all);
    }
  }

  /** Before a loop: no page is kept. */
  forgetPages(head: Block): void {
    const { code } = this.context;
    for (const { limit } of this.kept.get(head) ?? []) {
      code.i64(0);
      code.set(limit);
    }
  }

  // Looking up

  /** Leaves an address: a register and an offset. */
  private virtual(base: number, offset: number): void {
    const { code } = this.context;
    if (base) code.get(this.context.register('x', base));
    else code.i64(0);
    if (!offset) return;
    code.i64(offset);
    code.op('i64.add');
  }

  /** Whether all accesses of a group are in one page wherever its look succeeds. */
  private isWhole(group: Group): boolean {
    return group.members === 1 || this.leaves;
  }

  /**
   * Makes `group.host` known. `missed` prints what is done where the fast TLB does not have the page, or what has to be in one page is not:
   * it leaves the unit, or the code around this. It is given the local with the distance from the page that was found. Null: the host's
   * address is 0 then.
   */
  private find(group: Group, missed: ((distance: number) => void) | null): void {
    const { context } = this;
    const { code } = context;
    const table = TABLES[group.table];
    const span = group.high - group.low;
    const whole = this.isWhole(group);
    const [va, t, slot] = [context.temporary('i64'), context.temporary('i64'), context.temporary('i32')];
    if (group.host < 0) {
      group.host = code.local('i32');
      if (group.members > 1) this.shared.push(group.host);
    }
    if (group.kept) {
      this.findKept(group, group.kept, missed!);
      return;
    }
    this.virtual(group.base, group.low);
    code.tee(va);
    context.lookUp(table, slot);
    code.get(va);
    code.op('i64.xor');
    code.tee(t);
    if (missed) {
      code.i64(whole ? PAGE + 1 - span : PAGE);
      code.raw('i64.ge_u');
      code.unlikely();
      missed(t);
      code.end();
    } else code.raw('drop');
    code.get(slot);
    code.memory('i32.load', table + 8);
    code.get(t);
    code.op('i32.wrap_i64');
    code.op('i32.add');
    if (!whole) {
      code.i32(0);
      code.get(t);
      code.i64(PAGE + 1 - span);
      code.op('i64.lt_u');
      code.raw('select');
    }
    code.set(group.host);
  }

  /** The same where the page found last is kept. */
  private findKept(group: Group, { tag, addend, limit }: Kept, missed: (distance: number) => void): void {
    const { context } = this;
    const { code } = context;
    const table = TABLES[group.table];
    const most = PAGE + 1 - (group.high - group.low);
    const [va, t, slot] = [context.temporary('i64'), context.temporary('i64'), context.temporary('i32')];
    this.virtual(group.base, group.low);
    code.tee(va);
    code.get(tag);
    code.op('i64.xor');
    code.tee(t);
    code.get(limit);
    code.raw('i64.ge_u');
    code.unlikely();
    code.get(va);
    context.lookUp(table, slot);
    code.tee(tag);
    code.get(va);
    code.op('i64.xor');
    code.tee(t);
    code.i64(most);
    code.raw('i64.ge_u');
    code.unlikely();
    missed(t);
    code.end();
    code.i64(most);
    code.set(limit);
    code.get(slot);
    code.memory('i32.load', table + 8);
    code.set(addend);
    code.end();
    code.get(addend);
    code.get(t);
    code.op('i32.wrap_i64');
    code.op('i32.add');
    code.set(group.host);
  }

  /**
   * Finds, before turns of a loop that are run at once, where its walks are, and lowers their number to what surely stays there. `otherwise`
   * prints how to go on where one is nowhere.
   */
  beginWalks(walks: readonly Walk[], turns: number, otherwise: () => void): void {
    const { context } = this;
    const { code } = context;
    for (const walk of walks) {
      const { terms, table, low, high, bias, stride, down } = walk;
      const span = high - low;
      context.releaseTemporaries();
      const [va, t, slot] = [context.temporary('i64'), context.temporary('i64'), context.temporary('i32')];
      this.sum(terms, low);
      code.tee(va);
      context.lookUp(TABLES[table], slot);
      code.get(va);
      code.op('i64.xor');
      code.tee(t);
      code.i64(PAGE + 1 - span);
      code.raw('i64.ge_u');
      code.unlikely();
      otherwise();
      code.end();
      walk.delta = code.local('i32');
      code.get(slot);
      code.memory('i32.load', TABLES[table] + 8);
      code.get(t);
      code.get(va);
      code.op('i64.sub');
      code.i64(bias);
      code.op('i64.add');
      code.op('i32.wrap_i64');
      code.op('i32.add');
      code.set(walk.delta);
      if (!stride) continue;
      if (!down) code.i32(PAGE - span);
      code.get(t);
      code.op('i32.wrap_i64');
      if (!down) code.op('i32.sub');
      this.atMost(turns, stride);
    }
  }

  /** The same for what has to stay a positive word. */
  beginWords(words: readonly Word[], turns: number, otherwise: () => void): void {
    const { context } = this;
    const { code } = context;
    for (const { terms, low, down, stride } of words) {
      context.releaseTemporaries();
      const value = context.temporary('i64');
      this.sum(terms, low);
      code.tee(value);
      // From here turns that go on by so much at most stay within 2^31.
      code.i64(WORD_MOST);
      code.raw('i64.ge_u');
      code.unlikely();
      otherwise();
      code.end();
      if (stride) {
        code.i32(WORD_MOST);
        this.atMost(turns, stride);
      }
      if (!down) continue;
      code.get(value);
      code.op('i32.wrap_i64');
      this.atMost(turns, down);
    }
  }

  /** Leaves a sum of registers and a number. */
  private sum(terms: Terms, by: number): void {
    const { code } = this.context;
    code.i64(by);
    for (const [register, times] of terms) {
      code.get(this.context.register('x', register));
      if (times !== 1) {
        code.i64(times);
        code.op('i64.mul');
      }
      code.op('i64.add');
    }
  }

  /** Lowers a number of turns to how often the room on the stack holds a stride. */
  private atMost(turns: number, stride: number): void {
    const { context } = this;
    const { code } = context;
    const most = context.temporary('i32');
    code.i32(stride);
    code.op('i32.div_u');
    code.tee(most);
    code.get(turns);
    code.get(most);
    code.get(turns);
    code.op('i32.lt_s');
    code.raw('select');
    code.set(turns);
  }

  private leaveMissed(i: Instruction, { members }: Group, distance: number): void {
    const { context } = this;
    if (members === 1) {
      context.leave('miss', LEAVING.within, i.at);
      return;
    }
    context.code.get(distance);
    context.code.i64(PAGE);
    context.code.raw('i64.ge_u');
    context.leaveEither('miss', 'straddle', LEAVING.within, i.at);
  }

  /** Prints an access by whatever way there is to it; `slow` calls. */
  private access(i: Instruction, access: (host: number, offset: number) => void, slow: () => void): void {
    const walk = this.walked.get(i);
    if (walk) this.walk(i, walk, access);
    else if (this.context.surroundings.manner.misses === 'leave') this.fast(i, access);
    else this.called(i, access, slow);
  }

  /** Prints an access of which it is known where the page is. */
  private walk(i: Instruction, { delta, bias }: Walk, access: (host: number, offset: number) => void): void {
    const { context } = this;
    const { code } = context;
    const host = context.temporary('i32');
    code.get(context.register('x', i.operands.rs1!));
    code.op('i32.wrap_i64');
    code.get(delta);
    code.op('i32.add');
    code.set(host);
    access(host, (i.operands.imm ?? 0) - bias);
  }

  /**
   * Prints an access of the fast manner: `access` is given the local with a linear address and what is to be added to it, twice where
   * the group may lie in two pages.
   */
  private fast(i: Instruction, access: (host: number, offset: number) => void): void {
    const { context } = this;
    const { code } = context;
    const group = this.groups.get(i)!;
    if (group.first === i) this.find(group, (distance) => this.leaveMissed(i, group, distance));
    const offset = (i.operands.imm ?? 0) - group.low;
    if (this.isWhole(group)) {
      access(group.host, offset);
      return;
    }
    code.get(group.host);
    code.if();
    access(group.host, offset);
    code.else();
    const alone = this.aloneOf(i, group);
    this.find(alone, (distance) => this.leaveMissed(i, alone, distance));
    access(alone.host, 0);
    code.end();
  }

  /**
   * Prints an access of the other manner: `access` as above, `slow` is a call, after which nothing that was looked up stands: what it brings
   * into the TLBs takes the place of something.
   */
  private called(i: Instruction, access: (host: number, offset: number) => void, slow: () => void): void {
    const { code } = this.context;
    const group = this.groups.get(i)!;
    const alone = group.members === 1 ? group : this.aloneOf(i, group);
    if (group !== alone && group.first === i) this.find(group, null);
    const done = code.block();
    const missed = code.block();
    if (group !== alone) {
      code.get(group.host);
      code.op('i32.eqz');
      code.unlikely();
    }
    this.find(alone, () => code.br(missed));
    access(alone.host, 0);
    code.br(done);
    if (group !== alone) {
      code.end();
      access(group.host, (i.operands.imm ?? 0) - group.low);
      code.br(done);
    }
    code.end();
    slow();
    for (const host of this.shared) {
      code.i32(0);
      code.set(host);
    }
    code.end();
  }

  /** One access of a group by itself. */
  private aloneOf(i: Instruction, group: Group): Group {
    const low = i.operands.imm ?? 0;
    return { ...group, low, high: low + i.facts.width, members: 1, host: -1, kept: null };
  }

  // Accesses

  /** Sets the destination of a load whose value is on the stack, as bits. */
  private finish(i: Instruction, effect: WriteEffect): void {
    const { context } = this;
    const { code } = context;
    const rd = i.operands.rd ?? 0;
    if (effect.value.kind === 'load') {
      if (effect.file === 'f') {
        code.raw('f64.reinterpret_i64');
        code.set(context.register('f', rd));
      } else if (rd) code.set(context.register('x', rd));
      else code.raw('drop');
      return;
    }
    const value = context.temporary('i64');
    code.set(value);
    const tree = new Tree(context, i, effect.value, value);
    if (effect.file === 'f') {
      tree.number(effect.value);
      code.set(context.register('f', rd));
    } else {
      tree.value(effect.value);
      if (rd) code.set(context.register('x', rd));
      else code.raw('drop');
    }
  }

  load(i: Instruction, effect: WriteEffect): void {
    const { context } = this;
    const { code } = context;
    const { bytes, signed } = i.facts.load!;
    const name = LOADS[`${bytes}${signed ? 's' : 'u'}`]!;
    const direct = (host: number, offset: number): void => {
      code.get(host);
      if (effect.file === 'f' && effect.value.kind === 'load' && bytes === 8) {
        code.memory('f64.load', offset);
        code.set(context.register('f', i.operands.rd ?? 0));
      } else {
        code.memory(name, offset);
        this.finish(i, effect);
      }
    };
    this.access(i, direct, () => {
      context.tellBudget();
      this.virtual(i.operands.rs1 ?? 0, i.operands.imm ?? 0);
      code.i32(Math.log2(bytes));
      code.call(context.surroundings.coreIndex('slowLoad'));
      if (signed && bytes === 1) code.op('i64.extend8_s');
      else if (signed && bytes === 2) code.op('i64.extend16_s');
      else if (signed && bytes === 4) code.raw('i64.extend32_s');
      this.trapped(i);
      this.finish(i, effect);
      this.stopped(i, one(effect.file, i.operands.rd ?? 0));
    });
    context.accesses++;
  }

  store(i: Instruction, effect: StoreEffect): void {
    const { context } = this;
    const { code } = context;
    const { bytes } = effect;
    const value = (): void => new Tree(context, i, effect.value).value(effect.value);
    const direct = (host: number, offset: number): void => {
      code.get(host);
      if (bytes === 8 && effect.value.kind === 'reg' && effect.value.file === 'f') {
        new Tree(context, i, effect.value).number(effect.value);
        code.memory('f64.store', offset);
      } else {
        value();
        code.memory(STORES[bytes], offset);
      }
    };
    this.access(i, direct, () => {
      context.tellBudget();
      this.virtual(i.operands.rs1 ?? 0, i.operands.imm ?? 0);
      value();
      code.i32(Math.log2(bytes));
      code.call(context.surroundings.coreIndex('slowStore'));
      this.trapped(i);
      this.changed(i, NONE);
    });
    context.accesses++;
  }

  /** An access through the hart's own functions. */
  atomic(i: Instruction): void {
    const { context } = this;
    const { code, surroundings } = context;
    const { effect } = i.form;
    if (effect.kind !== 'amo' && effect.kind !== 'loadReserved' && effect.kind !== 'storeConditional') return;
    const rd = i.operands.rd ?? 0;
    const size = Math.log2(effect.bytes);
    this.virtual(i.operands.rs1 ?? 0, 0);
    if (effect.kind === 'storeConditional') this.virtual(i.operands.rs2 ?? 0, 0);
    code.i32(size);
    if (effect.kind === 'amo') {
      const [at, value] = [context.temporary('i32'), context.temporary('i64')];
      const old = context.temporary(effect.bytes === 8 ? 'i64' : 'i32');
      code.call(surroundings.coreIndex('amoAddress'));
      code.set(at);
      this.trapped(i);
      code.get(at);
      code.memory(effect.bytes === 8 ? 'i64.load' : 'i32.load', 0);
      code.set(old);
      code.get(at);
      new Tree(context, i, effect.value, old).value(effect.value);
      code.memory(effect.bytes === 8 ? 'i64.store' : 'i32.store', 0);
      code.get(old);
      if (effect.bytes === 4) code.op('i64.extend_i32_s');
      code.set(value);
      code.get(value);
    } else {
      code.call(surroundings.coreIndex(effect.kind));
      const value = context.temporary('i64');
      if (effect.kind === 'loadReserved' && effect.bytes === 4) code.raw('i64.extend32_s');
      code.set(value);
      this.trapped(i);
      code.get(value);
    }
    if (rd) code.set(context.register('x', rd));
    else code.raw('drop');
    this.changed(i, one('x', rd));
    context.accesses++;
  }

  /** Leaves the unit where the instruction did not retire. */
  private trapped(i: Instruction): void {
    const { code } = this.context;
    this.context.cell32(CELL_OFFSETS.STOP);
    code.i32(STOP_TRAP);
    code.op('i32.eq');
    code.unlikely();
    this.context.leave('trap', LEAVING.off, i.at);
    code.end();
  }

  /** Leaves the unit behind the instruction where it ended the run. */
  private stopped(i: Instruction, writes: RegisterSet): void {
    const { code } = this.context;
    this.context.cell32(CELL_OFFSETS.STOP);
    code.unlikely();
    this.leaveBehind(i, 'event', LEAVING.off, writes);
    code.end();
  }

  /** Leaves the unit behind the instruction where it ended the run, or went into code that is translated. */
  private changed(i: Instruction, writes: RegisterSet): void {
    const { code } = this.context;
    this.stopped(i, writes);
    this.context.cell32(CELL_OFFSETS.JIT_STALE);
    code.unlikely();
    this.leaveBehind(i, 'stale', LEAVING.within, writes);
    code.end();
  }

  private leaveBehind(
    i: Instruction,
    cause: 'event' | 'stale',
    leaving: typeof LEAVING.off | typeof LEAVING.within,
    writes: RegisterSet,
  ): void {
    const { context } = this;
    context.done++;
    context.accesses++;
    context.leave(cause, leaving, i.at + i.length, writes);
    context.done--;
    context.accesses--;
  }
}
