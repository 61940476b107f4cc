/**
 * Random guests that live off their page tables: they edit entries in every way, fence as little as the specification
 * allows, switch address spaces and modes, run user code, and take every fault. What they saw is folded into s1, so two
 * machines that agree in their final state agreed in every load and every trap.
 *
 *   0x8000_0000  2 MiB of plain memory, the target of a superpage
 *   0x8020_0000  code, handler; user code sees it at USER_CODE
 *   TABLES       roots A and B (Sv39), C (Sv48, above root A), tables of the window, of the identity map
 *   DATA         frames the window maps; EXEC holds `ret` throughout
 *   0x8040_0000  2 MiB for superpages and NAPOT pages
 */

import { Rng } from '../differential/rng.ts';
import { CSR, ENTRY, MXR, SPP, SUM, shutdown, supervisor } from '../mmu/rig.ts';
import { entry, PAGE, PTE, satpOf, Tables } from '../mmu/tables.ts';
import { Assembler, R } from '../support/asm.ts';

const CODE_PAGES = 64;
const TABLES = 0x8028_0000;
const TABLE_PAGES = 24;
const DATA = 0x802a_0000;
const DATA_PAGES = 16;
const EXEC = DATA + DATA_PAGES * PAGE;
const LARGE = 0x8040_0000;
const LOW = 0x8000_0000;
const UART = 0x1000_0000;
const OUTSIDE = 0x9000_0000;

const USER_CODE = 0x1_0000_0000n;
const USER_DELTA = USER_CODE - BigInt(ENTRY);
const WINDOW = 0x4000_0000n;
const SLOT = 0x20_0000n;
/** Slots of the window: a leaf table of each space, one they share, a superpage or a table, the middle table itself. */
const PRIVATE = 0;
const SHARED = 1;
const LARGE_SLOT = 2;
const SELF = 5;
/** Pages of a window slot that programs touch; those from ALIASES on map tables, writable, for the supervisor. */
const PAGES = 12;
const ALIASES = 40;

const { V, R: RD, W, X, U, G, A, D, N } = PTE;

export interface GuestOptions {
  readonly seed: number;
  readonly operations: number;
  /** All entries carry A and D from the start: for machines that fault instead of setting them. */
  readonly preset: boolean;
  /** A guest that never fences sees what a machine's TLBs happen to hold. Default: it fences all it has to. */
  readonly fences?: boolean;
}

interface Space {
  readonly root: number;
  readonly levels: 3 | 4;
  readonly asid: number;
  /** Its own leaf table. */
  readonly leaf: number;
  readonly middle: number;
}

/** A leaf table (or middle table) that programs edit. */
interface Editable {
  readonly table: number;
  readonly level: 0 | 1;
  readonly slot: number;
  /** Spaces that reach it. */
  readonly spaces: readonly Space[];
  /** Where the window maps the table's own page. */
  readonly alias: bigint;
}

class Writer {
  private readonly rng: Rng;
  private readonly a = new Assembler(ENTRY);
  private readonly tables = new Tables(TABLES, TABLE_PAGES);
  private readonly spaces: Space[] = [];
  private readonly editables: Editable[] = [];
  private readonly options: GuestOptions;
  private current: Space | null = null;
  /** A leaf table that may stand where the superpage stands; it is not edited. */
  private readonly fine = this.tables.page();
  private label = 0;

  constructor(options: GuestOptions) {
    this.options = options;
    this.rng = new Rng(options.seed, 77);
  }

  build(): Uint8Array {
    this.makeTables();
    const { a } = this;
    a.la(R.t0, 'handler');
    a.csrw(CSR.stvec, R.t0);
    a.li(R.s1, 1);
    a.li(R.s3, 0x9e37_79b9_7f4a_7c15n);
    this.enter(this.spaces[0]!, true);
    for (let i = 0; i < this.options.operations; i++) this.operation();
    a.mv(R.a0, R.s1);
    a.op('slti', { rd: 0, rs1: 0, imm: 3 });
    shutdown(a);
    this.handler();
    const code = a.here - ENTRY;
    if (code > CODE_PAGES * PAGE) throw new Error('the program is too long');
    const data = new Uint8Array(DATA_PAGES * PAGE);
    for (let i = 0; i < data.length; i += 61) data[i] = this.rng.u32();
    const exec = new Uint8Array(PAGE);
    // jalr x0, 0(ra)
    for (let i = 0; i < PAGE; i += 4) new DataView(exec.buffer).setUint32(i, 0x0000_8067, true);
    return supervisor(a, [
      { address: TABLES, bytes: this.tables.bytes },
      { address: DATA, bytes: data },
      { address: EXEC, bytes: exec },
    ]);
  }

  private makeTables(): void {
    const { tables, rng } = this;
    const kernel = V | RD | W | X | A | D | (rng.chance(0.5) ? G : 0n);
    const identity = rng.below(3);
    const shared = tables.page();
    const userCode = tables.page();
    for (let i = 0; i < PAGES; i++) tables.set(this.fine + i * 8, this.pte(0, false));
    const roots = [tables.page(), tables.page()];
    for (const [i, root] of roots.entries()) {
      const middle = tables.page();
      const leaf = tables.page();
      tables.set(root + 8, entry(middle, V));
      tables.set(middle + PRIVATE * 8, entry(leaf, V));
      tables.set(middle + SHARED * 8, entry(shared, V));
      tables.set(middle + LARGE_SLOT * 8, entry(LARGE, V | RD | W | A | D));
      tables.set(middle + SELF * 8, entry(middle, V));
      // User code: its gigabyte's middle table is the low table or one of its own.
      const up = tables.page();
      tables.set(root + 4 * 8, entry(up, V));
      tables.set(up, entry(userCode, V));
      this.identity(root, identity, kernel);
      this.spaces.push({ root, levels: 3, asid: i + 1, leaf, middle });
    }
    for (let i = 0; i < CODE_PAGES; i++) {
      tables.set(userCode + i * 8, entry(ENTRY + i * PAGE, V | RD | X | U | A | D));
    }
    const top = tables.page();
    tables.set(top, entry(roots[0]!, V));
    const first = this.spaces[0]!;
    this.spaces.push({ ...first, root: top, levels: 4, asid: 3 });
    const [a, b, c] = this.spaces as [Space, Space, Space];
    const edit = (table: number, level: 0 | 1, slot: number, spaces: Space[], alias: number): void => {
      this.editables.push({
        table,
        level,
        slot,
        spaces,
        alias: WINDOW + SLOT * BigInt(SHARED) + BigInt((ALIASES + alias) * PAGE),
      });
    };
    edit(a.leaf, 0, PRIVATE, [a, c], 0);
    edit(b.leaf, 0, PRIVATE, [b], 1);
    edit(shared, 0, SHARED, [a, b, c], 2);
    edit(a.middle, 1, LARGE_SLOT, [a, c], 3);
    edit(b.middle, 1, LARGE_SLOT, [b], 4);
    for (const [i, { table }] of this.editables.entries()) {
      tables.set(shared + (ALIASES + i) * 8, entry(table, V | RD | W | A | D));
    }
    for (const { table, level } of this.editables.filter((e) => e.level === 0)) {
      for (let i = 0; i < PAGES; i++) tables.set(table + i * 8, this.pte(level, table === shared));
    }
  }

  /** The kernel's own view: 4 KiB pages, 2 MiB pages or a gigapage. */
  private identity(root: number, kind: number, bits: bigint): void {
    const { tables } = this;
    if (kind === 2) {
      tables.set(root + 2 * 8, entry(0x8000_0000, bits));
      return;
    }
    for (let region = 0; region < 4; region++) {
      const base = 0x8000_0000 + region * 0x20_0000;
      if (kind === 1 || region !== 1) {
        tables.map(root, 3, BigInt(base), base, bits, 1);
        continue;
      }
      for (let i = 0; i < 512; i++) tables.map(root, 3, BigInt(base + i * PAGE), base + i * PAGE, bits);
    }
  }

  /** Any entry a program may write: good leaves of every permission, and every way to be wrong. */
  private pte(level: 0 | 1, global: boolean): bigint {
    const { rng, options } = this;
    const marks = options.preset && rng.chance(0.8) ? A | D : rng.pick([0n, A, A | D, D]);
    const rights = rng.pick([RD, RD | W, RD | W, RD | X, X]) | (rng.chance(0.5) ? U : 0n);
    // Only the frame of `ret`s may be executed.
    const bits = V | marks | rights | (global && rng.chance(0.3) ? G : 0n);
    const data = (bits & ~X) | (rights & X ? RD : 0n);
    if (level === 1) {
      switch (rng.below(8)) {
        case 0:
          return 0n;
        case 1:
          return entry(LARGE + PAGE, data);
        case 2:
          return entry(LOW, data);
        case 3:
          return entry(0x1000_0000, (data & ~W) | RD);
        case 4:
        case 5:
          return entry(this.fine, V);
        default:
          return entry(LARGE, data);
      }
    }
    const frame = DATA + rng.below(DATA_PAGES) * PAGE;
    switch (rng.below(20)) {
      case 0:
        return 0n;
      case 1:
        return entry(frame, data & ~V);
      case 2:
        return entry(UART, (data & ~W) | RD);
      case 3:
        return entry(OUTSIDE, data);
      case 4:
        return entry(frame, V | W | (rng.chance(0.5) ? X : 0n) | marks);
      case 5:
        return entry(frame, data | (1n << BigInt(54 + rng.below(9))));
      case 6:
        return entry(frame, V);
      case 7:
        return entry(this.tables.base + rng.below(TABLE_PAGES) * PAGE, (data & ~W) | RD);
      case 8:
        return entry(LARGE + 0x8000 + 0x1_0000 * rng.below(4), data | N);
      case 9:
        return entry(LARGE + PAGE * rng.below(16), data | N);
      case 10:
      case 11:
        return entry(EXEC, (bits & ~W) | (rng.chance(0.3) ? RD | X : X));
      case 12:
        return entry(LARGE + PAGE * rng.below(64), data);
      default:
        return entry(frame, data);
    }
  }

  private fold(): void {
    this.a.op('mul', { rd: R.s1, rs1: R.s1, rs2: R.s3 });
    this.a.op('add', { rd: R.s1, rs1: R.s1, rs2: R.t1 });
  }

  /** An address programs touch: in the window mostly, near a page's end often. */
  private address(): bigint {
    const { rng } = this;
    const slot = rng.pick([PRIVATE, PRIVATE, SHARED, SHARED, LARGE_SLOT, SELF, 3]);
    const page = slot === LARGE_SLOT ? rng.pick([0, 1, 2, 8, 9, 511]) : rng.below(PAGES);
    const offset = rng.chance(0.3) ? 4096 - rng.between(1, 9) : rng.below(512) * 8;
    if (this.current === null) return BigInt(DATA + rng.below(DATA_PAGES * PAGE - 8));
    return WINDOW + SLOT * BigInt(slot) + BigInt(page * PAGE + offset);
  }

  private load(): void {
    const { a, rng } = this;
    a.li(R.t0, this.address());
    a.op(rng.pick(['ld', 'lw', 'lhu', 'lb']), { rd: R.t1, rs1: R.t0, imm: 0 });
    this.fold();
  }

  private store(): void {
    const { a, rng } = this;
    a.li(R.t0, this.address());
    a.op(rng.pick(['sd', 'sw', 'sh', 'sb']), { rs1: R.t0, rs2: R.s1, imm: 0 });
  }

  private atomic(): void {
    const { a, rng } = this;
    a.li(R.t0, this.address() & (rng.chance(0.9) ? ~7n : ~3n));
    if (rng.chance(0.5)) {
      a.op(rng.pick(['amoadd.d', 'amoswap.d', 'amoor.w', 'amomaxu.d']), { rd: R.t1, rs1: R.t0, rs2: R.s1 });
    } else {
      a.op('lr.d', { rd: R.t1, rs1: R.t0 });
      a.op('sc.d', { rd: R.t1, rs1: R.t0, rs2: R.s1 });
    }
    this.fold();
  }

  private jump(): void {
    const { a } = this;
    const next = `next${this.label++}`;
    a.la(R.ra, next);
    a.li(R.t0, this.current ? this.address() & ~3n : BigInt(EXEC));
    a.op('jalr', { rd: 0, rs1: R.t0, imm: 0 });
    a.label(next);
  }

  private access(): void {
    this.rng.pick([() => this.load(), () => this.load(), () => this.store(), () => this.atomic(), () => this.jump()])();
  }

  /** Some accesses in user mode, through the user's view of the code. */
  private user(): void {
    const { a, rng } = this;
    const start = `user${this.label++}`;
    a.la(R.t0, start);
    a.li(R.t1, USER_DELTA);
    a.op('add', { rd: R.t0, rs1: R.t0, rs2: R.t1 });
    a.csrw(CSR.sepc, R.t0);
    a.li(R.t1, SPP);
    a.op('csrrc', { rd: 0, csr: CSR.sstatus, rs1: R.t1 });
    a.op('sret');
    a.label(start);
    for (let i = rng.between(1, 6); i > 0; i--) this.access();
    a.op('ecall');
  }

  private enter(space: Space | null, fence: boolean): void {
    const { a } = this;
    a.li(R.t0, space ? satpOf(space.root, space.levels, space.asid) : 0n);
    a.csrw(CSR.satp, R.t0);
    if (fence) a.op('sfence.vma', { rs1: 0, rs2: 0 });
    this.current = space;
  }

  /** Edits entries of one table, then fences just what has to be fenced. */
  private edit(): void {
    const { a, rng } = this;
    const where = rng.pick(this.editables);
    const indices: number[] = [];
    for (let i = rng.pick([1, 1, 1, 2, 5]); i > 0; i--) {
      const index = where.level ? LARGE_SLOT : rng.below(PAGES);
      const value = this.pte(where.level, where.spaces.length === 3);
      indices.push(index);
      this.storeEntry(where, index, value);
    }
    if (this.options.fences === false) return;
    const only = where.spaces[0]!;
    const page = where.level
      ? WINDOW + SLOT * BigInt(LARGE_SLOT)
      : WINDOW + SLOT * BigInt(where.slot) + BigInt(indices[0]! * PAGE);
    a.li(R.t0, page);
    a.li(R.t1, only.asid);
    const ofOneSpace = where.spaces.length === 1;
    // An entry of the middle table shows in its own slot too, so everything is fenced.
    const onePage = where.level === 0 && indices.length === 1 && rng.chance(0.7);
    const op = rng.pick(['sfence.vma', 'sinval.vma']);
    a.op(op, { rs1: onePage ? R.t0 : 0, rs2: ofOneSpace && rng.chance(0.7) ? R.t1 : 0 });
  }

  private storeEntry({ table, alias }: Editable, index: number, value: bigint): void {
    const { a, rng } = this;
    const aliased = this.current !== null && rng.chance(0.4);
    const at = (aliased ? alias : BigInt(table)) + BigInt(index * 8);
    a.li(R.t0, at);
    a.li(R.t1, value);
    switch (rng.below(6)) {
      case 0:
        a.op('sw', { rs1: R.t0, rs2: R.t1, imm: 0 });
        a.op('srli', { rd: R.t1, rs1: R.t1, imm: 32 });
        a.op('sw', { rs1: R.t0, rs2: R.t1, imm: 4 });
        break;
      case 1:
        a.op('amoswap.d', { rd: R.t2, rs1: R.t0, rs2: R.t1 });
        break;
      case 2:
        a.op('lr.d', { rd: R.t2, rs1: R.t0 });
        a.op('sc.d', { rd: R.t2, rs1: R.t0, rs2: R.t1 });
        break;
      default:
        a.sd(R.t1, 0, R.t0);
    }
  }

  private operation(): void {
    const { a, rng } = this;
    const choice = rng.below(100);
    if (choice < 45) this.access();
    else if (choice < 70) this.edit();
    else if (choice < 80 && this.current) this.user();
    else if (choice < 90) this.enter(rng.chance(0.1) ? null : rng.pick(this.spaces), rng.chance(0.3));
    else if (choice < 97) {
      a.li(R.t0, rng.pick([SUM, MXR, SUM | MXR]));
      a.op(rng.pick(['csrrs', 'csrrc']), { rd: 0, csr: CSR.sstatus, rs1: R.t0 });
    } else a.op(rng.pick(['fence.i', 'sfence.vma']));
  }

  /** Folds cause and address in, then goes on behind the instruction; a jump to nowhere goes back to its caller. */
  private handler(): void {
    const { a } = this;
    a.align(4);
    a.label('handler');
    a.csrr(R.t3, CSR.scause);
    a.csrr(R.t4, CSR.stval);
    a.csrr(R.t5, CSR.sepc);
    for (const register of [R.t3, R.t4, R.t5]) {
      a.op('mul', { rd: R.s1, rs1: R.s1, rs2: R.s3 });
      a.op('add', { rd: R.s1, rs1: R.s1, rs2: register });
    }
    a.addi(R.t5, R.t5, 4);
    a.li(R.t4, 8);
    a.beq(R.t3, R.t4, 'call');
    for (const cause of [12, 1]) {
      a.li(R.t4, cause);
      a.beq(R.t3, R.t4, 'lost');
    }
    a.label('back');
    a.csrw(CSR.sepc, R.t5);
    a.op('sret');
    a.label('lost');
    a.mv(R.t5, R.ra);
    a.j('back');
    a.label('call');
    a.li(R.t4, USER_DELTA);
    a.op('sub', { rd: R.t5, rs1: R.t5, rs2: R.t4 });
    a.li(R.t4, SPP);
    a.op('csrrs', { rd: 0, csr: CSR.sstatus, rs1: R.t4 });
    a.j('back');
  }
}

/** The image of a random guest: the same options make the same bytes. */
export const randomGuest = (options: GuestOptions): Uint8Array => new Writer(options).build();
