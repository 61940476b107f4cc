/** Programs for the integer instructions: computation, branches, jumps, loads, stores. */
import type { Operands } from '../../src/isa/types.ts';
import { R } from '../support/asm.ts';
import { type Form, Program } from './environment.ts';
import { BINARY, BRANCHES, IMMEDIATE, UNARY, VALUES } from './integer-reference.ts';
import { overRows, pairs } from './rows.ts';

const { a0, a1, a2, a3, a4, s6, t1, t2 } = R;

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
  ['fences and hints', (form) => nothing(HINTS, form)],
  ['waits', (form) => nothing(WAITS, form)],
];
