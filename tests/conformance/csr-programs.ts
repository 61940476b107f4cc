/** Programs for the control and status registers: who may access them, what they hold, what counts. */
import { CSRS, csrByName, csrPrivilege, csrReadOnly, findCsr } from '../../src/isa/csr.ts';
import { R } from '../support/asm.ts';
import { CAUSE, CSR, type NamedProgram, type Program, machineProgram as program } from './environment.ts';

const { a0, a1, a2, a3, t5 } = R;
const ALL = (1n << 64n) - 1n;

/** Makes every counter and stimecmp accessible below machine mode. */
function openGates(p: Program): void {
  p.write(CSR.mcounteren, 0xffff_ffffn);
  p.write(CSR.scounteren, 0xffff_ffffn);
  p.write(CSR.menvcfg, 1n << 63n);
}

const access = program((p) => {
  openGates(p);
  for (const { number } of CSRS) {
    p.test();
    p.op('csrrs', { rd: a0, csr: number, rs1: 0 });
    if (csrReadOnly(number)) {
      for (const name of ['csrrw', 'csrrwi']) p.traps(CAUSE.illegal, () => p.op(name, { rd: a0, csr: number }));
      p.li(a1, 1);
      for (const name of ['csrrs', 'csrrc']) p.traps(CAUSE.illegal, () => p.op(name, { rd: a0, csr: number, rs1: a1 }));
      for (const name of ['csrrsi', 'csrrci']) {
        p.traps(CAUSE.illegal, () => p.op(name, { rd: a0, csr: number, imm: 1 }));
        p.op(name, { rd: a0, csr: number, imm: 0 });
      }
    }
  }
  for (const mode of ['S', 'U'] as const) {
    p.enter(mode);
    for (const { number } of CSRS) {
      p.test();
      p.li(a0, 77);
      const read = () => p.op('csrrs', { rd: a0, csr: number, rs1: 0 });
      if (csrPrivilege(number) > (mode === 'S' ? 1 : 0)) {
        p.traps(CAUSE.illegal, read, { tval: ((number << 20) | 0x2573) >>> 0 });
        p.expect(a0, 77);
      } else read();
    }
    p.leave();
  }
});

/** Every number without a row is illegal, also in machine mode. */
const absent = program((p) => {
  for (let number = 0; number < 4096; number++) {
    if (findCsr(number)) continue;
    if (number % 64 === 0) p.test();
    p.traps(CAUSE.illegal, () => p.op('csrrs', { rd: a0, csr: number, rs1: 0 }));
  }
});

/** What is read back after a write, written down from the manual: [register, written, read]. */
const WARL: readonly (readonly [name: string, written: bigint, read: bigint])[] = [
  ['mstatus', ALL & ~(1n << 3n), 0x8000_000a_007e_79a2n],
  ['mstatus', 0n, 0xa_0000_0000n],
  ['mstatus', 0x800n, 0xa_0000_0800n],
  ['mstatus', 0x1000n, 0xa_0000_0800n], // 2 is no mode: MPP stays
  ['mstatus', 0x6000n, 0x8000_000a_0000_6000n],
  ['sstatus', ALL & ~2n, 0x8000_0002_000c_6120n],
  ['sstatus', 0n, 0x2_0000_0000n],
  ['misa', 0n, 0x8000_0000_0014_112dn],
  ['misa', ALL, 0x8000_0000_0014_112dn],
  ['mideleg', ALL, 0x2222n],
  ['mideleg', 0n, 0n],
  ['medeleg', 0n, 0n],
  ['medeleg', 0xb1ffn, 0xb1ffn],
  ['mie', ALL, 0x2aaan],
  ['mie', 0n, 0n],
  ['mip', ALL & ~0x20n, 0x2202n],
  ['mip', 0n, 0n],
  ['mtvec', 0x8000_1235n, 0x8000_1235n],
  ['mtvec', 0x8000_1230n, 0x8000_1230n],
  ['stvec', 0xffff_ffff_ffff_fffdn, 0xffff_ffff_ffff_fffdn],
  ['mepc', 0xffff_ffff_ffff_fffen, 0xffff_ffff_ffff_fffen],
  ['sepc', ALL, ALL - 1n],
  ['mepc', ALL, ALL - 1n],
  ['sscratch', 0x0123_4567_89ab_cdefn, 0x0123_4567_89ab_cdefn],
  ['mcounteren', 0xffff_ffffn, 0xffff_ffffn],
  ['scounteren', 0x1234_5678n, 0x1234_5678n],
  ['stval', ALL, ALL],
  ['mtval', ALL, ALL],
  ['scause', 0x8000_0000_0000_0005n, 0x8000_0000_0000_0005n],
  ['mcause', 0xfn, 0xfn],
  ['satp', (8n << 60n) | ((1n << 60n) - 1n), (8n << 60n) | ((1n << 60n) - 1n)],
  ['satp', (9n << 60n) | 5n, (9n << 60n) | 5n],
  ['satp', (11n << 60n) | 7n, (9n << 60n) | 5n], // not a mode here: the write has no effect
  ['satp', 0n, 0n],
  ['pmpaddr3', ALL, (1n << 54n) - 1n],
  ['pmpcfg2', 0x1f1b_1917_1513_1119n & ~0x8080_8080_8080_8080n, 0x1f1b_1917_1513_1119n],
  ['pmpcfg2', 0n, 0n],
  ['fcsr', ALL, 0xffn],
  ['frm', ALL, 7n],
  ['fflags', ALL, 0x1fn],
  ['fcsr', 0n, 0n],
  ['menvcfg', ALL & ~0x30n, 0x8000_0000_0000_00c1n],
  ['menvcfg', 0n, 0n],
  ['senvcfg', 0xc1n, 0xc1n],
  ['stimecmp', 0x1234_5678_9abc_def0n, 0x1234_5678_9abc_def0n],
  ['mhpmcounter3', 0n, 0n],
  ['mhpmevent4', ALL, 0xf000_0000_0000_01ffn],
  ['mhpmevent4', 0n, 0n],
  ['mcountinhibit', 0n, 0n],
];

const warl = program((p) => {
  p.csrr(R.s8, CSR.mstatus);
  for (const [name, written, read] of WARL) {
    const { number } = csrByName(name)!;
    p.test();
    p.csrr(a3, number);
    p.li(a1, written);
    p.csrw(number, a1);
    p.csrr(a0, number);
    // Whatever is needed to go on is restored before anything can trap. satp's steps build on one another.
    if (['mtvec', 'stvec', 'mie'].includes(name)) p.csrw(number, a3);
    p.expect(a0, read);
    if (name === 'sstatus') p.csrw(CSR.mstatus, R.s8);
  }
});

const csrInstructions = program((p) => {
  const { number } = csrByName('sscratch')!;
  const steps: readonly (readonly [name: string, operand: bigint, after: bigint])[] = [
    ['csrrw', 0xdead_beef_0000_0001n, 0xdead_beef_0000_0001n],
    ['csrrs', 0x0f0n, 0xdead_beef_0000_00f1n],
    ['csrrc', 0xdead_0000_0000_0011n, 0x0000_beef_0000_00e0n],
    ['csrrsi', 0x1fn, 0x0000_beef_0000_00ffn],
    ['csrrci', 0x11n, 0x0000_beef_0000_00een],
    ['csrrwi', 0x15n, 0x15n],
    ['csrrwi', 0n, 0n],
    ['csrrw', ALL, ALL],
    ['csrrci', 0n, ALL],
    ['csrrc', ALL, 0n],
  ];
  let before = 0n;
  p.csrw(number, 0);
  for (const [name, operand, after] of steps) {
    p.test();
    p.li(a1, operand);
    if (name.endsWith('i')) p.op(name, { rd: a0, csr: number, imm: Number(operand) });
    else p.op(name, { rd: a0, csr: number, rs1: a1 });
    p.expect(a0, before);
    p.expect(a1, operand);
    p.reads(number, after);
    before = after;
  }
  p.test();
  p.li(a0, 0x55);
  p.op('csrrw', { rd: a0, csr: number, rs1: a0 });
  p.expect(a0, 0);
  p.op('csrrs', { rd: 0, csr: number, rs1: a0 });
  p.reads(number, 0x55);
});

const counters = program((p) => {
  for (const name of ['minstret', 'mcycle']) {
    const { number } = csrByName(name)!;
    p.test();
    // The instruction after a write reads what was written (3.1.10).
    p.op('csrrwi', { rd: 0, csr: number, imm: 0 });
    p.csrr(a0, number);
    p.csrr(a1, number);
    p.expect(a0, 0);
    p.expect(a1, 1);
    p.test();
    p.li(a2, -2);
    p.csrw(number, a2);
    p.nop();
    p.nop();
    p.nop();
    p.csrr(a0, number);
    p.expect(a0, 1);
    p.test();
    p.write(CSR.mcountinhibit, 5);
    p.csrr(a0, number);
    p.nop();
    p.csrr(a1, number);
    p.same(a0, a1);
    p.write(CSR.mcountinhibit, 0);
  }
  // A trapped instruction does not retire.
  p.test();
  p.csrr(a3, CSR.mtvec);
  p.la(t5, 'counters_trap');
  p.csrw(CSR.mtvec, t5);
  p.csrr(a0, CSR.minstret);
  p.op('ecall');
  p.align(4);
  p.label('counters_trap');
  p.csrr(a1, CSR.minstret);
  p.csrw(CSR.mtvec, a3);
  p.op('sub', { rd: a1, rs1: a1, rs2: a0 });
  p.expect(a1, 1);
});

/** Reads of counters by the bits of both enable registers. */
const counterGates = program((p) => {
  for (const [bit, number] of [
    [0, 0xc00],
    [1, 0xc01],
    [2, 0xc02],
    [3, 0xc03],
    [18, 0xc12],
  ] as const) {
    for (const mode of ['S', 'U'] as const) {
      for (const [m, s] of [
        [0, 0],
        [0, 1],
        [1, 0],
        [1, 1],
      ] as const) {
        p.test();
        p.write(CSR.mcounteren, m ? 1n << BigInt(bit) : ~(1n << BigInt(bit)) & 0xffff_ffffn);
        p.write(CSR.scounteren, s ? 1n << BigInt(bit) : ~(1n << BigInt(bit)) & 0xffff_ffffn);
        p.enter(mode);
        const read = () => p.op('csrrs', { rd: a0, csr: number, rs1: 0 });
        if (m && (mode === 'S' || s)) read();
        else p.traps(CAUSE.illegal, read);
        p.leave();
      }
    }
  }
  // stimecmp needs menvcfg.STCE and mcounteren.TM below machine mode.
  for (const [stce, tm] of [
    [0, 0],
    [0, 1],
    [1, 0],
    [1, 1],
  ] as const) {
    p.test();
    p.write(CSR.menvcfg, BigInt(stce) << 63n);
    p.write(CSR.mcounteren, tm << 1);
    p.csrr(a0, CSR.stimecmp);
    p.enter('S');
    const read = () => p.op('csrrs', { rd: a0, csr: CSR.stimecmp, rs1: 0 });
    if (stce && tm) read();
    else p.traps(CAUSE.illegal, read);
    p.leave();
  }
});

/** Programs by name. */
export const CSR_PROGRAMS: readonly NamedProgram[] = [
  ['CSR access by mode', access],
  ['CSR numbers that do not exist', absent],
  ['CSR fields', warl],
  ['CSR instructions', csrInstructions],
  ['counters', counters],
  ['counter enables', counterGates],
];
