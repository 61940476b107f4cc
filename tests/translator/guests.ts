/** Guests that are hard to translate. Each publishes a checksum that depends on every instruction having been the right one. */
import { FINISHER, MTIMECMP } from '../conformance/environment.ts';
import { CSR, ENTRY, shutdown } from '../mmu/rig.ts';
import { entry, PAGE, PTE, RWXAD, satpOf, Tables } from '../mmu/tables.ts';
import { Assembler, R } from '../support/asm.ts';
import { type Segment, writeElf } from '../support/elf.ts';

const BASE = 0x8000_0000;
const MTIME = 0x200_bff8;
const PASS = 0x5555;
const HINT_RESULT = 3;
/** Where guests keep what they write. */
const DATA = BASE + 0x10_0000;
const STACK = BASE + 0x18_0000;
const TABLES = 0x8050_0000;
/** Where paging guests map code beside RAM. */
const WINDOW = 0x4000_0000;

/** An assembler with what these guests have in common. s0 is the checksum. */
class Guest extends Assembler {
  /** Rounds counted down in `counter`. */
  repeat(counter: number, rounds: number, body: () => void): void {
    const again = this.fresh();
    this.li(counter, rounds);
    this.label(again);
    body();
    this.addi(counter, counter, -1);
    const done = this.fresh();
    this.beq(counter, 0, done);
    this.j(again);
    this.label(done);
  }

  /** Stirs a register into the checksum. */
  stir(register: number): void {
    this.op('slli', { rd: R.t6, rs1: R.s0, imm: 5 });
    this.op('sub', { rd: R.s0, rs1: R.t6, rs2: R.s0 });
    this.op('add', { rd: R.s0, rs1: R.s0, rs2: register });
  }

  push(...registers: readonly number[]): void {
    this.addi(R.sp, R.sp, -8 * registers.length);
    for (const [i, register] of registers.entries()) this.sd(register, 8 * i, R.sp);
  }

  pop(...registers: readonly number[]): void {
    for (const [i, register] of registers.entries()) this.ld(register, 8 * i, R.sp);
    this.addi(R.sp, R.sp, 8 * registers.length);
  }

  ret(): void {
    this.op('jalr', { rd: 0, rs1: R.ra, imm: 0 });
  }

  /** A call of the address in a register. */
  callRegister(register: number): void {
    this.op('jalr', { rd: R.ra, rs1: register, imm: 0 });
  }

  add(rd: number, rs1: number, rs2: number): void {
    this.op('add', { rd, rs1, rs2 });
  }

  store(rs2: number, imm: number, rs1: number): void {
    this.op('sw', { rs1, rs2, imm });
  }

  publish(): void {
    this.mv(R.a0, R.s0);
    this.op('slti', { rd: 0, rs1: 0, imm: HINT_RESULT });
  }

  /** Up to the offset in its page, by what does nothing. */
  upTo(offset: number): void {
    const C_NOP = 1;
    while (this.here % PAGE !== offset) this.half(C_NOP);
  }
}

/** In machine mode, with floating point on; `functions` stand behind the end. */
export function machineGuest(main: (a: Guest) => void, functions: (a: Guest) => void = () => {}): Uint8Array {
  const a = new Guest(BASE);
  a.li(R.t0, 0x6000);
  a.op('csrrs', { rd: 0, rs1: R.t0, csr: 0x300 });
  a.li(R.sp, STACK);
  main(a);
  a.publish();
  a.li(R.t0, FINISHER);
  a.li(R.t1, PASS);
  a.store(R.t1, 0, R.t0);
  a.label('ended');
  a.j('ended');
  functions(a);
  return writeElf({ entry: BASE, segments: [{ address: BASE, bytes: a.finish() }], symbols: {} });
}

/** A supervisor with RAM at its own addresses and, below, what it maps into the window. */
function pagingGuest(
  tables: Tables,
  root: number,
  main: (a: Guest) => void,
  functions: (a: Guest) => void,
  more: readonly Segment[] = [],
): Uint8Array {
  const a = new Guest(ENTRY);
  tables.set(tables.slot(root, 3, BigInt(BASE), 2), entry(BASE, RWXAD));
  a.li(R.sp, STACK);
  a.li(R.t0, satpOf(root, 3, 1));
  a.csrw(CSR.satp, R.t0);
  a.op('sfence.vma', { rs1: 0, rs2: 0 });
  main(a);
  a.publish();
  shutdown(a);
  functions(a);
  const segments = [{ address: ENTRY, bytes: a.finish() }, { address: tables.base, bytes: tables.bytes }, ...more];
  return writeElf({ entry: ENTRY, segments, symbols: {} });
}

/** Code assembled for an address of the window, to stand at a physical one. */
function windowCode(at: number, physical: number, write: (a: Guest) => void): Segment {
  const a = new Guest(at);
  write(a);
  return { address: physical, bytes: a.finish() };
}

/**
 * One page of code mapped at many addresses and run at each. It knows where it runs (auipc), loops, and calls the page behind it,
 * which is one of two in turn.
 */
export function aliases(count: number, rounds: number): Uint8Array {
  const tables = new Tables(TABLES, 8 + Math.ceil(count / 256));
  const root = tables.page();
  const SHARED = 0x8030_0000;
  for (let i = 0; i < count; i++) {
    const va = BigInt(WINDOW + i * 2 * PAGE);
    tables.map(root, 3, va, SHARED, RWXAD);
    tables.map(root, 3, va + BigInt(PAGE), SHARED + PAGE * (1 + (i % 2)), RWXAD);
  }
  const shared = windowCode(WINDOW, SHARED, (a) => {
    a.push(R.ra);
    a.op('auipc', { rd: R.a1, imm: 0 });
    a.op('srli', { rd: R.a1, rs1: R.a1, imm: 12 });
    a.repeat(R.a2, 6, () => {
      a.add(R.a0, R.a0, R.a1);
      a.op('xori', { rd: R.a0, rs1: R.a0, imm: 0x55 });
    });
    a.jal('behind');
    a.stir(R.a0);
    a.pop(R.ra);
    a.ret();
    a.upTo(0);
    a.label('behind');
  });
  const behind = (n: number): Segment =>
    windowCode(WINDOW + PAGE, SHARED + PAGE * n, (a) => {
      a.repeat(R.a2, 3, () => a.addi(R.a0, R.a0, n));
      a.op('auipc', { rd: R.a1, imm: n << 12 });
      a.add(R.a0, R.a0, R.a1);
      a.ret();
    });
  return pagingGuest(
    tables,
    root,
    (a) => {
      a.repeat(R.s1, rounds, () => {
        a.li(R.s2, WINDOW);
        a.repeat(R.s3, count, () => {
          a.callRegister(R.s2);
          a.li(R.t0, 2 * PAGE);
          a.add(R.s2, R.s2, R.t0);
        });
      });
    },
    () => {},
    [shared, behind(1), behind(2)],
  );
}

/** How the code behind a call becomes another. */
export type Remapping = 'fence' | 'stale' | 'satp';

/** A caller whose callee, in the next page, becomes another: its entry is rewritten, with a fence at once or later, or satp is. */
export function remapped(how: Remapping, rounds: number): Uint8Array {
  const tables = new Tables(TABLES, 16);
  const CODE = 0x8030_0000;
  const roots = [tables.page(), tables.page()] as const;
  roots.forEach((root, i) => {
    tables.set(tables.slot(root, 3, BigInt(BASE), 2), entry(BASE, RWXAD));
    tables.map(root, 3, BigInt(WINDOW), CODE, RWXAD);
    tables.map(root, 3, BigInt(WINDOW + PAGE), CODE + PAGE * (1 + i), RWXAD);
  });
  const slot = tables.slot(roots[0], 3, BigInt(WINDOW + PAGE), 0);
  const caller = windowCode(WINDOW, CODE, (a) => {
    a.push(R.ra);
    a.repeat(R.s3, 12, () => {
      a.jal('callee');
      a.stir(R.a0);
    });
    a.pop(R.ra);
    a.ret();
    a.upTo(0);
    a.label('callee');
  });
  const callee = (n: number): Segment =>
    windowCode(WINDOW + PAGE, CODE + PAGE * n, (a) => {
      if (n === 1) a.op('xori', { rd: R.a0, rs1: R.a0, imm: 0x123 });
      else {
        a.op('slli', { rd: R.a0, rs1: R.a0, imm: 1 });
        a.addi(R.a0, R.a0, 7);
      }
      a.ret();
    });
  return pagingGuest(
    tables,
    roots[0],
    (a) => {
      a.li(R.s4, WINDOW);
      const [one, two] =
        how === 'satp'
          ? roots.map((root, i) => satpOf(root, 3, i + 1))
          : [1, 2].map((n) => entry(CODE + PAGE * n, RWXAD));
      a.li(R.s5, one!);
      a.li(R.s6, two!);
      a.li(R.s7, slot);
      a.li(R.s8, WINDOW + PAGE);
      a.repeat(R.s1, rounds, () => {
        if (how === 'satp') a.csrw(CSR.satp, R.s6);
        else a.sd(R.s6, 0, R.s7);
        if (how === 'stale') a.callRegister(R.s4);
        if (how !== 'satp') a.op('sfence.vma', { rs1: R.s8, rs2: 0 });
        a.callRegister(R.s4);
        a.mv(R.t0, R.s5);
        a.mv(R.s5, R.s6);
        a.mv(R.s6, R.t0);
      });
    },
    () => {},
    [caller, callee(1), callee(2)],
  );
}

/**
 * Three functions in pages of their own; the innermost one stores into the page of the outermost, whose call is under way: into a
 * word that is not code, or into the instruction behind the call.
 */
export function patchedCaller(into: 'data' | 'code', rounds: number): Uint8Array {
  return machineGuest(
    (a) => {
      a.la(R.s2, into === 'code' ? 'patched' : 'word');
      a.op('lw', { rd: R.s3, rs1: R.s2, imm: 0 });
      a.repeat(R.s1, rounds, () => a.jal('outer'));
    },
    (a) => {
      a.upTo(0);
      a.label('outer');
      a.push(R.ra);
      a.addi(R.a0, R.a0, 3);
      a.jal('middle');
      a.label('patched');
      a.addi(R.a0, R.a0, 1);
      a.stir(R.a0);
      a.pop(R.ra);
      a.ret();
      a.align(8);
      a.label('word');
      a.dword(0n);
      a.upTo(0);
      a.label('middle');
      a.push(R.ra);
      a.jal('inner');
      a.op('xori', { rd: R.a0, rs1: R.a0, imm: 9 });
      a.pop(R.ra);
      a.ret();
      a.upTo(0);
      a.label('inner');
      // Every fourth time, so that what stands in between is translated.
      a.op('andi', { rd: R.t0, rs1: R.s1, imm: 3 });
      a.bne(R.t0, 0, 'kept');
      a.op('andi', { rd: R.t0, rs1: R.s1, imm: 0xfc });
      a.op('slli', { rd: R.t0, rs1: R.t0, imm: 20 });
      a.op('xor', { rd: R.t0, rs1: R.s3, rs2: R.t0 });
      a.store(R.t0, 0, R.s2);
      a.label('kept');
      a.ret();
    },
  );
}

/** Functions in pages of their own that call each other in a chain, and one that calls itself between them. */
export function chainOverPages(pages: number, rounds: number): Uint8Array {
  return machineGuest(
    (a) => a.repeat(R.s1, rounds, () => a.jal('f0')),
    (a) => {
      for (let i = 0; i < pages; i++) {
        a.upTo(0);
        a.label(`f${i}`);
        a.push(R.ra, R.s2);
        a.addi(R.s2, R.a0, i);
        a.repeat(R.t1, 3, () => a.op('xori', { rd: R.a0, rs1: R.a0, imm: i + 1 }));
        if (i + 1 < pages) a.jal(`f${i + 1}`);
        if (i % 3 === 0) a.jal('leaf');
        a.add(R.a0, R.a0, R.s2);
        a.stir(R.a0);
        a.pop(R.ra, R.s2);
        a.ret();
      }
      a.label('leaf');
      a.ret();
    },
  );
}

/** Recursion: straight down, between two pages, and as a tree. */
export function recursion(depth: number, rounds: number): Uint8Array {
  return machineGuest(
    (a) =>
      a.repeat(R.s1, rounds, () => {
        for (const name of ['down', 'even', 'fib']) {
          a.li(R.a0, name === 'fib' ? 11 : depth);
          a.jal(name);
          a.stir(R.a0);
        }
      }),
    (a) => {
      a.label('down');
      a.beq(R.a0, 0, 'bottom');
      a.push(R.ra, R.a0);
      a.addi(R.a0, R.a0, -1);
      a.jal('down');
      a.pop(R.ra, R.t0);
      a.add(R.a0, R.a0, R.t0);
      a.label('bottom');
      a.ret();
      a.label('fib');
      a.op('slti', { rd: R.t0, rs1: R.a0, imm: 2 });
      a.bne(R.t0, 0, 'bottom');
      a.push(R.ra, R.s2, R.s3);
      a.mv(R.s2, R.a0);
      a.addi(R.a0, R.a0, -1);
      a.jal('fib');
      a.mv(R.s3, R.a0);
      a.addi(R.a0, R.s2, -2);
      a.jal('fib');
      a.add(R.a0, R.a0, R.s3);
      a.pop(R.ra, R.s2, R.s3);
      a.ret();
      for (const [name, other] of [
        ['even', 'odd'],
        ['odd', 'even'],
      ] as const) {
        a.upTo(0);
        a.label(name);
        a.push(R.ra, R.a0);
        const end = a.fresh();
        a.beq(R.a0, 0, end);
        a.addi(R.a0, R.a0, -1);
        a.jal(other);
        a.stir(R.a0);
        a.label(end);
        a.pop(R.ra, R.t0);
        a.op('xor', { rd: R.a0, rs1: R.a0, rs2: R.t0 });
        a.ret();
      }
    },
  );
}

/** How a page is come into that is not there. */
export type Entering = 'call' | 'fall' | 'straddle';

/** A page of code that is taken away now and then: the page fault, in the midst of calls, brings it back. */
export function vanishingPage(how: Entering, rounds: number): Uint8Array {
  const tables = new Tables(TABLES, 8);
  const root = tables.page();
  const CODE = 0x8030_0000;
  for (let i = 0; i < 2; i++) tables.map(root, 3, BigInt(WINDOW + i * PAGE), CODE + i * PAGE, RWXAD);
  const slot = tables.slot(root, 3, BigInt(WINDOW + PAGE), 0);
  const code = windowCode(WINDOW, CODE, (a) => {
    a.j('outer');
    a.label('middle');
    a.push(R.ra);
    a.op('xori', { rd: R.a0, rs1: R.a0, imm: 0x2a });
    if (how === 'call') a.jal('inner');
    else a.jal('edge');
    a.addi(R.a0, R.a0, 1);
    a.pop(R.ra);
    a.ret();
    a.label('outer');
    a.push(R.ra);
    a.repeat(R.s3, 5, () => {
      a.jal('middle');
      a.stir(R.a0);
    });
    a.pop(R.ra);
    a.ret();
    a.upTo(how === 'straddle' ? PAGE - 10 : PAGE - 8);
    a.label('edge');
    a.addi(R.a0, R.a0, 5);
    a.addi(R.a0, R.a0, 6);
    if (how === 'straddle') a.op('xori', { rd: R.a0, rs1: R.a0, imm: 0x77 });
    else a.upTo(0);
    a.label('inner');
    a.addi(R.a0, R.a0, 2);
    a.ret();
  });
  return pagingGuest(
    tables,
    root,
    (a) => {
      a.la(R.t0, 'fault');
      a.csrw(CSR.stvec, R.t0);
      a.li(R.s4, WINDOW);
      a.li(R.s5, entry(CODE + PAGE, RWXAD));
      a.li(R.s6, slot);
      a.li(R.s7, WINDOW + PAGE);
      a.repeat(R.s1, rounds, () => {
        a.callRegister(R.s4);
        a.op('andi', { rd: R.t0, rs1: R.s1, imm: 7 });
        const keep = a.fresh();
        a.bne(R.t0, 0, keep);
        a.sd(0, 0, R.s6);
        a.op('sfence.vma', { rs1: R.s7, rs2: 0 });
        a.label(keep);
      });
      a.stir(R.s8);
    },
    (a) => {
      a.align(4);
      a.label('fault');
      a.csrr(R.t0, CSR.scause);
      a.add(R.s8, R.s8, R.t0);
      a.csrr(R.t0, CSR.stval);
      a.add(R.s8, R.s8, R.t0);
      a.csrr(R.t0, CSR.sepc);
      a.add(R.s8, R.s8, R.t0);
      a.sd(R.s5, 0, R.s6);
      a.op('sfence.vma', { rs1: R.s7, rs2: 0 });
      a.op('sret');
    },
    [code],
  );
}

/** Where a list ends that leads out of what is mapped: by no page, beyond what an address can be, or across an edge. */
export const ASTRAY = [
  0x1000n,
  0x4000_0000_0000_0000n,
  0xffff_ffff_ffff_f008n,
  0xffff_ffff_ffff_fffcn,
  BigInt(WINDOW),
  BigInt(BASE) + 0x4000_0000n - 4n,
] as const;

/**
 * Follows a list over several pages, again and again, in a loop of a few instructions; in the end it leads astray. Half of the times what
 * is at an element is first looked at in a later turn.
 */
export function listAstray(rounds: number): Uint8Array {
  const tables = new Tables(TABLES, 8);
  const root = tables.page();
  const NODES = 40;
  const STEP = 1000;
  const last = DATA + NODES * STEP;
  const list = new DataView(new ArrayBuffer((NODES + 1) * STEP));
  for (let n = 0; n < NODES; n++) {
    list.setBigUint64(n * STEP, BigInt(DATA + (n + 1) * STEP), true);
    list.setBigUint64(n * STEP + 8, BigInt(n % 3), true);
  }
  return pagingGuest(
    tables,
    root,
    (a) => {
      a.la(R.t0, 'fault');
      a.csrw(CSR.stvec, R.t0);
      a.repeat(R.s1, rounds, () => {
        for (const astray of ASTRAY) {
          a.li(R.t0, astray);
          a.li(R.t1, last);
          a.sd(R.t0, 0, R.t1);
          a.li(R.a0, DATA);
          a.la(R.s2, `behind ${astray}`);
          const [again, skip] = [a.fresh(), a.fresh()];
          a.op('andi', { rd: R.a3, rs1: R.s1, imm: 1 });
          a.label(again);
          a.beq(R.a3, 0, skip);
          a.ld(R.a2, 8, R.a0);
          a.add(R.s0, R.s0, R.a2);
          a.label(skip);
          a.ld(R.a0, 0, R.a0);
          a.addi(R.a3, R.a3, 1);
          a.bne(R.a0, 0, again);
          a.label(`behind ${astray}`);
          a.stir(R.a3);
        }
      });
      a.stir(R.s8);
    },
    (a) => {
      a.align(4);
      a.label('fault');
      for (const csr of [CSR.scause, CSR.stval, CSR.sepc]) {
        a.csrr(R.t0, csr);
        a.add(R.s8, R.s8, R.t0);
      }
      a.csrw(CSR.sepc, R.s2);
      a.op('sret');
    },
    [{ address: DATA, bytes: new Uint8Array(list.buffer) }],
  );
}

/**
 * A timer interrupts a loop with loads, stores, branches, a call and an atomic after 1 to `longest` instructions and a few, again and
 * again; where it struck goes into the checksum.
 */
export function interrupted(interrupts: number, longest: number): Uint8Array {
  return machineGuest(
    (a) => {
      a.la(R.t0, 'timer');
      a.csrw(0x305, R.t0);
      a.li(R.s2, interrupts);
      a.li(R.s3, MTIMECMP);
      a.li(R.s4, MTIME);
      a.li(R.s5, 1);
      a.li(R.s6, DATA);
      a.li(R.s7, longest);
      a.sd(0, 0, R.s3);
      a.li(R.t0, 1 << 7);
      a.csrw(0x304, R.t0);
      a.op('csrrsi', { rd: 0, csr: 0x300, imm: 8 });
      a.label('loop');
      a.ld(R.a1, 0, R.s6);
      a.addi(R.a1, R.a1, 1);
      a.sd(R.a1, 0, R.s6);
      a.op('andi', { rd: R.a2, rs1: R.a1, imm: 3 });
      a.beq(R.a2, 0, 'other');
      a.op('xori', { rd: R.a3, rs1: R.a1, imm: 0x3c });
      a.j('joined');
      a.label('other');
      a.jal('function');
      a.label('joined');
      a.op('amoadd.d', { rd: R.a4, rs1: R.s6, rs2: R.a2 });
      a.op('fcvt.d.l', { rd: 1, rs1: R.a4, rm: 0 });
      a.op('fadd.d', { rd: 2, rs1: 2, rs2: 1, rm: 0 });
      a.add(R.a5, R.a3, R.a4);
      a.sd(R.a5, 8, R.s6);
      a.to('loop', 'blt', { rs1: 0, rs2: R.s2 });
    },
    (a) => {
      a.label('function');
      a.addi(R.a3, R.a1, 11);
      a.ret();
      a.align(4);
      a.label('timer');
      a.csrw(0x340, R.t0);
      a.csrr(R.t0, 0x341);
      a.stir(R.t0);
      a.stir(R.a1);
      a.stir(R.a5);
      a.addi(R.s2, R.s2, -1);
      a.addi(R.s5, R.s5, 1);
      a.to('short', 'bge', { rs1: R.s7, rs2: R.s5 });
      a.li(R.s5, 1);
      a.label('short');
      a.ld(R.t0, 0, R.s4);
      a.add(R.t0, R.t0, R.s5);
      a.addi(R.t0, R.t0, 8);
      a.sd(R.t0, 0, R.s3);
      a.csrr(R.t0, 0x340);
      a.op('mret');
    },
  );
}

/** Loops of floating point between which rounding mode, flags and whether there is any change; what is refused is skipped by the handler. */
export function floatModes(rounds: number): Uint8Array {
  return machineGuest(
    (a) => {
      a.la(R.t0, 'refused');
      a.csrw(0x305, R.t0);
      a.li(R.t0, 0x3ff0_0000_0000_0001n);
      a.op('fmv.d.x', { rd: 1, rs1: R.t0 });
      a.li(R.t0, 0x4008_0000_0000_0000n);
      a.op('fmv.d.x', { rd: 2, rs1: R.t0 });
      a.repeat(R.s1, rounds, () => {
        a.op('andi', { rd: R.t0, rs1: R.s1, imm: 7 });
        a.csrw(2, R.t0);
        a.op('andi', { rd: R.t1, rs1: R.s1, imm: 24 });
        const keep = a.fresh();
        a.bne(R.t1, 0, keep);
        a.csrw(1, 0);
        a.label(keep);
        a.op('andi', { rd: R.t1, rs1: R.s1, imm: 15 });
        const on = a.fresh();
        a.bne(R.t1, 0, on);
        a.li(R.t1, 0x6000);
        a.op('csrrc', { rd: 0, rs1: R.t1, csr: 0x300 });
        a.label(on);
        a.repeat(R.s2, 20, () => {
          a.op('fadd.d', { rd: 3, rs1: 1, rs2: 2, rm: 7 });
          a.op('fmul.d', { rd: 4, rs1: 3, rs2: 1, rm: 7 });
          a.op('fdiv.d', { rd: 5, rs1: 4, rs2: 2, rm: 1 });
          a.op('fsub.d', { rd: 1, rs1: 5, rs2: 6, rm: 7 });
          a.op('fcvt.l.d', { rd: R.a1, rs1: 5, rm: 7 });
          a.stir(R.a1);
        });
        a.op('fmv.x.d', { rd: R.a1, rs1: 1 });
        a.stir(R.a1);
        a.csrr(R.a1, 3);
        a.stir(R.a1);
        a.stir(R.s3);
      });
    },
    (a) => {
      a.align(4);
      a.label('refused');
      a.addi(R.s3, R.s3, 1);
      a.csrr(R.t0, 0x300);
      a.op('srli', { rd: R.t0, rs1: R.t0, imm: 13 });
      a.op('andi', { rd: R.t0, rs1: R.t0, imm: 3 });
      a.bne(R.t0, 0, 'skip');
      // Off: on again, and every other time once more.
      a.li(R.t0, 0x2000);
      a.op('csrrs', { rd: 0, rs1: R.t0, csr: 0x300 });
      a.op('mret');
      a.label('skip');
      a.csrr(R.t0, 0x341);
      a.addi(R.t0, R.t0, 4);
      a.csrw(0x341, R.t0);
      a.op('mret');
    },
  );
}

/** Jumps and calls through tables whose further targets come into use as time goes. */
export function growingTables(targets: number, each: number): Uint8Array {
  return machineGuest(
    (a) => {
      a.la(R.s2, 'cases');
      a.la(R.s3, 'functions');
      a.li(R.s4, 1);
      a.repeat(R.s1, targets, () => {
        a.repeat(R.s5, each, () => {
          a.op('remu', { rd: R.t0, rs1: R.s0, rs2: R.s4 });
          a.op('slli', { rd: R.t1, rs1: R.t0, imm: 4 });
          a.add(R.t1, R.t1, R.s2);
          a.op('jalr', { rd: 0, rs1: R.t1, imm: 0 });
          a.label('cases');
          for (let i = 0; i < targets; i++) {
            a.addi(R.a0, R.a0, i + 1);
            a.op('xori', { rd: R.a0, rs1: R.a0, imm: 3 * i });
            a.nop();
            a.j('joined');
          }
          a.label('joined');
          a.op('slli', { rd: R.t1, rs1: R.t0, imm: 4 });
          a.add(R.t1, R.t1, R.s3);
          a.callRegister(R.t1);
          a.stir(R.a0);
        });
        a.addi(R.s4, R.s4, 1);
      });
    },
    (a) => {
      a.align(16);
      a.label('functions');
      for (let i = 0; i < targets; i++) {
        a.addi(R.a0, R.a0, -i);
        a.op('slli', { rd: R.a1, rs1: R.a0, imm: i % 8 });
        a.add(R.a0, R.a0, R.a1);
        a.ret();
      }
    },
  );
}

/** A loop with two jumps through tables, so far apart that one table over both would have more entries than V8 takes. */
export function farTables(rounds: number): Uint8Array {
  return machineGuest((a) => {
    const jump = (table: string, joined: string): void => {
      a.la(R.t1, table);
      a.op('andi', { rd: R.t0, rs1: R.s0, imm: 3 });
      a.op('slli', { rd: R.t0, rs1: R.t0, imm: 3 });
      a.add(R.t1, R.t1, R.t0);
      a.op('jalr', { rd: 0, rs1: R.t1, imm: 0 });
      a.label(table);
      for (let i = 0; i < 4; i++) {
        a.addi(R.a0, R.a0, 7 * i + 1);
        a.j(joined);
      }
    };
    a.repeat(R.s1, rounds, () => {
      jump('near', 'across');
      a.label('across');
      a.j('far');
      a.space(400_000);
      a.label('far');
      jump('there', 'back');
      a.label('back');
      a.stir(R.a0);
    });
  });
}

/**
 * An interpreter of so many handlers over several pages, each of which jumps to the next one by itself; a unit does not hold all of them.
 * Some store, some call, some leave for what the others do not reach.
 */
export function threaded(handlers: number, steps: number): Uint8Array {
  const dispatch = (a: Guest): void => {
    a.addi(R.s1, R.s1, -1);
    const more = a.fresh();
    a.to(more, 'bne', { rs1: R.s1, rs2: 0 });
    a.j('over');
    a.label(more);
    a.op('slli', { rd: R.t0, rs1: R.s4, imm: 13 });
    a.op('xor', { rd: R.s4, rs1: R.s4, rs2: R.t0 });
    a.op('srli', { rd: R.t0, rs1: R.s4, imm: 7 });
    a.op('xor', { rd: R.s4, rs1: R.s4, rs2: R.t0 });
    a.op('slli', { rd: R.t0, rs1: R.s4, imm: 17 });
    a.op('xor', { rd: R.s4, rs1: R.s4, rs2: R.t0 });
    a.op('remu', { rd: R.t0, rs1: R.s4, rs2: R.s5 });
    a.op('slli', { rd: R.t0, rs1: R.t0, imm: 3 });
    a.add(R.t0, R.t0, R.s2);
    a.ld(R.t1, 0, R.t0);
    a.op('jalr', { rd: 0, rs1: R.t1, imm: 0 });
  };
  const tables = new Tables(TABLES, 1);
  return pagingGuest(
    tables,
    tables.page(),
    (a) => {
      a.li(R.s2, DATA);
      a.li(R.s3, DATA + PAGE);
      a.li(R.s4, 0x1234_5678);
      a.li(R.s5, handlers);
      a.li(R.s1, steps);
      for (let i = 0; i < handlers; i++) {
        a.la(R.t1, `handler${i}`);
        a.sd(R.t1, 8 * i, R.s2);
      }
      dispatch(a);
      a.label('over');
    },
    (a) => {
      for (let i = 0; i < handlers; i++) {
        a.label(`handler${i}`);
        a.addi(R.a0, R.a0, i + 1);
        a.op('xori', { rd: R.a0, rs1: R.a0, imm: (37 * i) % 2048 });
        if (i % 3 === 0) a.sd(R.a0, 8 * (i % 64), R.s3);
        if (i % 5 === 0) {
          a.ld(R.a1, 8 * (i % 64), R.s3);
          a.stir(R.a1);
        }
        if (i % 7 === 0) a.jal('called');
        if (i % 11 === 0) {
          a.csrr(R.a2, 0xc02);
          a.stir(R.a2);
        }
        a.stir(R.a0);
        dispatch(a);
      }
      a.label('called');
      a.addi(R.a0, R.a0, 77);
      a.ret();
    },
  );
}

/** So many loops, no two alike, each run `rounds` times; all of it `times` times. */
export function distinctLoops(loops: number, rounds: number, times: number): Uint8Array {
  return machineGuest((a) => {
    a.li(R.s2, DATA + 0x10_0000);
    a.repeat(R.s1, times, () => {
      for (let i = 0; i < loops; i++) {
        a.repeat(R.t1, rounds, () => {
          a.op('xori', { rd: R.a0, rs1: R.a0, imm: i & 0x7ff });
          if (i % 3 === 0) a.sd(R.a0, 8 * (i % 200), R.s2);
          if (i % 5 === 0) a.ld(R.a0, 8 * (i % 100), R.s2);
          a.addi(R.a0, R.a0, 1 + (i >> 4));
        });
        a.stir(R.a0);
      }
    });
  });
}

/**
 * A guest that writes its code: a loop and its return, its immediates new each time, to the next of `places` places of a buffer, then
 * fence.i, then the call. With one place it rewrites what it just ran.
 */
export function generated(regions: number, places: number, rounds: number): Uint8Array {
  const buffer = BASE + 0x40_0000;
  const SIZE = 32;
  return machineGuest(
    (a) => {
      a.la(R.s2, 'template');
      a.li(R.s3, buffer);
      a.li(R.s4, buffer);
      a.li(R.s5, buffer + places * SIZE);
      for (let i = 0; i < 3; i++) a.ld(R.a2 + i, 8 * i, R.s2);
      a.repeat(R.s1, regions, () => {
        // The immediate of the first instruction: bits 31 to 20 of it.
        a.op('slli', { rd: R.t0, rs1: R.s1, imm: 53 });
        a.op('srli', { rd: R.t0, rs1: R.t0, imm: 33 });
        a.add(R.t0, R.t0, R.a2);
        for (let i = 0; i < 3; i++) a.sd(i === 0 ? R.t0 : R.a2 + i, 8 * i, R.s4);
        a.op('fence.i');
        a.li(R.t1, rounds);
        a.callRegister(R.s4);
        a.stir(R.a0);
        a.addi(R.s4, R.s4, SIZE);
        const inside = a.fresh();
        a.bne(R.s4, R.s5, inside);
        a.mv(R.s4, R.s3);
        a.label(inside);
      });
    },
    (a) => {
      a.align(8);
      a.label('template');
      a.op('xori', { rd: R.a0, rs1: R.a0, imm: 0 });
      a.addi(R.a0, R.a0, 3);
      a.addi(R.t1, R.t1, -1);
      a.op('bne', { rs1: R.t1, rs2: 0, imm: -12 });
      a.ret();
      a.nop();
    },
  );
}

/** A step of a loop that goes through memory. Registers: `pointer` a0 to a2; what is loaded goes to t3 and into the checksum. */
export type WalkStep =
  | { readonly kind: 'load' | 'store'; readonly pointer: number; readonly imm: number; readonly width: 0 | 1 | 2 | 3 }
  | { readonly kind: 'move'; readonly pointer: number; readonly by: number; readonly through: boolean }
  /** A load at a pointer and an index that counts turns, times a power of two. */
  | { readonly kind: 'indexed'; readonly pointer: number; readonly times: number }
  /** A load at a pointer and an index that is a word, which goes on before, times a power of two. */
  | { readonly kind: 'word'; readonly pointer: number; readonly times: number; readonly by: number }
  /** Leaves out the next step, leaves the loop, makes an inner one or a call, where bits of what was loaded last are 0. */
  | { readonly kind: 'skip' | 'leave' | 'inner' | 'call'; readonly bits: number };

export interface WalkLoop {
  /** How often the loop is made. */
  readonly rounds: number;
  readonly turns: number;
  /** Where the pointers begin, from the first mapped page. */
  readonly starts: readonly number[];
  /** Where the index that is a word begins. */
  readonly word: number;
  readonly steps: readonly WalkStep[];
  /** Pages that may only be read. */
  readonly sealed: readonly number[];
}

/** Pages that are mapped; before and behind them there are none. */
export const WALKED_PAGES = 12;

/**
 * A loop through pages that lie apart in memory. It ends by its turns, by what it finds, or by a fault, the place and
 * address of which go into the checksum.
 */
export function walkedLoop({ rounds, turns, starts, word, steps, sealed }: WalkLoop): Uint8Array {
  const tables = new Tables(TABLES, 8);
  const root = tables.page();
  const content = new Uint8Array(WALKED_PAGES * PAGE);
  let seed = turns;
  for (let i = 0; i < content.length; i++) {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    content[i] = seed >>> 24;
  }
  for (let n = 0; n < WALKED_PAGES; n++) {
    const page = DATA + ((n * 5) % WALKED_PAGES) * PAGE;
    const bits = sealed.includes(n) ? RWXAD & ~PTE.W : RWXAD;
    tables.set(tables.slot(root, 3, BigInt(WINDOW + n * PAGE), 0), entry(page, bits));
    // Where an index leads that was negative as a word.
    const other = DATA + ((n * 7 + 3) % WALKED_PAGES) * PAGE;
    tables.set(tables.slot(root, 3, BigInt(WINDOW + n * PAGE) + 2n ** 32n, 0), entry(other, bits));
  }
  const pointers = [R.a0, R.a1, R.a2];
  return pagingGuest(
    tables,
    root,
    (a) => {
      a.la(R.t0, 'fault');
      a.csrw(CSR.stvec, R.t0);
      a.repeat(R.s1, rounds, () => {
        const [again, behind] = [a.fresh(), a.fresh('behind')];
        for (const [n, start] of starts.entries()) a.li(pointers[n]!, WINDOW + start);
        a.la(R.s2, behind);
        a.li(R.a4, turns);
        a.li(R.a5, 0);
        a.li(R.a7, word);
        a.label(again);
        let skipped: string | null = null;
        for (const step of steps) {
          const landing = skipped;
          skipped = null;
          if (step.kind === 'load') {
            a.op(['lbu', 'lh', 'lwu', 'ld'][step.width]!, { rd: R.t3, rs1: pointers[step.pointer]!, imm: step.imm });
            a.add(R.s0, R.s0, R.t3);
          } else if (step.kind === 'store') {
            a.op(['sb', 'sh', 'sw', 'sd'][step.width]!, { rs1: pointers[step.pointer]!, rs2: R.s0, imm: step.imm });
          } else if (step.kind === 'move') {
            const pointer = pointers[step.pointer]!;
            if (step.through) {
              a.addi(R.a6, pointer, step.by);
              a.mv(pointer, R.a6);
            } else a.addi(pointer, pointer, step.by);
          } else if (step.kind === 'indexed') {
            a.op('slli', { rd: R.t1, rs1: R.a5, imm: step.times });
            a.add(R.t1, R.t1, pointers[step.pointer]!);
            a.op('lb', { rd: R.t3, rs1: R.t1, imm: 0 });
            a.add(R.s0, R.s0, R.t3);
          } else if (step.kind === 'word') {
            a.op('addiw', { rd: R.a7, rs1: R.a7, imm: step.by });
            a.op('slli', { rd: R.t1, rs1: R.a7, imm: 32 });
            a.op('srli', { rd: R.t1, rs1: R.t1, imm: 32 - step.times });
            a.add(R.t1, R.t1, pointers[step.pointer]!);
            a.op('lbu', { rd: R.t3, rs1: R.t1, imm: 0 });
            a.add(R.s0, R.s0, R.t3);
          } else if ('bits' in step) {
            a.op('andi', { rd: R.t2, rs1: R.t3, imm: step.bits });
            if (step.kind === 'inner' || step.kind === 'call') {
              const over = a.fresh('over');
              a.bne(R.t2, 0, over);
              if (step.kind === 'call') a.jal('function');
              else a.repeat(R.t4, 3, () => a.addi(R.s0, R.s0, 1));
              a.label(over);
            } else if (step.kind === 'leave') a.beq(R.t2, 0, behind);
            else {
              skipped = a.fresh('skip');
              a.beq(R.t2, 0, skipped);
            }
          }
          if (landing) a.label(landing);
        }
        if (skipped) a.label(skipped);
        a.addi(R.a5, R.a5, 1);
        a.bne(R.a5, R.a4, again);
        a.label(behind);
        for (const register of [...pointers, R.a5, R.a7, R.t3]) a.stir(register);
      });
      a.stir(R.s8);
    },
    (a) => {
      a.label('function');
      a.ld(R.t4, 0, R.sp);
      a.addi(R.t4, R.t4, 3);
      a.sd(R.t4, 0, R.sp);
      a.add(R.s0, R.s0, R.t4);
      a.ret();
      a.align(4);
      a.label('fault');
      for (const csr of [CSR.scause, CSR.stval, CSR.sepc]) {
        a.csrr(R.t0, csr);
        a.add(R.s8, R.s8, R.t0);
      }
      a.csrw(CSR.sepc, R.s2);
      a.op('sret');
    },
    [{ address: DATA, bytes: content }],
  );
}
