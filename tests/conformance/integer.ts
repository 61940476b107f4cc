/** Programs for the integer instructions: computation, branches, jumps, loads, stores, atomics. */
import type { Operands } from '../../src/isa/types.ts';
import { R } from '../support/asm.ts';
import { type Form, Program } from './environment.ts';
import { ATOMIC, atomicWord, BINARY, BRANCHES, IMMEDIATE, UNARY, VALUES } from './integer-reference.ts';

const { a0, a1, a2, a3, a4, a5, s6, s7, t0, t1, t2 } = R;

/** A loop over rows of doublewords at a label: `body` sees the row's address in s6; gp counts up each round. */
function overRows(p: Program, rows: readonly (readonly bigint[])[], body: () => void): void {
  const table = p.fresh('table');
  const loop = p.fresh('loop');
  const after = p.fresh('after');
  p.test();
  p.la(s6, table);
  p.li(s7, rows.length);
  p.label(loop);
  body();
  p.addi(s6, s6, 8 * rows[0]!.length);
  p.addi(R.gp, R.gp, 1);
  p.addi(s7, s7, -1);
  p.bne(s7, 0, loop);
  p.j(after);
  p.align(8);
  p.label(table);
  for (const row of rows) for (const value of row) p.dword(value);
  p.label(after);
}

const pairs = (values: readonly bigint[]): [bigint, bigint][] =>
  values.flatMap((a) => values.map((b) => [a, b] as [bigint, bigint]));

/** Every pair of values; then each way in which rd, rs1 and rs2 can be one register, or x0. */
function binary(name: string, form: Form): Program {
  const p = new Program(form);
  const result = BINARY[name]!;
  const rows = pairs(VALUES).map(([a, b]) => [a, b, result(a, b)]);
  overRows(p, rows, () => {
    p.ld(a1, 0, s6);
    p.ld(a2, 8, s6);
    p.ld(a4, 16, s6);
    p.mv(t1, a1);
    p.mv(t2, a2);
    p.op(name, { rd: a3, rs1: a1, rs2: a2 });
    p.same(a3, a4);
    p.same(a1, t1);
    p.same(a2, t2);
    p.op(name, { rd: a1, rs1: a1, rs2: a2 });
    p.same(a1, a4);
    p.op(name, { rd: a2, rs1: t1, rs2: a2 });
    p.same(a2, a4);
    p.op(name, { rd: 0, rs1: t1, rs2: t2 });
    p.expect(0, 0);
  });
  for (const a of VALUES) {
    p.test();
    p.li(a1, a);
    p.op(name, { rd: a3, rs1: a1, rs2: a1 });
    p.expect(a3, result(a, a));
    p.op(name, { rd: a3, rs1: a1, rs2: 0 });
    p.expect(a3, result(a, 0n));
    p.op(name, { rd: a3, rs1: 0, rs2: a1 });
    p.expect(a3, result(0n, a));
    p.op(name, { rd: a1, rs1: a1, rs2: a1 });
    p.expect(a1, result(a, a));
  }
  return p;
}

function unary(name: string, form: Form): Program {
  const p = new Program(form);
  const single = Array.from({ length: 64 }, (_, i) => 1n << BigInt(i));
  for (const a of [...VALUES, ...single]) {
    p.test();
    p.li(a1, a);
    p.op(name, { rd: a3, rs1: a1 });
    p.expect(a3, UNARY[name]!(a));
    p.op(name, { rd: a1, rs1: a1 });
    p.same(a1, a3);
    p.op(name, { rd: 0, rs1: a1 });
    p.expect(0, 0);
  }
  return p;
}

function immediate(name: string, form: Form): Program {
  const p = new Program(form);
  const { result, values } = IMMEDIATE[name]!;
  for (const imm of values) {
    overRows(
      p,
      VALUES.map((a) => [a, result(a, BigInt(imm))]),
      () => {
        p.ld(a1, 0, s6);
        p.ld(a4, 8, s6);
        p.mv(a2, a1);
        p.op(name, { rd: a3, rs1: a1, imm });
        p.same(a3, a4);
        p.same(a1, a2);
        p.op(name, { rd: a1, rs1: a1, imm });
        p.same(a1, a4);
        // slti x0, x0, 1…4 are the lab's markers, not hints to be ignored.
        p.op(name, { rd: 0, rs1: a2, imm });
        p.expect(0, 0);
      },
    );
    p.test();
    p.op(name, { rd: a3, rs1: 0, imm });
    p.expect(a3, result(0n, BigInt(imm)));
  }
  return p;
}

/** Taken and not, forwards and backwards, near and across pages. */
function branch(name: string, form: Form): Program {
  const p = new Program(form);
  const taken = BRANCHES[name]!;
  for (const [a, b] of pairs(VALUES.filter((_, i) => i % 2 === 0))) {
    p.test();
    const [over, back, done] = [p.fresh(), p.fresh(), p.fresh()];
    p.li(a1, a);
    p.li(a2, b);
    p.li(a0, 0);
    p.to(over, name, { rs1: a1, rs2: a2 });
    p.addi(a0, a0, 1);
    p.label(over);
    p.expect(a0, taken(a, b) ? 0 : 1);
    p.j(done);
    p.label(back);
    p.addi(a0, a0, 2);
    const out = p.fresh();
    p.j(out);
    p.label(done);
    p.li(a0, 0);
    p.to(back, name, { rs1: a1, rs2: a2 });
    p.label(out);
    p.expect(a0, taken(a, b) ? 2 : 0);
  }
  const [a, b] = pairs(VALUES).find(([x, y]) => taken(x, y))!;
  p.test();
  const far = p.fresh();
  p.li(a1, a);
  p.li(a2, b);
  p.to(far, name, { rs1: a1, rs2: a2 });
  p.j('fail');
  p.space(4000);
  p.label(far);
  p.nop();
  return p;
}

function jumps(form: Form): Program {
  const p = new Program(form);
  p.test();
  const [one, two, back, after] = [p.fresh(), p.fresh(), p.fresh(), p.fresh()];
  p.to(one, 'jal', { rd: a0 });
  const link = p.fresh();
  p.label(link);
  p.j('fail');
  p.label(one);
  p.la(a1, link);
  p.same(a0, a1);
  p.test();
  p.j(two);
  p.label(back);
  p.j(after);
  p.space(6000);
  p.label(two);
  p.j(back);
  p.label(after);

  // jalr: the low bit of the target is cleared; rd may be rs1; offsets of both signs.
  for (const [offset, low, rd] of [
    [0, 0, a0],
    [8, 0, a0],
    [-12, 0, a1],
    [0, 1, a0],
    [2047, 0, a1],
    [-2048, 0, a0],
    [4, 1, 0],
  ] as const) {
    p.test();
    const [target, next] = [p.fresh(), p.fresh()];
    p.la(a1, target);
    p.li(a2, low - offset);
    p.op('add', { rd: a1, rs1: a1, rs2: a2 });
    p.op('jalr', { rd, rs1: a1, imm: offset });
    p.label(next);
    p.j('fail');
    p.align(4);
    p.label(target);
    if (rd) {
      p.la(a2, next);
      p.same(rd, a2);
    }
  }
  // To and fro between a function and its callers.
  p.test();
  const [callee, end] = [p.fresh(), p.fresh()];
  p.li(a0, 0);
  for (let i = 0; i < 5; i++) p.jal(callee);
  p.expect(a0, 15);
  p.j(end);
  p.space(4096);
  p.label(callee);
  p.addi(a0, a0, 3);
  p.op('jalr', { rd: 0, rs1: R.ra });
  p.label(end);

  p.test();
  const here = p.fresh();
  p.la(a1, here);
  p.label(here);
  p.op('auipc', { rd: a0, imm: 0 });
  p.same(a0, a1);
  p.op('lui', { rd: a0, imm: -0x8000_0000 });
  p.expect(a0, -0x8000_0000n);
  p.op('lui', { rd: a0, imm: 0x7fff_f000 });
  p.expect(a0, 0x7fff_f000);
  p.test();
  const there = p.fresh();
  p.la(a1, there);
  p.li(a2, -0x8000_0000n);
  p.op('add', { rd: a1, rs1: a1, rs2: a2 });
  p.label(there);
  p.op('auipc', { rd: a0, imm: -0x8000_0000 });
  p.same(a0, a1);
  return p;
}

interface LoadForm {
  readonly bytes: number;
  readonly signed: boolean;
}
const LOADS: Readonly<Record<string, LoadForm>> = {
  lb: { bytes: 1, signed: true },
  lbu: { bytes: 1, signed: false },
  lh: { bytes: 2, signed: true },
  lhu: { bytes: 2, signed: false },
  lw: { bytes: 4, signed: true },
  lwu: { bytes: 4, signed: false },
  ld: { bytes: 8, signed: true },
};
const STORES: Readonly<Record<string, number>> = { sb: 1, sh: 2, sw: 4, sd: 8 };

const pattern = (i: number): number => (i * 37 + 0x81) & 0xff;
const patternValue = (at: number, count: number): bigint =>
  Array.from({ length: count }, (_, i) => BigInt(pattern(at + i)) << BigInt(8 * i)).reduce(
    (sum, part) => sum | part,
    0n,
  );

/** Every alignment, within a page and across its end. */
function loads(name: string, form: Form): Program {
  const p = new Program(form);
  const { bytes, signed } = LOADS[name]!;
  const data = p.fresh('data');
  const after = p.fresh('after');
  p.j(after);
  p.align(4096);
  p.space(4096 - 16);
  p.label(data);
  for (let i = 0; i < 32; i += 8) p.dword(patternValue(i, 8));
  p.label(after);
  p.la(s6, data);
  for (let at = 0; at <= 32 - bytes; at++) {
    p.test();
    const bits = patternValue(at, bytes);
    const value = signed ? BigInt.asIntN(8 * bytes, bits) : bits;
    p.op(name, { rd: a0, rs1: s6, imm: at });
    p.expect(a0, value);
    p.addi(a1, s6, at + 7);
    p.op(name, { rd: a1, rs1: a1, imm: -7 });
    p.expect(a1, value);
    p.op(name, { rd: 0, rs1: s6, imm: at });
    p.expect(0, 0);
  }
  return p;
}

function stores(name: string, form: Form): Program {
  const p = new Program(form);
  const bytes = STORES[name]!;
  const data = p.fresh('data');
  const after = p.fresh('after');
  p.j(after);
  p.align(4096);
  p.space(4096 - 16);
  p.label(data);
  p.space(32);
  p.label(after);
  p.la(s6, data);
  for (let at = 0; at <= 32 - bytes; at++) {
    p.test();
    for (const value of [0x0123_4567_89ab_cdefn, 0xffff_ffff_ffff_ffffn, 0xfedc_ba98_7654_3210n]) {
      for (let i = 0; i < 32; i += 8) p.sd(0, i, s6);
      p.li(a0, value);
      p.addi(a1, s6, at - 100);
      p.op(name, { rs2: a0, rs1: a1, imm: 100 });
      const whole = BigInt.asUintN(8 * bytes, value) << BigInt(8 * at);
      for (let i = 0; i < 32; i += 8) {
        p.ld(a2, i, s6);
        p.expect(a2, BigInt.asUintN(64, whole >> BigInt(8 * i)));
      }
      p.expect(a0, value);
    }
  }
  return p;
}

/** A store is seen by loads of every other width. */
function loadAfterStore(form: Form): Program {
  const p = new Program(form);
  const data = p.fresh('data');
  const after = p.fresh('after');
  p.j(after);
  p.align(8);
  p.label(data);
  p.space(32);
  p.label(after);
  p.la(s6, data);
  p.li(a0, 0xf1e2_d3c4_b5a6_9788n);
  for (const [store, width] of Object.entries(STORES)) {
    for (const [name, { bytes, signed }] of Object.entries(LOADS)) {
      p.test();
      p.sd(0, 0, s6);
      p.op(store, { rs2: a0, rs1: s6, imm: 0 });
      p.op(name, { rd: a1, rs1: s6, imm: 0 });
      const memory = BigInt.asUintN(8 * width, 0xf1e2_d3c4_b5a6_9788n);
      const bits = BigInt.asUintN(8 * bytes, memory);
      p.expect(a1, signed ? BigInt.asIntN(8 * bytes, bits) : bits);
    }
  }
  return p;
}

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

type Inert = readonly [name: string, operands: Operands];
const HINTS: readonly Inert[] = [
  ['fence', {}],
  ['fence', { pred: 1, succ: 2 }],
  ['fence', { fm: 5, pred: 3, succ: 3, rs1: a1, rd: a2 }],
  ['fence.tso', {}],
  ['pause', {}],
  ['fence.i', {}],
  ['prefetch.i', { rs1: a1, imm: 32 }],
  ['prefetch.r', { rs1: a1, imm: -32 }],
  ['prefetch.w', { rs1: 0, imm: 64 }],
  ['addi', { rd: 0, rs1: a1, imm: 5 }],
  ['lui', { rd: 0, imm: 4096 }],
  ['add', { rd: 0, rs1: a1, rs2: a2 }],
  ['slti', { rd: 0, rs1: 0, imm: 9 }],
];
const WAITS: readonly Inert[] = [
  ['wrs.nto', {}],
  ['wrs.sto', {}],
];

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

/** Fences, hints and waits change no register. */
function nothing(inert: readonly Inert[], form: Form): Program {
  const p = new Program(form);
  for (const [name, operands] of inert) {
    p.test();
    p.li(a1, 0x1234_5678_9abcn);
    p.li(a2, -77);
    p.op(name, operands);
    p.expect(a1, 0x1234_5678_9abcn);
    p.expect(a2, -77);
    p.expect(0, 0);
  }
  return p;
}

const table = <T>(source: Readonly<Record<string, T>>, make: (name: string, form: Form) => Program) =>
  Object.keys(source).map((name) => [name, (form: Form) => make(name, form)] as const);

/** Programs by name. */
export const INTEGER_PROGRAMS: readonly (readonly [name: string, make: (form: Form) => Program])[] = [
  ...table(BINARY, binary),
  ...table(UNARY, unary),
  ...table(IMMEDIATE, immediate),
  ...table(BRANCHES, branch),
  ['jal, jalr, lui, auipc', jumps],
  ...table(LOADS, loads),
  ...table(STORES, stores),
  ['loads after stores', loadAfterStore],
  ...Object.keys(ATOMIC).flatMap((stem) =>
    ([4, 8] as const).map(
      (bytes) => [`${stem}.${bytes === 4 ? 'w' : 'd'}`, (form: Form) => atomic(stem, bytes, form)] as const,
    ),
  ),
  ['lr.w, sc.w', (form) => reservation(4, form)],
  ['lr.d, sc.d', (form) => reservation(8, form)],
  ['compare and swap', compareAndSwap],
  ['fences and hints', (form) => nothing(HINTS, form)],
  ['waits', (form) => nothing(WAITS, form)],
];
