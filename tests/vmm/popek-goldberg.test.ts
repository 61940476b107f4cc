/**
 * Law E14 (Popek and Goldberg): whatever tells or changes the state of the machine traps in user mode, so a VMM that
 * runs its guest's kernel there sees it. Every CSR number is tried, read and written, and every privileged instruction.
 */
import { describe, expect, it } from 'vitest';
import { encode } from '../../src/isa/encode.ts';
import { CSR, configOf, ENTRY, Rig, SPP, shutdown, supervisor } from '../mmu/rig.ts';
import { PAGE, PTE, RAM, RWXAD, satpOf, Tables } from '../mmu/tables.ts';
import { Assembler, R } from '../support/asm.ts';

const TABLES = 0x8030_0000;
/** One byte for each instruction tried: its cause + 1, or 0 if it did not trap. */
const RESULTS = 0x8031_0000;
const PROGRAM = 0x8034_0000;
const USER = 0x4000_0000n;
const CSRS = 4096;
const ILLEGAL = 2;
const FS_INITIAL = 1 << 13;

/** What user mode may use: the floating-point CSRs, and the counters the kernel opened. */
const OPEN = new Set([0x001, 0x002, 0x003, 0xc00, 0xc01, 0xc02]);
const isReadOnly = (csr: number): boolean => csr >> 10 === 3;

const PRIVILEGED = [
  encode('sret'),
  encode('mret'),
  encode('wfi'),
  encode('sfence.vma', { rs1: 0, rs2: 0 }),
  encode('sfence.vma', { rs1: 5, rs2: 6 }),
  encode('sinval.vma', { rs1: 0, rs2: 0 }),
  encode('sfence.w.inval'),
  encode('sfence.inval.ir'),
];

const reads = Array.from({ length: CSRS }, (_, csr) => encode('csrrs', { rd: 5, csr, rs1: 0 }));
const writes = Array.from({ length: CSRS }, (_, csr) => encode('csrrw', { rd: 0, csr, rs1: 0 }));
const sets = Array.from({ length: CSRS }, (_, csr) => encode('csrrsi', { rd: 5, csr, imm: 0 }));
const tried = [...PRIVILEGED, ...reads, ...writes, ...sets];

/** Runs the words one after the other in user mode, and notes which trap. */
function guest(): Uint8Array {
  const tables = new Tables(TABLES, 8);
  const root = tables.page();
  tables.map(root, 3, BigInt(RAM), RAM, RWXAD, 2);
  const program = new Assembler(PROGRAM);
  for (const word of tried) program.word(word);
  const pages = Math.ceil((tried.length + 1) / 1024);
  program.op('ecall');
  for (let i = 0; i < pages; i++) {
    tables.map(root, 3, USER + BigInt(i * PAGE), PROGRAM + i * PAGE, PTE.V | PTE.R | PTE.X | PTE.U | PTE.A);
  }
  const a = new Assembler(ENTRY);
  a.la(R.t0, 'handler');
  a.csrw(CSR.stvec, R.t0);
  a.li(R.t0, satpOf(root, 3, 1));
  a.csrw(CSR.satp, R.t0);
  a.li(R.t0, FS_INITIAL);
  a.op('csrrs', { rd: 0, csr: CSR.sstatus, rs1: R.t0 });
  a.li(R.t0, SPP);
  a.op('csrrc', { rd: 0, csr: CSR.sstatus, rs1: R.t0 });
  a.li(R.s2, USER);
  a.li(R.s3, RESULTS);
  a.csrw(CSR.sepc, R.s2);
  a.op('sret');
  a.align(4);
  a.label('handler');
  a.csrr(R.t3, CSR.scause);
  a.li(R.t4, 8);
  a.beq(R.t3, R.t4, 'done');
  a.csrr(R.t4, CSR.sepc);
  a.op('sub', { rd: R.t6, rs1: R.t4, rs2: R.s2 });
  a.op('srli', { rd: R.t6, rs1: R.t6, imm: 2 });
  a.op('add', { rd: R.t6, rs1: R.t6, rs2: R.s3 });
  a.addi(R.t3, R.t3, 1);
  a.op('sb', { rs1: R.t6, rs2: R.t3, imm: 0 });
  a.addi(R.t4, R.t4, 4);
  a.csrw(CSR.sepc, R.t4);
  a.op('sret');
  a.label('done');
  shutdown(a);
  return supervisor(a, [
    { address: TABLES, bytes: tables.bytes },
    { address: PROGRAM, bytes: program.finish() },
  ]);
}

describe.each(['bare', 'nested', 'shadow'] as const)('%s', (strategy) => {
  it('traps everything but what the kernel opened', async () => {
    const rig = await Rig.boot(guest(), configOf({ strategy }));
    rig.finish();
    const causeOf = (i: number): number | null => {
      const byte = rig.core.bytes[rig.linear(RESULTS + i)]!;
      return rig.linear(RESULTS + i) && byte ? byte - 1 : null;
    };
    const executed = tried.flatMap((_, i) => (causeOf(i) === ILLEGAL ? [] : [i]));
    const expected = [
      ...[...OPEN].map((csr) => PRIVILEGED.length + csr),
      ...[...OPEN].filter((csr) => !isReadOnly(csr)).map((csr) => PRIVILEGED.length + CSRS + csr),
      ...[...OPEN].map((csr) => PRIVILEGED.length + 2 * CSRS + csr),
    ];
    expect(executed).toEqual(expected.sort((x, y) => x - y));
    // Of what did not run, nothing ended otherwise than as an illegal instruction.
    expect(executed.every((i) => causeOf(i) === null)).toBe(true);
    expect(rig.counters()['trap.illegal']).toBe(tried.length - expected.length);
  });
});
