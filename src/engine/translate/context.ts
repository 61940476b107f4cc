/** What the printers of one unit share: its locals, where it is, and how it is left. */
import { CELL_OFFSETS, PLACES, SIZES } from '../../abi/layout.ts';
import type { PrimitiveName } from '../../isa/primitives.ts';
import type { RegisterFile } from '../../isa/types.ts';
import { type Cause, causeIndex, LAST_EXIT, LEAVING, type Leaving, leftBy } from './causes.ts';
import { type CodeView, PAGE, pageOf } from './code.ts';
import { Exits, SITE, type Site } from './exits.ts';
import { each, NONE, type RegisterSet, union } from './registers.ts';
import { Code, type RawName, type WasmType } from './wasm.ts';

/**
 * A unit is a function (account, base, depth) → (account, pc). The account holds the instructions left, less one, above ACCESS_BITS
 * bits with the data accesses made, so that what a block does is one small number to add, and it is negative when nothing is left.
 * Base is the address of the page of the entry; depth how many calls may still be nested. The resulting pc is where a transfer
 * through a register goes, or NOWHERE: everything is in the cells.
 */
export const UNIT_TYPE = { params: ['i64', 'i64', 'i32'], results: ['i64', 'i64'] } as const;
const ACCOUNT = 0;
const BASE = 1;
const DEPTH = 2;
/** A run of units takes fewer instructions than this, and so makes fewer accesses. */
export const ACCESS_BITS = 23;
/** No pc: it is odd. */
export const NOWHERE = -1;

/** Of the state of the FPU: off; other than to nearest with NX accrued; a dynamic rounding mode that does not exist. */
export const FP_OFF = 1;
export const FP_FOREIGN = 0x100;
export const FP_INVALID = 0x200;
const NX = 1;
const FRM_MOST = 4;

/** How a unit is made; the first way is fast, the others are for units that leave too often. */
export interface Manner {
  /** Whether an access that the fast TLB does not serve leaves the unit, or is served by a call in its midst. */
  readonly misses: 'leave' | 'call';
  /** Where accesses that share a look lie in two pages: whether the unit is left, or each of them looks for itself then. */
  readonly straddles: 'leave' | 'alone';
  /** Where native floating point is not exact: whether the unit is left, or a call does it in its midst. */
  readonly floats: 'native' | 'call';
}

/** Functions of the core that translated code calls. */
export type CoreFunction =
  | 'slowLoad'
  | 'slowStore'
  | 'amoAddress'
  | 'loadReserved'
  | 'storeConditional'
  | 'movePage'
  | 'findUnit'
  | PrimitiveName;

/** Where a unit is being printed. */
export interface Surroundings {
  readonly code: CodeView;
  readonly manner: Manner;
  /** Whether data accesses are counted. */
  readonly counting: boolean;
  /** Address of the unit's counts of exits. */
  readonly causes: number;
  /** Index of a function of the core. */
  coreIndex(name: CoreFunction): number;
  /** Keeps what a way out tells; its address. */
  site(site: Site): number;
  /** Keeps numbers of halfwords; their address. */
  table(numbers: Uint16Array): number;
}

const place = (file: RegisterFile, number: number): number => (file === 'x' ? PLACES.X : PLACES.F) + number * 8;

/** Where in a block the printer is. */
export interface Place {
  readonly page: number;
  readonly done: number;
  readonly accesses: number;
  readonly dirty: RegisterSet;
}

/** Tells for which cause a unit is left for the pc in a local: `near` if that is in the page that the cells tell, else for a transfer. */
export function tellTransfer(code: Code, pc: number, cause: Cause, near: Leaving, causes: number): void {
  code.i32(0);
  code.i32(leftBy(cause, near));
  code.i32(leftBy(cause, LEAVING.for));
  code.get(pc);
  code.i32(0);
  code.memory('i64.load', CELL_OFFSETS.PAGE_VA);
  code.op('i64.xor');
  code.i64(PAGE);
  code.op('i64.lt_u');
  code.raw('select');
  code.memory('i32.store', CELL_OFFSETS.JIT_LEFT_BY);
  const counter = causes + causeIndex(cause) * 4;
  code.i32(0);
  code.i32(0);
  code.memory('i32.load', counter);
  code.i32(1);
  code.op('i32.add');
  code.memory('i32.store', counter);
}

export class Context {
  readonly code = new Code(UNIT_TYPE.params.length);
  readonly surroundings: Surroundings;
  readonly home: number;
  readonly account = ACCOUNT;
  readonly base = BASE;
  readonly depth = DEPTH;
  readonly pc = this.code.local('i64');
  /** Whether floating point is off (bit 0), and whether it is other than native (bit 8). */
  readonly fp = this.code.local('i32');
  private readonly site = this.code.local('i32');
  private readonly registers = { x: new Map<number, number>(), f: new Map<number, number>() };
  private readonly temporaries = new Map<WasmType, number[]>();
  private readonly inUse = new Map<WasmType, number>();
  private exits: Exits | null = null;

  /** Of the block being printed: its page, instructions and data accesses since the account was settled, dirty registers. */
  page = 0;
  done = 0;
  accesses = 0;
  dirty: RegisterSet = NONE;

  get place(): Place {
    const { page, done, accesses, dirty } = this;
    return { page, done, accesses, dirty };
  }

  set place(place: Place) {
    Object.assign(this, place);
  }

  constructor(surroundings: Surroundings, home: number) {
    this.surroundings = surroundings;
    this.home = home;
  }

  // Locals

  /** The local of a register. */
  register(file: RegisterFile, number: number): number {
    const known = this.registers[file].get(number);
    if (known !== undefined) return known;
    const local = this.code.local(file === 'x' ? 'i64' : 'f64');
    this.registers[file].set(number, local);
    return local;
  }

  /** A local for the instruction that is printed. */
  temporary(type: WasmType): number {
    const pool = this.temporaries.get(type) ?? [];
    this.temporaries.set(type, pool);
    const n = this.inUse.get(type) ?? 0;
    this.inUse.set(type, n + 1);
    if (n === pool.length) pool.push(this.code.local(type));
    return pool[n]!;
  }

  releaseTemporaries(): void {
    this.inUse.clear();
  }

  loadRegister(file: RegisterFile, number: number): void {
    this.code.i32(0);
    this.code.memory(file === 'x' ? 'i64.load' : 'f64.load', place(file, number));
    this.code.set(this.register(file, number));
  }

  storeRegister(file: RegisterFile, number: number): void {
    this.code.i32(0);
    this.code.get(this.register(file, number));
    this.code.memory(file === 'x' ? 'i64.store' : 'f64.store', place(file, number));
  }

  load(set: RegisterSet): void {
    each(set, (file, number) => this.loadRegister(file, number));
  }

  store(set: RegisterSet): void {
    each(set, (file, number) => this.storeRegister(file, number));
  }

  // Addresses

  /** Leaves the address of an offset. */
  address(at: number): void {
    this.offsetBase(at - this.home * PAGE);
  }

  /** Leaves the address of a page. */
  pageAddress(page: number): void {
    this.offsetBase((page - this.home) * PAGE);
  }

  private offsetBase(by: number): void {
    this.code.get(BASE);
    if (!by) return;
    this.code.i64(by);
    this.code.op('i64.add');
  }

  /** Leaves what one side of the fast TLB has at the slot of the address on the stack, as its tag; `slot` is set to where that is. */
  lookUp(table: number, slot: number): void {
    const { code } = this;
    const data = table !== PLACES.TLB_FETCH;
    code.i64(data ? 7 : 8);
    code.op('i64.shr_u');
    code.op('i32.wrap_i64');
    code.i32(data ? SIZES.DATA_TLB_MASK : SIZES.FETCH_TLB_MASK);
    code.op('i32.and');
    code.tee(slot);
    code.memory('i64.load', table);
  }

  cell32(cell: number, load: 'i32.load' | 'i32.load8_u' = 'i32.load'): void {
    this.code.i32(0);
    this.code.memory(load, cell);
  }

  /** What of the FPU's state stays as it is till the unit is left, but for flags that accrue. */
  readFloatState(): void {
    const { code } = this;
    this.cell32(CELL_OFFSETS.FP_OFF, 'i32.load8_u');
    code.i32(FP_FOREIGN);
    code.i32(0);
    this.cell32(CELL_OFFSETS.FRM, 'i32.load8_u');
    this.cell32(CELL_OFFSETS.FFLAGS, 'i32.load8_u');
    code.i32(NX);
    code.op('i32.and');
    code.op('i32.eqz');
    code.op('i32.or');
    code.raw('select');
    code.op('i32.or');
    code.i32(FP_INVALID);
    code.i32(0);
    this.cell32(CELL_OFFSETS.FRM, 'i32.load8_u');
    code.i32(FRM_MOST);
    code.op('i32.gt_u');
    code.raw('select');
    code.op('i32.or');
    // What is joined stands where it is; the host's compiler would find the rest anew in every turn of a loop.
    code.tee(this.fp);
    code.if();
    code.else();
    code.i32(0);
    code.set(this.fp);
    code.end();
  }

  /** Leaves for the pc in its local, of a transfer that is under way, since what is left might not suffice; the cells tell the page. */
  leaveUnderWay(): void {
    const { code, surroundings } = this;
    this.store(this.dirty);
    for (const at of [CELL_OFFSETS.PC, surroundings.causes + LAST_EXIT]) {
      code.i32(0);
      code.get(this.pc);
      code.memory('i64.store', at);
    }
    tellTransfer(code, this.pc, 'budget', LEAVING.within, surroundings.causes);
    code.get(ACCOUNT);
    code.i64(NOWHERE);
    code.raw('return');
  }

  /** Takes the address to go to through tables, if there is one, and which head to begin at then: the second one. */
  readEntry(select: number): void {
    const { code } = this;
    code.i32(0);
    code.memory('i64.load', CELL_OFFSETS.JIT_ENTER);
    code.tee(this.pc);
    code.i64(0);
    code.op('i64.ne');
    code.set(select);
    code.i32(0);
    code.i64(0);
    code.memory('i64.store', CELL_OFFSETS.JIT_ENTER);
  }

  // The account

  /** What instructions and accesses since the account was settled add to it. */
  private spending(): number {
    return (this.surroundings.counting ? this.accesses : 0) - this.done * 2 ** ACCESS_BITS;
  }

  /** Books what was done so far. */
  settle(): void {
    const by = this.spending();
    this.done = 0;
    this.accesses = 0;
    if (by === 0) return;
    const { code } = this;
    code.get(ACCOUNT);
    code.i64(by);
    code.op('i64.add');
    code.set(ACCOUNT);
  }

  /** Leaves whether so many instructions might spend what is left, with the account settled. */
  scarce(instructions: number): void {
    const { code } = this;
    code.get(ACCOUNT);
    code.i64(instructions * 2 ** ACCESS_BITS);
    code.op('i64.lt_s');
  }

  /** Tells the hart the time, in which the current instruction is spent. */
  tellBudget(): void {
    const { code } = this;
    code.i32(0);
    code.get(ACCOUNT);
    code.i64(ACCESS_BITS);
    code.op('i64.shr_s');
    if (this.done) {
      code.i64(this.done);
      code.op('i64.sub');
    }
    code.memory('i64.store', CELL_OFFSETS.BUDGET);
  }

  // Ways out

  openExits(sets: Iterable<RegisterSet>): void {
    this.exits = new Exits(this.code, sets);
    this.exits.open();
  }

  /** Leaves with pc at an offset. `extra`: registers that are dirty beside those of the block. */
  leave(cause: Cause, leaving: Leaving, at: number, extra: RegisterSet = NONE): void {
    this.leaveFrom(this.surroundings.code.records(this.page), cause, leaving, at, extra);
  }

  /** Leaves with pc at an offset for the first cause where the number on the stack is not 0, else for the second one. */
  leaveEither(first: Cause, second: Cause, leaving: Leaving, at: number): void {
    const { code } = this;
    const test = this.temporary('i32');
    code.set(test);
    const records = this.surroundings.code.records(this.page);
    for (const cause of [first, second]) code.i32(this.tell(records, cause, leaving, at));
    code.get(test);
    code.raw('select');
    this.leaveBySite(NONE);
  }

  /** The same where the fetch unit's page is another one, as its cells say. */
  leaveFromCells(cause: Cause, leaving: Leaving, at: number): void {
    this.leaveFrom(0, cause, leaving, at, NONE);
  }

  private leaveFrom(records: number, cause: Cause, leaving: Leaving, at: number, extra: RegisterSet): void {
    this.code.i32(this.tell(records, cause, leaving, at));
    this.leaveBySite(extra);
  }

  /** Leaves as the site on the stack tells. */
  private leaveBySite(extra: RegisterSet): void {
    this.code.set(this.site);
    this.code.br(this.exits!.to(union(this.dirty, extra)));
  }

  /** Keeps what a way out tells; its address. */
  private tell(records: number, cause: Cause, leaving: Leaving, at: number): number {
    return this.surroundings.site({
      spending: this.spending(),
      pc: at - this.home * PAGE,
      page: (this.page - this.home) * PAGE,
      records,
      how: leftBy(cause, leaving),
    });
  }

  /** Prints the common end of all ways out. */
  closeExits(): void {
    const { code } = this;
    this.exits!.close((file, number) => this.storeRegister(file, number));
    const read = (load: RawName, offset: number): void => {
      code.get(this.site);
      code.memory(load, offset);
    };
    code.get(ACCOUNT);
    read('i64.load', SITE.spending);
    code.op('i64.add');
    code.set(ACCOUNT);
    code.i32(0);
    code.get(BASE);
    read('i64.load32_s', SITE.pc);
    code.op('i64.add');
    code.tee(this.pc);
    code.memory('i64.store', CELL_OFFSETS.PC);
    code.i32(0);
    code.get(this.pc);
    code.memory('i64.store', this.surroundings.causes + LAST_EXIT);
    read('i32.load', SITE.records);
    code.if();
    code.i32(0);
    code.get(BASE);
    read('i64.load32_s', SITE.page);
    code.op('i64.add');
    code.memory('i64.store', CELL_OFFSETS.PAGE_VA);
    code.i32(0);
    read('i32.load', SITE.records);
    code.memory('i32.store', CELL_OFFSETS.PAGE_REC);
    code.end();
    code.i32(0);
    read('i32.load', SITE.how);
    code.memory('i32.store', CELL_OFFSETS.JIT_LEFT_BY);
    // One more of this cause.
    read('i32.load', SITE.how);
    code.i32(~3);
    code.op('i32.and');
    code.tee(this.site);
    code.get(this.site);
    code.memory('i32.load', this.surroundings.causes);
    code.i32(1);
    code.op('i32.add');
    code.memory('i32.store', this.surroundings.causes);
    code.get(ACCOUNT);
    code.i64(NOWHERE);
  }

  /** Tells in the cells which page the fetch unit is in. */
  tellPage(): void {
    const { code } = this;
    code.i32(0);
    this.pageAddress(this.page);
    code.memory('i64.store', CELL_OFFSETS.PAGE_VA);
    code.i32(0);
    code.i32(this.surroundings.code.records(this.page));
    code.memory('i32.store', CELL_OFFSETS.PAGE_REC);
  }

  /** Returns with the pc in its local; the cells tell the page, and the account is settled. */
  returnFromCells(): void {
    const { code } = this;
    this.store(this.dirty);
    code.get(ACCOUNT);
    code.get(this.pc);
    code.raw('return');
  }

  // Pages

  /**
   * The fetch unit moves to another page of the unit, for what is at `at` in it. Where the fast TLB does not say that the page is still
   * what it was, the interpreter looks: `otherwise` prints how the unit is left.
   */
  cross(at: number, otherwise: () => void): void {
    const { code } = this;
    const page = pageOf(at);
    const [va, slot] = [this.temporary('i64'), this.temporary('i32')];
    this.pageAddress(page);
    code.tee(va);
    this.lookUp(PLACES.TLB_FETCH, slot);
    code.get(va);
    code.op('i64.ne');
    code.get(slot);
    code.memory('i32.load', PLACES.TLB_FETCH + 12);
    code.i32(this.surroundings.code.records(page));
    code.op('i32.ne');
    code.op('i32.or');
    code.unlikely();
    otherwise();
    code.end();
    code.call(this.surroundings.coreIndex('movePage'));
  }
}
