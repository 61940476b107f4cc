/** A random program: blocks of random instructions, each with a set-up in machine mode that says how it runs. */
import { extract } from '../../src/isa/encoding.ts';
import { Assembler } from '../support/asm.ts';
import { writeElf } from '../support/elf.ts';
import { type Block, type Mode, planBlock } from './blocks.ts';
import { csrItem } from './csrs.ts';
import { randomData } from './data.ts';
import { prologue } from './frame.ts';
import { illegalWord, place, randomWord, type Template, templates, type Use, usable } from './instructions.ts';
import {
  buildTables,
  entryAddress,
  NAPOT_FIRST,
  randomLeaf,
  SAFE_PAGE,
  STRANGE,
  SUPERPAGE,
  SUPERVISOR_CODE,
  satp,
  USER_CODE,
  WINDOW,
  WINDOW_PAGES,
} from './paging.ts';
import {
  BASE,
  BODY,
  BODY_END,
  CLINT,
  COUNTER,
  DATA,
  DATA_PAGES,
  DATA2,
  DATA2_PAGES,
  DUMP,
  FREE,
  LOG,
  MAGIC,
  POINTERS,
  SIGNAL,
  SLOT,
  STATE,
  TABLES,
} from './places.ts';
import { Rng } from './rng.ts';

export interface ProgramOptions {
  readonly seed: number;
  readonly number: number;
  /** Random instructions to generate. */
  readonly instructions: number;
  /** Extensions to leave out. */
  readonly leaveOut: ReadonlySet<string>;
  /** Block whose traps and registers are printed in full. */
  readonly scrutiny?: number;
}

export interface DifferentialProgram {
  readonly elf: Uint8Array;
  readonly blocks: number;
  /** Random instructions in it, without set-up and handlers. */
  readonly instructions: number;
  /** Of each block: its privilege and where its first instruction is. */
  readonly layout: readonly { readonly mode: Mode; readonly address: number; readonly end: number }[];
}

/** Physical addresses nobody answers, neither here nor on QEMU's virt. */
const HOLES: readonly bigint[] = [
  0x18_0000n,
  0x0n,
  0x100_0000n,
  0x80_0000_0000n,
  0xff_ffff_ffff_fff0n,
  0x8000_0000_0000_0000n,
  0xffff_ffff_ffff_fff8n,
];

const FS_STATES = [0n, 1n, 2n, 3n, 3n, 3n, 3n, 3n, 3n, 3n, 3n, 3n, 3n, 3n, 3n, 3n];

class Generator {
  readonly a = new Assembler(BASE);
  readonly rng: Rng;
  readonly groups: ReadonlyMap<Use, readonly Template[]>;
  readonly all: readonly Template[];
  count = 0;
  private readonly options: ProgramOptions;
  private readonly writableCode: boolean;
  private pending: { label: string; after: number }[] = [];
  private looping = false;

  constructor(options: ProgramOptions) {
    this.options = options;
    this.rng = new Rng(options.seed, options.number);
    this.groups = templates(options.leaveOut);
    this.all = [...this.groups.values()].flat();
    this.writableCode = this.rng.chance(0.5);
  }

  generate(): DifferentialProgram {
    const { a } = this;
    prologue(a);
    if (a.here > STATE) throw new Error('the frame is too long');
    a.space(BODY - a.here);
    a.label('body');
    const layout: { mode: Mode; address: number; end: number }[] = [];
    for (let i = 0; this.count < this.options.instructions && a.here < BODY_END - 0x8000; i++) {
      const block = planBlock(this.rng, this.writableCode);
      this.setUp(block, i);
      const address = a.here;
      this.body(block);
      layout.push({ mode: block.mode, address, end: a.here });
      this.endBlock();
      a.label(`block${i}`);
    }
    a.li(1, 0);
    a.la(2, 'finale');
    a.op('jalr', { rd: 0, rs1: 2 });
    a.label('body_end');
    const text = a.finish();
    const state = new Uint8Array(4096);
    new DataView(state.buffer).setBigInt64(SLOT.scrutiny, BigInt(this.options.scrutiny ?? -1), true);
    const elf = writeElf({
      entry: BASE,
      segments: [
        { address: BASE, bytes: text.subarray(0, STATE - BASE) },
        { address: STATE, bytes: state },
        { address: DATA, bytes: randomData(this.rng, DATA_PAGES) },
        { address: TABLES, bytes: buildTables(new Rng(this.options.seed, ~this.options.number), this.writableCode) },
        { address: LOG, bytes: new Uint8Array(0), size: DUMP - LOG + 0x8_0000 },
        { address: BODY, bytes: text.subarray(BODY - BASE) },
        { address: DATA2, bytes: randomData(this.rng, DATA2_PAGES), size: 0x20_0000 },
      ],
    });
    return { elf, blocks: layout.length, instructions: this.count, layout };
  }

  /** Machine mode, physical addresses: everything the block depends on. */
  private setUp(block: Block, index: number): void {
    const { a, rng } = this;
    const csrw = (csr: number, value: bigint | number) => {
      a.li(1, value);
      a.csrw(csr, 1);
    };
    a.li(2, STATE);
    a.la(1, `block${index}`);
    a.sd(1, SLOT.next, 2);
    const virtual =
      block.translated && block.mode !== 'M' ? (block.mode === 'U' ? USER_CODE : SUPERVISOR_CODE) : BigInt(BASE);
    const delta = BigInt(BASE) - virtual;
    a.li(1, delta);
    a.sd(1, SLOT.delta, 2);
    for (let changes = rng.below(4); changes > 0; changes--) this.changeEntry();
    this.protect(block, csrw);
    csrw(0x180, block.translation === 0 ? 0 : satp(block.translation, rng.below(4)));
    a.op('sfence.vma');
    // Not the supervisor's own calls, which end its blocks; the user's may go either way. Nothing where TSR would stop
    // the supervisor's handler from returning.
    csrw(0x302, block.tsr ? 0 : rng.u64() & 0xb1ffn);
    csrw(0x303, block.tsr ? 0 : BigInt(rng.u32() & 0x222));
    csrw(0x304, 0);
    csrw(0x306, rng.u32());
    csrw(0x106, rng.u32());
    if (rng.chance(0.3)) csrw(3, BigInt(rng.below(8) << 5) | BigInt(rng.below(32)));
    else csrw(3, BigInt(rng.pick([0, 1, 2, 3, 4]) << 5));
    if (rng.chance(0.3)) {
      const first = rng.below(32);
      a.li(1, DATA + 8 * rng.below(4096));
      for (let i = first; i < Math.min(32, first + 8); i++)
        a.op('fld', { rd: i, rs1: 1, imm: 8 * rng.below(256) - 1024 });
    }
    this.pointers(block);
    a.li(1, 0x7f_f9aan | (1n << 20n) | (1n << 21n) | (1n << 22n));
    a.op('csrrc', { rd: 0, csr: 0x300, rs1: 1 });
    const bit = (on: boolean, at: number) => (on ? 1n << BigInt(at) : 0n);
    const mpp = { M: 3n, S: 1n, U: 0n }[block.mode];
    a.li(
      1,
      (mpp << 11n) |
        (rng.pick(FS_STATES) << 13n) |
        bit(block.mprv, 17) |
        bit(rng.chance(0.6), 18) |
        bit(rng.chance(0.3), 19) |
        bit(block.tvm, 20) |
        bit(block.tw, 21) |
        bit(block.tsr, 22),
    );
    a.op('csrrs', { rd: 0, csr: 0x300, rs1: 1 });
    const entry = a.fresh('entry');
    a.la(1, entry);
    if (delta) {
      a.li(SIGNAL, delta);
      a.op('sub', { rd: 1, rs1: 1, rs2: SIGNAL });
    }
    a.csrw(0x341, 1);
    a.li(SIGNAL, 0);
    a.op('mret');
    a.label(entry);
  }

  /**
   * PMP entries over the upper half of the data: whole pages, as QEMU's TLB checks smaller regions at its own grain.
   * The lower half holds the page that load-reserved and store-conditional must reach.
   */
  private protect(block: Block, csrw: (csr: number, value: bigint) => void): void {
    const { rng } = this;
    let config = 0n;
    if (block.protected) {
      for (let entry = 0; entry < 2; entry++) {
        const size = 4096 << rng.below(4);
        const base = DATA + 0x8000 + size * rng.below(0x8000 / size);
        csrw(0x3b0 + entry, BigInt(base / 4 + size / 8 - 1));
        config |= BigInt(0x18 | rng.pick([0, 1, 3, 4, 5, 7])) << BigInt(8 * entry);
      }
    }
    csrw(0x3a0, config);
  }

  /** A store to the data window's table, and the fence it needs. */
  private changeEntry(): void {
    const { a, rng } = this;
    const page = rng.between(2, NAPOT_FIRST - 1);
    a.li(1, randomLeaf(rng));
    a.li(SIGNAL, entryAddress(page));
    a.sd(1, 0, SIGNAL);
    a.li(1, WINDOW + BigInt(page) * 4096n);
    if (rng.chance(0.3)) a.op('sfence.vma');
    else if (rng.chance(0.5)) a.op('sfence.vma', { rs1: 1 });
    else {
      a.op('sfence.w.inval');
      a.op('sinval.vma', { rs1: 1 });
      a.op('sfence.inval.ir');
    }
  }

  /** Base registers: anywhere in the data, near the ends of pages as often as not. */
  private pointers(block: Block): void {
    const { a, rng } = this;
    for (const register of POINTERS) {
      const near = rng.chance(0.5) ? rng.pick([0, 2048, 4090]) : rng.below(4096);
      let address: bigint;
      if (!block.translated) address = BigInt(DATA + 4096 * rng.between(1, DATA_PAGES - 2) + near);
      else if (rng.chance(0.15)) address = SUPERPAGE + BigInt(4096 * rng.between(1, DATA2_PAGES - 2) + near);
      else address = WINDOW + BigInt(4096 * rng.between(0, WINDOW_PAGES - 1) + near);
      if (block.protected || rng.chance(0.7)) address &= ~7n;
      a.li(register, address);
    }
  }

  /** Registers random code may write, x0 seldom. */
  private target(): number {
    return this.rng.pick(FREE);
  }

  private any(): number {
    return this.rng.below(32);
  }

  private body(block: Block): void {
    const { rng } = this;
    for (let left = rng.between(20, 120); left > 0; left--) {
      this.item(block);
      this.settle();
    }
    this.settle(true);
  }

  /** Sets labels whose distance is up. */
  private settle(all = false): void {
    this.pending = this.pending.filter((entry) => {
      entry.after--;
      if (entry.after > 0 && !all) return true;
      this.a.label(entry.label);
      return false;
    });
  }

  private ahead(): string {
    const label = this.a.fresh('ahead');
    this.pending.push({ label, after: this.rng.between(2, 6) });
    return label;
  }

  private emit(word: number): void {
    this.a.raw(word);
    this.count++;
  }

  private draw(use: Use): Template {
    for (;;) {
      const t = this.rng.pick(this.groups.get(use)!);
      if (usable(t)) return t;
    }
  }

  /** One random instruction, or a short sequence around one. */
  private item(block: Block): void {
    const { rng } = this;
    const at = rng.below(1000);
    if (at < 380) this.emit(randomWord(rng, this.draw('compute')));
    else if (at < 560) this.emit(randomWord(rng, this.draw('float')));
    else if (at < 780) this.memory(block);
    else if (at < 820) this.atomic(block);
    else if (at < 880) this.branch();
    else if (at < 905) this.jump();
    else if (at < 940) this.count += csrItem(this.a, rng, block);
    else if (at < 955) this.emit(illegalWord(rng, this.all));
    else if (at < 965) this.system(block);
    else if (at < 975) this.reservation(block);
    else if (at < 980) this.astray(block);
    else if (at < 985) this.modify(block);
    else if (at < 990) this.loop(block);
    else if (at < 995) this.interrupt(block);
    else this.pointers(block);
  }

  private memory(block: Block): void {
    const { a, rng } = this;
    const t = this.draw('memory');
    let word = randomWord(rng, t);
    if (block.protected && t.imm) word = place(word, t.imm, extract(t.imm, word) & ~7);
    if (rng.chance(0.03) && t.rs1 && t.imm && t.length === 4) {
      // The same through an address that is probably bad.
      const base = this.target() || 5;
      const address = this.strange(block) & (block.protected ? ~7n : ~0n);
      word = place(word, t.rs1, base);
      a.li(base, address - BigInt(extract(t.imm, word)));
    }
    this.emit(word);
  }

  /** Not in RAM when there is no translation; most of it not mapped where there is. */
  private strange(block: Block): bigint {
    const { rng } = this;
    if (block.translated) return rng.chance(0.7) ? rng.pick(STRANGE) : rng.u64() & ~7n;
    return rng.pick(HOLES);
  }

  /** An aligned place in memory in `register`, seldom a misaligned one. */
  private aligned(register: number, block: Block, bytes: number, safe: boolean): void {
    const { a, rng } = this;
    const offset = BigInt(bytes * rng.below(4096 / bytes));
    let page = safe ? BigInt(DATA) : BigInt(DATA + 4096 * rng.below(DATA_PAGES));
    if (block.translated) {
      const own = block.mode === 'S' ? SAFE_PAGE.supervisor : SAFE_PAGE.user;
      page = WINDOW + 4096n * BigInt(safe ? own : rng.below(WINDOW_PAGES));
    }
    a.li(register, page + offset + (safe || rng.chance(0.9) ? 0n : BigInt(rng.below(bytes))));
  }

  private atomic(block: Block): void {
    const t = this.draw('atomic');
    const base = this.target() || 6;
    this.aligned(base, block, t.bytes, false);
    this.emit(place(randomWord(this.rng, t), t.rs1!, base));
  }

  /** A pair that must succeed: nothing but register arithmetic in between (14.3). */
  private reservation(block: Block): void {
    const { a, rng } = this;
    // As machine mode with MPRV, the privilege of the access is not known here.
    if (block.mprv) return;
    const base = 7;
    const w = rng.pick(['w', 'd'] as const);
    this.aligned(base, block, w === 'w' ? 4 : 8, true);
    a.op(`lr.${w}`, { rd: rng.pick([0, 5, 6, 10]), rs1: base, aq: rng.below(2), rl: rng.below(2) });
    for (let i = rng.below(3); i > 0; i--)
      a.op('addi', { rd: rng.pick([11, 12, 13]), rs1: this.any(), imm: rng.between(-5, 5) });
    a.op(`sc.${w}`, { rd: rng.pick([0, 7, 14, 15]), rs1: base, rs2: this.any(), aq: rng.below(2), rl: rng.below(2) });
    this.count += 2;
  }

  private branch(): void {
    const { a, rng } = this;
    const { row } = this.draw('branch');
    const narrow = row.extension === 'C';
    a.to(this.ahead(), row.name, {
      rs1: narrow ? rng.between(8, 15) : this.any(),
      ...(narrow ? {} : { rs2: this.any() }),
    });
    this.count++;
  }

  private jump(): void {
    const { a, rng } = this;
    const label = this.ahead();
    const { row } = this.draw('jump');
    this.count++;
    if (row.name === 'jal') a.to(label, 'jal', { rd: this.target() });
    else if (row.name === 'c.j') a.to(label, 'c.j');
    else {
      const base = this.target() || 5;
      const imm = row.name === 'jalr' ? rng.between(-64, 64) : 0;
      a.la(base, label);
      if (imm) a.addi(base, base, -imm);
      if (row.name === 'jalr') a.op('jalr', { rd: this.target(), rs1: base, imm });
      else a.op(row.name, { rs1: base });
    }
  }

  /** Instructions of the system opcode, where the mode and its traps make what happens certain. */
  private system(block: Block): void {
    const { a, rng } = this;
    const { mode } = block;
    const choices: (() => void)[] = [
      () => a.op('ecall'),
      () => a.op('ebreak'),
      () => a.op('c.ebreak'),
      () => a.op('fence.i'),
      () => a.op('sfence.vma', { rs1: rng.pick([0, ...POINTERS]), rs2: rng.pick([0, 0, this.any()]) }),
    ];
    if (mode !== 'U') choices.push(() => a.op(rng.pick(['sfence.w.inval', 'sfence.inval.ir'])));
    if (mode === 'M' || (mode === 'S' && !block.tvm)) {
      choices.push(() => a.op('sinval.vma', { rs1: rng.pick([0, ...POINTERS]), rs2: 0 }));
    }
    if (mode !== 'M') choices.push(() => a.op('mret'));
    if (mode === 'U' || (mode === 'S' && block.tsr)) choices.push(() => a.op('sret'));
    if (mode === 'S' && block.tw) choices.push(() => a.op('wfi'));
    rng.pick(choices)();
    this.count++;
  }

  /** A call to nowhere: the handler goes on at x1. */
  private astray(block: Block): void {
    const { a, rng } = this;
    if (block.mprv) return;
    const away: bigint[] = [0n, 0x18_0000n, 0x80_0000_0000n, 0x7fff_ffff_ffff_fff0n, 0x8000_0000_0000_0000n];
    if (block.translated && block.mode !== 'M')
      away.push(block.mode === 'S' ? USER_CODE + 0x20_0010n : SUPERVISOR_CODE + 0x20_0010n);
    if (block.translated && block.mode === 'U') away.push(0x8020_0000n);
    if (block.translated && block.mode !== 'M') away.push(WINDOW + 0x40_0000n, 0x1_4000_0000n);
    const base = this.target() || 5;
    a.li(base, rng.pick(away));
    a.op('jalr', { rd: 1, rs1: base });
    this.count++;
  }

  /** Writes an instruction ahead of itself, fences, and runs it. */
  private modify(block: Block): void {
    const { a, rng } = this;
    if (!block.writableCode || block.mprv) return;
    const word = randomWord(rng, this.draw('compute'));
    const slot = a.fresh('slot');
    const base = rng.pick([5, 6, 7]);
    const source = rng.pick([10, 11, 12]);
    a.la(base, slot);
    a.li(source, BigInt.asIntN(32, BigInt(word)));
    a.op((word & 3) === 3 ? 'sw' : 'sh', { rs1: base, rs2: source });
    a.op('fence.i');
    a.label(slot);
    // What stands here first: an instruction of the same length.
    this.emit((word & 3) === 3 ? 0x13 : 0x0001);
  }

  /** A few rounds over straight code. */
  private loop(block: Block): void {
    const { a, rng } = this;
    if (this.looping) return;
    this.looping = true;
    this.settle(true);
    const top = a.fresh('top');
    a.li(COUNTER, rng.between(2, 12));
    a.label(top);
    for (let i = rng.between(3, 12); i > 0; i--) {
      const kind = rng.below(10);
      if (kind < 5) this.emit(randomWord(rng, this.draw('compute')));
      else if (kind < 7) this.emit(randomWord(rng, this.draw('float')));
      else if (kind < 9) this.memory(block);
      else this.branch();
      this.settle();
    }
    this.settle(true);
    a.addi(COUNTER, COUNTER, -1);
    a.bne(COUNTER, 0, top);
    this.looping = false;
  }

  /** Raises an interrupt that is taken at once; the handler acknowledges it. Machine and supervisor mode only. */
  private interrupt(block: Block): void {
    const { a, rng } = this;
    if (block.mode === 'U' || block.mprv) return;
    const t = 5;
    if (block.mode === 'S') {
      // Only what is delegated can be enabled and raised from here.
      a.op('csrrsi', { rd: 0, csr: 0x104, imm: 2 });
      a.op('csrrsi', { rd: 0, csr: 0x144, imm: 2 });
      a.op('csrrsi', { rd: 0, csr: 0x100, imm: 2 });
      a.op('csrrci', { rd: 0, csr: 0x100, imm: 2 });
      a.op('csrrci', { rd: 0, csr: 0x144, imm: 2 });
      a.op('csrrci', { rd: 0, csr: 0x104, imm: 2 });
    } else {
      const which = rng.pick(['ssip', 'seip', 'msip', 'mtip', 'stip'] as const);
      const bit = { ssip: 2, seip: 0x200, msip: 8, mtip: 0x80, stip: 0x20 }[which];
      a.li(t, 0x222);
      // An interrupt delegated to S is never taken in M.
      if (rng.chance(0.8)) a.op('csrrc', { rd: 0, csr: 0x303, rs1: t });
      if (which === 'ssip' || which === 'seip') {
        a.li(t, bit);
        a.op('csrrs', { rd: 0, csr: 0x344, rs1: t });
      } else if (which === 'msip') {
        a.li(t, CLINT);
        a.li(6, 1);
        a.op('sw', { rs1: t, rs2: 6 });
      } else if (which === 'mtip') {
        a.li(t, CLINT + 0x4000);
        a.sd(0, 0, t);
      } else a.csrw(0x14d, 0);
      a.li(t, bit);
      a.op('csrrw', { rd: 0, csr: 0x304, rs1: t });
      a.op('csrrsi', { rd: 0, csr: 0x300, imm: 8 });
      a.op('csrrci', { rd: 0, csr: 0x300, imm: 8 });
      a.csrw(0x304, 0);
      // Taken or not, nothing is pending afterwards.
      a.li(t, 0x202);
      a.op('csrrc', { rd: 0, csr: 0x344, rs1: t });
      a.li(t, -1);
      a.csrw(0x14d, t);
      a.li(6, CLINT);
      a.op('sw', { rs1: 6, rs2: 0 });
      a.li(6, CLINT + 0x4000);
      a.sd(t, 0, 6);
    }
    this.count += 3;
  }

  private endBlock(): void {
    const { a } = this;
    a.li(SIGNAL, MAGIC);
    a.op('ecall');
  }
}

/** The same options give the same bytes. */
export const generate = (options: ProgramOptions): DifferentialProgram => new Generator(options).generate();
