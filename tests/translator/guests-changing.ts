/** Guests whose code becomes other code, is taken away, or stands at many addresses. */
import { CSR } from '../mmu/rig.ts';
import { entry, PAGE, RWXAD, satpOf, Tables } from '../mmu/tables.ts';
import { R } from '../support/asm.ts';
import type { Segment } from '../support/elf.ts';
import { BASE, machineGuest, pagingGuest, TABLES, WINDOW, windowCode } from './guest.ts';

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
