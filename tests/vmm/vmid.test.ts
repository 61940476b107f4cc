/**
 * Law E15, second half: a fence of the guest's address spaces (what HFENCE.VVMA is to the hardware) drops entries of its
 * own VMID only. A nested machine-mode guest has two: its paged code runs under one, its unpaged code under another.
 */
import { describe, expect, it } from 'vitest';
import { EVENT } from '../../src/abi/events.ts';
import { CSR } from '../conformance/environment.ts';
import { configOf, powerOff, Rig } from '../mmu/rig.ts';
import { entry, PTE, RAM, RWXAD, satpOf, Tables } from '../mmu/tables.ts';
import { Assembler, R } from '../support/asm.ts';
import { writeElf } from '../support/elf.ts';

const CODE = 0x8000_0000;
const TABLES = 0x8024_0000;
/** Pages only one of the two kinds of code touches. */
const UNPAGED = 0x8030_0000;
const PAGED = 0x8040_0000;
const MPP_S = 1 << 11;
const TLB = { entries: 64, ways: 4, policy: 'fifo' } as const;

/** Touches a page as each kind, fences in S-mode, then touches each page so many times again. */
function guest(again: { paged: number; unpaged: number }): Uint8Array {
  const tables = new Tables(TABLES, 1);
  const root = tables.page();
  tables.set(root + 2 * 8, entry(RAM, RWXAD | PTE.V));
  const a = new Assembler(CODE);
  const touch = (page: number): void => {
    a.li(R.t0, page);
    a.op('ld', { rd: R.t1, rs1: R.t0, imm: 0 });
  };
  a.la(R.t0, 'machine');
  a.csrw(CSR.mtvec, R.t0);
  a.li(R.t0, -1);
  a.csrw(CSR.pmpaddr0, R.t0);
  a.li(R.t0, 0x1f);
  a.csrw(CSR.pmpcfg0, R.t0);
  a.li(R.t0, satpOf(root, 3));
  a.csrw(CSR.satp, R.t0);
  a.li(R.t0, MPP_S);
  a.csrw(CSR.mstatus, R.t0);
  a.la(R.t0, 'supervisor');
  a.csrw(CSR.mepc, R.t0);
  touch(UNPAGED);
  a.op('mret');
  a.align(4);
  a.label('supervisor');
  touch(PAGED);
  a.op('sfence.vma', { rs1: 0, rs2: 0 });
  for (let i = 0; i < again.paged; i++) touch(PAGED);
  a.op('ecall');
  a.align(4);
  a.label('machine');
  for (let i = 0; i < again.unpaged; i++) touch(UNPAGED);
  powerOff(a);
  return writeElf({
    entry: CODE,
    segments: [
      { address: CODE, bytes: a.finish() },
      { address: TABLES, bytes: tables.bytes },
    ],
  });
}

async function walks(again: { paged: number; unpaged: number }): Promise<number> {
  const rig = await Rig.boot(guest(again), configOf({ strategy: 'nested', mmu: { l1i: TLB, l1d: TLB, l2: TLB } }));
  rig.finish();
  expect(rig.ended).toBe(EVENT.exit);
  const counters = rig.counters();
  expect(counters['flush.sfence-all']).toBe(1);
  expect(counters['flush.sfence-all.entries']).toBeGreaterThan(0);
  return counters['walk.count']!;
}

describe('a fence of one VMID', () => {
  it('leaves the entries of another', async () => {
    const base = await walks({ paged: 0, unpaged: 0 });
    expect(await walks({ paged: 0, unpaged: 1 })).toBe(base);
    expect(await walks({ paged: 1, unpaged: 0 })).toBe(base + 1);
    expect(await walks({ paged: 2, unpaged: 2 })).toBe(base + 1);
  });
});
