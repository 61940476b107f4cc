/**
 * Programs for the compressed instructions: each runs beside the 32-bit instructions the manual says it stands for
 * (written down here, not taken from src/isa), on the same registers and memory, and must leave the same.
 */
import type { Operands } from '../../src/isa/types.ts';
import { R } from '../support/asm.ts';
import { type Form, Program } from './environment.ts';

const { sp, a0, a1, a2, s0 } = R;

type Step = readonly [name: string, operands: Operands];
/** A compressed instruction and what it stands for. */
type Pair = readonly [compressed: Step, full: Step];

const both = (name: string, full: string, operands: Operands, extra: Operands = {}): Pair => [
  [`c.${name}`, operands],
  [full, { ...operands, ...extra }],
];
const inPlace = (register: number, rest: Operands): Operands => ({ rd: register, rs1: register, ...rest });

const ARITHMETIC: readonly Pair[] = [
  ...[4, 8, 20, 512, 1020].map((imm) => both('addi4spn', 'addi', { rd: a0, imm }, { rs1: sp })),
  ...[1, -1, 31, -32].flatMap((imm) => [a0, s0, 31].map((r) => both('addi', 'addi', inPlace(r, { imm })))),
  ...[0, 1, -1, 31, -32].map((imm) => both('addiw', 'addiw', inPlace(a1, { imm }))),
  ...[0, 1, -1, 31, -32].map((imm) => both('li', 'addi', { rd: a2, imm }, { rs1: 0 })),
  ...[4096, -4096, 31 * 4096, -32 * 4096].map((imm) => both('lui', 'lui', { rd: a0, imm })),
  ...[16, -16, 496, -512].map(
    (imm): Pair => [
      ['c.addi16sp', { imm }],
      ['addi', { rd: sp, rs1: sp, imm }],
    ],
  ),
  ...[1, 5, 31, 32, 63].flatMap((imm) => [
    both('srli', 'srli', inPlace(a0, { imm })),
    both('srai', 'srai', inPlace(a1, { imm })),
    both('slli', 'slli', inPlace(a2, { imm })),
    both('slli', 'slli', inPlace(29, { imm })),
  ]),
  ...[0, 1, -1, 31, -32].map((imm) => both('andi', 'andi', inPlace(a0, { imm }))),
  ...['sub', 'xor', 'or', 'and', 'subw', 'addw'].flatMap((name) => [
    both(name, name, inPlace(a0, { rs2: a1 })),
    both(name, name, inPlace(s0, { rs2: s0 })),
  ]),
  both('mv', 'add', { rd: 29, rs2: a0 }, { rs1: 0 }),
  both('mv', 'add', { rd: a0, rs2: 31 }, { rs1: 0 }),
  both('add', 'add', inPlace(29, { rs2: a0 })),
  both('add', 'add', inPlace(a1, { rs2: a1 })),
  [
    ['c.nop', { imm: 0 }],
    ['addi', {}],
  ],
  [
    ['c.nop', { imm: 5 }],
    ['addi', {}],
  ],
];

/** Bytes of the area that sp, s0 and a0 point into. */
const AREA = 1024;
const MEMORY: readonly Pair[] = [
  ...[0, 4, 64, 124].map((imm) => both('lw', 'lw', { rd: a1, rs1: s0, imm })),
  ...[0, 8, 64, 248].map((imm) => both('ld', 'ld', { rd: a1, rs1: s0, imm })),
  ...[0, 8, 64, 248].map((imm) => both('fld', 'fld', { rd: 9, rs1: s0, imm })),
  ...[0, 4, 64, 124].map((imm) => both('sw', 'sw', { rs2: a2, rs1: s0, imm })),
  ...[0, 8, 64, 248].map((imm) => both('sd', 'sd', { rs2: a2, rs1: s0, imm })),
  ...[0, 8, 64, 248].map((imm) => both('fsd', 'fsd', { rs2: 9, rs1: s0, imm })),
  ...[0, 4, 64, 252].map((imm) => both('lwsp', 'lw', { rd: 29, imm }, { rs1: sp })),
  ...[0, 8, 64, 504].map((imm) => both('ldsp', 'ld', { rd: 29, imm }, { rs1: sp })),
  ...[0, 8, 64, 504].map((imm) => both('fldsp', 'fld', { rd: 29, imm }, { rs1: sp })),
  ...[0, 4, 64, 252].map((imm) => both('swsp', 'sw', { rs2: 31, imm }, { rs1: sp })),
  ...[0, 8, 64, 504].map((imm) => both('sdsp', 'sd', { rs2: a2, imm }, { rs1: sp })),
  ...[0, 8, 64, 504].map((imm) => both('fsdsp', 'fsd', { rs2: 29, imm }, { rs1: sp })),
];

/** x registers that a pair may read or write; the others belong to the environment. */
const WATCHED = [sp, s0, a0, a1, a2, 29, 31];
const VALUES = [0x0123_4567_89ab_cdefn, 0xffff_ffff_8000_0001n, 0x7fff_ffff_ffff_ffffn, 5n];

/** fill: the area with a pattern. copy: the area to behind the registers recorded at t0. */
function areaRoutines(p: Program): void {
  p.label('fill');
  p.la(R.t0, 'area');
  p.li(R.t1, 0x1122_3344_5566_7788n);
  p.li(R.t2, AREA / 8);
  p.label('fill_loop');
  p.sd(R.t1, 0, R.t0);
  p.op('mul', { rd: R.t1, rs1: R.t1, rs2: R.t1 });
  p.addi(R.t1, R.t1, 13);
  p.addi(R.t0, R.t0, 8);
  p.addi(R.t2, R.t2, -1);
  p.bne(R.t2, 0, 'fill_loop');
  p.op('jalr', { rd: 0, rs1: R.ra });
  p.label('copy');
  p.la(R.t1, 'area');
  p.li(R.t2, AREA / 8);
  p.label('copy_loop');
  p.ld(R.t3, 0, R.t1);
  p.sd(R.t3, 8 * (WATCHED.length + 2), R.t0);
  p.addi(R.t1, R.t1, 8);
  p.addi(R.t0, R.t0, 8);
  p.addi(R.t2, R.t2, -1);
  p.bne(R.t2, 0, 'copy_loop');
  p.op('jalr', { rd: 0, rs1: R.ra });
}

function equivalence(pairs: readonly Pair[], memory: boolean, form: Form): Program {
  const p = new Program(form);
  const area = 'area';
  const results = 'results';
  p.j('start_pairs');
  p.align(64);
  p.label(area);
  p.space(AREA);
  p.label(results);
  p.space(2 * (8 * (WATCHED.length + 2) + AREA));
  areaRoutines(p);
  p.label('start_pairs');
  const size = 8 * (WATCHED.length + 2) + AREA;

  const initial = (value: bigint) => {
    if (memory) p.jal('fill');
    for (const register of WATCHED) p.li(register, value * BigInt(register) + 77n);
    p.op('fmv.d.x', { rd: 9, rs1: a0 });
    p.op('fmv.d.x', { rd: 29, rs1: a1 });
    if (memory) for (const register of [sp, s0]) p.la(register, area);
  };
  const record = (which: 0 | 1) => {
    p.la(R.t0, results);
    if (which) {
      p.li(R.t1, size);
      p.op('add', { rd: R.t0, rs1: R.t0, rs2: R.t1 });
    }
    WATCHED.forEach((register, i) => {
      p.sd(register, 8 * i, R.t0);
    });
    p.op('fsd', { rs2: 9, rs1: R.t0, imm: 8 * WATCHED.length });
    p.op('fsd', { rs2: 29, rs1: R.t0, imm: 8 * WATCHED.length + 8 });
    if (memory) p.jal('copy');
  };
  for (const [[compressed, operands], [full, fullOperands]] of pairs) {
    for (const value of memory ? VALUES.slice(0, 1) : VALUES) {
      p.test();
      initial(value);
      p.op(compressed, operands);
      record(0);
      initial(value);
      p.op(full, fullOperands);
      record(1);
      const loop = p.fresh('compare');
      p.la(R.t0, results);
      p.li(R.t1, (memory ? size : size - AREA) / 8);
      p.label(loop);
      p.ld(R.t2, 0, R.t0);
      p.li(R.t3, size);
      p.op('add', { rd: R.t3, rs1: R.t3, rs2: R.t0 });
      p.ld(R.t3, 0, R.t3);
      p.same(R.t2, R.t3);
      p.addi(R.t0, R.t0, 8);
      p.addi(R.t1, R.t1, -1);
      p.bne(R.t1, 0, loop);
    }
  }
  return p;
}

/** Jumps and branches of both lengths, and 32-bit instructions that start at a half-word. */
function control(form: Form): Program {
  const p = new Program(form);
  for (const name of ['c.beqz', 'c.bnez']) {
    for (const value of [0n, 1n, 1n << 63n]) {
      p.test();
      const [over, done, back] = [p.fresh(), p.fresh(), p.fresh()];
      const taken = (value === 0n) === (name === 'c.beqz');
      p.li(a0, value);
      p.li(a1, 0);
      p.to(over, name, { rs1: a0 });
      p.op('c.addi', { rd: a1, rs1: a1, imm: 1 });
      p.label(over);
      p.expect(a1, taken ? 0 : 1);
      p.j(done);
      p.label(back);
      p.op('c.li', { rd: a1, imm: 9 });
      const out = p.fresh();
      p.to(out, 'c.j');
      p.label(done);
      p.to(back, name, { rs1: a0 });
      p.label(out);
      p.expect(a1, taken ? 9 : 1);
    }
  }
  p.test();
  const [f, end] = [p.fresh(), p.fresh()];
  p.la(a0, f);
  p.li(a1, 0);
  p.op('c.jalr', { rs1: a0 });
  p.addi(a1, a1, 1);
  p.expect(a1, 8);
  p.to(end, 'c.j');
  p.label(f);
  p.li(a1, 7);
  p.op('c.jr', { rs1: R.ra });
  p.label(end);
  // A 32-bit instruction whose halves lie on two pages.
  p.test();
  p.j('straddle');
  p.align(4096);
  p.space(4094);
  p.label('straddle');
  p.op('lui', { rd: a0, imm: 0x1234_5000 });
  p.expect(a0, 0x1234_5000);
  p.test();
  p.j('straddle_jump');
  p.align(4096);
  p.space(4094 - 4096 + 4096);
  p.label('straddle_jump');
  p.jal('straddle_end');
  p.j('fail');
  p.label('straddle_end');
  p.la(a1, 'straddle_jump');
  p.addi(a1, a1, 4);
  p.same(R.ra, a1);
  return p;
}

/** c.ebreak traps; everything else about traps is in privileged.ts. */
function breakpoint(form: Form): Program {
  const p = new Program(form);
  p.test();
  p.traps(3, () => p.op('c.ebreak'));
  return p;
}

/** Programs by name. */
export const COMPRESSED_PROGRAMS: readonly (readonly [name: string, make: (form: Form) => Program])[] = [
  ['compressed arithmetic', (form) => equivalence(ARITHMETIC, false, form)],
  ['compressed loads and stores', (form) => equivalence(MEMORY, true, form)],
  ['compressed jumps', control],
  ['c.ebreak', breakpoint],
];
