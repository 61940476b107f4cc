/** Programs for the floating-point instructions: arithmetic with flags, comparisons, conversions, moves, memory, NaN boxes. */

import { encodingOf } from '../../src/isa/encoding.ts';
import { findRow } from '../../src/isa/rows.ts';
import { R } from '../support/asm.ts';
import { CSR, type Form, Program } from './environment.ts';
import {
  arithmeticCases,
  BETWEEN,
  type Case,
  comparisonCases,
  FORMATS,
  type Format,
  FROM_INTEGER,
  NX,
  RNE,
  TO_INTEGER,
} from './float-cases.ts';

const { a0, a1, a2 } = R;
const BOX: Readonly<Record<Format, bigint>> = { h: 0xffff_ffff_ffff_0000n, s: 0xffff_ffff_0000_0000n, d: 0n };
const ROUNDING = 7;

/** Puts a pattern, boxed, into f register 1 + i. */
function loadOperands(p: Program, operands: readonly bigint[], format: Format): void {
  operands.forEach((operand, i) => {
    p.li(a0, operand | BOX[format]);
    p.op('fmv.d.x', { rd: i + 1, rs1: a0 });
  });
}

/** Executes a case once with the mode in the instruction and once with it in frm; checks result and flags. */
function run(
  p: Program,
  name: string,
  operands: Record<string, number>,
  result: 'x' | Format,
  { 2: rm, 3: value, 4: flags }: Case,
): void {
  const rounds = encodingOf(findRow(name)!).fields.has('rm');
  for (const dynamic of rounds ? [false, true] : [false]) {
    p.op('csrrwi', { rd: 0, csr: CSR.frm, imm: dynamic ? rm : (rm + 1) % 5 });
    p.op('csrrwi', { rd: 0, csr: CSR.fflags, imm: 0 });
    p.op(name, { ...operands, ...(rounds ? { rm: dynamic ? ROUNDING : rm } : {}) });
    p.csrr(a2, CSR.fflags);
    if (result === 'x') p.expect(operands.rd!, value);
    else {
      p.op('fmv.x.d', { rd: a1, rs1: operands.rd! });
      p.expect(a1, value | BOX[result]);
    }
    p.expect(a2, flags);
  }
  // Flags accrue.
  p.op('csrrwi', { rd: 0, csr: CSR.fflags, imm: 0x1f });
  p.op(name, { ...operands, ...(rounds ? { rm } : {}) });
  p.csrr(a2, CSR.fflags);
  p.expect(a2, 0x1f);
}

function arithmetic(format: Format, form: Form): Program {
  const p = new Program(form);
  for (const entry of arithmeticCases(FORMATS[format])) {
    const [name, operands] = entry;
    p.test();
    loadOperands(p, operands, format);
    run(p, `${name}.${format}`, { rd: 9, ...sources(operands.length, 1) }, format, entry);
  }
  return p;
}

const sources = (count: number, first: number): Record<string, number> =>
  Object.fromEntries(['rs1', 'rs2', 'rs3'].slice(0, count).map((operand, i) => [operand, first + i]));

function comparisons(format: Format, form: Form): Program {
  const p = new Program(form);
  for (const entry of comparisonCases(FORMATS[format])) {
    const [name, operands] = entry;
    p.test();
    loadOperands(p, operands, format);
    run(p, `${name}.${format}`, { rd: a1, ...sources(operands.length, 1) }, 'x', entry);
  }
  return p;
}

/** Narrower formats, from cases of double precision whose values they hold exactly enough to be the same. */
function toInteger(form: Form): Program {
  const p = new Program(form);
  for (const entry of TO_INTEGER) {
    p.test();
    loadOperands(p, entry[1], 'd');
    run(p, entry[0], { rd: a1, rs1: 1 }, 'x', entry);
  }
  // Small values in every format.
  const small: Readonly<Record<Format, bigint>> = { h: 0xc100n, s: 0xc020_0000n, d: 0xc004_0000_0000_0000n };
  for (const format of ['h', 's', 'd'] as const) {
    for (const [type, results] of Object.entries({
      w: [-2n, -2n, -3n, -2n, -3n],
      l: [-2n, -2n, -3n, -2n, -3n],
      wu: [0n, 0n, 0n, 0n, 0n],
      lu: [0n, 0n, 0n, 0n, 0n],
    })) {
      results.forEach((result, rm) => {
        p.test();
        loadOperands(p, [small[format]], format);
        const entry: Case = ['', [], rm, result, type.endsWith('u') ? 16 : NX];
        run(p, `fcvt.${type}.${format}`, { rd: a1, rs1: 1 }, 'x', entry);
      });
    }
  }
  return p;
}

function fromInteger(form: Form): Program {
  const p = new Program(form);
  for (const entry of FROM_INTEGER) {
    p.test();
    p.li(a0, entry[1][0]!);
    run(p, entry[0], { rd: 9, rs1: a0 }, entry[0].split('.')[1] as Format, entry);
  }
  return p;
}

function between(form: Form): Program {
  const p = new Program(form);
  for (const entry of BETWEEN) {
    const [, to, from] = entry[0].split('.') as [string, Format, Format];
    p.test();
    loadOperands(p, entry[1], from);
    run(p, entry[0], { rd: 9, rs1: 1 }, to, entry);
  }
  return p;
}

const MEMORY = { h: ['flh', 'fsh', 2], s: ['flw', 'fsw', 4], d: ['fld', 'fsd', 8] } as const;

/** Loads box, stores do not look; every alignment, and across a page. */
function memory(form: Form): Program {
  const p = new Program(form);
  p.j('float_memory');
  p.align(4096);
  p.space(4096 - 16);
  p.label('float_data');
  p.space(32);
  p.label('float_memory');
  for (const [format, [load, store, bytes]] of Object.entries(MEMORY)) {
    for (let at = 0; at <= 24; at++) {
      p.test();
      p.la(R.s6, 'float_data');
      for (let i = 0; i < 32; i += 8) {
        p.li(a0, 0x0807_0605_0403_0201n + 0x0808_0808_0808_0808n * BigInt(i / 8));
        p.sd(a0, i, R.s6);
      }
      const value = Array.from({ length: bytes }, (_, i) => BigInt(at + i + 1) << BigInt(8 * i)).reduce(
        (sum, b) => sum | b,
        0n,
      );
      p.op(load, { rd: 3, rs1: R.s6, imm: at });
      p.op('fmv.x.d', { rd: a0, rs1: 3 });
      p.expect(a0, value | BOX[format as Format]);
      p.li(a0, 0xf1f2_f3f4_f5f6_f7f8n);
      p.op('fmv.d.x', { rd: 3, rs1: a0 });
      p.op(store, { rs2: 3, rs1: R.s6, imm: at });
      p.op(load, { rd: 4, rs1: R.s6, imm: at });
      p.op('fmv.x.d', { rd: a0, rs1: 4 });
      p.expect(a0, BigInt.asUintN(8 * bytes, 0xf1f2_f3f4_f5f6_f7f8n) | BOX[format as Format]);
    }
  }
  return p;
}

/** Moves carry bits; anything narrower that is not boxed counts as the canonical NaN where it is computed with. */
function boxes(form: Form): Program {
  const p = new Program(form);
  const raw = 0x1234_5678_9abc_def0n;
  p.li(a0, raw);
  p.op('fmv.d.x', { rd: 1, rs1: a0 });
  for (const [name, value] of [
    ['fmv.x.d', raw],
    ['fmv.x.w', -0x6543_2110n],
    ['fmv.x.h', -0x2110n],
  ] as const) {
    p.test();
    p.op(name, { rd: a1, rs1: 1 });
    p.expect(a1, value);
  }
  for (const [name, value] of [
    ['fmv.w.x', 0xffff_ffff_9abc_def0n],
    ['fmv.h.x', 0xffff_ffff_ffff_def0n],
    ['fmv.d.x', raw],
  ] as const) {
    p.test();
    p.op(name, { rd: 2, rs1: a0 });
    p.op('fmv.x.d', { rd: a1, rs1: 2 });
    p.expect(a1, value);
  }
  for (const format of ['h', 's'] as const) {
    const { one, nan, bits } = FORMATS[format];
    const sign = 1n << BigInt(bits - 1);
    for (const unboxed of [one, one | (BOX[format] ^ (1n << 63n)), one | (BOX[format] & (BOX[format] << 1n))]) {
      p.test();
      p.li(a0, unboxed);
      p.op('fmv.d.x', { rd: 1, rs1: a0 });
      loadInto(p, 2, one | BOX[format]);
      const expectFloat = (name: string, operands: Record<string, number>, value: bigint) => {
        p.op(name, { rd: 3, ...operands });
        p.op('fmv.x.d', { rd: a1, rs1: 3 });
        p.expect(a1, value | BOX[format]);
      };
      expectFloat(`fadd.${format}`, { rs1: 1, rs2: 2, rm: RNE }, nan);
      expectFloat(`fmin.${format}`, { rs1: 1, rs2: 2 }, one);
      expectFloat(`fsgnj.${format}`, { rs1: 1, rs2: 1 }, nan);
      expectFloat(`fsgnjn.${format}`, { rs1: 2, rs2: 1 }, one | sign);
      p.op(`fclass.${format}`, { rd: a1, rs1: 1 });
      p.expect(a1, 1 << 9);
      p.op(`feq.${format}`, { rd: a1, rs1: 1, rs2: 1 });
      p.expect(a1, 0);
      p.op(`fcvt.w.${format}`, { rd: a1, rs1: 1, rm: RNE });
      p.expect(a1, 0x7fff_ffff);
      p.op(`fcvt.d.${format}`, { rd: 3, rs1: 1, rm: RNE });
      p.op('fmv.x.d', { rd: a1, rs1: 3 });
      p.expect(a1, FORMATS.d.nan);
    }
  }
  return p;
}

function loadInto(p: Program, register: number, pattern: bigint): void {
  p.li(a0, pattern);
  p.op('fmv.d.x', { rd: register, rs1: a0 });
}

/** The host's own arithmetic: correctly rounded to nearest even in both formats (IEEE 754, ECMAScript). */
const HOST: Readonly<Record<string, (a: number, b: number) => number>> = {
  fadd: (a, b) => a + b,
  fsub: (a, b) => a - b,
  fmul: (a, b) => a * b,
  fdiv: (a, b) => a / b,
  fsqrt: (a) => Math.sqrt(a),
};

const HOST_VALUES: readonly number[] = [
  1,
  3,
  0.1,
  -7.25,
  1e10,
  -1e-10,
  123456789.125,
  2 ** 31,
  1 / 3,
  -2 / 3,
  1e-30,
  6.02214076e23,
  255.00001,
  2 ** -20,
  9.5,
  -0.3,
];

function host(format: 's' | 'd', form: Form): Program {
  const p = new Program(form);
  const view = new DataView(new ArrayBuffer(8));
  const pattern = (value: number): bigint => {
    if (format === 's') {
      view.setFloat32(0, value);
      return BigInt(view.getUint32(0)) | BOX.s;
    }
    view.setFloat64(0, value);
    return view.getBigUint64(0);
  };
  const round = (value: number): number => (format === 's' ? Math.fround(value) : value);
  for (const [name, compute] of Object.entries(HOST)) {
    for (const x of HOST_VALUES.map(round)) {
      p.test();
      loadInto(p, 1, pattern(x));
      for (const y of name === 'fsqrt' ? [0] : HOST_VALUES.map(round)) {
        const result = round(compute(x, y));
        if (Number.isNaN(result)) continue;
        loadInto(p, 2, pattern(y));
        p.op(`${name}.${format}`, { rd: 3, rs1: 1, ...(name === 'fsqrt' ? {} : { rs2: 2 }), rm: RNE });
        p.op('fmv.x.d', { rd: a1, rs1: 3 });
        p.expect(a1, pattern(result));
      }
    }
  }
  return p;
}

/** Programs by name. */
export const FLOAT_PROGRAMS: readonly (readonly [name: string, make: (form: Form) => Program])[] = [
  ...(['h', 's', 'd'] as const).flatMap((format) => [
    [`arithmetic .${format}`, (form: Form) => arithmetic(format, form)] as const,
    [`comparisons .${format}`, (form: Form) => comparisons(format, form)] as const,
  ]),
  ['floating point to integer', toInteger],
  ['integer to floating point', fromInteger],
  ['between formats', between],
  ['floating-point loads and stores', memory],
  ['NaN boxes and moves', boxes],
  ['single precision against the host', (form) => host('s', form)],
  ['double precision against the host', (form) => host('d', form)],
];
