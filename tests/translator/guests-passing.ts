/** Guests that pass control in ways that are hard to follow: calls, tables, interrupts, much code. */
import { MTIMECMP } from '../conformance/environment.ts';
import { PAGE, Tables } from '../mmu/tables.ts';
import { R } from '../support/asm.ts';
import { DATA, type Guest, MTIME, machineGuest, pagingGuest, TABLES } from './guest.ts';

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
