/** Programs for the atomic instructions: read-modify-write, reservations, compare-and-swap. */
import { R } from '../support/asm.ts';
import { type Form, Program } from './environment.ts';
import { ATOMIC, atomicWord, VALUES } from './integer-reference.ts';
import { overRows, pairs } from './rows.ts';

const { a0, a1, a2, a3, a4, a5, s6, s7, t0, t1 } = R;

function atomic(stem: string, bytes: 4 | 8, form: Form): Program {
  const p = new Program(form);
  const name = `${stem}.${bytes === 4 ? 'w' : 'd'}`;
  const guard = 0x1122_3344_5566_7788n;
  const values = VALUES.filter((_, i) => i % 2 === 1);
  const after = (a: bigint, b: bigint): bigint =>
    bytes === 8 ? ATOMIC[stem]!(a, b) : (a & ~0xffff_ffffn) | atomicWord(stem, a, b);
  const data = p.fresh('data');
  const over = p.fresh('after');
  p.j(over);
  p.align(8);
  p.label(data);
  p.space(24);
  p.label(over);
  const rows = pairs(values).map(([a, b]) => [
    a,
    b,
    bytes === 8 ? a : BigInt.asIntN(32, a),
    BigInt.asUintN(64, after(a, b)),
  ]);
  overRows(p, rows, () => {
    p.la(t0, data);
    p.li(t1, guard);
    p.sd(t1, 0, t0);
    p.sd(t1, 16, t0);
    p.addi(t0, t0, 8);
    p.ld(a1, 0, s6);
    p.ld(a2, 8, s6);
    for (const [aq, rl, rd] of [
      [0, 0, a3],
      [1, 0, a2],
      [0, 1, 0],
      [1, 1, a3],
    ] as const) {
      p.ld(a2, 8, s6);
      p.sd(a1, 0, t0);
      p.op(name, { rd, rs1: t0, rs2: a2, aq, rl });
      p.ld(a4, 16, s6);
      if (rd) p.same(rd, a4);
      p.ld(a4, 24, s6);
      p.ld(a5, 0, t0);
      p.same(a5, a4);
    }
    // rd is also the address, or the operand the address.
    p.mv(a3, t0);
    p.sd(a1, 0, t0);
    p.ld(a2, 8, s6);
    p.op(name, { rd: a3, rs1: a3, rs2: a2 });
    p.ld(a4, 16, s6);
    p.same(a3, a4);
    p.ld(a5, -8, t0);
    p.same(a5, t1);
    p.ld(a5, 8, t0);
    p.same(a5, t1);
  });
  return p;
}

function reservation(bytes: 4 | 8, form: Form): Program {
  const p = new Program(form);
  const w = bytes === 4 ? 'w' : 'd';
  const data = p.fresh('data');
  const over = p.fresh('after');
  p.j(over);
  p.align(64);
  p.label(data);
  p.space(4096 + 64);
  p.label(over);
  p.la(s6, data);
  const initial = 0x89ab_cdef_8765_4321n;
  const reset = () => {
    p.li(a0, initial);
    p.sd(a0, 0, s6);
    p.li(a1, 0x0f0e_0d0c_0b0a_0908n);
  };
  const stored = bytes === 8 ? 0x0f0e_0d0c_0b0a_0908n : 0x89ab_cdef_0b0a_0908n;
  const loaded = bytes === 8 ? initial : BigInt.asIntN(32, initial);
  const memory = (value: bigint) => {
    p.ld(a3, 0, s6);
    p.expect(a3, value);
  };
  // A pair succeeds.
  p.test();
  reset();
  p.op(`lr.${w}`, { rd: a2, rs1: s6 });
  p.op(`sc.${w}`, { rd: a4, rs1: s6, rs2: a1 });
  p.expect(a2, loaded);
  p.expect(a4, 0);
  memory(stored);
  // The reservation is used up.
  p.test();
  reset();
  p.op(`sc.${w}`, { rd: a4, rs1: s6, rs2: a1 });
  p.op('sltu', { rd: a4, rs1: 0, rs2: a4 });
  p.expect(a4, 1);
  memory(initial);
  // A failed store-conditional uses it up as well (14.2), and so does one to elsewhere.
  p.test();
  reset();
  p.op(`lr.${w}`, { rd: a2, rs1: s6 });
  p.li(t0, 4096);
  p.op('add', { rd: t0, rs1: t0, rs2: s6 });
  p.op(`sc.${w}`, { rd: a4, rs1: t0, rs2: a1 });
  p.op('sltu', { rd: a4, rs1: 0, rs2: a4 });
  p.expect(a4, 1);
  p.op(`sc.${w}`, { rd: a4, rs1: s6, rs2: a1 });
  p.op('sltu', { rd: a4, rs1: 0, rs2: a4 });
  p.expect(a4, 1);
  memory(initial);
  // aq, rl; rd = x0; rd = rs1.
  p.test();
  reset();
  p.op(`lr.${w}`, { rd: a2, rs1: s6, aq: 1, rl: 1 });
  p.op(`sc.${w}`, { rd: 0, rs1: s6, rs2: a1, aq: 1, rl: 1 });
  p.expect(0, 0);
  memory(stored);
  p.test();
  reset();
  p.mv(t0, s6);
  p.op(`lr.${w}`, { rd: t0, rs1: t0 });
  p.expect(t0, loaded);
  p.mv(t0, s6);
  p.op(`sc.${w}`, { rd: t0, rs1: t0, rs2: a1 });
  p.expect(t0, 0);
  memory(stored);
  // A counting loop as programs write it.
  p.test();
  p.sd(0, 0, s6);
  p.li(s7, 100);
  const loop = p.fresh('loop');
  p.label(loop);
  p.op(`lr.${w}`, { rd: a2, rs1: s6 });
  p.addi(a2, a2, 3);
  p.op(`sc.${w}`, { rd: a4, rs1: s6, rs2: a2 });
  p.bne(a4, 0, loop);
  p.addi(s7, s7, -1);
  p.bne(s7, 0, loop);
  memory(300n);
  return p;
}

/** Compare-and-swap: rd receives what memory held; memory becomes rs2 only if that is what rd was. */
function compareAndSwap(form: Form): Program {
  const p = new Program(form);
  const [data, over] = [p.fresh('data'), p.fresh('after')];
  p.j(over);
  p.align(16);
  p.label(data);
  p.space(48);
  p.label(over);
  const initial = 0x89ab_cdef_8765_4321n;
  const upper = 0x0011_2233_4455_6677n;
  const swap = 0x0f0e_0d0c_0b0a_0908n;
  const memory = (at: number, value: bigint) => {
    p.ld(a5, at, t0);
    p.expect(a5, value);
  };
  for (const bytes of [4, 8] as const) {
    const low = bytes === 4 ? 0x0000_0000_8765_4321n : initial;
    for (const [compare, hit] of [
      [low, true],
      [low ^ 1n, false],
      [low ^ (1n << 40n), bytes === 4],
    ] as const) {
      p.test();
      p.la(t0, data);
      p.li(a0, initial);
      p.sd(a0, 0, t0);
      p.li(a1, compare);
      p.li(a2, swap);
      p.op(bytes === 4 ? 'amocas.w' : 'amocas.d', { rd: a1, rs1: t0, rs2: a2 });
      p.expect(a1, bytes === 4 ? BigInt.asIntN(32, initial) : initial);
      p.expect(a2, swap);
      memory(0, hit ? (bytes === 8 ? swap : (initial & ~0xffff_ffffn) | 0x0b0a_0908n) : initial);
    }
  }
  // 128 bits in even pairs of registers; x0 as a pair reads as zero and is not written.
  for (const [low, high, hit] of [
    [initial, upper, true],
    [initial, upper ^ 1n, false],
    [initial ^ 1n, upper, false],
  ] as const) {
    p.test();
    p.la(t0, data);
    p.li(a0, initial);
    p.sd(a0, 16, t0);
    p.li(a0, upper);
    p.sd(a0, 24, t0);
    p.li(a2, low);
    p.li(a3, high);
    p.li(a4, swap);
    p.li(a5, ~swap);
    p.addi(t0, t0, 16);
    p.op('amocas.q', { rd: a2, rs1: t0, rs2: a4 });
    p.expect(a2, initial);
    p.expect(a3, upper);
    memory(0, hit ? swap : initial);
    memory(8, hit ? ~swap : upper);
  }
  p.test();
  p.la(t0, data);
  p.sd(0, 32, t0);
  p.sd(0, 40, t0);
  p.li(a4, swap);
  p.li(a5, 7);
  p.addi(t0, t0, 32);
  p.op('amocas.q', { rd: 0, rs1: t0, rs2: a4 });
  p.expect(0, 0);
  memory(0, swap);
  p.ld(a5, 8, t0);
  p.expect(a5, 7);
  return p;
}

/** Programs by name. */
export const ATOMIC_PROGRAMS: readonly (readonly [name: string, make: (form: Form) => Program])[] = [
  ...Object.keys(ATOMIC).flatMap((stem) =>
    ([4, 8] as const).map(
      (bytes) => [`${stem}.${bytes === 4 ? 'w' : 'd'}`, (form: Form) => atomic(stem, bytes, form)] as const,
    ),
  ),
  ['lr.w, sc.w', (form) => reservation(4, form)],
  ['lr.d, sc.d', (form) => reservation(8, form)],
  ['compare and swap', compareAndSwap],
];
